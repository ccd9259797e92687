"""
Copies for holds that are on their way: what a change of the day's plan may delay.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from projections import holds, locations
from projections.views import Views

__all__ = ["CopyUnderWay", "copies_under_way"]


@dataclass(frozen=True, slots=True)
class CopyUnderWay:
    """
    The copy of an open hold, set aside or promised, where it is now. `kind` is `branch` or `van`, `place` the code.

    `filling` is the tote that it lies in. Names nobody.
    """

    hold: str
    pickup: str
    kind: str
    place: str
    filling: str | None


def copies_under_way(views: Views, *, to: Collection[str], at: Collection[str]) -> list[CopyUnderWay]:
    """The copies for holds that are picked up at one of `to`, or that were set aside or promised at one of `at`."""
    found = []
    for hold in holds.open_holds(views):
        wanted = hold.pickup in to or hold.captured_branch in at or hold.target_branch in at
        if not wanted:
            continue
        if hold.target is not None and hold.target_branch is not None:
            found.append(CopyUnderWay(hold.hold, hold.pickup, "branch", hold.target_branch, None))
        elif hold.captured is not None:
            where = locations.where(views, hold.captured)
            if where is not None and where.kind in {"branch", "van"}:
                found.append(CopyUnderWay(hold.hold, hold.pickup, where.kind, where.place, where.filling))
    return found
