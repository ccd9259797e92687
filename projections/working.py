"""
The rows that a fold has in its hands.

A fold sees only `get`, `put`, `drop` and `add`, so the same fold follows the log, rebuilds beside the live
table and fills a table for comparison. What is read and written, and when, is decided in `following.py` and
`filling.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar, overload

from projections.table import KeyedTable, TrailTable, ViewTable

__all__ = ["Added", "Rows", "Storage", "Working"]

RowT = TypeVar("RowT", bound=NamedTuple)
_T = TypeVar("_T", bound=NamedTuple)


class Storage:
    """Where a working set reads and writes; `store.py` implements it for both databases."""

    def fetch(self, table: ViewTable[Any], key: Any) -> tuple[Any, ...] | None:
        """The stored row of `key`, or None."""
        raise NotImplementedError

    def insert(self, table: ViewTable[Any], rows: Sequence[Any]) -> None:
        """Add rows that are not there yet."""
        raise NotImplementedError

    def upsert(self, table: ViewTable[Any], rows: list[Any]) -> None:
        """Add rows or replace those with the same key."""
        raise NotImplementedError

    def delete(self, table: ViewTable[Any], keys: list[Any]) -> None:
        """Remove the rows of these keys; a key that is not there is passed over."""
        raise NotImplementedError


class Rows(Protocol[RowT]):
    """The rows of one keyed table, as folds see them."""

    @property
    def get(self) -> Callable[[Any], RowT | None]:
        """The row of a key (a tuple when the key has several columns), or None."""
        ...

    def put(self, row: RowT) -> None:
        """Make this the row of its key."""
        ...

    def drop(self, key: Any) -> None:
        """Remove the row of `key`, if there is one."""
        ...


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

    if TYPE_CHECKING:

        @overload  # type: ignore[override]
        def __getitem__(self, table: KeyedTable[_T]) -> Rows[_T]: ...
        @overload
        def __getitem__(self, table: TrailTable[_T]) -> Added[_T]: ...
        def __getitem__(self, table: Any) -> Any: ...

    def write_trails(self, storage: Storage) -> None:
        """Write what was added to the trails, and let go of it."""
        for table, part in self.items():
            if isinstance(part, Added) and part.rows:
                storage.insert(table, part.rows)
                part.rows.clear()
