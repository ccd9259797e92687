"""
The moment that a question is about, as an instant: what is overdue or expired depends on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from circulation.errors import Invalid
from interfaces.context import AtInstant, AtPosition, Session, parse_as_of
from interfaces.wiring import clock_of

if TYPE_CHECKING:
    from circulation.ledger import Ledger

__all__ = ["instant_asked", "position_meant"]


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


def position_meant(ledger: Ledger, text: str) -> int:
    """
    The position of a moment that stands behind a command: a number, or a time that is looked up in the log.

    Raises `Invalid` (`time.unreadable`, `position.ahead`).
    """
    moment = parse_as_of(text)
    if isinstance(moment, AtInstant):
        return ledger.position_at(moment.instant_us)
    head = ledger.head().position
    if moment.position > head:
        raise Invalid("position.ahead", as_of=moment.position, head=head)
    return moment.position
