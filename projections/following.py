"""
The rows of tables that are followed: read when first asked for, and written back in bulk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from projections.table import KeyedTable, ViewTable
from projections.working import Added, Storage, Working

__all__ = ["Following"]

RowT = TypeVar("RowT", bound=NamedTuple)


class _Rows(Generic[RowT]):
    """The rows of a table that is followed, as far as they were touched."""

    __slots__ = ("_changed", "_fetch", "_key", "_row", "_rows")

    def __init__(self, table: KeyedTable[RowT], fetch: Callable[[Any], tuple[Any, ...] | None]) -> None:
        self._row: Any = table.row
        self._key = table.key_columns
        self._fetch = fetch
        self._rows: dict[Any, RowT | None] = {}
        self._changed: set[Any] = set()

    def get(self, key: Any) -> RowT | None:
        """The row of a key, read when it is first asked for."""
        try:
            return self._rows[key]
        except KeyError:
            found = self._fetch(key)
            row = self._rows[key] = None if found is None else self._row._make(found)
            return row

    def put(self, row: RowT) -> None:
        """Make this the row of its key."""
        key = row[0] if self._key == 1 else row[: self._key]
        self._rows[key] = row
        self._changed.add(key)

    def drop(self, key: Any) -> None:
        """Remove the row of `key`, if there is one."""
        self._rows[key] = None
        self._changed.add(key)

    def changes(self) -> tuple[list[RowT], list[Any]]:
        """The rows to write, and the keys to remove, both in key order."""
        written, removed = [], []
        for key in sorted(self._changed):
            row = self._rows[key]
            if row is None:
                removed.append(key)
            else:
                written.append(row)
        return written, removed


class Following(Working):
    """Rows of tables that are followed: read from the storage, and written back once."""

    def __init__(self, tables: Iterable[ViewTable[Any]], storage: Storage) -> None:
        super().__init__()
        self._storage = storage
        for table in tables:
            if isinstance(table, KeyedTable):
                self[table] = _Rows(table, partial(storage.fetch, table))
            else:
                self[table] = Added()

    def write(self) -> None:
        """Write what has changed."""
        self.write_trails(self._storage)
        for table, part in self.items():
            if isinstance(part, _Rows):
                written, removed = part.changes()
                if written:
                    self._storage.upsert(table, written)
                if removed:
                    self._storage.delete(table, removed)
