"""`branchline item`: where one copy is and was, and everything that happened to it."""

from __future__ import annotations

from typing import Annotated

import typer

from circulation.barcode import parse_barcode
from interfaces.command_tree import accepts, listing
from interfaces.context import session_of
from interfaces.output import Format
from interfaces.receipts import not_backdated, show_receipt

app = typer.Typer()
Barcode = Annotated[str, typer.Argument(metavar="BARCODE", help="The item's.")]


@app.command()
@accepts("as_of", "json", "csv")
def show(context: typer.Context, barcode: Barcode) -> None:
    """
    Show where an item is, how that is known, and what it is there for; nobody is named.

    What is shown is true at the position that is shown with it; --as-of asks about any past moment.

    Example: branchline item show 30114000000017 --as-of 2026-11-24T14:00:00Z
    """
    from interfaces.item_card import COLUMNS, item_card

    session = session_of(context)
    card = item_card(session, parse_barcode(barcode))
    is_for_people = session.options.format is Format.TABLE
    session.output.show(card, tuple(name for name in COLUMNS if not is_for_people or card[name] is not None))


@app.command()
@accepts("as_of")
@listing
def history(context: typer.Context, barcode: Barcode) -> None:
    """List everything that happened to an item, and to the totes while it was inside, with who did it and when."""
    from interfaces.facts import HISTORY, history_row
    from projections.history import history as facts_of

    session = session_of(context)
    facts = facts_of(session.part("ledger"), parse_barcode(barcode), as_of=session.position)
    session.output.emit((history_row(fact) for fact in facts), HISTORY)


@app.command()
@accepts("branch", "json")
def undo(context: typer.Context, barcode: Barcode) -> None:
    """
    Undo the last scan, loan or renewal of an item, at --branch; it stays in the log, and counts no more.

    Refused where something else has happened to the item since.

    Example: branchline item undo 30114000000017 --branch bath
    """
    session = session_of(context)
    _ = session.branch
    not_backdated(session)
    receipt = session.part("desk").undo(session.caller, parse_barcode(barcode), request=session.options.request)
    show_receipt(session, receipt)


@app.command()
@accepts("json")
def edit(
    context: typer.Context,
    barcode: Barcode,
    home: Annotated[str | None, typer.Option(metavar="CODE", help="The branch where it belongs.")] = None,
    item_type: Annotated[str | None, typer.Option("--type", help="What it is: book, dvd, …")] = None,
    shelf_mark: Annotated[str | None, typer.Option(help="Where it stands on the shelf.")] = None,
    floats: Annotated[
        bool | None, typer.Option("--floats/--goes-home", help="Whether it stays where returned.")
    ] = None,
    holdable: Annotated[bool | None, typer.Option("--holdable/--not-holdable", help="Whether holds take it.")] = None,
) -> None:
    """
    Change what is said of an item; what is not said stays. Who waits for its title is thought of at once.

    Example: branchline item edit 30114000000017 --holdable
    """
    from circulation.catalogue_desk import Edit

    session = session_of(context)
    not_backdated(session)
    change = Edit(home=home, item_type=item_type, shelf_mark=shelf_mark, floats=floats, holdable=holdable)
    receipt = session.part("desk").catalogue.edit(session.caller, barcode, change, request=session.options.request)
    show_receipt(session, receipt)
