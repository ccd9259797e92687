"""The search where numba is missing: what it promises of every day, each rule on a street that is checked by hand."""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import pytest

from logistics.pin import Pin
from logistics.problem import Break, Credit, Pair, RoutingProblem, Stop, Van
from logistics.solution import verify
from logistics.solver import Budget, routing_library, second_opinion, solve
from logistics.solver.let_in import let_in
from logistics.solver.timetable import timetable
from logistics.solver.without_breaks import without_breaks
from tests.logistics.routing_worlds import random_day, random_pins, random_rides, random_trips, street

MOVES = Budget(iterations=20)
VAN = Van("van", hub=0, totes=9)
NOON = 12 * 3600


@pytest.fixture(autouse=True)
def no_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)


def finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing_library, "_solve", lambda *_: None)


def mixed(seed: int, kind: str) -> RoutingProblem:
    day = random_day(seed, stops=12, vans=4, hubs=1 + seed % 2)
    if kind == "plain":
        return day
    rides = random_rides(day, seed)
    return {"rides": rides, "trips": random_trips(rides, seed), "pins": random_pins(rides, seed)}[kind]


# --- never no solution -----------------------------------------------------------------------------------------------


def test_with_vans_to_spare_there_is_a_plan_even_where_the_library_finds_none(monkeypatch: pytest.MonkeyPatch) -> None:
    finds_nothing(monkeypatch)
    stops = [(minute, Stop(f"s{minute}", deliver=3)) for minute in (1, 2, 3, 4, 5, 6)]
    problem = street(stops, [replace(VAN, id=name) for name in "abcd"])

    solution = solve(problem, MOVES, 1)

    assert ((), ()) == (solution.unserved, verify(problem, solution))
    assert 2 == len(solution.routes)  # three totes each, nine to a van, and a second trip out is the longer way


def test_what_fits_nowhere_is_left_out_at_its_price_and_the_rest_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    finds_nothing(monkeypatch)
    stops = [(1, Stop("near")), (2, Stop("heavy", deliver=10, price=70)), (3, Stop("far", deliver=10))]
    problem = street(stops, [VAN])

    solution = solve(problem, MOVES, 1)

    assert [("heavy", "price"), ("far", "no-room")] == [(one.stop, one.reason) for one in solution.unserved]
    assert [("near",)] == [route.stops for route in solution.routes]
    assert 2000 + 70 == solution.micros
    assert [("must", "far")] == [(one.rule, one.place) for one in verify(problem, solution)]


