"""What must ride from stop to stop does, what may is worth its credit: by hand, by brute force and at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.explain import Obstacle, explain, tight_limits
from logistics.problem import Break, Credit, Pair, RoutingProblem, Stop, Van
from logistics.solution import verify
from logistics.solver import Budget, second_opinion, solve
from logistics.solver.kernel.judge import IMPOSSIBLE
from logistics.solver.native import NativeSearch
from logistics.solver.routing_library import search
from logistics.solver.timetable import assemble, fits, tour_of
from tests.logistics.routing_worlds import random_day, random_rides, street

MOVES = Budget(iterations=400)
VAN = Van("van", hub=0, totes=5)


def solved(problem: RoutingProblem) -> tuple[tuple[str, ...], ...]:
    solution = solve(problem, MOVES, 1)
    left = {left.stop for left in solution.unserved if left.reason == "no-room"}
    assert left == {violation.place for violation in verify(problem, solution)}
    assert second_opinion(problem, solution)
    return tuple(route.stops for route in solution.routes)


def test_a_pair_is_driven_first_to_second_on_one_van() -> None:
    """Without the pair the far stop could as well come first."""
    problem = street([(1, Stop("near")), (2, Stop("far"))], [VAN, replace(VAN, id="other")])
    assert (("far", "near"),) == solved(replace(problem, pairs=(Pair(1, 0, totes=5),)))
    assert (("near", "far"),) == solved(replace(problem, pairs=(Pair(0, 1, totes=5),)))


def test_a_ride_needs_room_on_every_leg_between_its_ends() -> None:
    """Totes for the hub collected at b leave no room for the ride over b: c comes before b, or the van is larger."""
    stops = [(1, Stop("a")), (2, Stop("b", collect=3)), (3, Stop("c"))]
    problem = replace(street(stops, [VAN]), pairs=(Pair(0, 2, totes=3),))
    assert (("a", "c", "b"),) == solved(problem)
    assert 5 < max(
        max(route.totes) for route in solve(replace(problem, vans=(replace(VAN, totes=6),)), MOVES, 1).routes
    )


def test_ride_delivery_and_collection_share_the_room() -> None:
    """A pair's stops have totes from and to the hub too: 2 out to c, 2 riding, 1 collected at a, 5 in all."""
    stops = [(1, Stop("a", collect=1)), (3, Stop("c", deliver=2))]
    problem = replace(street(stops, [VAN]), pairs=(Pair(0, 1, totes=2),))
    assert (("a", "c"),) == solved(problem)
    assert (2, 5, 1) == solve(problem, MOVES, 1).routes[0].totes
    assert () == solved(replace(problem, pairs=(Pair(0, 1, totes=3),)))


def test_a_longest_time_on_board_goes_around() -> None:
    """On the way out b lies between a and c with ten minutes of service; with nine on board b comes last."""
    stops = [(1, Stop("a")), (2, Stop("b", service_seconds=600)), (3, Stop("c"))]
    problem = replace(street(stops, [replace(VAN, micros_per_second=1)]), pairs=(Pair(0, 2, totes=1),))
    within = replace(problem, pairs=(Pair(0, 2, totes=1, longest_seconds=719),))
    assert (("a", "c", "b"),) == solved(within)
    start, leave = solve(within, MOVES, 1).routes[0].visits[1].start, solve(within, MOVES, 1).routes[0].visits[0].leave
    assert 120 == start - leave


def test_the_first_stop_is_served_later_when_waiting_on_board_would_take_too_long() -> None:
    """b opens at 1,000 s: a is left at 880 s and not at 60 s, though nobody is paid and a was open all along."""
    problem = street([(1, Stop("a")), (2, Stop("b", windows=((1000, 1100),))), (3, Stop("c"))], [VAN])
    problem = replace(problem, pairs=(Pair(0, 1, totes=1, longest_seconds=120),))
    solution = solve(problem, MOVES, 1)
    assert () == verify(problem, solution)
    visits = {visit.stop: visit for visit in solution.routes[0].visits}
    assert 0 <= visits["b"].start - visits["a"].leave <= 120


