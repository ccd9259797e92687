"""`branchline sort`: at a hub, each item into the tote of its next stop."""

from __future__ import annotations

from typing import Annotated

import typer

from interfaces.command_tree import accepts, listing
from interfaces.context import session_of

app = typer.Typer()
Hub = Annotated[str, typer.Option("--hub", help="At which hub.")]


@app.command("items")
@accepts("json", "nl", "csv")
def items(
    context: typer.Context,
    hub: Hub,
    codes: Annotated[list[str] | None, typer.Argument(metavar="[BARCODE|-]...", help="As for scan.")] = None,
    tote: Annotated[
        str | None, typer.Option(help="An empty tote, begun where none is open for an item's next stop.")
    ] = None,
) -> None:
    """Scan each item into the tote that is open here for its next stop."""
    from interfaces.scanning import scan_all

    scan_all(session_of(context), codes or [], branch=hub, tote=tote, sort=True)


@app.command("list")
@listing
def list_sort(context: typer.Context, hub: Hub) -> None:
    """What is at the hub for each next stop, in items and totes, and until when it must be ready."""
    from collections import Counter

    from projections import locations, totes, transits

    session = session_of(context)
    views, courier, ledger = session.part("views"), session.part("courier"), session.part("ledger")
    from interfaces.wiring import clock_of

    now_us = clock_of(ledger)()
    here = {where.item: where for where in locations.at(views, hub)}
    loose: Counter[str] = Counter()
    for journey in transits.open_transits(views):
        where = here.get(journey.item)
        if where is None or journey.destination == hub:
            continue
        stop = courier.next_stop(hub, journey.destination, journey.reason, now_us)
        loose[stop.destination if stop else "no way"] += 1
    open_here = {filling.destination: filling.filling for filling in totes.open_at(views, hub)}
    rows = [
        {"next_stop": stop, "items": count, "tote": open_here.get(stop), "ready_by_us": courier.cutoff(hub, now_us)}
        for stop, count in sorted(loose.items())
    ]
    session.output.emit(rows, ("next_stop", "items", "tote", "ready_by_us"), title=f"To sort at {hub}")
