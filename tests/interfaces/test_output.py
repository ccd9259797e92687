"""The forms of output: what a script may rely on and what a person sees."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interfaces.cells import as_csv, as_json, as_text
from interfaces.output import Format, Output

COLUMNS = ["barcode", "title", "loans"]
ROWS = [
    {"barcode": "1", "title": "Emma", "loans": 12},
    {"barcode": "2", "title": None, "loans": 3},
]


@dataclass(frozen=True, slots=True)
class Loan:
    barcode: str
    due_us: int


class Place(NamedTuple):
    barcode: str
    due_us: int


class Reason(Enum):
    HOME = "home"


class Terminal(io.StringIO):
    """A stream that says it is a terminal, 80 wide."""

    def isatty(self) -> bool:
        return True


@contextmanager
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """Inside the block both streams are a colourful terminal."""
    stream = Terminal()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with redirect_stdout(stream), redirect_stderr(stream):
        yield stream


@pytest.mark.parametrize(
    ("form", "printed"),
    [
        (
            Format.JSON,
            '[\n{"barcode": "1", "title": "Emma", "loans": 12},\n{"barcode": "2", "title": null, "loans": 3}\n]\n',
        ),
        (
            Format.NL,
            '{"barcode": "1", "title": "Emma", "loans": 12}\n{"barcode": "2", "title": null, "loans": 3}\n',
        ),
        (Format.CSV, "barcode,title,loans\n1,Emma,12\n2,,3\n"),
        (
            Format.TABLE,
            "Borrowed\nbarcode  title  loans\n1        Emma      12\n2                   3\n",
        ),
    ],
)
def test_a_listing_in_each_form(form: Format, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the table has a title; it would be in the way of a script."""
    Output(form).emit(ROWS, COLUMNS, title="Borrowed")

    told = capsys.readouterr()
    assert printed == told.out
    assert told.err == ""


@pytest.mark.parametrize(
    ("form", "printed"),
    [
        (Format.JSON, "[]\n"),
        (Format.NL, ""),
        (Format.CSV, "barcode,title,loans\n"),
        (Format.TABLE, "barcode  title  loans\n"),
    ],
)
def test_an_empty_listing_is_still_data(form: Format, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A script that reads JSON must never meet a sentence."""
    Output(form).emit([], COLUMNS)

    assert printed == capsys.readouterr().out


@pytest.mark.parametrize("form", [Format.JSON, Format.NL, Format.CSV])
def test_rows_are_written_as_they_come(form: Format, capsys: pytest.CaptureFixture[str]) -> None:
    """A million rows need no memory, and the first is there at once."""
    seen: list[str] = []

    def rows() -> object:
        yield {"n": 1}
        seen.append(capsys.readouterr().out)
        yield {"n": 2}

    Output(form).emit(rows(), ["n"])  # type: ignore[arg-type]

    assert "1" in seen[0]


def test_a_table_at_a_terminal_is_ruled_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too wide is folded, never cut."""
    with at_a_terminal(monkeypatch) as terminal:
        Output().emit([{"title": "long " * 40 + "end"}], ["title"], title="Titles")

    drawn = terminal.getvalue()
    assert "─" in drawn
    assert "end" in drawn
    assert "…" not in drawn


def test_square_brackets_in_a_title_are_not_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cataloguers write them all the time."""
    with at_a_terminal(monkeypatch) as terminal:
        Output().emit([{"title": "Poems [bold]new[/bold] :books:"}], ["title"])

    assert "Poems [bold]new[/bold] :books:" in terminal.getvalue()


def test_colours_are_left_out_where_they_are_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """By --no-color, which reaches here as `color=False`."""
    with at_a_terminal(monkeypatch) as terminal:
        Output(color=False).emit(ROWS, COLUMNS, title="Borrowed")
        with Output(color=False).progress("Reading", total=2) as advance:
            advance(2)

    assert "Borrowed" in terminal.getvalue()
    assert not re.search(r"\x1b\[(\d+;)*[39][0-7]m", terminal.getvalue())


def test_instants_are_iso_8601_under_a_name_in_at(capsys: pytest.CaptureFixture[str]) -> None:
    """Rows may be dataclasses, named tuples or mappings."""
    due_us = 1_795_528_800_000_000
    rows = [Loan("1", due_us), Place("1", due_us), {"barcode": "1", "due_us": due_us}]

    Output(Format.NL).emit(rows, ["barcode", "due_us"])

    assert ['{"barcode": "1", "due_at": "2026-11-24T14:00:00Z"}'] * 3 == capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("form", "printed"),
    [
        (Format.JSON, '{\n  "barcode": "1",\n  "due_at": "2026-11-24T14:00:00Z"\n}\n'),
        (Format.NL, '{"barcode": "1", "due_at": "2026-11-24T14:00:00Z"}\n'),
        (Format.CSV, "barcode,due_at\n1,2026-11-24T14:00:00Z\n"),
        (Format.TABLE, "One loan\nbarcode  1\ndue at   2026-11-24T14:00:00Z\n"),
    ],
)
def test_one_thing_in_each_form(form: Format, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`item show` and receipts."""
    Output(form).show(Loan("1", 1_795_528_800_000_000), ["barcode", "due_us"], title="One loan")

    assert printed == capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Reason.HOME, "home"),
        (datetime(2026, 11, 24, 14, tzinfo=UTC), "2026-11-24T14:00:00Z"),
        (date(2026, 11, 24), "2026-11-24"),
        (timedelta(minutes=2), 120.0),
        (b"\x0f", "0f"),
        (Path("out") / "map.html", "out/map.html"),
        (float("nan"), None),
        ({"b", "a"}, ["a", "b"]),
        ((1, Reason.HOME), [1, "home"]),
        ({Reason.HOME: (1,)}, {"home": [1]}),
        (Loan("1", 0), {"barcode": "1", "due_at": "1970-01-01T00:00:00Z"}),
    ],
)
def test_values_in_the_words_of_json(value: object, plain: object) -> None:
    """Whatever projections and events hold."""
    assert plain == as_json(value)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_text_becomes_a_formula_in_a_spreadsheet(start: str) -> None:
    """A title typed by anybody is opened by everybody."""
    assert as_csv(f"{start}HYPERLINK('x')").startswith("'")