@pytest.mark.parametrize(
    ("shift_end", "longest", "break_after"), [(1320, 120, 0), (1319, 420, 1), (1319, 419, None), (1319, 120, None)]
)
def test_a_break_counts_as_time_on_board(shift_end: int, longest: int, break_after: int | None) -> None:
    """
    Four minutes to a, two to b, six back, and a break of five that starts between 300 and 350 s.

    Taken at the hub before leaving, all ends at 1,320 s. Else it falls between a and b, where a is left at 300 s at
    the latest and the ride lasts 420 s.
    """
    van = replace(VAN, shift_end=shift_end, rest=Break(300, 300, 350))
    problem = replace(street([(4, Stop("a")), (6, Stop("b"))], [van]), pairs=(Pair(0, 1, 1, longest_seconds=longest),))
    served = solved(problem)
    assert ((("a", "b"),) if break_after is not None else ()) == served
    if served:
        assert (break_after or None) == solve(problem, MOVES, 1).routes[0].break_after


@pytest.mark.parametrize(("prices", "served"), [((1000, 900), False), ((1000, 1001), True), ((0, 1999), False)])
def test_an_optional_pair_is_served_when_both_its_prices_together_are_more(
    prices: tuple[int, int], served: bool
) -> None:
    stops = [(1, Stop("a", price=prices[0])), (1, Stop("b", price=prices[1]))]
    problem = replace(street(stops, [VAN]), pairs=(Pair(0, 1, totes=1),))
    assert served == bool(solved(problem))
    assert min(sum(prices), 2000) == solve(problem, MOVES, 1).micros


@pytest.mark.parametrize(("micros", "order"), [(1999, ("near", "far")), (2001, ("far", "near"))])
def test_a_credit_is_earned_when_it_is_worth_the_detour(micros: int, order: tuple[str, ...]) -> None:
    """A road closed on the way out makes far before near 2,000 metres longer."""
    problem = street([(1, Stop("near")), (2, Stop("far"))], [VAN])
    problem = replace(problem, metres=((0, 1, 2002), (1, 0, 1), (2, 1, 0)), credits=(Credit(1, 0, micros),))
    assert (order,) == solved(problem)
    assert min(4, 2004 - micros) == solve(problem, MOVES, 1).micros


def test_a_credit_is_not_earned_on_two_vans_or_in_the_other_order() -> None:
    problem = street([(1, Stop("a", deliver=5)), (2, Stop("b", deliver=5))], [VAN, replace(VAN, id="two")])
    solution = solve(replace(problem, credits=(Credit(0, 1, 500), Credit(1, 0, 500))), MOVES, 1)
    assert (2, 6000) == (len(solution.routes), solution.micros)


def test_an_optional_stop_is_served_for_its_credit() -> None:
    problem = street([(1, Stop("a")), (2, Stop("b", price=100))], [VAN])
    assert 2100 == solve(problem, MOVES, 1).micros
    assert 4000 - 1901 == solve(replace(problem, credits=(Credit(0, 1, 1901),)), MOVES, 1).micros


def all_plans(problem: RoutingProblem) -> Iterator[dict[int, list[int]]]:
    """Every way to deal the stops, or some, out to the vans in every order."""
    stops, vans = range(len(problem.stops)), len(problem.vans)
    for order in permutations([*stops, *("|" for _ in range(vans))]):
        tours: list[list[int]] = [[]]
        for one in order:
            if isinstance(one, int):
                tours[-1].append(one)
            else:
                tours.append([])
        yield dict(enumerate(tours[:vans]))


@pytest.mark.parametrize("seed", range(12))
def test_on_few_stops_the_search_finds_the_best_of_all_plans(seed: int) -> None:
    problem = random_rides(random_day(seed, stops=5 if seed % 2 else 6, vans=2 if seed % 2 else 1), seed)
    best, seen = (99, 1 << 60), set()
    for orders in all_plans(problem):
        key = tuple(tuple(order) for order in orders.values())
        if key in seen:
            continue
        seen.add(key)
        if all(fits(problem, problem.vans[van], order) for van, order in orders.items()):
            served = {stop for order in orders.values() for stop in order}
            routes = [tour_of(problem, problem.vans[van], order) for van, order in orders.items() if order]
            left = [stop for number, stop in enumerate(problem.stops) if number not in served]
            cost = sum(route.micros for route in routes if route) + sum(stop.price or 0 for stop in left)
            best = min(best, (sum(stop.price is None for stop in left), cost))
    solution = solve(problem, Budget(iterations=3000), 1)
    assert best == (sum(left.reason == "no-room" for left in solution.unserved), solution.micros)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), stops=st.integers(2, 18), vans=st.integers(1, 4), hubs=st.integers(1, 2))
