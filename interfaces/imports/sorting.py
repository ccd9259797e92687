"""
Rows of a long file in the order of their keys, with bounded memory.

Lists come in any order, but a thing that stands in one twice must be found, and the log takes rows in the order
of their streams several times faster. Runs of lines are sorted, spilled to one temporary file and merged.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from heapq import merge
from typing import BinaryIO

__all__ = ["SEPARATOR", "in_batches", "sorted_lines"]

SEPARATOR = "\x1f"
"""Between the parts of a line; no value of a `Table` holds it. It sorts before every other character in them."""

_LINES_IN_A_RUN = 200_000
"""About 40 MB of lines as long as an item's."""

_BLOCK_BYTES = 1 << 18


def sorted_lines(lines: Iterable[str]) -> Iterator[str]:
    """
    The lines in the order of their code points; they hold no line ends.

    Up to 200,000 are kept in memory, more are spilled. The temporary file is gone when the process is.
    """
    with tempfile.TemporaryFile() as spilled:
        runs: list[tuple[int, int]] = []
        held: list[str] = []
        for line in lines:
            held.append(line)
            if len(held) == _LINES_IN_A_RUN:
                held.sort()
                runs.append(_spill(held, spilled))
                held = []
        held.sort()
        if not runs:
            yield from held
            return
        spilled.flush()
        yield from merge(*(_read(spilled.fileno(), begin, end) for begin, end in runs), held)


def _spill(lines: list[str], spilled: BinaryIO) -> tuple[int, int]:
    begin = spilled.tell()
    spilled.write("\n".join(lines).encode())
    return begin, spilled.tell()


def _read(file: int, begin: int, end: int) -> Iterator[str]:
    # All runs are in one file and read at offsets, so that there may be as many as needed.
    rest = b""
    for offset in range(begin, end, _BLOCK_BYTES):
        *whole, rest = (rest + os.pread(file, min(_BLOCK_BYTES, end - offset), offset)).split(b"\n")
        if whole:
            yield from b"\n".join(whole).decode().split("\n")
    yield rest.decode()


def in_batches(lines: Iterable[str], size: int) -> Iterator[list[str]]:
    """The lines in lists of `size`, the last one shorter."""
    batch: list[str] = []
    for line in lines:
        batch.append(line)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
