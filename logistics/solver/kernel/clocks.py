"""
Earliest and latest times and the loads along a tour, so that an insertion is judged in constant time.

A van with a break has two clocks: DUE (break not taken) and TAKEN. Position 0 is the hub before leaving,
position m + 1 the hub after returning; a time is when service starts there. For a van without a break only
TAKEN is in use. All times are exact: an insertion that passes is feasible, one that fails is not. Only a longest
time on board is not in them; `rides` adds it.
"""

from __future__ import annotations

from logistics.solver.kernel.compile import compiled, compiled_apart
from logistics.solver.kernel.day import (
    BEGINS,
    CHANGE,
    CHANGE_GRAMS,
    DELIVER,
    DELIVER_GRAMS,
    ENDS,
    HUB,
    REST,
    REST_FROM,
    REST_TO,
    SERVICE,
    TARIFF,
    WINDOW,
    WINDOWS,
    Day,
    Ints,
)

__all__ = ["NEVER", "first_start", "last_start", "paid_seconds", "set_clocks"]

NEVER = 1 << 60
# Columns by position: earliest start with the break still to take, and behind; latest start from which the
# rest can be done; totes on leaving, the most on any leg up to there and from there; the same in grams; the cost of
# the drive to the next position, and its seconds.
DUE, TAKEN, DUE_BY, TAKEN_BY, LOAD, LOAD_BEFORE, LOAD_AFTER, HEFT, HEFT_BEFORE, HEFT_AFTER, ONWARDS, DRIVE = range(12)
CLOCK_COLUMNS = 12


@compiled
def first_start(stop: Ints, place: int, arrive: int) -> int:
    """The first moment from `arrive` on at which service may start."""
    count = stop[place, WINDOWS]
    if count == 0:
        return arrive
    for window in range(count):
        if arrive <= stop[place, WINDOW + 2 * window + 1]:
            return int(max(arrive, stop[place, WINDOW + 2 * window]))
    return NEVER


@compiled
def last_start(stop: Ints, place: int, latest: int) -> int:
    """The last moment up to `latest` at which service may start."""
    count = stop[place, WINDOWS]
    if count == 0:
        return latest
    for window in range(count - 1, -1, -1):
        if latest >= stop[place, WINDOW + 2 * window]:
            return int(min(latest, stop[place, WINDOW + 2 * window + 1]))
    return -NEVER


@compiled
def set_clocks(day: Day, clocks: Ints, van: int, tour: Ints, size: int) -> None:
    """Fill one van's clocks and loads (position, column) from its tour."""
    _set_onwards(day, clocks, van, tour, size)
    if day.timed:
        _set_earliest(day, clocks, van, tour, size)
        _set_latest(day, clocks, van, tour, size)
    if day.reloading:
        _set_loads_by_trip(day, clocks, tour, size, DELIVER, CHANGE, LOAD)
        if day.weighed:
            _set_loads_by_trip(day, clocks, tour, size, DELIVER_GRAMS, CHANGE_GRAMS, HEFT)
        return
    _set_loads(day.stop, clocks, tour, size, DELIVER, CHANGE, LOAD)
    if day.weighed:
        _set_loads(day.stop, clocks, tour, size, DELIVER_GRAMS, CHANGE_GRAMS, HEFT)


@compiled
def _set_onwards(day: Day, clocks: Ints, van: int, tour: Ints, size: int) -> None:
    arc, hub = day.arc[day.van[van, TARIFF]], day.van[van, HUB]
    before = hub
    for k in range(size + 1):
        here = tour[k] if k < size else hub
        clocks[k, ONWARDS] = arc[before, here] if size > 0 else 0
        clocks[k, DRIVE] = day.seconds[before, here]
        before = here


@compiled
def _set_earliest(day: Day, clocks: Ints, van: int, tour: Ints, size: int) -> None:
    stop = day.stop
    hub, rest = day.van[van, HUB], day.van[van, REST]
    rest_from, rest_to = day.van[van, REST_FROM], day.van[van, REST_TO]
    begins = day.van[van, BEGINS]
    due = begins if rest > 0 else NEVER
    taken = max(begins, rest_from) + rest if rest > 0 else begins
    clocks[0, DUE], clocks[0, TAKEN] = due, taken
    for k in range(1, size + 2):
        here = tour[k - 1] if k <= size else hub
        drive = clocks[k - 1, DRIVE]
        start = first_start(stop, here, taken + drive) if taken < NEVER else NEVER
        clocks[k, TAKEN] = start
        taken = start + stop[here, SERVICE]
        start = NEVER
        if rest > 0:
            if due < NEVER:
                start = first_start(stop, here, due + drive)
            due = start + stop[here, SERVICE]
            if due <= rest_to:
                taken = min(taken, max(due, rest_from) + rest)
        clocks[k, DUE] = start


