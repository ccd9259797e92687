"""
A plan made again from what it recorded: the same problem, the same routes, or the difference and why.

Three questions. Does the log, read as of the recorded position, give the problem that was solved? Does the recorded
search give the recorded routes? Do these keep every rule of that problem? What cannot be as it was for a stated reason
(a search by the clock, another solver, something that was not kept) is told apart from a record that contradicts
itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Literal, cast

from circulation.errors import BranchlineError, Unknown
from circulation.event import Fact
from circulation.ledger import Ledger
from circulation.past_ledger import PastLedger
from logistics.accepted import unexplained
from logistics.day_draft import DayBoard, draft_in
from logistics.dispatcher import budget_of, find_plan
from logistics.draft import Draft, PlanRules
from logistics.figures import paid_micros
from logistics.plan import PlanDrafted
from logistics.problem import RoutingProblem
from logistics.problem_differences import Difference, differences
from logistics.problem_file import problem_from_bytes, problem_to_bytes
from logistics.recorded_routes import RouteDifference, as_recorded, route_differences
from logistics.resolving import repeated
from logistics.revising import request_of
from logistics.situation import Situation, read_situation
from logistics.solution import Solution, verify
from logistics.solver import Budget, Progress, solve

__all__ = ["Check", "MadeAgain", "Verdict", "drafted_in", "make_again"]

Verdict = Literal["equal", "expected", "contradiction"]
Search = Callable[[RoutingProblem, Budget, int, Solution | None, Progress | None], Solution]

_DIFFERENCES = 12
"""So many differences of a problem are named; with one wrong setting there are often thousands."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was recorded and what it comes to now; `why` says what a difference is due to."""

    what: str
    then: str
    now: str
    verdict: Verdict
    why: str = ""


@dataclass(frozen=True, slots=True)
class MadeAgain:
    """All that was compared; `problem` are the first differences of the problems, `routes` those of the routes."""

    plan: str
    revision: int
    position: int
    checks: tuple[Check, ...]
    problem: tuple[Difference, ...]
    routes: tuple[RouteDifference, ...]

    @property
    def contradicts(self) -> bool:
        """Whether the record contradicts itself."""
        return any(check.verdict == "contradiction" for check in self.checks)


def drafted_in(ledger: Ledger, plan: str, revision: int | None) -> tuple[Fact, PlanDrafted]:
    """
    The fact that recorded a revision; without one the published, or else the newest.

    Raises `Unknown` (`plan.unknown`, `plan.no-revision`).
    """
    known = find_plan(ledger, plan)
    number = revision or known.published or known.latest
    for fact in ledger.stream(f"plan/{known.plan}"):
        if isinstance(fact.event, PlanDrafted) and fact.event.revision == number:
            return fact, fact.event
    raise Unknown("plan.no-revision", plan=known.plan, revision=number, latest=known.latest)


def make_again(
    ledger: Ledger,
    past: PastLedger,
    board: DayBoard,
    fact: Fact,
    drafted: PlanDrafted,
    *,
    search: Search = solve,
    progress: Progress | None = None,
) -> MadeAgain:
    """
    Everything about a revision that can be worked out again; `past` and `board` are of the position that it recorded.

    The search takes as long as it took then. Never raises for what the record lacks or says wrongly: that is a check.
    """
    remaking = _Remaking(past, board, fact, drafted)
    found: tuple[Difference, ...] = ()
    moved: tuple[RouteDifference, ...] = ()
    problem = remaking.kept_problem(ledger)
    rules = remaking.kept_rules(ledger)
    if problem is not None:
        found = remaking.build(problem, rules)
        moved = remaking.search(problem, partial(_held, ledger, fact.stream, drafted), search, progress)
    plan, position = fact.stream.removeprefix("plan/"), drafted.inputs.position
    return MadeAgain(plan, drafted.revision, position, tuple(remaking.checks), found, moved)


