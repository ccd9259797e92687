"""
The part of an item that scans change: where it is, its loan, its journey, for whom it is set aside.

These pieces are state and payload at once: `ScanUndone` carries a whole `Custody` as a fact.
The facts themselves are in `item.py`.
"""

from __future__ import annotations

from typing import Literal

from circulation.event import part

__all__ = ["Capture", "Custody", "Known", "Loan", "Place", "Recall", "Transit", "TransitReason"]

TransitReason = Literal["home", "hold", "float", "rebalance", "manual"]
Known = Literal["scanned", "assumed"]


@part
class Place:
    """
    Where an item is: at a `branch`, in a `filling` of a tote, with a `patron`, or `nowhere` (missed).

    `ref` is the branch code or the filling (`T123/17`); it is empty for a patron and for nowhere.
    """

    kind: Literal["branch", "filling", "patron", "nowhere"]
    ref: str = ""
    known: Known = "scanned"


@part
class Recall:
    """A loan was shortened at `recalled_us`, for `hold` or by hand; before that it was due at `was_due_us`."""

    recalled_us: int
    was_due_us: int
    hold: str | None = None


@part
class Loan:
    """An open loan. `patron` is the sealed link under key `key`; nobody can read it from the log alone."""

    loan: str
    branch: str
    lent_us: int
    due_us: int
    renewals: int
    renewals_allowed: int
    rule: str
    key: int
    patron: str
    category: str
    patron_home: str
    row: str | None = None
    recall: Recall | None = None


@part
class Transit:
    """A journey that is wanted: it ends when the item is scanned at its destination."""

    transit: str
    origin: str
    destination: str
    reason: TransitReason
    hold: str | None = None
    opened_us: int
    row: str | None = None


@part
class Capture:
    """An item set aside for a hold; on the hold shelf at `pickup` once `until_us` is set."""

    hold: str
    pickup: str
    until_us: int | None = None
    code: str | None = None


@part
class Custody:
    """The part of an item that scans change, whole."""

    place: Place
    custody_us: int
    loan: Loan | None = None
    transit: Transit | None = None
    capture: Capture | None = None
    target: str | None = None
