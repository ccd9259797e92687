"""
What no plan can go below: the cheapest way to give every stop one stop before it and one behind it (assignment).

Tours fall apart into circles in it, and capacity and shifts are only seen in the least number of vans, so the bound
is valid for every plan that serves all must-stops and no more than that: it proves how far off a plan may be at most.
"""

from __future__ import annotations

import numpy as np
from ortools.graph.python.linear_sum_assignment import SimpleLinearSumAssignment

from logistics.problem import END_OF_TIME, RoutingProblem
from logistics.solver.kernel.day import Ints

__all__ = ["lower_bound"]

_NO_WAY = -1


def lower_bound(problem: RoutingProblem) -> int:
    """Micros, at least 0 less all credits; 0 for a day without stops or vans."""
    if not problem.stops or not problem.vans:
        return 0
    hubs, stops = len(problem.hubs), len(problem.stops)
    slots = min(sum(van.trips for van in problem.vans), stops)  # a trip each
    size = stops + slots
    legs = _legs(problem)
    cost = np.full((size, size), _NO_WAY, np.int64)
    cost[:stops, :stops] = np.where(_in_time(problem), legs[hubs:, hubs:], _NO_WAY)
    starts = sorted({van.hub for van in problem.vans})
    fixed = min(van.micros_fixed for van in problem.vans)
    cost[stops:, :stops] = legs[starts, hubs:].min(axis=0)
    most = max(van.trips for van in problem.vans)
    used = slots if most == 1 else -(-_least_trips(problem) // most)  # a further trip of a van is free of it
    cost[stops : stops + used, :stops] += fixed
    cost[:stops, stops:] = legs[hubs:, starts].min(axis=1)[:, None]
    idle = slots - _least_trips(problem)
    cost[size - idle :, size - idle :] = np.where(np.eye(idle, dtype=bool), 0, _NO_WAY)
    for number, stop in enumerate(problem.stops):
        cost[number, number] = _NO_WAY if stop.price is None else stop.price
    solver = SimpleLinearSumAssignment()
    left, right = np.nonzero(cost >= 0)
    solver.add_arcs_with_cost(left.astype(np.int32), right.astype(np.int32), cost[left, right])
    saved = sum(credit.micros for credit in problem.credits)
    if solver.solve() != solver.OPTIMAL:  # nothing serves all must-stops: no plan is bounded
        return -saved
    return int(solver.optimal_cost()) - saved


def _legs(problem: RoutingProblem) -> Ints:
    """The least that driving from place to place costs any van, and being at the first before."""
    metres = np.array(problem.metres, np.int64)
    seconds = np.array(problem.seconds, np.int64)
    done = np.array([0] * len(problem.hubs) + [stop.seconds_at_stop for stop in problem.stops])
    tariffs = {(van.micros_per_metre, van.micros_per_second) for van in problem.vans}
    legs = [metres * metre + (seconds + done[:, None]) * second for metre, second in tariffs]
    least: Ints = np.stack(legs).min(axis=0)
    return least


def _in_time(problem: RoutingProblem) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """From stop to stop: whether a van that goes there first, as soon as any can, finds the other open."""
    hubs = len(problem.hubs)
    seconds = np.array(problem.seconds, np.int64)
    ready = np.min([van.shift_start + seconds[van.hub, hubs:] for van in problem.vans], axis=0)
    stops = problem.stops_as_pinned
    ready = np.maximum(ready, [stop.windows[0][0] if stop.windows else 0 for stop in stops])
    ready = ready + [stop.seconds_at_stop for stop in stops]
    closes = np.array([stop.windows[-1][1] if stop.windows else END_OF_TIME for stop in stops])
    found: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = ready[:, None] + seconds[hubs:, hubs:] <= closes
    return found


def _least_trips(problem: RoutingProblem) -> int:
    """How many trips of the largest vans hold what must be delivered, or collected."""
    musts = [stop for stop in problem.stops if stop.price is None]
    totes = max(sum(stop.deliver for stop in musts), sum(stop.collect for stop in musts))
    used = 0
    for van in sorted(problem.vans, key=lambda van: -van.totes)[: len(problem.stops)]:
        trips = min(van.trips, -(-max(0, totes) // max(1, van.totes)), len(problem.stops) - used)
        totes -= trips * van.totes
        used += trips
    return max(used, min(1, len(musts)))
