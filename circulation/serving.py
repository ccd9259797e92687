"""
Who waits for the copy that lies on the desk: it goes on serving the hold that has it, or is captured for the next one.

A step of the check-in (`checkin.py`); placing a hold and promising it a copy are in `holding.py`.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import replace

from circulation.custody import Capture
from circulation.event import Event
from circulation.hold import Hold, HoldCaptured, HoldTargetDropped, HoldTargeted, Title
from circulation.item import Item, ItemPlacedOnHoldShelf, ItemSetAside
from circulation.outcome import Draft, Rulings, Scan, Swap

__all__ = ["best_hold", "pickup_code", "serve_hold"]


def serve_hold(draft: Draft, scan: Scan, item: Item, title: Title, rulings: Rulings) -> str | None:
    """Go on serving the hold that has this copy, or capture it for the next one; where it must go, if anywhere."""
    capture = draft.custody.capture
    if capture is None:
        hold = best_hold(title, item, scan.day, rulings, draft)
        if hold is None:
            draft.because("hold.none")
            return None
        draft.abandon(scan.branch, "redirected")
        draft.title.append(HoldCaptured(hold=hold.hold, item=item.barcode, branch=scan.branch))
        draft.item.append(ItemSetAside(hold=hold.hold, pickup=hold.pickup, branch=scan.branch))
        draft.swap = _swap(hold, item, title, scan.day, draft.title, rulings)
        draft.because("hold.first", hold.hold)
        name, pickup = hold.hold, hold.pickup
    else:
        name, pickup = capture.hold, title.holds[capture.hold].pickup
        if capture.until_us is not None and capture.pickup == pickup == scan.branch:
            draft.because("hold.on-shelf", name)
            return None
        draft.because("hold.set-aside", name)
    draft.custody = replace(draft.custody, capture=Capture(hold=name, pickup=pickup))
    if pickup == scan.branch:
        draft.item.append(
            ItemPlacedOnHoldShelf(
                hold=name,
                branch=pickup,
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


def best_hold(title: Title, item: Item, day: str, rulings: Rulings, draft: Draft) -> Hold | None:
    """
    The first hold in the queue that this copy may fill on that local day: first come, first served.

    Passed over are holds that have a copy, that are suspended, that want another copy, that a rule or a transfer
    limit keeps from this one, and all of them where the copy is not holdable.
    """
    if not item.holdable:
        return None
    barred: Counter[str] = Counter()
    found: Hold | None = None
    for hold in title.holds.values():
        if hold.captured is not None or (hold.item is not None and hold.item != item.barcode):
            continue
        if hold.suspended and (hold.suspended_until is None or hold.suspended_until > day):
            continue
        barred_by = rulings.bars(hold, item.barcode)
        if not barred_by:
            found = hold
            break
        barred[barred_by] += 1
    for rule, holds in sorted(barred.items()):
        draft.because("hold.barred", f"{holds} by {rule}")
    return found


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
        if hold.target in other.missed or rulings.bars(other, hold.target):
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
