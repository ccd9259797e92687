"""
The rows of tables that are filled from nothing: kept in memory or put aside, and written once when all is folded.

Tables that are written once, in the order of their keys, are filled several times faster than tables that change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from projections.aside import Aside
from projections.table import KeyedTable, ViewTable
from projections.working import Added, Working

__all__ = ["Filling"]

RowT = TypeVar("RowT", bound=NamedTuple)

_UNKNOWN: Any = object()
"""None says that there is no row."""


class _Rows(Generic[RowT]):
    """
    The rows of a table that is filled from nothing; what is neither in memory nor put aside does not exist.

    While nothing was put aside, looking a row up is a look into a dictionary and nothing more.
    """

    __slots__ = ("_aside", "_folder", "_key", "_make", "get", "rows")

    def __init__(self, table: KeyedTable[RowT], folder: Path | None) -> None:
        self._key = table.key_columns
        self._make: Callable[[Any], RowT] = partial(tuple.__new__, table.row)
        self._folder = folder
        self._aside: Aside | None = None
        self.rows: dict[Any, RowT | None] = {}
        self.get: Callable[[Any], RowT | None] = self.rows.get

    def put(self, row: RowT) -> None:
        """Make this the row of its key."""
        self.rows[row[0] if self._key == 1 else row[: self._key]] = row

    def drop(self, key: Any) -> None:
        """Remove the row of `key`, if there is one."""
        if self._aside is None:
            self.rows.pop(key, None)
        else:
            self.rows[key] = None

    def put_aside(self) -> None:
        """Have no rows in memory."""
        if self._aside is None:
            self._aside = Aside(self._key, self._folder)
            self.get = self._find
        self._aside.put(self.rows)
        self.rows.clear()

    def in_order(self) -> Iterator[tuple[Any, ...]]:
        """Every row, in the order of the keys."""
        if self._aside is None:
            return (self.rows[key] for key in sorted(self.rows))  # type: ignore[misc]
        self.put_aside()
        return self._aside.in_order()

    def close(self) -> None:
        """Give back the room of what was put aside."""
        if self._aside is not None:
            self._aside.close()

    def _find(self, key: Any) -> RowT | None:
        row = self.rows.get(key, _UNKNOWN)
        if row is not _UNKNOWN:
            return row
        found = self._aside.find(key)  # type: ignore[union-attr]
        return None if found is None else self._make(found)


class Filling(Working):
    """Rows of tables that are filled from nothing, written when all is folded; `folder` is where rows are put aside."""

    def __init__(self, tables: Iterable[ViewTable[Any]], folder: Path | None) -> None:
        super().__init__()
        for table in tables:
            self[table] = _Rows(table, folder) if isinstance(table, KeyedTable) else Added()

    @property
    def in_memory(self) -> int:
        """How many rows are in memory."""
        return sum(len(part.rows) for part in self.values())

    def put_aside(self) -> None:
        """Have no rows in memory."""
        for part in self.values():
            if isinstance(part, _Rows) and part.rows:
                part.put_aside()

    def in_order(self) -> Iterator[tuple[ViewTable[Any], Iterator[tuple[Any, ...]]]]:
        """Every keyed table, with its rows in the order of the keys."""
        for table, part in self.items():
            if isinstance(part, _Rows):
                yield table, part.in_order()

    def close(self) -> None:
        """Give back the room of what was put aside."""
        for part in self.values():
            if isinstance(part, _Rows):
                part.close()
