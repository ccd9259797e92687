"""`branchline loan`: lend, renew, and what is open."""

from __future__ import annotations

from typing import Annotated

import typer

from interfaces.command_tree import accepts, listing
from interfaces.context import session_of
from interfaces.receipts import show_receipt

app = typer.Typer()


@app.command()
@accepts("branch", "json")
def out(
    context: typer.Context,
    card: Annotated[str, typer.Argument(help="The patron's card.")],
    barcode: Annotated[str, typer.Argument(help="The item.")],
) -> None:
    """Lend an item to the patron of a card, from the shelf or from the hold shelf."""
    session = session_of(context)
    options = session.options
    _ = session.branch
    show_receipt(
        session,
        session.part("desk").lend(
            session.caller, card=card, barcode=barcode, request=options.request, happened_us=options.occurred_us
        ),
    )


@app.command()
@accepts("branch", "json")
def renew(context: typer.Context, barcode: Annotated[str, typer.Argument(help="The item.")]) -> None:
    """Give an open loan a later due time."""
    session = session_of(context)
    _ = session.branch
    show_receipt(session, session.part("desk").renew(session.caller, barcode, request=session.options.request))


@app.command("list")
@listing
def list_loans(
    context: typer.Context,
    due_before: Annotated[str | None, typer.Option(help="Only what is due before this time.")] = None,
) -> None:
    """Open loans, of one branch with --branch; nobody is named."""
    from circulation.clock import parse_instant
    from projections import loans

    session = session_of(context)
    before = None if due_before is None else parse_instant(due_before)
    found = loans.open_loans(
        session.part("views"), branch=session.options.branch, due_before_us=before, as_of=session.position
    )
    session.output.emit(found, ("item", "loan", "branch", "lent_us", "due_us", "renewals", "rule", "category"))
