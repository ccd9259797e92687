"""`branchline transit`: what travels between branches."""

from __future__ import annotations

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
