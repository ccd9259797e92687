"""Totes from the command line: received whole, emptied, lost, astray; empties; the balance of a lane."""

from __future__ import annotations

import pytest

from circulation.event import NewEvents
from interfaces.exit_code import ExitCode
from logistics.fleet import VanSet
from logistics.run import RunFinished, RunStarted, StopServed, run_stream
from tests.cast import CLEVEDON_COPY
from tests.interfaces.shop import Shop
from tests.tote_world import TOTE, WELLS_BOOKS, ToteWorld

pytestmark = pytest.mark.row(29)
DAY = "2026-11-24"
RUN = f"{DAY}/v1/day"
AT_WELLS = ("--branch", "wells")


@pytest.fixture
def tote(shop: Shop) -> Shop:
    """Ten copies that belong to Wells stand there in a sealed tote that van v1 brought on its run."""
    with shop.world() as world:
        totes = ToteWorld.sealed(world)
        van = VanSet(
            hub="bristol",
            totes=20,
            shift_starts_minute=420,
            shift_ends_minute=900,
            days=(0, 1, 2, 3, 4),
            cost_per_km_cents=45,
            cost_per_hour_cents=1800,
        )
        started = RunStarted(van="v1", hub="bristol", stops=("wells",), fillings_on=("T1/1",))
        stream = run_stream(date=DAY, van="v1", wave="day")
        world.record("van", (NewEvents("van/v1", 0, (van,)), NewEvents(stream, 0, (started,))))
        totes.drive()
        served = StopServed(branch="wells", fillings_off=("T1/1",), fillings_on=(), known="scanned")
        world.record("stop", (NewEvents(stream, 1, (served,)),))
    return shop


def sample_of(shop: Shop) -> list[str]:
    """What the command line asks to scan."""
    sentence = shop.run("tote", "receive", TOTE, "--whole", *AT_WELLS, "--json").json["sentence"]
    return [code for code in WELLS_BOOKS if code in sentence]


@pytest.mark.row(30)
def test_a_tote_is_received_whole_checked_and_accepted(tote: Shop) -> None:
    sample = sample_of(tote)
    assert 6 == len(sample)
    assert "error[tote.sample-open]" in tote.run("tote", "accept", TOTE, *AT_WELLS).err
    tote.run("scan", *AT_WELLS, "--from", TOTE, *sample)
    done = tote.run("tote", "accept", TOTE, *AT_WELLS, "--json")
    assert (ExitCode.DONE, "tote.accepted") == (done.code, done.json["code"])
    assert "6 of 10 checked, none wrong: at 95 % confidence at most 2 items are wrong." in done.json["sentence"]
    (check,) = tote.run("tote", "checks", "--lane", "bristol/wells", "--json").json
    assert ("T1/1", 10, 6, 0, 2, 4) == tuple(
        check[name] for name in ("filling", "items", "checked", "wrong", "at_most", "accepted")
    )
    assert [] == tote.run("tote", "checks", "--branch", "bath", "--json").json
    assert (ExitCode.DONE, []) == ((listed := tote.run("audit", "unseen", "--json")).code, listed.json)
    assumed = next(code for code in WELLS_BOOKS if code not in sample)
    shown = tote.run("item", "history", assumed, "--json").json
    assert any("tote T1/1 was accepted whole after a check" in row["sentence"] for row in shown)
    day = tote.run("run", "balance", "--date", DAY, "--json")
    assert (ExitCode.DONE, []) == (day.code, day.json)
    assert "sent 10 = received 10 + travelling 0 + listed 0" in day.err


@pytest.mark.row(30)
def test_a_missing_one_in_the_sample_asks_for_a_full_scan(tote: Shop) -> None:
    gone, *rest = sample_of(tote)
    tote.run("scan", *AT_WELLS, *rest)
    done = tote.run("tote", "accept", TOTE, "--not-found", gone, *AT_WELLS, "--json")
    assert "tote.scan-all" == done.json["code"]
    assert "error[tote.not-inside]" not in done.err
    (one,) = tote.run("tote", "discrepancies", "--json").json
    assert (gone, "missing") == (one["item"], one["kind"])


def test_discrepancies_are_listed_with_who_had_custody_last_and_settled(tote: Shop) -> None:
    gone, *rest = WELLS_BOOKS
    tote.run("scan", *AT_WELLS, "--from", TOTE, *rest, CLEVEDON_COPY)
    done = tote.run("tote", "emptied", TOTE, *AT_WELLS, "--json")
    assert ("tote.discrepancies", True) == (done.json["code"], "1 found and not packed" in done.json["sentence"])
    listed = tote.run("tote", "discrepancies", "--date", DAY, "--lane", "bristol/wells", *AT_WELLS, "--json")
    assert ExitCode.LOOK == listed.code
    assert {
        (gone, "missing", "wells", "v1", RUN),
        (CLEVEDON_COPY, "found", "clevedon", None, None),
    } == {(row["item"], row["kind"], row["last_branch"], row["last_van"], row["last_run"]) for row in listed.json}
    for words in (("--date", "2026-11-25"), ("--lane", "wells/bath"), ("--branch", "taunton")):
        assert (ExitCode.DONE, []) == ((none := tote.run("tote", "discrepancies", *words, "--json")).code, none.json)
    assert "error[lane.unreadable]" in tote.run("tote", "discrepancies", "--lane", "wells").err
    lane = tote.run("run", "balance", "--date", DAY, "--lane", "bristol/wells", "--json")
    assert ExitCode.LOOK == lane.code
    columns = [(row["item"], row["column"], row["kind"]) for row in lane.json]
    assert [(code, "received", "") for code in rest] == columns[:9]
    assert [(gone, "listed", "unseen"), (CLEVEDON_COPY, "listed", "unpacked")] == columns[9:]
    assert "sent 10 = received 9 + travelling 0 + listed 1" in lane.err
    assert "error[reason.missing]" in tote.run("tote", "settle", "T1/1", gone, "--reason", " ").err
    tote.run("tote", "settle", "T1/1", gone, "--reason", "paid for by the carrier")
    tote.run("scan", "--branch", "clevedon", CLEVEDON_COPY)
    assert ExitCode.DONE == tote.run("tote", "discrepancies", "--json").code
    ended = {row["item"]: (row["ended"], row["ended_at"], row["why"]) for row in
             tote.run("tote", "discrepancies", "--all", "--json").json}  # fmt: skip
    assert {
        gone: ("closed", "", "paid for by the carrier"),
        CLEVEDON_COPY: ("seen", "clevedon", ""),
    } == ended


