"""Bounds and proofs: what is claimed to be the least is the least, by two ways of finding it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.problem import Break, RoutingProblem, Stop, Van
from logistics.solution import verify
from logistics.solver import Budget, lower_bound, solve
from logistics.solver.timetable import assemble, fits
from tests.logistics.routing_worlds import random_day, random_pins, random_rides, street

SECONDS = Budget(seconds=5)


def test_a_few_stops_are_proven_and_need_no_search() -> None:
    vans = [Van("van", hub=0, totes=3), Van("other", hub=0, totes=3)]
    problem = street([(1, Stop("a", deliver=3)), (2, Stop("b", deliver=3)), (3, Stop("c", price=10**9))], vans)
    solution = solve(problem, SECONDS, 1)
    assert (6000 + 2000, True, 0) == (solution.micros, solution.is_optimal, solution.iterations)
    assert () == verify(problem, solution)


def test_a_claim_that_nothing_is_better_is_doubted_by_the_judge_when_the_plan_is() -> None:
    problem = street([(1, Stop("a"))], [Van("van", hub=0, totes=3)])
    solution = solve(problem, SECONDS, 1)
    assert ["bound"] == [violation.rule for violation in verify(problem, replace(solution, bound=2001))]


@pytest.mark.parametrize(
    ("stop", "van"),
    [
        (Stop("a", windows=((0, 10), (20, 30))), Van("van", hub=0, totes=1, micros_per_second=1)),
        (Stop("a"), Van("van", hub=0, totes=1, micros_per_second=1, rest=Break(60, 0, 600))),
    ],
)
def test_nothing_is_claimed_where_a_later_return_might_be_paid_less(stop: Stop, van: Van) -> None:
    assert solve(street([(0, stop)], [van]), Budget(seconds=0.3), 1).bound is None
    paid_by_the_metre = replace(van, micros_per_second=0)
    assert solve(street([(0, stop)], [paid_by_the_metre]), Budget(seconds=0.3), 1).is_optimal


def test_more_than_a_few_stops_are_not_claimed_to_be_best() -> None:
    stops = [(number, Stop(f"s{number}")) for number in range(1, 10)]
    solution = solve(street(stops, [Van("van", hub=0, totes=1)]), Budget(seconds=0.3), 1)
    assert (18_000, None, False) == (solution.micros, solution.bound, solution.is_optimal)


def unpaid(problem: RoutingProblem) -> RoutingProblem:
    """Nothing is paid by the second, so that everything can be proven."""
    return replace(problem, vans=tuple(replace(van, micros_per_second=0) for van in problem.vans))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), stops=st.integers(1, 4), vans=st.integers(1, 2))
def test_the_proven_best_is_the_best_of_all_plans(seed: int, stops: int, vans: int) -> None:
    """All plans, in the slow and obvious way: every order of the stops and a cut for every van."""
    day = unpaid(random_day(seed, stops=stops, vans=vans))
    problem = random_pins(random_rides(day, seed), seed)
    ranks = []
    for order in permutations([*range(stops), *(["cut"] * vans)]):
        tours = split(order)
        if all(fits(problem, problem.vans[van], tour) for van, tour in tours.items() if tour):
            ranks.append(rank(problem, tours))
    solution = solve(problem, SECONDS, seed)
    assert solution.is_optimal
    absent = sum(left.reason == "no-room" for left in solution.unserved)
    assert min(ranks) == (absent, solution.micros)
    assert {"must"} >= {violation.rule for violation in verify(problem, solution)}


def split(order: tuple[object, ...]) -> dict[int, list[int]]:
    """The first van's stops up to the first cut, and so on; what comes behind the last cut is left out."""
    tours: dict[int, list[int]] = {0: []}
    for one in order:
        if isinstance(one, int):
            tours[len(tours) - 1].append(one)
        else:
            tours[len(tours)] = []
    del tours[len(tours) - 1]
    return tours


def rank(problem: RoutingProblem, tours: dict[int, list[int]]) -> tuple[int, int]:
    solution = assemble(problem, tours, solver="hand", seed=0, iterations=0)
    return sum(left.reason == "no-room" for left in solution.unserved), solution.micros


def test_a_bound_by_hand() -> None:
    """6 totes need two vans of 4: out and back by the cheapest legs, and each stop at an end. Both vans cost 100."""
    vans = [Van(f"v{number}", hub=0, totes=4, micros_fixed=100) for number in range(3)]
    problem = street([(1, Stop("a", deliver=3)), (2, Stop("b", deliver=3))], vans)
    assert 2 * 100 + 2000 + 4000 == lower_bound(problem) == solve(problem, SECONDS, 1).micros
    one_is_enough = replace(problem, vans=(replace(vans[0], totes=6),))
    assert 100 + 4000 == lower_bound(one_is_enough)
    optional = replace(problem, stops=tuple(replace(stop, price=7) for stop in problem.stops))
    assert 14 == lower_bound(optional)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), stops=st.integers(0, 14), vans=st.integers(0, 4), hubs=st.integers(1, 2))
def test_no_plan_goes_below_the_bound(seed: int, stops: int, vans: int, hubs: int) -> None:
    day = random_day(seed, stops=stops, vans=vans, hubs=hubs)
    problem = random_pins(random_rides(day, seed), seed) if seed % 2 else day
    solution = solve(problem, Budget(iterations=200), seed)
    if not any(left.reason == "no-room" for left in solution.unserved):
        assert lower_bound(problem) <= solution.micros
