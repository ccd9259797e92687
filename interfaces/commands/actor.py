"""`branchline actor`: who may do what."""

from __future__ import annotations

from typing import Annotated

import typer

from circulation.actor import Role
from interfaces.command_tree import listing, of_any_moment
from interfaces.context import session_of

app = typer.Typer()
Name = Annotated[str, typer.Argument(help="The id that events will name, such as ana-desk.")]


@app.command()
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[Role, typer.Option(help="What the actor is there for.")],
    branch: Annotated[list[str] | None, typer.Option("--at", help="Only at this branch; may be repeated.")] = None,
    login: Annotated[str | None, typer.Option(help="The operating system's name; kept sealed.")] = None,
) -> None:
    """Register somebody who may act."""
    from circulation.staff import Staff

    session = session_of(context)
    staff = Staff(session.part("commands"), session.part("keyring"))
    staff.register(session.caller, name, role, branches=tuple(branch or ()), login=login)
    session.output.note(f"{name} may act as {role.value}.")


@app.command()
def role(
    context: typer.Context,
    name: Name,
    role: Annotated[Role, typer.Argument(help="What the actor is there for from now on.")],
    branch: Annotated[list[str] | None, typer.Option("--at", help="Only at this branch; may be repeated.")] = None,
) -> None:
    """Give somebody another role, or other branches."""
    from circulation.staff import Staff

    session = session_of(context)
    staff = Staff(session.part("commands"), session.part("keyring"))
    staff.give_role(session.caller, name, role, branches=tuple(branch or ()))
    session.output.note(f"{name} acts as {role.value} from now on.")


@app.command()
def retire(context: typer.Context, name: Name) -> None:
    """An actor may not act any more."""
    from circulation.staff import Staff

    session = session_of(context)
    Staff(session.part("commands"), session.part("keyring")).retire(session.caller, name)
    session.output.note(f"{name} is retired.")


@app.command("list")
@listing
@of_any_moment
def list_actors(context: typer.Context) -> None:
    """Everybody who is registered; logins are not shown."""
    from circulation.directory import actors

    session = session_of(context)
    rows = [
        {
            "actor": actor.actor.removeprefix("staff/"),
            "role": actor.role.value,
            "branches": " ".join(actor.branches),
            "retired": actor.retired,
        }
        for actor in actors(session.part("ledger"))
    ]
    session.output.emit(rows, ("actor", "role", "branches", "retired"))
