"""`branchline rotation`: collections that move on from branch to branch by a standing plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from interfaces.command_tree import listing, of_any_moment
from interfaces.context import Session, session_of

if TYPE_CHECKING:
    from circulation.event import Appended
    from circulation.rotation import Stop
    from circulation.rotation_desk import RotationDesk

app = typer.Typer()
Plan = Annotated[str, typer.Argument(metavar="PLAN", help="The rotation's name.")]
Barcodes = Annotated[list[str], typer.Argument(metavar="BARCODE...", help="The items.")]


@app.command("set")
def set_rotation(
    context: typer.Context,
    plan: Plan,
    stop: Annotated[list[str], typer.Option(metavar="CODE:DAYS", help="A branch and the days there, in order.")],
) -> None:
    """
    Set the round of a rotating collection; after the last stop its items begin again at the first.

    Example: branchline rotation set large-print --stop bath:28 --stop wells:28 --stop clevedon:14
    """
    session = session_of(context)
    stops = [_stop(text) for text in stop]
    _desk(session).set(session.caller, plan, stops, request=session.options.request)
    session.output.note(f"Rotation {plan}: {', '.join(f'{one.branch} for {one.days} days' for one in stops)}.")


@app.command()
def add(context: typer.Context, plan: Plan, barcodes: Barcodes) -> None:
    """Let items join a rotation: they set out for its first stop at their next scan."""
    session = session_of(context)
    done = _desk(session).join(session.caller, plan, barcodes, request=session.options.request)
    session.output.note(f"{_moved(done)} items set out for the first stop of {plan} at their next scan.")


@app.command()
def remove(context: typer.Context, plan: Plan, barcodes: Barcodes) -> None:
    """Take items out of a rotation: they go home from their next scan on."""
    session = session_of(context)
    _desk(session).leave(session.caller, plan, barcodes, request=session.options.request)
    session.output.note(f"{len(set(barcodes))} items left rotation {plan}.")


@app.command()
@of_any_moment
@listing
def due(
    context: typer.Context,
    plan: Plan,
    send: Annotated[
        bool, typer.Option("--send", help="Ask for them to be moved: they set out at their next scan.")
    ] = False,
) -> None:
    """The items of a rotation whose days at their stop are over, with the next stop of each."""
    session = session_of(context)
    desk = _desk(session)
    found = desk.due(plan)
    if send:
        done = desk.send_on(session.caller, plan, request=session.options.request)
        session.output.note(f"{_moved(done)} items set out at their next scan.")
    session.output.emit(found, ("item", "plan", "at", "to", "since", "stay_until"))


@app.command("list")
@of_any_moment
@listing
def list_rotations(context: typer.Context) -> None:
    """Every rotation with its items: the stop that each is at or on its way to, and since when."""
    from circulation.rotation_desk import rotations

    session = session_of(context)
    rows = [
        {"plan": plan, "item": item, "at": one.stops[at.stop % len(one.stops)].branch, "since": at.since}
        | {"days": one.stops[at.stop % len(one.stops)].days}
        for plan, one in rotations(session.part("commands")).items()
        for item, at in sorted(one.items.items())
    ]
    session.output.emit(rows, ("plan", "item", "at", "since", "days"))


def _desk(session: Session) -> RotationDesk:
    from circulation.rotation_desk import RotationDesk

    return RotationDesk(session.part("commands"), session.part("desk").moves)


def _moved(done: Appended) -> int:
    from circulation.move import MoveRequested

    return sum(isinstance(fact.event, MoveRequested) for fact in done.facts)


def _stop(text: str) -> Stop:
    from circulation.errors import Invalid
    from circulation.rotation import Stop
    from interfaces.command_tree import Misused

    branch, colon, days = text.rpartition(":")
    if not colon or not days.isdigit():
        raise Misused(Invalid("rotation.stop", text=text[:40]))
    return Stop(branch=branch, days=int(days))
