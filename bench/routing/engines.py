"""
The three engines that are compared, asked the same thing: a `RoutingProblem`, so many seconds, one thread, a seed.

PyVRP and VROOM are dependencies of the measurements only (`pip install -e '.[bench]'`); an engine that is not
installed is absent, with the reason. Each gets what it has for the purpose: PyVRP clients that take and give, and
shipments for pairs; VROOM jobs with delivery and pickup, shipments, its deepest exploration (it stops by itself).
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from logistics.problem import END_OF_TIME, UNLIMITED, RoutingProblem, Stop, Van

__all__ = ["ENGINES", "Engine", "Orders", "installed"]

Orders = dict[int, list[int]]
"""Index of a van to the indices of its stops."""


@dataclass(frozen=True, slots=True)
class Engine:
    """`prepare` builds the engine's own model, untimed; what it returns searches so many seconds with a seed."""

    name: str
    package: str
    prepare: Callable[[RoutingProblem], Callable[[float, int], Orders]]

    @property
    def version(self) -> str:
        """The installed version; our own carries the state of the solver's code, so that no old run passes for new."""
        if self.package == "branchline":
            from bench.routing.code_state import code_state

            return code_state()
        return importlib.metadata.version(self.package)

    @property
    def is_here(self) -> bool:
        """Whether it can be imported."""
        return importlib.util.find_spec({"pyvroom": "vroom"}.get(self.package, self.package)) is not None or (
            self.package == "branchline"
        )


def installed() -> tuple[list[Engine], list[str]]:
    """The engines that are here, and a sentence for each that is not."""
    here = [engine for engine in ENGINES if engine.is_here]
    absent = [
        f"{engine.name} is not installed; take it in with: pip install -c constraints.txt -e '.[bench]'"
        for engine in ENGINES
        if not engine.is_here
    ]
    return here, absent


def _branchline(problem: RoutingProblem) -> Callable[[float, int], Orders]:
    from logistics.solver import Budget, solve

    def search(seconds: float, seed: int) -> Orders:
        solution = solve(problem, Budget(seconds=seconds), seed)
        return {
            problem.van_index[route.van]: [problem.stop_index[stop] for stop in route.stops]
            for route in solution.routes
        }

    return search


# --- PyVRP -----------------------------------------------------------------------------------------------------


def _pyvrp(problem: RoutingProblem) -> Callable[[float, int], Orders]:
    import numpy as np
    import pyvrp
    from pyvrp.stop import MaxRuntime

    kinds = _kinds(problem)
    singles = [number for number in range(len(problem.stops)) if number not in problem.pair_of]
    shipments = [_shipment(pyvrp, problem, pair.first, pair.second, pair.totes) for pair in problem.pairs]
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in range(len(problem.hubs) + len(problem.stops))],
        clients=[
            pyvrp.Client(
                location=problem.stop_place(number),
                delivery=[problem.stops[number].deliver],
                pickup=[problem.stops[number].collect],
                **_hours(problem.stops[number], ""),
            )
            for number in singles
        ],
        depots=[pyvrp.Depot(location=number) for number in range(len(problem.hubs))],
        vehicle_types=[
            pyvrp.VehicleType(
                num_available=len(vans),
                capacity=[van.totes],
                start_depot=van.hub,
                end_depot=van.hub,
                fixed_cost=van.micros_fixed,
                tw_early=van.shift_start,
                tw_late=van.shift_end,
                unit_distance_cost=van.micros_per_metre,
                unit_duration_cost=van.micros_per_second,
            )
            for van, vans in kinds
        ],
        distance_matrices=[np.array(problem.metres, dtype=np.int64)],
        duration_matrices=[np.array(problem.seconds, dtype=np.int64)],
        shipments=shipments,
    )

    def search(seconds: float, seed: int) -> Orders:
        found = pyvrp.solve(data, stop=MaxRuntime(seconds), seed=seed, collect_stats=False, display=False)
        waiting = [list(vans) for _, vans in kinds]
        orders: Orders = {}
        for route in found.best.routes():
            order = []
            for activity in route:
                if activity.is_client():
                    order.append(singles[activity.idx])
                elif activity.is_pickup():
                    order.append(problem.pairs[activity.idx].first)
                elif activity.is_delivery():
                    order.append(problem.pairs[activity.idx].second)
            if order:
                orders[waiting[route.vehicle_type()].pop(0)] = order
        return orders

    return search


