"""
What goes wrong in a demo, by seed: a branch that cannot open, a stop that a van misses, items in the wrong tote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from logistics.plan import PlannedRoute

__all__ = ["MISPLACED", "Mishaps"]

MISPLACED = 0.002
"""Of the items that are put into a tote, so many land in the one beside it."""
_CLOSED_ON = 0.5
_MISSED_ON = 0.8
_WHY_CLOSED = ("Boiler failure", "Burst pipe", "Power cut", "Not enough staff")
_WHY_MISSED = ("Road flooded", "Road closed after an accident", "Nobody at the door", "Van would not start for an hour")


@dataclass(frozen=True, slots=True)
class Mishap:
    """What happens to a branch, and why."""

    branch: str
    why: str


class Mishaps:
    """Draws a day's mishaps."""

    def __init__(self, day: date, *, seed: int) -> None:
        self._draw = Random(f"{seed}/{day}/mishaps")

    def closure(self, branches: Sequence[str]) -> Mishap | None:
        """A branch that stays shut on this day, if one does."""
        if self._draw.random() >= _CLOSED_ON:
            return None
        return Mishap(self._draw.choice(branches), self._draw.choice(_WHY_CLOSED))

    def missed_stop(self, routes: Sequence[PlannedRoute]) -> tuple[str, Mishap] | None:
        """The van and the stop that it misses, if one does."""
        if self._draw.random() >= _MISSED_ON or not routes:
            return None
        route = self._draw.choice(routes)
        return route.van, Mishap(self._draw.choice(route.stops).branch, self._draw.choice(_WHY_MISSED))
