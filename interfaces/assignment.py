"""
Proposals for every title that has a hold without a copy or a return that waits, and recording them.

What a whole network comes to is the sum over its titles, each of which is decided by itself (`logistics/proposal.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from circulation.clock import DAY_US

if TYPE_CHECKING:
    from circulation.assignment_desk import Assigned
    from circulation.command import Caller
    from circulation.desk import Desk
    from circulation.ledger import Ledger
    from logistics.proposal import HoldLine, Proposal
    from projections.views import Views

__all__ = ["Recorded", "Saving", "proposals", "record", "saving"]

_YEAR_US = 365 * DAY_US


def proposals(
    ledger: Ledger, views: Views, desk: Desk, *, at_us: int, bound_days: int, advance: Callable[[int, int], None]
) -> Iterator[Proposal]:
    """
    A proposal for every title with something to decide at an instant, by title.

    `advance` is told after each title how many are done, and of how many. Raises `Refused` (`roads.unreachable`).
    """
    from circulation.floating import FLOATING
    from circulation.folds import FLOATING_FOLD
    from logistics.assignment import Pricing
    from logistics.dispatcher import roads_of
    from logistics.journeys import NetworkJourneys
    from logistics.proposal import propose
    from logistics.situation import read_situation
    from projections import returns

    titles = returns.titles_to_assign(views, since_us=at_us - DAY_US)
    uses = returns.uses_of(views, titles, since_us=at_us - _YEAR_US)
    situation = read_situation(ledger)
    # Without measured roads none leads to an island.
    codes = sorted(c for c, b in situation.branches.items() if situation.courier.matrix or not b.island)
    roads = roads_of(situation, ledger.attachment)(codes)
    floating = ledger.load(FLOATING, FLOATING_FOLD).state
    walks = (lambda _here, _there: False) if floating is None or not floating.lanes else floating.walks
    pricing = Pricing(NetworkJourneys(situation.ways, situation.branches, roads, at_us, walks))
    for done, title in enumerate(titles, 1):
        found = desk.assignments.queue(title, at_us)
        if found.holds or found.copies:
            yield propose(
                found,
                pricing,
                at_us=at_us,
                uses=uses.get(title, {}),
                items_per_tote=situation.courier.items_per_tote,
                bound_days=bound_days,
            )
        advance(done, len(titles))


@dataclass(frozen=True, slots=True)
class Saving:
    """
    What deciding together saves against the soonest copy for one hold at a time, in all.

    `journeys` are items' journeys, `km` theirs by road with every detour over a hub, `days` those that readers wait
    less, among those who get a copy either way. `served` holds get a copy, of which `more` would have got none.
    `km_less` are kilometres to readers, against the copies that are promised now.
    """

    titles: int
    holds: int
    served: int
    more: int
    changes: int
    returns: int
    journeys: int
    km: int
    days: int
    micros: int
    km_less: int

    @property
    def sentence(self) -> str:
        """What is saved, for people."""
        return (
            f"Saving against the nearest copy for one hold at a time: {self.journeys} item-journeys, {self.km} km, "
            f"{self.days} days; against the copies that are promised now: {self.km_less} km on the way to readers."
        )


def saving(found: Sequence[Proposal]) -> Saving:
    """The sum over all proposals."""
    lines = [line for one in found for line in one.holds]
    return Saving(
        titles=len(found),
        holds=len(lines),
        served=sum(line.item is not None for line in lines),
        more=sum(line.item is not None and line.nearest is None for line in lines),
        changes=sum(_is_changed(line) for line in lines),
        returns=sum(len(one.returns) for one in found),
        journeys=sum(one.before.journeys - one.after.journeys for one in found),
        km=round(sum(one.before.metres - one.after.metres for one in found) / 1000),
        days=sum(line.days_saved or 0 for line in lines),
        micros=sum(one.before.micros - one.after.micros for one in found),
        km_less=round(sum(line.metres_less or 0 for line in lines) / 1000),
    )


def _is_changed(line: HoldLine) -> bool:
    return line.change in ("new", "another")


@dataclass(frozen=True, slots=True)
class Recorded:
    """Holds that were promised another copy, kept theirs, or were overtaken (`stale`); returns asked to be moved."""

    promised: int
    kept: int
    stale: int
    moves: int
    moves_refused: int


def record(desk: Desk, caller: Caller, found: Iterable[Proposal]) -> Recorded:
    """
    Record proposals: the promises title by title, then the moves of returns that are to do something else.

    Raises `Refused` (`actor.not-allowed`) for whoever is no coordinator.
    """
    from circulation.assignment_desk import Assigned
    from circulation.move_desk import Wanted

    total: Assigned = Assigned()
    wanted: list[Wanted] = []
    for one in found:
        if one.wanted:
            total += desk.assignments.assign(caller, one.title, one.wanted)
        wanted += [
            Wanted(line.item, line.to)
            for line in one.returns
            if line.choice in ("home", "stay") and line.choice != line.decided
        ]
    told = [
        came_of for _, came_of in desk.moves.request_all(caller, wanted, reason="rebalance", why="It costs less there.")
    ]
    moves = sum(came_of in ("requested", "was requested") for came_of in told)
    return Recorded(total.promised, total.kept, total.stale, moves, len(told) - moves)
