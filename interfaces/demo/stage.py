"""
What a demo's days are played on: the store with its desk, the clock, the people, the shelves and the totes.

The desk is the one that staff use; only what it looks up comes from memory, because views follow the log in batches.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from circulation.batch_ledger import BatchLedger
from circulation.calendar import Span, at_minute, zone_of
from circulation.command import Commands
from circulation.desk import Desk
from circulation.errors import Refused
from circulation.folds import ITEM
from circulation.item import Item, item_stream
from circulation.keyring import Keyring
from circulation.lookups import Copy
from circulation.receipt import Receipt
from circulation.shelves import count_guests
from interfaces.demo.agenda import Agenda
from interfaces.demo.boxes import Boxes, tote_of
from interfaces.demo.founding import at_desk
from interfaces.demo.network import DemoNetwork
from interfaces.demo.opening import Opening
from interfaces.demo.readers import DemoReader
from interfaces.demo.size import Size
from interfaces.demo.traffic import Traffic
from logistics.present_ways import PresentWays

__all__ = ["Shelves", "Stage"]

_ITEMS_A_TOTE = 35
"""After so many items somebody takes the next tote."""


class Shelves:
    """Implements `circulation.lookups.Catalogue`: the copies of a title by their own streams."""

    def __init__(self, ledger: BatchLedger, opening: Opening) -> None:
        self._ledger = ledger
        self._opening = opening

    def copies(self, title: str) -> Sequence[Copy]:
        """All copies of a title, in the order of their barcodes."""
        found = []
        for barcode in self._opening.copies_of.get(title, ()):
            item = self._ledger.load(item_stream(barcode), ITEM).state
            if item is not None:
                found.append(Copy(barcode, item.branch, item.on_shelf and item.holdable, item.shelf_mark, item.part))
        return found

    def guests(self, item_type: str, *, besides: str) -> Mapping[str, int]:
        """See `circulation.lookups.Catalogue`."""
        barcodes = (barcode for copies in self._opening.copies_of.values() for barcode in copies)
        items = (self._ledger.load(item_stream(barcode), ITEM).state for barcode in barcodes)
        return count_guests((item for item in items if item is not None), item_type, besides=besides)


@dataclass
class Stage:
    """One demo while it is played. `done` counts what was done and what went wrong, in words for the summary."""

    ledger: BatchLedger
    keyring: Keyring
    agenda: Agenda
    network: DemoNetwork
    size: Size
    opening: Opening
    seed: int
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.commands = Commands(self.ledger, self.agenda, self.keyring)
        self.ways = PresentWays(self.ledger)
        self.boxes = Boxes(self.ledger)
        self.desk = Desk(
            self.ledger,
            self.keyring,
            self.commands,
            catalogue=Shelves(self.ledger, self.opening),
            courier=self.ways,
            contents=self.boxes,
        )
        self.traffic = Traffic(self.network.branches)
        self.lending = tuple(branch.code for branch in self.network.branches if branch.population)
        self.draw = Random(f"{self.seed}/play")
        self.shelves: dict[str, list[str]] = defaultdict(list)
        """The copies that live at each branch, there or not."""
        for copy in self.opening.copies.values():
            self.shelves[copy.home].append(copy.barcode)
        self.returns: dict[tuple[date, str], list[str]] = defaultdict(list)
        """What readers will bring back, by day and branch."""
        self.fetching: dict[tuple[date, str], list[tuple[str, DemoReader]]] = defaultdict(list)
        """Who will fetch what from the hold shelf, by day and branch."""
        self.to_pull: dict[str, list[str]] = defaultdict(list)
        """Copies promised to holds, by the branch where they stand."""
        self.reader_of: dict[str, DemoReader] = {}
        """Whose hold it is."""
        for one in self.opening.returns:
            self.bring_back(one.barcode, one.branch, one.day)
        self.misplaced = 0.0
        """How likely the next packed item is put into a wrong tote."""

    # --- places and time ---

    def spans(self, branch: str, day: date) -> tuple[Span, ...]:
        """The staffed hours of a branch on a day."""
        return self.ways.situation.calendar.spans(branch, day)

    def moment(self, place: str, day: date, minute: float) -> int:
        """The instant of a minute of the local day, to the second."""
        zone = zone_of(self.ways.situation.branches[place].time_zone)
        return at_minute(day, int(minute), zone) + round(minute % 1 * 60) * 1_000_000

    def next_open_day(self, branch: str, day: date) -> date | None:
        """That day or the first after it on which a branch is open."""
        return self.ways.situation.calendar.next_open_day(branch, day)

    def bring_back(self, barcode: str, branch: str, day: date) -> None:
        """A reader will bring this back; where the branch is shut then, on the next day on which it is open."""
        open_day = self.next_open_day(branch, day)
        if open_day is not None:
            self.returns[open_day, branch].append(barcode)

    def put_off(self, branch: str, day: date) -> None:
        """The branch stays shut: who wanted to come that day comes on the next open one."""
        following = self.next_open_day(branch, day)
        if following is not None:
            self.returns[following, branch].extend(self.returns.pop((day, branch), ()))
            self.fetching[following, branch].extend(self.fetching.pop((day, branch), ()))

    # --- things ---

    def item(self, barcode: str) -> Item:
        """A copy as its stream tells it."""
        item = self.ledger.load(item_stream(barcode), ITEM).state
        if item is None:
            raise KeyError(barcode)
        return item

    def scan(self, branch: str, barcode: str) -> Receipt:
        """Somebody at a desk scans what lies there and does what the screen says; a full tote is sealed."""
        spare = self.boxes.spare(branch)
        receipt = self.desk.scan(at_desk(branch), barcode, tote=spare, sort=True)
        self.done["scans"] += 1
        if receipt.signal == "send" and receipt.filling is None:
            self.done["items left on the table"] += 1
        elif receipt.filling is not None:
            packed = self.boxes.pack(branch, receipt.filling, barcode, into=self._by_mistake(branch))
            if packed >= _ITEMS_A_TOTE:
                self.seal(branch, receipt.filling)
        return receipt

    def _by_mistake(self, branch: str) -> str | None:
        if not self.misplaced or self.draw.random() >= self.misplaced:
            return None
        others = self.boxes.being_packed(branch)
        if not others:
            return None
        self.done["items put into a wrong tote"] += 1
        return self.draw.choice(others)

    def seal(self, place: str, filling: str) -> None:
        """Somebody closes a tote."""
        self.desk.totes.seal(at_desk(place), tote_of(filling))
        self.boxes.note_sealed(filling, self.agenda.now_us)
        self.done["totes sealed"] += 1

    def seal_all(self, place: str) -> None:
        """Every tote that is being packed at a place is closed."""
        for filling in self.boxes.being_packed(place):
            self.seal(place, filling)

    def emptied(self, place: str, filling: str) -> None:
        """Everything was scanned out of a tote, which is free then; one with nothing in it is opened for that."""
        state = self.desk.totes.filling(filling)
        if state.status != "ended":
            self.desk.totes.open(at_desk(place), tote_of(filling))
        self.boxes.put_away(place, filling)

    def refused(self, error: Refused) -> None:
        """A rule said no, as rules do."""
        self.done[f"refused: {error.code}"] += 1
