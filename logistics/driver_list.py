"""
What a driver must know when the plan of a day changes on the road: a few lines, in the order of the day.

What stays as it is is not told. Counted from the two revisions alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from logistics.plan import PlanDrafted, PlannedReload, PlannedRoute, PlannedStop
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
    added: list[PlannedStop] = []
    for name, stop in new.items():
        was = old.get(name)
        if was is None and (not added or added[-1].door == stop.door):
            added.append(stop)
            continue
        lines += _new(added)
        added = [stop] if was is None else []
        lines += [] if was is None else _changed(was, stop)
    lines += _new(added)
    lines += _reloads(before, after)
    kept = [name for name in new if name in old]
    if kept != [name for name in old if name in new]:
        branches = [call[0].branch for call in after.calls] if after else []
        lines.append(f"The order is now {', '.join(branch for branch, _ in groupby(branches))}.")
    if lines and before and after and abs(after.returns - before.returns) >= WORTH_TELLING_SECONDS:
        lines.append(f"Back at {after.hub} at {wall_time(after.returns)}, not {wall_time(before.returns)}.")
    return lines


def _reloads(before: PlannedRoute | None, after: PlannedRoute | None) -> list[str]:
    """The calls at the hub between two trips that are new, at another time, with other totes, or not made."""
    old = {} if before is None else _loaded_before(before)
    new = {} if after is None else _loaded_before(after)
    hub = (after or before).hub  # type: ignore[union-attr]
    lines = []
    for stop, reload in new.items():
        was = old.get(stop)
        if was is None:
            word = "New: back"
        elif abs(was.arrives - reload.arrives) >= WORTH_TELLING_SECONDS or was.totes_on != reload.totes_on:
            word = "Back"
        else:
            continue
        lines.append(
            f"{word} at {hub} at {wall_time(reload.arrives)} to load {_totes(reload.totes_on)}, before {stop}."
        )
    return lines + [f"No longer back at {hub} before {stop}." for stop in old if stop not in new]


def _loaded_before(route: PlannedRoute) -> dict[str, PlannedReload]:
    """Each reload by the branch of the stop that it comes before."""
    return {route.stops[reload.after].branch: reload for reload in route.reloads or ()}


def _new(stops: list[PlannedStop]) -> list[str]:
    """The one line for new stops that are one call; none for none."""
    if not stops:
        return []
    first = stops[0]
    begins = f"New: {first.branch} at {wall_time(first.starts)}"
    if first.takes_from is None:
        return [f"{begins}, {sum(stop.totes_off for stop in stops)} off and {sum(stop.totes_on for stop in stops)} on."]
    taken = [f"{_totes(stop.totes_on)} for {branch_for(stop.name)}" for stop in stops]
    return [f"{begins}, take over {', '.join(taken)} from {first.takes_from}."]


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
