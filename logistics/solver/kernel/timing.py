"""Whether a stop can be called at in time at a position of a tour, by the clocks of the tour, in constant time."""

from __future__ import annotations

from logistics.solver.kernel.clocks import DUE, DUE_BY, NEVER, TAKEN, TAKEN_BY, first_start
from logistics.solver.kernel.compile import compiled
from logistics.solver.kernel.day import REST, REST_FROM, REST_TO, SERVICE, WINDOW, WINDOWS, Day, Ints

__all__ = ["drive_on", "in_time", "ready", "too_late"]


@compiled
def too_late(day: Day, clocks: Ints, van: int, k: int, place: int) -> bool:
    """Whether the tour starts service at position `k` after the last window of `place`: so at all later ones."""
    count = day.stop[place, WINDOWS]
    if count == 0:
        return False
    closes = day.stop[place, WINDOW + 2 * count - 1]
    return bool(clocks[k, TAKEN] > closes and (day.van[van, REST] == 0 or clocks[k, DUE] > closes))


@compiled
def in_time(day: Day, clocks: Ints, van: int, k: int, before: int, place: int, there: int, onwards: int) -> bool:
    """Whether the rest of the tour can be kept with `place` behind position `k`, `there` and `onwards` seconds away."""
    ready = clocks[k, TAKEN] + day.stop[before, SERVICE] + there
    leave = first_start(day.stop, place, ready) + day.stop[place, SERVICE]
    if leave + onwards <= clocks[k + 1, TAKEN_BY]:
        return True
    if day.van[van, REST] == 0:
        return False
    return _with_break(day, clocks, van, k, before, place, there, onwards)


@compiled
def _with_break(day: Day, clocks: Ints, van: int, k: int, before: int, place: int, there: int, onwards: int) -> bool:
    """In time with the break still ahead, right after the stop, or right before it."""
    stop, rest, rest_from, rest_to = (
        day.stop,
        day.van[van, REST],
        day.van[van, REST_FROM],
        day.van[van, REST_TO],
    )
    latest = clocks[k + 1, TAKEN_BY]
    ready = clocks[k, DUE] + stop[before, SERVICE]
    leave = first_start(stop, place, ready + there) + stop[place, SERVICE]
    if leave + onwards <= clocks[k + 1, DUE_BY]:
        return True
    if leave <= rest_to and max(leave, rest_from) + rest + onwards <= latest:
        return True
    if k > 0 and ready <= rest_to:
        start = first_start(stop, place, max(ready, rest_from) + rest + there)
        return bool(start + stop[place, SERVICE] + onwards <= latest)
    return False


@compiled
def ready(day: Day, van: int, place: int, due: int, taken: int, may_rest: bool) -> tuple[int, int]:
    """From starts of service to driving on, with the break still to take and behind."""
    service, rest = day.stop[place, SERVICE], day.van[van, REST]
    due, taken = due + service, taken + service
    if rest > 0 and may_rest and due <= day.van[van, REST_TO]:
        taken = min(taken, max(due, day.van[van, REST_FROM]) + rest)
    return int(due), int(taken)


@compiled
def drive_on(day: Day, van: int, place: int, due: int, taken: int, drive: int) -> tuple[int, int]:
    """From driving on to starts of service at the next place."""
    taken = first_start(day.stop, place, taken + drive) if taken < NEVER else NEVER
    if day.van[van, REST] == 0 or due >= NEVER:
        return NEVER, int(taken)
    return int(first_start(day.stop, place, due + drive)), int(taken)
