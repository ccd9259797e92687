"""
What a pull list leaves out while requests are suspended: copies that would wait for a van that does not come.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from circulation.branch import Branch
from circulation.calendar import local_day, zone_of
from circulation.messages.catalogue import told
from circulation.service import Suspension, that_blocks
from circulation.service_words import suspended_words
from interfaces.context import Session
from interfaces.moment import instant_asked

if TYPE_CHECKING:
    from projections.holds import PullRow

__all__ = ["that_may_travel"]


def that_may_travel(session: Session, branch: Branch, rows: list[PullRow]) -> list[PullRow]:
    """The rows whose way is open, as far as requests are not suspended on it; how many are left out is told."""
    from projections import network

    held = network.suspensions(session.part("views"), as_of=session.position)
    refusing = tuple(one for one in held if one.requests)
    if not refusing:
        return rows
    day = local_day(instant_asked(session), zone_of(branch.time_zone)).isoformat()
    courier = session.part("courier")
    left_out: Counter[Suspension] = Counter()
    kept = []
    for row in rows:
        blocked = that_blocks(refusing, courier.path(branch.code, row.pickup, day), day)
        if blocked is None:
            kept.append(row)
        else:
            left_out[blocked] += 1
    for suspension, copies in left_out.items():
        session.output.note(told("pull.left-out", copies=copies, suspended=suspended_words(suspension)))
    return kept
