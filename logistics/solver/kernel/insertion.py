"""
Where in a tour a stop goes best; where a pair does is in `pairs`.

Each position is judged in constant time on the clocks and loads of the tour. The two best positions are
remembered with the tour's number: as long as the tour does not change, the next question costs one look-up.
Most tours do not change in most moves, so this is where the speed comes from.
"""

from __future__ import annotations

import numpy as np

from logistics.solver.kernel.clocks import (
    HEFT_AFTER,
    HEFT_BEFORE,
    LOAD_AFTER,
    LOAD_BEFORE,
    NEVER,
    ONWARDS,
    set_clocks,
)
from logistics.solver.kernel.compile import compiled
from logistics.solver.kernel.credits import credits_first, credits_past
from logistics.solver.kernel.day import (
    COLLECT,
    COLLECT_GRAMS,
    DELIVER,
    DELIVER_GRAMS,
    FIRST,
    FIXED,
    GRAMS,
    HUB,
    MATE,
    ONLY_HUB,
    PER_SECOND,
    SERVICE,
    TARIFF,
    TOTES,
    UNUSUAL,
    Day,
    Ints,
)
from logistics.solver.kernel.pairs import scan_pair
from logistics.solver.kernel.rides import has_bounds, rides_fit
from logistics.solver.kernel.steady import is_called_by, neighbours_with, sooner_and_later
from logistics.solver.kernel.timing import in_time, too_late
from logistics.solver.kernel.tours import CLOCKED, SIZE, STAMP, TRIAL, Tours
from logistics.solver.kernel.trips import scan_trip

__all__ = ["look", "nothing_known"]

# Columns of what is known by place and van: for which tour, and the two best (extra micros, stops before it, and for
# a pair, under its first place, stops before its second). A number of stops before it that is beyond the tour's size
# means a trip of its own: that many less the size and one.
OF_STAMP, EXTRA, POSITION, SECOND_POSITION, NEXT_EXTRA, NEXT_POSITION, NEXT_SECOND_POSITION = range(7)


def nothing_known(day: Day) -> Ints:
    """No insertion has been looked at yet."""
    return np.zeros((day.places, day.vans, NEXT_SECOND_POSITION + 1), np.int64)


@compiled
def look(day: Day, tours: Tours, known: Ints, place: int, van: int) -> None:
    """Fill `known` with the best positions of `place`, a single stop or the first of a pair, in the tour of `van`."""
    row = known[place, van]
    row[OF_STAMP] = tours.van[van, STAMP]
    row[EXTRA] = row[NEXT_EXTRA] = NEVER
    if day.stop[place, ONLY_HUB] >= 0 and day.stop[place, ONLY_HUB] != day.van[van, HUB]:
        return
    if day.settled and not is_called_by(day, place, van):
        return
    if tours.van[van, CLOCKED] == 0:
        set_clocks(day, tours.clocks[van], van, tours.stop[van], tours.van[van, SIZE])
        tours.van[van, CLOCKED] = 1
    if day.stop[place, MATE] >= 0:
        (
            row[EXTRA], row[POSITION], row[SECOND_POSITION],
            row[NEXT_EXTRA], row[NEXT_POSITION], row[NEXT_SECOND_POSITION],
        ) = scan_pair(day, tours, van, place)  # fmt: skip
    else:
        row[EXTRA], row[POSITION], row[NEXT_EXTRA], row[NEXT_POSITION] = _scan(day, tours, van, place)
    if day.reloading:
        extra, before = scan_trip(day, tours, van, place)
        position = tours.van[van, SIZE] + 1 + before
        if extra < row[EXTRA]:
            row[NEXT_EXTRA], row[NEXT_POSITION] = row[EXTRA], row[POSITION]
            row[NEXT_SECOND_POSITION] = row[SECOND_POSITION]
            row[EXTRA], row[POSITION] = extra, position
        elif extra < row[NEXT_EXTRA]:
            row[NEXT_EXTRA], row[NEXT_POSITION] = extra, position


@compiled
def _scan(day: Day, tours: Tours, van: int, place: int) -> tuple[int, int, int, int]:
    """The two best positions of a single stop: extra micros and stops before it, twice."""
    clocks, tour, size = tours.clocks[van], tours.stop[van], tours.van[van, SIZE]
    stop, tariff = day.stop, day.van[van, TARIFF]
    arc_to, arc_from = day.arc_to[tariff, place], day.arc[tariff, place]
    seconds_to, seconds_from, service = day.seconds_to[place], day.seconds[place], stop[place, SERVICE]
    hub, timed, weighed, reloading = day.van[van, HUB], day.timed, day.weighed, day.reloading
    room_out, room_back = (
        day.van[van, TOTES] - stop[place, DELIVER],
        day.van[van, TOTES] - stop[place, COLLECT],
    )
    heft_out, heft_back = (
        day.van[van, GRAMS] - stop[place, DELIVER_GRAMS],
        day.van[van, GRAMS] - stop[place, COLLECT_GRAMS],
    )
    extra = service * day.van[van, PER_SECOND] + (day.van[van, FIXED] if size == 0 else 0)
    bounded = day.bounded and has_bounds(day, tour, size)
    credit = credits_first(day, place, tour, 0, size) if day.credited else 0
    soonest, latest, behind = 0, size, FIRST
    if day.ordered:
        soonest, latest = sooner_and_later(day, tour, size, place)
    if day.settled:
        extra += day.change[place, van]
    best, best_at, second, second_at = NEVER, -1, NEVER, -1
    before = hub
    for k in range(size + 1):
        if (not reloading and clocks[k, LOAD_BEFORE] > room_out) or (timed and too_late(day, clocks, van, k, place)):
            break
        after = tour[k] if k < size else hub
        cost = arc_to[before] + arc_from[after] - clocks[k, ONWARDS] + extra
        if day.credited:
            if k > 0 and before >= day.places:
                credit = credits_first(day, place, tour, k, size)
            elif k > 0:
                credit += credits_past(day, place, before)
            cost -= credit
        if day.neighbour > 0:
            if k > 0 and day.usual[before] != UNUSUAL:
                behind = before
            cost += neighbours_with(day, tour, size, k, behind, place)
        fits = cost < second and clocks[k, LOAD_AFTER] <= room_back
        if fits and reloading:
            fits = clocks[k, LOAD_BEFORE] <= room_out
        if fits and weighed:
            fits = clocks[k, HEFT_BEFORE] <= heft_out and clocks[k, HEFT_AFTER] <= heft_back
        if fits and timed:
            fits = in_time(day, clocks, van, k, before, place, seconds_to[before], seconds_from[after])
        if fits and day.ordered:
            fits = soonest <= k <= latest
        if fits and bounded:
            fits = _rides_fit_with(day, tours, van, place, k)
        if fits:
            if cost < best:
                second, second_at = best, best_at
                best, best_at = cost, k
            else:
                second, second_at = cost, k
        before = after
    return int(best), best_at, int(second), second_at


@compiled
def _rides_fit_with(day: Day, tours: Tours, van: int, place: int, k: int) -> bool:
    """Whether times exist for the tour with the stop in it."""
    tour, trial, size = tours.stop[van], tours.work[TRIAL], tours.van[van, SIZE]
    for number in range(k):
        trial[number] = tour[number]
    trial[k] = place
    for number in range(k, size):
        trial[number + 1] = tour[number]
    return bool(rides_fit(day, tours.work, tours.at, van, trial, size + 1))
