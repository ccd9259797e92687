"""Which copies a title has and where they are in a scratch ledger, in the words of `circulation/lookups.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from circulation.folds import ITEM
from circulation.item import Item, item_stream
from circulation.lookups import Copy, OpenFilling
from circulation.scratch_ledger import ScratchLedger
from circulation.shelves import guest_at
from projections import catalogue, locations, transits

if TYPE_CHECKING:
    from projections.views import Views

__all__ = ["NoTotes", "ShelfCopies"]


class NoTotes:
    """Nothing is packed: what travels is carried one by one."""

    def items_in(self, _filling: str) -> Sequence[str]:
        """Nothing."""
        return ()

    def open_at(self, _branch: str) -> Sequence[OpenFilling]:
        """None."""
        return ()


class ShelfCopies:
    """Copies as the scratch ledger knows them; which ones a title has is asked of the views once."""

    def __init__(self, scratch: ScratchLedger, views: Views, start: int) -> None:
        self._scratch = scratch
        self._views = views
        self._start = start
        self._of_title: dict[str, tuple[str, ...]] = {}
        self._guests: Counter[tuple[str, str]] | None = None
        self._guest_of: dict[str, tuple[str, str]] = {}
        self._seen = 0

    def item(self, barcode: str) -> Item | None:
        """The copy as it is now; None for one that has not come yet."""
        return self._scratch.load(item_stream(barcode), ITEM).state

    def copies(self, title: str) -> Sequence[Copy]:
        """All copies of a title, in the order of their barcodes."""
        if title not in self._of_title:
            rows = catalogue.copies_of(self._views, title)
            self._of_title[title] = tuple(sorted(row.item for row in rows))
        items = (self.item(barcode) for barcode in self._of_title[title])
        return [
            Copy(item.barcode, item.branch, item.on_shelf, item.shelf_mark, item.part)
            for item in items
            if item is not None
        ]

    def guests(self, item_type: str, *, besides: str) -> Mapping[str, int]:
        """By branch: how many copies of a type, without `besides`, are kept or awaited and have homes elsewhere."""
        counts = self._counted()
        left_out = self._guest_of.get(besides)
        return {
            branch: copies - ((item_type, branch) == left_out)
            for (kind, branch), copies in counts.items()
            if kind == item_type and copies - ((item_type, branch) == left_out)
        }

    def _counted(self) -> Counter[tuple[str, str]]:
        """The guests of every branch, brought up to what has been added since they were counted last."""
        if self._guests is None:
            self._guests = Counter()
            homes = catalogue.homes(self._views)
            away = {
                where.item
                for where in locations.everywhere(self._views, as_of=self._start)
                if where.kind != "branch" or where.place != homes.get(where.item)
            }
            away.update(journey.item for journey in transits.open_transits(self._views, as_of=self._start))
            for barcode in away:
                self._count(barcode)
        new = {fact.stream for fact in self._scratch.appended[self._seen :] if fact.stream.startswith("item/")}
        self._seen = len(self._scratch.appended)
        for stream in new:
            self._count(stream.removeprefix("item/"))
        return self._guests

    def _count(self, barcode: str) -> None:
        guests = self._guests
        item = self.item(barcode)
        if guests is None or item is None:
            return
        before, branch = self._guest_of.pop(barcode, None), guest_at(item)
        if before is not None:
            guests[before] -= 1
        if branch is not None:
            self._guest_of[barcode] = (item.item_type, branch)
            guests[item.item_type, branch] += 1
