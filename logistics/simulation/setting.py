"""
A network under a policy: its vans and trunk runs on the policy's days, when each branch is called at, and its calendar.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

from circulation.branch import Branch
from circulation.calendar import at_minute, zone_of
from logistics.roads import Matrix
from logistics.simulation.mishaps import Mishaps
from logistics.simulation.policy import CourierPolicy
from logistics.situation import Situation
from logistics.ways import Ways

__all__ = ["Setting", "call_days", "under"]

_AHEAD = 60


@dataclass(frozen=True)
class Setting:
    """
    What a simulation is played in. `roads` holds every place of the network; days are counted from `first`, 0 on.

    Make it with `under`.
    """

    situation: Situation
    policy: CourierPolicy
    roads: Matrix
    first: date
    mishaps: Mishaps
    _open: dict[tuple[str, int], int | None] = field(default_factory=dict)

    @property
    def ways(self) -> Ways:
        """Where items go."""
        return self.situation.ways

    @cached_property
    def row(self) -> Mapping[str, int]:
        """Each place's row in the matrix."""
        return {code: row for row, code in enumerate(self.roads.codes)}

    @cached_property
    def items_per_tote(self) -> int:
        """How many items fill a tote."""
        return self.situation.courier.items_per_tote["*"]

    @cached_property
    def call_days(self) -> Mapping[str, frozenset[int]]:
        """The weekdays on which each branch is called at."""
        found: dict[str, frozenset[int]] = {}
        for hub in self.ways.hubs:
            found |= call_days(self.situation, hub, self.policy)
        return found

    def day(self, number: int) -> date:
        """The day of that number."""
        return self.first + timedelta(days=number)

    def instant(self, hub: str, number: int, second: int) -> int:
        """Microseconds UTC of a second of a day on the clock of a place."""
        zone = zone_of(self.situation.branches[hub].time_zone)
        return at_minute(self.day(number), min(second, 86_340) // 60, zone)

    def is_called_at(self, branch: str, number: int) -> bool:
        """Whether a van is due at the branch on that day, mishaps apart."""
        day = self.day(number)
        return day.weekday() in self.call_days[branch] and self.ways.call(branch, day) is not None

    def open_day(self, branch: str, number: int) -> int | None:
        """That day or the next on which the branch really opens; None if it does not for two months."""
        key = (branch, number)
        if key not in self._open:
            self._open[key] = next((one for one in range(number, number + _AHEAD) if self._opens(branch, one)), None)
        return self._open[key]

    def _opens(self, branch: str, number: int) -> bool:
        day = self.day(number)
        return self.situation.calendar.is_open(branch, day) and not self.mishaps.is_shut(branch, day)

    def second_at(self, branch: str, number: int, share: float) -> int:
        """The second of an open day after that share (0 to 1) of its staffed hours."""
        spans = self.situation.calendar.spans(branch, self.day(number))
        seconds = share * sum(span.closes_minute - span.opens_minute for span in spans) * 60
        for span in spans:
            length = (span.closes_minute - span.opens_minute) * 60
            if seconds <= length:
                return int(span.opens_minute * 60 + seconds)
            seconds -= length
        return spans[-1].closes_minute * 60


def under(policy: CourierPolicy, situation: Situation, *, roads: Matrix, first: date, mishaps: Mishaps) -> Setting:
    """The network with the vans, the trunk runs and the days that the policy gives it."""
    days = policy.service.weekdays
    of_hub: dict[str, list[str]] = {}
    for name in sorted(situation.vans):
        of_hub.setdefault(situation.vans[name].hub, []).append(name)
    kept = {name for names in of_hub.values() for name in names[: math.ceil(len(names) * policy.vans.percent / 100)]}
    vans = {name: replace(van, days=days) for name, van in situation.vans.items() if name in kept}
    trunks = {
        name: replace(trunk, days=tuple(day for day in trunk.days if day in days))
        for name, trunk in situation.courier.trunks.items()
    }
    return Setting(
        replace(situation, vans=vans, courier=replace(situation.courier, trunks=trunks)), policy, roads, first, mishaps
    )


def call_days(situation: Situation, hub: str, policy: CourierPolicy) -> dict[str, frozenset[int]]:
    """
    On which weekdays each branch of a hub is called at, spread evenly over the days of service.

    Branches in one direction from the hub have the same days, so that their van has them on one way. A day on which a
    branch takes no delivery is made up for by another of its days.
    """
    days, calls = policy.service.weekdays, policy.service.calls_a_week
    served = sorted(situation.ways.served_by(hub), key=lambda code: (_bearing(situation.branches, hub, code), code))
    found: dict[str, frozenset[int]] = {}
    for rank, code in enumerate(served):
        able = [day for day in days if day in situation.calendar.service_days(code)]
        if calls is None or calls >= len(able):
            found[code] = frozenset(able)
            continue
        begins = rank * len(days) // len(served)
        wished = [days[(begins + number * len(days) // calls) % len(days)] for number in range(calls)]
        others = sorted((day for day in able if day not in wished), key=lambda day: -_apart(day, wished))
        found[code] = frozenset([*(day for day in wished if day in able), *others][:calls])
    return found


def _apart(day: int, others: Sequence[int]) -> int:
    """How many days it lies from the nearest of the others, round the week."""
    return min(min((day - other) % 7, (other - day) % 7) for other in others)


def _bearing(branches: Mapping[str, Branch], hub: str, code: str) -> float:
    one, other = branches[hub], branches[code]
    east = (other.longitude_e6 - one.longitude_e6) * math.cos(math.radians(one.latitude_e6 / 1e6))
    return math.atan2(other.latitude_e6 - one.latitude_e6, east)
