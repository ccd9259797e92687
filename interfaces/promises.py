"""
What the timetable promised when a journey began: by the network as it was known at that position of the log.

A closure that was declared later, or a van that broke down, does not change a promise: that is what makes it late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from circulation.calendar import local_day, zone_of
from interfaces.live_courier import calendar_of_network
from logistics.ways import Ways, hub_days
from projections import network
from projections.network_history import NetworkHistory

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from circulation.calendar import Calendar
    from logistics.ways import Leg
    from projections.views import Views

__all__ = ["Promises"]


@dataclass
class Promises:
    """Promises by origin, destination, instant and position; every network that once was is worked out once."""

    views: Views

    def __post_init__(self) -> None:
        self.branches = network.branches(self.views)
        self.calendar = calendar_of_network(self.branches, network.closures(self.views))
        self._history = NetworkHistory(self.views)
        self._ways: dict[int, tuple[Ways, Calendar]] = {}
        self._zones = {code: zone_of(branch.time_zone) for code, branch in self.branches.items()}

    def ways(self, position: int) -> Ways:
        """The ways of the network as it was known at a position."""
        return self._known(position)[0]

    def calendar_at(self, position: int) -> Calendar:
        """The calendar of the network as it was known at a position."""
        return self._known(position)[1]

    def _known(self, position: int) -> tuple[Ways, Calendar]:
        edition = self._history.edition(position)
        if edition not in self._ways:
            of = self._history
            branches = of.branches(position)
            calendar = calendar_of_network(branches, of.closures(position))
            days = hub_days(of.vans(position).values())
            self._ways[edition] = Ways(branches, of.courier(position), calendar, days), calendar
        return self._ways[edition]

    def legs(self, origin: str, destination: str, at_us: int, position: int) -> tuple[Leg, ...]:
        """The rides that were promised; none where there was no way."""
        return self.ways(position).legs(origin, destination, at_us)

    def promised_us(self, origin: str, destination: str, at_us: int, position: int) -> int | None:
        """By when what was ready at that instant was to be there; None where there was no way."""
        return self.ways(position).arrival(origin, destination, at_us)

    def zone(self, branch: str) -> ZoneInfo:
        """The time zone of a branch; UTC where it is not known."""
        return self._zones.get(branch) or zone_of("UTC")

    def day(self, branch: str, at_us: int) -> date:
        """The local day of an instant at a branch."""
        return local_day(at_us, self.zone(branch))

    def shut(self, branch: str, day: date) -> str | None:
        """Why the branch was shut on a day, as it is known now; None without a closure."""
        closure = self.calendar.closure_on(branch, day)
        return None if closure is None else closure.reason
