"""
The state of the search: who drives where, what it costs, and how to take a move back.

Before a move first changes a van's tour, `touch` keeps the old one; `take_back` restores all kept tours.
Every change gives the tour a new number (STAMP), restored with it, so that what was once computed for a tour
stays known (see `insertion`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from logistics.solver.kernel.clocks import CLOCK_COLUMNS, paid_seconds, set_clocks
from logistics.solver.kernel.compile import compiled
from logistics.solver.kernel.credits import earned
from logistics.solver.kernel.day import FIXED, HUB, PER_SECOND, PRICE, TARIFF, Day, Ints
from logistics.solver.kernel.rides import has_bounds, paid_with_rides
from logistics.solver.kernel.steady import unrest

__all__ = [
    "Tours",
    "draw",
    "empty_tours",
    "let_stand",
    "new_ticket",
    "price_tour",
    "put",
    "take_back",
    "take_out",
    "touch",
]

# Columns of `Tours.van`; CLOCKED: the clocks belong to the present tour. KEPT_…: as before the move. NEARBY: the ticket
# of the last stop that the tour was found to pass near.
SIZE, COST, STAMP, CLOCKED, KEPT, KEPT_SIZE, KEPT_COST, KEPT_STAMP, NEARBY = range(9)
# Columns of `Tours.place`: the van that calls (-1 for none), in how many moves it was left out.
VAN, MISSED = range(2)
# Elements of `Tours.total`: the last stamp given, prices of optional stops left out, must-stops left out, the last
# number given for marking places as seen, and all stops left out.
STAMPS, PRICES, ABSENT, TICKETS, OUT = range(5)
# Rows of `Tours.work` behind the two of `rides`: a tour on trial; the cheapest insertion from a position on; the two
# tours that are handed over.
TRIAL, CHEAPEST, HANDED = range(2, 5)


class Tours(NamedTuple):
    """The tours, what was kept of them, and their clocks (van, position, column)."""

    stop: Ints
    kept: Ints
    van: Ints
    place: Ints
    touched: Ints  # the vans kept in this move; the last element counts them
    total: Ints
    clocks: Ints
    work: Ints  # working space (row, position)
    at: Ints  # working space: place -> position
    seen: Ints  # place -> the ticket of the last walk that saw it
    removed: Ints  # working space: the stops that are to be put back, in which order, and the keys of that order
    key: npt.NDArray[np.float64]
    tried: Ints  # working space: kind of van -> in which step an idle one was looked at


def empty_tours(day: Day, width: int) -> Tours:
    """Nobody drives, everything is unserved; tours may grow to `width` stops."""
    stop = np.zeros((day.vans, width), np.int64)
    van = np.zeros((day.vans, NEARBY + 1), np.int64)
    van[:, STAMP] = np.arange(1, day.vans + 1)
    places = len(day.stop)  # with those where vans reload
    place = np.zeros((places, 2), np.int64)
    place[:, VAN] = -1
    prices = day.stop[day.hubs :, PRICE]
    total = np.array([day.vans + 1, prices[prices > 0].sum(), (prices < 0).sum(), 0, len(prices)], np.int64)
    clocks = np.zeros((day.vans, width + 2, CLOCK_COLUMNS), np.int64)
    touched, work = np.zeros(day.vans + 1, np.int64), np.zeros((HANDED + 2, width + 4), np.int64)
    at, seen = np.zeros(places, np.int64), np.zeros(places, np.int64)
    return Tours(
        stop,
        stop.copy(),
        van,
        place,
        touched,
        total,
        clocks,
        work,
        at,
        seen,
        at.copy(),
        np.zeros(places),
        touched.copy(),
    )


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
def touch(tours: Tours, van: int) -> None:
    """Keep this van's tour, once a move, and give it a new number."""
    row = tours.van
    if row[van, KEPT] == 0:
        row[van, KEPT] = 1
        tours.touched[tours.touched[-1]] = van
        tours.touched[-1] += 1
        row[van, KEPT_SIZE], row[van, KEPT_COST], row[van, KEPT_STAMP] = (
            row[van, SIZE],
            row[van, COST],
            row[van, STAMP],
        )
        for k in range(row[van, SIZE]):
            tours.kept[van, k] = tours.stop[van, k]
    tours.total[STAMPS] += 1
    row[van, STAMP] = tours.total[STAMPS]
    row[van, CLOCKED] = 0


