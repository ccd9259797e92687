"""
What a scan at a branch leads to: one pure function, in the order in which a check-in is thought through.

It takes the item, its title with the queue, and the scan, and returns the facts to record on both streams,
with the rules that were considered and the one that decided. It refuses nothing: what lies on the desk is there.
The order follows Evergreen's check-in (circulation reference, section 1.1): what came in, what it was doing,
who waits for it (`serving.py`), where it belongs (`placement.py`).
Reading state and appending is the work of `desk.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from circulation.declaring import found_again
from circulation.hold import HoldExpired, Title
from circulation.item import (
    Item,
    ItemArrived,
    ItemPacked,
    ItemReleased,
    ItemReturned,
    ItemSetAside,
    ItemSighted,
    LateScanRecorded,
)
from circulation.outcome import Draft, Outcome, Rulings, Scan
from circulation.placement import settle
from circulation.serving import serve_hold

__all__ = ["decide"]


def decide(scan: Scan, item: Item, title: Title, rulings: Rulings) -> Outcome:
    """What this scan of a known copy comes to, by what holds at the branch."""
    draft = Draft(barcode=item.barcode, custody=item.custody)
    if scan.at_us < item.custody.custody_us:
        draft.item.append(LateScanRecorded(branch=scan.branch, custody_us=item.custody.custody_us))
        draft.because("late")
        return draft.outcome()
    found = found_again(item, scan.branch)
    _take_in(draft, scan)
    _end_what_is_over(draft, scan, item, title)
    onward = serve_hold(draft, scan, item, title, rulings)
    if draft.custody.capture is None:
        onward = settle(draft, scan, item, rulings)
    halted = None if onward is None else rulings.halted(onward)
    if halted is not None:
        draft.because("service.suspended", f"{onward} {halted.cited}")
    elif onward is not None and scan.filling is not None:
        draft.item.append(ItemPacked(filling=scan.filling, branch=scan.branch, onward=onward))
    _say_that_it_was_seen(draft, scan, item, onward)
    if found is not None:
        draft.item.append(found)
    return draft.outcome()


def _take_in(draft: Draft, scan: Scan) -> None:
    """Say that an absent copy is found; close a loan; complete a transit that ends here."""
    custody = draft.custody
    if custody.absence is not None:
        draft.custody = replace(draft.custody, absence=None)
        draft.because("absence.ends", custody.absence.what)
    if custody.loan is not None:
        draft.item.append(ItemReturned(branch=scan.branch, loan=custody.loan.loan, by=scan.by))
        draft.closes.append(custody.loan.loan)
        draft.custody = replace(draft.custody, loan=None)
        draft.because("loan.closed", custody.loan.loan)
    transit = draft.custody.transit
    if transit is not None and transit.destination == scan.branch:
        draft.item.append(ItemArrived(branch=scan.branch, transit=transit.transit))
        draft.custody = replace(draft.custody, transit=None)
        draft.because("transit.ends", transit.transit)


def _end_what_is_over(draft: Draft, scan: Scan, item: Item, title: Title) -> None:
    """Give up a capture or a journey whose hold has ended, or for which nobody came to the hold shelf in time."""
    capture, transit = draft.custody.capture, draft.custody.transit
    if capture is not None:
        hold = title.holds.get(capture.hold)
        if hold is None or hold.captured != draft.barcode:
            draft.item.append(ItemReleased(hold=capture.hold, branch=scan.branch, why="cancelled"))
            draft.custody = replace(draft.custody, capture=None)
            draft.because("hold.ended", capture.hold)
            capture = None
        elif capture.until_us is not None and capture.until_us < scan.at_us and item.custody.transit is None:
            # A copy that strayed from the hold shelf and travels back to it gets its time on the shelf anew.
            draft.item.append(ItemReleased(hold=capture.hold, branch=scan.branch, why="expired"))
            draft.title.append(HoldExpired(hold=capture.hold, item=draft.barcode))
            draft.closes.append(capture.hold)
            draft.custody = replace(draft.custody, capture=None)
            draft.because("hold.expired", capture.hold)
            capture = None
    if transit is not None and transit.reason == "hold" and (capture is None or capture.hold != transit.hold):
        draft.abandon(scan.branch, "hold-ended")
        draft.because("transit.hold-ended", transit.transit)


def _say_that_it_was_seen(draft: Draft, scan: Scan, item: Item, onward: str | None) -> None:
    """Every scan leaves a fact of where the copy was; where no other fact says so, it is a sighting."""
    if any(isinstance(event, ItemReturned | ItemArrived | ItemSetAside | ItemPacked) for event in draft.item):
        return
    place = item.custody.place
    has_expired = any(isinstance(event, ItemReleased) and event.why == "expired" for event in draft.item)
    if place.kind == "branch" and place.ref == scan.branch:
        as_: Literal["passing", "again", "found", "here"] = "here" if has_expired else "again"
    elif item.custody.transit is not None and onward is not None:
        as_ = "passing"
    elif place.kind == "filling" and onward is None:
        as_ = "here"
    else:
        as_ = "found"
    capture = draft.custody.capture
    waits_for = capture.hold if capture is not None and capture.until_us is not None and onward is None else None
    draft.item.insert(0, ItemSighted(branch=scan.branch, as_=as_, onward=onward, hold=waits_for))
