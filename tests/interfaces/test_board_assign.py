"""`board assign` and `board returns`: what is proposed, what it saves, and that scans follow what was recorded."""

from __future__ import annotations

import pytest

from circulation.clock import HOUR_US
from circulation.event import NewEvents
from circulation.folds import ITEM
from circulation.item import TransitOpened, item_stream
from interfaces.exit_code import ExitCode
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, FLOATING_COPY, MIDDLEMARCH, TUESDAY, WELLS_COPY
from tests.interfaces.shop import Shop

FIRST, SECOND = f"{MIDDLEMARCH}#1", f"{MIDDLEMARCH}#2"


@pytest.fixture
def crossed(shop: Shop) -> Shop:
    """Holds for Clevedon and for Bath; the first was promised the copy that stands in Bath, the second Wells'."""
    with shop.world() as world:
        world.hold(MIDDLEMARCH, "dev", "clevedon")
        world.hold(MIDDLEMARCH, "ben", "bath")
    return shop


@pytest.mark.row(15)
def test_copies_and_holds_are_listed_as_they_are_promised_now_and_as_they_are_proposed(crossed: Shop) -> None:
    done = crossed.run("board", "assign", "--json")
    assert ExitCode.DONE == done.code
    columns = ("hold", "place", "change", "promised", "nearest", "item", "origin", "pickup", "days", "days_saved")
    assert [
        (FIRST, 1, "another", BATH_COPY, BATH_COPY, WELLS_COPY, "wells", "clevedon", 2, 0),
        (SECOND, 2, "another", WELLS_COPY, WELLS_COPY, BATH_COPY, "bath", "bath", 0, 2),
    ] == [tuple(row[name] for name in columns) for row in done.json]
    # From Wells over Bristol to Clevedon it is further than from Bath; the copy in Bath goes nowhere.
    first, second = done.json
    assert (58.3, -11.5, 0.0, 59.3) == (first["km"], first["km_saved"], second["km"], second["km_saved"])


@pytest.mark.row(15)
def test_what_it_saves_in_all_is_told_in_journeys_kilometres_and_days(crossed: Shop) -> None:
    said = (
        "Saving against the nearest copy for one hold at a time: 2 item-journeys, 96 km, 2 days; "
        "against the copies that are promised now: 48 km on the way to readers."
    )
    assert said in crossed.run("board", "assign").err
    totals = crossed.run("board", "assign", "--totals", "--json").json
    assert {
        "titles": 1, "holds": 2, "served": 2, "more": 0, "changes": 2, "returns": 0, "journeys": 2, "km": 96, "days": 2,
        "km_less": 48,
    } == {name: number for name, number in totals.items() if name != "micros"}  # fmt: skip
    # Two days of one reader; to Bath and home again two journeys of two rides; and 0.005 for each kilometre.
    assert 2 * 2_000_000 + 4 * 250_000 + 96 * 5_000 == pytest.approx(totals["micros"], abs=10_000)


@pytest.mark.row(15)
def test_scans_follow_what_was_recorded_and_recording_it_again_changes_nothing(crossed: Shop) -> None:
    told = crossed.run("board", "assign", "--apply", "--json").json
    assert {"promised": 2, "kept": 0, "stale": 0, "moves": 0, "moves_refused": 0} == told
    assert [] == crossed.run("board", "assign", "--json").json
    assert ["keeps", "keeps"] == [row["change"] for row in crossed.run("board", "assign", "--all", "--json").json]
    pulled = crossed.run("hold", "pull-list", "--branch", "bath", "--json").json
    assert [(BATH_COPY, SECOND, False)] == [(row["item"], row["hold"], row["outgoing"]) for row in pulled]
    head = crossed.head()
    assert {"promised": 0, "kept": 2} == {
        name: crossed.run("board", "assign", "--apply", "--json").json[name] for name in ("promised", "kept")
    }
    assert head == crossed.head()
    scanned = crossed.run("scan", BATH_COPY, "--branch", "bath", "--json").json[0]
    assert ("hold-shelf", SECOND) == (scanned["code"], scanned["hold"])
    why = crossed.run("why", BATH_COPY, "--json").out
    assert f"It was assigned to hold {SECOND} when holds and copies were assigned together." in why


