"""
From problem to plan: search, then let CP-SAT choose among all routes found, search on, choose again.

Without numba OR-Tools' routing library searches instead.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from logistics.problem import RoutingProblem
from logistics.solution import Solution
from logistics.solver.budget import Budget, Progress, Timer
from logistics.solver.cut_down import orders_from, timed
from logistics.solver.steadiness import van_changes
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
    threads: int = 1,
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
    from logistics.solver.proof import best_of_all, is_provable
    from logistics.solver.regions import LARGE, Regions
    from logistics.solver.team import Team

    one_trip = all(van.trips == 1 for van in problem.vans)
    large = threads > 1 and len(problem.stops) >= LARGE and one_trip
    team: Team | Regions = Regions(problem, seed, threads) if large else Team(problem, seed, threads)
    if is_provable(problem, budget):
        tours = best_of_all(team.first)
        return assemble(problem, tours, solver="every order tried", seed=seed, iterations=0, proved=True)
    if start:
        team.start_from(start)
    given = list(start.values())
    plans: list[Mapping[int, Sequence[int]]] = [start]
    chosen = False
    few = budget.iterations is not None and budget.iterations <= FEW_MOVES
    for end in CHOICES[-1:] if few else CHOICES:
        alive = team.run(partial(_search, budget=budget, timer=timer, end=end), progress, budget, timer)
        native = team.join()
        if not alive:
            break
        answers = _choose(native, given, budget, timer, seed, POOLS[:1] if few else POOLS)
        chosen, plans = chosen or len(answers) > 0, [*plans, *answers]
        if end < CHOICES[-1]:
            team.go_on()
    native.fill_up()
    return _best(
        problem,
        [native.orders(), *plans] if problem.stability is not None else [native.orders()],
        solver="ruin-and-recreate + cp-sat" if chosen else "ruin-and-recreate",
        seed=seed,
        iterations=team.iterations,
    )


def _best(
    problem: RoutingProblem,
    plans: Iterable[Mapping[int, Sequence[int]]],
    *,
    solver: str,
    seed: int,
    iterations: int,
) -> Solution:
    """The best of the plans by the whole of their cost, of which the search sees all but usual times."""

    def rank(solution: Solution) -> tuple[int, int, int]:
        absent = sum(left.reason == "no-room" for left in solution.unserved)
        most = problem.stability.most_vans if problem.stability is not None else None
        orders = {
            problem.van_index[route.van]: [problem.stop_index[stop] for stop in route.stops]
            for route in solution.routes
        }
        return absent, 0 if most is None else max(0, van_changes(problem, orders) - most), solution.micros

    solutions = (
        assemble(
            problem,
            {van: timed(problem, van, order) for van, order in orders.items()},
            solver=solver,
            seed=seed,
            iterations=iterations,
        )
        for orders in plans
    )
    return min(solutions, key=rank)


def _search(native: NativeSearch, go_on: Callable[[], bool], *, budget: Budget, timer: Timer, end: float) -> bool:
    """Search up to a share of the budget; False when `go_on` said so, which is asked after every chunk."""
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
        if not go_on():
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
) -> list[dict[int, tuple[int, ...]]]:
    """Let CP-SAT choose, from the newest routes first, then from more of them; its answers."""
    from logistics.solver.selection import choose_routes

    began = timer.elapsed()
    answered: list[dict[int, tuple[int, ...]]] = []
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
        answered.append(choice.orders)
    return answered
