"""
Chance that is the same for the same seed and name, on every machine and in every version of Python.

Each draw is named for what it decides, so that one more draw somewhere changes nothing elsewhere.
"""

from __future__ import annotations

from hashlib import blake2b

__all__ = ["chance"]


def chance(seed: int, *name: str) -> float:
    """A number from 0 up to and without 1."""
    digest = blake2b("\x1f".join((str(seed), *name)).encode(), digest_size=8).digest()
    return (int.from_bytes(digest) >> 11) / (1 << 53)
