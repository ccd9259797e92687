"""
Branches at which nothing can end at closing time, because they have none (circulation reference, case 36).

That is not refused: a depot, a deposit collection and a branch under repair are real. What is lent there is due with
the last second of its day, a hold waits on the shelf in plain days, and a van calls in delivery hours only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from circulation.branch import Branch
from circulation.calendar import SEARCH_DAYS, Calendar

__all__ = ["never_open", "never_open_warning"]


def never_open(branches: Mapping[str, Branch], calendar: Calendar, day: date) -> list[str]:
    """The branches and mobile libraries with no open day within 400 days of a day, by code. Depots have no desk."""
    return sorted(
        code
        for code, branch in branches.items()
        if branch.kind != "depot" and not branch.retired and calendar.next_open_day(code, day) is None
    )


def never_open_warning(codes: list[str], day: date) -> str:
    """One sentence for a person; empty where every branch opens."""
    if not codes:
        return ""
    named = ", ".join(codes[:8]) + (f" and {len(codes) - 8} more" if len(codes) > 8 else "")
    return (
        f"No open day within {SEARCH_DAYS} days of {day}: {named}. Loans made there are due with the last second of "
        "their day, holds wait on the shelf in plain days, and vans call in delivery hours only."
    )
