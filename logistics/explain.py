"""
Why a stop is left out, what it would take, and which limits a plan has come up against.

Nothing here is a guess. For every van the stop is put back at every position of the tour with one limit lifted at
a time; the smallest lift that works is named, and it was tried. Where no single lift works, that is said. A stop of a
pair is put back together with the other one, in every two positions. Where room is what lacks, a further trip of the
van is tried too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from logistics.problem import END_OF_TIME, RoutingProblem, Stop, Van
from logistics.solution import Route, Solution
from logistics.solver.timetable import fits, loads, tour_of
from logistics.solver.trips import is_stop, joined, order_of, split
from logistics.stop_names import place_in_tour

__all__ = [
    "Explanation", "Limit", "Obstacle", "TightLimit", "explain", "obstacles_of", "positions_of", "tight_limits",
    "together",
]  # fmt: skip

Limit = Literal["price", "capacity", "weight", "window", "shift", "break", "on-board", "pin", "hub", "several"]

LONGEST_RELOAD_SECONDS = 4 * 3600
"""Nobody takes longer to reload: a limit above it is none."""
NEARLY_FULL_TOTES = 1
NEARLY_CLOSED_SECONDS = 600
NEARLY_OVER_SECONDS = 900
NEARLY_TOO_LONG_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Obstacle:
    """
    What keeps a stop out of one van, and how much more of it lets the stop in.

    `lacking` counts totes (capacity), grams (weight), seconds (window, shift, on-board: the longest time that
    its pair may ride, break: the break's length) or micros (price: what serving it, and with it the other stop of its
    pair, would cost above the price of leaving it out). It is 0 for `pin` (without its pins the stop would fit),
    for `hub`, and for `several` (no single limit).
    `after` is the stop (or hub, on a later trip) after which it would go in, None: first. Where a trip more than the
    van may make would let the stop in, `reload_seconds` is the most that it may take at the hub for that.
    """

    van: str
    limit: Limit
    lacking: int
    after: str | None
    closes_later: bool = True
    reload_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """An unserved stop, what stands in the way in each van, and one sentence for people."""

    stop: str
    obstacles: tuple[Obstacle, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class TightLimit:
    """
    A limit that a route has come up against: `slack` totes (capacity), grams (weight), or seconds (the others).

    A window with a negative slack made the van wait that long for it to open. `stop` is where, for a time on board
    where it ends; None for a shift.
    """

    limit: Literal["capacity", "weight", "window", "shift", "on-board"]
    van: str
    stop: str | None
    slack: int


def explain(
    problem: RoutingProblem, solution: Solution, vans: Collection[str] | None = None
) -> tuple[Explanation, ...]:
    """One explanation for every unserved stop, in the order of the solution; of these vans only, if they are given."""
    found = []
    for left in solution.unserved:
        stop = problem.stop_index[left.stop]
        obstacles = obstacles_of(problem, solution, stop, vans)
        found.append(Explanation(left.stop, obstacles, _sentence(problem, problem.stops[stop], obstacles)))
    return tuple(found)


def obstacles_of(
    problem: RoutingProblem, solution: Solution, stop: int, vans: Collection[str] | None = None
) -> tuple[Obstacle, ...]:
    """What stands in the way of an unserved stop (by index), one for every van in their order, or each of `vans`."""
    orders: dict[str, list[int]] = {van.id: [] for van in problem.vans}
    now: dict[str, int] = dict.fromkeys(orders, 0)
    for route in solution.routes:
        orders[route.van] = order_of(problem, route)
        now[route.van] = route.micros
    return tuple(
        _obstacle(problem, van, orders[van.id], stop, now[van.id])
        for van in problem.vans
        if vans is None or van.id in vans
    )


def _obstacle(problem: RoutingProblem, van: Van, order: Sequence[int], stop: int, now: int) -> Obstacle:
    """The limit of this van whose lifting takes least, of the first kind that suffices."""
    if any(problem.stops[one].hub not in {None, van.hub} for one in together(problem, stop)):
        return Obstacle(van.id, "hub", 0, None)
    as_it_is = _as_it_is(problem, van, order, stop, now)
    lifts = (_no_pins, _more_room, _longer_shift, _wider_window, _longer_ride, _no_break)
    lifted = (lift(problem, van, order, stop) for lift in lifts)
    for attempts in (as_it_is, *lifted):
        found = min(attempts, key=lambda one: one.lacking, default=None)
        if found is not None and found.limit in {"capacity", "weight"}:
            return replace(found, reload_seconds=_time_for_a_trip(problem, van, order, stop))
        if found is not None:
            return found
    return Obstacle(van.id, "several", 0, None)


def together(problem: RoutingProblem, stop: int) -> tuple[int, ...]:
    """The stop (by index), or both stops of its pair in their order."""
    pair = problem.pair_of.get(stop)
    return (stop,) if pair is None else (pair.first, pair.second)


def _price(problem: RoutingProblem, stop: int) -> int:
    return sum(problem.stops[one].price or 0 for one in together(problem, stop))


def positions_of(
    problem: RoutingProblem, van: Van, order: Sequence[int], stop: int
) -> Iterator[tuple[str | None, list[int]]]:
    """The stop or hub before it, and the tour with it and what goes in with it, for every position."""
    its = together(problem, stop)
    for tour in chain(_tours(order, its), _own_trips(order, its) if van.trips > 1 else ()):
        at = tour.index(stop)
        before = None if at == 0 else tour[at - 1]
        yield before if before is None else _name(problem, van, before), tour


def _name(problem: RoutingProblem, van: Van, number: int) -> str:
    return problem.stops[number].id if is_stop(number) else problem.hubs[van.hub].id


def _own_trips(order: Sequence[int], stops: tuple[int, ...]) -> Iterator[list[int]]:
    """The tour with a trip of its own for what goes in, at every place among its trips."""
    trips = [trip for trip in split(order) if trip]
    for at in range(len(trips) + 1) if trips else ():
        yield joined([*trips[:at], list(stops), *trips[at:]])


def _time_for_a_trip(problem: RoutingProblem, van: Van, order: Sequence[int], stop: int) -> int | None:
    """The most seconds to reload with which one trip more, of the stop alone, would let it in; None where none do."""
    further = replace(van, trips=len(split(order)) + 1)
    if further.trips <= van.trips:
        return None
    tours = list(_own_trips(order, together(problem, stop)))

    def fitting(seconds: int) -> bool:
        return any(fits(problem, replace(further, reload_seconds=seconds), tour) for tour in tours)

    low, high = 0, LONGEST_RELOAD_SECONDS
    if not fitting(low):
        return None
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fitting(middle) else (low, middle - 1)
    return low


def _tours(order: Sequence[int], stops: tuple[int, ...]) -> Iterator[list[int]]:
    """The tour with a stop, or with the two stops of a pair, at every place."""
    first, *rest = stops
    for at in range(len(order) + 1):
        if not rest:
            yield [*order[:at], first, *order[at:]]
        for to in range(at, len(order) + 1) if rest else ():
            yield [*order[:at], first, *order[at:to], *rest, *order[to:]]


def _as_it_is(problem: RoutingProblem, van: Van, order: Sequence[int], stop: int, now: int) -> Iterator[Obstacle]:
    for after, tour in positions_of(problem, van, order, stop):
        if fits(problem, van, tour):
            route = tour_of(problem, van, tour)
            if route is not None:
                extra = route.micros - now - _price(problem, stop)
                yield Obstacle(van.id, "price", max(0, extra), after)


def _no_pins(problem: RoutingProblem, van: Van, order: Sequence[int], stop: int) -> Iterator[Obstacle]:
    own = set(together(problem, stop))
    pins = tuple(pin for pin in problem.pins if not own & {pin.stop, pin.before, pin.after})
    if len(pins) < len(problem.pins):
        free = replace(problem, pins=pins)
        for after, tour in positions_of(problem, van, order, stop):
            if fits(free, van, tour):
                yield Obstacle(van.id, "pin", 0, after)
                return


def _more_room(problem: RoutingProblem, van: Van, order: Sequence[int], stop: int) -> Iterator[Obstacle]:
    for after, tour in positions_of(problem, van, order, stop):
        carried = loads(problem, tour)
        lacking, heavier = carried.most_totes - van.totes, carried.most_grams - van.grams
        if (lacking > 0) == (heavier > 0):
            continue
        larger = replace(van, totes=max(van.totes, carried.most_totes), grams=max(van.grams, carried.most_grams))
        if fits(problem, larger, tour):
            yield Obstacle(van.id, "capacity" if lacking > 0 else "weight", max(lacking, heavier), after)


def _longer_shift(problem: RoutingProblem, van: Van, order: Sequence[int], stop: int) -> Iterator[Obstacle]:
    for after, tour in positions_of(problem, van, order, stop):
        route = tour_of(problem, replace(van, shift_end=END_OF_TIME), tour)
        if route is None:
            continue
        over = route.return_hub
        if van.rest is not None and route.break_start is not None:
            over = max(over, route.break_start + van.rest.duration_seconds)
        if over > van.shift_end and fits(problem, replace(van, shift_end=over), tour):
            yield Obstacle(van.id, "shift", over - van.shift_end, after)


def _wider_window(problem: RoutingProblem, van: Van, order: Sequence[int], stop: int) -> Iterator[Obstacle]:
    its = problem.stops_as_pinned[stop]
    least = END_OF_TIME
    for after, tour in positions_of(problem, van, order, stop) if its.windows else ():
        # only a position that needs less than any before is worth finding out how much
        if not any(
            _starts_within(problem, van, tour, stop, (opens - least + 1, closes + least - 1))
            for opens, closes in its.windows
        ):
            continue
        soonest = _earliest(problem, van, tour, stop)
        for opens, closes in its.windows:
            later, earlier = max(0, soonest - closes), 0
            if later == 0:
                latest = _latest(problem, van, tour, stop, soonest, opens)
                earlier = opens - latest
            if _starts_within(problem, van, tour, stop, (opens - earlier, closes + later)):
                least = min(least, later or earlier)
                yield Obstacle(van.id, "window", later or earlier, after, closes_later=later > 0)


def _longer_ride(problem: RoutingProblem, van: Van, order: Sequence[int], stop: int) -> Iterator[Obstacle]:
    pair = problem.pair_of.get(stop)
    if pair is None or pair.longest_seconds is None:
        return
    least = END_OF_TIME
    for after, tour in positions_of(problem, van, order, stop):
        low, high = pair.longest_seconds, least - 1
        if not fits(problem, van, tour, aboard={pair.first: high}):
            continue
        while low < high:
            middle = (low + high) // 2
            if fits(problem, van, tour, aboard={pair.first: middle}):
                high = middle
            else:
                low = middle + 1
        least = low
        yield Obstacle(van.id, "on-board", least - pair.longest_seconds, after)


def _earliest(problem: RoutingProblem, van: Van, tour: Sequence[int], stop: int) -> int:
    """The first moment at which service at the stop can start with the rest of the tour still possible."""
    low, high = 0, van.shift_end
    while low < high:
        middle = (low + high) // 2
        if _starts_within(problem, van, tour, stop, (0, middle)):
            high = middle
        else:
            low = middle + 1
    return low


def _latest(problem: RoutingProblem, van: Van, tour: Sequence[int], stop: int, soonest: int, opens: int) -> int:
    """The last moment from `soonest` to `opens` at which it can start with the rest still possible."""
    low, high = soonest, max(soonest, opens)
    while low < high:
        middle = (low + high + 1) // 2
        if _starts_within(problem, van, tour, stop, (middle, END_OF_TIME)):
            low = middle
        else:
            high = middle - 1
    return low


def _starts_within(problem: RoutingProblem, van: Van, tour: Sequence[int], stop: int, window: tuple[int, int]) -> bool:
    wider = max(0, window[0]), min(END_OF_TIME, window[1])
    return fits(problem, van, tour, {stop: replace(problem.stops[stop], windows=(wider,))})


def _no_break(problem: RoutingProblem, van: Van, order: Sequence[int], stop: int) -> Iterator[Obstacle]:
    if van.rest is None:
        return
    for after, tour in positions_of(problem, van, order, stop):
        if fits(problem, replace(van, rest=None), tour):
            yield Obstacle(van.id, "break", van.rest.duration_seconds, after)


def _sentence(problem: RoutingProblem, stop: Stop, obstacles: Sequence[Obstacle]) -> str:
    """What would let the stop in, the least of each kind, named by van."""
    least: dict[Limit, Obstacle] = {}
    for obstacle in obstacles:
        known = least.get(obstacle.limit)
        if known is None or obstacle.lacking < known.lacking:
            least[obstacle.limit] = obstacle
    if not obstacles:
        return f"Stop {stop.id} is left out: there is no van."
    ways = [_way(problem, stop, obstacle) for obstacle in least.values() if obstacle.limit not in {"several", "hub"}]
    if ways:
        return f"Stop {stop.id} is left out. It could be served if {', or '.join(ways)}."
    if set(least) == {"hub"}:
        hubs = (problem.stops[one].hub for one in together(problem, problem.stop_index[stop.id]))
        hub = problem.hubs[next(hub for hub in hubs if hub is not None)].id
        return f"Stop {stop.id} is left out: it belongs to hub {hub}, which has no van."
    return f"Stop {stop.id} is left out: no van of its hub can take it by changing one limit alone."


def _way(problem: RoutingProblem, stop: Stop, obstacle: Obstacle) -> str:
    van = problem.vans[problem.van_index[obstacle.van]]
    lacking = obstacle.lacking
    minutes = _minutes(lacking)
    where = place_in_tour(obstacle.after)
    if obstacle.limit == "capacity":
        return f"van {van.id} held {van.totes + lacking} totes and not {van.totes} ({where}){_trip(van, obstacle)}"
    if obstacle.limit == "weight":
        return f"van {van.id} carried {van.grams + lacking} g and not {van.grams} ({where}){_trip(van, obstacle)}"
    if obstacle.limit == "shift":
        return f"the shift of van {van.id} ended {minutes} later ({where})"
    if obstacle.limit == "window":
        edge = "stayed open" if obstacle.closes_later else "opened"
        return f"it {edge} {minutes} {'longer' if obstacle.closes_later else 'earlier'} (van {van.id}, {where})"
    if obstacle.limit == "on-board":
        return f"what rides with it might be on board {minutes} longer (van {van.id}, {where})"
    if obstacle.limit == "pin":
        return f"its pins were taken off (van {van.id}, {where})"
    if obstacle.limit == "break":
        return f"van {van.id} took no break of {minutes} ({where})"
    if stop.price is None or lacking == 0:
        return f"the search had gone on: van {van.id} has room {where}"
    price = _price(problem, problem.stop_index[stop.id])
    return f"leaving it out cost {price + lacking} micros and not {price} (van {van.id}, {where})"


def _trip(van: Van, obstacle: Obstacle) -> str:
    if obstacle.reload_seconds is None:
        return ""
    which = {1: "second", 2: "third"}.get(van.trips, "further")
    if obstacle.reload_seconds == LONGEST_RELOAD_SECONDS:
        return f", or made a {which} trip"
    return f", or made a {which} trip and took no more than {_minutes(obstacle.reload_seconds, up=False)} to reload"


def _minutes(seconds: int, *, up: bool = True) -> str:
    whole = -(-seconds // 60) if up else seconds // 60
    return f"{whole} minute{'' if whole == 1 else 's'}"


def tight_limits(problem: RoutingProblem, solution: Solution) -> tuple[TightLimit, ...]:
    """
    Where the plan is at a limit, route by route.

    Capacity: at most 1 tote to spare on the fullest leg. Window: the van waits for it, or starts within 10 minutes
    of its end. Shift: back within 15 minutes of its end. On board: within 10 minutes of the longest time.
    """
    return tuple(tight for route in solution.routes for tight in _tight(problem, route))


def _tight(problem: RoutingProblem, route: Route) -> Iterator[TightLimit]:
    van = problem.vans[problem.van_index[route.van]]
    legs = [
        (max(0, leg - 1), totes, grams) for leg, (totes, grams) in enumerate(zip(route.totes, route.grams, strict=True))
    ]
    legs += [(reload.after, reload.totes, reload.grams) for reload in route.reloads]
    where, fullest, _ = max(legs, key=lambda leg: leg[1])
    if van.totes - fullest <= NEARLY_FULL_TOTES:
        yield TightLimit("capacity", van.id, route.stops[where], van.totes - fullest)
    where, _, heaviest = max(legs, key=lambda leg: leg[2])
    if heaviest == van.grams:
        yield TightLimit("weight", van.id, route.stops[where], 0)
    for visit in route.visits:
        windows = problem.stops[problem.stop_index[visit.stop]].windows
        if windows and visit.start > visit.arrive:
            yield TightLimit("window", van.id, visit.stop, visit.arrive - visit.start)
        closes = next((end for start, end in windows if start <= visit.start <= end), None)
        if closes is not None and closes - visit.start <= NEARLY_CLOSED_SECONDS:
            yield TightLimit("window", van.id, visit.stop, closes - visit.start)
    visits = {problem.stop_index[visit.stop]: visit for visit in route.visits}
    for pair in problem.pairs:
        if pair.longest_seconds is None or pair.first not in visits or pair.second not in visits:
            continue
        slack = pair.longest_seconds - (visits[pair.second].start - visits[pair.first].leave)
        if slack <= NEARLY_TOO_LONG_SECONDS:
            yield TightLimit("on-board", van.id, visits[pair.second].stop, slack)
    if van.shift_end - route.return_hub <= NEARLY_OVER_SECONDS:
        yield TightLimit("shift", van.id, None, van.shift_end - route.return_hub)
