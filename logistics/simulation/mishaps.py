"""
What goes wrong: a van breaks down, a branch stays shut, a stop is missed.

Each chance is drawn by seed, day and name, so the same branch is shut on the same day whatever the policy is, and a van
that stays at its hub under one policy breaks down under none of the others because of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

__all__ = ["Mishaps"]


@dataclass(frozen=True, slots=True)
class Mishaps:
    """
    Draws mishaps; the three rates are chances from 0 to 1.

    `shut` is of a branch on a day, `missed` of a call, `lost` of a van on a day that it is out. The defaults are how
    often the demo's courier has them on about 150 branches: a branch every other day, a call on four days of five.
    """

    seed: int
    shut: float = 0.003
    missed: float = 0.007
    lost: float = 0.005

    def is_shut(self, branch: str, day: date) -> bool:
        """Whether the branch cannot open on that day; the courier knows it in the morning."""
        return self._draw(day, "shut", branch) < self.shut

    def is_missed(self, branch: str, day: date) -> bool:
        """Whether a van that is sent to the branch on that day stands before a locked door."""
        return self._draw(day, "missed", branch) < self.missed

    def lost_at(self, van: str, day: date) -> float | None:
        """After which share of its tour the van breaks down on that day; None where it does not."""
        if self._draw(day, "lost", van) >= self.lost:
            return None
        return self._draw(day, "where", van)

    def _draw(self, day: date, what: str, name: str) -> float:
        return Random(f"{self.seed}/{day}/{what}/{name}").random()
