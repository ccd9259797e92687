"""
Undoing one command on a copy: a compensating fact, decided purely.

What scans change goes back to what it was before the command; a capture is given back to the queue with the promise
that it had taken, a closed loan is open again with its renewals, an undone loan counts towards no limit.
Numbers are never given twice: a loan after an undone one is the next one. What cannot be restored, because a hold
has ended or the copy has moved on since, is refused with the way out. Reading and appending is in `undoing.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from circulation.custody import Custody, Loan
from circulation.errors import Refused
from circulation.event import Event
from circulation.hold import HoldCaptured, HoldReleased, HoldTargetDropped, HoldTargeted, Title
from circulation.item import (
    Item,
    ItemArrived,
    ItemLent,
    ItemPacked,
    ItemReturned,
    ItemSetAside,
    ItemSighted,
    ItemTargetDropped,
    ItemTargeted,
    LoanRenewed,
    ScanUndone,
)

__all__ = ["UNDOABLE", "Undoing", "Wrong", "decide_undo", "promises_moved"]

UNDOABLE = (ItemReturned, ItemSighted, ItemArrived, ItemPacked, ItemSetAside, ItemLent, LoanRenewed)
"""A command can be undone if one of these is among its facts on the copy."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """
    The command that was a mistake: its facts on the copy, which stood as `before` and then as `after`.

    `version` is the version of the copy's stream before it; `queue` is the title before and after it,
    None where it left the title alone.
    """

    request: str
    version: int
    events: tuple[Event, ...]
    before: Item | None
    after: Item
    queue: tuple[Title, Title] | None = None


@dataclass(frozen=True, slots=True)
class Undoing:
    """
    The facts on the copy's and the title's stream, and on other copies whose promise goes back.

    `closes` is the claim that ends with an undone loan, `reopens` the loan that is open again.
    """

    item: tuple[Event, ...]
    title: tuple[Event, ...]
    others: Mapping[str, tuple[Event, ...]]
    closes: tuple[str, ...]
    reopens: Loan | None


def decide_undo(item: Item, wrong: Wrong, title: Title, copies: Mapping[str, Item], why: str) -> Undoing:
    """
    The facts that undo `wrong` on a copy, its title and the other `copies` whose promises it had moved.

    Raises `Refused`: `undo.nothing` where it was no scan, loan or renewal; `undo.hold-ended` where the loan had
    ended a hold; `undo.moved-on` where something else has happened to the copy since.
    """
    if wrong.before is None or not any(isinstance(event, UNDOABLE) for event in wrong.events):
        raise Refused("undo.nothing", item=item.barcode)
    # Neither a promise nor a move that is wanted is something that happened to the copy.
    if replace(item.custody, target=None, moves=None) != replace(wrong.after.custody, target=None, moves=None):
        raise Refused("undo.moved-on", item=item.barcode)
    lent = next((event for event in wrong.events if isinstance(event, ItemLent)), None)
    if lent is not None and lent.hold is not None:
        raise Refused("undo.hold-ended", item=item.barcode, hold=lent.hold)
    on_title: list[Event] = [
        HoldReleased(hold=event.hold, item=item.barcode, why="undone")
        for event in wrong.events
        if isinstance(event, ItemSetAside)
        and event.hold in title.holds
        and title.holds[event.hold].captured == item.barcode
    ]
    freed = {event.hold for event in on_title if isinstance(event, HoldReleased)}
    on_title.extend(recaptured := _recaptured(item.barcode, wrong, title))
    regained = {event.hold for event in recaptured}
    promises = _promises(item.barcode, wrong, title, freed, copies)
    on_title.extend(promises.title)
    custody = _still_true(wrong.before.custody, item.barcode, title, regained)
    own = promises.own if promises.own is not None else custody.target
    if item.custody.target is not None and item.custody.target != own:
        # Promised on the strength of the scan that does not count.
        on_title.append(HoldTargetDropped(hold=item.custody.target, item=item.barcode, why="other-copy"))
    asked_since = item.custody.moves != wrong.after.custody.moves
    moves = item.custody.moves if asked_since else custody.moves
    fact = ScanUndone(
        request=wrong.request, undone_version=wrong.version, custody=replace(custody, target=own, moves=moves), why=why
    )
    returned = any(isinstance(event, ItemReturned) for event in wrong.events)
    return Undoing(
        (fact,),
        tuple(on_title),
        promises.others,
        () if lent is None else (lent.loan,),
        wrong.before.custody.loan if returned else None,
    )


def promises_moved(wrong: Wrong) -> frozenset[str]:
    """The other copies whose promise the command gave to another hold, or to none."""
    if wrong.queue is None:
        return frozenset()
    before, after = wrong.queue
    targets = {target for hold in _changed(before, after) for target in (before.holds[hold].target,)}
    return frozenset(target for target in targets if target is not None and target != wrong.after.barcode)


@dataclass(slots=True)
class _Promises:
    """The promises that go back: on the title, on other copies, and the hold that the copy itself is for."""

    title: list[Event]
    others: dict[str, tuple[Event, ...]]
    own: str | None = None


def _promises(barcode: str, wrong: Wrong, title: Title, freed: set[str], copies: Mapping[str, Item]) -> _Promises:
    """Every promise that the command had moved and nobody has touched since."""
    found = _Promises([], {})
    if wrong.queue is None:
        return found
    before, after = wrong.queue
    heirs = {hold.target: hold.hold for hold in after.holds.values() if hold.target is not None}
    for name in _changed(before, after):
        had, hold = before.holds[name], title.holds.get(name)
        if had.target is None or had.target_branch is None or hold is None or hold.suspended:
            continue
        if hold.target != after.holds[name].target or (hold.captured is not None and name not in freed):
            continue
        heir = heirs.get(had.target)
        if had.target == barcode:
            found.own = name
        else:
            copy = copies.get(had.target)
            if copy is None or copy.branch != had.target_branch or not copy.on_shelf or copy.custody.target != heir:
                continue
            if heir is not None:
                found.title.append(HoldTargetDropped(hold=heir, item=had.target, why="other-copy"))
                found.others[had.target] = (ItemTargetDropped(hold=heir, why="other-copy"),)
            again = ItemTargeted(hold=name, branch=had.target_branch, pull_by_us=had.pull_by_us)
            found.others[had.target] = (*found.others.get(had.target, ()), again)
        found.title.append(
            HoldTargeted(
                hold=name,
                item=had.target,
                branch=had.target_branch,
                pull_by_us=had.pull_by_us,
                joint=had.joint or None,
            )
        )
    return found


def _changed(before: Title, after: Title) -> list[str]:
    """The holds, open before and after, that the command promised another copy or none."""
    return [
        name for name, hold in before.holds.items() if name in after.holds and hold.target != after.holds[name].target
    ]


def _recaptured(barcode: str, wrong: Wrong, title: Title) -> tuple[HoldCaptured, ...]:
    """The hold that had the copy until the command gave it away, and has no other since."""
    if wrong.queue is None or wrong.before is None:
        return ()
    before, after = wrong.queue
    return tuple(
        HoldCaptured(hold=name, item=barcode, branch=wrong.before.branch or hold.pickup)
        for name, hold in before.holds.items()
        if hold.captured == barcode
        and name in after.holds
        and after.holds[name].captured is None
        and name in title.holds
        and title.holds[name].captured is None
        and title.holds[name].target is None
    )


def _still_true(custody: Custody, barcode: str, title: Title, regained: set[str]) -> Custody:
    """The earlier custody without the promises to this copy that the queue does not know any more."""
    capture, transit, target = custody.capture, custody.transit, custody.target
    if capture is not None:
        hold = title.holds.get(capture.hold)
        if hold is None or (hold.captured != barcode and capture.hold not in regained):
            transit = None if transit is not None and transit.hold == capture.hold else transit
            capture = None
    if target is not None:
        hold = title.holds.get(target)
        if hold is None or hold.target != barcode:
            target = None
    return replace(custody, capture=capture, transit=transit, target=target)
