"""
Items that are only assumed to be somewhere and that nobody has scanned for several service days.

Assumed is not seen: a driver's paper said so, or their tote was opened and they were not scanned out of it.
What was accepted whole after a check is assumed as well, but not listed: the check has said how sure that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from interfaces.live_courier import calendar_of_network
from projections import locations, network

if TYPE_CHECKING:
    from circulation.calendar import Calendar
    from projections.views import Views

__all__ = ["Unseen", "unseen"]


@dataclass(frozen=True, slots=True)
class Unseen:
    """An item assumed at a branch, since when, and how many service days of that branch have passed."""

    item: str
    place: str
    filling: str | None
    since_us: int
    service_days: int


def unseen(views: Views, *, now_us: int, service_days: int, as_of: int | None = None) -> Iterator[Unseen]:
    """Those for which at least so many service days have passed, in no order."""
    branches = network.branches(views, as_of=as_of)
    calendar = calendar_of_network(branches, network.closures(views, as_of=as_of))
    for where in locations.everywhere(views, as_of=as_of):
        if where.known == "assumed" and where.filling and where.kind == "branch" and where.place in branches:
            passed = _service_days(calendar, where.place, where.since_us, now_us, enough=service_days)
            if passed >= service_days:
                yield Unseen(where.item, where.place, where.filling, where.since_us, passed)


def _service_days(calendar: Calendar, branch: str, since_us: int, now_us: int, *, enough: int) -> int:
    """Service days of a branch after the day of `since_us` up to the day of `now_us`; counting stops at 99."""
    day, last = calendar.day_at(branch, since_us), calendar.day_at(branch, now_us)
    count = 0
    while day < last and count < max(99, enough):
        day += timedelta(days=1)
        count += bool(calendar.delivery_windows(branch, day))
    return count
