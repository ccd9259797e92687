"""Letters that are read from two metres away."""

from __future__ import annotations

import string

import pytest

from interfaces.big_letters import big_lines


def test_a_word_is_drawn_in_five_lines() -> None:
    expected = ["#  # ###", "#  #  #", "####  #", "#  #  #", "#  # ###"]
    assert expected == big_lines("Hi", 80, block="#")


@pytest.mark.parametrize("letter", string.ascii_uppercase + string.digits + "-.'&/?")
def test_every_letter_of_a_place_has_a_shape_of_its_own(letter: str) -> None:
    drawn = big_lines(letter, 20)
    assert 5 == len(drawn)
    others = set(string.ascii_uppercase + string.digits) - {letter}
    assert drawn not in [big_lines(other, 20) for other in others]


def test_a_long_name_breaks_between_words_and_behind_hyphens() -> None:
    two_rows = big_lines("Weston-super-Mare", 60)
    assert 11 == len(two_rows)
    assert "" == two_rows[5]
    assert max(map(len, two_rows)) <= 60


def test_what_does_not_fit_is_not_drawn() -> None:
    assert [] == big_lines("Llanfairpwllgwyngyll", 60)
    assert [] == big_lines("One Two Three Four Five Six", 30)


def test_accents_are_left_out_and_other_scripts_are_not_drawn() -> None:
    assert big_lines("Dun Laoghaire", 100) == big_lines("Dún Laoghaire", 100)
    assert [] == big_lines("図書館", 60)
