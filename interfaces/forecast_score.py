"""
Forecasts of a period against what happened, each made again as it was known when its journey began.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from interfaces.forecasting import WINDOW_US, is_open_at, measured
from interfaces.promises import Promises
from logistics.forecast import Score, Slacks, score, scored
from projections import journeys as bulk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logistics.forecast import Scored
    from projections.transits import Journey
    from projections.views import Views

__all__ = ["KnownThen", "score_of_period"]


class KnownThen:
    """The slacks of the journeys that had arrived by a position, in the weeks before an instant."""

    def __init__(self, views: Views, promises: Promises, *, from_us: int, to_us: int) -> None:
        self._promises = promises
        self._coming = iter(bulk.arrived(views, from_us=from_us - WINDOW_US, to_us=to_us))
        self._next = next(self._coming, None)
        self._counted: list[tuple[int, int, tuple[str, str], int]] = []
        self.slacks = Slacks()

    def go_on(self, position: int, now_us: int) -> Slacks:
        """Up to that position, which lies after the last one."""
        while self._next is not None and (self._next.to_pos or 0) <= position:
            self._count(self._next)
            self._next = next(self._coming, None)
        while self._counted and self._counted[0][0] < now_us - WINDOW_US:
            _, _, lane, slack = heapq.heappop(self._counted)
            self.slacks.count(lane, slack, -1)
        return self.slacks

    def _count(self, journey: Journey) -> None:
        slack = measured(self._promises, journey)
        if slack is not None:
            lane = (journey.origin, journey.destination)
            self.slacks.count(lane, slack)
            heapq.heappush(self._counted, (journey.ended_us or 0, journey.to_pos or 0, lane, slack))


def score_of_period(views: Views, *, from_us: int, to_us: int, now_us: int, by: tuple[str, ...] = ()) -> Score | None:
    """The score of the forecasts for journeys that began in a period; None where none has been decided yet."""
    return score(_scored(views, from_us, to_us, now_us, by))


def _scored(views: Views, from_us: int, to_us: int, now_us: int, by: tuple[str, ...]) -> Iterator[Scored]:
    promises = Promises(views)
    known = KnownThen(views, promises, from_us=from_us, to_us=now_us + 1)
    for journey in bulk.began(views, from_us=from_us, to_us=to_us):
        lane = (journey.origin, journey.destination)
        slacks = known.go_on(journey.from_pos, journey.opened_us)
        promised_us = promises.promised_us(*lane, journey.opened_us, journey.from_pos)
        if promised_us is None or (by and not set(by) & set(lane)):
            continue
        goal = journey.destination
        one = scored(
            slacks.shares(lane),
            promises.day(goal, promised_us),
            promises.day(goal, journey.opened_us),
            None if journey.ended_us is None else promises.day(goal, journey.ended_us),
            promises.day(goal, now_us),
            is_open_at(promises, goal, journey.from_pos),
        )
        if one is not None:
            yield one
