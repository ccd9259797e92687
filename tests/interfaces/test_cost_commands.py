"""
`branchline cost` at the command line: one Tuesday's van from Bristol to Bath and Clevedon, reckoned by hand.

The route of 50 km from eight to twelve costs 22.50, 72.00 and 20.00 for the day: 114.50.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from circulation.branch import BranchRetired
from circulation.clock import HOUR_US
from circulation.event import NewEvents
from logistics.fleet import VanSet
from logistics.plan import PlannedRoute, PlanPublished
from logistics.run import RunFinished, RunStarted, StopServed, StopSkipped
from tests.cast import TUESDAY
from tests.interfaces.shop import Shop
from tests.logistics.drafted_day import at, drafted, stop

PERIOD = ("2026-11-23", "2026-11-29")
SCLS = "name = 'scls'\nbase_cents = 1000\nvolume_percent = 60\ncalls_percent = 40\ntrunk_cents_per_km = 0\n"


@pytest.fixture
def tuesday(shop: Shop) -> Shop:
    van = VanSet(
        hub="bristol",
        totes=20,
        shift_starts_minute=480,
        shift_ends_minute=960,
        days=(0, 1, 2, 3, 4),
        cost_per_km_cents=45,
        cost_per_hour_cents=1_800,
        cost_per_day_cents=2_000,
    )
    route = PlannedRoute(
        van="b1",
        hub="bristol",
        leaves=at(8),
        returns=at(12),
        metres=50_000,
        drive_seconds=7_200,
        load_at_start=3,
        stops=(stop("bath", at(9)), stop("clevedon", at(10)), stop("wells", at(11))),
    )
    started = RunStarted(van="b1", hub="bristol", plan="2026-11-24/bristol/day", revision=2, stops=("bath", "clevedon"))
    with shop.world() as world:
        world.record("van", [NewEvents("van/b1", 0, (van,))])
        world.record(
            "plan",
            [NewEvents("plan/2026-11-24/bristol/day", 0, (drafted(route), PlanPublished(revision=2)))],
        )
        calls = (
            StopServed(branch="bath", fillings_off=("T1/1", "T2/1"), fillings_on=("T3/1",)),
            StopServed(branch="clevedon", fillings_off=("T4/1",), fillings_on=("T5/1",)),
            StopSkipped(branch="wells", why="road closed"),
        )
        world.record("run", [NewEvents("run/2026-11-24/b1/day", 0, (started, *calls, RunFinished()))])
        trunk = RunStarted(van="bristol-taunton", hub="bristol", stops=("taunton",))
        world.record(
            "trunk",
            [
                NewEvents(
                    "run/2026-11-24/bristol-taunton/day",
                    0,
                    (trunk, StopServed(branch="taunton", fillings_off=("T9/1",)), RunFinished()),
                )
            ],
        )
        world.record("out", [NewEvents("run/2026-11-25/b1/day", 0, (started,))])
        # The van is dearer from now on; what it did before was cheaper.
        world.record("dearer", [NewEvents("van/b1", 1, (replace(van, cost_per_km_cents=90),))])
    return shop


def kept(shop: Shop, folder: Path, text: str) -> None:
    (folder / "formula.toml").write_text(text, encoding="utf-8")
    assert shop.run("cost", "set", str(folder / "formula.toml")).code == 0


def test_every_run_and_call_is_a_line_with_the_position_of_its_event(tuesday: Shop) -> None:
    done = tuesday.run("cost", "lines", *PERIOD, "--json")
    lines = done.json
    assert [
        ("run", "2026-11-24/b1/day", "plan", 50_000, 14_400, 11_450, None, None),
        ("call", "2026-11-24/b1/day", None, None, None, None, "bath", 3),
        ("call", "2026-11-24/b1/day", None, None, None, None, "clevedon", 2),
    ] == [
        (
            line["line"], line["run"], line["reckoned"], line["metres"], line["seconds"], line["cents"], line["branch"],
            None if line["line"] == "run" else line["totes_off"] + line["totes_on"],
        )
        for line in lines[:3]
    ]  # fmt: skip
    trunk = lines[3]
    assert ("run", "trunk", 0) == (trunk["line"], trunk["reckoned"], trunk["seconds"])
    # By road, as the network reckons it without a matrix: 1.3 times the distance on the globe, 1.10 a km.
    assert 70_000 < trunk["metres"] < 85_000
    assert (trunk["metres"] * 110 + 500) // 1000 == trunk["cents"]
    assert 4 == len(lines), "what one hub hands to another is no call"
    assert "Not finished, and not in it: 2026-11-25/b1/day." in done.err
    with tuesday.world() as world:
        facts = world.ledger.facts_at([line["position"] for line in lines])
        types = [type(facts[line["position"]].event).__name__ for line in lines]
    assert ["RunStarted", "StopServed", "StopServed", "RunStarted"] == types


def test_a_member_sees_its_own_calls(tuesday: Shop) -> None:
    lines = tuesday.run("cost", "lines", *PERIOD, "--member", "North Somerset", "--json").json
    assert [("call", "clevedon")] == [(line["line"], line["branch"]) for line in lines]


def test_what_each_member_owes_by_hand(tuesday: Shop, tmp_path: Path) -> None:
    """114.50 less four fees of 10.00: of 74.50 60 % by 3 and 2 totes, 40 % by a call each."""
    kept(tuesday, tmp_path, SCLS)
    done = tuesday.run("cost", "shares", *PERIOD, "--formula", "scls")
    assert [
        ["Bath and North East Somerset", "3", "1", "10.00", "26.82", "14.90", "0.00", "0.00", "51.72"],
        ["Bristol", "0", "0", "10.00", "0.00", "0.00", "0.00", "0.00", "10.00"],
        ["North Somerset", "2", "1", "10.00", "17.88", "14.90", "0.00", "0.00", "42.78"],
        ["Somerset", "0", "0", "10.00", "0.00", "0.00", "0.00", "0.00", "10.00"],
    ] == [_cells(line) for line in done.out.splitlines()[2:]]
    assert "2026-11-23 to 2026-11-29 by scls@1 (#" in done.out
    assert "Runs of vans: 1, of trunks: 1; calls: 2. They cost 114.50, of which 0.00 is paid by others." in done.err


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_shapley_and_marginal_shares_come_to_the_total_too_and_who_was_not_called_at_owes_nothing(
    tuesday: Shop, tmp_path: Path
) -> None:
    kept(tuesday, tmp_path, "name = 'fair'\nmarginal_percent = 50\nshapley_percent = 50\n")
    owed = {one["member"]: one for one in tuesday.run("cost", "shares", *PERIOD, "--formula", "fair", "--json").json}
    trunk = tuesday.run("cost", "lines", *PERIOD, "--json").json[3]["cents"]
    assert 11_450 + trunk == sum(one["total_cents"] for one in owed.values())
    assert (0, 0) == (owed["Bristol"]["total_cents"], owed["Somerset"]["total_cents"])
    # Bath lies a little farther from Bristol than Clevedon, in the opposite direction, so that no road is shared.
    assert 0 < owed["North Somerset"]["shapley_cents"] < owed["Bath and North East Somerset"]["shapley_cents"]
    assert {None} == {one["error_cents"] for one in owed.values()}


def test_a_formula_changes_by_versions_and_a_bill_is_made_again_by_the_old_one(tuesday: Shop, tmp_path: Path) -> None:
    kept(tuesday, tmp_path, SCLS)
    again = tuesday.run("cost", "set", str(tmp_path / "formula.toml"))
    assert "Formula scls says so already." in again.err
    first = tuesday.run("cost", "shares", *PERIOD, "--formula", "scls", "--json").json
    (tmp_path / "formula.toml").write_text(SCLS.replace("1000", "2000"), encoding="utf-8")
    assert "Formula scls has version 2." in tuesday.run("cost", "set", str(tmp_path / "formula.toml")).err

    versions = tuesday.run("cost", "list", "--json").json
    assert [(1, 1_000), (2, 2_000)] == [(one["version"], one["base_cents"]) for one in versions]
    assert versions[0]["position"] < versions[1]["position"]
    assert first == tuesday.run("cost", "shares", *PERIOD, "--formula", "scls@1", "--json").json
    assert first != tuesday.run("cost", "shares", *PERIOD, "--formula", "scls", "--json").json
    before = ("--as-of", str(versions[0]["position"]))
    assert 1 == len(tuesday.run("cost", "list", "--json", *before).json)


def test_a_formula_is_tried_from_its_file_without_being_kept(tuesday: Shop, tmp_path: Path) -> None:
    (tmp_path / "try.toml").write_text(SCLS, encoding="utf-8")
    tried = tuesday.run("cost", "shares", *PERIOD, "--formula", str(tmp_path / "try.toml"), "--json").json
    assert 11_450 == sum(one["total_cents"] for one in tried)
    assert [] == tuesday.run("cost", "list", "--json").json


def test_a_branch_that_was_retired_since_is_billed_all_the_same(tuesday: Shop, tmp_path: Path) -> None:
    kept(tuesday, tmp_path, SCLS.replace("60", "0").replace("40", "0") + "shapley_percent = 100\n")
    before = tuesday.run("cost", "shares", *PERIOD, "--formula", "scls", "--json").json
    with tuesday.world() as world:
        version = len(world.ledger.stream("branch/clevedon"))
        world.record("retired", [NewEvents("branch/clevedon", version, (BranchRetired(reason="sold"),))])
    assert before == tuesday.run("cost", "shares", *PERIOD, "--formula", "scls", "--json").json


def test_a_van_that_drove_without_a_plan_is_reckoned_by_road_and_its_clock(tuesday: Shop) -> None:
    with tuesday.world() as world:
        stream = "run/2026-11-26/b1/day"
        started = RunStarted(van="b1", hub="bristol", stops=())
        world.record("left", [NewEvents(stream, 0, (started, StopServed(branch="bath")))], at_us=TUESDAY)
        world.record("back", [NewEvents(stream, 2, (RunFinished(),))], at_us=TUESDAY + 2 * HOUR_US)
    line = tuesday.run("cost", "lines", "2026-11-26", "2026-11-26", "--json").json[0]
    assert ("road", 7_200) == (line["reckoned"], line["seconds"])
    assert 40_000 < line["metres"] < 52_000
    assert (line["metres"] * 90 + 500) // 1000 + 2 * 1_800 + 2_000 == pytest.approx(line["cents"], abs=1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("shares", *PERIOD, "--formula", "scls"), "There is no cost formula 'scls'; there are: none."),
        (("shares", *PERIOD, "--formula", "none.toml"), "There is no formula to read in 'none.toml'."),
        (("lines", "2026-11-29", "2026-11-23"), "A period from 2026-11-29 to 2026-11-23 ends before it begins."),
        (("lines", "2026-10-01", "2026-10-31"), "No van finished a run from 2026-10-01 to 2026-10-31."),
    ],
)
def test_what_cannot_be_told_is_refused(tuesday: Shop, words: tuple[str, ...], sentence: str) -> None:
    done = tuesday.run("cost", *words)
    assert (1, True) == (done.code, sentence in done.err)


def test_only_an_administrator_sets_a_formula(tuesday: Shop, tmp_path: Path) -> None:
    (tmp_path / "formula.toml").write_text(SCLS, encoding="utf-8")
    tuesday.run("actor", "add", "dora", "--role", "desk")
    done = tuesday.run("cost", "set", str(tmp_path / "formula.toml"), actor="dora")
    assert (1, True) == (done.code, "error[actor.not-allowed]" in done.err)
    assert [] == tuesday.run("cost", "list", "--json").json
