"""
The rows that a fold has in its hands: read from the tables when first asked for, written back in bulk.

A fold sees only `get`, `put`, `drop` and `add`, so the same fold follows the log, rebuilds beside the live
table and fills a table for comparison. What is read and written is decided here.
During a rebuild the tables start empty: until the first eviction, a row that is not in memory does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar, overload

from projections.table import KeyedTable, TrailTable, ViewTable

__all__ = ["Added", "Rows", "Storage", "Working"]

RowT = TypeVar("RowT", bound=NamedTuple)
_T = TypeVar("_T", bound=NamedTuple)


class Storage:
    """Where a working set reads and writes; `store.py` implements it for both databases."""

    def fetch(self, table: ViewTable[Any], key: Any) -> tuple[Any, ...] | None:
        """The stored row of `key`, or None."""
        raise NotImplementedError

    def insert(self, table: ViewTable[Any], rows: list[Any]) -> None:
        """Add rows that are not there yet."""
        raise NotImplementedError

    def upsert(self, table: ViewTable[Any], rows: list[Any]) -> None:
        """Add rows or replace those with the same key."""
        raise NotImplementedError

    def delete(self, table: ViewTable[Any], keys: list[Any]) -> None:
        """Remove the rows of these keys; a key that is not there is passed over."""
        raise NotImplementedError


class Rows(Generic[RowT]):
    """The rows of one keyed table, as far as they were touched."""

    __slots__ = ("_cached", "_changed", "_fetch", "_key", "_row", "is_whole")

    def __init__(
        self, table: KeyedTable[RowT], fetch: Callable[[Any], tuple[Any, ...] | None], *, is_whole: bool
    ) -> None:
        self._row: Any = table.row
        self._key = table.key_columns
        self._fetch = fetch
        self._cached: dict[Any, RowT | None] = {}
        self._changed: set[Any] = set()
        self.is_whole = is_whole

    def get(self, key: Any) -> RowT | None:
        """The row of `key` (a tuple when the key has several columns), or None."""
        try:
            return self._cached[key]
        except KeyError:
            if self.is_whole:
                return None
            found = self._fetch(key)
            row = None if found is None else self._row._make(found)
            self._cached[key] = row
            return row

    def put(self, row: RowT) -> None:
        """Make this the row of its key."""
        key = row[0] if self._key == 1 else row[: self._key]
        self._cached[key] = row
        self._changed.add(key)

    def drop(self, key: Any) -> None:
        """Remove the row of `key`, if there is one."""
        self._cached[key] = None
        self._changed.add(key)

    def __len__(self) -> int:
        return len(self._cached)

    def take_changes(self) -> tuple[list[RowT], list[Any]]:
        """The rows to write and the keys to remove, both in key order, since the last time it was asked."""
        written: list[RowT] = []
        removed: list[Any] = []
        for key in sorted(self._changed):
            row = self._cached[key]
            if row is None:
                removed.append(key)
                if self.is_whole:
                    del self._cached[key]
            else:
                written.append(row)
        self._changed.clear()
        return written, removed

    def forget(self) -> None:
        """Empty the memory; from now on a row that is not here is looked up."""
        self._cached.clear()
        self.is_whole = False


class Added(Generic[RowT]):
    """The rows to be added to one trail."""

    __slots__ = ("add", "rows")

    def __init__(self) -> None:
        self.rows: list[RowT] = []
        self.add = self.rows.append


class Working:
    """The working rows of one projection's tables, each under its declaration: `working[ITEM_NOW].get(…)`."""

    def __init__(self, tables: Iterable[ViewTable[Any]], storage: Storage, *, from_nothing: bool) -> None:
        self._storage = storage
        self._tables: dict[ViewTable[Any], Any] = {}
        self._is_empty = from_nothing
        for table in tables:
            if isinstance(table, KeyedTable):
                self._tables[table] = Rows(table, _fetcher(storage, table), is_whole=from_nothing)
            else:
                self._tables[table] = Added()

    @overload
    def __getitem__(self, table: KeyedTable[_T]) -> Rows[_T]: ...
    @overload
    def __getitem__(self, table: TrailTable[_T]) -> Added[_T]: ...
    def __getitem__(self, table: Any) -> Any:
        return self._tables[table]

    @property
    def size(self) -> int:
        """How many rows are in memory."""
        return sum(len(part) for part in self._tables.values() if isinstance(part, Rows))

    def write_trails(self) -> None:
        """Write what was added to the trails, and let go of it."""
        for table, part in self._tables.items():
            if isinstance(part, Added) and part.rows:
                self._storage.insert(table, part.rows)
                part.rows.clear()

    def write(self, *, forget: bool) -> None:
        """Write everything; `forget` empties the memory afterwards."""
        self.write_trails()
        for table, part in self._tables.items():
            if not isinstance(part, Rows):
                continue
            written, removed = part.take_changes()
            if written:
                (self._storage.insert if self._is_empty else self._storage.upsert)(table, written)
            if removed and not self._is_empty:
                self._storage.delete(table, removed)
            if forget:
                part.forget()
        self._is_empty = False


def _fetcher(storage: Storage, table: ViewTable[Any]) -> Callable[[Any], tuple[Any, ...] | None]:
    return lambda key: storage.fetch(table, key)
