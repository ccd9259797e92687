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
    limit = rulings.keeps()
    if limit is not None:
        draft.item.append(
            ItemHeldBack(branch=scan.branch, destination=item.home, limit=limit.cited, reason=limit.reason)
        )
        draft.because("place.held-back", limit.cited)
        return None
    draft.because("place.belongs", item.home)
    draft.send(scan, item, to=item.home, reason="home")
    return item.home
