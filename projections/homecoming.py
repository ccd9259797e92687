"""
What has to travel when a member leaves: its copies that are elsewhere, and other members' copies at its branches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import and_, or_, select

from circulation.errors import Unknown
from projections.catalogue import COPY
from projections.locations import ITEM_NOW
from projections.network import branches
from projections.views import Views

__all__ = ["Homecomer", "homecomers"]


@dataclass(frozen=True, slots=True)
class Homecomer:
    """
    A copy that is not where it must be. `whose` is `own` (the member's) or `others` (lying at its branches).

    `kind` and `place` are where it is: `branch`, `filling`, `patron` or `nowhere`, as its own stream knows it.
    """

    item: str
    whose: Literal["own", "others"]
    owner: str
    home: str
    kind: str
    place: str


def homecomers(views: Views, member: str) -> Iterator[Homecomer]:
    """
    The member's copies that are not at a branch of its own, then others' copies that are, by barcode.

    Copies on loan and in totes are elsewhere too. A copy whose home is a place of the member stays there, whoever
    owns it. Raises `Unknown` (`member.unknown`) for a member that never had a branch.
    """
    theirs = sorted(code for code, place in branches(views).items() if place.member == member)
    if not theirs:
        raise Unknown("member.unknown:import", member=member[:60])
    copy, item = COPY.sql.c, ITEM_NOW.sql.c
    asked = select(copy.item, copy.owner, copy.home, item.kind, item.ref).join(ITEM_NOW.sql, item.item == copy.item)
    at_theirs = and_(item.kind == "branch", item.ref.in_(theirs))
    wanted = or_(
        and_(copy.owner == member, ~at_theirs),
        and_(copy.owner != member, at_theirs, copy.home.not_in(theirs)),
    )
    with views.reading("custody", "catalogue") as connection:
        rows = connection.execute(asked.where(wanted).order_by(copy.owner != member, copy.item)).all()
    for row in rows:
        yield Homecomer(row.item, "own" if row.owner == member else "others", row.owner, row.home, row.kind, row.ref)
