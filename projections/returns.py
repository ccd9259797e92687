"""
Returns that wait at a branch, and how often a title is used where: what a decision about all copies is made from.

Waiting is what is to go home or to float on and is in no tote or in an open one, and what floats and came in a short
while ago.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, func, or_, select, union_all

from projections.catalogue import COPY
from projections.holds import HOLD_NOW
from projections.loans import LOAN_NOW, LOAN_PAST
from projections.locations import ITEM_NOW
from projections.totes import FILLING_NOW
from projections.transits import TRANSIT_NOW
from projections.views import Views

__all__ = ["titles_to_assign", "uses_of"]

_TITLES_AT_ONCE = 400


def titles_to_assign(views: Views, *, since_us: int) -> list[str]:
    """The titles with a hold that has no copy, or with a return that waits or came in since that instant; sorted."""
    hold, item, copy, transit = HOLD_NOW.sql.c, ITEM_NOW.sql.c, COPY.sql.c, TRANSIT_NOW.sql.c
    wanted = select(hold.title).where(hold.captured.is_(None)).distinct()
    at_branch = item.kind == "branch"
    waits = and_(transit.reason.in_(("home", "float")), or_(at_branch, FILLING_NOW.sql.c.status == "open"))
    came_in = and_(at_branch, item.transit.is_(None), item.custody_us >= since_us, item.ref != copy.home)
    returned = (
        select(copy.title)
        .join(ITEM_NOW.sql, item.item == copy.item)
        .join(TRANSIT_NOW.sql, transit.item == copy.item, isouter=True)
        .join(FILLING_NOW.sql, FILLING_NOW.sql.c.filling == item.ref, isouter=True)
        .where(
            item.loan.is_(None),
            item.capture.is_(None),
            item.defect.is_(None),
            or_(waits, came_in),
        )
        .distinct()
    )
    with views.reading("holds", "custody", "catalogue", "totes") as connection:
        return sorted({row[0] for asked in (wanted, returned) for row in connection.execute(asked)})


def uses_of(views: Views, titles: Sequence[str], *, since_us: int) -> Mapping[str, Mapping[str, int]]:
    """By title and branch, how many loans of any of its copies began there since that instant; renewals are none."""
    copy = COPY.sql.c
    found: dict[str, dict[str, int]] = {}
    with views.reading("custody", "catalogue") as connection:
        for start in range(0, len(titles), _TITLES_AT_ONCE):
            some = titles[start : start + _TITLES_AT_ONCE]
            loans = union_all(
                *(
                    select(copy.title, table.c.branch, table.c.loan)
                    .join(table, table.c.item == copy.item)
                    .where(copy.title.in_(some), table.c.lent_us >= since_us)
                    for table in (LOAN_NOW.sql, LOAN_PAST.sql)
                )
            ).subquery()
            asked = select(loans.c.title, loans.c.branch, func.count(loans.c.loan.distinct())).group_by(
                loans.c.title, loans.c.branch
            )
            for title, branch, number in connection.execute(asked):
                found.setdefault(title, {})[branch] = number
    return found
