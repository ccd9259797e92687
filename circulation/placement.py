"""
What becomes of a copy that nobody waits for: it is moved as somebody asked, goes on with its journey, stays, floats,
or sets out for home.

The last step of the check-in (`checkin.py`). Where a copy belongs by the floating policy is worked out in
`placing.py`; here that is weighed against what was asked for by hand and against the journey that it is on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from circulation.custody import Move, Transit
from circulation.item import Item, ItemHeldBack
from circulation.move import MoveEnded
from circulation.outcome import Draft, Rulings, Scan
from circulation.placing import Placed, Stray, is_fit, place

__all__ = ["settle"]


def settle(draft: Draft, scan: Scan, item: Item, rulings: Rulings) -> str | None:
    """The branch that the copy is to travel to, None if it stays where it was scanned."""
    if draft.custody.defect is not None:
        return _send_unfit(draft, scan, item, rulings, draft.custody.defect.what)
    move = _move_that_holds(draft, scan)
    if move is not None:
        return _move_on(draft, scan, item, move, rulings)
    transit = draft.custody.transit
    if transit is not None and transit.move is not None:
        draft.because("move.cancelled", transit.move)
        draft.abandon(scan.branch, "redirected")
        transit = None
    if transit is None:
        return _put(draft, scan, item, _placed(draft, scan, item, rulings), rulings)
    return _go_on(draft, scan, item, transit, rulings)


def _move_that_holds(draft: Draft, scan: Scan) -> Move | None:
    """The first move that is not over, once those that are have been ended."""
    for move in draft.custody.moves or ():
        why: Literal["arrived", "over"]
        if move.stay_until is not None and move.stay_until <= scan.day:
            why = "over"
        elif move.stay_until is None and move.to == scan.branch:
            why = "arrived"
        else:
            return move
        draft.item.append(MoveEnded(move=move.move, branch=scan.branch, why=why))
        left = tuple(other for other in draft.custody.moves or () if other.move != move.move)
        transit = draft.custody.transit
        if transit is not None and transit.move == move.move:
            draft.abandon(scan.branch, "redirected")
        draft.custody = replace(draft.custody, moves=left or None)
        draft.because(f"move.{why}", move.move)
    return None


def _move_on(draft: Draft, scan: Scan, item: Item, move: Move, rulings: Rulings) -> str | None:
    """Carry out a move: the copy stays where it was wanted, or travels there."""
    transit = draft.custody.transit
    if transit is not None and transit.destination == move.to:
        # Whatever it set out for, it goes where it is wanted.
        draft.because("transit.goes-on", transit.transit)
        return transit.destination
    draft.abandon(scan.branch, "redirected")
    if move.to == scan.branch:
        draft.because("move.stays", f"{move.move} {move.stay_until}")
        return None
    draft.because("move.sent", move.move)
    if _is_held_back(draft, scan, item, move.to, rulings):
        return None
    draft.send(scan, item, to=move.to, reason=move.reason, move=move.move)
    return move.to


def _go_on(draft: Draft, scan: Scan, item: Item, transit: Transit, rulings: Rulings) -> str | None:
    """
    A copy seen on its way goes on with the same journey, unless floating makes it needless.

    One going home stays where it may float or where its home is a walk away, and so does one that floats where it was
    wanted by hand; one that floats is sent elsewhere if its destination has filled up, or is not one any more.
    """
    if transit.reason in ("home", "float"):
        placed = _placed(draft, scan, item, rulings)
        going_home = transit.reason == "home" and transit.destination == item.home
        if placed.to is None and (going_home or _was_wanted_here(draft)):
            draft.abandon(scan.branch, "floats" if placed.reason == "float" else "arrived-elsewhere")
            return _put(draft, scan, item, placed, rulings)
        if transit.reason == "float" and not is_fit(
            _stray(draft, item, rulings), transit.destination, rulings.shelves()
        ):
            draft.because("float.no-room", transit.destination)
            if placed.to != transit.destination:
                draft.abandon(scan.branch, "redirected")
                return _put(draft, scan, item, placed, rulings)
    draft.because("transit.goes-on", transit.transit)
    return transit.destination


def _was_wanted_here(draft: Draft) -> bool:
    return any(isinstance(event, MoveEnded) and event.why == "arrived" for event in draft.item)


def _put(draft: Draft, scan: Scan, item: Item, placed: Placed, rulings: Rulings) -> str | None:
    """The copy stays, or sets out for where it was placed, unless a transfer limit keeps it."""
    draft.grounds.extend(placed.grounds)
    if placed.to is None or _is_held_back(draft, scan, item, placed.to, rulings):
        return None
    draft.send(scan, item, to=placed.to, reason=placed.reason)
    return placed.to


def _is_held_back(draft: Draft, scan: Scan, item: Item, to: str, rulings: Rulings) -> bool:
    """Whether a transfer limit denies the copy its way; that it is kept is a fact."""
    limit = rulings.keeps() if to == item.home else rulings.shelves().denied(to)
    if limit is None:
        return False
    draft.item.append(ItemHeldBack(branch=scan.branch, destination=to, limit=limit.cited, reason=limit.reason))
    draft.because("place.held-back", limit.cited)
    return True


def _placed(draft: Draft, scan: Scan, item: Item, rulings: Rulings) -> Placed:
    if item.home == scan.branch:
        # Read nothing for what lies where it belongs.
        return Placed(None, "home", ("place.home",))
    return place(_stray(draft, item, rulings), scan.branch, scan.at_us, rulings.shelves())


def _stray(draft: Draft, item: Item, rulings: Rulings) -> Stray:
    by_rule = rulings.floats()
    floats = item.floats if by_rule is None else by_rule
    return Stray(item.owner, item.home, item.item_type, floats, draft.custody.away_since_us)


def _send_unfit(draft: Draft, scan: Scan, item: Item, rulings: Rulings, what: str) -> str | None:
    """
    A copy that is damaged or incomplete goes to its home, a withdrawn one to its owner's technical services if there
    are any, wherever it was going (cases 14 and 37).
    """
    transit, goal = draft.custody.transit, item.home
    if what == "withdrawn":
        goal = rulings.shelves().floating.services.get(item.owner, item.home)
    if goal == scan.branch:
        draft.abandon(scan.branch, "condition")
        draft.because("place.unfit-home", what)
        return None
    draft.because("place.unfit", f"{what} {goal}")
    if transit is not None and transit.destination == goal:
        return goal
    draft.abandon(scan.branch, "condition")
    if _is_held_back(draft, scan, item, goal, rulings):
        return None
    draft.send(scan, item, to=goal, reason="home")
    return goal
