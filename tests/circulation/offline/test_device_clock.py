"""A wrong clock on a device: one offset, and the order of its numbers against jumps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circulation.offline.device_clock import Jump, Timed, jumps_of, true_times

MIN = 60_000_000


@pytest.mark.case(19)
def test_a_clock_that_is_ahead_is_corrected_by_its_offset() -> None:
    assert true_times([100 * MIN, 101 * MIN], -90 * MIN, not_before_us=0) == [
        Timed(10 * MIN, is_adjusted=False),
        Timed(11 * MIN, is_adjusted=False),
    ]


def test_a_clock_that_was_set_back_in_between_keeps_the_order_of_the_numbers() -> None:
    """It was an hour ahead for two scans."""
    times = true_times([70 * MIN, 71 * MIN, 12 * MIN, 13 * MIN], 0, not_before_us=0)
    assert [timed.happened_us // MIN for timed in times] == [12, 12, 12, 13]
    assert [timed.is_adjusted for timed in times] == [True, True, False, False]


def test_no_scan_is_older_than_the_table_that_it_was_decided_by() -> None:
    """The battery was empty: the clock began at 1970 and was set later."""
    times = true_times([0, MIN, 500 * MIN], 0, not_before_us=400 * MIN)
    assert [timed.happened_us // MIN for timed in times] == [400, 400, 500]


@pytest.mark.case(19)
def test_a_jump_back_is_found_by_number_and_a_second_is_none() -> None:
    numbered = [(1, 70 * MIN), (2, 12 * MIN), (3, 12 * MIN - 1_000_000)]
    assert jumps_of(numbered) == [Jump(2, 70 * MIN, 12 * MIN)]


@given(st.lists(st.integers(0, 10**9), max_size=30), st.integers(-(10**6), 10**6), st.integers(0, 10**9))
def test_true_times_never_run_back_and_an_even_clock_is_left_alone(
    readings: list[int], offset: int, floor: int
) -> None:
    times = [timed.happened_us for timed in true_times(readings, offset, not_before_us=floor)]
    assert times == sorted(times)
    assert all(time >= floor for time in times)
    even = sorted(readings)
    assert [timed.happened_us for timed in true_times(even, offset, not_before_us=-(10**7))] == [
        reading + offset for reading in even
    ]
