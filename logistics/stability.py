"""
What it costs when a day's plan differs from the usual one: another van, another time, another neighbour.

Branch staff and drivers know their van and its hour. So a plan that is made from yesterday's gives way only where
that saves more than the change is worth. What is counted here is counted from the routes alone, by no code of the
search.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from circulation.errors import Invalid

if TYPE_CHECKING:
    from logistics.problem import RoutingProblem
    from logistics.solution import Route, Solution

__all__ = ["Change", "Stability", "Usual", "changes", "check_stability", "steady"]

QUARTER_OF_AN_HOUR = 900


@dataclass(frozen=True, slots=True)
class Usual:
    """
    How a stop (by index) was served: by which van, from which second on, and right after which other stop.

    `van` is None where that van does not go today. `behind` is the last stop called at before it among those that
    both plans have, None where it was the first of them.
    """

    stop: int
    van: int | None
    start: int
    behind: int | None = None


@dataclass(frozen=True, slots=True)
class Stability:
    """
    The usual routes, and the price in micros for every stop that differs from them.

    `micros_van`: it rides with another van. `micros_time`: its service starts more than `seconds` sooner or later.
    `micros_neighbour`: the van comes to it from another of the usual stops (new stops in between do not count).
    At most `most_vans` of the usual stops may change van; None: any number.
    """

    usual: tuple[Usual, ...] = ()
    micros_van: int = 0
    micros_time: int = 0
    micros_neighbour: int = 0
    seconds: int = QUARTER_OF_AN_HOUR
    most_vans: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A stop that differs from the usual routes, in what, and what that costs."""

    stop: str
    kind: Literal["van", "time", "neighbour"]
    micros: int


def steady(
    problem: RoutingProblem,
    given: Solution,
    *,
    micros_van: int = 0,
    micros_time: int = 0,
    micros_neighbour: int = 0,
    most_vans: int | None = None,
) -> RoutingProblem:
    """The problem with these prices for what differs from the given routes, which may be of another problem."""
    usual = []
    for route in given.routes:
        behind = None
        for visit in route.visits:
            stop = problem.stop_index.get(visit.stop)
            if stop is not None:
                usual.append(Usual(stop, problem.van_index.get(route.van), visit.start, behind))
                behind = stop
    prices = Stability(tuple(usual), micros_van, micros_time, micros_neighbour, most_vans=most_vans)
    return replace(problem, stability=prices)


def check_stability(problem: RoutingProblem) -> None:
    """Raises `Invalid` (`bad-stability`) for prices below 0, and for usual routes that name what is not there."""
    prices = problem.stability
    if prices is None:
        return
    amounts = prices.micros_van, prices.micros_time, prices.micros_neighbour, prices.seconds, prices.most_vans or 0
    if min(amounts) < 0:
        raise Invalid("bad-stability", amounts=min(amounts))
    stops = range(len(problem.stops))
    for usual in prices.usual:
        known = usual.stop in stops and (usual.behind is None or usual.behind in stops)
        if not known or (usual.van is not None and usual.van not in range(len(problem.vans))):
            raise Invalid("bad-stability:check-stability", stop=usual.stop)
    if len({usual.stop for usual in prices.usual}) < len(prices.usual):
        raise Invalid("bad-stability:stability")


def changes(problem: RoutingProblem, route: Route) -> Iterator[Change]:
    """Everything on a route that differs from the usual routes."""
    prices = problem.stability
    if prices is None:
        return
    usual = {problem.stops[its.stop].id: its for its in prices.usual}
    behind = None
    for visit in route.visits:
        its = usual.get(visit.stop)
        if its is None:
            continue
        if its.van is not None and problem.vans[its.van].id != route.van:
            yield Change(visit.stop, "van", prices.micros_van)
        if abs(visit.start - its.start) > prices.seconds:
            yield Change(visit.stop, "time", prices.micros_time)
        if its.behind != behind:
            yield Change(visit.stop, "neighbour", prices.micros_neighbour)
        behind = its.stop
