"""
Pins and stability in the search: who may call, in which order, and what differs from the usual routes.

The price of another van is one number for a stop and a van, the price of another neighbour changes with an insertion
at the stop itself and at the next usual stop behind it: both are exact. The price of another time is not seen here.
"""

from __future__ import annotations

from logistics.solver.kernel.clocks import NEVER
from logistics.solver.kernel.compile import compiled
from logistics.solver.kernel.day import FIRST, UNUSUAL, Day, Ints

__all__ = ["is_called_by", "keeps_order", "moved_neighbours", "neighbours_with", "sooner_and_later", "unrest"]


@compiled
def is_called_by(day: Day, place: int, van: int) -> bool:
    """Whether the pins let the van call."""
    return bool(day.change[place, van] < NEVER)


@compiled
def unrest(day: Day, van: int, tour: Ints, size: int) -> int:
    """Micros for the stops of a tour that usually ride with another van or come behind another stop."""
    total = moved_neighbours(day, tour, size)
    for k in range(size):
        total += day.change[tour[k], van]
    return int(total)


@compiled
def moved_neighbours(day: Day, tour: Ints, size: int) -> int:
    """Micros for the stops of a tour that usually come behind another stop."""
    total, behind = 0, FIRST
    for k in range(size):
        place = tour[k]
        if day.usual[place] != UNUSUAL:
            if day.usual[place] != behind:
                total += day.neighbour
            behind = place
    return int(total)


@compiled
def neighbours_with(day: Day, tour: Ints, size: int, k: int, behind: int, place: int) -> int:
    """Micros that `place` adds behind position `k`, where `behind` is the last usual stop of the tour (or FIRST)."""
    if day.usual[place] == UNUSUAL:
        return 0
    total = day.neighbour if day.usual[place] != behind else 0
    for later in range(k, size):
        usual = day.usual[tour[later]]
        if usual != UNUSUAL:
            if usual != place:
                total += day.neighbour
            if usual != behind:
                total -= day.neighbour
            break
    return int(total)


@compiled
def sooner_and_later(day: Day, tour: Ints, size: int, place: int) -> tuple[int, int]:
    """Behind how many stops of the tour a pinned order lets `place` go in at the soonest and at the latest."""
    soonest, latest = 0, size
    for number in range(day.orders_of[place], day.orders_of[place + 1]):
        other, sign = day.orders[number, 0], day.orders[number, 1]
        for k in range(size):
            if tour[k] == other:
                if sign > 0:
                    latest = min(latest, k)
                else:
                    soonest = max(soonest, k + 1)
                break
    return soonest, latest


@compiled
def keeps_order(day: Day, tour: Ints, size: int) -> bool:
    """Whether a tour keeps every pinned order."""
    for k in range(size):
        place = tour[k]
        for number in range(day.orders_of[place], day.orders_of[place + 1]):
            if day.orders[number, 1] > 0:
                for sooner in range(k):
                    if tour[sooner] == day.orders[number, 0]:
                        return False
    return True
