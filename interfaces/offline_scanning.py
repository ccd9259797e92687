"""
Scans and loans at a desk without the network: into the file first, then onto the screen and the slip.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import typer

from circulation.barcode import parse_barcode
from circulation.calendar import local_day, zone_of
from circulation.clock import DAY_US, iso
from circulation.errors import BranchlineError, Invalid
from circulation.offline.desk import OfflineDesk, Slip
from circulation.offline.device_log import LoggedScan
from circulation.offline.merge import box_context
from circulation.offline.route_table import RouteTable
from circulation.offline.sealed_box import seal_into_box
from interfaces.cells import printable
from interfaces.command_tree import Misused
from interfaces.context import Session, machine_name
from interfaces.device_file import DeviceFile
from interfaces.exit_code import ExitCode
from interfaces.output import Format

__all__ = ["OfflineScanner", "open_table", "scan_all_offline"]

COLUMNS = ("n", "item", "signal", "headline", "route_to", "box", "sentence", "due_us")


def open_table(path: Path) -> RouteTable:
    """The route table in a file. Raises `Invalid` (`table.unreadable`, `table.damaged`, `table.newer`)."""
    try:
        return RouteTable.read(path.read_bytes())
    except OSError as error:
        raise Invalid("table.unreadable:file", path=path, why=error.strerror) from None


def scan_all_offline(
    session: Session, codes: list[str], *, table: Path, log: Path, drop: bool, slips: Path | None
) -> None:
    """Scan the codes, or the lines of stdin, into a device's log. Exits 1 when one could not be read."""
    from_stdin = codes in ([], ["-"])
    rejects: list[str] = []
    with OfflineScanner.open(session, table, log, slips) as scanner:
        lines: Iterable[str] = _typed(scanner.prompt) if from_stdin else codes
        _tell(session, _scans(scanner, lines, "drop" if drop else "scan", rejects))
    for reason in rejects:
        print(printable(reason), file=sys.stderr)
    if rejects:
        raise typer.Exit(ExitCode.FAILED)


def _scans(
    scanner: OfflineScanner, lines: Iterable[str], do: Literal["scan", "drop"], rejects: list[str]
) -> Iterator[dict[str, object]]:
    for line in lines:
        if not line.strip():
            continue
        try:
            yield scanner.scan(line, do=do)
        except BranchlineError as error:
            rejects.append(f"{error.sentence} {error.hint}".rstrip())


def _typed(prompt: str) -> Iterator[str]:
    """The lines of stdin, each as it comes; a person at a terminal sees where they are."""
    getattr(sys.stdout, "reconfigure", lambda **_settings: None)(line_buffering=True)
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    while True:
        try:
            yield input(prompt)
        except (EOFError, KeyboardInterrupt):
            print()
            return


def _tell(session: Session, rows: Iterator[dict[str, object]]) -> None:
    if session.options.format is not Format.TABLE:
        session.output.emit(rows, COLUMNS)
        return
    for row in rows:
        box = f" Box: {row['box']}." if row["box"] else ""
        print(printable(f"{row['n']:>5}  {row['item'] or '':<16}  {row['headline']:<24}  {row['sentence']}{box}"))


@dataclass
class OfflineScanner:
    """One desk at work: its file, its table, and who works there."""

    file: DeviceFile
    desk: OfflineDesk
    who: str
    slips: Path | None
    occurred_us: int | None = None

    @classmethod
    def open(cls, session: Session, table: Path, log: Path, slips: Path | None = None) -> OfflineScanner:
        """
        The desk of a table and a log; nothing of the store is opened. Use it as a context.

        Raises what `open_table` and `DeviceFile` raise, `Invalid` (`actor.missing`, `branch.not-this-table`).
        """
        options, made = session.options, open_table(table)
        setting = made.setting
        if options.actor is None:
            raise Misused(Invalid("actor.missing"))
        if options.branch not in (None, setting.branch):
            raise Misused(Invalid("branch.not-this-table", branch=setting.branch, options_branch=options.branch))
        device = options.device or machine_name()
        file = DeviceFile(log, device, setting.branch, setting.store, made.digest, setting.position, setting.made_us)
        if slips is not None:
            slips.mkdir(parents=True, exist_ok=True)
        return cls(file, OfflineDesk(made), options.actor, slips, options.occurred_us)

    def __enter__(self) -> OfflineScanner:
        self.file.__enter__()
        for scan in self.file.log.scans:
            self.desk.again(scan)
        setting = self.desk.table.setting
        if self._now_us() > setting.made_us + len(setting.days) * DAY_US:
            print(f"The route table is of {iso(setting.made_us)}; fetch a newer one when you can.", file=sys.stderr)
        return self

    def __exit__(self, *raised: object) -> None:
        self.file.__exit__(None, None, None)

    @property
    def prompt(self) -> str:
        """Where one is and that the network is not."""
        return f"{self.desk.table.setting.branch} (no network)> "

    def scan(self, code: str, *, do: Literal["scan", "drop"]) -> dict[str, object]:
        """What to do with a code, once it is on the disk."""
        barcode, at_us = parse_barcode(code), self._now_us()
        is_clear = self.desk.is_item_code(barcode)
        slip = self.desk.scan(barcode, at_us)
        return self._kept(do, slip, at_us, code=barcode if is_clear else None, secret=None if is_clear else barcode)

    def lend(self, card: str, barcode: str) -> dict[str, object]:
        """Let a copy go with a patron; the card is sealed for the store."""
        item, number, at_us = parse_barcode(barcode), parse_barcode(card), self._now_us()
        slip = self.desk.lend(item, at_us)
        return self._kept("lend", slip, at_us, code=item, secret=number)

    def _kept(
        self, do: Literal["scan", "drop", "lend"], slip: Slip, at_us: int, *, code: str | None, secret: str | None
    ) -> dict[str, object]:
        n, header = self.file.next_n, self.file.log.header
        sealed = None
        if secret is not None:
            sealed = seal_into_box(self.desk.table.setting.box_key, secret, context=box_context(header, n))
        self.file.keep(LoggedScan(n, at_us, self.who, do, code, sealed, slip.said))
        if self.slips is not None:
            self._print(slip, n, at_us)
        return {
            "n": n,
            "item": slip.item,
            "signal": slip.said.signal,
            "headline": slip.headline,
            "route_to": slip.said.to,
            "box": slip.box,
            "sentence": slip.sentence,
            "due_us": slip.due_us,
        }

    def _print(self, slip: Slip, n: int, at_us: int) -> None:
        """The slip as a page, as online; one that tells nothing is not printed."""
        from interfaces.slips import Slip as Page
        from interfaces.slips import page_of

        if self.slips is None or slip.said.signal in ("shelve", "done"):
            return
        setting = self.desk.table.setting
        here = f"{local_day(at_us, zone_of(setting.time_zone)).isoformat()} at {setting.branch}, without the network"
        to = slip.said.to
        what = {"send": "SEND TO", "hold-shelf": "HOLD SHELF"}.get(slip.said.signal, "KEEP ASIDE")
        page = Page(
            what,
            setting.names.get(to, to) if to else "",
            slip.said.code or (slip.box or "").upper(),
            slip.item or "",
            (slip.sentence, here),
        )
        (self.slips / f"{n:06d}-{slip.item or 'unknown'}.html").write_text(page_of(page), encoding="utf-8")

    def _now_us(self) -> int:
        """What the clock of this device shows, or when it is said to have been."""
        return time.time_ns() // 1000 if self.occurred_us is None else self.occurred_us
