"""`branchline tote`: what is in totes, and what happens to them."""

from __future__ import annotations

from typing import Annotated

import typer

from circulation.errors import Unknown
from interfaces.command_tree import accepts, listing
from interfaces.context import session_of
from interfaces.receipts import show_receipt

app = typer.Typer()
Tote = Annotated[str, typer.Argument(help="The tote's code.")]
_COLUMNS = ("filling", "origin", "destination", "purpose", "status", "kind", "place", "known", "items", "since_us")


@app.command("list")
@listing
def list_totes(context: typer.Context) -> None:
    """Every filling that was not opened yet; at one place with --branch."""
    from projections import totes

    session = session_of(context)
    views, branch = session.part("views"), session.options.branch
    found = (
        totes.all_fillings(views, as_of=session.position)
        if branch is None
        else totes.fillings_at(views, branch, as_of=session.position)
    )
    session.output.emit(found, _COLUMNS)


@app.command()
@listing
def show(context: typer.Context, tote: Tote) -> None:
    """What is in a tote's last filling, or in the filling named (T123/17)."""
    from projections import locations, totes

    session = session_of(context)
    views = session.part("views")
    name = tote
    if "/" not in tote:
        fillings = totes.fillings_of(views, tote, as_of=session.position)
        if not fillings:
            raise Unknown("tote.unknown", f"There is no tote {tote[:40]}.", "List them: branchline tote list.")
        name = fillings[-1].filling
    items = locations.items_in(views, name, as_of=session.position)
    session.output.emit([{"filling": name, "item": item} for item in items], ("filling", "item"), title=f"In {name}")


@app.command()
@accepts("branch", "json")
def seal(context: typer.Context, tote: Tote) -> None:
    """Close a tote with what was packed into it."""
    session = session_of(context)
    _ = session.branch
    show_receipt(session, session.part("desk").totes.seal(session.caller, tote, request=session.options.request))


@app.command()
@accepts("branch", "json")
def receive(context: typer.Context, tote: Tote) -> None:
    """A sealed tote is here."""
    session = session_of(context)
    _ = session.branch
    show_receipt(session, session.part("desk").totes.receive(session.caller, tote, request=session.options.request))


@app.command("open")
@accepts("branch", "json")
def open_tote(context: typer.Context, tote: Tote) -> None:
    """Open a tote here; what is not scanned out of it is assumed here."""
    session = session_of(context)
    _ = session.branch
    show_receipt(session, session.part("desk").totes.open(session.caller, tote, request=session.options.request))


@app.command()
@accepts("branch", "json")
def load(context: typer.Context, tote: Tote, van: Annotated[str, typer.Option(help="Onto which van.")]) -> None:
    """A sealed tote goes onto a van."""
    session = session_of(context)
    _ = session.branch
    desk = session.part("desk")
    show_receipt(session, desk.totes.load(session.caller, tote, van=van, request=session.options.request))


@app.command()
@accepts("branch", "json")
def unload(context: typer.Context, tote: Tote) -> None:
    """A tote comes off the van that it is on."""
    session = session_of(context)
    _ = session.branch
    show_receipt(session, session.part("desk").totes.unload(session.caller, tote, request=session.options.request))
