"""
A ruin that the paper does not have: two vans of different kinds change tours, one of them perhaps idle.

With a mixed fleet a good tour may sit in the wrong van, and no move of ten stops gets it out: every step on the way
costs a second van. So in a small share of moves tours are handed over as a whole. What the other van cannot take of
a tour is dropped stop by stop, at random, and put back where it goes best like anything that was removed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from logistics.solver.kernel.compile import compiled, compiled_apart
from logistics.solver.kernel.day import KIND, MATE, SECOND, Day, Ints
from logistics.solver.kernel.judge import IMPOSSIBLE, judge
from logistics.solver.kernel.tours import CLOCKED, HANDED, SIZE, Tours, draw, put, take_out
from logistics.solver.kernel.trips import with_own_reloads

__all__ = ["REASSIGN", "reassign"]

REASSIGN = 0.02
"""The share of moves that hand tours over."""
ATTEMPTS = 8
MOST_DROPPED = 10


@compiled_apart
def reassign(day: Day, tours: Tours, chance: npt.NDArray[np.uint64], removed: Ints) -> int:
    """Hand over the tours of two vans; what was dropped, firsts of pairs only, goes into `removed` and is counted."""
    for _ in range(ATTEMPTS):
        one, two = int(draw(chance) * day.vans), int(draw(chance) * day.vans)
        if day.van[one, KIND] != day.van[two, KIND] and tours.van[one, SIZE] > 0:
            size, other = _clear(day, tours, one, 0), _clear(day, tours, two, 1)
            count = _hand_over(day, tours, chance, removed, 0, two, tours.work[HANDED], size)
            return _hand_over(day, tours, chance, removed, count, one, tours.work[HANDED + 1], other)
    return 0


@compiled
def _clear(day: Day, tours: Tours, van: int, row: int) -> int:
    """Take every stop out of a tour, keeping their order in a row of working space."""
    size = tours.van[van, SIZE]
    for k in range(size):
        tours.work[HANDED + row, k] = tours.stop[van, k]
    for k in range(size - 1, -1, -1):
        if tours.work[HANDED + row, k] < day.places:
            take_out(day, tours, tours.work[HANDED + row, k])
    tours.van[van, SIZE] = 0  # of reloads
    return int(size)


@compiled
def _hand_over(
    day: Day, tours: Tours, chance: npt.NDArray[np.uint64], removed: Ints, count: int, van: int, tour: Ints, size: int
) -> int:
    """Let an empty van drive as much of the tour as it can; returns how many stops are in `removed` then."""
    dropped = 0
    while size > 0:
        if day.reloading:
            size = with_own_reloads(day, van, tour, size)
        fits = judge(day, tours, van, tour[:size]) < IMPOSSIBLE
        tours.van[van, SIZE], tours.van[van, CLOCKED] = 0, 0
        if fits:
            break
        gone = tour[int(draw(chance) * size)]
        mate = day.stop[gone, MATE]
        left = 0
        for k in range(size):
            if dropped < MOST_DROPPED and tour[k] != gone and tour[k] != mate:
                tour[left] = tour[k]
                left += 1
            elif tour[k] < day.places and day.stop[tour[k], SECOND] == 0:
                removed[count] = tour[k]
                count += 1
        size = left
        dropped += 1
    for k in range(size):
        put(day, tours, tour[k], van, k)
    return count
