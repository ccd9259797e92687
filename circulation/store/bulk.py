"""
Many events at once: encoded rows, sorted by stream where they come in any order, in restartable chunks.

Rows that arrive shuffled would be spread over the whole index of streams and append at a quarter of the rate;
so they are sorted first, in runs that are spilled to one temporary file and merged.
A chunk's request id holds a digest of its content: whatever is imported again, wholly or in part, is found.
"""

from __future__ import annotations

import hashlib
import heapq
import marshal
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from circulation.codec import encode_payload
from circulation.errors import Invalid
from circulation.event import NewEvents

__all__ = ["Chunk", "EncodedRow", "ImportReport", "chunks_in_given_order", "chunks_sorted_by_stream"]

EncodedRow = tuple[str, int, str, bytes]
"""Stream, version, type, payload."""

_ROWS_IN_A_RUN = 150_000
"""About 60 MB of rows as large as an item's."""

_ROWS_IN_A_BLOCK = 2_000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """
    What an import did.

    `events` were appended now, `repeated` had been appended by an earlier run of the same import;
    `position` is the last position of either, 0 if there was nothing to import.
    """

    events: int
    repeated: int
    position: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows for one transaction."""

    rows: list[EncodedRow]

    def digest(self) -> bytes:
        """SHA-256 over the content, without who and when."""
        seen = hashlib.sha256("\n".join([f"{row[0]} {row[1]} {row[2]}" for row in self.rows]).encode())
        seen.update(b"\n".join([row[3] for row in self.rows]))
        return seen.digest()

    def guards(self) -> list[tuple[str, int]]:
        """The streams with the versions at which they must stand. Raises `Invalid` (`import.twice`)."""
        first: dict[str, int] = {}
        reached: dict[str, int] = {}
        for stream, version, *_ in self.rows:
            if reached.get(stream, version - 1) != version - 1:
                raise Invalid("import.twice", stream=stream)
            first.setdefault(stream, version - 1)
            reached[stream] = version
        return list(first.items())


def _encoded(changes: Iterable[NewEvents]) -> Iterator[EncodedRow]:
    for change in changes:
        if change.happened_us is not None:
            raise ValueError(f"{change.stream}: an import has one time of happening; append what has its own")
        stream = change.stream
        version = change.after_version
        for event in change.events:
            version += 1
            yield stream, version, type(event).__name__, encode_payload(event)


def chunks_in_given_order(batches: Iterable[Sequence[NewEvents]], events: int) -> Iterator[Chunk]:
    """Chunks of at least so many events (but the last), never cutting a batch."""
    rows: list[EncodedRow] = []
    for batch in batches:
        rows.extend(_encoded(batch))
        if len(rows) >= events:
            yield Chunk(rows)
            rows = []
    if rows:
        yield Chunk(rows)


def chunks_sorted_by_stream(
    batches: Iterable[Sequence[NewEvents]], events: int, folder: Path | None
) -> Iterator[Chunk]:
    """
    Chunks of so many events in the order of stream and version, never cutting a stream.

    Up to 150,000 events are held in memory; more are spilled to a temporary file in `folder`.
    """
    with tempfile.TemporaryFile(dir=folder) as spilled:
        rows: list[EncodedRow] = []
        for stream in _by_stream(batches, spilled):
            if len(rows) >= events and stream[0] != rows[-1][0]:
                yield Chunk(rows)
                rows = []
            rows.append(stream)
        if rows:
            yield Chunk(rows)


def _by_stream(batches: Iterable[Sequence[NewEvents]], spilled: BinaryIO) -> Iterator[EncodedRow]:
    runs: list[list[tuple[int, int]]] = []
    rows: list[EncodedRow] = []
    for batch in batches:
        rows.extend(_encoded(batch))
        if len(rows) >= _ROWS_IN_A_RUN:
            rows.sort()
            runs.append(_spill(rows, spilled))
            rows = []
    rows.sort()
    if not runs:
        return iter(rows)
    spilled.flush()
    return heapq.merge(*(_read(run, spilled) for run in runs), rows)


def _spill(rows: list[EncodedRow], spilled: BinaryIO) -> list[tuple[int, int]]:
    """Write a sorted run and return where its blocks begin and how long they are."""
    blocks = []
    for first in range(0, len(rows), _ROWS_IN_A_BLOCK):
        data = marshal.dumps(rows[first : first + _ROWS_IN_A_BLOCK])
        blocks.append((spilled.tell(), len(data)))
        spilled.write(data)
    return blocks


def _read(blocks: list[tuple[int, int]], spilled: BinaryIO) -> Iterator[EncodedRow]:
    # One file for all runs, read at offsets: as many runs as needed without as many open files.
    for begin, length in blocks:
        yield from marshal.loads(os.pread(spilled.fileno(), length, begin))  # noqa: S302 - written above
