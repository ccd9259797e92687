"""A plan searched again: what is held, what is filled in, and whose round is kept at what price."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logistics.edits import Drop, Fix
from logistics.find_plan import Round
from logistics.problem import RoutingProblem
from logistics.resolving import Basis, Mode, basis_of, held, searched_again, told_again
from logistics.revising import Recorded, orders_of
from logistics.solution import Solution, verify
from logistics.solver import Budget, solve
from logistics.stability import changes
from logistics.usual import Habit, steadied
from tests.logistics.edited_day import EIGHT, kept, line_day, line_problem, stop

CROSSED = {0: [4, 0, 3], 1: [2, 1]}
"""Van v1 calls at e, a and d, van v2 at c and b: a plan that nobody would search for; f is left."""


def search(problem: RoutingProblem, start: Solution | None) -> Solution:
    return solve(problem, Budget(iterations=300), 1, start)


def again(day: Recorded, mode: Mode, **stability: int) -> dict[str, str]:
    solution = searched_again(day.problem, day.solution, mode, search, dropped=day.dropped)
    assert () == verify(day.problem, solution)
    return {route.van: "".join(route.stops) for route in solution.routes}


def test_free_makes_the_cheapest_plan():
    day = line_day(orders=CROSSED)
    solution = searched_again(day.problem, day.solution, "free", search)
    # 12 totes do not go into one van, so one turns at f and the other turns as soon as it can.
    assert 6 == sum(len(route.stops) for route in solution.routes)
    assert 2 * 30_000 + 2 * 5_000 == solution.metres


def test_keep_leaves_stops_with_their_van_in_another_order_and_fills_in():
    routes = again(line_day(orders=CROSSED), "keep")
    assert set("ead") <= set(routes["v1"])
    assert set("cb") <= set(routes["v2"])
    assert "f" in routes["v1"] + routes["v2"]
    assert "ead" not in routes["v1"].replace("f", "")


def test_insert_leaves_the_order_and_puts_in_what_was_left():
    routes = again(line_day(orders=CROSSED), "insert")
    assert ("ead", "cb") == (routes["v1"].replace("f", ""), routes["v2"].replace("f", ""))
    assert "f" in routes["v1"] + routes["v2"]


@pytest.mark.parametrize("mode", ["free", "keep", "insert"])
def test_what_was_taken_out_stays_out_and_pins_hold(mode: Mode):
    day = kept(kept(line_day(), Drop("b")), Fix("c", van="v1"))
    routes = again(day, mode)
    assert "b" not in "".join(routes.values())
    assert "c" in routes["v1"]
    assert "f" in "".join(routes.values())


def test_what_is_planned_is_not_given_up_to_save_money():
    cheap = {code: stop(code, price=1) for code in "abcde"}
    day = line_day(line_problem(**cheap))
    assert {} == again(day, "free") or set("abcde").isdisjoint("".join(again(day, "free").values()))
    assert set("abcde") <= set("".join(again(day, "insert").values()))


def test_a_plan_that_broke_a_rule_is_sound_once_it_is_searched_again():
    early = stop("f", windows=((EIGHT, EIGHT + 35 * 60),))
    late = line_day(line_problem(f=early), {0: [0, 1, 2], 1: [3, 4]})
    pinned = kept(late, Fix("f", van="v1", after="c"), because="they asked")
    for mode in ("free", "keep", "insert"):
        solution = searched_again(pinned.problem, pinned.solution, mode, search)
        assert () == verify(pinned.problem, solution)


def test_what_changed_is_told_in_one_sentence():
    day = line_day()
    other = line_day(orders={0: [0, 1], 1: [2, 5, 3]})
    assert "Searched again (keep): 1 on another van, 1 put in, 1 left out." == told_again(
        day.solution, other.solution, "keep"
    )


def test_nothing_is_held_of_a_stop_whose_van_is_of_another_hub():
    day = line_day()
    problem = replace(day.problem, stops=tuple(replace(one, hub=None) for one in day.problem.stops))
    bound = held(problem, orders_of(problem, day.solution), "keep")
    assert [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1)] == [(pin.stop, pin.van) for pin in bound.pins]


def test_the_next_draft_begins_with_what_was_done_by_hand():
    day = kept(kept(line_day(), Drop("b")), Drop("c"))
    from logistics.plan import DayPlan

    plan = DayPlan("p", {3: day.revision})
    assert Basis((), frozenset("bc"), None) == basis_of(plan, must=(), mode="free")
    assert Basis((), frozenset("c"), day.revision) == basis_of(plan, must=("b",), mode="keep")
    assert Basis() == basis_of(None, must=(), mode="keep")


@pytest.mark.parametrize(("price", "moved"), [(0, True), (1_000_000, True), (100_000_000, False)])
def test_drivers_keep_their_round_unless_a_change_saves_more_than_its_price(price: int, moved: bool):
    """By the usual round v1 has the far stops a and e, v2 the others; to change that saves 10 km and 10 minutes."""
    usual = line_day(orders={0: [0, 4], 1: [1, 2, 3]})
    problem = steadied(usual.problem, Round("2026-11-17/bath/day", usual.revision), Habit(price))
    solution = searched_again(problem, usual.solution, "free", search)
    found = [change for route in solution.routes for change in changes(problem, route) if change.kind == "van"]
    assert moved == (len(found) > 0)
    assert all(price == change.micros for change in found)


@pytest.mark.parametrize(("price", "kept_times"), [(0, False), (1_000_000, True)])
def test_hours_are_kept_where_that_costs_less_than_their_price(price: int, kept_times: bool):
    """Every van went out two hours later than it has to; nothing is lost by doing so again."""
    day = line_day()
    routes = tuple(
        replace(route, stops=tuple(replace(stop, starts=stop.starts + 7_200) for stop in route.stops))
        for route in day.revision.routes
    )
    usual = Round("2026-11-17/bath/day", replace(day.revision, routes=routes))
    problem = steadied(day.problem, usual, Habit(0, hours_micros=price))
    solution = searched_again(problem, day.solution, "keep", search)
    assert () == verify(problem, solution)
    found = [change for route in solution.routes for change in changes(problem, route) if change.kind == "time"]
    assert kept_times == (found == [])


def test_a_round_that_was_planned_again_on_the_road_is_kept_like_any_other():
    """Van v2 took over at a what v1 had for b: it called at a for that, and at b beside its own driver."""
    day = line_day()
    first, second = day.revision.routes
    taken = replace(first.stops[0], stop="v1>b", takes_from="v1")
    brought = replace(first.stops[1], stop="b@v1")
    routes = (first, replace(second, stops=(taken, brought, *second.stops)))
    problem = steadied(day.problem, Round("2026-11-17/bath/day", replace(day.revision, routes=routes)), Habit(10))
    assert [0, 1, 2, 3, 4] == [its.stop for its in problem.usual_of.values()]
    assert () == verify(problem, searched_again(problem, day.solution, "keep", search))
