"""
Stops that a search without numba left out, let in one by one where an exact timetable has room for them.

From no tours at all it makes a plan by itself: each stop where it costs least, what must be served and fits in the
fewest windows first. So where there are vans to spare there is a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from logistics.problem import RoutingProblem
from logistics.solver.timetable import route_that_fits, timetable
from logistics.solver.trips import is_stop, joined, split

__all__ = ["let_in"]


def let_in(
    problem: RoutingProblem, orders: Mapping[int, Sequence[int]], go_on: Callable[[], bool] = lambda: True
) -> dict[int, list[int]]:
    """
    The tours (van index to stop indices) with what was left out where it costs least, as long as `go_on` says so.

    A pair is let in as a whole. What has a price is let in only where that costs less than leaving it out. Feasible
    tours stay feasible.
    """
    kept = {van: list(order) for van, order in orders.items() if order}
    served = {stop for order in kept.values() for stop in order}
    for unit in sorted(_units(problem, served), key=lambda unit: _urgency(problem, unit)):
        prices = [problem.stops[stop].price for stop in unit]
        worth = None if None in prices else sum(price or 0 for price in prices)
        best: tuple[int, int, list[int]] | None = None
        for van in _vans(problem, kept, unit):
            before = _cost(problem, van, kept.get(van, []))
            for order in _with(problem, van, kept.get(van, []), unit):
                if not go_on():
                    return kept
                route = route_that_fits(problem, problem.vans[van], order)
                if route is None:
                    continue
                more = route.micros - before
                if (worth is None or more < worth) and (best is None or more < best[0]):
                    best = more, van, order
        if best is not None:
            kept[best[1]] = best[2]
    return kept


def _units(problem: RoutingProblem, served: set[int]) -> Iterator[tuple[int, ...]]:
    """What is let in together and is not in a tour."""
    for stop in range(len(problem.stops)):
        pair = problem.pair_of.get(stop)
        if stop not in served and (pair is None or stop == pair.first):
            yield (stop,) if pair is None else (pair.first, pair.second)


def _urgency(problem: RoutingProblem, unit: tuple[int, ...]) -> tuple[int, int]:
    """What must be served before what has a price, the dearest first; of those that must, what is open least."""
    stops = [problem.stops_as_pinned[stop] for stop in unit]
    price = [stop.price for stop in stops]
    if None not in price:
        return 1, -sum(one or 0 for one in price)
    day = max(van.shift_end for van in problem.vans)
    return 0, min(sum(closes - opens for opens, closes in stop.windows) if stop.windows else day for stop in stops)


def _vans(problem: RoutingProblem, kept: Mapping[int, object], unit: tuple[int, ...]) -> Iterator[int]:
    """Those that are out, and of those that are not one of each kind."""
    kinds = set()
    for number, van in enumerate(problem.vans):
        kind = replace(van, id="")
        if number in kept or number in map(problem.pinned_van.get, unit) or kind not in kinds:
            yield number
        if number not in kept:
            kinds.add(kind)


def _with(problem: RoutingProblem, van: int, order: Sequence[int], unit: tuple[int, ...]) -> Iterator[list[int]]:
    """The tour with the unit in every place, and on a trip of its own where the van may make one more."""
    trips = [trip for trip in split(order) if trip]
    for number, trip in enumerate(trips):
        for first in range(len(trip) + 1):
            for changed in _inserted(trip, first, unit):
                yield joined([*trips[:number], changed, *trips[number + 1 :]])
    if len(trips) < problem.vans[van].trips:
        for number in range(len(trips) + 1):
            yield joined([*trips[:number], unit, *trips[number:]])


def _inserted(trip: Sequence[int], first: int, unit: tuple[int, ...]) -> Iterator[list[int]]:
    begun = [*trip[:first], unit[0]]
    if len(unit) == 1:
        yield [*begun, *trip[first:]]
        return
    for second in range(first, len(trip) + 1):
        yield [*begun, *trip[first:second], unit[1], *trip[second:]]


def _cost(problem: RoutingProblem, van: int, order: Sequence[int]) -> int:
    route = timetable(problem, van, order) if any(map(is_stop, order)) else None
    return 0 if route is None else route.micros
