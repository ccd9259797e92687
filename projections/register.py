"""
Where each projection stands: its shape, its position, and the event it last saw.

The row is written in the transaction that writes the projection's rows, compare-and-set on the position.
The mark of the last event tells views of this log from views of another one that lay under the same name.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from circulation.errors import Conflict
from projections.database import Database
from projections.projection import Log, LogRow, Projection
from projections.table import keyed

__all__ = ["REGISTER", "Registered", "enter", "mark_of", "move", "registered"]


class Registered(NamedTuple):
    """How one projection stands; `stopped` is the sentence that says why it stopped, else empty."""

    name: str
    shape: str
    generation: int
    position: int
    mark: str
    stopped: str


REGISTER = keyed("projection", Registered)


def mark_of(log: Log, row: LogRow) -> str:
    """What tells this event from another one at the same position of another log, or of a backup of this one."""
    position, stream, version, kind, recorded_us, _ = row
    return f"{log.store_id} {position} {stream} {version} {kind} {recorded_us}"


def registered(connection: Connection) -> dict[str, Registered]:
    """Every projection that has tables, by name."""
    return {row.name: Registered._make(row) for row in connection.execute(select(REGISTER.sql))}


def enter(database: Database, connection: Connection, projection: Projection, *, generation: int) -> None:
    """Give the projection new, empty tables at position 0, in the place of any that it had."""
    suffix = f"__{generation}"
    names = [table.name for table in projection.tables]
    database.drop(connection, names)
    database.create(connection, projection.tables, suffix="")
    database.index(connection, projection.tables, suffix="", names=suffix)
    sql = REGISTER.sql
    connection.execute(sql.delete().where(sql.c.name == projection.name))
    connection.execute(
        sql.insert().values(Registered(projection.name, projection.shape, generation, 0, "", "")._asdict())
    )


def move(connection: Connection, row: Registered, **values: Any) -> None:
    """Change the row, provided that the projection still stands where `row` says."""
    sql = REGISTER.sql
    moved = connection.execute(
        sql.update().where(sql.c.name == row.name, sql.c.position == row.position).values(**values)
    )
    if moved.rowcount != 1:
        raise Conflict("projection.moved", projection=row.name, position=row.position)
