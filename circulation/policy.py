"""
Loan rules as data, on the stream `policy/loans`: owner × patron category × item type → days, renewals, limits.

`*` stands for any. The most specific rule wins and the receipt names it; a rule for a named owner beats one for
a named category, which beats one for a named item type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from circulation.event import Event, Fact, event

__all__ = [
    "DEFAULT_RULE",
    "LOAN_RULES",
    "LoanRule",
    "LoanRuleRemoved",
    "LoanRuleSet",
    "find_rule",
    "fold_loan_rules",
]

LOAN_RULES = "policy/loans"
"""The stream of the loan rules."""


@event
class LoanRuleSet(Event):
    """
    A rule was set or replaced. `days` is the loan length, `renewals` how often it may be renewed,
    `loan_limit` and `hold_limit` how many a patron may have open in the whole network at once,
    `shelf_days` how long a copy waits on the hold shelf, `age_protection_days` how long a new copy stays with its
    owner's branches.
    """

    rule: str
    owner: str = "*"
    category: str = "*"
    item_type: str = "*"
    days: int
    renewals: int
    loan_limit: int
    hold_limit: int
    shelf_days: int
    age_protection_days: int | None = None


@event
class LoanRuleRemoved(Event):
    """A rule does not hold any more."""

    rule: str


@dataclass(frozen=True, slots=True)
class LoanRule:
    """One rule that holds; see `LoanRuleSet` for the fields."""

    rule: str
    owner: str
    category: str
    item_type: str
    days: int
    renewals: int
    loan_limit: int
    hold_limit: int
    shelf_days: int
    age_protection_days: int | None = None


DEFAULT_RULE = LoanRule(
    rule="default",
    owner="*",
    category="*",
    item_type="*",
    days=21,
    renewals=3,
    loan_limit=20,
    hold_limit=12,
    shelf_days=9,
)
"""What holds where no rule was set: three weeks, three renewals, 20 loans, 12 holds, nine days on the shelf."""


def fold_loan_rules(rules: Mapping[str, LoanRule] | None, fact: Fact) -> Mapping[str, LoanRule]:
    """The rules after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = rules or {}
    match fact.event:
        case LoanRuleSet() as r:
            rule = LoanRule(
                r.rule,
                r.owner,
                r.category,
                r.item_type,
                r.days,
                r.renewals,
                r.loan_limit,
                r.hold_limit,
                r.shelf_days,
                r.age_protection_days,
            )
            return {**before, r.rule: rule}
        case LoanRuleRemoved() as removed:
            return {name: rule for name, rule in before.items() if name != removed.rule}
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about loan rules ({fact.stream})")


def find_rule(rules: Mapping[str, LoanRule], *, owner: str, category: str, item_type: str) -> LoanRule:
    """The most specific rule that fits, by name among equals; `DEFAULT_RULE` where none does."""
    best: tuple[int, str] | None = None
    found = DEFAULT_RULE
    for rule in rules.values():
        if rule.owner not in ("*", owner) or rule.category not in ("*", category):
            continue
        if rule.item_type not in ("*", item_type):
            continue
        weight = 4 * (rule.owner != "*") + 2 * (rule.category != "*") + (rule.item_type != "*")
        if best is None or (-weight, rule.rule) < best:
            best, found = (-weight, rule.rule), rule
    return found
