"""
What a scan would come to, and who would get a copy: asked of the same decisions as the desk's, recording nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from circulation.checkin import decide
from circulation.command import Commands
from circulation.errors import Unknown
from circulation.event import Fact
from circulation.folds import ITEM, TITLE
from circulation.hold import Title, fold_title, title_stream
from circulation.item import Item, item_stream
from circulation.ledger import Ledger
from circulation.outcome import Outcome, Rulings, Scan
from circulation.places import Places
from circulation.queue_order import Candidate, ForCopy, candidates
from circulation.queue_policy import QueueOrder
from circulation.serving import for_copy
from circulation.shelf_clearing import Foreseen

__all__ = ["Foresight"]

ScanAt = Callable[[Item, Title, str, int], tuple[Scan, Rulings]]
"""From a copy, its title, a branch and an instant to the scan of it there and what holds for it then."""


class Foresight:
    """Answers of the desk about what has not happened."""

    def __init__(self, ledger: Ledger, commands: Commands, places: Places, scan_at: ScanAt) -> None:
        self._ledger = ledger
        self._commands = commands
        self._places = places
        self._scan_at = scan_at

    def one(self, item: Item, branch: str, at_us: int) -> Outcome:
        """What a scan of a copy at a branch would come to."""
        return self._outcome(item, self._title(item), branch, at_us)

    def scans(self, branch: str, barcodes: Sequence[str]) -> list[Foreseen]:
        """
        What scanning these copies at a branch now, one after the other, would come to.

        Raises `Unknown` (`item.unknown`, `branch.unknown`).
        """
        at_us = self._commands.clock()
        titles: dict[str, Title] = {}
        found: list[Foreseen] = []
        for barcode in barcodes:
            item = self._item(barcode)
            title = titles.get(item.title) or self._title(item)
            outcome = self._outcome(item, title, branch, at_us)
            for event in outcome.title:
                # The next copy finds the queue as this one leaves it.
                title = fold_title(title, Fact(title_stream(item.title), 0, event, at_us, "", "system", branch, ""))
            titles[item.title] = title
            found.append(Foreseen(item, outcome))
        return found

    def explain(self, barcode: str, branch: str | None = None) -> tuple[ForCopy, QueueOrder, list[Candidate]]:
        """
        For a copy at a branch (where it stands, or else at home) now: every open hold of its title, with its rank for
        this copy or why it cannot have it, and the queue order by which they are ranked.

        Raises `Unknown` (`item.unknown`, `branch.unknown`).
        """
        item = self._item(barcode)
        title = self._title(item)
        scan, rulings = self._scan_at(item, title, branch or item.branch or item.home, self._commands.clock())
        asked = for_copy(scan, item, rulings)
        return asked, asked.rulings.order(), candidates(title, asked)

    def _outcome(self, item: Item, title: Title, branch: str, at_us: int) -> Outcome:
        scan, rulings = self._scan_at(item, title, branch, at_us)
        return decide(scan, self._places.dated(item), title, rulings)

    def _title(self, item: Item) -> Title:
        return self._ledger.load(title_stream(item.title), TITLE).state or Title(title_id=item.title)

    def _item(self, barcode: str) -> Item:
        item = self._ledger.load(item_stream(barcode), ITEM).state
        if item is None:
            raise Unknown("item.unknown", item=barcode)
        return item
