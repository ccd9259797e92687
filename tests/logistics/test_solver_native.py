"""The search: right on days that are checked by hand, sound on random ones, and repeatable."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.problem import Break, Hub, RoutingProblem, Stop, Van
from logistics.solution import verify
from logistics.solver import Budget, ProgressReport, second_opinion, solve, warm_up
from logistics.solver.cut_down import timed
from tests.logistics.routing_worlds import random_day, street

MOVES = Budget(iterations=400)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """So that no test that watches the clock waits for the compiler."""
    warm_up()


def test_one_van_drives_the_street_once() -> None:
    problem = street([(1, Stop("a")), (2, Stop("b")), (3, Stop("c"))], [Van("van", hub=0, totes=1)])
    solution = solve(problem, MOVES, 1)
    assert () == verify(problem, solution)
    assert 6000 == solution.metres == solution.micros


def test_totes_collected_need_room_before_the_last_delivery_is_made() -> None:
    """Collecting 4 at a before delivering 4 at b would need 8 totes; b first needs 4, at the same distance."""
    a, b = Stop("a", collect=4), Stop("b", deliver=4)
    problem = street([(1, a), (2, b)], [Van("van", hub=0, totes=4)])
    solution = solve(problem, MOVES, 1)
    assert () == verify(problem, solution)
    assert ("b", "a") == solution.routes[0].stops
    assert (4, 0, 4) == solution.routes[0].totes


def test_a_window_decides_the_order() -> None:
    problem = street(
        [(1, Stop("a", windows=((1000, 2000),))), (2, Stop("b", windows=((0, 200),)))],
        [Van("van", hub=0, totes=1)],
    )
    solution = solve(problem, MOVES, 1)
    assert () == verify(problem, solution)
    assert ("b", "a") == solution.routes[0].stops


def test_the_second_of_two_windows_is_used_when_the_first_is_missed() -> None:
    a = Stop("a", windows=((0, 10), (500, 600)))
    problem = street([(1, a)], [Van("van", hub=0, totes=1)])
    assert 500 == solve(problem, MOVES, 1).routes[0].visits[0].start


def test_nobody_is_paid_to_wait_when_leaving_later_does_it() -> None:
    van = Van("van", hub=0, totes=1, micros_per_second=1, micros_per_metre=0)
    problem = street([(5, Stop("a", windows=((1000, 2000),)))], [van])
    route = solve(problem, MOVES, 1).routes[0]
    assert (700, 1300, 600) == (route.leave_hub, route.return_hub, route.micros)


def test_a_break_on_the_way_is_part_of_the_tour() -> None:
    """Ten minutes out and ten back, with a break of five due from minute 5 to 15: it falls after the stop."""
    van = Van("van", hub=0, totes=1, shift_end=1500, rest=Break(300, 300, 900))
    problem = street([(10, Stop("a"))], [van])
    solution = solve(problem, MOVES, 1)
    assert () == verify(problem, solution)
    route = solution.routes[0]
    assert (600, 1, 1500) == (route.break_start, route.break_after, route.return_hub)


def test_a_break_that_leaves_no_time_for_the_stop_leaves_the_stop_out() -> None:
    van = Van("van", hub=0, totes=1, shift_end=1499, rest=Break(300, 300, 900))
    problem = street([(10, Stop("a"))], [van])
    solution = solve(problem, MOVES, 1)
    assert [("a", "no-room")] == [(left.stop, left.reason) for left in solution.unserved]
    assert ["must"] == [violation.rule for violation in verify(problem, solution)]


def test_a_stop_is_served_by_the_hub_it_belongs_to() -> None:
    vans = [Van("near", hub=0, totes=5), Van("far", hub=1, totes=5)]
    problem = street([(1, Stop("a", hub=1))], vans, hubs=(0, 9))
    assert ["far"] == [route.van for route in solve(problem, MOVES, 1).routes]


def test_the_cheaper_of_two_vans_goes() -> None:
    vans = [Van("dear", hub=0, totes=5, micros_per_metre=3), Van("cheap", hub=0, totes=5, micros_per_metre=2)]
    problem = street([(1, Stop("a"))], vans)
    assert [("cheap", 4000)] == [(route.van, route.micros) for route in solve(problem, MOVES, 1).routes]


@pytest.mark.parametrize(("price", "served"), [(1999, False), (2001, True)])
def test_a_stop_at_a_price_is_served_when_that_is_cheaper(price: int, served: bool) -> None:
    problem = street([(1, Stop("a", price=price))], [Van("van", hub=0, totes=5)])
    solution = solve(problem, MOVES, 1)
    assert served == (not solution.unserved)
    assert min(price, 2000) == solution.micros


def test_two_stops_that_pay_only_together_are_found() -> None:
    problem = street([(5, Stop("a", price=6000)), (5, Stop("b", price=6000))], [Van("van", hub=0, totes=5)])
    assert 10_000 == solve(problem, Budget(iterations=2000), 1).micros


def test_without_vans_everything_is_left_out() -> None:
    problem = street([(1, Stop("a")), (2, Stop("b", price=7))], [])
    solution = solve(problem, MOVES, 1)
    assert [("a", "no-room"), ("b", "price")] == [(left.stop, left.reason) for left in solution.unserved]
    assert 7 == solution.micros


def test_a_budget_of_seconds_is_kept() -> None:
    began = time.perf_counter()
    solution = solve(random_day(5, stops=40, vans=6), Budget(seconds=0.6), 1)
    assert 0.0 < time.perf_counter() - began < 0.6 + 0.1
    assert "ruin-and-recreate + cp-sat" == solution.solver


def test_without_stops_nobody_drives() -> None:
    assert () == solve(street([], [Van("van", hub=0, totes=1)]), MOVES, 1).routes


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    stops=st.integers(0, 18),
    vans=st.integers(1, 4),
    hubs=st.integers(1, 2),
)
def test_every_plan_is_sound(seed: int, stops: int, vans: int, hubs: int) -> None:
    problem = random_day(seed, stops=stops, vans=vans, hubs=hubs)
    solution = solve(problem, Budget(iterations=200), seed)
    left = [unserved.stop for unserved in solution.unserved if unserved.reason == "no-room"]
    assert left == [violation.place for violation in verify(problem, solution)]
    assert second_opinion(problem, solution)


def test_the_same_seed_and_moves_give_the_same_plan() -> None:
    problem = random_day(7, stops=25, vans=4, hubs=2)
    assert solve(problem, MOVES, 3) == solve(problem, MOVES, 3)


def test_a_plan_never_gets_worse_than_what_it_starts_from() -> None:
    problem = random_day(11, stops=25, vans=5)
    good = solve(problem, Budget(iterations=5000), 1)
    again = solve(problem, Budget(iterations=1), 2, start_from=good)
    assert () == verify(problem, good)
    assert again.micros <= good.micros


def test_yesterdays_plan_may_name_stops_and_vans_of_yesterday() -> None:
    yesterday = street([(1, Stop("a")), (2, Stop("b"))], [Van("old", hub=0, totes=1), Van("van", hub=0, totes=1)])
    today = street([(1, Stop("a")), (3, Stop("c"))], [Van("van", hub=0, totes=1)])
    solution = solve(today, MOVES, 1, start_from=solve(yesterday, MOVES, 1))
    assert () == verify(today, solution)


def test_progress_may_stop_the_search_with_the_best_so_far() -> None:
    reports: list[ProgressReport] = []

    def stop_at_once(report: ProgressReport) -> bool:
        reports.append(report)
        return False

    problem = street([(1, Stop("a"))], [Van("van", hub=0, totes=1)])
    solution = solve(problem, Budget(iterations=100_000), 1, progress=stop_at_once)
    assert 1 == len(reports)
    assert () == verify(problem, solution)


def test_a_tour_without_an_exact_timetable_gives_up_the_cheapest_stop_and_keeps_the_rest() -> None:
    """Two stops whose windows cannot both be met: the dear one stays."""
    problem = RoutingProblem(
        hubs=(Hub("bath"),),
        vans=(Van("v1", hub=0, totes=10, shift_start=0, shift_end=36_000, rest=None),),
        stops=(
            Stop("cheap", deliver=1, collect=0, windows=((0, 100),), price=1),
            Stop("dear", deliver=1, collect=0, windows=((0, 100),), price=9),
        ),
        metres=((0, 1, 1), (1, 0, 1), (1, 1, 0)),
        seconds=((0, 90, 90), (90, 0, 90), (90, 90, 0)),
    )
    assert timed(problem, 0, [0, 1]) == [1]
    assert timed(problem, 0, [1]) == [1]
