"""A tote is accepted whole after a check: what is drawn, what is accepted, what must be scanned, what is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from circulation.checkin import decide
from circulation.custodian import Custodian
from circulation.custody import Place
from circulation.errors import BranchlineError
from circulation.event import Event
from circulation.item import Item, ItemArrived, ItemMissed, ItemPacked, TransitOpened, item_stream
from circulation.outcome import Rulings, Scan
from circulation.sampling import most_wrong, sample_size
from circulation.tote import ToteChecked, ToteItemFound, filling_stream
from circulation.tote_arrival import Inside, scan_because
from tests.cast import BATH_COPY, CLEVEDON_COPY, MIDDLEMARCH, TUESDAY, WELLS_COPY, hold, item_given, title_given
from tests.tote_world import TOTE, WELLS_BOOKS, ToteWorld
from tests.world import World

pytestmark = pytest.mark.row(30)


@pytest.fixture
def totes(world: World) -> ToteWorld:
    """Ten copies that belong to Wells came there in a sealed tote."""
    made = ToteWorld.sealed(world)
    made.drive()
    return made


def going(home: str, to: str, *, hold: str | None = None) -> Item:
    """A copy in a tote that is to go there."""
    barcode = WELLS_COPY if home == "wells" else BATH_COPY
    opened = TransitOpened(
        transit=f"{barcode}~1", origin="bristol", destination=to, reason="hold" if hold else "home", hold=hold
    )
    return item_given(barcode, opened, ItemPacked(filling="T1/1", branch="bristol"))


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(BranchlineError) as caught:
        act()
    return caught.value.code


def events_of(world: World, stream: str, kind: type) -> list:
    return [fact.event for fact in world.ledger.stream(stream) if isinstance(fact.event, kind)]


# --- accepted ---------------------------------------------------------------------------------------------------------


def test_the_receipt_says_how_many_of_the_tote_to_scan_and_which(totes: ToteWorld) -> None:
    receipt = totes.receive_whole()
    size = sample_size(10, 2)
    assert ("tote.sample", size) == (receipt.code, len(totes.filling.sample))
    assert receipt.sentence == (
        f"T1/1 is at wells; scan {size} of its 10 items that may go in whole: {', '.join(totes.filling.sample)}. "
        "If none is wrong, at 95 % confidence at most 2 of all are."
    )


def test_after_a_good_check_everything_has_arrived_and_the_confidence_is_in_the_log(totes: ToteWorld) -> None:
    totes.receive_whole()
    totes.scan_sample()
    receipt = totes.accept()
    assert receipt.code == "tote.accepted"
    assert receipt.sentence.startswith(
        "6 of 10 checked, none wrong: at 95 % confidence at most 2 items are wrong. "
        "4 items of T1/1 are taken as arrived at wells"
    )
    (checked,) = events_of(totes.world, filling_stream("T1/1"), ToteChecked)
    assert (10, 6, 0, 2, 95, 4, ()) == (
        checked.items,
        checked.checked,
        checked.wrong,
        checked.at_most,
        checked.confidence_percent,
        checked.accepted,
        checked.to_scan,
    )
    assert most_wrong(10, 6) == 2
    for barcode in WELLS_BOOKS:
        item = totes.world.item(barcode)
        known = "scanned" if barcode in totes.filling.sample else "assumed"
        assert (Place(kind="branch", ref="wells", known=known), None, True) == (
            item.custody.place,
            item.custody.transit,
            item.on_shelf,
        )


def test_accepting_writes_one_fact_for_each_item_whose_journey_ends_and_none_for_a_move(totes: ToteWorld) -> None:
    before = totes.world.ledger.head().position
    totes.receive_whole()
    assert totes.world.ledger.head().position == before + 2
    totes.scan_sample()
    before = totes.world.ledger.head().position
    totes.accept()
    facts = totes.world.ledger.facts(after=before, limit=100)
    assert ["ToteChecked", *["ItemArrived"] * 4] == [type(fact.event).__name__ for fact in facts]
    assert len({fact.request for fact in facts}) == 1


def test_an_assumed_copy_that_is_scanned_later_is_seen(totes: ToteWorld) -> None:
    totes.receive_whole()
    totes.scan_sample()
    totes.accept()
    assumed = next(code for code in WELLS_BOOKS if code not in totes.filling.sample)
    totes.world.scan(assumed, "wells")
    assert totes.world.item(assumed).custody.place.known == "scanned"


def test_an_acceptance_repeated_by_its_request_id_is_recorded_once(totes: ToteWorld) -> None:
    totes.receive_whole()
    totes.scan_sample()
    arrivals, caller = totes.world.desk.arrivals, totes.world.at("wells")
    first = arrivals.accept(caller, TOTE, request="r1")
    again = arrivals.accept(caller, TOTE, request="r1")
    assert (False, True, first.sentence) == (first.repeated, again.repeated, again.sentence)


def test_an_assumed_arrival_can_be_undone(totes: ToteWorld) -> None:
    totes.receive_whole()
    totes.scan_sample()
    totes.accept()
    assumed = next(code for code in WELLS_BOOKS if code not in totes.filling.sample)
    totes.world.desk.undo(totes.world.at("wells"), assumed)
    item = totes.world.item(assumed)
    assert (("filling", "T1/1"), "wells") == (
        (item.custody.place.kind, item.custody.place.ref),
        item.custody.transit.destination if item.custody.transit else None,
    )


# --- what must be scanned -----------------------------------------------------------------------------------------


def test_a_copy_for_a_hold_is_never_accepted_unseen_and_reaches_the_hold_shelf_by_its_scan(world: World) -> None:
    world.hold(MIDDLEMARCH, "cyn", "wells")
    totes = ToteWorld.sealed(world, WELLS_COPY)
    assert world.item(WELLS_COPY).custody.capture is not None
    totes.drive()
    totes.receive_whole()
    assert WELLS_COPY not in totes.filling.sample
    totes.scan_sample()
    receipt = totes.accept()
    assert receipt.sentence.endswith(f"1 must still be scanned: {WELLS_COPY}.")
    assert world.item(WELLS_COPY).custody.place.kind == "filling"
    assert world.scan(WELLS_COPY, "wells").code == "hold-shelf"


def test_a_copy_that_a_hold_asks_for_after_the_draw_is_to_be_scanned(totes: ToteWorld) -> None:
    totes.receive_whole()
    totes.scan_sample()
    wanted = next(code for code in WELLS_BOOKS if code not in totes.filling.sample)
    totes.world.hold(f"t-{wanted}", "ada", "bath")
    totes.accept()
    (checked,) = events_of(totes.world, filling_stream("T1/1"), ToteChecked)
    assert ((wanted,), 3) == (checked.to_scan, checked.accepted)
    assert totes.world.scan(wanted, "wells").route_to == "bath"


def test_what_must_be_scanned_in_any_case_is_named_at_once(world: World) -> None:
    world.hold(MIDDLEMARCH, "cyn", "wells")
    totes = ToteWorld.sealed(world, WELLS_COPY)
    world.hold(f"t-{WELLS_BOOKS[0]}", "ada", "bath")
    totes.drive()
    assert totes.receive_whole().sentence.endswith(f"2 must be scanned in any case: {WELLS_COPY}, {WELLS_BOOKS[0]}.")


@pytest.mark.parametrize(
    ("item", "title", "because"),
    [
        (going("wells", "wells"), (), None),
        (going("wells", "bath"), (), "transit.goes-on {item}~1"),
        (going("bath", "wells"), (), "place.belongs bath"),
        (going("wells", "wells"), (hold("t", 1, "bath"),), "hold.first t#1"),
        (going("wells", "wells", hold="t#1"), (), None),
        (going("bath", "wells", hold="t#1"), (), "place.belongs bath"),
    ],
)
def test_a_journey_ends_unseen_only_where_its_scan_would_come_to_nothing_else(
    item: Item, title: tuple[Event, ...], because: str | None
) -> None:
    scan = Scan(branch="wells", at_us=TUESDAY, day="2026-11-24")
    outcome = decide(scan, item, title_given("t", *title), Rulings(shelf_until=lambda: 0))
    expected = None if because is None else because.format(item=item.barcode)
    assert expected == scan_because(Inside(item, outcome))


def test_a_tote_whose_items_all_travel_on_is_not_accepted_whole(world: World) -> None:
    world.scan(WELLS_COPY, "bath", tote="T9")
    world.desk.totes.seal(world.at("bath"), "T9")
    code = refused(lambda: world.desk.arrivals.receive_whole(world.at("bristol"), "T9"))
    assert code == "tote.nothing-whole"


def test_a_tote_for_another_branch_is_not_accepted(totes: ToteWorld) -> None:
    assert "tote.not-for-here" == refused(lambda: totes.receive_whole("bath"))


def test_whole_receive_is_refused_where_a_check_would_prove_nothing(totes: ToteWorld) -> None:
    assert "tote.not-drawn" == refused(totes.accept)
    totes.receive_whole()
    assert "tote.drawn-already" == refused(totes.receive_whole)
    assert "tote.sample-open" == refused(totes.accept)
    totes.scan_sample()
    assert "tote.elsewhere" == refused(lambda: totes.accept(branch="bath"))
    totes.accept()
    assert "tote.checked-already" == refused(totes.accept)


def test_a_tote_with_a_broken_seal_is_scanned_item_by_item(totes: ToteWorld) -> None:
    world = totes.world
    world.desk.troubles.unsealed(world.at("wells"), TOTE, note="the tie was cut")
    assert "tote.scan-all" == refused(totes.receive_whole)


def test_a_tote_of_which_something_was_scanned_elsewhere_is_scanned_item_by_item(totes: ToteWorld) -> None:
    totes.world.scan(WELLS_BOOKS[3], "bath")
    assert "tote.scan-all" == refused(totes.receive_whole)


# --- a check that fails, and discrepancies ----------------------------------------------------------------------------


def test_one_missing_item_in_the_sample_asks_for_a_full_scan_and_accepts_nothing(totes: ToteWorld) -> None:
    totes.receive_whole()
    gone = totes.filling.sample[0]
    totes.scan_sample(leave=(gone,))
    receipt = totes.accept(gone)
    assert receipt.code == "tote.scan-all"
    assert receipt.sentence == (
        "6 of 10 checked in T1/1, 1 wrong: nothing is accepted; "
        "scan all 4 items that are left in it, then say that it is empty."
    )
    assert totes.world.item(gone).custody.place.kind == "nowhere"
    left = [code for code in WELLS_BOOKS if totes.world.item(code).custody.place.kind == "filling"]
    assert len(left) == 4


def test_a_drawn_item_that_turned_up_elsewhere_is_wrong(totes: ToteWorld) -> None:
    totes.receive_whole()
    astray, *_ = totes.filling.sample
    totes.scan_sample(leave=(astray,))
    totes.world.scan(astray, "bath")
    assert totes.accept().code == "tote.scan-all"


def test_a_stranger_in_the_sample_asks_for_a_full_scan(totes: ToteWorld) -> None:
    totes.receive_whole()
    totes.scan_sample()
    receipt = totes.world.scan(CLEVEDON_COPY, "wells", out_of=TOTE)
    assert receipt.route_to == "clevedon"
    assert receipt.sentence.endswith("It was not packed into T1/1, and is listed.")
    assert totes.accept().code == "tote.scan-all"


def test_what_was_packed_and_not_found_is_missing_with_who_had_it_last(totes: ToteWorld) -> None:
    for code in WELLS_BOOKS[1:]:
        totes.world.scan(code, "wells", out_of=TOTE)
    receipt = totes.emptied()
    gone = WELLS_BOOKS[0]
    assert ("tote.discrepancies", True) == (receipt.code, gone in receipt.sentence)
    (missed,) = events_of(totes.world, item_stream(gone), ItemMissed)
    last = Custodian(branch="wells", van="v1", run="2026-11-24/v1/day")
    assert ("wells", "T1/1", last) == (missed.branch, missed.filling, missed.last)
    assert totes.world.item(gone).custody.place.kind == "nowhere"
    assert "tote.emptied-already" == refused(totes.emptied)


def test_a_missing_copy_that_is_scanned_again_goes_on_with_its_journey(totes: ToteWorld) -> None:
    for code in WELLS_BOOKS[1:]:
        totes.world.scan(code, "wells")
    totes.emptied()
    receipt = totes.world.scan(WELLS_BOOKS[0], "bath")
    assert receipt.route_to == "wells"
    assert totes.world.item(WELLS_BOOKS[0]).branch == "bath"


def test_a_hold_whose_copy_is_missing_waits_again_in_its_old_place(world: World) -> None:
    hold = world.hold(MIDDLEMARCH, "cyn", "wells").hold
    totes = ToteWorld.sealed(world, WELLS_COPY)
    totes.drive()
    for code in WELLS_BOOKS:
        world.scan(code, "wells")
    totes.emptied()
    assert hold is not None
    assert world.title(MIDDLEMARCH).holds[hold].captured is None
    assert world.item(WELLS_COPY).custody.capture is None
    assert world.scan(WELLS_COPY, "wells").code == "hold-shelf"


def test_a_tote_in_which_everything_was_there_is_simply_empty(totes: ToteWorld) -> None:
    for code in WELLS_BOOKS:
        totes.world.scan(code, "wells")
    assert totes.emptied().code == "tote.emptied"


@pytest.mark.row(29)
def test_what_came_out_of_a_tote_unpacked_is_recorded_with_where_it_was_thought_to_be(totes: ToteWorld) -> None:
    world = totes.world
    world.lend(CLEVEDON_COPY, "dev", "clevedon")
    world.scan(CLEVEDON_COPY, "wells", out_of=TOTE)
    (found,) = events_of(world, filling_stream("T1/1"), ToteItemFound)
    assert (CLEVEDON_COPY, "patron", Custodian(branch="clevedon")) == (found.item, found.thought.kind, found.last)


@pytest.mark.row(29)
def test_an_item_packed_into_another_tote_is_a_discrepancy_and_leaves_that_one_shut(totes: ToteWorld) -> None:
    world = totes.world
    world.scan(CLEVEDON_COPY, "bristol", tote="T2")
    world.desk.totes.seal(world.at("bristol"), "T2")
    world.scan(CLEVEDON_COPY, "wells", out_of=TOTE)
    (found,) = events_of(world, filling_stream("T1/1"), ToteItemFound)
    assert ("T2/1", "bristol") == (found.thought.ref, found.last.branch)
    assert world.desk.totes.filling("T2/1").status == "sealed"


@pytest.mark.row(29)
def test_scanning_an_item_of_the_tote_twice_lists_nothing(totes: ToteWorld) -> None:
    for _ in range(2):
        totes.world.scan(WELLS_BOOKS[0], "wells", out_of=TOTE)
    assert [] == events_of(totes.world, filling_stream("T1/1"), ToteItemFound)


@pytest.mark.row(29)
def test_taking_an_item_out_of_a_tote_says_that_the_tote_is_here(world: World) -> None:
    totes = ToteWorld.sealed(world)
    world.scan(WELLS_BOOKS[0], "wells", out_of=TOTE)
    assert ("ended", "wells") == (totes.filling.status, totes.filling.place)
    assert [ItemArrived] == [type(one) for one in events_of(world, item_stream(WELLS_BOOKS[0]), ItemArrived)]
