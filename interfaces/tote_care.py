"""
Commands of `branchline tote` for what is in a tote when it comes, and for what goes wrong with it.

They are mounted in `interfaces/commands/tote.py`.
"""

from __future__ import annotations

from typing import Annotated

import typer

from interfaces.command_tree import accepts
from interfaces.context import Session, session_of
from interfaces.receipts import not_backdated, show_receipt

__all__ = ["accept", "emptied", "here", "lost", "settle", "unsealed"]

Tote = Annotated[str, typer.Argument(metavar="TOTE", help="The tote's code, or one of its fillings (T123/17).")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why, in a few words; it is kept sealed.")]


def here(context: typer.Context) -> Session:
    """The session of a command that is done now, at a branch."""
    session = session_of(context)
    _ = session.branch
    not_backdated(session)
    return session


@accepts("branch", "json")
def accept(
    context: typer.Context,
    tote: Tote,
    not_found: Annotated[
        list[str] | None, typer.Option(metavar="BARCODE", help="Drawn and not in the tote; may be repeated.")
    ] = None,
) -> None:
    """
    The sample that `receive --whole` asked for was scanned: take the rest as arrived, with the confidence stated.

    If anything was wrong nothing is accepted, and all of the tote is to be scanned.
    """
    session = here(context)
    arrivals = session.part("desk").arrivals
    show_receipt(
        session, arrivals.accept(session.caller, tote, not_found=not_found or (), request=session.options.request)
    )


@accepts("branch", "json")
def emptied(context: typer.Context, tote: Tote) -> None:
    """Everything in a tote was scanned at --branch: what is left in it by the record was not found, and is listed."""
    session = here(context)
    arrivals = session.part("desk").arrivals
    show_receipt(session, arrivals.emptied(session.caller, tote, request=session.options.request))


@accepts("json")
def lost(context: typer.Context, tote: Tote, reason: Reason) -> None:
    """Nobody can find a tote: it and what is in it are nowhere until it is scanned again anywhere."""
    session = session_of(context)
    not_backdated(session)
    troubles = session.part("desk").troubles
    show_receipt(session, troubles.lost(session.caller, tote, why=reason, request=session.options.request))


@accepts("branch", "json")
def unsealed(context: typer.Context, tote: Tote, reason: Reason) -> None:
    """The seal of a tote is broken, seen at --branch; it goes on, and every item in it is to be scanned."""
    session = here(context)
    troubles = session.part("desk").troubles
    show_receipt(session, troubles.unsealed(session.caller, tote, note=reason, request=session.options.request))


@accepts("json")
def settle(
    context: typer.Context,
    tote: Tote,
    item: Annotated[str, typer.Argument(metavar="BARCODE", help="The item that is listed.")],
    reason: Reason,
) -> None:
    """Settle by hand what is listed about an item of a tote; an item that is scanned again settles it by itself."""
    session = session_of(context)
    not_backdated(session)
    troubles = session.part("desk").troubles
    show_receipt(session, troubles.close(session.caller, tote, item, why=reason, request=session.options.request))
