"""
Everything that happened to one item, the journeys of the totes that it rode in, and the closures that moved its dates.

Read from the log itself, not from a table: an item's stream is short, and the totes that it names are few.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from circulation.due_dates import DueDatesMoved, about, due_dates_stream
from circulation.errors import Unknown
from circulation.event import Fact
from circulation.item import ItemLent, ItemPacked, ItemPlacedOnHoldShelf, item_stream
from circulation.ledger import Ledger
from circulation.tote import ToteFillingStarted, filling_stream

__all__ = ["history"]


def history(ledger: Ledger, barcode: str, *, as_of: int | None = None) -> list[Fact]:
    """
    The facts of an item, and those of its fillings while it was inside, in the order of the log.

    Of a list of dates that were moved together it has the part about this item.

    Raises `Unknown` (`item.unknown`) for a barcode that no item had by then.
    """
    own = ledger.stream(item_stream(barcode), upto_position=as_of)
    if not own:
        raise Unknown("item.unknown:barcode", barcode=barcode[:40])
    facts = list(own)
    for place, fact in enumerate(own):
        if isinstance(fact.event, ItemPacked):
            left = _taken_out(own[place + 1 :])
            facts += [
                ride for ride in _rides(ledger, fact.event.filling, as_of) if fact.position < ride.position < left
            ]
    facts += _moves(ledger, barcode, own, as_of)
    return sorted(facts, key=lambda fact: fact.position)


def _moves(ledger: Ledger, barcode: str, own: list[Fact], as_of: int | None) -> Iterator[Fact]:
    branches = {fact.event.branch for fact in own if isinstance(fact.event, ItemLent | ItemPlacedOnHoldShelf)}
    for branch in sorted(branches):
        for fact in ledger.stream(due_dates_stream(branch), upto_position=as_of):
            if isinstance(fact.event, DueDatesMoved) and (part := about(fact.event, barcode)) is not None:
                yield replace(fact, event=part)


def _taken_out(later: list[Fact]) -> float:
    """The position at which the item was next scanned anywhere; until then it is where its filling is."""
    return min((fact.position for fact in later if hasattr(fact.event, "branch")), default=float("inf"))


def _rides(ledger: Ledger, filling: str, as_of: int | None) -> list[Fact]:
    """What happened to a filling from its beginning until it was opened."""
    facts = ledger.stream(filling_stream(filling), upto_position=as_of)
    return [fact for fact in facts if not isinstance(fact.event, ToteFillingStarted)]
