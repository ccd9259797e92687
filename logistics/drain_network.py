"""
A drain plan for a network as it stands: its vans, its trunk runs, what lies in it and what is expected to come in.

Here the facts of a `Situation` become what `drain.py` reckons with. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from circulation.calendar import local_day, zone_of
from logistics.backlog import Lying
from logistics.demand import FillingRow
from logistics.drain import MOST_DAYS, Batch, DrainPlan, Network, drain, spread, vans_missing
from logistics.expectation import DailyCount, Expectation, Lane, counts_by_lane, shared_out
from logistics.situation import Situation

__all__ = ["Backlogged", "Shorter", "batches_of", "network_of"]


@dataclass(frozen=True, slots=True)
class Shorter:
    """What it takes to be done a service day sooner, by `by`: so many more vans a hub, of so many totes each."""

    by: date
    vans: Mapping[str, int]
    totes: Mapping[str, int]


@dataclass
class Backlogged:
    """
    What lies in a network on the day `first`, and the plans that clear it away.

    `counts` are the daily counts before that day; without them nothing is expected to come in.
    """

    situation: Situation
    rows: Sequence[Lying]
    fillings: Sequence[FillingRow]
    first: date
    counts: Sequence[DailyCount] = ()
    expectation: Expectation = field(default_factory=Expectation)

    def __post_init__(self) -> None:
        self._batches = batches_of(self.situation, self.rows, self.fillings)
        self._network = network_of(self.situation)
        self._inflow: dict[date, Mapping[Lane, int]] = {}
        self._next_stop = cache(_next_stop(self.situation.ways.path, self.first.isoformat()))
        self._lanes = counts_by_lane(self.counts, self._next_stop)

    @property
    def items(self) -> int:
        """How many items are to be drained."""
        return sum(batch.items for batch in self._batches)

    def plan(self, days: int | None = None) -> DrainPlan:
        """The plan over the fewest days with service, or spread evenly over so many; the fewest if those do not do."""
        if days is None:
            return self._drain()
        soonest = self._drain()
        if soonest.gone is None or len(soonest.days) >= days:
            return soonest
        return spread(days, lambda percent: self._drain(rest_percent=percent))

    def shorter(self, plan: DrainPlan, by: date | None = None) -> Shorter | None:
        """The fewest more vans to be done by a day, by default the plan's last but one; None where no number does."""
        days = [day.day for day in plan.days]
        if by is None and (plan.gone is None or len(days) < 2):
            return None
        by = by or days[-2]
        largest: dict[str, int] = {}
        for van in self.situation.vans.values():
            largest[van.hub] = max(largest.get(van.hub, 0), van.totes)
        vans = vans_missing(self.situation.ways.hubs, largest, lambda more: self._drain(more_vans=more), by=by)
        return None if vans is None else Shorter(by, vans, {hub: largest[hub] for hub in vans})

    def _drain(self, *, rest_percent: int = 100, more_vans: Mapping[str, int] | None = None) -> DrainPlan:
        return drain(
            self._batches,
            self._network,
            first=self.first,
            days=MOST_DAYS,
            inflow=self.inflow,
            per_tote=self.situation.courier.items_per_tote["*"],
            rest_percent=rest_percent,
            more_vans=more_vans,
        )

    def inflow(self, day: date) -> Mapping[Lane, int]:
        """Items that are expected to come in on a day, by where they land and where they are to go."""
        if day not in self._inflow:
            added = self.expectation.by_day(self._lanes, day)
            self._inflow[day] = shared_out(added, self.counts, self._next_stop)
        return self._inflow[day]


def _next_stop(path: Callable[[str, str, str], tuple[str, ...]], day: str) -> Callable[[str, str], str | None]:
    def next_stop(origin: str, destination: str) -> str | None:
        found = path(origin, destination, day)
        return found[1] if len(found) > 1 else None

    return next_stop


def batches_of(situation: Situation, rows: Iterable[Lying], fillings: Iterable[FillingRow]) -> list[Batch]:
    """
    What lies where, as batches.

    What rides to a hub is counted there; what is out for delivery, or lies where it was to go, is not drained.
    """
    rows, boxes = list(rows), {box.filling: box for box in fillings}
    inside: Counter[str] = Counter()
    for row in rows:
        if row.filling is not None:
            inside[row.filling] += row.items
    sizes = situation.courier.items_per_tote
    zone = zone_of(next((one.time_zone for _, one in sorted(situation.branches.items())), "UTC"))
    found = []
    for row in rows:
        box = boxes.get(row.filling or "")
        riding = row.kind == "van"
        if riding and (box is None or box.destination not in situation.ways.hubs):
            continue
        place = box.destination if riding and box is not None else row.place
        loose = sizes.get(row.item_type, sizes["*"])
        is_sealed = box is not None and not riding and box.status != "open" and box.destination != place
        if place == row.destination:
            continue
        found.append(
            Batch(
                place=place,
                destination=row.destination,
                reason=row.reason,
                item_type=row.item_type,
                items=row.items,
                since=local_day(row.opened_us, zone),
                per_tote=min(loose, inside[box.filling]) if is_sealed and box is not None else loose,
                loose=loose,
                filling=None if riding else row.filling,
                wanted_until=None if row.wanted_until is None else date.fromisoformat(row.wanted_until),
            )
        )
    return found


def network_of(situation: Situation) -> Network:
    """The totes that vans and trunk runs carry on each day: all trips of every van that works and is on the road."""

    def van_totes(hub: str, day: date) -> int:
        text = day.isoformat()
        return sum(
            van.totes * (van.trips or 1)
            for van in situation.vans.values()
            if van.hub == hub and day.weekday() in van.days and van.off_road_on(text) is None
        )

    def trunk_totes(origin: str, destination: str, day: date) -> int:
        if situation.calendar.closure_on(origin, day) is not None:
            return 0
        return sum(
            trunk.totes
            for trunk in situation.courier.trunks.values()
            if (trunk.origin, trunk.destination) == (origin, destination) and day.weekday() in trunk.days
        )

    return Network(situation.ways, van_totes, trunk_totes)
