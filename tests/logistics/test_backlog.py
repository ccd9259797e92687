"""What lies where, by age and by reason, and that the lines add up to every item."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circulation.calendar import local_day, zone_of
from logistics.backlog import AGES, BacklogLine, age_of, backlog, total_of
from tests.logistics.lying import Lies, lies

TODAY = date(2026, 11, 24)


def lines(*rows: Lies, suspended: tuple[str, ...] = ()) -> tuple[BacklogLine, ...]:
    return backlog(
        rows,
        today=TODAY,
        day_of=lambda at_us: local_day(at_us, zone_of("Europe/London")),
        is_suspended=lambda place, _goal: place in suspended,
    )


@pytest.mark.parametrize(
    ("days", "age"), [(0, "0-1"), (1, "0-1"), (2, "2-3"), (3, "2-3"), (4, "4-7"), (7, "4-7"), (8, ">7"), (90, ">7")]
)
def test_ages_are_counted_in_four_classes(days: int, age: str) -> None:
    assert age == age_of(days)
    assert age in AGES


@pytest.mark.row(59)
def test_a_place_is_counted_by_age_and_by_reason_and_all_is_added_up() -> None:
    found = lines(
        lies(3, "bath", "keynsham", "hold", since="24 08:00"),
        lies(4, "bath", "midsomer", "home", since="21 23:00"),
        lies(5, "bath", "midsomer", "rebalance", since="17 12:00"),
        lies(6, "keynsham", "bath", "manual", since="16 12:00"),
        lies(7, "v1", "bath", "float", since="23 12:00", kind="van"),
        suspended=("keynsham", "v1"),
    )
    assert [
        BacklogLine("bath", 12, 3, 4, 5, 0, hold=3, home=4, float=5, oldest_days=7),
        BacklogLine("v1", 7, 7, float=7, riding=7, oldest_days=1),
        BacklogLine("keynsham", 6, 0, 0, 0, 6, other=6, suspended=6, oldest_days=8),
    ] == list(found)
    assert BacklogLine(
        "total", 25, 10, 4, 5, 6, hold=3, home=4, float=12, other=6, riding=7, suspended=6, oldest_days=8
    ) == total_of(found)


def test_nothing_that_waits_is_a_total_of_nothing() -> None:
    assert BacklogLine("total") == total_of(lines())


@given(
    st.lists(
        st.builds(
            lies,
            st.integers(1, 50),
            st.sampled_from(["bath", "keynsham"]),
            st.just("wells"),
            st.sampled_from(["hold", "home", "float", "rebalance", "manual"]),
            since=st.integers(1, 24).map(lambda day: f"{day:02d} 12:00"),
        ),
        max_size=8,
    )
)
def test_every_item_is_in_one_age_and_one_reason(rows: list[Lies]) -> None:
    whole = total_of(lines(*rows))
    assert sum(row.items for row in rows) == whole.items
    assert whole.items == whole.days_0_1 + whole.days_2_3 + whole.days_4_7 + whole.days_over_7
    assert whole.items == whole.hold + whole.home + whole.float + whole.other
