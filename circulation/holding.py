"""
Placing a hold, choosing the copy that fills it, and giving up on a copy that was not found: pure decisions.

A hold that a copy on a shelf can fill is promised one copy: the one that can be at the pickup branch soonest.
What is not pulled in time, or not found, is promised no more, and the next copy is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from circulation.errors import Refused, Unknown
from circulation.event import Event
from circulation.hold import (
    Hold,
    HoldCancelled,
    HoldLapsed,
    HoldPickupChanged,
    HoldPlaced,
    HoldTargetDropped,
    HoldTargeted,
    Obstacle,
    Title,
)
from circulation.item import (
    CaptureRedirected,
    HoldShelfExtended,
    Item,
    ItemTargetDropped,
    ItemTargeted,
    TransitAbandoned,
)
from circulation.lookups import Copy
from circulation.patron import Patron
from circulation.ruling import Ruling

__all__ = [
    "Promise",
    "Target",
    "decide_cancel",
    "decide_extend",
    "decide_lapse",
    "decide_pickup",
    "decide_place",
    "drop",
    "hold_filled_by",
    "open_hold",
    "own_hold_for",
    "promise",
    "soonest",
]


@dataclass(frozen=True, slots=True)
class Target:
    """A copy on the shelf of `branch`, to be pulled before `pull_by_us`."""

    item: str
    branch: str
    pull_by_us: int


@dataclass(frozen=True, slots=True)
class Promise:
    """The facts of promising a copy: on the title's stream and on the copy's."""

    title: tuple[Event, ...]
    item: str
    on_item: tuple[Event, ...]


def soonest(
    copies: Iterable[Copy],
    *,
    pickup: str,
    passed_over: Iterable[str],
    at_us: int,
    arrival: Callable[[str, str, int], int | None],
    cutoff: Callable[[str, int], int | None],
) -> Target | None:
    """
    The copy on a shelf that can be at `pickup` soonest; among equals the lowest barcode.

    `passed_over` are barcodes already promised or missed. A copy at the pickup branch is there now.
    One that has no way there is not chosen; one whose branch no van calls at has the pickup's own cut-off.
    """
    excluded = set(passed_over)
    best: tuple[int, str] | None = None
    chosen: Copy | None = None
    for copy in copies:
        if not copy.on_shelf or copy.branch is None or copy.barcode in excluded:
            continue
        arrives = at_us if copy.branch == pickup else arrival(copy.branch, pickup, at_us)
        if arrives is None:
            continue
        if best is None or (arrives, copy.barcode) < best:
            best, chosen = (arrives, copy.barcode), copy
    if chosen is None or chosen.branch is None or best is None:
        return None
    limit = cutoff(chosen.branch, at_us) or cutoff(pickup, at_us)
    return Target(chosen.barcode, chosen.branch, limit if limit is not None else best[0])


def promise(hold: str, target: Target, *, joint: bool | None = None) -> Promise:
    """The facts of promising `target` to `hold`, together with others if it is `joint`."""
    return Promise(
        (HoldTargeted(hold=hold, item=target.item, branch=target.branch, pull_by_us=target.pull_by_us, joint=joint),),
        target.item,
        (ItemTargeted(hold=hold, branch=target.branch, pull_by_us=target.pull_by_us),),
    )


def drop(
    hold: Hold, why: Literal["not-found", "not-in-time", "hold-ended", "other-copy", "taken", "not-allowed"]
) -> Promise | None:
    """The facts of taking a promise back; None where there is none."""
    if hold.target is None:
        return None
    return Promise(
        (HoldTargetDropped(hold=hold.hold, item=hold.target, why=why),),
        hold.target,
        (ItemTargetDropped(hold=hold.hold, why=why),),
    )


def decide_place(
    *,
    title: Title,
    item: str | None,
    pickup: str,
    patron: Patron,
    own_holds: int,
    own_hold: str | None,
    ruling: Ruling,
    key: int,
    sealed: str,
    part: str | None = None,
    expires: str | None = None,
    day: str = "",
    recalls: str | None = None,
    obstacles: tuple[Obstacle, ...] = (),
) -> HoldPlaced:
    """
    The fact of a new hold at the end of the queue.

    `own_holds` counts the patron's open holds in the network; `own_hold` is one for the same, if any.
    `part` is the volume wanted, `expires` the last day on which it is wanted, `day` the day at the pickup branch.
    Raises `Refused`: `patron.blocked`, `hold.limit`, `hold.already-placed`, `hold.no-time`.
    """
    if expires is not None and expires < day:
        raise Refused("hold.no-time", expires=expires, day=day)
    if patron.blocks:
        raise Refused("patron.blocked", blocks=", ".join(patron.blocks))
    if own_hold is not None:
        raise Refused("hold.already-placed", hold=own_hold, title=title.title_id)
    if own_holds >= ruling.hold_limit:
        raise Refused("hold.limit", holds=own_holds, rule=ruling.by["hold_limit"], allowed=ruling.hold_limit)
    return HoldPlaced(
        hold=f"{title.title_id}#{title.holds_placed + 1}",
        pickup=pickup,
        item=item,
        part=part,
        expires=expires,
        category=patron.category,
        patron_home=patron.home,
        key=key,
        patron=sealed,
        recalls=recalls,
        obstacles=obstacles or None,
    )


def own_hold_for(title: Title, own: Iterable[str], part: str | None) -> str | None:
    """The one of a patron's own holds that is for this title, or for the same part of it, if any."""
    holds = (title.holds.get(name) for name in own)
    return next((hold.hold for hold in holds if hold is not None and hold.part == part), None)


