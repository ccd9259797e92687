"""Floating at the desk: what a scan comes to under a policy, and what is left of it in the log."""

from __future__ import annotations

import pytest

from circulation.clock import DAY_US
from circulation.errors import Invalid, Refused, Unknown
from circulation.event import NewEvents
from circulation.floating import FloatingGroup
from circulation.floating_rules import FloatingRules
from circulation.hold import HoldCaptured
from circulation.item import ItemAdded, ItemReturned, TransitAbandoned, TransitOpened, item_stream
from circulation.policy_changes import LimitChange, RuleChange
from circulation.policy_desk import PolicyDesk
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, FLOATING_COPY, MIDDLEMARCH, WELLS_COPY
from tests.world import World

BOOKS = FloatingGroup(group="books", branches=("all",), excludes=("branch/yeovil",), item_types=("book",))


def deny(world: World, origin: str, destination: str) -> None:
    """Set a transfer limit."""
    change = LimitChange(
        f"no-{origin}-{destination}".translate({47: "-", 42: "all"}),
        origin,
        destination,
        "*",
        allowed=False,
        reason="No.",
    )
    PolicyDesk(world.commands).set_limit(world.at("bristol"), change)


def rules(world: World) -> FloatingRules:
    return FloatingRules(world.commands)


def grounds_of(world: World, barcode: str) -> tuple[str, ...]:
    """The grounds of the last fact that carries some."""
    facts = reversed(world.ledger.stream(item_stream(barcode)))
    return next(fact.event.grounds for fact in facts if getattr(fact.event, "grounds", None))


@pytest.mark.case(28)
@pytest.mark.row(21)
@pytest.mark.row(32)
def test_a_group_makes_copies_float_and_the_log_says_by_which_rule(world: World) -> None:
    rules(world).set_group(world.at("bristol"), BOOKS)
    world.lend(BATH_COPY, "ada", "bath")
    receipt = world.scan(BATH_COPY, "wells")
    assert (receipt.code, receipt.route_to) == ("shelve", None)
    assert grounds_of(world, BATH_COPY) == (f"loan.closed {BATH_COPY}#1", "hold.none", "place.floats books")
    assert world.scan(BATH_COPY, "yeovil").route_to == "bath"
    assert grounds_of(world, BATH_COPY)[-1] == "float.outside books"


@pytest.mark.row(33)
def test_a_full_branch_sends_what_comes_in_on_and_room_that_comes_free_is_used(world: World) -> None:
    rules(world).set_group(world.at("bristol"), BOOKS)
    rules(world).set_limit(world.at("bristol"), "wells", "book", 1)
    rules(world).set_limit(world.at("bristol"), "*", "book", 5)
    assert world.scan(BATH_COPY, "wells").route_to is None
    receipt = world.scan(CLEVEDON_COPY, "wells")
    assert (receipt.route_to, receipt.reason) == ("clevedon", "home")
    assert grounds_of(world, CLEVEDON_COPY)[-2:] == ("float.full wells 1/1", "float.goes-on clevedon 0/5")
    # A copy that has its home there is never one too many, and does not count.
    assert world.scan(WELLS_COPY, "wells").route_to is None
    world.lend(BATH_COPY, "ada", "wells")
    assert world.scan(CLEVEDON_COPY, "wells").route_to is None
    assert any(
        isinstance(fact.event, TransitAbandoned) and fact.event.why == "floats"
        for fact in world.ledger.stream(item_stream(CLEVEDON_COPY))
    )


@pytest.mark.row(33)
def test_what_is_under_way_to_a_branch_counts_there(world: World) -> None:
    rules(world).set_group(world.at("bristol"), BOOKS)
    for branch, copies in {"bristol": 0, "bath": 0, "wells": 0, "clevedon": 0, "taunton": 1}.items():
        rules(world).set_limit(world.at("bristol"), branch, "book", copies)
    assert world.scan(BATH_COPY, "wells").route_to == "taunton"
    # Taunton awaits one: the next one finds no room but at home.
    assert world.scan(CLEVEDON_COPY, "wells").route_to == "clevedon"
    assert world.scan(BATH_COPY, "taunton").route_to is None


