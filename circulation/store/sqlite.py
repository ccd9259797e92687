"""
The log in one SQLite file, or in memory.

Write-ahead log, a sync on every commit, deleted bytes overwritten. Writers take the write lock before they read;
SQLite's own waiting backs off and lets a latecomer overtake, so they ask again after short random pauses,
which gives every waiting process the same chance.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eventsourcing.domain import EventSourcingError
from eventsourcing.persistence import ApplicationRecorder, Cursor, InfrastructureFactory, IntegrityError
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
from circulation.errors import Conflict, Invalid, Unknown
from circulation.store.recorder import LogRecorder, Row
from circulation.store.schema import APPEND_ONLY, TABLES, check_facts, facts_of_new_store, not_a_store

__all__ = ["SQLiteLogFactory", "SQLiteLogRecorder"]

WAIT_SECONDS = 60.0
"""How long a writer or reader waits for the others before it gives up."""

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
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
            _take_write_lock(cursor)
        else:
            cursor.execute("BEGIN")
        return cursor


def _take_write_lock(cursor: SQLiteCursor) -> None:
    give_up = time.monotonic() + WAIT_SECONDS
    cursor.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                cursor.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as busy:
                if busy.sqlite_errorcode & 0xFF not in _BUSY:
                    raise
                if time.monotonic() > give_up:
                    raise Conflict(
                        "store.busy",
                        f"Another program has been writing to the store for {WAIT_SECONDS:.0f} seconds.",
                        "Nothing was recorded; try again when it has finished.",
                    ) from busy
            time.sleep(random.uniform(0.0001, 0.001))
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {int(WAIT_SECONDS * 1000)}")


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


class _Datastore(SQLiteDatastore):
    """The library's datastore over our connections; memory has exactly one, which everybody waits for."""

    def __init__(self, path: Path | None) -> None:
        self.pool = _Pool(
            db_name=":memory:" if path is None else str(path),
            lock_timeout=int(WAIT_SECONDS),
            pool_size=1 if path is None else 5,
            max_overflow=0 if path is None else 27,
            pool_timeout=WAIT_SECONDS,
        )
        self.single_row_tracking = True
        self.originator_id_type = "text"


class SQLiteLogRecorder(LogRecorder, SQLiteApplicationRecorder):  # type: ignore[misc] # answers None when empty
    """The log's tables in SQLite."""

    guards_on_insert = True

    def __init__(self, datastore: SQLiteDatastore) -> None:
        SQLiteApplicationRecorder.__init__(self, datastore)
        self.clock = system_clock

    def reading(self) -> Any:
        return self.datastore.transaction(commit=False)

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
        if self.path is not None and not _is_new(self.path, may_create=self.env_create_table()):
            check_facts(shown, _facts_on_disk(self.path), simulated=simulated)
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


def _is_new(path: Path, *, may_create: bool) -> bool:
    """Whether a store is still to be made at a path. Raises `Unknown` (`store.missing`) if it may not be."""
    try:
        if path.stat().st_size > 0:
            return False
    except FileNotFoundError:
        pass
    except OSError as failed:
        raise Invalid("store.unreachable", f"'{path}' cannot be opened.", str(failed.strerror)) from failed
    if not may_create:
        raise Unknown(
            "store.missing", f"There is no store at '{path}'.", "Check the path given with --store, or create one."
        )
    return True


def _facts_on_disk(path: Path) -> dict[str, str]:
    """What a file says about itself, read without writing. Raises `Invalid` for what is not a sound store."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except OSError as failed:
        raise Invalid("store.unreachable", f"'{path}' cannot be opened.", str(failed.strerror)) from failed
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise not_a_store(str(path))
    damaged = Invalid(
        "store.damaged",
        f"'{path}' is damaged or cut short.",
        "Nothing was changed; restore it from a backup, or copy it again if it was being copied.",
    )
    page_bytes = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    waiting = path.with_name(path.name + "-wal")
    if path.stat().st_size < pages * (65536 if page_bytes == 1 else page_bytes) and not (
        waiting.exists() and waiting.stat().st_size > 0
    ):
        raise damaged
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=WAIT_SECONDS)
        try:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if not {"store_facts", "stored_events"} <= tables:
                raise not_a_store(str(path))
            for end in ("ASC", "DESC"):
                connection.execute(f"SELECT * FROM stored_events ORDER BY position {end} LIMIT 1").fetchall()  # noqa: S608
            return dict(connection.execute("SELECT name, value FROM store_facts").fetchall())
        finally:
            connection.close()
    except sqlite3.OperationalError as failed:
        raise Invalid("store.unreachable", f"'{path}' cannot be read.", str(failed)) from failed
    except sqlite3.DatabaseError as failed:
        raise damaged from failed
