"""
The solver's answer to a published instance, judged twice before anybody sees it.

Once by `verify`, on the integers that were searched; once by `faults`, on the file's own numbers in doubles.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from logistics.instances.instance import Instance
from logistics.instances.integers import problem_of
from logistics.instances.judge import faults, length
from logistics.solution import verify
from logistics.solver import Budget, solve

__all__ = ["Answer", "answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """
    Routes as node numbers, depots left out; `seconds` is the wall clock of the search alone.

    `cost` is their distance in double precision, None where customers are left out (`missing`).
    """

    cost: float | None
    routes: tuple[tuple[int, ...], ...]
    missing: tuple[int, ...]
    seconds: float
    iterations: int


def answer(instance: Instance, seconds: float, seed: int, threads: int = 1) -> Answer:
    """
    The best routes found in so many seconds on so many cores.

    Raises `RuntimeError` if either judge finds a fault in them: then the solver has a bug.
    """
    problem = problem_of(instance)
    budget = Budget(seconds=seconds)
    began = time.perf_counter()
    solution = solve(problem, budget, seed, threads=threads)
    took = time.perf_counter() - began
    routes = tuple(tuple(int(stop) for stop in route.stops) for route in solution.routes)
    missing = tuple(int(left.stop) for left in solution.unserved)
    broken = [violation.sentence for violation in verify(problem, solution) if violation.rule != "must"]
    if not missing:
        broken += faults(instance, routes)
    if broken:
        raise RuntimeError(f"the routes of {instance.name} break their rules: {' '.join(broken[:5])}")
    return Answer(
        cost=None if missing else length(instance, routes),
        routes=routes,
        missing=missing,
        seconds=took,
        iterations=solution.iterations,
    )
