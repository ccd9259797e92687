"""Compiles the search once, by solving a problem small enough to check by hand."""

from __future__ import annotations

from logistics.problem import Break, Hub, RoutingProblem, Stop, Van
from logistics.solver.budget import Budget, Timer

__all__ = ["warm_up"]


def warm_up() -> float:
    """Compile everything, or load it from disk; returns the seconds that it took."""
    from logistics.solver.planner import plan
    from logistics.solver.proof import best_of_all
    from logistics.solver.team import Team

    timer = Timer()
    places = range(4)
    line = tuple(tuple(abs(one - two) * 1000 for two in places) for one in places)
    problem = RoutingProblem(
        hubs=(Hub("hub"),),
        vans=(Van("van", hub=0, totes=9, shift_end=9000, rest=Break(60, 0, 5000), micros_per_second=1),),
        stops=(
            Stop("a", deliver=1, windows=((0, 5000),)),
            Stop("b", collect=1, collect_grams=1),
            Stop("c", price=5),
        ),
        metres=line,
        seconds=line,
    )
    plan(problem, Budget(iterations=50), 1, None, None)
    best_of_all(Team(problem, 1, 1).first)
    return timer.elapsed()
