"""What state the solver's code is in, so that a run of older code is never taken for one of today's."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import logistics.solver

__all__ = ["code_state"]


@lru_cache(maxsize=1)
def code_state() -> str:
    """Eight digits over the text of everything under `logistics/solver`."""
    folder = Path(logistics.solver.__file__).parent
    text = b"".join(path.read_bytes() for path in sorted(folder.rglob("*.py")))
    return hashlib.sha256(text).hexdigest()[:8]
