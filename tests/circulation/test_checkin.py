"""What a scan leads to: given the facts so far, when it is scanned there, then these facts follow."""

from circulation.checkin import decide
from circulation.clock import DAY_US, HOUR_US
from circulation.condition import ItemFound
from circulation.event import Event
from circulation.hold import (
    HoldCancelled,
    HoldCaptured,
    HoldSuspended,
    HoldTargetDropped,
    HoldTargeted,
    Title,
)
from circulation.item import (
    Item,
    ItemArrived,
    ItemLent,
    ItemMissed,
    ItemPacked,
    ItemPlacedOnHoldShelf,
    ItemReleased,
    ItemReturned,
    ItemSetAside,
    ItemSighted,
    ItemTargeted,
    LateScanRecorded,
    TransitAbandoned,
    TransitOpened,
)
from circulation.outcome import Outcome, Rulings, Scan
from circulation.serving import pickup_code
from tests.cast import (
    BATH_COPY,
    DAY,
    DUNE,
    FLOATING_COPY,
    MIDDLEMARCH,
    TUESDAY,
    WELLS_COPY,
    hold,
    item_given,
    title_given,
)

UNTIL = TUESDAY + 9 * DAY_US


def scanned(item: Item, at: str, title: Title | None = None, **more: object) -> Outcome:
    """The outcome of scanning a copy at a branch on Tuesday morning."""
    scan = Scan(branch=at, at_us=TUESDAY, day=DAY, **more)  # type: ignore[arg-type]
    return decide(scan, item, title or Title(title_id=item.title), Rulings(shelf_until=lambda _category: UNTIL))


def lent(loan: str = f"{BATH_COPY}#1") -> ItemLent:
    return ItemLent(
        loan=loan,
        branch="bath",
        due_us=TUESDAY + 21 * DAY_US,
        rule="default",
        renewals_allowed=3,
        key=1,
        patron="sealed",
        category="adult",
        patron_home="bath",
    )


def going(to: str, reason: str = "home", hold_id: str | None = None, origin: str = "wells") -> TransitOpened:
    return TransitOpened(
        transit=f"{BATH_COPY}~1",
        origin=origin,
        destination=to,
        reason=reason,  # type: ignore[arg-type]
        hold=hold_id,
    )


def shelved(name: str, at: str) -> ItemPlacedOnHoldShelf:
    return ItemPlacedOnHoldShelf(hold=name, branch=at, until_us=UNTIL, code=pickup_code(name, DAY))


def home_transit(barcode: str, origin: str, destination: str, number: int = 1) -> TransitOpened:
    return TransitOpened(transit=f"{barcode}~{number}", origin=origin, destination=destination, reason="home")


def test_a_loan_returned_at_its_home_branch_stays_on_the_shelf() -> None:
    outcome = scanned(item_given(BATH_COPY, lent()), "bath")
    assert outcome.item == (ItemReturned(branch="bath", loan=f"{BATH_COPY}#1"),)
    assert outcome.closes == (f"{BATH_COPY}#1",)


def test_a_loan_returned_anywhere_else_sets_out_for_home() -> None:
    outcome = scanned(item_given(BATH_COPY, lent()), "wells")
    assert outcome.item == (
        ItemReturned(branch="wells", loan=f"{BATH_COPY}#1"),
        home_transit(BATH_COPY, "wells", "bath"),
    )


def test_a_floating_copy_stays_where_it_was_returned() -> None:
    outcome = scanned(item_given(FLOATING_COPY, lent(f"{FLOATING_COPY}#1")), "wells")
    assert outcome.item == (ItemReturned(branch="wells", loan=f"{FLOATING_COPY}#1"),)


def test_a_copy_that_was_not_on_loan_is_routed_like_one_that_was() -> None:
    outcome = scanned(item_given(BATH_COPY), "wells")
    assert outcome.item == (
        ItemSighted(branch="wells", as_="found", onward="bath"),
        home_transit(BATH_COPY, "wells", "bath"),
    )


def test_the_same_copy_scanned_twice_changes_nothing() -> None:
    outcome = scanned(item_given(BATH_COPY), "bath")
    assert outcome.item == (ItemSighted(branch="bath", as_="again"),)


def test_a_copy_waiting_to_travel_that_is_scanned_again_keeps_its_one_transit() -> None:
    item = item_given(BATH_COPY, ItemSighted(branch="wells", as_="found"), going("bath"))
    assert scanned(item, "wells").item == (ItemSighted(branch="wells", as_="again", onward="bath"),)


