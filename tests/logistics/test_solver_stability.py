"""Stability: what differs from the usual routes has its price, exact in the search and counted again by the judge."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circulation.errors import Invalid
from logistics.problem import Break, RoutingProblem, Stop, Van
from logistics.problem_file import problem_from_bytes, problem_to_bytes
from logistics.solution import Solution, verify
from logistics.solver import Budget, second_opinion, solve
from logistics.solver.kernel.clocks import NEVER
from logistics.solver.native import NativeSearch
from logistics.solver.timetable import assemble, fits
from logistics.stability import Stability, Usual, changes, steady
from tests.logistics.routing_worlds import random_day, street

MOVES = Budget(iterations=400)
NEAR, DEAR = Van("near", hub=0, totes=9), Van("dear", hub=0, totes=9, micros_per_metre=2)
STOPS = [(1, Stop("a")), (2, Stop("b")), (3, Stop("c"))]


def plan(problem: RoutingProblem, **orders: str) -> Solution:
    """The plan of these tours, a letter a stop."""
    vans = {problem.van_index[van]: [problem.stop_index[stop] for stop in tour] for van, tour in orders.items()}
    return assemble(problem, vans, solver="hand", seed=0, iterations=0)


def differs(problem: RoutingProblem, solution: Solution) -> set[tuple[str, str]]:
    return {(change.stop, change.kind) for route in solution.routes for change in changes(problem, route)}


@pytest.mark.parametrize(("price", "vans", "micros"), [(1999, 1, 5999), (2001, 2, 6000)])
def test_a_stop_changes_van_where_that_saves_more_than_its_price(price: int, vans: int, micros: int) -> None:
    """Both on one van: 4 km and one change. As usual, one each: 2 and 4 km."""
    free = street(STOPS[:2], [NEAR, replace(DEAR, micros_per_metre=1)])
    given = plan(free, near="a", dear="b")
    problem = steady(free, given, micros_van=price)
    solution = solve(problem, MOVES, 1, start_from=given)
    assert () == verify(problem, solution)
    assert (vans, micros) == (len(solution.routes), solution.micros)


def test_every_change_is_counted_by_the_judge() -> None:
    free = street(STOPS, [NEAR, DEAR])
    problem = steady(free, plan(free, near="abc"), micros_van=100, micros_time=10, micros_neighbour=1)
    solution = plan(problem, near="cb", dear="a")
    assert {("a", "van"), ("c", "neighbour"), ("b", "neighbour")} == differs(problem, solution)
    assert 6000 + 4000 + 102 == solution.micros
    assert () == verify(problem, solution)
    assert {"cost"} == {v.rule for v in verify(problem, replace(solution, micros=10_000))}


def test_a_new_stop_between_two_usual_ones_parts_no_neighbours() -> None:
    """As a stop that is there no more does not."""
    before = street([*STOPS, (4, Stop("gone"))], [NEAR])
    after = street([*STOPS, (4, Stop("new"))], [NEAR])
    problem = steady(after, plan_of(before, "agonebc"), micros_neighbour=1)
    assert set() == differs(problem, plan_of(problem, "anewbc"))
    assert {("b", "neighbour"), ("c", "neighbour")} == differs(problem, plan_of(problem, "anewcb"))


def plan_of(problem: RoutingProblem, tour: str) -> Solution:
    """The near van's plan over stops whose names stand in a row."""
    order = []
    while tour:
        stop = next(stop for stop in problem.stops if tour.startswith(stop.id))
        order.append(problem.stop_index[stop.id])
        tour = tour[len(stop.id) :]
    return assemble(problem, {0: order}, solver="hand", seed=0, iterations=0)


@pytest.mark.parametrize(("start", "moved"), [(60, False), (960, False), (961, True)])
def test_a_quarter_of_an_hour_is_no_change_of_time(start: int, moved: bool) -> None:
    problem = street([(1, Stop("a"))], [Van("near", hub=0, totes=1, shift_end=120)])
    problem = replace(problem, stability=Stability((Usual(0, 0, start),), micros_time=7))
    solution = solve(problem, MOVES, 1)
    assert moved == (("a", "time") in differs(problem, solution))
    assert 2000 + 7 * moved == solution.micros
    assert () == verify(problem, solution)


@pytest.mark.parametrize(("price", "late"), [(2399, True), (2401, False)])
def test_a_van_leaves_so_as_to_be_on_time_where_that_is_worth_the_wait(price: int, late: bool) -> None:
    """
    a is usually served at 300 s, so until 1200; b opens at 3660 and lies one minute further.

    Paid by the second: to be at a at 1200 and wait before b takes 2,400 s more than to leave late.
    """
    van = Van("near", hub=0, totes=1, micros_per_metre=0, micros_per_second=1)
    stops = [(1, Stop("a")), (2, Stop("b", windows=((3660, 9000),)))]
    problem = replace(street(stops, [van]), stability=Stability((Usual(0, 0, 300),), micros_time=price))
    solution = solve(problem, MOVES, 1)
    assert late == (("a", "time") in differs(problem, solution))
    assert 240 + min(2400, price) == solution.micros
    assert () == verify(problem, solution)


