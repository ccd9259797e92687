"""
The loop: ruin, recreate, keep or take back, by simulated annealing over the cost.

While stops that must be served are out, fewer and rarer absences come before cost: a stop that was left
out often weighs more (the paper's section 5.4, there for the size of the fleet), which fits a tight fleet.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from logistics.solver.kernel.compile import compiled
from logistics.solver.kernel.day import PRICE, Day, Ints
from logistics.solver.kernel.reassign import REASSIGN, reassign
from logistics.solver.kernel.recreate import BLINK, absent_stops, insert_all, sort_stops
from logistics.solver.kernel.ruin import ruin
from logistics.solver.kernel.tails import TAILS, swap_tails
from logistics.solver.kernel.tours import (
    ABSENT,
    COST,
    MISSED,
    OUT,
    PRICES,
    SIZE,
    VAN,
    Tours,
    draw,
    let_stand,
    price_tour,
    take_back,
)

__all__ = ["BEST_ABSENT", "BEST_COST", "POOLED", "anneal"]

BEST_COST, BEST_ABSENT, POOLED = range(3)
POOL_MARGIN = 50  # a solution within one part in so many of the best gives its new routes to the pool


@compiled
def anneal(
    day: Day,
    tours: Tours,
    known: Ints,
    chance: npt.NDArray[np.uint64],
    best_stop: Ints,
    best_size: Ints,
    best: Ints,
    pool: Ints,
    iterations: int,
    hot: float,
    cold: float,
) -> None:
    """
    Run so many moves, cooling from `hot` to `cold` micros.

    `best` holds cost and number of absent must-stops of the best tours, and the filled length of `pool`, to
    which new routes are appended as (van, size, stops…).
    """
    stops, key = tours.removed, tours.key
    cost, absent = _cost(day, tours), tours.total[ABSENT]
    cooling = (cold / hot) ** (1.0 / max(1, iterations))
    heat = hot
    for _ in range(iterations):
        weight = _weight(day, tours) if absent > 0 else 0
        complete = tours.total[OUT] == 0
        if day.mixed and draw(chance) < REASSIGN:
            count = reassign(day, tours, chance, stops)
        elif draw(chance) < TAILS and swap_tails(day, tours, chance, -3.0 * heat * math.log(1.0 - draw(chance))):
            count = 0
        else:
            count = ruin(day, tours, chance, stops)
        if not complete:
            count = absent_stops(day, tours, chance, stops, count, count == 0)
        sort_stops(day, chance, stops, count, key)
        insert_all(day, tours, known, chance, stops, count, BLINK)
        for number in range(tours.touched[-1]):
            van = tours.touched[number]
            tours.van[van, COST] = price_tour(day, tours, van)
        new_cost, new_absent, new_weight = _cost(day, tours), tours.total[ABSENT], 0
        if new_absent > 0:
            new_weight = _weight(day, tours)
            for place in range(day.hubs, day.places):
                if tours.place[place, VAN] < 0 and day.stop[place, PRICE] < 0:
                    tours.place[place, MISSED] += 1
        accept = new_cost < cost - heat * math.log(1.0 - draw(chance))
        if absent > 0 or new_absent > 0:
            lighter = new_weight < weight or (new_weight == weight and new_absent < absent)
            accept = (
                new_absent == 0
                if absent == 0
                else lighter or (new_weight <= weight and new_absent == absent and accept)
            )
            accept = accept or (absent > 0 and new_absent == 0)
        if accept:
            better = new_absent < best[BEST_ABSENT] or (new_absent == best[BEST_ABSENT] and new_cost < best[BEST_COST])
            if new_absent <= best[BEST_ABSENT] and new_cost <= best[BEST_COST] + best[BEST_COST] // POOL_MARGIN:
                _pool_routes(tours, pool, best)
            let_stand(tours)
            cost, absent = new_cost, new_absent
            if better:
                best[BEST_COST], best[BEST_ABSENT] = new_cost, new_absent
                for van in range(day.vans):
                    best_size[van] = tours.van[van, SIZE]
                    for k in range(tours.van[van, SIZE]):
                        best_stop[van, k] = tours.stop[van, k]
        else:
            take_back(day, tours)
        heat *= cooling


@compiled
def _cost(day: Day, tours: Tours) -> int:
    """All routes, and the prices of what is left out."""
    total = tours.total[PRICES]
    for van in range(day.vans):
        total += tours.van[van, COST]
    return int(total)


@compiled
def _weight(day: Day, tours: Tours) -> int:
    """How often the stops now out have been out."""
    total = 0
    for place in range(day.hubs, day.places):
        if tours.place[place, VAN] < 0 and day.stop[place, PRICE] < 0:
            total += tours.place[place, MISSED]
    return int(total)


@compiled
def _pool_routes(tours: Tours, pool: Ints, best: Ints) -> None:
    for number in range(tours.touched[-1]):
        van = tours.touched[number]
        size = tours.van[van, SIZE]
        end = best[POOLED]
        if size == 0 or end + size + 2 > pool.shape[0]:
            continue
        pool[end], pool[end + 1] = van, size
        for k in range(size):
            pool[end + 2 + k] = tours.stop[van, k]
        best[POOLED] = end + size + 2
