"""`branchline board`: what waits to travel, and what is expected to."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from interfaces.board_assign import assign, returns
from interfaces.command_tree import listing, of_any_moment
from interfaces.context import Session, session_of

app = typer.Typer()


@app.callback(invoke_without_command=True)
@of_any_moment
@listing
def board(
    context: typer.Context,
    day: Annotated[str | None, typer.Option("--date", help="The day the vans come; tomorrow if unset.")] = None,
) -> None:
    """
    For each origin and destination what waits, since when and how urgent, and what will be added until the van.

    Waiting and expected are shown apart. Of one branch with --branch.
    """
    if context.invoked_subcommand is None:
        _show(session_of(context), day)


def _show(session: Session, text: str | None) -> None:
    from circulation.administration import parse_day
    from interfaces.wiring import clock_of
    from logistics.board import board as lines_of
    from logistics.draft import PlanRules, expected_additions
    from logistics.expectation import shared_out
    from logistics.situation import read_situation
    from projections.day_board import DayBoardOfViews

    ledger = session.part("ledger")
    now_us = clock_of(ledger)()
    today = date.fromtimestamp(now_us / 1e6)  # noqa: DTZ012 - only a default; the plan has its own day
    when = today + timedelta(days=1) if text is None else date.fromisoformat(parse_day(text))
    situation, rules = read_situation(ledger), PlanRules()
    views = DayBoardOfViews(session.part("views"))
    rows = views.waiting()
    first = rules.expectation.first_day(when).isoformat()
    counts = views.daily_counts(first=first, last=(when - timedelta(days=1)).isoformat())
    additions = expected_additions(counts, situation, day=when, since_us=now_us, expectation=rules.expectation)
    expected = shared_out(additions, counts, lambda origin, goal: situation.ways.next_hop(origin, goal, now_us))
    lanes = {*((row.place, row.destination) for row in rows), *expected}
    hops = {lane: situation.ways.next_hop(*lane, now_us) for lane in lanes}
    found = lines_of(
        rows,
        expected,
        courier=situation.courier,
        prices=rules.prices,
        next_stop={lane: hop for lane, hop in hops.items() if hop is not None},
        at_us=now_us,
    )
    branch = session.options.branch
    shown = [line for line in found if branch in (None, line.origin)]
    columns = ("origin", "destination", "next_stop", "waiting", "holds", "totes", "oldest_us", "expected")
    session.output.emit(shown, columns, title=f"Waiting, and expected by {when}")


app.command("assign")(assign)
app.command("returns")(returns)


@app.command("import")
@listing
def import_counts(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="day,origin,destination,items")]
) -> None:
    """Read daily counts of earlier weeks from another system's statistics."""
    from interfaces.imported import content_of, tell
    from interfaces.imports.board import import_board
    from logistics.administration import CourierAdministration

    session = session_of(context)
    name, content = content_of(file)
    courier = CourierAdministration(session.part("commands"))
    tell(session, import_board(courier, session.part("ledger"), session.caller, name, content), "days")
