"""`branchline tote`: what is in totes, and what happens to them."""

from __future__ import annotations

from typing import Annotated

import typer

from circulation.barcode import parse_barcode, parse_name
from circulation.errors import Unknown
from interfaces import tote_care, tote_lists
from interfaces.command_tree import accepts, listing
from interfaces.context import session_of
from interfaces.empties_commands import app as empties
from interfaces.receipts import show_receipt
from interfaces.tote_care import here

app = typer.Typer()
Tote = Annotated[str, typer.Argument(metavar="TOTE", help="The tote's code.")]
_LIST = ("filling", "status", "kind", "place", "known", "origin", "destination", "purpose", "items", "since_us")


@app.command("list")
@accepts("branch", "as_of")
@listing
def list_totes(context: typer.Context) -> None:
    """List every filling that was not opened yet; with --branch those that are there. Items are as sealed."""
    from projections import totes

    session = session_of(context)
    views, branch, as_of = session.part("views"), session.options.branch, session.position
    found = totes.all_fillings(views, as_of=as_of) if branch is None else totes.fillings_at(views, branch, as_of=as_of)
    session.output.emit(found, _LIST)


@app.command()
@accepts("as_of")
@listing
def show(
    context: typer.Context,
    tote: Annotated[str, typer.Argument(metavar="TOTE", help="The tote's code, or one of its fillings (T123/17).")],
) -> None:
    """
    List what is in a tote, or was in one of its fillings: the copies, and where each is to go.

    A copy counts as inside until it is scanned anywhere else. Example: branchline tote show T123 --as-of 48112
    """
    from projections import locations, totes, transits

    session = session_of(context)
    views, as_of = session.part("views"), session.position
    found = totes.filling(views, tote, as_of=as_of) if "/" in tote else None
    if "/" not in tote:
        fillings = totes.fillings_of(views, parse_barcode(tote), as_of=as_of)
        found = fillings[-1] if fillings else None
    if found is None:
        raise Unknown("tote.unknown", tote=tote[:60])
    name = found.filling
    rows = []
    for item in locations.items_in(views, name, as_of=as_of):
        journey = transits.transit_of(views, item, as_of=as_of)
        rows.append(
            {
                "item": item,
                "destination": None if journey is None else journey.destination,
                "reason": None if journey is None else journey.reason,
                "filling": name,
            }
        )
    title = (
        f"{name} from {found.origin} to {found.destination} ({found.purpose}): {found.status}, at {found.kind} "
        f"{found.place} ({found.known}), {len(rows)} items inside"
    )
    session.output.emit(rows, ("item", "destination", "reason", "filling"), title=title)


@app.command()
@accepts("branch", "json")
def seal(context: typer.Context, tote: Tote) -> None:
    """Close a tote at --branch with what was packed into it; the count and a digest are recorded."""
    session = here(context)
    show_receipt(session, session.part("desk").totes.seal(session.caller, tote, request=session.options.request))


@app.command()
@accepts("branch", "json")
def receive(
    context: typer.Context,
    tote: Tote,
    whole: Annotated[
        bool, typer.Option("--whole", help="Accept its items without a scan each; says which to check first.")
    ] = False,
) -> None:
    """
    A sealed tote is here, at --branch, however it came; with --whole a sample of it is drawn to be scanned.

    Example: branchline tote receive T123 --whole --branch wells; scan the items it names; branchline tote accept T123
    """
    session = here(context)
    desk = session.part("desk")
    act = desk.arrivals.receive_whole if whole else desk.totes.receive
    show_receipt(session, act(session.caller, tote, request=session.options.request))


@app.command("open")
@accepts("branch", "json")
def open_tote(context: typer.Context, tote: Tote) -> None:
    """Open a tote at --branch; what is not scanned out of it is assumed to be there."""
    session = here(context)
    show_receipt(session, session.part("desk").totes.open(session.caller, tote, request=session.options.request))


@app.command()
@accepts("branch", "json")
def load(
    context: typer.Context, tote: Tote, van: Annotated[str, typer.Option(metavar="CODE", help="Onto which van.")]
) -> None:
    """A sealed tote goes onto a van at --branch."""
    from logistics.fleet import van_stream
    from logistics.folds import VAN

    session = here(context)
    name = parse_name(van, what="van")
    if session.part("ledger").load(van_stream(name), VAN).state is None:
        raise Unknown("van.unknown", van=name)
    receipt = session.part("desk").totes.load(session.caller, tote, van=name, request=session.options.request)
    show_receipt(session, receipt)


@app.command()
@accepts("branch", "json")
def unload(context: typer.Context, tote: Tote) -> None:
    """A tote comes off the van that it is on, at --branch."""
    session = here(context)
    show_receipt(session, session.part("desk").totes.unload(session.caller, tote, request=session.options.request))


for command in (
    tote_care.accept,
    tote_care.emptied,
    tote_care.lost,
    tote_care.unsealed,
    tote_care.settle,
    tote_lists.discrepancies,
    tote_lists.astray,
    tote_lists.checks,
):
    app.command()(command)
app.add_typer(empties, name="empties", help="Empty totes by branch: how many there are and should be.")
