"""
Where in a tour a stop goes best.

Each position is judged in constant time on the clocks and loads of the tour. The two best positions are
remembered with the tour's number: as long as the tour does not change, the next question costs one look-up.
Most tours do not change in most moves, so this is where the speed comes from.
"""

from __future__ import annotations

import numpy as np

from logistics.solver.kernel.clocks import (
    DUE,
    DUE_BY,
    HEFT,
    HEFT_AFTER,
    HEFT_BEFORE,
    LOAD,
    LOAD_AFTER,
    LOAD_BEFORE,
    NEVER,
    TAKEN,
    TAKEN_BY,
    first_start,
    set_clocks,
)
from logistics.solver.kernel.compile import compiled
from logistics.solver.kernel.day import (
    COLLECT,
    COLLECT_GRAMS,
    DELIVER,
    DELIVER_GRAMS,
    FIXED,
    GRAMS,
    HUB,
    ONLY_HUB,
    PER_SECOND,
    REST,
    REST_FROM,
    REST_TO,
    SERVICE,
    TARIFF,
    TOTES,
    Day,
    Ints,
)
from logistics.solver.kernel.tours import CLOCKED, SIZE, STAMP, Tours

__all__ = ["look", "nothing_known"]

# Columns of what is known by place and van: for which tour, and the two best (extra micros, position).
OF_STAMP, EXTRA, POSITION, NEXT_EXTRA, NEXT_POSITION = range(5)


def nothing_known(day: Day) -> Ints:
    """No insertion has been looked at yet."""
    return np.zeros((day.places, day.vans, NEXT_POSITION + 1), np.int64)


@compiled
def look(day: Day, tours: Tours, known: Ints, place: int, van: int) -> None:
    """Fill `known` with the best positions of `place` in the present tour of `van`."""
    known[place, van, OF_STAMP] = tours.van[van, STAMP]
    known[place, van, EXTRA] = NEVER
    known[place, van, NEXT_EXTRA] = NEVER
    if day.stop[place, ONLY_HUB] >= 0 and day.stop[place, ONLY_HUB] != day.van[van, HUB]:
        return
    if tours.van[van, CLOCKED] == 0:
        set_clocks(day, tours.clocks[van], van, tours.stop[van], tours.van[van, SIZE])
        tours.van[van, CLOCKED] = 1
    _scan(day, tours.clocks[van], tours.stop[van], tours.van[van, SIZE], known, place, van)


@compiled
def _scan(day: Day, clocks: Ints, tour: Ints, size: int, known: Ints, place: int, van: int) -> None:
    arc, seconds, stop = day.arc[day.van[van, TARIFF]], day.seconds, day.stop
    hub, timed, weighed = day.van[van, HUB], day.timed, day.weighed
    service, rest = stop[place, SERVICE], day.van[van, REST]
    room_out, room_back = (
        day.van[van, TOTES] - stop[place, DELIVER],
        day.van[van, TOTES] - stop[place, COLLECT],
    )
    heft_out, heft_back = (
        day.van[van, GRAMS] - stop[place, DELIVER_GRAMS],
        day.van[van, GRAMS] - stop[place, COLLECT_GRAMS],
    )
    extra = service * day.van[van, PER_SECOND] + (day.van[van, FIXED] if size == 0 else 0)
    best, best_at, second, second_at = NEVER, -1, NEVER, -1
    before = hub
    for k in range(size + 1):
        if clocks[k, LOAD_BEFORE] > room_out:
            break
        after = tour[k] if k < size else hub
        cost = arc[before, place] + arc[place, after] + extra
        if size > 0:
            cost -= arc[before, after]
        fits = cost < second and clocks[k, LOAD] <= room_back and clocks[k + 1, LOAD_AFTER] <= room_back
        if fits and weighed:
            fits = (
                clocks[k, HEFT_BEFORE] <= heft_out
                and clocks[k, HEFT] <= heft_back
                and clocks[k + 1, HEFT_AFTER] <= heft_back
            )
        if fits and timed:
            there, onwards = seconds[before, place], seconds[place, after]
            ready = clocks[k, TAKEN] + stop[before, SERVICE] + there
            leave = first_start(stop, place, ready) + service
            fits = leave + onwards <= clocks[k + 1, TAKEN_BY]
            if not fits and rest > 0:
                fits = _with_break(day, clocks, place, van, k, before, there, onwards)
        if fits:
            if cost < best:
                second, second_at = best, best_at
                best, best_at = cost, k
            else:
                second, second_at = cost, k
        before = after
    known[place, van, EXTRA], known[place, van, POSITION] = best, best_at
    known[place, van, NEXT_EXTRA], known[place, van, NEXT_POSITION] = second, second_at


@compiled
def _with_break(day: Day, clocks: Ints, place: int, van: int, k: int, before: int, there: int, onwards: int) -> bool:
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
