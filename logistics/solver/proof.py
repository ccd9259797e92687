"""
The best plan of all for a few stops, by trying every order of every set of them in every kind of van.

For more stops than that nothing is claimed: a bound that is proven is in `bound`, and is no more than a bound.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from logistics.problem import RoutingProblem
from logistics.solver.budget import Budget
from logistics.solver.kernel.day import KIND
from logistics.solver.kernel.judge import IMPOSSIBLE
from logistics.solver.native import NativeSearch

__all__ = ["best_of_all", "is_provable"]

MOST_STOPS = 8
SECONDS_PER_ORDER, SHARE = 4e-6, 0.25
"""What an order costs as a rule of thumb, and the share of a budget that a proof may take."""


def is_provable(problem: RoutingProblem, budget: Budget) -> bool:
    """
    Whether there is time to try everything, and the cost of a tour is the least that its order can have.

    A budget of iterations says nothing of time, and buys a search. The cost is not the least where paid time depends on
    more than leaving late (several windows, a break, a longest time on board), nor where usual times have a price or
    changes a limit. Orders with reloads are not tried.
    """
    stops = len(problem.stops)
    if budget.seconds is None or stops > MOST_STOPS or any(van.trips > 1 for van in problem.vans):
        return False
    paid = any(van.micros_per_second for van in problem.vans)
    several = any(len(stop.windows) > 1 for stop in problem.stops)
    waits = any(van.rest is not None for van in problem.vans) or any(
        pair.longest_seconds is not None for pair in problem.pairs
    )
    if paid and (several or waits):
        return False
    stability = problem.stability
    if stability is not None and (stability.micros_time > 0 or stability.most_vans is not None):
        return False
    orders = sum(math.perm(stops, size) for size in range(1, stops + 1))
    return orders * len(problem.vans) * SECONDS_PER_ORDER < SHARE * budget.seconds


def best_of_all(native: NativeSearch) -> dict[int, tuple[int, ...]]:
    """The tours with the fewest must-stops left out, and of these the cheapest; by van and stop index."""
    problem, day = native.problem, native.day
    stops = range(len(problem.stops))
    sets = 1 << len(stops)
    tours: dict[int, tuple[list[int], list[list[int]]]] = {}
    for van in range(day.vans):
        kind = int(day.van[van, KIND])
        if kind not in tours:
            costs = np.full(sets, IMPOSSIBLE, np.int64)
            orders = np.zeros((sets, max(1, len(stops))), np.int64)
            native.exhaust(van, costs, orders)
            tours[kind] = costs.tolist(), orders.tolist()
    best: dict[int, tuple[int, Mapping[int, int]]] = {0: (0, {})}
    for van in range(day.vans):
        costs_of_kind = tours[int(day.van[van, KIND])][0]
        drivable = [(chosen, cost) for chosen, cost in enumerate(costs_of_kind) if cost < IMPOSSIBLE]
        reached = dict(best)
        for done, (micros, plan) in best.items():
            for chosen, cost in drivable:
                if done & chosen == 0:
                    known = reached.get(done | chosen)
                    if known is None or micros + cost < known[0]:
                        reached[done | chosen] = micros + cost, {**plan, van: chosen}
        best = reached
    prices = [problem.stops[stop].price for stop in stops]

    def rank(done: int) -> tuple[int, int]:
        out = [prices[stop] for stop in stops if not done >> stop & 1]
        return sum(price is None for price in out), best[done][0] + sum(price or 0 for price in out)

    plan = best[min(best, key=rank)][1]
    return {
        van: tuple(place - day.hubs for place in tours[int(day.van[van, KIND])][1][chosen][: chosen.bit_count()])
        for van, chosen in plan.items()
    }
