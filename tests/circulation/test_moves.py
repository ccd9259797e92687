"""Moves by hand: asked for, sent at the next scan, staying until their day, and over."""

from __future__ import annotations

import pytest

from circulation.clock import DAY_US
from circulation.errors import BranchlineError
from circulation.floating import FloatingGroup
from circulation.floating_rules import FloatingRules
from circulation.item import TransitAbandoned, TransitOpened, item_stream
from circulation.move import MoveCancelled, MoveEnded, MoveRequested
from circulation.move_desk import Wanted
from circulation.moving import decide_move
from circulation.policy_changes import LimitChange
from circulation.policy_desk import PolicyDesk
from tests.cast import BATH_COPY, CLEVEDON_COPY, FLOATING_COPY, MIDDLEMARCH, WELLS_COPY, item_given
from tests.world import World

FRIDAY = "2026-11-27"


def send(world: World, barcode: str, to: str, **more: object) -> str:
    """Ask for a move; the receipt's code."""
    world.clock_us += 1_000_000
    given: dict[str, object] = {"why": "display", "stay_until": FRIDAY, **more}
    return world.desk.moves.send(world.at("bristol"), barcode, to=to, **given).code  # type: ignore[arg-type]


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


def refused(world: World, barcode: str, to: str, **more: object) -> str:
    with pytest.raises(BranchlineError) as caught:
        send(world, barcode, to, **more)
    return caught.value.code


def wanted(world: World, barcode: str) -> list[str]:
    """The branches at which a copy is wanted, the first one first."""
    return [move.to for move in world.item(barcode).custody.moves or ()]


@pytest.mark.case(42)
@pytest.mark.row(23)
def test_a_copy_sent_for_a_display_stays_until_its_day_and_then_goes_home(world: World) -> None:
    assert send(world, BATH_COPY, "wells") == "move.requested"
    assert world.item(BATH_COPY).custody.transit is None
    receipt = world.scan(BATH_COPY, "bath")
    assert (receipt.code, receipt.route_to, receipt.reason) == ("send.manual", "wells", "manual")
    receipt = world.scan(BATH_COPY, "wells")
    assert (receipt.code, receipt.sentence) == ("shelve", f"Arrived at wells. It stays here until {FRIDAY}.")
    assert world.scan(BATH_COPY, "wells").route_to is None
    world.clock_us += 2 * DAY_US
    assert world.scan(BATH_COPY, "wells").route_to is None
    world.clock_us += DAY_US
    receipt = world.scan(BATH_COPY, "wells")
    assert (receipt.route_to, receipt.reason) == ("bath", "home")
    facts = world.ledger.stream(item_stream(BATH_COPY))
    assert [f.event.why for f in facts if isinstance(f.event, MoveEnded)] == ["over"]
    assert wanted(world, BATH_COPY) == []


@pytest.mark.case(42)
def test_until_its_day_the_display_stands_in_for_home_also_after_loans_and_holds(world: World) -> None:
    send(world, BATH_COPY, "wells")
    world.scan(BATH_COPY, "bath")
    world.scan(BATH_COPY, "wells")
    world.lend(BATH_COPY, "ada", "wells")
    assert world.scan(BATH_COPY, "bath").route_to == "wells"
    world.hold(MIDDLEMARCH, "dev", "clevedon")
    receipt = world.scan(BATH_COPY, "bristol")
    assert (receipt.route_to, receipt.reason) == ("clevedon", "hold")
    world.scan(BATH_COPY, "clevedon")
    world.lend(BATH_COPY, "dev", "clevedon")
    assert world.scan(BATH_COPY, "clevedon").route_to == "wells"


