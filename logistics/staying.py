"""
What is kept out of a day's plan although it waits: its way is suspended, or a drain plan takes it on a later day.

The rows that travel go on to `demand.measure`; those that stay are left behind by stop, with the reason. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from circulation.service import Suspension
from circulation.service_words import suspended_words
from logistics.day_stops import left_whole, what_stays
from logistics.demand import Demand, FillingRow, Load, StopDemand, WaitingRow
from logistics.drain import DrainPlan
from logistics.plan import LeftBehind
from logistics.ways import Ways

__all__ = ["Part", "Staying", "not_drained", "suspended_rows"]

Measure = Callable[[Sequence[WaitingRow]], Demand]


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the items of a row; see `demand.WaitingRow`."""

    kind: str
    place: str
    destination: str
    reason: str
    item_type: str
    filling: str | None
    items: int
    oldest_us: int
    opened_days: int


@dataclass(frozen=True, slots=True)
class Staying:
    """The rows that travel, and what stays of the others, stop by stop."""

    travelling: tuple[WaitingRow, ...]
    left: tuple[LeftBehind, ...]


def suspended_rows(
    rows: Iterable[WaitingRow],
    fillings: Iterable[FillingRow],
    *,
    ways: Ways,
    day: date,
    measure: Measure,
    hubs: Sequence[str],
    at_us: int,
) -> Staying:
    """Rows of which no part of the way is suspended on the day; a box goes where it is addressed to."""
    boxes = {box.filling: box for box in fillings}
    travelling: list[WaitingRow] = []
    halted: dict[Suspension, list[WaitingRow]] = defaultdict(list)
    for row in rows:
        box = boxes.get(row.filling or "")
        goal = row.destination if box is None or box.destination == row.place else box.destination
        by = None if row.kind == "van" else ways.halt(row.place, goal, day.isoformat())
        if by is None:
            travelling.append(row)
        else:
            halted[by].append(row)
    left = [
        one for by, theirs in halted.items() for one in _left(measure(theirs), hubs, at_us, "suspended", _because(by))
    ]
    return Staying(tuple(travelling), tuple(sorted(left, key=lambda one: one.branch)))


def not_drained(
    rows: Iterable[WaitingRow],
    plan: DrainPlan,
    *,
    day: date,
    measure: Measure,
    hubs: Sequence[str],
    at_us: int,
) -> Staying:
    """The items that a drain plan takes on the day; a box that it takes a part of goes whole."""
    taken: Counter[tuple[object, ...]] = Counter()
    boxes: set[str] = set()
    later: dict[str, date] = {}
    for ride in (ride for one in plan.days for ride in one.rides if not ride.batch.expected):
        batch = ride.batch
        if ride.day == day:
            taken[batch.place, batch.destination, batch.reason, batch.item_type, batch.filling] += batch.items
            boxes |= {batch.filling} if batch.filling else set()
        elif ride.day > day:
            for stop in (batch.place, ride.to):
                later.setdefault(stop, ride.day)
    travelling: list[WaitingRow] = []
    staying: list[WaitingRow] = []
    for row in rows:
        items = min(row.items, taken[row.place, row.destination, row.reason, row.item_type, row.filling])
        if row.kind == "van" or row.filling in boxes:
            items = row.items
        if items:
            travelling.append(_part(row, items))
        if items < row.items:
            staying.append(_part(row, row.items - items))

    def why(stop: str) -> str:
        return (
            f"the drain plan comes to it from {later[stop]} on" if stop in later else "the drain plan has no day for it"
        )

    left = _left(measure(staying), hubs, at_us, "drain", why)
    return Staying(tuple(travelling), tuple(left))


def _because(by: Suspension) -> Callable[[str], str]:
    words = suspended_words(by)
    return lambda _stop: words


def _part(row: WaitingRow, items: int) -> WaitingRow:
    if items == row.items:
        return row
    days = row.opened_days * items // row.items
    return Part(
        row.kind, row.place, row.destination, row.reason, row.item_type, row.filling, items, row.oldest_us, days
    )


def _left(demand: Demand, hubs: Sequence[str], at_us: int, code: str, why: Callable[[str], str]) -> list[LeftBehind]:
    """What stays, for each stop of the hubs and each trunk from one of them."""
    stops = [stop for stop in demand.stops.values() if stop.hub in hubs]
    stops += [StopDemand(goal, hub, load, Load()) for (hub, goal), load in demand.trunks.items() if hub in hubs]
    return [
        left_whole(stop, at_us, code, f"{stop.branch}: {why(stop.branch)}; {what_stays(stop)}")
        for stop in stops
        if stop.items
    ]
