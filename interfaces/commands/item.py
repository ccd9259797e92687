"""`branchline item`: where one copy is and was, and everything that happened to it."""

from __future__ import annotations

from typing import Annotated

import typer

from circulation.barcode import parse_barcode
from circulation.errors import Unknown
from interfaces.command_tree import accepts, listing
from interfaces.context import session_of

app = typer.Typer()
Barcode = Annotated[str, typer.Argument(help="The item's barcode.")]


@app.command()
@accepts("json", "csv", "as_of")
def show(context: typer.Context, barcode: Barcode) -> None:
    """Where it is, how that is known, and what it is bound for; `--as-of` for any past moment."""
    from projections import catalogue, hold_shelf, loans, locations, transits

    session = session_of(context)
    views, code, as_of = session.part("views"), parse_barcode(barcode), session.position
    where = locations.where(views, code, as_of=as_of)
    if where is None:
        raise Unknown("item.unknown", f"There is no item {code} at that moment.", "Check the number, or import it.")
    copy = catalogue.copy(views, code)
    title = None if copy is None else catalogue.title(views, copy.title)
    loan = loans.loan_of(views, code, as_of=as_of)
    transit = transits.transit_of(views, code, as_of=as_of)
    aside = [
        shelved
        for shelved in hold_shelf.set_aside(views, transit.destination if transit else where.place, as_of=as_of)
        if shelved.item == code
    ]
    record = {
        "barcode": code,
        "title": title.title if title else None,
        "home": copy.home if copy else None,
        "owner": copy.owner if copy else None,
        "kind": where.kind,
        "place": where.place,
        "known": where.known,
        "since_us": where.since_us,
        "filling": where.filling,
        "due_us": loan.due_us if loan else None,
        "to": transit.destination if transit else None,
        "reason": transit.reason if transit else None,
        "hold": aside[0].hold if aside else (transit.hold if transit else None),
        "position": session.part("ledger").head().position if as_of is None else as_of,
    }
    session.output.show(record, tuple(record), title=f"Item {code}")


@app.command()
@listing
def history(context: typer.Context, barcode: Barcode) -> None:
    """Every fact of the copy and of the totes that it rode in, in the order of the log."""
    from interfaces.facts import COLUMNS, row_of
    from projections.history import history as facts_of

    session = session_of(context)
    code = parse_barcode(barcode)
    facts = facts_of(session.part("ledger"), code, as_of=session.position)
    if not facts:
        raise Unknown("item.unknown", f"There is no item {code}.", "Check the number, or import it.")
    session.output.emit((row_of(fact) for fact in facts), COLUMNS, title=f"History of {code}")
