"""
What people did in a period, as the log tells it: borrowed, brought back, asked for, gave up, did not find.

These are taken as given. Journeys, captures and slips follow from them, and are left to be decided anew. What was
undone is left out, and so is what a list brought in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from circulation.event import Event, Fact
from circulation.hold import (
    HoldCancelled,
    HoldPickupChanged,
    HoldPlaced,
    HoldResumed,
    HoldSuspended,
    TitleAdded,
    TitleDescribed,
)
from circulation.item import (
    ItemAdded,
    ItemDescribed,
    ItemLent,
    ItemMissed,
    ItemPlacedOnHoldShelf,
    ItemReturned,
    LoanRenewed,
    ScanUndone,
    TransitOpened,
)

__all__ = ["Recorded", "recorded_in"]

_DEEDS = (
    ItemAdded, ItemDescribed, TitleAdded, TitleDescribed, ItemLent, LoanRenewed, ItemReturned, ItemMissed,
    HoldPlaced, HoldCancelled, HoldSuspended, HoldResumed, HoldPickupChanged,
)  # fmt: skip


@dataclass(slots=True)
class Recorded:
    """
    A period of the log: all facts that still hold, and the deeds among them by the time of happening.

    `ready_us` says when each hold's copy came onto the hold shelf, `aside` counts what people did that is not played.
    """

    facts: list[Fact] = field(default_factory=list)
    deeds: list[Fact] = field(default_factory=list)
    ready_us: dict[str, int] = field(default_factory=dict)
    aside: dict[str, int] = field(default_factory=dict)


def recorded_in(facts: Iterable[Fact]) -> Recorded:
    """The period that these facts make, given in the order of the log."""
    found = Recorded(facts=_without_undone(list(facts)))
    for fact in found.facts:
        event = fact.event
        if isinstance(event, ItemPlacedOnHoldShelf):
            found.ready_us.setdefault(event.hold, fact.happened_us)
        elif isinstance(event, TransitOpened) and event.reason in ("manual", "rebalance"):
            found.aside["copies sent by hand"] = found.aside.get("copies sent by hand", 0) + 1
        elif type(event).__name__ in _CONDITIONS:
            found.aside["conditions of copies"] = found.aside.get("conditions of copies", 0) + 1
        if isinstance(event, _DEEDS) and not _is_listed(event):
            found.deeds.append(fact)
    found.deeds.sort(key=lambda fact: (fact.happened_us, fact.position))
    return found


_CONDITIONS = frozenset(
    {"ItemWithdrawn", "ItemDeclaredLost", "ConditionReported", "LoanClosedMissing", "ItemUnlocated"}
)


def _is_listed(event: Event) -> bool:
    return isinstance(event, ItemLent | HoldPlaced) and event.row is not None


def _without_undone(facts: list[Fact]) -> list[Fact]:
    undone = {(fact.stream, fact.event.request) for fact in facts if isinstance(fact.event, ScanUndone)}
    return list(_that_hold(facts, undone)) if undone else facts


def _that_hold(facts: list[Fact], undone: set[tuple[str, str]]) -> Iterator[Fact]:
    for fact in facts:
        if (fact.stream, fact.request) not in undone and not isinstance(fact.event, ScanUndone):
            yield fact
