"""
How often a copy that a hold was promised was then set aside for it, so that a forecast knows what a promise is worth.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, union_all

from projections.holds import HOLD_NOW, HOLD_PAST
from projections.views import Views

__all__ = ["promises_kept"]


def promises_kept(views: Views, *, since_us: int, as_of: int | None = None) -> tuple[int, int]:
    """
    How many promises that ended since then were kept, and how many were not; as known at `as_of`.

    One that a hold's own end, or its suspension, made useless counts as not kept: the copy did not set out.
    """
    past, now = HOLD_PAST.sql.c, HOLD_NOW.sql.c
    promised: Any = select(past.hold, past.to_pos, past.target).where(past.target.is_not(None), past.to_us >= since_us)
    set_aside: Any = union_all(
        *(select(c.hold, c.from_pos, c.captured).where(c.captured.is_not(None)) for c in (past, now))
    )
    with views.reading("holds", as_of=as_of) as connection:
        ended = connection.execute(promised if as_of is None else promised.where(past.to_pos <= as_of)).all()
        captured = {(hold, position): item for hold, position, item in connection.execute(set_aside)}
    kept = sum(captured.get((hold, position)) == item for hold, position, item in ended)
    return kept, len(ended) - kept
