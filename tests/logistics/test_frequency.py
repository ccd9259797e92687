"""How often a branch is called at: waits, choice of days, loads and the recommended step, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logistics.frequency import Detour, Items, Terms, detour_of, steps, waits

NONE = (0,) * 7
WEEKDAYS = (10, 10, 10, 10, 10, 0, 0)
OPEN = {0, 1, 2, 3, 4}
EVEN = Items(into=(WEEKDAYS,), out=(NONE,))
TERMS = Terms(
    detour=Detour(metres=10_000, seconds=900),
    cost_per_km_cents=50,
    cost_per_hour_cents=2_000,
    delay_micros=100_000,
    van_totes=20,
    items_per_tote=10,
    within_days=2,
)
"""A call costs 10 km x 0.50 and a quarter of an hour at 20: 10. An item's day costs 0.10."""


def test_an_item_waits_for_the_next_call_after_its_day() -> None:
    assert (7, 6, 5, 4, 3, 2, 1) == waits({0}), "Monday's waits a week"
    assert (3, 2, 1, 4, 3, 2, 1) == waits({0, 3})
    assert (1, 1, 1, 1, 3, 2, 1) == waits(OPEN)


def test_a_call_more_is_put_where_items_wait_least() -> None:
    """
    Ten items each weekday. Called on Friday they wait 4, 3, 2, 1 and 7 days, 17 tens; on Monday 7, 6, 5, 4, 3, 25.

    Twice a week Tuesday and Friday: 1, 3, 2, 1, 4; every two days (Monday, Wednesday, Friday): 2, 1, 2, 1, 3.
    """
    found = steps(EVEN, OPEN, TERMS)
    assert [(4,), (1, 4), (0, 2, 4), (0, 1, 2, 4), (0, 1, 2, 3, 4)] == [one.days for one in found]
    assert [3.4, 2.2, 1.8, 1.6, 1.4] == [one.mean_wait for one in found]
    assert [7, 4, 3, 3, 3] == [one.p90_wait for one in found]
    assert [40, 60, 80, 80, 80] == [one.within_percent for one in found]


def test_days_are_spread_where_items_do_not_decide() -> None:
    nothing = Items(into=(NONE,), out=(NONE,))
    found = steps(nothing, set(range(7)), TERMS)
    assert 6 == len(found)
    assert (0, 3) == found[1].days
    assert (0, 2, 4) == found[2].days
    assert (0.0, 0, 100) == (found[1].mean_wait, found[1].p90_wait, found[1].within_percent)


def test_closed_days_are_never_chosen() -> None:
    assert [(2,), (0, 2)] == [one.days for one in steps(EVEN, {0, 2}, TERMS)]
    assert [] == steps(EVEN, set(), TERMS)


def test_a_call_more_is_recommended_while_it_saves_more_than_it_costs() -> None:
    """
    A call costs 10, 520 a year. 50 items a week wait 170, 110, 90, 80, 70 days a week: the second call saves
    60 x 52 = 3,120 item-days, 312.00 a year at 0.10; at 0.20 it saves 624.00, the third 208.00.
    """
    cheap = steps(EVEN, OPEN, TERMS)
    assert [520.0] * 5 == [one.costs for one in cheap]
    assert [0, 3_120, 1_040, 520, 520] == [round(one.saved_item_days) for one in cheap]
    assert [0.0, 312.0, 104.0, 52.0, 52.0] == [round(one.saves, 2) for one in cheap]
    assert [1] == [one.calls for one in cheap if one.recommended]
    dear = steps(EVEN, OPEN, replace(TERMS, delay_micros=200_000))
    assert [2] == [one.calls for one in dear if one.recommended]
    every = steps(EVEN, OPEN, replace(TERMS, delay_micros=1_100_000))
    assert [5] == [one.calls for one in every if one.recommended], "the fifth saves 520 x 1.10"


def test_there_are_never_fewer_calls_than_the_volume_needs() -> None:
    """Fifty items of ten a tote: 5 totes in one call, 3 (Friday to Tuesday) in two, 2 (Friday and Monday) in three."""
    found = steps(EVEN, OPEN, replace(TERMS, van_totes=2))
    assert [5, 3, 2, 2, 1] == [one.totes for one in found]
    assert [False, False, True, True, True] == [one.enough for one in found]
    assert [3] == [one.calls for one in found if one.recommended], "one would be cheaper"
    too_small = steps(EVEN, OPEN, replace(TERMS, van_totes=0))
    assert [5] == [one.calls for one in too_small if one.recommended], "none is enough: as often as can be"


def test_a_load_is_that_of_nine_weeks_of_ten_and_the_larger_of_both_ways() -> None:
    busy = (100, 0, 0, 0, 0, 0, 0)
    quiet = (10, 0, 0, 0, 0, 0, 0)
    nine = Items(into=(quiet,) * 9 + (busy,), out=(NONE,) * 10)
    assert 1 == steps(nine, {1}, TERMS)[0].totes
    eight = Items(into=(quiet,) * 8 + (busy,) * 2, out=(NONE,) * 10)
    assert 10 == steps(eight, {1}, TERMS)[0].totes
    both = Items(into=(quiet,), out=((25, 0, 0, 0, 0, 0, 0),))
    assert 3 == steps(both, {1}, TERMS)[0].totes, "what is brought comes off before the rest goes on"


def test_a_detour_is_measured_from_the_nearest_place_of_the_tour() -> None:
    """Hub, near, far and the branch: hub 10 from near, 30 from far; near 25 from far; the branch 14, 4 and 24."""
    km = [[0, 10, 30, 14], [10, 0, 25, 4], [30, 25, 0, 24], [14, 4, 24, 0]]
    metres = [[one * 1000 for one in row] for row in km]
    seconds = [[one * 60 for one in row] for row in km]
    # near → branch → far instead of near → far: 4 + 24 - 25; there and back would be 8, on to the hub 4 + 14 - 10.
    assert Detour(3_000, 3 * 60 + 300) == detour_of(metres, seconds, 3, stop_seconds=300)
    two = [[0, 14], [14, 0]]
    assert Detour(28, 28 + 300) == detour_of(two, two, 1, stop_seconds=300), "there and back"
    assert 10.0 == pytest.approx(TERMS.call_cost)
