"""
From a recorded revision of a plan back to its problem and routes, and from changed routes to the next revision.

Nothing is searched or read here. The judge decides what a changed plan breaks; a broken rule needs a reason, and stays
with its reason in every later revision that breaks it in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from circulation.errors import Refused
from logistics.carried_file import carried_from_bytes
from logistics.day_stops import PlanRequest
from logistics.demand import StopDemand
from logistics.draft import Draft
from logistics.pin import Pin
from logistics.plan import (
    AcceptedViolation,
    PlanDrafted,
    PlanEdit,
    PlannedPin,
    PlannedRoute,
)
from logistics.planned import Judge, planned
from logistics.problem import RoutingProblem
from logistics.problem_file import problem_from_bytes
from logistics.solution import Route, Solution, Unserved, Violation, Visit, verify
from logistics.solver.credits import earned
from logistics.solver.steadiness import unrest
from logistics.solver.timetable import loads

__all__ = [
    "Recorded", "accepted_violations", "name_pins", "orders_of", "pins_of", "recall", "revised", "solution_of",
    "with_pins",
]  # fmt: skip


@dataclass(frozen=True)
class Recorded:
    """
    A revision as the search and the judge know it: `draft` holds the problem and the loads, `solution` the routes.

    `pins` and `dropped` are the coordinator's, with those that name what this problem does not have.
    """

    plan: str
    revision: PlanDrafted
    draft: Draft
    solution: Solution

    @property
    def problem(self) -> RoutingProblem:
        """What the routes answer."""
        return self.draft.problem

    @property
    def pins(self) -> tuple[PlannedPin, ...]:
        """What was fixed by hand."""
        return self.revision.pins or ()

    @property
    def dropped(self) -> frozenset[str]:
        """Stops that were taken out by hand."""
        return frozenset(self.revision.dropped or ())


def recall(plan: str, revision: PlanDrafted, attachment: Callable[[str], bytes]) -> Recorded:
    """
    The problem and the routes of a recorded revision of a plan, such as `2026-11-24/bath/am`.

    Raises `Refused` (`plan.not-revisable`) for a plan that was recorded without what its stops carry, and `Unknown`
    (`attachment.unknown`).
    """
    inputs = revision.inputs
    if inputs.carried is None:
        raise Refused("plan.not-revisable", plan=plan, revision=revision.revision)
    problem = problem_from_bytes(attachment(inputs.problem))
    solution = solution_of(problem, revision)
    return Recorded(
        plan, revision, _draft_of(plan, revision, problem, solution, carried_from_bytes(attachment(inputs.carried))),
        solution,
    )  # fmt: skip


def _draft_of(
    plan: str,
    revision: PlanDrafted,
    problem: RoutingProblem,
    solution: Solution,
    carried: Mapping[str, StopDemand],
) -> Draft:
    inputs = revision.inputs
    return Draft(
        request=PlanRequest(
            day=date.fromisoformat(revision.day),
            hubs=revision.hubs,
            wave=revision.wave,
            collect=inputs.collect,
            without_vans=inputs.without_vans,
            skip=inputs.skipped,
            must=inputs.must,
        ),
        hubs=revision.hubs,
        group=plan.split("/")[1],
        problem=problem,
        roads=inputs.roads,
        carried=carried,
        # what was set aside before the search stands before what the search left
        set_aside=revision.left[: len(revision.left) - len(solution.unserved)],
    )


def solution_of(problem: RoutingProblem, revision: PlanDrafted) -> Solution:
    """The recorded routes as the judge knows them; what the plan does not say is worked out from the problem."""
    routes = tuple(_route(problem, route) for route in revision.routes)
    served = {stop for route in routes for stop in route.stops}
    absent = [stop for stop in problem.stops if stop.id not in served]
    solver, _, version = revision.inputs.solver.rpartition(" ")
    return Solution(
        problem=problem.digest(),
        routes=routes,
        unserved=tuple(Unserved(stop.id, "no-room" if stop.price is None else "price") for stop in absent),
        micros=sum(route.micros for route in routes) + sum(stop.price or 0 for stop in absent),
        solver=solver,
        version=version,
        seed=revision.inputs.seed,
        iterations=0,
    )


def _route(problem: RoutingProblem, route: PlannedRoute) -> Route:
    number = problem.van_index[route.van]
    van = problem.vans[number]
    order = [problem.stop_index[stop.branch] for stop in route.stops]
    visits = tuple(Visit(stop.branch, stop.arrives, stop.starts, stop.leaves) for stop in route.stops)
    places = [van.hub, *(problem.stop_place(stop) for stop in order), van.hub]
    metres = sum(problem.metres[one][two] for one, two in pairwise(places))
    seconds = route.returns - route.leaves
    totes, grams = loads(problem, order)
    paid = metres * van.micros_per_metre + seconds * van.micros_per_second + van.micros_fixed
    return Route(
        van=route.van,
        leave_hub=route.leaves,
        visits=visits,
        return_hub=route.returns,
        break_start=route.break_at,
        break_after=_visits_before_break(route),
        totes=totes,
        grams=grams,
        metres=metres,
        seconds=seconds,
        micros=paid - earned(problem, order) + unrest(problem, van.id, order, visits),
    )


def _visits_before_break(route: PlannedRoute) -> int | None:
    """How many calls come before the break; None where there is none on the way."""
    if route.break_at is None or not route.leaves <= route.break_at < route.returns:
        return None
    return sum(stop.leaves <= route.break_at for stop in route.stops) or None


def orders_of(problem: RoutingProblem, solution: Solution) -> dict[int, list[int]]:
    """The tours as van index to stop indices, what the problem does not know left out."""
    return {
        problem.van_index[route.van]: [problem.stop_index[stop] for stop in route.stops if stop in problem.stop_index]
        for route in solution.routes
        if route.van in problem.van_index
    }


def name_pins(problem: RoutingProblem) -> tuple[PlannedPin, ...]:
    """The pins of a problem by codes."""
    stops, vans = problem.stops, problem.vans
    return tuple(
        PlannedPin(
            stop=stops[pin.stop].id,
            van=None if pin.van is None else vans[pin.van].id,
            before=None if pin.before is None else stops[pin.before].id,
            after=None if pin.after is None else stops[pin.after].id,
            earliest=pin.earliest,
            latest=pin.latest,
        )
        for pin in problem.pins
    )


def pins_of(problem: RoutingProblem, pins: Iterable[PlannedPin]) -> tuple[Pin, ...]:
    """Those of the pins whose stops and van the problem has, by its indices."""
    found = []
    for pin in pins:
        stops = [stop for stop in (pin.stop, pin.before, pin.after) if stop is not None]
        if (
            any(stop not in problem.stop_index for stop in stops)
            or (pin.van or problem.vans[0].id) not in problem.van_index
        ):
            continue
        found.append(
            Pin(
                stop=problem.stop_index[pin.stop],
                van=None if pin.van is None else problem.van_index[pin.van],
                before=None if pin.before is None else problem.stop_index[pin.before],
                after=None if pin.after is None else problem.stop_index[pin.after],
                earliest=pin.earliest,
                latest=pin.latest,
            )
        )
    return tuple(found)


def with_pins(problem: RoutingProblem, pins: Iterable[PlannedPin]) -> RoutingProblem:
    """The problem with these pins and no others. Raises `Invalid` (`bad-pin`) where one can never be kept."""
    kept = pins_of(problem, pins)
    return problem if kept == problem.pins else replace(problem, pins=kept)


def accepted_violations(
    violations: Sequence[Violation], before: Iterable[AcceptedViolation], because: str | None
) -> tuple[AcceptedViolation, ...]:
    """
    Every broken rule with the reason why it may be: the one that it had, where it was broken in the same way, or this.

    Raises `Refused` (`plan.breaks-rules`), which tells each broken rule that has no reason.
    """
    reasons = {(one.rule, one.place, one.sentence): one.because for one in before}
    accepted, silent = [], []
    for one in violations:
        reason = reasons.get((one.rule, one.place, one.sentence)) or because
        if reason is None:
            silent.append(one.sentence)
        else:
            accepted.append(AcceptedViolation(rule=one.rule, place=one.place, sentence=one.sentence, because=reason))
    if silent:
        raise Refused("plan.breaks-rules", said=" ".join(silent))
    return tuple(accepted)


def revised(
    before: Recorded,
    draft: Draft,
    solution: Solution,
    *,
    number: int,
    problem_digest: str,
    carried_digest: str,
    at_us: int,
    edits: tuple[PlanEdit, ...],
    because: str | None = None,
    pins: tuple[PlannedPin, ...] = (),
    dropped: Iterable[str] = (),
    judge: Judge = verify,
) -> PlanDrafted:
    """
    Revision `number`: `solution` answers the problem of `draft`, whose attachments the two digests name.

    Raises `Refused` (`plan.breaks-rules`) where the judge finds a broken rule that has no reason.
    """
    accepted = accepted_violations(judge(draft.problem, solution), before.revision.accepted or (), because)
    inputs = replace(
        before.revision.inputs,
        problem=problem_digest,
        carried=carried_digest,
        seed=solution.seed,
        solver=f"{solution.solver} {solution.version}",
    )
    drafted = planned(
        draft,
        solution,
        revision=number,
        inputs=inputs,
        at_us=at_us,
        judge=judge,
        accepted=accepted,
        dropped=frozenset(dropped),
    )
    return replace(drafted, edited_from=before.revision.revision, edits=edits, pins=pins or None)
