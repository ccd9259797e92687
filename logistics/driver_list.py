"""
What a driver must know when the plan of a day changes on the road: a few lines, in the order of the day.

What stays as it is is not told. Counted from the two revisions alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from logistics.plan import PlanDrafted, PlannedRoute, PlannedStop
from logistics.stop_names import branch_for
from logistics.wall_clock import wall_time

__all__ = ["DriverLines", "driver_lists"]

WORTH_TELLING_SECONDS = 300


@dataclass(frozen=True, slots=True)
class DriverLines:
    """The lines for the driver of one van."""

    van: str
    lines: tuple[str, ...]


def driver_lists(before: PlanDrafted, after: PlanDrafted) -> tuple[DriverLines, ...]:
    """The vans whose day changed, by van, each with its lines; a van that goes on as before is not in it."""
    old = {route.van: route for route in before.routes}
    new = {route.van: route for route in after.routes}
    lost = after.inputs.lost or {}
    told = ((van, _lines(old.get(van), new.get(van), lost.get(van))) for van in sorted({*old, *new}))
    return tuple(DriverLines(van, tuple(lines)) for van, lines in told if lines)


def _lines(before: PlannedRoute | None, after: PlannedRoute | None, stands: str | None) -> list[str]:
    old = {stop.name: stop for stop in before.stops} if before else {}
    new = {stop.name: stop for stop in after.stops} if after else {}
    gone = [name for name in old if name not in new]
    if stands is not None:
        taken = f"; others make {', '.join(gone)}, or nobody" if gone else ""
        return [f"Stays at {stands} and drives no further{taken}."] if gone else []
    lines = [f"Leaves {after.hub} at {wall_time(after.leaves)}."] if after and before is None else []
    lines += [f"No longer: {name}." for name in gone]
    for name, stop in new.items():
        was = old.get(name)
        if was is None:
            lines.append(f"New: {_call(stop)}.")
        else:
            lines += _changed(was, stop)
    kept = [name for name in new if name in old]
    if kept != [name for name in old if name in new]:
        lines.append(f"The order is now {', '.join(stop.branch for stop in new.values())}.")
    if lines and before and after and abs(after.returns - before.returns) >= WORTH_TELLING_SECONDS:
        lines.append(f"Back at {after.hub} at {wall_time(after.returns)}, not {wall_time(before.returns)}.")
    return lines


def _call(stop: PlannedStop) -> str:
    if stop.takes_from is not None:
        goal = branch_for(stop.name)
        return (
            f"{stop.branch} at {wall_time(stop.starts)}, take over {_totes(stop.totes_on)} for {goal}"
            f" from {stop.takes_from}"
        )
    return f"{stop.branch} at {wall_time(stop.starts)}, {stop.totes_off} off and {stop.totes_on} on"


def _changed(before: PlannedStop, after: PlannedStop) -> list[str]:
    lines = []
    if abs(before.starts - after.starts) >= WORTH_TELLING_SECONDS:
        word = "Later" if after.starts > before.starts else "Sooner"
        lines.append(f"{word}: {after.branch} at {wall_time(after.starts)}, not {wall_time(before.starts)}.")
    if (before.totes_off, before.totes_on) != (after.totes_off, after.totes_on):
        lines.append(
            f"Other totes: {after.branch}, {after.totes_off} off and {after.totes_on} on,"
            f" not {before.totes_off} and {before.totes_on}."
        )
    return lines


def _totes(count: int) -> str:
    return f"{count} tote{'' if count == 1 else 's'}"
