"""
How many copies from elsewhere each branch keeps or awaits, by item type: what limits on floating are held against.

The counts are folded in `custody.py`, wherever a copy's row changes; `circulation/shelves.py` says who is a guest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select

from projections.locations import ITEM_NOW
from projections.table import keyed
from projections.transits import TRANSIT_NOW
from projections.views import Views
from projections.working import Working

__all__ = ["GUESTS", "count_guest", "guest_of", "guests"]


class GuestsRow(NamedTuple):
    """So many copies of a type are guests of a branch."""

    item_type: str
    branch: str
    copies: int


GUESTS = keyed("guests", GuestsRow, key=2)


def guests(views: Views, item_type: str, *, besides: str) -> Mapping[str, int]:
    """By branch: how many copies of a type, without `besides`, are kept or awaited and have homes elsewhere."""
    kept, item = GUESTS.sql.c, ITEM_NOW.sql.c
    with views.reading("custody") as connection:
        found = connection.execute(select(kept.branch, kept.copies).where(kept.item_type == item_type))
        counts = {row.branch: row.copies for row in found}
        here = connection.execute(select(item.guest_at, item.item_type).where(item.item == besides)).first()
    if here is not None and here.guest_at is not None and here.item_type == item_type:
        counts[here.guest_at] -= 1
    return counts


def guest_of(working: Working, item: str, kind: str, ref: str, home: str, *, travels: bool) -> str | None:
    """The branch that counts a copy as its guest at a place, if it is neither lent nor set aside; None for none."""
    if kind == "nowhere":
        return None
    branch = ref if kind == "branch" else None
    if travels:
        transit = working[TRANSIT_NOW].get(item)
        branch = None if transit is None else transit.destination
    return None if branch == home else branch


def count_guest(working: Working, item_type: str, left: str | None, came_to: str | None) -> None:
    """One copy of a type left a branch, or came to one, or both."""
    counts = working[GUESTS]
    for branch, change in ((left, -1), (came_to, 1)):
        if branch is None:
            continue
        row = counts.get((item_type, branch))
        copies = (0 if row is None else row.copies) + change
        if copies:
            counts.put(GuestsRow(item_type, branch, copies))
        else:
            counts.drop((item_type, branch))
