"""
One published instance as its file states it: real distances and times, node numbers of its own.

Distance and time are one unit, as everywhere in this literature: a vehicle travels one a unit of time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Instance", "Node", "Ride", "distances_between"]


@dataclass(frozen=True, slots=True)
class Node:
    """
    A customer, or the depot with its opening time.

    `deliver` comes from the depot, `collect` goes to it. Service starts from `earliest` to `latest`, in the
    depot's case: vehicles leave and are back within the two. Its own service time is 0.
    """

    number: int
    deliver: int = 0
    collect: int = 0
    earliest: float = 0.0
    latest: float = math.inf
    service: float = 0.0


@dataclass(frozen=True, slots=True)
class Ride:
    """So much goes from one node to a later one of the same route."""

    first: int
    second: int
    amount: int


@dataclass(frozen=True)
class Instance:
    """
    What is minimised is the sum of `distance` over the arcs driven, with at most `vehicles` routes.

    `distance` has the depot first, then the customers in their order. `longest` bounds each route's distance
    plus its service times.
    """

    name: str
    vehicles: int
    capacity: int
    depot: Node
    customers: tuple[Node, ...]
    distance: tuple[tuple[float, ...], ...]
    rides: tuple[Ride, ...] = ()
    longest: float = math.inf

    @property
    def is_timed(self) -> bool:
        """Whether anything must happen early or late."""
        return any(node.earliest > 0 or node.latest < math.inf for node in (self.depot, *self.customers))


def distances_between(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, ...], ...]:
    """Euclidean distances in double precision."""
    return tuple(tuple(math.hypot(x - u, y - v) for u, v in points) for x, y in points)