def test_every_plan_with_rides_is_sound(seed: int, stops: int, vans: int, hubs: int) -> None:
    problem = random_rides(random_day(seed, stops=stops, vans=vans, hubs=hubs), seed)
    solution = solve(problem, Budget(iterations=200), seed)
    left = [unserved.stop for unserved in solution.unserved if unserved.reason == "no-room"]
    assert left == [violation.place for violation in verify(problem, solution)]
    assert second_opinion(problem, solution)
    assert [] == [found for found in explain(problem, solution) if not found.sentence]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 8))
def test_the_compiled_judge_and_the_timetable_agree(seed: int, size: int) -> None:
    problem = random_rides(random_day(seed, stops=9, vans=3), seed)
    native = NativeSearch(problem, 1)
    numbers = sorted(range(9), key=lambda number: (number * seed + seed // 7) % 11)[:size]
    for order in (numbers, sorted(numbers), numbers[::-1]):
        for number, van in enumerate(problem.vans):
            cost = native.judge(number, [problem.stop_place(stop) for stop in order])
            route = tour_of(problem, van, order) if fits(problem, van, order) else None
            assert cost == (IMPOSSIBLE if route is None else route.micros)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_verify_and_the_second_opinion_agree_on_changed_pairs(seed: int) -> None:
    problem = random_rides(random_day(seed, stops=10, vans=3), seed)
    solution = solve(problem, Budget(iterations=200), seed)
    for pairs in (
        [replace(pair, longest_seconds=100) for pair in problem.pairs],
        [replace(pair, first=pair.second, second=pair.first) for pair in problem.pairs],
        [replace(pair, totes=pair.totes + 9) for pair in problem.pairs],
    ):
        other = replace(problem, pairs=tuple(pairs))
        broken = {found.rule for found in verify(other, replace(solution, problem=other.digest()))}
        assert second_opinion(other, solution) == (not broken & {"pair", "on-board", "capacity"})


@pytest.mark.parametrize("seed", range(6))
def test_the_fallback_keeps_the_rules_too(seed: int) -> None:
    problem = random_rides(random_day(seed, stops=12, vans=4, hubs=2), seed)
    solution = search(problem, Budget(iterations=20), seed, {})
    left = [unserved.stop for unserved in solution.unserved if unserved.reason == "no-room"]
    assert left == [violation.place for violation in verify(problem, solution)]
    again = solve(problem, Budget(iterations=1), 1, start_from=solution)
    assert (len(left), solution.micros) >= (
        sum(left.reason == "no-room" for left in again.unserved), again.micros
    )  # fmt: skip


def test_a_start_with_half_a_pair_gives_up_the_other_half() -> None:
    before = street([(1, Stop("a")), (2, Stop("b")), (3, Stop("c"))], [VAN])
    yesterday = solve(before, MOVES, 1)
    today = replace(before, stops=(Stop("new"), *before.stops[1:]), pairs=(Pair(0, 1, totes=1),))
    solution = solve(today, MOVES, 1, start_from=yesterday)
    assert () == verify(today, solution)


def test_the_same_seed_gives_the_same_plan_with_rides() -> None:
    problem = random_rides(random_day(5, stops=25, vans=4, hubs=2), 5)
    assert solve(problem, MOVES, 3) == solve(problem, MOVES, 3)


def test_a_pair_that_would_ride_too_long_says_by_how_much() -> None:
    stops = [(1, Stop("a")), (5, Stop("b"))]
    problem = replace(street(stops, [VAN]), pairs=(Pair(0, 1, totes=1, longest_seconds=200),))
    found = explain(problem, solve(problem, MOVES, 1))
    assert [(Obstacle("van", "on-board", 40, None),), (Obstacle("van", "on-board", 40, "a"),)] == [
        one.obstacles for one in found
    ]
    assert "if what rides with it might be on board 1 minute longer (van van, after a)" in found[1].sentence


def test_the_price_of_a_pair_left_out_is_that_of_both_stops() -> None:
    stops = [(1, Stop("a", price=500)), (1, Stop("b", price=700))]
    problem = replace(street(stops, [VAN]), pairs=(Pair(0, 1, totes=1),))
    found = explain(problem, solve(problem, MOVES, 1))
    assert "if leaving it out cost 2000 micros and not 1200" in found[0].sentence


def test_a_time_on_board_that_is_nearly_too_long_is_a_tight_limit() -> None:
    problem = replace(street([(1, Stop("a")), (2, Stop("b"))], [VAN]), pairs=(Pair(0, 1, 1, longest_seconds=100),))
    solution = assemble(problem, {0: [0, 1]}, solver="hand", seed=0, iterations=0)
    assert ("on-board", "b", 40) in [
        (tight.limit, tight.stop, tight.slack) for tight in tight_limits(problem, solution)
    ]
