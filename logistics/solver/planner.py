"""
From problem to plan: search, then let CP-SAT choose among all routes found, search on, choose again.

Without numba OR-Tools' routing library searches instead.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING

from logistics.problem import RoutingProblem
from logistics.solution import Solution
from logistics.solver.budget import Budget, Progress, ProgressReport, Timer
from logistics.solver.cut_down import orders_from, timed
from logistics.solver.timetable import assemble

if TYPE_CHECKING:
    from logistics.solver.native import NativeSearch

__all__ = ["plan"]

CHUNK = 500
"""Moves between two looks at the clock under a budget of iterations."""
FIRST_CHUNK, CHUNK_SECONDS = 20, 0.05
CHOICES = (0.6, 0.85, 1.0)
"""Shares of the budget at which CP-SAT chooses."""
CHOICE_SHARE, CHOICE_SECONDS, LEAST_CHOICE = 0.04, 1.5, 0.08
"""Time for one round of choosing: a share of the budget, at most and at least so many seconds."""
FEW_MOVES = 2_000
"""A budget of no more iterations finds few routes: CP-SAT chooses among them once, at the end."""
POOLS, SECONDS_PER_ROUTE = (250, 1000, 2500), 0.0005
"""How many routes CP-SAT chooses from, step by step, and what one more costs it as a rule of thumb."""


def plan(
    problem: RoutingProblem,
    budget: Budget,
    seed: int,
    start_from: Solution | None,
    progress: Progress | None,
) -> Solution:
    """See `logistics.solver.solve`."""
    timer = Timer()
    if not problem.stops or not problem.vans:
        return assemble(problem, {}, solver="nothing to search", seed=seed, iterations=0)
    problem.digest()  # kept with the problem: worked out now, not when the time is over
    start = orders_from(problem, start_from) if start_from is not None else {}
    if importlib.util.find_spec("numba") is None:
        from logistics.solver.routing_library import search

        return search(problem, budget, seed, start)
    from logistics.solver.native import NativeSearch

    native = NativeSearch(problem, seed)
    if start:
        native.start_from(start)
    given = list(start.values())
    chosen = False
    few = budget.iterations is not None and budget.iterations <= FEW_MOVES
    for end in CHOICES[-1:] if few else CHOICES:
        if not _search(native, budget, timer, end, progress):
            break
        chosen = _choose(native, given, budget, timer, seed, POOLS[:1] if few else POOLS) or chosen
    native.fill_up()
    return assemble(
        problem,
        {van: timed(problem, van, order) for van, order in native.orders().items()},
        solver="ruin-and-recreate + cp-sat" if chosen else "ruin-and-recreate",
        seed=seed,
        iterations=native.iterations,
    )


def _search(native: NativeSearch, budget: Budget, timer: Timer, end: float, progress: Progress | None) -> bool:
    """Search up to a share of the budget; False when `progress` asked to stop."""
    size = FIRST_CHUNK
    while True:
        if budget.iterations is not None:
            used = native.iterations / budget.iterations
            until = min(round(end * budget.iterations), native.iterations + CHUNK)
            size = until - native.iterations
            if size <= 0:
                return True
            native.run(size, used, until / budget.iterations)
        else:
            seconds = budget.seconds or 0.0
            stop = end * (seconds - native.closing_seconds) - max(LEAST_CHOICE, _choice_seconds(seconds))
            before = timer.elapsed()
            if before >= stop and native.iterations > 0:
                return True
            native.run(size, min(1.0, before / seconds), min(1.0, before / seconds))
            took = max(1e-4, timer.elapsed() - before)
            size = max(1, min(size * 4, int(size * min(CHUNK_SECONDS, max(0.002, stop - before - took)) / took)))
        if progress is not None:
            share = (
                native.iterations / budget.iterations
                if budget.iterations is not None
                else timer.elapsed() / (budget.seconds or 1.0)
            )
            report = ProgressReport(min(1.0, share), native.micros, native.left_out, native.iterations)
            if progress(report) is False:
                return False


def _choice_seconds(seconds: float) -> float:
    return min(CHOICE_SECONDS, CHOICE_SHARE * seconds)


def _choose(
    native: NativeSearch,
    given: Sequence[Sequence[int]],
    budget: Budget,
    timer: Timer,
    seed: int,
    pools: Sequence[int],
) -> bool:
    """Let CP-SAT choose, from the newest routes first, then from more of them; True when it gave an answer."""
    from logistics.solver.selection import choose_routes

    began, answered = timer.elapsed(), False
    for largest in pools:
        seconds = None
        if budget.seconds is not None:
            seconds = (
                min(began + max(LEAST_CHOICE, _choice_seconds(budget.seconds)), budget.seconds - native.closing_seconds)
                - timer.elapsed()
            )
            needed = SECONDS_PER_ROUTE * largest if answered else 0.02
            if seconds < needed:
                break
        choice = choose_routes(native, given, seconds=seconds, effort=2.0, seed=seed, largest=largest)
        if choice is None:
            break
        native.adopt(choice.orders)
        answered = True
    return answered
