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
from circulation.hold import Hold, HoldCancelled, HoldPlaced, HoldTargetDropped, HoldTargeted, Obstacle, Title
from circulation.item import ItemTargetDropped, ItemTargeted
from circulation.lookups import Copy
from circulation.patron import Patron
from circulation.ruling import Ruling

__all__ = ["Promise", "Target", "decide_cancel", "decide_place", "drop", "open_hold", "promise", "soonest"]


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


def promise(hold: str, target: Target) -> Promise:
    """The facts of promising `target` to `hold`."""
    return Promise(
        (HoldTargeted(hold=hold, item=target.item, branch=target.branch, pull_by_us=target.pull_by_us),),
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
    recalls: str | None = None,
    obstacles: tuple[Obstacle, ...] = (),
) -> HoldPlaced:
    """
    The fact of a new hold at the end of the queue.

    `own_holds` counts the patron's open holds in the network; `own_hold` is one on this title, if any.
    Raises `Refused`: `patron.blocked`, `hold.limit`, `hold.already-placed`.
    """
    if patron.blocks:
        raise Refused(
            "patron.blocked",
            f"The patron is blocked: {', '.join(patron.blocks)}.",
            "Lift the block first: branchline patron unblock.",
        )
    if own_hold is not None:
        raise Refused(
            "hold.already-placed",
            f"The patron already has hold {own_hold} on title {title.title_id}.",
            "Change that hold instead.",
        )
    if own_holds >= ruling.hold_limit:
        allows = f"rule '{ruling.by['hold_limit']}' allows {ruling.hold_limit}"
        raise Refused(
            "hold.limit",
            f"The patron has {own_holds} holds open; {allows}.",
            "Cancel one first.",
        )
    return HoldPlaced(
        hold=f"{title.title_id}#{title.holds_placed + 1}",
        pickup=pickup,
        item=item,
        category=patron.category,
        patron_home=patron.home,
        key=key,
        patron=sealed,
        recalls=recalls,
        obstacles=obstacles or None,
    )


def open_hold(title: Title | None, hold: str) -> Hold:
    """The open hold of that id. Raises `Unknown` (`hold.unknown`) for one that never was or has ended."""
    found = None if title is None else title.holds.get(hold)
    if found is None:
        raise Unknown("hold.unknown", f"There is no open hold '{hold[:80]}'.", "List holds: branchline hold list.")
    return found


def decide_cancel(
    hold: Hold, why: Literal["patron", "staff", "no-copy"], *, recalled: str | None = None
) -> HoldCancelled:
    """
    The fact of ending a hold; a copy on its way is decided anew when it is next seen.

    `recalled` is the copy whose loan is still shortened for it: that loan is not lengthened again.
    """
    return HoldCancelled(hold=hold.hold, why=why, recalled=recalled)
