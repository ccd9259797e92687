"""
Where a driver gets out: stops of a plan that follow each other at one door are one call.

A branch may have two stops on one day, and what is taken over from a van that does not go on is a stop for each
branch that it is for. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

__all__ = ["Door", "calls_at", "stops_made"]

Door = tuple[str, str | None]
"""A branch, or at that branch the van from which totes are taken over."""


def calls_at(doors: Sequence[Door], reloads_after: Collection[int] = ()) -> list[tuple[int, ...]]:
    """
    The stops of a tour (by their place in it) as calls, in order; `doors` are those of the stops.

    Between two trips the van was at its hub: after so many stops each, `reloads_after` says.
    """
    found: list[tuple[int, ...]] = []
    for place, door in enumerate(doors):
        if place and place not in reloads_after and doors[place - 1] == door:
            found[-1] = (*found[-1], place)
        else:
            found.append((place,))
    return found


def stops_made(doors: Sequence[Door], reloads_after: Collection[int] = ()) -> int:
    """How many calls at branches a tour makes; taking over what is on another van is none."""
    return sum(doors[call[0]][1] is None for call in calls_at(doors, reloads_after))
