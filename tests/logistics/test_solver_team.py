"""Several cores: repeatable, cancellable, on time, and never worse for it. And whole tours that change vans."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from logistics.problem import RoutingProblem, Stop, Van
from logistics.solution import verify
from logistics.solver import Budget, ProgressReport, solve, warm_up
from logistics.solver.native import NativeSearch
from logistics.solver.team import Team
from tests.logistics.routing_worlds import random_day, random_rides, street


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    warm_up()


def test_the_same_seed_moves_and_threads_give_the_same_plan() -> None:
    problem = random_rides(random_day(7, stops=25, vans=4, hubs=2), 7)
    budget = Budget(iterations=3000)
    first = solve(problem, budget, 3, threads=2)
    assert first == solve(problem, budget, 3, threads=2)
    assert 6000 == first.iterations
    assert () == verify(problem, first) or first.unserved


def test_searches_of_a_team_begin_apart_and_meet_in_the_best_of_them() -> None:
    problem = random_day(5, stops=30, vans=5)
    team = Team(problem, 1, 3)
    found: list[tuple[int, int]] = []

    def search(native: NativeSearch, _: object) -> bool:
        native.run(60, 0.0, 0.1)
        found.append((native.left_out, native.micros))
        return True

    assert team.run(search, None, Budget(iterations=60), _Timer())
    joined = team.join()
    assert 3 == len(set(found))
    assert min(found) == (joined.left_out, joined.micros)
    assert 180 == team.iterations


class _Timer:
    """Stands still."""

    def elapsed(self) -> float:
        return 0.0


def test_progress_is_told_in_the_callers_thread_and_ends_all_searches() -> None:
    threads: set[int] = set()
    reports: list[ProgressReport] = []

    def end_soon(report: ProgressReport) -> bool:
        threads.add(threading.get_ident())
        reports.append(report)
        return len(reports) < 3

    problem = random_day(5, stops=40, vans=8)
    began = time.perf_counter()
    solution = solve(problem, Budget(seconds=20), 1, progress=end_soon, threads=2)
    assert time.perf_counter() - began < 5
    assert {threading.get_ident()} == threads
    assert 3 == len(reports)
    assert [] == [violation for violation in verify(problem, solution) if violation.rule != "must"]


def test_a_fault_in_progress_ends_all_searches() -> None:
    def fail(_: ProgressReport) -> bool:
        raise LookupError

    before = threading.active_count()
    with pytest.raises(LookupError):
        solve(random_day(5, stops=20, vans=3), Budget(seconds=30), 1, progress=fail, threads=2)
    assert before == threading.active_count()


def test_a_budget_of_seconds_is_kept_on_two_cores() -> None:
    problem = random_day(5, stops=40, vans=6)
    began = time.perf_counter()
    solution = solve(problem, Budget(seconds=0.8), 1, threads=2)
    assert time.perf_counter() - began < 0.8 + 0.1
    assert "ruin-and-recreate + cp-sat" == solution.solver


def mixed_fleet(stops: int) -> RoutingProblem:
    """A tour of so many minutes that the small van drives for less; the large one costs twice as much a metre."""
    vans = [Van("large", hub=0, totes=stops, micros_per_metre=2), Van("small", hub=0, totes=stops)]
    return street([(10 + number, Stop(f"s{number}", deliver=1)) for number in range(stops)], vans)


@pytest.mark.parametrize(("totes", "micros"), [(30, 78_000), (29, 78_000 + 200_000 + 40_000)])
def test_a_whole_tour_changes_to_the_cheaper_van_as_far_as_it_holds_it(totes: int, micros: int) -> None:
    """
    39 km out and back: 78,000 in the small van, 200,000 and twice as much in the large one.

    With room for 29 of the 30 stops, the large van takes the nearest, 10 km out and back at 2 a metre.
    """
    problem = mixed_fleet(30)
    large, small = problem.vans
    problem = replace(problem, vans=(replace(large, micros_fixed=200_000), replace(small, totes=totes)))
    in_large = NativeSearch(problem, 1)
    in_large.adopt({0: range(30)})
    assert 200_000 + 156_000 == in_large.micros
    in_large.run(3000, 0.9, 1.0)
    assert micros == in_large.micros
