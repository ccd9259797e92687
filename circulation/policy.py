"""
Loan rules as data, on the stream `policy/loans`: their versions, and which of them is in force on a day.

A rule says for whom it is (`*` stands for any) and sets some values; what it leaves open is filled from the next
most specific rule (`ruling.py`), as Evergreen's circulation matrix falls through. A change is a new version with
the day from which it holds, so that both questions can be answered: which rule held on 3 May, and which did we
believe on 1 May (the fold of the log up to there).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from circulation.calendar import ClosedDay, local_day, zone_of
from circulation.event import Event, Fact, event
from circulation.words import worded

__all__ = [
    "LOAN_RULES",
    "VALUES",
    "Dated",
    "LoanRule",
    "LoanRuleRemoved",
    "LoanRuleSet",
    "LoanRules",
    "fold_loan_rules",
    "in_force",
    "utc_day",
]

LOAN_RULES = "policy/loans"
"""The stream of the loan rules."""

VALUES = (
    "days",
    "renewals",
    "loan_limit",
    "hold_limit",
    "shelf_days",
    "holdable",
    "floats",
    "age_protection_days",
    "guaranteed_days",
    "recall_notice_days",
    "closed_day",
)
"""The values that a rule may set, as its fields are called; a new one goes here, into both classes and `ruling.py`."""


# --- facts ---------------------------------------------------------------------------------------------------------


@worded("reason")
@event
class LoanRuleSet(Event):
    """
    A rule was set: a new version of it holds from the day `from_day` to `until_day`, both included.

    Without `from_day` (before rules had dates) it holds from the day on which it was recorded.
    `days` is the loan length, `renewals` how often it may be renewed, `loan_limit` how many loans of what the rule
    is for a patron may have open in the whole network, `hold_limit` how many holds, `shelf_days` how long a copy
    waits on the hold shelf; `holdable` and `floats` are about the copies; `age_protection_days` is how long a new
    copy stays with its own branch's patrons. A recall never makes a loan shorter than `guaranteed_days`, and leaves
    `recall_notice_days` to bring it; `closed_day` says what becomes of a due day on which the branch is shut.
    None leaves a value to the next rule; `branch` is the desk's or the pickup's.
    """

    rule: str
    owner: str = "*"
    category: str = "*"
    item_type: str = "*"
    days: int | None = None
    renewals: int | None = None
    loan_limit: int | None = None
    hold_limit: int | None = None
    shelf_days: int | None = None
    branch: str | None = None
    holdable: bool | None = None
    floats: bool | None = None
    age_protection_days: int | None = None
    guaranteed_days: int | None = None
    recall_notice_days: int | None = None
    closed_day: ClosedDay | None = None
    from_day: str | None = None
    until_day: str | None = None
    reason: str | None = None


@worded("reason")
@event
class LoanRuleRemoved(Event):
    """From that day on (without one: the day on which this was recorded) no earlier version of the rule holds."""

    rule: str
    from_day: str | None = None
    reason: str | None = None


# --- state ---------------------------------------------------------------------------------------------------------


class Dated(Protocol):
    """A version of something that holds from one day to another; one that is `removed` ends those before it."""

    @property
    def from_day(self) -> str:
        """The first day, as `2026-12-24`."""
        ...

    @property
    def until_day(self) -> str | None:
        """The last day, None for no end."""
        ...

    @property
    def removed(self) -> bool:
        """Whether this version says that nothing holds from its first day on."""
        ...


D = TypeVar("D", bound=Dated)


def in_force(versions: Iterable[D], day: str) -> D | None:
    """
    The version that holds on a day: of those that have begun and not ended, the one that began last.

    Of two that began on one day the later one holds, so that a correction is a version with the same first day.
    """
    found: D | None = None
    for version in versions:
        if version.removed:
            if version.from_day <= day:
                found = None
        elif (
            version.from_day <= day
            and (version.until_day is None or day <= version.until_day)
            and (found is None or version.from_day >= found.from_day)
        ):
            found = version
    return found


@dataclass(frozen=True, slots=True)
class LoanRule:
    """One version of a rule; see `LoanRuleSet` for the fields. A value that is None is left open."""

    rule: str
    version: int = 1
    owner: str = "*"
    category: str = "*"
    item_type: str = "*"
    branch: str = "*"
    from_day: str = ""
    until_day: str | None = None
    removed: bool = False
    days: int | None = None
    renewals: int | None = None
    loan_limit: int | None = None
    hold_limit: int | None = None
    shelf_days: int | None = None
    holdable: bool | None = None
    floats: bool | None = None
    age_protection_days: int | None = None
    guaranteed_days: int | None = None
    recall_notice_days: int | None = None
    closed_day: ClosedDay | None = None
    reason: str | None = None

    @property
    def cited(self) -> str:
        """How a receipt names it: the rule and its version, `dvd/2`."""
        return f"{self.rule}/{self.version}"

    @property
    def scope(self) -> tuple[str, str, str, str]:
        """Owner, category, item type and branch, the most telling first."""
        return (self.owner, self.category, self.item_type, self.branch)

    @property
    def values(self) -> dict[str, int | bool | str]:
        """What it sets, by name."""
        return {name: getattr(self, name) for name in VALUES if getattr(self, name) is not None}


LoanRules = Mapping[str, tuple[LoanRule, ...]]
"""Every rule by name with all its versions, oldest first."""


def fold_loan_rules(rules: LoanRules | None, fact: Fact) -> LoanRules:
    """The rules after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = rules or {}
    match fact.event:
        case LoanRuleSet() as told:
            versions = before.get(told.rule, ())
            version = LoanRule(
                rule=told.rule,
                version=len(versions) + 1,
                owner=told.owner,
                category=told.category,
                item_type=told.item_type,
                branch=told.branch or "*",
                from_day=told.from_day or utc_day(fact.happened_us),
                until_day=told.until_day,
                reason=told.reason,
                **{name: getattr(told, name) for name in VALUES},
            )
        case LoanRuleRemoved() as removed:
            versions = before.get(removed.rule, ())
            version = LoanRule(
                rule=removed.rule,
                version=len(versions) + 1,
                from_day=removed.from_day or utc_day(fact.happened_us),
                removed=True,
                reason=removed.reason,
            )
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about loan rules ({fact.stream})")
    return {**before, version.rule: (*versions, version)}


def utc_day(at_us: int) -> str:
    """The date in Greenwich at an instant, for rules whose day was not said."""
    return local_day(at_us, zone_of("UTC")).isoformat()
