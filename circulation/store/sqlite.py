"""
The log in one SQLite file, or in memory.

Write-ahead log, a sync on every commit, deleted bytes overwritten.
Writers take the write lock before they read, and the database itself refuses any row
that does not continue the log and its stream.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eventsourcing.domain import EventSourcingError
from eventsourcing.persistence import (
    ApplicationRecorder,
    Cursor,
    DatabaseError,
    InfrastructureFactory,
    IntegrityError,
    OperationalError,
)
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteFactory,
    SQLiteTransaction,
)

from circulation.clock import system_clock
from circulation.errors import Invalid
from circulation.store.recorder import LogRecorder, Row
from circulation.store.schema import APPEND_ONLY, TABLES, check_facts, facts_of_new_store, missing_store
from circulation.store.sqlite_file import WAIT_SECONDS, is_new_file, read_sound_file, take_write_lock

__all__ = ["SQLiteLogFactory", "SQLiteLogRecorder"]

_DIALECT = {
    "position": "INTEGER",
    "integer": "INTEGER",
    "name": "TEXT",
    "bytes": "BLOB",
    "by_key": " WITHOUT ROWID",
}
_CONTINUES = """CREATE TRIGGER stored_events_continue BEFORE INSERT ON stored_events
    WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM stored_events)
      OR NEW.originator_version IS NOT (
        SELECT coalesce(max(originator_version), 0) + 1 FROM stored_events WHERE originator_id = NEW.originator_id)
    BEGIN SELECT RAISE(ABORT, 'an event continues the log and its stream'); END"""
_KEYS = {"requests": ("device", "request"), "attachments": ("sha256",), "store_facts": ("name",)}


def _triggers() -> Iterator[str]:
    yield _CONTINUES
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    for table, key in _KEYS.items():
        same = " AND ".join(f"{column} = NEW.{column}" for column in key)
        # INSERT OR REPLACE deletes without firing a DELETE trigger.
        yield (
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"  # noqa: S608 - the names are ours
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


class _Transaction(SQLiteTransaction):
    """A transaction that takes the write lock at once if it is to be committed."""

    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        if self.commit:
            take_write_lock(cursor)
        else:
            cursor.execute("BEGIN")
        return cursor


class _Connection(SQLiteConnection):
    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with _Transaction(self, commit=commit) as cursor, cursor:
            yield cursor


class _Pool(SQLiteConnectionPool):
    def _create_connection(self) -> SQLiteConnection:
        made = super()._create_connection()
        raw = made._sqlite_conn
        raw.row_factory = None
        for pragma in ("synchronous = FULL", "secure_delete = ON", "cache_size = -65536", "trusted_schema = OFF"):
            raw.execute(f"PRAGMA {pragma}")
        # A fresh connection is locked by the library; so is ours, under the same lock.
        return _Connection(sqlite_conn=raw, max_age=self.max_age)


class _Reading:
    """
    A cursor for single statements on the thread's own connection: no pool, no BEGIN, no ROLLBACK around each.

    A decision reads a dozen streams; with a transaction for each, that was a third of a check-in.
    Nothing is lost: every statement sees a committed log, and what was read is guarded again at the append.
    """

    __slots__ = ("_connection", "_cursor")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> sqlite3.Cursor:
        self._cursor = self._connection.cursor()
        return self._cursor

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._cursor.close()
        if isinstance(error, sqlite3.OperationalError):
            raise OperationalError(str(error)) from error
        if isinstance(error, sqlite3.DatabaseError):
            raise DatabaseError(str(error)) from error


class _Datastore(SQLiteDatastore):
    """The library's datastore over our connections; memory has exactly one, which everybody waits for."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._mine = threading.local()
        self._all: list[SQLiteConnection] = []
        self.pool = _Pool(
            db_name=":memory:" if path is None else str(path),
            lock_timeout=int(WAIT_SECONDS),
            pool_size=1 if path is None else 5,
            max_overflow=0 if path is None else 27,
            pool_timeout=WAIT_SECONDS,
        )
        self.single_row_tracking = True
        self.originator_id_type = "text"

    def reading(self) -> Any:
        """A cursor that changes nothing, on this thread's own connection; in memory on the only one."""
        if self._path is None:
            return self.transaction(commit=False)
        made: SQLiteConnection | None = getattr(self._mine, "connection", None)
        if made is None:
            made = self._mine.connection = self.pool._create_connection()
            self._all.append(made)
        return _Reading(made._sqlite_conn)

    def close(self) -> None:
        """Close every connection, the readers' too."""
        for made in self._all:
            made._sqlite_conn.close()
        self._all.clear()
        super().close()


