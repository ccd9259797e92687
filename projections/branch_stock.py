"""
Which copies a branch may meet in the next days, and which titles somebody waits for: for its table without the network.
"""

from __future__ import annotations

from sqlalchemy import or_, select, union

from projections.catalogue import COPY
from projections.holds import HOLD_NOW
from projections.loans import LOAN_NOW
from projections.locations import ITEM_NOW
from projections.transits import TRANSIT_NOW
from projections.views import Views

__all__ = ["may_come_to", "titles_with_holds"]


def may_come_to(views: Views, branch: str) -> list[str]:
    """
    The barcodes of what belongs to a branch, is there, travels to or from it, or may be returned there, sorted.

    That is what was lent there, or to somebody whose home branch it is.
    """
    copy, item, loan, transit = COPY.sql.c, ITEM_NOW.sql.c, LOAN_NOW.sql.c, TRANSIT_NOW.sql.c
    asked = union(
        select(copy.item).where(copy.home == branch),
        select(item.item).where(item.ref == branch, item.kind == "branch"),
        select(loan.item).where(or_(loan.branch == branch, loan.patron_home == branch)),
        select(transit.item).where(or_(transit.destination == branch, transit.origin == branch)),
    )
    with views.reading("catalogue", "custody") as connection:
        return sorted(connection.execute(asked).scalars())


def titles_with_holds(views: Views) -> set[str]:
    """The titles that have an open hold."""
    with views.reading("holds") as connection:
        return set(connection.execute(select(HOLD_NOW.sql.c.title).distinct()).scalars())
