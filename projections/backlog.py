"""
What waits to travel, journey by journey as far as journeys differ in age or in the last day of their hold.

Asked of transits, items and totes together like the demand board (`demand_board.py`), which adds ages up.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import null, select, union_all

from projections.asof import halves
from projections.catalogue import COPY
from projections.holds import wanted_until
from projections.locations import ITEM_NOW, ITEM_PAST
from projections.totes import FILLING_NOW, FILLING_PAST
from projections.transits import TRANSIT_NOW, TRANSIT_PAST
from projections.views import Views

__all__ = ["LyingItems", "lying"]


@dataclass(frozen=True, slots=True, order=True)
class LyingItems:
    """So many items that are alike; see `logistics.backlog.Lying`."""

    kind: str
    place: str
    destination: str
    reason: str
    item_type: str
    filling: str | None
    opened_us: int
    wanted_until: str | None
    items: int


def lying(views: Views, *, as_of: int | None = None) -> list[LyingItems]:
    """Everything that is to travel and has not arrived, wherever it is, by place, destination and age."""
    days = wanted_until(views, as_of=as_of)
    counted: Counter[tuple[Any, ...]] = Counter()
    with views.reading("custody", "totes", "catalogue", as_of=as_of) as connection:
        for *alike, hold in connection.execute(_waiting(as_of)):
            counted[(*alike, days.get(hold))] += 1
    found = [LyingItems(*alike, items) for alike, items in counted.items()]  # type: ignore[call-arg]
    return sorted(found, key=lambda one: (one.place, one.destination, one.opened_us, repr(one)))


def _waiting(as_of: int | None) -> Any:
    copy = COPY.sql
    asked = []
    for transit, under_way in halves(TRANSIT_NOW, TRANSIT_PAST, as_of):
        journey = (transit.c.destination, transit.c.reason, copy.c.item_type)
        for item, there in halves(ITEM_NOW, ITEM_PAST, as_of):
            asked.append(
                select(item.c.kind, item.c.ref, *journey, null().label("filling"), transit.c.opened_us, transit.c.hold)
                .join(item, item.c.item == transit.c.item)
                .join(copy, copy.c.item == transit.c.item)
                .where(item.c.kind == "branch", *under_way, *there)
            )
            for filling, then in halves(FILLING_NOW, FILLING_PAST, as_of):
                asked.append(
                    select(
                        filling.c.kind, filling.c.place, *journey,
                        filling.c.filling, transit.c.opened_us, transit.c.hold,
                    )
                    .join(item, item.c.item == transit.c.item)
                    .join(copy, copy.c.item == transit.c.item)
                    .join(filling, filling.c.filling == item.c.ref)
                    .where(item.c.kind == "filling", filling.c.kind != "nowhere", *under_way, *there, *then)
                )  # fmt: skip
    return union_all(*asked)
