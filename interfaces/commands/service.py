"""`branchline service`: where the courier does not drive for now, what lies there, and how it is cleared away."""

from __future__ import annotations

from typing import Annotated

import typer

from interfaces.backlog_commands import backlog, drain
from interfaces.command_tree import accepts, listing
from interfaces.context import Session, session_of
from interfaces.receipts import not_backdated, show_receipt

app = typer.Typer()
Scope = Annotated[str, typer.Argument(help="all, a branch's code, hub/CODE, or FROM/TO for a lane.")]

_COLUMNS = ("suspension", "scope", "first", "last", "requests", "reason", "holds")


@app.command()
@accepts("json")
def suspend(
    context: typer.Context,
    scope: Scope,
    why: Annotated[str, typer.Option(help="The reason, which the desks are told and which is kept sealed.")],
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="The first day; today if unset.")] = None,
    last: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="The last day; until it is resumed if unset.")
    ] = None,
    requests: Annotated[
        bool, typer.Option("--requests", help="Refuse new holds that would have to come this way, too.")
    ] = False,
) -> None:
    """
    Suspend a lane, a branch, a hub or the whole courier: what lands on the way stays where it landed.

    Example: branchline service suspend all --from 2026-11-25 --until 2026-11-26 --why Snow --requests
    """
    from circulation.receipt import receipt_of
    from circulation.service_desk import ServiceDesk

    session = _now(context)
    appended = ServiceDesk(session.part("commands")).suspend(
        session.caller,
        scope,
        reason=why,
        first=first,
        last=last,
        requests=requests,
        request=session.options.request,
    )
    show_receipt(session, receipt_of(appended))


@app.command()
@accepts("json")
def resume(
    context: typer.Context,
    scope: Scope,
    day: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The first day with service; today if unset.")
    ] = None,
) -> None:
    """
    There is service again; `service drain` then says how what has piled up is cleared away.

    Example: branchline service resume all --from 2026-11-27
    """
    from circulation.receipt import receipt_of
    from circulation.service_desk import ServiceDesk

    session = _now(context)
    appended = ServiceDesk(session.part("commands")).resume(
        session.caller, scope, day=day, request=session.options.request
    )
    show_receipt(session, receipt_of(appended))


@app.command("list")
@accepts("as_of")
@listing
def list_suspensions(context: typer.Context) -> None:
    """Every suspension, over or not, and whether it holds today."""
    from interfaces.backlog_commands import today_of
    from projections import network

    session = session_of(context)
    found = network.suspensions(session.part("views"), as_of=session.position)
    day = today_of(session)
    rows = [{**{name: getattr(one, name) for name in _COLUMNS[:-1]}, "holds": one.holds_on(day)} for one in found]
    session.output.emit(rows, _COLUMNS, title=f"Suspended on {day}: {sum(bool(row['holds']) for row in rows)}")


app.command("backlog")(backlog)
app.command("drain")(drain)


def _now(context: typer.Context) -> Session:
    session = session_of(context)
    not_backdated(session)
    return session
