"""What a given tour would cost a given van, or that it cannot drive it."""

from __future__ import annotations

from logistics.solver.kernel.clocks import Clocks, set_clocks
from logistics.solver.kernel.compile import compiled
from logistics.solver.kernel.day import Day, Ints
from logistics.solver.kernel.tours import Tours, price_tour

__all__ = ["IMPOSSIBLE", "judge"]

IMPOSSIBLE = -1


@compiled
def judge(day: Day, tours: Tours, clocks: Clocks, van: int, tour: Ints) -> int:
    """The cost in micros, or `IMPOSSIBLE`. `tours` and `clocks` are scratch: the van's row is overwritten."""
    size = len(tour)
    for k in range(size):
        place = tour[k]
        if day.only_hub[place] >= 0 and day.only_hub[place] != day.hub[van]:
            return IMPOSSIBLE
        tours.stop[van, k] = place
    tours.size[van] = size
    set_clocks(day, clocks, van, tours.stop[van], size)
    if clocks.load_after[van, 0] > day.totes[van]:
        return IMPOSSIBLE
    if day.weighed and clocks.heft_after[van, 0] > day.grams[van]:
        return IMPOSSIBLE
    if day.timed:
        rested = clocks.taken[van, size + 1] <= day.ends[van]
        resting = day.rest[van] > 0 and clocks.due[van, size + 1] <= day.rest_to[van]
        if not rested and not resting:
            return IMPOSSIBLE
    return price_tour(day, tours, clocks, van)
