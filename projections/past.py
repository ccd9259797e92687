"""
Views of a log as it was, for questions that no interval table answers: folded anew, and thrown away afterwards.

Only the projections that a question needs are folded, by the same folds, into a file that nobody else sees. It costs
a replay (some ten seconds for a million events), so what has interval tables is asked of them instead (`asof.py`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from circulation.store.url import StoreUrl
from projections.database import Database
from projections.engine import Progress
from projections.projection import Decode, Log, Projection
from projections.views import Views

__all__ = ["PastViews", "past_views"]


class PastViews(Views):
    """Read like any views; a projection is folded when it is first asked for."""

    def __init__(
        self,
        *,
        log: Log,
        database: Database,
        projections: Sequence[Projection],
        decode: Decode,
        known_types: frozenset[str],
        progress: Progress | None = None,
    ) -> None:
        super().__init__(log=log, database=database, projections=projections, decode=decode, known_types=known_types)
        self._folded: set[str] = set()
        self._progress = progress

    @contextmanager
    def reading(self, *names: str, as_of: int | None = None, scratch_in_memory: bool = False) -> Iterator[Connection]:
        """A connection on which these projections stand at the moment that is asked about; `as_of` is that moment."""
        if as_of is not None:
            raise TypeError("the past has one moment: ask it without a position")
        self.at_least(0, *names)
        with self.database.reading(scratch_in_memory=scratch_in_memory) as connection:
            yield connection

    def at_least(self, position: int, *names: str) -> None:  # noqa: ARG002 - all of the past is there at once
        """Fold those of the projections (all, if none is named) that nobody has asked for yet."""
        wanted = [name for name in names or self.names if name not in self._folded]
        if wanted:
            self.rebuild(*wanted, progress=self._progress)
            self._folded.update(wanted)


@contextmanager
def past_views(
    open_with: Callable[[Database], PastViews],
) -> Iterator[PastViews]:
    """Views in a file of their own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="branchline-past-") as folder:
        views = open_with(Database(StoreUrl("sqlite", Path(folder) / "views.db")))
        try:
            yield views
        finally:
            views.close()
