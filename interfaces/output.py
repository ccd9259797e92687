"""
How the command line speaks: data on stdout, everything else on stderr.

A listing is a table for people, or JSON, JSON lines or CSV where a script asked for it; the form never changes
because the output is piped, only the table's rulings go. An empty listing is still `[]` or a header.
Notes and progress are for people and fall silent with `--quiet`; progress is drawn only on a terminal.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TextIO

from interfaces.cells import as_csv, as_json, as_text, name_of, printable, value_of

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Advance", "Format", "Opened", "Output"]

Advance = Callable[[int], None]
"""Says that so many more are done."""

Opened = Callable[[Any], Any]
"""Gives a value with every sealed text in it opened."""


def _as_it_is(value: Any) -> Any:
    return value


class Format(StrEnum):
    """The form of data on stdout."""

    TABLE = "table"
    JSON = "json"
    NL = "nl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Output:
    """
    Where a command sends what it has to say.

    `quiet` silences notes and progress, never data or errors; `color` False draws without colours. `opened` opens
    what somebody typed and the log keeps sealed (`circulation/words.py`), in whatever is shown.
    """

    format: Format = Format.TABLE
    quiet: bool = False
    color: bool = True
    opened: Opened = _as_it_is

    @property
    def as_recorded(self) -> Output:
        """The same that opens nothing: for events as the log has them, byte for byte."""
        return replace(self, opened=_as_it_is)

    def emit(self, rows: Iterable[object], columns: Sequence[str], *, title: str | None = None) -> None:
        """
        Print a listing; rows are mappings or objects that have every one of `columns`.

        JSON, JSON lines and CSV are written as the rows come; a table needs them all for its widths.
        A column `…_us` holds microseconds UTC and is printed as ISO 8601 under the name `…_at`.
        """
        opened = ([self.opened(value_of(row, column)) for column in columns] for row in rows)
        match self.format:
            case Format.JSON:
                _emit_json(opened, columns)
            case Format.NL:
                for values in opened:
                    _line(_record(values, columns))
            case Format.CSV:
                _emit_csv(opened, columns)
            case Format.TABLE:
                cells = list(opened)
                headings = [name_of(column).replace("_", " ") for column in columns]
                self._emit_table(cells, headings, self.opened(title))

    def show(self, record: object, columns: Sequence[str], *, title: str | None = None) -> None:
        """Print one thing: its columns below each other, one JSON object, or a CSV of one row."""
        values = [self.opened(value_of(record, column)) for column in columns]
        match self.format:
            case Format.JSON:
                print(json.dumps(_record(values, columns), ensure_ascii=False, indent=2))
            case Format.NL:
                _line(_record(values, columns))
            case Format.CSV:
                _emit_csv([values], columns)
            case Format.TABLE:
                if title:
                    print(printable(self.opened(title)))
                names = [name_of(column).replace("_", " ") for column in columns]
                width = max(map(len, names), default=0)
                for name, value in zip(names, values, strict=True):
                    print(f"{name:<{width}}  {as_text(value)}".rstrip())

    def note(self, text: str) -> None:
        """Tell the person at the terminal something that is not data."""
        if not self.quiet:
            print(printable(self.opened(text)), file=sys.stderr)

    @contextmanager
    def progress(self, what: str, *, total: int | None = None) -> Iterator[Advance]:
        """
        A bar with rate and remaining time while the block runs; the block calls what it is given with each step.

        `total` unset means that nobody knows how many there will be.
        """
        if self.quiet or not sys.stderr.isatty():
            yield lambda _steps: None
            return
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f}" if total is None else "{task.completed:,.0f} of {task.total:,.0f}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self._console(sys.stderr), transient=True) as bars:
            task = bars.add_task(what, total=total, rate="")

            def advance(steps: int) -> None:
                bars.update(task, advance=steps)
                speed = bars.tasks[0].speed
                if speed:
                    bars.update(task, rate=f"{speed:,.0f}/s")

            yield advance

    def _emit_table(self, cells: Sequence[Sequence[object]], headings: Sequence[str], title: str | None) -> None:
        texts = [[as_text(cell) for cell in row] for row in cells]
        numeric = [_is_numeric([row[place] for row in cells]) for place in range(len(headings))]
        if not sys.stdout.isatty():
            if title:
                print(printable(title))
            _emit_aligned(texts, headings, numeric)
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(title=printable(title) if title else None, box=box.SIMPLE_HEAD, title_justify="left")
        for heading, right in zip(headings, numeric, strict=True):
            table.add_column(heading, justify="right" if right else "left", overflow="fold")
        for row in texts:
            table.add_row(*(Text(text) for text in row))
        self._console(sys.stdout).print(table)

    def _console(self, stream: TextIO) -> Console:
        from rich.console import Console

        # None leaves the decision to rich, which honours NO_COLOR.
        return Console(file=stream, no_color=None if self.color else True, highlight=False, markup=False, emoji=False)


def _record(values: Sequence[object], columns: Sequence[str]) -> dict[str, object]:
    return {name_of(column): as_json(value) for column, value in zip(columns, values, strict=True)}


def _line(record: dict[str, object]) -> None:
    print(json.dumps(record, ensure_ascii=False))


def _emit_json(rows: Iterable[Sequence[object]], columns: Sequence[str]) -> None:
    """An array with one element a line, written as the rows come."""
    opened = False
    for row in rows:
        print(",\n" if opened else "[\n", json.dumps(_record(row, columns), ensure_ascii=False), sep="", end="")
        opened = True
    print("\n]" if opened else "[]")


def _emit_csv(rows: Iterable[Sequence[object]], columns: Sequence[str]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([name_of(column) for column in columns])
    writer.writerows([as_csv(value) for value in row] for row in rows)


def _emit_aligned(texts: Sequence[Sequence[str]], headings: Sequence[str], numeric: Sequence[bool]) -> None:
    """The table without rulings: columns two blanks apart, numbers to the right."""
    from rich.cells import cell_len

    lines = [list(headings), *(list(row) for row in texts)]
    widths = [max(cell_len(line[place]) for line in lines) for place in range(len(headings))]
    for line in lines:
        padded = (
            " " * (width - cell_len(text)) + text if right else text + " " * (width - cell_len(text))
            for text, width, right in zip(line, widths, numeric, strict=True)
        )
        print("  ".join(padded).rstrip())


def _is_numeric(values: Sequence[object]) -> bool:
    present = [value for value in values if value is not None]
    return bool(present) and all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in present)
