"""
The network of one run as it stands at the moment of the run, and the staffed hours of its branches.

Implements `circulation.lookups.Courier`. It is read again whenever something that is registered has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import cast

from circulation.calendar import local_day, zone_of
from circulation.clock import DAY_US
from circulation.ledger import Ledger
from circulation.past_ledger import PastLedger
from logistics.present_ways import PresentWays
from logistics.ways import Leg

__all__ = ["Ground"]

_LOOK_AHEAD_DAYS = 60


class Ground(PresentWays):
    """The network that a ledger knows, branches with their hours and the courier with its ways."""

    def __init__(self, ledger: PastLedger) -> None:
        super().__init__(cast(Ledger, ledger))

    def read_again(self) -> None:
        """Something that is registered has changed."""
        super().read_again()
        self._opening: dict[tuple[str, date], Sequence[tuple[int, int]]] = {}

    def legs(self, origin: str, destination: str, at_us: int) -> tuple[Leg, ...]:
        """The rides of the timetable by which something is there soonest; none without a way."""
        return self.situation.ways.legs(origin, destination, at_us)

    def next_service(self, branch: str, at_us: int) -> int:
        """That instant, or the same time on the first day after it on which a van calls; hubs are always served."""
        ways = self.situation.ways
        if branch not in self.situation.branches or ways.hub_of(branch) in (None, branch):
            return at_us
        zone = zone_of(self.situation.branches[branch].time_zone)
        for ahead in range(_LOOK_AHEAD_DAYS):
            if ways.call(branch, local_day(at_us + ahead * DAY_US, zone)) is not None:
                return at_us + ahead * DAY_US
        return at_us

    # --- staffed hours ---

    def is_open(self, branch: str, at_us: int) -> bool:
        """Whether somebody is at the desk."""
        return any(opens <= at_us <= closes for opens, closes in self._spans(branch, at_us, 1))

    def next_open(self, branch: str, at_us: int) -> int | None:
        """That instant, or the next one at which a branch is open; None for one that is never staffed."""
        return self.after(branch, at_us, 0)

    def after(self, branch: str, since_us: int, staffed_us: int) -> int | None:
        """When a branch has been staffed for so long since an instant; None for one that is never staffed."""
        for opens, closes in self._spans(branch, since_us, _LOOK_AHEAD_DAYS):
            begin = max(opens, since_us)
            if closes - begin >= staffed_us:
                return begin + staffed_us
            staffed_us -= max(0, closes - begin)
        return None

    def staffed(self, branch: str, since_us: int, until_us: int) -> int:
        """For how long a branch is staffed between two instants, in microseconds."""
        days = (until_us - since_us) // DAY_US + 2
        spans = self._spans(branch, since_us, days)
        return sum(max(0, min(closes, until_us) - max(opens, since_us)) for opens, closes in spans)

    def _spans(self, branch: str, since_us: int, days: int) -> Iterator[tuple[int, int]]:
        """The staffed hours from the day of an instant on, those that are over by then left out."""
        if branch not in self.situation.branches:
            return
        first = local_day(since_us, zone_of(self.situation.branches[branch].time_zone))
        for ahead in range(days):
            day = first + timedelta(days=ahead)
            if (branch, day) not in self._opening:
                self._opening[branch, day] = tuple(self.situation.calendar.opening(branch, day))
            yield from (span for span in self._opening[branch, day] if span[1] >= since_us)
