"""
The network at every position up to that of the views, read once: for reports that go through weeks of journeys.

One past position is asked of `network.py`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import null, select, union_all

from circulation.folds import BRANCH, CLOSURES
from logistics.folds import COURIER_FOLD, VAN
from logistics.network import Courier
from projections.network import STATE_NOW, STATE_PAST

if TYPE_CHECKING:
    from circulation.branch import Branch
    from circulation.closure import Closed
    from circulation.ledger import Fold
    from logistics.fleet import Van
    from projections.views import Views

__all__ = ["NetworkHistory"]


class NetworkHistory:
    """What was known of branches, closures, vans and the courier's settings after any event."""

    def __init__(self, views: Views) -> None:
        now, past = STATE_NOW.sql.c, STATE_PAST.sql.c
        asked = union_all(
            select(past.stream, past.kind, past.state, past.from_pos, past.to_pos),
            select(now.stream, now.kind, now.state, now.from_pos, null()),
        )
        with views.reading("network") as connection:
            self._rows: list[Any] = list(connection.execute(asked))
        self._changed = sorted({row.from_pos for row in self._rows})

    def edition(self, position: int) -> int:
        """How often the network had changed by a position: two with one number saw the same network."""
        return bisect_right(self._changed, position)

    def branches(self, position: int) -> Mapping[str, Branch]:
        """Every place by code, retired ones too."""
        return self._states(BRANCH, position)

    def closures(self, position: int) -> Mapping[str, tuple[Closed, ...]]:
        """The closures that held, by scope."""
        return {scope: closed for scope, closed in self._states(CLOSURES, position).items() if closed}

    def vans(self, position: int) -> Mapping[str, Van]:
        """Every van by its id, retired ones too."""
        return self._states(VAN, position)

    def courier(self, position: int) -> Courier:
        """Trunk runs, direct totes and the courier's other settings."""
        found: Courier = self._states(COURIER_FOLD, position).get("courier", Courier())
        return found

    def _states(self, fold: Fold[Any], position: int) -> dict[str, Any]:
        return {
            row.stream.partition("/")[2]: fold.load(row.state.encode())
            for row in self._rows
            if row.kind == fold.name and row.from_pos <= position and (row.to_pos is None or row.to_pos > position)
        }
