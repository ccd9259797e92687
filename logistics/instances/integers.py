"""
An instance asked as a `RoutingProblem`: reals become integers so finely that the answer is the same.

Distances are scaled by the largest power of ten that keeps an arc below 2³¹, and rounded to the nearest: for the
published instances that is off by less than one in 10⁸. Times are scaled as finely as the clock allows and rounded
against us (driving and service up, closing times down), so that a route that keeps every time in integers keeps it
in reals. An arrival on the dot after whole distances stays on the dot.
"""

from __future__ import annotations

import math

from circulation.errors import Invalid
from logistics.instances.instance import Instance, Node
from logistics.problem import END_OF_TIME, Hub, Pair, RoutingProblem, Stop, Van, Window

__all__ = ["problem_of"]

_LONGEST_ARC = (1 << 31) - 1
_FINEST = 1_000_000


def problem_of(instance: Instance, finest: int = _FINEST) -> RoutingProblem:
    """
    The problem whose metres are the instance's distances and whose cost is metres alone.

    Stops, vans and the hub are called by their numbers. `finest` bounds how many units a unit of the file has.
    Raises `Invalid` for distances or times that no scale fits, and for a bound on length beside time windows.
    """
    far = max(map(max, instance.distance))
    exact = all(cell.is_integer() for row in instance.distance for cell in row)
    metres = _scale(instance, far, _LONGEST_ARC, 1 if exact else finest)
    clock = _Clock(instance, finest)
    size = range(len(instance.customers) + 1)
    none = (0,) * len(size)
    seconds = tuple(tuple(clock.up(cell) for cell in row) if clock.runs else none for row in instance.distance)
    place = {node.number: number for number, node in enumerate(instance.customers)}
    return RoutingProblem(
        hubs=(Hub(str(instance.depot.number)),),
        vans=tuple(
            Van(str(number), hub=0, totes=instance.capacity, shift_start=clock.starts, shift_end=clock.ends)
            for number in range(1, min(instance.vehicles, max(1, len(instance.customers))) + 1)
        ),
        stops=tuple(
            Stop(
                str(node.number),
                deliver=node.deliver,
                collect=node.collect,
                windows=clock.windows(node),
                service_seconds=clock.up(node.service) if clock.runs else 0,
            )
            for node in instance.customers
        ),
        metres=tuple(tuple(round(cell * metres) for cell in row) for row in instance.distance),
        seconds=seconds,
        pairs=tuple(Pair(place[ride.first], place[ride.second], ride.amount) for ride in instance.rides),
    )


class _Clock:
    """Times of the instance in integers; it stands still where no time can matter."""

    def __init__(self, instance: Instance, finest: int) -> None:
        nodes, far = instance.customers, max(map(max, instance.distance))
        most = far * (len(nodes) + 1) + sum(node.service for node in nodes)
        # Whoever waits at most for openings is back by then, so nothing that closes later ever closes.
        horizon = max(node.earliest for node in (instance.depot, *nodes)) + most
        self.runs = instance.is_timed or instance.longest < most
        self.starts, self.ends = 0, END_OF_TIME
        if not self.runs:
            return
        if instance.is_timed and instance.longest < most:
            raise Invalid("instance.length-and-windows", instance=instance.name, longest=instance.longest)
        horizon = min(horizon, instance.depot.latest, instance.longest)
        self._last = horizon
        self._scale = _scale(instance, max(horizon, far), END_OF_TIME, finest)
        self.starts, self.ends = self.up(instance.depot.earliest), self._down(horizon)
        if self.ends < self.starts:
            raise Invalid("instance.window", instance=instance.name)

    def up(self, time: float) -> int:
        """A time that must have passed."""
        return math.ceil(_exact(time * self._scale))

    def _down(self, time: float) -> int:
        return math.floor(_exact(time * self._scale))

    def windows(self, node: Node) -> tuple[Window, ...]:
        """When service may start; empty where the depot's own times say it all."""
        if not self.runs or (node.earliest * self._scale <= self.starts and node.latest >= self._last):
            return ()
        opens, closes = self.up(node.earliest), self._down(min(node.latest, max(self._last, node.earliest)))
        if closes < opens:
            raise Invalid("instance.window:windows", number=node.number)
        return ((opens, closes),)


def _exact(units: float) -> float:
    """12.1 × 10 is 121, which doubles miss by a hair that must not cost a unit."""
    nearest = round(units)
    return nearest if abs(units - nearest) < 1e-6 else units


def _scale(instance: Instance, largest: float, ceiling: int, finest: int) -> int:
    """The largest power of ten, up to `finest`, that keeps `largest` at or below the ceiling."""
    scale = finest
    while largest * scale > ceiling:
        scale //= 10
    if scale < 1:
        raise Invalid("instance.too-far", instance=instance.name, largest=largest, ceiling=ceiling)
    return scale
