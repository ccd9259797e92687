"""How the cyclic collector rests while many rows are read or folded."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["rarely_collecting"]

_COLLECT_AFTER = (50_000, 20, 1_000)
"""How many new objects, and then collections, the cyclic collector waits for while tables are filled or compared."""


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """Let the cyclic collector rest: rows form no cycles, and looking through them took a quarter of a rebuild."""
    usual = gc.get_threshold()
    gc.set_threshold(*_COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
