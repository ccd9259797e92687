"""
The answer to a routing problem, and the judge of it.

A `Solution` says for every van when it is where with what on board, and what stays behind. `verify` is the
judge: it recomputes everything from the problem alone and shares no code with any search, so that a fault in
one cannot hide in the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from logistics.pin import broken_pins
from logistics.problem import RoutingProblem, Stop, Van
from logistics.stability import changes
from logistics.wall_clock import exact_time, minutes

__all__ = ["Reload", "Route", "Solution", "Unserved", "Violation", "Visit", "priced", "verify"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One call: seconds since midnight at which the van arrives, service starts, and the stop is done."""

    stop: str
    arrive: int
    start: int
    leave: int


@dataclass(frozen=True, slots=True)
class Reload:
    """
    A call at the hub between two trips, after so many visits: all that is on board goes off, the next trip's load on.

    The van arrives, and is loaded at `leave`; `totes` and `grams` are on board then. `rests` says that the break
    follows here, before it drives on.
    """

    after: int
    arrive: int
    leave: int
    totes: int
    grams: int
    rests: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """
    One van's tour. `totes` and `grams` hold the load on leaving the hub, and on leaving every stop.

    `break_start` is None for a van without one. `break_after` counts the visits that come before the break;
    None when it is taken at the hub, before leaving or after returning. `reloads` are the calls at the hub between its
    trips, in order. `seconds` runs from leaving to
    returning. `micros` is this route's share of the cost, less the credits that it earns (below 0 where these are
    worth more than the drive), with the price of what differs from the usual routes.
    """

    van: str
    leave_hub: int
    visits: tuple[Visit, ...]
    return_hub: int
    break_start: int | None
    break_after: int | None
    totes: tuple[int, ...]
    grams: tuple[int, ...]
    metres: int
    seconds: int
    micros: int
    reloads: tuple[Reload, ...] = ()

    @property
    def stops(self) -> tuple[str, ...]:
        """The ids of the stops in order."""
        return tuple(visit.stop for visit in self.visits)


@dataclass(frozen=True, slots=True)
class Unserved:
    """A stop that is left out; `reason` is `price` (cheaper to leave) or `no-room` (no van can take it)."""

    stop: str
    reason: str


