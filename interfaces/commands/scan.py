"""`branchline scan`: whatever lies on the desk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interfaces.command_tree import accepts
from interfaces.context import session_of

app = typer.Typer()


@app.command()
@accepts("branch", "occurred_at", "json", "nl", "csv")
def scan(
    context: typer.Context,
    codes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[BARCODE|-]...", help="What to scan; - reads stdin; without any, a desk opens here."),
    ] = None,
    tote: Annotated[str | None, typer.Option(metavar="CODE", help="Pack what travels into this tote.")] = None,
    out_of: Annotated[
        str | None, typer.Option("--from", metavar="CODE", help="They come out of this tote; others in it are listed.")
    ] = None,
    drop: Annotated[
        bool,
        typer.Option(
            "--drop", help="It lay in the book drop; back since --occurred-at, else since the branch was last open."
        ),
    ] = False,
    slips: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write a printable slip for each item into this folder.")
    ] = None,
) -> None:
    """
    Scan items at a branch and learn where each goes next.

    A line of stdin is a barcode, or time,branch,barcode as another system exports it (a time without an offset
    is local time at that branch). The same lines again change nothing. Lines that cannot be recorded are
    listed on stderr, and the exit code is 1.

    Examples: branchline scan --branch bath 30114000000017; branchline scan - < returns.csv
    """
    from interfaces.scanning import Way, scan_all

    session = session_of(context)
    given = codes or []
    # Lines of another system name their branches themselves.
    branch = session.options.branch if given == ["-"] else session.branch
    scan_all(session, given, branch=branch, way=Way(tote=tote, drop=drop, out_of=out_of), slips=slips)
