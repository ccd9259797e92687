"""
The coordinator's commands: draft a plan, publish it, withdraw it, show it, make it again.

A draft is searched once, judged, and recorded with its routes and with everything that it was made from;
publishing only names the revision that holds. What the vans then do is in `run_desk.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from circulation.actor import Role
from circulation.command import Caller, Commands, Decision
from circulation.errors import Invalid, Unknown
from circulation.event import Appended, Event, NewEvents
from circulation.ledger import Ledger
from logistics.day_stops import PlanRequest
from logistics.demand import FillingRow, WaitingRow
from logistics.draft import PlanRules, RoadsBetween, draft
from logistics.expectation import DailyCount
from logistics.folds import PLAN
from logistics.plan import (
    DayPlan,
    PlanDrafted,
    PlanInputs,
    PlanPublished,
    PlanWithdrawn,
    fold_plan,
    plan_stream,
)
from logistics.planned import planned
from logistics.problem import RoutingProblem
from logistics.problem_file import problem_from_bytes, problem_to_bytes
from logistics.revision import VanChange, changes_between
from logistics.situation import Situation, read_situation
from logistics.solution import Solution
from logistics.solver import Budget, Progress, solve

if TYPE_CHECKING:
    from logistics.roads import Matrix

__all__ = ["DayBoard", "Dispatcher", "Drafted", "Published", "Search", "budget_of", "find_plan", "roads_of"]

_COORDINATORS = (Role.COORDINATOR,)

Search = Callable[[RoutingProblem, Budget, int, Solution | None, Progress | None], Solution]
"""`logistics.solver.solve`, or what a test puts in its place."""


class DayBoard(Protocol):
    """What waits and what came, as projections know it."""

    def waiting(self) -> Sequence[WaitingRow]:
        """Everything that is to travel and has not arrived."""
        ...

    def fillings(self) -> Sequence[FillingRow]:
        """Every filling that has not ended."""
        ...

    def daily_counts(self, *, first: str, last: str) -> Sequence[DailyCount]:
        """The items that began to travel on each local day from `first` to `last` (`2026-11-24`)."""
        ...


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft as it was recorded: the plan's name, such as `2026-11-24/bath/am`, and the revision."""

    plan: str
    revision: PlanDrafted
    position: int


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did: the revision that holds now, the one that held before, and the difference per van."""

    plan: str
    revision: int
    before: int | None
    changes: tuple[VanChange, ...]
    position: int


class Dispatcher:
    """Plans: from what waits to what the drivers get."""

    def __init__(self, ledger: Ledger, commands: Commands, board: DayBoard, *, search: Search = solve) -> None:
        self._ledger = ledger
        self._commands = commands
        self._board = board
        self._search = search

    def draft(
        self,
        caller: Caller,
        asked: PlanRequest,
        *,
        budget: Budget,
        seed: int = 1,
        rules: PlanRules | None = None,
        progress: Progress | None = None,
        request: str | None = None,
        happened_us: int | None = None,
    ) -> Drafted:
        """
        Make routes for a day and record them as the plan's next revision.

        The same situation, seed and budget of iterations give the same routes. Raises what `draft.draft` and
        `planned.planned` refuse; then nothing is recorded.
        """
        rules = rules or PlanRules()
        made: list[tuple[str, PlanDrafted]] = []

        def decide(at_us: int) -> Decision:
            if not made:
                made.append(self._make(asked, rules, budget=budget, seed=seed, progress=progress, at_us=at_us))
            stream, drafted = made[0]
            plan = self._ledger.load(stream, PLAN)
            number = 1 if plan.state is None else plan.state.latest + 1
            return Decision((NewEvents(stream, plan.version, (replace(drafted, revision=number),)),))

        arguments = {"asked": asked, "budget": _text_of(budget), "seed": seed, "rules": rules.digest()}
        appended = self._run(caller, "plan draft", arguments, decide, request, happened_us)
        fact = appended.facts[0]
        if not isinstance(fact.event, PlanDrafted):
            raise TypeError(f"{type(fact.event).__name__} is not what a draft records")
        return Drafted(fact.stream.removeprefix("plan/"), fact.event, fact.position)

    def _make(
        self,
        asked: PlanRequest,
        rules: PlanRules,
        *,
        budget: Budget,
        seed: int,
        progress: Progress | None,
        at_us: int,
    ) -> tuple[str, PlanDrafted]:
        situation = read_situation(self._ledger)
        counts: Sequence[DailyCount] = ()
        if asked.collect == "expected":
            first = rules.expectation.first_day(asked.day)
            last = asked.day - timedelta(days=1)
            counts = self._board.daily_counts(first=first.isoformat(), last=last.isoformat())
        made = draft(
            asked,
            situation,
            roads=roads_of(situation, self._ledger.attachment),
            rows=self._board.waiting(),
            fillings=self._board.fillings(),
            counts=counts,
            rules=rules,
            at_us=at_us,
        )
        read_upto = self._ledger.head().position
        solution = self._search(made.problem, budget, seed, None, progress)
        inputs = PlanInputs(
            position=situation.position,
            network=situation.network_digest,
            fleet=situation.fleet_digest,
            rules=self._ledger.attach(rules.to_bytes()),
            problem=self._ledger.attach(problem_to_bytes(made.problem)),
            seed=seed,
            solver=f"{solution.solver} {solution.version}",
            budget=_text_of(budget),
            roads=made.roads,
            collect=asked.collect,
            without_vans=asked.without_vans,
            skipped=asked.skip,
            must=asked.must,
            read_upto=None if read_upto == situation.position else read_upto,
        )
        stream = plan_stream(date=asked.day.isoformat(), hub=made.group, wave=asked.wave)
        return stream, planned(made, solution, revision=1, inputs=inputs, at_us=at_us)

    def publish(
        self,
        caller: Caller,
        plan: str,
        *,
        revision: int | None = None,
        request: str | None = None,
        happened_us: int | None = None,
    ) -> Published:
        """
        Give a revision (the newest without `revision`) to the drivers; it replaces the one that held.

        Publishing what holds already records nothing. Raises `Unknown` (`plan.unknown`, `plan.no-revision`).
        """
        stream = _stream_of(plan)
        chosen: list[int] = []

        def decide(_at_us: int) -> Decision:
            loaded = self._ledger.load(stream, PLAN)
            number = _revision_of(loaded.state, plan, revision)
            chosen[:] = [number]
            events: tuple[Event, ...] = () if _published(loaded.state) == number else (PlanPublished(revision=number),)
            return Decision((NewEvents(stream, loaded.version, events),) if events else ())

        appended = self._run(caller, "plan publish", {"plan": plan, "revision": revision}, decide, request, happened_us)
        if not appended.facts:
            return Published(plan, chosen[0], chosen[0], (), self._ledger.head().position)
        published = appended.facts[0]
        before: DayPlan | None = None
        for fact in self._ledger.stream(stream):
            if fact.version >= published.version:
                break
            before = fold_plan(before, fact)
        number = fold_plan(before, published).published or 0
        held = _published(before)
        revisions = {} if before is None else before.revisions
        changes = changes_between(revisions.get(held or 0), revisions[number])
        return Published(plan, number, held, changes, appended.position)

    def withdraw(
        self,
        caller: Caller,
        plan: str,
        *,
        why: str,
        request: str | None = None,
        happened_us: int | None = None,
    ) -> Appended:
        """No revision holds any more. Raises `Unknown` (`plan.unknown`) and `Invalid` (`plan.not-published`)."""
        stream = _stream_of(plan)

        def decide(_at_us: int) -> Decision:
            loaded = self._ledger.load(stream, PLAN)
            if _published(loaded.state) is None:
                _revision_of(loaded.state, plan, None)
                raise Invalid("plan.not-published", plan=plan)
            return Decision((NewEvents(stream, loaded.version, (PlanWithdrawn(why=why),)),))

        return self._run(caller, "plan withdraw", {"plan": plan, "why": why}, decide, request, happened_us)

    def show(self, plan: str) -> DayPlan:
        """A plan with its revisions. Raises `Unknown` (`plan.unknown`)."""
        return find_plan(self._ledger, plan)

    def again(self, plan: str, revision: int) -> Solution:
        """
        The routes of a revision, searched again from the problem, seed and budget that it recorded.

        Raises `Unknown` (`plan.unknown`, `plan.no-revision`, `attachment.unknown`).
        """
        found = find_plan(self._ledger, plan)
        inputs = found.revisions[_revision_of(found, plan, revision)].inputs
        problem = problem_from_bytes(self._ledger.attachment(inputs.problem))
        return self._search(problem, budget_of(inputs.budget), inputs.seed, None, None)

    def _run(
        self,
        caller: Caller,
        name: str,
        arguments: dict[str, object],
        decide: Callable[[int], Decision],
        request: str | None,
        happened_us: int | None,
    ) -> Appended:
        return self._commands.run(
            caller, name, arguments, decide, roles=_COORDINATORS, request=request, happened_us=happened_us
        )


def find_plan(ledger: Ledger, plan: str) -> DayPlan:
    """A plan by its name, such as `2026-11-24/bath/am`. Raises `Unknown` (`plan.unknown`)."""
    state = ledger.load(_stream_of(plan), PLAN).state
    if state is None:
        raise _unknown(plan)
    return state


def roads_of(situation: Situation, attachment: Callable[[str], bytes]) -> RoadsBetween:
    """Travel between places as the network has it: from the matrix that was attached, else estimated."""

    def between(codes: Sequence[str]) -> Matrix:
        from logistics.roads import Place, estimated_roads, linked_roads, matrix_of, read_links

        branches = [situation.branches[code] for code in codes]
        places = [Place(one.code, one.latitude_e6, one.longitude_e6, one.island) for one in branches]
        courier = situation.courier
        if courier.matrix is not None:
            links = read_links(attachment(courier.matrix))
            return matrix_of(linked_roads(places, links, provider=f"matrix {courier.matrix[:12]}"), codes)
        roads = estimated_roads(places, circuity_percent=courier.circuity_percent, speed_percent=courier.speed_percent)
        return matrix_of(roads, codes)

    return between


def _stream_of(plan: str) -> str:
    return f"plan/{plan.removeprefix('plan/')}"


def _published(plan: DayPlan | None) -> int | None:
    return None if plan is None else plan.published


def _revision_of(plan: DayPlan | None, name: str, revision: int | None) -> int:
    if plan is None or not plan.revisions:
        raise _unknown(name)
    if revision is not None and revision not in plan.revisions:
        raise Unknown("plan.no-revision", plan=name, revision=revision, latest=plan.latest)
    return plan.latest if revision is None else revision


def _unknown(plan: str) -> Unknown:
    return Unknown("plan.unknown", plan=plan[:80])


def _text_of(budget: Budget) -> str:
    return f"{budget.iterations} iterations" if budget.iterations is not None else f"{budget.seconds} seconds"


def budget_of(text: str) -> Budget:
    amount, _, unit = text.partition(" ")
    return Budget(iterations=int(amount)) if unit == "iterations" else Budget(seconds=float(amount))
