"""
What was counted before the demo begins: items that set out on each day, by origin and destination.

It enters like the statistics of another system (`board import`), and from it the plan expects what a van will find.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from interfaces.demo.traffic import Traffic, busyness
from logistics.counts import DailyCountsImported, LaneCount

__all__ = ["WEEKS", "daily_counts"]

WEEKS = 8


def daily_counts(traffic: Traffic, *, before: date, journeys_a_day: int, seed: int) -> Iterator[DailyCountsImported]:
    """The counts of every day of the eight weeks before that day on which a branch is open, earliest first."""
    for ahead in range(-7 * WEEKS, 0):
        day = before + timedelta(days=ahead)
        draw = Random(f"{seed}/history/{day}")
        lanes: Counter[tuple[str, str]] = Counter()
        for _ in range(round(journeys_a_day * busyness(day) * draw.uniform(0.93, 1.07))):
            origin = traffic.open_branch(draw, day)
            destination = None if origin is None else traffic.branch_near(draw, origin)
            if origin is not None and destination is not None and destination != origin:
                lanes[origin, destination] += 1
        if lanes:
            counts = tuple(LaneCount(origin=o, destination=d, items=n) for (o, d), n in sorted(lanes.items()))
            yield DailyCountsImported(day=day.isoformat(), counts=counts, source="demo")
