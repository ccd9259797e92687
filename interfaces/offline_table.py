"""
The route table of a branch, made from the store: what may come there, where it must go, and the days ahead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from circulation.calendar import at_minute, local_day, zone_of
from circulation.folds import BARCODE_FORMS_FOLD, ITEM, TITLE
from circulation.hold import title_stream
from circulation.item import Item, item_stream
from circulation.offline.route_table import OfflineDay, RouteTable, Setting, make_table
from circulation.outcome import Rulings, Scan
from circulation.shelves import floating_of
from circulation.standing_rules import StandingRules
from circulation.unknown import BARCODE_FORMS
from projections.branch_stock import may_come_to, titles_with_holds

if TYPE_CHECKING:
    from circulation.desk import Desk
    from circulation.keyring import Keyring
    from circulation.lookups import Courier
    from projections.views import Views

__all__ = ["table_of_branch"]

T = TypeVar("T")

_AT_ONCE = 5000
_NOON = 12 * 60


def table_of_branch(
    desk: Desk, keyring: Keyring, views: Views, courier: Courier, *, branch: str, days: int
) -> RouteTable:
    """
    The table of a branch as the store stands now, for so many days from today on.

    Raises `Unknown` and `Refused` (`branch.unknown`, `branch.retired`).
    """
    ledger, now_us = desk.ledger, desk.commands.clock()
    place = desk.places.branch(branch)
    setting = Setting(
        store=ledger.store_id,
        branch=branch,
        position=ledger.head().position,
        made_us=now_us,
        time_zone=place.time_zone,
        box_key=keyring.box_key(),
        days=tuple(_days(desk, branch, now_us, days)),
        forms=ledger.load(BARCODE_FORMS, BARCODE_FORMS_FOLD).state or (),
    )
    items = list(_items(desk, may_come_to(views, branch)))
    wanted = sorted({item.title for item in items} & titles_with_holds(views))
    titles = {
        title.title_id: title
        for names in _pieces(wanted)
        for loaded in ledger.load_many([title_stream(name) for name in names], TITLE).values()
        if (title := loaded.state) is not None
    }
    scan = Scan(branch=branch, at_us=now_us, day=desk.places.day(branch, now_us))
    rules, by_barcode = desk.policies.on(scan.day), {item.barcode: item for item in items}

    shelves = floating_of(ledger)

    def rulings(item: Item) -> Rulings:
        standing = StandingRules(rules, desk.places, scan, item, by_barcode.get).rulings()
        return replace(standing, shelves=lambda: shelves)

    table = make_table(setting, items, titles, rulings)
    boxes: dict[str, tuple[str, str]] = {}
    for destination in _destinations(table):
        stops = [courier.next_stop(branch, destination, reason, now_us) for reason in ("hold", "home")]
        if stops[0] is not None and stops[1] is not None:
            boxes[destination] = (stops[0].destination, stops[1].destination)
    names = {code: desk.places.branch(code).name for code in boxes}
    return replace(table, setting=replace(setting, boxes=boxes, names=names))


def _items(desk: Desk, barcodes: Sequence[str]) -> Iterator[Item]:
    for piece in _pieces(barcodes):
        loaded = desk.ledger.load_many([item_stream(barcode) for barcode in piece], ITEM)
        yield from (desk.places.dated(one.state) for one in loaded.values() if one.state is not None)


def _pieces(names: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while piece := list(islice(rest, _AT_ONCE)):
        yield piece


def _destinations(table: RouteTable) -> list[str]:
    """Every branch that a slip may name."""
    homes = {group[1] for group in table.groups.values()}
    bound = {custody.transit.destination for _, custody in table.known.values() if custody.transit is not None}
    pickups = {hold.pickup for title in table.titles.values() for hold in title.holds.values()}
    return sorted((homes | bound | pickups) - {table.setting.branch})


def _days(desk: Desk, branch: str, now_us: int, days: int) -> Iterator[OfflineDay]:
    calendar = desk.places.calendar(branch)
    # What holds where no special rule does: a slip without the network says it, the upload decides.
    rule = desk.policies.on(desk.places.day(branch, now_us)).ruling(None, branch=branch)
    zone = zone_of(desk.places.branch(branch).time_zone)
    today = local_day(now_us, zone)
    for ahead in range(days):
        day = today + timedelta(days=ahead)
        noon_us = at_minute(day, _NOON, zone)
        yield OfflineDay(
            day.isoformat(),
            calendar.shelf_until(branch, noon_us, rule.shelf_days),
            calendar.due_at(branch, noon_us, rule.days),
        )
