"""
A desk without the network: what a scan leads to by the table and by what this desk has scanned since.

The check-in is the one of `circulation/checkin.py`, on the table's copies and queues instead of the log's; what it
finds is folded into them, so that the second copy of a title goes to the second hold. Nothing is refused and nothing
is recorded here: the scan goes into the device's log, and the upload decides it anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from circulation.barcode import parse_barcode
from circulation.calendar import local_day, zone_of
from circulation.checkin import decide
from circulation.clock import iso
from circulation.custody import Custody, Place
from circulation.errors import Refused
from circulation.event import Appended, Event, Fact
from circulation.handwork import Told
from circulation.hold import Title, fold_title, title_stream
from circulation.item import Item, fold_item, item_stream
from circulation.offline.device_log import LoggedScan
from circulation.offline.route_table import OfflineDay, RouteTable
from circulation.outcome import Scan
from circulation.receipt import receipt_of
from circulation.unknown import has_registered_form

__all__ = ["OfflineDesk", "Slip"]


@dataclass(frozen=True, slots=True)
class Slip:
    """
    What a desk without the network tells: what to do, in which box, and why in one sentence.

    `box` is where the tote that it goes into travels next, None if it does not travel or nobody knows.
    """

    item: str | None
    said: Told
    headline: str
    sentence: str
    box: str | None = None
    due_us: int | None = None


_HEADLINES = {"shelve": "Shelve here", "hold-shelf": "Hold shelf here", "aside": "Keep aside", "done": "Done"}


class OfflineDesk:
    """The desk of one device; `again` brings it to where a log had brought it before."""

    def __init__(self, table: RouteTable) -> None:
        self.table = table
        self._items: dict[str, Item] = {}
        self._titles: dict[str, Title] = {}
        self._latest_us = table.setting.made_us

    def is_item_code(self, code: str) -> bool:
        """Whether a code is an item's by the table or by its form; any other may be a card, and is kept sealed."""
        return code in self.table.groups or has_registered_form(code, self.table.setting.forms)

    def again(self, scan: LoggedScan) -> None:
        """Take a scan of the log into account that was shown before."""
        if scan.code is None:
            return
        if scan.do == "lend":
            self._lent(scan.code, scan.at_us)
        else:
            self.scan(scan.code, scan.at_us)

    def scan(self, code: str, at_us: int) -> Slip:
        """What to do with a code that lies on the desk. Raises `Invalid` (`barcode.unreadable`)."""
        barcode = parse_barcode(code)
        item = self._item(barcode)
        if item is None:
            known = "This code" if not self.is_item_code(barcode) else f"Item {barcode}"
            sentence = f"{known} is not in the table: keep it aside, and scan it again when the network is back."
            return Slip(None, Told("aside"), _HEADLINES["aside"], sentence)
        # The device's clock may have gone back; what it scanned before still came before.
        self._latest_us = at_us = max(at_us, self._latest_us)
        branch, day = self.table.setting.branch, self._day(at_us)
        title = self._titles.get(item.title) or self.table.title(item.title)
        scan = Scan(branch=branch, at_us=at_us, day=self._date(at_us))
        rulings = self.table.rulings(barcode, lambda _category: day.shelf_until_us)
        outcome = decide(scan, item, title, rulings)
        facts = tuple(self._facts(item_stream(barcode), outcome.item, at_us))
        for fact in facts:
            item = fold_item(item, fact)
        for fact in self._facts(title_stream(item.title), outcome.title, at_us):
            title = fold_title(title, fact)
        self._items[barcode], self._titles[title.title_id] = item, title
        receipt = receipt_of(Appended(facts, False))
        capture = item.custody.capture
        said = Told(receipt.signal, receipt.route_to, None, None if capture is None else capture.code)
        return self._slip(item, said)

    def lend(self, code: str, at_us: int) -> Slip:
        """
        A copy goes out with a patron, whose limits nobody knows here.

        Raises `Refused` (`loan.set-aside`) for one that the table knows to be somebody else's, and `Invalid`
        (`barcode.unreadable`).
        """
        barcode = parse_barcode(code)
        item = self._item(barcode)
        if item is not None and item.custody.capture is not None:
            raise Refused("loan.set-aside:offline", item=barcode, hold=item.custody.capture.hold)
        self._lent(barcode, at_us)
        due_us = self._day(max(at_us, self._latest_us)).due_us
        sentence = "It is lent if nothing forbids it when the network is back."
        return Slip(barcode, Told("done"), "Lent", sentence, due_us=due_us)

    def _lent(self, barcode: str, at_us: int) -> None:
        self._latest_us = at_us = max(at_us, self._latest_us)
        item = self._item(barcode)
        if item is not None:
            gone = Custody(place=Place(kind="nowhere"), custody_us=at_us)
            self._items[barcode] = replace(item, custody=gone, loans=item.loans + 1)

    def _slip(self, item: Item, said: Told) -> Slip:
        """The words; how the copy came in is not said, because loans are not known here."""
        capture = item.custody.capture
        hold = f" for hold {capture.hold}" if capture is not None else ""
        if said.to is None:
            until = "" if capture is None or capture.until_us is None else f" until {iso(capture.until_us)}"
            sentence = f"It waits here{hold}{until}." if hold else "It stays here."
            return Slip(item.barcode, said, _HEADLINES[said.signal], sentence)
        stops = self.table.setting.boxes.get(said.to)
        box = None if stops is None else stops[0] if hold else stops[1]
        return Slip(item.barcode, said, f"Send to {said.to}", f"It goes to {said.to}{hold}.", box=box)

    def _item(self, barcode: str) -> Item | None:
        return self._items.get(barcode) or self.table.item(barcode)

    def _date(self, at_us: int) -> str:
        return local_day(at_us, zone_of(self.table.setting.time_zone)).isoformat()

    def _day(self, at_us: int) -> OfflineDay:
        """What holds on the day of a scan; the last day that the table knows goes on."""
        date = self._date(at_us)
        return next((day for day in self.table.setting.days if day.day >= date), self.table.setting.days[-1])

    def _facts(self, stream: str, events: tuple[Event, ...], at_us: int) -> list[Fact]:
        branch = self.table.setting.branch
        return [Fact(stream, 0, event, at_us, "", "declared", branch, "") for event in events]
