"""
Where in a tour a stop goes best.

Each position is judged in constant time on the clocks and loads of the tour. The two best positions are
remembered with the tour's number: as long as the tour does not change, the next question costs one look-up.
Most tours do not change in most moves, so this is where the speed comes from.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from logistics.solver.kernel.clocks import NEVER, Clocks, first_start, set_clocks
from logistics.solver.kernel.compile import compiled
from logistics.solver.kernel.day import Day, Ints
from logistics.solver.kernel.tours import Tours

__all__ = ["Known", "look", "nothing_known"]


class Known(NamedTuple):
    """By place and van: for which tour it was computed, and the two best (extra micros, position)."""

    stamp: Ints
    cost: Ints
    position: Ints
    next_cost: Ints
    next_position: Ints


def nothing_known(day: Day) -> Known:
    """No insertion has been looked at yet."""
    shape = (day.places, day.vans)
    return Known(*(np.zeros(shape, np.int64) for _ in range(5)))


@compiled
def look(day: Day, tours: Tours, clocks: Clocks, known: Known, place: int, van: int) -> None:
    """Make sure that `known` holds the best positions of `place` in the present tour of `van`."""
    if known.stamp[place, van] == tours.stamp[van]:
        return
    known.stamp[place, van] = tours.stamp[van]
    known.cost[place, van] = NEVER
    known.next_cost[place, van] = NEVER
    if day.only_hub[place] >= 0 and day.only_hub[place] != day.hub[van]:
        return
    if not clocks.set[van]:
        set_clocks(day, clocks, van, tours.stop[van], tours.size[van])
    _scan(day, tours, clocks, known, place, van)


@compiled
def _scan(day: Day, tours: Tours, clocks: Clocks, known: Known, place: int, van: int) -> None:
    size, hub, tour = tours.size[van], day.hub[van], tours.stop[van]
    arc = day.arc[day.tariff[van]]
    deliver, collect = day.deliver[place], day.collect[place]
    load, before_max, after_max = clocks.load[van], clocks.load_before[van], clocks.load_after[van]
    room_out, room_back = day.totes[van] - deliver, day.totes[van] - collect
    extra = day.service[place] * day.per_second[van] + (day.fixed[van] if size == 0 else 0)
    best, best_at, second, second_at = NEVER, -1, NEVER, -1
    before = hub
    for k in range(size + 1):
        if before_max[k] > room_out:
            break
        after = tour[k] if k < size else hub
        cost = arc[before, place] + arc[place, after] + extra
        if size > 0:
            cost -= arc[before, after]
        if (
            cost < second
            and load[k] <= room_back
            and after_max[k + 1] <= room_back
            and (not day.weighed or _bears(day, clocks, place, van, k))
            and (not day.timed or _in_time(day, clocks, place, van, k, before, after))
        ):
            if cost < best:
                second, second_at = best, best_at
                best, best_at = cost, k
            else:
                second, second_at = cost, k
        before = after
    known.cost[place, van], known.position[place, van] = best, best_at
    known.next_cost[place, van], known.next_position[place, van] = second, second_at


@compiled
def _bears(day: Day, clocks: Clocks, place: int, van: int, k: int) -> bool:
    """The second measure of load, on every leg."""
    capacity, collect = day.grams[van], day.collect_grams[place]
    return (
        clocks.heft_before[van, k] + day.deliver_grams[place] <= capacity
        and clocks.heft[van, k] + collect <= capacity
        and clocks.heft_after[van, k + 1] + collect <= capacity
    )


@compiled
def _in_time(day: Day, clocks: Clocks, place: int, van: int, k: int, before: int, after: int) -> bool:
    """With the break behind it, ahead of it, or right before or right after it."""
    there, onwards = day.seconds[before, place], day.seconds[place, after]
    start = first_start(day, place, clocks.taken[van, k] + day.service[before] + there)
    leave = start + day.service[place]
    latest = clocks.taken_by[van, k + 1]
    if leave + onwards <= latest:
        return True
    rest = day.rest[van]
    if rest == 0:
        return False
    begin = clocks.due[van, k] + day.service[before]
    start = first_start(day, place, begin + there)
    leave = start + day.service[place]
    if leave + onwards <= clocks.due_by[van, k + 1]:
        return True
    if leave <= day.rest_to[van] and max(leave, day.rest_from[van]) + rest + onwards <= latest:
        return True
    if k > 0 and begin <= day.rest_to[van]:
        resumed = max(begin, day.rest_from[van]) + rest
        start = first_start(day, place, resumed + there)
        return start + day.service[place] + onwards <= latest
    return False
