"""
Rows that a rebuild has no room for: packed into a file, and found there again by their key.

Such a row costs some 25 bytes of memory, and would cost 700 as it is; to find it is one read at a known place.
Rows are put aside in runs that are sorted by key, so that in the end they come back in that order by a merge.
The file has no name and goes with the process. What is put aside again leaves its old bytes behind.
"""

from __future__ import annotations

import heapq
import marshal
import os
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

__all__ = ["Aside"]

_SLOTS = 1 << 10
_ROWS_AT_ONCE = 10_000
_LENGTH_BITS = 24
_LENGTH = (1 << _LENGTH_BITS) - 1
_WINDOW = 1 << 16
_PACKED = 2
"""The version of marshal that does not look for what occurs twice, which costs more than it saves in a row."""

_EMPTY = array("q", [0])
_Row = tuple[Any, ...]


class Aside:
    """
    The rows of one table that are not in memory; `key_columns` leading columns are the key.

    An open hash table in two arrays: the hash of the key, and its place, which is the offset in the file, the length,
    and whether the row is still there. 0 is a slot that nobody ever took.
    """

    def __init__(self, key_columns: int, folder: Path | None) -> None:
        self._key_columns = key_columns
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - `close`
        self._end = 0
        self._runs: list[int] = []
        self._hashes, self._places = _EMPTY * _SLOTS, _EMPTY * _SLOTS
        self._taken = 0
        self._found: dict[Any, int] = {}

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def find(self, key: Any) -> _Row | None:
        """The row of a key as it was put aside last, or None."""
        slot, row = self._look(key)
        if not self._places[slot] & 1:
            return None
        self._found[key] = slot
        return row

    def put(self, rows: Mapping[Any, _Row | None]) -> None:
        """Put rows aside under their keys; None where there is none any longer."""
        self._make_room(len(rows))
        self._runs.append(self._end)
        keys = sorted(rows)
        for first in range(0, len(keys), _ROWS_AT_ONCE):
            self._put(keys[first : first + _ROWS_AT_ONCE], rows)
        self._found.clear()

    def in_order(self) -> Iterator[_Row]:
        """Every row that is there, in the order of the keys."""
        there = sorted(place for place in self._places if place & 1)
        cuts = [bisect_left(there, _place(begin, 0)) for begin in [*self._runs, self._end]]
        # No two have the same key, so that nothing behind the key is ever compared.
        return heapq.merge(*(self._read(there[first:last]) for first, last in pairwise(cuts)))

    def _put(self, keys: list[Any], rows: Mapping[Any, _Row | None]) -> None:
        packed = [b"" if (row := rows[key]) is None else marshal.dumps(tuple(row), _PACKED) for key in keys]
        if (longest := max(map(len, packed))) > _LENGTH:
            raise OverflowError(f"a row of {longest:,} bytes")
        # Written before any of them is looked for: who meets another key with the same hash reads its row.
        _write(self._file.fileno(), b"".join(packed))
        for key, data in zip(keys, packed, strict=True):
            slot = self._found.get(key)
            if slot is None:
                slot, _ = self._look(key)
            if not data:
                self._places[slot] &= ~1
                continue
            if not self._places[slot]:
                self._taken += 1
                self._hashes[slot] = hash(key)
            self._places[slot] = _place(self._end, len(data))
            self._end += len(data)

    def _look(self, key: Any) -> tuple[int, _Row | None]:
        """The slot of a key and what was last put aside for it; the slot that it would take if nothing was."""
        hashed, mask = hash(key), len(self._places) - 1
        slot = hashed & mask
        while place := self._places[slot]:
            if self._hashes[slot] == hashed:
                packed = os.pread(self._file.fileno(), place >> 1 & _LENGTH, place >> _LENGTH_BITS + 1)
                row = marshal.loads(packed)  # noqa: S302 - written above
                if (row[0] if self._key_columns == 1 else row[: self._key_columns]) == key:
                    return slot, row
            slot = (slot + 1) & mask
        return slot, None

    def _read(self, places: list[int]) -> Iterator[_Row]:
        """The rows at places that rise, many with one read."""
        window, begin = b"", 0
        for place in places:
            offset, length = place >> _LENGTH_BITS + 1, place >> 1 & _LENGTH
            if offset + length > begin + len(window):
                begin, window = offset, os.pread(self._file.fileno(), max(_WINDOW, length), offset)
            yield marshal.loads(window[offset - begin : offset - begin + length])  # noqa: S302 - written above

    def _make_room(self, coming: int) -> None:
        """Keep a quarter of the slots free; those of keys whose row is gone are free again when the table grows."""
        slots = len(self._places)
        if _fit(self._taken + coming, slots):
            return
        hashes, places = self._hashes, self._places
        self._taken = sum(place & 1 for place in places)
        while not _fit(self._taken + coming, slots):
            slots *= 2
        self._hashes, self._places = _EMPTY * slots, _EMPTY * slots
        for hashed, place in zip(hashes, places, strict=True):
            if place & 1:
                slot = hashed & slots - 1
                while self._places[slot]:
                    slot = (slot + 1) & slots - 1
                self._hashes[slot], self._places[slot] = hashed, place
        self._found.clear()


def _fit(keys: int, slots: int) -> bool:
    return keys * 4 <= slots * 3


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _place(offset: int, length: int) -> int:
    """Where a row that is there begins and how long it is, such that places sort as offsets do."""
    return offset << _LENGTH_BITS + 1 | length << 1 | 1
