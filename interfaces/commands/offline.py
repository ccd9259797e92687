"""`branchline offline`: go on without the network, and take in what was scanned meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circulation.barcode import parse_name
from circulation.clock import parse_instant
from circulation.errors import Invalid
from interfaces.command_tree import Misused, accepts, listing, of_any_moment
from interfaces.context import session_of
from interfaces.exit_code import ExitCode

if TYPE_CHECKING:
    from circulation.offline.device import Device
    from circulation.offline.upload import Uploaded

app = typer.Typer()

Table = Annotated[Path, typer.Option("--table", metavar="FILE", help="The branch's route table.")]
Log = Annotated[Path, typer.Option("--log", metavar="FILE", help="The file of this device; begun if it is not there.")]

_WORK = ("device", "n", "happened_us", "item", "outcome", "to_do", "code", "sentence")
_DEVICES = ("device", "branch", "uploads", "last_n", "uploaded_us", "clock_offset", "compared", "jumps", "clock")


@app.command("route-table")
@accepts("branch", "json")
def route_table(
    context: typer.Context,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="Where to write it.")],
    days: Annotated[int, typer.Option(min=1, max=60, help="For how many days, from today on.")] = 14,
) -> None:
    """
    Write what --branch needs to go on without the network: where what may come there must go.

    It holds the branch's own copies, those that are there, on their way or lent to its patrons, and the holds that
    they may fill; no patron is named. Fetch it every day.

    Example: branchline offline route-table --branch bath --to bath.routes
    """
    from interfaces.offline_table import table_of_branch

    session = session_of(context)
    part = session.part
    table = table_of_branch(
        part("desk"), part("keyring"), part("views"), part("courier"), branch=session.branch, days=days
    )
    data = table.write()
    # Whoever reads it meanwhile finds the old one or the new one.
    beside = to.with_name(f"{to.name}.new")
    beside.write_bytes(data)
    beside.replace(to)
    setting = table.setting
    told = {
        "branch": setting.branch,
        "position": setting.position,
        "made_us": setting.made_us,
        "items": len(table.groups),
        "known_more_of": len(table.known),
        "titles_with_holds": len(table.titles),
        "days": len(setting.days),
        "bytes": len(data),
        "digest": json.loads(data)["digest"],
    }
    session.output.show(told, tuple(told), title=f"{to}: {len(table.groups):,} items in {len(data):,} bytes.")


@app.command()
@accepts("actor", "device", "occurred_at", "json", "nl", "csv")
def scan(
    context: typer.Context,
    table: Table,
    log: Log,
    codes: Annotated[
        list[str] | None, typer.Argument(metavar="[BARCODE|-]...", help="What to scan; without any, stdin.")
    ] = None,
    drop: Annotated[bool, typer.Option("--drop", help="It lay in the book drop.")] = False,
    slips: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write a printable slip for each item into this folder.")
    ] = None,
) -> None:
    """
    Scan items without the network and learn where each goes, by the route table and no store.

    Each scan is numbered and on the disk before its answer is shown. What the table does not know is kept aside.

    Example: branchline offline scan --table bath.routes --log desk-2.log --actor ana --device desk-2
    """
    from interfaces.offline_scanning import scan_all_offline

    scan_all_offline(session_of(context), codes or [], table=table, log=log, drop=drop, slips=slips)


@app.command()
@accepts("actor", "device", "occurred_at", "json")
def lend(
    context: typer.Context,
    card: Annotated[str, typer.Argument(metavar="CARD", help="The patron's; it is sealed for the store.")],
    barcode: Annotated[str, typer.Argument(metavar="BARCODE", help="The item.")],
    table: Table,
    log: Log,
) -> None:
    """
    Let an item go with a patron without the network; the loan is made when the log is uploaded.

    Blocks and limits are not known here. What is set aside for another is refused.

    Example: branchline offline lend 29876000000011 30114000000017 --table bath.routes --log desk-2.log --actor ana
    """
    from interfaces.offline_scanning import COLUMNS, OfflineScanner

    session = session_of(context)
    with OfflineScanner.open(session, table, log) as scanner:
        session.output.show(scanner.lend(card, barcode), COLUMNS)


@app.command()
@accepts("branch", "json", "nl", "csv")
def upload(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The logs of the devices, in any order.")],
    clock: Annotated[
        list[str] | None,
        typer.Option(metavar="DEVICE=TIME", help="What the clock of that device shows at this moment."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="List every scan, not only those with work to do.")] = False,
    override: Annotated[
        bool, typer.Option("--override", help="Make loans that a rule forbids, if your role may; give --why.")
    ] = False,
    why: Annotated[str, typer.Option(metavar="TEXT", help="The reason, which is kept sealed.")] = "",
) -> None:
    """
    Take in what desks scanned without the network, in the order in which it happened; list the work that remains.

    The same files again change nothing. The exit code is 1 when something could not be recorded.

    Example: branchline offline upload desk-1.log desk-2.log --clock desk-2=2026-11-24T14:03:00Z
    """
    from circulation.offline.upload import UploadDesk
    from interfaces.device_file import read_file

    session = session_of(context)
    if why and not override:
        raise Misused(Invalid("override.not-wanted"))
    logs = [read_file(file) for file in files]
    desk = UploadDesk(session.part("desk"), session.part("keyring"))
    rows = desk.upload(
        session.caller,
        logs,
        offsets_us=_offsets(clock or [], session.part("commands").clock()),
        override=why if override else None,
    )
    told = [row for row in rows if everything or row.todo or row.outcome in ("refused", "busy")]
    session.output.emit(_rows(told), _WORK, title=_counted(rows))
    for file, log in zip(files, logs, strict=True):
        for line in log.unreadable:
            session.output.note(f"{file}, line {line} was cut off: scan again what was in the hand then.")
    uploaded = {log.header.device for log in logs}
    for device in desk.devices():
        if device.device in uploaded and (note := _clock(device)):
            session.output.note(f"{device.device}: {note}.")
    if any(row.outcome in ("refused", "busy") for row in rows):
        raise typer.Exit(ExitCode.FAILED)


@app.command()
@of_any_moment
@listing
def devices(context: typer.Context) -> None:
    """List the devices that have uploaded scans, and how their clocks ran."""
    from circulation.offline.upload import UploadDesk

    session = session_of(context)
    desk = UploadDesk(session.part("desk"), session.part("keyring"))
    session.output.emit(map(_device, desk.devices()), _DEVICES)


def _offsets(given: Sequence[str], now_us: int) -> dict[str, int]:
    """What must be added to the clocks that were named, as they show at this moment."""
    offsets = {}
    for text in given:
        device, sign, shown = text.partition("=")
        if not sign:
            raise Misused(Invalid("clock.unreadable", text=text[:60]))
        offsets[parse_name(device, what="device")] = now_us - parse_instant(shown)
    return offsets


def _rows(uploaded: Sequence[Uploaded]) -> Iterator[dict[str, object]]:
    for row in uploaded:
        told = {name: getattr(row, name) for name in _WORK if name != "to_do"}
        yield {**told, "to_do": row.todo or None}


def _counted(rows: Sequence[Uploaded]) -> str:
    words = {
        "as-said": "as the slips said",
        "differs": "otherwise than the slips said",
        "late": "older than what is known",
        "refused": "not recorded",
        "busy": "to be uploaded again",
    }
    counts = {outcome: sum(1 for row in rows if row.outcome == outcome) for outcome in words}
    told = ", ".join(f"{count} {words[outcome]}" for outcome, count in counts.items() if count)
    return f"{len(rows)} scans{f': {told}' if told else ''}"


def _device(device: Device) -> dict[str, object]:
    return {
        "device": device.device,
        "branch": device.branch,
        "uploads": device.uploads,
        "last_n": device.last,
        "uploaded_us": device.uploaded_us,
        "clock_offset": round(device.offset_us / 1_000_000),
        "compared": device.is_compared,
        "jumps": len(device.jumps),
        "clock": _clock(device) or None,
    }


def _clock(device: Device) -> str:
    from circulation.offline.upload import clock_note

    return clock_note(device)
