"""
What goes into a check-in and what comes out: the scan, what holds at the branch, the facts, and on what grounds.

The order of a check-in is in `checkin.py`; its steps write into a `Draft`, each in a file of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from circulation.custody import Custody, TransitReason
from circulation.event import Event
from circulation.hold import Hold
from circulation.item import (
    Item,
    ItemArrived,
    ItemPacked,
    ItemReturned,
    ItemSetAside,
    ItemSighted,
    LateScanRecorded,
    TransitAbandoned,
    TransitOpened,
)
from circulation.queue_order import QueueRulings
from circulation.service import Suspension
from circulation.shelves import Shelves
from circulation.transfer_limits import TransferLimit

__all__ = ["Draft", "Outcome", "Rulings", "Scan", "Swap"]

_SAYS_WHERE = ItemReturned | ItemArrived | ItemSetAside | ItemPacked | ItemSighted | LateScanRecorded


@dataclass(frozen=True, slots=True)
class Scan:
    """
    One beep: where, when, on which local day (`2026-11-24`), and how the item came in.

    `filling` is the filling of a tote that the item goes into if it travels on.
    """

    branch: str
    at_us: int
    day: str
    by: Literal["desk", "drop", "import"] = "desk"
    filling: str | None = None


@dataclass(frozen=True, slots=True)
class Rulings:
    """
    What holds for this copy at this branch at this moment, as pure answers that a step asks for if it must know.

    `shelf_until` is the instant until which a hold of a patron category, shelved here and now, would wait;
    `bars` names the rule or limit that keeps a copy (by its barcode) from a hold, empty for none; `keeps` is the
    transfer limit that denies this copy its way home; `floats` says whether it carries the float flag here,
    None that its own description says so; `shelves` says where copies may float and how full the branches are;
    `queue` is what holds for the queue of its title; `halted` is the suspension of the courier's service that
    lies on the way from here to a branch.
    """

    shelf_until: Callable[[str], int]
    bars: Callable[[Hold, str], str] = lambda _hold, _barcode: ""
    keeps: Callable[[], TransferLimit | None] = lambda: None
    floats: Callable[[], bool | None] = lambda: None
    shelves: Callable[[], Shelves] = Shelves
    queue: QueueRulings = field(default_factory=QueueRulings)
    halted: Callable[[str], Suspension | None] = lambda _to: None


@dataclass(frozen=True, slots=True)
class Swap:
    """A copy that was promised to the hold now captured: it goes to `hold`, or to nobody."""

    item: str
    hold: str | None
    branch: str
    pull_by_us: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    The facts for the item's and for the title's stream, and what else the append must hold.

    `closes` are claims that end; `swap` is a promise that moves; `grounds` are the rules that were considered,
    in their order, each as its code and what it was about (`hold.first t-dune#1`); the last one decided.
    """

    item: tuple[Event, ...]
    title: tuple[Event, ...] = ()
    swap: Swap | None = None
    closes: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()

    @property
    def stays_for_now(self) -> bool:
        """Whether the copy has a way to go and waits here, because the courier does not drive it."""
        return any(ground.startswith("service.suspended ") for ground in self.grounds)

    @property
    def recorded(self) -> tuple[Event, ...]:
        """The item's facts as they go into the log: the first that says where the copy was carries the grounds."""
        for number, event in enumerate(self.item):
            if isinstance(event, _SAYS_WHERE):
                return (*self.item[:number], replace(event, grounds=self.grounds), *self.item[number + 1 :])
        return self.item


@dataclass(slots=True)
class Draft:
    """The outcome while it is being thought through; `custody` is what the steps so far have made of it."""

    barcode: str
    custody: Custody
    item: list[Event] = field(default_factory=list)
    title: list[Event] = field(default_factory=list)
    swap: Swap | None = None
    closes: list[str] = field(default_factory=list)
    grounds: list[str] = field(default_factory=list)

    def because(self, code: str, what: str = "") -> None:
        """One more rule was considered: its stable code, and what it was about."""
        self.grounds.append(f"{code} {what}" if what else code)

    def abandon(
        self, branch: str, why: Literal["redirected", "hold-ended", "floats", "arrived-elsewhere", "condition"]
    ) -> None:
        """The open journey, if there is one, ends here."""
        if self.custody.transit is not None:
            self.item.append(TransitAbandoned(transit=self.custody.transit.transit, branch=branch, why=why))
            self.custody = replace(self.custody, transit=None)

    def send(
        self,
        scan: Scan,
        item: Item,
        *,
        to: str,
        reason: TransitReason,
        hold: str | None = None,
        move: str | None = None,
    ) -> None:
        """A journey begins here."""
        self.item.append(
            TransitOpened(
                transit=f"{item.barcode}~{item.transits + 1}",
                origin=scan.branch,
                destination=to,
                reason=reason,
                hold=hold,
                move=move,
            )
        )

    def outcome(self) -> Outcome:
        """What it has come to."""
        return Outcome(tuple(self.item), tuple(self.title), self.swap, tuple(self.closes), tuple(self.grounds))
