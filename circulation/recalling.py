"""
Recalls: a loan is shortened because somebody waits and no copy is there. Pure decisions.

As Evergreen's hold-driven recalls: the borrower keeps a copy for the guaranteed days of the rule, counted from
the lending, and has its notice days from now to bring it, whichever is later. A recall moves nothing; the copy
travels when it has come back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from circulation.clock import iso
from circulation.custody import Loan
from circulation.errors import Refused
from circulation.item import Item, LoanRecalled, LoanRecallWithdrawn
from circulation.ruling import Ruling

__all__ = ["Recallable", "choose", "decide_recall", "decide_withdraw", "shortened"]

DueAt = Callable[[int, int], int]
"""From an instant and a number of days to the closing time at which a loan is due."""


@dataclass(frozen=True, slots=True)
class Recallable:
    """A copy on loan, what holds for it, and when it would be due if it were recalled now."""

    item: Item
    ruling: Ruling
    due_us: int


def shortened(loan: Loan, ruling: Ruling, at_us: int, due_at: DueAt) -> int:
    """When the loan would be due if it were recalled now: never before its guaranteed days and its notice are over."""
    guaranteed = due_at(loan.lent_us, ruling.guaranteed_days or 0)
    return max(guaranteed, due_at(at_us, ruling.recall_notice_days))


def choose(candidates: Iterable[Recallable]) -> Recallable | None:
    """
    The copy to recall for a hold: of those that a recall brings back sooner, the one that was lent first.

    A copy is not recalled by a rule without guaranteed days, nor twice. Among equals it is the lowest barcode.
    """
    found = [
        one
        for one in candidates
        if one.ruling.guaranteed_days is not None
        and one.item.custody.loan is not None
        and one.item.custody.loan.recall is None
        and one.due_us < one.item.custody.loan.due_us
    ]
    return min(found, key=lambda one: (_lent_us(one.item), one.item.barcode), default=None)


def _lent_us(item: Item) -> int:
    loan = item.custody.loan
    return 0 if loan is None else loan.lent_us


def decide_recall(recallable: Recallable, hold: str | None) -> LoanRecalled:
    """
    The fact of shortening the loan, for a hold or by hand.

    Raises `Refused`: `recall.not-on-loan`, `recall.already`, `recall.no-gain`.
    """
    item, ruling, due_us = recallable.item, recallable.ruling, recallable.due_us
    loan = item.custody.loan
    if loan is None:
        raise Refused("recall.not-on-loan", item=item.barcode)
    if loan.recall is not None:
        raise Refused("recall.already", item=item.barcode, recalled=iso(loan.recall.recalled_us), due=iso(loan.due_us))
    if due_us >= loan.due_us:
        raise Refused(
            "recall.no-gain",
            item=item.barcode,
            due=iso(due_us),
            loan_due=iso(loan.due_us),
            rule=ruling.by["guaranteed_days"],
            guaranteed_days=ruling.guaranteed_days or 0,
            notice_rule=ruling.by["recall_notice_days"],
            recall_notice_days=ruling.recall_notice_days,
        )
    return LoanRecalled(
        loan=loan.loan, due_us=due_us, was_due_us=loan.due_us, rule=ruling.by["guaranteed_days"], hold=hold
    )


def decide_withdraw(item: Item) -> LoanRecallWithdrawn:
    """
    The fact of taking a recall back: the loan is due when it was before.

    Raises `Refused`: `recall.not-on-loan`, `recall.none`.
    """
    loan = item.custody.loan
    if loan is None:
        raise Refused("recall.not-on-loan", item=item.barcode)
    if loan.recall is None:
        raise Refused("recall.none", item=item.barcode)
    return LoanRecallWithdrawn(loan=loan.loan, due_us=loan.recall.was_due_us)
