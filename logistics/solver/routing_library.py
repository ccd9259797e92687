"""
OR-Tools' routing library on the same problem: the second opinion on a plan, and the search without numba.

The search takes out breaks, and sees neither credits nor what differs from the usual routes: both are counted, exactly,
in the cost of what it finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from logistics.problem import RoutingProblem
from logistics.solution import Solution
from logistics.solver.budget import Budget, Timer
from logistics.solver.cut_down import timed
from logistics.solver.let_in import let_in
from logistics.solver.library_model import Model
from logistics.solver.steadiness import van_changes
from logistics.solver.timetable import assemble
from logistics.solver.trips import order_of
from logistics.solver.without_breaks import without_breaks

__all__ = ["accepts", "search"]

NAME = "or-tools routing"
PATIENCE, PATIENCE_PER_ITERATION = 10.0, 0.02
"""Seconds that a budget of iterations may take: looking for any plan at all, the library may never come back."""
CLOSING_SHARE, CLOSING_SECONDS = 0.1, 1.0
"""What is kept of the time for letting in what was left out."""
FEW = 20
"""So many stops are searched by guided search: asked to take out more than is served, the library never comes back."""
OVERTIME = 2.0
"""Times the budget within which must-stops are let in: on a busy machine a late plan is better than none."""


def accepts(problem: RoutingProblem, solution: Solution) -> bool:
    """Whether the library can read the routes of the solution as feasible."""
    if not problem.vans or not problem.stops:
        return not solution.routes
    model = Model(problem)
    try:
        model.fix_times(solution)
    except Exception:  # noqa: BLE001  the library raises no narrower one for a value outside its domain
        return False
    model.routing.CloseModelWithParameters(pywrapcp.DefaultRoutingSearchParameters())
    orders = {problem.van_index[route.van]: order_of(problem, route) for route in solution.routes}
    given = model.routes(orders)
    return given is not None and model.routing.ReadAssignmentFromRoutes(given, True) is not None


def search(problem: RoutingProblem, budget: Budget, seed: int, start: Mapping[int, Sequence[int]]) -> Solution:
    """
    The library's own search; `start` are feasible tours to begin with, by van and stop index.

    A budget of iterations gives the same plan each time, unless that takes longer than `PATIENCE` and
    `PATIENCE_PER_ITERATION` allow: then the clock ends it, and the name of the solver in the answer says so. What the
    library leaves out, or all where it finds nothing, is let in where it costs least.
    """
    timer, iterations = Timer(), budget.iterations or 0
    patience = budget.seconds or PATIENCE + PATIENCE_PER_ITERATION * iterations
    search_until = patience - min(CLOSING_SECONDS, CLOSING_SHARE * patience)
    plans = [{van: list(order) for van, order in start.items()}] if start else []
    name = NAME
    if problem.vans and problem.stops:
        found = _solve(without_breaks(problem), budget, search_until, timer, start)
        if found is None and start:  # a start with its breaks elsewhere than thought: from nothing, then
            found = _solve(without_breaks(problem), budget, search_until, timer, {})
        if budget.iterations is not None and timer.elapsed() >= search_until:
            name = f"{NAME}, ended by the clock"
        if found is not None:
            # the exact timetable has the last word on a tour of a day without breaks
            plans.append({van: timed(problem, van, order) for van, order in found.items()})
        plans = [_completed(problem, plan, patience, timer) for plan in plans or [{}]]
    found_plans = (assemble(problem, plan, solver=name, seed=seed, iterations=iterations) for plan in plans or [{}])
    return min(found_plans, key=lambda solution: _rank(problem, solution))


def _completed(
    problem: RoutingProblem, plan: Mapping[int, Sequence[int]], patience: float, timer: Timer
) -> dict[int, list[int]]:
    """The plan with what was left out let in, and as long again to do so where stops are out that must be served."""
    served = {stop for order in plan.values() for stop in order}
    missing = any(stop.price is None and number not in served for number, stop in enumerate(problem.stops))
    until = patience * (OVERTIME if missing else 1.0)
    return let_in(problem, plan, lambda: timer.elapsed() < until)


def _rank(problem: RoutingProblem, solution: Solution) -> tuple[int, int, int]:
    """Must-stops left out, stops that change van beyond those that may, and the whole cost."""
    absent = sum(left.reason == "no-room" for left in solution.unserved)
    orders = {problem.van_index[route.van]: order_of(problem, route) for route in solution.routes}
    most = problem.stability.most_vans if problem.stability is not None else None
    return absent, 0 if most is None else max(0, van_changes(problem, orders) - most), solution.micros


def _solve(
    problem: RoutingProblem, budget: Budget, until: float, timer: Timer, start: Mapping[int, Sequence[int]]
) -> dict[int, list[int]] | None:
    """Tours by van; None where the library finds none until the timer says `until`."""
    model = Model(problem)
    routing, given = model.routing, model.routes(start) if start else None
    parameters = _parameters(problem, budget, until - timer.elapsed())
    if given is not None:
        routing.CloseModelWithParameters(parameters)
        first = routing.ReadAssignmentFromRoutes(given, True)
        answer = None if first is None else routing.SolveFromAssignmentWithParameters(first, parameters)
    elif _served_at_first(problem, parameters) > FEW:
        parameters = _ruin_and_recreate(parameters)
        routing.CloseModelWithParameters(parameters)
        answer = routing.SolveWithIteratedLocalSearch(parameters)
    else:
        routing.CloseModelWithParameters(parameters)
        answer = routing.SolveWithParameters(parameters)
    return None if answer is None else model.orders(answer)


def _served_at_first(problem: RoutingProblem, parameters: Any) -> int:
    """How many stops the first plan serves. Asked of a model of its own: a second search of one goes astray."""
    first = pywrapcp.DefaultRoutingSearchParameters()
    first.CopyFrom(parameters)
    first.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
    first.solution_limit = 1
    model = Model(problem)
    model.routing.CloseModelWithParameters(first)
    answer = model.routing.SolveWithParameters(first)
    return 0 if answer is None else sum(map(len, model.orders(answer).values()))


def _parameters(problem: RoutingProblem, budget: Budget, seconds: float) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    strategy = routing_enums_pb2.FirstSolutionStrategy
    parameters.first_solution_strategy = (
        strategy.PARALLEL_CHEAPEST_INSERTION if problem.pairs else strategy.LOCAL_CHEAPEST_INSERTION
    )
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    if budget.iterations is not None:
        parameters.solution_limit = budget.iterations
    parameters.time_limit.FromNanoseconds(int(max(0.001, seconds) * 1e9))
    return parameters


def _ruin_and_recreate(parameters: Any) -> Any:
    """
    Neighbouring bits of routes are taken out and put back, as in the search with numba.

    Only the first plan is improved by descent: doing so each time takes more than it gives, as guided search does.
    """
    changed = pywrapcp.DefaultRoutingSearchParameters()
    changed.CopyFrom(parameters)
    changed.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
    changed.use_iterated_local_search = True
    iterated = changed.iterated_local_search_parameters
    iterated.improve_perturbed_solution = False
    ruin = iterated.ruin_recreate_parameters.ruin_strategies.add().sisr
    ruin.max_removed_sequence_size, ruin.avg_num_removed_visits, ruin.bypass_factor = 10, 10, 0.5
    recreate = iterated.ruin_recreate_parameters.recreate_strategy
    recreate.heuristic = routing_enums_pb2.FirstSolutionStrategy.LOCAL_CHEAPEST_INSERTION
    iterated.reference_solution_acceptance_strategy.simulated_annealing.automatic_temperatures = True
    return changed
