"""
The command `branchline report frequency`: how many days a week each branch should be called at, and which.

It is mounted in `commands/report.py`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from interfaces.command_tree import accepts, listing, of_any_moment
from interfaces.context import session_of
from interfaces.report_period import Since, Until, period_of

if TYPE_CHECKING:
    from interfaces.frequency_report import Often
    from logistics.frequency import Step

__all__ = ["frequency"]

_WEEKS = 8
_STEP = (
    "calls_a_week", "days", "mean_wait_days", "p90_wait_days", "within_percent", "totes_a_call", "van_totes", "enough",
    "extra_cost_a_year", "saved_item_days_a_year", "saved_a_year", "recommended",
)  # fmt: skip
_BRANCH = ("branch", "hub", "items_a_week", "calls_now", *_STEP[:9])


@of_any_moment
@accepts("branch")
@listing
def frequency(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    within: Annotated[int, typer.Option(min=1, max=7, help="Days within which an item should ride.")] = 2,
) -> None:
    """
    How many days a week each branch should be called at, and on which, from whole weeks of counted items.

    With --branch every step from one call a week to six; without it the recommended step of every branch. Items wait
    for the next call after the day on which they set out, or are at the hub. One call more costs its detour from the
    nearest place of the hub's tours and the minutes at the stop; a day's delay is priced as in a plan. No step is
    recommended whose fullest call a van cannot hold in nine weeks of ten. Without --from the last eight weeks count.
    Example: branchline report frequency --branch bath
    """
    from circulation.calendar import local_day, zone_of
    from interfaces.frequency_report import how_often

    session = session_of(context)
    from_us, to_us = period_of(session, since, until)
    last = local_day(to_us - 1, zone_of("UTC"))
    first = last - timedelta(weeks=_WEEKS) if since is None else local_day(from_us, zone_of("UTC"))
    only = session.options.branch
    found = how_often(
        session.part("views"), session.part("ledger"), first=first, last=last, within_days=within, only=only
    )
    if only is None:
        rows = [_of_branch(often, step) for often in found for step in often.steps if step.recommended]
        session.output.emit(rows, _BRANCH)
        return
    for often in found:
        session.output.note(_told(often))
    session.output.emit([_of_step(often, step) for often in found for step in often.steps], _STEP)


def _of_branch(often: Often, step: Step) -> dict[str, object]:
    return {
        "branch": often.branch,
        "hub": often.hub,
        "items_a_week": round(often.items_a_week, 1),
        "calls_now": round(often.calls_now, 1),
        **_of_step(often, step),
    }


def _of_step(often: Often, step: Step) -> dict[str, object]:
    from interfaces.frequency_report import weekdays_of

    return {
        "calls_a_week": step.calls,
        "days": weekdays_of(step.days),
        "mean_wait_days": round(step.mean_wait, 2),
        "p90_wait_days": step.p90_wait,
        "within_percent": step.within_percent,
        "totes_a_call": step.totes,
        "van_totes": often.terms.van_totes,
        "enough": step.enough,
        "extra_cost_a_year": round(step.costs, 2),
        "saved_item_days_a_year": round(step.saved_item_days),
        "saved_a_year": round(step.saves, 2),
        "recommended": step.recommended,
    }


def _told(often: Often) -> str:
    from circulation.messages.catalogue import told

    terms = often.terms
    return told(
        "frequency.of-branch",
        branch=often.branch,
        hub=often.hub,
        items=f"{often.items_a_week:.1f}",
        weeks=often.weeks,
        now=f"{often.calls_now:.1f}",
        km=f"{terms.detour.metres / 1000:.1f}",
        minutes=round(terms.detour.seconds / 60),
        cost=f"{terms.call_cost:.2f}",
        delay=f"{terms.delay_micros / 1_000_000:.2f}",
    )
