"""The table that a branch decides by without the network: small, exact for what may come, and sound."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circulation.custody import Custody, Place
from circulation.errors import Invalid
from circulation.item import Item
from circulation.offline.barcode_list import pack, unpack
from circulation.offline.route_table import OfflineDay, RouteTable, Setting, make_table
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, FLOATING_COPY, MIDDLEMARCH, WELLS_COPY
from tests.offline_world import table_for
from tests.world import World


@given(st.sets(st.from_regex(r"[0-9]{1,16}|[A-Z][A-Z0-9\-]{1,8}", fullmatch=True), max_size=40))
def test_a_list_of_barcodes_is_the_same_when_it_is_unpacked(barcodes: set[str]) -> None:
    assert set(unpack(pack(barcodes))) == barcodes


def test_a_damaged_list_of_barcodes_is_refused() -> None:
    with pytest.raises(Invalid) as error:
        list(unpack(["14:30114000000017 x"]))
    assert error.value.code == "table.damaged"


def test_only_what_may_come_to_the_branch_is_in_its_table(world: World) -> None:
    world.lend(WELLS_COPY, "ada", "wells")  # Ada lives in Bath, and may return it there
    world.scan(FLOATING_COPY, "bath")
    table = table_for(world, "bath")
    assert set(table.groups) == {BATH_COPY, WELLS_COPY, FLOATING_COPY}
    assert table.item(CLEVEDON_COPY) is None


def test_a_table_names_no_patron_and_holds_no_loan(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.hold(MIDDLEMARCH, "ben", "clevedon")
    table = table_for(world, "bath")
    (hold,) = world.title(MIDDLEMARCH).holds.values()
    loan = world.item(BATH_COPY).custody.loan
    assert loan is not None
    written = table.write().decode()
    assert hold.patron not in written
    assert loan.patron not in written


def test_a_title_that_somebody_waits_for_comes_with_the_holds_that_its_copies_may_fill(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    for patron, pickup in (("ben", "clevedon"), ("cyn", "wells")):
        world.hold(MIDDLEMARCH, patron, pickup)
    table = table_for(world, "bath")
    assert [hold.pickup for hold in table.title(MIDDLEMARCH).holds.values()] == ["clevedon", "wells"]
    item = table.item(BATH_COPY)
    assert item is not None
    assert item.title == MIDDLEMARCH
    assert table.title(DUNE).holds == {}


def test_a_journey_and_a_place_on_the_hold_shelf_are_taken_along(world: World) -> None:
    world.hold(MIDDLEMARCH, "ben", "bath")
    world.scan(BATH_COPY, "bath")
    world.scan(CLEVEDON_COPY, "bath")
    table = RouteTable.read(table_for(world, "bath").write())
    shelved, sent = table.item(BATH_COPY), table.item(CLEVEDON_COPY)
    assert shelved is not None
    assert sent is not None
    assert shelved.custody.capture == world.item(BATH_COPY).custody.capture
    assert sent.custody.transit == world.item(CLEVEDON_COPY).custody.transit


def test_a_table_is_the_same_when_it_is_read_again(world: World) -> None:
    world.hold(MIDDLEMARCH, "ben", "bath")
    world.scan(BATH_COPY, "bath")
    table = table_for(world, "bath")
    read = RouteTable.read(table.write())
    assert (read.setting, read.groups, read.known) == (table.setting, table.groups, table.known)
    assert read.write() == table.write()


def test_a_table_that_was_changed_or_is_another_file_is_refused(world: World) -> None:
    written = table_for(world, "bath").write()
    changed = written.replace(b'"branch":"bath"', b'"branch":"wels"')
    for data, code in (
        (changed, "table.damaged"),
        (written[:-9], "table.unreadable"),
        (b"[1]", "table.unreadable"),
        (json.dumps({**json.loads(written), "form": 2}).encode(), "table.newer"),
    ):
        with pytest.raises(Invalid) as error:
            RouteTable.read(data)
        assert error.value.code == code


def test_the_table_of_a_branch_with_50_000_items_is_small() -> None:
    """All its own copies, and 6,000 of sixty other branches that may come back to it."""
    chance = random.Random(20261124)

    def item(number: int, home: str) -> Item:
        custody = Custody(place=Place(kind="branch", ref="bath"), custody_us=1)
        kind = chance.choice(("book", "dvd", "cd", "large-print"))
        return Item(f"3011{number:010d}", "t", "Somerset", home, kind, "", floats=False, holdable=True, custody=custody)

    numbers = chance.sample(range(2_500_000), 56_000)
    items = [item(number * 17, "bath") for number in numbers[:50_000]]
    items += [item(number * 17, f"branch-{number % 60}") for number in numbers[50_000:]]
    setting = Setting("store", "bath", 1, 1, "Europe/London", "key", (OfflineDay("2026-11-24", 1, 1),))
    data = make_table(setting, items, {}).write()
    assert len(RouteTable.read(data).groups) == 56_000
    assert len(data) < 350_000, f"{len(data):,} bytes"
