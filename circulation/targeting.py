"""
Which copy on a shelf a waiting hold is promised: what the desk of holds reads before `soonest` decides.

The catalogue says which copies may stand on a shelf, and their own streams confirm it.
A copy that was not pulled in time for a hold is asked for again only where no other copy is left.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from circulation.folds import ITEM
from circulation.hold import Hold
from circulation.holding import Target, soonest
from circulation.item import Item, item_stream
from circulation.ledger import Ledger
from circulation.lookups import Catalogue, Copy, Courier
from circulation.places import Places
from circulation.queue_order import ForCopy, passed_over
from circulation.queues import Queues

__all__ = ["Targeting"]


class Targeting:
    """
    Looks for copies on shelves.

    `age_protection_days` says for how many days a copy counts as new; it is asked for those of known age.
    """

    def __init__(
        self,
        ledger: Ledger,
        places: Places,
        catalogue: Catalogue,
        courier: Courier,
        queues: Queues,
        age_protection_days: Callable[[Item], int | None],
    ) -> None:
        self._ledger = ledger
        self._places = places
        self._catalogue = catalogue
        self._courier = courier
        self._queues = queues
        self._age_protection_days = age_protection_days

    def parts(self, title: str) -> set[str]:
        """The parts of which a title has a copy."""
        return {copy.part for copy in self._catalogue.copies(title) if copy.part is not None}

    def shelved(self, title: str, at_us: int, *, freed: Collection[str] = ()) -> list[ForCopy]:
        """
        The copies of a title that stand on a shelf now, that may be held and that nobody was promised.

        `freed` are barcodes whose promise is being taken back.
        """
        found: list[ForCopy] = []
        for copy in self._catalogue.copies(title):
            item = self._ledger.load(item_stream(copy.barcode), ITEM).state if copy.on_shelf else None
            if item is None or item.branch is None or not item.on_shelf or not item.holdable:
                continue
            if item.custody.target is None or item.barcode in freed:
                days = None if item.added is None else self._age_protection_days(item)
                rulings = self._queues.rulings(item, item.branch, at_us, age_protection_days=days)
                found.append(ForCopy(item, item.branch, at_us, self._places.day(item.branch, at_us), rulings))
        return found

    def find(self, hold: Hold, copies: Iterable[ForCopy], at_us: int, *, taken: Collection[str] = ()) -> Target | None:
        """
        The copy to pull for a hold, `taken` ones left out; None where there is none, or where it is too early.

        A hold that is suspended until a day is promised a copy once the one that can be there soonest would not be
        there before that day.
        """
        # Suspension is about when, not about which copy: it is looked at once the copy is known.
        awake = replace(hold, suspended=False, suspended_until=None)
        fitting = {
            asked.item.barcode: asked for asked in copies if passed_over(awake, asked, is_new=asked.is_new) is None
        }
        target = self._soonest(hold, fitting.values(), at_us, {*taken, *hold.missed}) or self._soonest(
            hold, fitting.values(), at_us, set(taken)
        )
        if target is None or not hold.suspended:
            return target
        asked = fitting[target.item]
        return target if passed_over(hold, asked, is_new=asked.is_new) is None else None

    def _soonest(self, hold: Hold, copies: Iterable[ForCopy], at_us: int, excluded: set[str]) -> Target | None:
        return soonest(
            (Copy(asked.item.barcode, asked.branch, True) for asked in copies),
            pickup=hold.pickup,
            passed_over=excluded,
            at_us=at_us,
            arrival=self._courier.arrival,
            cutoff=self._courier.cutoff,
        )
