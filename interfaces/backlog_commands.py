"""
`service backlog` and `service drain`: what lies where while the courier stands still, and how it is cleared away.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from circulation.messages.catalogue import told
from interfaces.command_tree import listing, of_any_moment
from interfaces.context import Session, session_of
from interfaces.moment import instant_asked

if TYPE_CHECKING:
    from logistics.drain import DrainPlan
    from logistics.drain_network import Backlogged

__all__ = ["backlog", "drain", "today_of"]

_BACKLOG = (
    "place", "items", "days_0_1", "days_2_3", "days_4_7", "days_over_7", "hold", "home", "float", "other", "riding",
    "suspended", "oldest_days",
)  # fmt: skip
_DRAIN = ("day", "branch", "hub", "totes_off", "totes_on", "holds", "home", "expected")


def today_of(session: Session) -> str:
    """The date of the moment that is asked about, at the first branch of the network; in UTC where there is none."""
    from circulation.calendar import local_day, zone_of
    from projections import network

    places = network.branches(session.part("views"), as_of=session.position)
    zone = next((place.time_zone for _, place in sorted(places.items())), "UTC")
    return local_day(instant_asked(session), zone_of(zone)).isoformat()


@of_any_moment
@listing
def backlog(context: typer.Context) -> None:
    """
    Count what waits to travel, place by place, by age in days and by reason; of one place with --branch.

    The last line adds all up. `suspended` may not leave today, `riding` is on a van.

    Example: branchline service backlog --branch bath
    """
    from circulation.calendar import local_day, zone_of
    from interfaces.live_courier import ways_of
    from logistics.backlog import backlog as lines_of
    from logistics.backlog import total_of
    from projections import backlog as view
    from projections import network

    session = session_of(context)
    views = session.part("views")
    places = network.branches(views)
    zone = zone_of(next((place.time_zone for _, place in sorted(places.items())), "UTC"))
    today = local_day(instant_asked(session), zone)
    ways = ways_of(views)
    lines = lines_of(
        view.lying(views),
        today=today,
        day_of=lambda at_us: local_day(at_us, zone),
        is_suspended=lambda place, goal: ways.halt(place, goal, today.isoformat()) is not None,
    )
    branch = session.options.branch
    shown = [line for line in lines if branch in (None, line.place)]
    session.output.emit((*shown, total_of(shown)), _BACKLOG, title=f"Waiting to travel on {today}")


@of_any_moment
@listing
def drain(
    context: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day with service, 2026-11-27.")],
    days: Annotated[
        int | None, typer.Option(min=1, max=60, help="Spread over so many service days; as few as do if unset.")
    ] = None,
) -> None:
    """
    Say how the backlog is cleared away: day by day the totes of each branch, holds first, then by age.

    Never more than the vans hold, with what is expected to come in on the way. It says when the backlog is gone and
    how many more vans would have it gone sooner. `plan draft --drain` makes the routes of a day of it.

    Example: branchline service drain --from 2026-11-27 --days 4
    """
    from circulation.administration import parse_day
    from logistics.drain_network import Backlogged
    from logistics.expectation import Expectation
    from logistics.situation import read_situation
    from projections.day_board import DayBoardOfViews

    session = session_of(context)
    start = date.fromisoformat(parse_day(first))
    board = DayBoardOfViews(session.part("views"))
    counts = board.daily_counts(
        first=Expectation().first_day(start).isoformat(), last=(start - timedelta(days=1)).isoformat()
    )
    backlogged = Backlogged(read_situation(session.part("ledger")), board.lying(), board.fillings(), start, counts)
    plan = backlogged.plan(days)
    stops = plan.stops()
    branch = session.options.branch
    shown = [stop for stop in stops if branch in (None, stop.branch)]
    session.output.emit(shown, _DRAIN, title=f"Drain plan from {start}")
    for sentence in _told(backlogged, plan, days):
        session.output.note(sentence)


def _told(backlogged: Backlogged, plan: DrainPlan, days: int | None) -> list[str]:
    """When the backlog is gone, what is late or stuck, and what it takes to be done sooner."""
    items = backlogged.items
    if not items:
        return [told("drain.nothing")]
    found = [
        told("drain.gone", items=items, day=plan.gone, days=len(plan.days))
        if plan.gone is not None
        else told("drain.stuck", items=items, left=sum(one.items for one in plan.stuck), places=_places(plan))
    ]
    if plan.late:
        found.append(told("drain.late", holds=sum(batch.items for batch, _ in plan.late)))
    too_few = days is not None and plan.gone is not None and len(plan.days) > days
    by = plan.days[days - 1].day if too_few and days is not None else None
    if plan.gone is None or (by is None and len(plan.days) < 2):
        return found
    shorter = backlogged.shorter(plan, by)
    sooner = by or plan.days[-2].day
    if shorter is None:
        found.append(told("drain.no-sooner", day=sooner))
    else:
        vans = ", ".join(f"{hub} {number} ({shorter.totes[hub]} totes each)" for hub, number in shorter.vans.items())
        found.append(told("drain.sooner", day=sooner, vans=vans))
    return found


def _places(plan: DrainPlan) -> str:
    return ", ".join(sorted({one.place for one in plan.stuck}))
