"""Every van that could make a stop has a way in, with all that it needs; the judge agrees once that gives way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics import lifting
from logistics.explain import Obstacle, obstacles_of
from logistics.lifting import Lift, WayIn, lifted, ways_in, what_gives
from logistics.pin import Pin
from logistics.problem import Break, Pair, RoutingProblem, Stop, Van
from logistics.revising import orders_of
from logistics.solution import Route, verify
from logistics.solver import Budget, solve, timetable
from logistics.solver.as_late import laid_out
from logistics.solver.timetable import assemble, tour_of
from tests.logistics.routing_worlds import random_day, random_pins, random_rides, street


def ways(problem: RoutingProblem, orders: dict[int, list[int]]) -> tuple[WayIn, ...]:
    """The ways in for the last stop of the street."""
    return ways_in(problem, assemble(problem, orders, solver="hand", seed=0, iterations=0), len(problem.stops) - 1)


def test_a_stop_that_fits_needs_nothing_but_the_drive() -> None:
    """10 minutes out and back are 20 km; leaving it out costs 15 cents less than the drive."""
    problem = street([(10, Stop("a", price=5_000))], [Van("v", hub=0, totes=5)])

    [way] = ways(problem, {})

    assert "Van v as its first stop: +20.0 km, +20 min." == way.sentence
    assert ((), 20_000, 5_000) == (way.lifts, way.micros, way.price)


def test_one_limit_is_told_with_its_numbers() -> None:
    problem = street([(1, Stop("a", deliver=4)), (2, Stop("b", deliver=3))], [Van("v", hub=0, totes=5)])

    [way] = ways(problem, {0: [0]})

    assert "Van v as its first stop, if it held 7 totes and not 5: +2.0 km, +2 min." == way.sentence


def test_each_place_for_a_stop_is_timed_once_and_the_one_that_is_tried_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Eight places, seven totes where eight are wanted."""
    van = Van("v", hub=0, totes=7)
    problem = street([(out, Stop(f"s{out}", deliver=1)) for out in range(1, 9)], [van])
    timed: list[tuple[int, ...]] = []

    def counted(problem: RoutingProblem, van: Van, order: Sequence[int], *rest: Any) -> Route | None:
        timed.append(tuple(order))
        return tour_of(problem, van, order, *rest)

    monkeypatch.setattr(lifting, "tour_of", counted)
    monkeypatch.setattr(timetable, "tour_of", counted)

    trials = iter(lifting._trials(problem, van, range(7), 7, Obstacle("v", "capacity", 1, None)))
    first = next(trials)

    assert len(set(timed)) == 8
    assert timed[8:] == [tuple(first.tour)]


def test_several_limits_are_lifted_together() -> None:
    """
    With b (20 minutes out) the van is back after 40 minutes and not within 30, b closes after 15, and both want 7 of
    5 totes.
    """
    van = Van("v", hub=0, totes=5, shift_end=1_800)
    problem = street([(10, Stop("a", deliver=4)), (20, Stop("b", deliver=3, windows=((0, 900),)))], [van])

    [way] = ways(problem, {0: [0]})

    assert (Lift("capacity", 2), Lift("shift", 600), Lift("later", 300, "b")) == way.lifts
    assert way.sentence == (
        "Van v as its first stop, if it held 7 totes and not 5 and its shift ended 10 min later"
        " and b stayed open 5 min longer: +20.0 km, +20 min."
    )


def test_another_stop_that_would_be_late_is_named() -> None:
    """Only before a is there a way to b that keeps a's order pin, and a closes 10 minutes too soon for that."""
    stops = [(10, Stop("a", windows=((600, 1_200),))), (20, Stop("b"))]
    problem = street(stops, [Van("v", hub=0, totes=5)])
    problem = replace(problem, pins=(Pin(1, before=0),))
    problem = replace(problem, vans=(replace(problem.vans[0], shift_end=2_400, totes=5),))

    [way] = ways(problem, {0: [0]})

    assert way.lifts in {(Lift("pin", 0, "b"),), (Lift("later", 600, "a"),)}


