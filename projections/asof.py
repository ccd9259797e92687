"""
What stood at any past position: current rows and ended intervals, asked as one.

A subject has at most one interval open at a position. The open ones are rows of a keyed table,
the ended ones rows of a trail with `to_pos`, the position from which they held no longer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, CompoundSelect, Connection, Table, select, text, union_all

from circulation.clock import parse_instant
from projections.projection import Log
from projections.table import KeyedTable, TrailTable

__all__ = ["Condition", "Position", "ended_after", "ended_upto", "halves", "position_of", "standing"]

Condition = Callable[[Any], ColumnElement[bool]]
Position = int | BindParameter[int]
"""A position, or a place for one in a question that is asked again and again."""


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
    now: KeyedTable[Any], past: TrailTable[Any], as_of: Position | None
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
    as_of: Position | None,
    where: Condition | None = None,
) -> CompoundSelect[Any]:
    """The rows that stood at a position, or stand now; `where` is given the columns of either table."""
    asked = []
    for table, conditions in halves(now, past, as_of):
        wanted = conditions if where is None else [*conditions, where(table.c)]
        asked.append(select(*(table.c[name] for name in columns)).where(*wanted))
    return union_all(*asked)


def ended_after(connection: Connection, past: Table, after: int) -> list[ColumnElement[bool]]:
    """
    The condition that a row of a trail ended behind a position, such that the rows before it are not even read.

    SQLite numbers rows as they are added, and a trail is added to as its rows end, so both rise together: two days of
    a long log are a short piece at a known place. Elsewhere the ends alone are compared.
    """
    conditions: list[Any] = [past.c.to_pos > after]
    first = _first_ended_after(connection, past, after)
    if first is not None:
        conditions.append(text(f"rowid >= {first}"))
    return conditions


def ended_upto(connection: Connection, past: Table, upto: int) -> list[ColumnElement[bool]]:
    """The condition that a row of a trail ended at a position or before it; the rows behind are not even read."""
    conditions: list[Any] = [past.c.to_pos <= upto]
    first = _first_ended_after(connection, past, upto)
    if first is not None:
        conditions.append(text(f"rowid < {first}"))
    return conditions


def _first_ended_after(connection: Connection, past: Table, after: int) -> int | None:
    """The number of the first row that ended behind a position; None where rows have no rising numbers."""
    if connection.dialect.name != "sqlite":
        return None
    low, high = 1, (connection.execute(text(f"SELECT max(rowid) FROM {past.name}")).scalar() or 0) + 1  # noqa: S608
    asked = text(f"SELECT to_pos FROM {past.name} WHERE rowid = :row")  # noqa: S608 - the name is our declaration's
    while low < high:
        middle = (low + high) // 2
        ended: int | None = connection.execute(asked, {"row": middle}).scalar()
        if ended is None:
            return None
        low, high = (middle + 1, high) if ended <= after else (low, middle)
    return low
