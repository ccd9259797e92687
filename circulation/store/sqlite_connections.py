"""
Connections to one SQLite log: one that writes, and as many that read as are reading at once.

The library's pool takes 20 µs for every use, two statements for every read and a busy timeout that
a writer cannot change in passing: together a third of what a durable append costs (`bench/ledger.py`).
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from eventsourcing.persistence import OperationalError

from circulation.store.sqlite_file import WAIT_SECONDS, take_write_lock

__all__ = ["SQLiteConnections"]

_IDLE_READERS = 8


class SQLiteConnections:
    """Hands out cursors to the threads of one process. In memory there is one connection, which takes turns."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._turn = Lock()
        self._writer: sqlite3.Connection | None = None
        self._readers: deque[sqlite3.Connection] = deque()

    def _connect(self, *, cache_kib: int) -> sqlite3.Connection:
        connection = sqlite3.connect(
            ":memory:" if self._path is None else self._path,
            isolation_level=None,
            check_same_thread=False,
            timeout=WAIT_SECONDS,
        )
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
            "trusted_schema = OFF",
            f"cache_size = -{cache_kib}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Cursor]:
        """A cursor whose statements each see the store as it is then. Raises the library's `OperationalError`."""
        try:
            if self._path is None:
                with self._turn:
                    yield self._writing_connection().cursor()
                return
            try:
                reader = self._readers.pop()
            except IndexError:
                reader = self._connect(cache_kib=16_384)
            try:
                yield reader.cursor()
            finally:
                if len(self._readers) < _IDLE_READERS:
                    self._readers.append(reader)
                else:
                    reader.close()
        except sqlite3.Error as failed:
            raise OperationalError(str(failed)) from failed

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Cursor]:
        """
        A cursor in a transaction that holds the write lock, committed when it is left without an error.

        Raises the library's `OperationalError`, or `Conflict` (`store.busy`).
        """
        with self._turn:
            try:
                connection = self._writing_connection()
                cursor = connection.cursor()
                take_write_lock(cursor)
                try:
                    yield cursor
                except BaseException:
                    connection.rollback()
                    raise
                connection.commit()
            except sqlite3.Error as failed:
                if self._writer is not None and self._writer.in_transaction:
                    self._writer.rollback()
                raise OperationalError(str(failed)) from failed

    def _writing_connection(self) -> sqlite3.Connection:
        if self._writer is None:
            self._writer = self._connect(cache_kib=65_536)
            # Only the write lock is waited for, and `take_write_lock` does that more fairly.
            self._writer.execute("PRAGMA busy_timeout = 0")
        return self._writer

    def close(self) -> None:
        """Close what is open; it opens again when it is used again."""
        with self._turn:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
        while self._readers:
            self._readers.pop().close()
