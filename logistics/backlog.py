"""
What lies where and waits to travel, by age and by reason: the count of a network whose vans stand still.

Every item that is to travel is in exactly one line: where it lies, or on a van. Pure over rows of a projection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from logistics.demand import TravellingItems

__all__ = ["AGES", "BacklogLine", "Lying", "age_of", "backlog", "total_of"]

AGES = ("0-1", "2-3", "4-7", ">7")
"""The ages that are counted apart, in whole local days since the journey began."""


class Lying(TravellingItems, Protocol):
    """Such items whose journeys began at one moment."""

    @property
    def opened_us(self) -> int:
        """When their journey began."""
        ...

    @property
    def wanted_until(self) -> str | None:
        """The last day on which their hold is wanted; None for no such day."""
        ...


@dataclass(frozen=True, slots=True)
class BacklogLine:
    """
    What waits at one place: items in all, by age in days, by reason.

    `float` counts what floats or is rebalanced, `other` what was sent by hand; `riding` is the place's part that is on
    a van now. `suspended` says that it cannot leave today.
    """

    place: str
    items: int = 0
    days_0_1: int = 0
    days_2_3: int = 0
    days_4_7: int = 0
    days_over_7: int = 0
    hold: int = 0
    home: int = 0
    float: int = 0
    other: int = 0
    riding: int = 0
    suspended: int = 0
    oldest_days: int = 0


def age_of(days: int) -> str:
    """Which of the `AGES` a number of days is."""
    return AGES[0] if days <= 1 else AGES[1] if days <= 3 else AGES[2] if days <= 7 else AGES[3]


_AGE_FIELD = dict(zip(AGES, ("days_0_1", "days_2_3", "days_4_7", "days_over_7"), strict=True))
_REASON_FIELD = {"hold": "hold", "home": "home", "float": "float", "rebalance": "float"}


def backlog(
    rows: Iterable[Lying],
    *,
    today: date,
    day_of: Callable[[int], date],
    is_suspended: Callable[[str, str], bool],
) -> tuple[BacklogLine, ...]:
    """
    One line a place, the fullest first; `day_of` gives the local day of an instant.

    `is_suspended` says whether what lies at a place may not set out for a destination today. An item whose tote has
    come to its destination still waits there to be scanned and is counted there.
    """
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        line = counted[row.place]
        days = max(0, (today - day_of(row.opened_us)).days)
        line["items"] += row.items
        line[_AGE_FIELD[age_of(days)]] += row.items
        line[_REASON_FIELD.get(row.reason, "other")] += row.items
        line["riding"] += row.items * (row.kind == "van")
        line["suspended"] += row.items * (row.kind != "van" and is_suspended(row.place, row.destination))
        line["oldest_days"] = max(line["oldest_days"], days)
    lines = (BacklogLine(place, **fields) for place, fields in counted.items())
    return tuple(sorted(lines, key=lambda line: (-line.items, line.place)))


def total_of(lines: Iterable[BacklogLine]) -> BacklogLine:
    """All lines added up, the age of the oldest of all; its place is `total`."""
    whole = BacklogLine("total")
    for line in lines:
        added = {
            name: getattr(whole, name) + getattr(line, name)
            for name in BacklogLine.__dataclass_fields__
            if name not in ("place", "oldest_days")
        }
        whole = replace(whole, oldest_days=max(whole.oldest_days, line.oldest_days), **added)
    return whole
