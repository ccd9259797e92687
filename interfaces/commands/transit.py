"""`branchline transit`: what travels between branches."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interfaces.command_tree import accepts, listing, of_any_moment
from interfaces.context import session_of
from interfaces.expected import EXPECTED, expected
from interfaces.receipts import not_backdated, show_receipt

app = typer.Typer()


@app.command("list")
@accepts("as_of")
@listing
def list_transits(
    context: typer.Context,
    origin: Annotated[str | None, typer.Option("--from", help="Only from this branch.")] = None,
    destination: Annotated[str | None, typer.Option("--to", help="Only to this branch.")] = None,
) -> None:
    """
    Every journey that has not ended, and the day by which it should have arrived, with the chance of that.

    The day is the first with a chance of at least 80 %. What is later than anything ever was, or on no known way,
    has none.
    """
    from interfaces.forecasting import Forecasts
    from interfaces.moment import instant_asked
    from projections import transits

    session = session_of(context)
    found = transits.open_transits(
        session.part("views"), origin=origin, destination=destination, as_of=session.position
    )
    forecasts = Forecasts(session.part("views"), now_us=instant_asked(session), as_of=session.position)
    rows = [{**{name: getattr(one, name) for name in _OPEN}, **expected(forecasts.of_journey(one))} for one in found]
    session.output.emit(rows, (*_OPEN, *EXPECTED))


_OPEN = ("item", "origin", "destination", "reason", "hold", "opened_us")


Barcode = Annotated[str, typer.Argument(metavar="BARCODE", help="The item's.")]


@app.command()
@of_any_moment
@accepts("branch")
@listing
def overdue(
    context: typer.Context,
    search: Annotated[
        bool, typer.Option("--search", help="Ask every branch on the way to look; again, it changes nothing.")
    ] = False,
) -> None:
    """
    List the journeys that take longer than their lane hardly ever takes; with --branch those from or to it.

    The limit is twice the time in which 95 of 100 journeys of the lane ended, 3 to 56 days; 14 where few are known.
    """
    from interfaces.condition_lists import overdue as overdue_journeys

    session = session_of(context)
    not_backdated(session)
    now_us = session.part("commands").clock()
    found = overdue_journeys(session.part("views"), now_us=now_us, branch=session.options.branch)
    rows = []
    for one in found:
        if search and not one.searching:
            session.part("desk").transits.search(session.caller, one.item, limit=one.limit)
        row = {name: getattr(one, name) for name in _OVERDUE}
        rows.append({**row, "searching": one.searching or search})
    session.output.emit(rows, _OVERDUE)


_OVERDUE = (
    "item", "origin", "destination", "reason", "opened_us", "days", "usual_days", "limit_days", "searching",
)  # fmt: skip


@app.command()
@accepts("branch", "json")
def abort(
    context: typer.Context,
    barcode: Barcode,
    reason: Annotated[str, typer.Option(metavar="CODE", help="Why; a wrong one lists all.")],
) -> None:
    """
    Give a journey up: nobody knows where the copy is, and its hold is asked for another one.

    A branch may do it for its own journeys, a coordinator for all.
    Example: branchline transit abort 30114000000017 --reason not-in-tote --branch bath
    """
    session = session_of(context)
    not_backdated(session)
    receipt = session.part("desk").transits.abort(session.caller, barcode, code=reason, request=session.options.request)
    show_receipt(session, receipt)


@app.command("declare-lost")
@accepts("json")
def declare_lost(context: typer.Context, barcode: Barcode) -> None:
    """Give up a copy that did not arrive; who had it last is part of what is recorded."""
    session = session_of(context)
    not_backdated(session)
    receipt = session.part("desk").transits.declare_lost(session.caller, barcode, request=session.options.request)
    show_receipt(session, receipt)


@app.command("import")
@listing
def import_file(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="barcode,origin,destination,since[,reason]")]
) -> None:
    """Take in the journeys that are under way in another system from a CSV file."""
    from interfaces.imported import tell
    from interfaces.imports.table import open_file
    from interfaces.imports.transits import import_transits

    session = session_of(context)
    with open_file(file) as source, session.output.progress("journeys") as advance:
        outcome = import_transits(session.part("commands"), session.caller, file.name, source, progress=advance)
    tell(session, outcome, "journeys")


@app.command()
@listing
def send(
    context: typer.Context,
    barcodes: Annotated[list[str], typer.Argument(metavar="BARCODE...", help="The items to move.")],
    to: Annotated[str, typer.Option(help="The branch that they are wanted at.")],
    why: Annotated[str, typer.Option(help="Why, in a few words; it is kept sealed.")],
    stay_until: Annotated[str | None, typer.Option(metavar="DAY", help="They stay there until that day.")] = None,
    queue: Annotated[bool, typer.Option("--queue", help="Wait until the move that holds is over.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of the moves that they have.")] = False,
) -> None:
    """
    Ask for items to be moved by hand: each sets out at its next scan, wherever that is; holds come first.

    Until the day its destination stands in for an item's home; from that day on it goes home at its next scan.
    Example: branchline transit send 30114000000017 --to wells --stay-until 2026-12-24 --why "Christmas display"
    """
    from circulation.administration import parse_day
    from circulation.errors import Invalid
    from interfaces.command_tree import Misused
    from interfaces.receipts import show_receipts

    if queue and replace:
        raise Misused(Invalid("move.two-modes"))
    session = session_of(context)
    until = None if stay_until is None else parse_day(stay_until)
    moves = session.part("desk").moves
    show_receipts(
        session,
        barcodes,
        lambda barcode, request: moves.send(
            session.caller,
            barcode,
            to=to,
            why=why,
            stay_until=until,
            mode="queue" if queue else "replace" if replace else "only",
            request=request,
        ),
    )


@app.command()
@listing
def cancel(
    context: typer.Context,
    barcode: Annotated[str, typer.Argument(metavar="BARCODE", help="The item's.")],
    why: Annotated[str, typer.Option(help="Why, in a few words; it is kept sealed.")],
) -> None:
    """Take back the move that holds for an item; one under way because of it is decided anew when it is seen."""
    from interfaces.receipts import show_receipt

    session = session_of(context)
    moves = session.part("desk").moves
    show_receipt(session, moves.cancel(session.caller, barcode, why=why, request=session.options.request))


_MOVE_COLUMNS = (
    "item", "to", "state", "place", "reason", "stay_until", "home", "why", "queued", "move", "requested_us",
)  # fmt: skip


@app.command("moves")
@of_any_moment
@listing
def list_moves(
    context: typer.Context,
    to: Annotated[str | None, typer.Option(help="Only to this branch.")] = None,
) -> None:
    """The moves by hand that are not over: requested and not sent, sent, or there until their day."""
    from projections import moves

    session = session_of(context)
    session.output.emit(moves.moves(session.part("views"), to=to), _MOVE_COLUMNS)


@app.command()
@of_any_moment
@accepts("branch")
@listing
def over(context: typer.Context) -> None:
    """The items at --branch whose time there is over: scan them, and they set out for home."""
    from projections import moves

    session = session_of(context)
    desk, branch = session.part("desk"), session.branch
    today = desk.places.day(branch, desk.commands.clock())
    session.output.emit(moves.moves(session.part("views"), to=branch, over_on=today), _MOVE_COLUMNS)
