"""
Whether a copy stands in a run as it stood in truth.

While it does, what was done with it is done again at the same moment. Names of holds and loans may differ between the
two, so they are told apart by whose they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from circulation.custody import Transit
from circulation.event import Fact
from circulation.folds import ITEM
from circulation.item import Item, item_stream
from circulation.past_ledger import PastLedger

__all__ = ["Need", "Truth", "alike", "need_of", "the_same"]

Need = tuple[str, ...]
Naming = Callable[[str], str | None]


class Truth:
    """The copies as they stood in truth, brought forward act by act."""

    def __init__(self, start: PastLedger) -> None:
        self._start = start
        self._items: dict[str, Item | None] = {}

    def item(self, barcode: str) -> Item | None:
        """A copy as it stands now; None for one that has not come yet."""
        if barcode not in self._items:
            self._items[barcode] = self._start.load(item_stream(barcode), ITEM).state
        return self._items[barcode]

    def take(self, facts: Iterable[Fact]) -> None:
        """What happened next."""
        for fact in facts:
            if fact.stream.startswith("item/"):
                barcode = fact.stream.removeprefix("item/")
                self._items[barcode] = ITEM.apply(self.item(barcode), fact)


def alike(run: Item | None, truth: Item | None, *, hold: Naming, loan: Naming) -> bool:
    """
    Whether a copy is in the same place for the same purpose, or on the same journey since the same moment.

    `hold` and `loan` give the run's name of a recorded one. In which tote a copy lies, and until when it is lent or
    waits, are no part of it.
    """
    if run is None or truth is None:
        return run is truth
    ours, theirs = run.custody, truth.custody
    if _named(None if theirs.loan is None else theirs.loan.loan, loan) != (ours.loan and ours.loan.loan):
        return False
    if _named(theirs.target, hold) != ours.target:
        return False
    if (ours.capture is None) != (theirs.capture is None) or (ours.transit is None) != (theirs.transit is None):
        return False
    if ours.capture is not None and theirs.capture is not None:
        waits = (ours.capture.until_us is None) == (theirs.capture.until_us is None)
        if not waits or (ours.capture.hold, ours.capture.pickup) != (hold(theirs.capture.hold), theirs.capture.pickup):
            return False
    if (ours.defect and ours.defect.what) != (theirs.defect and theirs.defect.what):
        return False
    if (ours.absence and ours.absence.what) != (theirs.absence and theirs.absence.what):
        return False
    if ours.transit is not None and theirs.transit is not None:
        their_hold = _named(theirs.transit.hold, hold)
        return (*_journey(ours.transit), ours.transit.hold) == (*_journey(theirs.transit), their_hold)
    in_a_tote = "filling" in (ours.place.kind, theirs.place.kind)
    return in_a_tote or (ours.place.kind, ours.place.ref) == (theirs.place.kind, theirs.place.ref)


def _journey(transit: Transit) -> tuple[str, str, str, int]:
    return transit.origin, transit.destination, transit.reason, transit.opened_us


def _named(name: str | None, naming: Naming) -> str | None:
    return None if name is None else naming(name) or ""


def the_same(run: Item | None, truth: Item | None) -> bool:
    """Whether even the names are the same, so that a recorded fact can be added as it is."""
    if run is None or truth is None:
        return run is truth
    return (run.loans, run.transits, run.moves) == (truth.loans, truth.transits, truth.moves) and alike(
        run, truth, hold=lambda name: name, loan=lambda name: name
    )


def need_of(item: Item | None, *, is_loose: bool) -> Need | None:
    """
    What somebody must do with a copy next, None for nothing; `is_loose`: it was just let go from a hold shelf.

    `journey` to be scanned where it goes, `sort` to be scanned where it lies, `shelf` to be cleared when nobody comes,
    `pull` to be fetched for its hold.
    """
    if item is None:
        return None
    custody = item.custody
    if custody.transit is not None:
        return "journey", custody.transit.transit, custody.transit.destination
    if custody.place.kind != "branch" or custody.loan is not None:
        return None
    if custody.capture is not None:
        until_us = custody.capture.until_us
        return ("sort", custody.capture.hold) if until_us is None else ("shelf", custody.capture.hold, str(until_us))
    if custody.target is not None and item.on_shelf:
        return "pull", custody.target
    return ("sort", "") if is_loose else None
