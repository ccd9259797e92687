"""
What the dispatcher asks of the views, in the words of `logistics/dispatcher.py` and `logistics/run_desk.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from projections import backlog, demand_board, totes
from projections.backlog import LyingItems
from projections.demand_board import LaneDay, Waiting
from projections.totes import FillingState
from projections.views import Views

__all__ = ["DayBoardOfViews"]


class DayBoardOfViews:
    """What waits, what is in totes, and what came on earlier days."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def waiting(self) -> Sequence[Waiting]:
        """Everything that is to travel and has not arrived."""
        return demand_board.waiting(self._views)

    def lying(self) -> Sequence[LyingItems]:
        """Everything that is to travel and has not arrived, by age."""
        return backlog.lying(self._views)

    def fillings(self) -> Sequence[FillingState]:
        """Every filling that has not ended."""
        return totes.all_fillings(self._views)

    def fillings_at(self, place: str) -> Sequence[FillingState]:
        """The fillings at a branch or on a van that have not ended."""
        return totes.fillings_at(self._views, place)

    def daily_counts(self, *, first: str, last: str) -> Sequence[LaneDay]:
        """The items that began to travel on each local day from `first` to `last`."""
        return demand_board.daily_counts(self._views, first=first, last=last)
