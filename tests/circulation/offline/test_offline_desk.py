"""A desk without the network decides as it would online, by its table and by what it has scanned since."""

from __future__ import annotations

import pytest

from circulation.clock import DAY_US, MINUTE_US
from circulation.errors import Invalid, Refused
from circulation.event import NewEvents
from circulation.floating import FloatingGroup
from circulation.floating_rules import FloatingRules
from circulation.offline.desk import OfflineDesk
from circulation.offline.route_table import RouteTable
from circulation.offline.upload import UploadDesk
from circulation.policy import LoanRuleSet
from circulation.transfer_limits import TransferLimitSet
from tests.cast import BATH_COPY, CLEVEDON_COPY, FLOATING_COPY, MIDDLEMARCH, WELLS_COPY
from tests.offline_world import DeskWithoutNetwork, table_for
from tests.world import World


def desk_at(world: World, branch: str) -> DeskWithoutNetwork:
    return DeskWithoutNetwork(world, branch, "desk-2")


@pytest.mark.case(20)
@pytest.mark.row(8)
def test_a_slip_says_where_the_book_goes_and_in_which_box(world: World) -> None:
    world.lend(WELLS_COPY, "ada", "wells")
    slip = desk_at(world, "bath").scan(WELLS_COPY, world.clock_us + MINUTE_US)
    assert (slip.said.signal, slip.said.to, slip.box, slip.headline) == ("send", "wells", "bristol", "Send to wells")


def test_a_book_of_the_branch_is_shelved_and_one_that_floats_stays(world: World) -> None:
    world.scan(FLOATING_COPY, "bath")
    desk = desk_at(world, "bath")
    assert [desk.scan(code, world.clock_us).said.signal for code in (BATH_COPY, FLOATING_COPY)] == ["shelve", "shelve"]


def test_the_second_copy_of_a_title_goes_to_the_second_hold(world: World) -> None:
    for code, patron in ((BATH_COPY, "ada"), (WELLS_COPY, "ben")):
        world.lend(code, patron, "bath")
    world.hold(MIDDLEMARCH, "cyn", "clevedon")
    world.hold(MIDDLEMARCH, "dev", "bath")
    desk = desk_at(world, "bath")
    first, second = (desk.scan(code, world.clock_us) for code in (WELLS_COPY, BATH_COPY))
    assert (first.said.to, second.said.signal) == ("clevedon", "hold-shelf")
    assert second.said.code
    assert desk.scan(BATH_COPY, world.clock_us).said == second.said


def test_what_is_on_the_hold_shelf_is_known_with_its_code(world: World) -> None:
    world.hold(MIDDLEMARCH, "ben", "bath")
    world.scan(BATH_COPY, "bath")
    capture = world.item(BATH_COPY).custody.capture
    assert capture is not None
    assert desk_at(world, "bath").scan(BATH_COPY, world.clock_us).said.code == capture.code


def test_a_code_that_is_not_in_the_table_is_kept_aside(world: World) -> None:
    slip = desk_at(world, "bath").scan(CLEVEDON_COPY, world.clock_us)
    assert (slip.item, slip.said.signal) == (None, "aside")
    with pytest.raises(Invalid):
        desk_at(world, "bath").scan("?", world.clock_us)


def test_a_clock_that_goes_back_makes_no_scan_an_old_one(world: World) -> None:
    world.lend(WELLS_COPY, "ada", "wells")
    desk = desk_at(world, "bath")
    assert desk.scan(WELLS_COPY, world.clock_us + DAY_US).said.to == "wells"
    assert desk.scan(WELLS_COPY, world.clock_us - 9 * DAY_US).said.to == "wells"


def test_a_desk_that_was_restarted_goes_on_from_its_log(world: World) -> None:
    for code, patron in ((BATH_COPY, "ada"), (WELLS_COPY, "ben")):
        world.lend(code, patron, "bath")
    world.hold(MIDDLEMARCH, "cyn", "clevedon")
    desk = desk_at(world, "bath")
    desk.scan(WELLS_COPY, world.clock_us)
    restarted = OfflineDesk(RouteTable.read(table_for(world, "bath").write()))
    for scan in desk.scans:
        restarted.again(scan)
    assert restarted.scan(BATH_COPY, world.clock_us).said.signal == "shelve"


