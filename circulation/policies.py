"""
The rules that hold, read from a ledger for one decision at a time; what did not change is not worked out again.
"""

from __future__ import annotations

from dataclasses import dataclass

from circulation.branch import branch_stream
from circulation.folds import BRANCH, LOAN_RULES_FOLD, TRANSFER_LIMITS_FOLD
from circulation.item import Item
from circulation.ledger import Ledger
from circulation.policy import LOAN_RULES
from circulation.ruling import ANY, RuleBook, Ruling
from circulation.transfer_limits import TRANSFER_LIMITS, TransferLimit, TransferLimits, may_travel

__all__ = ["Journeys", "Policies"]


@dataclass(frozen=True, slots=True)
class Journeys:
    """The transfer limits on one day, with the members of branches where a limit must know them."""

    ledger: Ledger
    limits: TransferLimits
    day: str

    def denied(self, item: Item, origin: str, destination: str) -> TransferLimit | None:
        """The limit that forbids a copy this journey, None where it may travel."""
        return may_travel(
            self.limits,
            origin=origin,
            destination=destination,
            owner=item.owner,
            item_type=item.item_type,
            day=self.day,
            member_of=self._member_of,
        )

    def _member_of(self, code: str) -> str:
        branch = self.ledger.load(branch_stream(code), BRANCH).state
        return "" if branch is None else branch.member


class Policies:
    """Loan rules and transfer limits of one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._book: tuple[int, RuleBook] = (0, RuleBook({}))

    def book(self) -> RuleBook:
        """The loan rules as they are now."""
        loaded = self._ledger.load(LOAN_RULES, LOAN_RULES_FOLD)
        if loaded.version != self._book[0]:
            self._book = (loaded.version, RuleBook(loaded.state or {}))
        return self._book[1]

    def ruling(self, item: Item, *, category: str = ANY, branch: str, day: str) -> Ruling:
        """What holds for a copy, a patron category and a branch on a day."""
        return self.book().ruling(
            owner=item.owner, category=category, item_type=item.item_type, branch=branch, day=day
        )

    def journeys(self, day: str) -> Journeys:
        """The transfer limits as they are now, as they hold on a day."""
        return Journeys(self._ledger, self._ledger.load(TRANSFER_LIMITS, TRANSFER_LIMITS_FOLD).state or {}, day)
