"""
Which waiting holds a rule is about: what a change of it may mean for those who asked before it.
"""

from __future__ import annotations

from sqlalchemy import select

from circulation.policy import LoanRule
from projections.catalogue import COPY
from projections.holds import HOLD_NOW
from projections.network import loan_rules
from projections.views import Views

__all__ = ["standing_rule", "titles_of_rule"]


def standing_rule(views: Views, name: str) -> LoanRule | None:
    """The last version of a rule that says anything, None where there is no such rule."""
    versions = [version for version in loan_rules(views).get(name, ()) if not version.removed]
    return versions[-1] if versions else None


def titles_of_rule(views: Views, rule: LoanRule) -> list[str]:
    """The titles with waiting holds of the rule's patrons and pickup branch, and with a copy of its owner and type."""
    hold, copy = HOLD_NOW.sql.c, COPY.sql.c
    narrowed = [
        column == value
        for column, value in (
            (copy.owner, rule.owner),
            (hold.category, rule.category),
            (copy.item_type, rule.item_type),
            (hold.pickup, rule.branch),
        )
        if value != "*"
    ]
    asked = (
        select(hold.title)
        .join_from(HOLD_NOW.sql, COPY.sql, copy.title == hold.title)
        .where(hold.captured.is_(None), *narrowed)
        .distinct()
        .order_by(hold.title)
    )
    with views.reading("holds", "catalogue") as connection:
        return list(connection.execute(asked).scalars())
