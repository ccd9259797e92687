"""`branchline session`: what a device scanned in one go, undone or moved as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from circulation.barcode import parse_name
from circulation.clock import DAY_US, parse_instant
from interfaces.command_tree import accepts, listing, of_any_moment
from interfaces.context import Session, session_of

if TYPE_CHECKING:
    from circulation.scan_session import ScanSession
    from circulation.session_desk import Corrected, SessionDesk

app = typer.Typer()
Name = Annotated[str, typer.Argument(metavar="SESSION", help="Its device and first position: desk-1/48112.")]
Why = Annotated[str, typer.Option(metavar="TEXT", help="The reason, which is kept sealed.")]

_LIST = ("session", "branch", "actor", "first_us", "last_us", "scans", "undone", "correction")
_SHOW = ("position", "happened_us", "item", "headline", "route_to", "filling", "undone", "request")
_CORRECTED = ("position", "item", "outcome", "was", "now", "to_do")


@app.command("list")
@accepts("branch")
@listing
@of_any_moment
def list_sessions(
    context: typer.Context,
    by: Annotated[str | None, typer.Option("--by", metavar="DEVICE", help="Only what this device scanned.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Recorded since; a day back if unset.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Recorded until; now if unset.")] = None,
) -> None:
    """
    List the sessions of scans: one device, actor and branch, without a break of half an hour.

    A correction that was cut off is marked unfinished; the same command again ends it.

    Example: branchline session list --branch bath --from 2026-11-24T09:00:00Z
    """
    session = session_of(context)
    sessions, ledger = session.part("sessions"), session.part("ledger")
    from_us = session.part("commands").clock() - DAY_US if since is None else parse_instant(since)
    found = sessions.sessions(
        after=ledger.position_at(from_us - 1),
        upto=None if until is None else ledger.position_at(parse_instant(until)),
        device=None if by is None else parse_name(by, what="device"),
    )
    unfinished = dict(sessions.unfinished())
    branch = session.options.branch
    rows = (_row(sessions, one, unfinished) for one in found if branch in (None, one.branch))
    session.output.emit(rows, _LIST)
    for name, kind in unfinished.items():
        session.output.note(f"Session {name}: {kind} was cut off before its end; give the same command again.")


@app.command()
@listing
@of_any_moment
def show(context: typer.Context, name: Name) -> None:
    """
    List the scans of a session with what each was told; named with a later position, from that scan on.

    Example: branchline session show desk-1/48112
    """
    from circulation.event import Appended
    from circulation.receipt import receipt_of

    session = session_of(context)
    sessions = session.part("sessions")
    found = sessions.session(name)
    rows = []
    for scan in found.scans:
        receipt = receipt_of(Appended(scan.facts, False))
        rows.append(
            {
                "position": scan.position,
                "happened_us": scan.happened_us,
                "item": scan.item,
                "headline": receipt.headline,
                "route_to": receipt.route_to,
                "filling": receipt.filling,
                "undone": sessions.is_undone(scan),
                "request": scan.request,
            }
        )
    session.output.emit(rows, _SHOW, title=f"{name}: {len(rows)} scans at {found.branch} by {found.actor}")


@app.command()
@accepts("branch")
@listing
def undo(context: typer.Context, name: Name, why: Why = "") -> None:
    """
    Undo every scan of a session, and list the books to fetch back.

    A copy to which something else has happened since is left alone and listed. The same command again changes
    nothing. Example: branchline session undo desk-1/48112 --why "wrong branch"
    """
    session = session_of(context)
    _tell(session, session.part("sessions").undo(session.caller, name, why=why))


@app.command()
@accepts("branch", "occurred_at")
@listing
def move(context: typer.Context, name: Name, why: Why = "") -> None:
    """
    Record a session again as scanned at --branch, or with its first scan at --occurred-at; list what to fetch back.

    The other scans keep their distance from the first. A copy to which something else has happened since is left
    alone and listed. The same command again changes nothing.

    Example: branchline session move desk-1/48112 --branch bath --why "the desk stood on Wells"
    """
    session = session_of(context)
    options = session.options
    rows = session.part("sessions").move(session.caller, name, to=options.branch, at_us=options.occurred_us, why=why)
    _tell(session, rows)


def _row(sessions: SessionDesk, one: ScanSession, unfinished: dict[str, str]) -> dict[str, object]:
    return {
        "session": one.name,
        "branch": one.branch,
        "actor": one.actor,
        "first_us": one.first_us,
        "last_us": one.last_us,
        "scans": len(one.scans),
        "undone": sum(1 for scan in one.scans if sessions.is_undone(scan)),
        "correction": f"{unfinished[one.name]} unfinished" if one.name in unfinished else None,
    }


def _tell(session: Session, corrected: list[Corrected]) -> None:
    counts = {name: sum(1 for row in corrected if row.outcome == name) for name in ("moved", "undone", "left")}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing to undo"
    session.output.emit(_rows(corrected), _CORRECTED, title=f"{len(corrected)} scans: {told}")
    books = sum(1 for row in corrected if row.todo)
    session.output.note(f"{books} books to see to." if books else "No book has to be fetched back.")


def _rows(corrected: list[Corrected]) -> Iterator[dict[str, object]]:
    for row in corrected:
        yield {
            "position": row.scan.position,
            "item": row.scan.item,
            "outcome": row.outcome,
            "was": row.was.headline,
            "now": None if row.now is None else row.now.headline,
            "to_do": row.todo or None,
        }
