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
from logistics.solver.budget import Budget, Progress, ProgressReport, Timer
from logistics.solver.kernel.day import day_of
from logistics.solver.native import NativeSearch

__all__ = ["Team"]

SEED_APART = 7_919
Search = Callable[[NativeSearch, Callable[[], bool]], bool]


class Team:
    """So many searches; the compiled part of each runs without the interpreter's lock."""

    def __init__(self, problem: RoutingProblem, seed: int, threads: int) -> None:
        day = day_of(problem)
        self._all = [NativeSearch(problem, seed + SEED_APART * number, day) for number in range(max(1, threads))]

    @property
    def iterations(self) -> int:
        """Moves of all searches."""
        return sum(native.iterations for native in self._all)

    def start_from(self, orders: Mapping[int, Sequence[int]]) -> None:
        """All begin with these tours, which must be feasible, and search near them."""
        for native in self._all:
            native.start_from(orders)

    def run(self, search: Search, progress: Progress | None, budget: Budget, timer: Timer) -> bool:
        """Let all search; False when `progress` asked to stop. It is called in the caller's thread only."""
        first, *others = self._all
        ended = threading.Event()

        def report() -> bool:
            if progress is not None and progress(self._report(budget, timer)) is False:
                ended.set()
            return not ended.is_set()

        if not others:
            search(first, report)
            return not ended.is_set()
        with ThreadPoolExecutor(len(others)) as pool:
            running = [pool.submit(search, native, lambda: not ended.is_set()) for native in others]
            try:
                search(first, report)
            except BaseException:
                ended.set()
                raise
            for one in running:
                one.result()
        return not ended.is_set()

    def join(self) -> NativeSearch:
        """The first search, with the others' routes in its pool and the best plan of all."""
        first = self._all[0]
        pools = [list(native.pool.items()) for native in self._all]
        depth = max(map(len, pools))
        for native in self._all:
            native.pool.clear()
        for age in range(depth, 0, -1):  # the newest of each last, because the newest are chosen from
            first.pool.update(pool[-age] for pool in pools if age <= len(pool))
        best = min(self._all, key=lambda native: (native.left_out, native.micros))
        if best is not first:
            first.adopt(best.orders())
        return first

    def go_on(self) -> None:
        """All go on from the best plan."""
        first, *others = self._all
        for native in others:
            native.adopt(first.orders())

    def _report(self, budget: Budget, timer: Timer) -> ProgressReport:
        left_out, micros = min((native.left_out, native.micros) for native in self._all)
        if budget.iterations is not None:
            share = self.iterations / budget.iterations / len(self._all)
        else:
            share = timer.elapsed() / (budget.seconds or 1.0)
        return ProgressReport(min(1.0, share), micros, left_out, self.iterations)
