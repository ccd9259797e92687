"""
What stood at any past position: current rows and ended intervals, asked as one.

A subject has at most one interval open at a position. The open ones are rows of a keyed table,
the ended ones rows of a trail with `to_pos`, the position from which they held no longer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Table, select, union_all

from circulation.clock import parse_instant
from projections.projection import Log
from projections.table import KeyedTable, TrailTable

__all__ = ["Condition", "halves", "position_of", "standing"]

Condition = Callable[[Any], ColumnElement[bool]]


def position_of(log: Log, text: str | None) -> int | None:
    """
    The position that a person means by `--as-of`: a number, or a time that is looked up in the log.

    None means now. Raises `Invalid` (`time.unreadable`) for what is neither.
    """
    if text is None:
        return None
    if text.strip().isdigit():
        return int(text)
    return log.position_at(parse_instant(text))


def halves(
    now: KeyedTable[Any], past: TrailTable[Any], as_of: int | None
) -> list[tuple[Table, list[ColumnElement[bool]]]]:
    """The tables to ask about a position, or about now, each with its conditions."""
    if as_of is None:
        return [(now.sql, [])]
    return [
        (now.sql, [now.sql.c.from_pos <= as_of]),
        (past.sql, [past.sql.c.from_pos <= as_of, past.sql.c.to_pos > as_of]),
    ]


def standing(
    now: KeyedTable[Any],
    past: TrailTable[Any],
    columns: Sequence[str],
    *,
    as_of: int | None,
    where: Condition | None = None,
) -> CompoundSelect[Any]:
    """The rows that stood at a position, or stand now; `where` is given the columns of either table."""
    asked = []
    for table, conditions in halves(now, past, as_of):
        wanted = conditions if where is None else [*conditions, where(table.c)]
        asked.append(select(*(table.c[name] for name in columns)).where(*wanted))
    return union_all(*asked)
