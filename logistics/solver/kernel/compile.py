"""
Two decorators, `compiled` and `compiled_apart`: machine code by numba, kept on disk so that only the first run ever
compiles.

Nothing in the kernel makes an array: all are handed in and outlive the call. So numba may leave out the counting of
references (`_nrt=False`), which with so many arrays took five sixths of the time; what would need it does not compile.

numba's own cache looks at the date of one file and would keep calling stale code inlined from another; the folder used
here is named after the text of the whole kernel, so a changed kernel never meets old code.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

__all__ = ["compiled", "compiled_apart"]

F = TypeVar("F", bound=Callable[..., object])


def _cache_folder() -> Path:
    """Beside the kernel when that may be written (a checkout), else in the user's cache."""
    here = Path(__file__).resolve().parent
    text = b"".join(path.read_bytes() for path in sorted(here.glob("*.py")))
    name = f"kernel-{numba.__version__}-{hashlib.sha256(text).hexdigest()[:16]}"
    beside = here / "__pycache__"
    home = Path(os.environ.get("XDG_CACHE_HOME", "") or Path.home() / ".cache") / "branchline"
    for parent in (beside, home, Path(tempfile.gettempdir()) / f"branchline-{os.getuid()}"):
        try:
            (parent / name).mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(parent / name, os.W_OK):
            return parent / name
    return beside / name


_FOLDER = str(_cache_folder())


def compiled(function: F) -> F:
    """
    Compile on first call, release the interpreter lock while running, keep the result on disk.

    Inlined wherever it is called: handing on a dozen arrays takes longer than most of these functions do.
    """
    return _compile(function, inline=True)


def compiled_apart(function: F) -> F:
    """The same for what is long and seldom called: compiled once, not once for every caller."""
    return _compile(function, inline=False)


def _compile(function: F, *, inline: bool) -> F:
    options: dict[str, Any] = {
        "cache": True,
        "nogil": True,
        "error_model": "numpy",
        "forceinline": inline,
        "_nrt": False,
    }
    before = numba.config.CACHE_DIR  # type: ignore[attr-defined]
    numba.config.CACHE_DIR = _FOLDER  # type: ignore[attr-defined]
    try:
        return cast(F, numba.njit(**options)(function))
    finally:
        numba.config.CACHE_DIR = before  # type: ignore[attr-defined]
