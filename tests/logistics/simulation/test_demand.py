"""The readers' demand: seeded, calibrated, alike from week to week."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

from logistics.simulation.demand import draw_demand
from logistics.simulation.measured import MeasuredTraffic
from tests.logistics.simulation.small_world import MONDAY


class Line:
    """Every reader of Keynsham asks for copies of Wells; Saturdays are half as busy, Sundays shut."""

    def busyness(self, day: date) -> float:
        return (1, 1, 1, 1, 1, 0.5, 0)[day.weekday()]

    def asked(self, draw: Random, day: date) -> tuple[str, str] | None:
        return "keynsham", "wells"

    def brought_back(self, draw: Random, day: date) -> tuple[str, str] | None:
        return "keynsham", "wells"

    def near(self, draw: Random, branch: str) -> str:
        return "midsomer"


def test_the_same_seed_gives_the_same_demand_and_another_one_another() -> None:
    one, again, other = (draw_demand(Line(), MONDAY, weeks=2, items_a_week=100, seed=seed) for seed in (1, 1, 2))
    assert one == again != other


def test_half_of_a_weeks_items_are_asked_for_and_spread_over_the_weekdays_as_busy_as_they_are() -> None:
    drawn = draw_demand(Line(), MONDAY, weeks=4, items_a_week=2_200, seed=1)
    assert 4 * 1_100 == len(drawn.asks)
    by_weekday = Counter(ask.day % 7 for ask in drawn.asks)
    assert {0: 800, 1: 800, 2: 800, 3: 800, 4: 800, 5: 400} == by_weekday


def test_other_shares_are_drawn_where_they_were_measured() -> None:
    drawn = draw_demand(Line(), MONDAY, weeks=1, items_a_week=2_200, seed=1, hold_share=0.25)
    assert (550, 1_650) == (len(drawn.asks), len(drawn.backs))


def test_in_the_first_week_as_many_come_back_as_are_asked_for_and_later_those_that_were_lent_since_come_instead() -> (
    None
):
    drawn = draw_demand(Line(), MONDAY, weeks=5, items_a_week=2_200, seed=1)
    weeks = Counter(back.day // 7 for back in drawn.backs)
    assert 1_100 == weeks[0]
    assert weeks[0] > weeks[1] > weeks[2] > weeks[3] > weeks[4] == 0


def test_a_reader_decides_everything_beforehand() -> None:
    drawn = draw_demand(Line(), MONDAY, weeks=4, items_a_week=2_200, seed=1)
    never = sum(ask.fetched_after is None for ask in drawn.asks)
    elsewhere = sum(ask.back_to == "midsomer" for ask in drawn.asks)
    assert 200 < never < 330, "six in a hundred"
    assert 780 < elsewhere < 980, "one in five"
    assert {3, 6, 9, 12, 14, 16, 18, 20, 23} == {ask.kept for ask in drawn.asks}


def test_measured_traffic_draws_lanes_as_often_as_they_were_travelled() -> None:
    traffic = MeasuredTraffic({("wells", "keynsham"): 3, ("wells", "midsomer"): 1}, {("keynsham", "wells"): 1})
    draw = Random(1)
    asked = Counter(traffic.asked(draw, MONDAY) for _ in range(4_000))
    assert {("keynsham", "wells"), ("midsomer", "wells")} == set(asked)
    assert abs(asked["keynsham", "wells"] - 3_000) < 120
    assert ("keynsham", "wells") == traffic.brought_back(draw, MONDAY)
    assert "wells" == traffic.near(draw, "keynsham")
    assert "nowhere" == traffic.near(draw, "nowhere"), (
        "of a branch from which nothing travelled, readers go nowhere else"
    )


def test_where_nothing_travelled_nothing_is_drawn() -> None:
    traffic = MeasuredTraffic({}, {})
    drawn = draw_demand(traffic, MONDAY, weeks=1, items_a_week=50, seed=1)
    assert ((), ()) == (drawn.asks, drawn.backs)
