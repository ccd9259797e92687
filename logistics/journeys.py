"""
The ways through the network at one moment, as an assignment weighs them: days by the vans' timetable, metres by road.

An item rides over its hub, so its kilometres are those of every leg and not the straight way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from circulation.branch import Branch
from circulation.calendar import local_day, zone_of
from logistics.assignment import Journey
from logistics.roads import Matrix
from logistics.ways import Ways

__all__ = ["NetworkJourneys"]

_MOST_LEGS = 12


class NetworkJourneys:
    """
    Implements `logistics.assignment.Journeys` for what is ready at `at_us`, microseconds UTC.

    `walks` says between which branches things are carried over on foot. A leg that `roads` does not know, such as a
    ferry's, counts no metres.
    """

    def __init__(
        self,
        ways: Ways,
        branches: Mapping[str, Branch],
        roads: Matrix,
        at_us: int,
        walks: Callable[[str, str], bool] = lambda _origin, _destination: False,
    ) -> None:
        self._ways = ways
        self._branches = branches
        self._roads = roads
        self._place = {code: number for number, code in enumerate(roads.codes)}
        self._at_us = at_us
        self._walks = walks

    def between(self, origin: str, destination: str) -> Journey | None:
        """See `Journeys`."""
        if origin == destination or self._walks(origin, destination):
            return Journey(0, 0, 0)
        arrives_us = self._ways.arrival(origin, destination, self._at_us)
        legs = None if arrives_us is None else self._legs(origin, destination)
        if arrives_us is None or legs is None:
            return None
        zone = zone_of(self._branches[destination].time_zone)
        days = (local_day(arrives_us, zone) - local_day(self._at_us, zone)).days
        return Journey(days, len(legs) - 1, self._metres(legs))

    def _legs(self, origin: str, destination: str) -> list[str] | None:
        places = [origin]
        while places[-1] != destination:
            hop = self._ways.next_hop(places[-1], destination, self._at_us)
            if hop is None or len(places) > _MOST_LEGS:
                return None
            places.append(hop)
        return places

    def _metres(self, legs: Sequence[str]) -> int:
        total = 0
        for origin, destination in pairwise(legs):
            row, column = self._place.get(origin), self._place.get(destination)
            if row is not None and column is not None:
                total += int(self._roads.metres[row, column])
        return total
