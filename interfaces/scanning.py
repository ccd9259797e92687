"""
Scans from the command line, from a pipe or at a terminal: the same for `scan` and `sort`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import typer

from circulation.clock import system_clock
from circulation.command import Caller
from circulation.desk import Desk
from circulation.errors import BranchlineError
from circulation.receipt import Receipt
from interfaces.context import Session
from interfaces.exit_code import ExitCode
from interfaces.scanned_lines import ScannedLine, read_lines
from interfaces.slips import write_slip

__all__ = ["scan_all"]

COLUMNS = ("item", "code", "route_to", "reason", "hold", "filling", "sentence", "position")


def scan_all(
    session: Session,
    codes: list[str],
    *,
    branch: str,
    tote: str | None,
    sort: bool = False,
    drop: bool = False,
    slips: Path | None = None,
) -> None:
    """
    Scan what was named, or with `-` what comes on stdin, or else what is typed at the terminal.

    Lines that could not be recorded are listed on stderr and the exit code is 1; all others are recorded.
    """
    desk: Desk = session.part("desk")
    caller = replace(session.caller, desk=branch)
    if not codes:
        from rich.console import Console

        from interfaces.terminal_desk import TerminalDesk, typed

        console = Console(no_color=not session.options.color)
        TerminalDesk(desk, caller, console, tote=tote, sort=sort, slips=slips).run(typed("scan> "))
        return
    lines: Iterable[str] = sys.stdin if codes == ["-"] else codes
    receipts: list[Receipt] = []
    rejects: list[tuple[int, str]] = []
    single = codes != ["-"] and len(codes) == 1
    for found in read_lines(lines):
        if isinstance(found, tuple):
            rejects.append((found[0], f"{found[1].sentence} {found[1].hint}"))
            continue
        try:
            receipt = _scan_one(session, desk, caller, found, tote=tote, sort=sort, drop=drop)
        except BranchlineError as error:
            if single:
                raise
            rejects.append((found.line, f"{error.sentence} {error.hint}"))
            continue
        receipts.append(receipt)
        if slips is not None:
            write_slip(slips, receipt, at_us=system_clock())
    session.output.emit(receipts, COLUMNS)
    for number, why in rejects:
        print(f"line {number}: {why}", file=sys.stderr)
    if rejects:
        raise typer.Exit(ExitCode.FAILED)


def _scan_one(
    session: Session, desk: Desk, caller: Caller, line: ScannedLine, *, tote: str | None, sort: bool, drop: bool
) -> Receipt:
    here = caller if line.branch is None else replace(caller, desk=line.branch)
    return desk.scan(
        here,
        line.code,
        tote=tote,
        sort=sort,
        by="import" if line.branch is not None else "drop" if drop else "desk",
        request=line.request or session.options.request,
        happened_us=line.happened_us if line.happened_us is not None else session.options.occurred_us,
    )
