"""Rotating collections: due by their plan, sent on as moves with low priority."""

from __future__ import annotations

import pytest

from circulation.clock import DAY_US
from circulation.errors import BranchlineError
from circulation.rotation import At, Due, Rotation, Stop, due
from circulation.rotation_desk import RotationDesk, rotations
from tests.cast import BATH_COPY, CLEVEDON_COPY
from tests.world import World

STOPS = (Stop(branch="wells", days=28), Stop(branch="clevedon", days=14))


@pytest.mark.case(30)
@pytest.mark.row(35)
def test_a_copy_is_due_when_its_days_at_a_stop_are_over_and_the_round_begins_again() -> None:
    rotation = Rotation("lp", STOPS, {"b": At(0, "2026-11-24"), "a": At(1, "2026-12-08"), "c": At(0, "2026-12-01")})
    assert due(rotation, "2026-12-21") == []
    assert due(rotation, "2026-12-22") == [
        Due("a", "lp", "clevedon", "wells", 0, "2026-12-08", "2027-01-19"),
        Due("b", "lp", "wells", "clevedon", 1, "2026-11-24", "2027-01-05"),
    ]


@pytest.mark.case(30)
@pytest.mark.row(35)
def test_a_collection_goes_its_round_as_moves_that_can_wait_for_spare_room(world: World) -> None:
    desk, boss = RotationDesk(world.commands, world.desk.moves), world.at("bristol")
    desk.set(boss, "lp", STOPS)
    desk.join(boss, "lp", [BATH_COPY])
    receipt = world.scan(BATH_COPY, "bath")
    assert (receipt.route_to, receipt.reason) == ("wells", "rebalance")
    world.scan(BATH_COPY, "wells")
    assert not desk.send_on(boss, "lp").facts
    world.clock_us += 28 * DAY_US
    assert [(one.item, one.to) for one in desk.due("lp")] == [(BATH_COPY, "clevedon")]
    assert desk.send_on(boss, "lp").facts
    assert desk.due("lp") == []
    assert world.scan(BATH_COPY, "wells").route_to == "clevedon"
    assert rotations(world.commands)["lp"].items[BATH_COPY].stop == 1
    desk.leave(boss, "lp", [BATH_COPY])
    assert world.scan(BATH_COPY, "clevedon").route_to == "bath"
    assert rotations(world.commands)["lp"].items == {}


@pytest.mark.case(30)
def test_what_a_rotation_cannot_do_is_refused(world: World) -> None:
    desk, boss = RotationDesk(world.commands, world.desk.moves), world.at("bristol")
    for code, act in {
        "rotation.too-short": lambda: desk.set(boss, "lp", STOPS[:1]),
        "rotation.days": lambda: desk.set(boss, "lp", (*STOPS, Stop(branch="bath", days=0))),
        "branch.unknown": lambda: desk.set(boss, "lp", (*STOPS, Stop(branch="atlantis", days=1))),
        "rotation.unset": lambda: desk.join(boss, "other", [BATH_COPY]),
    }.items():
        with pytest.raises(BranchlineError) as caught:
            act()
        assert caught.value.code == code
    desk.set(boss, "lp", STOPS)
    desk.join(boss, "lp", [BATH_COPY])
    assert not desk.join(boss, "lp", [BATH_COPY]).facts
    for code, act in {
        "rotation.cannot-move": lambda: desk.join(boss, "lp", ["30114999999999"]),
        "rotation.not-in-it": lambda: desk.leave(boss, "lp", [CLEVEDON_COPY]),
    }.items():
        with pytest.raises(BranchlineError) as caught:
            act()
        assert caught.value.code == code