@pytest.mark.case(42)
@pytest.mark.row(23)
def test_a_move_that_would_bounce_home_on_arrival_is_refused_without_a_day(world: World) -> None:
    assert refused(world, BATH_COPY, "wells", stay_until=None) == "move.would-bounce"
    assert send(world, FLOATING_COPY, "wells", stay_until=None) == "move.requested"
    group = FloatingGroup(group="g", branches=("all",))
    FloatingRules(world.commands).set_group(world.at("bristol"), group)
    assert send(world, BATH_COPY, "wells", stay_until=None) == "move.requested"
    world.scan(BATH_COPY, "bath")
    assert world.scan(BATH_COPY, "wells").route_to is None
    facts = world.ledger.stream(item_stream(BATH_COPY))
    assert [f.event.why for f in facts if isinstance(f.event, MoveEnded)] == ["arrived"]


@pytest.mark.row(23)
def test_a_second_move_waits_or_takes_the_place_of_the_first_as_is_said(world: World) -> None:
    send(world, BATH_COPY, "wells")
    assert refused(world, BATH_COPY, "clevedon") == "move.already"
    send(world, BATH_COPY, "clevedon", stay_until="2026-12-24", mode="queue")
    assert wanted(world, BATH_COPY) == ["wells", "clevedon"]
    world.scan(BATH_COPY, "bath")
    world.scan(BATH_COPY, "wells")
    world.clock_us += 3 * DAY_US
    assert world.scan(BATH_COPY, "wells").route_to == "clevedon"
    send(world, BATH_COPY, "yeovil", stay_until="2026-12-24", mode="replace")
    assert wanted(world, BATH_COPY) == ["yeovil"]
    receipt = world.scan(BATH_COPY, "bristol")
    assert (receipt.route_to, receipt.reason) == ("yeovil", "manual")


@pytest.mark.row(23)
def test_a_cancelled_move_is_not_carried_out_and_one_under_way_is_decided_anew(world: World) -> None:
    send(world, BATH_COPY, "wells")
    receipt = world.desk.moves.cancel(world.at("bristol"), BATH_COPY, why="no room")
    assert receipt.code == "move.cancelled"
    assert world.opened(receipt.sentence) == f"Move {BATH_COPY}>1 was cancelled: no room."
    assert world.scan(BATH_COPY, "bath").route_to is None
    send(world, BATH_COPY, "wells")
    world.scan(BATH_COPY, "bath")
    world.desk.moves.cancel(world.at("bristol"), BATH_COPY, why="no room")
    assert world.item(BATH_COPY).custody.transit is not None
    assert world.scan(BATH_COPY, "bristol").route_to == "bath"
    events = [fact.event for fact in world.ledger.stream(item_stream(BATH_COPY))]
    assert [e.why for e in events if isinstance(e, TransitAbandoned)] == ["redirected"]
    assert [e.reason for e in events if isinstance(e, TransitOpened)] == ["manual", "home"]
    with pytest.raises(BranchlineError) as caught:
        world.desk.moves.cancel(world.at("bristol"), BATH_COPY, why="again")
    assert caught.value.code == "move.none"


@pytest.mark.row(23)
def test_what_cannot_be_asked_for_is_refused_with_its_reason(world: World) -> None:
    assert refused(world, BATH_COPY, "wells", stay_until="2026-11-24") == "move.day-past"
    assert refused(world, BATH_COPY, "bath", stay_until=None) == "move.there"
    assert refused(world, BATH_COPY, "atlantis") == "branch.unknown"
    assert refused(world, "30114999999999", "bath") == "item.unknown"
    assert refused(world, BATH_COPY, "wells", why=" ") == "move.no-reason"


@pytest.mark.row(23)
def test_a_hold_comes_before_a_move_that_waits(world: World) -> None:
    send(world, BATH_COPY, "wells")
    world.hold(MIDDLEMARCH, "dev", "clevedon")
    receipt = world.scan(BATH_COPY, "bath")
    assert (receipt.route_to, receipt.reason) == ("clevedon", "hold")
    assert wanted(world, BATH_COPY) == ["wells"]


