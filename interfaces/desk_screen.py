"""
What a desk at a terminal looks and sounds like: the destination in large letters, the totals, the last scans.

Colour, icon, word and bell always say the same, so that none of them is needed alone. On a terminal that can be
cleared everything has its place on the screen; on any other the same lines follow each other.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from circulation.branch import Branch
from circulation.calendar import zone_of
from circulation.clock import SECOND_US
from interfaces.big_letters import big_lines
from interfaces.cells import printable
from interfaces.desk_tally import Scanned, Tally

__all__ = ["Answer", "DeskScreen", "Kind"]

Kind = Literal["shelve", "hold-shelf", "send", "aside", "done", "unknown", "refused"]
"""What is to be done, as a receipt's signal says it; unknown codes and refusals are kinds of their own."""


@dataclass(frozen=True, slots=True)
class _Look:
    colour: str
    icon: str
    plain_icon: str
    word: str
    bells: int


_LOOKS: dict[Kind, _Look] = {
    "shelve": _Look("green", "✓", "+", "SHELVE HERE", 0),
    "hold-shelf": _Look("blue", "◆", "*", "HOLD SHELF", 2),
    "send": _Look("yellow", "➜", ">", "SEND TO", 1),
    "aside": _Look("red", "✕", "x", "KEEP ASIDE", 3),
    "done": _Look("cyan", "✓", "+", "DONE", 0),
    "unknown": _Look("red", "?", "?", "UNKNOWN", 3),
    "refused": _Look("red", "✕", "x", "NOT DONE", 3),
}
_LAST_SCANS = 5
_BETWEEN_BELLS_SECONDS = 0.15


@dataclass(frozen=True, slots=True)
class Answer:
    """What the desk shows after one line: its kind, the large text, sentences below it, and the code it is about."""

    kind: Kind
    large: str
    sentences: Sequence[str]
    code: str = ""


class DeskScreen:
    """
    Draws on `console` for the desk of a branch; `ask` reads a line after a prompt, `ring` sounds one bell.

    `quiet` leaves out the bells.
    """

    def __init__(
        self,
        place: Branch,
        console: Console,
        *,
        ask: Callable[[str], str],
        ring: Callable[[], None],
        quiet: bool = False,
    ) -> None:
        self._console = console
        self._ask = ask
        self._ring = ring
        self._quiet = quiet
        self._place = place
        self._zone: ZoneInfo = zone_of(place.time_zone)
        self._can_be_cleared = console.is_terminal and not console.is_dumb_terminal
        self._unicode = console.encoding.lower().replace("-", "").startswith("utf")

    @classmethod
    def on_this_terminal(cls, place: Branch, *, color: bool, quiet: bool) -> DeskScreen:
        """The screen of the terminal that the command was given at."""
        console = Console(no_color=None if color else True, highlight=False, markup=False, emoji=False)

        def ring() -> None:
            sys.stdout.write("\a")
            sys.stdout.flush()
            # What is typed or scanned meanwhile waits in the terminal.
            time.sleep(_BETWEEN_BELLS_SECONDS)

        return cls(place, console, ask=input, ring=ring, quiet=quiet)

    def ask(self, prompt: str) -> str:
        """The next line that is scanned or typed. Raises `EOFError` and `KeyboardInterrupt`."""
        return self._ask(printable(prompt))

    def show(self, answer: Answer, tally: Tally, *, modes: Sequence[str]) -> None:
        """Show what the last line led to, and how the session stands."""
        look = _LOOKS[answer.kind]
        if self._can_be_cleared:
            self._console.clear()
            self._console.print(self._header(modes))
        self._console.print(self._panel(answer, look))
        self._console.print(Text(self._totals(tally), style="bold"))
        if self._can_be_cleared:
            self._console.print(self._last_scans(tally))
        if not self._quiet:
            for _ in range(look.bells):
                self._ring()

    def say(self, lines: Sequence[str]) -> None:
        """Plain lines, such as the help."""
        for line in lines:
            self._console.print(Text(printable(line)))

    def open(self, lines: Sequence[str], *, modes: Sequence[str]) -> None:
        """The first screen of a session."""
        if self._can_be_cleared:
            self._console.clear()
        self._console.print(self._header(modes))
        self.say(lines)

    def close(self, tally: Tally, *, minutes: int) -> None:
        """The summary at the end: scans, and copies by destination and by tote."""
        table = Table(box=None, show_header=False, padding=(0, 1))
        table.add_column(justify="right")
        table.add_column()
        for name, count in (*tally.by_destination(), *((f"packed in {name}", n) for name, n in tally.by_tote())):
            table.add_row(str(count), Text(printable(name)))
        told = f"{_counted(len(tally.scans), 'scan')} in {_counted(minutes, 'minute')} at {self._place.name}."
        self._console.print(Text(printable(told), style="bold"))
        self._console.print(table)

    def time_of(self, at_us: int) -> str:
        """The time on the wall of the branch, as `09:41:03`."""
        return f"{datetime.fromtimestamp(at_us // SECOND_US, tz=self._zone):%H:%M:%S}"

    # --- pieces -------------------------------------------------------------------------------------------------------

    def _header(self, modes: Sequence[str]) -> Rule:
        between = " · " if self._unicode else " - "
        title = Text(printable(between.join((self._place.name, *modes))), style="bold")
        return Rule(title, align="left", characters="─" if self._unicode else "-")

    def _panel(self, answer: Answer, look: _Look) -> Group | Panel:
        icon = look.icon if self._unicode else look.plain_icon
        width = max(20, self._console.width - 6)
        drawn = big_lines(answer.large, width, block="█" if self._unicode else "#")
        large = "\n".join(drawn) if drawn else " ".join(printable(answer.large).upper())
        parts: list[Text | Padding] = [Text(large, style=f"bold {look.colour}")]
        if drawn:
            parts.append(Text(printable(answer.large), style="bold"))
        sentences = [Text(printable(sentence)) for sentence in answer.sentences if sentence]
        parts.append(Padding(Group(*sentences), (1, 0, 0, 0)))
        word = Text(f"{icon} {look.word}", style=f"bold {look.colour}")
        if answer.code:
            word.append(f"  {printable(answer.code)}", style="default")
        if not self._can_be_cleared:
            return Group(Text(), word, *parts)
        return Panel(Group(*parts), title=word, title_align="left", border_style=look.colour, padding=(1, 2))

    def _totals(self, tally: Tally) -> str:
        between = " · " if self._unicode else " - "
        counts = [f"{name} {count}" for name, count in tally.by_destination()]
        totes = [f"tote {name}: {count}" for name, count in tally.by_tote()]
        return printable(between.join([_counted(len(tally.scans), "scan"), *counts, *totes]))

    def _last_scans(self, tally: Tally) -> Table:
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), style="dim")
        for scanned in reversed(tally.scans[-_LAST_SCANS:]):
            table.add_row(self.time_of(scanned.at_us), *(Text(printable(text)) for text in _brief(scanned)))
        return table


def _brief(scanned: Scanned) -> tuple[str, str, str]:
    return scanned.code, scanned.goes, scanned.receipt.filling or ""


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
