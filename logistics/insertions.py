"""
Every place where a stop could go into the routes, best first, with what it would add and which rules it would break.

A place is better that breaks fewer rules, then that makes less late, then that is cheaper. The rules are the judge's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from logistics.figures import late_seconds
from logistics.problem import RoutingProblem
from logistics.solution import Route, Solution, Unserved, Violation, verify
from logistics.solver.as_late import route_of
from logistics.solver.timetable import fits
from logistics.solver.trips import is_stop, tidy
from logistics.stop_names import place_in_tour

__all__ = ["Insertion", "call_names", "insertions"]


@dataclass(frozen=True, slots=True)
class Insertion:
    """
    A place for a stop: in the tour of `van` right `after` a stop or a reload (the hub), None: as its first.

    `metres`, `paid_seconds`, `late_seconds` and `micros` are what the whole plan has more (or less, below 0) with the
    stop there than as it stands. `breaks` are the rules that this tour would newly break.
    """

    van: str
    after: str | None
    metres: int
    paid_seconds: int
    late_seconds: int
    micros: int
    breaks: tuple[Violation, ...]

    @property
    def sentence(self) -> str:
        """`Van v3 after clevedon: +4.1 km, +9 min`, and the rules that it would break."""
        where = place_in_tour(self.after)
        added = [f"{self.metres / 1000:+.1f} km", f"{_whole_minutes(self.paid_seconds):+d} min"]
        if self.late_seconds:
            added.append(f"{_whole_minutes(self.late_seconds):+d} min late")
        broken = "".join(f" {one.sentence}" for one in self.breaks)
        return f"Van {self.van} {where}: {', '.join(added)}.{broken}"


def insertions(
    problem: RoutingProblem, orders: Mapping[int, Sequence[int]], stop: int, *, van: int | None = None
) -> list[Insertion]:
    """
    Every place for a stop (by index) in the tours (van index to stop indices), best first; only of one van, if given.

    A stop that is on a tour already is compared with where it is, and that place is not among them.
    """
    now = {number: tidy([one for one in orders.get(number, ()) if one != stop]) for number in range(len(problem.vans))}
    judge = _Judge(problem)
    there = next((number for number, order in orders.items() if stop in order), None)
    costs = _Costs(problem, {number: judge.route(number, order) for number, order in orders.items() if order}, there)
    bare = {number: judge.route(number, order) for number, order in now.items() if order}
    found = []
    for number in range(len(problem.vans)) if van is None else (van,):
        known = judge.broken(number, now[number], bare.get(number))
        for after, order in _places(problem, number, now[number], stop):
            if order == list(orders.get(number, ())):
                continue
            route = judge.route(number, order)
            broken = tuple(one for one in judge.broken(number, order, route) if one not in known)
            more = costs.more(bare, number, route, stop)
            found.append(Insertion(problem.vans[number].id, after, *more, broken))
    return sorted(found, key=lambda one: (len(one.breaks), one.late_seconds, one.micros))


def call_names(problem: RoutingProblem, van: int, order: Sequence[int]) -> list[str]:
    """The names of the calls of a tour: stops by their codes, reloads by their hub's, from the second on `bath/2`."""
    hub = problem.hubs[problem.vans[van].hub].id
    names, reloads = [], 0
    for number in order:
        reloads += not is_stop(number)
        names.append(problem.stops[number].id if is_stop(number) else hub if reloads == 1 else f"{hub}/{reloads}")
    return names


def _places(
    problem: RoutingProblem, van: int, order: Sequence[int], stop: int
) -> Iterator[tuple[str | None, list[int]]]:
    names = call_names(problem, van, order)
    for at in range(len(order) + 1):
        yield names[at - 1] if at else None, [*order[:at], stop, *order[at:]]


class _Judge:
    """What the judge says about one tour of a problem, all other stops being left out."""

    def __init__(self, problem: RoutingProblem) -> None:
        self._problem = problem
        self._left = {stop.id: Unserved(stop.id, "price") for stop in problem.stops}

    def route(self, van: int, order: Sequence[int]) -> Route:
        """The tour with its times, late or not."""
        return route_of(self._problem, van, order)

    def broken(self, van: int, order: Sequence[int], route: Route | None) -> tuple[Violation, ...]:
        """The rules that a tour breaks by itself; none for a van that stays in."""
        problem = self._problem
        if route is None or fits(problem, problem.vans[van], order):
            return ()
        gone = {*route.stops}
        alone = Solution(
            problem=problem.digest(),
            routes=(route,),
            unserved=tuple(left for stop, left in self._left.items() if stop not in gone),
            micros=route.micros + sum(stop.price or 0 for stop in problem.stops if stop.id not in gone),
            solver="",
            version="",
            seed=0,
            iterations=0,
        )
        return tuple(one for one in verify(problem, alone) if one.rule != "must")


class _Costs:
    """How a plan's figures change when one tour is another, and another has lost the stop."""

    def __init__(self, problem: RoutingProblem, routes: Mapping[int, Route], there: int | None) -> None:
        self._problem = problem
        self._routes = routes
        self._there = there

    def more(self, bare: Mapping[int, Route], van: int, route: Route, stop: int) -> tuple[int, int, int, int]:
        """Metres, paid seconds, seconds late and micros more than as it stands."""
        changed = {van} if self._there is None else {van, self._there}
        before = [self._routes[number] for number in changed if number in self._routes]
        after = [route if number == van else bare.get(number) for number in changed]
        more = [b - a for a, b in zip(self._sums(before), self._sums([one for one in after if one]), strict=True)]
        price = (self._problem.stops[stop].price or 0) if self._there is None else 0
        return more[0], more[1], more[2], more[3] - price

    def _sums(self, routes: Sequence[Route]) -> tuple[int, int, int, int]:
        problem = self._problem
        late = sum(
            late_seconds(problem.stops[problem.stop_index[visit.stop]], visit.start)
            for route in routes
            for visit in route.visits
        )
        return (
            sum(route.metres for route in routes),
            sum(route.seconds for route in routes),
            late,
            sum(route.micros for route in routes),
        )


def _whole_minutes(seconds: int) -> int:
    """Rounded to the nearest."""
    return round(seconds / 60)
