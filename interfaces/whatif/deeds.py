"""
What happened in a period, command by command, as the log tells it.

Every command that was carried out is an act: its facts were appended at once and are taken together. What was undone
is left out with its undoing. What brought an act about is told by its leading fact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from circulation.condition import ItemFound, LostItemReturned
from circulation.event import Event, Fact
from circulation.hold import (
    HoldCancelled,
    HoldLapsed,
    HoldPickupChanged,
    HoldPlaced,
    HoldResumed,
    HoldSuspended,
    HoldTargetDropped,
    HoldTargeted,
    TitleAdded,
    TitleDescribed,
)
from circulation.item import (
    ItemAdded,
    ItemArrived,
    ItemDescribed,
    ItemHeldBack,
    ItemLent,
    ItemMissed,
    ItemPacked,
    ItemPlacedOnHoldShelf,
    ItemReleased,
    ItemReturned,
    ItemSetAside,
    ItemSighted,
    ItemTargetDropped,
    ItemTargeted,
    LateScanRecorded,
    LoanRecalled,
    LoanRenewed,
    ScanUndone,
    TransitAbandoned,
    TransitOpened,
)
from circulation.move import MoveEnded
from circulation.override import RuleOverridden

__all__ = ["REGISTERED", "Act", "Recorded", "recorded_in"]

REGISTERED = ("branch/", "calendar/", "van/", "due-dates/", "network/", "policy/", "service/")
"""The streams of what is registered: the network, its calendar and its rules."""

Kind = Literal["registered", "catalogue", "person", "scan", "look-again", "by-hand", "aside"]

_CATALOGUE = (ItemAdded, ItemDescribed, TitleAdded, TitleDescribed)
_PERSON = (
    ItemLent, LoanRenewed, HoldPlaced, HoldCancelled, HoldLapsed, HoldSuspended, HoldResumed, HoldPickupChanged,
)  # fmt: skip
_SEEN = (ItemReturned, ItemArrived, ItemSighted, ItemSetAside, ItemPacked, LateScanRecorded)
_OF_A_SCAN = (
    *_SEEN, TransitOpened, TransitAbandoned, ItemHeldBack, ItemPlacedOnHoldShelf, ItemReleased, ItemTargeted,
    ItemTargetDropped, MoveEnded,
)  # fmt: skip

_WITH_THEM = (LoanRecalled, RuleOverridden, ItemFound, LostItemReturned)


@dataclass(frozen=True, slots=True)
class Act:
    """One command: its facts in the order of the log, what kind of act it was, and the fact that leads it."""

    facts: tuple[Fact, ...]
    kind: Kind
    lead: Fact

    @property
    def recorded_us(self) -> int:
        """When it was recorded, microseconds UTC: what it could know."""
        return self.facts[0].recorded_us

    @property
    def happened_us(self) -> int:
        """When it happened; what a book drop had kept for hours was emptied when its return was recorded."""
        if self.dropped_us is None:
            return self.lead.happened_us
        return max(
            (f.happened_us for f in self.facts if not isinstance(f.event, ItemReturned)), default=self.recorded_us
        )

    @property
    def dropped_us(self) -> int | None:
        """When what lay in the book drop had come back; None for what came over the desk."""
        drops = (f.happened_us for f in self.facts if isinstance(f.event, ItemReturned) and f.event.by == "drop")
        return next(drops, None)

    @property
    def branch(self) -> str:
        """Where it was done; empty where it belongs to no branch."""
        return str(getattr(self.lead.event, "branch", "") or self.lead.desk)

    def items(self) -> Iterator[str]:
        """The barcodes of the copies that it changed."""
        seen = dict.fromkeys(fact.stream for fact in self.facts if fact.stream.startswith("item/"))
        return (stream.removeprefix("item/") for stream in seen)

    def seen(self) -> Iterator[str]:
        """The barcodes of the copies that were scanned, or taken as arrived with their tote."""
        seen = dict.fromkeys(fact.stream for fact in self.facts if isinstance(fact.event, _SEEN))
        return (stream.removeprefix("item/") for stream in seen)


@dataclass(slots=True)
class Recorded:
    """
    A period of the log: all facts that still hold, and the acts in the order in which they were recorded.

    `fetched` are the loans that filled a hold, by hold; `of_loan` are the renewals and the return of each loan.
    `ready_us` says when each hold's copy came onto the hold shelf, once or after it had strayed from there again.
    """

    facts: list[Fact] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    ready_us: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    fetched: dict[str, Act] = field(default_factory=dict)
    of_loan: dict[str, list[Act]] = field(default_factory=lambda: defaultdict(list))


def recorded_in(facts: Iterable[Fact]) -> Recorded:
    """The period that these facts make, given in the order of the log."""
    commands = [
        tuple(together) for _, together in groupby(facts, key=lambda fact: (fact.recorded_us, fact.request, fact.actor))
    ]
    found = Recorded()
    for together in _that_hold(commands):
        found.facts += together
        act = _act(together)
        if act.kind != "aside":
            found.acts.append(act)
            _note(found, act)
    return found


def _that_hold(commands: Sequence[tuple[Fact, ...]]) -> Iterator[tuple[Fact, ...]]:
    """The commands without those that were undone and without their undoing; what began earlier is undone in it."""
    undone = {
        (fact.stream, fact.event.request) for facts in commands for fact in facts if isinstance(fact.event, ScanUndone)
    }
    of_period = {(fact.stream, fact.request) for facts in commands for fact in facts} if undone else set()
    for facts in commands:
        undoing = [fact for fact in facts if isinstance(fact.event, ScanUndone)]
        if any((fact.stream, fact.request) in undone for fact in facts):
            continue
        if any((fact.stream, fact.event.request) in of_period for fact in undoing):  # type: ignore[attr-defined]
            continue
        yield facts


def _act(facts: tuple[Fact, ...]) -> Act:
    if any(isinstance(fact.event, HoldTargetDropped) and fact.event.why == "not-found" for fact in facts):
        # Somebody looked for what a hold was promised.
        missed = next((fact for fact in facts if isinstance(fact.event, ItemMissed)), None)
        if missed is not None:
            return Act(facts, "person", missed)
    for kind, may_lead in _LEADS:
        lead = next((fact for fact in facts if may_lead(fact)), None)
        if lead is not None:
            return Act(facts, kind, lead)
    return Act(facts, "aside", facts[0])


def _is_registered(fact: Fact) -> bool:
    return fact.stream.startswith(REGISTERED)


def _is_catalogue(fact: Fact) -> bool:
    """What enters the catalogue, or is described anew; the loans and holds that a list brought in came with it."""
    listed = isinstance(fact.event, ItemLent | HoldPlaced) and fact.event.row is not None
    return listed or isinstance(fact.event, _CATALOGUE)


def _is_by_hand(fact: Fact) -> bool:
    """What no scan and no patron brings about, such as the condition of a copy or a journey that somebody asked for."""
    if fact.stream.startswith("item/"):
        return not isinstance(fact.event, (*_OF_A_SCAN, *_PERSON, *_WITH_THEM))
    return isinstance(fact.event, HoldTargeted) and bool(fact.event.joint)


def _is_person(fact: Fact) -> bool:
    return isinstance(fact.event, _PERSON)


def _is_seen(fact: Fact) -> bool:
    return isinstance(fact.event, _SEEN)


def _is_promise(fact: Fact) -> bool:
    return isinstance(fact.event, HoldTargeted | HoldTargetDropped)


def _is_of_a_copy(fact: Fact) -> bool:
    return fact.stream.startswith(("item/", "title/"))


_LEADS: tuple[tuple[Kind, Callable[[Fact], bool]], ...] = (
    ("registered", _is_registered),
    ("catalogue", _is_catalogue),
    ("by-hand", _is_by_hand),
    ("person", _is_person),
    ("scan", _is_seen),
    ("look-again", _is_promise),
    ("by-hand", _is_of_a_copy),
)
"""What kind of act it is by the first of these for which it has a fact."""


def _note(found: Recorded, act: Act) -> None:
    for fact in act.facts:
        event: Event = fact.event
        if isinstance(event, ItemPlacedOnHoldShelf):
            found.ready_us[event.hold].append(fact.happened_us)
        elif isinstance(event, LoanRenewed | ItemReturned) and act.kind in ("person", "scan"):
            found.of_loan[event.loan].append(act)
    lead = act.lead.event
    if act.kind == "person" and isinstance(lead, ItemLent) and lead.hold is not None:
        found.fetched[lead.hold] = act