def test_a_return_goes_to_the_first_hold_in_the_queue_on_the_shelf_here() -> None:
    title = title_given(MIDDLEMARCH, hold(MIDDLEMARCH, 1, "bath"), hold(MIDDLEMARCH, 2, "bath"))
    outcome = scanned(item_given(BATH_COPY, lent()), "bath", title)
    assert outcome.item == (
        ItemReturned(branch="bath", loan=f"{BATH_COPY}#1"),
        ItemSetAside(hold=f"{MIDDLEMARCH}#1", pickup="bath", branch="bath"),
        shelved(f"{MIDDLEMARCH}#1", "bath"),
    )
    assert outcome.title == (HoldCaptured(hold=f"{MIDDLEMARCH}#1", item=BATH_COPY, branch="bath"),)


def test_a_hold_elsewhere_makes_the_copy_travel_there() -> None:
    title = title_given(MIDDLEMARCH, hold(MIDDLEMARCH, 1, "clevedon"))
    outcome = scanned(item_given(BATH_COPY, lent()), "wells", title)
    assert outcome.item[1:] == (
        ItemSetAside(hold=f"{MIDDLEMARCH}#1", pickup="clevedon", branch="wells"),
        TransitOpened(
            transit=f"{BATH_COPY}~1",
            origin="wells",
            destination="clevedon",
            reason="hold",
            hold=f"{MIDDLEMARCH}#1",
        ),
    )


def test_a_suspended_hold_is_passed_over_and_keeps_its_place() -> None:
    title = title_given(
        MIDDLEMARCH,
        hold(MIDDLEMARCH, 1, "bath"),
        hold(MIDDLEMARCH, 2, "bath"),
        HoldSuspended(hold=f"{MIDDLEMARCH}#1", until="2026-12-24"),
    )
    outcome = scanned(item_given(BATH_COPY), "bath", title)
    assert [event.hold for event in outcome.title if isinstance(event, HoldCaptured)] == [f"{MIDDLEMARCH}#2"]
    assert list(title.holds) == [f"{MIDDLEMARCH}#1", f"{MIDDLEMARCH}#2"]


def test_a_suspension_that_is_over_today_holds_no_more() -> None:
    title = title_given(MIDDLEMARCH, hold(MIDDLEMARCH, 1, "bath"), HoldSuspended(hold=f"{MIDDLEMARCH}#1", until=DAY))
    assert scanned(item_given(BATH_COPY), "bath", title).title != ()


def test_a_hold_for_another_copy_is_not_filled_by_this_one() -> None:
    title = title_given(MIDDLEMARCH, hold(MIDDLEMARCH, 1, "bath", item=WELLS_COPY))
    assert scanned(item_given(BATH_COPY), "bath", title).title == ()


def test_a_copy_arriving_for_its_hold_goes_on_the_hold_shelf() -> None:
    name = f"{MIDDLEMARCH}#1"
    title = title_given(
        MIDDLEMARCH, hold(MIDDLEMARCH, 1, "clevedon"), HoldCaptured(hold=name, item=BATH_COPY, branch="bath")
    )
    item = item_given(
        BATH_COPY,
        ItemSetAside(hold=name, pickup="clevedon", branch="bath"),
        going("clevedon", "hold", name, "bath"),
        ItemPacked(filling="T1/1", branch="bath"),
    )
    assert scanned(item, "clevedon", title).item == (
        ItemArrived(branch="clevedon", transit=f"{BATH_COPY}~1"),
        shelved(name, "clevedon"),
    )


def test_a_hold_cancelled_on_the_way_is_noticed_on_arrival_and_the_copy_goes_home() -> None:
    name = f"{MIDDLEMARCH}#1"
    title = title_given(MIDDLEMARCH, hold(MIDDLEMARCH, 1, "clevedon"), HoldCancelled(hold=name, why="patron"))
    item = item_given(
        BATH_COPY,
        ItemSetAside(hold=name, pickup="clevedon", branch="bath"),
        going("clevedon", "hold", name, "bath"),
        ItemPacked(filling="T1/1", branch="bath"),
    )
    assert scanned(item, "clevedon", title).item == (
        ItemArrived(branch="clevedon", transit=f"{BATH_COPY}~1"),
        ItemReleased(hold=name, branch="clevedon", why="cancelled"),
        home_transit(BATH_COPY, "clevedon", "bath", 2),
    )


def test_a_copy_seen_on_its_way_goes_on_with_the_same_journey() -> None:
    item = item_given(BATH_COPY, going("bath"), ItemPacked(filling="T1/1", branch="wells"))
    assert scanned(item, "clevedon").item == (ItemSighted(branch="clevedon", as_="passing", onward="bath"),)


def test_a_copy_on_its_way_home_is_diverted_to_a_hold_when_it_is_seen() -> None:
    title = title_given(MIDDLEMARCH, hold(MIDDLEMARCH, 1, "clevedon"))
    item = item_given(BATH_COPY, going("bath"), ItemPacked(filling="T1/1", branch="wells"))
    assert scanned(item, "bristol", title).item == (
        TransitAbandoned(transit=f"{BATH_COPY}~1", branch="bristol", why="redirected"),
        ItemSetAside(hold=f"{MIDDLEMARCH}#1", pickup="clevedon", branch="bristol"),
        TransitOpened(
            transit=f"{BATH_COPY}~2",
            origin="bristol",
            destination="clevedon",
            reason="hold",
            hold=f"{MIDDLEMARCH}#1",
        ),
    )


