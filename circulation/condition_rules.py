"""
Every condition that a copy can be in, as data: who says so and how, who takes it back and how, and what it stops.

There are two kinds. A *defect* is of the copy itself and stays through every scan until somebody restores it.
An *absence* says why the copy is not where it should be: the first scan anywhere ends it.
A copy has at most one of each, and an absence only while nobody has it (`custody.py`).
The facts are in `condition.py`, the decisions in `declaring.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from circulation.actor import Role
from circulation.custody import Custody

__all__ = ["CONDITIONS", "LOST", "NOTE_CODES", "ConditionRule", "counts_as", "fills_holds"]

_DESK = (Role.COORDINATOR, Role.DESK)
_ANYBODY = (Role.COORDINATOR, Role.DESK, Role.DRIVER)
_COORDINATOR = (Role.COORDINATOR,)
_ADMINISTRATOR: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionRule:
    """
    What holds for one condition. An administrator may always set and undo it.

    `counts` says whether a loan in this condition counts towards its patron's limit (None: it has no loan);
    `stops_overdue` whether it is overdue no longer.
    """

    what: str
    kind: Literal["defect", "absence"]
    set_by: tuple[Role, ...]
    set_with: str
    undone_by: tuple[Role, ...]
    undone_with: str
    fills_holds: bool
    lendable: bool
    on_scan: str
    counts: bool | None = None
    stops_overdue: bool = False


def _defect(what: str, set_by: tuple[Role, ...], set_with: str, undone_by: tuple[Role, ...]) -> ConditionRule:
    return ConditionRule(
        what,
        "defect",
        set_by,
        set_with,
        undone_by,
        "item restore",
        fills_holds=False,
        lendable=False,
        on_scan="it stays so; the copy fills no hold and goes to its home",
    )


def _absence(
    what: str,
    set_by: tuple[Role, ...],
    set_with: str,
    undone_by: tuple[Role, ...],
    *,
    undone_with: str = "a scan anywhere, or item restore",
    counts: bool | None = None,
    stops_overdue: bool = False,
) -> ConditionRule:
    return ConditionRule(
        what,
        "absence",
        set_by,
        set_with,
        undone_by,
        undone_with,
        fills_holds=False,
        lendable=False,
        on_scan="it ends: an open loan is closed, and the copy is routed like any other",
        counts=counts,
        stops_overdue=stops_overdue,
    )


CONDITIONS: Mapping[str, ConditionRule] = {
    rule.what: rule
    for rule in (
        _defect("damaged", _ANYBODY, "item condition", _DESK),
        _defect("incomplete", _ANYBODY, "item condition", _DESK),
        _defect("withdrawn", _COORDINATOR, "item withdraw", _ADMINISTRATOR),
        _absence("missing", _DESK, "item missing, hold missed, loan claim-expire", _DESK),
        _absence("lost", _DESK, "item lost", _COORDINATOR, counts=True),
        _absence("long-overdue", _COORDINATOR, "loan long-overdue", _COORDINATOR, counts=True),
        _absence("lost-and-paid", _DESK, "item paid", _COORDINATOR, counts=True),
        _absence(
            "claimed-returned",
            _DESK,
            "loan claim-returned",
            _COORDINATOR,
            undone_with="a scan anywhere, loan claim-reject, or item restore",
            counts=False,
            stops_overdue=True,
        ),
        _absence("claimed-never-had", _DESK, "loan claim-never-had", _COORDINATOR),
        _absence("overdue-in-transit", _COORDINATOR, "transit overdue --search", _DESK),
        _absence("lost-in-transit", _COORDINATOR, "transit declare-lost", _COORDINATOR),
        _absence("transit-aborted", _DESK, "transit abort", _DESK),
    )
}
"""The whole table; `branchline item rules` prints it. Its rows follow Evergreen (circulation reference, 1.1)."""

LOST = frozenset({"lost", "long-overdue", "lost-and-paid", "lost-in-transit"})
"""The absences whose end a fee system must hear of."""

NOTE_CODES = (
    "wet",
    "torn",
    "spine",
    "soiled",
    "written-in",
    "scratched",
    "case",
    "label",
    "pages-missing",
    "disc-missing",
    "parts-missing",
    "worn",
    "outdated",
    "surplus",
    "crushed",
    "other",
)
"""What may be said of a copy: codes, because free text could name somebody. `note.<code>` are their words."""


def fills_holds(custody: Custody) -> bool:
    """Whether the conditions of a copy let it fill a hold."""
    return all(
        CONDITIONS[condition.what].fills_holds
        for condition in (custody.defect, custody.absence)
        if condition is not None
    )


def counts_as(custody: Custody) -> Literal["loan", "claimed"] | None:
    """As what the copy's open loan counts among its patron's claims; None without a loan."""
    if custody.loan is None:
        return None
    absence = custody.absence
    return "claimed" if absence is not None and CONDITIONS[absence.what].counts is False else "loan"
