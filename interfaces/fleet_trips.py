"""`branchline fleet trips`: how often a van goes out on a day."""

from __future__ import annotations

from typing import Annotated

import typer

from interfaces.context import session_of

__all__ = ["trips"]


def trips(
    context: typer.Context,
    van: Annotated[str, typer.Argument(help="The van.")],
    trips: Annotated[int, typer.Argument(help="How often it may go out on one day, 1 for once.")],
    reload_minutes: Annotated[int, typer.Option(help="Minutes at its hub between two trips.")] = 0,
) -> None:
    """
    Let a van come back to its hub, load again and go out again; plans drafted from now on use it.

    `fleet list` shows the trips of every van.

    Example: branchline fleet trips van-3 2 --reload-minutes 15
    """
    from logistics.garage import Garage

    session = session_of(context)
    Garage(session.part("commands")).set_trips(session.caller, van, trips, reload_minutes)
    between = f", with {reload_minutes} minutes at its hub between two trips" if trips > 1 else ""
    session.output.note(f"{van} goes out up to {trips} time{'' if trips == 1 else 's'} a day{between}.")
