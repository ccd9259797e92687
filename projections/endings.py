"""
What ends when: open loans and waits on the hold shelf, for whoever closes a branch (`circulation/closing.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import literal, select, union_all

from circulation.closing import Ending
from projections.hold_shelf import CAPTURE_NOW
from projections.loans import LOAN_NOW
from projections.views import Views

__all__ = ["EndingsOfViews"]


class EndingsOfViews:
    """Every open loan and every copy on a hold shelf, at the head of the log."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def between(self, first_us: int, last_us: int | None) -> Sequence[Ending]:
        """
        Loans that are due from one instant to another (None: ever after), and copies whose wait on the shelf
        touches that time.
        """
        loan, capture = LOAN_NOW.sql.c, CAPTURE_NOW.sql.c
        loans = select(literal("loan"), loan.loan, loan.branch, loan.lent_us, loan.due_us)
        shelf = select(literal("shelf"), capture.item, capture.pickup, capture.from_us, capture.until_us)
        loans, shelf = loans.where(loan.due_us >= first_us), shelf.where(capture.until_us >= first_us)
        if last_us is not None:
            loans, shelf = loans.where(loan.due_us <= last_us), shelf.where(capture.from_us <= last_us)
        with self._views.reading("custody") as connection:
            return sorted(
                (Ending(*row) for row in connection.execute(union_all(loans, shelf))),
                key=lambda ending: (ending.kind, ending.subject),
            )
