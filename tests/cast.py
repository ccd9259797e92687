"""
The cast of every test: five branches, two vans, six patrons, a few books, and one Tuesday.

Bristol is the hub of Bath, Clevedon and Wells; Taunton is a hub of its own with Yeovil.
2026-11-24 is a Tuesday. Every branch is open from nine to five, Monday to Saturday, but Clevedon is shut on Wednesdays.
"""

from __future__ import annotations

from collections.abc import Iterable

from circulation.branch import BranchOpened, HubMarked, branch_stream
from circulation.clock import HOUR_US, parse_instant
from circulation.event import Event, Fact, NewEvents
from circulation.hold import HoldPlaced, Title, TitleAdded, fold_title, title_stream
from circulation.item import Item, ItemAdded, fold_item, item_stream

TUESDAY = parse_instant("2026-11-24T09:00:00Z")
DAY = "2026-11-24"
NINE_TO_FIVE = ("09:00-17:00",) * 6 + ("",)
SHUT_ON_WEDNESDAY = ("09:00-17:00", "09:00-17:00", "", "09:00-17:00", "09:00-17:00", "09:00-17:00", "")

BRANCHES = {
    "bristol": BranchOpened(
        name="Bristol Central",
        member="Bristol",
        latitude_e6=51_452_000,
        longitude_e6=-2_601_000,
        time_zone="Europe/London",
        hours=NINE_TO_FIVE,
    ),
    "bath": BranchOpened(
        name="Bath Central",
        member="Bath and North East Somerset",
        latitude_e6=51_383_000,
        longitude_e6=-2_360_000,
        time_zone="Europe/London",
        hours=NINE_TO_FIVE,
    ),
    "clevedon": BranchOpened(
        name="Clevedon",
        member="North Somerset",
        latitude_e6=51_438_000,
        longitude_e6=-2_854_000,
        time_zone="Europe/London",
        hours=SHUT_ON_WEDNESDAY,
    ),
    "wells": BranchOpened(
        name="Wells",
        member="Somerset",
        latitude_e6=51_209_000,
        longitude_e6=-2_647_000,
        time_zone="Europe/London",
        hours=NINE_TO_FIVE,
    ),
    "taunton": BranchOpened(
        name="Taunton",
        member="Somerset",
        latitude_e6=51_015_000,
        longitude_e6=-3_103_000,
        time_zone="Europe/London",
        hours=NINE_TO_FIVE,
    ),
    "yeovil": BranchOpened(
        name="Yeovil",
        member="Somerset",
        latitude_e6=50_942_000,
        longitude_e6=-2_633_000,
        time_zone="Europe/London",
        hours=NINE_TO_FIVE,
    ),
}
HUBS = {"bristol": ("bath", "clevedon", "wells"), "taunton": ("yeovil",)}

PATRONS = {
    "ada": ("29876000000011", "adult", "bath"),
    "ben": ("29876000000029", "adult", "bath"),
    "cyn": ("29876000000037", "child", "wells"),
    "dev": ("29876000000045", "adult", "clevedon"),
    "eve": ("29876000000052", "adult", "taunton"),
    "fin": ("29876000000060", "child", "bristol"),
}
"""Name, card, category and home branch."""

MIDDLEMARCH = "t-middlemarch"
DUNE = "t-dune"
ITEMS = {
    "30114000000017": ItemAdded(
        title=MIDDLEMARCH, owner="Bath and North East Somerset", home="bath", item_type="book", branch="bath"
    ),
    "30114000000025": ItemAdded(title=MIDDLEMARCH, owner="Somerset", home="wells", item_type="book", branch="wells"),
    "30114000000033": ItemAdded(
        title=DUNE, owner="Bristol", home="bristol", item_type="book", branch="bristol", floats=True
    ),
    "30114000000041": ItemAdded(
        title=DUNE, owner="North Somerset", home="clevedon", item_type="book", branch="clevedon"
    ),
}
BATH_COPY, WELLS_COPY, FLOATING_COPY, CLEVEDON_COPY = ITEMS


def network() -> Iterable[NewEvents]:
    """The branches and hubs, to append to an empty ledger."""
    for code, opened in BRANCHES.items():
        marks: tuple[Event, ...] = (HubMarked(serves=HUBS[code]),) if code in HUBS else ()
        yield NewEvents(branch_stream(code), 0, (opened, *marks))


def stock() -> Iterable[NewEvents]:
    """The titles and copies, to append to an empty ledger."""
    yield NewEvents(title_stream(MIDDLEMARCH), 0, (TitleAdded(title="Middlemarch", author="George Eliot"),))
    yield NewEvents(title_stream(DUNE), 0, (TitleAdded(title="Dune", author="Frank Herbert"),))
    for barcode, added in ITEMS.items():
        yield NewEvents(item_stream(barcode), 0, (added,))


def fact(stream: str, version: int, event: Event, at_us: int, request: str = "") -> Fact:
    """An event in an envelope that a test need not care about."""
    return Fact(stream, version, event, at_us, "staff/ana", "declared", "bath", request or f"r{version}")


def item_given(barcode: str, *events: Event, start_us: int = TUESDAY - 24 * HOUR_US) -> Item:
    """The copy after these events, an hour apart, each by a request of its own."""
    item = fold_item(None, fact(item_stream(barcode), 1, ITEMS[barcode], start_us))
    for number, event in enumerate(events, 1):
        item = fold_item(item, fact(item_stream(barcode), number + 1, event, start_us + number * HOUR_US))
    return item


def title_given(title: str, *events: Event) -> Title:
    """The title after these events."""
    state = Title(title_id=title)
    for number, event in enumerate(events, 1):
        state = fold_title(state, fact(title_stream(title), number, event, TUESDAY - 24 * HOUR_US + number))
    return state


def hold(title: str, number: int, pickup: str, *, item: str | None = None) -> HoldPlaced:
    """The title's hold of that number, for pickup at a branch."""
    return HoldPlaced(
        hold=f"{title}#{number}", pickup=pickup, item=item, category="adult", patron_home=pickup, key=1, patron="sealed"
    )
