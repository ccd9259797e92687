"""Days of the small world, checked by hand; and for any demand that nothing is lost, doubled or left to chance."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.simulation.demand import Ask, Back, Demand
from logistics.simulation.mishaps import Mishaps
from logistics.simulation.play import Play
from logistics.simulation.policy import CourierPolicy
from logistics.situation import Situation
from tests.logistics.simulation.small_world import (
    DAY,
    HOUR,
    MINUTE,
    ask,
    back,
    outcome,
    played,
    policy,
    setting,
    situation,
)

BRANCHES = ("bath", "keynsham", "midsomer", "taunton", "wells")
PACKED = 16 * HOUR + 10 * MINUTE
"""Copies are pulled fifty minutes before closing."""


def times(how: CourierPolicy, *asks: Ask, **others: object) -> list[tuple[str, int | None]]:
    return [(one.reason, one.seconds) for one in played(how, asks, **others).journeys]  # type: ignore[arg-type]


def test_sorted_at_the_hub_a_copy_is_fetched_on_one_day_and_brought_on_the_next() -> None:
    """Packed on Monday at 16:10, fetched on Tuesday, brought on Wednesday when Midsomer opens at nine."""
    assert [("hold", 2 * DAY + 9 * HOUR - PACKED)] == times(policy("hub"), ask("keynsham", "midsomer"))


@pytest.mark.parametrize("mode", ["van", "both"])
def test_sorted_on_the_van_it_is_brought_on_the_tour_that_fetched_it(mode: str) -> None:
    """Five minutes and a half at Keynsham (the driver's 7.5 s for the item are rounded), ten on the road."""
    at_the_stop = 5 * MINUTE + 30 + (8 if mode == "van" else 0)
    sooner = [("hold", DAY + 9 * HOUR - PACKED + at_the_stop + 10 * MINUTE)]
    dear = policy(mode, sorting="sooner_cents_per_item = 9000")
    assert sooner == times(dear, ask("keynsham", "midsomer"))


def test_what_is_sooner_is_worth_no_detour_where_it_saves_nothing() -> None:
    cheap = policy("van", sorting="sooner_cents_per_item = 0")
    assert [("hold", 2 * DAY + 9 * HOUR - PACKED)] == times(cheap, ask("keynsham", "midsomer"))


def test_what_must_ride_directly_does_whatever_it_is_worth() -> None:
    pair = policy("both", pair_from_items=1, sorting="sooner_cents_per_item = 0")
    assert [("hold", DAY + 9 * HOUR - PACKED + 5 * MINUTE + 30 + 10 * MINUTE)] == times(
        pair, ask("keynsham", "midsomer")
    )


def test_to_another_region_it_takes_the_trunk_run_of_the_evening() -> None:
    """Fetched on Tuesday, 20:00 to 22:00 to Taunton, on Wednesday to Wells."""
    assert [("hold", 2 * DAY + 9 * HOUR - PACKED)] == times(policy("hub"), ask("keynsham", "wells"))


def test_a_copy_at_a_hub_leaves_with_the_next_morning() -> None:
    assert [("hold", DAY + 9 * HOUR - PACKED)] == times(policy("hub"), ask("bath", "keynsham"))


def test_a_copy_for_the_hub_is_there_when_the_van_is_back() -> None:
    journeys = times(policy("hub"), ask("keynsham", "bath"))
    assert [("hold", DAY + 9 * HOUR + 5 * MINUTE + 30 + 10 * MINUTE - PACKED)] == journeys


def test_over_the_weekend_nothing_moves() -> None:
    """Packed on Friday, fetched on Monday, brought on Tuesday."""
    assert [("hold", 8 * DAY + 9 * HOUR - 4 * DAY - PACKED)] == times(policy("hub"), ask("keynsham", "midsomer", day=4))


def test_a_copy_goes_the_whole_round_from_shelf_to_reader_and_home() -> None:
    """There on Wednesday, fetched on Thursday, brought back four days later, on Monday at one, home on Wednesday."""
    record = played(policy("hub"), (ask("keynsham", "midsomer", kept=4),), days=14)
    home = 9 * DAY + 9 * HOUR - (7 * DAY + 13 * HOUR)
    assert [("hold", 2 * DAY + 9 * HOUR - PACKED), ("home", home)] == [tuple(one) for one in record.journeys]
    where = [next(kind for kind, items in day.balance.items() if items) for day in record.days]
    assert ["branch", "hub", "hold shelf", "reader"] == where[:4]
    assert ["branch", "hub", "shelf"] == where[7:10]


def test_what_nobody_fetches_goes_home_after_nine_days() -> None:
    record = played(policy("hub"), (ask("keynsham", "midsomer", fetched_after=None),), days=21)
    assert ["hold", "home"] == [one.reason for one in record.journeys]
    assert "hold shelf" == next(kind for kind, items in record.days[10].balance.items() if items)
    assert "branch" == next(kind for kind, items in record.days[11].balance.items() if items)
    assert "shelf" == next(kind for kind, items in record.days[-1].balance.items() if items)


@pytest.mark.parametrize(
    ("scope", "percent", "floated"),
    [("none", 100, 0), ("member", 100, 1), ("network", 100, 1), ("network", 50, 0), ("network", 51, 1)],
)
def test_a_copy_floats_by_the_share_of_copies_that_may(scope: str, percent: int, floated: int) -> None:
    how = policy(more=f'[floating]\nscope = "{scope}"\npercent = {percent}')
    record = played(how, backs=(back("midsomer", "keynsham", floats=0.5),))
    assert floated == record.floated
    assert 1 - floated == len(record.journeys), "what floats does not travel"


def test_a_copy_that_is_brought_to_its_home_does_not_travel() -> None:
    record = played(policy(), (ask("keynsham", "midsomer", kept=4, back_to="keynsham"),), days=14)
    assert (1, 0) == (len(record.journeys), record.floated)


# --- mishaps ---------------------------------------------------------------------------------------------------------


def test_at_a_locked_door_everything_stays_where_it_is() -> None:
    record = played(policy(), (ask("keynsham", "midsomer"),), days=5, mishaps=Mishaps(1, shut=0, missed=1, lost=0))
    assert {"nobody at the door": 1} == record.days[1].left == record.days[4].left
    assert [("hold", None)] == [tuple(one) for one in record.journeys]
    assert 1 == record.under_way
    assert 20_000 == record.days[1].metres, "the van was there for nothing"


def test_a_branch_that_is_shut_is_not_called_at() -> None:
    class ShutOnTuesday(Mishaps):
        def is_shut(self, branch: str, day: object) -> bool:
            return str(day) == "2026-11-24"

    record = played(policy(), (ask("keynsham", "midsomer"),), mishaps=ShutOnTuesday(1, 0, 0, 0))
    assert {"branch shut": 1} == record.days[1].left
    assert 0 == record.days[1].metres
    assert [("hold", 3 * DAY + 9 * HOUR - PACKED)] == [tuple(one) for one in record.journeys]


def test_a_van_that_breaks_down_brings_back_what_it_has_and_misses_the_rest() -> None:
    class LostAtOnce(Mishaps):
        def lost_at(self, van: str, day: object) -> float | None:
            return 0.0 if str(day) == "2026-11-25" else None

    record = played(policy(), (ask("keynsham", "midsomer"),), mishaps=LostAtOnce(1, 0, 0, 0))
    assert {"van broke down": 1} == record.days[2].left
    assert "hub" == next(kind for kind, items in record.days[2].balance.items() if items)
    assert [("hold", 3 * DAY + 9 * HOUR - PACKED)] == [tuple(one) for one in record.journeys]


def test_what_a_trunk_run_cannot_hold_waits_for_the_next() -> None:
    """It holds 1,600 items; the vans bring no more than 1,600 together, so the hub's own copies make it too many."""
    asks = tuple(ask("bath", "wells") for _ in range(1_605))
    record = played(policy(), asks, days=3)
    assert {"no room on the trunk run": 5} == record.days[0].left


def one_small_van(totes: int, trips: int) -> Situation:
    """Bath has one van, which holds so many totes and reloads within ten minutes."""
    there = situation()
    van = replace(there.vans["b1"], totes=totes, trips=trips, reload_minutes=10)
    return replace(there, vans={"b1": van, "t1": there.vans["t1"]})


def test_a_van_that_goes_out_twice_brings_on_its_second_trip_what_it_could_not_hold_on_its_first() -> None:
    """Forty copies fill a tote, and the van holds one: thirty minutes for Keynsham, then for Midsomer."""
    asks = tuple(ask("bath", goal) for goal in ("keynsham", "midsomer") for _ in range(40))
    once = played(policy(), asks, days=3, there=one_small_van(1, 1))
    assert {"no room in the vans": 40} == once.days[1].left

    twice = played(policy(), asks, days=3, there=one_small_van(1, 2))
    assert ({}, 2, 1, 40_000) == (
        twice.days[1].left, twice.days[1].calls, twice.days[1].vans, twice.days[1].metres,
    )  # fmt: skip
    first, second = sorted({one.seconds for one in twice.journeys if one.seconds is not None})
    # The stop, ten minutes to the hub, ten there, ten to the other branch.
    assert 5 * MINUTE + 30 + 30 * MINUTE == second - first
    assert [(1, 1), (1, 1)] == twice.days[1].fullest


def test_a_van_that_breaks_down_on_its_first_trip_makes_no_second() -> None:
    class LostAtOnce(Mishaps):
        def lost_at(self, van: str, day: object) -> float | None:
            return 0.0 if str(day) == "2026-11-24" else None

    asks = tuple(ask("bath", goal) for goal in ("keynsham", "midsomer") for _ in range(40))
    record = played(policy(), asks, days=4, there=one_small_van(1, 2), mishaps=LostAtOnce(1, 0, 0, 0))
    assert ({"van broke down": 80}, 0) == (record.days[1].left, record.days[1].metres)
    assert 80 == record.days[1].balance["hub"]
    assert 0 == record.days[2].balance["hub"]


# --- any demand ------------------------------------------------------------------------------------------------------

branch = st.sampled_from(BRANCHES)
share = st.floats(0, 0.999)
lanes = st.tuples(branch, branch).filter(lambda lane: lane[0] != lane[1])
asks = st.builds(
    lambda lane, day, fetched, kept, back_to, one, two, three: Ask(day, *lane, fetched, kept, back_to, one, two, three),
    lanes, st.integers(0, 6), st.none() | st.integers(1, 4), st.integers(1, 9), branch, share, share, share,
)  # fmt: skip
backs = st.builds(lambda lane, day, one, two: Back(day, *lane, one, two), lanes, st.integers(0, 6), share, share)
policies = st.builds(
    lambda mode, pair, scope, calls: policy(
        mode,
        pair_from_items=pair,
        sorting="sooner_cents_per_item = 500",
        more=f'[floating]\nscope = "{scope}"\npercent = 50\n[service]\ncalls_a_week = {calls}',
    ),
    st.sampled_from(["hub", "van", "both"]),
    st.sampled_from([1, 3, 99]),
    st.sampled_from(["none", "member", "network"]),
    st.integers(1, 5),
)


@given(st.lists(asks, max_size=12), st.lists(backs, max_size=12), policies, st.integers(0, 99))
@settings(max_examples=40)
def test_every_evening_every_item_is_in_exactly_one_place(
    some_asks: list[Ask], some_backs: list[Back], how: CourierPolicy, seed: int
) -> None:
    mishaps = Mishaps(seed, shut=0.15, missed=0.15, lost=0.15)
    record = played(how, tuple(some_asks), tuple(some_backs), days=9, mishaps=mishaps)
    for day in record.days:
        assert len(some_asks) + len(some_backs) == sum(day.balance.values())
        assert 0 == day.balance["van"], "vans are empty at night"
    on_the_way = record.days[-1].balance
    assert record.under_way == on_the_way["branch"] + on_the_way["hub"] + on_the_way["trunk"]


@given(st.lists(asks, min_size=1, max_size=8), policies, st.integers(0, 9))
@settings(max_examples=10)
def test_the_same_play_comes_to_the_same_end(some: list[Ask], how: CourierPolicy, seed: int) -> None:
    mishaps = Mishaps(seed, shut=0.1, missed=0.1, lost=0.1)
    one, again = (Play(setting(how, mishaps), Demand(tuple(some), ()), days=7, seed=3).run() for _ in range(2))
    assert one == again


def test_whatever_the_policy_the_same_journeys_begin_while_nothing_comes_back() -> None:
    draw = Random(1)
    some = tuple(ask(*draw.sample(BRANCHES, 2), day=draw.randrange(5)) for _ in range(40))
    begun = [outcome(policy(mode), *some, days=7).turnaround[0].journeys for mode in ("hub", "van", "both")]
    assert [40, 40, 40] == begun
