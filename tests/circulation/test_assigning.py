"""Copies assigned to holds together: what is recorded, what was overtaken, and that scans follow it."""

from __future__ import annotations

import pytest

from circulation.actor import ActorRegistered, Role
from circulation.assigning import reassign
from circulation.assignment_desk import Assigned
from circulation.clock import DAY_US
from circulation.command import Caller
from circulation.errors import Refused
from circulation.event import Event, NewEvents
from circulation.folds import ITEM
from circulation.hold import HoldCaptured, HoldTargetDropped, HoldTargeted, Title
from circulation.holding import Target
from circulation.item import ItemTargetDropped, ItemTargeted, TransitOpened, item_stream
from tests.cast import (
    BATH_COPY,
    CLEVEDON_COPY,
    DUNE,
    FLOATING_COPY,
    MIDDLEMARCH,
    TUESDAY,
    WELLS_COPY,
    hold,
    title_given,
)
from tests.world import World

FIRST, SECOND, THIRD = (f"{MIDDLEMARCH}#{number}" for number in (1, 2, 3))
NINE = TUESDAY


def queue(*events: Event) -> Title:
    holds = (hold(MIDDLEMARCH, number, pickup) for number, pickup in enumerate(("bath", "wells", "clevedon"), 1))
    return title_given(MIDDLEMARCH, *holds, *events)


def promised(name: str, barcode: str, branch: str, *, joint: bool | None = None) -> HoldTargeted:
    return HoldTargeted(hold=name, item=barcode, branch=branch, pull_by_us=NINE, joint=joint)


def asked(barcode: str, branch: str) -> Target:
    return Target(barcode, branch, NINE)


# --- the decision --------------------------------------------------------------------------------------------------


@pytest.mark.row(15)
def test_two_holds_change_their_copies_and_every_promise_is_taken_back_before_one_is_made() -> None:
    title = queue(promised(FIRST, WELLS_COPY, "wells"), promised(SECOND, BATH_COPY, "bath"))
    found = reassign(title, {FIRST: asked(BATH_COPY, "bath"), SECOND: asked(WELLS_COPY, "wells")})
    assert [
        HoldTargetDropped(hold=FIRST, item=WELLS_COPY, why="other-copy"),
        HoldTargetDropped(hold=SECOND, item=BATH_COPY, why="other-copy"),
        promised(FIRST, BATH_COPY, "bath", joint=True),
        promised(SECOND, WELLS_COPY, "wells", joint=True),
    ] == found.on_title
    assert {
        WELLS_COPY: [
            ItemTargetDropped(hold=FIRST, why="other-copy"),
            ItemTargeted(hold=SECOND, branch="wells", pull_by_us=NINE),
        ],
        BATH_COPY: [
            ItemTargetDropped(hold=SECOND, why="other-copy"),
            ItemTargeted(hold=FIRST, branch="bath", pull_by_us=NINE),
        ],
    } == found.on_items
    assert ([FIRST, SECOND], [], []) == (found.promised, found.kept, found.stale)


@pytest.mark.row(15)
def test_a_joint_promise_that_stands_is_kept_and_an_ordinary_one_becomes_joint() -> None:
    title = queue(promised(FIRST, WELLS_COPY, "wells"), promised(SECOND, BATH_COPY, "bath", joint=True))
    found = reassign(title, {FIRST: asked(WELLS_COPY, "wells"), SECOND: asked(BATH_COPY, "bath")})
    assert [promised(FIRST, WELLS_COPY, "wells", joint=True)] == found.on_title
    assert ([FIRST], [SECOND]) == (found.promised, found.kept)


@pytest.mark.row(15)
def test_whoever_would_take_a_promise_for_nothing_is_left_out_and_so_is_everybody_behind_him() -> None:
    # The first was to change to a copy that is gone: so the second cannot have its copy, nor the third the second's.
    title = queue(promised(FIRST, WELLS_COPY, "wells"), promised(SECOND, BATH_COPY, "bath"))
    wanted = {SECOND: asked(WELLS_COPY, "wells"), THIRD: asked(BATH_COPY, "bath")}
    found = reassign(title, wanted, stale=[FIRST])
    assert ([], {}) == (found.on_title, found.on_items)
    assert [FIRST, SECOND, THIRD] == sorted(found.stale)


@pytest.mark.row(15)
def test_a_hold_that_is_to_have_none_gives_its_copy_up() -> None:
    title = queue(promised(SECOND, BATH_COPY, "bath"))
    found = reassign(title, {FIRST: asked(BATH_COPY, "bath"), SECOND: None})
    assert [
        HoldTargetDropped(hold=SECOND, item=BATH_COPY, why="other-copy"),
        promised(FIRST, BATH_COPY, "bath", joint=True),
    ] == found.on_title


