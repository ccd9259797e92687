"""
Any past moment of a log that a network left: one item, items per place over the whole network, and the full list.

The whole question is asked as a desk asks it, follow included. Positions are drawn from all of the log, and the
slowest of the questions about the whole network counts.
"""

from __future__ import annotations

import random
import statistics
import time
from typing import NamedTuple

from bench import busy_log
from bench.apart import apart, memory
from bench.promise import Promise
from projections.locations import counts, everywhere, where
from projections.registry import open_views
from projections.views import Views

__all__ = ["measure"]

QUESTIONS = 3_000
_WARM_UP = 50
_SHARES = (0.2, 0.4, 0.6, 0.8, 1.0)
"""Of the log's length: the positions at which the whole network is asked about."""


class _Asked(NamedTuple):
    """Milliseconds of each question about one item; seconds, and rows a second, of those about all."""

    events: int
    one_ms: list[float]
    counting: dict[int, float]
    listing: dict[int, float]


def measure() -> list[Promise]:
    """The median and the 95th percentile for one item; the slowest count of the network and the slowest list."""
    asked, megabytes = apart(_ask, str(busy_log.log_path()))
    median, late = statistics.median(asked.one_ms), statistics.quantiles(asked.one_ms, n=20)[-1]
    counting, listing = max(asked.counting.values()), min(asked.listing.values())
    note = f"{QUESTIONS:,} questions over {busy_log.items():,} items and {asked.events:,} events"
    each = ", ".join(f"{at:,}: {seconds:.2f}" for at, seconds in asked.counting.items())
    rates = ", ".join(f"{at:,}: {rate / 1e6:.2f} M" for at, rate in asked.listing.items())
    return [
        Promise("one item, any past position: median", median, "ms", 1, higher_is_better=False, note=note),
        Promise("one item, any past position: 95 %", late, "ms", 1, higher_is_better=False, note=note),
        Promise("items per place, any past position", counting, "s", 1, higher_is_better=False, note=each),
        Promise("every item, any past position", listing, "rows a second", 500_000, note=rates),
        memory("questions about the past", megabytes, note),
    ]


def _ask(path: str) -> _Asked:
    chance = random.Random(1)
    with busy_log.opened(path) as ledger:
        events = ledger.head().position
        views = open_views(ledger)
        views.fresh()
        one_ms = [_one(views, chance, events) for _ in range(_WARM_UP + QUESTIONS)][_WARM_UP:]
        positions = [int(events * share) for share in _SHARES]
        counting = {at: _count(views, at) for at in positions}
        listing = {at: _list(views, at) for at in positions}
        views.close()
    return _Asked(events, one_ms, counting, listing)


def _one(views: Views, chance: random.Random, events: int) -> float:
    number, position = chance.randrange(busy_log.items()), chance.randint(1, events)
    begin = time.perf_counter()
    where(views, busy_log.barcode(number), as_of=position)
    return 1000 * (time.perf_counter() - begin)


def _count(views: Views, position: int) -> float:
    begin = time.perf_counter()
    found = counts(views, as_of=position)
    took = time.perf_counter() - begin
    assert found
    return took


def _list(views: Views, position: int) -> float:
    begin = time.perf_counter()
    rows = sum(1 for _ in everywhere(views, as_of=position))
    return rows / (time.perf_counter() - begin)
