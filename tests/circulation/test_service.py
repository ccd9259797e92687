"""The courier's service suspended: what stays where it landed, which requests are refused, and how that ends."""

from __future__ import annotations

import pytest

from circulation.actor import ActorRegistered, Role
from circulation.command import Caller
from circulation.errors import Invalid, Refused, Unknown
from circulation.event import Event, NewEvents
from circulation.hold import HoldPlaced
from circulation.item import ItemReturned, TransitOpened
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.override import RuleOverridden
from circulation.receipt import receipt_of
from circulation.service import (
    SERVICE,
    ServiceResumed,
    ServiceSuspended,
    Suspension,
    fold_suspensions,
    resume,
    suspend,
    that_blocks,
    that_refuses,
)
from circulation.service_desk import ServiceDesk
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, FLOATING_COPY, MIDDLEMARCH, PATRONS, TUESDAY, WELLS_COPY, fact
from tests.world import World

FLOOD = "Flood at the depot"
OVER_THE_HUBS = ("bath", "bristol", "taunton", "yeovil")


def suspension(
    scope: str, *, first: str = "2026-11-24", last: str | None = None, requests: bool = False, name: str = "S1"
) -> Suspension:
    return Suspension(name, scope, first, last, FLOOD, requests)


def after(*events: Event) -> tuple[Suspension, ...]:
    state = None
    for number, event in enumerate(events, 1):
        state = fold_suspensions(state, fact(SERVICE, number, event, TUESDAY))
    return state or ()


# --- the rules ---


@pytest.mark.parametrize(
    ("scope", "blocks"),
    [
        ("all", True),
        ("hub/bristol", True),
        ("hub/taunton", True),
        ("branch/bath", True),
        ("branch/yeovil", True),
        ("branch/wells", False),
        ("branch/taunton", False),  # its own desk, not what passes through
        ("lane/bath/yeovil", True),
        ("lane/bath/bristol", True),
        ("lane/bristol/taunton", True),
        ("lane/taunton/bristol", False),
        ("lane/bath/taunton", False),
    ],
)
def test_a_suspension_blocks_the_ways_that_lead_over_it(scope: str, blocks: bool) -> None:
    assert blocks == suspension(scope).blocks(OVER_THE_HUBS)


def test_what_has_no_way_to_go_is_not_blocked() -> None:
    assert not suspension("all").blocks(())
    assert not suspension("all").blocks(("bath",))


def test_it_holds_from_its_first_to_its_last_day_and_without_one_until_it_is_resumed() -> None:
    two_days = suspension("all", last="2026-11-25")
    assert [False, True, True, False] == [two_days.holds_on(f"2026-11-{day}") for day in (23, 24, 25, 26)]
    assert suspension("all").holds_on("2027-11-24")
    (over,) = after(
        ServiceSuspended(suspension="S1", scope="all", first="2026-11-24", reason=FLOOD),
        ServiceResumed(suspension="S1", day="2026-11-26"),
    )
    assert over == two_days


def test_resumed_before_it_began_it_never_holds() -> None:
    (never,) = after(
        ServiceSuspended(suspension="S1", scope="all", first="2026-11-24", reason=FLOOD),
        ServiceResumed(suspension="S1", day="2026-11-24"),
    )
    assert not any(never.holds_on(f"2026-11-{day}") for day in (23, 24, 25))


def test_the_first_that_holds_and_blocks_is_named() -> None:
    held = (suspension("branch/wells"), suspension("hub/taunton", name="S2"), suspension("all", name="S3"))
    found = that_blocks(held, OVER_THE_HUBS, "2026-11-24")
    assert found is not None
    assert "S2" == found.suspension
    assert that_blocks(held, OVER_THE_HUBS, "2026-11-23") is None


def test_requests_are_refused_only_where_every_copy_would_come_over_it() -> None:
    refusing = (suspension("lane/bath/bristol", requests=True),)
    blocked, free = ("bath", "bristol", "wells"), ("clevedon", "bristol", "wells")
    assert refusing[0] == that_refuses(refusing, [blocked, blocked], "2026-11-24")
    assert that_refuses(refusing, [blocked, free], "2026-11-24") is None
    assert that_refuses(refusing, [], "2026-11-24") is None
    assert that_refuses((suspension("all"),), [blocked], "2026-11-24") is None  # takes requests


def test_the_same_suspension_is_not_recorded_twice_and_a_new_one_is_numbered() -> None:
    asked = {"first": "2026-11-24", "last": None, "reason": FLOOD, "requests": False}
    (first,) = suspend((), "all", **asked)  # type: ignore[arg-type]
    assert first == ServiceSuspended(suspension="S1", scope="all", first="2026-11-24", reason=FLOOD)
    held = after(first)
    assert () == suspend(held, "all", **asked)  # type: ignore[arg-type]
    (second,) = suspend(held, "branch/bath", **asked)  # type: ignore[arg-type]
    assert isinstance(second, ServiceSuspended)
    assert "S2" == second.suspension


