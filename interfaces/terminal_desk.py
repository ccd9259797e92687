"""
A desk at a terminal, to be used all day: scan, look, put the book where it says.

The destination stands in large letters with a word and a sound, so that nobody has to read.
`u` undoes the last scan, `t CODE` packs what travels into a tote, `s` seals it, `?` explains, an empty end leaves.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from circulation.clock import system_clock
from circulation.command import Caller
from circulation.desk import Desk
from circulation.errors import BranchlineError
from circulation.receipt import Receipt
from interfaces.slips import write_slip

__all__ = ["TerminalDesk"]

_LOOK = {
    "shelve": ("green", "✓ SHELVE HERE", ""),
    "hold-shelf": ("blue", "◆ HOLD SHELF", "\a\a"),
    "send": ("yellow", "➜ SEND TO", "\a"),
    "aside": ("red", "✕ KEEP ASIDE", "\a\a\a"),
    "done": ("white", "DONE", ""),
}
_HELP = "scan a code · u undo the last scan · t CODE pack into that tote · t no tote · s seal the tote · q leave"


class TerminalDesk:
    """One session at a desk; `finish` gives its totals."""

    def __init__(
        self,
        desk: Desk,
        caller: Caller,
        console: Console,
        *,
        tote: str | None = None,
        sort: bool = False,
        slips: Path | None = None,
    ) -> None:
        self._desk, self._caller, self._console = desk, caller, console
        self._tote, self._sort, self._slips = tote, sort, slips
        self._last: str | None = None
        self._by_destination: Counter[str] = Counter()
        self._by_tote: Counter[str] = Counter()

    def run(self, lines: Iterable[str]) -> None:
        """Work through what is typed and scanned until it ends or says `q`."""
        self._console.print(f"[bold]{self._caller.desk}[/bold]  {_HELP}", highlight=False)
        for line in lines:
            word = line.strip()
            if word in ("q", "quit", "exit"):
                break
            if word:
                self._one(word)
        self.finish()

    def _one(self, word: str) -> None:
        try:
            self._answer(word)
        except BranchlineError as error:
            self._console.print(Panel(Text(f"{error.sentence}\n{error.hint}"), title="✕ NOT DONE", style="red"))
            self._ring("\a\a\a")

    def _answer(self, word: str) -> None:
        command, _, rest = word.partition(" ")
        if word == "?":
            self._console.print(_HELP, highlight=False)
        elif command == "t":
            self._tote = rest.strip() or None
            self._console.print(f"tote: {self._tote or 'none'}", highlight=False)
        elif word == "s" and self._tote is not None:
            self._show(self._desk.totes.seal(self._caller, self._tote))
            self._tote = None
        elif word == "u":
            self._undo()
        else:
            receipt = self._desk.scan(self._caller, word, tote=self._tote, sort=self._sort)
            self._last = receipt.item
            self._by_destination[receipt.route_to or "stays here"] += 1
            if receipt.filling:
                self._by_tote[receipt.filling] += 1
            self._show(receipt)
            if self._slips is not None:
                write_slip(self._slips, receipt, at_us=system_clock())

    def _undo(self) -> None:
        if self._last is None:
            self._console.print("There is no scan of this session to undo.", style="red")
            return
        self._show(self._desk.undo(self._caller, self._last))
        self._last = None

    def _show(self, receipt: Receipt) -> None:
        colour, word, sound = _LOOK[receipt.signal]
        large = " ".join((receipt.route_to or receipt.headline).upper())
        body = Text(f"{large}\n\n", style=f"bold {colour}", justify="center")
        body.append(receipt.sentence, style="default")
        if receipt.filling:
            body.append(f"\ntote {receipt.filling}: {self._by_tote[receipt.filling]} items", style="default")
        self._console.print(Panel(body, title=word, style=colour, subtitle=receipt.item))
        self._ring(sound)

    def _ring(self, sound: str) -> None:
        if self._console.is_terminal and sound:
            self._console.file.write(sound)
            self._console.file.flush()

    def finish(self) -> None:
        """Say what was scanned, by destination and by tote."""
        total = sum(self._by_destination.values())
        self._console.print(f"[bold]{total} scans[/bold]", highlight=False)
        for name, count in (*self._by_destination.most_common(), *sorted(self._by_tote.items())):
            self._console.print(f"  {count:5d}  {name}", highlight=False)


def typed(prompt: str) -> Iterable[str]:
    """What is typed at the terminal, line by line, until end of file or Ctrl-C."""
    ask: Callable[[str], str] = input
    while True:
        try:
            yield ask(prompt)
        except (EOFError, KeyboardInterrupt):
            sys.stdout.write("\n")
            return