@pytest.mark.parametrize(
    ("value", "cell"), [(-5, "-5"), (-2.5, "-2.5"), (True, "true"), (None, ""), (["a", "b"], "a, b"), ("a-b", "a-b")]
)
def test_what_is_no_text_stays_as_it_is_in_csv(value: object, cell: str) -> None:
    """A negative number is no formula."""
    assert cell == as_csv(value)


@given(st.text())
@example("\r0")
def test_a_csv_file_gives_its_cells_back(text: str) -> None:
    """Quotes, commas and line ends in titles included; only the guard is added."""
    with redirect_stdout(io.StringIO(newline="")) as written:
        Output(Format.CSV).emit([{"text": text, "more": "end"}], ["text", "more"])

    (_header, (cell, more)) = csv.reader(io.StringIO(written.getvalue(), newline=""))
    ends_alike = text.replace("\r\n", "\n").replace("\r", "\n")
    assert cell in {ends_alike, f"'{ends_alike}"}
    assert more == "end"


@given(st.text())
def test_text_for_people_is_one_line_that_cannot_steer_a_terminal(text: str) -> None:
    """Imported titles are hostile until shown."""
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in as_text(text))


def test_notes_go_to_stderr_and_are_silent_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """Data on stdout stays data."""
    Output(Format.JSON).note("12 rejected")
    Output(quiet=True).note("12 rejected")

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "12 rejected\n"


@pytest.mark.parametrize("quiet", [True, False])
def test_progress_is_drawn_at_a_terminal_only(quiet: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """A log file does not want a bar, and nobody wants one who said --quiet."""
    with Output(quiet=quiet).progress("Reading", total=2) as advance:
        advance(2)

    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("total", [1000, None])
def test_progress_shows_how_many_are_done(total: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of how many, where that is known."""
    with at_a_terminal(monkeypatch) as terminal, Output().progress("Reading items", total=total) as advance:
        advance(1000)

    drawn = terminal.getvalue()
    assert "Reading items" in drawn
    assert ("1,000 of 1,000" if total else "1,000") in drawn


def test_json_survives_every_alphabet(capsys: pytest.CaptureFixture[str]) -> None:
    """Written as it is, not as escapes."""
    Output(Format.JSON).emit([{"title": "Łódź 東京"}], ["title"])

    printed = capsys.readouterr().out
    assert "Łódź 東京" in printed
    assert [{"title": "Łódź 東京"}] == json.loads(printed)
