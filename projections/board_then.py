"""
What a dispatcher saw when a plan was drafted: the board as it was known at a position of the log.

What waited and what was in totes stands in interval tables. What came on earlier days has no past of its own: it is
asked of views that were folded up to the position (`past.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from projections import backlog, demand_board, totes
from projections.backlog import LyingItems
from projections.demand_board import LaneDay, Waiting
from projections.past import PastViews
from projections.totes import FillingState
from projections.views import Views

__all__ = ["BoardAt"]


class BoardAt:
    """The board at `position`; `past` are views of the log up to there, folded only if counts are asked for."""

    def __init__(self, views: Views, past: PastViews, position: int) -> None:
        self._views = views
        self._past = past
        self._position = position

    def waiting(self) -> Sequence[Waiting]:
        """Everything that was to travel and had not arrived."""
        return demand_board.waiting(self._views, as_of=self._position)

    def lying(self) -> Sequence[LyingItems]:
        """The same by the age of each journey."""
        return backlog.lying(self._views, as_of=self._position)

    def fillings(self) -> Sequence[FillingState]:
        """Every filling that had not ended."""
        return totes.all_fillings(self._views, as_of=self._position)

    def daily_counts(self, *, first: str, last: str) -> Sequence[LaneDay]:
        """The items that began to travel on each local day from `first` to `last`, as far as it was known."""
        return demand_board.daily_counts(self._past, first=first, last=last)
