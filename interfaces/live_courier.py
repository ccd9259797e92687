"""
The courier as the desk asks it, kept up with the network.

Ways are worked out from branches, calendars, trunk runs and vans; a scan asks them for every item, so they are kept
for a minute. A stale answer costs a later re-decision, never a wrong fact.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from circulation.branch import Branch
from circulation.calendar import BranchCalendar, Calendar, Closure
from circulation.closure import Closed
from circulation.lookups import NextStop
from circulation.places import calendar_of
from logistics.ways import Ways, hub_days
from projections import network

if TYPE_CHECKING:
    from projections.views import Views

__all__ = ["LiveCourier", "calendar_of_network", "ways_of"]

_KEPT_SECONDS = 60.0


def calendar_of_network(branches: Mapping[str, Branch], closures: Mapping[str, Iterable[Closed]]) -> Calendar:
    """The calendar of a whole network from its branches and its closures by scope."""
    weeks: dict[str, BranchCalendar] = {code: calendar_of(branch) for code, branch in branches.items()}
    days = [
        Closure(closed.closure, scope, date.fromisoformat(closed.first), date.fromisoformat(closed.last), closed.reason)
        for scope, held in closures.items()
        for closed in held
    ]
    return Calendar(weeks, days)


def ways_of(views: Views) -> Ways:
    """The ways through the network as it stands at the head of the log."""
    branches = network.branches(views)
    calendar = calendar_of_network(branches, network.closures(views))
    days = hub_days(network.vans(views).values())
    return Ways(branches, network.courier(views), calendar, days, network.suspensions(views))


class LiveCourier:
    """Implements `circulation.lookups.Courier` on the present network."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._ways: Ways | None = None
        self._read_at = 0.0

    @property
    def ways(self) -> Ways:
        """The ways, at most a minute old."""
        now = time.monotonic()
        if self._ways is None or now - self._read_at > _KEPT_SECONDS:
            self._ways, self._read_at = ways_of(self._views), now
        return self._ways

    def next_stop(self, branch: str, destination: str, reason: str, at_us: int) -> NextStop | None:
        """See `circulation.lookups.Courier`."""
        return self.ways.next_stop(branch, destination, reason, at_us)

    def arrival(self, origin: str, destination: str, at_us: int) -> int | None:
        """See `circulation.lookups.Courier`."""
        return self.ways.arrival(origin, destination, at_us)

    def path(self, origin: str, destination: str, day: str) -> tuple[str, ...]:
        """See `circulation.lookups.Courier`."""
        return self.ways.path(origin, destination, day)

    def cutoff(self, branch: str, at_us: int) -> int | None:
        """See `circulation.lookups.Courier`."""
        return self.ways.cutoff(branch, at_us)
