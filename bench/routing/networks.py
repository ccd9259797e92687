"""
One weekday of the demo's two networks as routing problems, and the part of it that the peers can express.

Branches, hours, hubs, vans and shifts are the demo's; totes go by the root of a branch's people. What neither peer
has (breaks, paid waiting, several windows, prices) is taken out, and each hub is a problem of its own.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace

from circulation.calendar import parse_spans
from interfaces.demo.geography import demo_network
from interfaces.demo.network import DemoBranch, DemoVan
from logistics.problem import Break, Hub, RoutingProblem, Stop, Van
from logistics.solver.timetable import fits

__all__ = ["expressible_parts", "network_day"]

_TUESDAY = 1
_ROAD_FACTOR = 1.3
_METRES_A_SECOND = 40 / 3.6
_METRES_A_DEGREE = 111_195
_PRICE = 200_000_000
"""What leaving a branch out costs: more than any detour, so that only what fits nowhere is left."""


def network_day(preset: str, seed: int = 1) -> RoutingProblem:
    """The Tuesday of `librarieswest` or `ireland`."""
    network = demo_network(preset, seed)
    chance = random.Random(seed)
    branches = {branch.code: branch for branch in network.branches}
    served = [(code, number) for number, hub in enumerate(network.hubs) for code in hub.serves]
    found = (_stop(branches[code], hub, chance) for code, hub in served)
    stops = [stop for stop in found if stop is not None]
    places = [*(branches[hub.code] for hub in network.hubs), *(branches[stop.id] for stop in stops)]
    metres = tuple(tuple(_metres(one, two) for two in places) for one in places)
    codes = [hub.code for hub in network.hubs]
    return RoutingProblem(
        hubs=tuple(Hub(code) for code in codes),
        vans=tuple(_van(van, codes.index(van.hub)) for van in network.vans if _TUESDAY in van.days),
        stops=tuple(stops),
        metres=metres,
        seconds=tuple(tuple(round(cell / _METRES_A_SECOND) for cell in row) for row in metres),
    )


def expressible_parts(day: RoutingProblem) -> list[RoutingProblem]:
    """
    A problem for each hub, of distance alone: every stop must be served, within one span from opening to closing,
    by vans without breaks, of which there are half as many again. What no van could reach alone is left out.
    """
    parts = []
    for hub in range(len(day.hubs)):
        vans = [
            replace(van, hub=0, rest=None, micros_per_metre=1, micros_per_second=0, micros_fixed=0)
            for van in day.vans
            if van.hub == hub
        ]
        numbers = [
            number
            for number, stop in enumerate(day.stops)
            if stop.hub == hub
            and any(fits(day, replace(van, hub=hub), [number], {number: _plain(stop)}) for van in vans)
        ]
        rows = [hub, *(day.stop_place(number) for number in numbers)]
        spare = [replace(van, id=f"{van.id}-spare") for van in vans[: -(-len(vans) // 2)]]
        parts.append(
            RoutingProblem(
                hubs=(day.hubs[hub],),
                vans=(*vans, *spare),
                stops=tuple(_plain(day.stops[number]) for number in numbers),
                metres=tuple(tuple(day.metres[one][two] for two in rows) for one in rows),
                seconds=tuple(tuple(day.seconds[one][two] for two in rows) for one in rows),
            )
        )
    return parts


def _plain(stop: Stop) -> Stop:
    hull = ((stop.windows[0][0], stop.windows[-1][1]),) if stop.windows else ()
    return replace(stop, hub=None, price=None, windows=hull)


def _stop(branch: DemoBranch, hub: int, chance: random.Random) -> Stop | None:
    week = branch.hours if branch.windows is None else branch.windows
    spans = parse_spans(week[_TUESDAY])
    if not spans:
        return None
    size = math.sqrt(branch.population) / 90
    plain = Stop(
        branch.code,
        deliver=max(0, round(chance.uniform(0.5, 1.5) * size)),
        collect=max(1, round(chance.uniform(0.5, 1.5) * size)),
        hub=hub,
        service_seconds=300,
        seconds_per_tote=30,
        price=_PRICE,
    )
    done = plain.seconds_at_stop
    windows = tuple((span.opens_minute * 60, span.closes_minute * 60 - done) for span in spans)
    return replace(plain, windows=tuple((opens, closes) for opens, closes in windows if opens <= closes))


def _van(van: DemoVan, hub: int) -> Van:
    return Van(
        van.van,
        hub=hub,
        totes=van.totes,
        shift_start=van.shift_starts_minute * 60,
        shift_end=van.shift_ends_minute * 60,
        rest=Break(van.break_minutes * 60, van.break_from_minute * 60, van.break_until_minute * 60),
        micros_per_metre=van.cost_per_km_cents * 10,
        micros_per_second=van.cost_per_hour_cents * 10_000 // 3600,
        micros_fixed=van.cost_per_day_cents * 10_000,
    )


def _metres(one: DemoBranch, two: DemoBranch) -> int:
    north = (one.latitude_e6 - two.latitude_e6) / 1e6
    east = (one.longitude_e6 - two.longitude_e6) / 1e6 * math.cos(math.radians(one.latitude_e6 / 1e6))
    return round(math.hypot(north, east) * _METRES_A_DEGREE * _ROAD_FACTOR)
