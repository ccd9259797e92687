"""
How a projection declares its tables: a named tuple is the row, and the row is the table.

A keyed table holds one row a key and is rewritten as events are folded; its key is the leading columns.
A trail only grows: an interval that has ended, a fact that was counted. Nothing in a trail is ever changed.
The SQLAlchemy Core table is derived from the tuple's annotations, so that folds, bulk loads and queries
cannot disagree about a column.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, Table, Text

__all__ = ["KeyedTable", "TrailTable", "ViewTable", "keyed", "trail"]

RowT = TypeVar("RowT", bound=NamedTuple)

_COLUMN_TYPES: dict[type, Any] = {int: BigInteger, str: Text, bool: Boolean}


@dataclass(frozen=True, eq=False)
class ViewTable(Generic[RowT]):
    """
    A table of a projection. `indexes` are the column names of each index, made after a bulk load.

    `sql` is the live table under its own name, for queries.
    """

    name: str
    row: type[RowT]
    indexes: tuple[tuple[str, ...], ...] = ()
    key_columns: int = 0
    sql: Table = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sql", self.table(MetaData(), suffix=""))

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names in the order of the row."""
        return self.row._fields

    def table(self, metadata: MetaData, *, suffix: str) -> Table:
        """The table under its name and a suffix, without its indexes."""
        columns = [
            _column(name, hint, is_key=place < self.key_columns)
            for place, (name, hint) in enumerate(get_type_hints(self.row).items())
        ]
        return Table(self.name + suffix, metadata, *columns, sqlite_with_rowid=not self.key_columns)

    def index_definitions(self, table: Table, *, suffix: str) -> list[Index]:
        """The indexes of `table`; the suffix keeps their names apart while two generations exist."""
        return [
            Index(f"ix_{self.name}_{'_'.join(columns)}{suffix}", *(table.c[name] for name in columns))
            for columns in self.indexes
        ]

    def shape(self) -> str:
        """Everything about the table that a stored copy must agree with."""
        columns = ",".join(f"{name}:{hint}" for name, hint in get_type_hints(self.row).items())
        return f"{self.name}({columns})key={self.key_columns} indexes={self.indexes}"


class KeyedTable(ViewTable[RowT]):
    """One row a key; the key is the first column or, when several, the tuple of the leading columns."""


class TrailTable(ViewTable[RowT]):
    """Rows that are only ever added."""


def keyed(name: str, row: type[RowT], *, key: int = 1, indexes: Sequence[tuple[str, ...]] = ()) -> KeyedTable[RowT]:
    """A table with one row for each value of its first `key` columns (1 by default)."""
    return KeyedTable(name=name, row=row, indexes=tuple(indexes), key_columns=key)


def trail(name: str, row: type[RowT], *, indexes: Sequence[tuple[str, ...]] = ()) -> TrailTable[RowT]:
    """A table that only grows."""
    return TrailTable(name=name, row=row, indexes=tuple(indexes))


def _column(name: str, hint: Any, *, is_key: bool) -> Column[Any]:
    kinds = get_args(hint) if get_origin(hint) is types.UnionType else (hint,)
    base = next(kind for kind in kinds if kind is not types.NoneType)
    return Column(name, _COLUMN_TYPES[base](), primary_key=is_key, nullable=types.NoneType in kinds)