def test_a_suspension_needs_a_reason_and_cannot_end_before_it_begins() -> None:
    with pytest.raises(Invalid) as caught:
        suspend((), "all", first="2026-11-24", last=None, reason=" ", requests=False)
    assert "A suspension needs a reason that people at the desks can be told." == caught.value.sentence
    with pytest.raises(Invalid) as caught:
        suspend((), "all", first="2026-11-24", last="2026-11-23", reason=FLOOD, requests=False)
    assert "A suspension cannot end on 2026-11-23 before it begins on 2026-11-24." == caught.value.sentence


def test_resuming_ends_what_would_still_hold_and_names_what_does_where_it_is_another() -> None:
    held = (suspension("all", last="2026-11-25"), suspension("all", name="S2"), suspension("branch/bath", name="S3"))
    assert (ServiceResumed(suspension="S2", day="2026-11-27"),) == resume(held, "all", "2026-11-27")
    with pytest.raises(Unknown) as caught:
        resume(held, "hub/bristol", "2026-11-25")
    assert (
        "hub/bristol is not suspended on 2026-11-25 or later; suspended are all, branch/bath." == caught.value.sentence
    )
    with pytest.raises(Unknown) as caught:
        resume((), "all", "2026-11-25")
    assert "all is not suspended on 2026-11-25 or later, and nothing else is." == caught.value.sentence


# --- at the desk ---


@pytest.fixture
def world(memory_ledger: Ledger) -> World:
    return World(memory_ledger, Keyring.open("sqlite::memory:"))


@pytest.fixture
def clerk(world: World) -> Caller:
    world.record("clerk", (NewEvents("staff/clerk", 0, (ActorRegistered(role=Role.DESK),)),))
    return Caller("staff/clerk", "declared", "wells", "desk-2")


def halt(world: World, scope: str = "all", **asked: object) -> str:
    appended = ServiceDesk(world.commands).suspend(world.at("bristol"), scope, reason=FLOOD, **asked)  # type: ignore[arg-type]
    return world.opened(receipt_of(appended).sentence)


def test_the_receipts_of_suspending_and_resuming_say_what_from_when_and_what_becomes_of_holds(world: World) -> None:
    assert (
        "Recorded: the whole courier service is suspended since 2026-11-24 (Flood at the depot)."
        " Holds are taken and wait." == halt(world)
    )
    assert (
        "Recorded: the lane from bath to wells is suspended from 2026-11-25 to 2026-11-26 (Flood at the depot)."
        " Holds that would have to come this way are refused."
        == halt(world, "bath/wells", first="2026-11-25", last="2026-11-26", requests=True)
    )
    assert "the courier's service of bath is suspended" in halt(world, "bath")
    assert "the courier's service of wells is suspended on 2026-11-25 (" in halt(
        world, "wells", first="2026-11-25", last="2026-11-25"
    )
    assert "the courier's service of hub taunton is suspended" in halt(world, "hub/taunton")
    resumed = ServiceDesk(world.commands).resume(world.at("bristol"), "all", day="2026-11-27")
    assert "From 2026-11-27 there is service again: S1." == receipt_of(resumed).sentence


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        ("a/b/c", "'a/b/c' is no part of the courier's service."),
        ("bath/bath", "'bath/bath' is no part of the courier's service."),
        ("hub/bath", "'bath' (Bath Central) is not a hub."),
    ],
)
def test_a_scope_that_is_none_is_refused(world: World, scope: str, sentence: str) -> None:
    with pytest.raises((Invalid, Unknown)) as caught:
        halt(world, scope)
    assert sentence == caught.value.sentence


