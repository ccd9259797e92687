"""
What the courier cost in a period, read from the log, and what each member used of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from circulation.errors import Invalid, Refused
from interfaces.context import Session

if TYPE_CHECKING:
    from circulation.ledger import Ledger
    from logistics.coalitions import DayGame, Served
    from logistics.cost_formula import CostFormula
    from logistics.cost_lines import CallLine, RunLine
    from logistics.cost_shares import Use
    from logistics.draft import RoadsBetween
    from logistics.fleet import Van
    from logistics.plan import PlannedRoute

__all__ = ["CourierCosts", "costs_of", "uses"]


@dataclass(frozen=True)
class CourierCosts:
    """
    The finished runs of a period with their calls; `unfinished` are runs that cost nothing yet.

    `vans` are those of the runs as they were set when these left, by run. `members` own a branch now, or did.
    """

    runs: tuple[RunLine, ...]
    calls: tuple[CallLine, ...]
    unfinished: tuple[str, ...]
    vans: Mapping[str, Van]
    members: tuple[str, ...]
    roads: RoadsBetween

    @property
    def cents(self) -> int:
        """What all runs cost together."""
        return sum(run.cents for run in self.runs)


def costs_of(session: Session, first: str, last: str, *, trunk_cents_per_km: int) -> CourierCosts:
    """
    The costs of the days from `first` to `last`, both included. What one hub hands to another is nobody's call.

    Raises `Invalid` (`day.unreadable`, `cost.backwards`) and `Refused` (`cost.no-runs`).
    """
    from circulation.administration import parse_day
    from circulation.directory import branches
    from logistics.cost_lines import call_lines, run_line
    from logistics.dispatcher import roads_of
    from logistics.situation import read_situation

    first, last = parse_day(first), parse_day(last)
    if last < first:
        raise Invalid("cost.backwards", first=first, last=last)
    ledger = session.part("ledger")
    situation = read_situation(ledger)
    hubs = set(situation.ways.hubs)
    everywhere = branches(ledger, retired=True)
    roads = roads_of(replace(situation, branches=everywhere), ledger.attachment)
    runs: list[RunLine] = []
    calls: list[CallLine] = []
    unfinished: list[str] = []
    vans: dict[str, Van] = {}
    for stream in sorted(ledger.streams("run/")):
        day = stream.split("/")[1]
        if not first <= day <= last:
            continue
        facts = ledger.stream(stream)
        van = _van(ledger, facts[0].event.van, facts[0].position)
        line = run_line(
            facts,
            route=_route(ledger, facts[0].event),
            van=van,
            roads=roads,
            trunk_cents_per_km=trunk_cents_per_km,
        )
        if line is None:
            unfinished.append(stream.removeprefix("run/"))
            continue
        runs.append(line)
        if van is not None:
            vans[line.run] = van
        calls.extend(call_lines(facts, hub=line.hub, hubs=hubs, member_of=lambda code: everywhere[code].member))
    if not runs:
        raise Refused("cost.no-runs", first=first, last=last)
    members = {branch.member for branch in situation.branches.values()} | {call.member for call in calls}
    return CourierCosts(tuple(runs), tuple(calls), tuple(unfinished), vans, tuple(sorted(members)), roads)


def uses(costs: CourierCosts, formula: CostFormula, tell: Callable[[int], None]) -> dict[str, Use]:
    """
    What each member used; metres only where the formula asks for them. `tell` hears of each hub's day that is done.
    """
    from logistics.coalitions import contributions
    from logistics.cost_shares import Estimate, Use

    totes: dict[str, int] = {}
    made: dict[str, int] = {}
    for call in costs.calls:
        totes[call.member] = totes.get(call.member, 0) + call.totes_off + call.totes_on
        made[call.member] = made.get(call.member, 0) + 1
    if not (formula.marginal_percent or formula.shapley_percent):
        return {member: Use(totes.get(member, 0), made.get(member, 0)) for member in costs.members}
    added = contributions(_games(costs, formula), samples=formula.samples, seed=formula.seed, tell=lambda: tell(1))
    found = {}
    for member in costs.members:
        value = added.shapley.get(member, Estimate(Fraction(0), 0.0))
        found[member] = Use(
            totes=totes.get(member, 0),
            calls=made.get(member, 0),
            marginal_metres=added.marginal.get(member, 0),
            shapley_metres=value.value,
            shapley_error_metres=value.error,
        )
    return found


def _games(costs: CourierCosts, formula: CostFormula) -> list[DayGame]:
    from logistics.coalitions import DayGame, Served

    served: dict[tuple[str, str], dict[str, Served]] = {}
    for call in costs.calls:
        day = served.setdefault((call.day, call.hub), {})
        before = day.get(call.branch, Served(call.branch, call.member, 0, 0))
        day[call.branch] = Served(call.branch, call.member, before.off + call.totes_off, before.on + call.totes_on)
    vans: dict[tuple[str, str], dict[str, Van]] = {}
    for run in costs.runs:
        if run.run in costs.vans:
            vans.setdefault((run.day, run.hub), {})[run.van] = costs.vans[run.run]
    return [
        DayGame(hub, tuple(branches.values()), tuple(vans[day, hub].values()), costs.roads, formula.iterations)
        for (day, hub), branches in sorted(served.items())
    ]


def _route(ledger: Ledger, started: object) -> PlannedRoute | None:
    from logistics.folds import PLAN
    from logistics.plan import plan_stream
    from logistics.run import RunStarted

    if not isinstance(started, RunStarted) or started.plan is None or started.revision is None:
        return None
    day, hub, wave = started.plan.split("/")
    plan = ledger.load(plan_stream(date=day, hub=hub, wave=wave), PLAN).state
    routes = () if plan is None else plan.revisions[started.revision].routes
    return next((route for route in routes if route.van == started.van), None)


def _van(ledger: Ledger, name: str, position: int) -> Van | None:
    """The van as it was set when it left; None for what is no van of the fleet."""
    from logistics.fleet import fold_van, van_stream

    van = None
    for fact in ledger.stream(van_stream(name), upto_position=position):
        van = fold_van(van, fact)
    return van
