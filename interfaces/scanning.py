"""
Scans named on the command line or read from stdin, for `scan` and `sort`: a line in, a line out.

What cannot be recorded costs its own line only and is listed at the end; what concerns every line ends it all.
A desk for a person is in `terminal_desk.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

import typer

from circulation.barcode import parse_name
from circulation.command import new_request
from circulation.errors import BranchlineError, Conflict, Invalid, Refused, Unknown
from interfaces.cells import printable
from interfaces.command_tree import Misused
from interfaces.context import Session
from interfaces.exit_code import ExitCode
from interfaces.output import Format
from interfaces.scanned_lines import ScannedLine, read_lines
from interfaces.unnamed import without_cards

if TYPE_CHECKING:
    from circulation.command import Caller
    from circulation.desk import Desk
    from circulation.receipt import Receipt
    from interfaces.slips import Slips

__all__ = ["Way", "open_slips", "scan_all"]

COLUMNS = (
    "line", "item", "code", "headline", "sentence", "signal", "route_to", "reason", "hold", "filling",
    "position", "repeated",
)  # fmt: skip

_FILES = "scanned-lines"
"""The device of lines that name time and branch: the same file given on another machine is still the same."""


@dataclass(frozen=True, slots=True)
class Way:
    """How everything of one session is scanned: into which tote, sorting or not, out of the drop, out of which tote."""

    tote: str | None = None
    sort: bool = False
    drop: bool = False
    out_of: str | None = None

    @property
    def by(self) -> Literal["desk", "drop", "import"]:
        """How it came in, as the events say it."""
        return "drop" if self.drop else "desk"

    def times(self, occurred_us: int | None, by: str) -> dict[str, int | None]:
        """What `--occurred-at` says to the desk: when it was scanned, or when it came into the book drop."""
        return {"dropped_us" if by == "drop" else "happened_us": occurred_us}


def scan_all(session: Session, codes: list[str], *, branch: str | None, way: Way, slips: Path | None = None) -> None:
    """
    Scan the codes, or with `-` the lines of stdin, or without codes what comes at a terminal.

    `branch` is where, None if every line says so itself. Exits 1 when a line could not be recorded.
    """
    if not codes:
        if sys.stdin.isatty() and session.options.format is Format.TABLE:
            _open_desk(session, branch, way, slips)
            return
        raise Misused(Invalid("scan.nothing"))
    are_named = codes != ["-"]
    is_alone = are_named and len(codes) == 1
    scanner = _Scanner(session, branch, way, open_slips(session, slips), are_named=are_named, is_alone=is_alone)
    if are_named:
        lines: Iterable[bytes] = (code.encode() for code in codes)
    else:
        lines = sys.stdin.buffer
        # Whoever reads our answers through a pipe gets each one as it comes.
        getattr(sys.stdout, "reconfigure", lambda **_settings: None)(line_buffering=True)
    try:
        _tell(session, scanner.rows(lines))
    finally:
        for number, reason in scanner.rejects:
            print(f"line {number}: {printable(reason)}", file=sys.stderr)
    if scanner.rejects:
        raise typer.Exit(ExitCode.FAILED)


def open_slips(session: Session, folder: Path | None) -> Slips | None:
    """Where the session's slips go; None without a folder."""
    if folder is None:
        return None
    from interfaces.slips import Slips

    folder.mkdir(parents=True, exist_ok=True)
    return Slips(folder, session.part("desk"), session.part("courier"))


def _open_desk(session: Session, branch: str | None, way: Way, slips: Path | None) -> None:
    from interfaces.desk_screen import DeskScreen
    from interfaces.terminal_desk import TerminalDesk

    if branch is None:
        raise Misused(Invalid("branch.missing:desk"))
    desk: Desk = session.part("desk")
    place = desk.places.branch(branch)
    screen = DeskScreen.on_this_terminal(place, color=session.options.color, quiet=session.options.quiet)
    terminal = TerminalDesk(
        desk,
        replace(session.caller, desk=branch),
        screen,
        way=way,
        slips=open_slips(session, slips),
        courier=session.part("courier"),
        occurred_us=session.options.occurred_us,
        opened=session.opened,
    )
    if not terminal.run():
        raise typer.Exit(ExitCode.INTERRUPTED)


def _tell(session: Session, rows: Iterator[dict[str, object]]) -> None:
    """One answer a line for people as well: a table would have to wait for the last one."""
    if session.options.format is not Format.TABLE:
        session.output.emit(rows, COLUMNS)
        return
    for row in rows:
        text = f"{row['item'] or '':<16}  {row['headline']:<24}  {row['sentence']}"
        print(printable(session.opened(text)).rstrip())


