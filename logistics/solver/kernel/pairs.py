"""
Where in a tour a pair goes best: totes that ride from one stop to a later one on the same van.

For every position of the first stop the second is tried right behind it and then further on, by walking the tour
with the times that the first stop leads to. The walk ends where a stop would start later than it may, the van
overflows, the ride gets too long, or no later position can be cheap enough: what the second stop alone would cost at
best from here on, where it alone would be in time, is worked out once a tour.
"""

from __future__ import annotations

from logistics.solver.kernel.clocks import (
    DRIVE,
    DUE,
    DUE_BY,
    HEFT,
    HEFT_AFTER,
    HEFT_BEFORE,
    LOAD,
    LOAD_AFTER,
    LOAD_BEFORE,
    NEVER,
    ONWARDS,
    TAKEN,
    TAKEN_BY,
)
from logistics.solver.kernel.compile import compiled
from logistics.solver.kernel.credits import credits_first, credits_past
from logistics.solver.kernel.day import (
    COLLECT,
    COLLECT_GRAMS,
    DELIVER,
    DELIVER_GRAMS,
    FIXED,
    GRAMS,
    HUB,
    LONGEST,
    MATE,
    NO_LIMIT,
    PER_SECOND,
    REST,
    RIDE,
    RIDE_GRAMS,
    SERVICE,
    TARIFF,
    TOTES,
    Day,
    Ints,
)
from logistics.solver.kernel.rides import has_bounds, rides_fit
from logistics.solver.kernel.steady import sooner_and_later
from logistics.solver.kernel.timing import drive_on, in_time, ready, too_late
from logistics.solver.kernel.tours import CHEAPEST, SIZE, TRIAL, Tours

__all__ = ["scan_pair"]


@compiled
def scan_pair(day: Day, tours: Tours, van: int, first: int) -> tuple[int, int, int, int, int, int]:
    """
    The two best places for the pair that begins at `first`: extra micros and stops before each end, twice.

    Stops before the second end do not count the first.
    """
    seconds, stop, tariff = day.seconds, day.stop, day.van[van, TARIFF]
    clocks, tour, size = tours.clocks[van], tours.stop[van], tours.van[van, SIZE]
    hub, timed, rest, reloading = day.van[van, HUB], day.timed, day.van[van, REST], day.reloading
    second, longest = stop[first, MATE], stop[first, LONGEST]
    to_first, from_first = day.arc_to[tariff, first], day.arc[tariff, first]
    to_second, from_second = day.arc_to[tariff, second], day.arc[tariff, second]
    room_out, room_ride, room_back = _rooms(stop, day.van[van, TOTES], first, DELIVER, COLLECT, RIDE)
    heft_out, heft_ride, heft_back = _rooms(stop, day.van[van, GRAMS], first, DELIVER_GRAMS, COLLECT_GRAMS, RIDE_GRAMS)
    bounded = day.bounded and (longest < NO_LIMIT or has_bounds(day, tour, size))
    extra = (stop[first, SERVICE] + stop[second, SERVICE]) * day.van[van, PER_SECOND]
    if size == 0:
        extra += day.van[van, FIXED]
    if day.settled:
        extra += day.change[first, van] + day.change[second, van]
    soonest, latest, second_soonest, second_latest = 0, size, 0, size
    if day.ordered:
        soonest, latest = sooner_and_later(day, tour, size, first)
        second_soonest, second_latest = sooner_and_later(day, tour, size, second)
    credit, second_credit = 0, 0  # earned by either end at the position at hand
    if day.credited:
        extra -= day.credit[first, second]
        credit, second_credit = credits_first(day, first, tour, 0, size), credits_first(day, second, tour, 0, size)
    cheapest = tours.work[CHEAPEST]
    _fill_cheapest(day, cheapest, clocks, van, tour, size, second, second_credit)
    best, best_first, best_second, other, other_first, other_second = NEVER, -1, -1, NEVER, -1, -1
    before = hub
    for k in range(size + 1):
        if (not reloading and clocks[k, LOAD_BEFORE] > room_out) or (timed and too_late(day, clocks, van, k, first)):
            break
        if k > 0 and day.credited:
            if before >= day.places:
                credit = credits_first(day, first, tour, k, size)
                second_credit = credits_first(day, second, tour, k, size)
            else:
                credit += credits_past(day, first, before)
                second_credit += credits_past(day, second, before)
        after = tour[k] if k < size else hub
        there = extra - credit + to_first[before] - clocks[k, ONWARDS]
        at_once = there + from_first[second] + from_second[after] - second_credit
        there += from_first[after]
        fits = min(at_once, there + cheapest[k + 1]) < other and clocks[k, LOAD] <= room_ride
        if fits and reloading:
            fits = clocks[k, LOAD_BEFORE] <= room_out
        if fits and day.weighed:
            fits = clocks[k, HEFT_BEFORE] <= heft_out and clocks[k, HEFT] <= heft_ride
        if fits and day.ordered:
            fits = soonest <= k <= latest
        due, taken = 0, 0
        if fits and timed:
            due, taken = ready(day, van, before, clocks[k, DUE], clocks[k, TAKEN], k > 0)
            due, taken = drive_on(day, van, first, due, taken, seconds[before, first])
            due, taken = ready(day, van, first, due, taken, True)
            fits = taken < NEVER or due < NEVER
        if fits:
            # behind the pickup (j = k), then behind each later stop, `here`
            here, aboard, later_credit = first, 0, second_credit
            for j in range(k, size + 1):
                cost = at_once
                onwards = tour[j] if j < size else hub
                if j > k:
                    if reloading and tour[j - 1] >= day.places:
                        break
                    if cheapest[j] >= NEVER or there + cheapest[j] >= other or clocks[j, LOAD] > room_ride:
                        break
                    if day.weighed and clocks[j, HEFT] > heft_ride:
                        break
                    call = tour[j - 1]
                    drive = clocks[j - 1, DRIVE] if j > k + 1 else seconds[first, call]
                    aboard += drive + stop[call, SERVICE]
                    if timed:
                        due, taken = drive_on(day, van, call, due, taken, drive)
                        if taken > clocks[j, TAKEN_BY] and (rest == 0 or due > clocks[j, DUE_BY]):
                            break
                        due, taken = ready(day, van, call, due, taken, True)
                    here = call
                    if day.credited:
                        later_credit += credits_past(day, second, call)
                    cost = there + to_second[here] + from_second[onwards] - clocks[j, ONWARDS] - later_credit
                if aboard > longest:
                    break
                good = cost < other and clocks[j, LOAD_AFTER] <= room_back and aboard + seconds[here, second] <= longest
                if good and day.weighed:
                    good = clocks[j, HEFT_AFTER] <= heft_back
                if good and timed:
                    then_due, then = drive_on(day, van, second, due, taken, seconds[here, second])
                    then_due, then = ready(day, van, second, then_due, then, True)
                    then_due, then = then_due + seconds[second, onwards], then + seconds[second, onwards]
                    good = then <= clocks[j + 1, TAKEN_BY] or (rest > 0 and then_due <= clocks[j + 1, DUE_BY])
                if good and day.ordered:
                    good = second_soonest <= j <= second_latest
                if good and bounded:
                    good = _rides_fit_with(day, tours, van, first, second, k, j)
                if good and cost < best:
                    other, other_first, other_second = best, best_first, best_second
                    best, best_first, best_second = cost, k, j
                elif good:
                    other, other_first, other_second = cost, k, j
        before = after
    return best, best_first, best_second, other, other_first, other_second


