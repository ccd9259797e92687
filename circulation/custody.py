"""
The part of an item that scans change: where it is, its loan, its journey, for whom it is set aside.

These pieces are state and payload at once: `ScanUndone` carries a whole `Custody` as a fact.
The facts themselves are in `item.py`.
"""

from __future__ import annotations

from typing import Literal

from circulation.event import part

__all__ = [
    "Absence",
    "AbsenceName",
    "Capture",
    "Custody",
    "Defect",
    "DefectName",
    "Handover",
    "Known",
    "Loan",
    "Move",
    "MoveReason",
    "Place",
    "Recall",
    "Transit",
    "TransitReason",
]

TransitReason = Literal["home", "hold", "float", "rebalance", "manual"]
MoveReason = Literal["home", "rebalance", "manual"]
Known = Literal["scanned", "assumed"]
DefectName = Literal["damaged", "incomplete", "withdrawn"]
AbsenceName = Literal[
    "missing",
    "lost",
    "long-overdue",
    "lost-and-paid",
    "claimed-returned",
    "claimed-never-had",
    "overdue-in-transit",
    "lost-in-transit",
    "transit-aborted",
]


@part
class Place:
    """
    Where an item is: at a `branch`, in a `filling` of a tote, with a `patron`, or `nowhere` (unknown).

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
    """A journey that is wanted: it ends when the item is scanned at its destination. `move` is whose it is, if any."""

    transit: str
    origin: str
    destination: str
    reason: TransitReason
    hold: str | None = None
    opened_us: int
    row: str | None = None
    move: str | None = None


@part
class Capture:
    """An item set aside for a hold; on the hold shelf at `pickup` once `until_us` is set."""

    hold: str
    pickup: str
    until_us: int | None = None
    code: str | None = None


@part
class Handover:
    """
    Somebody had the copy from `since_us` on: a `branch`, a `van`, a `patron`, or nobody that is known (`nowhere`).

    `place` is a branch or van code, empty otherwise; `filling` is the filling that it lay in, if it lay in one.
    """

    kind: Literal["branch", "van", "patron", "nowhere"]
    place: str = ""
    since_us: int
    filling: str | None = None


@part
class Defect:
    """What is wrong with the copy itself since `since_us`, as said at `at`; it stays until it is restored."""

    what: DefectName
    since_us: int
    at: str
    code: str | None = None
    photo: str | None = None


@part
class Absence:
    """
    Why the copy is not where it should be, since `since_us`, as said at `at`; whoever scans it ends it.

    `last` is who had it last; `to_search` are the branches that have not looked for it yet.
    """

    what: AbsenceName
    since_us: int
    at: str
    last: Handover | None = None
    to_search: tuple[str, ...] = ()


@part
class Move:
    """Somebody wants the item at `to`, until the day `stay_until` or only until it has arrived (`move.py`)."""

    move: str
    to: str
    reason: MoveReason
    why: str
    requested_us: int
    stay_until: str | None = None


@part
class Custody:
    """
    The part of an item that scans change, whole.

    Every fact of where a copy is ends its absence, so that a copy is never lost and somewhere (case 39).
    `away_since_us` is when it was first seen at a branch that is not its home, since it was last seen there;
    `moves` are wanted by hand, the first one holds.
    """

    place: Place
    custody_us: int
    loan: Loan | None = None
    transit: Transit | None = None
    capture: Capture | None = None
    target: str | None = None
    defect: Defect | None = None
    absence: Absence | None = None
    away_since_us: int | None = None
    moves: tuple[Move, ...] | None = None
