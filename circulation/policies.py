"""
The rules that hold, read from a ledger for one decision at a time; what did not change is not worked out again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from circulation.branch import branch_stream
from circulation.folds import BRANCH, LOAN_RULES_FOLD, TRANSFER_LIMITS_FOLD
from circulation.item import Item
from circulation.ledger import Ledger
from circulation.policy import LOAN_RULES
from circulation.ruling import ANY, RuleBook, Ruling
from circulation.transfer_limits import TRANSFER_LIMITS, TransferLimit, TransferLimits, may_travel

__all__ = ["Bar", "DayRules", "Policies"]


@dataclass(frozen=True, slots=True)
class Bar:
    """What keeps a copy from a hold: the rule or transfer limit, and the reason that people are told."""

    by: str
    reason: str


class Policies:
    """Loan rules and transfer limits of one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._book: tuple[int, RuleBook] = (0, RuleBook({}))

    def on(self, day: str) -> DayRules:
        """The rules as they are now, for decisions of one day; they are read when something is asked of them."""
        return DayRules(self, day)

    def book(self) -> RuleBook:
        """The loan rules as they are now."""
        loaded = self._ledger.load(LOAN_RULES, LOAN_RULES_FOLD)
        if loaded.version != self._book[0]:
            self._book = (loaded.version, RuleBook(loaded.state or {}))
        return self._book[1]

    def limits(self) -> TransferLimits:
        """The transfer limits as they are now."""
        return self._ledger.load(TRANSFER_LIMITS, TRANSFER_LIMITS_FOLD).state or {}

    def member_of(self, code: str) -> str:
        """The member that a branch belongs to, or belonged to; empty for no branch."""
        branch = self._ledger.load(branch_stream(code), BRANCH).state
        return "" if branch is None else branch.member


class DayRules:
    """The rules of one day for one decision, so that the whole of it is taken by the same ones."""

    def __init__(self, policies: Policies, day: str) -> None:
        self._policies = policies
        self._day = day

    @cached_property
    def book(self) -> RuleBook:
        """The loan rules."""
        return self._policies.book()

    @cached_property
    def limits(self) -> TransferLimits:
        """The transfer limits."""
        return self._policies.limits()

    def ruling(self, item: Item | None, *, category: str = ANY, branch: str) -> Ruling:
        """What holds for a copy (None: for any), a patron category and a branch."""
        owner, item_type = (ANY, ANY) if item is None else (item.owner, item.item_type)
        return self.book.ruling(owner=owner, category=category, item_type=item_type, branch=branch, day=self._day)

    def denied(self, item: Item, origin: str, destination: str) -> TransferLimit | None:
        """The limit that forbids a copy this journey, None where it may travel."""
        return may_travel(
            self.limits,
            origin=origin,
            destination=destination,
            owner=item.owner,
            item_type=item.item_type,
            day=self._day,
            member_of=self._policies.member_of,
        )

    def bar(self, item: Item, *, category: str, pickup: str, origin: str) -> Bar | None:
        """What keeps a copy that is at `origin` from a hold of a patron category, None for nothing."""
        if not item.holdable:
            return Bar("its description", "It is not holdable.")
        if self.book.rules:
            ruling = self.ruling(item, category=category, branch=pickup)
            if not ruling.holdable:
                return Bar(ruling.by["holdable"], "Such copies are not holdable.")
        denied = self.denied(item, origin, pickup)
        return None if denied is None else Bar(denied.cited, denied.reason)
