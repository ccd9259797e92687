"""Small routing worlds for the tests: a street checkable by hand, and random days for the properties."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from logistics.pin import Pin, pinned_windows
from logistics.problem import Break, Credit, Hub, Pair, RoutingProblem, Stop, Van

__all__ = ["random_day", "random_pins", "random_rides", "random_trips", "street"]


def street(stops: Sequence[tuple[int, Stop]], vans: Sequence[Van], *, hubs: Sequence[int] = (0,)) -> RoutingProblem:
    """Hubs and stops on one straight street, at minutes from its start; a minute's drive is 1,000 metres."""
    places = [*hubs, *(minute for minute, _ in stops)]
    return RoutingProblem(
        hubs=tuple(Hub(f"hub{number}") for number in range(len(hubs))),
        vans=tuple(vans),
        stops=tuple(stop for _, stop in stops),
        metres=tuple(tuple(abs(one - two) * 1000 for two in places) for one in places),
        seconds=tuple(tuple(abs(one - two) * 60 for two in places) for one in places),
    )


def random_day(seed: int, *, stops: int, vans: int, hubs: int = 1) -> RoutingProblem:
    """Everything that the model knows, mixed; some days are too tight to serve every stop."""
    chance = random.Random(seed)
    points = [(chance.randrange(40_000), chance.randrange(40_000)) for _ in range(hubs + stops)]
    metres = tuple(
        tuple(int(((x - u) ** 2 + (y - v) ** 2) ** 0.5 * 1.3) + chance.randrange(50) for u, v in points)
        for x, y in points
    )
    return RoutingProblem(
        hubs=tuple(Hub(f"h{number}") for number in range(hubs)),
        vans=tuple(_random_van(chance, number, hubs) for number in range(vans)),
        stops=tuple(_random_stop(chance, number, hubs) for number in range(stops)),
        metres=metres,
        seconds=tuple(tuple(cell * 3600 // 45_000 for cell in row) for row in metres),
    )


def _random_van(chance: random.Random, number: int, hubs: int) -> Van:
    rest = Break(1800, chance.randrange(6, 13) * 3600, 13 * 3600) if chance.random() < 0.6 else None
    return Van(
        f"v{number}",
        hub=number % hubs,
        totes=chance.choice([8, 20, 40]),
        shift_start=chance.choice([6, 7]) * 3600,
        shift_end=chance.choice([14, 15, 18]) * 3600,
        rest=rest,
        micros_per_metre=chance.choice([0, 300, 450]),
        micros_per_second=chance.choice([0, 5000]),
        micros_fixed=chance.choice([0, 30_000_000]),
        grams=chance.choice([120_000, 1_000_000_000]),
    )


def _random_stop(chance: random.Random, number: int, hubs: int) -> Stop:
    windows: tuple[tuple[int, int], ...] = ()
    if chance.random() < 0.6:
        opens = chance.randrange(6, 13) * 3600
        windows = ((opens, opens + chance.randrange(0, 3) * 3600),)
        if chance.random() < 0.4:
            windows += ((windows[0][1] + 1800, windows[0][1] + 7200),)
    deliver, collect = chance.randrange(5), chance.randrange(5)
    return Stop(
        f"s{number}",
        deliver=deliver,
        collect=collect,
        hub=chance.randrange(hubs) if chance.random() < 0.3 else None,
        windows=windows,
        service_seconds=chance.choice([0, 300]),
        seconds_per_tote=chance.choice([0, 30]),
        price=chance.randrange(100) * 1_000_000 if chance.random() < 0.3 else None,
        deliver_grams=deliver * 9000,
        collect_grams=collect * 9000,
    )


def random_rides(problem: RoutingProblem, seed: int) -> RoutingProblem:
    """The same day with some stops made pairs, some bounded or optional, and credits between others."""
    chance = random.Random(seed)
    numbers = list(range(len(problem.stops)))
    chance.shuffle(numbers)
    pairs, stops = [], list(problem.stops)
    for one, two in zip(numbers[::2], numbers[1::2], strict=False):
        if chance.random() < 0.6:
            price = None if chance.random() < 0.7 else chance.randrange(100) * 1_000_000
            stops[one] = replace(stops[one], price=price)
            stops[two] = replace(stops[two], price=price, hub=chance.choice([None, stops[one].hub]))
            totes = chance.randrange(4)
            pairs.append(Pair(one, two, totes, totes * 9000, chance.choice([None, 600, 3600, 7200])))
    ways = [(one, two) for one in numbers for two in numbers if one != two and chance.random() < 0.2]
    credited = tuple(Credit(one, two, chance.randrange(20) * 1_000_000) for one, two in ways)
    return replace(problem, stops=tuple(stops), pairs=tuple(pairs), credits=credited)


def random_pins(problem: RoutingProblem, seed: int) -> RoutingProblem:
    """The same day with some stops pinned to a van, a time, or before a stop of a higher number."""
    chance = random.Random(seed)
    vans: dict[int, int] = {}
    pins = []
    for number, stop in enumerate(problem.stops):
        mate = problem.pair_of.get(number)
        ends = (number,) if mate is None else (mate.first, mate.second)
        hubs = {problem.stops[end].hub for end in ends} - {None}
        own = [van for van, its in enumerate(problem.vans) if hubs <= {its.hub}]
        if own and chance.random() < 0.3:
            van = next((vans[end] for end in ends if end in vans), chance.choice(own))
            vans |= dict.fromkeys(ends, van)
            pins.append(Pin(number, van=van))
        if chance.random() < 0.3:
            pin = Pin.around(number, chance.randrange(7, 15) * 3600, 90)
            if pinned_windows(stop, [pin]) is not None:
                pins.append(pin)
        if number + 1 < len(problem.stops) and chance.random() < 0.3:
            other = chance.randrange(number + 1, len(problem.stops))
            if mate is None or (mate.second, mate.first) != (number, other):
                pins.append(Pin(number, before=other) if chance.random() < 0.5 else Pin(other, after=number))
    return replace(problem, pins=tuple(pins))


def random_trips(problem: RoutingProblem, seed: int) -> RoutingProblem:
    """The same day with vans that hold half as much, and may come back to their hub to reload."""
    chance = random.Random(seed)
    vans = [
        replace(van, totes=van.totes // 2, trips=chance.randrange(1, 4), reload_seconds=chance.choice([0, 600, 1800]))
        for van in problem.vans
    ]
    return replace(problem, vans=tuple(vans))
