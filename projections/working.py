"""
The rows that a fold has in its hands: read from the tables when first asked for, written back in bulk.

A fold sees only `get`, `put`, `drop` and `add`, so the same fold follows the log, rebuilds beside the live
table and fills a table for comparison. What is read and written is decided here.
During a rebuild the tables start empty: until the first eviction, a row that is not in memory does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, overload

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
    """
    The rows of one keyed table, as far as they were touched.

    Two generations, so that memory can be bounded without forgetting what is in use: a row that is touched is
    young; `age` lets go of the rows that nobody touched since it was last called, writing those that changed.
    """

    __slots__ = ("_changed", "_fetch", "_key", "_old", "_row", "_young", "is_whole")

    def __init__(
        self, table: KeyedTable[RowT], fetch: Callable[[Any], tuple[Any, ...] | None], *, is_whole: bool
    ) -> None:
        self._row: Any = table.row
        self._key = table.key_columns
        self._fetch = fetch
        self._young: dict[Any, RowT | None] = {}
        self._old: dict[Any, RowT | None] = {}
        self._changed: set[Any] = set()
        self.is_whole = is_whole

    def get(self, key: Any) -> RowT | None:
        """The row of `key` (a tuple when the key has several columns), or None."""
        try:
            return self._young[key]
        except KeyError:
            if self.is_whole:
                return None
            if key in self._old:
                row = self._old.pop(key)
            else:
                found = self._fetch(key)
                row = None if found is None else self._row._make(found)
            self._young[key] = row
            return row

    def put(self, row: RowT) -> None:
        """Make this the row of its key."""
        key = row[0] if self._key == 1 else row[: self._key]
        self._young[key] = row
        self._changed.add(key)

    def drop(self, key: Any) -> None:
        """Remove the row of `key`, if there is one."""
        self._young[key] = None
        self._changed.add(key)

    @property
    def young(self) -> int:
        """How many rows were touched since the last time that rows were let go."""
        return len(self._young)

    def age(self) -> tuple[list[RowT], list[Any]]:
        """Let go of what was not touched since the last call: the rows to write, and the keys to remove."""
        leaving = {key: row for key, row in self._old.items() if key not in self._young}
        self._old, self._young = self._young, {}
        self.is_whole = False
        return self._take(leaving)

    def let_go(self) -> tuple[list[RowT], list[Any]]:
        """Let go of everything: the rows to write, and the keys to remove."""
        leaving = {**self._old, **self._young}
        self._old, self._young = {}, {}
        self.is_whole = False
        return self._take(leaving)

    def _take(self, leaving: dict[Any, RowT | None]) -> tuple[list[RowT], list[Any]]:
        """Of the rows that leave, those that changed, in key order."""
        changed = sorted(self._changed.intersection(leaving))
        self._changed.difference_update(changed)
        written, removed = [], []
        for key in changed:
            row = leaving[key]
            if row is None:
                removed.append(key)
            else:
                written.append(row)
        return written, removed


class Added(Generic[RowT]):
    """The rows to be added to one trail."""

    __slots__ = ("add", "rows")

    def __init__(self) -> None:
        self.rows: list[RowT] = []
        self.add = self.rows.append


class Working(dict[ViewTable[Any], Any]):
    """
    The working rows of one projection's tables, each under its declaration: `working[ITEM_NOW].get(…)`.

    A dictionary itself, because folds look tables up four times an event.
    """

    def __init__(self, tables: Iterable[ViewTable[Any]], storage: Storage, *, from_nothing: bool) -> None:
        super().__init__()
        self._storage = storage
        self._empty: set[ViewTable[Any]] = set(tables) if from_nothing else set()
        for table in tables:
            if isinstance(table, KeyedTable):
                self[table] = Rows(table, _fetcher(storage, table), is_whole=from_nothing)
            else:
                self[table] = Added()

    if TYPE_CHECKING:

        @overload  # type: ignore[override]
        def __getitem__(self, table: KeyedTable[_T]) -> Rows[_T]: ...
        @overload
        def __getitem__(self, table: TrailTable[_T]) -> Added[_T]: ...
        def __getitem__(self, table: Any) -> Any: ...

    @property
    def young(self) -> int:
        """How many rows were touched since the last time that rows were let go."""
        return sum(part.young for part in self.values() if isinstance(part, Rows))

    def write_trails(self) -> None:
        """Write what was added to the trails, and let go of it."""
        for table, part in self.items():
            if isinstance(part, Added) and part.rows:
                self._storage.insert(table, part.rows)
                part.rows.clear()

    def age(self) -> None:
        """Write and let go of the rows that were not touched since the last time."""
        self._write(Rows.age)

    def write(self) -> None:
        """Write everything, and let go of it."""
        self.write_trails()
        self._write(Rows.let_go)

    def _write(self, leave: Callable[[Rows[Any]], tuple[list[Any], list[Any]]]) -> None:
        for table, part in self.items():
            if not isinstance(part, Rows):
                continue
            written, removed = leave(part)
            if written:
                (self._storage.insert if table in self._empty else self._storage.upsert)(table, written)
            if removed and table not in self._empty:
                self._storage.delete(table, removed)
            if written:
                self._empty.discard(table)


def _fetcher(storage: Storage, table: ViewTable[Any]) -> Callable[[Any], tuple[Any, ...] | None]:
    return lambda key: storage.fetch(table, key)
