"""
Journeys that do not end: when one is overdue, looking for the copy, and giving the journey up. Pure decisions.

How long is too long is the lane's own experience and not one number for all (circulation reference, case 15):
twice the time in which 95 of 100 of its journeys ended, between 3 days and OpenRS's 56; a lane of which too little
is known has 14 days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from circulation.actor import Role
from circulation.clock import DAY_US
from circulation.condition import ItemUnlocated, TransitOverdue
from circulation.custody import Handover, Transit
from circulation.custody_path import last_custody, places_on
from circulation.declaring import Declared, give_up
from circulation.errors import Invalid, Refused
from circulation.event import Event
from circulation.hold import Title
from circulation.item import Item, TransitAbandoned

__all__ = ["ABORT_REASONS", "LaneLimit", "decide_abort", "decide_overdue", "lane_limit"]

_ENOUGH = 20
_UNKNOWN_LANE_US = 14 * DAY_US
_LEAST_US = 3 * DAY_US
_MOST_US = 56 * DAY_US

ABORT_REASONS: Mapping[str, str] = {
    "not-in-tote": "it was not in the tote that should have held it",
    "not-sent": "it never left",
    "wrong-item": "another copy was meant",
    "service-ended": "nothing travels there any more",
    "other": "something else",
}
"""Why a journey may be given up."""


@dataclass(frozen=True, slots=True)
class LaneLimit:
    """How long a journey may take before it is overdue; `usual_us` holds 95 of 100, None where too few are known."""

    limit_us: int
    usual_us: int | None = None


def lane_limit(times: Mapping[int, int]) -> LaneLimit:
    """The limit of a lane from how many of its journeys took how long (microseconds, to any precision)."""
    count = sum(times.values())
    if count < _ENOUGH:
        return LaneLimit(_UNKNOWN_LANE_US)
    seen = 0
    usual_us = 0
    for took_us in sorted(times):
        seen += times[took_us]
        usual_us = took_us
        if seen * 100 >= count * 95:
            break
    return LaneLimit(min(max(2 * usual_us, _LEAST_US), _MOST_US), usual_us)


def decide_overdue(item: Item, *, at: str, now_us: int, limit: LaneLimit, path: Sequence[Handover]) -> Declared:
    """
    The fact that a journey takes too long: every branch on its way so far, and its destination, is to look for it.

    Raises `Refused`: `transit.none`, `transit.in-time`, `transit.searched` if that was said already.
    """
    transit = _transit(item)
    if item.custody.absence is not None:
        raise Refused("transit.searched", item=item.barcode, what=item.custody.absence.what)
    if now_us <= transit.opened_us + limit.limit_us:
        raise Refused("transit.in-time", item=item.barcode)
    way = [step for step in path if step.since_us >= transit.opened_us]
    search = tuple(dict.fromkeys((transit.destination, *places_on(way), transit.origin)))
    late = TransitOverdue(
        at=at,
        transit=transit.transit,
        limit_us=limit.limit_us,
        usual_us=limit.usual_us,
        search=search,
        last=last_custody(path),
    )
    return Declared((late,))


def decide_abort(item: Item, title: Title, *, at: str, role: Role, code: str, last: Handover | None) -> Declared:
    """
    The facts of giving a journey up: nobody knows where the copy is since its last custody, and its hold waits again.

    Raises `Invalid` (`abort.reason`) and `Refused`: `transit.none`; `abort.lost` while the copy is searched for,
    and `abort.elsewhere` at a branch that the journey does not concern, unless by a coordinator (as Evergreen).
    """
    if code not in ABORT_REASONS:
        raise Invalid("abort.reason", code=code[:40], known=", ".join(ABORT_REASONS))
    transit = _transit(item)
    may_always = role in (Role.COORDINATOR, Role.ADMINISTRATOR)
    absence = item.custody.absence
    if absence is not None and not may_always:
        raise Refused("abort.lost", item=item.barcode, what=absence.what)
    concerned = {transit.origin, transit.destination, item.branch}
    if at not in concerned and not may_always:
        raise Refused(
            "abort.elsewhere", item=item.barcode, origin=transit.origin, destination=transit.destination, at=at
        )
    given = give_up(item, title, at, "missed")
    on_item: list[Event] = [
        TransitAbandoned(transit=event.transit, branch=event.branch, why="aborted")
        if isinstance(event, TransitAbandoned)
        else event
        for event in given.item
    ]
    unlocated = ItemUnlocated(at=at, transit=transit.transit, code=code, last=last)
    return Declared((*on_item, unlocated), given.title, given.wants)


def _transit(item: Item) -> Transit:
    if item.custody.transit is None:
        raise Refused("transit.none", item=item.barcode)
    return item.custody.transit