@pytest.mark.case(31)
def test_rules_and_transfer_limits_go_along_in_the_table(world: World) -> None:
    """Clevedon may send nothing to Bath, neither home nor for a hold; what is from Wells floats by a rule."""
    limit = TransferLimitSet(
        limit="no-van", origin="branch/clevedon", destination="branch/bath", reason="Flood.", from_day="2026-01-01"
    )
    floats = LoanRuleSet(rule="somerset", owner="Somerset", floats=True)
    world.record("limit", (NewEvents("policy/transfers", 0, (limit,)), NewEvents("policy/loans", 0, (floats,))))
    for code, patron in ((BATH_COPY, "dev"), (WELLS_COPY, "dev")):
        world.lend(code, patron, "clevedon")
    world.hold(MIDDLEMARCH, "ben", "bath")
    world.clock_us += MINUTE_US
    desk = desk_at(world, "clevedon")
    assert desk.table.bars == {f"{MIDDLEMARCH}#1": {BATH_COPY: "no-van/1", WELLS_COPY: "no-van/1"}}
    told = [desk.scan(code, world.clock_us).said for code in (BATH_COPY, WELLS_COPY)]
    assert [said.to for said in told] == [None, None]
    rows = UploadDesk(world.desk, world.keyring).upload(world.at("bath"), [desk.log], offsets_us={})
    assert [row.outcome for row in rows] == ["as-said", "as-said"]


def test_a_loan_has_a_due_day_and_what_is_set_aside_for_another_is_not_lent(world: World) -> None:
    world.hold(MIDDLEMARCH, "ben", "bath")
    world.scan(BATH_COPY, "bath")
    desk = desk_at(world, "bath")
    due_us = desk.lend(world.cards["ada"], WELLS_COPY, world.clock_us).due_us
    assert due_us == world.desk.places.calendar("bath").due_at("bath", world.clock_us, 21)
    with pytest.raises(Refused) as error:
        desk.lend(world.cards["ada"], BATH_COPY, world.clock_us)
    assert error.value.code == "loan.set-aside"


def test_the_log_holds_neither_a_card_nor_a_code_of_an_unknown_form(world: World) -> None:
    desk = desk_at(world, "bath")
    desk.lend(world.cards["ada"], BATH_COPY, world.clock_us)
    desk.scan(world.cards["ben"], world.clock_us)
    assert [(scan.do, scan.code) for scan in desk.scans] == [("lend", BATH_COPY), ("scan", None)]
    assert not [scan for scan in desk.scans if world.cards["ada"] in repr(scan) or world.cards["ben"] in repr(scan)]


@pytest.mark.case(20)
@pytest.mark.case(28)
def test_a_copy_that_floats_by_a_group_stays_also_without_the_network(world: World) -> None:
    rules, boss = FloatingRules(world.commands), world.at("bristol")
    world.lend(WELLS_COPY, "ada", "wells")
    rules.set_group(boss, FloatingGroup(group="g", branches=("all",), item_types=("book",)))
    assert desk_at(world, "bath").scan(WELLS_COPY, world.clock_us).said.signal == "shelve"
    rules.set_group(boss, FloatingGroup(group="g", branches=("all",), excludes=("branch/bath",), item_types=("book",)))
    assert desk_at(world, "bath").scan(WELLS_COPY, world.clock_us).said.to == "wells"


@pytest.mark.case(20)
@pytest.mark.case(42)
def test_a_move_by_hand_is_carried_out_without_the_network(world: World) -> None:
    moves = world.desk.moves
    moves.send(world.at("bristol"), BATH_COPY, to="wells", why="display", stay_until="2026-12-24")
    assert desk_at(world, "bath").scan(BATH_COPY, world.clock_us + MINUTE_US).said.to == "wells"
