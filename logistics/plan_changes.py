"""
What is different for the stops of a plan from another day's: other vans, other hours, new stops, stops without a van.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from logistics.plan import PlanDrafted
from logistics.stability import QUARTER_OF_AN_HOUR
from logistics.wall_clock import minutes, wall_time

__all__ = ["StopChange", "changes_against"]


@dataclass(frozen=True, slots=True)
class _Call:
    van: str
    starts: int


@dataclass(frozen=True, slots=True)
class StopChange:
    """
    One stop: it rides with another `van`, is served at another `time`, is `new`, or is `gone`.

    Vans and the seconds after midnight at which service starts, before and after; None where no van calls.
    """

    branch: str
    what: Literal["van", "time", "new", "gone"]
    van_before: str | None
    van: str | None
    starts_before: int | None
    starts: int | None

    @property
    def sentence(self) -> str:
        """The change with its numbers."""
        was = f"van {self.van_before} at {wall_time(self.starts_before or 0)}"
        now = f"van {self.van} at {wall_time(self.starts or 0)}"
        match self.what:
            case "new":
                return f"{self.branch} is new: {now}."
            case "gone":
                return f"{self.branch} has no van; before it was {was}."
            case "van":
                return f"{self.branch} has {now}; before it was {was}."
            case "time":
                later = (self.starts or 0) - (self.starts_before or 0)
                way = "later" if later > 0 else "earlier"
                return f"{self.branch} is served {minutes(abs(later))} {way}: {now}; before it was {was}."


def changes_against(before: PlanDrafted, after: PlanDrafted) -> list[StopChange]:
    """The stops that differ, other vans first, by branch; times that differ by a quarter of an hour or less do not."""
    order = ("van", "time", "new", "gone")
    return sorted(_changes(_calls(before), _calls(after)), key=lambda one: (order.index(one.what), one.branch))


def _calls(plan: PlanDrafted) -> dict[str, _Call]:
    return {stop.branch: _Call(route.van, stop.starts) for route in plan.routes for stop in route.stops}


def _changes(before: dict[str, _Call], after: dict[str, _Call]) -> Iterator[StopChange]:
    for branch in before.keys() | after.keys():
        was, now = before.get(branch), after.get(branch)
        what: Literal["van", "time", "new", "gone"]
        if was is None or now is None:
            what = "new" if was is None else "gone"
        elif was.van != now.van:
            what = "van"
        elif abs(was.starts - now.starts) > QUARTER_OF_AN_HOUR:
            what = "time"
        else:
            continue
        yield StopChange(
            branch,
            what,
            None if was is None else was.van,
            None if now is None else now.van,
            None if was is None else was.starts,
            None if now is None else now.starts,
        )
