"""
The day's proof that nothing was lost: what was sent is received, still travelling, or on a list with a sentence.

What was sent is counted from the seals of the totes that the day's runs loaded; what became of it from scans.
The two come from different facts, so a difference between them is a finding of its own. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

__all__ = ["Balance", "Discrepancy", "SentFilling", "SentItem", "balance"]


class SentFilling(Protocol):
    """A filling that a run of the day loaded, as it is now."""

    @property
    def filling(self) -> str:
        """Its name, such as `T123/17`."""
        ...

    @property
    def items(self) -> int:
        """How many were counted at sealing."""
        ...

    @property
    def destination(self) -> str:
        """Where it goes."""
        ...

    @property
    def status(self) -> str:
        """`loaded`, `unloaded`, `received`, `ended`, …"""
        ...

    @property
    def place(self) -> str:
        """The branch, or the van while it is loaded."""
        ...

    @property
    def known(self) -> str:
        """Whether the last of it was `scanned` or `assumed`."""
        ...

    @property
    def run(self) -> str:
        """The last run that carried it."""
        ...


class SentItem(Protocol):
    """An item that was in such a filling when it was loaded."""

    @property
    def item(self) -> str:
        """The barcode."""
        ...

    @property
    def filling(self) -> str:
        """The filling."""
        ...

    @property
    def seen_at(self) -> str | None:
        """The branch that scanned it first after that; None if nobody did."""
        ...


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """
    Items that are neither received nor travelling: `on-van` after the run was over, `astray` at a place that is
    neither a hub nor the destination, `unseen` when the tote was opened, `elsewhere` if another branch scanned them,
    `count` where seal and scans differ. `items` is negative where more were there than the seal says.
    """

    kind: Literal["on-van", "astray", "unseen", "elsewhere", "count"]
    filling: str
    items: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Balance:
    """A day in items: what was sent is the sum of the other three."""

    sent: int
    received: int
    travelling: int
    discrepancies: tuple[Discrepancy, ...]

    @property
    def listed(self) -> int:
        """Items on the list of discrepancies."""
        return sum(one.items for one in self.discrepancies)

    @property
    def holds(self) -> bool:
        """Whether the sum is right."""
        return self.sent == self.received + self.travelling + self.listed


def balance(
    fillings: Iterable[SentFilling],
    items: Iterable[SentItem],
    *,
    hubs: Collection[str],
    finished_runs: Collection[str],
) -> Balance:
    """
    The balance of the fillings that the day's runs loaded, each given once, and of the items that were in them.

    A tote at a hub on its way is travelling, and so is one that is only assumed to have been delivered.
    """
    inside: dict[str, list[SentItem]] = defaultdict(list)
    for item in items:
        inside[item.filling].append(item)
    sent = received = travelling = 0
    listed: list[Discrepancy] = []
    for box in sorted(fillings, key=lambda one: one.filling):
        theirs = inside.get(box.filling, [])
        sent += box.items
        arrived, on_the_way, found = _of(box, theirs, hubs, finished_runs)
        received += arrived
        travelling += on_the_way
        listed += found
        if box.items != len(theirs):
            sentence = f"{box.filling} was sealed with {box.items} items; scans put {len(theirs)} into it."
            listed.append(Discrepancy("count", box.filling, box.items - len(theirs), sentence))
    return Balance(sent, received, travelling, tuple(listed))


def _of(
    box: SentFilling, items: Sequence[SentItem], hubs: Collection[str], finished_runs: Collection[str]
) -> tuple[int, int, list[Discrepancy]]:
    """Received, travelling and listed of one filling."""
    there = [item for item in items if item.seen_at == box.destination]
    elsewhere = [item for item in items if item.seen_at not in (None, box.destination)]
    unseen = [item for item in items if item.seen_at is None]
    listed = [
        Discrepancy(
            "elsewhere", box.filling, 1, f"{item.item} rode in {box.filling} and was scanned at {item.seen_at}."
        )
        for item in elsewhere
    ]
    if not unseen:
        return len(there), 0, listed
    number, name = len(unseen), box.filling
    if box.status == "ended":
        codes = ", ".join(item.item for item in unseen[:5]) + (" and more" if number > 5 else "")
        why = f"{number} of {len(items)} items were not seen when {name} was opened at {box.place}: {codes}."
        return len(there), 0, [*listed, Discrepancy("unseen", name, number, why)]
    if box.status == "loaded":
        if box.run not in finished_runs:
            return len(there), number, listed
        why = f"{name} with {number} items is still on van {box.place}, though the run {box.run} is over."
        return len(there), 0, [*listed, Discrepancy("on-van", name, number, why)]
    if box.place == box.destination:
        if box.known == "scanned":
            return len(there) + number, 0, listed
        return len(there), number, listed
    if box.place in hubs:
        return len(there), number, listed
    why = f"{name} with {number} items is at {box.place} and was to go to {box.destination}."
    return len(there), 0, [*listed, Discrepancy("astray", name, number, why)]
