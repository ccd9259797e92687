"""Offline upload: merged by true time, safe to repeat, and a work list of what came out otherwise."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circulation.clock import DAY_US, HOUR_US, MINUTE_US
from circulation.errors import Invalid, Refused
from circulation.folds import DEVICE
from circulation.hold import Hold
from circulation.item import ItemReturned, item_stream
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.offline.device import ScansUploaded
from circulation.offline.device_log import DeviceLog
from circulation.offline.merge import merge
from circulation.offline.upload import UploadDesk, Uploaded, clock_note
from tests.cast import BATH_COPY, DUNE, ITEMS, MIDDLEMARCH, WELLS_COPY
from tests.circulation.test_undo import Step, steps, take
from tests.offline_world import DeskWithoutNetwork
from tests.world import World


def upload(world: World, *logs: DeviceLog, override: str | None = None, **offsets_us: int) -> list[Uploaded]:
    """Upload logs; the clocks that are named were compared."""
    offsets = {device.replace("_", "-"): offset for device, offset in offsets_us.items()}
    desk = UploadDesk(world.desk, world.keyring)
    return desk.upload(world.at("bath"), logs, offsets_us=offsets, override=override)


@pytest.fixture
def bath(world: World) -> DeskWithoutNetwork:
    """Bath has lost the network; Ada and Ben have a Middlemarch each."""
    world.lend(BATH_COPY, "ada", "bath")
    world.lend(WELLS_COPY, "ben", "bath")
    world.clock_us += MINUTE_US
    return DeskWithoutNetwork(world, "bath", "desk-2")


# ---- taken in as if online


@pytest.mark.case(20)
@pytest.mark.row(8)
def test_a_scan_is_recorded_with_the_time_branch_device_and_number_that_it_had(
    world: World, bath: DeskWithoutNetwork
) -> None:
    at = world.clock_us + MINUTE_US
    bath.scan(WELLS_COPY, at)
    world.clock_us += 3 * HOUR_US
    (row,) = upload(world, bath.log)
    assert (row.outcome, row.todo, row.n, row.happened_us) == ("as-said", "", 1, at)
    returned = next(f for f in world.ledger.stream(item_stream(WELLS_COPY)) if isinstance(f.event, ItemReturned))
    assert (returned.happened_us, returned.desk, returned.request) == (at, "bath", "offline-log-of-desk-2-1")
    assert returned.recorded_us == world.clock_us


@pytest.mark.case(2)
@pytest.mark.case(20)
@pytest.mark.row(9)
def test_uploading_again_changes_nothing_and_tells_the_same(world: World, bath: DeskWithoutNetwork) -> None:
    for code in (BATH_COPY, WELLS_COPY, BATH_COPY, "39999000000012"):
        bath.scan(code, world.clock_us)
    world.clock_us += HOUR_US
    first = upload(world, bath.log)
    head = world.ledger.head()
    again = upload(world, bath.log, bath.log)
    assert world.ledger.head() == head
    assert [(row.outcome, row.todo) for row in again] == [(row.outcome, row.todo) for row in first]
    assert all(row.repeated for row in again)


def test_a_log_that_has_grown_is_uploaded_again_for_its_new_scans_only(world: World, bath: DeskWithoutNetwork) -> None:
    bath.scan(BATH_COPY, world.clock_us)
    upload(world, bath.log)
    bath.scan(WELLS_COPY, world.clock_us)
    assert [row.repeated for row in upload(world, bath.log, desk_2=-1)] == [True, False]


def test_a_book_out_of_the_drop_came_back_when_the_branch_was_last_open(world: World, bath: DeskWithoutNetwork) -> None:
    world.clock_us += DAY_US - HOUR_US
    bath.scan(BATH_COPY, world.clock_us, do="drop")
    world.clock_us += 5 * HOUR_US
    upload(world, bath.log)
    (returned,) = [f for f in world.ledger.stream(item_stream(BATH_COPY)) if isinstance(f.event, ItemReturned)]
    assert returned.happened_us == world.desk.places.calendar("bath").due_at("bath", bath.table.setting.made_us, 0)


def test_a_loan_is_made_with_the_sealed_card(world: World) -> None:
    desk = DeskWithoutNetwork(world, "bath", "desk-2")
    desk.lend(world.cards["ada"], BATH_COPY, world.clock_us)
    world.clock_us += HOUR_US
    (row,) = upload(world, desk.log)
    assert (row.outcome, row.code) == ("as-said", "lent")
    assert world.desk.borrowers.by_card(world.cards["ada"]).claims.loans == (f"{BATH_COPY}#1",)


# ---- what came out otherwise


@pytest.mark.case(20)
def test_what_the_table_could_not_know_is_on_the_work_list_with_what_to_do(
    world: World, bath: DeskWithoutNetwork
) -> None:
    """Somebody asked for it meanwhile, for pickup where it was told to be sent away from."""
    at = world.clock_us
    assert bath.scan(WELLS_COPY, at).said.to == "wells"
    world.hold(MIDDLEMARCH, "cyn", "bath")
    (row,) = upload(world, bath.log)
    capture = world.item(WELLS_COPY).custody.capture
    assert capture is not None
    assert (row.outcome, row.todo) == (
        "differs",
        f"Take {WELLS_COPY} out of the box for wells and put it on the hold shelf with the code {capture.code}.",
    )
    assert upload(world, bath.log)[0].outcome == "differs"


def test_only_the_last_scan_of_a_book_says_what_to_do_with_it(world: World, bath: DeskWithoutNetwork) -> None:
    bath.scan(WELLS_COPY, world.clock_us)
    bath.scan(WELLS_COPY, world.clock_us + 1)
    world.hold(MIDDLEMARCH, "cyn", "bath")
    rows = upload(world, bath.log)
    assert [bool(row.todo) for row in rows] == [False, True]


def test_a_book_that_was_seen_elsewhere_later_is_history_and_needs_nobody(
    world: World, bath: DeskWithoutNetwork
) -> None:
    bath.scan(WELLS_COPY, world.clock_us)
    world.clock_us += HOUR_US
    world.scan(WELLS_COPY, "bristol")
    custody = world.item(WELLS_COPY).custody
    (row,) = upload(world, bath.log)
    assert (row.outcome, row.todo) == ("late", "")
    assert world.item(WELLS_COPY).custody == custody


def test_a_card_that_was_scanned_as_an_item_is_not_kept_and_its_number_not_told(
    world: World, bath: DeskWithoutNetwork
) -> None:
    bath.scan(world.cards["cyn"], world.clock_us)
    (row,) = upload(world, bath.log)
    assert (row.outcome, row.code, row.item) == ("refused", "scan.card", None)
    assert world.cards["cyn"] not in repr(row)


@pytest.mark.case(20)
def test_a_loan_that_a_rule_forbids_is_listed_and_may_be_made_by_who_may(world: World) -> None:
    desk = DeskWithoutNetwork(world, "bath", "desk-2")
    desk.lend(world.cards["ada"], BATH_COPY, world.clock_us)
    world.desk.borrowers.block(world.at("bath"), world.cards["ada"], "overdue")
    (row,) = upload(world, desk.log)
    assert (row.outcome, row.code) == ("refused", "patron.blocked")
    assert row.todo.startswith(f"{BATH_COPY} has left with a patron and is not on loan: upload again with --override")
    (row,) = upload(world, desk.log, override="it has left already")
    assert (row.outcome, row.code) == ("as-said", "lent")


def test_a_loan_of_what_came_back_since_is_over(world: World) -> None:
    desk = DeskWithoutNetwork(world, "bath", "desk-2")
    desk.lend(world.cards["ada"], BATH_COPY, world.clock_us)
    world.clock_us += HOUR_US
    world.scan(BATH_COPY, "wells")
    (row,) = upload(world, desk.log)
    assert (row.outcome, row.code, row.todo) == ("late", "loan.too-late", "")


def test_a_copy_that_is_on_loan_to_somebody_else_is_to_be_looked_for(world: World, bath: DeskWithoutNetwork) -> None:
    bath.lend(world.cards["cyn"], WELLS_COPY, world.clock_us)
    (row,) = upload(world, bath.log)
    assert (row.code, "find out who has it" in row.todo) == ("loan.on-loan", True)


# ---- clocks


@pytest.mark.case(19)
def test_a_clock_that_is_ahead_is_corrected_and_its_own_time_is_kept(world: World) -> None:
    desk = DeskWithoutNetwork(world, "bath", "desk-2", ahead_us=2 * HOUR_US)
    at = world.clock_us + MINUTE_US
    desk.scan(BATH_COPY, at)
    world.clock_us += 2 * MINUTE_US
    (row,) = upload(world, desk.log, desk_2=-2 * HOUR_US)
    assert (row.outcome, row.happened_us) == ("as-said", at)
    taken = world.ledger.stream("device/desk-2")[0].event
    assert isinstance(taken, ScansUploaded)
    assert (taken.offset_us, row.happened_us - taken.offset_us) == (-2 * HOUR_US, desk.scans[0].at_us)


@pytest.mark.case(19)
def test_scans_of_the_future_are_refused_and_accepted_once_the_clocks_are_compared(world: World) -> None:
    desk = DeskWithoutNetwork(world, "bath", "desk-2", ahead_us=2 * HOUR_US)
    desk.scan(BATH_COPY, world.clock_us)
    world.clock_us += MINUTE_US
    (row,) = upload(world, desk.log)
    assert (row.outcome, row.code) == ("refused", "time.in-future")
    assert "119 minutes ahead" in row.sentence
    assert "--clock desk-2=TIME" in row.todo
    (row,) = upload(world, desk.log, desk_2=-2 * HOUR_US)
    assert row.outcome == "as-said"


@pytest.mark.case(19)
def test_a_clock_that_jumped_is_listed_and_the_order_of_the_numbers_holds(world: World) -> None:
    desk = DeskWithoutNetwork(world, "bath", "desk-2", ahead_us=HOUR_US)
    at = world.clock_us
    desk.scan(BATH_COPY, at)
    desk.ahead_us = 0
    desk.scan(BATH_COPY, at + MINUTE_US)
    world.clock_us += 2 * HOUR_US
    rows = upload(world, desk.log)
    assert [row.happened_us for row in rows] == [at + MINUTE_US, at + MINUTE_US]
    device = world.ledger.load("device/desk-2", DEVICE).state
    assert device is not None
    assert [jump.n for jump in device.jumps] == [2]
    assert clock_note(device) == (
        "its clock was not compared with ours; "
        "its clock went back from 2026-11-24T10:00:00Z to 2026-11-24T09:01:00Z before scan 2; "
        "1 scans were put in the order of their numbers"
    )
    taken = world.ledger.stream("device/desk-2")[0].event
    assert isinstance(taken, ScansUploaded)
    assert [(time.n, time.device_us) for time in taken.adjusted] == [(1, at + HOUR_US)]


# ---- whose


def test_a_log_for_another_store_is_refused(world: World, bath: DeskWithoutNetwork) -> None:
    bath.scan(BATH_COPY, world.clock_us)
    other = replace(bath.log, header=replace(bath.header, store="another"))
    with pytest.raises(Refused) as error:
        upload(world, other)
    assert error.value.code == "upload.other-store"


def test_two_files_that_say_differently_what_a_scan_was_are_refused(world: World, bath: DeskWithoutNetwork) -> None:
    bath.scan(BATH_COPY, world.clock_us)
    forged = replace(bath.log, scans=(replace(bath.scans[0], code=WELLS_COPY),))
    head = world.ledger.head()
    with pytest.raises(Invalid) as error:
        upload(world, bath.log, forged)
    assert (error.value.code, world.ledger.head()) == ("upload.two-versions", head)


def test_the_order_is_by_true_time_then_device_then_number(world: World) -> None:
    one, two = DeskWithoutNetwork(world, "bath", "a"), DeskWithoutNetwork(world, "bath", "b", ahead_us=HOUR_US)
    at = world.clock_us
    for desk, minutes in ((two, 0), (one, 0), (two, 0), (one, 2), (two, 1)):
        desk.scan(BATH_COPY, at + minutes * MINUTE_US)
    offsets = {"b": -HOUR_US}
    order = [(entry.header.device, entry.scan.n) for entry in merge([one.log, two.log], offsets)]
    assert order == [("a", 1), ("b", 1), ("b", 2), ("b", 3), ("a", 2)]
    assert merge([two.log, one.log, two.log], offsets) == merge([one.log, two.log], offsets)


# ---- whatever is scanned where

BEEP = st.tuples(st.integers(0, 2), st.sampled_from(sorted(ITEMS)), st.integers(1, 90))
BRANCH_OF = ("bath", "wells", "clevedon")
AHEAD_US = (0, 47 * MINUTE_US, -13 * MINUTE_US)


class Store:
    """A world that is closed again."""

    def __init__(self) -> None:
        made: list[World] = []
        self.ledger = Ledger.open("sqlite::memory:", clock=lambda: made[0].clock_us if made else 0, simulated=True)
        self.keyring = Keyring.open("sqlite::memory:")
        self.world = World(self.ledger, self.keyring)
        made.append(self.world)

    def __enter__(self) -> World:
        return self.world

    def __exit__(self, *_: object) -> None:
        self.keyring.close()
        self.ledger.close()


def end_state(world: World) -> dict[str, object]:
    """Where everything is and who waits for what, without what is sealed."""

    def plain(hold: Hold) -> Hold:
        return replace(hold, key=0, patron="")

    told: dict[str, object] = {}
    for barcode in ITEMS:
        item = world.item(barcode)
        loan = item.custody.loan
        kept = None if loan is None else replace(loan, key=0, patron="")
        told[barcode] = (replace(item.custody, loan=kept), item.loans, item.transits)
    for title in (MIDDLEMARCH, DUNE):
        told[title] = [plain(hold) for hold in world.title(title).holds.values()]
    for name, card in world.cards.items():
        told[name] = world.desk.borrowers.by_card(card).claims.loans
    return told


def play(world: World, before: list[Step], beeps: list[tuple[int, str, int]], offline: set[int]) -> list[DeviceLog]:
    """Steps online, then beeps at three desks, of which some write logs; an hour passes at the end."""
    for step in before:
        take(world, step)
    desks = {
        number: DeskWithoutNetwork(world, BRANCH_OF[number], f"desk-{number}", AHEAD_US[number]) for number in offline
    }
    for number, code, minutes in beeps:
        world.clock_us += minutes * MINUTE_US
        if number in offline:
            desks[number].scan(code, world.clock_us)
        else:
            world.desk.scan(world.at(BRANCH_OF[number], f"desk-{number}"), code)
    world.clock_us += HOUR_US
    return [desk.log for desk in desks.values()]


def offsets_of(offline: set[int]) -> dict[str, int]:
    return {f"desk_{number}": -AHEAD_US[number] for number in offline}


@pytest.mark.case(20)
@pytest.mark.row(8)
@settings(max_examples=int(os.environ.get("BRANCHLINE_EXAMPLES", "30")), deadline=None)
@given(
    before=st.lists(steps, max_size=8),
    beeps=st.lists(BEEP, min_size=1, max_size=12),
    offline=st.sets(st.integers(0, 2), min_size=1),
)
def test_offline_and_uploaded_ends_as_online_wherever_nothing_newer_was_known(
    before: list[Step], beeps: list[tuple[int, str, int]], offline: set[int]
) -> None:
    """A title is left out where a copy of it was scanned online after one was scanned offline."""
    with Store() as online, Store() as merged:
        play(online, before, beeps, set())
        logs = play(merged, before, beeps, offline)
        upload(merged, *logs, **offsets_of(offline))
        began_offline: set[str] = set()
        conflicting: set[str] = set()
        for number, code, _ in beeps:
            title = ITEMS[code].title
            if number in offline:
                began_offline.add(title)
            elif title in began_offline:
                conflicting.add(title)
        expected, found = end_state(online), end_state(merged)
        for barcode, added in ITEMS.items():
            if added.title not in conflicting:
                assert found[barcode] == expected[barcode]
                assert found[added.title] == expected[added.title]
        if not conflicting:
            assert found == expected


@pytest.mark.case(20)
@settings(max_examples=int(os.environ.get("BRANCHLINE_EXAMPLES", "12")), deadline=None)
@given(before=st.lists(steps, max_size=6), beeps=st.lists(BEEP, min_size=1, max_size=10))
def test_neither_the_order_of_files_nor_a_second_upload_makes_a_difference(
    before: list[Step], beeps: list[tuple[int, str, int]]
) -> None:
    offline = {0, 1, 2}
    seen: list[tuple[object, object]] = []
    for order in list(permutations(range(3)))[::2]:
        with Store() as world:
            logs = play(world, before, beeps, offline)
            rows = upload(world, *(logs[number] for number in order), **offsets_of(offline))
            head = world.ledger.head()
            again = upload(world, *logs, **offsets_of(offline))
            assert world.ledger.head() == head
            assert [(row.outcome, row.todo) for row in again] == [(row.outcome, row.todo) for row in rows]
            seen.append((end_state(world), [(row.device, row.n, row.outcome, row.todo) for row in rows]))
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.case(20)
@settings(max_examples=int(os.environ.get("BRANCHLINE_EXAMPLES", "20")), deadline=None)
@given(
    before=st.lists(steps, max_size=8),
    codes=st.lists(st.sampled_from(sorted(ITEMS)), min_size=1, max_size=8),
)
def test_a_desk_that_alone_scanned_told_nothing_but_what_is_right(before: list[Step], codes: list[str]) -> None:
    with Store() as world:
        for step in before:
            take(world, step)
        world.clock_us += MINUTE_US
        desk = DeskWithoutNetwork(world, "bath", "desk-0")
        told = [code for code in codes if desk.table.item(code) is not None]
        for code in told:
            world.clock_us += MINUTE_US
            desk.scan(code, world.clock_us)
        assert {row.outcome for row in upload(world, desk.log)} <= {"as-said"}