def hold_filled_by(title: Title, own: Iterable[str], item: Item) -> str | None:
    """
    Which of a patron's own holds ends when they take this copy: the one it was set aside for, else the first one
    on its title that is for any part or for the copy's part.
    """
    holds = [hold for hold in (title.holds.get(name) for name in own) if hold is not None]
    aside = next((hold.hold for hold in holds if hold.captured == item.barcode), None)
    return aside or next((hold.hold for hold in holds if hold.part in (None, item.part)), None)


def decide_pickup(hold: Hold, pickup: str, item: Item | None) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """
    The facts of a pickup branch that changed, on the title's and on the copy's stream; the place in the queue stays.

    `item` is the copy set aside for the hold, if there is one. A journey leads to the new branch from now on: a tote
    that is on its way is sorted anew where it is opened, and a copy that stands there already only needs a scan.
    Raises `Refused` (`hold.same-pickup`).
    """
    if hold.pickup == pickup:
        raise Refused("hold.same-pickup", hold=hold.hold, pickup=pickup)
    changed = HoldPickupChanged(hold=hold.hold, pickup=pickup)
    if item is None or item.custody.capture is None or item.custody.capture.hold != hold.hold:
        return (changed,), ()
    branch, transit = item.branch, item.custody.transit
    redirected = CaptureRedirected(hold=hold.hold, pickup=pickup, branch=branch)
    if transit is not None and branch == pickup:
        ended = TransitAbandoned(transit=transit.transit, branch=branch, why="redirected")
        return (changed,), (ended, redirected)
    return (changed,), (redirected,)


def decide_extend(hold: Hold, item: Item | None, until_us: Callable[[str, int], int]) -> HoldShelfExtended:
    """
    The fact that a copy waits longer on the hold shelf: until what `until_us` says for the branch and the end so far.

    Raises `Refused` (`hold.not-on-shelf`).
    """
    capture = None if item is None else item.custody.capture
    if capture is None or capture.hold != hold.hold or capture.until_us is None:
        raise Refused("hold.not-on-shelf", hold=hold.hold)
    return HoldShelfExtended(hold=hold.hold, branch=capture.pickup, until_us=until_us(capture.pickup, capture.until_us))


def decide_lapse(hold: Hold, day: str) -> HoldLapsed:
    """
    The fact that a hold ended because it was not wanted any longer on that day at its pickup branch.

    A hold that has a copy does not lapse: its time on the hold shelf decides.
    Raises `Refused` (`hold.still-wanted`).
    """
    if hold.expires is None or hold.expires >= day or hold.captured is not None:
        raise Refused("hold.still-wanted", hold=hold.hold)
    return HoldLapsed(hold=hold.hold, expires=hold.expires)


def open_hold(title: Title | None, hold: str) -> Hold:
    """The open hold of that id. Raises `Unknown` (`hold.unknown`) for one that never was or has ended."""
    found = None if title is None else title.holds.get(hold)
    if found is None:
        raise Unknown("hold.unknown", hold=hold[:80])
    return found


def decide_cancel(
    hold: Hold, why: Literal["patron", "staff", "no-copy"], *, recalled: str | None = None
) -> HoldCancelled:
    """
    The fact of ending a hold; a copy on its way is decided anew when it is next seen.

    `recalled` is the copy whose loan is still shortened for it: that loan is not lengthened again.
    """
    return HoldCancelled(hold=hold.hold, why=why, recalled=recalled)
