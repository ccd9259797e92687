"""
A rebuild of every projection on its own, and of all of them together, over a log that a network left.

The views exist and are at the head, as in life; each rebuild fills tables beside them, indexes and swaps them.
"""

from __future__ import annotations

import resource
import time
from typing import NamedTuple

from bench import busy_log
from bench.apart import apart, memory
from bench.promise import Promise
from projections.parallel import GROUPS, rebuild_all
from projections.registry import PROJECTIONS, open_views
from projections.views import Views

__all__ = ["measure"]


class _Together(NamedTuple):
    seconds: float
    megabytes: float
    """Of the larger of the processes that it was shared among."""


def measure() -> list[Promise]:
    """Events a second of the slowest single projection, and of all together, with the memory of each."""
    path = str(busy_log.log_path())
    events, _ = apart(_follow, path)
    alone, largest = {}, 0.0
    for projection in PROJECTIONS:
        seconds, megabytes = apart(_rebuild, path, projection.name)
        alone[projection.name], largest = events / seconds, max(largest, megabytes)
    together, megabytes = apart(_rebuild_all, path)
    slowest = min(alone, key=alone.__getitem__)
    others = ", ".join(f"{name} {rate / 1000:.0f}k" for name, rate in sorted(alone.items()) if name != slowest)
    note = f"the slowest, {slowest}; {others}"
    in_all = megabytes + len(GROUPS) * together.megabytes
    return [
        Promise("rebuild of one projection", alone[slowest], "events a second", 100_000, note=note),
        Promise(
            "rebuild of all projections",
            events / together.seconds,
            "events a second",
            55_000,
            note=f"{events:,} events",
        ),
        memory("a rebuild of one projection", largest, "the largest"),
        memory("a rebuild of all projections", in_all, "its processes together, each as large as the largest"),
    ]


def _follow(path: str) -> int:
    with busy_log.opened(path) as ledger:
        views = open_views(ledger)
        views.fresh()
        views.close()
        return ledger.head().position


def _rebuild(path: str, name: str) -> float:
    with busy_log.opened(path) as ledger:
        views = open_views(ledger)
        seconds = _seconds(views, name)
        views.close()
        return seconds


def _seconds(views: Views, name: str) -> float:
    begin = time.perf_counter()
    views.rebuild(name)
    return time.perf_counter() - begin


def _rebuild_all(path: str) -> _Together:
    with busy_log.opened(path) as ledger:
        views = open_views(ledger)
        begin = time.perf_counter()
        rebuild_all(ledger, views)
        seconds = time.perf_counter() - begin
        views.close()
    return _Together(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6)
