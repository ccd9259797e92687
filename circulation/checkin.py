"""
What a scan at a branch leads to: one pure function, in the order in which a check-in is thought through.

It takes the item, its title with the queue, and the scan, and returns the facts to record on both streams,
with the rules that were considered and the one that decided. It refuses nothing: what lies on the desk is there.
The order follows Evergreen's check-in (circulation reference, section 1.1): what came in, what it was doing,
who waits for it, where it belongs. Reading state and appending is the work of `desk.py`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from circulation.event import Event
from circulation.hold import Hold, HoldCaptured, HoldTargetDropped, HoldTargeted, Title
from circulation.item import (
    Capture,
    Custody,
    Item,
    ItemArrived,
    ItemPacked,
    ItemPlacedOnHoldShelf,
    ItemReleased,
    ItemReturned,
    ItemSetAside,
    ItemSighted,
    LateScanRecorded,
    TransitAbandoned,
    TransitOpened,
    TransitReason,
)

__all__ = ["Outcome", "Scan", "Swap", "best_hold", "decide", "pickup_code"]


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

    `closes` are claims that end; `swap` is a promise that moves; `considered` are the rules in their order,
    of which the last one decided.
    """

    item: tuple[Event, ...]
    title: tuple[Event, ...] = ()
    swap: Swap | None = None
    closes: tuple[str, ...] = ()
    considered: tuple[str, ...] = ()


@dataclass(slots=True)
class _Draft:
    """The outcome while it is being thought through."""

    barcode: str
    custody: Custody
    item: list[Event] = field(default_factory=list)
    title: list[Event] = field(default_factory=list)
    swap: Swap | None = None
    closes: list[str] = field(default_factory=list)
    considered: list[str] = field(default_factory=list)


def decide(scan: Scan, item: Item, title: Title, shelf_until: Callable[[], int]) -> Outcome:
    """
    What this scan of a known copy comes to.

    `shelf_until` gives the instant until which a hold shelved here and now would wait; it must be pure.
    """
    draft = _Draft(barcode=item.barcode, custody=item.custody)
    if scan.at_us < item.custody.custody_us:
        draft.item.append(LateScanRecorded(branch=scan.branch, custody_us=item.custody.custody_us))
        draft.considered.append("late: something newer is known of this copy")
        return _outcome(draft)
    _take_in(draft, scan, item)
    _end_what_is_over(draft, scan, title)
    onward = _serve_hold(draft, scan, item, title, shelf_until)
    if onward is None:
        onward = _bring_home(draft, scan, item)
    if onward is not None and scan.filling is not None:
        draft.item.append(ItemPacked(filling=scan.filling, branch=scan.branch, onward=onward))
    _say_that_it_was_seen(draft, scan, item, onward)
    return _outcome(draft)


def _outcome(draft: _Draft) -> Outcome:
    return Outcome(tuple(draft.item), tuple(draft.title), draft.swap, tuple(draft.closes), tuple(draft.considered))


def _take_in(draft: _Draft, scan: Scan, item: Item) -> None:
    """Close a loan; complete a transit that ends here."""
    custody = item.custody
    if custody.loan is not None:
        draft.item.append(ItemReturned(branch=scan.branch, loan=custody.loan.loan, by=scan.by))
        draft.closes.append(custody.loan.loan)
        draft.custody = replace(draft.custody, loan=None)
        draft.considered.append(f"loan {custody.loan.loan} closed")
    transit = draft.custody.transit
    if transit is not None and transit.destination == scan.branch:
        draft.item.append(ItemArrived(branch=scan.branch, transit=transit.transit))
        draft.custody = replace(draft.custody, transit=None)
        draft.considered.append(f"transit {transit.transit} ends here")


def _end_what_is_over(draft: _Draft, scan: Scan, title: Title) -> None:
    """Give up a capture or a journey whose hold has ended, or whose pickup branch is another now."""
    capture, transit = draft.custody.capture, draft.custody.transit
    if capture is not None:
        hold = title.holds.get(capture.hold)
        if hold is None or hold.captured != draft.barcode:
            draft.item.append(ItemReleased(hold=capture.hold, branch=scan.branch, why="cancelled"))
            draft.custody = replace(draft.custody, capture=None)
            draft.considered.append(f"hold {capture.hold} has ended")
            capture = None
    if transit is not None and transit.reason == "hold" and (capture is None or capture.hold != transit.hold):
        draft.item.append(TransitAbandoned(transit=transit.transit, branch=scan.branch, why="hold-ended"))
        draft.custody = replace(draft.custody, transit=None)
        draft.considered.append(f"transit {transit.transit} was for a hold that has ended")


