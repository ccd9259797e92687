"""
Drives the compiled search in chunks and keeps the pool of good routes that it meets.

A chunk is a number of moves at falling temperature. Under a budget of iterations chunks are fixed, so that
the same seed gives the same routes; under a budget of seconds their size follows the clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from logistics.problem import RoutingProblem
from logistics.solver.kernel.anneal import BEST_ABSENT, BEST_COST, POOLED, anneal
from logistics.solver.kernel.day import PRICE, RELOAD, RELOADS, SECOND, Day, Ints, day_of
from logistics.solver.kernel.exhaust import exhaust
from logistics.solver.kernel.insertion import nothing_known
from logistics.solver.kernel.judge import judge, judge_all
from logistics.solver.kernel.recreate import insert_all
from logistics.solver.kernel.ruin import LONG_TOUR
from logistics.solver.kernel.tours import (
    ABSENT,
    CLOCKED,
    COST,
    OUT,
    PRICES,
    SIZE,
    STAMP,
    STAMPS,
    VAN,
    empty_tours,
    let_stand,
)
from logistics.solver.trips import RELOAD as A_RELOAD
from logistics.solver.trips import tidy

__all__ = ["NativeSearch"]

COOLING = (0.3, 0.004)
"""Start and end temperature as shares of the mean cost of an arc."""
LONG_COOLING = (1.0, 0.001)
"""The same where tours are long: with few vans a bad beginning is far from any good plan."""
WARM_COOLING = (0.05, 0.001)
"""The same from given routes, which the search is to stay near to."""
CLOSING, CLOSING_PER_STOP = 0.02, 0.0001
"""Seconds to keep for writing the answer down."""
POOL_CELLS = 400_000
POOL_ROUTES = 20_000


class NativeSearch:
    """One search over one problem with stops and vans; orders are van index to stop indices, with reloads."""

    def __init__(self, problem: RoutingProblem, seed: int, day: Day | None = None) -> None:
        self.problem = problem
        self.day: Day = day if day is not None else day_of(problem)
        self.iterations = 0
        self.closing_seconds = CLOSING + CLOSING_PER_STOP * len(problem.stops)
        width = self.day.places - self.day.hubs + 1 + int(self.day.van[:, RELOADS].max())
        self._tours = empty_tours(self.day, width)
        self._known = nothing_known(self.day)
        self._chance = np.array([_scramble(seed)], dtype=np.uint64)
        self._best_stop = np.zeros_like(self._tours.stop)
        self._best_size = np.zeros(self.day.vans, np.int64)
        out = self._tours.total
        self._best = np.array([out[PRICES], out[ABSENT], 0], dtype=np.int64)
        self._pool_cells = np.zeros(POOL_CELLS, np.int64)
        self._scratch = empty_tours(self.day, width)
        self.pool: dict[tuple[int, ...], int] = {}
        arcs = self.day.arc[0]
        self._arc = float(arcs[arcs > 0].mean()) if (arcs > 0).any() else 1.0
        self._is_warm = False

    @property
    def micros(self) -> int:
        """Cost of the best tours, prices of optional stops left out included."""
        return int(self._best[BEST_COST])

    @property
    def left_out(self) -> int:
        """Must-stops that the best tours leave out."""
        return int(self._best[BEST_ABSENT])

    def start_from(self, orders: Mapping[int, Sequence[int]]) -> None:
        """Begin with these tours, which must be feasible, and search near them."""
        self.adopt(orders)
        self._is_warm = True

    def cool_as(self, other: NativeSearch) -> None:
        """Search at another's temperatures, which are a matter of the whole problem."""
        self._arc, self._is_warm = other._arc, other._is_warm

    def adopt(self, orders: Mapping[int, Sequence[int]]) -> None:
        """Go on from these tours, which must be feasible; they become the best if they are."""
        tours = self._tours
        tours.place[:, VAN] = -1
        tours.van[:, [SIZE, COST, CLOCKED]] = 0
        for van in range(self.day.vans):
            tours.total[STAMPS] += 1
            tours.van[van, STAMP] = tours.total[STAMPS]
            order = self.places_of(orders.get(van, ()), van)
            if order:
                tours.van[van, COST] = self.judge(van, order)
                tours.van[van, SIZE] = len(order)
                tours.stop[van, : len(order)] = order
                tours.place[order, VAN] = van
        out = tours.place[self.day.hubs :, VAN] < 0
        prices = self.day.stop[self.day.hubs :, PRICE]
        tours.total[OUT] = out.sum()
        tours.total[ABSENT] = absent = int((out & (prices < 0)).sum())
        tours.total[PRICES] = prices[out & (prices > 0)].sum()
        cost = int(tours.van[:, COST].sum() + tours.total[PRICES])
        if (absent, cost) < (self.left_out, self.micros):
            self._best[BEST_COST], self._best[BEST_ABSENT] = cost, absent
            self._best_stop[:] = tours.stop
            self._best_size[:] = tours.van[:, SIZE]

    def run(self, iterations: int, begin: float, end: float) -> None:
        """So many moves, from share `begin` of the cooling to share `end` (0 to 1)."""
        hot, cold = self.cooling()
        fall = cold / hot
        hot *= self._arc
        self._best[POOLED] = 0
        anneal(
            self.day, self._tours, self._known, self._chance, self._best_stop, self._best_size,
            self._best, self._pool_cells, iterations, max(1e-3, hot * fall**begin),
            max(1e-3, hot * fall**end),
        )  # fmt: skip
        self.iterations += iterations
        self._drain()

    def cooling(self) -> tuple[float, float]:
        """Start and end temperature of the whole search, as shares of the mean cost of an arc."""
        if self._is_warm:
            return WARM_COOLING
        sizes = self._tours.van[:, SIZE]
        return LONG_COOLING if sizes.sum() >= LONG_TOUR * (sizes > 0).sum() else COOLING

    def fill_up(self) -> None:
        """Put into the best tours whatever was left out and fits after all, each stop at its best place."""
        self.adopt(self.orders())
        tours = self._tours
        for place in np.flatnonzero(tours.place[:, VAN] < 0):
            if not self.day.hubs <= place < self.day.places or self.day.stop[place, SECOND]:
                continue
            insert_all(self.day, tours, self._known, self._chance, np.array([place]), 1, 0.0)
            if tours.place[place, VAN] >= 0:
                let_stand(tours)
                self.adopt(self.present())
                self.adopt(self.orders())

    def present(self) -> dict[int, tuple[int, ...]]:
        """The tours that the search is at, which are seldom the best."""
        return _orders(self.day, self._tours.stop, self._tours.van[:, SIZE])

    def orders(self) -> dict[int, tuple[int, ...]]:
        """The best tours."""
        return _orders(self.day, self._best_stop, self._best_size)

    def places_of(self, order: Sequence[int], van: int | None = None) -> list[int]:
        """The order as places of the day, with the reloads of a van, or of any where the judge will put in its own."""
        reload = self.day.places if van is None else int(self.day.van[van, RELOAD])
        return [reload if stop == A_RELOAD else self.day.hubs + stop for stop in order]

    def order_of(self, places: Sequence[int]) -> tuple[int, ...]:
        """Places of the day as stop indices and reloads."""
        return _order(self.day, places)

    def judge(self, van: int, places: Sequence[int]) -> int:
        """Cost of a tour over places for a van, `IMPOSSIBLE` when it cannot drive it."""
        return int(judge(self.day, self._scratch, van, np.array(places, dtype=np.int64)))

    def judge_all(self, vans: Sequence[int], tours: Sequence[Sequence[int]]) -> Ints:
        """`judge` for every tour (row) and van (column)."""
        cells = [cell for tour in tours for cell in (len(tour), *tour)]
        verdicts = np.empty((len(tours), len(vans)), np.int64)
        judge_all(self.day, self._scratch, np.array(vans), np.array(cells, dtype=np.int64), verdicts)
        return verdicts

    def exhaust(self, van: int, costs: Ints, orders: Ints) -> None:
        """Try all orders of all sets of stops for a van; see the kernel's `exhaust`. For a handful of stops."""
        places = np.arange(self.day.hubs, self.day.places)
        work = np.zeros((2, len(places) + 1), np.int64)
        exhaust(self.day, self._scratch, van, places, costs, orders, work)

    def keep(self, route: tuple[int, ...], van: int) -> None:
        """Put a tour over places into the pool, as its newest."""
        self.pool.pop(route, None)
        self.pool[route] = van

    def _drain(self) -> None:
        """Move new routes from the kernel's buffer into the pool, newest last, oldest dropped."""
        cells = self._pool_cells[: int(self._best[POOLED])].tolist()
        at = 0
        while at < len(cells):
            van, size = cells[at], cells[at + 1]
            route = tuple(cells[at + 2 : at + 2 + size])
            self.keep(route, van)
            at += 2 + size
        for route in list(self.pool)[: max(0, len(self.pool) - POOL_ROUTES)]:
            del self.pool[route]


def _orders(day: Day, stop: Ints, size: Ints) -> dict[int, tuple[int, ...]]:
    return {van: _order(day, stop[van, : size[van]].tolist()) for van in range(day.vans) if size[van]}


def _order(day: Day, places: Sequence[int]) -> tuple[int, ...]:
    return tuple(tidy([A_RELOAD if place >= day.places else place - day.hubs for place in places]))


def _scramble(seed: int) -> int:
    """A non-zero 64-bit word from any seed (splitmix64)."""
    word = (seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return (word ^ (word >> 31)) or 1
