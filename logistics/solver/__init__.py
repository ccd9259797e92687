"""
The route solver behind one small interface.

`solve(problem, budget, seed, start_from, progress, threads)` returns the best plan found; `warm_up()` compiles the
search once per installation; `second_opinion(problem, solution)` asks OR-Tools' routing library whether it
agrees. The heavy packages (numba, numpy, ortools) are imported when these are called, not before.
"""

from __future__ import annotations

from logistics.problem import RoutingProblem
from logistics.solution import Solution
from logistics.solver.budget import Budget, Progress, ProgressReport

__all__ = ["Budget", "Progress", "ProgressReport", "second_opinion", "solve", "warm_up"]


def solve(
    problem: RoutingProblem,
    budget: Budget,
    seed: int,
    start_from: Solution | None = None,
    progress: Progress | None = None,
    threads: int = 1,
) -> Solution:
    """
    The best plan found within the budget; never none.

    Stops that must be served and fit nowhere are listed as unserved. `start_from` may be a solution of
    another problem (yesterday's): what it shares with this one by van and stop id is taken over. Under a
    budget of iterations the same problem, seed, start and number of threads give the same routes. Each of `threads`
    (1 or more) searches runs on a core of its own, with as many iterations or seconds as the budget says.
    """
    from logistics.solver.planner import plan

    return plan(problem, budget, seed, start_from, progress, threads)


def second_opinion(problem: RoutingProblem, solution: Solution) -> bool:
    """Whether OR-Tools' routing library, reading the same problem, accepts the routes as feasible."""
    from logistics.solver.routing_library import accepts

    return accepts(problem, solution)


def warm_up() -> float:
    """Compile everything that `solve` runs and keep it on disk; returns the seconds that it took."""
    from logistics.solver.warming import warm_up as compile_all

    return compile_all()
