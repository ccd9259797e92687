"""
What a period came to, counted in its facts in one way, whether they were recorded or played.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from circulation.clock import DAY_US
from circulation.event import Fact
from circulation.folds import ITEM
from circulation.hold import HoldPlaced
from circulation.item import (
    Item,
    ItemLent,
    ItemPlacedOnHoldShelf,
    ItemReturned,
    LoanRecalled,
    LoanRenewed,
    TransitOpened,
    item_of_loan,
    item_stream,
)
from circulation.past_ledger import PastLedger

__all__ = ["Journey", "Measures", "floating_among", "measure"]

LEVELS = (7, 15, 30)


@dataclass(frozen=True, slots=True)
class Journey:
    """A copy set out from `origin` for `destination`, microseconds UTC."""

    origin: str
    destination: str
    opened_us: int


@dataclass(frozen=True, slots=True)
class Measures:
    """
    Counts of a period. `turnaround_us` holds, in order, how long each hold that was placed in it took to get its copy
    onto the hold shelf; `late` are returns after the due time.
    """

    transits: Counter[str]
    journeys: tuple[Journey, ...]
    loans: int
    late: int
    holds: int
    turnaround_us: tuple[int, ...]

    def days(self, percent: int) -> float | None:
        """The time within which so many per cent of the holds that got a copy got it, in days."""
        if not self.turnaround_us:
            return None
        rank = max(0, -(-len(self.turnaround_us) * percent // 100) - 1)
        return round(self.turnaround_us[rank] / DAY_US, 1)

    def within(self, days: int) -> float | None:
        """Per cent of the holds that got a copy which got it within so many days."""
        if not self.turnaround_us:
            return None
        return round(100 * sum(took <= days * DAY_US for took in self.turnaround_us) / len(self.turnaround_us), 1)


def measure(facts: Iterable[Fact], start: PastLedger) -> Measures:
    """What these facts come to; loans from before are looked up as they stood at `start`."""
    transits: Counter[str] = Counter()
    journeys: list[Journey] = []
    due: dict[str, int] = {}
    placed: dict[str, int] = {}
    ready: dict[str, int] = {}
    loans = late = 0
    for fact in facts:
        match fact.event:
            case TransitOpened() as opened:
                transits[opened.reason] += 1
                journeys.append(Journey(opened.origin, opened.destination, fact.happened_us))
            case ItemLent() as lent:
                loans += 1
                due[lent.loan] = lent.due_us
            case LoanRenewed() | LoanRecalled() as moved:
                due[moved.loan] = moved.due_us
            case ItemReturned() as returned:
                until_us = due.get(returned.loan) or _due_before(start, returned.loan)
                late += until_us is not None and fact.happened_us > until_us
            case HoldPlaced() as asked:
                placed[asked.hold] = fact.happened_us
            case ItemPlacedOnHoldShelf() as shelved:
                ready.setdefault(shelved.hold, fact.happened_us)
    took = sorted(ready[hold] - at_us for hold, at_us in placed.items() if hold in ready)
    return Measures(transits, tuple(journeys), loans, late, len(placed), tuple(took))


def _due_before(start: PastLedger, loan: str) -> int | None:
    item = start.load(item_stream(item_of_loan(loan)), ITEM).state
    open_loan = None if item is None else item.custody.loan
    return open_loan.due_us if open_loan is not None and open_loan.loan == loan else None


def floating_among(barcodes: Iterable[str], item_now: Callable[[str], Item | None]) -> int:
    """How many of these copies stand on a shelf away from home and are to stay there."""
    items = (item_now(barcode) for barcode in barcodes)
    return sum(1 for item in items if item is not None and item.on_shelf and item.branch != item.home)