@pytest.mark.parametrize("kind", ["plain", "rides", "trips", "pins"])
@pytest.mark.parametrize("seed", range(4))
def test_every_plan_keeps_the_rules(seed: int, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing_library, "PATIENCE", 2.0)
    problem = mixed(seed, kind)

    solution = solve(problem, MOVES, seed)

    left = [one.stop for one in solution.unserved if one.reason == "no-room"]
    assert left == [one.place for one in verify(problem, solution)]
    assert solution.routes
    if not left:
        assert second_opinion(problem, solution)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_let_in_from_nothing_keeps_the_rules_too(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    finds_nothing(monkeypatch)
    for kind in ("plain", "rides", "trips", "pins"):
        problem = mixed(seed, kind)
        solution = solve(problem, MOVES, seed)
        left = [one.stop for one in solution.unserved if one.reason == "no-room"]
        assert left == [one.place for one in verify(problem, solution)]
        assert solution.routes


# --- letting in ------------------------------------------------------------------------------------------------------


def test_a_stop_is_let_in_where_it_costs_least() -> None:
    problem = street(
        [(2, Stop("a")), (6, Stop("b")), (4, Stop("new")), (-3, Stop("west"))], [VAN, replace(VAN, id="w")]
    )

    assert {0: [0, 2, 1], 1: [3]} == let_in(problem, {0: [0, 1], 1: [3]})


def test_a_pair_is_let_in_as_a_whole_and_in_its_order() -> None:
    problem = street([(2, Stop("a")), (6, Stop("b")), (1, Stop("to")), (7, Stop("from"))], [VAN])
    paired = replace(problem, pairs=(Pair(3, 2, totes=1),))

    (order,) = let_in(paired, {0: [0, 1]}).values()

    assert {0, 1, 2, 3} == set(order)
    assert order.index(3) < order.index(2)
    tour = timetable(paired, 0, order)
    assert tour is not None
    assert 14_000 == tour.metres  # out to 7 and back, all on the way


def test_what_has_a_price_is_let_in_only_where_that_is_cheaper() -> None:
    stops = [(1, Stop("a")), (5, Stop("dear", price=8001)), (9, Stop("cheap", price=7999))]

    assert {0: [0, 1]} == {van: sorted(order) for van, order in let_in(street(stops, [VAN]), {0: [0]}).items()}


def test_what_must_be_served_goes_before_what_has_a_price() -> None:
    stops = [(1, Stop("dear", deliver=9, price=90_000)), (2, Stop("must", deliver=9))]

    assert {0: [1]} == let_in(street(stops, [VAN]), {})


def test_a_van_that_may_come_back_makes_one_more_trip() -> None:
    problem = street([(1, Stop("a", deliver=9)), (2, Stop("b", deliver=9))], [replace(VAN, trips=2)])

    (order,) = let_in(problem, {0: [0]}).values()

    assert [0, 1] == sorted(order)[1:]
    assert 3 == len(order)


def test_a_pinned_stop_is_let_in_on_its_van_alone() -> None:
    problem = street([(1, Stop("a")), (2, Stop("b"))], [VAN, replace(VAN, id="other")])

    assert {0: [0], 1: [1]} == let_in(replace(problem, pins=(Pin(1, van=1),)), {0: [0]})


def test_letting_in_ends_when_it_is_told_to() -> None:
    problem = street([(1, Stop("a")), (2, Stop("b"))], [VAN])

    assert {0: [0]} == let_in(problem, {0: [0]}, lambda: False)


# --- without breaks --------------------------------------------------------------------------------------------------


def test_without_breaks_the_clock_stands_still_at_noon() -> None:
    van = replace(VAN, shift_start=8 * 3600, shift_end=17 * 3600, rest=Break(1800, NOON - 600, NOON + 600))
    day = replace(van, micros_per_second=5, micros_fixed=100)
    windows = ((9 * 3600, NOON - 60), (NOON + 60, 14 * 3600))
    found = without_breaks(street([(1, Stop("a", windows=windows)), (2, Stop("b"))], [day]))

    assert (8 * 3600, 17 * 3600 - 1800, None, 100 + 5 * 1800) == (
        found.vans[0].shift_start, found.vans[0].shift_end, found.vans[0].rest, found.vans[0].micros_fixed
    )  # fmt: skip
    # what opens again while the clock stands opens at noon
    assert ((9 * 3600, NOON - 60), (NOON, 14 * 3600 - 1800)) == found.stops[0].windows
    assert () == found.stops[1].windows


def test_windows_that_meet_without_the_break_are_one() -> None:
    van = replace(VAN, rest=Break(3600, NOON, NOON))
    windows = ((NOON - 3600, NOON), (NOON + 1800, NOON + 7200))

    assert ((NOON - 3600, NOON + 3600),) == without_breaks(street([(1, Stop("a", windows=windows))], [van])).stops[
        0
    ].windows


def test_a_van_that_rests_outside_that_moment_works_no_longer_for_it() -> None:
    early = replace(VAN, shift_start=4 * 3600, shift_end=8 * 3600, rest=Break(1800, 5 * 3600, 6 * 3600))
    noon = replace(VAN, id="noon", rest=Break(1800, NOON, NOON))
    late = replace(VAN, id="late", shift_start=14 * 3600, shift_end=20 * 3600, rest=Break(1800, 15 * 3600, 16 * 3600))
    found = without_breaks(street([(1, Stop("a"))], [early, noon, late]))

    worked = [van.shift_end - van.shift_start for van in found.vans]
    assert [4 * 3600 - 1800, 6 * 3600 - 1800] == [worked[0], worked[2]]


def test_a_day_without_breaks_is_itself() -> None:
    problem = street([(1, Stop("a"))], [VAN])

    assert problem is without_breaks(problem)


def test_pinned_times_are_moved_with_the_windows() -> None:
    problem = street([(1, Stop("a"))], [replace(VAN, rest=Break(1800, NOON, NOON))])
    pinned = replace(problem, pins=(Pin(0, earliest=13 * 3600, latest=14 * 3600),))

    found = without_breaks(pinned)

    assert ((13 * 3600 - 1800, 14 * 3600 - 1800),) == found.stops_as_pinned[0].windows


def test_a_day_with_breaks_is_served_whole_and_every_van_rests() -> None:
    van = replace(VAN, shift_start=8 * 3600, shift_end=16 * 3600, rest=Break(1800, 11 * 3600, 13 * 3600))
    hours = ((8 * 3600, 16 * 3600),)
    stops = [(10 * n, Stop(f"s{n}", deliver=2, windows=hours, service_seconds=1800)) for n in range(1, 9)]
    problem = street(stops, [replace(van, id=name) for name in "abcd"])

    solution = solve(problem, MOVES, 1)

    assert ((), ()) == (solution.unserved, verify(problem, solution))
    assert all(route.break_start is not None for route in solution.routes)


# --- credits ---------------------------------------------------------------------------------------------------------


def test_credits_that_a_plan_happens_to_earn_are_counted_as_the_judge_counts_them() -> None:
    # a closes before b opens, so a, b is the only order: out to 3 and back is 6,000, less 500
    stops = [(1, Stop("a", windows=((0, 100),))), (3, Stop("b", windows=((200, 900),)))]
    problem = replace(street(stops, [VAN]), credits=(Credit(0, 1, 500), Credit(1, 0, 40)))

    solution = solve(problem, MOVES, 1)

    assert (5_500, ()) == (solution.micros, verify(problem, solution))


def test_letting_in_looks_at_the_credits() -> None:
    stops = [(2, Stop("a")), (2, Stop("b"))]
    problem = street(stops, [VAN])
    for credit, order in ((Credit(0, 1, 5), [0, 1]), (Credit(1, 0, 5), [1, 0])):
        assert {0: order} == let_in(replace(problem, credits=(credit,)), {0: [0]})


# --- budgets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 2, 4])  # each of these once held the library up for good
def test_days_with_tight_pairs_take_their_iterations_and_give_the_same_again(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing_library, "PATIENCE", 60.0)  # seconds that it takes on no machine, however busy
    problem = mixed(seed, "rides")

    one = solve(problem, MOVES, seed)

    assert one == solve(problem, MOVES, seed)
    assert "or-tools routing" == one.solver


def test_iterations_that_take_too_long_are_ended_by_the_clock_which_the_answer_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(routing_library, "PATIENCE", 0.3)
    monkeypatch.setattr(routing_library, "PATIENCE_PER_ITERATION", 0.0)
    problem = mixed(3, "trips")
    began = time.perf_counter()

    solution = solve(problem, Budget(iterations=1_000_000), 1)

    assert time.perf_counter() - began < 5.0  # 0.3 to 0.6 on a machine that has nothing else to do
    assert "or-tools routing, ended by the clock" == solution.solver
    left = [one.stop for one in solution.unserved if one.reason == "no-room"]
    assert left == [one.place for one in verify(problem, solution)]


def test_a_budget_of_seconds_never_says_that_the_clock_ended_it() -> None:
    problem = street([(1, Stop("a")), (2, Stop("b"))], [VAN])

    assert "or-tools routing" == solve(problem, Budget(seconds=0.2), 1).solver


# --- given routes ----------------------------------------------------------------------------------------------------


def test_given_routes_are_never_made_worse() -> None:
    stops = [(minute, Stop(f"s{minute}")) for minute in (1, 2, 3)]
    problem = street(stops, [VAN])
    good = solve(problem, MOVES, 1)

    assert 6_000 == good.micros == solve(problem, Budget(iterations=1), 1, good).micros


def test_given_routes_stand_where_the_library_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = street([(1, Stop("a")), (2, Stop("b"))], [VAN, replace(VAN, id="w", micros_fixed=9)])
    given = solve(problem, MOVES, 1)
    finds_nothing(monkeypatch)
    more = replace(problem, stops=(*problem.stops[:1], Stop("new")))

    solution = solve(more, MOVES, 1, given)

    assert ((), ()) == (solution.unserved, verify(more, solution))
    assert "van" == solution.routes[0].van


def test_a_day_of_which_hardly_anything_is_served_comes_to_an_end() -> None:
    """Of three stops the library served one; asked to take out ten it never came back, and no clock ended it."""
    problem = random_pins(random_rides(random_day(1467, stops=3, vans=3, hubs=2), 1467), 1467)

    solution = routing_library.search(problem, Budget(seconds=0.05), 1467, {})

    assert ([("s2",)], ()) == ([route.stops for route in solution.routes], verify(problem, solution))
    assert ["price", "price"] == [left.reason for left in solution.unserved]
