"""
From what lies at a hub and at its branches in the morning to the day's routing problem, as the policy sorts.

Pure. Sorted at the hub, everything goes over it. What may ride directly is a credit of the problem, what must is a
pair; both are lanes between two stops of the day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from logistics.draft import problem_van
from logistics.problem import Credit, Hub, Pair, RoutingProblem, Stop
from logistics.roads import part_of
from logistics.simulation.setting import Setting
from logistics.solution import Route, Visit

__all__ = ["DayTours", "Lane", "StopLoad", "Trip", "tours_of", "trips_of"]

Lane = tuple[str, str]
_MICROS_PER_CENT = 10_000


@dataclass(frozen=True, slots=True)
class StopLoad:
    """The items that a stop is to get from the hub and to give, the first first."""

    deliver: tuple[int, ...]
    collect: tuple[int, ...]


@dataclass(frozen=True)
class DayTours:
    """
    The problem of one hub and day, what goes on and off at each stop, and the lanes that may ride directly.

    `over` are items for which no van is large enough today.
    """

    problem: RoutingProblem
    loads: Mapping[str, StopLoad]
    direct: frozenset[Lane]
    over: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trip:
    """
    A part of a tour from the hub and back, in seconds after midnight; `totes` are on board on each of its legs.
    """

    leaves: int
    returns: int
    visits: tuple[Visit, ...]
    totes: tuple[int, ...]

    @property
    def stops(self) -> tuple[str, ...]:
        """Where it calls, in order."""
        return tuple(visit.stop for visit in self.visits)


def trips_of(route: Route) -> list[Trip]:
    """The trips of a tour: one, and one more for each time that the van reloads at its hub."""
    begins = [(0, route.leave_hub, route.totes[0]), *((one.after, one.leave, one.totes) for one in route.reloads)]
    ends = [*((one.after, one.arrive) for one in route.reloads), (len(route.visits), route.return_hub)]
    return [
        Trip(leaves, returns, route.visits[first:last], (totes, *route.totes[first + 1 : last + 1]))
        for (first, leaves, totes), (last, returns) in zip(begins, ends, strict=True)
    ]


def tours_of(
    setting: Setting,
    hub: str,
    number: int,
    wanted: Mapping[str, StopLoad],
    *,
    goal: Sequence[str],
    unsorted: Collection[int],
) -> DayTours:
    """
    The problem of a hub on the day `number`; `wanted` is what lies there for and at each branch that may be called at.

    A branch for which nothing lies there is a stop only where something may ride to it directly, and then the planner
    may leave it out. `goal` is each item's destination. `unsorted` are items at the hub that the driver has to sort.
    """
    sorting, size = setting.policy.sorting, setting.items_per_tote
    vans = [van for name, van in sorted(setting.situation.vans.items()) if van.hub == hub]
    most = max(van.totes for van in vans)
    loads = {code: _cut(load, most * size) for code, load in sorted(wanted.items())}
    over = tuple(
        item
        for code, load in loads.items()
        for whole, part in ((wanted[code].deliver, load.deliver), (wanted[code].collect, load.collect))
        for item in whole[len(part) :]
    )
    lanes = _lanes(loads, goal, sorting.mode, 1 if sorting.mode == "van" else sorting.direct_from_items)
    pairs = _pairs(lanes, sorting.pair_from_items, most * size)
    riding = _that_fit({lane: items for lane, items in lanes.items() if lane not in pairs}, loads, most * size)
    gives, gets = Counter[str](), Counter[str]()
    for (origin, _), items in pairs.items():
        gives[origin] += items
    for (_, destination), items in riding.items():
        gets[destination] += items
    paired = {code for lane in pairs for code in lane}
    loads = {code: load for code, load in loads.items() if load.deliver or load.collect or gets[code] or code in paired}
    stops = []
    for code, load in loads.items():
        by_hand = len(load.collect) + sum(item in unsorted for item in load.deliver)
        by_pair = sum(items for lane, items in pairs.items() if code in lane)
        terms = setting.situation.branches[code].terms
        seconds = terms.minutes * 60 + terms.tote_seconds * ceil(by_pair / size)
        if sorting.mode == "van":
            seconds += round(sorting.van_seconds_per_item * by_hand)
        plain = Stop(
            id=code,
            deliver=ceil((len(load.deliver) + gets[code]) / size),
            collect=ceil((len(load.collect) - gives[code]) / size),
            hub=0,
            service_seconds=seconds,
            seconds_per_tote=terms.tote_seconds,
            price=None if load.deliver or load.collect or code in paired else 0,
        )
        # Somebody is at the door until the van has left, so service starts that much before closing time.
        spans = setting.situation.calendar.delivery_windows(code, setting.day(number))
        windows = tuple(
            (span.opens_minute * 60, max(span.opens_minute * 60, span.closes_minute * 60 - plain.seconds_at_stop))
            for span in spans
        )
        stops.append(replace(plain, windows=windows))
    place = {stop.id: index for index, stop in enumerate(stops)}
    rows = [setting.row[hub], *(setting.row[stop.id] for stop in stops)]
    saved = sorting.sooner_cents_per_item + (sorting.hub_cents_per_item if sorting.mode == "both" else 0)
    problem = RoutingProblem(
        hubs=(Hub(hub),),
        vans=tuple(problem_van(van, "day", (hub,)) for van in vans),
        stops=tuple(stops),
        metres=part_of(setting.roads.metres, rows),
        seconds=part_of(setting.roads.seconds, rows),
        pairs=tuple(Pair(place[one], place[two], ceil(items / size)) for (one, two), items in pairs.items()),
        credits=tuple(
            Credit(place[one], place[two], round(items * saved * _MICROS_PER_CENT))
            for (one, two), items in riding.items()
        ),
    )
    return DayTours(problem, loads, frozenset({*pairs, *riding}), over)


def _cut(load: StopLoad, most: int) -> StopLoad:
    return StopLoad(load.deliver[:most], load.collect[:most])


def _lanes(loads: Mapping[str, StopLoad], goal: Sequence[str], mode: str, least: int) -> dict[Lane, int]:
    """The items between two stops of the day, by lane, the heaviest first."""
    if mode == "hub":
        return {}
    counted = Counter(
        (code, goal[item]) for code, load in loads.items() for item in load.collect if goal[item] in loads
    )
    lanes = ((lane, items) for lane, items in counted.items() if items >= least)
    return dict(sorted(lanes, key=lambda lane: (-lane[1], lane[0])))


def _pairs(lanes: Mapping[Lane, int], least: int, most: int) -> dict[Lane, int]:
    """The heaviest lanes that share no stop with a heavier one."""
    taken: set[str] = set()
    pairs: dict[Lane, int] = {}
    for lane, items in lanes.items():
        if least <= items <= most and not taken & {*lane}:
            pairs[lane] = items
            taken |= {*lane}
    return pairs


def _that_fit(lanes: Mapping[Lane, int], loads: Mapping[str, StopLoad], most: int) -> dict[Lane, int]:
    """The lanes that a van can hold on top of what its stop gets from the hub."""
    gets = Counter({code: len(load.deliver) for code, load in loads.items()})
    fit: dict[Lane, int] = {}
    for lane, items in lanes.items():
        if gets[lane[1]] + items <= most:
            gets[lane[1]] += items
            fit[lane] = items
    return fit
