"""
From a recorded revision of a plan back to its problem and routes, and from changed routes to the next revision.

Nothing is searched or read here. The judge decides what a changed plan breaks; a broken rule needs a reason, and stays
with its reason in every later revision that breaks it in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from circulation.errors import Refused
from logistics.accepted import accepted_violations
from logistics.carried_file import carried_from_bytes
from logistics.day_stops import PlanRequest
from logistics.demand import StopDemand
from logistics.draft import Draft
from logistics.pin import Pin
from logistics.plan import (
    PlanDrafted,
    PlanEdit,
    PlanInputs,
    PlannedPin,
)
from logistics.planned import Judge, planned
from logistics.problem import RoutingProblem
from logistics.problem_file import problem_from_bytes
from logistics.recorded_routes import as_recorded
from logistics.solution import Solution, verify
from logistics.solver.trips import order_of, tidy

__all__ = ["Recorded", "orders_of", "pins_of", "recall", "request_of", "revised", "with_pins"]


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
    solution = as_recorded(problem, revision)
    return Recorded(
        plan, revision, _draft_of(plan, revision, problem, solution, carried_from_bytes(attachment(inputs.carried))),
        solution,
    )  # fmt: skip


def request_of(revision: PlanDrafted) -> PlanRequest:
    """What was asked for when the plan was drafted."""
    inputs = revision.inputs
    return PlanRequest(
        day=date.fromisoformat(revision.day),
        hubs=revision.hubs,
        wave=revision.wave,
        collect=inputs.collect,
        without_vans=inputs.without_vans,
        skip=inputs.skipped,
        must=inputs.must,
        drain=inputs.drain,
    )


def _draft_of(
    plan: str,
    revision: PlanDrafted,
    problem: RoutingProblem,
    solution: Solution,
    carried: Mapping[str, StopDemand],
) -> Draft:
    return Draft(
        request=request_of(revision),
        hubs=revision.hubs,
        group=plan.split("/")[1],
        problem=problem,
        roads=revision.inputs.roads,
        carried=carried,
        # what was set aside before the search stands before what the search left
        set_aside=revision.left[: len(revision.left) - len(solution.unserved)],
    )


def orders_of(problem: RoutingProblem, solution: Solution) -> dict[int, list[int]]:
    """The tours as van index to stop indices with their reloads, what the problem does not know left out."""
    return {
        problem.van_index[route.van]: tidy(order_of(problem, route))
        for route in solution.routes
        if route.van in problem.van_index
    }


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
    inputs: PlanInputs | None = None,
    judge: Judge = verify,
) -> PlanDrafted:
    """
    Revision `number`: `solution` answers the problem of `draft`, whose attachments the two digests name.

    `inputs` say how it was searched, if it was searched again.

    Raises `Refused` (`plan.breaks-rules`) where the judge finds a broken rule that has no reason.
    """
    accepted = accepted_violations(judge(draft.problem, solution), before.revision.accepted or (), because)
    inputs = replace(
        inputs or before.revision.inputs,
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
