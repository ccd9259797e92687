"""`branchline items`: titles and copies, many at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interfaces.command_tree import listing
from interfaces.context import session_of

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
@listing
def list_items(
    context: typer.Context,
    title: Annotated[str | None, typer.Option(help="The copies of this title.")] = None,
) -> None:
    """The copies of a title, or what is at --branch."""
    from circulation.errors import Invalid
    from projections import catalogue, locations

    session = session_of(context)
    views, branch = session.part("views"), session.options.branch
    if title is not None:
        columns = ("item", "title", "owner", "home", "item_type", "shelf_mark", "part", "floats", "holdable")
        session.output.emit(catalogue.copies_of(views, title), columns)
    elif branch is not None:
        found = locations.at(views, branch, as_of=session.position)
        session.output.emit(found, ("item", "kind", "place", "known", "filling", "since_us"))
    else:
        raise Invalid("items.which", "The list of everything is the log.", "Name --title ID or --branch CODE.")
