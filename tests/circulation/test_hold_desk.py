"""The life of a hold at the desks: suspended, moved, cancelled, expired, cleared; one small world, by hand."""

from dataclasses import replace

import pytest

from circulation.clock import DAY_US, HOUR_US, iso, parse_instant
from circulation.errors import BranchlineError, Invalid, Refused, Unknown
from circulation.event import NewEvents
from circulation.hold import Hold, HoldExpired
from circulation.item import CaptureRedirected, ItemAdded, TransitOpened
from circulation.policy import LoanRuleSet
from circulation.queue_policy import QueueOrderSet
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, FLOATING_COPY, ITEMS, MIDDLEMARCH, WELLS_COPY
from tests.world import World

FIRST, SECOND = f"{MIDDLEMARCH}#1", f"{MIDDLEMARCH}#2"


def refusal(error: pytest.ExceptionInfo[BranchlineError]) -> str:
    return error.value.code


def hold(world: World, name: str = FIRST) -> Hold:
    return world.title(name.rpartition("#")[0]).holds[name]


def place(world: World, patron: str, pickup: str, **more: object) -> str:
    """A hold on Middlemarch, or on what `more` says; its name."""
    world.clock_us += 1_000_000
    what = {"title": MIDDLEMARCH, **more}
    receipt = world.desk.holds.place(world.at(pickup), card=world.cards[patron], pickup=pickup, **what)  # type: ignore[arg-type]
    assert receipt.hold is not None
    return receipt.hold


def drive(world: World, tote: str, branch: str, to: str) -> None:
    """Carry a tote from one place to another, where it is opened."""
    world.desk.totes.seal(world.at(branch), tote)
    world.desk.totes.load(world.at(branch), tote, van="v1")
    world.desk.totes.unload(world.at(to), tote)


