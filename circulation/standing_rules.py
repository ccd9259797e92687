"""
What the rules say to one scan at a desk, looked up when a step of the check-in asks, and then once.

The steps themselves (`serving.py`, `placement.py`) are pure; they see these answers only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from circulation.hold import Hold
from circulation.item import Item
from circulation.outcome import Rulings, Scan
from circulation.places import Places
from circulation.policies import DayRules
from circulation.queue_order import QueueRulings
from circulation.transfer_limits import TransferLimit

__all__ = ["StandingRules"]


@dataclass(frozen=True, slots=True)
class StandingRules:
    """
    The rules of the day for one copy at one scan; `find` reads another copy of the title, None for none.

    `queue` is what holds for the queue of its title; without it, first come, first served.
    """

    rules: DayRules
    places: Places
    scan: Scan
    item: Item
    find: Callable[[str], Item | None]
    queue: QueueRulings = field(default_factory=QueueRulings)

    def rulings(self) -> Rulings:
        """The answers, for `checkin.decide`."""
        return Rulings(
            shelf_until=self._shelf_until, bars=self._bars, keeps=self._keeps, floats=self._floats, queue=self.queue
        )

    def _shelf_until(self, category: str) -> int:
        scan = self.scan
        days = self.rules.ruling(self.item, category=category, branch=scan.branch).shelf_days
        return self.places.calendar(scan.branch).shelf_until(scan.branch, scan.at_us, days)

    def _bars(self, hold: Hold, barcode: str) -> str:
        here = barcode == self.item.barcode
        item = self.item if here else self.find(barcode)
        if item is None:
            return ""
        origin = self.scan.branch if here else item.branch or item.home
        bar = self.rules.bar(item, category=hold.category, pickup=hold.pickup, origin=origin)
        return "" if bar is None else bar.by

    def _keeps(self) -> TransferLimit | None:
        return self.rules.denied(self.item, self.scan.branch, self.item.home)

    def _floats(self) -> bool | None:
        return self.rules.ruling(self.item, branch=self.scan.branch).floats
