"""
Where in the log somebody stepped out of the ordinary course: what an auditor looks through, by person and reason.

Only positions are kept. Who did it, where and why is read from the events themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import select

from projections.projection import Projection, Seen
from projections.table import trail
from projections.views import Views
from projections.working import Working

__all__ = ["EXCEPTIONS", "WHAT", "ExceptionRow", "exceptions"]

WHAT: Mapping[str, str] = {
    "RuleOverridden": "override",
    "ScanUndone": "undone",
    "SessionCorrectionBegun": "correction",
    "LateScanRecorded": "late",
    "PlanDrafted": "broken rule",
    "PlanPublished": "plan",
    "PlanWithdrawn": "plan",
    "MoveRequested": "move",
    "MoveCancelled": "move",
    "ItemDeclaredLost": "written off",
    "ItemWithdrawn": "written off",
    "LoanClosedMissing": "written off",
    "LostItemPaid": "written off",
    "ToteDeclaredLost": "written off",
    "ItemRestored": "restored",
    "LoanClaimRejected": "claim",
    "DiscrepancyClosed": "closed by hand",
    "UnknownCodeClosed": "closed by hand",
    "ForeignItemClosed": "closed by hand",
    "ToteFoundUnsealed": "broken seal",
    "LoanRecalled": "recall",
    "LoanRecallWithdrawn": "recall",
    "ClosureDeclared": "rules",
    "ClosureWithdrawn": "rules",
    "LoanRuleSet": "rules",
    "LoanRuleRemoved": "rules",
    "TransferLimitSet": "rules",
    "TransferLimitRemoved": "rules",
    "FloatingGroupSet": "rules",
    "FloatingGroupRemoved": "rules",
    "FloatLimitSet": "rules",
    "FloatLimitRemoved": "rules",
    "ActorRegistered": "staff",
    "RoleGiven": "staff",
    "ActorRetired": "staff",
    "PatronBlocked": "patron",
    "PatronUnblocked": "patron",
    "PatronForgotten": "privacy",
    "PersonalDataRead": "unsealing",
    "LegalHoldPlaced": "privacy",
    "LegalHoldLifted": "privacy",
    "RetentionSet": "privacy",
}
"""By event type, what kind of exception it is."""


class ExceptionRow(NamedTuple):
    """One such event."""

    position: int
    type: str
    stream: str
    happened_us: int


EXCEPTION = trail("exception", ExceptionRow, indexes=[("position",)])


def exceptions(
    views: Views, *, after: int = 0, upto: int | None = None, what: Collection[str] = (), as_of: int | None = None
) -> list[ExceptionRow]:
    """The exceptions behind one position and up to another, in the order of the log; only of some kinds, if given."""
    c = EXCEPTION.sql.c
    asked = select(EXCEPTION.sql).where(c.position > after).order_by(c.position)
    for last in (upto, as_of):
        if last is not None:
            asked = asked.where(c.position <= last)
    if what:
        asked = asked.where(c.type.in_([kind for kind, one in WHAT.items() if one in what]))
    with views.reading("exceptions", as_of=as_of) as connection:
        return [ExceptionRow._make(row) for row in connection.execute(asked)]


def _noted(working: Working, seen: Seen) -> None:
    working[EXCEPTION].add(ExceptionRow(seen.position, seen.type, seen.stream, seen.happened_us))


def _drafted(working: Working, seen: Seen) -> None:
    """To draft is ordinary; to keep routes that break a rule is not."""
    if seen.data.get("accepted"):
        _noted(working, seen)


EXCEPTIONS = Projection("exceptions", 2, (EXCEPTION,), {**dict.fromkeys(WHAT, _noted), "PlanDrafted": _drafted})
