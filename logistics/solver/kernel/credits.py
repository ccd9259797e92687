"""
What a tour saves because totes that may ride directly do: the credits whose origin precedes their destination.

Exact in both places where the search needs it. A tour is priced in O(stops + credits to its stops); in an insertion
the credits of the new stop change by one look-up from position to position.
"""

from __future__ import annotations

from logistics.solver.kernel.compile import compiled
from logistics.solver.kernel.day import Day, Ints

__all__ = ["credits_first", "credits_past", "earned"]


@compiled
def earned(day: Day, seen: Ints, ticket: int, tour: Ints, first: int, last: int) -> int:
    """
    Micros earned by the trip from position `first` to before `last` of a tour.

    `seen` (by place) marks with the fresh number `ticket` what was called at before.
    """
    total = 0
    for k in range(first, last):
        here = tour[k]
        for number in range(day.credits_of[here], day.credits_of[here + 1]):
            if seen[day.credits[number, 0]] == ticket:
                total += day.credits[number, 1]
        seen[here] = ticket
    return int(total)


@compiled
def credits_first(day: Day, place: int, tour: Ints, first: int, size: int) -> int:
    """Micros that a stop earns when it goes in before all others of the trip that begins at position `first`."""
    total = 0
    for k in range(first, size):
        if tour[k] >= day.places:
            break
        total += day.credit[place, tour[k]]
    return int(total)


@compiled
def credits_past(day: Day, place: int, other: int) -> int:
    """What it earns more when it goes in behind `other` and not before it."""
    return int(day.credit[other, place] - day.credit[place, other])
