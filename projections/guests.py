"""
How many copies from elsewhere each branch keeps or awaits, by item type: what limits on floating are held against.

The counts are folded in `custody.py`, wherever a copy's row changes; `circulation/shelves.py` says who is a guest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select

from projections.locations import ITEM_NOW, ItemNow
from projections.table import keyed
from projections.transits import TRANSIT_NOW
from projections.views import Views
from projections.working import Working

__all__ = ["GUESTS", "counted", "guests", "uncounted"]


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


def counted(working: Working, item: ItemNow) -> ItemNow:
    """The row with the branch that counts the copy as its guest now; the counts follow."""
    branch = _guest_at(working, item)
    if branch == item.guest_at:
        return item
    if item.guest_at is not None:
        _count(working, item.item_type, item.guest_at, -1)
    if branch is not None:
        _count(working, item.item_type, branch, 1)
    return item._replace(guest_at=branch)


def uncounted(working: Working, item: ItemNow) -> ItemNow:
    """The row of a copy that is nobody's guest for the moment."""
    if item.guest_at is None:
        return item
    _count(working, item.item_type, item.guest_at, -1)
    return item._replace(guest_at=None)


def _guest_at(working: Working, item: ItemNow) -> str | None:
    if item.loan or item.capture or item.kind == "nowhere":
        return None
    branch = item.ref if item.kind == "branch" else None
    if item.transit:
        transit = working[TRANSIT_NOW].get(item.item)
        branch = None if transit is None else transit.destination
    return None if branch == item.home else branch


def _count(working: Working, item_type: str, branch: str, change: int) -> None:
    row = working[GUESTS].get((item_type, branch))
    copies = (0 if row is None else row.copies) + change
    if copies:
        working[GUESTS].put(GuestsRow(item_type, branch, copies))
    else:
        working[GUESTS].drop((item_type, branch))