@compiled
def let_stand(tours: Tours) -> None:
    """Forget what was kept: the move stands."""
    for number in range(tours.touched[-1]):
        tours.van[tours.touched[number], KEPT] = 0
    tours.touched[-1] = 0


@compiled
def take_back(day: Day, tours: Tours) -> None:
    """Undo the move."""
    count, row = tours.touched[-1], tours.van
    for number in range(count):
        van = tours.touched[number]
        for k in range(row[van, SIZE]):
            _leave(day, tours, tours.stop[van, k])
    for number in range(count):
        van = tours.touched[number]
        row[van, SIZE], row[van, COST], row[van, STAMP] = (
            row[van, KEPT_SIZE],
            row[van, KEPT_COST],
            row[van, KEPT_STAMP],
        )
        for k in range(row[van, SIZE]):
            tours.stop[van, k] = tours.kept[van, k]
            _serve(day, tours, tours.stop[van, k], van)
        row[van, CLOCKED] = 0
        row[van, KEPT] = 0
    tours.touched[-1] = 0


@compiled
def _serve(day: Day, tours: Tours, place: int, van: int) -> None:
    tours.place[place, VAN] = van
    tours.total[OUT] -= 1
    if day.stop[place, PRICE] < 0:
        tours.total[ABSENT] -= 1
    else:
        tours.total[PRICES] -= day.stop[place, PRICE]


@compiled
def _leave(day: Day, tours: Tours, place: int) -> None:
    tours.place[place, VAN] = -1
    tours.total[OUT] += 1
    if day.stop[place, PRICE] < 0:
        tours.total[ABSENT] += 1
    else:
        tours.total[PRICES] += day.stop[place, PRICE]


@compiled
def take_out(day: Day, tours: Tours, place: int) -> None:
    """Remove a stop from its tour."""
    van = tours.place[place, VAN]
    touch(tours, van)
    size = tours.van[van, SIZE]
    k = 0
    while tours.stop[van, k] != place:
        k += 1
    for later in range(k, size - 1):
        tours.stop[van, later] = tours.stop[van, later + 1]
    tours.van[van, SIZE] = size - 1
    _leave(day, tours, place)


@compiled
def put(day: Day, tours: Tours, place: int, van: int, position: int) -> None:
    """Insert a stop after `position` stops of a tour."""
    touch(tours, van)
    for later in range(tours.van[van, SIZE], position, -1):
        tours.stop[van, later] = tours.stop[van, later - 1]
    tours.stop[van, position] = place
    tours.van[van, SIZE] += 1
    _serve(day, tours, place, van)


@compiled
def new_ticket(tours: Tours) -> int:
    """A number that no place is marked with yet."""
    tours.total[TICKETS] += 1
    return int(tours.total[TICKETS])


@compiled
def price_tour(day: Day, tours: Tours, van: int) -> int:
    """The exact cost of a van's tour, less credits, with what differs from usual but for times; 0 at the hub."""
    size = tours.van[van, SIZE]
    if size == 0:
        return 0
    arc, stop, seconds = day.arc, tours.stop, day.seconds
    tariff, hub, per_second = day.van[van, TARIFF], day.van[van, HUB], day.van[van, PER_SECOND]
    before = hub
    cost = day.van[van, FIXED]
    drive = 0
    for k in range(size + 1):
        here = stop[van, k] if k < size else hub
        cost += arc[tariff, before, here]
        drive += seconds[before, here]
        before = here
    if per_second > 0:
        if tours.van[van, CLOCKED] == 0:
            set_clocks(day, tours.clocks[van], van, stop[van], size)
            tours.van[van, CLOCKED] = 1
        if day.bounded and has_bounds(day, stop[van], size):
            paid = paid_with_rides(day, tours.work, tours.at, van, stop[van], size)
        else:
            paid = paid_seconds(day, tours.clocks[van], van, stop[van], size)
        cost += per_second * (paid - drive)
    if day.credited:
        first = 0
        for k in range(size + 1):
            if k == size or stop[van, k] >= day.places:
                cost -= earned(day, tours.seen, new_ticket(tours), stop[van], first, k)
                first = k + 1
    if day.settled:
        cost += unrest(day, van, stop[van], size)
    return int(cost)
