"""
The log read for proof: block by block, exactly as it is stored, with everything noted that cannot be.

Rows are read as bytes and never decoded, so that no damage stops the reading.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from eventsourcing.domain import EventSourcingError

from circulation.errors import BranchlineError, Refused
from circulation.evidence.leaf import StoredRow, hash_of_row, hashes_of_rows
from circulation.evidence.merkle import levels_of, root_at
from circulation.evidence.tree import HASH, LEAVES, Tree
from circulation.store.recorder import LogRecorder

__all__ = [
    "ABSENT",
    "BlockReport",
    "Hashed",
    "Trouble",
    "block_of",
    "hashed_block",
    "is_damage",
    "leaves_between",
    "report_on",
    "rows_or_damage",
]

ABSENT = b"\0" * HASH
"""Stands for the hash of an event that is not there or of which no leaf can be made."""

_DAMAGE_SQLITE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR}
_DAMAGE_POSTGRESQL = ("XX", "22")
"""Classes of codes: the server's files are damaged, a value cannot be what its column says."""


class Trouble(NamedTuple):
    """A position at which something is wrong, and in one word what."""

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class Hashed:
    """A block's leaf hashes, when its first and last event were recorded, and the first thing that cannot be."""

    leaves: list[bytes]
    begin_us: int = 0
    end_us: int = 0
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class BlockReport:
    """
    What is to be known of a block: its root, and the roots over its first leaves for each checkpoint that ends in it.

    `stored` is the first leaf that the store's tree has differently, `kept` that which the folder has differently.
    """

    number: int
    root: bytes
    roots: dict[int, bytes]
    begin_us: int
    end_us: int
    trouble: Trouble | None
    stored: int | None
    kept: int | None


def block_of(position: int) -> int:
    """The number of the block in which an event stands."""
    return (position - 1) // LEAVES


def is_damage(failed: EventSourcingError) -> bool:
    """
    Whether the database itself cannot read what it holds any more.

    A server that cannot be reached, or a store in use, is no damage.
    """
    cause = failed.__cause__
    code = str(getattr(cause, "sqlstate", None) or "")
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _DAMAGE_SQLITE or code.startswith(_DAMAGE_POSTGRESQL)


def rows_or_damage(store: LogRecorder, after: int, upto: int) -> list[StoredRow] | None:
    """The stored rows after one position and up to another, None where they are damaged."""
    try:
        return store.stored_rows(after, upto)
    except EventSourcingError as failed:
        if is_damage(failed):
            return None
        raise


def hashed_block(store: LogRecorder, number: int, upto: int) -> Hashed:
    """The leaves of the block's events up to a position."""
    first, last = number * LEAVES + 1, min((number + 1) * LEAVES, upto)
    rows = rows_or_damage(store, first - 1, last)
    if rows is None:
        return _one_by_one(store, first, last)
    if [row[0] for row in rows] == list(range(first, last + 1)):
        try:
            times = [row[4] for row in rows]
            if all(row[6] for row in rows) and times == sorted(times):
                return Hashed(hashes_of_rows(rows), times[0], times[-1])
        except (struct.error, TypeError):
            pass
    return _with_care(rows, first, last, frozenset())


def _one_by_one(store: LogRecorder, first: int, last: int) -> Hashed:
    rows: list[StoredRow] = []
    unreadable = set()
    for position in range(first, last + 1):
        found = rows_or_damage(store, position - 1, position)
        if found is None:
            unreadable.add(position)
        rows += found or []
    return _with_care(rows, first, last, unreadable)


def _with_care(rows: Sequence[StoredRow], first: int, last: int, unreadable: frozenset[int] | set[int]) -> Hashed:
    """The leaves of rows that do not all follow one another as they should."""
    by_position: dict[int, StoredRow] = {}
    troubles = [Trouble(position, "unreadable") for position in unreadable]
    for row in rows:
        if row[0] in by_position:
            troubles.append(Trouble(row[0], "inserted"))
        by_position.setdefault(row[0], row)
    leaves = []
    begin_us = end_us = None
    for position in range(first, last + 1):
        found = by_position.get(position)
        hash_ = None if found is None else hash_of_row(found)
        leaves.append(hash_ or ABSENT)
        if found is None or hash_ is None:
            if position not in unreadable:
                troubles.append(Trouble(position, "removed" if found is None else "changed"))
            continue
        if end_us is not None and found[4] < end_us:
            troubles.append(Trouble(position, "time"))
        end_us = found[4]
        begin_us = end_us if begin_us is None else begin_us
    return Hashed(leaves, begin_us or 0, end_us or 0, min(troubles, default=None))


def leaves_between(store: LogRecorder, number: int, upto: int) -> bytes:
    """
    The hashes of a block's leaves for sealing.

    Raises `Refused` (`seal.unsound`) where the log itself cannot be as it is: nothing of that kind is sealed.
    """
    hashed = hashed_block(store, number, upto)
    if hashed.trouble is not None:
        raise Refused("seal.unsound", position=hashed.trouble.position, why=_WHY[hashed.trouble.reason])
    return b"".join(hashed.leaves)


_WHY = {
    "removed": "not there",
    "inserted": "there twice",
    "unreadable": "not readable",
    "changed": "not an event",
    "time": "recorded before the one that precedes it",
}


def report_on(
    store: LogRecorder, number: int, upto: int, sizes: Sequence[int], tree: Tree | None, leaves: Path | None
) -> BlockReport:
    """
    Read a block and compare it with what the store's tree and the folder say of it, up to the newest checkpoint.

    `sizes` are those of the checkpoints, in rising order.
    """
    hashed = hashed_block(store, number, upto)
    levels = levels_of(hashed.leaves)
    before, count = number * LEAVES, len(hashed.leaves)
    sealed = max(0, min(count, (sizes[-1] if sizes else 0) - before))
    return BlockReport(
        number,
        root_at(levels, count),
        {size: root_at(levels, size - before) for size in sizes if before < size <= before + count},
        hashed.begin_us,
        hashed.end_us,
        hashed.trouble,
        None if tree is None else _differs_in_tree(tree, number, hashed, levels, sealed),
        None if leaves is None else _differs_in_folder(leaves, before, hashed.leaves[:sealed]),
    )


def _differs_in_tree(tree: Tree, number: int, hashed: Hashed, levels: list[Sequence[bytes]], sealed: int) -> int | None:
    before = number * LEAVES
    try:
        found = tree.leaves(number)
        roots = tree.block_roots(number, number + 1)
    except BranchlineError:
        return before + 1
    known = len(found) // HASH
    differs = _first_difference(b"".join(hashed.leaves[: max(known, sealed)]), found, before)
    if differs is None and known and roots != [root_at(levels, known)]:
        return before + 1
    return differs


def _first_difference(mine: bytes, theirs: bytes, before: int) -> int | None:
    """The position of the first of my hashes that they have not, or differently; of the first that I have not."""
    if mine == theirs:
        return None
    for at in range(0, len(mine), HASH):
        if mine[at : at + HASH] != theirs[at : at + HASH]:
            return before + at // HASH + 1
    return before + len(mine) // HASH + 1


def _differs_in_folder(leaves: Path, before: int, mine: Sequence[bytes]) -> int | None:
    with leaves.open("rb") as file:
        file.seek(before * HASH)
        return _first_difference(b"".join(mine), file.read(len(mine) * HASH), before)
