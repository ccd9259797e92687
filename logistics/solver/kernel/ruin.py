"""
Ruin: take strings of neighbouring stops out of tours that pass near one random stop.

Sections 5.1 and 5.2 of the paper: `MEAN_REMOVED` is its average number of removed stops, `LONGEST_STRING` its
longest string, half the strings keep a piece in their middle. A pair goes out as a whole when either end does. Where
tours are long one move in ten is `WIDE` times as wide, which the paper does not have: with 30 stops a tour and nearly
full vans the search else stays where it is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from logistics.solver.kernel.compile import compiled
from logistics.solver.kernel.day import MATE, SECOND, Day, Ints
from logistics.solver.kernel.tours import KEPT, SIZE, VAN, Tours, draw, take_out
from logistics.solver.kernel.trips import join_trips

__all__ = ["ruin"]

MEAN_REMOVED = 10.0
LONGEST_STRING = 10.0
SPLIT = 0.5
KEEP_ONE_MORE = 0.99
WIDE, WIDE_SHARE = 3.0, 0.1
LONG_TOUR = 20.0


@compiled
def ruin(day: Day, tours: Tours, chance: npt.NDArray[np.uint64], removed: Ints) -> int:
    """Remove strings; single stops and firsts of pairs go into `removed`, and their number is returned."""
    used, served = 0, 0
    for van in range(day.vans):
        if tours.van[van, SIZE] > 0:
            used += 1
            served += tours.van[van, SIZE]
    if used == 0:
        return 0
    mean = served / used
    wide = WIDE if mean >= LONG_TOUR and draw(chance) < WIDE_SHARE else 1.0
    longest = min(wide * LONGEST_STRING, mean)
    strings = int(draw(chance) * (4.0 * wide * MEAN_REMOVED / (1.0 + longest) - 1.0) + 1.0)
    seed = day.hubs + int(draw(chance) * (day.places - day.hubs))
    count, done = 0, 0
    for rank in range(day.places - day.hubs):
        if done >= strings:
            break
        place = day.near[seed, rank]
        van = tours.place[place, VAN]
        if van < 0 or tours.van[van, KEPT] == 1:
            continue
        count = _remove_string(day, tours, chance, removed, count, van, place, longest)
        done += 1
    return count


@compiled
def _remove_string(
    day: Day,
    tours: Tours,
    chance: npt.NDArray[np.uint64],
    removed: Ints,
    count: int,
    van: int,
    place: int,
    longest: float,
) -> int:
    size = tours.van[van, SIZE]
    length = int(draw(chance) * min(longest, float(size)) + 1.0)
    length = min(length, size)
    kept = 0
    if length < size and draw(chance) < SPLIT:
        while length + kept < size and draw(chance) < KEEP_ONE_MORE:
            kept += 1
    span = length + kept
    at = 0
    while tours.stop[van, at] != place:
        at += 1
    first, last = max(0, at - span + 1), min(at, size - span)
    start = first + int(draw(chance) * (last - first + 1))
    hole = 1 + int(draw(chance) * (span - kept)) if kept > 0 else span
    until = count
    for k in range(span):
        if k < hole or k >= hole + kept:
            removed[until] = tours.stop[van, start + k]
            until += tours.stop[van, start + k] < day.places  # a reload stays
    last = count
    for number in range(count, until):
        stop = removed[number]
        if tours.place[stop, VAN] < 0:  # gone with its mate
            continue
        take_out(day, tours, stop)
        mate = day.stop[stop, MATE]
        if mate >= 0:
            take_out(day, tours, mate)
        removed[last] = mate if day.stop[stop, SECOND] == 1 else stop
        last += 1
    if day.reloading:
        join_trips(day, tours, chance, van)
    return last
