"""
One item at any past position: the whole question as a desk asks it, follow included, over a log that a network left.
"""

from __future__ import annotations

import random
import statistics
import time

from bench import busy_log
from bench.promise import Promise
from projections.locations import where
from projections.registry import open_views

__all__ = ["measure"]

QUESTIONS = 3_000
_WARM_UP = 50


def measure() -> list[Promise]:
    """The median and the 95th percentile of items and positions drawn at random."""
    chance = random.Random(1)
    times, found = [], 0
    with busy_log.opened() as (ledger, items):
        events = ledger.head().position
        views = open_views(ledger)
        views.fresh()
        for _ in range(_WARM_UP + QUESTIONS):
            barcode, position = busy_log.barcode(chance.randrange(items)), chance.randint(1, events)
            begin = time.perf_counter()
            place = where(views, barcode, as_of=position)
            times.append(1000 * (time.perf_counter() - begin))
            found += place is not None
        views.close()
    assert found > QUESTIONS / 2
    asked = times[_WARM_UP:]
    note = f"{QUESTIONS:,} questions over {items:,} items and {events:,} events"
    late = statistics.quantiles(asked, n=20)[-1]
    return [
        Promise(
            "one item, any past position: median", statistics.median(asked), "ms", 1, higher_is_better=False, note=note
        ),
        Promise("one item, any past position: 95 %", late, "ms", 1, higher_is_better=False, note=note),
    ]
