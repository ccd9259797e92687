"""
Several searches of one problem at once, one a core, and how they come together.

Each begins from another number and knows nothing of the others, so that under a budget of iterations the answer
depends on their count alone. At a meeting the first one takes over the others' routes and the best of their plans;
CP-SAT then chooses among all of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from logistics.problem import RoutingProblem
from logistics.solver.budget import Budget, Progress, ProgressReport, Timer, used
from logistics.solver.kernel.day import day_of
from logistics.solver.native import NativeSearch

__all__ = ["Search", "Team", "side_by_side"]

SEED_APART = 7_919
Search = Callable[[NativeSearch, Callable[[], bool]], bool]


class Team:
    """So many searches; the compiled part of each runs without the interpreter's lock."""

    def __init__(self, problem: RoutingProblem, seed: int, threads: int) -> None:
        day = day_of(problem)
        self.all = [NativeSearch(problem, seed + SEED_APART * number, day) for number in range(max(1, threads))]

    @property
    def first(self) -> NativeSearch:
        """The search in which all come together."""
        return self.all[0]

    @property
    def iterations(self) -> int:
        """Moves of all searches."""
        return sum(native.iterations for native in self.all)

    def start_from(self, orders: Mapping[int, Sequence[int]]) -> None:
        """All begin with these tours, which must be feasible, and search near them."""
        for native in self.all:
            native.start_from(orders)

    def run(self, search: Search, progress: Progress | None, budget: Budget, timer: Timer) -> bool:
        """Let all search; False when `progress` asked to stop. It is called in the caller's thread only."""

        def report() -> bool:
            return progress is None or progress(self._report(budget, timer)) is not False

        return side_by_side(self.all, search, report)

    def join(self) -> NativeSearch:
        """The first search, with the others' routes in its pool and the best plan of all."""
        first = self.all[0]
        pools = [list(native.pool.items()) for native in self.all]
        depth = max(map(len, pools))
        for native in self.all:
            native.pool.clear()
        for age in range(depth, 0, -1):  # the newest of each last, because the newest are chosen from
            first.pool.update(pool[-age] for pool in pools if age <= len(pool))
        best = min(self.all, key=lambda native: (native.left_out, native.micros))
        if best is not first:
            first.adopt(best.orders())
        return first

    def go_on(self) -> None:
        """All go on from the best plan."""
        first, *others = self.all
        for native in others:
            native.adopt(first.orders())

    def _report(self, budget: Budget, timer: Timer) -> ProgressReport:
        left_out, micros = min((native.left_out, native.micros) for native in self.all)
        share = used(budget, self.iterations / len(self.all), timer)
        return ProgressReport(min(1.0, share), micros, left_out, self.iterations)


def side_by_side(searches: Sequence[NativeSearch], search: Search, report: Callable[[], bool]) -> bool:
    """Let all search, the first in the caller's thread, where `report` is asked; False when it said no."""
    first, *others = searches
    ended = threading.Event()

    def go_on() -> bool:
        if not report():
            ended.set()
        return not ended.is_set()

    if not others:
        search(first, go_on)
        return not ended.is_set()
    with ThreadPoolExecutor(len(others)) as pool:
        running = [pool.submit(search, native, lambda: not ended.is_set()) for native in others]
        try:
            search(first, go_on)
        except BaseException:
            ended.set()
            raise
        for one in running:
            one.result()
    return not ended.is_set()