@pytest.mark.row(23)
def test_a_move_is_asked_for_while_the_copy_is_on_loan(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    send(world, BATH_COPY, "wells")
    assert world.scan(BATH_COPY, "taunton").route_to == "wells"


@pytest.mark.row(22)
@pytest.mark.row(23)
def test_undoing_a_scan_gives_back_the_move_that_it_ended_or_sent(world: World) -> None:
    send(world, BATH_COPY, "wells")
    world.scan(BATH_COPY, "bath")
    world.desk.undo(world.at("bath"), BATH_COPY)
    assert (world.item(BATH_COPY).custody.transit, wanted(world, BATH_COPY)) == (None, ["wells"])
    world.scan(BATH_COPY, "bath")
    world.scan(BATH_COPY, "wells")
    world.clock_us += 3 * DAY_US
    world.scan(BATH_COPY, "wells")
    assert wanted(world, BATH_COPY) == []
    world.desk.undo(world.at("wells"), BATH_COPY)
    assert wanted(world, BATH_COPY) == ["wells"]


def test_a_move_is_decided_from_the_copy_alone() -> None:
    asked = {"to": "wells", "reason": "manual", "why": "for a display", "today": "2026-11-24", "stays": False}
    assert decide_move(item_given(BATH_COPY), stay_until=FRIDAY, **asked) == (  # type: ignore[arg-type]
        MoveRequested(move=f"{BATH_COPY}>1", to="wells", reason="manual", why="for a display", stay_until=FRIDAY),
    )
    first = MoveRequested(move=f"{BATH_COPY}>1", to="yeovil", reason="manual", why="x", stay_until=FRIDAY)
    events = decide_move(
        item_given(BATH_COPY, first),
        stay_until=FRIDAY,
        mode="replace",
        **asked,  # type: ignore[arg-type]
    )
    assert events[0] == MoveCancelled(move=f"{BATH_COPY}>1", why="replaced")
    assert isinstance(events[1], MoveRequested)
    assert events[1].move == f"{BATH_COPY}>2"


@pytest.mark.case(38)
def test_many_moves_are_asked_for_in_batches_that_can_be_broken_off_and_given_again(world: World) -> None:
    asked = [Wanted(BATH_COPY, "wells", FRIDAY), Wanted(CLEVEDON_COPY, "wells", FRIDAY), Wanted(WELLS_COPY, "wells")]
    moves = world.desk.moves.request_all(world.at("bristol"), asked, reason="manual", why="fair", batch=1)
    assert next(moves) == (asked[0], "requested")
    # Broken off here: nothing of the rest was recorded.
    assert (wanted(world, BATH_COPY), wanted(world, CLEVEDON_COPY)) == (["wells"], [])
    again = world.desk.moves.request_all(world.at("bristol"), asked, reason="manual", why="fair", batch=2)
    assert [what for _, what in again] == ["was requested", "requested", "is there"]
    assert [move.move for move in world.item(BATH_COPY).custody.moves or ()] == [f"{BATH_COPY}>1"]


@pytest.mark.case(22)
@pytest.mark.row(23)
def test_a_move_asked_for_after_a_scan_outlives_its_undoing(world: World) -> None:
    world.scan(BATH_COPY, "wells")
    send(world, BATH_COPY, "clevedon")
    world.desk.undo(world.at("wells"), BATH_COPY)
    assert (world.item(BATH_COPY).branch, wanted(world, BATH_COPY)) == ("bath", ["clevedon"])
    assert world.scan(BATH_COPY, "bath").route_to == "clevedon"


@pytest.mark.case(31)
@pytest.mark.row(41)
def test_a_transfer_limit_keeps_a_copy_from_a_move_too(world: World) -> None:
    deny(world, "branch/bath", "branch/wells")
    send(world, BATH_COPY, "wells")
    receipt = world.scan(BATH_COPY, "bath")
    assert (receipt.code, receipt.route_to) == ("shelve.held-back", None)
    assert wanted(world, BATH_COPY) == ["wells"]
    assert world.scan(BATH_COPY, "bristol").route_to == "wells"
