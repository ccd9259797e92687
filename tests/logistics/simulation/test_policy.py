"""A policy file: what is shipped, what it defaults to, and the sentence for everything that can be wrong in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from circulation.errors import Invalid, Unknown
from logistics.simulation.policy import SHIPPED, parse_policy, read_policy
from tests.logistics.simulation.small_world import policy

RIGHT = """
name = "mine"
[sorting]
mode = "hub"
[vans]
grams_co2_per_km = 250
co2_source = "measured"
[trunks]
grams_co2_per_km = 600
co2_source = "measured"
"""


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_policy_is_read_by_its_name_and_says_where_its_emissions_are_from(name: str) -> None:
    read = read_policy(name)
    assert read.name == name.replace("-", " ")
    assert "UK Government GHG conversion factors" in read.vans.co2_source
    assert "UK Government GHG conversion factors" in read.trunks.co2_source


def test_the_shipped_policies_are_the_three_ways_to_sort() -> None:
    assert ["hub", "van", "both"] == [read_policy(name).sorting.mode for name in SHIPPED]


def test_a_policy_is_read_from_a_file_and_what_it_leaves_out_has_its_default(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(RIGHT, encoding="utf-8")
    read = read_policy(str(tmp_path / "mine.toml"))
    assert (0, 1, 2, 3, 4) == read.service.weekdays
    assert (None, 100, "none", 2_000) == (
        read.service.calls_a_week, read.vans.percent, read.floating.scope, read.iterations,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "right", "sentence"),
    [
        (
            'mode = "hubb"', 'mode = "hub"',
            "In mine.toml the key 'sorting.mode' is 'hubb', but it should be 'hub', 'van' or 'both'.",
        ),
        (
            'grams_co2_per_km = "250 g"', "grams_co2_per_km = 250",
            "In mine.toml the key 'vans.grams_co2_per_km' is '250 g', but it should be a valid number.",
        ),
        (
            "grams_co2_per_km = -1", "grams_co2_per_km = 250",
            "In mine.toml the key 'vans.grams_co2_per_km' is '-1', but it should be greater than or equal to 0.",
        ),
        (
            "[vans]\npercent = 0", "[vans]",
            "In mine.toml the key 'vans.percent' is '0', but it should be greater than or equal to 1.",
        ),
        ("[vans]\ntotes = 9", "[vans]", "In mine.toml the key 'vans.totes' means nothing."),
        ("", 'name = "mine"', "In mine.toml the key 'name' is missing."),
        (
            '[service]\ndays = ["mon", "mon"]\n[vans]', "[vans]",
            "In mine.toml 'service' contradicts itself: no day is named twice.",
        ),
        (
            '[service]\ndays = ["mon"]\ncalls_a_week = 2\n[vans]', "[vans]",
            "In mine.toml 'service' contradicts itself: calls_a_week is at most the number of days.",
        ),
        (
            '[service]\ndays = ["monday"]\n[vans]', "[vans]",
            (
                "In mine.toml the key 'service.days.0' is 'monday', but it should be 'mon', 'tue', 'wed', 'thu', 'fri',"
                " 'sat' or 'sun'."
            ),
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_said_with_its_key_and_value(wrong: str, right: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_policy("mine.toml", RIGHT.replace(right, wrong, 1))
    assert caught.value.sentence == sentence
    assert caught.value.code.startswith("settings.")


def test_what_is_no_toml_is_said_with_its_line() -> None:
    with pytest.raises(Invalid) as caught:
        parse_policy("mine.toml", "name = ")
    assert caught.value.sentence == "mine.toml is not TOML: Invalid value (at end of document)."


def test_a_policy_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(Unknown) as caught:
        read_policy(str(tmp_path / "none.toml"))
    assert caught.value.sentence == f"There is no policy '{tmp_path / 'none.toml'}' to read."
    assert caught.value.hint == "Give a TOML file, or one of: hub-sort, van-sort, both."


def test_the_days_of_service_are_numbered_from_monday() -> None:
    assert (1, 5) == policy(more='[service]\ndays = ["sat", "tue"]').service.weekdays
