"""Rows that were put aside are found again as they were last, and come back in the order of their keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.aside import Aside


@pytest.fixture
def aside() -> Iterator[Aside]:
    """With one column as the key."""
    with closing(Aside(1, None)) as made:
        yield made


def test_a_row_is_found_as_it_was_put_aside_last(aside: Aside) -> None:
    aside.put({"b1": ("b1", 1, None), "b2": ("b2", 2, "somewhere")})
    aside.put({"b2": ("b2", 3, "elsewhere")})

    assert [("b1", 1, None), ("b2", 3, "elsewhere"), None] == [aside.find(key) for key in ("b1", "b2", "b3")]


def test_what_was_removed_is_not_found_until_it_is_put_aside_again(aside: Aside) -> None:
    aside.put({"b1": ("b1", 1), "b2": ("b2", 2)})

    aside.put({"b1": None, "b3": None})

    assert [None, ("b2", 2), None] == [aside.find(key) for key in ("b1", "b2", "b3")]
    assert [("b2", 2)] == list(aside.in_order())

    aside.put({"b1": ("b1", 4)})

    assert [("b1", 4), ("b2", 2)] == list(aside.in_order())


def test_two_keys_with_one_hash_are_two_rows(aside: Aside) -> None:
    assert hash(-1) == hash(-2)

    aside.put({-1: (-1, "one")})
    assert aside.find(-2) is None

    aside.put({-2: (-2, "two")})
    aside.put({-1: None})

    assert [None, (-2, "two")] == [aside.find(-1), aside.find(-2)]


def test_rows_of_every_run_come_back_in_the_order_of_all_the_columns_of_the_key() -> None:
    rows = [(f"branch-{number * 7 % 5}", number * 11 % 23, "x" * number) for number in range(20)]
    with closing(Aside(2, None)) as aside:
        for first in range(0, 20, 3):
            aside.put({row[:2]: row for row in rows[first : first + 3]})

        assert sorted(rows) == list(aside.in_order())
        assert rows[3] == aside.find(rows[3][:2])


def test_a_row_longer_than_any_window_is_read_whole(aside: Aside) -> None:
    rows: list[tuple[Any, ...]] = [("a", "x"), ("b", "y" * 300_000), ("c", "z")]

    aside.put({row[0]: row for row in rows})

    assert rows == list(aside.in_order())
    assert rows[1] == aside.find("b")


def test_a_row_that_could_not_be_found_again_is_refused(aside: Aside) -> None:
    with pytest.raises(OverflowError):
        aside.put({"a": ("a", "x" * (1 << 24))})


def test_thousands_of_keys_of_which_most_are_gone_are_kept_apart(aside: Aside) -> None:
    for begin in range(0, 6_000, 500):
        aside.put({str(number): (str(number), number) for number in range(begin, begin + 500)})
        aside.put({str(number): None for number in range(begin, begin + 500) if number % 10})

    assert sorted((str(number), number) for number in range(0, 6_000, 10)) == list(aside.in_order())
    assert [None, ("10", 10)] == [aside.find("11"), aside.find("10")]


CHANGES = st.dictionaries(st.integers(-40, 40), st.one_of(st.none(), st.text(max_size=5)), max_size=30)


@given(runs=st.lists(CHANGES, max_size=8), asked=st.integers(-45, 45))
@settings(max_examples=80, deadline=None)
def test_it_holds_what_a_dictionary_would(runs: list[dict[int, str | None]], asked: int) -> None:
    expected: dict[int, tuple[int, str]] = {}
    with closing(Aside(1, None)) as aside:
        for run in runs:
            aside.find(asked)
            aside.put({key: None if value is None else (key, value) for key, value in run.items()})
            for key, value in run.items():
                expected.pop(key, None)
                if value is not None:
                    expected[key] = (key, value)

        assert expected.get(asked) == aside.find(asked)
        assert sorted(expected.values()) == list(aside.in_order())