@compiled
def _set_latest(day: Day, clocks: Ints, van: int, tour: Ints, size: int) -> None:
    stop = day.stop
    hub, rest = day.van[van, HUB], day.van[van, REST]
    rest_from, rest_to = day.van[van, REST_FROM], day.van[van, REST_TO]
    taken_by = day.van[van, ENDS]
    due_by = rest_to if rest > 0 else -NEVER
    clocks[size + 1, TAKEN_BY], clocks[size + 1, DUE_BY] = taken_by, due_by
    for k in range(size, -1, -1):
        here = tour[k - 1] if k > 0 else hub
        drive, service = clocks[k, DRIVE], stop[here, SERVICE]
        if rest > 0:
            by = last_start(stop, here, due_by - drive - service) if due_by > -NEVER else -NEVER
            if k > 0 and taken_by > -NEVER:
                resting = min(rest_to, taken_by - drive - rest)
                if resting >= rest_from:
                    by = max(by, last_start(stop, here, resting - service))
            due_by = by
        taken_by = last_start(stop, here, taken_by - drive - service) if taken_by > -NEVER else -NEVER
        clocks[k, TAKEN_BY], clocks[k, DUE_BY] = taken_by, due_by


@compiled
def _set_loads(stop: Ints, clocks: Ints, tour: Ints, size: int, deliver: int, change: int, first: int) -> None:
    """Loads in the column `first`, most before in the next, most after in the one after."""
    aboard = 0
    for k in range(size):
        aboard += stop[tour[k], deliver]
    clocks[0, first] = clocks[0, first + 1] = aboard
    for k in range(1, size + 1):
        aboard += stop[tour[k - 1], change]
        clocks[k, first] = aboard
        clocks[k, first + 1] = max(aboard, clocks[k - 1, first + 1])
    clocks[size + 1, first + 2] = 0
    for k in range(size, -1, -1):
        clocks[k, first + 2] = max(clocks[k, first], clocks[k + 1, first + 2])


@compiled_apart
def _set_loads_by_trip(day: Day, clocks: Ints, tour: Ints, size: int, deliver: int, change: int, first: int) -> None:
    """The same for a tour with reloads: a trip begins behind each, and most before and after are those of the trip."""
    stop, start = day.stop, 0
    while True:
        end, aboard = start, 0
        while end < size and tour[end] < day.places:
            aboard += stop[tour[end], deliver]
            end += 1
        clocks[start, first] = clocks[start, first + 1] = aboard
        for k in range(start + 1, end + 1):
            aboard += stop[tour[k - 1], change]
            clocks[k, first] = aboard
            clocks[k, first + 1] = max(aboard, clocks[k - 1, first + 1])
        clocks[end, first + 2] = aboard
        for k in range(end - 1, start - 1, -1):
            clocks[k, first + 2] = max(clocks[k, first], clocks[k + 1, first + 2])
        if end == size:
            break
        start = end + 1
    clocks[size + 1, first + 2] = 0


@compiled
def paid_seconds(day: Day, clocks: Ints, van: int, tour: Ints, size: int) -> int:
    """Seconds from leaving to returning when the van returns as early, then leaves as late, as it can."""
    stop, seconds = day.stop, day.seconds
    rest, rest_from, rest_to = day.van[van, REST], day.van[van, REST_FROM], day.van[van, REST_TO]
    back = clocks[size + 1, TAKEN]
    if rest > 0 and clocks[size + 1, DUE] <= rest_to:
        back = min(back, clocks[size + 1, DUE])
    taken = back
    due = min(back, rest_to) if rest > 0 else -NEVER
    after = day.van[van, HUB]
    for k in range(size, 0, -1):
        here = tour[k - 1]
        drive, service = seconds[here, after], stop[here, SERVICE]
        by = -NEVER
        if rest > 0:
            if due > -NEVER:
                by = last_start(stop, here, due - drive - service)
            resting = min(rest_to, taken - drive - rest)
            if taken > -NEVER and resting >= rest_from:
                by = max(by, last_start(stop, here, resting - service))
        due = by
        taken = last_start(stop, here, taken - drive - service) if taken > -NEVER else -NEVER
        after = here
    drive = seconds[day.van[van, HUB], after]
    if rest == 0:
        return int(back - (taken - drive))
    leave = due - drive if due > -NEVER else -NEVER
    if taken > -NEVER and taken - drive >= max(day.van[van, BEGINS], rest_from) + rest:
        leave = max(leave, taken - drive)
    return int(back - leave)
