"""
What a whole tote comes to at its branch: which of its items may be taken as arrived unseen, and what a check says.

Pure. A journey may end unseen only where the check-in would come to nothing else: nobody has to do anything with the
item but put it on its shelf. What a patron waits for, what travels on, whatever a rule has a say in must lie on the
desk. See ADR 8.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from circulation.errors import Refused
from circulation.event import Event
from circulation.hold import HoldReleased
from circulation.item import Item, ItemArrived, ItemMissed, ItemReleased
from circulation.outcome import Outcome
from circulation.sampling import CONFIDENCE_PERCENT, draw, most_wrong, sample_size, tolerated
from circulation.tote import Filling, ToteChecked, ToteEmptied, ToteSampleDrawn, digest_of

__all__ = [
    "Inside",
    "Missed",
    "check_accepted",
    "check_failed",
    "decide_emptied",
    "decide_sample",
    "missed",
    "scan_because",
    "still_to_scan",
]


@dataclass(frozen=True, slots=True)
class Inside:
    """An item that the log has in a tote, and what a scan of it at the branch of the tote would come to."""

    item: Item
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Missed:
    """The facts of a copy that is not where it was packed: on its own stream and on its title's."""

    item: tuple[Event, ...]
    title: tuple[Event, ...] = ()


def scan_because(one: Inside) -> str | None:
    """
    Why this item must be scanned; None where a scan would come to nothing but its arrival.

    The reason is the rule that would decide, as a check-in gives it (`hold.first t-dune#1`).
    """
    outcome = one.outcome
    arrives = len(outcome.item) == 1 and isinstance(outcome.item[0], ItemArrived)
    if arrives and not (outcome.title or outcome.swap or outcome.closes):
        return None
    return outcome.grounds[-1]


def decide_sample(filling: Filling, branch: str, inside: Sequence[Inside]) -> ToteSampleDrawn:
    """
    How many of the items that may be accepted whole are to be scanned, and which; `inside` in the order of barcodes.

    Raises `Refused`: `tote.not-for-here`, `tote.drawn-already`, `tote.nothing-whole`, and `tote.scan-all` where the
    seal was broken or what is inside by the scans is not what was sealed.
    """
    if filling.destination != branch:
        raise Refused("tote.not-for-here", filling=filling.filling, destination=filling.destination, branch=branch)
    if filling.sample:
        raise Refused(
            "tote.drawn-already", drawn=len(filling.sample), filling=filling.filling, items=", ".join(filling.sample)
        )
    if filling.is_unsealed:
        raise Refused("tote.scan-all", filling=filling.filling)
    if digest_of([one.item.barcode for one in inside]) != filling.digest:
        raise Refused("tote.scan-all:differs", filling=filling.filling, items=filling.items, inside=len(inside))
    whole = [one.item.barcode for one in inside if scan_because(one) is None]
    if not whole:
        raise Refused("tote.nothing-whole", inside=len(inside), filling=filling.filling)
    limit = tolerated(len(whole))
    sample = draw(whole, sample_size(len(whole), limit), filling=filling.filling, digest=filling.digest)
    return ToteSampleDrawn(
        branch=branch,
        items=len(whole),
        sample=sample,
        to_scan=tuple(one.item.barcode for one in inside if one.item.barcode not in whole),
        tolerated=limit,
        confidence_percent=CONFIDENCE_PERCENT,
    )


def still_to_scan(filling: Filling, unscanned: Collection[str], not_found: Collection[str], branch: str) -> None:
    """
    Raises `Refused` where a check of a filling cannot be closed.

    `tote.not-drawn`, `tote.checked-already`, `tote.elsewhere`, and `tote.sample-open` for drawn items that were
    neither scanned nor said to be missing.
    """
    if not filling.sample:
        raise Refused("tote.not-drawn", filling=filling.filling, tote=filling.filling.partition("/")[0], branch=branch)
    if filling.is_checked:
        raise Refused("tote.checked-already", filling=filling.filling)
    if filling.place != branch:
        raise Refused("tote.elsewhere", filling=filling.filling, place=filling.place, branch=branch)
    waiting = sorted({*unscanned} - {*not_found})
    if waiting:
        raise Refused("tote.sample-open", count=len(waiting), drawn=len(filling.sample), items=", ".join(waiting))


def check_failed(filling: Filling, branch: str, wrong: int, inside: Iterable[str]) -> ToteChecked:
    """The check found something wrong: nothing is accepted, and everything that is left is to be scanned."""
    return ToteChecked(
        branch=branch,
        items=filling.drawn_of,
        checked=len(filling.sample),
        wrong=wrong,
        confidence_percent=CONFIDENCE_PERCENT,
        accepted=0,
        to_scan=tuple(sorted(inside)),
    )


def check_accepted(
    filling: Filling, branch: str, inside: Sequence[Inside]
) -> tuple[ToteChecked, dict[str, ItemArrived]]:
    """
    The check found nothing wrong: the fact with its confidence, and the end of the journey of each item accepted.

    What a hold has asked for since the draw is not accepted but to be scanned.
    """
    arrived: dict[str, ItemArrived] = {}
    for one in inside:
        transit = one.item.custody.transit
        if transit is not None and scan_because(one) is None:
            arrived[one.item.barcode] = ItemArrived(
                branch=branch, transit=transit.transit, filling=filling.filling, grounds=one.outcome.grounds
            )
    checked = ToteChecked(
        branch=branch,
        items=filling.drawn_of,
        checked=len(filling.sample),
        wrong=0,
        confidence_percent=CONFIDENCE_PERCENT,
        accepted=len(arrived),
        to_scan=tuple(sorted(one.item.barcode for one in inside if one.item.barcode not in arrived)),
        at_most=most_wrong(filling.drawn_of, len(filling.sample)),
    )
    return checked, arrived


def decide_emptied(filling: Filling, branch: str, left: Iterable[str]) -> ToteEmptied:
    """
    The box is empty: what is `left` in it by the log was not found.

    Raises `Refused` (`tote.emptied-already`, `tote.not-sealed`, `tote.elsewhere`).
    """
    if filling.is_emptied:
        raise Refused("tote.emptied-already", filling=filling.filling)
    if filling.status == "open":
        raise Refused("tote.not-sealed:open", filling=filling.filling)
    if filling.status == "ended" and filling.place != branch:
        raise Refused("tote.elsewhere:opened", filling=filling.filling, place=filling.place, branch=branch)
    return ToteEmptied(branch=branch, missing=tuple(sorted(left)), found=len(filling.found))


def missed(filling: Filling, item: Item, branch: str, *, is_held: bool) -> Missed:
    """
    A copy that was packed and is not there: it is nowhere, and a hold that it was set aside for waits again.

    `is_held` says whether that hold is still open and has this copy.
    """
    fact = ItemMissed(branch=branch, filling=filling.filling, last=filling.last)
    capture = item.custody.capture
    if capture is None:
        return Missed((fact,))
    released = ItemReleased(hold=capture.hold, branch=branch, why="missed")
    if not is_held:
        return Missed((released, fact))
    return Missed((released, fact), (HoldReleased(hold=capture.hold, item=item.barcode, why="missed"),))
