"""
The coordinator's commands: draft a plan, publish it, withdraw it, show it, make it again.

A draft is searched once, judged, and recorded with its routes and with everything that it was made from;
publishing only names the revision that holds. What the vans then do is in `run_desk.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from circulation.actor import Role
from circulation.command import Caller, Commands, Decision
from circulation.errors import Invalid, Refused, Unknown
from circulation.event import Appended, NewEvents
from circulation.ledger import Ledger
from logistics.carried_file import carried_to_bytes
from logistics.day_draft import DayBoard, draft_of_day, roads_of
from logistics.day_stops import PlanRequest
from logistics.draft import PlanRules
from logistics.find_plan import find_plan, unknown_plan
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
from logistics.rerouting import reroutes
from logistics.resolving import Basis, Mode, basis_of, repeated, searched_again
from logistics.revising import recall, with_pins
from logistics.revision import VanChange, changes_between
from logistics.solution import Solution
from logistics.solver import Budget, Progress, solve
from logistics.usual import Habit, round_for, steadied

__all__ = ["Dispatcher", "Drafted", "Published", "Search", "budget_of", "budget_text", "find_plan", "roads_of"]

_COORDINATORS = (Role.COORDINATOR,)

Search = Callable[[RoutingProblem, Budget, int, Solution | None, Progress | None], Solution]
"""`logistics.solver.solve`, or what a test puts in its place."""


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


@dataclass(frozen=True, slots=True)
class _Making:
    """How a draft is to be made."""

    asked: PlanRequest
    rules: PlanRules
    budget: Budget
    seed: int
    mode: Mode
    habit: Habit | None
    progress: Progress | None


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
        mode: Mode = "free",
        habit: Habit | None = None,
        progress: Progress | None = None,
        request: str | None = None,
        happened_us: int | None = None,
    ) -> Drafted:
        """
        Make routes for a day and record them as the plan's next revision.

        Pins and stops that were taken out by hand stay so; `mode` says how much of the newest revision is held besides,
        `habit` whose round is kept at what price. The same situation, seed and budget of iterations give the same
        routes. Raises what `draft.draft`, `planned.planned` and `usual.round_for` refuse; then nothing is recorded.
        """
        rules = rules or PlanRules()
        made: list[tuple[str, Basis, PlanDrafted]] = []

        def decide(at_us: int) -> Decision:
            if not made or made[0][1] != self._basis(made[0][0], asked, mode):
                making = _Making(asked, rules, budget, seed, mode, habit, progress)
                made[:] = [self._make(making, at_us=at_us)]
            stream, _, drafted = made[0]
            plan = self._ledger.load(stream, PLAN)
            number = 1 if plan.state is None else plan.state.latest + 1
            return Decision((NewEvents(stream, plan.version, (replace(drafted, revision=number),)),))

        arguments = {"asked": asked, "budget": budget_text(budget), "seed": seed, "rules": rules.digest()}
        if mode != "free" or habit is not None:
            arguments |= {"mode": mode, "habit": habit}
        appended = self._run(caller, "plan draft", arguments, decide, request, happened_us)
        fact = appended.facts[0]
        if not isinstance(fact.event, PlanDrafted):
            raise TypeError(f"{type(fact.event).__name__} is not what a draft records")
        return Drafted(fact.stream.removeprefix("plan/"), fact.event, fact.position)

    def _basis(self, stream: str, asked: PlanRequest, mode: Mode) -> Basis:
        return basis_of(self._ledger.load(stream, PLAN).state, must=asked.must, mode=mode)

    def _make(self, making: _Making, *, at_us: int) -> tuple[str, Basis, PlanDrafted]:
        asked, rules, seed = making.asked, making.rules, making.seed
        situation, made = draft_of_day(self._ledger, self._board, asked, rules, at_us)
        read_upto = self._ledger.head().position
        stream = plan_stream(date=asked.day.isoformat(), hub=made.group, wave=asked.wave)
        basis = self._basis(stream, asked, making.mode)
        problem = with_pins(made.problem, basis.pins)
        usual = None
        if making.habit is not None:
            usual = round_for(self._ledger, stream.removeprefix("plan/"), making.habit)
            problem = steadied(problem, usual, making.habit)
        made = replace(made, problem=problem)
        given = None if basis.held is None else recall(stream, basis.held, self._ledger.attachment).solution
        solution = searched_again(
            problem,
            given,
            making.mode,
            lambda held, start: self._search(held, making.budget, seed, start, making.progress),
            dropped=basis.dropped,
        )
        inputs = PlanInputs(
            position=situation.position,
            network=situation.network_digest,
            fleet=situation.fleet_digest,
            rules=self._ledger.attach(rules.to_bytes()),
            problem=self._ledger.attach(problem_to_bytes(problem)),
            seed=seed,
            solver=f"{solution.solver} {solution.version}",
            budget=budget_text(making.budget),
            roads=made.roads,
            collect=asked.collect,
            without_vans=asked.without_vans,
            skipped=asked.skip,
            must=asked.must,
            drain=asked.drain,
            read_upto=None if read_upto == situation.position else read_upto,
            carried=self._ledger.attach(carried_to_bytes(made.carried)),
            mode=None if making.mode == "free" else making.mode,
            held_from=None if basis.held is None else basis.held.revision,
            like=None if usual is None else usual.named,
            change_micros=None if making.habit is None else making.habit.micros,
            hours_micros=None if making.habit is None else making.habit.hours_micros or None,
        )
        drafted = planned(made, solution, revision=1, inputs=inputs, at_us=at_us, dropped=basis.dropped)
        return stream, basis, replace(drafted, pins=basis.pins or None)

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
        Give a revision (the newest without `revision`) to the drivers; it replaces the one that held, for vans that
        are out too.

        Publishing what holds already records nothing. Raises `Unknown` (`plan.unknown`, `plan.no-revision`).
        """
        stream = _stream_of(plan)
        chosen: list[int] = []

        def decide(_at_us: int) -> Decision:
            loaded = self._ledger.load(stream, PLAN)
            number = _revision_of(loaded.state, plan, revision)
            chosen[:] = [number]
            if loaded.state is None or _published(loaded.state) == number:
                return Decision(())
            published = NewEvents(stream, loaded.version, (PlanPublished(revision=number),))
            return Decision((published, *reroutes(self._ledger, loaded.state.plan, loaded.state.revisions[number])))

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
        stream, sealed = _stream_of(plan), self._commands.sealed(why.strip())

        def decide(_at_us: int) -> Decision:
            loaded = self._ledger.load(stream, PLAN)
            if _published(loaded.state) is None:
                _revision_of(loaded.state, plan, None)
                raise Invalid("plan.not-published", plan=plan)
            return Decision((NewEvents(stream, loaded.version, (PlanWithdrawn(why=sealed),)),))

        return self._run(caller, "plan withdraw", {"plan": plan}, decide, request, happened_us)

    def show(self, plan: str) -> DayPlan:
        """A plan with its revisions. Raises `Unknown` (`plan.unknown`)."""
        return find_plan(self._ledger, plan)

    def again(self, plan: str, revision: int) -> Solution:
        """
        The routes of a revision, searched again from the problem, seed and budget that it recorded.

        Raises `Unknown` (`plan.unknown`, `plan.no-revision`, `attachment.unknown`) and `Refused` (`plan.by-hand`).
        """
        found = find_plan(self._ledger, plan)
        drafted = found.revisions[_revision_of(found, plan, revision)]
        if any(edit.what != "solve" for edit in drafted.edits or ()):
            raise Refused("plan.by-hand", plan=plan, revision=drafted.revision)
        inputs = drafted.inputs
        given = None
        if inputs.held_from is not None:
            given = recall(plan, found.revisions[inputs.held_from], self._ledger.attachment).solution
        return repeated(
            problem_from_bytes(self._ledger.attachment(inputs.problem)),
            drafted,
            given,
            lambda held, start: self._search(held, budget_of(inputs.budget), inputs.seed, start, None),
        )

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


def _stream_of(plan: str) -> str:
    return f"plan/{plan.removeprefix('plan/')}"


def _published(plan: DayPlan | None) -> int | None:
    return None if plan is None else plan.published


def _revision_of(plan: DayPlan | None, name: str, revision: int | None) -> int:
    if plan is None or not plan.revisions:
        raise unknown_plan(name)
    if revision is not None and revision not in plan.revisions:
        raise Unknown("plan.no-revision", plan=name, revision=revision, latest=plan.latest)
    return plan.latest if revision is None else revision


def budget_text(budget: Budget) -> str:
    """As it is recorded: `200 iterations` or `10 seconds`."""
    return f"{budget.iterations} iterations" if budget.iterations is not None else f"{budget.seconds} seconds"


def budget_of(text: str) -> Budget:
    amount, _, unit = text.partition(" ")
    return Budget(iterations=int(amount)) if unit == "iterations" else Budget(seconds=float(amount))
