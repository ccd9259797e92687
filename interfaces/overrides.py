"""
The rules that were overridden, with their reasons opened for whoever may read them.
"""

from __future__ import annotations

from collections.abc import Iterator

from circulation.event import Fact
from circulation.hold import HoldPlaced
from circulation.item import ItemLent, LoanRenewed
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.override import RuleOverridden

__all__ = ["COLUMNS", "overridden"]

COLUMNS = ("position", "happened_us", "rule", "item", "loan", "hold", "actor", "desk", "why")
_AT_ONCE = 500


def overridden(ledger: Ledger, keyring: Keyring, *, upto: int | None = None) -> Iterator[dict[str, object]]:
    """One row for each rule that was passed, oldest first; `why` is None once the loan or hold is forgotten."""
    after = 0
    while facts := ledger.facts(after=after, limit=_AT_ONCE, types=("RuleOverridden",), upto=upto):
        for fact in facts:
            yield _row(ledger, keyring, fact)
        after = facts[-1].position


def _row(ledger: Ledger, keyring: Keyring, fact: Fact) -> dict[str, object]:
    event = fact.event
    if not isinstance(event, RuleOverridden):
        raise TypeError(type(event).__name__)
    loan, hold = _what_for(ledger, fact)
    return {
        "position": fact.position,
        "happened_us": fact.happened_us,
        "rule": event.rule,
        "item": fact.stream.removeprefix("item/") if fact.stream.startswith("item/") else "",
        "loan": loan,
        "hold": hold,
        "actor": fact.actor,
        "desk": fact.desk,
        "why": keyring.unseal(event.key, event.why, context=f"{loan or hold} override"),
    }


def _what_for(ledger: Ledger, fact: Fact) -> tuple[str, str]:
    """The loan or the hold for which the rule was passed: what follows on the stream in the same append."""
    for later in ledger.stream(fact.stream, after=fact.version):
        if isinstance(later.event, ItemLent | LoanRenewed):
            return later.event.loan, ""
        if isinstance(later.event, HoldPlaced):
            return "", later.event.hold
    return "", ""