def test_at_most_so_many_stops_change_van() -> None:
    """One van for all would be cheapest; only one stop may leave its usual one."""
    free = street([(5, Stop("a")), (5, Stop("b")), (5, Stop("c"))], [NEAR, DEAR])
    given = plan(free, near="a", dear="bc")
    problem = steady(free, given, most_vans=1)
    solution = solve(problem, MOVES, 1, start_from=given)
    assert 1 >= sum(kind == "van" for _, kind in differs(problem, solution))
    assert () == verify(problem, solution)
    moved = plan(problem, near="abc")
    assert ["changes"] == [violation.rule for violation in verify(problem, moved)]
    assert () == verify(steady(free, given), plan(steady(free, given), near="abc"))


def test_who_has_no_usual_van_today_pays_for_none() -> None:
    yesterday = street(STOPS, [Van("sold", hub=0, totes=9)])
    today = street(STOPS, [NEAR])
    problem = steady(today, plan(yesterday, sold="abc"), micros_van=1000)
    assert 6000 == solve(problem, MOVES, 1).micros


@pytest.mark.parametrize(
    "stability",
    [
        Stability(micros_van=-1),
        Stability((Usual(9, 0, 0),)),
        Stability((Usual(0, 9, 0),)),
        Stability((Usual(0, 0, 0, behind=9),)),
        Stability((Usual(0, 0, 0), Usual(0, 1, 0))),
        Stability((Usual(0, 0, 0),), micros_van=1 << 60),
    ],
)
def test_stability_that_names_what_is_not_there_is_refused(stability: Stability) -> None:
    with pytest.raises(Invalid):
        replace(street(STOPS, [NEAR, DEAR]), stability=stability)


def usual_day(seed: int, stops: int, vans: int) -> RoutingProblem:
    """A random day with usual calls at most of its stops, prices for all that may change, and now and then a limit."""
    chance = random.Random(seed)
    day = random_day(seed, stops=stops, vans=vans)
    usual, behind = [], None
    for number in range(stops):
        if chance.random() < 0.8:
            usual.append(Usual(number, chance.choice([None, *range(vans)]), chance.randrange(6, 16) * 3600, behind))
            behind = chance.choice([None, number])
    prices = [chance.choice([0, 3_000_000, 40_000_000]) for _ in range(3)]
    return replace(day, stability=Stability(tuple(usual), *prices, most_vans=chance.choice([None, stops])))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), stops=st.integers(1, 16), vans=st.integers(1, 4))
def test_every_plan_is_sound(seed: int, stops: int, vans: int) -> None:
    problem = usual_day(seed, stops, vans)
    solution = solve(problem, Budget(iterations=200), seed)
    left = [unserved.stop for unserved in solution.unserved if unserved.reason == "no-room"]
    assert left == [violation.place for violation in verify(problem, solution)]
    assert second_opinion(problem, solution)
    assert problem == problem_from_bytes(problem_to_bytes(problem))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000))
def test_the_search_prices_changes_of_van_and_neighbour_exactly(seed: int) -> None:
    """And where only the time has a price besides, the timetable is never dearer than it must be."""
    chance = random.Random(seed)
    problem = usual_day(seed, 6, 3)
    timeless = replace(problem, stability=replace(problem.stability, micros_time=0))
    order = chance.sample(range(6), chance.randint(1, 6))
    native = NativeSearch(timeless, 1)
    for van in range(3):
        if not fits(timeless, timeless.vans[van], order):
            continue
        cost = native.judge(van, [timeless.stop_place(stop) for stop in order])
        assert assemble(timeless, {van: order}, solver="", seed=0, iterations=0).routes[0].micros == cost < NEVER
        with_times = assemble(problem, {van: order}, solver="", seed=0, iterations=0)
        assert {"must"} >= {violation.rule for violation in verify(problem, with_times)}
        assert with_times.routes[0].micros <= cost + problem.stability.micros_time * len(order)


def test_a_break_is_kept_when_the_van_leaves_at_another_time() -> None:
    van = Van("near", hub=0, totes=1, shift_end=9000, rest=Break(300, 1000, 5000), micros_per_second=1)
    stops = [(1, Stop("a")), (2, Stop("b", windows=((3660, 9000),)))]
    problem = replace(street(stops, [van]), stability=Stability((Usual(0, 0, 300),), micros_time=90_000))
    solution = solve(problem, MOVES, 1)
    assert 1200 >= next(visit.start for visit in solution.routes[0].visits if visit.stop == "a")
    assert () == verify(problem, solution)
