"""
Where keys are kept: a file or a schema of its own, apart from the log and from its backups.

Unlike the log these rows are deleted, and what is deleted must not stay readable:
SQLite overwrites it and empties its write-ahead log, PostgreSQL gives the row's space up.
"""

from __future__ import annotations

import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from circulation.errors import BranchlineError, Invalid
from circulation.store.schema import missing_store, not_a_store
from circulation.store.sqlite_file import WAIT_SECONDS, is_new_file, read_sound_file
from circulation.store.url import StoreUrl

__all__ = ["KeyTables", "open_key_tables"]

_TABLES = (
    "CREATE TABLE key_facts (name {name} PRIMARY KEY, value {name} NOT NULL)",
    "CREATE TABLE batches (first {integer} PRIMARY KEY, keys {integer} NOT NULL)",
    "CREATE TABLE keys (id {integer} PRIMARY KEY, key {bytes} NOT NULL)",
    "CREATE TABLE cards (card {bytes} PRIMARY KEY, patron {name} NOT NULL){by_key}",
    "CREATE INDEX cards_by_patron ON cards (patron)",
    "CREATE TABLE logins (login {bytes} PRIMARY KEY, actor {name} NOT NULL){by_key}",
)


class KeyTables(ABC):
    """Rows of keys, cards and logins. One connection, one user at a time."""

    @abstractmethod
    def run(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Execute a statement written with `?`, durable on return unless inside `writing`."""

    @abstractmethod
    def writing(self) -> Any:
        """A context whose statements are done together or not at all, durable when it has been left."""

    @abstractmethod
    def scrub(self) -> None:
        """Make what was deleted unreadable in the store's own files."""

    @abstractmethod
    def close(self) -> None:
        """Let the store go."""


def open_key_tables(where: StoreUrl, *, create: bool, facts: dict[str, str]) -> KeyTables:
    """
    The tables at an address, made with these facts if they are not there and may be.

    Raises `Unknown` (`store.missing`) and `Invalid` (`store.unreachable`, `store.not-a-store`, `store.damaged`).
    """
    if where.kind == "postgresql":
        return _PostgresKeys(where, create=create, facts=facts)
    return _SQLiteKeys(where.path, create=create, facts=facts)


class _SQLiteKeys(KeyTables):
    def __init__(self, path: Path | None, *, create: bool, facts: dict[str, str]) -> None:
        self._lock = RLock()
        if path is not None and is_new_file(path, may_create=create):
            # SQLite gives its companion files the mode of this one.
            try:
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            except OSError as failed:
                raise Invalid("store.unreachable:make", path=path, why=str(failed.strerror)) from failed
        elif path is not None:
            read_sound_file(path, "key_facts")
        self._connection = sqlite3.connect(
            ":memory:" if path is None else path, isolation_level=None, check_same_thread=False, timeout=WAIT_SECONDS
        )
        for pragma in ("secure_delete = ON", "journal_mode = WAL", "synchronous = FULL", "trusted_schema = OFF"):
            self._connection.execute(f"PRAGMA {pragma}")
        with self.writing():
            if not self.run("SELECT 1 FROM sqlite_master LIMIT 1"):
                for statement in _TABLES:
                    self.run(statement.format(integer="INTEGER", name="TEXT", bytes="BLOB", by_key=" WITHOUT ROWID"))
                for fact in facts.items():
                    self.run("INSERT INTO key_facts VALUES (?, ?)", fact)

    def run(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(sql, params).fetchall()
            except sqlite3.Error as failed:
                raise BranchlineError("store.failed:keys", why=failed) from failed

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()

    def scrub(self) -> None:
        with self._lock:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        with self._lock:
            self._connection.close()


class _PostgresKeys(KeyTables):
    def __init__(self, where: StoreUrl, *, create: bool, facts: dict[str, str]) -> None:
        self._lock = RLock()
        self._where = where
        self._connection = self._connected()
        with self.writing():
            self.run("SELECT pg_advisory_xact_lock(hashtext('branchline ' || ?))", (where.schema,))
            tables = self.run("SELECT tablename FROM pg_tables WHERE schemaname = ?", (where.schema,))
            if not tables:
                if not create:
                    raise missing_store(where.shown)
                self.run(f"CREATE SCHEMA IF NOT EXISTS {where.schema}")
                for statement in _TABLES:
                    self.run(statement.format(integer="bigint", name='text COLLATE "C"', bytes="bytea", by_key=""))
                for fact in facts.items():
                    self.run("INSERT INTO key_facts VALUES (?, ?)", fact)
            elif ("key_facts",) not in tables:
                raise not_a_store(where.shown)

    def _connected(self) -> Any:
        import psycopg

        try:
            connection = psycopg.connect(self._where.server, autocommit=True, connect_timeout=15)
            connection.execute(f"SET search_path = {self._where.schema}".encode())
        except psycopg.Error as failed:
            raise Invalid("store.unreachable:server", store=self._where.shown, why=str(failed).strip()) from failed
        return connection

    @contextmanager
    def _live(self) -> Iterator[Any]:
        """The connection, made anew if it was lost since it was last used."""
        import psycopg

        with self._lock:
            if self._connection.closed:
                self._connection = self._connected()
            try:
                yield self._connection
            except psycopg.Error as failed:
                raise BranchlineError("store.failed:keys", why=failed) from failed

    def run(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._live() as connection:
            cursor = connection.execute(sql.replace("?", "%s").encode(), params)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._live() as connection, connection.transaction():
            yield

    def scrub(self) -> None:
        for table in ("keys", "cards", "logins"):
            self.run(f"VACUUM {table}")

    def close(self) -> None:
        with self._lock:
            self._connection.close()
