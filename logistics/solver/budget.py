"""
How long a search may take: seconds of wall clock, or iterations, after which it is exactly repeatable.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from circulation.errors import Invalid

__all__ = ["Budget", "Progress", "ProgressReport", "Timer", "used"]


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """Where a search stands: `share` of the budget used (0 to 1), cost so far, must-stops still out."""

    share: float
    micros: int
    left_out: int
    iterations: int


Progress = Callable[[ProgressReport], bool | None]
"""Called between chunks of search, a few times a second; False ends the search with the best so far."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Exactly one of `seconds` (more than 0) and `iterations` (at least 1)."""

    seconds: float | None = None
    iterations: int | None = None

    def __post_init__(self) -> None:
        if (self.seconds is None) == (self.iterations is None):
            raise Invalid("bad-budget")
        if (self.seconds or 0) < 0 or (self.iterations or 0) < 0 or (self.seconds == 0) or (self.iterations == 0):
            raise Invalid("bad-budget:zero", budget=self.seconds or self.iterations)


class Timer:
    """Seconds since it was made; the only clock that the solver reads."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def elapsed(self) -> float:
        """Seconds so far."""
        return time.perf_counter() - self._began


def used(budget: Budget, iterations: float, timer: Timer) -> float:
    """The share of the budget that is used up, 0 to 1, by a search that has made so many iterations."""
    if budget.iterations is not None:
        return min(1.0, iterations / budget.iterations)
    return min(1.0, timer.elapsed() / (budget.seconds or 1.0))
