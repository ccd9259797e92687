"""What a given tour would cost a given van, or that it cannot drive it."""

from __future__ import annotations

from logistics.solver.kernel.clocks import DUE, HEFT_AFTER, LOAD_AFTER, NEVER, TAKEN, set_clocks
from logistics.solver.kernel.compile import compiled
from logistics.solver.kernel.day import (
    ENDS,
    GRAMS,
    HUB,
    MATE,
    ONLY_HUB,
    RELOAD,
    RELOADS,
    REST,
    REST_TO,
    SECOND,
    TOTES,
    Day,
    Ints,
)
from logistics.solver.kernel.rides import has_bounds, rides_fit
from logistics.solver.kernel.steady import is_called_by, keeps_order
from logistics.solver.kernel.tours import CLOCKED, SIZE, Tours, new_ticket, price_tour

__all__ = ["IMPOSSIBLE", "judge", "judge_all"]

IMPOSSIBLE = NEVER


@compiled
def judge(day: Day, scratch: Tours, van: int, tour: Ints) -> int:
    """The cost in micros, or `IMPOSSIBLE`; reloads are the van's own. The van's row of `scratch` is overwritten."""
    size, reloads = len(tour), 0
    for k in range(size):
        place = tour[k]
        if place >= day.places:
            if not 0 < k < size - 1 or tour[k - 1] >= day.places or reloads == day.van[van, RELOADS]:
                return IMPOSSIBLE
            reloads += 1
            scratch.stop[van, k] = day.van[van, RELOAD]
            continue
        if day.stop[place, ONLY_HUB] >= 0 and day.stop[place, ONLY_HUB] != day.van[van, HUB]:
            return IMPOSSIBLE
        if day.settled and not is_called_by(day, place, van):
            return IMPOSSIBLE
        scratch.stop[van, k] = place
    if not _pairs_are_whole(day, scratch, tour, size):
        return IMPOSSIBLE
    if day.ordered and not keeps_order(day, tour, size):
        return IMPOSSIBLE
    scratch.van[van, SIZE] = size
    clocks = scratch.clocks[van]
    set_clocks(day, clocks, van, scratch.stop[van], size)
    scratch.van[van, CLOCKED] = 1
    for k in range(size + 1):
        if k > 0 and tour[k - 1] < day.places:
            continue
        if clocks[k, LOAD_AFTER] > day.van[van, TOTES]:
            return IMPOSSIBLE
        if day.weighed and clocks[k, HEFT_AFTER] > day.van[van, GRAMS]:
            return IMPOSSIBLE
    if day.timed:
        rested = clocks[size + 1, TAKEN] <= day.van[van, ENDS]
        resting = day.van[van, REST] > 0 and clocks[size + 1, DUE] <= day.van[van, REST_TO]
        if not rested and not resting:
            return IMPOSSIBLE
    bounded = day.bounded and has_bounds(day, tour, size)
    if bounded and not rides_fit(day, scratch.work, scratch.at, van, scratch.stop[van], size):
        return IMPOSSIBLE
    return price_tour(day, scratch, van)


@compiled
def _pairs_are_whole(day: Day, scratch: Tours, tour: Ints, size: int) -> bool:
    """Whether of every pair both stops are called at on one trip, or none, and in their order."""
    ticket, riding = new_ticket(scratch), 0
    for k in range(size):
        if tour[k] >= day.places and riding > 0:
            return False
        mate = day.stop[tour[k], MATE]
        if mate >= 0 and day.stop[tour[k], SECOND] == 0:
            scratch.seen[tour[k]] = ticket
            riding += 1
        elif mate >= 0:
            if scratch.seen[mate] != ticket:
                return False
            riding -= 1
    return riding == 0


@compiled
def judge_all(day: Day, scratch: Tours, vans: Ints, cells: Ints, verdicts: Ints) -> None:
    """The same for every tour in `cells` (size, places…, size, …) and each of `vans`, into `verdicts` (tour, van)."""
    at = 0
    for number in range(verdicts.shape[0]):
        size = cells[at]
        for choice in range(len(vans)):
            verdicts[number, choice] = judge(day, scratch, vans[choice], cells[at + 1 : at + 1 + size])
        at += size + 1
