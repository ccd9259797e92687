"""
The demo's time: what is still to happen, in the order in which it happens.

The clock of the simulated store stands at the moment of the step that is being played.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

__all__ = ["Agenda"]

Step = Callable[[], None]


class Agenda:
    """Steps by their moments, microseconds UTC; called without an argument it is a `Clock`."""

    def __init__(self, starts_us: int) -> None:
        self.now_us = starts_us
        self._steps: list[tuple[int, int, Step]] = []
        self._order = count()

    def __call__(self) -> int:
        """The moment that is being played."""
        return self.now_us

    def at(self, moment_us: int, step: Step) -> None:
        """Do the step at that moment, or next if it has passed; of several at one moment the first given first."""
        heapq.heappush(self._steps, (max(moment_us, self.now_us), next(self._order), step))

    def play_until(self, until_us: int) -> None:
        """Do every step before that moment, those too that are added meanwhile, and let the clock stand there."""
        while self._steps and self._steps[0][0] < until_us:
            self.now_us, _, step = heapq.heappop(self._steps)
            step()
        self.now_us = max(self.now_us, until_us)
