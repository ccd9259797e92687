"""
The database that holds the views: a second SQLite file beside the log, or a schema on the PostgreSQL server.

It can be thrown away at any time, because everything in it is folded from the log again.
Rows are written through the driver as text, many at a time; questions are asked in SQLAlchemy Core.
Who is where in the log, and which tables exist, is the engine's business (`engine.py`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, MetaData, Table, create_engine, event, inspect, text
from sqlalchemy.pool import StaticPool

from circulation.store.url import StoreUrl
from projections.table import ViewTable
from projections.working import Storage

__all__ = ["BoundStorage", "Database", "in_batches"]

_BUSY_SECONDS = 120
_VALUES_AT_ONCE = 900
"""In one statement: every SQLite takes 999."""
_NAMES_AT_ONCE = 500
# Any two numbers, the same in every process.
_REBUILD_LOCK = 0x6272_616E_6368
_WRITE_LOCK = _REBUILD_LOCK + 1


def in_batches(names: Iterable[str]) -> Iterator[list[str]]:
    """Many names, so many at a time as one statement may name."""
    every = list(names)
    for first in range(0, len(every), _NAMES_AT_ONCE):
        yield every[first : first + _NAMES_AT_ONCE]


class Database:
    """Connections, transactions and tables of one views database."""

    def __init__(self, address: StoreUrl) -> None:
        self.is_sqlite = address.kind != "postgresql"
        self.path = address.path
        self._turn = threading.RLock()
        if not self.is_sqlite:
            self._schema = address.schema
            url = "postgresql+psycopg:" + address.server.partition(":")[2]
            self.engine = create_engine(url, pool_size=2, max_overflow=8)
            event.listen(self.engine, "connect", self._set_up_postgres)
            return
        options: dict[str, Any] = {} if self.path else {"poolclass": StaticPool}
        self.engine = create_engine(
            f"sqlite:///{self.path or ''}",
            connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False, "isolation_level": None},
            **options,
        )
        event.listen(self.engine, "connect", self._set_up_sqlite)

    @property
    def folder(self) -> Path | None:
        """Where there is room for what a rebuild puts aside: beside the file, None for wherever the system has it."""
        return self.path.parent if self.path else None

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def remove(self) -> None:
        """Delete the file of the views, which must be a file."""
        self.close()
        if self.path:
            for ending in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    Path(f"{self.path}{ending}").unlink()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that holds the write lock from its first moment; rolled back when it raises."""
        with self._turn, self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITE_LOCK})
            try:
                yield connection
            except BaseException:
                self._end(connection, "ROLLBACK")
                raise
            self._end(connection, "COMMIT")

    @contextmanager
    def reading(self, *, scratch_in_memory: bool = False) -> Iterator[Connection]:
        """
        One unchanging sight of the views. In memory there is one connection, so writers simply wait.

        With `scratch_in_memory`, SQLite keeps what it indexes for one question in memory, some 100 bytes a row: in a
        file that takes a third longer. Not what is usual, because a rebuild sorts more than memory may hold.
        """
        if self.path is None and self.is_sqlite:
            with self._turn, self.engine.connect() as connection:
                yield connection
            return
        with self.engine.connect() as connection:
            # It can only be said outside a transaction.
            in_memory = scratch_in_memory and self.is_sqlite
            if in_memory:
                connection.exec_driver_sql("PRAGMA temp_store = MEMORY")
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            try:
                yield connection
            finally:
                self._end(connection, "ROLLBACK")
                if in_memory:
                    connection.exec_driver_sql("PRAGMA temp_store = DEFAULT")

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """One rebuild at a time over all processes; the lock goes when the process does."""
        if self.is_sqlite and self.path is None:
            with self._turn:
                yield
            return
        if self.is_sqlite:
            lock = create_engine(
                f"sqlite:///{self.path}.rebuild", connect_args={"timeout": 3600, "isolation_level": None}
            )
            with lock.connect() as connection:
                connection.exec_driver_sql("BEGIN EXCLUSIVE")
                yield
            lock.dispose()
            return
        with self.engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _REBUILD_LOCK})
            connection.commit()
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _REBUILD_LOCK})
                connection.commit()

    def create(self, connection: Connection, tables: tuple[ViewTable[Any], ...], *, suffix: str) -> None:
        """Make empty tables without indexes."""
        metadata = MetaData()
        for table in tables:
            table.table(metadata, suffix=suffix)
        metadata.create_all(connection)

    def index(self, connection: Connection, tables: tuple[ViewTable[Any], ...], *, suffix: str, names: str) -> None:
        """Make the declared indexes of tables that were loaded; `names` ends the names of the indexes."""
        for table in tables:
            for made in table.index_definitions(table.table(MetaData(), suffix=suffix), suffix=names):
                made.create(connection)

    def drop(self, connection: Connection, names: list[str]) -> None:
        """Drop tables by name, those that exist."""
        for name in names:
            Table(name, MetaData()).drop(connection, checkfirst=True)

    def rename(self, connection: Connection, old: str, new: str) -> None:
        """Give a table another name."""
        connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")

    def table_names(self, connection: Connection) -> list[str]:
        """Every table of the views."""
        return inspect(connection).get_table_names()

    def _end(self, connection: Connection, verb: str) -> None:
        if not self.is_sqlite:
            connection.commit() if verb == "COMMIT" else connection.rollback()
        elif connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
            connection.exec_driver_sql(verb)

    @staticmethod
    def _set_up_sqlite(connection: Any, _record: Any) -> None:
        # NORMAL keeps the file whole through a power cut and may lose the last batches,
        # which are followed again, because the position is in the same transaction.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-65536", "wal_autocheckpoint=16384"):
            connection.execute(f"PRAGMA {pragma}")

    def _set_up_postgres(self, connection: Any, _record: Any) -> None:
        # The address admits only plain lower-case schema names.
        connection.autocommit = True
        # Two processes that make the schema at once: the second one finds it made.
        with suppress(UniqueViolation):
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {self._schema}")
        connection.execute(f"SET search_path TO {self._schema}")
        connection.autocommit = False


