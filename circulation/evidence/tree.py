"""
Where the hashes of the tree are kept: a file or a schema of its own beside the log, which can be derived again.

Leaves stand in blocks of 4,096, each with the root over it; all hashes above are made from these roots when they are
asked for, which takes milliseconds. Nothing here is trusted: what counts is whether it leads to a signed root.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any

from circulation.errors import BranchlineError
from circulation.evidence.merkle import root_of
from circulation.store.sqlite_file import WAIT_SECONDS, take_write_lock
from circulation.store.url import StoreUrl

__all__ = ["HASH", "LEAVES", "Tree", "hashes_in", "open_tree"]

LEAVES = 4096
"""How many leaves a block has."""

HASH = 32

_TABLES = (
    "CREATE TABLE blocks (number {integer} PRIMARY KEY, root {bytes} NOT NULL, leaves {bytes} NOT NULL)",
    "CREATE TABLE tree_facts (name {name} PRIMARY KEY, value {name} NOT NULL)",
)


def hashes_in(data: bytes) -> list[bytes]:
    """The hashes that stand behind one another in bytes."""
    return [data[at : at + HASH] for at in range(0, len(data) - len(data) % HASH, HASH)]


class Tree(ABC):
    """The blocks of one store's tree. It may be read by many; `writing` lets in one at a time."""

    @abstractmethod
    def run(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Execute a statement written with `?`."""

    @abstractmethod
    def writing(self) -> Any:
        """A context whose changes are kept together or not at all, and which nobody else is in meanwhile."""

    @abstractmethod
    def close(self) -> None:
        """Let the tables go."""

    # -- reading -----------------------------------------------------------------------------------------

    def fact(self, name: str) -> str | None:
        """What was noted under a name."""
        rows = self.run("SELECT value FROM tree_facts WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def blocks(self) -> list[tuple[int, int]]:
        """The numbers of the blocks that are there, with how many bytes of leaves each has."""
        return [(number, length or 0) for number, length in self.run(_LENGTHS)]

    def size(self) -> int:
        """How many leaves stand behind one another from the first on."""
        size = 0
        for number, length in self.blocks():
            if number * LEAVES != size:
                break
            size += length // HASH
        return size

    def leaves(self, number: int) -> bytes:
        """The hashes of the leaves of a block; none if it is not there."""
        rows = self.run("SELECT leaves FROM blocks WHERE number = ?", (number,))
        return _bytes(rows[0][0]) if rows else b""

    def block_roots(self, first: int, end: int) -> list[bytes]:
        """The roots of whole blocks from one number up to, but without, another, as far as they are there."""
        rows = self.run(
            "SELECT number, root FROM blocks WHERE number >= ? AND number < ? ORDER BY number", (first, end)
        )
        return [_bytes(root) for at, (number, root) in enumerate(rows, first) if at == number]

    def subtree(self, start: int, end: int) -> bytes:
        """The hash over a run of leaves that lies within one block, or begins with a block; b"" if some are missing."""
        number, before = divmod(start, LEAVES)
        if end <= (number + 1) * LEAVES:
            return root_of(hashes_in(self.leaves(number)[before * HASH : (end - number * LEAVES) * HASH]))
        last, rest = divmod(end, LEAVES)
        roots = self.block_roots(number, last)
        if len(roots) != last - number:
            return b""
        return root_of([*roots, self.subtree(last * LEAVES, end)] if rest else roots)

    def root(self, size: int) -> bytes:
        """The root over the first `size` leaves; b"" if they are not all there."""
        return self.subtree(0, size) if size <= self.size() else b""

    # -- writing -----------------------------------------------------------------------------------------

    def note(self, name: str, value: str) -> None:
        """Note something under a name."""
        self.run("DELETE FROM tree_facts WHERE name = ?", (name,))
        self.run("INSERT INTO tree_facts VALUES (?, ?)", (name, value))

    def put(self, number: int, leaves: bytes) -> None:
        """Keep the leaves of a block, in the place of those that are there."""
        self.run("DELETE FROM blocks WHERE number = ?", (number,))
        self.run("INSERT INTO blocks VALUES (?, ?, ?)", (number, root_of(hashes_in(leaves)), leaves))

    def cut(self, size: int) -> None:
        """Forget every leaf after the first `size`."""
        number, rest = divmod(size, LEAVES)
        part = self.leaves(number)[: rest * HASH]
        self.run("DELETE FROM blocks WHERE number >= ? OR number < 0", (number,))
        if part:
            self.put(number, part)


_LENGTHS = "SELECT number, length(leaves) FROM blocks ORDER BY number"


def _bytes(value: object) -> bytes:
    """A column that somebody may have filled with anything."""
    return value if isinstance(value, bytes) else b""


def open_tree(where: StoreUrl, *, create: bool) -> Tree | None:
    """The tree at an address, made there if it may be; None if it is not there."""
    if where.kind == "postgresql":
        postgres = _PostgresTree(where)
        if postgres.make(create=create):
            return postgres
        postgres.close()
        return None
    if not create and (where.path is None or not where.path.exists()):
        return None
    return _SQLiteTree(where, create=create)


class _SQLiteTree(Tree):
    def __init__(self, where: StoreUrl, *, create: bool) -> None:
        self._lock = RLock()
        self._shown = where.shown
        self._connection = sqlite3.connect(
            ":memory:" if where.path is None else where.path,
            isolation_level=None,
            check_same_thread=False,
            timeout=WAIT_SECONDS,
        )
        with self._in_our_words():
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "trusted_schema = OFF"):
                self._connection.execute(f"PRAGMA {pragma}")
        if create:
            with self.writing():
                if not self.run("SELECT 1 FROM sqlite_master LIMIT 1"):
                    for statement in _TABLES:
                        self.run(statement.format(integer="INTEGER", name="TEXT", bytes="BLOB"))

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as failed:
            raise _failed(self._shown, failed) from failed

    def run(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock, self._in_our_words():
            return self._connection.execute(sql, params).fetchall()

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._lock:
            with self._in_our_words():
                self._connection.execute("PRAGMA busy_timeout = 0")
                take_write_lock(self._connection)
            try:
                yield
            except BaseException:
                self._connection.rollback()
                raise
            with self._in_our_words():
                self._connection.commit()

    def close(self) -> None:
        with self._lock:
            self._connection.close()


class _PostgresTree(Tree):
    def __init__(self, where: StoreUrl) -> None:
        import psycopg

        self._lock = RLock()
        self._where = where
        with self._in_our_words():
            self._connection = psycopg.connect(where.server, autocommit=True, connect_timeout=15)
            self._connection.execute(f"SET search_path = {where.schema}".encode())

    def make(self, *, create: bool) -> bool:
        """Whether the tables are there, once they have been made if they may be."""
        schema = self._where.schema
        with self._in_our_words(), self._connection.transaction():
            self.run("SELECT pg_advisory_xact_lock(hashtext('branchline ' || ?))", (schema,))
            if self.run("SELECT 1 FROM pg_tables WHERE schemaname = ? AND tablename = 'blocks'", (schema,)):
                return True
            if create:
                self.run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
                for statement in _TABLES:
                    self.run(statement.format(integer="bigint", name='text COLLATE "C"', bytes="bytea"))
        return create

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except psycopg.Error as failed:
            raise _failed(self._where.shown, failed) from failed

    def run(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock, self._in_our_words(), self._connection.cursor(binary=True) as cursor:
            cursor.execute(sql.replace("?", "%s").encode(), params)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._lock, self._in_our_words(), self._connection.transaction():
            self.run("SELECT pg_advisory_xact_lock(hashtext('branchline tree ' || ?))", (self._where.schema,))
            yield

    def close(self) -> None:
        self._connection.close()


def _failed(shown: str, failed: Exception) -> BranchlineError:
    return BranchlineError("seal.tree-failed", store=shown, why=failed)
