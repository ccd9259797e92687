"""
What managers and auditors ask of a period: how long journeys took by lane, and who lent what to whom.

Times are those of happening. A journey counts in the period in which it arrived, a loan in the one in which it began.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import func, select, union

from circulation.clock import DAY_US
from projections.catalogue import COPY
from projections.loans import LOAN_NOW, LOAN_PAST
from projections.network import branches
from projections.transits import TRANSIT_PAST
from projections.views import Views

__all__ = ["SERVICE_LEVELS", "LaneTurnaround", "Lent", "net_lending", "turnaround"]

SERVICE_LEVELS = (7, 15, 30)
"""Days within which a journey should have ended (circulation reference, section 5, row 62)."""


@dataclass(frozen=True, slots=True)
class LaneTurnaround:
    """
    The journeys of a lane that arrived in a period. Percentiles are days, exact and of journeys that really took so
    long; `within_7`, `within_15` and `within_30` are the percentages that ended within so many days, rounded down.
    """

    origin: str
    destination: str
    journeys: int
    p50: float
    p90: float
    p95: float
    longest: float
    within_7: int
    within_15: int
    within_30: int


@dataclass(frozen=True, slots=True)
class Lent:
    """Loans that branches of `lent_by` gave of copies that `owner` owns, those the other way round, and the balance."""

    owner: str
    lent_by: str
    loans: int
    other_way: int
    net: int


def turnaround(
    views: Views, *, from_us: int, to_us: int, reason: str | None = None, by: tuple[str, ...] = ()
) -> list[LaneTurnaround]:
    """By lane how long journeys took, the busiest first; of one reason, if given, or from or to one of the branches."""
    c = TRANSIT_PAST.sql.c
    asked = select(c.origin, c.destination, c.to_us - c.opened_us).where(
        c.ended == "arrived", c.to_us >= from_us, c.to_us < to_us
    )
    if reason is not None:
        asked = asked.where(c.reason == reason)
    if by:
        asked = asked.where(c.origin.in_(by) | c.destination.in_(by))
    lanes: dict[tuple[str, str], list[int]] = defaultdict(list)
    with views.reading("custody") as connection:
        for origin, destination, took_us in connection.execute(asked):
            lanes[origin, destination].append(took_us)
    found = [_lane(*lane, np.array(times, dtype=np.int64)) for lane, times in lanes.items()]
    return sorted(found, key=lambda lane: (-lane.journeys, lane.origin, lane.destination))


def _lane(origin: str, destination: str, times: Any) -> LaneTurnaround:
    # A journey that took so long, not a mean of two.
    p50, p90, p95 = np.percentile(times, (50, 90, 95), method="inverted_cdf")
    within = [100 * int((times <= days * DAY_US).sum()) // len(times) for days in SERVICE_LEVELS]
    return LaneTurnaround(
        origin, destination, len(times), _days(p50), _days(p90), _days(p95), _days(times.max()), *within
    )


def _days(microseconds: Any) -> float:
    return round(float(microseconds) / DAY_US, 2)


def net_lending(views: Views, *, from_us: int, to_us: int) -> list[Lent]:
    """For each two members what one lent of the other's copies, by the owner; renewals do not count."""
    counted: Mapping[tuple[str, str], int] = _loans(views, from_us, to_us)
    return [
        Lent(owner, lent_by, loans, other := counted.get((lent_by, owner), 0), loans - other)
        for (owner, lent_by), loans in sorted(counted.items())
        if owner != lent_by
    ]


def _loans(views: Views, from_us: int, to_us: int) -> dict[tuple[str, str], int]:
    members = {code: branch.member for code, branch in branches(views).items()}
    copy = COPY.sql
    # UNION: the intervals of one loan are one loan.
    began = union(
        *(
            select(table.c.item, table.c.loan, table.c.branch).where(
                table.c.lent_us >= from_us, table.c.lent_us < to_us
            )
            for table in (LOAN_NOW.sql, LOAN_PAST.sql)
        )
    ).subquery()
    asked = (
        select(copy.c.owner, began.c.branch, func.count())
        .join(copy, copy.c.item == began.c.item)
        .group_by(copy.c.owner, began.c.branch)
    )
    found: dict[tuple[str, str], int] = defaultdict(int)
    with views.reading("custody", "catalogue") as connection:
        for owner, branch, loans in connection.execute(asked):
            found[owner, members.get(branch, branch)] += loans
    return dict(found)