@pytest.mark.row(34)
def test_a_copy_away_for_too_long_goes_home_at_its_next_scan(world: World) -> None:
    rules(world).set_group(world.at("bristol"), FloatingGroup(group="g", branches=("all",), homing_days=30))
    assert world.scan(BATH_COPY, "wells").route_to is None
    since = world.clock_us
    assert world.item(BATH_COPY).custody.away_since_us == since
    world.clock_us += 20 * DAY_US
    world.lend(BATH_COPY, "ada", "wells")
    world.clock_us += 9 * DAY_US
    assert world.scan(BATH_COPY, "taunton").route_to is None
    assert world.item(BATH_COPY).custody.away_since_us == since
    world.clock_us = since + 30 * DAY_US
    receipt = world.scan(BATH_COPY, "taunton")
    assert (receipt.route_to, receipt.reason) == ("bath", "home")
    assert grounds_of(world, BATH_COPY)[-1] == "float.homing 30"
    world.scan(BATH_COPY, "bath")
    assert world.item(BATH_COPY).custody.away_since_us is None
    assert world.scan(BATH_COPY, "wells").route_to is None


@pytest.mark.row(34)
def test_homing_goes_on_past_branches_where_the_copy_might_float(world: World) -> None:
    rules(world).set_group(world.at("bristol"), FloatingGroup(group="g", branches=("all",), homing_days=1))
    world.scan(BATH_COPY, "wells")
    world.clock_us += DAY_US
    assert world.scan(BATH_COPY, "wells").route_to == "bath"
    receipt = world.scan(BATH_COPY, "bristol")
    assert (receipt.code, receipt.route_to) == ("send.onward", "bath")


@pytest.mark.row(34)
def test_an_undone_scan_gives_back_since_when_a_copy_is_away(world: World) -> None:
    rules(world).set_group(world.at("bristol"), BOOKS)
    world.scan(BATH_COPY, "wells")
    since = world.clock_us
    world.scan(BATH_COPY, "bath")
    assert world.item(BATH_COPY).custody.away_since_us is None
    world.desk.undo(world.at("bath"), BATH_COPY)
    assert world.item(BATH_COPY).custody.away_since_us == since


@pytest.mark.row(36)
def test_a_second_copy_of_a_title_goes_on_where_one_is_enough(world: World) -> None:
    rules(world).set_group(world.at("bristol"), FloatingGroup(group="g", branches=("all",), title_copies=1))
    receipt = world.scan(BATH_COPY, "wells")  # where the other copy of Middlemarch stands
    assert receipt.route_to == "bath"
    assert grounds_of(world, BATH_COPY)[-2:] == ("float.duplicates wells 1/1", "float.goes-on bath 0/any")
    assert world.scan(CLEVEDON_COPY, "wells").route_to is None


@pytest.mark.case(29)
def test_floating_is_decided_anew_when_a_copy_is_seen_on_its_way(world: World) -> None:
    rules(world).set_group(world.at("bristol"), BOOKS)
    for branch, copies in {"wells": 0, "taunton": 1, "bristol": 0, "clevedon": 0, "bath": 0}.items():
        rules(world).set_limit(world.at("bristol"), branch, "book", copies)
    assert world.scan(BATH_COPY, "wells").route_to == "taunton"
    # Still fit: the same journey goes on, past the hub that has no room.
    assert world.scan(BATH_COPY, "bristol").route_to == "taunton"
    rules(world).set_limit(world.at("bristol"), "taunton", "book", 0)
    receipt = world.scan(BATH_COPY, "bristol")
    assert (receipt.route_to, receipt.reason) == ("bath", "home")
    assert "float.no-room taunton" in grounds_of(world, BATH_COPY)
    assert [
        f.event.why for f in world.ledger.stream(item_stream(BATH_COPY)) if isinstance(f.event, TransitAbandoned)
    ] == ["redirected"]


@pytest.mark.case(29)
def test_a_copy_going_home_that_turns_up_where_it_may_float_stays_there(world: World) -> None:
    assert world.scan(BATH_COPY, "wells").route_to == "bath"
    rules(world).set_group(world.at("bristol"), BOOKS)
    receipt = world.scan(BATH_COPY, "clevedon")
    assert (receipt.code, receipt.route_to) == ("shelve", None)
    assert world.item(BATH_COPY).custody.transit is None


@pytest.mark.case(4)
@pytest.mark.row(24)
def test_a_copy_seen_at_a_wrong_branch_on_its_way_goes_on_with_the_same_journey(world: World) -> None:
    world.scan(BATH_COPY, "wells")
    journey = world.item(BATH_COPY).custody.transit
    receipt = world.scan(BATH_COPY, "clevedon")
    assert (receipt.code, receipt.route_to) == ("send.onward", "bath")
    assert world.item(BATH_COPY).custody.transit == journey
    assert (world.item(BATH_COPY).branch, grounds_of(world, BATH_COPY)[-1]) == (
        "clevedon",
        f"transit.goes-on {BATH_COPY}~1",
    )