@compiled
def _rooms(stop: Ints, capacity: int, first: int, deliver: int, collect: int, ride: int) -> tuple[int, int, int]:
    """The most that may be on board already on a leg before the pair, during its ride, and behind it."""
    second = stop[first, MATE]
    return (
        int(capacity - stop[first, deliver] - stop[second, deliver]),
        int(capacity - stop[first, collect] - stop[second, deliver] - stop[first, ride]),
        int(capacity - stop[first, collect] - stop[second, collect]),
    )


@compiled
def _fill_cheapest(
    day: Day, cheapest: Ints, clocks: Ints, van: int, tour: Ints, size: int, second: int, credit: int
) -> None:
    """For every position the least that the second stop costs there or later; it earns `credit` before all others."""
    tariff, hub = day.van[van, TARIFF], day.van[van, HUB]
    to_second, from_second = day.arc_to[tariff, second], day.arc[tariff, second]
    before = hub
    for k in range(size + 1):
        if k > 0 and day.credited:
            if before >= day.places:
                credit = credits_first(day, second, tour, k, size)
            else:
                credit += credits_past(day, second, before)
        after = tour[k] if k < size else hub
        cheapest[k] = to_second[before] + from_second[after] - clocks[k, ONWARDS] - credit
        if day.timed and not in_time(
            day, clocks, van, k, before, second, day.seconds_to[second, before], day.seconds[second, after]
        ):
            cheapest[k] = NEVER
        before = after
    cheapest[size + 1] = NEVER
    for k in range(size, -1, -1):
        cheapest[k] = min(cheapest[k], cheapest[k + 1])


@compiled
def _rides_fit_with(day: Day, tours: Tours, van: int, first: int, second: int, k: int, j: int) -> bool:
    """Whether times exist for the tour with the pair in it."""
    tour, trial, size = tours.stop[van], tours.work[TRIAL], tours.van[van, SIZE]
    for number in range(k):
        trial[number] = tour[number]
    trial[k] = first
    for number in range(k, j):
        trial[number + 1] = tour[number]
    trial[j + 1] = second
    for number in range(j, size):
        trial[number + 2] = tour[number]
    return bool(rides_fit(day, tours.work, tours.at, van, trial, size + 2))
