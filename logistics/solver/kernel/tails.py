"""
A move that the paper does not have: two tours change their tails, the 2-opt* of J.-Y. Potvin and J.-M. Rousseau,
Journal of the Operational Research Society 46(12), 1995.

Where few vans make long tours, half a tour that is in the wrong van is far more than a ruin takes out, and every step
on the way costs more than it saves. Pairs and reloads tie the halves of a tour together: there the move is not tried.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from logistics.solver.kernel.compile import compiled, compiled_apart
from logistics.solver.kernel.day import HUB, MATE, TARIFF, Day
from logistics.solver.kernel.judge import IMPOSSIBLE, judge
from logistics.solver.kernel.tours import (
    CLOCKED,
    HANDED,
    KEPT,
    KEPT_SIZE,
    KEPT_STAMP,
    SIZE,
    STAMP,
    VAN,
    Tours,
    draw,
    touch,
)

__all__ = ["TAILS", "swap_tails"]

TAILS = 0.05
"""The share of moves that try it."""
ATTEMPTS = 20
NEAREST = 20


@compiled_apart
def swap_tails(day: Day, tours: Tours, chance: npt.NDArray[np.uint64], most: float) -> bool:
    """
    Let two tours change tails where the driving then costs less than `most` micros more; False where none was found.

    Driving is priced as the first van's here; the move's exact price is the caller's matter.
    """
    stops = day.places - day.hubs
    if day.reloading:
        return False
    for _ in range(ATTEMPTS):
        last = day.hubs + int(draw(chance) * stops)
        first = day.near[last, int(draw(chance) * min(NEAREST, stops))]
        one, two = tours.place[last, VAN], tours.place[first, VAN]
        if one < 0 or two < 0 or one == two or day.stop[last, MATE] >= 0 or day.van[one, HUB] != day.van[two, HUB]:
            continue
        arc, hub = day.arc[day.van[one, TARIFF]], day.van[one, HUB]
        head, other = _position(tours, one, last) + 1, _position(tours, two, first)
        after = tours.stop[one, head] if head < tours.van[one, SIZE] else hub
        before = tours.stop[two, other - 1] if other > 0 else hub
        more = arc[last, first] + arc[before, after] - arc[last, after] - arc[before, first]
        if more < most and _swapped(day, tours, one, head, two, other):
            return True
    return False


@compiled
def _position(tours: Tours, van: int, place: int) -> int:
    k = 0
    while tours.stop[van, k] != place:
        k += 1
    return k


@compiled
def _swapped(day: Day, tours: Tours, one: int, head: int, two: int, other: int) -> bool:
    """Whether both can drive the new tours, of which the heads have so many stops; then they do."""
    first, second = tours.work[HANDED], tours.work[HANDED + 1]
    size, its_size = tours.van[one, SIZE], tours.van[two, SIZE]
    new_size, its_new_size = head + its_size - other, other + size - head
    if max(new_size, its_new_size) > tours.stop.shape[1]:
        return False
    for k in range(head):
        first[k] = tours.stop[one, k]
    for k in range(other, its_size):
        first[head + k - other] = tours.stop[two, k]
    for k in range(other):
        second[k] = tours.stop[two, k]
    for k in range(head, size):
        second[other + k - head] = tours.stop[one, k]
    touch(tours, one)
    touch(tours, two)
    fits = judge(day, tours, one, first[:new_size]) < IMPOSSIBLE
    if not fits or judge(day, tours, two, second[:its_new_size]) >= IMPOSSIBLE:
        _restore(tours, one)
        _restore(tours, two)
        tours.touched[-1] = 0  # nothing else was touched: this is the move's first step
        return False
    for k in range(new_size):
        tours.place[first[k], VAN] = one
    for k in range(its_new_size):
        tours.place[second[k], VAN] = two
    return True


@compiled
def _restore(tours: Tours, van: int) -> None:
    """The tour as it was kept, which is kept no longer."""
    row = tours.van[van]
    row[SIZE], row[STAMP], row[CLOCKED], row[KEPT] = row[KEPT_SIZE], row[KEPT_STAMP], 0, 0
    for k in range(row[SIZE]):
        tours.stop[van, k] = tours.kept[van, k]
