"""Told after whatever changes hours or closures: the branches that do not open any more, and what holds there."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interfaces.context import Session
    from logistics.situation import Situation

__all__ = ["warn_of_never_open"]


def warn_of_never_open(session: Session, situation: Situation, day: date, *, scope: str = "all") -> None:
    """One warning that names the branches of a scope that have no open day from that day on; nothing if all have."""
    from circulation.never_open import never_open, never_open_warning

    calendar = situation.calendar
    theirs = {code: branch for code, branch in situation.branches.items() if scope in calendar.scopes(code)}
    if warning := never_open_warning(never_open(theirs, calendar, day), day):
        session.output.note(warning)