def _rows_at_once(table: ViewTable[Any]) -> int:
    return _VALUES_AT_ONCE // len(table.columns)


class BoundStorage(Storage):
    """Reads and writes rows of tables under one suffix, on a connection that is set for each transaction."""

    def __init__(self, database: Database, *, suffix: str) -> None:
        self._database = database
        self._suffix = suffix
        self._cursor: Any = None
        self._statements: dict[tuple[str, ViewTable[Any]], str] = {}

    def bind(self, connection: Connection) -> None:
        """Use this connection until another is bound."""
        self._cursor = connection.connection.cursor()

    def fetch(self, table: ViewTable[Any], key: Any) -> tuple[Any, ...] | None:
        """The stored row of `key`, or None."""
        self._cursor.execute(self._statement("fetch", table), (key,) if table.key_columns == 1 else tuple(key))
        found: tuple[Any, ...] | None = self._cursor.fetchone()
        return found

    def insert(self, table: ViewTable[Any], rows: Sequence[Any]) -> None:
        """Add rows that are not there yet."""
        if self._database.is_sqlite:
            self._insert_many(table, rows)
            return
        with self._cursor.copy(self._statement("copy", table)) as copy:
            for row in rows:
                copy.write_row(row)

    def _insert_many(self, table: ViewTable[Any], rows: Sequence[Any]) -> None:
        # Many rows a statement and plain tuples: less than half of the time of one named tuple after the other.
        at_once = _rows_at_once(table)
        whole = len(rows) - len(rows) % at_once
        for first in range(0, whole, at_once):
            values = tuple(chain.from_iterable(rows[first : first + at_once]))
            self._cursor.execute(self._statement("insert many", table), values)
        self._cursor.executemany(self._statement("insert", table), map(tuple, rows[whole:]))

    def upsert(self, table: ViewTable[Any], rows: list[Any]) -> None:
        """Add rows or replace those with the same key."""
        self._cursor.executemany(self._statement("upsert", table), map(tuple, rows))

    def delete(self, table: ViewTable[Any], keys: list[Any]) -> None:
        """Remove the rows of these keys; a key that is not there is passed over."""
        given = [(key,) for key in keys] if table.key_columns == 1 else keys
        self._cursor.executemany(self._statement("delete", table), given)

    def _statement(self, verb: str, table: ViewTable[Any]) -> str:
        made = self._statements.get((verb, table))
        if made is None:
            made = self._statements[verb, table] = self._write_statement(verb, table)
        return made

    def _write_statement(self, verb: str, table: ViewTable[Any]) -> str:
        # Names come from the declarations in this package, never from outside.
        name, mark = table.name + self._suffix, ("?" if self._database.is_sqlite else "%s")
        columns, key = table.columns, table.columns[: table.key_columns]
        condition = " AND ".join(f"{column} = {mark}" for column in key)
        if verb == "fetch":
            return f"SELECT {', '.join(columns)} FROM {name} WHERE {condition}"  # noqa: S608
        if verb == "delete":
            return f"DELETE FROM {name} WHERE {condition}"  # noqa: S608
        if verb == "copy":
            return f"COPY {name} ({', '.join(columns)}) FROM STDIN"
        one = f"({', '.join([mark] * len(columns))})"
        insert = f"INSERT INTO {name} ({', '.join(columns)}) VALUES {one}"  # noqa: S608
        if verb == "insert":
            return insert
        if verb == "insert many":
            return f"{insert}, {', '.join([one] * (_rows_at_once(table) - 1))}"
        rest = [column for column in columns if column not in key]
        update = ", ".join(f"{column} = excluded.{column}" for column in rest)
        doing = f"DO UPDATE SET {update}" if rest else "DO NOTHING"
        return f"{insert} ON CONFLICT ({', '.join(key)}) {doing}"
