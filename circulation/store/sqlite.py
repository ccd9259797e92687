"""
The log in one SQLite file, or in memory.

Write-ahead log, a sync on every commit, deleted bytes overwritten.
Writers take the write lock before they read, and the database itself refuses any row
that does not continue the log and its stream.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from eventsourcing.domain import EventSourcingError
from eventsourcing.persistence import ApplicationRecorder, InfrastructureFactory, IntegrityError
from eventsourcing.sqlite import SQLiteFactory
from eventsourcing.utils import Environment

from circulation.clock import system_clock
from circulation.errors import Invalid
from circulation.store.recorder import LogRecorder, Row
from circulation.store.schema import APPEND_ONLY, TABLES, check_facts, facts_of_new_store, missing_store
from circulation.store.sqlite_connections import SQLiteConnections
from circulation.store.sqlite_file import is_new_file, read_sound_file

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


class SQLiteLogRecorder(LogRecorder):
    """The log's tables in SQLite."""

    guards_on_insert = True
    as_stored = (
        "position, CAST(originator_id AS BLOB), originator_version, CAST(topic AS BLOB), recorded_us, state,"
        " typeof(originator_id) = 'text' AND typeof(topic) = 'text' AND typeof(state) = 'blob'"
    )

    def __init__(self, connections: SQLiteConnections) -> None:
        self.clock = system_clock
        self._connections = connections

    def reading(self) -> AbstractContextManager[sqlite3.Cursor]:
        return self._connections.reading()

    def writing(self) -> AbstractContextManager[sqlite3.Cursor]:
        return self._connections.writing()

    def run(self, c: sqlite3.Cursor, sql: str, params: Sequence[Any] = ()) -> sqlite3.Cursor:
        return c.execute(sql, params)

    def insert_rows(self, c: sqlite3.Cursor, rows: Sequence[Row]) -> None:
        try:
            c.executemany("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?, ?)", rows)
        except sqlite3.IntegrityError as taken:
            raise IntegrityError(str(taken)) from taken

    def insert_many(self, c: sqlite3.Cursor, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        c.executemany(sql, rows)

    def scrub(self) -> None:
        # Deleted rows are overwritten in the file at once; what the write-ahead log kept of them goes here.
        with self.reading() as c:
            c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

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

    def __init__(self, env: Environment) -> None:
        InfrastructureFactory.__init__(self, env)
        name = self.env.get(self.SQLITE_DBNAME, "")
        self.path = Path(name) if name else None
        self.connections = SQLiteConnections(self.path)

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
        recorder = SQLiteLogRecorder(self.connections)
        try:
            if not (facts := recorder.facts()):
                recorder.create(simulated=simulated is True)
                facts = recorder.facts()
        except (EventSourcingError, sqlite3.Error) as failed:
            raise Invalid("store.unreachable", store=shown, why=failed) from failed
        check_facts(shown, facts, simulated=simulated)
        return recorder

    def close(self) -> None:
        """Close the connections."""
        self.connections.close()
