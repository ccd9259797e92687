"""Case 31: what may not travel is not asked for, not captured and not sent home, and everybody is told the reason."""

from __future__ import annotations

import pytest

from circulation.hold import Obstacle
from circulation.item import ItemHeldBack, TransitOpened
from circulation.policy_changes import LimitChange
from circulation.policy_desk import PolicyDesk
from circulation.transfer_limits import TransferLimit, may_travel
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, FLOATING_COPY, MIDDLEMARCH, WELLS_COPY
from tests.world import World

MEMBERS = {"bath": "Bath and North East Somerset", "wells": "Somerset", "taunton": "Somerset"}


def held(*limits: TransferLimit) -> dict[str, tuple[TransferLimit, ...]]:
    return {limit.limit: (limit,) for limit in limits}


def travel(
    limits: dict[str, tuple[TransferLimit, ...]],
    origin: str = "bath",
    destination: str = "wells",
    *,
    owner: str = "Somerset",
    item_type: str = "dvd",
    day: str = "2026-11-24",
) -> str | None:
    """The limit that denies it, by name."""
    found = may_travel(
        limits,
        origin=origin,
        destination=destination,
        owner=owner,
        item_type=item_type,
        day=day,
        member_of=lambda code: MEMBERS[code],
    )
    return None if found is None else found.limit


def deny(name: str, **scope: object) -> TransferLimit:
    return TransferLimit(name, 1, reason="No.", from_day="2026-01-01", **scope)  # type: ignore[arg-type]


@pytest.mark.case(31)
def test_a_limit_is_about_places_owners_types_and_days() -> None:
    assert travel({}) is None
    assert travel(held(deny("a", origin="branch/bath"))) == "a"
    assert travel(held(deny("a", origin="branch/wells"))) is None
    assert travel(held(deny("a", destination="member/Somerset"))) == "a"
    assert travel(held(deny("a", origin="owner/Somerset"))) == "a"
    assert travel(held(deny("a", origin="owner/Bristol"))) is None
    assert travel(held(deny("a", origin="branch/bath", item_type="book"))) is None
    assert travel(held(deny("a", origin="branch/bath")), day="2025-12-31") is None
    assert travel(held(deny("a", origin="branch/bath")), destination="bath") is None


@pytest.mark.case(31)
@pytest.mark.row(41)
def test_the_most_specific_limit_decides_and_of_equals_the_denial() -> None:
    denied = deny("all", destination="member/Somerset")
    assert travel(held(denied, deny("but", destination="branch/wells", allowed=True))) is None
    assert travel(held(denied, deny("but", destination="member/Somerset", allowed=True))) == "all"
    assert travel(held(denied, deny("but", item_type="dvd", destination="member/Somerset", allowed=True))) is None
    assert (
        travel(held(deny("here", origin="branch/bath"), deny("to", destination="branch/wells", allowed=True))) == "here"
    )


# --- at the desk -----------------------------------------------------------------------------------------------------


def limit(world: World, name: str, origin: str, destination: str = "*", **more: object) -> None:
    change = LimitChange(name, origin, destination, "*", allowed=False, reason="Middlemarch is being read aloud.")
    PolicyDesk(world.commands).set_limit(world.at("bristol"), change)


@pytest.mark.case(31)
def test_a_copy_that_may_not_travel_is_not_asked_for_and_another_one_is(world: World) -> None:
    world.hold(MIDDLEMARCH, "ada", "bristol")
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].target == BATH_COPY
    limit(world, "bath-stays", "branch/bath")
    world.hold(MIDDLEMARCH, "ben", "bristol")
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#2"].target == WELLS_COPY


@pytest.mark.case(31)
def test_looking_again_takes_back_a_promise_that_is_not_allowed_any_more(world: World) -> None:
    world.hold(MIDDLEMARCH, "ada", "bristol")
    limit(world, "bath-stays", "branch/bath")
    assert world.desk.holds.retarget(world.at("bristol"), MIDDLEMARCH) == 1
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].target == WELLS_COPY
    assert world.item(BATH_COPY).custody.target is None
    assert world.desk.holds.retarget(world.at("bristol"), MIDDLEMARCH) == 0


