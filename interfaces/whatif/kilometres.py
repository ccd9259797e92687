"""
What the vans would drive for journeys, reckoned in one way for every run.

A journey is collected on the first day on which a van can call after it began, and delivered on the day of its soonest
arrival. For each hub and service day the vans that work there make a round of every branch with something to bring or
take, each within its hours of delivery, found by the route search in a few steps; breaks are left out. A call that no
van has room for is reckoned as a drive of its own, and counted. Trunk runs drive by timetable, full or empty.
A day counts if its noon lies in the period, so what is under way at either end is reckoned for every run alike.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from circulation.calendar import at_minute, local_day, zone_of
from circulation.errors import BranchlineError
from interfaces.whatif.measures import Journey
from logistics.dispatcher import roads_of
from logistics.fleet import Van as FleetVan
from logistics.problem import Hub, RoutingProblem, Stop, Van
from logistics.roads import Matrix
from logistics.situation import Situation
from logistics.solver import Budget, solve

__all__ = ["Driven", "Driving", "Rounds", "days_between", "rounds_of"]

STEPS = 1000

Rounds = Mapping[tuple[str, date], Mapping[str, tuple[int, int]]]
"""By hub and day: for each branch how many items are brought and how many taken."""


def rounds_of(journeys: Iterable[Journey], situation: Situation) -> Rounds:
    """Which branches the vans of each hub must call at on which day."""
    ways = situation.ways
    brought: Counter[tuple[str, date, str]] = Counter()
    taken: Counter[tuple[str, date, str]] = Counter()
    for journey in journeys:
        start, goal = ways.hub_of(journey.origin), ways.hub_of(journey.destination)
        arrives_us = ways.arrival(journey.origin, journey.destination, journey.opened_us)
        if start is None or goal is None or arrives_us is None:
            continue
        called_us = ways.cutoff(journey.origin, journey.opened_us)
        if journey.origin != start and called_us is not None:
            taken[start, _day(situation, journey.origin, called_us), journey.origin] += 1
        if journey.destination != goal:
            brought[goal, _day(situation, journey.destination, arrives_us), journey.destination] += 1
    found: dict[tuple[str, date], dict[str, tuple[int, int]]] = defaultdict(dict)
    for hub, day, branch in sorted({*brought, *taken}):
        found[hub, day][branch] = (brought[hub, day, branch], taken[hub, day, branch])
    return found


def _day(situation: Situation, branch: str, at_us: int) -> date:
    return local_day(at_us, zone_of(situation.branches[branch].time_zone))


@dataclass(frozen=True, slots=True)
class Driven:
    """Metres of rounds and of trunk runs, and how many calls no van had room for."""

    rounds: int
    trunks: int
    without_room: int


def days_between(start_us: int, end_us: int, zone: ZoneInfo) -> set[date]:
    """The days whose noon lies between two instants, the second included."""
    first, last = local_day(start_us, zone), local_day(end_us, zone)
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return {day for day in days if start_us < at_minute(day, 12 * 60, zone) <= end_us}


class Driving:
    """Reckons rounds on the roads of one network; roads are read once for each hub."""

    def __init__(self, situation: Situation, attachment: Callable[[str], bytes]) -> None:
        self._situation = situation
        self._roads = roads_of(situation, attachment)
        self._matrices: dict[str, Matrix | None] = {}

    def all(self, rounds: Rounds, days: Collection[date]) -> Driven:
        """The rounds and trunk runs of these days."""
        driven = [self._round(hub, day, calls) for (hub, day), calls in rounds.items() if day in days]
        return Driven(sum(one.rounds for one in driven), self._trunks(days), sum(one.without_room for one in driven))

    def _round(self, hub: str, day: date, calls: Mapping[str, tuple[int, int]]) -> Driven:
        matrix = self._matrix(hub)
        if matrix is None:
            return Driven(0, 0, len(calls))
        row = {code: number for number, code in enumerate(matrix.codes)}
        vans = self._vans(hub, day)
        most = max((van.totes for van in vans), default=0)
        per_tote = self._situation.courier.items_per_tote["*"]
        stops = [
            Stop(
                code,
                deliver=min(most, ceil(brought / per_tote)),
                collect=min(most, ceil(taken / per_tote)),
                service_seconds=self._situation.branches[code].terms.minutes * 60,
                windows=self._windows(code, day),
            )
            for code, (brought, taken) in calls.items()
            if code in row
        ]
        places = [row[hub], *(row[stop.id] for stop in stops)]
        metres, seconds = (
            tuple(tuple(int(table[one, two]) for two in places) for one in places)
            for table in (matrix.metres, matrix.seconds)
        )
        problem = RoutingProblem((Hub(hub),), tuple(vans), tuple(stops), metres, seconds)
        solution = solve(problem, Budget(iterations=STEPS), 1)
        apart = sum(
            metres[0][1 + problem.stop_index[left.stop]] + metres[1 + problem.stop_index[left.stop]][0]
            for left in solution.unserved
        )
        return Driven(solution.metres + apart, 0, len(solution.unserved))

    def _windows(self, code: str, day: date) -> tuple[tuple[int, int], ...]:
        call = self._situation.ways.call(code, day)
        return () if call is None else ((call.opens_minute * 60, call.closes_minute * 60),)

    def _vans(self, hub: str, day: date) -> list[Van]:
        fleet = [
            van
            for van in self._situation.vans.values()
            if van.hub == hub and day.weekday() in van.days and van.off_road_on(day.isoformat()) is None
        ]
        return [_van(van) for van in sorted(fleet, key=lambda van: van.van)]

    def _matrix(self, hub: str) -> Matrix | None:
        if hub not in self._matrices:
            codes = [hub, *self._situation.ways.served_by(hub)]
            try:
                self._matrices[hub] = self._roads(codes)
            except BranchlineError:
                # An island that no link leads to: its branches are left out, the others are not.
                mainland = [code for code in codes if not self._situation.branches[code].island]
                self._matrices[hub] = self._roads(mainland) if len(mainland) < len(codes) else None
        return self._matrices[hub]

    def _trunks(self, days: Collection[date]) -> int:
        trunks = self._situation.courier.trunks.values()
        hubs = sorted({hub for trunk in trunks for hub in (trunk.origin, trunk.destination)})
        if not hubs:
            return 0
        matrix = self._roads(hubs)
        return sum(
            int(matrix.metres[hubs.index(trunk.origin), hubs.index(trunk.destination)])
            for trunk in trunks
            for day in days
            if day.weekday() in trunk.days and self._situation.calendar.closure_on(trunk.origin, day) is None
        )


def _van(van: FleetVan) -> Van:
    return Van(
        id=van.van,
        hub=0,
        totes=van.totes,
        shift_start=van.shift_starts_minute * 60,
        shift_end=max(van.shift_ends_minute * 60, van.shift_starts_minute * 60),
        micros_per_metre=van.cost_per_km_cents * 10,
        micros_per_second=round(van.cost_per_hour_cents * 10_000 / 3600),
        micros_fixed=van.cost_per_day_cents * 10_000,
    )
