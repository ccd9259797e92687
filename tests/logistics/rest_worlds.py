"""
Small days that go wrong: a hub, branches on a street, vans, and named totes, so that each of them can be followed.

It is Tuesday, 2026-11-24, when London is UTC. A minute's drive is a kilometre.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from circulation.branch import Branch
from circulation.clock import SECOND_US
from logistics.day_ground import Ground
from logistics.day_stops import DayStops, PlanRequest
from logistics.demand import Load, StopDemand
from logistics.draft import Draft, problem_van
from logistics.fleet import Van
from logistics.network import Courier
from logistics.plan import PlanInputs
from logistics.planned import planned
from logistics.problem import Hub, RoutingProblem
from logistics.replanner import Replanned, plan_the_rest
from logistics.revising import Recorded
from logistics.roads import Matrix
from logistics.run_so_far import RunSoFar
from logistics.situation import Situation
from logistics.solution import Solution
from logistics.solver import Budget, solve
from logistics.solver.timetable import assemble
from logistics.solver.trips import RELOAD
from logistics.vans_now import Mishaps
from tests.logistics.small_network import branch, branches, calendar, instant

TUESDAY = date(2026, 11, 24)
MIDNIGHT = instant("24 00:00")
PLAN = "2026-11-24/bath/day"


@dataclass(frozen=True)
class Place:
    """A branch: minutes along the street from the hub, totes brought and taken, and its hours on the day."""

    code: str
    minute: int
    off: int = 0
    on: int = 0
    hours: str = "09:00-17:00"


def load(code: str, direction: str, totes: int, *, named: bool = True) -> Load:
    """So many totes of twenty items; named `wells-off-1/1` and so on."""
    names = tuple(f"{code}-{direction}-{number}/1" for number in range(1, totes + 1)) if named else ()
    return Load(totes=totes, waiting=20 * totes, fillings=names, by_reason={"home": 20 * totes} if totes else {},
                oldest_us=MIDNIGHT if totes else None, micros=40_000_000 * totes)  # fmt: skip


def street_roads(minutes: Mapping[str, int]):  # type: ignore[no-untyped-def]
    """Roads between places on one street."""

    def between(codes: Sequence[str]) -> Matrix:
        at = np.array([minutes[code] for code in codes], dtype=np.int64)
        apart = np.abs(at[:, None] - at[None, :])
        return Matrix(tuple(codes), apart * 1000, apart * 60, "street", "0" * 64)

    return between


def network(places: Sequence[Place], fleet: Sequence[Van]) -> Situation:
    """The hub at Bath with these branches, open on weekdays."""
    hub = branch("bath", serves=tuple(place.code for place in places))
    of: dict[str, Branch] = branches(
        hub, *(branch(place.code, hours=(place.hours,) * 5 + ("", "")) for place in places)
    )
    return Situation(7, of, calendar(of), Courier(), {one.van: one for one in fleet})


def recorded_day(
    places: Sequence[Place],
    fleet: Sequence[Van],
    routes: Mapping[str, Sequence[str | int]] | None = None,
    *,
    named: bool = True,
    at_us: int = MIDNIGHT,
) -> tuple[Situation, Ground, Recorded]:
    """The day's published plan: with these routes (`RELOAD` between two trips), or with those of a short search."""
    situation = network(places, fleet)
    matrix = street_roads({"bath": 0, **{place.code: place.minute for place in places}})(
        ["bath", *(place.code for place in places)]
    )
    ground = Ground(situation, TUESDAY, matrix)
    request = PlanRequest(day=TUESDAY, hubs=("bath",))
    setting = DayStops(request, situation, ("bath",), tuple(fleet), at_us)
    for place in places:
        setting.take(
            StopDemand(
                place.code, "bath", load(place.code, "off", place.off, named=named),
                load(place.code, "on", place.on, named=named),
            )
        )  # fmt: skip
    metres, seconds = ground.matrices(["bath", *(stop.id for stop in setting.stops)])
    problem = RoutingProblem(
        hubs=(Hub("bath"),),
        vans=tuple(problem_van(one, "day", ("bath",)) for one in fleet),
        stops=tuple(setting.stops),
        metres=tuple(map(tuple, metres)),
        seconds=tuple(map(tuple, seconds)),
    )
    if routes is None:
        solution = solve(problem, Budget(iterations=100), 1)
    else:
        orders = {
            problem.van_index[name]: [RELOAD if code == RELOAD else problem.stop_index[code] for code in order]
            for name, order in routes.items()
        }
        solution = assemble(problem, orders, solver="by hand", seed=1, iterations=1)
    draft = Draft(request, ("bath",), "bath", problem, "street", setting.carried, tuple(setting.aside))
    inputs = PlanInputs(
        position=7, network="n", fleet="f", rules="r", problem="p", seed=1, solver="s 1", budget="1 iterations",
        roads="street", collect="waiting", carried="c",
    )  # fmt: skip
    revision = planned(draft, solution, revision=1, inputs=inputs, at_us=at_us)
    return situation, ground, Recorded(PLAN, revision, draft, solution)


def short_search(problem: RoutingProblem, start: Solution) -> Solution:
    """The real search, short and repeatable."""
    return solve(problem, Budget(iterations=200), 1, start)


def replanned(
    day: tuple[Situation, Ground, Recorded],
    at: int,
    mishaps: Mishaps,
    *,
    runs: Mapping[str, RunSoFar] | None = None,
    destinations: Mapping[str, str] | None = None,
    freeze: int = 900,
    search=short_search,  # type: ignore[no-untyped-def]
) -> Replanned:
    """The rest of the day at a second after midnight."""
    situation, ground, recorded = day
    return plan_the_rest(
        recorded, situation, ground=ground, runs=runs or {}, destinations=destinations or {}, mishaps=mishaps, at=at,
        at_us=MIDNIGHT + at * SECOND_US, freeze=freeze, number=recorded.revision.revision + 1, search=search,
    )  # fmt: skip


def at(hour: int, minute: int = 0) -> int:
    """Seconds after midnight."""
    return hour * 3600 + minute * 60


def date_of(day: int) -> date:
    """A day of November 2026."""
    return date(2026, 11, day)
