"""Several trips of one van with a reload at its hub: where one binds, where none is needed, and what is no trip."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logistics.explain import explain
from logistics.problem import Break, Credit, Pair, RoutingProblem, Stop, Van
from logistics.problem_file import problem_from_bytes, problem_to_bytes
from logistics.solution import Route, Solution, verify
from logistics.solver import Budget, lower_bound, second_opinion, solve
from logistics.solver.kernel.judge import IMPOSSIBLE
from logistics.solver.native import NativeSearch
from logistics.solver.routing_library import search
from logistics.solver.timetable import assemble, fits, tour_of
from logistics.solver.trips import RELOAD
from tests.logistics.routing_worlds import random_day, random_pins, random_rides, random_trips, street

ENOUGH = Budget(iterations=300)
VAN = Van("van", hub=0, totes=10, trips=2, reload_seconds=900)


def eighteen_totes(van: Van, price: int | None = None) -> RoutingProblem:
    """Six stops with three totes each, a minute apart along the street."""
    stops = [(minute, Stop(f"s{minute}", deliver=3, price=price)) for minute in range(1, 7)]
    return street(stops, [van])


def rules(problem: RoutingProblem, solution: Solution) -> set[str]:
    return {violation.rule for violation in verify(problem, solution)}


def test_two_trips_of_one_van_serve_what_one_cannot() -> None:
    problem = eighteen_totes(VAN)
    solution = solve(problem, ENOUGH, 1)
    assert () == verify(problem, solution)
    (route,) = solution.routes
    # the three far stops and the three near ones: 2 x 6 and 2 x 3 minutes
    assert ((), 18_000) == (solution.unserved, solution.micros)
    (reload,) = route.reloads
    assert (3, 9, 900) == (reload.after, reload.totes, reload.leave - reload.arrive)
    assert (9, 6, 3, 0, 6, 3, 0) == route.totes
    assert second_opinion(problem, solution)


def test_one_trip_leaves_stops_for_want_of_room_and_a_second_would_let_them_in() -> None:
    problem = eighteen_totes(replace(VAN, trips=1, reload_seconds=0, shift_end=3600))
    solution = solve(problem, ENOUGH, 1)
    assert 3 == len(solution.unserved)
    for told in explain(problem, solution):
        assert ["capacity"] == [obstacle.limit for obstacle in told.obstacles]
        assert "made a second trip" in told.sentence
        seconds = told.obstacles[0].reload_seconds
        assert seconds is not None
        order = [problem.stop_index[stop] for stop in solution.routes[0].stops]
        alone = [*order, RELOAD, problem.stop_index[told.stop]]
        van = replace(problem.vans[0], trips=2)
        assert fits(problem, replace(van, reload_seconds=seconds), alone)
        assert not fits(problem, replace(van, reload_seconds=seconds + 1), alone)


def test_no_trip_is_made_that_is_not_needed() -> None:
    problem = eighteen_totes(replace(VAN, totes=18))
    (route,) = solve(problem, ENOUGH, 1).routes
    assert ((), 12_000) == (route.reloads, route.micros)


def test_the_time_to_reload_binds() -> None:
    """Out for 12 minutes, 15 to reload, out for 6: 33 minutes are enough, a second less is not."""
    just = eighteen_totes(replace(VAN, shift_end=33 * 60))
    assert () == solve(just, ENOUGH, 1).unserved
    short = eighteen_totes(replace(VAN, shift_end=33 * 60 - 1))
    assert () != solve(short, ENOUGH, 1).unserved


def test_what_was_collected_goes_off_at_the_hub() -> None:
    problem = street([(1, Stop("a", collect=10)), (2, Stop("b", collect=10))], [VAN])
    (route,) = solve(problem, ENOUGH, 1).routes
    assert ((0, 10, 10), 0) == (route.totes, route.reloads[0].totes)


def test_paid_time_holds_the_reload_and_what_is_fixed_is_paid_once() -> None:
    problem = eighteen_totes(replace(VAN, micros_per_second=1, micros_fixed=7))
    solution = solve(problem, ENOUGH, 1)
    assert 18_000 + (12 + 15 + 6) * 60 + 7 == solution.micros
    assert lower_bound(problem) <= solution.micros


def test_a_break_can_be_taken_at_the_hub_between_two_trips() -> None:
    """Back at 720 s and loaded at 1,620; the break may begin then only."""
    van = replace(VAN, rest=Break(600, 1500, 1650), micros_per_second=1)
    problem = eighteen_totes(van)
    order = [3, 4, 5, RELOAD, 0, 1, 2]
    route = tour_of(problem, van, order)
    assert route is not None
    solution = assemble(problem, {0: order}, solver="by hand", seed=0, iterations=0)
    assert (True, 3) == (route.reloads[0].rests, route.break_after)
    assert set() == rules(problem, solution)
    assert second_opinion(problem, solution)
    early = replace(route, break_start=route.reloads[0].leave - 60)
    assert "break" in rules(problem, replace(solution, routes=(early,)))


def test_a_pair_rides_within_one_trip() -> None:
    stops = [(1, Stop("a", deliver=6)), (2, Stop("b", deliver=6)), (3, Stop("c")), (4, Stop("d"))]
    problem = replace(street(stops, [VAN]), pairs=(Pair(2, 3, totes=5),))
    assert not fits(problem, VAN, [0, 2, RELOAD, 1, 3])
    solution = solve(problem, ENOUGH, 1)
    assert ((), ()) == (solution.unserved, verify(problem, solution))


def test_a_credit_is_not_earned_across_a_reload() -> None:
    stops = [(1, Stop("a", collect=6)), (2, Stop("b", collect=6))]
    problem = replace(street(stops, [VAN]), credits=(Credit(0, 1, 1_000_000),))
    solution = solve(problem, ENOUGH, 1)
    assert (6_000, ()) == (solution.micros, verify(problem, solution))


# --- the judge ---------------------------------------------------------------------------------------------------


def by_hand(problem: RoutingProblem, order: list[int]) -> tuple[Solution, Route]:
    solution = assemble(problem, {0: order}, solver="by hand", seed=0, iterations=0)
    assert not rules(problem, solution)
    return solution, solution.routes[0]


def test_the_judge_finds_an_overloaded_second_trip() -> None:
    solution, _ = by_hand(eighteen_totes(replace(VAN, totes=12)), [5, 4, RELOAD, 3, 2, 1, 0])
    smaller = eighteen_totes(replace(VAN, totes=11))
    assert "capacity" in rules(smaller, replace(solution, problem=smaller.digest()))


def test_the_judge_finds_a_load_that_is_not_what_the_trip_carries() -> None:
    problem = eighteen_totes(VAN)
    solution, route = by_hand(problem, [5, 4, 3, RELOAD, 2, 1, 0])
    wrong = replace(route, reloads=(replace(route.reloads[0], totes=8),))
    assert {"load"} == rules(problem, replace(solution, routes=(wrong,)))


def test_the_judge_finds_too_little_time_to_reload() -> None:
    solution, _ = by_hand(eighteen_totes(VAN), [5, 4, 3, RELOAD, 2, 1, 0])
    slower = eighteen_totes(replace(VAN, reload_seconds=901))
    assert {"reload"} == rules(slower, replace(solution, problem=slower.digest()))


def test_the_judge_finds_more_trips_than_a_van_may_make() -> None:
    solution, _ = by_hand(eighteen_totes(VAN), [5, 4, 3, RELOAD, 2, 1, 0])
    once = eighteen_totes(replace(VAN, trips=1))
    assert {"trips"} == rules(once, replace(solution, problem=once.digest()))


def test_the_judge_finds_a_trip_to_no_stop() -> None:
    problem = eighteen_totes(VAN)
    solution, route = by_hand(problem, [5, 4, 3, RELOAD, 2, 1, 0])
    nowhere = replace(route, reloads=(replace(route.reloads[0], after=6),))
    assert {"trips"} == rules(problem, replace(solution, routes=(nowhere,)))


def test_the_judge_finds_a_pair_that_is_taken_off_at_the_hub() -> None:
    problem = eighteen_totes(VAN)
    paired = replace(problem, pairs=(Pair(5, 0, totes=0),))
    solution, _ = by_hand(problem, [5, 4, 3, RELOAD, 2, 1, 0])
    assert {"pair"} == rules(paired, replace(solution, problem=paired.digest()))


# --- every plan --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(24))
def test_every_plan_of_a_random_day_is_sound(seed: int) -> None:
    problem = random_day(seed, stops=4 + seed % 10, vans=1 + seed % 3, hubs=1 + seed % 2)
    if seed % 2:
        problem = random_rides(problem, seed)
    problem = random_trips(problem, seed)
    if seed % 3 == 0:
        problem = random_pins(problem, seed)
    solution = solve(problem, ENOUGH, seed)
    left = {unserved.stop for unserved in solution.unserved if unserved.reason == "no-room"}
    assert left == {violation.place for violation in verify(problem, solution)}
    if not left:
        assert lower_bound(problem) <= solution.micros
        assert second_opinion(problem, solution)


def test_the_compiled_judge_and_the_exact_timetable_agree() -> None:
    driven = 0
    for seed in range(12):
        problem = random_trips(random_rides(random_day(seed, stops=8, vans=3), seed), seed)
        native = NativeSearch(problem, 1)
        orders = [[first, RELOAD, second] for first in range(8) for second in range(8) if first != second]
        for number, van in enumerate(problem.vans):
            for order in orders if van.trips > 1 else ():
                route = tour_of(problem, van, order) if fits(problem, van, order) else None
                cost = native.judge(number, native.places_of(order, number))
                assert cost == (IMPOSSIBLE if route is None else route.micros)
                driven += route is not None
    assert driven > 100


@pytest.mark.parametrize("seed", range(4))
def test_the_routing_library_makes_several_trips_too(seed: int) -> None:
    problem = eighteen_totes(replace(VAN, totes=7 + seed, trips=4))
    solution = search(problem, Budget(iterations=20), seed, {})
    assert ((), ()) == (solution.unserved, verify(problem, solution))
    assert solution.routes[0].reloads


def test_yesterdays_trips_are_taken_over_and_cut_to_what_a_van_may_make() -> None:
    given = solve(eighteen_totes(VAN), ENOUGH, 1)
    again = solve(eighteen_totes(VAN), Budget(iterations=1), 2, given)
    assert (given.micros, ()) == (again.micros, again.unserved)
    once = eighteen_totes(replace(VAN, trips=1))
    cut = solve(once, Budget(iterations=1), 2, given)
    assert {"must"} == rules(once, cut)


# --- written down ------------------------------------------------------------------------------------------------


def test_a_problem_without_further_trips_is_written_as_before_there_were_any() -> None:
    plain = eighteen_totes(replace(VAN, trips=1, reload_seconds=0))
    assert b"trips" not in problem_to_bytes(plain)
    several = eighteen_totes(VAN)
    assert several == problem_from_bytes(problem_to_bytes(several))
    assert len({plain.digest(), several.digest(), eighteen_totes(replace(VAN, reload_seconds=60)).digest()}) == 3