@dataclass(frozen=True, slots=True)
class Solution:
    """
    Routes, what is left out, and how it was found.

    `micros` is the cost of all routes plus the prices of optional stops left out. `problem` is the digest of
    the problem; seed, solver, version and iterations make it repeatable under a budget of iterations. `bound`, where
    there is one, is proven: no plan that leaves out as few must-stops costs less.
    """

    problem: str
    routes: tuple[Route, ...]
    unserved: tuple[Unserved, ...]
    micros: int
    solver: str
    version: str
    seed: int
    iterations: int
    bound: int | None = None

    @property
    def is_optimal(self) -> bool:
        """Whether it is proven that no plan is better."""
        return self.bound == self.micros

    @property
    def metres(self) -> int:
        """Metres driven by all vans."""
        return sum(route.metres for route in self.routes)

    @property
    def seconds(self) -> int:
        """Seconds between leaving and returning, summed over the vans."""
        return sum(route.seconds for route in self.routes)


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: its code, where, and one sentence with the numbers."""

    rule: str
    place: str
    sentence: str


def verify(problem: RoutingProblem, solution: Solution) -> tuple[Violation, ...]:
    """Everything in the solution that the problem forbids or that does not add up; empty when it is sound."""
    return tuple(_violations(problem, solution))


def _violations(problem: RoutingProblem, solution: Solution) -> Iterator[Violation]:
    if solution.problem != problem.digest():
        yield Violation("problem", "solution", "The solution belongs to another problem.")
    stops = {stop.id: number for number, stop in enumerate(problem.stops)}
    vans = {van.id: van for van in problem.vans}
    yield from _stop_violations(problem, solution, stops)
    for van_id, times in Counter(route.van for route in solution.routes).items():
        if van_id not in vans:
            yield Violation("van", van_id, f"Van {van_id} is not in the problem.")
        elif times > 1:
            yield Violation("van", van_id, f"Van {van_id} has {times} routes.")
    for route in solution.routes:
        van = vans.get(route.van)
        if van is None or any(visit.stop not in stops for visit in route.visits):
            continue
        if not route.visits:
            yield Violation("van", route.van, f"Van {route.van} goes out to no stop.")
            continue
        numbers = [stops[visit.stop] for visit in route.visits]
        yield from _hub_violations(problem, van, numbers)
        if _trip_faults(van, route):
            yield from _trip_faults(van, route)
            continue
        yield from _time_violations(problem, van, route, numbers)
        yield from _load_violations(problem, van, route, numbers)
        yield from _cost_violations(problem, van, route, numbers)
    yield from _pair_violations(problem, solution)
    yield from (Violation("pin", stop, sentence) for stop, sentence in broken_pins(problem, solution.routes))
    yield from _change_violations(problem, solution)
    prices = sum(problem.stops[stops[left.stop]].price or 0 for left in solution.unserved if left.stop in stops)
    total = sum(route.micros for route in solution.routes) + prices
    if total != solution.micros:
        yield Violation("cost", "solution", f"The cost is {total} micros, not {solution.micros}.")
    if solution.bound is not None and solution.bound > solution.micros:
        yield Violation("bound", "solution", f"No plan costs less than {solution.bound} micros; this is {total}.")


def _stop_violations(problem: RoutingProblem, solution: Solution, stops: dict[str, int]) -> Iterator[Violation]:
    visited = Counter(visit.stop for route in solution.routes for visit in route.visits)
    left = Counter(unserved.stop for unserved in solution.unserved)
    for stop_id in [*visited, *left]:
        if stop_id not in stops:
            yield Violation("stop", stop_id, f"Stop {stop_id} is not in the problem.")
    for stop in problem.stops:
        mentions = visited[stop.id] + left[stop.id]
        if mentions != 1:
            yield Violation(
                "stop",
                stop.id,
                f"Stop {stop.id} is visited {visited[stop.id]} times and listed unserved {left[stop.id]}.",
            )
        if stop.price is None and not visited[stop.id]:
            yield Violation("must", stop.id, f"Stop {stop.id} must be served and is not.")


def _hub_violations(problem: RoutingProblem, van: Van, numbers: list[int]) -> Iterator[Violation]:
    for number in numbers:
        stop = problem.stops[number]
        if stop.hub is not None and stop.hub != van.hub:
            yield Violation(
                "hub",
                stop.id,
                f"Stop {stop.id} belongs to hub {problem.hubs[stop.hub].id}; van {van.id} starts at"
                f" {problem.hubs[van.hub].id}.",
            )


def _time_violations(problem: RoutingProblem, van: Van, route: Route, numbers: list[int]) -> Iterator[Violation]:
    if route.leave_hub < van.shift_start or route.return_hub > van.shift_end:
        over = max(0, van.shift_start - route.leave_hub) + max(0, route.return_hub - van.shift_end)
        yield Violation(
            "shift",
            van.id,
            f"Van {van.id} is out from {exact_time(route.leave_hub)} to {exact_time(route.return_hub)},"
            f" {minutes(over)} outside its shift from {exact_time(van.shift_start)} to {exact_time(van.shift_end)}.",
        )
    yield from _break_violations(van, route)
    reloads = {reload.after: reload for reload in route.reloads}
    clock, place = route.leave_hub, van.hub
    for count in range(len(numbers) + 1):
        reload = reloads.get(count)
        if route.break_after == count > 0 and (reload is None or not reload.rests):
            clock = _rested(van, route, clock)
        if reload is not None:
            clock += problem.seconds[place][van.hub]
            if reload.arrive != clock or reload.leave < clock + van.reload_seconds:
                yield Violation(
                    "reload",
                    van.id,
                    f"Van {van.id} is back at its hub at {clock} s and takes {van.reload_seconds} s to reload, but says"
                    f" arrive {reload.arrive}, leave {reload.leave}.",
                )
            clock, place = reload.leave, van.hub
            if reload.rests:
                clock = _rested(van, route, clock)
        if count == len(numbers):
            break
        visit, number = route.visits[count], numbers[count]
        stop = problem.stops[number]
        clock += problem.seconds[place][problem.stop_place(number)]
        service = stop.service_seconds + stop.seconds_per_tote * (stop.deliver + stop.collect)
        if visit.arrive != clock or visit.start < visit.arrive or visit.leave != visit.start + service:
            yield Violation(
                "time",
                stop.id,
                f"Stop {stop.id} is reached at {clock} s and takes {service} s, but says arrive"
                f" {visit.arrive}, start {visit.start}, leave {visit.leave}.",
            )
        if not _inside_a_window(stop, visit.start):
            yield Violation("window", stop.id, _outside(stop, visit.start, van.id))
        clock, place = visit.leave, problem.stop_place(number)
    clock += problem.seconds[place][van.hub]
    if clock != route.return_hub:
        yield Violation("time", van.id, f"Van {van.id} is back at {clock} s, not at {route.return_hub} s.")


def _rested(van: Van, route: Route, clock: int) -> int:
    """The end of a break that is taken between leaving and returning, where the van is at a moment."""
    if van.rest is None or route.break_start is None:
        return clock
    return max(clock, route.break_start) + van.rest.duration_seconds


def _trip_faults(van: Van, route: Route) -> list[Violation]:
    """More trips than the van may make, or calls at the hub with no visit before, between or behind them."""
    faults = []
    if len(route.reloads) + 1 > van.trips:
        faults.append(
            Violation("trips", van.id, f"Van {van.id} makes {len(route.reloads) + 1} trips; {van.trips} may be.")
        )
    places = [0, *(reload.after for reload in route.reloads), len(route.visits)]
    if any(before >= after for before, after in pairwise(places)):
        faults.append(Violation("trips", van.id, f"Van {van.id} makes a trip to no stop: it reloads {places[1:-1]}."))
    if any(reload.rests and reload.after != route.break_after for reload in route.reloads):
        faults.append(Violation("break", van.id, f"Van {van.id} rests at its hub, but not where its break is."))
    return faults


def _trips(route: Route) -> list[range]:
    """The visits of each trip."""
    places = [0, *(reload.after for reload in route.reloads), len(route.visits)]
    return [range(before, after) for before, after in pairwise(places)]


def _inside_a_window(stop: Stop, start: int) -> bool:
    return not stop.windows or any(opens <= start <= closes for opens, closes in stop.windows)


def _outside(stop: Stop, start: int, van: str) -> str:
    """Which edge of which window the start of service misses by how much: the one that is nearest."""
    edges = [(opens - start, f"earlier than {exact_time(opens)}, the soonest") for opens, _ in stop.windows]
    edges += [(start - closes, f"later than {exact_time(closes)}, the latest") for _, closes in stop.windows]
    missing, said = min(edge for edge in edges if edge[0] > 0)
    return f"Service at {stop.id} by van {van} starts at {exact_time(start)}, {minutes(missing)} {said} that it may."


def _break_violations(van: Van, route: Route) -> Iterator[Violation]:
    if van.rest is None:
        if route.break_start is not None or route.break_after is not None:
            yield Violation("break", van.id, f"Van {van.id} has no break but its route holds one.")
        return
    begins, length = route.break_start, van.rest.duration_seconds
    if begins is None:
        yield Violation("break", van.id, f"Van {van.id} takes no break of {minutes(length)}.")
        return
    if not van.rest.earliest <= begins <= van.rest.latest:
        yield Violation(
            "break",
            van.id,
            f"Van {van.id} takes its break at {exact_time(begins)},"
            f" {minutes(max(van.rest.earliest - begins, begins - van.rest.latest))} outside"
            f" {exact_time(van.rest.earliest)} to {exact_time(van.rest.latest)}.",
        )
    if begins < van.shift_start or begins + length > van.shift_end:
        yield Violation("break", van.id, f"Van {van.id} takes its break at {exact_time(begins)}, outside its shift.")
    after = route.break_after
    if after is None:
        if begins + length > route.leave_hub and begins < route.return_hub:
            yield Violation("break", van.id, f"Van {van.id} takes its break at the hub while it is out.")
    elif not 1 <= after <= len(route.visits):
        yield Violation("break", van.id, f"Van {van.id} takes its break after visit {after}, which it has not.")
    elif begins < route.visits[after - 1].leave:
        yield Violation("break", van.id, f"Van {van.id} takes its break at {exact_time(begins)} while at a stop.")
    elif any(reload.rests and begins < reload.leave for reload in route.reloads):
        yield Violation("break", van.id, f"Van {van.id} takes its break at {exact_time(begins)} while it is loaded.")


def _load_violations(problem: RoutingProblem, van: Van, route: Route, numbers: list[int]) -> Iterator[Violation]:
    riding = {pair.first: (pair.totes, pair.grams) for pair in problem.pairs}
    riding |= {pair.second: (-pair.totes, -pair.grams) for pair in problem.pairs}
    at_hub: list[tuple[int, int]] = []
    loads: list[tuple[int, int]] = []
    for trip in _trips(route):
        stops = [problem.stops[numbers[order]] for order in trip]
        aboard = sum(stop.deliver for stop in stops), sum(stop.deliver_grams for stop in stops)
        at_hub.append(aboard)
        for order, stop in zip(trip, stops, strict=True):
            totes, grams = riding.get(numbers[order], (0, 0))
            aboard = (
                aboard[0] - stop.deliver + stop.collect + totes,
                aboard[1] - stop.deliver_grams + stop.collect_grams + grams,
            )
            loads.append(aboard)
    said_at_hub = [(reload.totes, reload.grams) for reload in route.reloads]
    if said_at_hub != at_hub[1:]:
        yield Violation("load", van.id, f"Van {van.id} reloads {at_hub[1:]} totes and grams, not {said_at_hub}.")
    for unit, which, said, capacity in (("totes", 0, route.totes, van.totes), ("grams", 1, route.grams, van.grams)):
        legs = [at_hub[0][which], *(load[which] for load in loads)]
        if tuple(legs) != said:
            yield Violation("load", van.id, f"Van {van.id} carries {legs} {unit} leg by leg, not {list(said)}.")
        most = max([*legs, *(load[which] for load in at_hub)])
        if most > capacity:
            where = "after a reload"
            if most in legs:
                leg = legs.index(most)
                where = f"after {route.visits[leg - 1].stop}" if leg else "when it leaves its hub"
            yield Violation("capacity", van.id, f"Van {van.id} holds {capacity} {unit} and would carry {most} {where}.")


def _cost_violations(problem: RoutingProblem, van: Van, route: Route, numbers: list[int]) -> Iterator[Violation]:
    metres, seconds, micros = _price(problem, van, route, numbers)
    if (route.metres, route.seconds, route.micros) != (metres, seconds, micros):
        yield Violation(
            "cost",
            van.id,
            f"Van {van.id} drives {metres} m in {seconds} s for {micros} micros, not {route.metres} m in"
            f" {route.seconds} s for {route.micros}.",
        )


def priced(problem: RoutingProblem, route: Route) -> Route:
    """The route with metres, seconds and micros as they follow from its stops and times; all must be in the problem."""
    van = problem.vans[problem.van_index[route.van]]
    numbers = [problem.stop_index[stop] for stop in route.stops]
    metres, seconds, micros = _price(problem, van, route, numbers)
    return replace(route, metres=metres, seconds=seconds, micros=micros)


def _price(problem: RoutingProblem, van: Van, route: Route, numbers: list[int]) -> tuple[int, int, int]:
    trips = [[numbers[order] for order in trip] for trip in _trips(route)]
    metres = 0
    for trip in trips:
        places = [van.hub, *(problem.stop_place(number) for number in trip), van.hub]
        metres += sum(problem.metres[one][two] for one, two in pairwise(places))
    seconds = route.return_hub - route.leave_hub
    earned = sum(_earned(problem, trip) for trip in trips)
    micros = metres * van.micros_per_metre + seconds * van.micros_per_second + van.micros_fixed - earned
    micros += sum(change.micros for change in changes(problem, route))
    return metres, seconds, micros


def _change_violations(problem: RoutingProblem, solution: Solution) -> Iterator[Violation]:
    most = problem.stability.most_vans if problem.stability is not None else None
    if most is None:
        return
    moved = [one for route in solution.routes for one in changes(problem, route) if one.kind == "van"]
    if len(moved) > most:
        yield Violation("changes", moved[most].stop, f"{len(moved)} stops change van; {most} may.")


def _earned(problem: RoutingProblem, numbers: list[int]) -> int:
    """The credits whose origin is called at before their destination on one trip."""
    call = {number: order for order, number in enumerate(numbers)}
    return sum(
        credit.micros
        for credit in problem.credits
        if credit.origin in call and credit.destination in call and call[credit.origin] < call[credit.destination]
    )


def _pair_violations(problem: RoutingProblem, solution: Solution) -> Iterator[Violation]:
    where: dict[str, tuple[int, int, Visit]] = {}
    for number, route in enumerate(solution.routes):
        for order, visit in enumerate(route.visits):
            where[visit.stop] = (number, order, visit)
    for pair in problem.pairs:
        one, two = problem.stops[pair.first].id, problem.stops[pair.second].id
        first, second = where.get(one), where.get(two)
        if first is None and second is None:
            continue
        if first is None or second is None or first[0] != second[0] or first[1] >= second[1]:
            yield Violation("pair", two, f"What rides from {one} to {two} is not on one van in that order.")
            continue
        if any(first[1] < reload.after <= second[1] for reload in solution.routes[first[0]].reloads):
            yield Violation("pair", two, f"What rides from {one} to {two} is taken off at the hub in between.")
        aboard = second[2].start - first[2].leave
        if pair.longest_seconds is not None and aboard > pair.longest_seconds:
            yield Violation(
                "on-board",
                two,
                f"What rides from {one} to {two} is on board for {minutes(aboard)}, longer than"
                f" {minutes(pair.longest_seconds)}.",
            )