@dataclass(slots=True)
class _Scanner:
    """
    Carries the lines to the desk; `rejects` are line numbers with reasons.

    `are_named` says that they are codes from the command line, each a new beep; `is_alone` that there is only one.
    """

    session: Session
    branch: str | None
    way: Way
    slips: Slips | None
    are_named: bool
    is_alone: bool
    rejects: list[tuple[int, str]] = field(default_factory=list)
    _used: dict[str, int] = field(default_factory=dict)
    desk: Desk = field(init=False)
    caller: Caller = field(init=False)

    def __post_init__(self) -> None:
        self.desk = self.session.part("desk")
        self.caller = replace(self.session.caller, desk=self.branch or "")
        if self.branch is not None:
            self.desk.places.branch(self.branch)

    def rows(self, lines: Iterable[bytes]) -> Iterator[dict[str, object]]:
        """One row for each line that is not empty."""
        how = f"{self.branch} {self.way}"
        for found in read_lines(lines, zone_at=self._zone, occurred_us=self.session.options.occurred_us, how=how):
            if isinstance(found, tuple):
                yield self._rejected(*found, item=None)
                continue
            try:
                receipt = self._scan(found)
            except BranchlineError as error:
                # A card is answered and not kept, not even on paper.
                is_secret = error.code in ("scan.card", "barcode.unreadable")
                yield self._rejected(found.line, error, item=None if is_secret else found.code)
                continue
            if self.slips is not None:
                self.slips.write(receipt, branch=found.branch or self.branch or "", at_us=self._at(found))
            yield self._row(found, receipt)

    def _scan(self, line: ScannedLine) -> Receipt:
        if line.branch is None and self.branch is None:
            raise Invalid("branch.missing:line")
        given = self.session.options.request
        if given is not None:
            return self._record(line, given if self.is_alone else f"{given}-{line.line}")
        if line.happened_us is not None:
            return self._record(line, f"{line.series}-{line.nth}")
        if self.are_named:
            return self._record(line, new_request())
        nth = self._used.get(line.series, 0)
        while True:
            nth += 1
            receipt = self._record(line, f"{line.series}-{nth}")
            if not receipt.repeated or not self._moved_since(line, receipt):
                self._used[line.series] = nth
                return receipt
            # Another day's beep of the same copy: something else happened to it since the one that is known.

    def _record(self, line: ScannedLine, request: str) -> Receipt:
        caller, by = self.caller, self.way.by
        if line.branch is not None:
            caller, by = replace(caller, desk=line.branch, device=_FILES), "import"
        return self.desk.scan(
            caller,
            line.code,
            tote=self.way.tote,
            sort=self.way.sort,
            out_of=self.way.out_of,
            by=by,
            request=request,
            **self.way.times(line.happened_us, by),
        )

    def _moved_since(self, line: ScannedLine, receipt: Receipt) -> bool:
        """Whether anything but these lines happened to the copy after what the receipt tells."""
        from circulation.item import item_stream

        if receipt.item is None:
            return False
        return any(
            fact.position > receipt.position and not fact.request.startswith(line.series)
            for fact in self.desk.ledger.stream(item_stream(receipt.item))
        )

    def _row(self, line: ScannedLine, receipt: Receipt) -> dict[str, object]:
        sentence = receipt.sentence
        if receipt.route_to is not None and receipt.filling is None and (self.way.tote or self.way.sort):
            sentence += f" Not packed: {self._tote_wanted(line, receipt)}."
        if receipt.repeated:
            sentence += " It was recorded before."
        told = {name: getattr(receipt, name) for name in COLUMNS if name not in ("line", "item", "sentence")}
        return {"line": line.line, "item": receipt.item or line.code, "sentence": sentence, **told}

    def _tote_wanted(self, line: ScannedLine, receipt: Receipt) -> str:
        here, to = line.branch or self.branch or "", receipt.route_to or ""
        stop = self.session.part("courier").next_stop(here, to, receipt.reason or "", self._at(line))
        if stop is None:
            return f"there is no way from {here} to {to}"
        return f"it needs a tote to {stop.destination} ({stop.purpose})"

    def _at(self, line: ScannedLine) -> int:
        return self.desk.commands.clock() if line.happened_us is None else line.happened_us

    def _rejected(self, number: int, error: BranchlineError, *, item: str | None) -> dict[str, object]:
        """The row of a line that was not recorded; raises what would meet every other line as well."""
        concerns_all = not isinstance(error, (Unknown, Invalid, Refused)) or error.code in _CONCERN_ALL
        if concerns_all or isinstance(error, Conflict) or self.is_alone:
            raise error
        said = without_cards(f"{error.sentence} {error.hint}".rstrip(), self.desk.borrowers.is_card)
        self.rejects.append((number, said))
        told = {"line": number, "item": item, "code": error.code, "headline": "Not recorded", "signal": "aside"}
        return {**dict.fromkeys(COLUMNS), **told, "sentence": said}

    def _zone(self, branch: str) -> ZoneInfo:
        from circulation.calendar import zone_of

        return zone_of(self.desk.places.branch(parse_name(branch, what="branch")).time_zone)


_CONCERN_ALL = ("actor.unknown", "actor.not-allowed", "actor.missing")
