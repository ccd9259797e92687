"""
The state of the search: who drives where, what it costs, and how to take a move back.

Before a move first changes a van's tour, `touch` keeps the old one; `take_back` restores all kept tours. Every
change gives the tour a new number (`stamp`), restored with it, so that what was once computed for a tour stays
known (see `insertion`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from logistics.solver.kernel.clocks import Clocks, paid_seconds, set_clocks
from logistics.solver.kernel.compile import compiled
from logistics.solver.kernel.day import Day, Flags, Ints

__all__ = ["Tours", "draw", "empty_tours", "price_tour", "put", "take_back", "take_out", "touch", "let_stand"]


class Tours(NamedTuple):
    """By van: `stop`, `size`, `cost`, `stamp`; `van` by place (-1 where unserved); the rest is bookkeeping."""

    stop: Ints
    size: Ints
    cost: Ints
    stamp: Ints
    van: Ints
    kept_stop: Ints
    kept_size: Ints
    kept_cost: Ints
    kept_stamp: Ints
    kept: Flags
    touched: Ints  # the vans kept, in order; touched[-1] counts them
    stamps: Ints  # the last number given
    missed: Ints  # by place: in how many moves it was left out


def empty_tours(day: Day, width: int) -> Tours:
    """Nobody drives, everything is unserved."""
    by_van = [np.zeros(day.vans, np.int64) for _ in range(3)]
    stop = np.zeros((day.vans, width), np.int64)
    tours = Tours(
        stop,
        *by_van,
        np.full(day.places, -1, np.int64),
        stop.copy(),
        *(row.copy() for row in by_van),
        np.zeros(day.vans, np.bool_),
        np.zeros(day.vans + 1, np.int64),
        np.array([day.vans + 1], np.int64),
        np.zeros(day.places, np.int64),
    )
    tours.stamp[:] = np.arange(1, day.vans + 1)
    return tours


@compiled
def draw(chance: npt.NDArray[np.uint64]) -> float:
    """A number in [0, 1) from a xorshift64* generator whose whole state is one non-zero word."""
    word = chance[0]
    word ^= word >> np.uint64(12)
    word ^= word << np.uint64(25)
    word ^= word >> np.uint64(27)
    chance[0] = word
    return float((word * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled
def touch(tours: Tours, clocks: Clocks, van: int) -> None:
    """Keep this van's tour, once a move, and give it a new number."""
    if not tours.kept[van]:
        tours.kept[van] = True
        tours.touched[tours.touched[-1]] = van
        tours.touched[-1] += 1
        size = tours.size[van]
        tours.kept_size[van] = size
        tours.kept_cost[van] = tours.cost[van]
        tours.kept_stamp[van] = tours.stamp[van]
        for k in range(size):
            tours.kept_stop[van, k] = tours.stop[van, k]
    tours.stamps[0] += 1
    tours.stamp[van] = tours.stamps[0]
    clocks.set[van] = False


@compiled
def let_stand(tours: Tours) -> None:
    """Forget what was kept: the move stands."""
    for number in range(tours.touched[-1]):
        tours.kept[tours.touched[number]] = False
    tours.touched[-1] = 0


@compiled
def take_back(tours: Tours, clocks: Clocks) -> None:
    """Undo the move."""
    count = tours.touched[-1]
    for number in range(count):
        van = tours.touched[number]
        for k in range(tours.size[van]):
            tours.van[tours.stop[van, k]] = -1
    for number in range(count):
        van = tours.touched[number]
        tours.size[van] = tours.kept_size[van]
        tours.cost[van] = tours.kept_cost[van]
        tours.stamp[van] = tours.kept_stamp[van]
        for k in range(tours.size[van]):
            tours.stop[van, k] = tours.kept_stop[van, k]
            tours.van[tours.stop[van, k]] = van
        clocks.set[van] = False
        tours.kept[van] = False
    tours.touched[-1] = 0


@compiled
def take_out(tours: Tours, clocks: Clocks, place: int) -> None:
    """Remove a stop from its tour."""
    van = tours.van[place]
    touch(tours, clocks, van)
    size = tours.size[van]
    k = 0
    while tours.stop[van, k] != place:
        k += 1
    for later in range(k, size - 1):
        tours.stop[van, later] = tours.stop[van, later + 1]
    tours.size[van] = size - 1
    tours.van[place] = -1


@compiled
def put(tours: Tours, clocks: Clocks, place: int, van: int, position: int) -> None:
    """Insert a stop after `position` stops of a tour."""
    touch(tours, clocks, van)
    for later in range(tours.size[van], position, -1):
        tours.stop[van, later] = tours.stop[van, later - 1]
    tours.stop[van, position] = place
    tours.size[van] += 1
    tours.van[place] = van


@compiled
def price_tour(day: Day, tours: Tours, clocks: Clocks, van: int) -> int:
    """The exact cost of a van's tour, 0 when it stays at the hub."""
    size = tours.size[van]
    if size == 0:
        return 0
    arc = day.arc[day.tariff[van]]
    before = day.hub[van]
    cost = day.fixed[van]
    for k in range(size):
        here = tours.stop[van, k]
        cost += arc[before, here]
        before = here
    cost += arc[before, day.hub[van]]
    per_second = day.per_second[van]
    if per_second > 0:
        if not clocks.set[van]:
            set_clocks(day, clocks, van, tours.stop[van], size)
        drive = day.seconds[before, day.hub[van]]
        before = day.hub[van]
        for k in range(size):
            here = tours.stop[van, k]
            drive += day.seconds[before, here]
            before = here
        cost += per_second * (paid_seconds(day, clocks, van, tours.stop[van], size) - drive)
    return cost
