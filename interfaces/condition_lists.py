"""
Lists about the condition of copies: who said so and when, who had the copy last, who still looks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from circulation.clock import DAY_US
from circulation.condition_rules import CONDITIONS
from circulation.errors import Invalid
from circulation.transit_overdue import LaneLimit, lane_limit
from projections import conditions, loans, transits

if TYPE_CHECKING:
    from circulation.ledger import Ledger
    from projections.transits import Journey
    from projections.views import Views

__all__ = ["CONDITION_COLUMNS", "Overdue", "claimed_returned", "condition_rows", "long_overdue", "named", "overdue"]

CONDITION_COLUMNS = (
    "item", "what", "since_us", "said_at", "by", "code", "last", "last_us", "to_search", "photo",
)  # fmt: skip
_LANES_OF_US = 180 * DAY_US


def named(text: str | None) -> tuple[str, ...]:
    """The conditions named in a list such as `lost,missing`. Raises `Invalid` (`condition.unknown`)."""
    given = tuple(one.strip() for one in (text or "").split(",") if one.strip())
    for one in given:
        if one not in CONDITIONS:
            raise Invalid("condition.unknown", condition=one[:40], conditions=", ".join(CONDITIONS))
    return given


def condition_rows(ledger: Ledger, found: Sequence[conditions.Standing]) -> Iterator[dict[str, object]]:
    """The conditions as rows, with whoever said so."""
    for one in found:
        said = ledger.facts(after=one.from_pos - 1, limit=1)
        yield {
            "item": one.item,
            "what": one.what,
            "since_us": one.since_us,
            "said_at": one.at_branch or None,
            "by": said[0].actor if said else None,
            "code": one.code,
            "last": " ".join(part for part in (one.last_kind, one.last_place) if part) or None,
            "last_us": one.last_us,
            "to_search": list(one.to_search),
            "photo": one.photo,
        }


def claimed_returned(views: Views, *, as_of: int | None = None) -> set[str]:
    """The copies whose patrons say that they are back: they are not overdue."""
    found = conditions.conditions(views, what=("claimed-returned",), as_of=as_of)
    return {one.item for one in found}


def long_overdue(views: Views, *, due_before_us: int, branch: str | None = None) -> list[loans.OpenLoan]:
    """The open loans that were due before an instant and of which nothing was said yet, soonest due first."""
    said = {one.item for one in conditions.conditions(views) if one.kind == "absence"}
    found = loans.open_loans(views, branch=branch, due_before_us=due_before_us)
    return [loan for loan in found if loan.item not in said]


@dataclass(frozen=True, slots=True)
class Overdue:
    """A journey that takes longer than its lane's limit; `searching` says whether the copy is looked for already."""

    item: str
    origin: str
    destination: str
    reason: str
    opened_us: int
    days: int
    usual_days: int | None
    limit_days: int
    searching: bool
    limit: LaneLimit


def overdue(views: Views, *, now_us: int, branch: str | None = None) -> list[Overdue]:
    """The journeys that are overdue, the oldest first; with `branch` those from or to it."""
    lanes = conditions.lane_times(views, since_us=now_us - _LANES_OF_US)
    absent = {one.item for one in conditions.conditions(views) if one.kind == "absence"}
    found = []
    for journey in transits.open_transits(views):
        limit = lane_limit(lanes.get((journey.origin, journey.destination), {}))
        concerned = branch is None or branch in (journey.origin, journey.destination)
        if concerned and now_us > journey.opened_us + limit.limit_us:
            found.append(_overdue(journey, limit, now_us, searching=journey.item in absent))
    return found


def _overdue(journey: Journey, limit: LaneLimit, now_us: int, *, searching: bool) -> Overdue:
    return Overdue(
        journey.item,
        journey.origin,
        journey.destination,
        journey.reason,
        journey.opened_us,
        _days(now_us - journey.opened_us),
        None if limit.usual_us is None else _days(limit.usual_us),
        _days(limit.limit_us),
        searching,
        limit,
    )


def _days(span_us: int) -> int:
    """Whole days, at least the one that has begun."""
    return -(-span_us // DAY_US)
