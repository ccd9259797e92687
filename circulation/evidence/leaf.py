"""
What a leaf of the tree is made of: one event exactly as it is stored.

The bytes are, in this order: position, version in the stream, time of recording in microseconds, each as 8 bytes;
the lengths of the stream's name and of the type's name, each as 4 bytes; all big-endian; then the stream's name,
the type's name (both UTF-8), and the stored state. The state holds the schema's version, the envelope and the payload,
with what concerns people encrypted: destroying keys changes no leaf.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

__all__ = ["StoredRow", "hash_of_row", "hashes_of_rows", "leaf_bytes"]

StoredRow = tuple[int, bytes, int, bytes, int, bytes, bool]
"""
Position, stream, version, type, recorded time, state as they are stored, and whether their kinds are the right ones.

Somebody who changes a database by hand can put anything into any column.
"""

_HEAD = struct.Struct(">QQQII").pack


def leaf_bytes(position: int, stream: bytes, version: int, topic: bytes, recorded_us: int, state: bytes) -> bytes:
    """The canonical bytes of an event. Raises `struct.error` for what no event can hold."""
    return b"".join((_HEAD(position, version, recorded_us, len(stream), len(topic)), stream, topic, state))


def hashes_of_rows(rows: Sequence[StoredRow]) -> list[bytes]:
    """
    The hashes of the leaves of rows whose columns have the right kinds.

    One loop without a call in it: ten million events take two thirds of the time that they would with `leaf_bytes`.
    Raises `struct.error` or `TypeError` where the kinds are wrong.
    """
    head, join = _HEAD, b"".join
    return [
        sha256(
            join((b"\0", head(position, version, recorded_us, len(stream), len(topic)), stream, topic, state))
        ).digest()
        for position, stream, version, topic, recorded_us, state, _ in rows
    ]


def hash_of_row(row: Sequence[Any], *, position: int | None = None) -> bytes | None:
    """The hash of one row, as if it stood at `position` if that is given; None if no leaf can be made of it."""
    at, stream, version, topic, recorded_us, state, sound = row
    if not sound:
        return None
    try:
        data = leaf_bytes(at if position is None else position, stream, version, topic, recorded_us, state)
    except (struct.error, TypeError):
        return None
    return sha256(b"\0" + data).digest()
