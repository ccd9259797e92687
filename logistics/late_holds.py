"""
Which holds are late because a day went wrong: the day on which the copy was to be there, and the day on which it will.

Pure. By the vans' timetable, as an expected day is told everywhere; a lost van is taken to be back at its hub by
night. A hold is named by its number; nobody's name stands here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from circulation.calendar import at_minute, local_day, zone_of
from logistics.rest_of_day import RestOfDay
from logistics.rest_planned import Fate, Left
from logistics.situation import Situation

__all__ = ["HoldCopy", "LateHold", "late_holds"]

_LAST_MINUTE = 24 * 60


class HoldCopy(Protocol):
    """The copy of an open hold on its way, as a projection knows it."""

    @property
    def hold(self) -> str:
        """The hold, such as `t100#7`."""
        ...

    @property
    def pickup(self) -> str:
        """Where it is to be picked up."""
        ...

    @property
    def kind(self) -> str:
        """Whether the copy is at a `branch` (or hub) or on a `van`."""
        ...

    @property
    def place(self) -> str:
        """The code of the branch, hub or van."""
        ...

    @property
    def filling(self) -> str | None:
        """The tote that it lies in, if it does."""
        ...


@dataclass(frozen=True, slots=True)
class LateHold:
    """A hold whose copy comes on `now` (None: nobody can say) and not on `was`, for what is left at `because`."""

    hold: str
    pickup: str
    was: date
    now: date | None
    because: str


def late_holds(
    rest: RestOfDay,
    left: Iterable[Left],
    fates: Mapping[str, Fate],
    planned: Collection[str],
    copies: Collection[HoldCopy],
) -> tuple[LateHold, ...]:
    """
    The holds that what is `left` makes late, by the new day; only of branches that were `planned` to be called at.

    `fates` says which totes come today all the same.
    """
    reckoner = _Reckoner(rest, fates)
    found: dict[str, LateHold] = {}
    for one in left:
        if one.branch not in planned and one.code != "stuck":
            continue
        for copy in copies:
            late = reckoner.brought(one, copy) or reckoner.taken(one, copy)
            if late is not None:
                found[copy.hold] = late
    return tuple(sorted(found.values(), key=lambda late: (late.now or date.max, late.pickup, late.hold)))


class _Reckoner:
    def __init__(self, rest: RestOfDay, fates: Mapping[str, Fate]) -> None:
        self._situation: Situation = rest.ground.situation
        self._day = rest.ground.day
        self._fates = fates
        self._vans = {van.van for van in rest.vans}

    def brought(self, left: Left, copy: HoldCopy) -> LateHold | None:
        """A copy that was to be brought today and stays on a van or at the hub."""
        if not left.off or copy.pickup != left.branch:
            return None
        under_way = copy.place in self._vans if copy.kind == "van" else copy.place == left.hub
        if not under_way or self._comes(copy):
            return None
        now = self._arrival(left.hub, copy.pickup, self._instant(left.hub, _LAST_MINUTE))
        return self._late(copy, self._day, now, left.branch)

    def taken(self, left: Left, copy: HoldCopy) -> LateHold | None:
        """A copy that was to be collected today and waits at its branch, or on a lost van, for another day."""
        here = copy.kind == "branch" and copy.place == left.branch and left.branch != left.hub
        stuck = left.code == "stuck" and copy.kind == "van" and copy.filling in left.on
        if not left.on or not (here or stuck) or copy.pickup == left.branch:
            return None
        back = self._situation.ways.back_minute(left.hub)
        was = self._arrival(left.hub, copy.pickup, self._instant(left.hub, back))
        origin = left.hub if stuck else left.branch
        now = self._arrival(origin, copy.pickup, self._instant(left.hub, _LAST_MINUTE))
        return None if was is None else self._late(copy, was, now, left.branch)

    def _comes(self, copy: HoldCopy) -> bool:
        fate = self._fates.get(copy.filling or "")
        return fate is not None and fate.kind in {"coming", "delivered"}

    def _late(self, copy: HoldCopy, was: date, now: date | None, because: str) -> LateHold | None:
        return None if now is not None and now <= was else LateHold(copy.hold, copy.pickup, was, now, because)

    def _instant(self, code: str, minute: int) -> int:
        return at_minute(self._day, minute, self._zone(code))

    def _arrival(self, origin: str, pickup: str, at_us: int) -> date | None:
        found = self._situation.ways.arrival(origin, pickup, at_us)
        return None if found is None else local_day(found, self._zone(pickup))

    def _zone(self, code: str) -> ZoneInfo:
        return zone_of(self._situation.branches[code].time_zone)
