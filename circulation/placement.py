"""
Where a copy belongs that nobody waits for: it goes on with its journey, stays, floats, or sets out for home.

The last step of the check-in (`checkin.py`).
"""

from __future__ import annotations

from circulation.item import Item, ItemHeldBack
from circulation.outcome import Draft, Rulings, Scan

__all__ = ["settle"]


def settle(draft: Draft, scan: Scan, item: Item, rulings: Rulings) -> str | None:
    """The branch that the copy is to travel to, None if it stays where it was scanned."""
    if draft.custody.defect is not None:
        return _send_unfit(draft, scan, item, rulings, draft.custody.defect.what)
    transit = draft.custody.transit
    if transit is not None:
        draft.because("transit.goes-on", transit.transit)
        return transit.destination
    if item.home == scan.branch:
        draft.because("place.home")
        return None
    by_rule = rulings.floats()
    if item.floats if by_rule is None else by_rule:
        draft.because("place.floats")
        return None
    if _is_held_back(draft, scan, item, rulings):
        return None
    draft.because("place.belongs", item.home)
    draft.send(scan, item, to=item.home, reason="home")
    return item.home


def _send_unfit(draft: Draft, scan: Scan, item: Item, rulings: Rulings, what: str) -> str | None:
    """A copy that is damaged, incomplete or withdrawn goes to its home, wherever it was going (cases 14 and 37)."""
    transit = draft.custody.transit
    if item.home == scan.branch:
        draft.abandon(scan.branch, "condition")
        draft.because("place.unfit-home", what)
        return None
    draft.because("place.unfit", f"{what} {item.home}")
    if transit is not None and transit.destination == item.home:
        return item.home
    draft.abandon(scan.branch, "condition")
    if _is_held_back(draft, scan, item, rulings):
        return None
    draft.send(scan, item, to=item.home, reason="home")
    return item.home


def _is_held_back(draft: Draft, scan: Scan, item: Item, rulings: Rulings) -> bool:
    """Whether a transfer limit keeps the copy from its way home."""
    limit = rulings.keeps()
    if limit is None:
        return False
    draft.item.append(ItemHeldBack(branch=scan.branch, destination=item.home, limit=limit.cited, reason=limit.reason))
    draft.because("place.held-back", limit.cited)
    return True
