"""
How long a person waits for `branchline --help`: the whole process, from its start to its end.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from bench.promise import Promise

__all__ = ["measure"]

TIMES = 10


def measure() -> list[Promise]:
    """The median of ten, after one that fills the caches of a fresh checkout."""
    _seconds()
    times = sorted(1000 * _seconds() for _ in range(TIMES))
    note = f"median of {TIMES}; from {times[0]:.0f} to {times[-1]:.0f} ms"
    return [Promise("branchline --help", statistics.median(times), "ms", 300, higher_is_better=False, note=note)]


def _seconds() -> float:
    begin = time.perf_counter()
    shown = subprocess.run([sys.executable, "-m", "cli", "--help"], check=True, stdout=subprocess.PIPE).stdout
    elapsed = time.perf_counter() - begin
    assert b"Usage" in shown
    return elapsed
