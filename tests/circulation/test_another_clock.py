"""A command that is given now is later than what it sees, though another device's clock is a minute ahead of ours."""

from __future__ import annotations

from circulation.clock import MINUTE_US
from tests.cast import BATH_COPY, MIDDLEMARCH, WELLS_COPY
from tests.world import World


def test_a_copy_that_is_missed_is_missing_and_promised_to_nobody(world: World) -> None:
    """Else its hold would be promised another copy, and the copy still be promised to the hold."""
    ahead_us = world.clock_us + MINUTE_US
    world.scan(BATH_COPY, "bath", happened_us=ahead_us)
    world.hold(MIDDLEMARCH, "ben", "bath")
    assert world.item(BATH_COPY).custody.target == f"{MIDDLEMARCH}#1"
    world.desk.holds.missed(world.at("bath"), BATH_COPY)
    custody = world.item(BATH_COPY).custody
    assert (custody.absence and custody.absence.since_us, custody.target) == (ahead_us, None)
    assert world.title(MIDDLEMARCH).holds[f"{MIDDLEMARCH}#1"].target == WELLS_COPY


def test_a_copy_whose_hold_is_cancelled_is_set_aside_for_nobody(world: World) -> None:
    world.hold(MIDDLEMARCH, "ben", "bath")
    world.scan(BATH_COPY, "bath", happened_us=world.clock_us + MINUTE_US)
    assert world.item(BATH_COPY).custody.capture is not None
    world.desk.holds.cancel(world.at("bath"), f"{MIDDLEMARCH}#1")
    assert world.item(BATH_COPY).custody.capture is None
