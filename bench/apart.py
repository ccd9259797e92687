"""
A measurement in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

from bench.promise import Promise

__all__ = ["apart", "memory"]

T = TypeVar("T")

_MOST_MB = 1000


def apart(work: Callable[..., T], *arguments: Any) -> tuple[T, float]:
    """What a function of a module gives, and the peak of the memory in MB of the process that it has for itself."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_with_peak, work, arguments).result()


def memory(what: str, megabytes: float, note: str) -> Promise:
    """The promise that so much memory is enough."""
    return Promise(f"memory of {what}", megabytes, "MB", _MOST_MB, higher_is_better=False, note=note)


def _with_peak(work: Callable[..., T], arguments: tuple[Any, ...]) -> tuple[T, float]:
    found = work(*arguments)
    # Starting from a bigger parent can only overstate it. Linux counts in KiB.
    return found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