@pytest.mark.case(5)
@pytest.mark.row(26)
def test_a_copy_lent_on_its_way_gives_up_the_journey_which_stays_true_in_the_log(world: World) -> None:
    world.scan(BATH_COPY, "wells")
    world.lend(BATH_COPY, "cyn", "clevedon")
    events = [fact.event for fact in world.ledger.stream(item_stream(BATH_COPY))]
    opened = next(event for event in events if isinstance(event, TransitOpened))
    assert (opened.origin, opened.destination) == ("wells", "bath")
    assert TransitAbandoned(transit=opened.transit, branch="clevedon", why="loaned") in events
    assert world.item(BATH_COPY).custody.transit is None
    world.scan(BATH_COPY, "clevedon")
    assert sum(isinstance(fact.event, ItemReturned) for fact in world.ledger.stream(item_stream(BATH_COPY))) == 1


@pytest.mark.row(25)
def test_a_copy_going_home_is_diverted_to_a_hold_when_it_is_seen(world: World) -> None:
    world.scan(CLEVEDON_COPY, "wells")
    world.scan(FLOATING_COPY, "bristol")
    world.lend(FLOATING_COPY, "eve", "bristol")
    world.hold(DUNE, "ada", "bath")
    receipt = world.scan(CLEVEDON_COPY, "bristol")
    assert (receipt.route_to, receipt.reason) == ("bath", "hold")


@pytest.mark.case(32)
@pytest.mark.row(28)
def test_a_hold_waits_where_its_copy_was_scanned_if_its_pickup_branch_is_a_walk_away(world: World) -> None:
    rules(world).set_lanes(world.at("bristol"), "centre", ("bath", "bristol"))
    world.hold(MIDDLEMARCH, "ada", "bath")
    receipt = world.scan(WELLS_COPY, "bristol")
    assert (receipt.code, receipt.route_to) == ("hold-shelf", None)
    custody = world.item(WELLS_COPY).custody
    assert (custody.place.ref, custody.transit) == ("bristol", None)
    assert "hold.walked bath" in grounds_of(world, WELLS_COPY)
    # Scanned again, nothing changes; carried over, it waits there; lent at either, the hold is filled.
    assert world.scan(WELLS_COPY, "bristol").code == "hold-shelf"
    assert world.item(WELLS_COPY).custody.capture == custody.capture
    assert world.scan(WELLS_COPY, "bath").code == "hold-shelf"
    assert world.item(WELLS_COPY).custody.place.ref == "bath"
    assert world.lend(WELLS_COPY, "ada", "bath").hold == f"{MIDDLEMARCH}#1"


@pytest.mark.case(32)
@pytest.mark.row(28)
def test_a_journey_for_a_hold_ends_a_walk_away_from_its_pickup_branch(world: World) -> None:
    world.hold(MIDDLEMARCH, "ada", "bath")
    assert world.scan(WELLS_COPY, "wells").route_to == "bath"
    rules(world).set_lanes(world.at("bristol"), "centre", ("bath", "bristol"))
    assert world.scan(WELLS_COPY, "bristol").code == "hold-shelf"
    assert world.item(WELLS_COPY).custody.transit is None
    assert any(isinstance(fact.event, HoldCaptured) for fact in world.ledger.stream(f"title/{MIDDLEMARCH}"))


@pytest.mark.case(32)
def test_a_copy_is_as_good_as_home_where_its_home_is_a_walk_away(world: World) -> None:
    assert world.scan(BATH_COPY, "wells").route_to == "bath"
    rules(world).set_lanes(world.at("bristol"), "centre", ("bath", "bristol"))
    receipt = world.scan(BATH_COPY, "bristol")
    assert (receipt.code, receipt.route_to, world.item(BATH_COPY).custody.transit) == ("shelve", None, None)


def test_what_would_happen_is_told_without_recording_anything(world: World) -> None:
    rules(world).set_group(world.at("bristol"), BOOKS)
    head = world.ledger.head()
    found = world.desk.placement(BATH_COPY, "yeovil")
    assert (found.to, found.reason, found.grounds) == ("bath", "home", ("hold.none", "float.outside books"))
    assert world.ledger.head() == head
    world.hold(MIDDLEMARCH, "cyn", "wells")
    assert world.desk.placement(BATH_COPY, "yeovil").hold == f"{MIDDLEMARCH}#1"


