"""`branchline network`: branches, hubs, trunk runs and roads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interfaces.command_tree import accepts, listing, of_any_moment
from interfaces.context import Session, session_of

if TYPE_CHECKING:
    from circulation.administration import Administration
    from circulation.branch import Branch
    from projections.contradictions import Contradiction

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
    from circulation.calendar import local_day, zone_of
    from interfaces.imported import content_of, tell
    from interfaces.imports.places import import_places
    from interfaces.never_open import warn_of_never_open
    from interfaces.wiring import clock_of
    from logistics.situation import read_situation

    session = session_of(context)
    contents = [content_of(path) for path in files]
    outcome = import_places(
        session.part("commands"), session.caller, contents, members=member or (), request=session.options.request
    )
    now_us = clock_of(session.part("ledger"))()
    warn_of_never_open(session, read_situation(session.part("ledger")), local_day(now_us, zone_of("UTC")))
    if outcome.changed:
        session.output.note("Dates on days that changed hours may have shut: branchline calendar settle --preview")
    tell(session, outcome, "branches")


@app.command("list")
@accepts("as_of")
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
@of_any_moment
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
    from circulation.directory import branches, require_branch
    from circulation.errors import Refused

    session = session_of(context)
    administration = Administration(session.part("commands"))
    if remove:
        administration.unmark_hub(session.caller, code)
        session.output.note(f"{code} is no hub any more.")
        return
    known = branches(session.part("ledger"))
    if nearest:
        require_branch(session.part("ledger"), code)
        _share_by_distance(session, administration, known, code)
        return
    chosen = set(serves or ()) | {c for c, b in known.items() if everything or b.member in (member or ())}
    chosen.discard(code)
    if not chosen:
        raise Refused("hub.serves-nothing", code=code)
    administration.mark_hub(session.caller, code, chosen)
    session.output.note(f"{code} is a hub and serves {len(chosen)} branches.")


def _share_by_distance(
    session: Session, administration: Administration, known: Mapping[str, Branch], code: str
) -> None:
    """Every branch goes to the hub that is nearest to it in a straight line, islands and hubs apart."""
    from math import cos, radians

    hubs = sorted({c for c, b in known.items() if b.serves is not None} | {code})

    def apart(one: str, other: str) -> float:
        a, b = known[one], known[other]
        north = (a.latitude_e6 - b.latitude_e6) / 1e6
        east = (a.longitude_e6 - b.longitude_e6) / 1e6 * cos(radians(a.latitude_e6 / 1e6))
        return float(north * north + east * east)

    served: dict[str, list[str]] = {hub: [] for hub in hubs}
    for branch in known.values():
        if branch.code not in hubs and not branch.island and branch.kind == "branch":
            distances = [(apart(hub, branch.code), hub) for hub in hubs]
            served[min(distances)[1]].append(branch.code)
    for hub, codes in served.items():
        administration.mark_hub(session.caller, hub, codes)
        session.output.note(f"{hub} is a hub and serves {len(codes)} branches.")


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


@app.command()
def retire(
    context: typer.Context,
    code: Code,
    reason: Annotated[str, typer.Option(help="Why it leaves the network; it is kept sealed.")],
) -> None:
    """Take a branch out of the network; its history stays."""
    from circulation.administration import Administration

    session = session_of(context)
    Administration(session.part("commands")).retire_branch(session.caller, code, reason)
    session.output.note(f"{code} left the network: {reason}.")


@app.command()
def roads(
    context: typer.Context,
    matrix: Annotated[Path | None, typer.Argument(help="from,to,metres,seconds; estimated roads if unset.")] = None,
    circuity: Annotated[int, typer.Option(help="Estimated way in percent of the great circle.")] = 130,
    speed: Annotated[int, typer.Option(help="Estimated speed in percent of ordinary road speeds.")] = 100,
) -> None:
    """
    Take travel times from a matrix, or estimate them.

    Example: branchline network roads matrix.csv
    """
    from circulation.directory import branches
    from interfaces.imported import content_of, tell
    from interfaces.imports.outcome import Outcome
    from interfaces.imports.road_links import read_road_links
    from logistics.administration import CourierAdministration
    from logistics.roads import write_links

    session = session_of(context)
    courier = CourierAdministration(session.part("commands"))
    if matrix is None:
        courier.estimate_roads(session.caller, circuity_percent=circuity, speed_percent=speed)
        session.output.note(f"Roads are estimated: {circuity} % of the great circle, {speed} % of ordinary speeds.")
        return
    ledger = session.part("ledger")
    name, content = content_of(matrix)
    outcome = Outcome()
    links = read_road_links(name, content, places=branches(ledger), rejects=outcome.rejects.append)
    recorded = courier.use_road_matrix(session.caller, ledger.attach(write_links(links)), name)
    for _ in links:
        outcome.count(known=False, recorded=bool(recorded.facts))
    tell(session, outcome, "road links")


@app.command("sort-direct")
def sort_direct(
    context: typer.Context,
    code: Code,
    destination: Annotated[str, typer.Argument(help="The branch that gets a tote of its own.")],
    remove: Annotated[bool, typer.Option("--remove", help="Leave it to the hub again.")] = False,
) -> None:
    """Let a branch pack a tote of its own for a destination, past the sort at its hub."""
    from logistics.administration import CourierAdministration

    session = session_of(context)
    CourierAdministration(session.part("commands")).set_direct_tote(session.caller, code, destination, packs=not remove)
    packs = "leaves to its hub what goes" if remove else "packs a tote of its own for what goes"
    session.output.note(f"{code} {packs} to {destination}.")


@app.command("tote-size")
def tote_size(
    context: typer.Context,
    items: Annotated[int, typer.Argument(help="So many items fill a tote.")],
    item_type: Annotated[str, typer.Option("--type", help="Of this type; of all others if unset.")] = "*",
) -> None:
    """Say how many items fill a tote."""
    from logistics.administration import CourierAdministration

    session = session_of(context)
    CourierAdministration(session.part("commands")).set_items_per_tote(session.caller, item_type, items)
    session.output.note(f"{items} items of {'all other types' if item_type == '*' else item_type} fill a tote.")


@app.command("foreign-form")
def foreign_form(
    context: typer.Context,
    prefix: Annotated[str, typer.Argument(help="What the codes of another network's items begin with.")],
    length: Annotated[int, typer.Argument(help="How many characters they have.")],
    network: Annotated[str, typer.Option(metavar="NAME", help="Whose they are.")] = "",
    via: Annotated[str, typer.Option(metavar="CODE", help="The branch that hands such items over.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Such codes are nobody's that we know.")] = False,
) -> None:
    """
    Say how the item codes of another network look: what is scanned with one is sent on as a courtesy.

    Example: branchline network foreign-form 30117 14 --network Wiltshire --via bristol
    """
    from circulation.errors import Invalid

    session = session_of(context)
    desk = session.part("desk").foreign
    if remove:
        desk.remove_form(session.caller, prefix=prefix, length=length, request=session.options.request)
        session.output.note(f"Codes {prefix}… of {length} characters are nobody's that we know.")
        return
    if not network or not via:
        raise Invalid("foreign.whose")
    desk.set_form(
        session.caller, network=network, prefix=prefix, length=length, via=via, request=session.options.request
    )
    session.output.note(f"Codes {prefix}… of {length} characters are {network}'s; {via} hands them over.")


@app.command()
@of_any_moment
@listing
def onboard(
    context: typer.Context,
    member: Annotated[str, typer.Argument(help="The member's name or code.")],
    each: Annotated[bool, typer.Option("--each", help="List every single thing, not only how many.")] = False,
) -> None:
    """
    What contradicts itself in a member's branches, items, loans, holds and journeys; exits 3 if anything does.

    Example: branchline network onboard bristol --each --csv
    """
    from circulation.directory import members
    from interfaces.exit_code import ExitCode
    from interfaces.imports.branch_record import member_code
    from projections.contradictions import contradictions

    session = session_of(context)
    kinds: dict[str, list[str]] = {}
    by_code = {member_code(name): name for name in members(session.part("ledger"))}
    found = _counting(contradictions(session.part("views"), by_code.get(member_code(member), member)), kinds)
    if each:
        session.output.emit(found, ("check", "subject", "why"))
    else:
        for _ in found:
            pass
        rows = [
            {"check": check, "count": len(subjects), "examples": " ".join(subjects[:_EXAMPLES])}
            for check, subjects in kinds.items()
        ]
        session.output.emit(rows, ("check", "count", "examples"))
    total = sum(map(len, kinds.values()))
    session.output.note(f"{total:,} contradictions of {len(kinds)} kinds in {member}.")
    if total:
        raise typer.Exit(ExitCode.LOOK)


@app.command()
@listing
def repatriate(
    context: typer.Context,
    member: Annotated[str, typer.Argument(help="The member's name or code.")],
    each: Annotated[bool, typer.Option("--each", help="List every item, not only how many.")] = False,
    batch: Annotated[int, typer.Option(min=1, max=1000, help="So many items are asked for at once.")] = 200,
) -> None:
    """
    A member leaves: ask for all its items that are elsewhere, and for others' at its branches, to be sent home.

    Each sets out at its next scan; items on loan once they are back. What was broken off goes on when the command
    is given again. Nothing of the past changes.
    Example: branchline network repatriate bristol --each --csv
    """
    from circulation.directory import members
    from circulation.move_desk import Wanted
    from interfaces.imports.branch_record import member_code
    from projections.homecoming import homecomers

    session = session_of(context)
    by_code = {member_code(name): name for name in members(session.part("ledger"))}
    name = by_code.get(member_code(member), member)
    found = {one.item: one for one in homecomers(session.part("views"), name)}
    asked = session.part("desk").moves.request_all(
        session.caller,
        (Wanted(one.item, one.home) for one in found.values()),
        reason="home",
        why=f"{name} leaves the network",
        batch=batch,
    )
    counts: dict[tuple[str, str], int] = {}
    rows = []
    with session.output.progress("items", total=len(found)) as advance:
        for wanted, result in asked:
            one = found[wanted.item]
            advance(1)
            counts[one.whose, result] = counts.get((one.whose, result), 0) + 1
            rows.append(
                {"item": one.item, "whose": one.whose, "owner": one.owner, "to": one.home}
                | {"kind": one.kind, "place": one.place or None, "result": result}
            )
    if each:
        session.output.emit(rows, ("item", "whose", "owner", "kind", "place", "to", "result"))
    else:
        told = [{"whose": whose, "result": result, "items": n} for (whose, result), n in sorted(counts.items())]
        session.output.emit(told, ("whose", "result", "items"))
    session.output.note(f"{len(found):,} items are to go home because {name} leaves.")


def _counting(found: Iterator[Contradiction], kinds: dict[str, list[str]]) -> Iterator[Contradiction]:
    """The same again, with the subjects of each kind kept."""
    for odd in found:
        kinds.setdefault(odd.check, []).append(odd.subject)
        yield odd


_EXAMPLES = 5
