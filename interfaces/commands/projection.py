"""`branchline projection`: how the views stand, and whether they are what the log says."""

from __future__ import annotations

from typing import Annotated

import typer

from interfaces.command_tree import listing
from interfaces.context import session_of
from interfaces.exit_code import ExitCode

app = typer.Typer()
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which ones; all if none is named.")]


@app.command("list")
@listing
def list_projections(context: typer.Context) -> None:
    """Every projection: how far it is, how far the log is, and why it stopped if it did."""
    session = session_of(context)
    session.output.emit(session.part("views").status(), ("name", "version", "position", "head", "stopped"))


@app.command()
def follow(context: typer.Context) -> None:
    """Fold what is new, up to the head of the log."""
    session = session_of(context)
    position = session.part("views").fresh()
    session.output.note(f"All projections stand at position {position}.")


@app.command()
def rebuild(context: typer.Context, names: Names = None) -> None:
    """Fold the whole log again beside the live tables, then swap."""
    session = session_of(context)
    views = session.part("views")
    reached = [0]
    with session.output.progress("rebuilding", total=session.part("ledger").head().position) as advance:

        def step(position: int, _target: int) -> None:
            advance(position - reached[0])
            reached[0] = position

        position = views.rebuild(*(names or ()), progress=step)
    session.output.note(f"Rebuilt up to position {position}.")


@app.command()
@listing
def verify(context: typer.Context, names: Names = None) -> None:
    """Compare the live rows with the log folded again; exits 3 on a difference."""
    session = session_of(context)
    views = session.part("views")
    chosen = names or [status.name for status in views.status()]
    differences = [difference for name in chosen for difference in views.verify(name)]
    session.output.emit(differences, ("table", "kind", "row"))
    if differences:
        raise typer.Exit(ExitCode.LOOK)
    session.output.note(f"{', '.join(chosen)}: live equals rebuilt.")
