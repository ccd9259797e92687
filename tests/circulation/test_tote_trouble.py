"""Totes that are lost, unsealed, opened on the way or delivered to the wrong branch; empties that are counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from circulation.custodian import Custodian
from circulation.errors import BranchlineError
from circulation.folds import EMPTIES
from circulation.tote import ToteDeclaredLost, ToteOpened, filling_stream
from tests.cast import CLEVEDON_COPY
from tests.tote_world import TOTE, WELLS_BOOKS, ToteWorld
from tests.world import World

pytestmark = pytest.mark.row(29)
RUN = "2026-11-24/v1/day"


@pytest.fixture
def totes(world: World) -> ToteWorld:
    """Ten copies that belong to Wells, sealed in a tote at Bristol."""
    return ToteWorld.sealed(world)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(BranchlineError) as caught:
        act()
    return caught.value.code


def lost(totes: ToteWorld, why: str = "not on the van"):
    return totes.world.desk.troubles.lost(totes.world.at(""), TOTE, why=why)


def test_a_lost_tote_names_who_had_it_last_and_writes_nothing_for_its_items(totes: ToteWorld) -> None:
    world = totes.world
    world.desk.totes.load(world.at("bristol"), TOTE, van="v1", run=RUN)
    before = world.ledger.head().position
    receipt = lost(totes)
    assert world.ledger.head().position == before + 1
    assert world.opened(receipt.sentence) == (
        "T1/1 is lost (not on the van), and all in it with it; bristol, van v1 on run 2026-11-24/v1/day had it last."
    )
    event = world.ledger.stream(filling_stream("T1/1"))[-1].event
    assert isinstance(event, ToteDeclaredLost)
    assert world.opened(event.why) == "not on the van"
    assert event == ToteDeclaredLost(why=event.why, last=Custodian(branch="bristol", van="v1", run=RUN))
    assert ("lost", "") == (totes.filling.status, totes.filling.place)


def test_a_lost_tote_that_is_scanned_again_is_where_it_is(totes: ToteWorld) -> None:
    lost(totes)
    assert "tote.lost-already" == refused(lambda: lost(totes))
    receipt = totes.world.desk.totes.receive(totes.world.at("wells"), TOTE)
    assert ("tote.received", "received", "wells") == (receipt.code, totes.filling.status, totes.filling.place)
    assert "tote.sample" == totes.receive_whole().code


def test_a_lost_tote_cannot_be_loaded_unless_it_is_scanned(totes: ToteWorld) -> None:
    lost(totes)
    assert "tote.not-sealed" == refused(
        lambda: totes.world.desk.totes.load(totes.world.at("bristol"), TOTE, van="v1", run=RUN)
    )


def test_an_opened_tote_is_not_lost_but_its_items_are_looked_for(totes: ToteWorld) -> None:
    totes.drive()
    totes.world.desk.totes.open(totes.world.at("wells"), TOTE)
    assert "tote.opened" == refused(lambda: lost(totes))


@pytest.mark.parametrize(("why", "code"), [("  ", "reason.missing"), ("x" * 201, "reason.too-long")])
def test_a_loss_has_a_reason_in_a_few_words(totes: ToteWorld, why: str, code: str) -> None:
    assert code == refused(lambda: lost(totes, why))


def test_a_tote_at_the_wrong_branch_goes_on_sealed(totes: ToteWorld) -> None:
    totes.drive("bath")
    receipt = totes.world.desk.totes.receive(totes.world.at("bath"), TOTE)
    assert ("tote.astray", "wells") == (receipt.code, receipt.route_to)
    assert receipt.sentence == "T1/1 is at bath and is for wells: leave it sealed, it goes on."
    totes.drive("bristol")
    totes.drive("wells")
    assert "tote.sample" == totes.receive_whole().code


def test_a_tote_opened_on_its_way_says_who_had_it_and_its_items_go_on(totes: ToteWorld) -> None:
    totes.drive("bath")
    receipt = totes.world.desk.totes.open(totes.world.at("bath"), TOTE)
    assert receipt.code == "tote.opened-on-way"
    event = totes.world.ledger.stream(filling_stream("T1/1"))[-1].event
    assert event == ToteOpened(branch="bath", destination="wells", last=Custodian(branch="bath", van="v1", run=RUN))
    assert totes.world.scan(WELLS_BOOKS[0], "bath").route_to == "wells"


def test_opening_where_it_is_to_go_or_where_it_was_packed_is_no_trouble(world: World) -> None:
    ToteWorld.sealed(world)
    assert "tote.opened" == world.desk.totes.open(world.at("bristol"), TOTE).code


def test_a_broken_seal_is_seen_on_the_van_or_where_the_tote_is(totes: ToteWorld) -> None:
    world = totes.world
    unsealed = world.desk.troubles.unsealed
    assert "tote.elsewhere" == refused(lambda: unsealed(world.at("bath"), TOTE, note="cut"))
    world.desk.totes.load(world.at("bristol"), TOTE, van="v1", run=RUN)
    assert "tote.unsealed" == unsealed(world.at("bath"), TOTE, note="cut").code
    assert (True, "loaded") == (totes.filling.is_unsealed, totes.filling.status)
    world.desk.totes.unload(world.at("wells"), TOTE)
    world.desk.totes.open(world.at("wells"), TOTE)
    assert "tote.not-sealed" == refused(lambda: unsealed(world.at("wells"), TOTE, note="cut"))


def test_a_discrepancy_is_settled_once_with_a_reason(totes: ToteWorld) -> None:
    world, gone = totes.world, WELLS_BOOKS[0]
    totes.drive()
    for barcode in WELLS_BOOKS[1:]:
        world.scan(barcode, "wells")
    totes.emptied()
    close, ana = world.desk.troubles.close, world.at("wells")
    assert "discrepancy.none" == refused(lambda: close(ana, "T1/1", WELLS_BOOKS[1], why="seen"))
    assert "discrepancy.none" == refused(lambda: close(ana, "T1/1", "999", why="seen"))
    assert "reason.missing" == refused(lambda: close(ana, "T1/1", gone, why=""))
    assert "discrepancy.closed" == close(ana, "T1/1", gone, why="paid for by the carrier").code
    assert "discrepancy.closed" == refused(lambda: close(ana, "T1/1", gone, why="again"))


def test_a_missing_item_that_was_seen_again_is_settled_by_that(totes: ToteWorld) -> None:
    world, gone = totes.world, WELLS_BOOKS[0]
    totes.drive()
    for barcode in WELLS_BOOKS[1:]:
        world.scan(barcode, "wells")
    totes.emptied()
    world.scan(gone, "bath")
    assert "discrepancy.seen" == refused(
        lambda: world.desk.troubles.close(world.at("wells"), "T1/1", gone, why="found it")
    )


def test_a_found_item_is_settled_by_hand_while_it_travels_on(totes: ToteWorld) -> None:
    world = totes.world
    totes.drive()
    world.scan(CLEVEDON_COPY, "wells", out_of=TOTE)
    receipt = world.desk.troubles.close(world.at("wells"), TOTE, CLEVEDON_COPY, why="Bristol was told")
    assert world.opened(receipt.sentence) == (
        f"What was listed about {CLEVEDON_COPY} in T1/1 is settled: Bristol was told."
    )


# --- empties ----------------------------------------------------------------------------------------------------------


def test_empties_are_counted_moved_and_given_a_target(world: World) -> None:
    empties, wells = world.desk.empties, world.at("wells")
    assert empties.count(wells, 12).sentence == "12 empty totes stand at wells."
    assert empties.move(wells, "bath", 3).sentence == "3 empty totes went from wells to bath."
    assert empties.set_target(wells, 5).sentence == "wells is to have 5 empty totes."
    state = world.ledger.load("empties/wells", EMPTIES).state
    assert state is not None
    assert (12, 5) == (state.counted, state.target)


def test_empties_that_cannot_be_are_refused(world: World) -> None:
    empties, wells = world.desk.empties, world.at("wells")
    assert "empties.number" == refused(lambda: empties.count(wells, -1))
    assert "empties.number" == refused(lambda: empties.move(wells, "bath", 0))
    assert "empties.to-itself" == refused(lambda: empties.move(wells, "wells", 1))
    assert "branch.unknown" == refused(lambda: empties.move(wells, "atlantis", 1))
