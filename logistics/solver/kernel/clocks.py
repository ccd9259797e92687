"""
Earliest and latest times and the loads along a tour, so that an insertion is judged in constant time.

A van with a break has two clocks: `due` (break not taken) and `taken`. Position 0 is the hub before leaving,
position m + 1 the hub after returning; a time is when service starts there. For a van without a break only
`taken` is in use. All times are exact: an insertion that passes is feasible, one that fails is not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from logistics.solver.kernel.compile import compiled
from logistics.solver.kernel.day import Day, Flags, Ints

__all__ = ["NEVER", "Clocks", "empty_clocks", "first_start", "last_start", "paid_seconds", "set_clocks"]

NEVER = 1 << 60


class Clocks(NamedTuple):
    """By van and position; `set` says whether a van's row belongs to its present tour."""

    set: Flags
    due: Ints  # earliest start with the break still to take
    taken: Ints  # earliest start with it behind
    due_by: Ints  # latest start from which the rest can be done, break still to take
    taken_by: Ints
    load: Ints  # totes on leaving the position
    load_before: Ints  # most totes on any leg up to there
    load_after: Ints  # most totes on any leg from there
    heft: Ints  # the same in grams
    heft_before: Ints
    heft_after: Ints


def empty_clocks(vans: int, width: int) -> Clocks:
    """Clocks for tours of up to `width` stops."""
    return Clocks(np.zeros(vans, np.bool_), *(np.zeros((vans, width + 2), np.int64) for _ in range(10)))


@compiled
def first_start(day: Day, place: int, arrive: int) -> int:
    """The first moment from `arrive` on at which service may start."""
    count = day.windows[place]
    if count == 0:
        return arrive
    for window in range(count):
        if arrive <= day.closes[place, window]:
            return max(arrive, day.opens[place, window])
    return NEVER


@compiled
def last_start(day: Day, place: int, latest: int) -> int:
    """The last moment up to `latest` at which service may start."""
    count = day.windows[place]
    if count == 0:
        return latest
    for window in range(count - 1, -1, -1):
        if latest >= day.opens[place, window]:
            return min(latest, day.closes[place, window])
    return -NEVER


@compiled
def set_clocks(day: Day, clocks: Clocks, van: int, tour: Ints, size: int) -> None:
    """Fill one van's row from its tour."""
    if day.timed:
        _set_times(day, clocks, van, tour, size)
    _set_loads(day.deliver, day.collect, clocks.load[van], clocks.load_before[van], clocks.load_after[van], tour, size)
    if day.weighed:
        _set_loads(
            day.deliver_grams, day.collect_grams,
            clocks.heft[van], clocks.heft_before[van], clocks.heft_after[van], tour, size,
        )  # fmt: skip
    clocks.set[van] = True


@compiled
def _set_times(day: Day, clocks: Clocks, van: int, tour: Ints, size: int) -> None:
    due, taken, due_by, taken_by = clocks.due[van], clocks.taken[van], clocks.due_by[van], clocks.taken_by[van]
    hub, rest, rest_from, rest_to = day.hub[van], day.rest[van], day.rest_from[van], day.rest_to[van]
    before = hub
    leave_due = day.begins[van] if rest > 0 else NEVER
    leave_taken = max(day.begins[van], rest_from) + rest if rest > 0 else day.begins[van]
    due[0], taken[0] = leave_due, leave_taken
    for k in range(1, size + 2):
        here = tour[k - 1] if k <= size else hub
        drive = day.seconds[before, here]
        taken[k] = first_start(day, here, leave_taken + drive) if leave_taken < NEVER else NEVER
        leave_taken = taken[k] + day.service[here]
        if rest > 0:
            due[k] = first_start(day, here, leave_due + drive) if leave_due < NEVER else NEVER
            leave_due = due[k] + day.service[here]
            if leave_due <= rest_to:
                leave_taken = min(leave_taken, max(leave_due, rest_from) + rest)
        before = here
    taken_by[size + 1] = day.ends[van]
    due_by[size + 1] = rest_to if rest > 0 else -NEVER
    after = hub
    for k in range(size, -1, -1):
        here = tour[k - 1] if k > 0 else hub
        ahead = day.seconds[here, after] + day.service[here]
        latest = taken_by[k + 1]
        taken_by[k] = last_start(day, here, latest - ahead) if latest > -NEVER else -NEVER
        if rest > 0:
            onwards = due_by[k + 1]
            by = last_start(day, here, onwards - ahead) if onwards > -NEVER else -NEVER
            if k > 0 and latest > -NEVER:
                resting = min(rest_to, latest - day.seconds[here, after] - rest)
                if resting >= rest_from:
                    by = max(by, last_start(day, here, resting - day.service[here]))
            due_by[k] = by
        after = here


@compiled
def _set_loads(deliver: Ints, collect: Ints, load: Ints, before: Ints, after: Ints, tour: Ints, size: int) -> None:
    aboard = 0
    for k in range(size):
        aboard += deliver[tour[k]]
    load[0] = before[0] = aboard
    for k in range(1, size + 1):
        aboard += collect[tour[k - 1]] - deliver[tour[k - 1]]
        load[k] = aboard
        before[k] = max(aboard, before[k - 1])
    after[size + 1] = 0
    for k in range(size, -1, -1):
        after[k] = max(load[k], after[k + 1])


@compiled
def paid_seconds(day: Day, clocks: Clocks, van: int, tour: Ints, size: int) -> int:
    """Seconds from leaving to returning when the van returns as early, then leaves as late, as it can."""
    rest, rest_from, rest_to = day.rest[van], day.rest_from[van], day.rest_to[van]
    back = clocks.taken[van, size + 1]
    if rest > 0 and clocks.due[van, size + 1] <= rest_to:
        back = min(back, clocks.due[van, size + 1])
    taken = back
    due = min(back, rest_to) if rest > 0 else -NEVER
    after = day.hub[van]
    for k in range(size, 0, -1):
        here = tour[k - 1]
        drive, service = day.seconds[here, after], day.service[here]
        by = -NEVER
        if rest > 0:
            by = last_start(day, here, due - drive - service) if due > -NEVER else -NEVER
            resting = min(rest_to, taken - drive - rest)
            if taken > -NEVER and resting >= rest_from:
                by = max(by, last_start(day, here, resting - service))
        due = by
        taken = last_start(day, here, taken - drive - service) if taken > -NEVER else -NEVER
        after = here
    drive = day.seconds[day.hub[van], after]
    if rest == 0:
        return back - (taken - drive)
    leave = due - drive if due > -NEVER else -NEVER
    if taken > -NEVER and taken - drive >= max(day.begins[van], rest_from) + rest:
        leave = max(leave, taken - drive)
    return back - leave