class _Remaking:
    """One revision while it is made again; `checks` fills up."""

    def __init__(self, past: PastLedger, board: DayBoard, fact: Fact, drafted: PlanDrafted) -> None:
        self._past = past
        self._board = board
        self._at_us = fact.happened_us
        self._drafted = drafted
        self._inputs = drafted.inputs
        self.checks: list[Check] = []

    def _check(self, what: str, then: str, now: str, verdict: Verdict, why: str = "") -> None:
        self.checks.append(Check(what, _short(then), _short(now), verdict, why))

    # --- what was kept ---

    def kept_problem(self, ledger: Ledger) -> RoutingProblem | None:
        """The problem as it was solved, None where it is not there any more."""
        name = self._inputs.problem
        try:
            return problem_from_bytes(ledger.attachment(name))
        except BranchlineError as missing:
            self._check("attached problem", name, "", "contradiction", missing.sentence)
            return None

    def kept_rules(self, ledger: Ledger) -> PlanRules | None:
        """The rules by their digest: those kept beside the log, else the usual ones if it is theirs."""
        digest, rules = self._inputs.rules, PlanRules()
        if rules.digest() != digest:
            try:
                rules = PlanRules.from_bytes(ledger.attachment(digest))
            except (BranchlineError, ValueError, KeyError, TypeError):
                self._check("rules", digest, "", "expected", "Not recorded: their digest only.")
                return None
        self._check("rules", digest, rules.digest(), "equal")
        return rules

    # --- the problem, from the log ---

    def build(self, problem: RoutingProblem, rules: PlanRules | None) -> tuple[Difference, ...]:
        """Build the problem anew and compare; the first differences to the one that was kept."""
        situation = read_situation(cast(Ledger, self._past))
        made, refused = None, ""
        try:
            made = self._draft(situation, rules or PlanRules())
        except BranchlineError as refusal:
            refused = refusal.sentence
        inputs = self._inputs
        now = "" if made is None else hashlib.sha256(problem_to_bytes(made.problem)).hexdigest()
        same = now == inputs.problem
        reason = "" if same else self._why_another_problem(problem, rules)
        for what, then, is_ in (
            ("network", inputs.network, situation.network_digest),
            ("fleet", inputs.fleet, situation.fleet_digest),
            ("roads", inputs.roads, "" if made is None else made.roads),
        ):
            if then == is_:
                self._check(what, then, is_, "equal")
            elif same:
                # Told in more words by a later version, it has another digest; the problem shows that it is the same.
                self._check(what, then, is_, "expected", "It is described otherwise by now; the problem is the same.")
            else:
                self._check(what, then, is_, "expected" if reason else "contradiction", reason)
        if same:
            self._check("problem", inputs.problem, now, "equal")
            return ()
        why = " ".join(part for part in (refused, reason) if part)
        self._check("problem", inputs.problem, now, "expected" if reason else "contradiction", why)
        return () if made is None else tuple(islice(differences(problem, made.problem), _DIFFERENCES))

    def _draft(self, situation: Situation, rules: PlanRules) -> Draft:
        asked = request_of(self._drafted)
        return draft_in(situation, self._board, self._past.attachment, asked, rules=rules, at_us=self._at_us)

    def _why_another_problem(self, problem: RoutingProblem, rules: PlanRules | None) -> str:
        """What a difference may be due to without anything being wrong; empty where nothing excuses it."""
        reasons = []
        if rules is None:
            reasons.append("The rules were not recorded.")
        if self._inputs.read_upto is not None:
            events = self._inputs.read_upto - self._inputs.position
            reasons.append(f"Others recorded {events} events while the draft was read.")
        if self._drafted.edited_from is not None:
            reasons.append(f"It was made by hand from revision {self._drafted.edited_from}.")
        elif problem.pins or problem.stability is not None:
            reasons.append("The draft held to what had been planned or fixed before.")
        return " ".join(reasons)

    # --- the routes, from the problem ---

    def search(
        self,
        problem: RoutingProblem,
        held: Callable[[], Solution | None],
        search: Search,
        progress: Progress | None,
    ) -> tuple[RouteDifference, ...]:
        """Judge the recorded routes and search them anew; the calls that differ. `held`: the routes held to."""
        inputs, totals = self._inputs, self._drafted.totals
        try:
            then = as_recorded(problem, self._drafted)
        except KeyError as stranger:
            why = f"{stranger} is not in the problem."
            self._check("rules broken by the routes", "0", "", "contradiction", why)
            return ()
        broken = unexplained(verify(problem, then), self._drafted.accepted or (), None)
        said = " ".join(violation.sentence for violation in broken[:3])
        self._check("rules broken by the routes", "0", str(len(broken)), "contradiction" if broken else "equal", said)
        cost = _money(sum(paid_micros(problem, route) for route in then.routes))
        recorded = f"{totals.cost_cents / 100:.2f}"
        self._check("cost of the routes", recorded, cost, "equal" if cost == recorded else "contradiction")
        by_hand = [edit.said for edit in self._drafted.edits or () if edit.what != "solve"]
        if by_hand:
            self._check("routes", _cost(then), "", "expected", f"They were changed by hand: {' '.join(by_hand)}")
            return ()
        now = repeated(
            problem,
            self._drafted,
            held(),
            lambda asked, start: search(asked, budget_of(inputs.budget), inputs.seed, start, progress),
        )
        solver = f"{now.solver} {now.version}"
        self._check("solver", inputs.solver, solver, "equal" if solver == inputs.solver else "expected")
        costs = _cost(then), _cost(now)
        if _timetable(then) == _timetable(now):
            self._check("routes", *costs, "equal")
            return ()
        why = self._why_other_routes(solver)
        self._check("routes", *costs, "expected" if why else "contradiction", why)
        return route_differences(then, now)

    def _why_other_routes(self, solver: str) -> str:
        if solver != self._inputs.solver:
            return f"They were found by {self._inputs.solver}; here {solver} searches."
        if not self._inputs.budget.endswith("iterations"):
            return f"A search of {self._inputs.budget} comes as far as the machine lets it."
        return ""


def _held(ledger: Ledger, stream: str, drafted: PlanDrafted) -> Solution | None:
    """The routes of the revision that a search held to, None where it held to none."""
    if drafted.inputs.held_from is None:
        return None
    before = find_plan(ledger, stream).revisions[drafted.inputs.held_from]
    return as_recorded(problem_from_bytes(ledger.attachment(before.inputs.problem)), before)


def _timetable(solution: Solution) -> list[tuple[object, ...]]:
    return [
        (route.van, route.leave_hub, route.return_hub, route.break_start, route.visits, route.reloads)
        for route in sorted(solution.routes, key=lambda route: route.van)
    ]


def _cost(solution: Solution) -> str:
    """What the routes cost, and how many stops they leave."""
    cost = _money(sum(route.micros for route in solution.routes))
    return f"{cost}, {len(solution.unserved)} left" if solution.unserved else cost


def _money(micros: int) -> str:
    return f"{round(micros / 10_000) / 100:.2f}"


def _short(text: str) -> str:
    """The text with the beginning of each digest only, enough to compare by eye."""
    return re.sub(r"[0-9a-f]{64}", lambda digest: digest[0][:16], text)