@pytest.mark.case(31)
@pytest.mark.row(41)
def test_a_hold_that_no_copy_may_serve_says_so_when_it_is_placed(world: World) -> None:
    limit(world, "no-way", "*", "branch/taunton")
    receipt = world.hold(MIDDLEMARCH, "eve", "taunton")
    assert receipt.code == "hold.placed"
    assert receipt.sentence == (
        "Hold t-middlemarch#1 for taunton. No copy may serve it as things are; it waits in the queue. "
        "2 by no-way/1: Middlemarch is being read aloud."
    )
    placed = world.ledger.stream(f"title/{MIDDLEMARCH}")[-1].event
    assert placed.obstacles == (  # type: ignore[attr-defined]
        Obstacle(copies=2, by="no-way/1", reason="Middlemarch is being read aloud."),
    )


@pytest.mark.case(31)
def test_a_copy_on_the_desk_passes_over_holds_that_it_may_not_travel_to(world: World) -> None:
    limit(world, "no-way", "*", "branch/taunton")
    world.hold(MIDDLEMARCH, "eve", "taunton")
    world.lend(BATH_COPY, "fin", "bath")
    world.lend(WELLS_COPY, "fin", "wells")
    world.hold(MIDDLEMARCH, "dev", "clevedon")
    receipt = world.scan(BATH_COPY, "bath")
    assert (receipt.route_to, receipt.hold) == ("clevedon", f"{MIDDLEMARCH}#2")
    grounds = world.ledger.stream(f"item/{BATH_COPY}")[-3:]
    assert any("hold.barred 1 by no-way/1" in (getattr(f.event, "grounds", None) or ()) for f in grounds)
    # In Taunton itself it needs no journey.
    assert world.scan(WELLS_COPY, "taunton").code == "hold-shelf"


@pytest.mark.case(31)
def test_a_return_whose_way_home_is_denied_stays_and_says_why(world: World) -> None:
    limit(world, "no-way-home", "owner/Somerset", "branch/wells")
    world.lend(WELLS_COPY, "cyn", "wells")
    receipt = world.scan(WELLS_COPY, "bath")
    assert (receipt.code, receipt.route_to, receipt.signal) == ("shelve.held-back", None, "shelve")
    assert receipt.sentence == (
        "Returned at bath. It belongs to wells, but limit 'no-way-home/1' keeps it at bath: "
        "Middlemarch is being read aloud."
    )
    events = [fact.event for fact in world.ledger.stream(f"item/{WELLS_COPY}")]
    assert events[-1] == ItemHeldBack(
        branch="bath", destination="wells", limit="no-way-home/1", reason="Middlemarch is being read aloud."
    )
    assert not any(isinstance(event, TransitOpened) for event in events)
    assert world.item(WELLS_COPY).on_shelf


@pytest.mark.case(31)
def test_a_lifted_limit_lets_the_copy_go_at_its_next_scan(world: World) -> None:
    limit(world, "no-way-home", "branch/bath", "branch/wells")
    world.lend(WELLS_COPY, "cyn", "wells")
    world.scan(WELLS_COPY, "bath")
    PolicyDesk(world.commands).lift_limit(world.at("bristol"), "no-way-home")
    assert world.scan(WELLS_COPY, "bath").route_to == "wells"


@pytest.mark.case(31)
def test_a_promise_that_moves_on_respects_the_limits_of_its_new_hold(world: World) -> None:
    limit(world, "clevedon-stays", "branch/clevedon", "branch/taunton")
    world.hold(DUNE, "dev", "clevedon")
    world.lend(FLOATING_COPY, "fin", "bristol")
    world.hold(DUNE, "eve", "taunton")
    assert world.title(DUNE).holds[f"{DUNE}#1"].target == CLEVEDON_COPY
    world.scan(FLOATING_COPY, "bristol")
    second = world.title(DUNE).holds[f"{DUNE}#2"]
    assert (second.target, second.captured) == (None, None)
    assert world.item(CLEVEDON_COPY).custody.target is None
