"""
The command `branchline report late`: which journeys came later than promised, and why.

It is mounted in `commands/report.py`.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated

import typer

from circulation.errors import Invalid
from interfaces.command_tree import Misused, listing, of_any_moment
from interfaces.context import session_of
from interfaces.report_period import Since, Until, period_of

__all__ = ["late"]


@of_any_moment
@listing
def late(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    lane: Annotated[str | None, typer.Option(metavar="FROM/TO", help="One lane, journey by journey.")] = None,
    by: Annotated[str, typer.Option(help="lane, or cause over the whole network.")] = "lane",
) -> None:
    """
    Journeys that came after the day that the timetable promised when they began, or travel past it, with their causes.

    Days late are counted from the promised day at the destination; of each cause half were at most p50 days late, nine
    in ten at most p90. With --branch only its lanes.
    Example: branchline report late --from 2026-11-01 --lane bath/wells
    """
    from interfaces.late_journeys import CauseRow, LaneRow, LateJourney, by_cause, by_lane, late_journeys
    from interfaces.moment import instant_asked
    from interfaces.tote_lists import lane_of

    if by not in ("lane", "cause"):
        raise Misused(Invalid("late.by", by=by[:20]))
    session = session_of(context)
    from_us, to_us = period_of(session, since, until)
    found = late_journeys(
        session.part("views"),
        session.part("ledger"),
        from_us=from_us,
        to_us=to_us,
        now_us=instant_asked(session),
        lane=None if lane is None else lane_of(lane),
        by=() if session.options.branch is None else (session.options.branch,),
    )
    whole = sum(found.journeys.values())
    title = f"{len(found.late)} of {whole} journeys were late"
    if found.no_promise:
        title += f"; {found.no_promise} more began where the timetable knew no way"
    if lane is not None:
        session.output.emit(found.late, tuple(field.name for field in fields(LateJourney)), title=title)
    elif by == "cause":
        session.output.emit(by_cause(found), tuple(field.name for field in fields(CauseRow)), title=title)
    else:
        session.output.emit(by_lane(found), tuple(field.name for field in fields(LaneRow)), title=title)
