"""
A plan to be changed by hand, small enough to reckon with: six stops on a straight road out of the hub.

Stop a is 5 km (5 minutes) from the hub, b is 10, and so on to f at 30. A call takes 5 minutes. Both vans hold 10 totes
and drive from 08:00 to 12:00. Van v1 calls at a, b and c, van v2 at d and e; f is left.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from logistics.carried_file import carried_to_bytes
from logistics.day_stops import PlanRequest
from logistics.demand import Load, StopDemand
from logistics.draft import Draft
from logistics.editing import edited
from logistics.edits import Edit
from logistics.plan import PlanDrafted, PlanInputs
from logistics.planned import planned
from logistics.problem import Hub, RoutingProblem, Stop, Van
from logistics.problem_file import problem_to_bytes
from logistics.revising import Recorded, recall, revised
from logistics.solver.as_late import laid_out

CODES = "abcdef"
EIGHT = 8 * 3600
PLAN = "2026-11-24/bath/day"
AT_US = 1_764_000_000_000_000


def line_problem(**changed: Stop) -> RoutingProblem:
    """The problem, with some stops as a test wants them."""
    places = range(len(CODES) + 1)
    stops = tuple(
        changed.get(
            code,
            Stop(
                code,
                deliver=2,
                collect=1,
                hub=0,
                windows=((EIGHT, EIGHT + 4 * 3600),),
                service_seconds=300,
                price=90_000_000,
            ),
        )
        for code in CODES
    )
    return RoutingProblem(
        hubs=(Hub("bath"),),
        vans=tuple(
            Van(name, 0, 10, EIGHT, EIGHT + 4 * 3600, micros_per_metre=450, micros_per_second=5_000)
            for name in ("v1", "v2")
        ),
        stops=stops,
        metres=tuple(tuple(5_000 * abs(one - two) for two in places) for one in places),
        seconds=tuple(tuple(300 * abs(one - two) for two in places) for one in places),
    )


def stop(code: str, **fields: object) -> Stop:
    """A stop of the line with some fields changed."""
    return replace(line_problem().stops[CODES.index(code)], **fields)  # type: ignore[arg-type]


def line_day(problem: RoutingProblem | None = None, orders: dict[int, list[int]] | None = None) -> Recorded:
    """The plan, recorded as its first revision."""
    problem = problem or line_problem()
    carried = {
        one.id: StopDemand(
            one.id,
            "bath",
            deliver=Load(one.deliver, waiting=20 * one.deliver, by_reason={"home": 20 * one.deliver}),
            collect=Load(one.collect, waiting=20 * one.collect, by_reason={"hold": 20 * one.collect}),
        )
        for one in problem.stops
    }
    draft = Draft(
        request=PlanRequest(day=date(2026, 11, 24)),
        hubs=("bath",),
        group="bath",
        problem=problem,
        roads="a straight road",
        carried=carried,
        set_aside=(),
    )
    orders = {0: [0, 1, 2], 1: [3, 4]} if orders is None else orders
    solution = laid_out(problem, orders, solver="hand", seed=1, iterations=0)
    inputs = PlanInputs(
        position=1,
        network="n",
        fleet="f",
        rules="r",
        problem="p",
        seed=1,
        solver="hand 1",
        budget="1 iterations",
        roads="a straight road",
        collect="waiting",
        carried="c",
    )
    drafted = planned(draft, solution, revision=1, inputs=inputs, at_us=AT_US)
    return read_back(drafted, draft)


def read_back(drafted: PlanDrafted, draft: Draft) -> Recorded:
    """A revision as it comes back from the log."""
    inputs = drafted.inputs
    kept = {inputs.problem: problem_to_bytes(draft.problem), inputs.carried: carried_to_bytes(draft.carried)}
    return recall(PLAN, drafted, lambda digest: kept[digest])


def tours(recorded: Recorded) -> dict[str, str]:
    """The stops of each van as one word: `{"v1": "abc"}`."""
    return {route.van: "".join(stop.branch for stop in route.stops) for route in recorded.revision.routes}


def kept(before: Recorded, edit: Edit, *, because: str | None = None) -> Recorded:
    """The plan with the edit as its next revision."""
    changed = edited(before, edit)
    drafted = revised(
        before,
        changed.draft,
        changed.solution,
        number=before.revision.revision + 1,
        problem_digest=f"p{before.revision.revision}",
        carried_digest=f"c{before.revision.revision}",
        at_us=AT_US,
        edits=changed.edits,
        because=because,
        pins=changed.pins,
        dropped=changed.dropped,
    )
    return read_back(drafted, changed.draft)
