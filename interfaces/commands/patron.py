"""`branchline patron`: borrowers. Names and cards are sealed; no listing shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interfaces.command_tree import accepts, listing
from interfaces.context import session_of

app = typer.Typer()
Card = Annotated[str, typer.Argument(help="The card's number.")]


@app.command()
def add(
    context: typer.Context,
    card: Card,
    name: Annotated[str, typer.Option(help="The patron's name; kept sealed.")],
    category: Annotated[str, typer.Option(help="Such as adult or child.")] = "adult",
    home: Annotated[str, typer.Option(help="The home branch.")] = "",
    contact: Annotated[str, typer.Option(help="Mail or telephone; kept sealed.")] = "",
) -> None:
    """Register a patron with a card."""
    session = session_of(context)
    where = home or session.branch
    desk = session.part("desk")
    desk.places.branch(where)
    desk.borrowers.register(session.caller, card=card, name=name, contact=contact, category=category, home=where)
    session.output.note("The patron is registered.")


@app.command()
@accepts("json")
def show(context: typer.Context, card: Card) -> None:
    """What is open under a card: loans, holds and blocks."""
    session = session_of(context)
    borrower = session.part("desk").borrowers.by_card(card)
    record = {
        "category": borrower.patron.category,
        "home": borrower.patron.home,
        "blocks": " ".join(borrower.patron.blocks),
        "loans": " ".join(borrower.claims.loans),
        "holds": " ".join(borrower.claims.holds),
        "claimed_returned": " ".join(borrower.claims.claimed),
    }
    session.output.show(record, tuple(record), title="Patron")


@app.command()
def block(
    context: typer.Context, card: Card, reason: Annotated[str, typer.Option(help="A code such as overdue.")] = "staff"
) -> None:
    """The patron may not borrow or place holds."""
    session = session_of(context)
    session.part("desk").borrowers.block(session.caller, card, reason)
    session.output.note(f"Blocked: {reason.strip().lower()}.")


@app.command()
def unblock(
    context: typer.Context, card: Card, reason: Annotated[str, typer.Option(help="The block's code.")] = "staff"
) -> None:
    """Lift a block."""
    session = session_of(context)
    session.part("desk").borrowers.block(session.caller, card, reason, lift=True)
    session.output.note(f"Not blocked any more: {reason}.")


@app.command("import")
@listing
def import_file(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="card,name,category,home[,contact]")]
) -> None:
    """Take in borrowers from a CSV file; names, contacts and cards are sealed at once."""
    from interfaces.imported import tell
    from interfaces.imports.patrons import import_patrons
    from interfaces.imports.table import open_file

    session = session_of(context)
    with open_file(file) as source, session.output.progress("borrowers") as advance:
        outcome = import_patrons(
            session.part("commands"), session.part("keyring"), session.caller, file.name, source, progress=advance
        )
    tell(session, outcome, "borrowers")
