"""
Plans that a change of the calendar touches: stops at a door that will be shut, and stops left out that need not be.

Nothing is changed here: a plan that drivers have is the coordinator's to draft again. Pure but for reading the plans.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from circulation.ledger import Ledger
from logistics.folds import PLAN
from logistics.plan import DayPlan, PlanDrafted
from logistics.situation import Situation
from logistics.wall_clock import wall_time

__all__ = ["PlannedCall", "calls_that_fail", "calls_that_work_again", "plans_of_days"]


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A branch in a revision of a plan (`2026-11-24/bath/day`), and what the calendar says about it now."""

    plan: str
    revision: int
    status: Literal["published", "drafted"]
    branch: str
    why: str


def plans_of_days(ledger: Ledger, first: date, last: date) -> list[DayPlan]:
    """The plans of the days from one to another, both included, in the order of their names."""
    found = []
    for stream in ledger.streams("plan/"):
        if first.isoformat() <= stream.split("/")[1] <= last.isoformat():
            plan = ledger.load(stream, PLAN).state
            if plan is not None:
                found.append(plan)
    return found


def calls_that_fail(plans: Iterable[DayPlan], situation: Situation) -> list[PlannedCall]:
    """Every stop of the revisions that hold, or are newer, at which no van can call on its day."""
    found: list[PlannedCall] = []
    for plan, revision, status in _standing(plans):
        day = date.fromisoformat(revision.day)
        for route in revision.routes:
            for stop in route.stops:
                if situation.ways.call(stop.branch, day) is None:
                    shut = route.hub if situation.calendar.closure_on(route.hub, day) is not None else stop.branch
                    why = f"van {route.van} is to call at {wall_time(stop.arrives)}, and {shut} is shut on {day}"
                    found.append(PlannedCall(plan, revision.revision, status, stop.branch, why))
    return found


def calls_that_work_again(plans: Iterable[DayPlan], situation: Situation) -> list[PlannedCall]:
    """Every branch that the revisions that hold, or are newer, left out as closed and at which a van can call now."""
    return [
        PlannedCall(plan, revision.revision, status, left.branch, f"left out as closed, with {left.items} items")
        for plan, revision, status in _standing(plans)
        for left in revision.left
        if left.code == "closed" and situation.ways.call(left.branch, date.fromisoformat(revision.day)) is not None
    ]


def _standing(plans: Iterable[DayPlan]) -> Iterable[tuple[str, PlanDrafted, Literal["published", "drafted"]]]:
    for plan in plans:
        if plan.published is not None:
            yield plan.plan, plan.revisions[plan.published], "published"
        if plan.latest and plan.latest != plan.published:
            yield plan.plan, plan.revisions[plan.latest], "drafted"
