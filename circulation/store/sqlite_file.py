"""SQLite files: is it ours and sound, and whose turn is it to write."""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path
from typing import Any, Protocol

from circulation.errors import Conflict, Invalid
from circulation.store.schema import missing_store, not_a_store

__all__ = ["WAIT_SECONDS", "is_new_file", "read_sound_file", "take_write_lock"]

WAIT_SECONDS = 60.0
"""How long a writer or reader waits for the others before it gives up."""

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class Cursor(Protocol):
    """Whatever executes statements on one connection."""

    def execute(self, sql: str, /) -> Any:
        """Execute a statement."""


def take_write_lock(cursor: Cursor) -> None:
    """
    Begin a transaction that may write, on a connection whose own busy timeout is 0, waiting for others.

    SQLite's own waiting backs off and lets a latecomer overtake; asking again after short random pauses
    gives every waiting process the same chance. Raises `Conflict` (`store.busy`) after `WAIT_SECONDS`.
    """
    give_up = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            cursor.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as busy:
            if busy.sqlite_errorcode & 0xFF not in _BUSY:
                raise
            if time.monotonic() > give_up:
                raise Conflict("store.busy:writing", wait_seconds=WAIT_SECONDS) from busy
        else:
            return
        time.sleep(random.uniform(0.0001, 0.001))


def is_new_file(path: Path, *, may_create: bool) -> bool:
    """Whether a file is still to be made. Raises `Unknown` (`store.missing`) if it may not be."""
    try:
        if path.stat().st_size > 0:
            return False
    except FileNotFoundError:
        pass
    except OSError as failed:
        raise Invalid("store.unreachable:open", path=path, why=str(failed.strerror)) from failed
    if not may_create:
        raise missing_store(str(path))
    return True


def read_sound_file(path: Path, facts: str, log: str = "") -> dict[str, str]:
    """
    The names and values in the table `facts` of a file, read without writing; none in an empty database,
    which is what another process that is making the store has written first.

    Raises `Invalid` (`store.unreachable`, `store.not-a-store`, `store.damaged`); of the table `log`
    only the first and the last page are looked at, so that opening a large store stays quick.
    """
    try:
        with path.open("rb") as file:
            header = file.read(100)
        size = path.stat().st_size
        waiting = path.with_name(path.name + "-wal")
        has_waiting = waiting.exists() and waiting.stat().st_size > 0
    except OSError as failed:
        raise Invalid("store.unreachable:open", path=path, why=str(failed.strerror)) from failed
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise not_a_store(str(path))
    damaged = Invalid("store.damaged", path=path)
    page_bytes = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    if size < pages * (65536 if page_bytes == 1 else page_bytes) and not has_waiting:
        raise damaged
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=WAIT_SECONDS)
        try:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if not tables:
                return {}
            if facts not in tables or (log and log not in tables):
                raise not_a_store(str(path))
            for end in ("ASC", "DESC") if log else ():
                connection.execute(f"SELECT * FROM {log} ORDER BY position {end} LIMIT 1").fetchall()  # noqa: S608
            return dict(connection.execute(f"SELECT name, value FROM {facts}").fetchall())  # noqa: S608
        finally:
            connection.close()
    except sqlite3.OperationalError as failed:
        raise Invalid("store.unreachable:read", path=path, why=str(failed)) from failed
    except sqlite3.DatabaseError as failed:
        raise damaged from failed
