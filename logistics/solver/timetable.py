"""
The best times for a given van and order of stops.

The van returns as early as it can, and then leaves as late as that allows, so nobody is paid to wait. A van
with a break carries two clocks through the tour, "not taken yet" and "taken": the earliest clock of each is
enough to decide feasibility exactly, because arriving earlier never hurts. Where it does, on a tour with a longest
time on board, `rides` finds the times. A reload between two trips is to the clocks a
call like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from logistics.problem import Break, Pair, RoutingProblem, Stop, Van
from logistics.solution import Reload, Route, Solution, Unserved, Visit
from logistics.solver.credits import earned
from logistics.solver.rides import Tour, best_times, rides_of
from logistics.solver.steadiness import keeps_pins, steadiest, unrest
from logistics.solver.trips import RELOAD, is_stop, keeps_trips, places_of, split
from logistics.solver.windows import NEVER, first_start, last_start

__all__ = ["VERSION", "Loads", "assemble", "fits", "loads", "route_that_fits", "timetable", "tour_of"]

VERSION = "5"
"""Goes up whenever the same problem, seed and iterations may give other routes."""


class Loads(NamedTuple):
    """What is on board on leaving the hub and every stop, and on leaving the hub again after each reload."""

    totes: tuple[int, ...]
    grams: tuple[int, ...]
    reloaded: tuple[tuple[int, int], ...] = ()

    @property
    def most_totes(self) -> int:
        """On the fullest leg."""
        return max(*self.totes, *(totes for totes, _ in self.reloaded), 0)

    @property
    def most_grams(self) -> int:
        """On the heaviest leg."""
        return max(*self.grams, *(grams for _, grams in self.reloaded), 0)


def loads(problem: RoutingProblem, order: Sequence[int]) -> Loads:
    """Totes and grams of a tour over these stops (by index), each trip for itself."""
    first, *others = (_trip_loads(problem, trip) for trip in split(order))
    totes, grams = [*first[0]], [*first[1]]
    for trip_totes, trip_grams in others:
        totes += trip_totes[1:]
        grams += trip_grams[1:]
    return Loads(tuple(totes), tuple(grams), tuple((one[0], two[0]) for one, two in others))


def _trip_loads(problem: RoutingProblem, order: Sequence[int]) -> tuple[list[int], list[int]]:
    stops = [problem.stops[number] for number in order]
    totes, grams = {}, {}
    for number in order:
        pair = problem.pair_of.get(number)
        sign = 0 if pair is None else (1 if pair.first == number else -1)
        totes[number] = sign * pair.totes if pair else 0
        grams[number] = sign * pair.grams if pair else 0
    tote_steps = [stop.collect - stop.deliver + totes[n] for n, stop in zip(order, stops, strict=True)]
    gram_steps = [stop.collect_grams - stop.deliver_grams + grams[n] for n, stop in zip(order, stops, strict=True)]
    return (
        list(accumulate(tote_steps, initial=sum(stop.deliver for stop in stops))),
        list(accumulate(gram_steps, initial=sum(stop.deliver_grams for stop in stops))),
    )


def timetable(problem: RoutingProblem, van_index: int, order: Sequence[int]) -> Route | None:
    """The route of one van over stops (by index) in this order; None where its times forbid it."""
    return tour_of(problem, problem.vans[van_index], order)


def fits(
    problem: RoutingProblem,
    van: Van,
    order: Sequence[int],
    instead: Mapping[int, Stop] | None = None,
    aboard: Mapping[int, int] | None = None,
) -> bool:
    """Whether a van, which need not be of the problem, can drive this order: hub, pairs, pins, loads, times."""
    return route_that_fits(problem, van, order, instead, aboard) is not None


def route_that_fits(
    problem: RoutingProblem,
    van: Van,
    order: Sequence[int],
    instead: Mapping[int, Stop] | None = None,
    aboard: Mapping[int, int] | None = None,
) -> Route | None:
    """The route of a van that can drive this order as `fits` says; None where it cannot."""
    call = {stop: number for number, stop in enumerate(order)}
    if any(call.get(pair.first, NEVER) >= call.get(pair.second, -1) for pair in _pairs_on(problem, order)):
        return None
    if any(problem.stops[stop].hub not in {None, van.hub} for stop in order if is_stop(stop)):
        return None
    if not keeps_trips(problem, van, order):
        return None
    if not keeps_pins(problem, van, order):
        return None
    carried = loads(problem, order)
    if carried.most_totes > van.totes or carried.most_grams > van.grams:
        return None
    return tour_of(problem, van, order, instead, aboard)


def _pairs_on(problem: RoutingProblem, order: Sequence[int]) -> Iterator[Pair]:
    return (problem.pair_of[stop] for stop in order if stop in problem.pair_of)


def tour_of(
    problem: RoutingProblem,
    van: Van,
    order: Sequence[int],
    instead: Mapping[int, Stop] | None = None,
    aboard: Mapping[int, int] | None = None,
) -> Route | None:
    """
    The best times of a van, which need not be of the problem, over this order; None where its times forbid it.

    `instead` gives some stops (by index) other windows than theirs, `aboard` some pairs (by the index of their first
    stop) another longest time on board.
    """
    drive = _drives(problem, van, order)
    reload = Stop(problem.hubs[van.hub].id, service_seconds=van.reload_seconds)
    stops = [
        (instead or {}).get(number, problem.stops_as_pinned[number]) if is_stop(number) else reload for number in order
    ]
    rides = rides_of(problem, order, aboard or {}) if problem.pairs else []
    if rides:
        times = best_times(Tour(van, stops, drive, rides))
        if times is None:
            return None
        leave, break_after, starts, _ = times
        return _walk(problem, van, order, stops, drive, leave=leave, after=break_after, starts=starts)
    back = _earliest_return(van, stops, drive)
    if back is None:
        return None
    choice = _latest_departure(van, stops, drive, back)
    if choice is None:
        return None
    leave, break_after = choice

    def leaving(moment: int) -> Route:
        return _walk(problem, van, order, stops, drive, leave=moment, after=break_after)

    return steadiest(problem, van, leaving(leave), leaving)


def _drives(problem: RoutingProblem, van: Van, order: Sequence[int]) -> list[int]:
    return [problem.seconds[one][two] for one, two in pairwise(places_of(problem, van, order))]


def _earliest_return(van: Van, stops: Sequence[Stop], drive: Sequence[int]) -> int | None:
    rest = van.rest
    due = van.shift_start if rest else NEVER
    taken = max(van.shift_start, rest.earliest) + rest.duration_seconds if rest else van.shift_start
    for stop, seconds in zip(stops, drive, strict=False):
        due = min(NEVER, due + seconds)
        taken = min(NEVER, taken + seconds)
        due = min(NEVER, first_start(stop, due) + stop.seconds_at_stop)
        taken = min(NEVER, first_start(stop, taken) + stop.seconds_at_stop)
        if rest and due <= rest.latest:
            taken = min(taken, max(due, rest.earliest) + rest.duration_seconds)
    due, taken = due + drive[-1], taken + drive[-1]
    if rest and due <= _last_break(van, rest):
        return min(due, taken)
    return taken if taken <= van.shift_end else None


def _last_break(van: Van, rest: Break) -> int:
    return min(rest.latest, van.shift_end - rest.duration_seconds)


def _latest_departure(
    van: Van, stops: Sequence[Stop], drive: Sequence[int], back: int
) -> tuple[int, int | None] | None:
    """When to leave, and after how many visits to rest (None: at the hub), so as to be back at `back`."""
    rest = van.rest
    taken = back
    due = min(back, _last_break(van, rest)) if rest else -NEVER
    after: int | None = None
    for number in range(len(stops) - 1, -1, -1):
        stop, seconds = stops[number], drive[number + 1]
        done = stop.seconds_at_stop
        due_here = last_start(stop, due - seconds - done) if due > -NEVER else -NEVER
        if rest and rest.earliest + rest.duration_seconds + seconds <= taken:
            resting = last_start(stop, min(rest.latest, taken - seconds - rest.duration_seconds) - done)
            if resting > due_here:
                due_here, after = resting, number + 1
        due = due_here
        taken = last_start(stop, taken - seconds - done) if taken > -NEVER else -NEVER
    due, taken = due - drive[0], taken - drive[0]
    if rest is None:
        return (taken, None) if taken >= van.shift_start else None
    rested = max(van.shift_start, rest.earliest) + rest.duration_seconds
    if taken >= rested and taken >= due:
        return taken, None
    return (due, after) if due >= van.shift_start else None


def _walk(
    problem: RoutingProblem,
    van: Van,
    order: Sequence[int],
    stops: Sequence[Stop],
    drive: Sequence[int],
    *,
    leave: int,
    after: int | None,
    starts: Sequence[int] | None = None,
) -> Route:
    """
    The route that leaves then and rests there, serving as soon as it can, or at the given `starts`.

    `after` counts the calls before the break, reloads among them.
    """
    clock, break_start = leave, None
    visits: list[Visit] = []
    reloads: list[Reload] = []
    carried = loads(problem, order)
    rest = van.rest
    for count, stop in enumerate(stops):
        arrive = clock + drive[count]
        start = starts[count] if starts else first_start(stop, arrive)
        clock = start + stop.seconds_at_stop
        rests = rest is not None and after == count + 1
        if order[count] == RELOAD:
            reloads.append(Reload(len(visits), arrive, clock, *carried.reloaded[len(reloads)], rests))
        else:
            visits.append(Visit(stop=stop.id, arrive=arrive, start=start, leave=clock))
        if rest and rests:
            break_start = max(clock, rest.earliest)
            clock = break_start + rest.duration_seconds
            after = len(visits)
    back = clock + drive[-1]
    if rest and after is None:
        before = max(van.shift_start, rest.earliest)
        break_start = before if before + rest.duration_seconds <= leave else max(back, rest.earliest)
    metres = sum(problem.metres[one][two] for one, two in pairwise(places_of(problem, van, order)))
    stops_only = [number for number in order if is_stop(number)]
    return Route(
        van=van.id,
        leave_hub=leave,
        visits=tuple(visits),
        return_hub=back,
        break_start=break_start,
        break_after=after,
        totes=carried.totes,
        grams=carried.grams,
        metres=metres,
        seconds=back - leave,
        micros=metres * van.micros_per_metre
        + (back - leave) * van.micros_per_second
        + van.micros_fixed
        - sum(earned(problem, trip) for trip in split(order))
        + unrest(problem, van.id, stops_only, visits),
        reloads=tuple(reloads),
    )


def assemble(
    problem: RoutingProblem,
    orders: Mapping[int, Sequence[int]],
    *,
    solver: str,
    seed: int,
    iterations: int,
    proved: bool = False,
) -> Solution:
    """
    The solution of these tours (van index to stop indices); stops in none of them are listed as unserved.

    `proved` says that there is no cheaper plan. Raises `ValueError` if a tour has no timetable: the search never hands
    one over.
    """
    routes = []
    for van_index in sorted(orders):
        if not orders[van_index]:
            continue
        route = timetable(problem, van_index, orders[van_index])
        if route is None:
            raise ValueError(f"the tour of van {problem.vans[van_index].id} has no timetable")
        routes.append(route)
    served = {number for order in orders.values() for number in order}
    unserved = tuple(
        Unserved(stop=stop.id, reason="no-room" if stop.price is None else "price")
        for number, stop in enumerate(problem.stops)
        if number not in served
    )
    prices = sum(stop.price or 0 for number, stop in enumerate(problem.stops) if number not in served)
    micros = sum(route.micros for route in routes) + prices
    return Solution(
        problem=problem.digest(),
        routes=tuple(routes),
        unserved=unserved,
        micros=micros,
        solver=solver,
        version=VERSION,
        seed=seed,
        iterations=iterations,
        bound=micros if proved else None,
    )
