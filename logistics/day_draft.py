"""
The draft of a day from what the ledger and the projections know now: network, fleet, what waits, what is expected.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from circulation.ledger import Ledger
from logistics.backlog import Lying
from logistics.day_stops import PlanRequest
from logistics.demand import FillingRow, WaitingRow
from logistics.draft import Draft, PlanRules, RoadsBetween, draft
from logistics.expectation import DailyCount
from logistics.situation import Situation, read_situation

if TYPE_CHECKING:
    from logistics.roads import Matrix

__all__ = ["DayBoard", "draft_in", "draft_of_day", "roads_of"]


class DayBoard(Protocol):
    """What waits and what came, as projections know it."""

    def waiting(self) -> Sequence[WaitingRow]:
        """Everything that is to travel and has not arrived."""
        ...

    def lying(self) -> Sequence[Lying]:
        """The same by the age of each journey."""
        ...

    def fillings(self) -> Sequence[FillingRow]:
        """Every filling that has not ended."""
        ...

    def daily_counts(self, *, first: str, last: str) -> Sequence[DailyCount]:
        """The items that began to travel on each local day from `first` to `last` (`2026-11-24`)."""
        ...


def draft_of_day(
    ledger: Ledger, board: DayBoard, asked: PlanRequest, rules: PlanRules, at_us: int
) -> tuple[Situation, Draft]:
    """The network as it is read now, and the draft that it gives. Raises what `draft.draft` refuses."""
    situation = read_situation(ledger)
    return situation, draft_in(situation, board, ledger.attachment, asked, rules=rules, at_us=at_us)


def draft_in(
    situation: Situation,
    board: DayBoard,
    attachment: Callable[[str], bytes],
    asked: PlanRequest,
    *,
    rules: PlanRules,
    at_us: int,
) -> Draft:
    """The draft that a network gives as it was read, with its board. Raises what `draft.draft` refuses."""
    counts: Sequence[DailyCount] = ()
    if asked.collect == "expected" or asked.drain is not None:
        first = rules.expectation.first_day(asked.day)
        last = asked.day - timedelta(days=1)
        counts = board.daily_counts(first=first.isoformat(), last=last.isoformat())
    return draft(
        asked,
        situation,
        roads=roads_of(situation, attachment),
        rows=board.waiting(),
        fillings=board.fillings(),
        counts=counts,
        rules=rules,
        at_us=at_us,
        lying=() if asked.drain is None else board.lying(),
    )


def roads_of(situation: Situation, attachment: Callable[[str], bytes]) -> RoadsBetween:
    """Travel between places as the network has it: from the matrix that was attached, else estimated."""

    def between(codes: Sequence[str]) -> Matrix:
        from logistics.roads import Place, estimated_roads, linked_roads, matrix_of, read_links

        branches = [situation.branches[code] for code in codes]
        places = [Place(one.code, one.latitude_e6, one.longitude_e6, one.island) for one in branches]
        courier = situation.courier
        if courier.matrix is not None:
            links = read_links(attachment(courier.matrix))
            return matrix_of(linked_roads(places, links, provider=f"matrix {courier.matrix[:12]}"), codes)
        roads = estimated_roads(places, circuity_percent=courier.circuity_percent, speed_percent=courier.speed_percent)
        return matrix_of(roads, codes)

    return between
