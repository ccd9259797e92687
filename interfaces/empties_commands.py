"""`branchline tote empties`: how many empty totes stand where, and how many should. Mounted in `commands/tote.py`."""

from __future__ import annotations

from typing import Annotated

import typer

from interfaces.command_tree import accepts, listing
from interfaces.context import session_of
from interfaces.exit_code import ExitCode
from interfaces.receipts import show_receipt
from interfaces.tote_care import here

__all__ = ["app"]

app = typer.Typer()
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="How many.")]
_COLUMNS = ("branch", "totes", "target", "over", "carry", "counted_us")


@app.callback(invoke_without_command=True)
@accepts("as_of")
@listing
def empties(context: typer.Context) -> None:
    """
    Empty totes by branch, counted from what was opened, begun, carried and counted; exits 3 if any branch lacks some.

    `over` is what a branch has above its target, below zero what it lacks; `carry` says where it is best carried to.
    A number below zero means that boxes came which nobody recorded: count them.
    """
    from logistics.empty_totes import carries, standings
    from projections.empties import empties as of

    if context.invoked_subcommand is not None:
        return
    session = session_of(context)
    found = standings(of(session.part("views"), as_of=session.position))
    planned = carries(found)
    rows = [
        {
            "branch": one.branch,
            "totes": one.totes,
            "target": one.target,
            "over": one.over,
            "carry": ", ".join(f"{go.totes} to {go.destination}" for go in planned if go.origin == one.branch),
            "counted_us": one.counted_us,
        }
        for one in found
    ]
    session.output.emit(rows, _COLUMNS, title="Empty totes")
    if any(one.over is not None and one.over < 0 for one in found):
        raise typer.Exit(ExitCode.LOOK)


@app.command()
@accepts("branch", "json")
def count(context: typer.Context, number: Number) -> None:
    """So many empty totes stand at --branch, counted by hand; that holds from now on."""
    session = here(context)
    show_receipt(session, session.part("desk").empties.count(session.caller, number, request=session.options.request))


@app.command()
@accepts("branch", "json")
def move(
    context: typer.Context,
    number: Number,
    to: Annotated[str, typer.Option(metavar="CODE", help="To which branch.")],
) -> None:
    """So many empty totes were carried from --branch to another branch."""
    session = here(context)
    receipt = session.part("desk").empties.move(session.caller, to, number, request=session.options.request)
    show_receipt(session, receipt)


@app.command()
@accepts("branch", "json")
def target(context: typer.Context, number: Number) -> None:
    """So many empty totes are to stand at --branch."""
    session = here(context)
    empty = session.part("desk").empties
    show_receipt(session, empty.set_target(session.caller, number, request=session.options.request))