@pytest.mark.row(15)
def test_one_copy_is_never_promised_to_two_and_a_hold_that_has_a_copy_is_left_alone() -> None:
    title = queue(HoldCaptured(hold=FIRST, item=WELLS_COPY, branch="wells"))
    wanted = dict.fromkeys((FIRST, SECOND, THIRD), asked(BATH_COPY, "bath"))
    found = reassign(title, wanted)
    assert [SECOND] == found.promised
    assert [FIRST, THIRD] == found.stale


# --- at the desk ---------------------------------------------------------------------------------------------------


def crossed(world: World) -> World:
    """Holds for Wells and for Bath, in that order; each was promised the copy that stands where the other is wanted."""
    world.hold(MIDDLEMARCH, "ben", "clevedon")
    world.hold(MIDDLEMARCH, "dev", "bath")
    assert (BATH_COPY, WELLS_COPY) == tuple(one.target for one in world.title(MIDDLEMARCH).holds.values())
    return world


@pytest.mark.row(15)
def test_scans_follow_an_assignment_though_another_hold_stands_before_it(world: World) -> None:
    crossed(world)
    done = world.desk.assignments.assign(world.at("bath"), MIDDLEMARCH, {FIRST: WELLS_COPY, SECOND: BATH_COPY})
    assert Assigned(promised=2) == done
    receipt = world.scan(BATH_COPY, "bath")
    assert ("hold-shelf", SECOND) == (receipt.code, receipt.hold)
    assert f"hold.joint {SECOND}" in _grounds(world, BATH_COPY)
    assert "clevedon" == world.scan(WELLS_COPY, "wells").route_to
    assert WELLS_COPY == world.title(MIDDLEMARCH).holds[FIRST].captured


def _grounds(world: World, barcode: str) -> list[str]:
    facts = world.ledger.stream(item_stream(barcode))
    return [ground for fact in facts for ground in getattr(fact.event, "grounds", None) or ()]


@pytest.mark.row(15)
def test_without_the_assignment_the_copy_goes_to_the_first_in_the_queue(world: World) -> None:
    crossed(world)
    assert FIRST == world.scan(BATH_COPY, "bath").hold


@pytest.mark.row(15)
@pytest.mark.row(20)
def test_who_asks_why_is_told_that_the_assigned_hold_is_next(world: World) -> None:
    crossed(world)
    world.desk.assignments.assign(world.at("bath"), MIDDLEMARCH, {FIRST: WELLS_COPY, SECOND: BATH_COPY})
    _, _, found = world.desk.foresight.explain(BATH_COPY, "bath")
    assert [(FIRST, 2), (SECOND, 1)] == [(one.hold.hold, one.rank) for one in found]


@pytest.mark.row(15)
def test_given_again_it_changes_nothing(world: World) -> None:
    crossed(world)
    wanted = {FIRST: WELLS_COPY, SECOND: BATH_COPY}
    world.desk.assignments.assign(world.at("bath"), MIDDLEMARCH, wanted)
    head = world.ledger.head().position
    assert Assigned(kept=2) == world.desk.assignments.assign(world.at("bath"), MIDDLEMARCH, wanted)
    assert head == world.ledger.head().position


@pytest.mark.row(15)
def test_what_was_overtaken_is_left_out_and_counted(world: World) -> None:
    crossed(world)
    world.lend(WELLS_COPY, "eve", "wells")
    done = world.desk.assignments.assign(world.at("bath"), MIDDLEMARCH, {FIRST: WELLS_COPY, SECOND: BATH_COPY})
    assert Assigned(stale=2) == done
    assert (BATH_COPY, None) == tuple(one.target for one in world.title(MIDDLEMARCH).holds.values())


@pytest.mark.row(15)
def test_an_assigned_hold_that_ends_gives_the_copy_to_the_next_in_the_queue(world: World) -> None:
    crossed(world)
    world.desk.assignments.assign(world.at("bath"), MIDDLEMARCH, {FIRST: WELLS_COPY, SECOND: BATH_COPY})
    world.desk.holds.cancel(world.at("bath"), SECOND)
    assert FIRST == world.scan(BATH_COPY, "bath").hold


@pytest.mark.row(15)
def test_an_assigned_hold_that_is_suspended_is_passed_over_at_the_scan(world: World) -> None:
    crossed(world)
    world.desk.assignments.assign(world.at("bath"), MIDDLEMARCH, {FIRST: WELLS_COPY, SECOND: BATH_COPY})
    world.desk.holds.suspend(world.at("bath"), SECOND)
    assert FIRST == world.scan(BATH_COPY, "bath").hold


@pytest.mark.row(10)
@pytest.mark.row(15)
def test_undoing_a_scan_gives_the_assignment_back(world: World) -> None:
    crossed(world)
    world.desk.assignments.assign(world.at("bath"), MIDDLEMARCH, {FIRST: WELLS_COPY, SECOND: BATH_COPY})
    world.scan(BATH_COPY, "bath")
    world.desk.undo(world.at("bath"), BATH_COPY)
    second = world.title(MIDDLEMARCH).holds[SECOND]
    assert (BATH_COPY, True, None) == (second.target, second.joint, second.captured)
    assert SECOND == world.scan(BATH_COPY, "bath").hold


