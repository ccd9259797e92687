"""`branchline calendar`: closures, bank holidays and delivery windows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interfaces.command_tree import listing
from interfaces.context import session_of

app = typer.Typer()
Scope = Annotated[str, typer.Argument(help="A branch's code, a member's name, or all.")]


@app.command()
def close(
    context: typer.Context,
    scope: Scope,
    first: Annotated[str, typer.Option("--from", help="The first day, 2026-12-25.")],
    last: Annotated[str | None, typer.Option("--to", help="The last day; the first if unset.")] = None,
    reason: Annotated[str, typer.Option(help="Why.")] = "closed",
) -> None:
    """Close a branch, a member or everybody; due dates and stops follow from now on."""
    from circulation.administration import Administration

    session = session_of(context)
    whole = _scope(session.part("ledger"), scope)
    Administration(session.part("commands")).declare_closure(session.caller, whole, first, last or first, reason)
    session.output.note(f"{whole} is closed from {first} to {last or first}: {reason}.")


@app.command()
def withdraw(
    context: typer.Context, scope: Scope, closure: Annotated[str, typer.Argument(help="As `calendar list` shows it.")]
) -> None:
    """Take a closure back."""
    from circulation.administration import Administration

    session = session_of(context)
    whole = _scope(session.part("ledger"), scope)
    Administration(session.part("commands")).withdraw_closure(session.caller, whole, closure)
    session.output.note(f"Closure {closure} of {whole} does not hold any more.")


@app.command("import")
@listing
def import_days(context: typer.Context, file: Annotated[Path, typer.Argument(help="date,reason[,last,scope]")]) -> None:
    """Read bank holidays and other closed days from a CSV file."""
    from circulation.administration import Administration
    from interfaces.imported import content_of, tell
    from interfaces.imports.calendar import import_closures

    session = session_of(context)
    name, content = content_of(file)
    administration = Administration(session.part("commands"))
    tell(session, import_closures(administration, session.part("ledger"), session.caller, name, content), "closures")


@app.command()
@listing
def delivery(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="branch,monday..sunday[,door_note,stop_minutes]")]
) -> None:
    """Read delivery windows, door notes and minutes at the stop from a CSV file."""
    from circulation.administration import Administration
    from interfaces.imported import content_of, tell
    from interfaces.imports.calendar import import_delivery

    session = session_of(context)
    name, content = content_of(file)
    administration = Administration(session.part("commands"))
    tell(session, import_delivery(administration, session.part("ledger"), session.caller, name, content), "branches")


@app.command("list")
@listing
def list_closures(context: typer.Context) -> None:
    """The closures that hold, by whom they close."""
    from projections import network

    session = session_of(context)
    held = network.closures(session.part("views"), as_of=session.position)
    rows = [
        {"scope": scope, "closure": c.closure, "first": c.first, "last": c.last, "reason": c.reason}
        for scope, closed in held.items()
        for c in closed
    ]
    session.output.emit(rows, ("scope", "closure", "first", "last", "reason"))


def _scope(ledger: object, text: str) -> str:
    """The scope that is meant: `all`, a scope as written, a branch's code, or a member's name."""
    from circulation.directory import branches, members, unknown_branch

    known = branches(ledger)  # type: ignore[arg-type]
    if text == "all" or text.startswith(("member/", "branch/")):
        return text
    if text in known:
        return f"branch/{text}"
    if text in members(ledger):  # type: ignore[arg-type]
        return f"member/{text}"
    raise unknown_branch(text, known)
