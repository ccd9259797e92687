"""
Where items are and were, and how that is known.

An item says which branch or which filling of a tote it is in; the filling says where it is (`totes.py`).
The two are joined when asked, so nothing is written per item when a tote moves.
The rows are folded in `custody.py`, which also knows whether a fact is too old to move anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import BigInteger, Connection, Text, bindparam, func, null, select, union_all

from projections.asof import ended_after, halves, standing
from projections.table import keyed, trail
from projections.totes import FILLING_NOW, FILLING_PAST
from projections.views import Views

__all__ = [
    "ITEM_NOW",
    "ITEM_PAST",
    "ItemNow",
    "ItemPast",
    "Stay",
    "Where",
    "at",
    "counts",
    "everywhere",
    "items_in",
    "stays",
    "where",
]

Known = Literal["scanned", "tote", "assumed"]
"""Scanned there; inside a tote that was scanned there; or assumed from a plan or from an opened tote."""


class ItemNow(NamedTuple):
    """
    An item's place, and the ids of what else scans change. `kind` and `ref` are those of `Place`.

    `defect` and `absence` are the names of its conditions (`conditions.py`);
    `home` and `item_type` are kept beside the catalogue's for counting guests; `guest_at` is the branch that counts
    the item as one (`guests.py`).
    """

    item: str
    kind: str
    ref: str
    known: str
    from_pos: int
    from_us: int
    custody_us: int
    loan: str | None
    transit: str | None
    capture: str | None
    target: str | None
    home: str
    item_type: str
    guest_at: str | None
    defect: str | None = None
    absence: str | None = None


class ItemPast(NamedTuple):
    """A place that an item has left."""

    item: str
    kind: str
    ref: str
    known: str
    from_pos: int
    to_pos: int
    from_us: int
    to_us: int


# Each index on places holds all that counting asks for, in the order in which it is counted: millions of rows are then
# a second, and are ten seconds where they must be looked up or sorted.
ITEM_NOW = keyed("item_now", ItemNow, indexes=[("ref", "kind", "from_pos")])
ITEM_PAST = trail("item_past", ItemPast, indexes=[("item", "from_pos"), ("ref", "kind", "to_pos", "from_pos")])

_ITEM = ("item", "kind", "ref", "known", "from_us")
_FILLING = ("status", "kind", "place", "known")
_ROWS_AT_ONCE = 10_000
_POSITION = bindparam("position", type_=BigInteger)
_NAMED_ITEM, _NAMED_FILLING = bindparam("item", type_=Text), bindparam("filling", type_=Text)


class Where(NamedTuple):
    """
    A place of an item. `kind` is `branch`, `van`, `patron` or `nowhere`; `place` is a code, empty for the last two.

    `filling` is set inside a tote. `since_us` is when it came into the tote, or else to the place.
    """

    item: str
    kind: str
    place: str
    known: Known
    since_us: int
    filling: str | None = None


class Stay(NamedTuple):
    """One of the places that an item was at, in its own words: `kind` and `ref` as in `Where`, or a filling."""

    kind: str
    ref: str
    known: str
    from_pos: int
    to_pos: int | None
    from_us: int
    to_us: int | None


def where(views: Views, barcode: str, *, as_of: int | None = None) -> Where | None:
    """Where an item is, or was at a position; None if it was not in the catalogue."""
    with views.reading("custody", "totes", as_of=as_of) as connection:
        at = {} if as_of is None else {"position": as_of}
        found = connection.execute(_of_item(past=as_of is not None), {"item": barcode, **at}).first()
        if found is None:
            return None
        if found.kind != "filling":
            return Where(*found)
        inside = connection.execute(_of_filling(past=as_of is not None), {"filling": found.ref, **at})
        return _inside(found, inside.one())


# A desk asks these all day: to build a question takes longer than to answer it.


@cache
def _of_item(*, past: bool) -> Any:
    return standing(
        ITEM_NOW, ITEM_PAST, _ITEM, as_of=_POSITION if past else None, where=lambda c: c.item == _NAMED_ITEM
    )


@cache
def _of_filling(*, past: bool) -> Any:
    return standing(
        FILLING_NOW,
        FILLING_PAST,
        _FILLING,
        as_of=_POSITION if past else None,
        where=lambda c: c.filling == _NAMED_FILLING,
    )


def at(views: Views, place: str, *, as_of: int | None = None) -> list[Where]:
    """Every item at a branch or on a van, loose or in totes, in the order of barcodes."""
    with views.reading("custody", "totes", as_of=as_of) as connection:
        loose = standing(
            ITEM_NOW, ITEM_PAST, _ITEM, as_of=as_of, where=lambda c: (c.kind == "branch") & (c.ref == place)
        )
        found = [Where(*row) for row in connection.execute(loose)]
        found += [_inside(row, row[5:]) for row in connection.execute(_in_totes_at(place, as_of))]
        return sorted(found)


def items_in(views: Views, filling: str, *, as_of: int | None = None) -> list[str]:
    """The barcodes that were packed into a filling and not scanned anywhere else since, sorted."""
    with views.reading("custody", as_of=as_of) as connection:
        asked = standing(
            ITEM_NOW,
            ITEM_PAST,
            ("item",),
            as_of=as_of,
            where=lambda c: (c.kind == "filling") & (c.ref == filling),
        )
        return sorted(connection.execute(asked).scalars())


def counts(views: Views, *, as_of: int | None = None) -> dict[tuple[str, str], int]:
    """How many items are at each (kind, place) of the whole network; patrons and nowhere are one place each."""
    with views.reading("custody", "totes", as_of=as_of) as connection:
        fillings = _Fillings(connection, as_of)
        totals: dict[tuple[str, str], int] = {}
        for kind, ref, number in connection.execute(_grouped(as_of)).all():
            place = (kind, ref) if kind != "filling" else (fillings[ref].kind, fillings[ref].place)
            totals[place] = totals.get(place, 0) + number
        return dict(sorted(totals.items()))


def everywhere(views: Views, *, as_of: int | None = None) -> Iterator[Where]:
    """Every item of the network, in no order, read as it is consumed."""
    with views.reading("custody", "totes", as_of=as_of) as connection:
        fillings, new = _Fillings(connection, as_of), tuple.__new__
        for rows in _standing_rows(connection, as_of):
            for row in rows:
                yield new(Where, row) if row[1] != "filling" else _inside(row, fillings[row[2]])


def stays(views: Views, barcode: str) -> list[Stay]:
    """Every place that an item has been at, first to last; the last one has no end."""
    past, now = ITEM_PAST.sql.c, ITEM_NOW.sql.c
    with views.reading("custody") as connection:
        ended = connection.execute(
            select(past.kind, past.ref, past.known, past.from_pos, past.to_pos, past.from_us, past.to_us)
            .where(past.item == barcode)
            .order_by(past.from_pos, past.to_pos)
        )
        found = [Stay(*row) for row in ended]
        last = connection.execute(
            select(now.kind, now.ref, now.known, now.from_pos, now.from_us).where(now.item == barcode)
        ).first()
        if last:
            found.append(Stay(last.kind, last.ref, last.known, last.from_pos, None, last.from_us, None))
        return found


class _Fillings(dict[str, Any]):
    """The fillings that items are in, each looked up when it is first met; most of all fillings have long ended."""

    def __init__(self, connection: Connection, as_of: int | None) -> None:
        self._connection = connection
        self._asked = _of_filling(past=as_of is not None)
        self._at = {} if as_of is None else {"position": as_of}

    def __missing__(self, name: str) -> Any:
        found = self[name] = self._connection.execute(self._asked, {"filling": name, **self._at}).one()
        return found


def _grouped(as_of: int | None) -> Any:
    """Items by kind and place, each table counted along its own index."""
    return union_all(
        *(
            select(table.c.kind, table.c.ref, func.count()).where(*conditions).group_by(table.c.ref, table.c.kind)
            for table, conditions in halves(ITEM_NOW, ITEM_PAST, as_of)
        )
    )


def _standing_rows(connection: Connection, as_of: int | None) -> Iterator[Sequence[Any]]:
    """The fields of `Where` for each item, as the driver gives them and thousands at a time: there are millions."""
    for table, conditions in halves(ITEM_NOW, ITEM_PAST, as_of):
        asked = select(*(table.c[name] for name in _ITEM), null()).where(*conditions)
        if as_of is not None and table is ITEM_PAST.sql:
            asked = asked.where(*ended_after(connection, table, as_of))
        if connection.dialect.name != "sqlite":
            yield from connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(asked).partitions()
            continue
        cursor: Any = connection.execute(asked).cursor
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield rows


def _in_totes_at(place: str, as_of: int | None) -> Any:
    """Items with their fillings: every pairing of the two halves apart, so that each can use its indexes."""
    asked = []
    for items, when in halves(ITEM_NOW, ITEM_PAST, as_of):
        for fillings, then in halves(FILLING_NOW, FILLING_PAST, as_of):
            columns = [items.c[name] for name in _ITEM] + [fillings.c[name].label(f"f_{name}") for name in _FILLING]
            asked.append(
                select(*columns)
                .join(fillings, items.c.ref == fillings.c.filling)
                .where(items.c.kind == "filling", fillings.c.place == place, *when, *then)
            )
    return union_all(*asked)


def _inside(row: Any, filling: Any) -> Where:
    """An item inherits the place of its filling, and at best what is known of it."""
    status, kind, place, filling_known = filling
    known: Known = "assumed" if filling_known == "assumed" or status == "ended" else "tote"
    return Where(row[0], kind, place, known, row[4], row[2])
