"""
The lines of an instance's file, numbered, and numbers read from them; what is wrong is named with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from circulation.errors import Invalid

__all__ = ["MOST_NODES", "Line", "amount_in", "fields_of", "lines_of", "real_in", "signed_in", "whole_in", "wrong"]

MOST_NODES = 2_500
"""Distances of more nodes would not be held in memory sensibly."""
_MOST_BYTES = 64 << 20
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+(?:\.0*)?", re.ASCII)
_LARGEST = 1e12


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank: where it stands, and its fields."""

    file: str
    number: int
    text: str

    @property
    def fields(self) -> list[str]:
        """What blanks and tabs separate."""
        return self.text.split()


def wrong(line: Line | str, code: str, what: str, hint: str = "") -> Invalid:
    """The error that names a line, or a whole file by its name."""
    if isinstance(line, str):
        return Invalid(f"instance.{code}", f"{line} {what}.", hint)
    return Invalid(f"instance.{code}", f"Line {line.number} of {line.file} {what}.", hint)


def lines_of(file: str, content: bytes) -> list[Line]:
    """The lines that are not blank; raises `Invalid` (`instance.too-large`, `.not-text`, `.empty`)."""
    if len(content) > _MOST_BYTES:
        raise wrong(file, "too-large", f"has {len(content):,} bytes; {_MOST_BYTES:,} are the most that is read")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise wrong(Line(file, number, ""), "not-text", "is not UTF-8 text", "Is it packed, or another file?") from None
    if "\0" in text:
        number = text.count("\n", 0, text.index("\0")) + 1
        raise wrong(Line(file, number, ""), "not-text", "is not UTF-8 text", "Is it packed, or another file?")
    lines = [Line(file, number, line.strip()) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise wrong(file, "empty", "is empty")
    return lines


def real_in(line: Line, text: str, what: str) -> float:
    """A number from 0 to 10¹²; `what` names it. Coordinates may be negative: `signed_in`."""
    number = signed_in(line, text, what)
    if number < 0:
        raise wrong(line, "negative", f"gives {what} as {text[:20]}; it is 0 or more")
    return number


def signed_in(line: Line, text: str, what: str) -> float:
    """A number from -10¹² to 10¹²."""
    if not _NUMBER.fullmatch(text) or abs(float(text)) > _LARGEST:
        raise wrong(line, "number", f"gives {what} as '{text[:20]}', which is no number that can be used")
    return float(text)


def whole_in(line: Line, text: str, what: str) -> int:
    """A whole number, which may be negative."""
    if not _WHOLE.fullmatch(text) or len(text) > 15:
        raise wrong(line, "whole", f"gives {what} as '{text[:20]}'; it is a whole number")
    return int(float(text))


def amount_in(line: Line, text: str, what: str) -> int:
    """A whole number of 0 or more."""
    number = whole_in(line, text, what)
    if number < 0:
        raise wrong(line, "negative", f"gives {what} as {text[:20]}; it is 0 or more")
    return number


def fields_of(line: Line, columns: Sequence[str]) -> list[str]:
    """The fields of a line that must have just these columns."""
    fields = line.fields
    if len(fields) != len(columns):
        raise wrong(
            line, "columns", f"has {len(fields)} fields and needs {len(columns)}", f"They are: {', '.join(columns)}."
        )
    return fields
