"""How many to check, which, and what may be said afterwards."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circulation.sampling import draw, most_wrong, sample_size, tolerated

pytestmark = pytest.mark.row(30)


@pytest.mark.parametrize(
    ("items", "checked", "at_most"),
    [(40, 5, 17), (40, 0, 40), (40, 40, 0), (1, 1, 0), (1, 0, 1), (0, 0, 0), (20, 19, 1), (21, 20, 0)],
)
def test_at_most_so_many_are_wrong_at_ninety_five_percent(items: int, checked: int, at_most: int) -> None:
    assert at_most == most_wrong(items, checked)


def test_the_bound_is_that_of_counting_every_possible_sample() -> None:
    """Ten items, four looked at: in how many of the 210 samples would no wrong one be seen?"""
    samples = list(combinations(range(10), 4))

    def share(wrong: int) -> Fraction:
        return Fraction(sum(all(one >= wrong for one in sample) for sample in samples), len(samples))

    limit = most_wrong(10, 4)
    assert share(limit) >= Fraction(5, 100) > share(limit + 1)


@given(st.integers(1, 90), st.data(), st.sampled_from([80, 90, 95, 99]))
def test_more_wrong_than_stated_would_go_unseen_with_less_than_the_accepted_risk(items, data, confidence) -> None:
    checked = data.draw(st.integers(0, items))
    limit = most_wrong(items, checked, confidence_percent=confidence)
    risk, ways = Fraction(100 - confidence, 100), comb(items, checked)
    assert 0 <= limit <= items
    assert all(Fraction(comb(items - wrong, checked), ways) < risk for wrong in range(limit + 1, items + 1))
    assert limit == 0 or Fraction(comb(items - limit, checked), ways) >= risk


@given(st.integers(0, 90))
def test_no_smaller_sample_would_do(items: int) -> None:
    size = sample_size(items, tolerated(items))
    assert most_wrong(items, size) <= tolerated(items)
    assert size == 0 or most_wrong(items, size - 1) > tolerated(items)


@pytest.mark.parametrize(("items", "size"), [(1, 1), (4, 4), (10, 6), (40, 11), (65, 12)])
def test_a_full_tote_needs_few_scans_and_a_small_one_nearly_all(items: int, size: int) -> None:
    assert size == sample_size(items, tolerated(items))


@given(st.sets(st.text("0123456789", min_size=3, max_size=6), max_size=30), st.data())
def test_the_same_filling_and_seal_draw_the_same_items(items: set[str], data) -> None:
    size = data.draw(st.integers(0, len(items)))
    drawn = draw(sorted(items), size, filling="T1/1", digest="d")
    assert drawn == draw(sorted(items, reverse=True), size, filling="T1/1", digest="d")
    assert size == len(set(drawn)) == len(drawn)
    assert {*drawn} <= items


def test_another_seal_draws_others_and_every_item_has_its_turn() -> None:
    items = [f"{number:03}" for number in range(40)]
    draws = [draw(items, 8, filling="T1/1", digest=str(number)) for number in range(200)]
    assert {one for drawn in draws for one in drawn} == {*items}
    often = [sum(item in drawn for drawn in draws) for item in items]
    assert 20 <= min(often)
    assert max(often) <= 65
