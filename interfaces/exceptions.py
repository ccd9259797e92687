"""
Exceptions as rows for an auditor: who stepped out of the ordinary course, where, and for what reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from circulation.event import Event
from circulation.ledger import Ledger
from interfaces.hold_sentences import any_sentence_of
from logistics.plan import PlanDrafted
from projections.exceptions import WHAT, ExceptionRow

__all__ = ["SEALED", "reason_of", "rows_of"]

SEALED = "(sealed)"
_REASONS = ("why", "reason", "note", "code")
_AT_ONCE = 500


def rows_of(ledger: Ledger, found: Iterable[ExceptionRow]) -> Iterator[dict[str, object]]:
    """One row an exception, in their order."""
    rest = iter(found)
    for first in rest:
        some = list(chain((first,), islice(rest, _AT_ONCE - 1)))
        facts = ledger.facts_at([one.position for one in some])
        for one in some:
            fact = facts[one.position]
            yield {
                "position": fact.position,
                "happened_us": fact.happened_us,
                "what": WHAT[one.type],
                "actor": fact.actor,
                "desk": fact.desk or None,
                "reason": reason_of(fact.event),
                "sentence": any_sentence_of(fact),
                "type": one.type,
                "stream": fact.stream,
                "request": fact.request,
            }


def reason_of(event: Event) -> str | None:
    """The reason that an event gives; `(sealed)` where only its key opens it, None where it gives none."""
    if isinstance(event, PlanDrafted):
        return "; ".join(dict.fromkeys(one.because for one in event.accepted or ())) or None
    for name in _REASONS:
        given = getattr(event, name, None)
        if given:
            return SEALED if name == "why" and hasattr(event, "key") else str(given)
    return None
