"""
The coordinator's hand on a plan: look at what an edit would do, and keep it as the plan's next revision.

Looking records nothing. Keeping makes the edit from the plan as it then stands, or refuses where that is no longer the
plan that was looked at; the judge is asked before anything is recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from circulation.actor import Role
from circulation.command import Caller, Commands, Decision
from circulation.errors import Refused, Unknown
from circulation.event import NewEvents
from circulation.ledger import Ledger
from logistics.accepted import unexplained
from logistics.carried_file import carried_to_bytes
from logistics.day_draft import DayBoard, draft_of_day, roads_of
from logistics.dispatcher import Search, budget_text
from logistics.draft import PlanRules
from logistics.editing import Changed, edited, stop_named
from logistics.edits import Add, Edit
from logistics.figures import Difference, difference
from logistics.find_plan import find_plan
from logistics.folds import PLAN
from logistics.grown import grown
from logistics.insertions import Insertion, insertions
from logistics.plan import DayPlan, PlanDrafted, PlanEdit
from logistics.problem_file import problem_to_bytes
from logistics.resolving import Mode, searched_again, told_again
from logistics.revising import Recorded, orders_of, recall, revised
from logistics.solution import Violation
from logistics.solver import Budget, Progress, solve
from logistics.usual import Habit, round_for, steadied

__all__ = ["Considered", "Kept", "PlanDesk", "Solve"]

_COORDINATORS = (Role.COORDINATOR,)


@dataclass(frozen=True, slots=True)
class Solve:
    """A plan is searched again: how much of it is held, whose round is kept at what price, and for how long."""

    mode: Mode
    budget: Budget
    seed: int = 1
    habit: Habit | None = None


@dataclass(frozen=True)
class Considered:
    """What a change would do to a revision of a plan whose newest revision is `latest`; nothing is recorded."""

    before: Recorded
    changed: Changed
    latest: int
    difference: Difference

    def unexplained(self, because: str | None) -> tuple[Violation, ...]:
        """The broken rules that have no reason yet, if this is the reason for all that are newly broken."""
        return unexplained(self.difference.broken_after, self.before.revision.accepted or (), because)


@dataclass(frozen=True)
class Kept:
    """The revision that a change made, and how it differs from the one that it was made from."""

    plan: str
    revision: PlanDrafted
    difference: Difference
    position: int


class PlanDesk:
    """
    Plans that are changed by hand. A plan is named as in `2026-11-24/bath/am`.

    The board is asked for only where a branch is added that the plan does not hold.
    """

    def __init__(
        self, ledger: Ledger, commands: Commands, board: Callable[[], DayBoard], *, search: Search = solve
    ) -> None:
        self._ledger = ledger
        self._commands = commands
        self._board = board
        self._search = search

    def consider(
        self, plan: str, change: Edit | Solve, *, revision: int | None = None, progress: Progress | None = None
    ) -> Considered:
        """
        What a change of a revision (the newest without `revision`) would do.

        Raises what `editing.edited` raises, `Unknown` (`plan.unknown`, `plan.no-revision`), and for a branch that the
        plan does not hold what `draft.draft` refuses.
        """
        found = find_plan(self._ledger, plan)
        before = self._recalled(plan, found, revision)
        changed = self._changed(before, change, progress, self._commands.clock())
        both = difference((before.draft, before.solution), (changed.draft, changed.solution))
        return Considered(before, changed, found.latest, both)

    def keep(
        self,
        caller: Caller,
        plan: str,
        change: Edit | Solve,
        *,
        because: str | None = None,
        revision: int | None = None,
        considered: Considered | None = None,
        progress: Progress | None = None,
        request: str | None = None,
    ) -> Kept:
        """
        Record a change as the plan's next revision.

        `because` is the reason why it may break rules. `considered`, if given, is what the caller has seen of it, and
        is kept as it was seen. Raises `Refused` (`plan.breaks-rules`: it breaks a rule and no reason is given;
        `plan.moved-on`: there is a newer revision than was seen) and what `consider` raises.
        """
        stream = f"plan/{plan}"
        sealed = None if because is None else self._commands.sealed(because.strip())

        def decide(at_us: int) -> Decision:
            loaded = self._ledger.load(stream, PLAN)
            found = loaded.state or find_plan(self._ledger, plan)
            if considered is not None and found.latest != considered.latest:
                raise Refused("plan.moved-on", plan=plan, latest=found.latest, revision=considered.latest)
            before = self._recalled(plan, found, revision)
            changed = considered.changed if considered is not None else self._changed(before, change, progress, at_us)
            drafted, files = _next(before, changed, number=found.latest + 1, because=sealed, at_us=at_us)
            for file in files:  # only now that no rule keeps it from being recorded
                self._ledger.attach(file)
            return Decision((NewEvents(stream, loaded.version, (drafted,)),))

        arguments = {"plan": plan, "change": change, "revision": revision}
        appended = self._commands.run(caller, "plan edit", arguments, decide, roles=_COORDINATORS, request=request)
        fact = appended.facts[0]
        if not isinstance(fact.event, PlanDrafted):
            raise TypeError(f"{type(fact.event).__name__} is not what an edit records")
        before = self._recalled(plan, find_plan(self._ledger, plan), fact.event.edited_from)
        after = recall(plan, fact.event, self._ledger.attachment)
        both = difference((before.draft, before.solution), (after.draft, after.solution))
        return Kept(plan, fact.event, both, fact.position)

    def insertions(self, plan: str, stop: str, *, revision: int | None = None) -> list[Insertion]:
        """
        Every place where a stop of the plan could go, best first.

        Raises `Unknown` (`plan.unknown`, `plan.no-revision`, `plan.stop-unknown`).
        """
        before = self._recalled(plan, find_plan(self._ledger, plan), revision)
        problem = before.problem
        return insertions(problem, orders_of(problem, before.solution), stop_named(problem, stop))

    def _recalled(self, plan: str, found: DayPlan, revision: int | None) -> Recorded:
        number = found.latest if revision is None else revision
        if number not in found.revisions:
            raise Unknown("plan.no-revision", plan=plan, revision=number, latest=found.latest)
        return recall(plan, found.revisions[number], self._ledger.attachment)

    def _changed(self, before: Recorded, change: Edit | Solve, progress: Progress | None, at_us: int) -> Changed:
        if isinstance(change, Solve):
            return self._solved(before, change, progress)
        if isinstance(change, Add) and change.stop not in before.problem.stop_index:
            before = self._with_branch(before, change.stop, at_us)
        return edited(before, change)

    def _solved(self, before: Recorded, asked: Solve, progress: Progress | None) -> Changed:
        problem, inputs = before.problem, before.revision.inputs
        if asked.habit is not None:
            usual = round_for(self._ledger, before.plan, asked.habit)
            problem = steadied(problem, usual, asked.habit)
            inputs = replace(
                inputs,
                like=usual.named,
                change_micros=asked.habit.micros,
                hours_micros=asked.habit.hours_micros or None,
            )
        solution = searched_again(
            problem,
            before.solution,
            asked.mode,
            lambda held, start: self._search(held, asked.budget, asked.seed, start, progress),
            dropped=before.dropped,
        )
        inputs = replace(
            inputs,
            budget=budget_text(asked.budget),
            mode=None if asked.mode == "free" else asked.mode,
            held_from=before.revision.revision,
        )
        edit = PlanEdit(what="solve", said=told_again(before.solution, solution, asked.mode))
        return Changed(replace(before.draft, problem=problem), solution, before.pins, before.dropped, (edit,), inputs)

    def _with_branch(self, before: Recorded, code: str, at_us: int) -> Recorded:
        """The plan with a branch that it does not hold, as a draft made now would have it."""
        request = before.draft.request
        asked = replace(request, must=(code,), skip=tuple(one for one in request.skip if one != code))
        situation, now = draft_of_day(self._ledger, self._board(), asked, PlanRules(), at_us)
        return grown(before, code, now, roads_of(situation, self._ledger.attachment))


def _next(
    before: Recorded, changed: Changed, *, number: int, because: str | None, at_us: int
) -> tuple[PlanDrafted, tuple[bytes, ...]]:
    """The revision that a change makes, and the files that it names and that are not there yet."""
    inputs, draft = before.revision.inputs, changed.draft
    problem, carried = inputs.problem, inputs.carried or ""
    files = []
    if draft.problem is not before.problem:
        files.append(problem_to_bytes(draft.problem))
        problem = sha256(files[-1]).hexdigest()
    if draft.carried is not before.draft.carried:
        files.append(carried_to_bytes(draft.carried))
        carried = sha256(files[-1]).hexdigest()
    drafted = revised(
        before,
        draft,
        changed.solution,
        number=number,
        problem_digest=problem,
        carried_digest=carried,
        at_us=at_us,
        edits=changed.edits,
        because=because,
        pins=changed.pins,
        dropped=changed.dropped,
        inputs=changed.inputs,
    )
    return drafted, tuple(files)