class SQLiteLogRecorder(LogRecorder, SQLiteApplicationRecorder):  # type: ignore[misc] # answers None when empty
    """The log's tables in SQLite."""

    guards_on_insert = True

    def __init__(self, datastore: SQLiteDatastore) -> None:
        SQLiteApplicationRecorder.__init__(self, datastore)
        self.clock = system_clock

    def reading(self) -> Any:
        return self.datastore.reading()  # type: ignore[attr-defined] # ours, made by the factory below

    def writing(self) -> Any:
        return self.datastore.transaction(commit=True)

    def run(self, c: SQLiteCursor, sql: str, params: Sequence[Any] = ()) -> Cursor:
        c.execute(sql, params)
        return c

    def insert_rows(self, c: SQLiteCursor, rows: Sequence[Row]) -> None:
        try:
            c.executemany("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?, ?)", rows)
        except sqlite3.IntegrityError as taken:
            raise IntegrityError(str(taken)) from taken

    def insert_many(self, c: SQLiteCursor, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        c.executemany(sql, rows)

    def create(self, *, simulated: bool) -> None:
        """Make the tables, unless another process has just made them."""
        with self.writing() as c:
            if self.run(c, "SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None:
                return
            for statement in TABLES:
                c.execute(statement.format(**_DIALECT))
            for trigger in _triggers():
                c.execute(trigger)
            self.insert_many(
                c, "INSERT INTO store_facts VALUES (?, ?)", facts_of_new_store(simulated=simulated).items()
            )

    def facts(self) -> dict[str, str]:
        """What the store says about itself; empty where its tables are not ours."""
        with self.reading() as c:
            named = self.run(c, "SELECT 1 FROM sqlite_master WHERE name = 'store_facts'").fetchone()
            return {} if named is None else dict(self.run(c, "SELECT name, value FROM store_facts").fetchall())


class SQLiteLogFactory(SQLiteFactory):
    """The library's factory for a log in SQLite. An empty `SQLITE_DBNAME` means memory."""

    application_recorder_class = SQLiteLogRecorder  # type: ignore[assignment] # narrower, as above

    def __init__(self, env: Any) -> None:
        InfrastructureFactory.__init__(self, env)
        name = self.env.get(self.SQLITE_DBNAME, "")
        self.path = Path(name) if name else None
        self.datastore = _Datastore(self.path)

    def application_recorder(self) -> ApplicationRecorder:
        """
        The recorder of a store that has been looked at first, and made if it was not there.

        Raises `Unknown` (`store.missing`), `Invalid` (`store.unreachable`, `store.not-a-store`, `store.damaged`,
        `store.newer`) or `Refused` (`store.clock`), and leaves the file as it was.
        """
        simulated = {"y": True, "n": False}.get(self.env.get("STORE_SIMULATED", ""))
        shown = "memory" if self.path is None else str(self.path)
        if self.path is not None and not is_new_file(self.path, may_create=self.env_create_table()):
            facts = read_sound_file(self.path, "store_facts", "stored_events")
            if facts:
                check_facts(shown, facts, simulated=simulated)
            elif not self.env_create_table():
                raise missing_store(shown)
        recorder = SQLiteLogRecorder(self.datastore)
        try:
            if not (facts := recorder.facts()):
                recorder.create(simulated=simulated is True)
                facts = recorder.facts()
        except (EventSourcingError, sqlite3.Error) as failed:
            raise Invalid(
                "store.unreachable",
                f"'{shown}' cannot be opened: {failed}.",
                "Check that the folder exists and that you may write there.",
            ) from failed
        check_facts(shown, facts, simulated=simulated)
        return recorder
