"""
From a solution to the plan that is recorded: routes in the courier's words, what is left behind and why, tight limits.

Nothing is searched or decided here. A solution that breaks a rule never becomes a plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from circulation.errors import Refused
from logistics.accepted import unexplained
from logistics.day_stops import MUST_MICROS, left_whole, taken_out
from logistics.draft import Draft
from logistics.explain import Explanation, Obstacle, explain, tight_limits
from logistics.figures import paid_micros
from logistics.plan import (
    AcceptedViolation,
    LeftBehind,
    PlanDrafted,
    PlanInputs,
    PlannedReload,
    PlannedRoute,
    PlannedStop,
    PlanTotals,
    TightLimit,
)
from logistics.problem import RoutingProblem
from logistics.solution import Reload, Route, Solution, Violation, verify
from logistics.stop_names import place_in_tour, taken_over_from

__all__ = ["Judge", "Reason", "planned", "reason_for"]

Judge = Callable[[RoutingProblem, Solution], Sequence[Violation]]
_MOST_TELLING = ("price", "pin", "capacity", "window", "shift", "break", "on-board", "weight", "several", "hub")

_NEARLY_TOO_LATE_SECONDS = 300
"""A break that begins within so many seconds of its latest moment binds."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a stop is left out: a code, and a sentence with numbers."""

    code: str
    why: str


def planned(
    draft: Draft,
    solution: Solution,
    *,
    revision: int,
    inputs: PlanInputs,
    at_us: int,
    judge: Judge = verify,
    accepted: tuple[AcceptedViolation, ...] = (),
    dropped: Collection[str] = (),
) -> PlanDrafted:
    """
    The plan of a draft by this solution.

    `accepted` are the rules that it breaks, all of them and no other; `dropped` are stops that were taken out by hand.
    Raises `Refused` (`plan.unsound`) naming the first broken rules if the judge finds one that is not accepted, and
    `ValueError` if one is accepted that the routes do not break.
    """
    violations = judge(draft.problem, solution)
    silent = unexplained(violations, accepted, None)
    if silent:
        raise Refused("plan.unsound", count=len(silent), said=" ".join(one.sentence for one in silent[:3]))
    if len(violations) != len(accepted):
        raise ValueError(f"{len(accepted)} broken rules were accepted, and the routes break {len(violations)}")
    routes = tuple(_route(draft, route) for route in solution.routes)
    out = frozenset(dropped) & {left.stop for left in solution.unserved}
    left = (*draft.set_aside, *_left(draft, solution, at_us, out))
    return PlanDrafted(
        revision=revision,
        day=draft.request.day.isoformat(),
        hubs=draft.hubs,
        wave=draft.request.wave,
        inputs=inputs,
        routes=routes,
        left=left,
        tight=tuple(_tight(draft.problem, solution)),
        totals=_totals(draft, solution, routes, len(left)),
        accepted=accepted or None,
        dropped=tuple(sorted(dropped)) or None,
    )


def _route(draft: Draft, route: Route) -> PlannedRoute:
    problem = draft.problem
    van = problem.vans[problem.van_index[route.van]]
    places, breaks = [van.hub], {reload.after for reload in route.reloads}
    for count, stop in enumerate(route.stops):
        places += [van.hub] if count in breaks else []
        places.append(problem.stop_place(problem.stop_index[stop]))
    places.append(van.hub)
    stops = []
    for visit, load_after in zip(route.visits, route.totes[1:], strict=True):
        its = draft.carried[visit.stop]
        takes_from = taken_over_from(visit.stop)
        stops.append(
            PlannedStop(
                branch=its.branch,
                arrives=visit.arrive,
                starts=visit.start,
                leaves=visit.leave,
                totes_off=its.deliver.totes,
                totes_on=its.collect.totes,
                load_after=load_after,
                items_off=its.deliver.items,
                items_on=its.collect.items,
                fillings_off=its.deliver.fillings,
                stop=None if visit.stop == its.branch else visit.stop,
                takes_from=takes_from,
                fillings_on=its.collect.fillings if takes_from else None,
            )
        )
    return PlannedRoute(
        van=route.van,
        hub=problem.hubs[van.hub].id,
        leaves=route.leave_hub,
        returns=route.return_hub,
        metres=route.metres,
        drive_seconds=sum(problem.seconds[one][two] for one, two in pairwise(places)),
        load_at_start=route.totes[0],
        break_at=route.break_start,
        stops=tuple(stops),
        reloads=tuple(_reload(route, reload) for reload in route.reloads) or None,
    )