def test_a_rule_that_is_set_twice_is_recorded_once_and_an_impossible_one_is_refused(world: World) -> None:
    boss, at = rules(world), world.at("bristol")
    assert boss.set_group(at, BOOKS).facts
    assert not boss.set_group(at, BOOKS).facts
    assert boss.set_limit(at, "wells", "book", 3).facts
    assert not boss.set_limit(at, "wells", "book", 3).facts
    refused: list[tuple[type[Exception], str, FloatingGroup]] = [
        (Invalid, "floating.no-branches", FloatingGroup(group="g", branches=())),
        (Invalid, "floating.homing-days", FloatingGroup(group="g", branches=("all",), homing_days=0)),
        (Invalid, "floating.title-copies", FloatingGroup(group="g", branches=("all",), title_copies=0)),
        (Invalid, "floating.scope", FloatingGroup(group="g", branches=("here",))),
        (Unknown, "branch.unknown", FloatingGroup(group="g", branches=("branch/atlantis",))),
        (Unknown, "member.unknown", FloatingGroup(group="g", branches=("all",), owners=("Atlantis",))),
    ]
    for kind, code, group in refused:
        with pytest.raises(kind) as caught:
            boss.set_group(at, group)
        assert getattr(caught.value, "code", "") == code
    for code, act in {
        "floating.unknown-group": lambda: boss.remove_group(at, "g"),
        "floating.unknown-limit": lambda: boss.set_limit(at, "bath", "dvd", None),
        "floating.limit": lambda: boss.set_limit(at, "bath", "dvd", -1),
        "floating.one-branch": lambda: boss.set_lanes(at, "l", ("bath", "bath")),
        "floating.unknown-lanes": lambda: boss.set_lanes(at, "l", ()),
    }.items():
        with pytest.raises((Invalid, Unknown, Refused)) as caught:
            act()
        assert getattr(caught.value, "code", "") == code


def test_a_removed_rule_does_not_hold_any_more(world: World) -> None:
    boss, at = rules(world), world.at("bristol")
    boss.set_group(at, BOOKS)
    boss.set_limit(at, "wells", "book", 0)
    boss.set_limit(at, "wells", "book", None)
    assert world.scan(BATH_COPY, "wells").route_to is None
    boss.remove_group(at, "books")
    assert world.scan(BATH_COPY, "wells").route_to == "bath"


def test_a_copy_catalogued_away_from_home_is_away_from_the_start(world: World) -> None:
    added = ItemAdded(title=DUNE, owner="Bristol", home="bath", item_type="book", branch="wells")
    world.record("more", (NewEvents(item_stream("30114000000058"), 0, (added,)),))
    assert world.item("30114000000058").custody.away_since_us == world.clock_us


@pytest.mark.case(31)
@pytest.mark.row(33)
@pytest.mark.row(41)
def test_a_full_branch_sends_nothing_where_a_transfer_limit_denies_it(world: World) -> None:
    rules(world).set_group(world.at("bristol"), BOOKS)
    for branch, copies in {"wells": 0, "taunton": 5, "bath": 0, "bristol": 1, "clevedon": 0}.items():
        rules(world).set_limit(world.at("bristol"), branch, "book", copies)
    assert world.desk.placement(BATH_COPY, "wells").to == "bristol"
    deny(world, "branch/wells", "branch/bristol")
    assert world.desk.placement(BATH_COPY, "wells").to == "taunton"
    deny(world, "branch/wells", "*")
    assert world.desk.placement(BATH_COPY, "wells").grounds[-1].startswith("place.held-back ")
    assert world.scan(BATH_COPY, "wells").code == "shelve.held-back"


@pytest.mark.row(32)
@pytest.mark.row(40)
def test_a_rule_decides_about_the_float_flag_before_the_copy_s_own_description(world: World) -> None:
    assert world.desk.placement(FLOATING_COPY, "wells").to is None
    change = RuleChange(rule="no-float", branch="wells", values={"floats": False})
    PolicyDesk(world.commands).set_rule(world.at("bristol"), change)
    assert world.desk.placement(FLOATING_COPY, "wells").grounds == ("hold.none", "place.belongs bristol")
    assert world.desk.placement(FLOATING_COPY, "bath").to is None
    rules(world).set_group(world.at("bristol"), BOOKS)
    assert world.desk.placement(FLOATING_COPY, "wells").to is None
