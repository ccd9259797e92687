"""
Who waits for the copy that lies on the desk: it goes on serving the hold that has it, or is captured for the next one.

A step of the check-in (`checkin.py`). Which hold is the next one is in `queue_order.py`; promising a copy is in
`holding.py`.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

from circulation.condition_rules import fills_holds
from circulation.custody import Capture
from circulation.event import Event
from circulation.hold import Hold, HoldCaptured, HoldTargetDropped, HoldTargeted, Title
from circulation.item import Item, ItemPlacedOnHoldShelf, ItemSetAside, ItemTargetDropped
from circulation.outcome import Draft, Rulings, Scan, Swap
from circulation.queue_order import ForCopy, best_hold

__all__ = ["for_copy", "is_there", "pickup_code", "serve_hold"]


def serve_hold(draft: Draft, scan: Scan, item: Item, title: Title, rulings: Rulings) -> str | None:
    """Go on serving the hold that has this copy, or capture it for the next one; where it must go, if anywhere."""
    capture = draft.custody.capture
    if capture is None:
        if draft.custody.defect is not None and not fills_holds(draft.custody):
            draft.because("hold.unfit", draft.custody.defect.what)
            _take_promise_back(draft, item, title)
            return None
        best = best_hold(title, for_copy(scan, item, rulings))
        for rule, holds in best.barred:
            draft.because("hold.barred", f"{holds} by {rule}")
        hold = best.hold
        if hold is None:
            draft.because("hold.none")
            _take_promise_back(draft, item, title)
            return None
        draft.abandon(scan.branch, "redirected")
        draft.title.append(HoldCaptured(hold=hold.hold, item=item.barcode, branch=scan.branch))
        draft.item.append(ItemSetAside(hold=hold.hold, pickup=hold.pickup, branch=scan.branch))
        draft.swap = _swap(hold, item, title, scan.day, draft.title, rulings)
        if best.joint:
            draft.because("hold.joint", hold.hold)
        elif best.order is not None:
            draft.because("hold.order", best.order)
            draft.because("hold.ahead", f"{hold.hold} of {best.ahead_of}")
        else:
            draft.because("hold.first", hold.hold)
        name, pickup = hold.hold, hold.pickup
    else:
        name, pickup = capture.hold, title.holds[capture.hold].pickup
        has_stayed = capture.until_us is not None and item.custody.transit is None
        if has_stayed and capture.pickup == scan.branch and is_there(scan.branch, pickup, rulings):
            draft.because("hold.on-shelf", name)
            return None
        draft.because("hold.set-aside", name)
    draft.custody = replace(draft.custody, capture=Capture(hold=name, pickup=pickup))
    if is_there(scan.branch, pickup, rulings):
        if pickup != scan.branch:
            draft.because("hold.walked", pickup)
        draft.abandon(scan.branch, "arrived-elsewhere")
        draft.item.append(
            ItemPlacedOnHoldShelf(
                hold=name,
                branch=scan.branch,
                until_us=rulings.shelf_until(title.holds[name].category),
                code=pickup_code(name, scan.day),
            )
        )
        return None
    transit = draft.custody.transit
    if transit is not None and transit.destination != pickup:
        draft.abandon(scan.branch, "redirected")
    if draft.custody.transit is None:
        draft.send(scan, item, to=pickup, reason="hold", hold=name)
    return pickup


def is_there(branch: str, pickup: str, rulings: Rulings) -> bool:
    """Whether what lies at `branch` is where its patron comes for it: there, or a walk away (walked lanes)."""
    return branch == pickup or rulings.shelves().floating.walks(branch, pickup)


def for_copy(scan: Scan, item: Item, rulings: Rulings) -> ForCopy:
    """Who shall have the copy that is scanned, as the queue is asked."""

    def bars(hold: Hold) -> str:
        return rulings.bars(hold, item.barcode)

    return ForCopy(item, scan.branch, scan.at_us, scan.day, rulings.queue, bars)


def _take_promise_back(draft: Draft, item: Item, title: Title) -> None:
    """A copy that was to be pulled for a hold which cannot have it any more is promised to nobody."""
    promised = item.custody.target
    if promised is not None and promised in title.holds and title.holds[promised].target == item.barcode:
        draft.title.append(HoldTargetDropped(hold=promised, item=item.barcode, why="not-allowed"))
        draft.item.append(ItemTargetDropped(hold=promised, why="not-allowed"))
        draft.custody = replace(draft.custody, target=None)


def _swap(hold: Hold, item: Item, title: Title, day: str, events: list[Event], rulings: Rulings) -> Swap | None:
    """
    What becomes of a promise: another copy promised to this hold goes to the next one that has none,
    and this copy, if it was promised to somebody else, is promised no more.
    """
    promised = item.custody.target
    if promised is not None and promised != hold.hold and promised in title.holds:
        events.append(HoldTargetDropped(hold=promised, item=item.barcode, why="taken"))
    if hold.target is None or hold.target == item.barcode or hold.target_branch is None:
        return None
    heir: str | None = None
    for other in title.holds.values():
        if other.hold == hold.hold or other.captured is not None or other.target is not None:
            continue
        if other.item is not None and other.item != hold.target:
            continue
        if hold.target in other.missed or other.part != hold.part or rulings.bars(other, hold.target):
            continue
        if other.expires is not None and other.expires < day:
            continue
        if other.suspended and (other.suspended_until is None or other.suspended_until > day):
            continue
        heir = other.hold
        events.append(HoldTargeted(hold=heir, item=hold.target, branch=hold.target_branch, pull_by_us=hold.pull_by_us))
        break
    return Swap(hold.target, heir, hold.target_branch, hold.pull_by_us)


def pickup_code(hold: str, day: str) -> str:
    """Four letters and digits for the slip on the hold shelf, which say nothing about the patron."""
    return base64.b32encode(hashlib.sha256(f"{hold} {day}".encode()).digest()).decode()[:4]
