"""Pins: van, order and time bind where they say so, in the search, the judge and the routing library alike."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circulation.errors import Invalid
from logistics.explain import explain
from logistics.pin import Pin
from logistics.problem import Pair, RoutingProblem, Stop, Van
from logistics.problem_file import problem_from_bytes, problem_to_bytes
from logistics.solution import Solution, verify
from logistics.solver import Budget, second_opinion, solve
from logistics.solver.native import NativeSearch
from logistics.solver.routing_library import search
from logistics.solver.timetable import assemble, fits
from tests.logistics.routing_worlds import random_day, random_pins, random_rides, street

MOVES = Budget(iterations=400)
TWO_VANS = [Van("near", hub=0, totes=9), Van("dear", hub=0, totes=9, micros_per_metre=9)]
THREE_STOPS = [(1, Stop("a")), (2, Stop("b")), (3, Stop("c"))]


def plan(problem: RoutingProblem, **orders: str) -> Solution:
    """The plan of these tours, a letter a stop."""
    vans = {problem.van_index[van]: [problem.stop_index[stop] for stop in tour] for van, tour in orders.items()}
    return assemble(problem, vans, solver="hand", seed=0, iterations=0)


def rules(problem: RoutingProblem, solution: Solution) -> list[str]:
    return [violation.rule for violation in verify(problem, solution)]


def test_a_stop_pinned_to_the_dear_van_rides_with_it_and_the_others_do_not() -> None:
    """b alone in the dear van: 2 km out and back at 9 a metre; a and c in the other."""
    problem = replace(street(THREE_STOPS, TWO_VANS), pins=(Pin(1, van=1),))
    solution = solve(problem, MOVES, 1)
    assert {"near": {"a", "c"}, "dear": {"b"}} == {route.van: set(route.stops) for route in solution.routes}
    assert 6000 + 36_000 == solution.micros
    assert () == verify(problem, solution)


def test_a_pin_to_the_van_that_would_call_anyway_changes_nothing() -> None:
    free = street(THREE_STOPS, TWO_VANS)
    assert solve(free, MOVES, 1).micros == solve(replace(free, pins=(Pin(1, van=0),)), MOVES, 1).micros == 6000


def test_a_pinned_order_holds_on_one_van_although_it_is_longer() -> None:
    """c, then a, then b: 3 + 2 + 1 + 2 km instead of 6."""
    problem = replace(street(THREE_STOPS, TWO_VANS[:1]), pins=(Pin(2, before=0), Pin(1, after=0)))
    solution = solve(problem, MOVES, 1)
    assert ("c", "a", "b") == solution.routes[0].stops
    assert 8000 == solution.micros


def test_a_pinned_order_binds_only_on_one_van() -> None:
    problem = replace(street(THREE_STOPS, TWO_VANS), pins=(Pin(2, before=0),))
    assert ["pin"] == rules(problem, plan(problem, near="abc"))
    assert [] == rules(problem, plan(problem, near="ab", dear="c"))


@pytest.mark.parametrize(("pin", "start"), [(Pin.around(0, 3600, 5), 3300), (Pin(0, latest=400), 60), (Pin(0), 60)])
def test_a_pinned_time_is_a_window_within_the_windows(pin: Pin, start: int) -> None:
    van = Van("van", hub=0, totes=1, micros_per_second=1)
    problem = replace(street([(1, Stop("a", windows=((0, 200), (3000, 4000))))], [van]), pins=(pin,))
    solution = solve(problem, MOVES, 1)
    assert start == solution.routes[0].visits[0].start
    assert () == verify(problem, solution)


def test_every_kind_of_broken_pin_is_seen() -> None:
    free = street(THREE_STOPS, TWO_VANS)
    given = plan(free, near="abc")
    pins = [Pin(0, van=1), Pin(1, before=0), Pin(0, after=1), Pin(0, earliest=61), Pin(2, latest=179)]
    for pin in pins:
        pinned = replace(free, pins=(pin,))
        assert ["pin"] == rules(pinned, replace(given, problem=pinned.digest())), pin
    met = replace(
        free, pins=(Pin(0, van=0), Pin(0, before=1), Pin(1, after=0), Pin(0, earliest=60), Pin(2, latest=180))
    )
    assert [] == rules(met, replace(given, problem=met.digest()))


def test_a_pin_of_an_optional_stop_does_not_force_it_in() -> None:
    problem = replace(street([(5, Stop("a", price=6000))], TWO_VANS), pins=(Pin(0, van=1),))
    solution = solve(problem, MOVES, 1)
    assert ["a"] == [left.stop for left in solution.unserved]
    assert () == verify(problem, solution)


def test_what_only_its_pin_leaves_out_is_said_to_be() -> None:
    vans = [Van("near", hub=0, totes=9), Van("full", hub=0, totes=0)]
    problem = replace(street([(1, Stop("a", deliver=1))], vans), pins=(Pin(0, van=1),))
    said = explain(problem, solve(problem, MOVES, 1))[0]
    assert [("near", "pin"), ("full", "capacity")] == [(one.van, one.limit) for one in said.obstacles]
    assert "its pins were taken off (van near" in said.sentence


@pytest.mark.parametrize(
    "pins",
    [
        (Pin(9),),
        (Pin(0, van=7),),
        (Pin(0, van=0), Pin(0, van=1)),
        (Pin(0, before=0),),
        (Pin(0, before=1), Pin(0, after=1)),
        (Pin(1, before=0), Pin(1, after=0)),
        (Pin(2, earliest=3600),),
        (Pin(0, earliest=10, latest=9),),
        (Pin(0, van=0), Pin(1, van=1)),
        (Pin(1, before=0),),
    ],
)
def test_a_pin_that_cannot_be_met_is_refused(pins: tuple[Pin, ...]) -> None:
    stops = [*THREE_STOPS[:2], (3, Stop("c", windows=((0, 60),)))]
    problem = replace(street(stops, TWO_VANS), pairs=(Pair(0, 1, 1),))
    with pytest.raises(Invalid):
        replace(problem, pins=pins)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), stops=st.integers(2, 16), vans=st.integers(1, 4), rides=st.booleans())
def test_every_plan_keeps_its_pins(seed: int, stops: int, vans: int, rides: bool) -> None:
    day = random_day(seed, stops=stops, vans=vans, hubs=1 + seed % 2)
    problem = random_pins(random_rides(day, seed) if rides else day, seed)
    for solution in (solve(problem, Budget(iterations=200), seed), search(problem, Budget(seconds=0.05), seed, {})):
        left = [unserved.stop for unserved in solution.unserved if unserved.reason == "no-room"]
        assert left == [violation.place for violation in verify(problem, solution)]
        assert second_opinion(problem, solution)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000))
def test_search_judge_and_library_agree_on_any_tour(seed: int) -> None:
    chance = random.Random(seed)
    problem = random_pins(random_day(seed, stops=6, vans=3), seed)
    order = chance.sample(range(6), chance.randint(1, 6))
    native = NativeSearch(problem, 1)
    for van in range(3):
        fit = fits(problem, problem.vans[van], order)
        cost = native.judge(van, [problem.stop_place(stop) for stop in order])
        assert fit == (cost < 1 << 60)
        if not fit:
            continue
        solution = assemble(problem, {van: order}, solver="hand", seed=0, iterations=0)
        assert solution.routes[0].micros == cost
        assert {"must"} >= set(rules(problem, solution))
        assert second_opinion(problem, solution)


def test_pins_are_part_of_the_question_and_survive_its_file() -> None:
    free = street(THREE_STOPS, TWO_VANS)
    pinned = replace(free, pins=(Pin(0, van=1), Pin(1, before=2, earliest=0, latest=99)))
    assert free.digest() != pinned.digest()
    assert pinned == problem_from_bytes(problem_to_bytes(pinned))
