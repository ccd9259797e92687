"""Times of day are read by one parser, as they are written by one function."""

from __future__ import annotations

import pytest

from circulation.errors import Invalid
from logistics.wall_clock import read_wall_time, wall_time


def test_what_is_written_is_read_and_the_hours_go_on_after_midnight() -> None:
    for seconds in (0, 7 * 3600 + 5 * 60, 24 * 3600, 24 * 3600 + 20 * 60, 29 * 3600 + 59 * 60):
        assert read_wall_time(wall_time(seconds)) == seconds


def test_people_leave_out_a_nought_and_type_blanks() -> None:
    assert read_wall_time(" 7:05 ") == 7 * 3600 + 5 * 60


@pytest.mark.parametrize(
    "text", ["", "noon", "7", "7:5", "12:60", "30:00", "-1:00", "7:05:00", "²:30", "10:3²", "١٠:٣٠"]
)
def test_anything_else_is_no_time_of_day(text: str) -> None:
    with pytest.raises(Invalid) as error:
        read_wall_time(text)
    assert error.value.code == "time.of-day"
