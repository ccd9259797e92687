"""
The routes that a plan recorded, as the answer to the problem that it recorded: so that they can be judged again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from logistics.plan import PlanDrafted, PlannedRoute
from logistics.problem import RoutingProblem
from logistics.solution import Reload, Route, Solution, Unserved, Visit, priced
from logistics.solver.timetable import loads
from logistics.solver.trips import order_of

__all__ = ["RouteDifference", "as_recorded", "route_differences"]


@dataclass(frozen=True, slots=True)
class RouteDifference:
    """A stop that is called at by another van (`""` for none), or in another second after midnight, than it was."""

    stop: str
    van_then: str
    van_now: str
    starts_then: int | None
    starts_now: int | None


def as_recorded(problem: RoutingProblem, drafted: PlanDrafted) -> Solution:
    """
    The solution that the plan was made from; what a plan does not keep (grams, cost by route) follows from the rest.

    Raises `KeyError` where a route names a van or a stop that the problem has not.
    """
    routes = tuple(_route(problem, route) for route in drafted.routes)
    if drafted.inputs.replanned_at is not None:
        # Its loads hold what rides home, too, which no stop of the problem brings or takes.
        routes = tuple(replace(route, totes=_totes(problem, route)) for route in routes)
    served = {stop for route in routes for stop in route.stops}
    unserved = tuple(
        Unserved(stop.id, "no-room" if stop.price is None else "price")
        for stop in problem.stops
        if stop.id not in served
    )
    prices = sum(stop.price or 0 for stop in problem.stops if stop.id not in served)
    solver, _, version = drafted.inputs.solver.rpartition(" ")
    return Solution(
        problem=problem.digest(),
        routes=routes,
        unserved=unserved,
        micros=sum(priced(problem, route).micros for route in routes) + prices,
        solver=solver,
        version=version,
        seed=drafted.inputs.seed,
        iterations=0,
    )


def _route(problem: RoutingProblem, route: PlannedRoute) -> Route:
    break_after = _break_after(problem, route)
    planned = route.reloads or ()
    ends = [0, *(reload.after for reload in planned), len(route.stops)]
    grams = [
        _grams(problem, [problem.stop_index[stop.name] for stop in route.stops[begin:end]])
        for begin, end in pairwise(ends)
    ]
    whole = Route(
        van=route.van,
        leave_hub=route.leaves,
        visits=tuple(Visit(stop.name, stop.arrives, stop.starts, stop.leaves) for stop in route.stops),
        return_hub=route.returns,
        break_start=route.break_at,
        break_after=break_after,
        totes=(route.load_at_start, *(stop.load_after for stop in route.stops)),
        grams=(grams[0][0], *(load for trip in grams for load in trip[1:])),
        metres=route.metres,
        seconds=route.returns - route.leaves,
        micros=0,
        reloads=tuple(
            Reload(
                reload.after,
                reload.arrives,
                reload.leaves,
                reload.totes_on,
                trip[0],
                # A break behind the last stop of a trip is taken there, or at the hub once the van is loaded.
                rests=reload.after == break_after and route.break_at is not None and route.break_at >= reload.leaves,
            )
            for reload, trip in zip(planned, grams[1:], strict=True)
        ),
    )
    return replace(whole, micros=priced(problem, whole).micros)


def _totes(problem: RoutingProblem, route: Route) -> tuple[int, ...]:
    return loads(problem, order_of(problem, route)).totes


def _grams(problem: RoutingProblem, numbers: Sequence[int]) -> tuple[int, ...]:
    """The weight on leaving the hub for a trip over these stops, and on leaving each of them."""
    legs = [sum(problem.stops[number].deliver_grams for number in numbers)]
    for number in numbers:
        stop, pair = problem.stops[number], problem.pair_of.get(number)
        riding = 0 if pair is None else pair.grams if pair.first == number else -pair.grams
        legs.append(legs[-1] - stop.deliver_grams + stop.collect_grams + riding)
    return tuple(legs)


def _break_after(problem: RoutingProblem, route: PlannedRoute) -> int | None:
    """After how many calls the break was taken; None at the hub, before leaving or after returning."""
    rest = problem.vans[problem.van_index[route.van]].rest
    if route.break_at is None or rest is None:
        return None
    if route.break_at + rest.duration_seconds <= route.leaves or route.break_at >= route.returns:
        return None
    return sum(stop.leaves <= route.break_at for stop in route.stops)


def route_differences(then: Solution, now: Solution) -> tuple[RouteDifference, ...]:
    """The stops that another van calls at, or another second, by name; empty where the routes are the same."""
    before, after = _calls(then), _calls(now)
    return tuple(
        RouteDifference(stop, one[0], two[0], one[1], two[1])
        for stop in sorted({*before, *after})
        for one, two in ((before.get(stop, _NO_CALL), after.get(stop, _NO_CALL)),)
        if one != two
    )


_NO_CALL: tuple[str, int | None] = ("", None)


def _calls(solution: Solution) -> dict[str, tuple[str, int | None]]:
    return {visit.stop: (route.van, visit.start) for route in solution.routes for visit in route.visits}