@pytest.mark.row(15)
def test_a_past_moment_is_answered_and_nothing_can_be_recorded_in_it(crossed: Shop) -> None:
    head = crossed.head()
    crossed.run("board", "assign", "--apply")
    assert [FIRST, SECOND] == [
        row["hold"] for row in crossed.run("board", "assign", "--as-of", str(head), "--json").json
    ]
    after = crossed.head()
    assert ExitCode.DONE != crossed.run("board", "assign", "--apply", "--as-of", str(head)).code
    assert after == crossed.head()


@pytest.mark.row(15)
def test_only_a_coordinator_records_it_and_a_branch_sees_its_own(crossed: Shop) -> None:
    crossed.run("actor", "add", "dora", "--role", "desk")
    assert "error[actor.not-allowed]" in crossed.run("board", "assign", "--apply", actor="dora").err
    shown = crossed.run("board", "assign", "--branch", "bath", "--json").json
    assert [SECOND] == [row["hold"] for row in shown]


@pytest.mark.row(15)
def test_a_hold_waits_a_day_longer_than_in_the_order_of_the_queue_at_most_or_as_long_as_is_said(shop: Shop) -> None:
    # One copy stands in Bath. Clevedon is shut on Wednesday, so that its copy takes two days to Bristol and three to
    # Bath: it costs the first reader a day more if the second gets the copy in Bath, where she wants it.
    with shop.world() as world:
        world.scan(FLOATING_COPY, "bath")
        world.hold(DUNE, "fin", "bristol")
        world.hold(DUNE, "ada", "bath")
    columns = ("place", "nearest", "item", "days", "days_saved")
    assert [(1, FLOATING_COPY, CLEVEDON_COPY, 2, -1), (2, CLEVEDON_COPY, FLOATING_COPY, 0, 3)] == [
        tuple(row[name] for name in columns) for row in shop.run("board", "assign", "--json").json
    ]
    in_order = shop.run("board", "assign", "--days", "0", "--all", "--json").json
    assert [(1, FLOATING_COPY, FLOATING_COPY, 1, 0), (2, CLEVEDON_COPY, CLEVEDON_COPY, 3, 0)] == [
        tuple(row[name] for name in columns) for row in in_order
    ]
    assert ExitCode.USAGE == shop.run("board", "assign", "--days", "-1").code


# --- returns ---------------------------------------------------------------------------------------------------------


@pytest.mark.row(21)
@pytest.mark.row(37)
def test_each_return_is_listed_with_what_home_a_hold_or_staying_would_cost(shop: Shop) -> None:
    with shop.world() as world:
        world.lend(FLOATING_COPY, "fin", "bristol")
        world.lend(CLEVEDON_COPY, "dev", "clevedon")
        world.scan(CLEVEDON_COPY, "wells")
        world.hold(DUNE, "ada", "bath")
    (row,) = shop.run("board", "returns", "--json").json
    assert (CLEVEDON_COPY, "wells", "home", "hold", "bath", f"{DUNE}#1") == tuple(
        row[name] for name in ("item", "branch", "decided", "choice", "to", "hold")
    )
    assert row["hold_micros"] < 0 < row["home_micros"]
    assert (False, None) == (row["stay_allowed"], row["float_micros"])
    said = shop.run("board", "returns").err
    saved = (row["home_micros"] - row["hold_micros"]) / 1e6
    assert f"Returns that had better do something else than was decided: 1, saving {saved:.2f}." in said
    told = shop.run("board", "assign", "--apply", "--json").json
    assert (1, 0) == (told["promised"], told["moves"])
    page = shop.path.with_name("pull.html")
    pulled = shop.run("hold", "pull-list", "--branch", "wells", "--page", str(page), "--json").json
    assert [(CLEVEDON_COPY, True)] == [(row["item"], row["outgoing"]) for row in pulled]
    assert "<td>waits for the van</td>" in page.read_text()
    assert "bath" == shop.run("scan", CLEVEDON_COPY, "--branch", "wells", "--json").json[0]["route_to"]


