"""
The times of a tour that no exact timetable exists for: as late as it is, and no later.

A person may order what the rules forbid, and must then see what comes of it. The tour is driven as soon as it can be,
with its break where that makes least late; what is late then is allowed, and the exact timetable of what is allowed is
the answer. So a tour that keeps its times gets the times that it always had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from logistics.problem import END_OF_TIME, RoutingProblem, Stop, Van
from logistics.solution import Route, Solution, Unserved
from logistics.solver.timetable import VERSION, timetable, tour_of
from logistics.solver.trips import is_stop, places_of
from logistics.solver.windows import NEVER, first_start

__all__ = ["laid_out", "late_timetable", "route_of"]


@dataclass(frozen=True, slots=True)
class _Drive:
    """A tour driven as soon as it can be: starts of service, return, break; `missed` are the seconds that are late."""

    missed: int
    starts: tuple[int, ...]
    back: int
    break_start: int | None


def laid_out(
    problem: RoutingProblem,
    orders: Mapping[int, Sequence[int]],
    *,
    solver: str,
    seed: int,
    iterations: int,
    known: Mapping[int, Route] | None = None,
) -> Solution:
    """
    The solution of these tours (van index to stop indices and reloads) whatever rules they break; the judge says which.

    `known` are routes, by van index, that need no other times.
    """
    known = known or {}
    routes = tuple(known.get(van) or route_of(problem, van, order) for van, order in sorted(orders.items()) if order)
    served = {number for order in orders.values() for number in order}
    absent = [stop for number, stop in enumerate(problem.stops) if number not in served]
    return Solution(
        problem=problem.digest(),
        routes=routes,
        unserved=tuple(Unserved(stop.id, "no-room" if stop.price is None else "price") for stop in absent),
        micros=sum(route.micros for route in routes) + sum(stop.price or 0 for stop in absent),
        solver=solver,
        version=VERSION,
        seed=seed,
        iterations=iterations,
    )


def route_of(problem: RoutingProblem, van: int, order: Sequence[int]) -> Route:
    """The route of a van (by index) over this order: with its exact times, or as late as it is."""
    return timetable(problem, van, order) or late_timetable(problem, problem.vans[van], order)


def late_timetable(problem: RoutingProblem, van: Van, order: Sequence[int]) -> Route:
    """The best times of a van over this order once it may be as late as it cannot help being."""
    reload = Stop(problem.hubs[van.hub].id, service_seconds=van.reload_seconds)
    stops = [problem.stops_as_pinned[number] if is_stop(number) else reload for number in order]
    seconds = [problem.seconds[one][two] for one, two in pairwise(places_of(problem, van, order))]
    # before leaving, after each call, after returning
    rests: Sequence[int | None] = range(len(stops) + 2) if van.rest else (None,)
    drive = min((_driven(van, stops, seconds, rest) for rest in rests), key=lambda one: (one.missed, one.back))
    allowed = {
        number: replace(stop, windows=_widened(stop, start))
        for number, stop, start in zip(order, stops, drive.starts, strict=True)
        if is_stop(number)
    }
    route = tour_of(problem, _kept_longer(van, drive), order, allowed, _aboard(problem, order, stops, drive))
    if route is None:
        raise ValueError(f"the tour of van {van.id} has no times at all")
    return route


def _driven(van: Van, stops: Sequence[Stop], seconds: Sequence[int], resting: int | None) -> _Drive:
    """The drive with the break before leaving (0), after so many calls, or after returning (one more than stops)."""
    clock, missed, begins = van.shift_start, 0, None
    starts = []

    def rest() -> None:
        nonlocal clock, missed, begins
        if van.rest is not None:
            begins = max(clock, van.rest.earliest)
            missed += max(0, begins - van.rest.latest)
            clock = begins + van.rest.duration_seconds

    if resting == 0:
        rest()
    for number, (stop, drive) in enumerate(zip(stops, seconds, strict=False), 1):
        clock += drive
        start = first_start(stop, clock)
        if start >= NEVER:
            start = clock
            missed += clock - stop.windows[-1][1]
        starts.append(start)
        clock = start + stop.seconds_at_stop
        if resting == number:
            rest()
    back = clock = clock + seconds[-1]
    if resting == len(stops) + 1:
        rest()
    return _Drive(missed + max(0, clock - van.shift_end), tuple(starts), back, begins)


def _widened(stop: Stop, start: int) -> tuple[tuple[int, int], ...]:
    if not stop.windows or start <= stop.windows[-1][1]:
        return stop.windows
    return *stop.windows[:-1], (stop.windows[-1][0], start)


def _kept_longer(van: Van, drive: _Drive) -> Van:
    """The van with a shift and a break that the drive keeps."""
    end = max(van.shift_end, drive.back)
    if van.rest is None or drive.break_start is None:
        return replace(van, shift_end=end)
    rest = replace(van.rest, latest=max(van.rest.latest, drive.break_start))
    return replace(van, shift_end=max(end, drive.break_start + rest.duration_seconds), rest=rest)


def _aboard(problem: RoutingProblem, order: Sequence[int], stops: Sequence[Stop], drive: _Drive) -> dict[int, int]:
    """How long what rides between two stops is on board, where that is longer than it may be."""
    start = dict(zip(order, drive.starts, strict=True))
    rides = {}
    for number, stop in zip(order, stops, strict=True):
        pair = problem.pair_of.get(number)
        if pair is not None and pair.first == number and pair.second in start and pair.longest_seconds is not None:
            aboard = start[pair.second] - start[number] - stop.seconds_at_stop
            rides[number] = min(END_OF_TIME, max(pair.longest_seconds, aboard))
    return rides
