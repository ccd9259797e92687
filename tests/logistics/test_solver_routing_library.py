"""OR-Tools' routing library: the search where numba is missing, and an opinion that can say no."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import pytest

from logistics.problem import Break, Stop, Van
from logistics.solution import verify
from logistics.solver import Budget, second_opinion, solve
from logistics.solver.routing_library import search
from tests.logistics.routing_worlds import random_day, street


@pytest.mark.parametrize("seed", range(6))
def test_its_plans_are_sound(seed: int) -> None:
    problem = random_day(seed, stops=12, vans=4, hubs=2)
    solution = search(problem, Budget(iterations=30), seed, {})
    left = [unserved.stop for unserved in solution.unserved if unserved.reason == "no-room"]
    assert left == [violation.place for violation in verify(problem, solution)]
    assert [] != list(solution.routes)


def test_without_numba_it_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, package=None: None if name == "numba" else found(name, package)
    )
    problem = street([(1, Stop("a")), (2, Stop("b"))], [Van("van", hub=0, totes=1)])
    solution = solve(problem, Budget(iterations=20), 1)
    assert ("or-tools routing", 4000) == (solution.solver, solution.micros)


def test_it_goes_on_from_given_routes() -> None:
    problem = random_day(3, stops=12, vans=4)
    good = solve(problem, Budget(iterations=3000), 1)
    start = {problem.van_index[route.van]: [problem.stop_index[stop] for stop in route.stops] for route in good.routes}
    assert search(problem, Budget(iterations=1), 1, start).micros <= good.micros


def test_it_refuses_what_is_too_heavy_too_late_or_without_its_break() -> None:
    van = Van("van", hub=0, totes=4, shift_end=1500, rest=Break(300, 300, 900))
    problem = street([(10, Stop("a", deliver=4, windows=((500, 700),)))], [van])
    solution = solve(problem, Budget(iterations=50), 1)
    assert second_opinion(problem, solution)
    for worse in (
        replace(problem, vans=(replace(van, totes=3),)),
        replace(problem, vans=(replace(van, shift_end=1499),)),
        replace(problem, vans=(replace(van, rest=Break(301, 300, 900)),)),
        replace(problem, stops=(replace(problem.stops[0], windows=((500, 599),)),)),
    ):
        assert not second_opinion(worse, solution)