@pytest.mark.row(37)
def test_a_floating_return_goes_home_where_readers_look_for_it_if_that_is_worth_the_way(shop: Shop) -> None:
    with shop.world() as world:
        # Twelve loans within a year at its home in Bristol, none in Wells, where it was brought back and would stay.
        for _ in range(12):
            world.lend(FLOATING_COPY, "fin", "bristol")
            world.scan(FLOATING_COPY, "bristol")
        world.lend(FLOATING_COPY, "fin", "bristol")
        world.scan(FLOATING_COPY, "wells")
    (row,) = shop.run("board", "returns", "--json").json
    assert ("stay", "home", "bristol", True) == tuple(row[n] for n in ("decided", "choice", "to", "stay_allowed"))
    # 13 loans a year are 3.2 in 90 days, worth a unit each; the way is one ride of some 35 km.
    assert 13 * 1_000_000 * 90 // 365 == row["stay_micros"]
    assert 250_000 + 35 * 5_000 == pytest.approx(row["home_micros"], abs=5_000)
    assert row["stay_micros"] - row["home_micros"] == row["saved_micros"]
    told = shop.run("board", "assign", "--apply", "--json").json
    assert (1, 0) == (told["moves"], told["moves_refused"])
    assert "bristol" == shop.run("scan", FLOATING_COPY, "--branch", "wells", "--json").json[0]["route_to"]


@pytest.mark.row(37)
def test_a_floating_return_that_nobody_asks_for_anywhere_stays_where_it_is(shop: Shop) -> None:
    with shop.world() as world:
        world.scan(FLOATING_COPY, "wells")
    (row,) = shop.run("board", "returns", "--json").json
    assert ("stay", "stay", "wells", 0, 0) == tuple(
        row[name] for name in ("decided", "choice", "to", "stay_micros", "saved_micros")
    )
    said = shop.run("board", "returns").err
    assert "Returns that had better do something else than was decided: 0, saving 0.00." in said


@pytest.mark.row(32)
@pytest.mark.row(37)
def test_what_it_costs_that_a_return_may_not_float_is_told(shop: Shop) -> None:
    with shop.world() as world:
        world.scan(CLEVEDON_COPY, "bristol")
    done = shop.run("board", "returns", "--json")
    (row,) = done.json
    assert ("home", "home", 0, False) == (row["decided"], row["choice"], row["stay_micros"], row["stay_allowed"])
    cost = row["home_micros"] / 1e6
    assert f"Returns that would cost less where they are and may not float there: 1, by {cost:.2f}." in done.err


@pytest.mark.row(37)
def test_one_that_was_to_float_on_stays_and_its_next_scan_keeps_it(shop: Shop) -> None:
    with shop.world() as world:
        world.scan(FLOATING_COPY, "wells")
        going = TransitOpened(transit=f"{FLOATING_COPY}/1", origin="wells", destination="bath", reason="float")
        version = world.ledger.load(item_stream(FLOATING_COPY), ITEM).version
        world.record("float", [NewEvents(item_stream(FLOATING_COPY), version, (going,))])
        world.clock_us = TUESDAY + HOUR_US
    (row,) = shop.run("board", "returns", "--json").json
    assert ("float", "stay", "wells") == (row["decided"], row["choice"], row["to"])
    assert 500_000 < row["float_micros"]
    shop.run("board", "assign", "--apply")
    assert None is shop.run("scan", FLOATING_COPY, "--branch", "wells", "--json").json[0]["route_to"]
    assert [] == shop.run("transit", "list", "--json").json
