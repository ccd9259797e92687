"""
What was listed about totes: items packed and not found, items found and not packed, lost totes, broken seals, checks.

A discrepancy stands until its item is scanned again, which is asked of the item's own intervals, or until somebody
settles it. Who had custody last is as the event says it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, select

from projections.asof import Condition, standing
from projections.database import in_batches
from projections.locations import ITEM_NOW, ITEM_PAST
from projections.projection import Projection, Seen
from projections.table import keyed, trail
from projections.totes import FILLING_NOW, FILLING_PAST
from projections.views import Views
from projections.working import Working

__all__ = ["DISCREPANCIES", "Check", "Discrepancy", "Trouble", "checks", "discrepancies", "found_in", "troubles"]


class ListedRow(NamedTuple):
    """Something about an item of a filling; `closed_*` are set once it was settled by hand."""

    filling: str
    item: str
    kind: str
    branch: str
    thought: str
    last_branch: str | None
    last_van: str | None
    last_run: str | None
    from_pos: int
    from_us: int
    closed_why: str | None
    closed_pos: int | None
    closed_us: int | None


class TroubleRow(NamedTuple):
    """A filling that was lost, unsealed or opened on its way, and who had it last."""

    filling: str
    kind: str
    branch: str
    why: str
    last_branch: str | None
    last_van: str | None
    last_run: str | None
    from_pos: int
    from_us: int


class CheckRow(NamedTuple):
    """A check of a sample; the numbers of its end are None while it is going on. `sample` is a JSON list."""

    filling: str
    branch: str
    items: int
    sample: str
    confidence_percent: int
    from_pos: int
    from_us: int
    wrong: int | None
    at_most: int | None
    accepted: int | None
    to_pos: int | None
    to_us: int | None


LISTED = keyed("discrepancy", ListedRow, key=2, indexes=[("branch",), ("item",)])
TROUBLE = trail("tote_trouble", TroubleRow, indexes=[("filling",)])
CHECK = keyed("tote_check", CheckRow, indexes=[("branch",)])


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """
    An item that is `missing` from a tote, was `found` in one unpacked, or is `lost` with its tote.

    `branch` is where that was noticed (empty for a lost tote), `origin` and `destination` are the tote's;
    `last_*` is who had custody last. `ended` is empty while it stands, `seen` once the item was scanned again
    (at `ended_at`), `closed` once somebody settled it (`why`).
    """

    filling: str
    item: str
    kind: Literal["missing", "found", "lost"]
    branch: str
    origin: str
    destination: str
    thought: str
    last_branch: str | None
    last_van: str | None
    last_run: str | None
    since_us: int
    ended: Literal["", "seen", "closed"] = ""
    ended_at: str = ""
    ended_us: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """The last thing of one kind that was noticed about a filling: `lost`, `unsealed` or `opened`."""

    filling: str
    kind: str
    branch: str
    why: str
    last_branch: str | None
    last_van: str | None
    last_run: str | None
    since_us: int


@dataclass(frozen=True, slots=True)
class Check:
    """
    A check of a tote: of `items`, `checked` were drawn; `wrong`, `at_most` and `accepted` are None until it ended.

    `at_most` stays None where something was wrong.
    """

    filling: str
    origin: str
    branch: str
    items: int
    checked: int
    confidence_percent: int
    wrong: int | None
    at_most: int | None
    accepted: int | None
    drawn_us: int
    ended_us: int | None


def discrepancies(views: Views, *, as_of: int | None = None) -> list[Discrepancy]:
    """Everything that was ever listed about items, and the items of totes that are lost, the oldest first."""
    with views.reading("discrepancies", "custody", "totes", as_of=as_of) as connection:
        asked = select(LISTED.sql)
        if as_of is not None:
            asked = asked.where(LISTED.sql.c.from_pos <= as_of)
        rows = [ListedRow._make(row) for row in connection.execute(asked)]
        found = [_listed(connection, row, as_of) for row in rows]
        found += _lost(connection, as_of)
        return sorted(found, key=lambda one: (one.since_us, one.filling, one.item))


def found_in(views: Views, fillings: Iterable[str]) -> dict[str, list[str]]:
    """The items that came out of each of these fillings unpacked, by barcode; without those that had none."""
    columns = LISTED.sql.c
    found: dict[str, list[str]] = defaultdict(list)
    with views.reading("discrepancies") as connection:
        for names in in_batches(fillings):
            asked = select(columns.filling, columns.item).where(columns.filling.in_(names), columns.kind == "found")
            for filling, item in sorted(map(tuple, connection.execute(asked))):
                found[filling].append(item)
    return dict(found)


def troubles(views: Views, *, as_of: int | None = None) -> dict[tuple[str, str], Trouble]:
    """By filling and kind what was last noticed about it."""
    asked = select(TROUBLE.sql).order_by(TROUBLE.sql.c.from_pos)
    if as_of is not None:
        asked = asked.where(TROUBLE.sql.c.from_pos <= as_of)
    with views.reading("discrepancies", as_of=as_of) as connection:
        rows = [TroubleRow._make(row) for row in connection.execute(asked)]
    return {(row.filling, row.kind): Trouble(*row[:7], row.from_us) for row in rows}


def checks(views: Views, *, as_of: int | None = None) -> list[Check]:
    """Every check of a tote, in the order in which they were drawn."""
    table = CHECK.sql.c
    asked = select(CHECK.sql).order_by(table.from_pos)
    if as_of is not None:
        asked = asked.where(table.from_pos <= as_of)
    with views.reading("discrepancies", "totes", as_of=as_of) as connection:
        rows = [CheckRow._make(row) for row in connection.execute(asked)]
        return [_check(connection, row, as_of) for row in rows]


def _check(connection: Connection, row: CheckRow, as_of: int | None) -> Check:
    is_over = row.to_pos is not None and (as_of is None or row.to_pos <= as_of)
    wrong, at_most, accepted, ended_us = (
        (row.wrong, row.at_most, row.accepted, row.to_us) if is_over else (None, None, None, None)
    )
    origin, _ = _lane(connection, row.filling)
    checked = len(json.loads(row.sample))
    return Check(
        row.filling, origin, row.branch, row.items, checked, row.confidence_percent, wrong, at_most, accepted,
        row.from_us, ended_us,
    )  # fmt: skip


def _listed(connection: Connection, row: ListedRow, as_of: int | None) -> Discrepancy:
    origin, destination = _lane(connection, row.filling)
    standing_ = Discrepancy(
        row.filling, row.item, "found" if row.kind == "found" else "missing", row.branch, origin, destination,
        row.thought, row.last_branch, row.last_van, row.last_run, row.from_us,
    )  # fmt: skip
    return _ended(connection, standing_, row, as_of)


def _ended(connection: Connection, one: Discrepancy, row: ListedRow, as_of: int | None) -> Discrepancy:
    """The discrepancy with how it ended: by hand, or by the first place of its item after it was listed."""
    if row.closed_pos is not None and (as_of is None or row.closed_pos <= as_of):
        return replace(one, ended="closed", ended_us=row.closed_us, why=row.closed_why or "")
    later: list[Any] = []
    for table in (ITEM_NOW.sql.c, ITEM_PAST.sql.c):
        where = [table.item == row.item, table.from_pos > row.from_pos, table.kind != "nowhere"]
        if as_of is not None:
            where.append(table.from_pos <= as_of)
        later += connection.execute(select(table.from_pos, table.from_us, table.kind, table.ref).where(*where)).all()
    if not later:
        return one
    _, at_us, kind, ref = min(later)
    return replace(
        one, ended="seen", ended_us=at_us, ended_at=_packed_at(connection, ref) if kind == "filling" else ref
    )


def _lost(connection: Connection, as_of: int | None) -> list[Discrepancy]:
    """The items that are in lost totes."""
    columns = ("filling", "origin", "destination", "from_pos", "from_us")
    asked = standing(FILLING_NOW, FILLING_PAST, columns, as_of=as_of, where=lambda c: c.status == "lost")
    found = []
    for filling, origin, destination, from_pos, from_us in connection.execute(asked).all():
        table = TROUBLE.sql.c
        last = connection.execute(select(TROUBLE.sql).where(table.filling == filling, table.from_pos == from_pos)).one()
        inside = standing(ITEM_NOW, ITEM_PAST, ("item",), as_of=as_of, where=_is_in(filling))
        found += [
            Discrepancy(
                filling, item, "lost", "", origin, destination, f"filling {filling}",
                last.last_branch, last.last_van, last.last_run, from_us, why=last.why,
            )
            for item in connection.execute(inside).scalars()
        ]  # fmt: skip
    return found


def _is_in(filling: str) -> Condition:
    return lambda item: (item.kind == "filling") & (item.ref == filling)


def _lane(connection: Connection, filling: str) -> tuple[str, str]:
    """Where a filling came from and goes to, which never changes."""
    table = FILLING_NOW.sql.c
    row: Any = connection.execute(select(table.origin, table.destination).where(table.filling == filling)).one()
    return row.origin, row.destination


def _packed_at(connection: Connection, filling: str) -> str:
    return _lane(connection, filling)[0]


# --- folds ---------------------------------------------------------------------------------------------------------


def _missed(working: Working, seen: Seen) -> None:
    data = seen.data
    if data.get("filling"):
        _list(working, seen, data["filling"], seen.subject, "missing", f"filling {data['filling']}")


def _found(working: Working, seen: Seen) -> None:
    thought = seen.data["thought"]
    where = f"{thought['kind']} {thought['ref']}".strip()
    _list(working, seen, seen.subject, seen.data["item"], "found", where)


def _list(working: Working, seen: Seen, filling: str, item: str, kind: str, thought: str) -> None:
    last = seen.data.get("last") or {}
    working[LISTED].put(
        ListedRow(
            filling, item, kind, seen.data["branch"], thought, last.get("branch"), last.get("van"), last.get("run"),
            seen.position, seen.happened_us, None, None, None,
        )
    )  # fmt: skip


def _closed(working: Working, seen: Seen) -> None:
    before = working[LISTED].get((seen.subject, seen.data["item"]))
    if before is None:
        raise TypeError(f"nothing was listed about {seen.data['item']} in {seen.subject}")
    working[LISTED].put(
        before._replace(closed_why=seen.data["why"], closed_pos=seen.position, closed_us=seen.happened_us)
    )


def _trouble(kind: str, why: str) -> Any:
    """The fold of a fact that says who had a filling last; `why` names the field with the reason."""

    def fold(working: Working, seen: Seen) -> None:
        last = seen.data.get("last")
        if last is not None:
            working[TROUBLE].add(
                TroubleRow(
                    seen.subject, kind, seen.data.get("branch", ""), seen.data.get(why, ""),
                    last.get("branch"), last.get("van"), last.get("run"), seen.position, seen.happened_us,
                )
            )  # fmt: skip

    return fold


def _drawn(working: Working, seen: Seen) -> None:
    data = seen.data
    working[CHECK].put(
        CheckRow(
            seen.subject, data["branch"], data["items"], json.dumps(data["sample"]), data["confidence_percent"],
            seen.position, seen.happened_us, None, None, None, None, None,
        )
    )  # fmt: skip


def _checked(working: Working, seen: Seen) -> None:
    before = working[CHECK].get(seen.subject)
    if before is None:
        raise TypeError(f"no sample of {seen.subject} was drawn")
    data = seen.data
    working[CHECK].put(
        before._replace(
            wrong=data["wrong"],
            at_most=data.get("at_most"),
            accepted=data["accepted"],
            to_pos=seen.position,
            to_us=seen.happened_us,
        )
    )


DISCREPANCIES = Projection(
    "discrepancies",
    1,
    (LISTED, TROUBLE, CHECK),
    {
        "ItemMissed": _missed,
        "ToteItemFound": _found,
        "DiscrepancyClosed": _closed,
        "ToteDeclaredLost": _trouble("lost", "why"),
        "ToteFoundUnsealed": _trouble("unsealed", "note"),
        "ToteOpened": _trouble("opened", "why"),
        "ToteSampleDrawn": _drawn,
        "ToteChecked": _checked,
    },
)
