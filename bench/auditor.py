"""
What an auditor asks of a long log: what changed in two days, and when something first became true.

The two days are those at the end of the log and some in its middle, of a network that records four events a second.
"""

from __future__ import annotations

import time
from itertools import islice
from typing import NamedTuple

from bench import busy_log
from bench.apart import apart, memory
from bench.promise import Promise
from circulation.clock import DAY_US
from circulation.question import parse_question
from projections.bisect import true_stretches
from projections.changes import change_counts, changes
from projections.registry import open_views

__all__ = ["measure"]

_QUESTIONS = (
    f"item {busy_log.barcode(77)} on loan",
    "items at branch-007 > 10",
    "holds at branch-007 > 3",
    "items on loan > 1000",
)


class _Asked(NamedTuple):
    """Seconds and what was found, for each pair of moments and each question."""

    events: int
    days: int
    counts: list[tuple[float, int]]
    differences: list[tuple[float, int]]
    answers: list[tuple[float, str]]


def measure() -> list[Promise]:
    """
    Seconds for the slower of two differences of two days, and for the slowest question over the whole log.

    The difference is asked for twice: how much changed of each kind, and every change in its order.
    """
    asked, megabytes = apart(_ask, str(busy_log.log_path()))
    counted, listed, longest = max(asked.counts), max(asked.differences), max(asked.answers)
    note = f"{listed[1]:,} changes by {asked.days:,} of {asked.events:,} events"
    each = ", ".join(f"{question}: {seconds:.2f}" for seconds, question in asked.answers)
    return [
        Promise("the difference of two days, counted by kind", counted[0], "s", 2, higher_is_better=False, note=note),
        Promise("the difference of two days, listed", listed[0], "s", 2, higher_is_better=False, note=note),
        Promise("bisect over the whole log", longest[0], "s", 5, higher_is_better=False, note=each),
        memory("an auditor's questions", megabytes, note),
    ]


def _ask(path: str) -> _Asked:
    with busy_log.opened(path) as ledger:
        head = ledger.head()
        views = open_views(ledger)
        views.fresh()
        days = head.position - ledger.position_at(head.recorded_us - 2 * DAY_US)
        counts, differences = [], []
        for begin in (head.position - days, (head.position - days) // 2):
            start = time.perf_counter()
            counted = sum(change_counts(views, begin, begin + days).values())
            counts.append((time.perf_counter() - start, counted))
            start = time.perf_counter()
            found = sum(1 for _ in changes(views, begin, begin + days))
            differences.append((time.perf_counter() - start, found))
            assert counted == found
        answers = []
        for question in _QUESTIONS:
            start = time.perf_counter()
            first = next(islice(true_stretches(views, parse_question(question)), 1), None)
            answers.append((time.perf_counter() - start, question))
            assert first is not None, question
        views.close()
    return _Asked(head.position, days, counts, differences, answers)
