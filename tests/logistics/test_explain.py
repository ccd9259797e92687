"""What is left out is explained by the limit that binds, and lifting it by what is named lets the stop in."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.explain import Explanation, Obstacle, TightLimit, explain, tight_limits
from logistics.problem import Break, RoutingProblem, Stop, Van
from logistics.solution import verify
from logistics.solver import Budget, solve
from logistics.solver.timetable import assemble, fits
from tests.logistics.routing_worlds import random_day, street


def left_out(problem: RoutingProblem, orders: dict[int, list[int]]) -> tuple[Explanation, ...]:
    return explain(problem, assemble(problem, orders, solver="hand", seed=0, iterations=0))


def test_a_full_van_lacks_totes() -> None:
    problem = street([(1, Stop("a", deliver=4)), (2, Stop("b", deliver=3))], [Van("van", hub=0, totes=5)])
    [found] = left_out(problem, {0: [0]})
    assert (Obstacle("van", "capacity", 2, None, reload_seconds=4 * 3600),) == found.obstacles
    assert "if van van held 7 totes and not 5 (as its first stop), or made a second trip." in found.sentence


def test_a_heavy_van_lacks_grams() -> None:
    stops = [(1, Stop("a", deliver_grams=40)), (2, Stop("b", deliver_grams=30))]
    problem = street(stops, [Van("van", hub=0, totes=5, grams=50)])
    [found] = left_out(problem, {0: [0]})
    assert (Obstacle("van", "weight", 20, None, reload_seconds=4 * 3600),) == found.obstacles


def test_a_short_shift_lacks_minutes() -> None:
    problem = street([(1, Stop("a")), (2, Stop("b"))], [Van("van", hub=0, totes=5, shift_end=150)])
    [found] = left_out(problem, {0: [0]})
    assert ("shift", 90) == (found.obstacles[0].limit, found.obstacles[0].lacking)
    assert "if the shift of van van ended 2 minutes later" in found.sentence


def test_a_window_that_closes_too_soon_lacks_minutes() -> None:
    problem = street([(10, Stop("a", windows=((0, 480),)))], [Van("van", hub=0, totes=5)])
    [found] = left_out(problem, {})
    assert (Obstacle("van", "window", 120, None, closes_later=True),) == found.obstacles
    assert "if it stayed open 2 minutes longer (van van, as its first stop)." in found.sentence


def test_a_window_that_opens_late_can_make_a_shift_too_short() -> None:
    van = Van("van", hub=0, totes=5, shift_end=1500)
    problem = street([(10, Stop("a", windows=((1020, 2000),)))], [van])
    [found] = left_out(problem, {})
    assert ("shift", 120) == (found.obstacles[0].limit, found.obstacles[0].lacking)
    held = replace(problem, vans=(replace(van, shift_end=1619),))
    [found] = left_out(held, {})
    assert ("shift", 1) == (found.obstacles[0].limit, found.obstacles[0].lacking)


def test_a_break_at_the_hub_can_make_a_window_too_short() -> None:
    """The break must start by 200 s, so before leaving: gone at 400 s, there at 1,000 s."""
    van = Van("van", hub=0, totes=5, shift_end=3000, rest=Break(300, 100, 200))
    problem = street([(10, Stop("a", windows=((600, 601),)))], [van])
    [found] = left_out(problem, {})
    assert (Obstacle("van", "window", 399, None, closes_later=True),) == found.obstacles


def test_a_stop_of_a_hub_without_a_van_is_named_so() -> None:
    problem = street([(1, Stop("a", hub=1))], [Van("van", hub=0, totes=5)], hubs=(0, 9))
    [found] = left_out(problem, {})
    assert "Stop a is left out: it belongs to hub hub1, which has no van." == found.sentence


def test_a_stop_left_out_for_its_price_says_by_how_much() -> None:
    problem = street([(1, Stop("a", price=1500))], [Van("van", hub=0, totes=5)])
    [found] = left_out(problem, {})
    assert (Obstacle("van", "price", 500, None),) == found.obstacles
    assert "if leaving it out cost 2000 micros and not 1500" in found.sentence


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_reason_holds_when_the_limit_is_lifted(seed: int) -> None:
    problem = random_day(seed, stops=12, vans=2, hubs=2)
    solution = solve(problem, Budget(iterations=200), seed)
    orders = {route.van: [problem.stop_index[stop] for stop in route.stops] for route in solution.routes}
    for found in explain(problem, solution):
        stop = problem.stop_index[found.stop]
        for obstacle in found.obstacles:
            van = problem.vans[problem.van_index[obstacle.van]]
            order = orders.get(van.id, [])
            places = [[*order[:at], stop, *order[at:]] for at in range(len(order) + 1)]
            if obstacle.limit == "price":
                assert any(fits(problem, van, tour) for tour in places)
                continue
            assert not any(fits(problem, van, tour) for tour in places)
            for step, allowed in ((0, True), (-1, False)):
                lifted = _lifted(van, obstacle, obstacle.lacking + step)
                if lifted is not None:
                    assert allowed == any(fits(problem, lifted, tour) for tour in places)


def _lifted(van: Van, obstacle: Obstacle, amount: int) -> Van | None:
    if obstacle.limit == "capacity":
        return replace(van, totes=van.totes + amount)
    if obstacle.limit == "weight":
        return replace(van, grams=van.grams + amount)
    if obstacle.limit == "shift":
        return replace(van, shift_end=van.shift_end + amount)
    return None


def test_the_limits_of_a_plan_are_listed_with_their_slack() -> None:
    van = Van("van", hub=0, totes=5, shift_end=1500)
    problem = street([(10, Stop("a", collect=4, windows=((900, 1200),)))], [van])
    solution = assemble(problem, {0: [0]}, solver="hand", seed=0, iterations=0)
    assert () == verify(problem, solution)
    assert (
        TightLimit("capacity", "van", "a", 1),
        TightLimit("window", "van", "a", 300),
        TightLimit("shift", "van", None, 0),
    ) == tight_limits(problem, solution)
