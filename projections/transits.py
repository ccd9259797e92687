"""
Journeys of items: where each is to go, why, since when, and the legs that it has made.

A transit records its destination and never its legs: they are read from the totes that the item rode in.
The rows are folded in `custody.py`; what waits where for which van is asked in `demand_board.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import and_, select

from projections.asof import standing
from projections.locations import stays
from projections.table import keyed, trail
from projections.totes import FILLING_NOW, FILLING_PAST
from projections.views import Views

__all__ = [
    "TRANSIT_NOW",
    "TRANSIT_PAST",
    "Journey",
    "Leg",
    "TransitNow",
    "TransitPast",
    "journeys_of",
    "legs",
    "open_transits",
    "transit_of",
]


class TransitNow(NamedTuple):
    """A journey that is wanted."""

    item: str
    transit: str
    origin: str
    destination: str
    reason: str
    hold: str | None
    opened_us: int
    row_digest: str | None
    from_pos: int


class TransitPast(NamedTuple):
    """A journey that has ended: `arrived`, `undone`, or why it was abandoned."""

    item: str
    transit: str
    origin: str
    destination: str
    reason: str
    hold: str | None
    opened_us: int
    from_pos: int
    to_pos: int
    to_us: int
    ended: str


TRANSIT_NOW = keyed("transit_now", TransitNow, indexes=[("origin",), ("destination",)])
TRANSIT_PAST = trail("transit_past", TransitPast, indexes=[("item", "from_pos")])


@dataclass(frozen=True, slots=True)
class Journey:
    """A transit; `ended` is empty and `ended_us` None while it is open. `from_pos` to `to_pos` are positions."""

    item: str
    transit: str
    origin: str
    destination: str
    reason: str
    hold: str | None
    opened_us: int
    from_pos: int
    to_pos: int | None = None
    ended_us: int | None = None
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """
    One ride in a tote: packed at `origin`, carried by the vans of `runs`, and last at `place`.

    `ended_us` is None while the item is still in the tote.
    """

    filling: str
    origin: str
    place: str
    runs: tuple[str, ...]
    packed_us: int
    ended_us: int | None


_COLUMNS = ("item", "transit", "origin", "destination", "reason", "hold", "opened_us", "from_pos")


def transit_of(views: Views, barcode: str, *, as_of: int | None = None) -> Journey | None:
    """The open transit of an item, if it is to go anywhere."""
    found = _open(views, as_of, lambda c: c.item == barcode)
    return found[0] if found else None


def open_transits(
    views: Views,
    *,
    origin: str | None = None,
    destination: str | None = None,
    opened_before_us: int | None = None,
    as_of: int | None = None,
) -> list[Journey]:
    """Journeys that have not ended, the oldest first, restricted where a branch or an instant is given."""
    return _open(
        views,
        as_of,
        lambda c: and_(
            True,
            *([c.origin == origin] if origin is not None else []),
            *([c.destination == destination] if destination is not None else []),
            *([c.opened_us < opened_before_us] if opened_before_us is not None else []),
        ),
    )


def journeys_of(views: Views, barcode: str) -> list[Journey]:
    """Every transit of an item, first to last."""
    past = TRANSIT_PAST.sql.c
    with views.reading("custody") as connection:
        ended = connection.execute(
            select(*(past[name] for name in _COLUMNS), past.to_pos, past.to_us, past.ended)
            .where(past.item == barcode)
            .order_by(past.from_pos, past.to_pos)
        )
        journeys = [Journey(*row) for row in ended]
    last = transit_of(views, barcode)
    return [*journeys, last] if last else journeys


def legs(views: Views, journey: Journey) -> list[Leg]:
    """The rides of a journey so far, in order."""
    found = []
    for stay in stays(views, journey.item):
        begins_later = journey.to_pos is not None and stay.from_pos >= journey.to_pos
        ends_before = stay.to_pos is not None and stay.to_pos <= journey.from_pos
        if stay.kind == "filling" and not begins_later and not ends_before:
            found.append(_leg(views, stay.ref, stay.from_us, stay.to_pos, stay.to_us))
    return found


def _leg(views: Views, name: str, packed_us: int, to_pos: int | None, to_us: int | None) -> Leg:
    now, past = FILLING_NOW.sql.c, FILLING_PAST.sql.c
    columns = ("origin", "place", "run", "from_pos")
    with views.reading("totes") as connection:
        states: list[Any] = list(
            connection.execute(select(*(past[c] for c in columns)).where(past.filling == name).order_by(past.from_pos))
        )
        states += connection.execute(select(*(now[c] for c in columns)).where(now.filling == name)).all()
    while_inside = [state for state in states if to_pos is None or state.from_pos < to_pos]
    runs = tuple(dict.fromkeys(state.run for state in while_inside if state.run))
    return Leg(name, while_inside[0].origin, while_inside[-1].place, runs, packed_us, to_us)


def _open(views: Views, as_of: int | None, where: Any) -> list[Journey]:
    with views.reading("custody", as_of=as_of) as connection:
        asked = standing(TRANSIT_NOW, TRANSIT_PAST, _COLUMNS, as_of=as_of, where=where)
        journeys = [Journey(*row) for row in connection.execute(asked)]
        return sorted(journeys, key=lambda journey: (journey.opened_us, journey.item))
