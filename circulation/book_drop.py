"""
When a book came back that lay in the book drop: nobody saw it, so the calendar answers.

A drop that is emptied while the branch is shut, or on the first round after it opened, holds what came since the
branch was last open; that moment is the return's (circulation reference, case 18). Emptied later in the day, it holds
what came just now. Both times stay: when the loan ended, and when somebody held the book.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from circulation.calendar import SEARCH_DAYS, Calendar, at_minute, local_day, zone_of
from circulation.clock import MINUTE_US

__all__ = ["FIRST_ROUND_MINUTES", "last_open", "returned_at"]

FIRST_ROUND_MINUTES = 60
"""So long after opening, the drop still holds what came while the branch was shut."""


def returned_at(calendar: Calendar, branch: str, emptied_us: int, *, given_us: int | None, custody_us: int) -> int:
    """
    When a copy out of the drop counts as returned: as `given_us` says, or when the branch was last open.

    Never after the drop was emptied; what the calendar says is never before `custody_us`, the last that is known of
    the copy, so that no return is older than its loan.
    """
    if given_us is not None:
        return min(given_us, emptied_us)
    return min(emptied_us, max(last_open(calendar, branch, emptied_us), custody_us))


def last_open(calendar: Calendar, branch: str, emptied_us: int) -> int:
    """
    The last moment at which the branch was open before its drop was emptied.

    That is `emptied_us` itself from an hour after opening on, and for a branch that was not open for 400 days.
    Raises `Unknown` (`branch.unknown`).
    """
    for opens_us, closes_us in _spans_back(calendar, branch, emptied_us):
        if closes_us <= emptied_us:
            return closes_us
        if opens_us + FIRST_ROUND_MINUTES * MINUTE_US <= emptied_us:
            return emptied_us
    return emptied_us


def _spans_back(calendar: Calendar, branch: str, before_us: int) -> Iterator[tuple[int, int]]:
    """The staffed spans that began before a moment, the latest first."""
    zone = zone_of(calendar.branch(branch).time_zone)
    today = local_day(before_us, zone)
    for back in range(min(SEARCH_DAYS, (today - date.min).days)):
        day = today - timedelta(days=back)
        for span in reversed(calendar.spans(branch, day)):
            opens_us = at_minute(day, span.opens_minute, zone)
            if opens_us <= before_us:
                yield opens_us, at_minute(day, span.closes_minute, zone)
