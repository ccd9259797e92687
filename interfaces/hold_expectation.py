"""
When the copy of a hold can be at its pickup branch: the soonest instant by the vans' timetable.

What is promised leaves with the van for which it is pulled, what travels goes on from where its tote stands.
A hold without a copy has no such instant; how likely each day is, is for the forecast to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from circulation.lookups import Courier
    from projections.holds import Queued
    from projections.views import Views

__all__ = ["expected_us"]


def expected_us(hold: Queued, views: Views, courier: Courier, now_us: int) -> int | None:
    """
    The instant in microseconds UTC, `now_us` for a copy that is at the pickup branch already.

    None where no copy is promised or set aside, where there is no way, or where the copy is on a van or lost.
    """
    if hold.target is not None and hold.target_branch is not None:
        return _from(hold.target_branch, hold.pickup, courier, now_us)
    if hold.captured is None:
        return None
    from projections import locations

    where = locations.where(views, hold.captured)
    return None if where is None or where.kind != "branch" else _from(where.place, hold.pickup, courier, now_us)


def _from(branch: str, pickup: str, courier: Courier, now_us: int) -> int | None:
    return now_us if branch == pickup else courier.arrival(branch, pickup, now_us)
