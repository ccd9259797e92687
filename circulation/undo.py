"""
Undoing the last command on a copy: a compensating fact, decided purely.

What scans change goes back to what it was; a capture is given back to the queue, a closed loan is open again.
What cannot be restored, because a hold has ended since, is refused with the way out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from circulation.custody import Custody, Loan
from circulation.errors import Refused
from circulation.event import Event
from circulation.hold import HoldReleased, Title
from circulation.item import (
    Item,
    ItemArrived,
    ItemLent,
    ItemPacked,
    ItemReturned,
    ItemSetAside,
    ItemSighted,
    LoanRenewed,
    ScanUndone,
)

__all__ = ["Undoing", "decide_undo"]

_UNDOABLE = (ItemReturned, ItemSighted, ItemArrived, ItemPacked, ItemSetAside, ItemLent, LoanRenewed)


@dataclass(frozen=True, slots=True)
class Undoing:
    """The facts on both streams; the claim that ends with an undone loan, and the loan that is open again."""

    item: tuple[Event, ...]
    title: tuple[Event, ...]
    closes: tuple[str, ...]
    reopens: Loan | None


def decide_undo(item: Item, before: Item | None, undone: tuple[Event, ...], title: Title, why: str) -> Undoing:
    """
    The facts that undo `undone`, the facts of the last command on `item`, which stood as `before` ahead of it.

    Raises `Refused`: `undo.nothing` where that was no scan, loan or renewal; `undo.hold-ended` where the loan
    had ended a hold.
    """
    if before is None or not any(isinstance(event, _UNDOABLE) for event in undone):
        raise Refused(
            "undo.nothing", f"There is no scan of {item.barcode} to undo.", "Scan it to see where it belongs."
        )
    lent = next((event for event in undone if isinstance(event, ItemLent)), None)
    if lent is not None and lent.hold is not None:
        raise Refused(
            "undo.hold-ended",
            f"Lending {item.barcode} has ended hold {lent.hold}.",
            "Scan the item in; place the hold again if the patron still wants the title.",
        )
    released = [
        HoldReleased(hold=event.hold, item=item.barcode, why="undone")
        for event in undone
        if isinstance(event, ItemSetAside)
        and event.hold in title.holds
        and title.holds[event.hold].captured == item.barcode
    ]
    returned = any(isinstance(event, ItemReturned) for event in undone)
    custody = _still_true(before.custody, item.barcode, title)
    fact = ScanUndone(request=item.last_request, undone_version=item.last_request_version, custody=custody, why=why)
    return Undoing(
        (fact,),
        tuple(released),
        () if lent is None else (lent.loan,),
        before.custody.loan if returned else None,
    )


def _still_true(custody: Custody, barcode: str, title: Title) -> Custody:
    """The earlier custody without the promises to this copy that the queue does not know any more."""
    capture, transit, target = custody.capture, custody.transit, custody.target
    if capture is not None:
        hold = title.holds.get(capture.hold)
        if hold is None or hold.captured != barcode:
            capture = None
    if transit is not None and transit.hold is not None and (capture is None or capture.hold != transit.hold):
        transit = None
    if target is not None:
        hold = title.holds.get(target)
        if hold is None or hold.target != barcode:
            target = None
    return replace(custody, capture=capture, transit=transit, target=target)
