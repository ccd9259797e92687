"""The computed network: of the published size, the same for the same seed, and tight enough to be a task."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from circulation.barcode import parse_name
from circulation.calendar import parse_spans, zone_of
from circulation.errors import Unknown
from interfaces.demo.branch_hours import deliveries_for, weeks_for
from interfaces.demo.chance import chance
from interfaces.demo.geography import demo_network
from interfaces.demo.network import DemoNetwork
from interfaces.demo.presets import PRESETS

SIZES = {"librarieswest": (155, 7, 3), "ireland": (330, 30, 7)}
FRIDAY = 4
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", params=sorted(SIZES))
def network(request: pytest.FixtureRequest) -> DemoNetwork:
    return demo_network(str(request.param), 1)


def test_a_network_has_its_published_size(network: DemoNetwork) -> None:
    branches = [place for place in network.branches if place.kind == "branch"]
    members = {place.member for place in branches}
    assert SIZES[network.preset] == (len(branches), len(members), len(network.hubs))
    assert members == set(PRESETS[network.preset].members)


def test_every_member_has_several_branches_and_cities_have_many(network: DemoNetwork) -> None:
    by_member = Counter(place.member for place in network.branches if place.kind == "branch")
    assert min(by_member.values()) >= 5
    city = {"librarieswest": "Bristol ", "ireland": "Dublin "}[network.preset]
    assert sum(place.name.startswith(city) for place in network.branches) >= 10


def test_codes_are_unique_names_and_places_lie_in_the_region(network: DemoNetwork) -> None:
    preset = PRESETS[network.preset]
    codes = [place.code for place in network.branches]
    assert sorted(set(codes)) == codes
    for place in network.branches:
        assert place.code == parse_name(place.code, what="branch")
        assert preset.south <= place.latitude_e6 / 1e6 <= preset.north
        assert preset.west <= place.longitude_e6 / 1e6 <= preset.east
        assert zone_of(place.time_zone).key in ("Europe/London", "Europe/Dublin")
    assert len({(place.latitude_e6, place.longitude_e6) for place in network.branches}) == len(codes)


def test_every_branch_is_somebodys_nearest_and_depots_are_nobodys(network: DemoNetwork) -> None:
    assert all((place.population > 0) == (place.kind == "branch") for place in network.branches)
    people = sum(place.population for place in network.branches)
    assert {"librarieswest": 2.1, "ireland": 3.9}[network.preset] == round(people / 1e6, 1)


def test_every_branch_is_served_by_one_hub_and_every_hub_has_vans(network: DemoNetwork) -> None:
    served = Counter(code for hub in network.hubs for code in hub.serves)
    hubs = {hub.code for hub in network.hubs}
    assert {1} == set(served.values())
    assert {place.code for place in network.branches} == set(served) | hubs
    assert hubs.isdisjoint(served)
    assert hubs == {van.hub for van in network.vans}
    assert any(place.kind == "branch" for place in network.branches if place.code in hubs)


def test_hours_can_be_read_and_vary(network: DemoNetwork) -> None:
    weeks = set()
    for place in network.branches:
        for text in (*place.hours, *(place.windows or ())):
            parse_spans(text)
        if place.kind == "branch":
            weeks.add(place.hours)
            assert sum(map(bool, place.hours)) >= 3
    assert len(weeks) >= 12


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_working_day_has_over_a_hundred_stops_and_wednesday_the_fewest(seed: int) -> None:
    branches = [place for place in demo_network("librarieswest", seed).branches if place.kind == "branch"]
    stops = [sum(bool((place.windows or place.hours)[day]) for place in branches) for day in range(FRIDAY + 1)]
    assert min(stops) > 100
    assert stops[2] == min(stops)
    wednesday, saturday = (sum(not place.hours[day] for place in branches) for day in (2, 5))
    assert 40 <= wednesday <= 55
    assert saturday < wednesday
    mornings = sum(place.hours[5][-5:] in ("12:00", "12:30", "13:00") for place in branches)
    assert mornings > 50


def test_the_van_comes_early_where_it_has_a_key(network: DemoNetwork) -> None:
    keyed = [place for place in network.branches if place.windows is not None]
    assert 0.05 < len(keyed) / len(network.branches) < 0.11
    for place in keyed:
        assert place.door
        assert all(text.startswith("06:30-") for text in (place.windows or ())[: FRIDAY + 1])


def test_early_hours_join_the_staffed_ones_where_they_touch() -> None:
    staffed = ("09:30-13:00,14:00-17:00", "10:00-12:00", "", "14:00-17:00", "11:00-19:00", "10:00-12:00", "")
    ((week, _),) = deliveries_for({f"b{n}": staffed for n in range(12)}, seed=1).values()
    assert (
        "06:30-13:00,14:00-17:00",
        "06:30-12:00",
        "06:30-10:00",
        "06:30-10:00,14:00-17:00",
        "06:30-10:00,11:00-19:00",
        "10:00-12:00",
        "",
    ) == week


def test_no_seed_changes_how_many_branches_have_which_week() -> None:
    people = {f"b{number}": 300 * number for number in range(100)}
    one, other = weeks_for(people, seed=1), weeks_for(people, seed=2)
    assert one != other
    assert Counter(one.values()) == Counter(other.values())


def test_vans_differ_and_are_out_on_working_days(network: DemoNetwork) -> None:
    assert len(network.vans) >= 6
    assert len({van.totes for van in network.vans}) == 3
    for van in network.vans:
        assert van.van == parse_name(van.van, what="van")
        assert van.shift_starts_minute < van.break_from_minute < van.break_until_minute
        assert van.break_until_minute + van.break_minutes < van.shift_ends_minute
        assert (0, 1, 2, 3, 4) == van.days
    for hub in network.hubs:
        totes = sum(van.totes for van in network.vans if van.hub == hub.code)
        assert totes >= 2 * len(hub.serves)


def test_trunk_runs_join_all_hubs_between_two_days_of_vans(network: DemoNetwork) -> None:
    first, *others = (hub.code for hub in network.hubs)
    assert {(first, other) for other in others} | {(other, first) for other in others} == {
        (trunk.origin, trunk.destination) for trunk in network.trunks
    }
    last_back = max(van.shift_ends_minute for van in network.vans)
    first_out = min(van.shift_starts_minute for van in network.vans)
    for trunk in network.trunks:
        assert 0 <= trunk.departs_minute < trunk.arrives_minute < 24 * 60
        if trunk.destination == first:
            assert trunk.departs_minute - trunk.cutoff_minutes >= last_back
        else:
            assert trunk.arrives_minute < first_out


def test_another_seed_is_another_network_of_the_same_towns() -> None:
    one, other = demo_network("librarieswest", 1), demo_network("librarieswest", 2)
    assert one.branches != other.branches
    assert [place.name for place in one.branches if " " not in place.name] == [
        place.name for place in other.branches if " " not in place.name
    ]


def test_the_same_seed_gives_the_same_network_in_another_process() -> None:
    program = (
        "import hashlib; from interfaces.demo.geography import demo_network; "
        "print(hashlib.sha256(repr(demo_network('librarieswest', 5)).encode()).hexdigest())"
    )
    there = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )
    here = hashlib.sha256(repr(demo_network("librarieswest", 5)).encode()).hexdigest()
    assert here == there.stdout.strip()


def test_an_unknown_preset_is_answered_with_those_there_are() -> None:
    with pytest.raises(Unknown) as unknown:
        demo_network("atlantis", 1)
    assert unknown.value.hint == "Choose one of: librarieswest, ireland."


def test_chance_is_fixed_for_good() -> None:
    drawn = [round(chance(seed, name), 9) for seed, name in ((1, "bath"), (2, "bath"), (1, "wells"))]
    assert [0.606341409, 0.872066284, 0.725240348] == drawn
