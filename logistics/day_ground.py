"""
What one day gives a van: the roads between its places, and when and how long it may call at each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from logistics.day_stops import SEARCH_DAYS, windows_of
from logistics.situation import Situation

if TYPE_CHECKING:
    from logistics.roads import Matrix

__all__ = ["Ground"]


class Ground:
    """The roads of `matrix` and the terms of its branches on a day; times are seconds after local midnight."""

    def __init__(self, situation: Situation, day: date, matrix: Matrix) -> None:
        self.situation = situation
        self.day = day
        self.provider = f"{matrix.provider} ({matrix.digest})"
        self._row = {code: number for number, code in enumerate(matrix.codes)}
        self._metres: list[list[int]] = matrix.metres.tolist()
        self._seconds: list[list[int]] = matrix.seconds.tolist()

    def drive(self, origin: str, destination: str) -> int:
        """Seconds from one place to another."""
        return self._seconds[self._row[origin]][self._row[destination]]

    def matrices(self, codes: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
        """Metres and seconds between places in this order, which may name one several times."""
        rows = [self._row[code] for code in codes]
        return (
            [[self._metres[one][two] for two in rows] for one in rows],
            [[self._seconds[one][two] for two in rows] for one in rows],
        )

    def service(self, branch: str) -> tuple[int, int]:
        """Seconds that a call takes without totes, and for each tote."""
        terms = self.situation.branches[branch].terms
        return terms.minutes * 60, terms.tote_seconds

    def seconds_at(self, branch: str, totes: int) -> int:
        """Seconds that a call with so many totes takes; none at a place that is no branch any more."""
        if branch not in self.situation.branches:
            return 0
        fixed, each = self.service(branch)
        return fixed + each * totes

    def windows(self, branch: str, takes: int) -> tuple[tuple[int, int], ...]:
        """When a call that takes so long may begin; empty where none may on this day."""
        return windows_of(self.situation, branch, self.day, takes)

    def first_start(self, branch: str, arrives: int, takes: int) -> int | None:
        """When the call of a van that arrives then begins; None where it comes too late."""
        return next((max(arrives, opens) for opens, closes in self.windows(branch, takes) if arrives <= closes), None)

    def is_served(self, branch: str) -> bool:
        """Whether the calendar lets a van call there on this day at all."""
        return self.situation.ways.call(branch, self.day) is not None

    def next_day(self, branch: str) -> date | None:
        """The next day on which a van can call there."""
        later = (self.day + timedelta(days=ahead) for ahead in range(1, SEARCH_DAYS))
        return next((day for day in later if self.situation.ways.call(branch, day) is not None), None)

    def days_until_next(self, branch: str) -> int:
        """How many days later that is."""
        following = self.next_day(branch)
        return SEARCH_DAYS if following is None else (following - self.day).days
