"""
What happened, in the order in which it happened, as far as it is known by now: pure.

The log keeps the order in which things became known. A scan of a desk without the network arrives later than what
came after it, and a scan that was undone never counted. Here a stream is read as somebody would tell it today.
Promises and queues are decisions and not happenings: they stand as they were made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from circulation.event import Event, Fact
from circulation.item import (
    Item,
    ItemAdded,
    ItemArrived,
    ItemReturned,
    ItemSighted,
    LateScanRecorded,
    LoanRenewed,
    ScanUndone,
    fold_item,
)

__all__ = ["SECOND_THOUGHTS", "as_it_happened", "began_us"]

SECOND_THOUGHTS = ("LateScanRecorded", "ScanUndone")
"""The types of facts after which a stream is told otherwise than it was recorded."""


def as_it_happened(facts: Sequence[Fact]) -> list[Fact]:
    """
    The facts of one stream in the order of happening, without scans that were undone and the facts that undid them.

    A late scan becomes what it would have been in time: it closes the loan, ends the journey, or sights the copy.
    What it would have led to (a hold, a new journey) did not come about, and is not made up.
    """
    undone = set(_undone(facts))
    begun_us = began_us(facts)
    told = [fact for fact in facts if fact.version not in undone]
    # Whatever the list that it came from, a thing is there before anything happens to it.
    told.sort(key=lambda fact: (begun_us if fact.version == 1 else fact.happened_us, fact.version != 1, fact.position))
    if not any(isinstance(fact.event, LateScanRecorded) for fact in told):
        return told
    return _in_time(told)


def began_us(facts: Iterable[Fact]) -> int:
    """When a stream's thing was there at the latest: an imported loan may be older than its copy's own entry."""
    return min((fact.happened_us for fact in facts), default=0)


def _undone(facts: Sequence[Fact]) -> Iterable[int]:
    """The versions that do not count any more, and those of the facts that say so."""
    for fact in facts:
        if isinstance(fact.event, ScanUndone):
            yield fact.version
            for wrong in facts:
                if wrong.request == fact.event.request and fact.event.undone_version < wrong.version < fact.version:
                    yield wrong.version


def _in_time(told: list[Fact]) -> list[Fact]:
    item: Item | None = None
    in_time = []
    for place, fact in enumerate(told):
        if isinstance(fact.event, LateScanRecorded) and item is not None:
            fact = replace(fact, event=_as_in_time(fact.event, item, told[place + 1 :]))
        item = fold_item(item, fact) if item is not None or isinstance(fact.event, ItemAdded) else None
        in_time.append(fact)
    return in_time


def _as_in_time(late: LateScanRecorded, item: Item, later: Sequence[Fact]) -> Event:
    loan, transit = item.custody.loan, item.custody.transit
    if loan is not None:
        # A loan that was renewed afterwards had not ended, whatever was scanned.
        was_renewed = any(isinstance(fact.event, LoanRenewed) and fact.event.loan == loan.loan for fact in later)
        if not was_renewed:
            return ItemReturned(branch=late.branch, loan=loan.loan, grounds=late.grounds)
    elif transit is not None and transit.destination == late.branch:
        return ItemArrived(branch=late.branch, transit=transit.transit, grounds=late.grounds)
    return ItemSighted(branch=late.branch, as_="found", grounds=late.grounds)
