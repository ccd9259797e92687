"""`branchline simulate` at the command line: tables, JSON, the page, the networks that it knows, what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import interfaces.demo.geography
import interfaces.demo.size
import interfaces.demo.southwest
from circulation.clock import DAY_US
from cli import main
from logistics.simulation.places import KINDS
from tests.cast import CLEVEDON_COPY, WELLS_COPY
from tests.interfaces.demo_worlds import SMALL, small_network
from tests.interfaces.shop import Shop


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every preset is the small network, in which twenty items a week travel."""
    monkeypatch.setattr(interfaces.demo.geography, "demo_network", lambda _preset, seed: small_network(seed))
    monkeypatch.setattr(
        interfaces.demo.size, "size_of", lambda _preset, _scale: replace(SMALL, holds_a_day=2, away_returns_a_day=2)
    )


def simulate(*words: str) -> int:
    return main(["--store", "sqlite::memory:", "simulate", "--weeks", "1", *words])


def test_policies_are_told_side_by_side_in_tables(
    small: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "charts" / "weeks.html"
    words = ("--network", "ireland", "--policy", "hub-sort", "--policy", "van-sort", "--chart", str(page))

    assert simulate(*words) == 0

    said = capsys.readouterr()
    for heading in (
        "1 week of ireland, seed 1: turnaround, days", "Driving", "Money", "Left on a day, items",
        "Where every item was in the end",
    ):  # fmt: skip
        assert heading in said.out
    rows = [line.split()[:3] for line in said.out.splitlines() if line.startswith(("hub sort  ", "van sort  "))]
    assert [["hub", "sort", "all"], ["hub", "sort", "hold"], ["hub", "sort", "home"], ["van", "sort", "all"]] == rows[
        :4
    ]
    assert "Each hub's vans were planned every day by the solver, in 2,000 steps." in said.err
    assert (
        "Days are counted from being packed to being there; what was on the way at the end travelled on to its end."
        in said.err
    )
    assert (
        "A van emits 250 g of CO₂ a km (UK Government GHG conversion factors 2024: van up to 3.5 t, average, diesel,"
        " 0.250 kg CO2e per km)." in said.err
    )
    assert "Drawn in weeks.html." in said.err
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_for_a_script_it_is_one_object_and_the_same_again_for_the_same_seed(
    small: None, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--network", "librarieswest", "--policy", "both", "--json", "--seed", "3")
    told = []
    for seed in ("3", "3", "4"):
        assert simulate(*words[:-1], seed) == 0
        told.append(json.loads(capsys.readouterr().out))

    assert told[0] == told[1]
    assert told[0]["outcomes"] != told[2]["outcomes"]
    outcome = told[0]["outcomes"][0]
    assert ("librarieswest", 1, 3) == (told[0]["network"], told[0]["weeks"], told[0]["seed"])
    assert ("both", 7) == (outcome["policy"]["sorting"]["mode"], outcome["days"])
    assert list(KINDS) == list(outcome["balance"])
    assert {"all", "hold", "home"} == {one["reason"] for one in outcome["turnaround"]}


def test_the_real_branches_of_the_south_west_are_simulated_where_their_lists_lie(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], small: None
) -> None:
    lists = tmp_path / "data" / "southwest_england"
    monkeypatch.setenv("BRANCHLINE_SHARED", str(tmp_path))
    assert simulate("--network", "southwest", "--policy", "hub-sort") == 1
    said = capsys.readouterr().err
    assert "The lists of the real branches are not there: 'southwest_england'." in said
    assert "Say in BRANCHLINE_SHARED where the shared data lies, or choose another network." in said

    lists.mkdir(parents=True)
    monkeypatch.setattr(interfaces.demo.southwest, "real_network", lambda folder: small_network(int(folder == lists)))
    assert simulate("--network", "southwest", "--policy", "hub-sort") == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--network", "wales", "--policy", "both"), "There is no network 'wales' to simulate."),
        (("--network", "ireland", "--policy", "neither"), "There is no policy 'neither' to read."),
        (("--policy", "both"), "No hub is marked among 0 branches, so no van has a place to start from."),
    ],
)
def test_what_cannot_be_simulated_is_refused(
    words: tuple[str, ...], sentence: str, small: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(*words) == 1
    assert sentence in capsys.readouterr().err


def test_a_store_is_simulated_with_what_travelled_in_its_last_four_weeks(shop: Shop, tmp_path: Path) -> None:
    words = ("simulate", "--policy", "hub-sort", "--weeks", "1")
    refused = shop.run(*words)
    assert (1, True) == (refused.code, "No van starts at bristol, taunton." in refused.err)

    fleet = tmp_path / "fleet.csv"
    fleet.write_text(
        "van,hub,totes,shift_starts,shift_ends,days,cost_per_km,cost_per_hour\n"
        "b1,bristol,20,08:00,16:00,mon-fri,0.45,18\n"
        "t1,taunton,20,08:00,16:00,mon-fri,0.45,18\n",
        encoding="utf-8",
    )
    assert shop.run("fleet", "import", str(fleet)).code == 0
    refused = shop.run(*words)
    assert (1, True) == (
        refused.code,
        "Nothing arrived in this network within the last 4 weeks, so nobody knows what would travel in it."
        in refused.err,
    )

    with shop.world() as world:
        for copy, home in ((WELLS_COPY, "wells"), (CLEVEDON_COPY, "clevedon")):
            world.scan(copy, "bath")
            world.clock_us += DAY_US
            world.scan(copy, home)
        world.clock_us += 1
    told = shop.run(*words[:-1], "4", "--json").json

    # Two journeys in the store's first week are two a week. Both went home, so nobody asks for anything.
    assert ("store", 4) == (told["network"], told["weeks"])
    everything, holds, home = told["outcomes"][0]["turnaround"]
    assert (0, home["journeys"]) == (holds["journeys"], everything["journeys"])
    assert 1 <= home["journeys"] <= 8