def test_a_scan_older_than_the_last_custody_is_history_and_moves_nothing() -> None:
    item = item_given(BATH_COPY, ItemSighted(branch="wells", as_="found"), start_us=TUESDAY)
    assert scanned(item, "bath").item == (LateScanRecorded(branch="bath", custody_us=TUESDAY + HOUR_US),)


def test_a_missing_copy_that_turns_up_is_found_and_routed() -> None:
    item = item_given(BATH_COPY, ItemMissed(branch="bath"))
    since_us = TUESDAY - 23 * HOUR_US
    assert scanned(item, "bath").item == (
        ItemSighted(branch="bath", as_="found"),
        ItemFound(branch="bath", was="missing", since_us=since_us),
    )


def test_an_item_sorted_into_a_tote_is_one_fact_at_the_hub() -> None:
    item = item_given(BATH_COPY, going("bath"), ItemPacked(filling="T1/1", branch="wells"))
    outcome = scanned(item, "bristol", filling="T2/1")
    assert outcome.item == (ItemPacked(filling="T2/1", branch="bristol", onward="bath"),)


def test_an_item_that_stays_is_not_packed() -> None:
    outcome = scanned(item_given(BATH_COPY, lent()), "bath", filling="T2/1")
    assert not any(isinstance(event, ItemPacked) for event in outcome.item)


def test_a_promise_moves_to_the_next_hold_when_another_copy_fills_it_first() -> None:
    promised = HoldTargeted(hold=f"{MIDDLEMARCH}#1", item=WELLS_COPY, branch="wells", pull_by_us=TUESDAY + HOUR_US)
    title = title_given(MIDDLEMARCH, hold(MIDDLEMARCH, 1, "bath"), hold(MIDDLEMARCH, 2, "clevedon"), promised)
    outcome = scanned(item_given(BATH_COPY, lent()), "bath", title)
    assert outcome.title[1] == HoldTargeted(
        hold=f"{MIDDLEMARCH}#2", item=WELLS_COPY, branch="wells", pull_by_us=TUESDAY + HOUR_US
    )
    assert outcome.swap is not None
    assert (outcome.swap.item, outcome.swap.hold) == (WELLS_COPY, f"{MIDDLEMARCH}#2")


def test_a_pulled_copy_is_captured_for_the_hold_it_was_promised_to() -> None:
    name = f"{MIDDLEMARCH}#1"
    title = title_given(
        MIDDLEMARCH,
        hold(MIDDLEMARCH, 1, "clevedon"),
        HoldTargeted(hold=name, item=BATH_COPY, branch="bath", pull_by_us=TUESDAY),
    )
    item = item_given(BATH_COPY, ItemTargeted(hold=name, branch="bath", pull_by_us=TUESDAY))
    outcome = scanned(item, "bath", title)
    assert outcome.title == (HoldCaptured(hold=name, item=BATH_COPY, branch="bath"),)
    assert outcome.swap is None


def test_a_copy_promised_to_a_later_hold_goes_to_the_first_and_the_promise_is_dropped() -> None:
    title = title_given(
        MIDDLEMARCH,
        hold(MIDDLEMARCH, 1, "bath"),
        hold(MIDDLEMARCH, 2, "clevedon"),
        HoldTargeted(hold=f"{MIDDLEMARCH}#2", item=BATH_COPY, branch="bath", pull_by_us=TUESDAY),
    )
    promised = item_given(BATH_COPY, ItemTargeted(hold=f"{MIDDLEMARCH}#2", branch="bath", pull_by_us=TUESDAY))
    outcome = scanned(promised, "bath", title)
    assert outcome.title == (
        HoldCaptured(hold=f"{MIDDLEMARCH}#1", item=BATH_COPY, branch="bath"),
        HoldTargetDropped(hold=f"{MIDDLEMARCH}#2", item=BATH_COPY, why="taken"),
    )


def test_an_unholdable_copy_fills_no_hold() -> None:
    from dataclasses import replace

    title = title_given(DUNE, hold(DUNE, 1, "bath"))
    assert scanned(replace(item_given(FLOATING_COPY), holdable=False), "bath", title).title == ()


def test_every_scan_leaves_exactly_one_fact_of_where_the_copy_was() -> None:
    where = (ItemReturned, ItemArrived, ItemSetAside, ItemSighted, ItemPacked)
    states: list[tuple[Event, ...]] = [(), (lent(),), (going("bath"),), (ItemMissed(branch="bath"),)]
    for events in states:
        for at in ("bath", "wells"):
            outcome = scanned(item_given(BATH_COPY, *events), at)
            assert sum(isinstance(event, where) for event in outcome.item) == 1
