"""The routing problem of a hub's morning: what is a stop, a pair, a credit, and how long a stop takes."""

from __future__ import annotations

from logistics.problem import Credit, Pair
from logistics.simulation.tours import DayTours, StopLoad, tours_of
from tests.logistics.simulation.small_world import policy, setting

GOALS = ["midsomer"] * 80 + ["wells"] * 80
"""Items 0 to 79 go to Midsomer, 80 to 159 to Wells over the other hub."""


def tours(mode: str, wanted: dict[str, tuple[range, range]], **others: object) -> DayTours:
    loads = {code: StopLoad(tuple(off), tuple(on)) for code, (off, on) in wanted.items()}
    there = setting(policy(mode, **others))  # type: ignore[arg-type]
    return tours_of(there, "bath", 1, loads, goal=GOALS, unsorted={0})


NONE = range(0)


def test_sorted_at_the_hub_nothing_rides_directly_and_totes_hold_forty_items() -> None:
    made = tours("hub", {"keynsham": (NONE, range(41)), "midsomer": (range(50, 60), NONE)})
    stops = {stop.id: (stop.deliver, stop.collect, stop.price) for stop in made.problem.stops}
    assert {"keynsham": (0, 2, None), "midsomer": (1, 0, None)} == stops
    assert ((), (), frozenset()) == (made.problem.pairs, made.problem.credits, made.direct)


def test_what_may_ride_directly_is_a_credit_of_what_it_saves_and_counted_at_both_ends() -> None:
    made = tours("both", {"keynsham": (NONE, range(10)), "midsomer": (NONE, range(80, 90))})
    assert [("keynsham", 0, 1), ("midsomer", 1, 1)] == [(s.id, s.deliver, s.collect) for s in made.problem.stops]
    # Ten items, four cents of sorting and twenty for being there a day sooner.
    assert (Credit(0, 1, 10 * 24 * 10_000),) == made.problem.credits
    assert {("keynsham", "midsomer")} == made.direct


def test_on_the_van_no_sorting_at_the_hub_is_saved_but_the_driver_sorts_at_the_stop() -> None:
    made = tours("van", {"keynsham": (range(1), range(10, 20)), "midsomer": (NONE, range(80, 90))})
    assert (Credit(0, 1, 10 * 20 * 10_000),) == made.problem.credits
    keynsham, midsomer = made.problem.stops
    # Five minutes and 7.5 s for each of ten items, and for the one that came unsorted from another hub.
    assert (300 + 82, 300 + 75) == (keynsham.service_seconds, midsomer.service_seconds)


def test_a_heavy_lane_must_ride_directly_and_then_is_in_no_stops_own_totes() -> None:
    made = tours("both", {"keynsham": (NONE, range(50)), "midsomer": (range(60, 61), NONE)}, pair_from_items=41)
    assert (Pair(0, 1, 2),) == made.problem.pairs
    assert [(0, 0), (1, 0)] == [(stop.deliver, stop.collect) for stop in made.problem.stops]
    assert [300 + 60, 300 + 60] == [stop.service_seconds for stop in made.problem.stops], "two totes of thirty seconds"
    assert () == made.problem.credits


def test_a_branch_to_which_something_may_ride_is_a_stop_that_may_be_left_out() -> None:
    made = tours("both", {"keynsham": (NONE, range(3)), "midsomer": (NONE, NONE)})
    assert [("keynsham", None), ("midsomer", 0)] == [(stop.id, stop.price) for stop in made.problem.stops]


def test_a_branch_for_which_there_is_nothing_is_no_stop() -> None:
    made = tours("both", {"keynsham": (NONE, range(80, 83)), "midsomer": (NONE, NONE)})
    assert ["keynsham"] == [stop.id for stop in made.problem.stops]
    assert ["keynsham"] == list(made.loads)


def test_a_lane_that_is_too_thin_has_no_bag_of_its_own() -> None:
    thin = {"keynsham": (NONE, range(3)), "midsomer": (range(60, 61), NONE)}
    assert frozenset() == tours("both", thin, sorting="", pair_from_items=99).direct - {("keynsham", "midsomer")}
    how = policy("both").model_copy(
        update={"sorting": policy("both").sorting.model_copy(update={"direct_from_items": 4})}
    )
    loads = {code: StopLoad(tuple(off), tuple(on)) for code, (off, on) in thin.items()}
    assert frozenset() == tours_of(setting(how), "bath", 1, loads, goal=GOALS, unsorted=()).direct


def test_what_no_van_holds_stays_the_last_first() -> None:
    goals = ["wells"] * 900
    loads = {"keynsham": StopLoad((), tuple(range(805)))}
    made = tours_of(setting(policy()), "bath", 1, loads, goal=goals, unsorted=())
    assert 20 == made.problem.stops[0].collect, "a van holds twenty totes of forty"
    assert tuple(range(800, 805)) == made.over


def test_service_begins_early_enough_to_end_before_the_branch_closes() -> None:
    made = tours("hub", {"keynsham": (NONE, range(41))})
    assert ((9 * 3600, 17 * 3600 - 300 - 2 * 30),) == made.problem.stops[0].windows
