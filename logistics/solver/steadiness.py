"""
Stability as the search sees it: what a tour costs more than the usual one, and when it may leave so as to cost less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from logistics.problem import RoutingProblem, Van
from logistics.solution import Route, Visit

__all__ = ["keeps_pins", "steadiest", "unrest", "van_changes"]


def unrest(problem: RoutingProblem, van: str, order: Sequence[int], visits: Sequence[Visit]) -> int:
    """Micros for what differs on this tour from the usual ones."""
    prices = problem.stability
    if prices is None:
        return 0
    usual, index = problem.usual_of, problem.van_index.get(van)
    total, behind = 0, None
    for stop, visit in zip(order, visits, strict=True):
        its = usual.get(stop)
        if its is None:
            continue
        total += prices.micros_van * (its.van is not None and its.van != index)
        total += prices.micros_time * (not -prices.seconds <= visit.start - its.start <= prices.seconds)
        total += prices.micros_neighbour * (its.behind != behind)
        behind = stop
    return total


def van_changes(problem: RoutingProblem, orders: Mapping[int, Sequence[int]]) -> int:
    """How many stops ride with another van than usual."""
    usual = problem.usual_of
    return sum(usual[stop].van not in {None, van} for van, order in orders.items() for stop in order if stop in usual)


def keeps_pins(problem: RoutingProblem, van: Van, order: Sequence[int]) -> bool:
    """Whether a tour has the van and the order that pins ask for; their times are in the windows."""
    if not problem.pins:
        return True
    called: set[int] = set()
    for stop in order:
        only = problem.pinned_van.get(stop)
        if only is not None and problem.vans[only].id != van.id:
            return False
        if not called.isdisjoint(problem.later_than.get(stop, ())):
            return False
        called.add(stop)
    return True


def steadiest(problem: RoutingProblem, van: Van, route: Route, leaving: Callable[[int], Route]) -> Route:
    """
    The route, or the same leaving at another moment where keeping usual times is worth the seconds that it costs.

    Every moment is tried at which one more stop would be served just within its usual time; `leaving` drives the tour
    from a moment on, each service as soon as it can be.
    """
    prices = problem.stability
    if prices is None or prices.micros_time == 0:
        return route
    moments = set()
    for visit in route.visits:
        its = problem.usual_of.get(problem.stop_index[visit.stop])
        if its is None:
            continue
        late = visit.start - its.start
        if late > prices.seconds:
            moments.add(route.leave_hub - (late - prices.seconds))
        elif -late > prices.seconds:
            moments.add(route.leave_hub + (-late - prices.seconds))
    tried = [leaving(moment) for moment in sorted(moments) if moment >= van.shift_start]
    return min([route, *(one for one in tried if _is_driven(van, one))], key=lambda one: one.micros)


def _is_driven(van: Van, route: Route) -> bool:
    """Whether a tour that was left earlier or later keeps shift and break (its windows were waited for)."""
    if route.leave_hub < van.shift_start or route.return_hub > van.shift_end:
        return False
    if van.rest is None or route.break_start is None:
        return True
    begins, ends = route.break_start, route.break_start + van.rest.duration_seconds
    inside = max(van.rest.earliest, van.shift_start) <= begins <= min(van.rest.latest, van.shift_end - ends + begins)
    return inside and (route.break_after is not None or ends <= route.leave_hub or begins >= route.return_hub)
