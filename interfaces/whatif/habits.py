"""
How long things took in the record, for what is done in a run and was not done in truth.

A journey is late or early against the timetable by as much as the recorded one that is most like it. A promised copy is
pulled, and a hold shelf cleared, after as many staffed hours.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from statistics import median_low

from circulation.clock import HOUR_US
from circulation.item import (
    ItemArrived,
    ItemMissed,
    ItemPlacedOnHoldShelf,
    ItemReleased,
    ItemSetAside,
    ItemTargeted,
    TransitOpened,
)
from interfaces.whatif.deeds import Recorded
from interfaces.whatif.ground import Ground

__all__ = ["Habits", "Trip"]

_USUAL_US = HOUR_US
"""Where the record has no example."""


@dataclass(frozen=True, slots=True)
class Trip:
    """A journey from `origin` to `destination` that began at `opened_us`, for a hold or not."""

    origin: str
    destination: str
    opened_us: int
    for_hold: bool


class Habits:
    """
    What a period tells of its courier and its staff; `ground` is the network as it was known in the end.

    `under_way` are the journeys that the period began with, by their ids.
    """

    def __init__(self, recorded: Recorded, ground: Ground, under_way: Iterable[tuple[str, Trip]]) -> None:
        self._ground = ground
        self._trips: dict[Hashable, list[tuple[int, int]]] = defaultdict(list)
        self._pulled: dict[str, int] = {}
        cleared = list(self._noted(recorded, dict(under_way)))
        for trips in self._trips.values():
            trips.sort()
        self._pull_us = median_low(self._pulled.values()) if self._pulled else _USUAL_US
        self.clearing_us = median_low(cleared) if cleared else _USUAL_US

    def pulling_us(self, hold: str | None) -> int:
        """For how long staff were there before the copy that was promised to a hold was pulled, or usually."""
        return self._pulled.get(hold or "", self._pull_us)

    def lateness_us(self, journey: Trip) -> int:
        """By how much the recorded journey that is most like this one came later than by timetable (or earlier)."""
        opened_us = journey.opened_us
        for way in self._ways(journey):
            trips = self._trips.get(way)
            if trips:
                place = bisect_left(trips, (opened_us, 0))
                near = trips[max(0, place - 1) : place + 1]
                return min(near, key=lambda trip: abs(trip[0] - opened_us))[1]
        return 0

    def _ways(self, trip: Trip) -> Iterator[Hashable]:
        """From the very way to any, the ways that are less and less like it; what is for a hold is more urgent."""
        hub_of = self._ground.situation.ways.hub_of
        yield trip.for_hold, trip.origin, trip.destination
        yield trip.for_hold, "from the hub", hub_of(trip.origin), trip.destination
        yield trip.for_hold, "to", trip.destination
        yield trip.for_hold

    def _noted(self, recorded: Recorded, opened: dict[str, Trip]) -> Iterator[int]:
        """Read the record; gives for how long staff were there before each hold shelf was cleared."""
        promised: dict[str, tuple[str, str, int]] = {}
        until_us: dict[str, int] = {}
        for fact in recorded.facts:
            match fact.event:
                case TransitOpened() as set_out:
                    opened[set_out.transit] = Trip(
                        set_out.origin, set_out.destination, fact.happened_us, set_out.reason == "hold"
                    )
                case ItemArrived() as arrived if arrived.transit in opened:
                    self._note_trip(opened[arrived.transit], fact.happened_us)
                case ItemTargeted() as wanted:
                    promised[fact.stream] = (wanted.hold, wanted.branch, fact.happened_us)
                case ItemSetAside(hold=hold) | ItemMissed(hold=str(hold)) if fact.stream in promised:
                    wanted_for, branch, since_us = promised.pop(fact.stream)
                    if wanted_for == hold:
                        self._pulled.setdefault(hold, self._ground.staffed(branch, since_us, fact.happened_us))
                case ItemPlacedOnHoldShelf() as shelved:
                    until_us[fact.stream] = shelved.until_us
                case ItemReleased(why="expired", branch=branch) if fact.stream in until_us:
                    yield self._ground.staffed(branch, until_us[fact.stream], fact.happened_us)
                case _:
                    pass

    def _note_trip(self, trip: Trip, arrived_us: int) -> None:
        soonest_us = self._ground.arrival(trip.origin, trip.destination, trip.opened_us)
        if soonest_us is not None:
            for way in self._ways(trip):
                self._trips[way].append((trip.opened_us, arrived_us - soonest_us))
