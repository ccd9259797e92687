"""
A large day in regions: each core searches some of the tours, and the regions are drawn anew many times.

After A. Santini, M. Schneider, T. Vidal and D. Vigo, "Decomposition strategies for vehicle routing heuristics", INFORMS
Journal on Computing 35(3), 2023: whole tours of the present plan are put together by where they are. A move changes
no more than a few tours that lie close together, so that on two cores two regions get twice the moves of the whole.
What is at a border in one round is in the middle of a region in another, so there is nothing to stitch but the plan.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from logistics.problem import RoutingProblem
from logistics.solver.budget import Budget, Progress, ProgressReport, Timer, used
from logistics.solver.kernel.day import HUB, KIND, MATE, SECOND
from logistics.solver.native import NativeSearch
from logistics.solver.part import Part, part_of
from logistics.solver.team import SEED_APART, Search, Team, side_by_side

__all__ = ["LARGE", "Regions"]

LARGE = 900
"""From so many stops on, regions win more than searches of the whole on each core."""
ROUNDS = 25
"""How often regions are drawn: once in such a share of the budget."""


class Regions:
    """
    Like a `Team`, for vans of one trip. As long as a must-stop is out, it is one: the van for it may be anywhere.
    """

    def __init__(self, problem: RoutingProblem, seed: int, threads: int) -> None:
        self._team = Team(problem, seed, threads)
        self._moves = [0] * threads
        self._problem, self._seed, self._rounds = problem, seed, 0
        self._chance = random.Random(seed)

    @property
    def first(self) -> NativeSearch:
        """The search of the whole."""
        return self._team.first

    @property
    def iterations(self) -> int:
        """Moves of all searches."""
        return sum(self._moves)

    def start_from(self, orders: Mapping[int, Sequence[int]]) -> None:
        """Begin with these tours, which must be feasible, and search near them."""
        self._team.start_from(orders)

    def join(self) -> NativeSearch:
        """The search of the whole, which has everything after each round."""
        return self.first

    def go_on(self) -> None:
        """All go on from the plan of the whole."""
        self._team.go_on()

    def run(self, search: Search, progress: Progress | None, budget: Budget, timer: Timer) -> bool:
        """Let all search, round by round; False when `progress` asked to stop. It is called in the caller's thread."""
        while True:
            parts = self._divide() if self.first.left_out == 0 and self.first.orders() else []
            searches = [self._search_of(part) for part in parts] or self._team.all
            for native, moves in zip(searches, self._moves, strict=True):
                native.iterations = moves
            alive, over = _round(searches, search, progress, budget, timer, apart=len(parts) > 0)
            self._moves = [native.iterations for native in searches]
            if parts:
                self._unite(parts, searches)
            else:
                self._team.join()
                self._team.go_on()
            if over or not alive:
                return alive

    def _search_of(self, part: Part) -> NativeSearch:
        """A search of a part, at the tours of the whole."""
        self._rounds += 1
        native = NativeSearch(self._problem, self._seed + SEED_APART * (self._rounds + len(self._moves)), part.day)
        native.cool_as(self.first)
        number = {place: stop for stop, place in enumerate((part.places[part.day.hubs :] - part.day.hubs).tolist())}
        now = self.first.present()
        native.adopt(
            {mine: [number[stop] for stop in now[van]] for mine, van in enumerate(part.vans.tolist()) if van in now}
        )
        return native

    def _unite(self, parts: Sequence[Part], searches: Sequence[NativeSearch]) -> None:
        """The whole goes on from where the parts are, knows the best of each, and their routes."""
        first = self.first
        best: dict[int, list[int]] = {}
        now: dict[int, list[int]] = {}
        for part, native in zip(parts, searches, strict=True):
            places, vans = part.places.tolist(), part.vans.tolist()
            hubs = part.day.hubs
            for orders, into in ((native.orders(), best), (native.present(), now)):
                into.update(
                    {vans[van]: [places[hubs + stop] - hubs for stop in order] for van, order in orders.items()}
                )
            for route, van in native.pool.items():
                first.keep(tuple(places[place] for place in route), vans[van])
        first.adopt(best)
        first.adopt(now)

    def _divide(self) -> list[Part]:
        """The tours of two sides, or of more where there are more cores, with about as many stops each."""
        day, now = self.first.day, self.first.present()
        one, other = (self._chance.randrange(day.hubs, day.places) for _ in range(2))
        lean = day.arc[0, :, one] - day.arc[0, :, other]
        middles = {van: float(np.mean([lean[day.hubs + stop] for stop in order])) for van, order in now.items()}
        sides = len(self._moves)
        vans: list[list[int]] = [[] for _ in range(sides)]
        stops: list[list[int]] = [[] for _ in range(sides)]
        borders, passed, served = [], 0, sum(map(len, now.values()))
        for van in sorted(now, key=lambda van: (middles[van], van)):
            side = min(sides - 1, sides * (2 * passed + len(now[van])) // (2 * served))
            if vans[side] == [] and side > 0:
                borders.append(middles[van])
            passed += len(now[van])
            vans[side].append(van)
            stops[side].extend(day.hubs + stop for stop in now[van])
        out = set(range(day.hubs, day.places)).difference(*stops)
        for place in sorted(out):
            first_end = day.stop[place, MATE] if day.stop[place, SECOND] else place
            stops[sum(lean[first_end] > border for border in borders)].append(place)
        idle: dict[tuple[int, int], list[int]] = defaultdict(list)
        for van in sorted(set(range(day.vans)) - now.keys()):
            idle[int(day.van[van, HUB]), int(day.van[van, KIND])].append(van)
        for alike in idle.values():
            for number, van in enumerate(alike):
                vans[number % sides].append(van)
        return [
            part_of(day, np.array(sorted(its)), np.array(sorted(those))) for its, those in zip(stops, vans, strict=True)
        ]


def _round(
    searches: Sequence[NativeSearch],
    search: Search,
    progress: Progress | None,
    budget: Budget,
    timer: Timer,
    *,
    apart: bool,
) -> tuple[bool, bool]:
    """Search for a share of the budget: whether `progress` lets it go on, and whether a search came to its end."""
    ended: list[bool] = []

    def one_round(native: NativeSearch, go_on: Callable[[], bool]) -> bool:
        until = used(budget, native.iterations, timer) + 1 / ROUNDS
        ended.append(search(native, lambda: go_on() and used(budget, native.iterations, timer) < until))
        return True

    def report() -> bool:
        if progress is None:
            return True
        moves = sum(native.iterations for native in searches)
        costs = [native.micros for native in searches]
        left_out = min(native.left_out for native in searches)
        share = used(budget, moves / len(searches), timer)
        return progress(ProgressReport(share, sum(costs) if apart else min(costs), left_out, moves)) is not False

    return side_by_side(searches, one_round, report), any(ended)
