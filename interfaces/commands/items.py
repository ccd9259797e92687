"""`branchline items`: titles and copies, many at once; and what lies on desks and is no item of ours."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from interfaces.command_tree import accepts, listing, of_any_moment
from interfaces.context import session_of
from interfaces.receipts import not_backdated, show_receipt

app = typer.Typer()


@app.command("import")
@listing
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="barcode,title_id,title,home[,author,owner,branch,item_type,…]")],
) -> None:
    """Read titles and copies from a CSV file; the same file again changes nothing, a changed one what changed."""
    from interfaces.imported import tell
    from interfaces.imports.items import import_items
    from interfaces.imports.table import open_file

    session = session_of(context)
    with open_file(file) as source, session.output.progress("items") as advance:
        outcome = import_items(session.part("commands"), session.caller, file.name, source, progress=advance)
    tell(session, outcome, "items")


@app.command("list")
@accepts("as_of")
@listing
def list_items(
    context: typer.Context,
    title: Annotated[str | None, typer.Option(help="The copies of this title.")] = None,
) -> None:
    """The copies of a title, or what is at --branch."""
    from circulation.errors import Invalid
    from projections import catalogue, locations

    session = session_of(context)
    # Descriptions have no intervals: copies that were there then are those of a replay.
    session.replays = session.replays or (title is not None and session.options.as_of is not None)
    views, branch = session.part("views"), session.options.branch
    if title is not None:
        columns = ("item", "title", "owner", "home", "item_type", "shelf_mark", "part", "floats", "holdable")
        session.output.emit(catalogue.copies_of(views, title), columns)
    elif branch is not None:
        found = locations.at(views, branch, as_of=session.position)
        session.output.emit(found, ("item", "kind", "place", "known", "filling", "since_us"))
    else:
        raise Invalid("items.which")


# --- what is no item of ours ---------------------------------------------------------------------------------------

Ref = Annotated[str, typer.Argument(metavar="REF", help="As listed, such as bath-3.")]


class UnknownEnded(StrEnum):
    """How something with an unknown code was dealt with."""

    CATALOGUED = "catalogued"
    RETURNED = "returned"
    DISCARDED = "discarded"


class ForeignEnded(StrEnum):
    """How an item of another network was dealt with."""

    HANDED_OVER = "handed-over"
    COLLECTED = "collected"
    CATALOGUED = "catalogued"
    MISTAKE = "mistake"


@app.command()
@of_any_moment
@accepts("branch")
@listing
def unknown(context: typer.Context) -> None:
    """
    List what lies at branches with a code that no item carries, the oldest first; with --branch what lies there.

    Once the code is catalogued, the entry is gone, and the item is where it was received.
    """
    from projections.strangers import unknown_codes

    session = session_of(context)
    found = unknown_codes(session.part("views"), branch=session.options.branch)
    session.output.emit(found, ("ref", "branch", "code", "times", "since_us", "last_us"))


@app.command("unknown-close")
@accepts("json")
def unknown_close(
    context: typer.Context, ref: Ref, how: Annotated[UnknownEnded, typer.Option(help="What became of it.")]
) -> None:
    """Take something with an unknown code off the list: it was dealt with by hand."""
    session = session_of(context)
    not_backdated(session)
    receipt = session.part("desk").foreign.close_unknown(
        session.caller, ref, how=how.value, request=session.options.request
    )
    show_receipt(session, receipt)


@app.command()
@of_any_moment
@accepts("branch")
@listing
def foreign(context: typer.Context) -> None:
    """List the items of other networks that are here; with --branch those at it or on their way to it."""
    from projections.strangers import foreign_items

    session = session_of(context)
    found = foreign_items(session.part("views"), branch=session.options.branch)
    session.output.emit(found, ("ref", "network", "branch", "destination", "here", "since_us", "last_us"))


@app.command("declare-foreign")
@accepts("json")
def declare_foreign(
    context: typer.Context,
    ref: Ref,
    network: Annotated[str, typer.Option(metavar="NAME", help="Whose it is.")],
    via: Annotated[str, typer.Option(metavar="CODE", help="The branch that hands it over.")],
) -> None:
    """
    Something with an unknown code belongs to another network: it is sent on as a courtesy.

    Example: branchline items declare-foreign bath-3 --network "Wiltshire" --via bristol
    """
    session = session_of(context)
    not_backdated(session)
    receipt = session.part("desk").foreign.declare(
        session.caller, ref, network=network, via=via, request=session.options.request
    )
    show_receipt(session, receipt)


@app.command("foreign-close")
@accepts("branch", "json")
def foreign_close(
    context: typer.Context, ref: Ref, how: Annotated[ForeignEnded, typer.Option(help="What became of it.")]
) -> None:
    """An item of another network is dealt with at --branch."""
    session = session_of(context)
    _ = session.branch
    not_backdated(session)
    receipt = session.part("desk").foreign.close(session.caller, ref, how=how.value, request=session.options.request)
    show_receipt(session, receipt)
