"""
Copies that are set aside for a hold: on their way to it, or on the hold shelf until a day.

This is the item's side of a capture; the queue of the title is in `holds.py`.
The rows are folded in `custody.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from projections.asof import standing
from projections.table import keyed, trail
from projections.views import Views

__all__ = ["CAPTURE_NOW", "CAPTURE_PAST", "CaptureNow", "CapturePast", "Shelved", "capture_of", "on_shelf", "set_aside"]


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


def set_aside(views: Views, pickup: str, *, as_of: int | None = None) -> list[Shelved]:
    """Every copy that is set aside for pickup at a branch, wherever it is, by barcode."""
    with views.reading("custody", as_of=as_of) as connection:
        asked = standing(CAPTURE_NOW, CAPTURE_PAST, _COLUMNS, as_of=as_of, where=lambda c: c.pickup == pickup)
        return sorted((Shelved(*row) for row in connection.execute(asked)), key=lambda copy: copy.item)
