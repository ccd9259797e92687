"""`branchline transit`: what travels between branches."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interfaces.command_tree import listing
from interfaces.context import session_of

app = typer.Typer()


@app.command("list")
@listing
def list_transits(
    context: typer.Context,
    origin: Annotated[str | None, typer.Option("--from", help="Only from this branch.")] = None,
    destination: Annotated[str | None, typer.Option("--to", help="Only to this branch.")] = None,
) -> None:
    """Every journey that has not ended."""
    from projections import transits

    session = session_of(context)
    found = transits.open_transits(
        session.part("views"), origin=origin, destination=destination, as_of=session.position
    )
    session.output.emit(found, ("item", "origin", "destination", "reason", "hold", "opened_us"))


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
