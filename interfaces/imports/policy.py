"""
Loan rules from a CSV file, one a row: what a cell does not say the rule leaves open.

A row without a first day holds from today on, and is passed over where the rule says just that already.
"""

from __future__ import annotations

from circulation.command import Caller
from circulation.errors import Invalid
from circulation.folds import LOAN_RULES_FOLD
from circulation.ledger import Ledger
from circulation.policy import LOAN_RULES, VALUES
from circulation.policy_changes import RuleChange
from circulation.policy_desk import PolicyDesk
from interfaces.imports.outcome import Outcome
from interfaces.imports.table import Table

__all__ = ["RULE_COLUMNS", "RULE_OPTIONAL", "import_rules"]

RULE_COLUMNS = ("rule",)
_SCOPE = ("owner", "category", "item_type", "branch")
_DATES = ("from", "until", "reason")
RULE_OPTIONAL = (*_SCOPE, *_DATES, *VALUES)
"""Scopes default to any; `holdable` and `floats` are yes or no, all other values numbers."""

_ANSWERS = {"yes": True, "no": False}
_YES_OR_NO = ("holdable", "floats")


def import_rules(desk: PolicyDesk, ledger: Ledger, caller: Caller, file: str, content: bytes) -> Outcome:
    """
    Take in the rules of a file, one command a row.

    Raises `Invalid` for a file that is no table with these columns, before anything is recorded.
    """
    outcome = Outcome()
    known = set(ledger.load(LOAN_RULES, LOAN_RULES_FOLD).state or {})
    table = Table(file, content, required=RULE_COLUMNS, optional=RULE_OPTIONAL, rejects=outcome.rejects.append)
    for row in table:
        told = dict(zip((*RULE_COLUMNS, *RULE_OPTIONAL), row.values, strict=True))
        with outcome.rejecting(row):
            values = {name: _value(name, told[name]) for name in VALUES if told[name]}
            change = RuleChange(
                rule=told["rule"],
                **{name: told[name] or "*" for name in _SCOPE},
                values=values,
                leave_open=tuple(name for name in VALUES if name not in values),
                from_day=told["from"] or None,
                until_day=told["until"] or None,
                reason=told["reason"] or None,
            )
            recorded = desk.set_rule(caller, change)
            outcome.count(known=change.rule in known, recorded=bool(recorded.facts))
            known.add(change.rule)
    return outcome


def _value(name: str, text: str) -> int | bool:
    if name in _YES_OR_NO and text.lower() in _ANSWERS:
        return _ANSWERS[text.lower()]
    if name not in _YES_OR_NO and text.isascii() and text.isdigit() and len(text) <= 6:
        return int(text)
    raise Invalid("rule.unreadable" if name in _YES_OR_NO else "rule.unreadable:number", column=name)
