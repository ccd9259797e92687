"""
Tours cut down to what a problem allows: yesterday's, hand-made ones, or another engine's.

Stops are given up one by one, a pair as a whole, so that the rest of the plan is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from logistics.problem import RoutingProblem
from logistics.solution import Solution
from logistics.solver.timetable import fits, timetable
from logistics.solver.trips import RELOAD, is_stop, order_of, tidy

__all__ = ["orders_from", "timed", "without"]


def orders_from(problem: RoutingProblem, solution: Solution) -> dict[int, list[int]]:
    """The tours of a solution, perhaps of another problem, cut down to what is feasible in this one."""
    orders: dict[int, list[int]] = {}
    seen: set[int] = set()
    for route in solution.routes:
        van = problem.van_index.get(route.van)
        if van is None:
            continue
        known = [stop for stop in order_of(problem, route) if stop not in seen]
        order = _fitting(problem, van, _trips_allowed(known, problem.vans[van].trips))
        seen.update(filter(is_stop, order))
        if order:
            orders[van] = order
    return orders


def _trips_allowed(order: Sequence[int], trips: int) -> list[int]:
    """The tour with no more than so many trips: what the last of them were to do is tried on the one before."""
    allowed, left = [], trips - 1
    for number in tidy(order):
        if number == RELOAD:
            left -= 1
            if left < 0:
                continue
        allowed.append(number)
    return allowed


def _fitting(problem: RoutingProblem, van: int, order: Sequence[int]) -> list[int]:
    """As much of the tour as fits, from its start on; a pair stands where its first is."""
    kept: set[int] = set()
    for stop in order:
        pair = problem.pair_of.get(stop)
        if not is_stop(stop) or (pair is not None and stop == pair.second):
            continue
        unit = {stop} if pair is None else {pair.first, pair.second}
        if fits(problem, problem.vans[van], tidy([other for other in order if other in kept | unit | {RELOAD}])):
            kept |= unit
    return tidy([stop for stop in order if stop in kept or not is_stop(stop)])


def timed(problem: RoutingProblem, van: int, order: Sequence[int]) -> list[int]:
    """
    The tour, or what is left of it when it gives up stops until an exact timetable exists.

    What costs least to lose goes first, and is listed as unserved rather than the whole plan being lost.
    """
    left = list(order)
    while left and timetable(problem, van, left) is None:
        stops = list(filter(is_stop, left))
        helps = [stop for stop in stops if timetable(problem, van, without(problem, left, stop)) is not None]
        left = without(problem, left, min(helps or stops, key=lambda stop: _loss(problem, stop)))
    return left


def without(problem: RoutingProblem, order: Sequence[int], stop: int) -> list[int]:
    """The tour without a stop and what shares a pair with it."""
    pair = problem.pair_of.get(stop)
    gone = {stop} if pair is None else {pair.first, pair.second}
    return tidy([other for other in order if other not in gone])


def _loss(problem: RoutingProblem, stop: int) -> int:
    pair = problem.pair_of.get(stop)
    prices = [problem.stops[one].price for one in ((stop,) if pair is None else (pair.first, pair.second))]
    return sum(1 << 60 if price is None else price for price in prices)
