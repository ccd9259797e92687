"""What a van will find on top of what waits: percentiles of the same weekday, and the part of the day that is left."""

from __future__ import annotations

from datetime import date

import pytest

from circulation.calendar import Span
from logistics.expectation import Expectation, counts_by_lane, percentile_of, share_until, shared_out
from tests.logistics.small_network import Count, calendar, closed, instant, two_regions

TUESDAY = date(2026, 11, 24)
LANE = ("keynsham", "bath")


def counts(*items_by_week: int, lane=LANE, day: date = TUESDAY) -> list[Count]:
    """One count a week, the last one a week before the day."""
    weeks = len(items_by_week)
    return [
        Count(str(date.fromordinal(day.toordinal() - 7 * (weeks - n))), *lane, items)
        for n, items in enumerate(items_by_week)
    ]


def by_lane(rows: list[Count]):
    return counts_by_lane(rows, lambda _origin, destination: destination)


@pytest.mark.parametrize(
    ("percentile", "expected"),
    [(1, 10), (25, 10), (26, 20), (50, 20), (75, 30), (76, 40), (100, 40)],
)
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(percentile, expected):
    assert expected == percentile_of([40, 10, 30, 20], percentile)


def test_of_no_values_the_percentile_is_nothing():
    assert percentile_of([], 50) == 0


def test_the_same_weekday_of_earlier_weeks_is_what_is_usual():
    usual = Expectation(weeks=4, percentile=50).by_day(by_lane(counts(10, 12, 14, 80)), TUESDAY)
    assert {LANE: 12} == usual


def test_other_weekdays_say_nothing_about_a_tuesday():
    monday = counts(50, 50, day=date(2026, 11, 23))
    assert {} == Expectation().by_day(by_lane(monday), TUESDAY)


def test_a_week_in_which_nothing_was_counted_anywhere_is_left_out():
    rows = [*counts(10, 10, 10), *counts(4, lane=("midsomer", "bath"))]
    assert {LANE: 10, ("midsomer", "bath"): 4} == Expectation(weeks=8, percentile=90).by_day(by_lane(rows), TUESDAY)


def test_a_lane_without_a_count_in_a_counted_week_had_none():
    rows = [*counts(10, 10, 10), *counts(4, lane=("midsomer", "bath"))]
    assert Expectation(weeks=8, percentile=50).by_day(by_lane(rows), TUESDAY) == {LANE: 10}


def test_counts_are_added_up_by_the_stop_that_they_go_to_next():
    rows = [*counts(10), *counts(5, lane=("keynsham", "wells")), *counts(9, lane=("keynsham", "lundy"))]
    found = counts_by_lane(rows, lambda _origin, destination: None if destination == "lundy" else "bath")
    assert {("keynsham", "bath"): {date(2026, 11, 17): 15}} == found


def test_only_the_staffed_hours_up_to_the_van_count():
    places = two_regions()
    week = calendar(places)
    # Staffed 09:00 to 17:00, eight hours; from 11:00 to 13:00 is a quarter of them.
    share = share_until(week, places["keynsham"], TUESDAY, instant("24 11:00"), instant("24 13:00"))
    assert 0.25 == share


def test_a_shut_branch_adds_nothing():
    places = two_regions()
    week = calendar(places, closed("keynsham", "2026-11-24"))
    assert 0.0 == share_until(week, places["keynsham"], TUESDAY, instant("24 00:00"), instant("25 00:00"))


def test_additions_run_from_now_until_the_van_is_expected_in_the_middle_of_its_window():
    places = two_regions()
    found = Expectation(weeks=2, percentile=50).additions(
        by_lane([*counts(40, 40), *counts(80, 80, day=date(2026, 11, 23))]),
        branches=places,
        calendar=calendar(places),
        since_us=instant("23 15:00"),
        calls={"keynsham": (TUESDAY, Span(9 * 60, 17 * 60))},
    )
    # Monday 15:00 to 17:00 is a quarter of 80, Tuesday 09:00 to 13:00 is half of 40.
    assert {LANE: 40} == found


def test_a_branch_without_a_call_adds_nothing():
    places = two_regions()
    found = Expectation().additions(
        by_lane(counts(40, 40)), branches=places, calendar=calendar(places), since_us=instant("23 15:00"), calls={}
    )
    assert {} == found


def test_what_a_branch_adds_is_shared_out_over_destinations_and_adds_up():
    rows = [
        *counts(5, lane=("keynsham", "midsomer")),
        *counts(3, lane=("keynsham", "wells")),
        *counts(2, lane=("keynsham", "bath")),
        *counts(9, lane=("keynsham", "lundy")),
    ]
    found = shared_out({LANE: 7}, rows, lambda _origin, goal: None if goal == "lundy" else "bath")
    # 7 × 5/10 = 3.5, 7 × 3/10 = 2.1, 7 × 2/10 = 1.4: the largest remainder is rounded up.
    assert {("keynsham", "midsomer"): 4, ("keynsham", "wells"): 2, ("keynsham", "bath"): 1} == found


def test_additions_that_nobody_counted_before_stay_with_the_next_stop():
    assert {LANE: 7} == shared_out({LANE: 7}, [], lambda _origin, goal: goal)
