"""`branchline fleet`: vans and their days off the road."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interfaces.command_tree import accepts, listing
from interfaces.context import session_of
from interfaces.fleet_trips import trips
from logistics.wall_clock import wall_time

app = typer.Typer()
Van = Annotated[str, typer.Argument(help="The van.")]


@app.command("import")
@listing
def import_vans(context: typer.Context, file: Annotated[Path, typer.Argument(help="FLEET.csv")]) -> None:
    """Read vans from a CSV file; `fleet template` writes one to fill in."""
    from interfaces.imported import content_of, tell
    from interfaces.imports.fleet import import_fleet
    from logistics.garage import Garage, vans

    session = session_of(context)
    name, content = content_of(file)
    ledger = session.part("ledger")
    outcome = import_fleet(
        Garage(session.part("commands")), session.caller, name, content, lambda: vans(ledger, retired=True)
    )
    tell(session, outcome, "vans")


@app.command()
def template(context: typer.Context) -> None:
    """Write a fleet file with one ordinary van for each hub to stdout."""
    from circulation.directory import branches
    from interfaces.imports.fleet import fleet_template

    session = session_of(context)
    hubs = [code for code, branch in branches(session.part("ledger")).items() if branch.serves is not None]
    print(fleet_template(hubs), end="")


@app.command("list")
@accepts("as_of")
@listing
def list_vans(context: typer.Context) -> None:
    """Every van of the fleet."""
    from projections import network

    session = session_of(context)
    found = network.vans(session.part("views"), as_of=session.position)
    rows = [
        {
            "van": van.van,
            "hub": van.hub,
            "totes": van.totes,
            "shift": f"{wall_time(60 * van.shift_starts_minute)}-{wall_time(60 * van.shift_ends_minute)}",
            "break_minutes": van.break_minutes,
            "trips": van.trips or 1,
            "reload_minutes": van.reload_minutes or 0,
            "days": " ".join(["mon", "tue", "wed", "thu", "fri", "sat", "sun"][day] for day in van.days),
            "cost_per_km_cents": van.cost_per_km_cents,
            "cost_per_hour_cents": van.cost_per_hour_cents,
            "out": "; ".join(f"{out.first} to {out.last}" for out in van.out),
        }
        for van in found.values()
        if not van.retired
    ]
    columns = (
        "van",
        "hub",
        "totes",
        "shift",
        "break_minutes",
        "trips",
        "reload_minutes",
        "days",
        "cost_per_km_cents",
        "cost_per_hour_cents",
        "out",
    )
    session.output.emit(rows, columns)


@app.command()
def out(
    context: typer.Context,
    van: Van,
    first: Annotated[str, typer.Option("--from", help="The first day, 2026-11-24.")],
    last: Annotated[str, typer.Option("--to", help="The last day.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept sealed.")] = "",
) -> None:
    """Take a van off the road for some days."""
    from logistics.garage import Garage

    session = session_of(context)
    Garage(session.part("commands")).take_van_out(session.caller, van, first, last, reason)
    session.output.note(f"{van} is off the road from {first} to {last}.")


@app.command()
def back(
    context: typer.Context, van: Van, first: Annotated[str, typer.Option("--from", help="The day it is back.")]
) -> None:
    """Bring a van back earlier than it was said."""
    from logistics.garage import Garage

    session = session_of(context)
    Garage(session.part("commands")).bring_van_back(session.caller, van, first)
    session.output.note(f"{van} is back on {first}.")


@app.command()
def retire(context: typer.Context, van: Van) -> None:
    """Take a van out of the fleet; its history stays."""
    from logistics.garage import Garage

    session = session_of(context)
    Garage(session.part("commands")).retire_van(session.caller, van)
    session.output.note(f"{van} left the fleet.")


app.command()(trips)
