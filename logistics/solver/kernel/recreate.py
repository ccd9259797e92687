"""
Recreate: put absent stops back one by one, each at its best place, now and then blinking at the best.

Section 5.3 of the paper, with `BLINK` its blink rate. Stops at a price go in only where that is cheaper than
leaving them out, except in a small share of moves that force them in to see what follows. A pair counts as one stop,
and stands under its first. Which tours are worth a look is told by a stop's nearest neighbours, the granular
neighbourhood of P. Toth and D. Vigo, INFORMS Journal on Computing 15(4), 2003.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from logistics.solver.kernel.clocks import NEVER
from logistics.solver.kernel.compile import compiled, compiled_apart
from logistics.solver.kernel.day import (
    COLLECT,
    DELIVER,
    FAR,
    KIND,
    MATE,
    PRICE,
    RIDE,
    SECOND,
    WINDOW,
    WINDOWS,
    Day,
    Ints,
)
from logistics.solver.kernel.insertion import (
    EXTRA,
    NEXT_EXTRA,
    NEXT_POSITION,
    NEXT_SECOND_POSITION,
    OF_STAMP,
    POSITION,
    SECOND_POSITION,
    look,
)
from logistics.solver.kernel.tours import NEARBY, SIZE, STAMP, VAN, Tours, draw, new_ticket, put
from logistics.solver.kernel.trips import open_trip

__all__ = ["BLINK", "absent_stops", "insert_all", "sort_stops"]

BLINK = 0.01
FORCE = 0.03
OPTIONAL_TRIED = 10.0
NEAREST = 20
"""With `MANY` stops one is tried in idle vans and tours that call at one of so many near it; in all if none fits."""
MANY = 500


@compiled
def absent_stops(
    day: Day, tours: Tours, chance: npt.NDArray[np.uint64], removed: Ints, count: int, everything: bool
) -> int:
    """Fill `removed` (holding `count`) up with stops out before: all that must be in, some that may."""
    optional = 0
    for place in range(day.hubs, day.places):
        if tours.place[place, VAN] < 0 and day.stop[place, PRICE] >= 0:
            optional += 1
    share = 1.0 if everything else min(1.0, OPTIONAL_TRIED / max(1, optional))
    just = count
    for place in range(day.hubs, day.places):
        if tours.place[place, VAN] >= 0 or day.stop[place, SECOND] == 1:
            continue
        if day.stop[place, PRICE] >= 0 and draw(chance) >= share:
            continue
        seen = False
        for number in range(just):
            if removed[number] == place:
                seen = True
                break
        if not seen:
            removed[count] = place
            count += 1
    return count


@compiled
def sort_stops(day: Day, chance: npt.NDArray[np.uint64], stops: Ints, count: int, key: npt.NDArray[np.float64]) -> None:
    """In one of the paper's orders, drawn by weight: random 4, load 4, far 2, near 1, and by windows 6."""
    rule = draw(chance) * (17.0 if day.timed else 11.0)
    for number in range(count):
        place = stops[number]
        few = day.stop[place, WINDOWS] == 0
        opens = 0 if few else day.stop[place, WINDOW]
        closes = NEVER if few else day.stop[place, WINDOW + 2 * day.stop[place, WINDOWS] - 1]
        if rule < 4:
            key[number] = draw(chance)
        elif rule < 8:
            key[number] = -float(max(day.stop[place, DELIVER], day.stop[place, COLLECT], day.stop[place, RIDE]))
        elif rule < 10:
            key[number] = -float(day.stop[place, FAR])
        elif rule < 11:
            key[number] = float(day.stop[place, FAR])
        elif rule < 13:
            key[number] = float(closes - opens)
        elif rule < 15:
            key[number] = float(opens)
        else:
            key[number] = -float(closes)
    if draw(chance) < 0.5:
        for number in range(count):
            if day.stop[stops[number], PRICE] >= 0:
                key[number] += 4.0 * NEVER
    for number in range(1, count):
        place, value = stops[number], key[number]
        slot = number
        while slot > 0 and key[slot - 1] > value:
            stops[slot], key[slot] = stops[slot - 1], key[slot - 1]
            slot -= 1
        stops[slot], key[slot] = place, value


@compiled_apart
def insert_all(
    day: Day, tours: Tours, known: Ints, chance: npt.NDArray[np.uint64], stops: Ints, count: int, blink: float
) -> None:
    """Insert the stops in their order; what fits nowhere stays out. A `blink` of 0 always takes the best place."""
    tried = tours.tried
    for kind in range(day.vans):
        tried[kind] = 0
    force = blink > 0 and draw(chance) < FORCE
    step = 0
    for number in range(count):
        place = stops[number]
        price, mate = day.stop[place, PRICE], day.stop[place, MATE]
        if mate >= 0 and price >= 0:
            price += day.stop[mate, PRICE]
        ticket, everywhere = new_ticket(tours), day.places - day.hubs < MANY
        if not everywhere:
            _mark_nearby(day, tours, place, ticket)
            if mate >= 0:
                _mark_nearby(day, tours, mate, ticket)
        best_van, best_position, second_position = -1, -1, -1
        while True:
            best = NEVER if price < 0 or force else price
            step += 1
            for van in range(day.vans):
                if tours.van[van, SIZE] == 0:
                    # of the idle vans of one kind only the first is worth a look
                    if tried[day.van[van, KIND]] == step:
                        continue
                    tried[day.van[van, KIND]] = step
                elif not everywhere and tours.van[van, NEARBY] != ticket:
                    continue
                if known[place, van, OF_STAMP] != tours.van[van, STAMP]:
                    look(day, tours, known, place, van)
                if known[place, van, EXTRA] >= best:
                    continue
                if draw(chance) >= blink:
                    best = known[place, van, EXTRA]
                    best_van, best_position = van, known[place, van, POSITION]
                    second_position = known[place, van, SECOND_POSITION]
                elif known[place, van, NEXT_EXTRA] < best:
                    best = known[place, van, NEXT_EXTRA]
                    best_van, best_position = van, known[place, van, NEXT_POSITION]
                    second_position = known[place, van, NEXT_SECOND_POSITION]
            if best_van >= 0 or everywhere or (price >= 0 and not force):
                break
            everywhere = True
        if day.reloading and best_van >= 0 and best_position > tours.van[best_van, SIZE]:
            open_trip(day, tours, place, best_van, best_position - tours.van[best_van, SIZE] - 1)
        elif best_van >= 0:
            put(day, tours, place, best_van, best_position)
            if mate >= 0:
                put(day, tours, mate, best_van, second_position + 1)


@compiled
def _mark_nearby(day: Day, tours: Tours, place: int, ticket: int) -> None:
    """Mark the tours that call at one of the stops nearest to `place`."""
    for rank in range(min(NEAREST, day.places - day.hubs)):
        van = tours.place[day.near[place, rank], VAN]
        if van >= 0:
            tours.van[van, NEARBY] = ticket
