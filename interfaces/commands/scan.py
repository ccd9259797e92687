"""`branchline scan`: whatever lies on the desk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interfaces.command_tree import accepts
from interfaces.context import session_of

app = typer.Typer()


@app.command()
@accepts("branch", "json", "nl", "csv", "occurred_at")
def scan(
    context: typer.Context,
    codes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[BARCODE|-]...", help="What to scan; - reads stdin; nothing opens a desk here."),
    ] = None,
    tote: Annotated[str | None, typer.Option(help="Pack what travels into this tote.")] = None,
    drop: Annotated[bool, typer.Option("--drop", help="It lay in the book drop; use with --occurred-at.")] = False,
    slips: Annotated[Path | None, typer.Option(help="Write a slip for each item into this folder.")] = None,
) -> None:
    """
    Scan items at a branch and learn where each goes next.

    Stdin takes one barcode a line, or time,branch,barcode as another system exports it; the same lines again
    change nothing.
    """
    from interfaces.scanning import scan_all

    session = session_of(context)
    given = codes or []
    # Lines from another system name their branch themselves.
    branch = session.options.branch or "" if given == ["-"] else session.branch
    scan_all(session, given, branch=branch, tote=tote, drop=drop, slips=slips)
