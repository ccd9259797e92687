"""
The proof that nothing was lost, of a day and of each lane of it: what was sent is received, still travelling, or on
a list with a sentence.

What was sent is counted from the seals of the totes that the day's runs loaded; what became of it from scans.
The two come from different facts, so a difference between them is a finding of its own. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

__all__ = ["Balance", "Discrepancy", "LaneFilling", "SentFilling", "SentItem", "balance", "by_lane"]


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


class LaneFilling(SentFilling, Protocol):
    """Such a filling with where it came from."""

    @property
    def origin(self) -> str:
        """The branch where it was packed."""
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
    neither a hub nor the destination, `lost` with their tote, `unseen` when the tote was opened, `elsewhere` if
    another branch scanned them, `count` where seal and scans differ. `items` is negative where more were there than
    the seal says, and 0 for `unpacked`: what came out of a tote though nobody had packed it was not sent by a seal.
    `named` are the barcodes; none for a difference of counts, of which nobody knows the barcodes.
    """

    kind: Literal["on-van", "astray", "lost", "unseen", "elsewhere", "count", "unpacked"]
    filling: str
    items: int
    sentence: str
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Balance:
    """
    A day, or a lane of it, in items: what was sent is the sum of the other three.

    `received_items` and `travelling_items` are their barcodes; the others stand with the discrepancies.
    """

    sent: int
    received: int
    travelling: int
    discrepancies: tuple[Discrepancy, ...]
    received_items: tuple[str, ...] = ()
    travelling_items: tuple[str, ...] = ()

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
    unpacked: Mapping[str, Sequence[str]] | None = None,
) -> Balance:
    """
    The balance of the fillings that the day's runs loaded, each given once, and of the items that were in them.

    A tote at a hub on its way is travelling, and so is one that is only assumed to have been delivered.
    `unpacked` are the barcodes that came out of a filling without having been packed into it.
    """
    inside: dict[str, list[SentItem]] = defaultdict(list)
    for item in items:
        inside[item.filling].append(item)
    sent = 0
    received: list[str] = []
    travelling: list[str] = []
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
        listed += [
            Discrepancy("unpacked", box.filling, 0, f"{code} came out of {box.filling} and was not packed.", (code,))
            for code in (unpacked or {}).get(box.filling, ())
        ]
    return Balance(
        sent=sent,
        received=len(received),
        travelling=len(travelling),
        discrepancies=tuple(listed),
        received_items=tuple(received),
        travelling_items=tuple(travelling),
    )


def by_lane(
    fillings: Iterable[LaneFilling],
    items: Iterable[SentItem],
    *,
    hubs: Collection[str],
    finished_runs: Collection[str],
    unpacked: Mapping[str, Sequence[str]] | None = None,
) -> dict[tuple[str, str], Balance]:
    """The balance of each lane, from where its totes were packed to where they go; together they are the day's."""
    boxes: dict[tuple[str, str], list[LaneFilling]] = defaultdict(list)
    lane_of: dict[str, tuple[str, str]] = {}
    for box in fillings:
        lane = lane_of[box.filling] = (box.origin, box.destination)
        boxes[lane].append(box)
    theirs: dict[tuple[str, str], list[SentItem]] = defaultdict(list)
    for item in items:
        theirs[lane_of[item.filling]].append(item)
    return {
        lane: balance(boxes[lane], theirs[lane], hubs=hubs, finished_runs=finished_runs, unpacked=unpacked)
        for lane in sorted(boxes)
    }


def _of(
    box: SentFilling, items: Sequence[SentItem], hubs: Collection[str], finished_runs: Collection[str]
) -> tuple[list[str], list[str], list[Discrepancy]]:
    """Received, travelling and listed of one filling."""
    there = [item.item for item in items if item.seen_at == box.destination]
    elsewhere = [item for item in items if item.seen_at not in (None, box.destination)]
    unseen = [item.item for item in items if item.seen_at is None]
    listed = [
        Discrepancy(
            "elsewhere",
            box.filling,
            1,
            f"{item.item} rode in {box.filling} and was scanned at {item.seen_at}.",
            (item.item,),
        )
        for item in elsewhere
    ]
    if not unseen:
        return there, [], listed
    number, name, named = len(unseen), box.filling, tuple(unseen)
    if box.status == "ended":
        codes = ", ".join(unseen[:5]) + (" and more" if number > 5 else "")
        why = f"{number} of {len(items)} items were not seen when {name} was opened at {box.place}: {codes}."
        return there, [], [*listed, Discrepancy("unseen", name, number, why, named)]
    if box.status == "lost":
        why = f"{name} with {number} items is lost; its last run was {box.run or 'none'}."
        return there, [], [*listed, Discrepancy("lost", name, number, why, named)]
    if box.status == "loaded":
        if box.run not in finished_runs:
            return there, unseen, listed
        why = f"{name} with {number} items is still on van {box.place}, though the run {box.run} is over."
        return there, [], [*listed, Discrepancy("on-van", name, number, why, named)]
    if box.place == box.destination:
        if box.known == "scanned":
            return [*there, *unseen], [], listed
        return there, unseen, listed
    if box.place in hubs:
        return there, unseen, listed
    why = f"{name} with {number} items is at {box.place} and was to go to {box.destination}."
    return there, [], [*listed, Discrepancy("astray", name, number, why, named)]
