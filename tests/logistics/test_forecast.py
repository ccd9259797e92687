"""The expected day and its chance: measured slack on top of the timetable, and the score of what was said."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from logistics.forecast import Bin, Forecast, Slacks, day_of, forecast, score, scored, slack_of

FRIDAY, SATURDAY, SUNDAY, MONDAY, TUESDAY = (date(2026, 11, day) for day in (20, 21, 22, 23, 24))
WEDNESDAY, THURSDAY = date(2026, 11, 25), date(2026, 11, 26)
LANE = ("bath", "wells")
HALF = {0: 0.5, 1: 0.3, 2: 0.2}


def weekdays(day: date) -> bool:
    return day.weekday() < 5


def test_slack_counts_the_open_days_after_the_promised_one() -> None:
    assert 0 == slack_of(FRIDAY, FRIDAY, weekdays)
    assert 1 == slack_of(FRIDAY, MONDAY, weekdays)
    assert 1 == slack_of(FRIDAY, SUNDAY, weekdays), "a shut day counts as the open one that follows"
    assert 2 == slack_of(FRIDAY, TUESDAY, weekdays)
    assert -1 == slack_of(MONDAY, FRIDAY, weekdays)
    assert 0 == slack_of(MONDAY, SATURDAY, weekdays), "no open day lies between"


def test_the_day_with_a_slack_is_the_way_back() -> None:
    assert (FRIDAY, MONDAY, TUESDAY) == tuple(day_of(FRIDAY, slack, weekdays) for slack in (0, 1, 2))
    assert FRIDAY == day_of(MONDAY, -1, weekdays)
    for slack in range(-5, 6):
        assert slack == slack_of(TUESDAY, day_of(TUESDAY, slack, weekdays), weekdays)


def test_a_lane_leans_on_the_network_by_ten_journeys() -> None:
    slacks = Slacks()
    assert {} == slacks.shares(LANE), "nothing was measured"
    for slack in (0, 1):
        for _ in range(20):
            slacks.count(("bath", "yeovil"), slack)
    assert {0: 0.5, 1: 0.5} == slacks.shares(LANE), "the network's alone"
    for _ in range(10):
        slacks.count(LANE, 0)
    # 30 of 50 journeys of the network had no slack: (10 + 10 x 0.6) / 20.
    assert {0: pytest.approx(0.8), 1: pytest.approx(0.2)} == slacks.shares(LANE)
    for _ in range(10):
        slacks.count(LANE, 0, -1)
    assert {0: 0.5, 1: 0.5} == slacks.shares(LANE)
    assert slacks.network == Counter({0: 20, 1: 20})


def test_the_expected_day_is_the_first_with_a_chance_of_four_in_five() -> None:
    assert Forecast(TUESDAY, pytest.approx(0.8), MONDAY) == forecast(HALF, MONDAY, MONDAY, weekdays)
    assert Forecast(MONDAY, pytest.approx(0.8), FRIDAY) == forecast(HALF, FRIDAY, FRIDAY, weekdays)


def test_what_has_not_come_can_only_come_from_today_on() -> None:
    # On Tuesday slack 0 is over: 0.3 and 0.2 of what is left.
    assert Forecast(WEDNESDAY, pytest.approx(1.0), TUESDAY) == forecast(HALF, MONDAY, TUESDAY, weekdays)
    assert forecast(HALF, MONDAY, THURSDAY, weekdays) is None, "nothing was ever so late"
    assert forecast({}, MONDAY, MONDAY, weekdays) is None


def test_a_promise_is_worth_what_promises_were_worth() -> None:
    assert Forecast(TUESDAY, pytest.approx(0.6), MONDAY) == forecast(HALF, MONDAY, MONDAY, weekdays, kept=0.75)


def test_a_forecast_is_held_against_what_happened() -> None:
    """Expected on Tuesday with 0.8; the chances by Monday, Tuesday, Wednesday and Thursday are 0.5, 0.8, 1 and 1."""
    came = scored(HALF, MONDAY, MONDAY, TUESDAY, THURSDAY, weekdays)
    assert came is not None
    assert (pytest.approx(0.8), True, 1) == (came.chance, came.came, came.days_off)
    assert [(0.5, False), (0.8, True), (1.0, True), (1.0, True)] == [(round(p, 6), was) for p, was in came.events]
    assert scored(HALF, MONDAY, MONDAY, None, TUESDAY, weekdays) is None, "it may still come today"
    not_come = scored(HALF, MONDAY, MONDAY, None, WEDNESDAY, weekdays)
    assert not_come is not None
    assert (False, None, 2) == (not_come.came, not_come.days_off, len(not_come.events))


def test_the_score_of_two_forecasts_by_hand() -> None:
    """
    One came a day after the middle day, one has not come: said 0.8 and 0.8, half came; (0.2² + 0.8²) / 2 = 0.34.

    By Monday 0.5 was given twice and never true, by Tuesday 0.8 twice and true once, 1 twice and always true.
    """
    both = [scored(HALF, MONDAY, MONDAY, arrived, WEDNESDAY, weekdays) for arrived in (TUESDAY, None)]
    found = score(one for one in both if one is not None)
    assert found is not None
    assert (2, 0.8, 0.5, 1.0, 0.34) == tuple(
        round(value, 6) for value in (found.count, found.said, found.came, found.days_off, found.brier)
    )
    assert [(50, 60, 2, 0.5, 0.0, 0.25), (80, 90, 2, 0.8, 0.5, 0.34), (90, 100, 2, 1.0, 1.0, 0.0)] == [
        (one.low, one.high, one.count, *(round(value, 6) for value in (one.said, one.came, one.brier)))
        for one in found.bins
    ]
    assert isinstance(found.bins[0], Bin)
    assert score([]) is None
