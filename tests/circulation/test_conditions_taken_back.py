"""Taking an absence back leaves the copy where it was before it was declared, whatever was undone in between."""

from __future__ import annotations

import pytest

from circulation.actor import Role
from circulation.condition_rules import CONDITIONS
from circulation.custody import Custody, Place
from circulation.declaring import decide_restore
from circulation.item import item_stream
from tests.cast import BATH_COPY, CLEVEDON_COPY
from tests.circulation.test_conditions import put_into, tick
from tests.properties.test_conditions_machine import contradictions_in
from tests.world import World

ABSENCES = [what for what, rule in CONDITIONS.items() if rule.kind == "absence"]


def take_back(world: World, barcode: str) -> None:
    """A minute later it turns out that the absence was a mistake."""
    tick(world)
    world.desk.conditions.restore(world.at("clevedon"), barcode, why="mistake")


def taken_back(world: World, barcode: str) -> Custody:
    """Where the copy would be if its absence were taken back now."""
    facts = world.ledger.stream(item_stream(barcode))
    return decide_restore(
        world.item(barcode), facts, at="clevedon", role=Role.ADMINISTRATOR, what=None, why="mistake"
    ).custody


@pytest.mark.case(39)
@pytest.mark.parametrize("what", ABSENCES)
def test_an_absence_that_came_back_with_an_undone_scan_is_taken_back_as_if_there_had_been_no_scan(
    world: World, what: str
) -> None:
    """The state just before the absence came back is that of the scan that does not count."""
    barcode = put_into(world, what)
    expected = taken_back(world, barcode)
    world.scan(barcode, "bristol")
    world.desk.undo(world.at("bristol"), barcode)
    assert taken_back(world, barcode) == expected
    take_back(world, barcode)
    assert world.item(barcode).custody == expected
    assert contradictions_in(expected) == []


def test_a_claim_that_came_back_with_an_undone_scan_is_taken_back_and_the_copy_is_with_its_patron(
    world: World,
) -> None:
    barcode = put_into(world, "claimed-returned")
    world.scan(barcode, "bristol")
    world.desk.undo(world.at("bristol"), barcode)
    take_back(world, barcode)
    custody = world.item(barcode).custody
    assert (custody.place, custody.loan and custody.loan.loan) == (Place(kind="patron"), f"{barcode}#1")
    assert world.desk.borrowers.by_card(world.cards["dev"]).claims.loans == (f"{barcode}#1",)


def test_a_loss_that_was_paid_for_by_mistake_and_was_no_loss_is_taken_back_step_by_step(world: World) -> None:
    barcode = put_into(world, "lost-and-paid")
    take_back(world, barcode)
    absence = world.item(barcode).custody.absence
    assert absence is not None
    assert absence.what == "lost"
    take_back(world, barcode)
    assert world.item(barcode).custody.absence is None


def test_a_claim_beneath_a_mistaken_loss_is_taken_back_after_it(world: World) -> None:
    barcode = put_into(world, "claimed-returned")
    tick(world)
    world.desk.claims.never_had(world.at("clevedon"), barcode)
    take_back(world, barcode)
    absence = world.item(barcode).custody.absence
    assert absence is not None
    assert absence.what == "claimed-returned"
    take_back(world, barcode)
    custody = world.item(barcode).custody
    assert (custody.absence, custody.place.kind, custody.loan is not None) == (None, "patron", True)


def test_two_absences_declared_in_the_same_instant_are_two(world: World) -> None:
    """The clock stands still: declared, found and declared again, and still the later one is taken back."""
    missing = world.desk.conditions.missing
    missing(world.at("bath"), BATH_COPY)
    world.desk.scan(world.at("wells"), BATH_COPY)
    missing(world.at("wells"), BATH_COPY)
    world.desk.conditions.restore(world.at("wells"), BATH_COPY, why="mistake")
    custody = world.item(BATH_COPY).custody
    assert custody.place == Place(kind="branch", ref="wells")
    assert contradictions_in(custody) == []


def test_two_devices_may_give_their_commands_the_same_name(world: World) -> None:
    """A request id is one device's own: the other's scan is no part of what is taken back."""
    conditions = world.desk.conditions
    world.scan(CLEVEDON_COPY, "bath", request="one")
    tick(world)
    conditions.missing(world.at("bath", "desk-2"), CLEVEDON_COPY, request="one")
    take_back(world, CLEVEDON_COPY)
    custody = world.item(CLEVEDON_COPY).custody
    assert (custody.absence, custody.place) == (None, Place(kind="branch", ref="bath"))
