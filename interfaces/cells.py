"""
One value as JSON, as a cell of a CSV file, or as text for people.

Rows come from projections, receipts and events, so a value may be anything that those hold.
Instants are columns whose name ends in `_us` (microseconds UTC); they leave as ISO 8601 under a name in `_at`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Any

from circulation.clock import iso

__all__ = ["as_csv", "as_json", "as_text", "name_of", "printable", "value_of"]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")
_UNPRINTABLE = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), "�") | dict.fromkeys(map(ord, "\t\n\r"), " ")
_INSTANT = "_us"


def name_of(column: str) -> str:
    """What the column is called outside: `happened_us` becomes `happened_at`."""
    return f"{column.removesuffix(_INSTANT)}_at" if column.endswith(_INSTANT) else column


def value_of(row: object, column: str) -> object:
    """The row's value in that column, instants as ISO 8601; rows are mappings or objects with attributes."""
    value = row[column] if isinstance(row, Mapping) else getattr(row, column)
    if column.endswith(_INSTANT) and isinstance(value, int):
        return iso(value)
    return value


def as_json(value: object) -> Any:
    """The value in the words of JSON; sets are sorted, bytes are hexadecimal, what is not a number is null."""
    match value:
        case Enum():
            return as_json(value.value)
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case datetime():
            moment = value if value.tzinfo is None else value.astimezone(UTC)
            return moment.isoformat().replace("+00:00", "Z")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case bytes():
            return value.hex()
        case Mapping():
            return {str(as_json(key)): as_json(one) for key, one in value.items()}
        case Set():
            return sorted((as_json(one) for one in value), key=str)
        case Collection():
            return [as_json(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name_of(name): as_json(value_of({name: one}, name)) for name, one in pairs}
    return str(value)


def as_csv(value: object) -> str:
    """
    The cell's text; no text can be taken for a formula by a spreadsheet.

    A text that begins like one gets an apostrophe in front, which spreadsheets do not show. Numbers stay numbers.
    Line ends in a text become `\\n`: Python's writer leaves a lone carriage return unquoted, and the row breaks.
    """
    plain = as_json(value)
    if isinstance(plain, (int, float)) and not isinstance(plain, bool):
        return str(plain)
    text = _flat(plain, yes="true", no="false").replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def as_text(value: object) -> str:
    """The value for a person's eyes: one line, and nothing in it that steers a terminal."""
    return printable(_flat(as_json(value), yes="yes", no="no"))


def printable(text: str) -> str:
    """The text without control characters: line ends and tabs become blanks, the others a visible mark."""
    return text.translate(_UNPRINTABLE)


def _flat(plain: Any, *, yes: str, no: str) -> str:
    match plain:
        case None:
            return ""
        case bool():
            return yes if plain else no
        case str():
            return plain
        case list() if not any(isinstance(one, (list, dict)) for one in plain):
            return ", ".join(_flat(one, yes=yes, no=no) for one in plain)
        case list() | dict():
            return json.dumps(plain, ensure_ascii=False)
    return str(plain)