def _serve_hold(draft: _Draft, scan: Scan, item: Item, title: Title, shelf_until: Callable[[], int]) -> str | None:
    """Go on serving the hold that has this copy, or capture it for the next one; where it must go, if anywhere."""
    capture = draft.custody.capture
    if capture is None:
        hold = best_hold(title, item, scan.day)
        if hold is None:
            draft.considered.append("no hold waits that this copy may fill")
            return None
        transit = draft.custody.transit
        if transit is not None:
            draft.item.append(TransitAbandoned(transit=transit.transit, branch=scan.branch, why="redirected"))
            draft.custody = replace(draft.custody, transit=None)
        draft.title.append(HoldCaptured(hold=hold.hold, item=item.barcode, branch=scan.branch))
        draft.item.append(ItemSetAside(hold=hold.hold, pickup=hold.pickup, branch=scan.branch))
        draft.swap = _swap(hold, item, title, scan.day, draft.title)
        draft.considered.append(f"hold {hold.hold} is the first that this copy may fill")
        name, pickup = hold.hold, hold.pickup
    else:
        name, pickup = capture.hold, title.holds[capture.hold].pickup
        if capture.until_us is not None and capture.pickup == pickup == scan.branch:
            draft.considered.append(f"it waits on the shelf here for hold {name}")
            return None
        draft.considered.append(f"it is set aside for hold {name}")
    draft.custody = replace(draft.custody, capture=Capture(hold=name, pickup=pickup))
    if pickup == scan.branch:
        draft.item.append(
            ItemPlacedOnHoldShelf(hold=name, branch=pickup, until_us=shelf_until(), code=pickup_code(name, scan.day))
        )
        return None
    transit = draft.custody.transit
    if transit is not None and transit.destination != pickup:
        draft.item.append(TransitAbandoned(transit=transit.transit, branch=scan.branch, why="redirected"))
        transit = None
    if transit is None:
        _send(draft, scan, item, destination=pickup, reason="hold", hold=name)
    return pickup


def _bring_home(draft: _Draft, scan: Scan, item: Item) -> str | None:
    """Without a hold: it goes on with its journey, floats, is at home, or sets out for home."""
    if draft.custody.capture is not None:
        return None
    transit = draft.custody.transit
    if transit is not None:
        draft.considered.append(f"transit {transit.transit} goes on from here")
        return transit.destination
    if item.home == scan.branch:
        draft.considered.append("it is at home")
        return None
    if item.floats:
        draft.considered.append("it floats and stays")
        return None
    draft.considered.append(f"it belongs to {item.home}")
    _send(draft, scan, item, destination=item.home, reason="home", hold=None)
    return item.home


def _send(draft: _Draft, scan: Scan, item: Item, *, destination: str, reason: TransitReason, hold: str | None) -> None:
    draft.item.append(
        TransitOpened(
            transit=f"{item.barcode}~{item.transits + 1}",
            origin=scan.branch,
            destination=destination,
            reason=reason,
            hold=hold,
        )
    )


def _say_that_it_was_seen(draft: _Draft, scan: Scan, item: Item, onward: str | None) -> None:
    """Every scan leaves a fact of where the copy was; where no other fact says so, it is a sighting."""
    if any(isinstance(event, ItemReturned | ItemArrived | ItemSetAside | ItemPacked) for event in draft.item):
        return
    place = item.custody.place
    if place.kind == "branch" and place.ref == scan.branch:
        as_: Literal["passing", "again", "found", "here"] = "again"
    elif item.custody.transit is not None and onward is not None:
        as_ = "passing"
    elif place.kind == "filling" and onward is None:
        as_ = "here"
    else:
        as_ = "found"
    capture = draft.custody.capture
    waits_for = capture.hold if capture is not None and capture.until_us is not None and onward is None else None
    draft.item.insert(0, ItemSighted(branch=scan.branch, as_=as_, onward=onward, hold=waits_for))


def best_hold(title: Title, item: Item, day: str) -> Hold | None:
    """
    The first hold in the queue that this copy may fill on that local day: first come, first served.

    Passed over are holds that have a copy, that are suspended, that want another copy, and all of them
    where the copy is not holdable.
    """
    if not item.holdable:
        return None
    for hold in title.holds.values():
        if hold.captured is not None or (hold.item is not None and hold.item != item.barcode):
            continue
        if hold.suspended and (hold.suspended_until is None or hold.suspended_until > day):
            continue
        return hold
    return None


def _swap(hold: Hold, item: Item, title: Title, day: str, events: list[Event]) -> Swap | None:
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
        if hold.target in other.missed:
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