def test_a_lost_tote_is_astray_until_it_is_scanned(tote: Shop) -> None:
    done = tote.run("tote", "lost", TOTE, "--reason", "not on the trolley", "--json")
    assert "tote.lost" == done.json["code"]
    listed = tote.run("tote", "astray", "--json")
    (one,) = listed.json
    assert (ExitCode.LOOK, "lost", "bristol", "v1", RUN) == (
        listed.code, one["kind"], one["ask"], one["van"], one["run"],
    )  # fmt: skip
    assert 10 == len(tote.run("tote", "discrepancies", "--json").json)
    (lane,) = tote.run("run", "balance", "--date", DAY, "--lanes", "--json").json
    assert {
        "origin": "bristol",
        "destination": "wells",
        "sent": 10,
        "received": 0,
        "travelling": 0,
        "listed": 10,
        "holds": True,
    } == lane
    tote.run("tote", "receive", TOTE, *AT_WELLS)
    assert (ExitCode.DONE, []) == ((none := tote.run("tote", "astray", "--json")).code, none.json)


def test_totes_at_a_wrong_branch_unsealed_and_opened_on_the_way_are_astray(tote: Shop) -> None:
    done = tote.run("tote", "receive", TOTE, "--branch", "bath", "--json")
    assert ("tote.astray", "wells") == (done.json["code"], done.json["route_to"])
    assert ["wrong-branch"] == [row["kind"] for row in tote.run("tote", "astray", "--json").json]
    assert (
        "tote.unsealed"
        == tote.run("tote", "unsealed", TOTE, "--reason", "the tie was cut", "--branch", "bath", "--json").json["code"]
    )
    tote.run("tote", "load", TOTE, "--van", "v1", "--branch", "bath")
    assert ["unsealed"] == [row["kind"] for row in tote.run("tote", "astray", "--json").json]
    tote.run("tote", "unload", TOTE, "--branch", "bath")
    assert "tote.opened-on-way" == tote.run("tote", "open", TOTE, "--branch", "bath", "--json").json["code"]
    (one,) = tote.run("tote", "astray", "--json").json
    assert ("opened-on-way", "bath") == (one["kind"], one["ask"])
    tote.run("scan", "--branch", "bath", *WELLS_BOOKS)
    assert [] == tote.run("tote", "astray", "--json").json


def test_a_tote_that_was_never_unloaded_is_asked_for_at_the_hub(tote: Shop) -> None:
    tote.run("tote", "load", TOTE, "--van", "v1", *AT_WELLS)
    with tote.world() as world:
        stream = run_stream(date=DAY, van="v2", wave="day")
        started = RunStarted(van="v2", hub="bristol", stops=("wells",), fillings_on=("T1/1",))
        world.desk.totes.unload(world.at("wells"), TOTE)
        world.desk.totes.load(world.at("wells"), TOTE, van="v2", run=f"{DAY}/v2/day")
        world.record("v2", (NewEvents(stream, 0, (started, RunFinished(fillings_off=(), known="scanned"))),))
    (one,) = tote.run("tote", "astray", "--json").json
    assert ("not-unloaded", "bristol", "v2") == (one["kind"], one["ask"], one["van"])
    (listed,) = tote.run("run", "balance", "--date", DAY, "--json").json
    assert ("on-van", 10) == (listed["kind"], listed["items"])


@pytest.mark.row(57)
def test_empties_are_listed_with_what_to_carry_where(tote: Shop) -> None:
    tote.run("tote", "open", TOTE, *AT_WELLS)
    for number, branch in (("5", "wells"), ("2", "bath")):
        assert (
            "empties.target" == tote.run("tote", "empties", "target", number, "--branch", branch, "--json").json["code"]
        )
    assert ExitCode.DONE == tote.run("tote", "empties", "count", "9", *AT_WELLS).code
    listed = tote.run("tote", "empties", "--json")
    assert ExitCode.LOOK == listed.code
    assert [("bath", 0, 2, -2, ""), ("bristol", 0, None, None, ""), ("wells", 9, 5, 4, "2 to bath")] == [
        (row["branch"], row["totes"], row["target"], row["over"], row["carry"]) for row in listed.json
    ]
    tote.run("tote", "empties", "move", "2", "--to", "bath", *AT_WELLS)
    listed = tote.run("tote", "empties", "--json")
    assert (ExitCode.DONE, [2, 0, 7]) == (listed.code, [row["totes"] for row in listed.json])
    assert "error[branch.missing]" in tote.run("tote", "empties", "count", "9").err