def _reload(route: Route, reload: Reload) -> PlannedReload:
    return PlannedReload(
        after=reload.after,
        arrives=reload.arrive,
        leaves=reload.leave,
        totes_off=route.totes[reload.after],
        totes_on=reload.totes,
    )


def _left(draft: Draft, solution: Solution, at_us: int, dropped: Collection[str]) -> Iterable[LeftBehind]:
    open_to_all = tuple(left for left in solution.unserved if left.stop not in dropped)
    reasons = {
        one.stop: reason_for(draft, one) for one in explain(draft.problem, replace(solution, unserved=open_to_all))
    }
    for left in solution.unserved:
        its = draft.carried[left.stop]
        reason = reasons.get(left.stop) or Reason("skipped", taken_out(its))
        yield left_whole(its, at_us, reason.code, reason.why)


def reason_for(draft: Draft, explanation: Explanation) -> Reason:
    """The obstacle that is easiest to remove gives the code; a price is told in money, the rest as it was found."""
    obstacles = sorted(explanation.obstacles, key=lambda one: (_MOST_TELLING.index(one.limit), one.lacking, one.van))
    if not obstacles or obstacles[0].limit != "price":
        return Reason(obstacles[0].limit if obstacles else "no-van", explanation.sentence)
    return Reason("price", _dearer(draft, explanation.stop, obstacles[0]))


def _dearer(draft: Draft, code: str, cheapest: Obstacle) -> str:
    price = draft.problem.stops[draft.problem.stop_index[code]].price or 0
    where = f"van {cheapest.van} {place_in_tour(cheapest.after)}"
    if price >= MUST_MICROS or cheapest.lacking == 0:
        return f"{code} would fit into the tour of {where}: the search ended before it found that; search longer."
    items = draft.carried[code].items
    heap = "its one item" if items == 1 else f"its {items} items"
    return (
        f"Serving {code} would cost {_money(price + cheapest.lacking)} at least ({where});"
        f" leaving {heap} for another day is counted as {_money(price)}."
    )


def _money(micros: int) -> str:
    return f"{micros / 1_000_000:.2f}"


def _tight(problem: RoutingProblem, solution: Solution) -> Iterable[TightLimit]:
    for found in tight_limits(problem, solution):
        if found.limit == "weight" or found.limit == "on-board":  # noqa: PLR1714  a set would not narrow the type
            continue
        spare = max(0, found.slack)
        unit: Literal["totes", "seconds"] = "totes" if found.limit == "capacity" else "seconds"
        hub = problem.hubs[problem.vans[problem.van_index[found.van]].hub].id
        yield TightLimit(limit=found.limit, van=found.van, branch=found.stop or hub, spare=spare, unit=unit)
    for route in solution.routes:
        van = problem.vans[problem.van_index[route.van]]
        rest = van.rest
        if rest is not None and route.break_start is not None and route.break_after is not None:
            spare = rest.latest - route.break_start
            if spare <= _NEARLY_TOO_LATE_SECONDS:
                at_hub = any(reload.rests for reload in route.reloads)
                branch = problem.hubs[van.hub].id if at_hub else route.visits[route.break_after - 1].stop
                yield TightLimit(limit="break", van=route.van, branch=branch, spare=spare, unit="seconds")


def _totals(draft: Draft, solution: Solution, routes: Sequence[PlannedRoute], left: int) -> PlanTotals:
    served = [draft.carried[stop.name] for route in routes for stop in route.stops]
    by_reason: Counter[str] = Counter()
    for stop in served:
        by_reason.update(stop.deliver.by_reason)
        by_reason.update(stop.collect.by_reason)
    return PlanTotals(
        vans=len(routes),
        stops=sum(call[0].takes_from is None for route in routes for call in route.calls),
        totes=sum(stop.deliver.totes + stop.collect.totes for stop in served),
        items=sum(stop.items for stop in served),
        metres=solution.metres,
        drive_seconds=sum(route.drive_seconds for route in routes),
        cost_cents=round(sum(paid_micros(draft.problem, route) for route in solution.routes) / 10_000),
        left_behind=left,
        by_reason=dict(sorted(by_reason.items())),
    )
