"""
Days of our own kind: branches with opening hours and two-way totes, vans with shifts and breaks, money per
kilometre, hour and van. Made from a seed, the same each time, of any size; the country grows with the stops.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace

from logistics.problem import Break, Hub, RoutingProblem, Stop, Van

__all__ = ["library_day", "overnight"]

_HOUR = 3600
_SIDE_METRES, _SIDE_METRES_A_ROOT = 30_000, 3_000
"""The country's side, and how much it grows with the root of the number of stops."""
_METRES_A_SECOND = 12.5
_STOPS_A_VAN = 17
_HOURS = (
    ((), 3),
    (((9 * _HOUR, 17 * _HOUR),), 5),
    (((9 * _HOUR, 12 * _HOUR + 1800),), 1),
    (((13 * _HOUR, 17 * _HOUR + 1800),), 1),
    (((9 * _HOUR + 1800, 13 * _HOUR), (14 * _HOUR, 17 * _HOUR)), 2),
)


def library_day(stops: int, seed: int = 1) -> RoutingProblem:
    """A day with so many stops, all of which must be served, and with vans enough."""
    chance = random.Random(seed)
    side = _SIDE_METRES + _SIDE_METRES_A_ROOT * math.sqrt(stops)
    towns = [(chance.uniform(0, side), chance.uniform(0, side)) for _ in range(max(2, stops // 20))]
    points = [(side / 2, side / 2)]
    for number in range(stops):
        x, y = towns[number % len(towns)]
        spread = 3_000 if number % 3 else side / 6
        points.append((chance.gauss(x, spread), chance.gauss(y, spread)))
    return RoutingProblem(
        hubs=(Hub("hub"),),
        vans=tuple(_van(number) for number in range(-(-stops // _STOPS_A_VAN) + 1)),
        stops=tuple(_stop(chance, number) for number in range(stops)),
        **_roads(points),
    )


def overnight(day: RoutingProblem, share: float, seed: int) -> RoutingProblem:
    """The next day: this share of the stops is gone, as many others are there, in the gone one's neighbourhood."""
    chance = random.Random(seed)
    changed = set(chance.sample(range(len(day.stops)), round(share * len(day.stops))))
    stops = tuple(
        replace(_stop(chance, number), id=f"{stop.id}-new") if number in changed else stop
        for number, stop in enumerate(day.stops)
    )
    return replace(day, stops=stops)


def _roads(points: list[tuple[float, float]]) -> dict[str, tuple[tuple[int, ...], ...]]:
    metres = tuple(tuple(round(1.3 * math.hypot(x - u, y - v)) for u, v in points) for x, y in points)
    seconds = tuple(tuple(round(cell / _METRES_A_SECOND) for cell in row) for row in metres)
    return {"metres": metres, "seconds": seconds}


def _van(number: int) -> Van:
    late = number % 3 == 2
    return Van(
        f"van-{number + 1}",
        hub=0,
        totes=(42, 28, 34)[number % 3],
        shift_start=(8 if late else 7) * _HOUR,
        shift_end=(17 if late else 16) * _HOUR,
        rest=Break(45 * 60, 10 * _HOUR + 1800, 13 * _HOUR + 1800),
        micros_per_metre=450,
        micros_per_second=5_000,
        micros_fixed=36_000_000,
    )


def _stop(chance: random.Random, number: int) -> Stop:
    kinds, weights = zip(*_HOURS, strict=True)
    return Stop(
        f"branch-{number + 1}",
        deliver=chance.choice((0, 1, 1, 2, 2, 3)),
        collect=chance.choice((0, 1, 1, 2, 2, 3)),
        windows=chance.choices(kinds, weights)[0],
        service_seconds=240,
        seconds_per_tote=30,
    )