@pytest.mark.row(59)
def test_a_return_is_a_fact_and_stays_where_it_landed(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    halt(world, last="2026-11-26")
    receipt = world.scan(BATH_COPY, "wells", tote="T1")
    assert (
        "service.stays",
        "Stays for now",
        (
            "Returned at wells. It is to go to bath and stays at wells for now: the whole courier service is"
            " suspended from 2026-11-24 to 2026-11-26 (Flood at the depot)."
        ),
        "aside",
        "bath",
        "home",
        None,
    ) == (
        receipt.code,
        receipt.headline,
        world.opened(receipt.sentence),
        receipt.signal,
        receipt.route_to,
        receipt.reason,
        receipt.filling,
    )
    item = world.item(BATH_COPY)
    assert item.custody.loan is None
    assert ("branch", "wells") == (item.custody.place.kind, item.custody.place.ref)
    assert item.custody.transit is not None  # its journey is open: it waits
    assert "bath" == item.custody.transit.destination
    kinds = [type(one.event) for one in world.ledger.stream(f"item/{BATH_COPY}")][-2:]
    assert [ItemReturned, TransitOpened] == kinds


@pytest.mark.row(59)
def test_what_is_set_aside_for_a_hold_elsewhere_stays_and_says_so(world: World) -> None:
    world.lend(FLOATING_COPY, "ada", "bath")
    world.lend(CLEVEDON_COPY, "ben", "bath")
    world.hold(DUNE, "cyn", "wells")
    halt(world, "clevedon/wells")
    receipt = world.scan(CLEVEDON_COPY, "clevedon")
    assert ("service.stays", "wells", "hold", f"{DUNE}#1") == (
        receipt.code,
        receipt.route_to,
        receipt.reason,
        receipt.hold,
    )
    assert world.opened(receipt.sentence).endswith(
        "It is to go to wells and stays at clevedon for now: the lane from clevedon to wells is suspended since"
        " 2026-11-24 (Flood at the depot)."
    )
    assert CLEVEDON_COPY == world.title(DUNE).holds[f"{DUNE}#1"].captured


def test_nothing_changes_on_a_way_that_is_open_or_before_the_first_day(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    halt(world, "clevedon")
    halt(world, first="2026-11-25")
    receipt = world.scan(BATH_COPY, "wells")
    assert ("send.home", "bath") == (receipt.code, receipt.route_to)


def test_when_service_is_back_the_next_scan_sends_it_on_with_the_same_journey(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    halt(world)
    world.scan(BATH_COPY, "wells")
    before = world.item(BATH_COPY).custody.transit
    ServiceDesk(world.commands).resume(world.at("bristol"), "all", day="2026-11-24")
    receipt = world.scan(BATH_COPY, "wells", tote="T1")
    assert ("bath", "T1/1") == (receipt.route_to, receipt.filling)
    assert before is not None
    assert world.item(BATH_COPY).custody.transit == before


@pytest.mark.row(59)
def test_with_requests_suspended_a_hold_that_must_come_that_way_is_refused_with_the_way_out(
    world: World, clerk: Caller
) -> None:
    halt(world, "clevedon", requests=True)
    with pytest.raises(Refused) as caught:
        world.hold(MIDDLEMARCH, "dev", "clevedon")
    assert (
        "service.requests-suspended",
        (
            "No hold for pickup at clevedon is taken: the courier's service of clevedon is suspended since 2026-11-24"
            " (S1)."
        ),
        (
            "Place it for pickup where a copy is, or when service is back; a coordinator can take it all the same with"
            " --override --why REASON."
        ),
    ) == (caught.value.code, caught.value.sentence, caught.value.hint)
    # Where a copy stands at the pickup branch itself nothing has to travel.
    assert "hold.placed" == world.hold(DUNE, "dev", "clevedon").code
    with pytest.raises(Refused) as caught:
        world.desk.holds.place(
            clerk, card=PATRONS["dev"][0], pickup="clevedon", title=MIDDLEMARCH, override="She cannot walk"
        )
    assert "override.not-allowed" == caught.value.code


@pytest.mark.row(59)
def test_overridden_it_is_taken_waits_and_is_promised_nothing_and_the_reason_is_sealed(world: World) -> None:
    halt(world, "clevedon", requests=True)
    receipt = world.desk.holds.place(
        world.at("clevedon"),
        card=PATRONS["dev"][0],
        pickup="clevedon",
        title=MIDDLEMARCH,
        override="She cannot walk",
    )
    assert "hold.placed" == receipt.code
    assert "service.requests-suspended" in receipt.sentence
    hold = world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"]
    assert hold.target is None
    events = [one.event for one in world.ledger.stream(f"title/{MIDDLEMARCH}")][-2:]
    assert [RuleOverridden, HoldPlaced] == [type(event) for event in events]
    assert isinstance(events[0], RuleOverridden)
    assert "walk" not in events[0].why
    assert "She cannot walk" == world.keyring.unseal(events[0].key, events[0].why, context=f"{hold.hold} override")


def test_a_lane_without_requests_is_passed_over_for_a_copy_whose_way_is_open(world: World) -> None:
    halt(world, "bath/clevedon", requests=True)
    world.hold(MIDDLEMARCH, "dev", "clevedon")
    assert WELLS_COPY == world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].target


def test_without_suspended_requests_a_hold_is_taken(world: World) -> None:
    halt(world, "clevedon")
    assert "hold.placed" == world.hold(MIDDLEMARCH, "dev", "clevedon").code


def test_only_a_coordinator_suspends_and_resumes(world: World, clerk: Caller) -> None:
    desk = ServiceDesk(world.commands)
    for act in (lambda: desk.suspend(clerk, "all", reason=FLOOD), lambda: desk.resume(clerk, "all")):
        with pytest.raises(Refused) as caught:
            act()
        assert "actor.not-allowed" == caught.value.code
