"""`verify` catches a planted violation of every rule, and finds nothing in a sound plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from logistics.problem import Break, Credit, Pair, RoutingProblem, Stop, Van
from logistics.solution import Route, Solution, Unserved, Visit, verify
from tests.logistics.routing_worlds import street

# Hub at 0, a at minute 10, b at minute 20; the break falls between them; back at 60 + 1,200 + 300 + … seconds.
PROBLEM = street(
    [
        (10, Stop("a", deliver=3, collect=1, windows=((0, 700),), service_seconds=60, deliver_grams=30)),
        (20, Stop("b", collect=4, windows=((1500, 2000),), seconds_per_tote=15, collect_grams=50)),
        (30, Stop("c", price=500)),
    ],
    [
        Van("van", hub=0, totes=5, shift_end=4000, rest=Break(300, 600, 900), micros_per_metre=2,
            micros_per_second=3, micros_fixed=7, grams=60),
        Van("spare", hub=0, totes=5, shift_end=4000),
    ],
)  # fmt: skip
ROUTE = Route(
    van="van",
    leave_hub=0,
    visits=(Visit("a", arrive=600, start=600, leave=660), Visit("b", arrive=1560, start=1560, leave=1620)),
    return_hub=2820,
    break_start=660,
    break_after=1,
    totes=(3, 1, 5),
    grams=(30, 0, 50),
    metres=40_000,
    seconds=2820,
    micros=40_000 * 2 + 2820 * 3 + 7,
)
SOLUTION = Solution(
    problem=PROBLEM.digest(),
    routes=(ROUTE,),
    unserved=(Unserved("c", "price"),),
    micros=ROUTE.micros + 500,
    solver="hand",
    version="1",
    seed=0,
    iterations=0,
)


def rules(problem: RoutingProblem, solution: Solution) -> set[str]:
    return {violation.rule for violation in verify(problem, replace(solution, problem=problem.digest()))}


def with_route(**changes: object) -> Solution:
    return replace(SOLUTION, routes=(replace(ROUTE, **changes),))  # type: ignore[arg-type]


def with_van(**changes: object) -> RoutingProblem:
    return replace(PROBLEM, vans=(replace(PROBLEM.vans[0], **changes), PROBLEM.vans[1]))  # type: ignore[arg-type]


def with_stop(number: int, **changes: object) -> RoutingProblem:
    stops = list(PROBLEM.stops)
    stops[number] = replace(stops[number], **changes)  # type: ignore[arg-type]
    return replace(PROBLEM, stops=tuple(stops))


def test_a_sound_plan_has_no_violation() -> None:
    assert () == verify(PROBLEM, SOLUTION)


def test_a_solution_belongs_to_one_problem() -> None:
    assert ["problem"] == [violation.rule for violation in verify(PROBLEM, replace(SOLUTION, problem="other"))]


late = (ROUTE.visits[0], Visit("b", arrive=1560, start=2001, leave=2061))
PLANTED: list[tuple[str, Callable[[], tuple[RoutingProblem, Solution]]]] = [
    ("stop", lambda: (PROBLEM, replace(SOLUTION, unserved=()))),
    ("stop", lambda: (PROBLEM, replace(SOLUTION, unserved=(*SOLUTION.unserved, Unserved("a", "price"))))),
    ("stop", lambda: (PROBLEM, replace(SOLUTION, unserved=(*SOLUTION.unserved, Unserved("nobody", "price"))))),
    ("stop", lambda: (PROBLEM, replace(SOLUTION, routes=(ROUTE, replace(ROUTE, van="spare"))))),
    ("must", lambda: (with_stop(2, price=None), SOLUTION)),
    ("van", lambda: (PROBLEM, with_route(van="nobody"))),
    ("van", lambda: (PROBLEM, replace(SOLUTION, routes=(ROUTE, ROUTE)))),
    ("van", lambda: (PROBLEM, replace(SOLUTION, routes=(ROUTE, replace(ROUTE, van="spare", visits=()))))),
    ("hub", lambda: (
        street([(10, replace(PROBLEM.stops[0], hub=1)), (20, PROBLEM.stops[1]), (30, PROBLEM.stops[2])],
               PROBLEM.vans, hubs=(0, 0)), SOLUTION)),
    ("shift", lambda: (with_van(shift_end=2819), SOLUTION)),
    ("shift", lambda: (with_van(shift_start=1), SOLUTION)),
    ("time", lambda: (PROBLEM, with_route(return_hub=2819))),
    ("time", lambda: (PROBLEM, with_route(visits=(replace(ROUTE.visits[0], arrive=599), ROUTE.visits[1])))),
    ("time", lambda: (PROBLEM, with_route(visits=(replace(ROUTE.visits[0], leave=659), ROUTE.visits[1])))),
    ("time", lambda: (PROBLEM, with_route(visits=(replace(ROUTE.visits[0], start=599), ROUTE.visits[1])))),
    ("window", lambda: (with_stop(0, windows=((0, 599),)), SOLUTION)),
    ("window", lambda: (PROBLEM, with_route(visits=late))),
    ("window", lambda: (with_stop(1, windows=((0, 1559), (1561, 1600))), SOLUTION)),
    ("break", lambda: (PROBLEM, with_route(break_start=None, break_after=None))),
    ("break", lambda: (with_van(rest=None), SOLUTION)),
    ("break", lambda: (with_van(rest=Break(300, 661, 900)), SOLUTION)),
    ("break", lambda: (with_van(rest=Break(300, 600, 659)), SOLUTION)),
    ("break", lambda: (PROBLEM, with_route(break_start=659))),
    ("break", lambda: (PROBLEM, with_route(break_after=3))),
    ("break", lambda: (PROBLEM, with_route(break_after=None))),
    ("load", lambda: (PROBLEM, with_route(totes=(3, 2, 5)))),
    ("load", lambda: (PROBLEM, with_route(grams=(30, 1, 50)))),
    ("capacity", lambda: (with_van(totes=4), SOLUTION)),
    ("capacity", lambda: (with_van(grams=49), SOLUTION)),
    ("cost", lambda: (PROBLEM, with_route(metres=39_999))),
    ("cost", lambda: (PROBLEM, with_route(seconds=2819))),
    ("cost", lambda: (PROBLEM, with_route(micros=1))),
    ("cost", lambda: (PROBLEM, replace(SOLUTION, micros=SOLUTION.micros - 1))),
    ("pair", lambda: (replace(PROBLEM, pairs=(Pair(1, 0, totes=0),)), SOLUTION)),
    ("pair", lambda: (replace(with_stop(2, price=None), pairs=(Pair(0, 2, totes=0),)), SOLUTION)),
    ("load", lambda: (replace(PROBLEM, pairs=(Pair(0, 1, totes=1),)), SOLUTION)),
    ("load", lambda: (replace(PROBLEM, pairs=(Pair(0, 1, totes=0, grams=1),)), SOLUTION)),
    ("capacity", lambda: (replace(PROBLEM, pairs=(Pair(0, 1, totes=5),)), SOLUTION)),
    ("capacity", lambda: (replace(PROBLEM, pairs=(Pair(0, 1, totes=0, grams=61),)), SOLUTION)),
    ("cost", lambda: (replace(PROBLEM, credits=(Credit(0, 1, 1),)), SOLUTION)),
    ("cost", lambda: (PROBLEM, with_route(micros=ROUTE.micros - 1))),
    ("on-board", lambda: (replace(PROBLEM, pairs=(Pair(0, 1, totes=0, longest_seconds=899),)), SOLUTION)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "plant"), PLANTED)
def test_a_planted_violation_is_caught(rule: str, plant: Callable[[], tuple[RoutingProblem, Solution]]) -> None:
    assert rule in rules(*plant())


def test_time_on_board_may_be_as_long_as_it_may() -> None:
    assert set() == rules(replace(PROBLEM, pairs=(Pair(0, 1, totes=0, longest_seconds=900),)), SOLUTION)


def test_a_credit_counts_where_its_origin_comes_first_on_one_van() -> None:
    some = (Credit(0, 1, 70), Credit(1, 0, 100), Credit(0, 2, 100))
    earned = replace(with_route(micros=ROUTE.micros - 70), micros=SOLUTION.micros - 70)
    assert set() == rules(replace(PROBLEM, credits=some), earned)
