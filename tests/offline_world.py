"""
Desks of the test network that lose the network: a table of the world, and a desk that writes its log in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from circulation.clock import MINUTE_US
from circulation.folds import ITEM, TITLE
from circulation.handwork import Told
from circulation.hold import title_stream
from circulation.item import Item
from circulation.offline.desk import OfflineDesk, Slip
from circulation.offline.device_log import DeviceLog, LoggedScan, LogHeader
from circulation.offline.merge import box_context
from circulation.offline.route_table import OfflineDay, RouteTable, Setting, make_table
from circulation.offline.sealed_box import seal_into_box
from circulation.outcome import Rulings, Scan
from circulation.shelves import floating_of
from circulation.standing_rules import StandingRules
from tests.cast import BRANCHES, DUNE, MIDDLEMARCH
from tests.world import World

__all__ = ["DeskWithoutNetwork", "table_for"]


def table_for(world: World, branch: str, *, days: int = 7) -> RouteTable:
    """What the branch gets for the days without the network."""
    calendar, now_us = world.desk.places.calendar(branch), world.clock_us
    first = date.fromisoformat(world.desk.places.day(branch, now_us))
    setting = Setting(
        store=world.ledger.store_id,
        branch=branch,
        position=world.ledger.head().position,
        made_us=now_us,
        time_zone=BRANCHES[branch].time_zone,
        box_key=world.keyring.box_key(),
        days=tuple(
            OfflineDay(
                (first + timedelta(days=n)).isoformat(),
                calendar.shelf_until(branch, now_us + n * 24 * 60 * MINUTE_US, 9),
                calendar.due_at(branch, now_us + n * 24 * 60 * MINUTE_US, 21),
            )
            for n in range(days)
        ),
        boxes={code: ("bristol", "bristol") for code in BRANCHES if code != branch},
    )
    items = [world.ledger.load(stream, ITEM).state for stream in world.ledger.streams("item/")]
    titles = {name: world.ledger.load(title_stream(name), TITLE).state for name in (MIDDLEMARCH, DUNE)}
    found = {item.barcode: item for item in items if item is not None}
    scan = Scan(branch=branch, at_us=now_us, day=first.isoformat())

    def rulings(item: Item) -> Rulings:
        rules = world.desk.policies.on(scan.day)
        standing = StandingRules(rules, world.desk.places, scan, item, found.get).rulings()
        return replace(standing, shelves=lambda: floating_of(world.ledger))

    return make_table(
        setting,
        found.values(),
        {name: title for name, title in titles.items() if title is not None},
        rulings,
    )


@dataclass
class DeskWithoutNetwork:
    """One device; `ahead_us` is how far its clock is ahead of ours."""

    world: World
    branch: str
    device: str
    ahead_us: int = 0
    scans: list[LoggedScan] = field(default_factory=list)
    table: RouteTable = field(init=False)

    def __post_init__(self) -> None:
        self.table = RouteTable.read(table_for(self.world, self.branch).write())
        self.desk = OfflineDesk(self.table)
        setting = self.table.setting
        self.header = LogHeader(
            log=f"log-of-{self.device}",
            store=setting.store,
            device=self.device,
            branch=self.branch,
            table=self.table.digest,
            position=setting.position,
            made_us=setting.made_us,
        )

    @property
    def log(self) -> DeviceLog:
        """What it has written so far."""
        return DeviceLog(self.header, tuple(self.scans))

    def scan(self, code: str, at_us: int, *, do: str = "scan") -> Slip:
        """A beep at our time `at_us`."""
        slip = self.desk.scan(code, at_us + self.ahead_us)
        clear = self.desk.is_item_code(code)
        self._write(do, code if clear else None, None if clear else code, slip.said, at_us)
        return slip

    def lend(self, card: str, barcode: str, at_us: int) -> Slip:
        """A copy goes out at our time `at_us`."""
        slip = self.desk.lend(barcode, at_us + self.ahead_us)
        self._write("lend", barcode, card, slip.said, at_us)
        return slip

    def _write(self, do: str, code: str | None, secret: str | None, said: Told, at_us: int) -> None:
        n = len(self.scans) + 1
        sealed = None
        if secret is not None:
            sealed = seal_into_box(self.table.setting.box_key, secret, context=box_context(self.header, n))
        scan = LoggedScan(n, at_us + self.ahead_us, "ana", do, code, sealed, said)  # type: ignore[arg-type]
        self.scans.append(scan)