@pytest.mark.row(15)
def test_only_a_coordinator_assigns(world: World) -> None:
    crossed(world)
    world.record("dora", [NewEvents("staff/dora", 0, (ActorRegistered(role=Role.DESK),))])
    with pytest.raises(Refused) as refused:
        world.desk.assignments.assign(Caller("staff/dora", "declared", "bath", "desk-1"), MIDDLEMARCH, {FIRST: None})
    assert "actor.not-allowed" == refused.value.code


# --- returns ---------------------------------------------------------------------------------------------------------


@pytest.mark.row(37)
def test_a_return_that_waits_to_go_home_can_be_promised_and_its_scan_sends_it_to_the_hold(world: World) -> None:
    world.lend(CLEVEDON_COPY, "dev", "clevedon")
    world.lend(FLOATING_COPY, "fin", "bristol")
    world.scan(CLEVEDON_COPY, "wells")
    world.hold(DUNE, "ada", "bath")
    # The shelves are empty; the copy that was sent home an hour ago is still here.
    assert None is world.title(DUNE).holds[f"{DUNE}#1"].target
    free = world.desk.assignments.queue(DUNE, world.clock_us).copies[CLEVEDON_COPY]
    assert ("home", "clevedon", False, False) == (free.decided, free.to, free.floats, free.may_stay)
    done = world.desk.assignments.assign(world.at("wells"), DUNE, {f"{DUNE}#1": CLEVEDON_COPY})
    assert 1 == done.promised
    receipt = world.scan(CLEVEDON_COPY, "wells")
    assert ("bath", f"{DUNE}#1") == (receipt.route_to, receipt.hold)


@pytest.mark.row(37)
def test_a_floating_copy_that_came_back_today_may_be_thought_over_and_one_of_last_week_stands_on_the_shelf(
    world: World,
) -> None:
    world.lend(FLOATING_COPY, "fin", "bristol")
    world.scan(FLOATING_COPY, "wells")

    def seen(at_us: int) -> tuple[str, str, bool]:
        free = world.desk.assignments.queue(DUNE, at_us).copies[FLOATING_COPY]
        return free.decided, free.to, free.may_stay

    assert ("stay", "wells", True) == seen(world.clock_us)
    assert ("shelf", "wells", True) == seen(world.clock_us + 2 * DAY_US)


@pytest.mark.row(37)
def test_what_is_set_aside_lent_or_in_a_tote_is_not_free(world: World) -> None:
    world.hold(DUNE, "ada", "bath")
    world.scan(FLOATING_COPY, "bristol")
    world.lend(CLEVEDON_COPY, "dev", "clevedon")
    assert {} == dict(world.desk.assignments.queue(DUNE, world.clock_us).copies)
    assert {} == dict(world.desk.assignments.queue(DUNE, world.clock_us).holds)


@pytest.mark.row(37)
def test_one_that_floats_on_stays_where_somebody_wants_it_once_there_is_room(world: World) -> None:
    # Without the move to where it is already, the copy goes on to where it set out for.
    world.scan(FLOATING_COPY, "wells")
    going = TransitOpened(transit=f"{FLOATING_COPY}/1", origin="wells", destination="yeovil", reason="float")
    version = world.ledger.load(item_stream(FLOATING_COPY), ITEM).version
    world.record("float", [NewEvents(item_stream(FLOATING_COPY), version, (going,))])
    assert "yeovil" == world.scan(FLOATING_COPY, "wells").route_to
    world.desk.moves.send(world.at("wells"), FLOATING_COPY, to="wells", why="it costs less")
    assert None is world.scan(FLOATING_COPY, "wells").route_to
    assert None is world.item(FLOATING_COPY).custody.transit


@pytest.mark.row(37)
def test_a_return_in_an_open_tote_is_free_and_one_in_a_sealed_tote_is_decided_at_its_next_scan(world: World) -> None:
    world.scan(CLEVEDON_COPY, "wells", tote="T1")
    assert "filling" == world.item(CLEVEDON_COPY).custody.place.kind
    free = world.desk.assignments.queue(DUNE, world.clock_us).copies[CLEVEDON_COPY]
    assert ("wells", "home", "clevedon") == (free.branch, free.decided, free.to)
    world.hold(DUNE, "ada", "wells")
    world.desk.assignments.assign(world.at("wells"), DUNE, {f"{DUNE}#1": CLEVEDON_COPY})
    assert "hold-shelf" == world.scan(CLEVEDON_COPY, "wells").code
    world.desk.holds.cancel(world.at("wells"), f"{DUNE}#1")
    world.scan(CLEVEDON_COPY, "wells", tote="T1")
    world.desk.totes.seal(world.at("wells"), "T1")
    assert CLEVEDON_COPY not in world.desk.assignments.queue(DUNE, world.clock_us).copies