def lend_both(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.lend(WELLS_COPY, "cyn", "wells")


# --- what is returned when nobody lent it


@pytest.mark.case(3)
@pytest.mark.row(21)
def test_a_copy_that_was_not_on_loan_fills_a_hold_like_one_that_was(world: World) -> None:
    lend_both(world)
    world.scan(WELLS_COPY, "wells")
    world.scan(BATH_COPY, "bath")
    place(world, "dev", "clevedon", item=BATH_COPY)
    place(world, "ben", "clevedon", item=WELLS_COPY)
    world.lend(WELLS_COPY, "ben", "wells")
    returned, found = world.scan(WELLS_COPY, "taunton"), world.scan(BATH_COPY, "taunton")
    assert ("send.home", "wells") == (returned.code, returned.route_to)
    assert ("send.hold", "clevedon", FIRST) == (found.code, found.route_to, found.hold)


# --- cancelled on the way


@pytest.mark.case(6)
def test_a_hold_cancelled_on_the_way_leaves_the_leg_open_and_is_decided_anew_at_the_next_sight(world: World) -> None:
    lend_both(world)
    place(world, "dev", "clevedon")
    world.scan(BATH_COPY, "bath", tote="T1")
    world.desk.holds.cancel(world.at("wells"), FIRST, by_patron=True)
    transit = world.item(BATH_COPY).custody.transit
    assert transit is not None
    assert ("clevedon", FIRST) == (transit.destination, transit.hold)
    drive(world, "T1", "bath", "bristol")
    receipt = world.scan(BATH_COPY, "bristol")
    assert ("send.home", "bath", None) == (receipt.code, receipt.route_to, receipt.hold)
    assert world.item(BATH_COPY).custody.capture is None


@pytest.mark.case(6)
def test_a_copy_whose_hold_was_cancelled_goes_to_the_next_one_even_at_the_old_pickup_branch(world: World) -> None:
    lend_both(world)
    place(world, "dev", "clevedon")
    world.scan(BATH_COPY, "bath", tote="T1")
    place(world, "eve", "taunton")
    world.desk.holds.cancel(world.at("wells"), FIRST)
    receipt = world.scan(BATH_COPY, "clevedon")
    assert ("send.hold", "taunton", SECOND) == (receipt.code, receipt.route_to, receipt.hold)
    assert receipt.sentence.startswith("Arrived at clevedon.")


# --- another pickup branch


@pytest.mark.case(7)
@pytest.mark.row(14)
def test_a_waiting_hold_that_is_picked_up_elsewhere_asks_the_copy_that_is_there_soonest(world: World) -> None:
    place(world, "ada", "wells")
    assert WELLS_COPY == hold(world).target
    receipt = world.desk.pickups.change(world.at("bath"), FIRST, pickup="bath")
    assert ("bath", BATH_COPY) == (hold(world).pickup, hold(world).target)
    assert (None, FIRST) == (world.item(WELLS_COPY).custody.target, world.item(BATH_COPY).custody.target)
    assert receipt.sentence.startswith(
        f"Hold {FIRST} is for pickup at bath now and keeps its place. bath is asked to pull {BATH_COPY}"
    )


@pytest.mark.case(7)
def test_a_promise_that_is_still_the_best_stays_as_it_is(world: World) -> None:
    world.lend(WELLS_COPY, "cyn", "wells")
    place(world, "ada", "wells")
    before = hold(world).pull_by_us
    version = len(world.ledger.stream(f"item/{BATH_COPY}"))
    receipt = world.desk.pickups.change(world.at("bath"), FIRST, pickup="clevedon")
    assert (BATH_COPY, before) == (hold(world).target, hold(world).pull_by_us)
    assert version == len(world.ledger.stream(f"item/{BATH_COPY}"))
    assert f"Hold {FIRST} is for pickup at clevedon now and keeps its place." == receipt.sentence


@pytest.mark.case(7)
@pytest.mark.row(25)
def test_a_copy_that_has_not_left_yet_is_sent_to_the_new_branch_at_once(world: World) -> None:
    lend_both(world)
    place(world, "dev", "clevedon")
    world.scan(BATH_COPY, "bath")
    receipt = world.desk.pickups.change(world.at("taunton"), FIRST, pickup="taunton")
    assert receipt.sentence.endswith(f"Item {BATH_COPY} is at bath: scan it there and it goes to taunton.")
    transit = world.item(BATH_COPY).custody.transit
    assert transit is not None
    assert (f"{BATH_COPY}~1", "taunton") == (transit.transit, transit.destination)
    assert "taunton" == world.scan(BATH_COPY, "bath").route_to
    assert 1 == sum(isinstance(f.event, TransitOpened) for f in world.ledger.stream(f"item/{BATH_COPY}"))


@pytest.mark.case(7)
@pytest.mark.row(25)
def test_a_copy_in_a_tote_is_diverted_where_it_is_next_seen(world: World) -> None:
    lend_both(world)
    place(world, "dev", "clevedon")
    world.scan(BATH_COPY, "bath", tote="T1")
    receipt = world.desk.pickups.change(world.at("taunton"), FIRST, pickup="taunton")
    assert receipt.sentence.endswith(f"Item {BATH_COPY} is on its way and goes to taunton from its next scan on.")
    drive(world, "T1", "bath", "bristol")
    at_hub = world.scan(BATH_COPY, "bristol")
    assert ("send.onward", "taunton") == (at_hub.code, at_hub.route_to)
    arrived = world.scan(BATH_COPY, "taunton")
    assert ("hold-shelf", FIRST) == (arrived.code, arrived.hold)


@pytest.mark.case(7)
def test_a_copy_that_is_at_the_new_branch_already_only_needs_a_scan(world: World) -> None:
    lend_both(world)
    place(world, "dev", "clevedon")
    world.scan(BATH_COPY, "bath")
    receipt = world.desk.pickups.change(world.at("bath"), FIRST, pickup="bath")
    assert receipt.sentence.endswith(f"Item {BATH_COPY} is at bath already: scan it there for the hold shelf.")
    assert world.item(BATH_COPY).custody.transit is None
    assert "hold-shelf" == world.scan(BATH_COPY, "bath").code


@pytest.mark.case(7)
def test_a_copy_on_the_hold_shelf_goes_on_as_a_hold_transit_at_its_next_scan(world: World) -> None:
    place(world, "ada", "bath")
    world.scan(BATH_COPY, "bath")
    receipt = world.desk.pickups.change(world.at("wells"), FIRST, pickup="wells")
    assert receipt.sentence.endswith(f"Item {BATH_COPY} is at bath: scan it there and it goes to wells.")
    capture = world.item(BATH_COPY).custody.capture
    assert capture is not None
    assert ("wells", None) == (capture.pickup, capture.until_us)
    sent = world.scan(BATH_COPY, "bath")
    assert ("send.hold", "wells", FIRST) == (sent.code, sent.route_to, sent.hold)
    assert "hold-shelf" == world.scan(BATH_COPY, "wells").code


@pytest.mark.case(7)
def test_a_pickup_that_is_the_same_or_nowhere_is_refused(world: World) -> None:
    place(world, "ada", "bath")
    with pytest.raises(Refused) as error:
        world.desk.pickups.change(world.at("bath"), FIRST, pickup="bath")
    assert "hold.same-pickup" == refusal(error)
    with pytest.raises(Unknown) as unknown:
        world.desk.pickups.change(world.at("bath"), FIRST, pickup="atlantis")
    assert "branch.unknown" == refusal(unknown)


# --- the hold shelf


@pytest.fixture
def shelved(world: World) -> World:
    """The copy of Bath waits at Bath for Ada until Thursday 3 December at five."""
    world.lend(WELLS_COPY, "cyn", "wells")
    place(world, "ada", "bath")
    world.scan(BATH_COPY, "bath")
    capture = world.item(BATH_COPY).custody.capture
    assert capture is not None
    assert iso(capture.until_us or 0) == "2026-12-03T17:00:00Z"
    return world


@pytest.mark.case(8)
@pytest.mark.row(18)
def test_scanning_an_expired_copy_ends_its_hold_and_decides_anew_in_one_append(shelved: World) -> None:
    place(shelved, "eve", "taunton")
    shelved.clock_us = parse_instant("2026-12-03T17:00:01Z")
    receipt = shelved.scan(BATH_COPY, "bath")
    assert ("send.hold", "taunton", SECOND) == (receipt.code, receipt.route_to, receipt.hold)
    assert f"Found at bath, wanted for a hold. Nobody came for hold {FIRST} in time." in receipt.sentence
    assert [SECOND] == list(shelved.title(MIDDLEMARCH).holds)
    facts = shelved.ledger.stream(f"title/{MIDDLEMARCH}")[-2:]
    assert [HoldExpired(hold=FIRST, item=BATH_COPY), SECOND] == [facts[0].event, facts[1].event.hold]  # type: ignore[attr-defined]
    assert facts[0].request == facts[1].request == receipt.request
    assert () == shelved.desk.borrowers.by_card(shelved.cards["ada"]).claims.holds


@pytest.mark.case(8)
def test_an_expired_copy_that_nobody_waits_for_is_shelved_and_says_so(shelved: World) -> None:
    shelved.clock_us += 30 * DAY_US
    receipt = shelved.scan(BATH_COPY, "bath")
    assert ("shelve", "Shelve here") == (receipt.code, receipt.headline)
    assert f"Nobody came for hold {FIRST} in time." in receipt.sentence
    assert ("again", None) == ((again := shelved.scan(BATH_COPY, "bath")).code, again.hold)


@pytest.mark.case(8)
def test_the_last_minute_on_the_hold_shelf_is_still_in_time(shelved: World) -> None:
    shelved.clock_us = parse_instant("2026-12-03T16:59:58Z")
    assert "hold-shelf" == shelved.scan(BATH_COPY, "bath").code


@pytest.mark.case(8)
def test_a_patron_who_comes_late_still_gets_the_copy_that_nobody_cleared(shelved: World) -> None:
    shelved.clock_us += 30 * DAY_US
    assert FIRST == shelved.lend(BATH_COPY, "ada", "bath").hold


@pytest.mark.case(8)
def test_a_copy_that_strayed_from_the_hold_shelf_gets_its_time_there_anew(shelved: World) -> None:
    shelved.scan(BATH_COPY, "wells")
    shelved.clock_us += 30 * DAY_US
    receipt = shelved.scan(BATH_COPY, "bath")
    assert ("hold-shelf", FIRST) == (receipt.code, receipt.hold)


@pytest.mark.case(8)
@pytest.mark.row(18)
def test_what_is_foreseen_for_expired_copies_is_what_their_scans_do_one_after_the_other(world: World) -> None:
    """Two copies expire and one hold waits: the first gets it, the second goes home."""
    place(world, "ada", "bath")
    world.scan(BATH_COPY, "bath")
    place(world, "ben", "bath")
    world.scan(WELLS_COPY, "bath")
    place(world, "dev", "bath")
    world.clock_us += 30 * DAY_US
    codes = [BATH_COPY, WELLS_COPY]
    head = world.ledger.head()
    foreseen = world.desk.foresight.scans("bath", codes)
    assert head == world.ledger.head()
    third = f"{MIDDLEMARCH}#3"
    assert [("hold", None, third), ("transit", "wells", None)] == [(f.pile, f.to, f.next_hold) for f in foreseen]
    did = [world.scan(code, "bath") for code in codes]
    assert [("hold-shelf", None, third), ("send.home", "wells", None)] == [(r.code, r.route_to, r.hold) for r in did]


@pytest.mark.case(8)
def test_the_other_two_piles_are_the_open_shelf_and_those_picked_up_elsewhere(shelved: World) -> None:
    shelved.desk.pickups.change(shelved.at("wells"), FIRST, pickup="wells")
    (moved,) = shelved.desk.foresight.scans("bath", [BATH_COPY])
    assert ("pickup-changed", "wells", FIRST) == (moved.pile, moved.to, moved.next_hold)
    shelved.desk.holds.cancel(shelved.at("bath"), FIRST)
    (stays,) = shelved.desk.foresight.scans("bath", [BATH_COPY])
    assert ("shelf", None, None) == (stays.pile, stays.to, stays.next_hold)


@pytest.mark.case(8)
@pytest.mark.row(18)
def test_a_copy_waits_five_days_longer_on_request(shelved: World) -> None:
    receipt = shelved.desk.pickups.extend(shelved.at("bath"), FIRST)
    assert f"Its copy waits at bath for hold {FIRST} until 2026-12-08T17:00:00Z." == receipt.sentence
    shelved.clock_us = parse_instant("2026-12-08T16:59:00Z")
    assert "hold-shelf" == shelved.scan(BATH_COPY, "bath").code
    shelved.clock_us += HOUR_US
    assert "shelve" == shelved.scan(BATH_COPY, "bath").code


@pytest.mark.case(8)
def test_an_extension_after_the_end_counts_from_today(shelved: World) -> None:
    shelved.clock_us = parse_instant("2026-12-09T12:00:00Z")
    shelved.desk.pickups.extend(shelved.at("bath"), FIRST, days=2)
    capture = shelved.item(BATH_COPY).custody.capture
    assert capture is not None
    assert "2026-12-11T17:00:00Z" == iso(capture.until_us or 0)


@pytest.mark.case(8)
def test_only_what_is_on_a_hold_shelf_waits_longer_and_by_a_sensible_time(world: World) -> None:
    place(world, "ada", "bath")
    with pytest.raises(Refused) as error:
        world.desk.pickups.extend(world.at("bath"), FIRST)
    assert "hold.not-on-shelf" == refusal(error)
    with pytest.raises(Invalid) as invalid:
        world.desk.pickups.extend(world.at("bath"), FIRST, days=0)
    assert "hold.extend-days" == refusal(invalid)


# --- suspended, resumed, no longer wanted


@pytest.mark.case(9)
@pytest.mark.row(13)
def test_a_hold_that_thaws_on_a_day_is_promised_a_copy_when_that_can_be_there_on_it(world: World) -> None:
    """The copy of Bath needs a day to Clevedon; the hold thaws on Friday 27 November."""
    world.lend(WELLS_COPY, "cyn", "wells")
    place(world, "dev", "clevedon")
    world.desk.holds.suspend(world.at("clevedon"), FIRST, until="2026-11-27")
    assert hold(world).target is None
    asked = []
    for day in ("2026-11-25", "2026-11-26"):
        world.clock_us = parse_instant(f"{day}T09:00:00Z")
        asked.append(world.desk.holds.retarget(world.at("bath"), MIDDLEMARCH))
    assert [0, 1] == asked
    assert BATH_COPY == hold(world).target
    assert "clevedon" == world.scan(BATH_COPY, "bath").route_to


@pytest.mark.case(9)
def test_a_copy_at_the_pickup_branch_itself_is_asked_for_on_the_day_and_not_one_from_afar_before(world: World) -> None:
    place(world, "ada", "bath")
    world.desk.holds.suspend(world.at("bath"), FIRST, until="2026-11-27")
    asked = []
    for day in ("2026-11-26", "2026-11-27"):
        world.clock_us = parse_instant(f"{day}T09:00:00Z")
        asked.append(world.desk.holds.retarget(world.at("bath"), MIDDLEMARCH))
    assert ([0, 1], BATH_COPY) == (asked, hold(world).target)


@pytest.mark.case(9)
@pytest.mark.row(13)
def test_a_suspended_hold_keeps_its_place_and_resumed_it_asks_for_a_copy_at_once(world: World) -> None:
    place(world, "ada", "bath")
    world.desk.holds.suspend(world.at("bath"), FIRST)
    place(world, "ben", "bath")
    assert [FIRST, SECOND] == list(world.title(MIDDLEMARCH).holds)
    assert (None, BATH_COPY) == (hold(world).target, hold(world, SECOND).target)
    receipt = world.desk.holds.resume(world.at("bath"), FIRST)
    assert WELLS_COPY == hold(world).target
    assert receipt.sentence.startswith(f"Hold {FIRST} takes copies again. wells is asked to pull {WELLS_COPY}")
    # First come, first served, even though the copy was promised to the second meanwhile.
    assert FIRST == world.scan(BATH_COPY, "bath").hold


@pytest.mark.row(13)
def test_a_hold_ends_after_the_last_day_on_which_it_is_wanted(world: World) -> None:
    place(world, "ada", "bath", expires="2026-11-26")
    with pytest.raises(Refused) as early:
        world.desk.holds.lapse(world.at("bath"), FIRST)
    assert "hold.still-wanted" == refusal(early)
    world.clock_us = parse_instant("2026-11-27T09:00:00Z")
    # Neither the copy that was to be pulled for it nor the hold remembers the promise.
    assert "shelve" == world.scan(BATH_COPY, "bath").signal
    assert (None, None) == (world.item(BATH_COPY).custody.target, hold(world).target)
    receipt = world.desk.holds.lapse(world.at("bath"), FIRST)
    assert ("hold.lapsed", f"Hold {FIRST} was wanted until 2026-11-26 and has ended.") == (
        receipt.code,
        receipt.sentence,
    )
    assert (None, ()) == (
        world.item(BATH_COPY).custody.target,
        world.desk.borrowers.by_card(world.cards["ada"]).claims.holds,
    )


@pytest.mark.row(13)
def test_a_hold_that_has_its_copy_does_not_lapse_on_the_way(world: World) -> None:
    place(world, "dev", "clevedon", expires="2026-11-24")
    world.scan(BATH_COPY, "bath")
    world.clock_us += 2 * DAY_US
    with pytest.raises(Refused) as error:
        world.desk.holds.lapse(world.at("clevedon"), FIRST)
    assert "hold.still-wanted" == refusal(error)
    assert "hold-shelf" == world.scan(BATH_COPY, "clevedon").code


def test_a_hold_wanted_until_yesterday_is_not_placed(world: World) -> None:
    with pytest.raises(Refused) as error:
        place(world, "ada", "bath", expires="2026-11-23")
    assert "hold.no-time" == refusal(error)


# --- pull lists


@pytest.mark.case(27)
@pytest.mark.row(16)
def test_what_is_to_be_pulled_is_due_when_the_van_leaves_and_asked_elsewhere_afterwards(world: World) -> None:
    place(world, "dev", "clevedon")
    first = hold(world)
    assert (BATH_COPY, world.clock_us + 4 * HOUR_US) == (first.target, first.pull_by_us)
    world.clock_us = first.pull_by_us
    assert 0 == world.desk.holds.retarget(world.at("bath"), MIDDLEMARCH)
    world.clock_us += 1
    assert 1 == world.desk.holds.retarget(world.at("bath"), MIDDLEMARCH)
    second = hold(world)
    assert (WELLS_COPY, world.clock_us + 4 * HOUR_US) == (second.target, second.pull_by_us)


@pytest.mark.case(27)
def test_the_only_copy_is_asked_for_again_for_the_next_van(world: World) -> None:
    world.lend(WELLS_COPY, "cyn", "wells")
    place(world, "dev", "clevedon")
    for _ in range(3):
        world.clock_us += 5 * HOUR_US
        assert 1 == world.desk.holds.retarget(world.at("bath"), MIDDLEMARCH)
        assert (BATH_COPY, world.clock_us + 4 * HOUR_US) == (hold(world).target, hold(world).pull_by_us)
    assert FIRST == world.item(BATH_COPY).custody.target


@pytest.mark.case(27)
def test_what_lapsed_is_promised_in_the_order_of_the_queue(world: World) -> None:
    world.lend(WELLS_COPY, "cyn", "wells")
    place(world, "ada", "bath")
    place(world, "ben", "bath")
    world.desk.holds.suspend(world.at("bath"), FIRST)
    assert 1 == world.desk.holds.retarget(world.at("bath"), MIDDLEMARCH)
    world.desk.holds.resume(world.at("bath"), FIRST)
    world.clock_us += 5 * HOUR_US
    assert 1 == world.desk.holds.retarget(world.at("bath"), MIDDLEMARCH)
    assert (BATH_COPY, None) == (hold(world).target, hold(world, SECOND).target)


# --- copies that arrive together


@pytest.mark.case(40)
def test_of_two_copies_that_arrive_together_the_second_goes_to_the_second_hold(world: World) -> None:
    lend_both(world)
    place(world, "dev", "clevedon")
    place(world, "ben", "bath")
    first, second = world.scan(WELLS_COPY, "clevedon"), world.scan(BATH_COPY, "clevedon")
    assert ("hold-shelf", FIRST) == (first.code, first.hold)
    assert ("send.hold", "bath", SECOND) == (second.code, second.route_to, second.hold)


@pytest.mark.case(40)
def test_of_two_copies_on_their_way_to_one_hold_the_second_is_decided_anew_and_not_left(world: World) -> None:
    """One was pulled for the hold, the other was returned there: whichever is scanned first fills it."""
    world.lend(WELLS_COPY, "cyn", "wells")
    place(world, "dev", "clevedon")
    assert BATH_COPY == hold(world).target
    assert ("hold-shelf", FIRST) == ((first := world.scan(WELLS_COPY, "clevedon")).code, first.hold)
    assert world.item(BATH_COPY).custody.target is None
    second = world.scan(BATH_COPY, "clevedon")
    assert ("send.home", "bath", None) == (second.code, second.route_to, second.hold)


# --- orders, new copies and parts at the desk


def order(world: World, made: QueueOrderSet) -> None:
    world.record("order", (NewEvents("policy/queue", 0, (made,)),))


@pytest.mark.case(26)
@pytest.mark.row(17)
def test_the_desk_serves_holds_in_the_order_that_was_set(world: World) -> None:
    order(world, QueueOrderSet(order="local-first", keys=("here",), local_gap=5, local_days=60))
    world.lend(FLOATING_COPY, "fin", "bristol")
    world.lend(CLEVEDON_COPY, "dev", "clevedon")
    place(world, "ada", "bath", title=DUNE)
    place(world, "cyn", "wells", title=DUNE)
    assert f"{DUNE}#2" == world.scan(CLEVEDON_COPY, "wells").hold
    asked, held, _ = world.desk.foresight.explain(FLOATING_COPY, "wells")
    assert ("wells", "local-first") == (asked.branch, held.order)


@pytest.mark.row(12)
def test_undoing_a_scan_gives_the_hold_back_that_an_order_put_ahead(world: World) -> None:
    order(world, QueueOrderSet(order="local-first", keys=("here",)))
    lend_both(world)
    place(world, "ben", "bath")
    place(world, "eve", "wells")
    world.scan(WELLS_COPY, "wells")
    world.desk.undo(world.at("wells"), WELLS_COPY)
    assert [None, None] == [hold(world, name).captured for name in (FIRST, SECOND)]


@pytest.mark.row(14)
def test_a_new_copy_is_promised_to_its_owners_branches_only(world: World) -> None:
    rule = LoanRuleSet(
        rule="all", days=21, renewals=3, loan_limit=20, hold_limit=12, shelf_days=9, age_protection_days=90
    )
    world.record("rule", (NewEvents("policy/loans", 0, (rule,)),))
    place(world, "dev", "clevedon")
    assert hold(world).target is None
    assert "shelve" == world.scan(BATH_COPY, "bath").signal
    place(world, "eve", "taunton")
    assert WELLS_COPY == hold(world, SECOND).target
    world.clock_us += 91 * DAY_US
    assert ("send.hold", FIRST) == ((late := world.scan(BATH_COPY, "bath")).code, late.hold)


@pytest.mark.row(11)
def test_each_volume_of_a_set_has_its_own_holds(world: World) -> None:
    volumes = {"30114000000101": "v.1", "30114000000102": "v.2"}
    for barcode, part in volumes.items():
        added = replace(ITEMS[BATH_COPY], title="t-proust", part=part)
        assert isinstance(added, ItemAdded)
        world.record(barcode, (NewEvents(f"item/{barcode}", 0, (added,)),))
    from circulation.hold import TitleAdded

    world.record("proust", (NewEvents("title/t-proust", 0, (TitleAdded(title="In Search of Lost Time"),)),))
    second = place(world, "ada", "bath", title="t-proust", part="v.2")
    assert "30114000000102" == hold(world, second).target
    first = place(world, "ada", "bath", title="t-proust", part="v.1")
    with pytest.raises(Refused) as twice:
        place(world, "ada", "bath", title="t-proust", part="v.1")
    assert "hold.already-placed" == refusal(twice)
    with pytest.raises(Unknown) as nowhere:
        place(world, "ada", "bath", title="t-proust", part="v.3")
    assert ("hold.part-unknown", "Its parts are: v.1, v.2.") == (refusal(nowhere), nowhere.value.hint)
    assert first == world.scan("30114000000101", "bath").hold
    assert second == world.lend("30114000000102", "ada", "bath").hold
    assert [first] == list(world.title("t-proust").holds)
    # Nobody has a whole copy, so whoever asks for no part in particular gets any.
    anything = place(world, "ben", "bath", title="t-proust")
    assert anything == world.scan("30114000000102", "bath").hold


@pytest.mark.case(7)
def test_a_fact_about_a_capture_that_is_over_changes_nothing(shelved: World) -> None:
    from circulation.item import HoldShelfExtended, fold_item
    from tests.cast import fact

    item = shelved.item(BATH_COPY)
    for event in (
        CaptureRedirected(hold=SECOND, pickup="wells"),
        HoldShelfExtended(hold=SECOND, branch="bath", until_us=shelved.clock_us),
    ):
        after = fold_item(item, fact(f"item/{BATH_COPY}", 9, event, shelved.clock_us))
        assert item.custody == after.custody
