"""
The demo's networks on one weekday: against ten times the time, and against the peers on what all can express.

`scale` shortens the times for a first look; a promise is only tried at 1. What was run before is not run again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from bench.promise import Promise
from bench.routing.engines import ENGINES, Engine
from bench.routing.networks import expressible_parts, network_day
from bench.routing.promises import searched
from bench.routing.record import Record, Run
from logistics.problem import RoutingProblem
from logistics.solution import verify
from logistics.solver.timetable import assemble, timetable

__all__ = ["NETWORKS", "network_promises"]

NETWORKS = {"librarieswest": 60.0, "ireland": 120.0}
"""Seconds for each."""
CORES = 2
"""What the whole day is searched on; beside the peers, which have one, we have one too."""
_OURS = ENGINES[0]


def network_promises(
    engines: Sequence[Engine], seed: int, scale: float, record: Record, tell: Callable[[str], None]
) -> list[Promise]:
    """What was promised of both networks."""

    def once(engine: Engine, family: str, name: str, seconds: float, search: Callable[[], Run]) -> Run:
        run = record.find(engine.name, engine.version, family, name, seconds, seed)
        if run is None:
            run = search()
            record.add(run)
            tell(f"{family} {name} {engine.name} {seconds:g} s: {run.cost} {run.fault}")
        return run

    promises = []
    for name, whole in NETWORKS.items():
        seconds, day = whole * scale, network_day(name)
        short, long = (
            once(_OURS, f"network day on {CORES} cores", name, time, partial(_day_run, name, day, time, seed))
            for time in (seconds, 10 * seconds)
        )
        note = f"{len(day.stops)} stops, {len(day.vans)} vans, {len(day.hubs)} hubs; {seconds:g} s and ten times that"
        above = 100 * ((short.cost or 0.0) / (long.cost or 1.0) - 1)
        promises.append(
            Promise(f"{name}: above ten times the time", above, "%", 1.0, higher_is_better=False, note=note)
        )
        parts = expressible_parts(day)
        costs = {
            engine.name: once(
                engine, "network distance", name, seconds, partial(_parts_run, engine, name, parts, seconds, seed)
            ).cost
            for engine in engines
        }
        ours = costs.pop(_OURS.name, None)
        promises += [
            Promise(
                f"{name}: cost beside {peer}",
                float("inf") if ours is None else ours / 1000,
                "km",
                1.0,
                cost / 1000,
                higher_is_better=False,
                on_ratio=True,
                note=f"distance alone, hub by hub, {seconds:g} s in all",
            )
            for peer, cost in costs.items()
            if cost is not None
        ]
    return promises


def _day_run(name: str, day: RoutingProblem, seconds: float, seed: int) -> Run:
    """Our plan for the whole day; its cost is in micros."""
    found = searched(day, seconds, seed, threads=CORES)
    routes, left = len(found.solution.routes), len(found.solution.unserved)
    fault = f"{left} stops are left out at their price" if left else ""
    return Run(
        _OURS.name,
        _OURS.version,
        f"network day on {CORES} cores",
        name,
        seconds,
        seed,
        found.solution.micros,
        routes,
        found.took,
        fault,
    )


def _parts_run(engine: Engine, name: str, parts: Sequence[RoutingProblem], seconds: float, seed: int) -> Run:
    """Metres of all parts, each with its share of the time; no cost where a rule is broken or a stop left out."""
    stops = sum(len(part.stops) for part in parts)
    metres, routes, took, fault = 0, 0, 0.0, ""
    for part in parts:
        search = engine.prepare(part)
        began = time.perf_counter()
        orders = search(seconds * len(part.stops) / stops, seed)
        took += time.perf_counter() - began
        if any(timetable(part, van, order) is None for van, order in orders.items()):
            fault = fault or f"a route of {part.hubs[0].id} misses a time"
            continue
        solution = assemble(part, orders, solver=engine.name, seed=seed, iterations=0)
        broken = verify(part, solution)
        fault = fault or (broken[0].sentence if broken else "")
        metres, routes = metres + solution.metres, routes + len(solution.routes)
    cost = None if fault else float(metres)
    return Run(engine.name, engine.version, "network distance", name, seconds, seed, cost, routes, took, fault)
