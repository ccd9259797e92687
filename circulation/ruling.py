"""
Which loan rule holds for a copy, a patron category and a branch on a day, and why: pure.

A rule for a named owner beats one for a named category, that one beats a named item type, and that one a named
branch. Each value comes from the most specific rule that sets it, so a ruling may name several rules.
A loan limit is counted over what its rule is for: each owner and item type has its own most specific limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from circulation.calendar import ClosedDay
from circulation.policy import VALUES, LoanRule, LoanRules, in_force

__all__ = ["ANY", "DEFAULTS", "Asked", "Considered", "LoanLimit", "RuleBook", "Ruling", "consider", "rule_on"]

ANY = "*"
_KEPT = 20_000
"""Rulings that a rule book remembers; a network of 330 branches asks for a few thousand a day."""


class Asked(NamedTuple):
    """What a ruling is about; `*` where nobody can say, which only rules for any fit."""

    owner: str
    category: str
    item_type: str
    branch: str
    day: str


@dataclass(frozen=True, slots=True)
class LoanLimit:
    """At most `most` open loans of that owner and item type (`*`: of any), by a rule."""

    owner: str
    item_type: str
    most: int
    rule: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """
    What holds, each value by the rule that `by` names; `floats` None leaves it to the copy's own description.

    `guaranteed_days` None means that a hold recalls no loan.
    """

    days: int
    renewals: int
    hold_limit: int
    shelf_days: int
    holdable: bool
    floats: bool | None
    age_protection_days: int
    guaranteed_days: int | None
    recall_notice_days: int
    closed_day: ClosedDay
    loan_limits: tuple[LoanLimit, ...]
    by: Mapping[str, str]

    @property
    def rule(self) -> str:
        """The rule that gives the loan its length, which a receipt names."""
        return self.by["days"]

    @property
    def renewals_rule(self) -> str | None:
        """The rule that says how often it may be renewed, where that is another one."""
        return None if self.by["renewals"] == self.rule else self.by["renewals"]


DEFAULTS: Mapping[str, Any] = {
    "days": 21,
    "renewals": 3,
    "loan_limit": 20,
    "hold_limit": 12,
    "shelf_days": 9,
    "holdable": True,
    "floats": None,
    "age_protection_days": 0,
    "guaranteed_days": None,
    "recall_notice_days": 7,
    "closed_day": "next-open",
}
"""What holds where no rule sets a value; receipts call it `default`."""


def rule_on(rules: LoanRules, asked: Asked) -> Ruling:
    """The ruling, with the rule behind each of its values."""
    chosen: dict[str, Any] = dict(DEFAULTS)
    by = dict.fromkeys(VALUES, "default")
    limits: dict[tuple[str, str], LoanLimit] = {}
    # The least specific first, so that a more specific one has the last word.
    for rule in reversed(_fitting(rules, asked)):
        for name, value in rule.values.items():
            chosen[name], by[name] = value, rule.cited
        if rule.loan_limit is not None:
            limits[rule.owner, rule.item_type] = LoanLimit(rule.owner, rule.item_type, rule.loan_limit, rule.cited)
    limits.setdefault((ANY, ANY), LoanLimit(ANY, ANY, DEFAULTS["loan_limit"], "default"))
    del chosen["loan_limit"]
    return Ruling(**chosen, loan_limits=tuple(limits.values()), by=by)


def _fitting(rules: LoanRules, asked: Asked) -> list[LoanRule]:
    """The rules that are in force and fit, the most specific first; of equals, which cannot be set, by name."""
    held = (in_force(versions, asked.day) for versions in rules.values())
    fitting = [rule for rule in held if rule is not None and not _misfit(rule, asked)]
    return sorted(fitting, key=lambda rule: (-_weight(rule), rule.rule))


def _weight(rule: LoanRule) -> int:
    """Owner before category before item type before branch, whatever else a rule names."""
    return sum((part != ANY) << (3 - place) for place, part in enumerate(rule.scope))


def _misfit(rule: LoanRule, asked: Asked) -> str:
    """Why a rule is not for this; empty where it is."""
    for what, wanted, given in zip(("owner", "category", "type", "branch"), rule.scope, asked[:4], strict=True):
        if wanted not in (ANY, given):
            return f"it is for {what} {wanted}"
    return ""


# --- why -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Considered:
    """One version of a rule, what it gave to the ruling (`days, renewals`), and why it gave no more."""

    rule: LoanRule
    gave: tuple[str, ...]
    why: str


def consider(rules: LoanRules, asked: Asked) -> list[Considered]:
    """Every version of every rule with what became of it: those that fit first, the most specific at the top."""
    ruling = rule_on(rules, asked)
    fitting = _fitting(rules, asked)
    counted = {limit.rule for limit in ruling.loan_limits}
    found = []
    for place, rule in enumerate(fitting):
        gave = tuple(
            name
            for name in rule.values
            if ruling.by[name] == rule.cited or (name == "loan_limit" and rule.cited in counted)
        )
        lost = [name for name in rule.values if name not in gave]
        beaten_by = ", ".join(sorted({ruling.by[name] for name in lost}))
        why = f"more specific for {', '.join(lost)}: {beaten_by}" if lost else ""
        found.append(
            Considered(rule, gave, why or ("the most specific that fits" if place == 0 else "it fills the rest"))
        )
    others = [rule for versions in rules.values() for rule in versions if rule not in fitting and not rule.removed]
    found += [Considered(rule, (), _why_not(rule, rules[rule.rule], asked)) for rule in others]
    return found


def _why_not(rule: LoanRule, versions: tuple[LoanRule, ...], asked: Asked) -> str:
    if rule.from_day > asked.day:
        return f"it holds from {rule.from_day}"
    if rule.until_day is not None and rule.until_day < asked.day:
        return f"it held until {rule.until_day}"
    held = in_force(versions, asked.day)
    if held is None:
        return "it was removed"
    if held != rule:
        return f"{held.cited} holds instead since {held.from_day}"
    return _misfit(rule, asked)


# --- remembered ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class RuleBook:
    """The rules at one version of their stream, with the rulings that were asked for already."""

    rules: LoanRules
    _known: dict[Asked, Ruling] = field(default_factory=dict)

    def ruling(self, *, owner: str, category: str, item_type: str, branch: str, day: str) -> Ruling:
        """The ruling for a copy, a patron category, a branch and a day; worked out once."""
        asked = Asked(owner, category, item_type, branch, day)
        known = self._known.get(asked)
        if known is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[asked] = rule_on(self.rules, asked)
        return known

    @property
    def recalls(self) -> bool:
        """Whether any rule lets a hold shorten a loan."""
        return any(rule.guaranteed_days is not None for versions in self.rules.values() for rule in versions)