def _shipment(pyvrp: Any, problem: RoutingProblem, first: int, second: int, totes: int) -> object:
    return pyvrp.Shipment(
        pickup_location=problem.stop_place(first),
        delivery_location=problem.stop_place(second),
        amount=[totes],
        **_hours(problem.stops[first], "pickup_"),
        **_hours(problem.stops[second], "delivery_"),
    )


def _hours(stop: Stop, prefix: str) -> dict[str, int]:
    opens, closes = stop.windows[0] if stop.windows else (0, END_OF_TIME)
    return {
        f"{prefix}tw_early": opens,
        f"{prefix}tw_late": closes,
        f"{prefix}service_duration": stop.seconds_at_stop,
    }


def _kinds(problem: RoutingProblem) -> list[tuple[Van, list[int]]]:
    """Vans that differ in nothing but their name, together."""
    kinds: dict[Van, list[int]] = defaultdict(list)
    for number, van in enumerate(problem.vans):
        kinds[replace(van, id="")].append(number)
    return list(kinds.items())


# --- VROOM -----------------------------------------------------------------------------------------------------


def _vroom(problem: RoutingProblem) -> Callable[[float, int], Orders]:
    import vroom

    timed = any(map(any, problem.seconds))

    def ask() -> Any:
        # An input of VROOM is solved once; making it is not part of the time.
        asked = vroom.Input()
        asked.set_durations_matrix("car", problem.seconds if timed else problem.metres)
        if timed:
            asked.set_costs_matrix("car", problem.metres)
        for number, van in enumerate(problem.vans):
            shift = None
            if timed and (van.shift_start, van.shift_end) != (0, END_OF_TIME):
                shift = vroom.TimeWindow(van.shift_start, van.shift_end)
            asked.add_vehicle(
                vroom.Vehicle(
                    number,
                    start=van.hub,
                    end=van.hub,
                    capacity=[min(van.totes, UNLIMITED)],
                    time_window=shift,
                    breaks=_vroom_breaks(vroom, van),
                )
            )
        for number, stop in enumerate(problem.stops):
            if number not in problem.pair_of:
                asked.add_job(
                    vroom.Job(
                        number,
                        location=problem.stop_place(number),
                        default_service=stop.seconds_at_stop if timed else 0,
                        delivery=[stop.deliver],
                        pickup=[stop.collect],
                        time_windows=_vroom_windows(vroom, stop),
                    )
                )
        for pair in problem.pairs:
            ends = [
                vroom.ShipmentStep(
                    end,
                    location=problem.stop_place(end),
                    default_service=problem.stops[end].seconds_at_stop if timed else 0,
                    time_windows=_vroom_windows(vroom, problem.stops[end]),
                )
                for end in (pair.first, pair.second)
            ]
            asked.add_shipment(*ends, amount=vroom.Amount([pair.totes]))
        return asked

    prepared = [ask()]

    def search(seconds: float, seed: int) -> Orders:  # noqa: ARG001 -- VROOM takes no seed
        asked = prepared.pop() if prepared else ask()
        found = asked.solve(exploration_level=5, nb_threads=1, timeout=timedelta(seconds=seconds))
        orders: Orders = {}
        for van, kind, stop in found.routes[["vehicle_id", "type", "id"]].itertuples(index=False):
            if kind in ("job", "pickup", "delivery"):
                orders.setdefault(int(van), []).append(int(stop))
        return orders

    return search


def _vroom_windows(vroom: Any, stop: Stop) -> Sequence[object]:
    return [vroom.TimeWindow(opens, closes) for opens, closes in stop.windows] or [vroom.TimeWindow()]


def _vroom_breaks(vroom: Any, van: Van) -> Sequence[object]:
    if van.rest is None:
        return ()
    hours = [vroom.TimeWindow(van.rest.earliest, van.rest.latest)]
    return [vroom.Break(0, time_windows=hours, service=van.rest.duration_seconds)]


ENGINES: Sequence[Engine] = (
    Engine("Branchline", "branchline", _branchline),
    Engine("PyVRP", "pyvrp", _pyvrp),
    Engine("VROOM", "pyvroom", _vroom),
)
NAMES: Mapping[str, Engine] = {engine.name: engine for engine in ENGINES}
