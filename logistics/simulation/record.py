"""What is written down while weeks are played: journeys, driving, sorting, and what was left by whose fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["DayRecord", "Journey", "Record"]


class Journey(NamedTuple):
    """One item's way from a branch to another: why, and the seconds from being packed to being there; None: not yet."""

    reason: str
    seconds: int | None


@dataclass(slots=True)
class DayRecord:
    """
    One day of the vans and trunk runs.

    `fill` and `room` are metres times totes, carried and possible; `fullest` the totes on each tour's fullest leg and
    those that its van holds. Money is in micros. `left` counts items that should have travelled on the day, by cause.
    """

    number: int
    vans: int = 0
    calls: int = 0
    metres: int = 0
    seconds: int = 0
    micros: int = 0
    trunk_metres: int = 0
    trunk_micros: int = 0
    fill: int = 0
    room: int = 0
    fullest: list[tuple[int, int]] = field(default_factory=list)
    arrived: int = 0
    sorted: int = 0
    same_run: int = 0
    left: Counter[str] = field(default_factory=Counter)
    balance: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """All of it: the days that count, every journey that began in them, and how many copies floated."""

    days: Sequence[DayRecord]
    journeys: Sequence[Journey]
    floated: int
    under_way: int
    """Items that travelled at the end of the last day that counts."""
