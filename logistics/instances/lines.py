"""
The lines of an instance's file, numbered, and numbers read from them; what is wrong is named with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from circulation.errors import Invalid

__all__ = ["MOST_NODES", "Line", "amount_in", "fields_of", "lines_of", "real_in", "signed_in", "whole_in"]

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
    def place(self) -> str:
        """Where it stands, for an error about it."""
        return f"Line {self.number} of {self.file}"

    @property
    def fields(self) -> list[str]:
        """What blanks and tabs separate."""
        return self.text.split()


def lines_of(file: str, content: bytes) -> list[Line]:
    """The lines that are not blank; raises `Invalid` (`instance.too-large`, `.not-text`, `.empty`)."""
    if len(content) > _MOST_BYTES:
        raise Invalid("instance.too-large", file=file, content=len(content), most_bytes=_MOST_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise Invalid("instance.not-text", place=Line(file, number, "").place) from None
    if "\0" in text:
        number = text.count("\n", 0, text.index("\0")) + 1
        raise Invalid("instance.not-text", place=Line(file, number, "").place)
    lines = [Line(file, number, line.strip()) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise Invalid("instance.empty", file=file)
    return lines


def real_in(line: Line, text: str, what: str) -> float:
    """A number from 0 to 10¹²; `what` names it. Coordinates may be negative: `signed_in`."""
    number = signed_in(line, text, what)
    if number < 0:
        raise Invalid("instance.negative", place=line.place, what=what, text=text[:20])
    return number


def signed_in(line: Line, text: str, what: str) -> float:
    """A number from -10¹² to 10¹²."""
    if not _NUMBER.fullmatch(text) or abs(float(text)) > _LARGEST:
        raise Invalid("instance.number", place=line.place, what=what, text=text[:20])
    return float(text)


def whole_in(line: Line, text: str, what: str) -> int:
    """A whole number, which may be negative."""
    if not _WHOLE.fullmatch(text) or len(text) > 15:
        raise Invalid("instance.whole", place=line.place, what=what, text=text[:20])
    return int(float(text))


def amount_in(line: Line, text: str, what: str) -> int:
    """A whole number of 0 or more."""
    number = whole_in(line, text, what)
    if number < 0:
        raise Invalid("instance.negative", place=line.place, what=what, text=text[:20])
    return number


def fields_of(line: Line, columns: Sequence[str]) -> list[str]:
    """The fields of a line that must have just these columns."""
    fields = line.fields
    if len(fields) != len(columns):
        raise Invalid(
            "instance.columns",
            place=line.place,
            fields=len(fields),
            columns=len(columns),
            the_columns=", ".join(columns),
        )
    return fields
