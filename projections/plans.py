"""
The plans of each day: their revisions in numbers, and which of them holds.

The routes themselves stand in the log, on the plan's stream (`logistics/plan.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from projections.projection import Projection, Seen
from projections.table import keyed
from projections.views import Views
from projections.working import Working

__all__ = ["PLANS", "REVISION", "Revision", "plans"]


class RevisionRow(NamedTuple):
    """One drafted revision, and the positions between which it held."""

    plan: str
    revision: int
    day: str
    wave: str
    vans: int
    stops: int
    totes: int
    items: int
    metres: int
    drive_seconds: int
    cost_cents: int
    left_behind: int
    demand_position: int
    drafted_us: int
    from_pos: int
    published_us: int | None
    published_pos: int | None
    ended_pos: int | None


class Published(NamedTuple):
    """The revision of a plan that holds, 0 if none."""

    plan: str
    revision: int


REVISION = keyed("plan_revision", RevisionRow, key=2, indexes=[("day",)])
PUBLISHED = keyed("plan_published", Published)


@dataclass(frozen=True, slots=True)
class Revision:
    """
    A revision of a plan: `drafted`, `published` (it holds) or `replaced` (it held once).

    `demand_position` is the position of the log that its demand was read at.
    """

    plan: str
    revision: int
    day: str
    wave: str
    status: str
    vans: int
    stops: int
    totes: int
    items: int
    metres: int
    drive_seconds: int
    cost_cents: int
    left_behind: int
    demand_position: int
    drafted_us: int
    published_us: int | None


def plans(views: Views, *, day: str | None = None, plan: str | None = None, as_of: int | None = None) -> list[Revision]:
    """The revisions of the plans of a day, of one plan, or of all, in the order of plans and revisions."""
    table = REVISION.sql
    asked = select(table).order_by(table.c.plan, table.c.revision)
    if day is not None:
        asked = asked.where(table.c.day == day)
    if plan is not None:
        asked = asked.where(table.c.plan == plan)
    if as_of is not None:
        asked = asked.where(table.c.from_pos <= as_of)
    with views.reading("plans", as_of=as_of) as connection:
        return [_revision(RevisionRow._make(row), as_of) for row in connection.execute(asked)]


def _revision(row: RevisionRow, as_of: int | None) -> Revision:
    def has_come(position: int | None) -> bool:
        return position is not None and (as_of is None or position <= as_of)

    status = "drafted"
    if has_come(row.published_pos):
        status = "replaced" if has_come(row.ended_pos) else "published"
    return Revision(*row[:4], status, *row[4:14], published_us=row.published_us if status != "drafted" else None)


# --- folds ---------------------------------------------------------------------------------------------------------


def _drafted(working: Working, seen: Seen) -> None:
    data, totals = seen.data, seen.data["totals"]
    working[REVISION].put(
        RevisionRow(
            seen.subject, data["revision"], data["day"], data["wave"],
            totals["vans"], totals["stops"], totals["totes"], totals["items"], totals["metres"],
            totals["drive_seconds"], totals["cost_cents"], totals["left_behind"], data["inputs"]["position"],
            seen.happened_us, seen.position, None, None, None,
        )
    )  # fmt: skip


def _published(working: Working, seen: Seen) -> None:
    _end(working, seen)
    revision = seen.data["revision"]
    before = working[REVISION].get((seen.subject, revision))
    if before is None:
        raise TypeError(f"revision {revision} of {seen.stream} was published and never drafted")
    working[REVISION].put(before._replace(published_us=seen.happened_us, published_pos=seen.position, ended_pos=None))
    working[PUBLISHED].put(Published(seen.subject, revision))


def _end(working: Working, seen: Seen) -> None:
    holds = working[PUBLISHED].get(seen.subject)
    if holds is None:
        return
    before = working[REVISION].get((seen.subject, holds.revision))
    if before is not None:
        working[REVISION].put(before._replace(ended_pos=seen.position))
    working[PUBLISHED].drop(seen.subject)


PLANS = Projection(
    "plans",
    1,
    (REVISION, PUBLISHED),
    {"PlanDrafted": _drafted, "PlanPublished": _published, "PlanWithdrawn": _end},
)
