"""
The moment that a question is about, as an instant: what is overdue or expired depends on it.
"""

from __future__ import annotations

from interfaces.context import AtInstant, AtPosition, Session
from interfaces.wiring import clock_of

__all__ = ["instant_asked"]


def instant_asked(session: Session) -> int:
    """Microseconds UTC of `--as-of`, which may be a position of the log; now if it was not given."""
    ledger = session.part("ledger")
    match session.options.as_of:
        case AtInstant(instant_us=instant_us):
            return instant_us
        case AtPosition(position=position):
            facts = ledger.facts(after=position - 1, limit=1, upto=position) if position else []
            return facts[0].recorded_us if facts else 0
        case _:
            return clock_of(ledger)()
