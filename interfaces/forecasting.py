"""
The expected day of journeys and of holds with a copy, as it was known at a position of the log.

Journeys that arrived in the eight weeks before count, each against the timetable that it was promised by. A copy that
is promised and still on the shelf sets out with the share of such promises that were kept.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from circulation.clock import DAY_US
from interfaces.promises import Promises
from logistics.forecast import WEEKS, Slacks, forecast, slack_of
from projections import journeys as bulk
from projections import transits
from projections.kept_promises import promises_kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from logistics.forecast import Forecast
    from projections.holds import Queued
    from projections.transits import Journey
    from projections.views import Views

__all__ = ["WINDOW_US", "Forecasts", "is_open_at", "measured"]

WINDOW_US = WEEKS * 7 * DAY_US


def is_open_at(promises: Promises, branch: str, position: int) -> Callable[[date], bool]:
    """Whether a branch is open on a day, by the calendar known at a position; one without hours is a store, always."""
    known = promises.branches.get(branch)
    if known is None or not any(known.hours):
        return lambda _day: True
    calendar = promises.calendar_at(position)
    return lambda day: calendar.is_open(branch, day)


def measured(promises: Promises, journey: Journey) -> int | None:
    """The slack of a journey that arrived; None where the timetable knew no way."""
    promised_us = promises.promised_us(journey.origin, journey.destination, journey.opened_us, journey.from_pos)
    if promised_us is None or journey.ended_us is None:
        return None
    goal = journey.destination
    promised, arrived = promises.day(goal, promised_us), promises.day(goal, journey.ended_us)
    if promised == arrived:
        return 0
    return slack_of(promised, arrived, is_open_at(promises, goal, journey.from_pos))


class Forecasts:
    """What can be expected at `now_us`, with what the log held at `as_of` (all of it if unset)."""

    def __init__(self, views: Views, *, now_us: int, as_of: int | None = None) -> None:
        self._views, self._now_us, self._as_of = views, now_us, as_of
        self._position = views.log.head().position if as_of is None else as_of
        self._promises = Promises(views)

    def of_journey(self, journey: Journey) -> Forecast | None:
        """
        Of a journey that has not ended.

        One that has fallen behind, so that from where it stands it can only be there later than it was promised, is
        expected by the later promise.
        """
        goal = journey.destination
        promised_us = self._promises.promised_us(journey.origin, goal, journey.opened_us, journey.from_pos)
        stands = self._stands.get(journey.item)
        if stands is not None and promised_us is not None:
            soonest_us = self._promises.promised_us(stands, goal, self._now_us, self._position)
            promised_us = max(promised_us, soonest_us or 0)
        return self._expected((journey.origin, goal), promised_us)

    def of_hold(self, hold: Queued) -> Forecast | None:
        """Of a hold whose copy travels or is promised; None of one that is there, or has no copy."""
        if hold.captured is not None:
            journey = self._under_way.get(hold.captured)
            return None if journey is None or journey.destination != hold.pickup else self.of_journey(journey)
        if hold.target is None or hold.target_branch is None or hold.target_branch == hold.pickup:
            return None
        lane = (hold.target_branch, hold.pickup)
        return self._expected(lane, self._promises.promised_us(*lane, self._now_us, self._position), kept=self._kept)

    def _expected(self, lane: tuple[str, str], promised_us: int | None, *, kept: float = 1.0) -> Forecast | None:
        if promised_us is None:
            return None
        goal = lane[1]
        return forecast(
            self.slacks.shares(lane),
            self._promises.day(goal, promised_us),
            self._promises.day(goal, self._now_us),
            is_open_at(self._promises, goal, self._position),
            kept=kept,
        )

    @cached_property
    def slacks(self) -> Slacks:
        """The slacks of the journeys that had arrived."""
        slacks = Slacks()
        since_us = self._now_us - WINDOW_US
        for journey in bulk.arrived(self._views, from_us=since_us, to_us=self._now_us + 1, as_of=self._as_of):
            slack = measured(self._promises, journey)
            if slack is not None:
                slacks.count((journey.origin, journey.destination), slack)
        return slacks

    @cached_property
    def _under_way(self) -> dict[str, Journey]:
        return {journey.item: journey for journey in transits.open_transits(self._views, as_of=self._as_of)}

    @cached_property
    def _stands(self) -> dict[str, str]:
        return bulk.standing_at(self._views, sorted(self._under_way), as_of=self._as_of)

    @cached_property
    def _kept(self) -> float:
        kept, broken = promises_kept(self._views, since_us=self._now_us - WINDOW_US, as_of=self._as_of)
        # Laplace's rule: without any experience one in two.
        return (kept + 1) / (kept + broken + 2)
