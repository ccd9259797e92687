"""
A van that goes out twice: v1 of Bath brings a tote to Keynsham, comes back, and brings one to Midsomer.

The plan is published on Monday evening; Tuesday's run is told, or entered from paper, as a test does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from circulation.command import Commands
from circulation.ledger import Ledger
from circulation.tote import filling_stream
from logistics.day_stops import PlanRequest
from logistics.dispatcher import Dispatcher
from logistics.fleet import VanSet
from logistics.paper import Deviation
from logistics.plan import PlannedRoute
from logistics.problem import RoutingProblem
from logistics.replanner import Replanner
from logistics.run_desk import RunDesk, RunReceipt
from logistics.solution import Solution
from logistics.solver import Budget, Progress
from logistics.solver.timetable import assemble
from logistics.solver.trips import joined
from tests.circulation.world import record
from tests.conftest import FrozenClock
from tests.logistics.courier_day import ANA, DAN, PLAN, RUN, Board, found, sealed
from tests.logistics.small_network import instant, waiting

__all__ = ["DAY", "TwoTrips"]

DAY = date(2026, 11, 24)


def one_stop_a_trip(
    problem: RoutingProblem,
    _budget: Budget,
    seed: int,
    _start: Solution | None = None,
    _progress: Progress | None = None,
) -> Solution:
    """Every stop on a trip of its own, all by the first van."""
    order = joined([[stop] for stop in range(len(problem.stops))])
    return assemble(problem, {0: order}, solver="one by one", seed=seed, iterations=1)


@dataclass
class TwoTrips:
    """The day, its desk, and what a test asks of it."""

    ledger: Ledger
    clock: FrozenClock
    board: Board
    runs: RunDesk
    plans: Dispatcher
    replanner: Replanner
    commands: Commands

    @classmethod
    def published(cls, ledger: Ledger, clock: FrozenClock, branches: tuple[str, ...] = ("keynsham", "midsomer")):  # type: ignore[no-untyped-def]
        """The plan with a trip for each branch; tote T1 is for the first, T2 for the second."""
        clock.now_us = instant("23 18:00")
        board = Board(ledger)
        commands = found(ledger)
        van = VanSet(
            hub="bath", totes=12, shift_starts_minute=480, shift_ends_minute=960, days=(0, 1, 2, 3, 4),
            cost_per_km_cents=45, cost_per_hour_cents=1800, trips=len(branches), reload_minutes=15,
        )  # fmt: skip
        record(ledger, "van/v1", van)
        for number, branch in enumerate(branches, 1):
            ready = sealed(ledger, f"T{number}", "bath", branch, purpose="sorted")
            board.rows.append(waiting(40, "bath", branch, "hold", since="23 10:00", filling=ready))
        plans = Dispatcher(ledger, commands, board, search=one_stop_a_trip)
        plans.draft(ANA, PlanRequest(day=DAY, hubs=("bath",)), budget=Budget(iterations=1))
        plans.publish(ANA, PLAN)
        clock.now_us = instant("24 18:00")
        return cls(ledger, clock, board, RunDesk(ledger, commands, board), plans, Replanner(ledger, commands), commands)

    @property
    def route(self) -> PlannedRoute:
        """The route of v1 that holds."""
        plan = self.plans.show(PLAN)
        assert plan.published is not None
        (route,) = plan.revisions[plan.published].routes
        return route

    @property
    def midnight_us(self) -> int:
        """When Tuesday begins."""
        return instant("24 00:00")

    def at(self, time: str) -> None:
        """It is that time on Tuesday."""
        self.clock.now_us = instant(f"24 {time}")

    def sealed(self, tote: str, at: str, destination: str, **more: str) -> str:
        """A box more."""
        return sealed(self.ledger, tote, at, destination, **more)  # type: ignore[arg-type]

    def start(self, **more: object) -> RunReceipt:
        """The van leaves."""
        return self.runs.start(DAN, day=DAY, van="v1", wave="day", **more)  # type: ignore[arg-type]

    def stop(self, branch: str, **more: object) -> RunReceipt:
        """The van calls."""
        return self.runs.stop(DAN, RUN, branch, **more)  # type: ignore[arg-type]

    def as_planned(self, *deviations: Deviation, **more: object) -> RunReceipt:
        """The rest is entered from paper."""
        return self.runs.finish_as_planned(DAN, day=DAY, van="v1", wave="day", deviations=deviations, **more)  # type: ignore[arg-type]

    def journey(self, name: str) -> list[tuple[str, str, str]]:
        """What happened to a filling after it was sealed: event, place, how it is known."""
        facts = [fact.event for fact in self.ledger.stream(filling_stream(name))][2:]
        return [
            (type(one).__name__.removeprefix("Tote"), one.branch, getattr(one, "known", "scanned")) for one in facts
        ]  # type: ignore[attr-defined]