def test_a_break_and_a_ride_give_way_too() -> None:
    rest = Break(600, 0, 60)
    van = Van("v", hub=0, totes=5, shift_end=1_300, rest=rest)
    problem = street([(10, Stop("a"))], [van])
    [way] = ways(problem, {})
    assert "Van v as its first stop, if its shift ended 9 min later: +20.0 km, +20 min." == way.sentence

    paired = street([(10, Stop("a")), (40, Stop("b"))], [Van("v", hub=0, totes=5)])
    paired = replace(paired, pairs=(Pair(0, 1, 1, longest_seconds=600),))
    [way] = ways(paired, {})
    assert "Van v after a, if what rides from a might be on board 20 min longer: +80.0 km, +80 min." == way.sentence


@pytest.mark.parametrize(
    ("lift", "said"),
    [
        (Lift("capacity", 2), "it held 7 totes and not 5"),
        (Lift("weight", 20), "it carried 70 g and not 50"),
        (Lift("shift", 540), "its shift ended 9 min later"),
        (Lift("break", 61), "its break began 2 min later"),
        (Lift("no-break"), "it took no break of 30 min"),
        (Lift("later", 300, "b"), "b stayed open 5 min longer"),
        (Lift("sooner", 40, "b"), "b opened 40 s sooner"),
        (Lift("on-board", 1_200, "a"), "what rides from a might be on board 20 min longer"),
        (Lift("pin", 0, "b"), "the pins of b were taken off"),
    ],
)
def test_what_gives_way_is_told_in_words_with_its_numbers(lift: Lift, said: str) -> None:
    van = Van("v", hub=0, totes=5, grams=50, shift_end=9_000, rest=Break(1_800, 0, 3_600))

    assert said == what_gives(van, lift)


def test_a_stop_that_opens_too_late_would_have_to_open_sooner() -> None:
    """What is picked up at b (1 minute out) must be at a (10 minutes out) by 700 s, and b opens at 2,000 s."""
    stops = [(1, Stop("b", windows=((2_000, 3_000),))), (10, Stop("a", windows=((0, 700),)))]
    problem = street(stops, [Van("v", hub=0, totes=5)])
    problem = replace(problem, pairs=(Pair(0, 1, 1),))

    solution = assemble(problem, {}, solver="hand", seed=0, iterations=0)

    [way] = ways_in(problem, solution, 0)
    assert "Van v as its first stop, if b opened 31 min sooner: +20.0 km, +20 min." == way.sentence


def test_vans_of_another_hub_have_no_way() -> None:
    vans = [Van("near", hub=0, totes=5), Van("far", hub=1, totes=5)]
    problem = street([(1, Stop("a", hub=1))], vans, hubs=(0, 9))

    assert ["far"] == [way.van for way in ways(problem, {})]


def test_a_pinned_time_gives_way_like_a_window() -> None:
    """Pinned to the first 5 minutes, and 10 minutes away."""
    problem = street([(10, Stop("a", windows=((0, 5_000),)))], [Van("v", hub=0, totes=5)])
    pinned = replace(problem, pins=(Pin(0, earliest=0, latest=300),))

    looser = lifted(pinned, 0, [Lift("later", 300, "a")])

    assert () == verify(looser, laid_out(looser, {0: [0]}, solver="hand", seed=0, iterations=0))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), kind=st.sampled_from(("plain", "rides", "pins")))
def test_every_van_of_the_hub_has_a_way_that_the_judge_confirms(seed: int, kind: str) -> None:
    problem = random_day(seed, stops=12, vans=2, hubs=2)
    if kind != "plain":
        problem = random_rides(problem, seed)
    if kind == "pins":
        problem = random_pins(problem, seed)
    solution = solve(problem, Budget(iterations=100), seed)
    for left in solution.unserved:
        stop = problem.stop_index[left.stop]
        able = {one.van for one in obstacles_of(problem, solution, stop) if one.limit != "hub"}
        found = ways_in(problem, solution, stop)
        assert able == {way.van for way in found}
        for way in found:
            van = problem.van_index[way.van]
            orders = {**orders_of(problem, solution), van: [problem.stop_index[one] for one in way.tour]}
            assert broken_rules(lifted(problem, van, way.lifts), orders) <= {"must"}
            if way.lifts:  # and without what it needs it breaks a rule
                assert broken_rules(problem, orders) - {"must"}


def broken_rules(problem: RoutingProblem, orders: dict[int, list[int]]) -> set[str]:
    return {one.rule for one in verify(problem, laid_out(problem, orders, solver="hand", seed=0, iterations=0))}
