"""
Open loans and those that ended, with the due time that held in each interval.

The link to the patron is sealed here as in the log, and is not kept once a loan has ended.
How many loans a patron has is counted outside, by claims (`circulation/store/claims.py`).
The rows are folded in `custody.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import and_

from projections.asof import standing
from projections.table import keyed, trail
from projections.views import Views

__all__ = ["LOAN_NOW", "LOAN_PAST", "LoanNow", "LoanPast", "OpenLoan", "loan_of", "open_loans"]


class LoanNow(NamedTuple):
    """An open loan, since its due time was last set."""

    item: str
    loan: str
    branch: str
    lent_us: int
    due_us: int
    renewals: int
    renewals_allowed: int
    rule: str
    key_id: int
    patron: str
    category: str
    patron_home: str
    row_digest: str | None
    from_pos: int
    from_us: int


class LoanPast(NamedTuple):
    """A loan until it was renewed, returned, lent again or undone at `ended_branch`, or its due time was moved."""

    item: str
    loan: str
    branch: str
    lent_us: int
    due_us: int
    renewals: int
    rule: str
    category: str
    patron_home: str
    from_pos: int
    to_pos: int
    to_us: int
    ended: str
    ended_branch: str


LOAN_NOW = keyed("loan_now", LoanNow, indexes=[("due_us",), ("branch",)])
LOAN_PAST = trail("loan_past", LoanPast, indexes=[("item", "from_pos")])


@dataclass(frozen=True, slots=True)
class OpenLoan:
    """A loan that is open, or was at the position asked about."""

    item: str
    loan: str
    branch: str
    lent_us: int
    due_us: int
    renewals: int
    rule: str
    category: str
    patron_home: str


_COLUMNS = OpenLoan.__dataclass_fields__.keys()


def loan_of(views: Views, barcode: str, *, as_of: int | None = None) -> OpenLoan | None:
    """The open loan of a copy, if it is on loan."""
    with views.reading("custody", as_of=as_of) as connection:
        asked = standing(LOAN_NOW, LOAN_PAST, list(_COLUMNS), as_of=as_of, where=lambda c: c.item == barcode)
        row = connection.execute(asked).first()
        return None if row is None else OpenLoan(*row)


def open_loans(
    views: Views, *, branch: str | None = None, due_before_us: int | None = None, as_of: int | None = None
) -> list[OpenLoan]:
    """The open loans, soonest due first: those lent at a branch, or due before an instant, where given."""
    with views.reading("custody", as_of=as_of) as connection:
        asked = standing(
            LOAN_NOW,
            LOAN_PAST,
            list(_COLUMNS),
            as_of=as_of,
            where=lambda c: and_(
                True,
                *([c.branch == branch] if branch is not None else []),
                *([c.due_us < due_before_us] if due_before_us is not None else []),
            ),
        )
        loans = [OpenLoan(*row) for row in connection.execute(asked)]
        return sorted(loans, key=lambda loan: (loan.due_us, loan.item))
