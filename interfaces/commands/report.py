"""`branchline report`: what a period looked like, lane by lane and member by member."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated

import typer

from interfaces.command_tree import listing, of_any_moment
from interfaces.context import session_of
from interfaces.forecast_commands import forecast
from interfaces.frequency_commands import frequency
from interfaces.late_commands import late
from interfaces.report_period import Since, Until, period_of

if TYPE_CHECKING:
    from interfaces.condition_lists import Overdue

app = typer.Typer()


@app.command()
@of_any_moment
@listing
def turnaround(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    reason: Annotated[str | None, typer.Option(help="Only journeys for this: hold, home, float, …")] = None,
) -> None:
    """
    How long journeys took by lane, in days: percentiles, and how many percent ended within 7, 15 and 30.

    With --branch only its lanes. Example: branchline report turnaround --from 2026-11-01 --to 2026-12-01 --reason hold
    """
    from projections.reports import LaneTurnaround
    from projections.reports import turnaround as by_lane

    session = session_of(context)
    from_us, to_us = period_of(session, since, until)
    of = () if session.options.branch is None else (session.options.branch,)
    found = by_lane(session.part("views"), from_us=from_us, to_us=to_us, reason=reason, by=of)
    session.output.emit(found, tuple(field.name for field in fields(LaneTurnaround)))


@app.command()
@of_any_moment
@listing
def lending(context: typer.Context, since: Since = None, until: Until = None) -> None:
    """What each member lent of each other's copies, what it was lent the other way round, and the balance."""
    from projections.reports import Lent, net_lending

    session = session_of(context)
    from_us, to_us = period_of(session, since, until)
    found = net_lending(session.part("views"), from_us=from_us, to_us=to_us)
    session.output.emit(found, tuple(field.name for field in fields(Lent)))


@app.command("too-long")
@of_any_moment
@listing
def too_long(context: typer.Context) -> None:
    """Lanes on which something travels longer than it hardly ever does, the worst first; see also: transit overdue."""
    from interfaces.condition_lists import overdue

    session = session_of(context)
    now_us = session.part("commands").clock()
    lanes: dict[tuple[str, str], list[Overdue]] = defaultdict(list)
    for one in overdue(session.part("views"), now_us=now_us, branch=session.options.branch):
        lanes[one.origin, one.destination].append(one)
    worst = sorted(lanes.items(), key=lambda lane: (-len(lane[1]), lane[0]))
    rows = [
        {
            "origin": origin,
            "destination": destination,
            "items": len(late),
            "longest_days": max(one.days for one in late),
            "limit_days": late[0].limit_days,
            "searching": sum(one.searching for one in late),
        }
        for (origin, destination), late in worst
    ]
    session.output.emit(rows, ("origin", "destination", "items", "longest_days", "limit_days", "searching"))


app.command("late")(late)
app.command("forecast")(forecast)
app.command("frequency")(frequency)
