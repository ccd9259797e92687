"""
The holds for whose copies nobody can say a day, because a suspension of the courier's service has no end yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from circulation.messages.catalogue import told
from circulation.service import Suspension, that_blocks
from circulation.service_words import suspended_words
from interfaces.backlog_commands import today_of
from interfaces.context import Session

if TYPE_CHECKING:
    from projections.holds import Queued

__all__ = ["without_a_day"]


def without_a_day(session: Session, holds: Iterable[Queued]) -> list[str]:
    """A sentence for each suspension without an end that lies on the way of a copy promised to one of the holds."""
    from projections import network

    held = [one for one in network.suspensions(session.part("views")) if one.last is None]
    if not held:
        return []
    courier, day = session.part("courier"), today_of(session)
    counted: Counter[Suspension] = Counter()
    for hold in holds:
        origin = hold.target_branch or hold.captured_branch
        blocked = that_blocks(held, courier.path(origin, hold.pickup, day), day) if origin else None
        if blocked is not None:
            counted[blocked] += 1
    return [told("hold.no-day", holds=count, suspended=suspended_words(one)) for one, count in counted.items()]
