"""
Copies that are set aside for a hold: on their way to it, or on the hold shelf until a day.

This is the item's side of a capture; the queue of the title is in `holds.py`.
The rows are folded in `custody.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import and_, or_, select

from projections.asof import standing
from projections.locations import ITEM_NOW
from projections.table import keyed, trail
from projections.views import Views

__all__ = [
    "CAPTURE_NOW",
    "CAPTURE_PAST",
    "CaptureNow",
    "CapturePast",
    "Overdue",
    "Shelved",
    "capture_of",
    "on_shelf",
    "set_aside",
    "to_clear",
]


class CaptureNow(NamedTuple):
    """A copy set aside; `until_us` and `code` are set once it is on the shelf."""

    item: str
    hold: str
    pickup: str
    until_us: int | None
    code: str | None
    from_pos: int
    from_us: int


class CapturePast(NamedTuple):
    """A copy that was set aside, and how that ended."""

    item: str
    hold: str
    pickup: str
    until_us: int | None
    code: str | None
    from_pos: int
    from_us: int
    to_pos: int
    to_us: int
    ended: str


CAPTURE_NOW = keyed("capture_now", CaptureNow, indexes=[("pickup",)])
CAPTURE_PAST = trail("capture_past", CapturePast, indexes=[("item", "from_pos"), ("pickup", "to_pos")])


@dataclass(frozen=True, slots=True)
class Overdue:
    """
    A copy that waits on the hold shelf of a branch no longer: `expired`, `cancelled`, or `pickup-changed`.

    `code` is what its slip shows, None where that is not known any more.
    """

    item: str
    hold: str
    why: str
    code: str | None
    until_us: int | None


@dataclass(frozen=True, slots=True)
class Shelved:
    """A copy set aside for a hold; `until_us` is None while it is not on the shelf yet."""

    item: str
    hold: str
    pickup: str
    until_us: int | None
    code: str | None
    since_us: int


_COLUMNS = ("item", "hold", "pickup", "until_us", "code", "from_us")


def capture_of(views: Views, barcode: str, *, as_of: int | None = None) -> Shelved | None:
    """For which hold a copy is set aside; None if for none."""
    with views.reading("custody", as_of=as_of) as connection:
        asked = standing(CAPTURE_NOW, CAPTURE_PAST, _COLUMNS, as_of=as_of, where=lambda c: c.item == barcode)
        row = connection.execute(asked).first()
        return None if row is None else Shelved(*row)


def on_shelf(views: Views, branch: str, *, as_of: int | None = None) -> list[Shelved]:
    """What waits on the hold shelf of a branch, the first to expire first."""
    found = [copy for copy in set_aside(views, branch, as_of=as_of) if copy.until_us is not None]
    return sorted(found, key=lambda copy: (copy.until_us or 0, copy.item))


def to_clear(views: Views, branch: str, now_us: int) -> list[Overdue]:
    """
    What is to be taken off the hold shelf of a branch, by code and barcode.

    Expired by `now_us`; cancelled and not scanned since; or set aside for another branch, and not yet on its way.
    """
    now, past, item = CAPTURE_NOW.sql.c, CAPTURE_PAST.sql.c, ITEM_NOW.sql.c
    stands_here = and_(item.kind == "branch", item.ref == branch, item.loan.is_(None), item.transit.is_(None))
    waiting = (
        select(now.item, now.hold, now.pickup, now.code, now.until_us)
        .join(ITEM_NOW.sql, item.item == now.item)
        .where(stands_here, or_(and_(now.pickup == branch, now.until_us < now_us), now.pickup != branch))
    )
    # What was released and has not been scanned since still stands where it was.
    cancelled = (
        select(past.item, past.hold, past.code, past.until_us)
        .join(ITEM_NOW.sql, item.item == past.item)
        .where(
            stands_here,
            past.pickup == branch,
            past.until_us.is_not(None),
            past.ended == "cancelled",
            past.to_us == item.custody_us,
            item.capture.is_(None),
        )
    )
    with views.reading("custody") as connection:
        found = [
            Overdue(row.item, row.hold, "expired" if row.pickup == branch else "pickup-changed", row.code, row.until_us)
            for row in connection.execute(waiting)
        ]
        found += [
            Overdue(row.item, row.hold, "cancelled", row.code, row.until_us) for row in connection.execute(cancelled)
        ]
    return sorted(found, key=lambda copy: (copy.code or "", copy.item))


def set_aside(views: Views, pickup: str, *, as_of: int | None = None) -> list[Shelved]:
    """Every copy that is set aside for pickup at a branch, wherever it is, by barcode."""
    with views.reading("custody", as_of=as_of) as connection:
        asked = standing(CAPTURE_NOW, CAPTURE_PAST, _COLUMNS, as_of=as_of, where=lambda c: c.pickup == pickup)
        return sorted((Shelved(*row) for row in connection.execute(asked)), key=lambda copy: copy.item)
