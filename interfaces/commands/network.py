"""`branchline network`: branches, hubs, trunk runs and roads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interfaces.command_tree import listing
from interfaces.context import session_of

app = typer.Typer()
Code = Annotated[str, typer.Argument(help="The branch's code.")]


@app.command("import")
@listing
def import_lists(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="The English lists (both), or plain CSV files.")],
    member: Annotated[list[str] | None, typer.Option(help="Only this member; may be repeated.")] = None,
) -> None:
    """Open or describe branches from lists; what cannot be used is listed with file, line and reason."""
    from interfaces.imported import content_of, tell
    from interfaces.imports.places import import_places

    session = session_of(context)
    contents = [content_of(path) for path in files]
    outcome = import_places(
        session.part("commands"), session.caller, contents, members=member or (), request=session.options.request
    )
    tell(session, outcome, "branches")


@app.command("list")
@listing
def list_branches(
    context: typer.Context, member: Annotated[str | None, typer.Option(help="Only this member's.")] = None
) -> None:
    """Every branch: code, name, member, kind, and the hub that serves it."""
    from projections import network

    session = session_of(context)
    branches = network.branches(session.part("views"), as_of=session.position)
    hub_of = {code: hub.code for hub in branches.values() if hub.serves is not None for code in hub.serves}
    rows = [
        {
            "code": branch.code,
            "name": branch.name,
            "member": branch.member,
            "kind": branch.kind,
            "hub": branch.code if branch.serves is not None else hub_of.get(branch.code),
            "latitude": branch.latitude_e6 / 1e6,
            "longitude": branch.longitude_e6 / 1e6,
            "island": branch.island,
        }
        for branch in branches.values()
        if not branch.retired and member in (None, branch.member)
    ]
    session.output.emit(rows, ("code", "name", "member", "kind", "hub", "latitude", "longitude", "island"))


@app.command()
@listing
def show(context: typer.Context, code: Code) -> None:
    """One branch with its hours and delivery terms."""
    from circulation.directory import require_branch

    session = session_of(context)
    branch = require_branch(session.part("ledger"), code)
    record = {
        "code": branch.code,
        "name": branch.name,
        "member": branch.member,
        "kind": branch.kind,
        "time_zone": branch.time_zone,
        "hours": " | ".join(day or "closed" for day in branch.hours),
        "serves": " ".join(branch.serves or ()),
        "door": branch.terms.door,
        "stop_minutes": branch.terms.minutes,
    }
    session.output.show(record, tuple(record))


@app.command()
def hub(
    context: typer.Context,
    code: Code,
    serves: Annotated[list[str] | None, typer.Option(help="A branch that it serves; may be repeated.")] = None,
    member: Annotated[list[str] | None, typer.Option(help="Serve every branch of this member.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Serve every branch of the network.")] = False,
    nearest: Annotated[bool, typer.Option(help="Share all branches among the hubs by distance.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="It is no hub any more.")] = False,
) -> None:
    """Mark a branch or a depot as a hub and say which branches it serves."""
    from circulation.administration import Administration
    from circulation.directory import branches
    from circulation.errors import Refused

    session = session_of(context)
    administration = Administration(session.part("commands"))
    if remove:
        administration.unmark_hub(session.caller, code)
        session.output.note(f"{code} is no hub any more.")
        return
    known = branches(session.part("ledger"))
    if nearest:
        _share_by_distance(session, administration, known, code)
        return
    chosen = set(serves or ()) | {c for c, b in known.items() if everything or b.member in (member or ())}
    chosen.discard(code)
    if not chosen:
        raise Refused(
            "hub.serves-nothing",
            f"It is not said which branches {code} serves.",
            "Name them with --serves CODE, --member NAME, --all or --nearest.",
        )
    administration.mark_hub(session.caller, code, chosen)
    session.output.note(f"{code} is a hub and serves {len(chosen)} branches.")


def _share_by_distance(session: object, administration: object, known: object, code: str) -> None:
    """Every branch goes to the hub that is nearest to it in a straight line, islands and hubs apart."""
    from math import cos, radians

    hubs = sorted({c for c, b in known.items() if b.serves is not None} | {code})  # type: ignore[attr-defined]

    def apart(one: str, other: str) -> float:
        a, b = known[one], known[other]  # type: ignore[index]
        north = (a.latitude_e6 - b.latitude_e6) / 1e6
        east = (a.longitude_e6 - b.longitude_e6) / 1e6 * cos(radians(a.latitude_e6 / 1e6))
        return float(north * north + east * east)

    served: dict[str, list[str]] = {hub: [] for hub in hubs}
    for branch in known.values():  # type: ignore[attr-defined]
        if branch.code not in hubs and not branch.island and branch.kind == "branch":
            served[min(hubs, key=lambda hub, c=branch.code: (apart(hub, c), hub))].append(branch.code)
    for hub, codes in served.items():
        administration.mark_hub(session.caller, hub, codes)  # type: ignore[attr-defined]
        session.output.note(f"{hub} is a hub and serves {len(codes)} branches.")  # type: ignore[attr-defined]


@app.command()
def trunk(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The trunk run's name.")],
    origin: Annotated[str, typer.Option("--from", help="The hub where it departs.")],
    destination: Annotated[str, typer.Option("--to", help="The hub where it arrives.")],
    days: Annotated[str, typer.Option(help="Weekdays, such as mon-fri.")] = "mon-fri",
    departs: Annotated[str, typer.Option(help="Local time, such as 18:00.")] = "18:00",
    arrives: Annotated[str, typer.Option(help="Local time, such as 20:30.")] = "20:30",
    arrives_days: Annotated[int, typer.Option(min=0, max=7, help="So many days later.")] = 0,
    totes: Annotated[int, typer.Option(min=1, help="Its capacity.")] = 60,
) -> None:
    """Set a trunk run between two hubs."""
    from interfaces.imports.fleet import parse_minute, parse_weekdays
    from logistics.administration import CourierAdministration
    from logistics.network import TrunkSet

    session = session_of(context)
    run = TrunkSet(
        trunk=name,
        origin=origin,
        destination=destination,
        days=parse_weekdays(days),
        departs_minute=parse_minute(departs),
        arrives_minute=parse_minute(arrives),
        arrives_days=arrives_days,
        totes=totes,
    )
    CourierAdministration(session.part("commands")).set_trunk(session.caller, run)
    session.output.note(f"Trunk run {name} goes from {origin} to {destination} on {days}.")
