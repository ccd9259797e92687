"""A network under a policy: its vans, its trunk runs, and on which days a branch is called at."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from logistics.simulation.mishaps import Mishaps
from logistics.simulation.setting import call_days
from tests.logistics.simulation.small_world import MONDAY, policy, setting, situation
from tests.logistics.small_network import calendar


def test_half_of_a_hubs_vans_are_kept_and_one_at_least() -> None:
    half = policy().model_copy(update={"vans": policy().vans.model_copy(update={"percent": 50})})
    assert ["b1", "t1"] == sorted(setting(half).situation.vans)


def test_vans_and_trunk_runs_go_on_the_days_of_service_alone() -> None:
    there = setting(policy(more='[service]\ndays = ["mon", "thu", "sat"]')).situation
    assert {(0, 3, 5)} == {van.days for van in there.vans.values()}
    assert {(0, 3)} == {trunk.days for trunk in there.courier.trunks.values()}, "no trunk run had a Saturday before"


def test_without_a_number_of_calls_every_branch_is_called_at_on_every_day_of_service() -> None:
    assert {"keynsham": frozenset(range(5)), "midsomer": frozenset(range(5))} == call_days(
        situation(), "bath", policy()
    )


def test_two_calls_a_week_lie_apart_and_are_spread_over_the_week() -> None:
    days = call_days(situation(), "bath", policy(more="[service]\ncalls_a_week = 2"))
    for two in days.values():
        one, other = sorted(two)
        assert other - one in (2, 3)
    assert days["keynsham"] != days["midsomer"]


def test_a_day_on_which_a_branch_takes_no_delivery_is_made_up_for() -> None:
    there = situation()
    shut = replace(there.branches["keynsham"], hours=("", "09:00-17:00", "", "09:00-17:00", "", "", ""))
    of = {**there.branches, "keynsham": shut}
    days = call_days(
        replace(there, branches=of, calendar=calendar(of)), "bath", policy(more="[service]\ncalls_a_week = 2")
    )
    assert frozenset({1, 3}) == days["keynsham"]


def test_an_open_day_is_not_one_of_the_weekend_nor_one_on_which_a_mishap_keeps_the_branch_shut() -> None:
    there = setting(policy())
    assert [0, 4, 7, 7] == [there.open_day("wells", number) for number in (0, 4, 5, 6)]
    always_shut = setting(policy(), Mishaps(1, shut=1))
    assert always_shut.open_day("wells", 0) is None


def test_a_share_of_the_hours_is_a_second_of_the_day() -> None:
    there = setting(policy())
    assert [9 * 3600, 13 * 3600, 17 * 3600] == [there.second_at("wells", 0, share) for share in (0, 0.5, 1)]


def test_mishaps_are_the_same_for_a_seed_and_others_for_another() -> None:
    one, again, other = (Mishaps(seed, shut=0.5) for seed in (1, 1, 2))
    drawn = [[mishaps.is_shut(f"branch-{n}", MONDAY) for n in range(64)] for mishaps in (one, again, other)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert 20 < sum(drawn[0]) < 44


def test_mishaps_happen_about_as_often_as_their_rates_say() -> None:
    mishaps = Mishaps(1, shut=0.1, missed=0.2, lost=0.3)
    names = [f"branch-{n}" for n in range(1_000)]
    assert abs(sum(mishaps.is_shut(name, MONDAY) for name in names) - 100) < 30
    assert abs(sum(mishaps.is_missed(name, MONDAY) for name in names) - 200) < 40
    lost = [share for name in names if (share := mishaps.lost_at(name, MONDAY)) is not None]
    assert abs(len(lost) - 300) < 45
    assert all(0 <= share < 1 for share in lost)
    assert len({one for one, _ in pairwise(lost)}) > 200
