"""
The commands of `branchline hold` about who gets a copy next and what waits on the hold shelf.

They are mounted in `commands/hold.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from circulation.barcode import parse_barcode, parse_name
from circulation.errors import Invalid, Unknown
from circulation.messages.names import Names
from interfaces.command_tree import Misused, accepts, listing, of_any_moment
from interfaces.context import Session, session_of
from interfaces.receipts import not_backdated, show_receipt

__all__ = ["clear_shelf", "expire", "explain", "extend", "pickup"]

Hold = Annotated[str, typer.Argument(metavar="HOLD", help="The hold, such as t100#7.")]

_CLEAR = ("pile", "code", "item", "hold", "why", "to", "next_hold")
_CLEARED = ("code", "item", "headline", "sentence", "route_to", "hold")
_EXPIRED = ("hold", "pickup", "expires", "placed_us")
_EXPLAIN = ("place", "hold", "rank", "pickup", "keys", "passed_over", "promised", "placed_us")


@accepts("json")
def pickup(
    context: typer.Context,
    hold: Hold,
    to: Annotated[str, typer.Option("--to", metavar="CODE", help="The branch where it will be picked up.")],
) -> None:
    """
    Change where a hold is picked up; it keeps its place, and a copy on its way or on a shelf goes on to there.

    Example: branchline hold pickup t100#7 --to wells
    """
    session = _now(context)
    receipt = session.part("desk").pickups.change(
        session.caller, hold, pickup=parse_name(to, what="branch"), request=session.options.request
    )
    show_receipt(session, receipt)


@accepts("json")
def extend(
    context: typer.Context,
    hold: Hold,
    days: Annotated[int | None, typer.Option(help="By so many days; 5 if unset.")] = None,
) -> None:
    """Let a copy wait longer on the hold shelf, because its patron asked for it."""
    from circulation.pickup_desk import EXTENSION_DAYS

    session = _now(context)
    receipt = session.part("desk").pickups.extend(
        session.caller, hold, days=EXTENSION_DAYS if days is None else days, request=session.options.request
    )
    show_receipt(session, receipt)


@listing
def expire(context: typer.Context) -> None:
    """End every waiting hold that is not wanted any longer, and list them; running it again ends no more."""
    from circulation.errors import Refused
    from projections import holds

    session = _now(context)
    desk, caller = session.part("desk"), session.caller
    now_us = session.part("commands").clock()
    # A day ends at its own pickup branch: whoever asks too early is refused, and asked again tomorrow.
    ended = []
    for queued in holds.no_longer_wanted(session.part("views"), _latest_day(session, now_us)):
        try:
            desk.holds.lapse(caller, queued.hold)
        except (Refused, Unknown):
            continue
        ended.append({name: getattr(queued, name) for name in _EXPIRED})
    session.output.emit(ended, _EXPIRED, title=f"Holds that were not wanted any longer: {len(ended)}")


@accepts("branch", "json")
@listing
def clear_shelf(
    context: typer.Context,
    page: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write it as a page to print, in four piles.")
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Record it, as if each copy of the list were scanned now.")
    ] = False,
) -> None:
    """
    List what waits on the hold shelf of --branch no longer, and where each copy goes next.

    Scanning a copy does exactly that, and so does --apply for all of them.
    Example: branchline hold clear-shelf --branch bath --page clear.html
    """
    from circulation.shelf_clearing import PILES
    from interfaces.clear_shelf_page import clear_shelf_page
    from projections import hold_shelf

    session = _now(context)
    desk = session.part("desk")
    branch = desk.places.branch(session.branch)
    over = hold_shelf.to_clear(session.part("views"), branch.code, session.part("commands").clock())
    title = f"To clear from the hold shelf of {branch.name}: {len(over)} {'copy' if len(over) == 1 else 'copies'}"
    rows = [
        {
            "pile": foreseen.pile,
            "code": copy.code,
            "item": copy.item,
            "hold": copy.hold,
            "why": copy.why,
            "to": foreseen.to,
            "next_hold": foreseen.next_hold,
        }
        for copy, foreseen in zip(over, desk.foresight.scans(branch.code, [copy.item for copy in over]), strict=True)
    ]
    rows.sort(key=lambda row: PILES.index(row["pile"]))
    if page is not None:
        page.write_text(clear_shelf_page(title, rows), encoding="utf-8")
        session.output.note(f"Written: {page}")
    if not apply:
        session.output.emit(rows, _CLEAR, title=title)
        return
    receipts = [desk.scan(session.caller, copy.item) for copy in over]
    session.output.emit(receipts, _CLEARED, title=title)


@of_any_moment
@accepts("branch", "json")
@listing
def explain(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="TITLE|HOLD", help="A title, or one hold such as t100#7.")],
    item: Annotated[
        str | None, typer.Option(metavar="BARCODE", help="For this copy; may be left out where only one is meant.")
    ] = None,
) -> None:
    """
    Say who gets a copy next at --branch (or where it stands), and of every other hold why it does not.

    Example: branchline hold explain t100 --item 30114000000017 --branch bath
    """
    session = _now(context)
    desk = session.part("desk")
    barcode = parse_barcode(item) if item is not None else _copy_meant(session, what)
    asked, order, found = desk.foresight.explain(barcode, session.options.branch)
    if what not in (asked.item.title, *(one.hold.hold for one in found)):
        raise Unknown("hold.explain-other", what=what[:80], title=asked.item.title, item=barcode)
    rows = [
        {
            "place": one.place,
            "hold": one.hold.hold,
            "rank": one.rank,
            "pickup": one.hold.pickup,
            "keys": " ".join(f"{key}={'yes' if ahead else 'no'}" for key, ahead in one.keys),
            "passed_over": one.passed_over,
            "promised": one.promised,
            "placed_us": one.hold.placed_us,
        }
        for one in found
        if what in (asked.item.title, one.hold.hold)
    ]
    title = f"Item {barcode} at {asked.branch}, in the order {order.order}"
    session.output.emit(rows, _EXPLAIN, title=title)


def _copy_meant(session: Session, what: str) -> str:
    """
    The copy that a hold has or was promised, or else the only one of the title.

    Raises `Misused` (`hold.explain-what`) where there are several.
    """
    from projections import catalogue, holds

    views = session.part("views")
    hold = holds.hold(views, what) if "#" in what else None
    if hold is not None and (hold.captured or hold.target):
        return hold.captured or hold.target or ""
    copies = [copy.item for copy in catalogue.copies_of(views, what if hold is None else hold.title)]
    if len(copies) != 1:
        raise Misused(Invalid("hold.explain-what", what=what[:80], copies=len(copies), barcodes=Names(copies[:10])))
    return copies[0]


def _latest_day(session: Session, now_us: int) -> str:
    """The latest date on any wall of the network."""
    from circulation.calendar import local_day, zone_of
    from projections import network

    zones = {branch.time_zone for branch in network.branches(session.part("views")).values()} or {"UTC"}
    return max(local_day(now_us, zone_of(zone)) for zone in zones).isoformat()


def _now(context: typer.Context) -> Session:
    session = session_of(context)
    not_backdated(session)
    return session
