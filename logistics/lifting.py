"""
The ways in for a stop that no van makes: what each van would need, all of it at once, and the proof by trying it.

`explain` finds the one limit that binds. Where one is not enough, the tour is driven as late as it is, and whatever it
then lacks is lifted together. Every way is put to the judge with its limits lifted before it is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from logistics.explain import Obstacle, obstacles_of, positions_of, together
from logistics.problem import END_OF_TIME, Pair, RoutingProblem, Stop, Van, Window
from logistics.revising import orders_of
from logistics.solution import Route, Solution, verify
from logistics.solver.as_late import laid_out, late_timetable
from logistics.solver.steadiness import keeps_pins
from logistics.solver.timetable import fits, loads, tour_of
from logistics.solver.trips import is_stop, keeps_trips
from logistics.stop_names import place_in_tour
from logistics.wall_clock import minutes

__all__ = ["Lift", "WayIn", "lifted", "ways_in", "what_gives"]

Kind = Literal["capacity", "weight", "shift", "break", "no-break", "later", "sooner", "on-board", "pin"]


@dataclass(frozen=True, slots=True)
class Lift:
    """
    A limit, and by how much it is to give way: totes (capacity), grams (weight), else seconds.

    The van's are `capacity`, `weight`, `shift` (its end), `break` (its latest begin) and `no-break` (all of it). Those
    of `stop` are `later` and `sooner` (its windows close or open), `on-board` (what rides from it) and `pin`.
    """

    kind: Kind
    by: int = 0
    stop: str | None = None


@dataclass(frozen=True, slots=True)
class WayIn:
    """
    A stop on the tour of `van`, right `after` another (None: as its first), once the limits in `lifts` give way.

    `lifts` is empty where the stop fits as it is; `needs` says them in words. `tour` are the stops of the van with it,
    in order; `metres`, `paid_seconds` and `micros` are what the plan then has more. `price` is what leaving the stop
    out costs, in micros, None where it must be served.
    """

    stop: str
    van: str
    after: str | None
    tour: tuple[str, ...]
    lifts: tuple[Lift, ...]
    needs: str | None
    metres: int
    paid_seconds: int
    micros: int
    price: int | None

    @property
    def sentence(self) -> str:
        """`Van v3 after clevedon, if it held 7 totes and not 5: +4.1 km, +9 min.`"""
        where = place_in_tour(self.after)
        condition = f", if {self.needs}" if self.needs else ""
        return (
            f"Van {self.van} {where}{condition}: {self.metres / 1000:+.1f} km, {round(self.paid_seconds / 60):+d} min."
        )


def ways_in(problem: RoutingProblem, solution: Solution, stop: int) -> tuple[WayIn, ...]:
    """
    For each van that may carry from the stop's hub the least that lets the stop (by index, unserved) in; fewest limits
    first, then the cheapest. Each was tried: the judge finds nothing wrong with the plan once the limits are lifted.
    """
    orders = orders_of(problem, solution)
    found = []
    for number, (van, obstacle) in enumerate(zip(problem.vans, obstacles_of(problem, solution, stop), strict=True)):
        if obstacle.limit == "hub":
            continue
        order = orders.get(number, [])
        for trial in _trials(problem, van, order, stop, obstacle):
            way = _tried(problem, solution, number, stop, trial)
            if way is not None:
                found.append(way)
                break
    return tuple(sorted(found, key=lambda way: (len(way.lifts), way.micros, way.van)))


def lifted(problem: RoutingProblem, van: int, lifts: Sequence[Lift]) -> RoutingProblem:
    """The problem with some limits of a van (by index) and of stops giving way by what is said."""
    vans, stops, pins, pairs = list(problem.vans), list(problem.stops), problem.pins, problem.pairs
    for lift in lifts:
        its = vans[van]
        number = -1 if lift.stop is None else problem.stop_index[lift.stop]
        match lift.kind:
            case "capacity":
                vans[van] = replace(its, totes=its.totes + lift.by)
            case "weight":
                vans[van] = replace(its, grams=its.grams + lift.by)
            case "shift":
                vans[van] = replace(its, shift_end=its.shift_end + lift.by)
            case "break":
                vans[van] = replace(its, rest=its.rest and replace(its.rest, latest=its.rest.latest + lift.by))
            case "no-break":
                vans[van] = replace(its, rest=None)
            case "later" | "sooner":
                # A pinned time is a window too: the pin's hours become the stop's own, and give way.
                windows = _widened(problem.stops_as_pinned[number], lift)
                stops[number] = replace(stops[number], windows=windows)
                pins = tuple(replace(p, earliest=None, latest=None) if p.stop == number else p for p in pins)
            case "on-board":
                pairs = tuple(_longer(pair, lift.by) if pair.first == number else pair for pair in pairs)
            case "pin":
                pins = tuple(pin for pin in pins if number not in {pin.stop, pin.before, pin.after})
    return replace(problem, vans=tuple(vans), stops=tuple(stops), pins=pins, pairs=pairs)


def _longer(pair: Pair, by: int) -> Pair:
    longest = pair.longest_seconds
    return pair if longest is None else replace(pair, longest_seconds=longest + by)


def _widened(stop: Stop, lift: Lift) -> tuple[Window, ...]:
    """All windows of a stop opening sooner or closing later; what then touches is one window."""
    joined: list[Window] = []
    for start, end in stop.windows:
        opens = max(0, start - lift.by) if lift.kind == "sooner" else start
        closes = min(END_OF_TIME, end + lift.by) if lift.kind == "later" else end
        if joined and opens <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], closes)
        else:
            joined.append((opens, closes))
    return tuple(joined)


@dataclass(frozen=True, slots=True)
class _Trial:
    """A tour with the stop `after` another, and what has to give way for it."""

    after: str | None
    tour: Sequence[int]
    lifts: tuple[Lift, ...]


def _trials(problem: RoutingProblem, van: Van, order: Sequence[int], stop: int, obstacle: Obstacle) -> Iterable[_Trial]:
    """What asks for least comes first, and of those that ask for as much what costs least."""
    places = positions_of(problem, van, order, stop)
    if obstacle.limit != "several":
        lifts = _lifts_of(problem, stop, obstacle)
        looser = lifted(problem, problem.van_index[van.id], lifts)
        freed = looser.vans[problem.van_index[van.id]]
        routes = ((after, tour, tour_of(looser, freed, tour)) for after, tour in places)
        timed = [(route.micros, after, tour) for after, tour, route in routes if route is not None]
        cheapest_first = sorted(timed, key=lambda one: one[0])
        # Mostly the first is the way in, so what else a tour must keep is asked of no more than are tried.
        return (_Trial(after, tour, lifts) for _, after, tour in cheapest_first if fits(looser, freed, tour))
    lacking = (
        _Trial(after, tour, _lacking(problem, van, tour, stop))
        for after, tour in places
        if keeps_trips(problem, van, tour)
    )
    return sorted(lacking, key=lambda trial: (len(trial.lifts), sum(lift.by for lift in trial.lifts)))


def _lifts_of(problem: RoutingProblem, stop: int, obstacle: Obstacle) -> tuple[Lift, ...]:
    name, by = problem.stops[stop].id, obstacle.lacking
    match obstacle.limit:
        case "capacity" | "weight" | "shift":
            return (Lift(obstacle.limit, by),)
        case "break":
            return (Lift("no-break"),)
        case "window":
            return (Lift("later" if obstacle.closes_later else "sooner", by, name),)
        case "on-board":
            return (Lift("on-board", by, problem.stops[together(problem, stop)[0]].id),)
        case "pin":
            return tuple(Lift("pin", 0, problem.stops[one].id) for one in together(problem, stop))
        case _:
            return ()


def _lacking(problem: RoutingProblem, van: Van, tour: Sequence[int], stop: int) -> tuple[Lift, ...]:
    """Everything that a tour lacks when it is driven as late as it cannot help being."""
    lifts: list[Lift] = []
    if not keeps_pins(problem, van, tour):
        lifts = [Lift("pin", 0, problem.stops[one].id) for one in together(problem, stop)]
        problem = lifted(problem, problem.van_index[van.id], lifts)
    carried = loads(problem, tour)
    route = late_timetable(problem, van, tour)
    over = max(route.return_hub, _break_end(van, route)) - van.shift_end
    sizes: list[tuple[Kind, int]] = [("capacity", carried.most_totes - van.totes)]
    sizes += [("weight", carried.most_grams - van.grams)]
    sizes += [("shift", over), ("break", _break_late(van, route))]
    lifts += [Lift(kind, by) for kind, by in sizes if by > 0]
    starts = dict(zip(filter(is_stop, tour), route.visits, strict=True))
    for number, visit in starts.items():
        its = problem.stops_as_pinned[number]
        if its.windows and visit.start > its.windows[-1][1]:
            lifts.append(Lift("later", visit.start - its.windows[-1][1], its.id))
    for pair in problem.pairs:
        if pair.first in starts and pair.second in starts and pair.longest_seconds is not None:
            aboard = starts[pair.second].start - starts[pair.first].leave
            if aboard > pair.longest_seconds:
                lifts.append(Lift("on-board", aboard - pair.longest_seconds, problem.stops[pair.first].id))
    return tuple(lifts)


def _break_end(van: Van, route: Route) -> int:
    return 0 if van.rest is None or route.break_start is None else route.break_start + van.rest.duration_seconds


def _break_late(van: Van, route: Route) -> int:
    return 0 if van.rest is None or route.break_start is None else route.break_start - van.rest.latest


def _tried(problem: RoutingProblem, solution: Solution, van: int, stop: int, trial: _Trial) -> WayIn | None:
    """The way in, if the judge finds nothing wrong with it once the limits are lifted."""
    looser = lifted(problem, van, trial.lifts)
    orders = {**orders_of(problem, solution), van: list(trial.tour)}
    looked = laid_out(looser, orders, solver=solution.solver, seed=solution.seed, iterations=0)
    if any(broken.rule != "must" for broken in verify(looser, looked)):
        return None
    its = problem.vans[van]
    was = next((route for route in solution.routes if route.van == its.id), None)
    now = next(route for route in looked.routes if route.van == its.id)
    return WayIn(
        stop=problem.stops[stop].id,
        van=its.id,
        after=trial.after,
        tour=now.stops,
        lifts=trial.lifts,
        needs=" and ".join(what_gives(its, lift) for lift in trial.lifts) or None,
        metres=now.metres - (was.metres if was else 0),
        paid_seconds=now.seconds - (was.seconds if was else 0),
        micros=now.micros - (was.micros if was else 0),
        price=problem.stops[stop].price,
    )


def what_gives(van: Van, lift: Lift) -> str:
    """What has to be otherwise for a van, in words: `it held 7 totes and not 5`."""
    match lift.kind:
        case "capacity":
            return f"it held {van.totes + lift.by} totes and not {van.totes}"
        case "weight":
            return f"it carried {van.grams + lift.by} g and not {van.grams}"
        case "shift":
            return f"its shift ended {minutes(lift.by)} later"
        case "break":
            return f"its break began {minutes(lift.by)} later"
        case "no-break":
            return f"it took no break of {minutes(van.rest.duration_seconds if van.rest else 0)}"
        case "later":
            return f"{lift.stop} stayed open {minutes(lift.by)} longer"
        case "sooner":
            return f"{lift.stop} opened {minutes(lift.by)} sooner"
        case "on-board":
            return f"what rides from {lift.stop} might be on board {minutes(lift.by)} longer"
        case "pin":
            return f"the pins of {lift.stop} were taken off"
