"""
A rebuild of every projection on its own, and of all of them together, over a log that a network left.

The views exist and are at the head, as in life; each rebuild fills tables beside them, indexes and swaps them.
"""

from __future__ import annotations

import time

from bench import busy_log
from bench.promise import Promise
from projections.parallel import rebuild_all
from projections.registry import PROJECTIONS, open_views
from projections.views import Views

__all__ = ["measure"]


def measure() -> list[Promise]:
    """Events a second of the slowest single projection, and of all together."""
    with busy_log.opened() as (ledger, _):
        events = ledger.head().position
        views = open_views(ledger)
        views.fresh()
        alone = {projection.name: events / _seconds(views, projection.name) for projection in PROJECTIONS}
        begin = time.perf_counter()
        rebuild_all(ledger, views)
        together = events / (time.perf_counter() - begin)
        views.close()
    slowest = min(alone, key=alone.__getitem__)
    others = ", ".join(f"{name} {rate / 1000:.0f}k" for name, rate in sorted(alone.items()) if name != slowest)
    note = f"the slowest, {slowest}; {others}"
    return [
        Promise("rebuild of one projection", alone[slowest], "events a second", 100_000, note=note),
        Promise("rebuild of all projections", together, "events a second", 50_000, note=f"{events:,} events"),
    ]


def _seconds(views: Views, name: str) -> float:
    begin = time.perf_counter()
    views.rebuild(name)
    return time.perf_counter() - begin
