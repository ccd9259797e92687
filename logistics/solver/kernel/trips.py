"""
Several trips of one van: the call at the hub between two of them is a place of its own in the tour, beyond the stops.

To the clocks it is a call like any other, whose service is the time to reload; loads begin anew behind it, and neither
pairs nor credits reach over it. The search opens a trip with one stop (or pair) between two trips, or before or behind
all of them, as the paper opens a tour: that costs the same wherever it stands, and other stops follow by themselves.
Trips that have become small enough to be one are joined again in a share of ruins.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from logistics.solver.kernel.clocks import DUE, DUE_BY, NEVER, TAKEN, TAKEN_BY
from logistics.solver.kernel.compile import compiled, compiled_apart
from logistics.solver.kernel.day import (
    CHANGE,
    CHANGE_GRAMS,
    COLLECT,
    COLLECT_GRAMS,
    DELIVER,
    DELIVER_GRAMS,
    GRAMS,
    HUB,
    LONGEST,
    MATE,
    NO_LIMIT,
    PER_SECOND,
    RELOAD,
    RELOADS,
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
from logistics.solver.kernel.timing import drive_on, ready
from logistics.solver.kernel.tours import SIZE, TRIAL, Tours, draw, put, touch

__all__ = ["join_trips", "open_trip", "scan_trip", "with_own_reloads"]

JOIN = 0.5
"""The share of ruined tours whose trips are joined where they fit into one."""


@compiled_apart
def scan_trip(day: Day, tours: Tours, van: int, place: int) -> tuple[int, int]:
    """
    Extra micros of a trip of this stop, or of the pair that begins here, alone, and stops and reloads before it.

    `NEVER` where the van may make no more trips, or finds no time for it.
    """
    tour, size, stop = tours.stop[van], tours.van[van, SIZE], day.stop
    if size == 0 or _count(day, tour, size) >= day.van[van, RELOADS]:
        return NEVER, -1
    mate = stop[place, MATE]
    last = mate if mate >= 0 else place
    if not _holds(stop, day.van[van, TOTES], place, DELIVER, COLLECT, RIDE):
        return NEVER, -1
    if day.weighed and not _holds(stop, day.van[van, GRAMS], place, DELIVER_GRAMS, COLLECT_GRAMS, RIDE_GRAMS):
        return NEVER, -1
    arc, hub, reload = day.arc[day.van[van, TARIFF]], day.van[van, HUB], day.van[van, RELOAD]
    extra = arc[hub, place] + arc[last, hub]
    extra += (stop[place, SERVICE] + stop[reload, SERVICE]) * day.van[van, PER_SECOND]
    if day.settled:
        extra += day.change[place, van]
    soonest, latest = 0, size
    if day.ordered:
        soonest, latest = sooner_and_later(day, tour, size, place)
    if mate >= 0:
        extra += arc[place, mate] + stop[mate, SERVICE] * day.van[van, PER_SECOND]
        if day.seconds[place, mate] > stop[place, LONGEST]:
            return NEVER, -1
        if day.settled:
            extra += day.change[mate, van]
        if day.credited:
            extra -= day.credit[place, mate]
        if day.ordered:
            mate_soonest, mate_latest = sooner_and_later(day, tour, size, mate)
            soonest, latest = max(soonest, mate_soonest), min(latest, mate_latest)
    bounded = day.bounded and (stop[place, LONGEST] < NO_LIMIT or has_bounds(day, tour, size))
    for k in range(size, -1, -1):
        if 0 < k < size and tour[k] < day.places:
            continue
        if not soonest <= k <= latest or (day.timed and not _in_time(day, tours, van, place, k)):
            continue
        if bounded and not rides_fit(
            day, tours.work, tours.at, van, tours.work[TRIAL], _try(day, tours, van, place, k)
        ):
            continue
        return int(extra), k
    return NEVER, -1


@compiled
def _count(day: Day, tour: Ints, size: int) -> int:
    """The reloads of a tour."""
    reloads = 0
    for k in range(size):
        reloads += tour[k] >= day.places
    return reloads


@compiled
def _holds(stop: Ints, capacity: int, first: int, deliver: int, collect: int, ride: int) -> bool:
    """Whether a van with nothing else on board can serve a stop, or a pair."""
    second = stop[first, MATE]
    if second < 0:
        return bool(max(stop[first, deliver], stop[first, collect]) <= capacity)
    out = stop[first, deliver] + stop[second, deliver]
    between = stop[first, collect] + stop[first, ride] + stop[second, deliver]
    return bool(max(out, between, stop[first, collect] + stop[second, collect]) <= capacity)


@compiled
def _in_time(day: Day, tours: Tours, van: int, place: int, k: int) -> bool:
    """Whether the rest of the tour can be kept with the trip behind position `k`, which is at a hub or before one."""
    clocks, tour, size = tours.clocks[van], tours.stop[van], tours.van[van, SIZE]
    seconds, hub, reload, mate = day.seconds, day.van[van, HUB], day.van[van, RELOAD], day.stop[place, MATE]
    here = tour[k - 1] if k > 0 else hub
    due, taken = ready(day, van, here, clocks[k, DUE], clocks[k, TAKEN], k > 0)
    if k > 0:
        due, taken = drive_on(day, van, reload, due, taken, seconds[here, reload])
        due, taken = ready(day, van, reload, due, taken, True)
    due, taken = drive_on(day, van, place, due, taken, seconds[hub, place])
    due, taken = ready(day, van, place, due, taken, True)
    here = place
    if mate >= 0:
        due, taken = drive_on(day, van, mate, due, taken, seconds[place, mate])
        due, taken = ready(day, van, mate, due, taken, True)
        here = mate
    if k == 0:
        due, taken = drive_on(day, van, reload, due, taken, seconds[here, reload])
        due, taken = ready(day, van, reload, due, taken, True)
        here = reload
    after = tour[k] if k < size else hub
    due, taken = due + seconds[here, after], taken + seconds[here, after]
    return bool(taken <= clocks[k + 1, TAKEN_BY] or (day.van[van, REST] > 0 and due <= clocks[k + 1, DUE_BY]))


@compiled
def _try(day: Day, tours: Tours, van: int, place: int, k: int) -> int:
    """Write the tour with the trip into the row for trials; its size."""
    tour, trial, size = tours.stop[van], tours.work[TRIAL], tours.van[van, SIZE]
    for number in range(k):
        trial[number] = tour[number]
    at = k
    if k > 0:
        trial[at] = day.van[van, RELOAD]
        at += 1
    trial[at] = place
    at += 1
    if day.stop[place, MATE] >= 0:
        trial[at] = day.stop[place, MATE]
        at += 1
    if k == 0:
        trial[at] = day.van[van, RELOAD]
        at += 1
    for number in range(k, size):
        trial[at] = tour[number]
        at += 1
    return at


@compiled_apart
def open_trip(day: Day, tours: Tours, place: int, van: int, k: int) -> None:
    """Let the van make a trip of this stop, or of the pair that begins here, behind `k` stops and reloads."""
    mate = day.stop[place, MATE]
    at = k
    if k > 0:
        put(day, tours, day.van[van, RELOAD], van, at)
        at += 1
    put(day, tours, place, van, at)
    if mate >= 0:
        at += 1
        put(day, tours, mate, van, at)
    if k == 0:
        put(day, tours, day.van[van, RELOAD], van, at + 1)


@compiled_apart
def join_trips(day: Day, tours: Tours, chance: npt.NDArray[np.uint64], van: int) -> None:
    """Take reloads out of a tour: those of trips to no stop, and now and then those between trips that fit into one."""
    tour = tours.stop[van]
    join = draw(chance) < JOIN
    k = 0
    while k < tours.van[van, SIZE]:
        if tour[k] >= day.places:
            ends = k == 0 or k == tours.van[van, SIZE] - 1 or tour[k + 1] >= day.places
            if ends or (join and _are_one(day, van, tour, tours.van[van, SIZE], k)):
                _cut(tours, van, k)
                continue
        k += 1


@compiled
def _cut(tours: Tours, van: int, k: int) -> None:
    touch(tours, van)
    tours.van[van, SIZE] -= 1
    for later in range(k, tours.van[van, SIZE]):
        tours.stop[van, later] = tours.stop[van, later + 1]


@compiled
def _are_one(day: Day, van: int, tour: Ints, size: int, k: int) -> bool:
    """Whether the trips on both sides of a reload fit into one that is no longer and no dearer."""
    before, reload, after = tour[k - 1], tour[k], tour[k + 1]
    arc = day.arc[day.van[van, TARIFF]]
    if arc[before, after] > arc[before, reload] + arc[reload, after]:
        return False
    direct, detour = day.seconds[before, after], day.seconds[before, reload] + day.seconds[reload, after]
    if direct > detour + day.stop[reload, SERVICE]:
        return False
    if _most(day, tour, size, k, DELIVER, CHANGE) > day.van[van, TOTES]:
        return False
    return not day.weighed or _most(day, tour, size, k, DELIVER_GRAMS, CHANGE_GRAMS) <= day.van[van, GRAMS]


@compiled
def _most(day: Day, tour: Ints, size: int, k: int, deliver: int, change: int) -> int:
    """The most on board at any time of what would be one trip without the reload at `k`."""
    first, last = k, k + 1
    while first > 0 and tour[first - 1] < day.places:
        first -= 1
    while last < size and tour[last] < day.places:
        last += 1
    aboard = 0
    for number in range(first, last):
        aboard += day.stop[tour[number], deliver]
    most = aboard
    for number in range(first, last):
        aboard += day.stop[tour[number], change]
        most = max(most, aboard)
    return int(most)


@compiled
def with_own_reloads(day: Day, van: int, tour: Ints, size: int) -> int:
    """Rewrite another van's tour to where this one reloads, without trips to no stop or more than it may; the size."""
    left, reloads = 0, 0
    pending = False
    for k in range(size):
        if tour[k] >= day.places:
            pending = left > 0 and reloads < day.van[van, RELOADS]
            continue
        place = tour[k]
        if pending:
            tour[left] = day.van[van, RELOAD]
            left += 1
            reloads += 1
            pending = False
        tour[left] = place
        left += 1
    return left
