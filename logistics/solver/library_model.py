"""
A problem as OR-Tools' routing library has it.

What is on board is one quantity that changes at every stop, tied at the start to another, what is still to be
delivered. Breaks may here also interrupt a drive, which only widens what is accepted. Each trip of a van is a vehicle
of its own here, which leaves when the van is back from the trip before and reloaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

from ortools.constraint_solver import pywrapcp

from logistics.problem import END_OF_TIME, RoutingProblem
from logistics.solution import Route, Solution
from logistics.solver.trips import joined, split

__all__ = ["Model"]

_MUST = 1 << 50
"""The price, far above any route, of leaving out a stop that must be served."""

_NEVER_BINDS = 2 * END_OF_TIME
"""Seconds that no two moments of a day are apart."""


class Model:
    """The routing library's view of a problem."""

    def __init__(self, problem: RoutingProblem) -> None:
        self.problem = problem
        most = max(1, len(problem.stops))
        # the van of each vehicle, and the vehicles of each van, a trip each
        self.van_of = [number for number, van in enumerate(problem.vans) for _ in range(min(van.trips, most))]
        self.trips_of: list[list[int]] = [[] for _ in problem.vans]
        for vehicle, number in enumerate(self.van_of):
            self.trips_of[number].append(vehicle)
        vans = [problem.vans[number] for number in self.van_of]
        hubs = [van.hub for van in vans]
        places = len(problem.hubs) + len(problem.stops)
        self.manager = pywrapcp.RoutingIndexManager(places, len(hubs), hubs, hubs)
        self.routing = pywrapcp.RoutingModel(self.manager)
        self.breaks: dict[int, pywrapcp.IntervalVar] = {}
        spent = [0] * len(problem.hubs) + [stop.seconds_at_stop for stop in problem.stops]
        self._busy = [[spent[one] + drive for drive in row] for one, row in enumerate(problem.seconds)]
        self._costs()
        totes = [(stop.deliver, stop.collect) for stop in problem.stops]
        grams = [(stop.deliver_grams, stop.collect_grams) for stop in problem.stops]
        riding, heavy = [0] * len(problem.stops), [0] * len(problem.stops)
        for pair in problem.pairs:
            riding[pair.first], riding[pair.second] = pair.totes, -pair.totes
            heavy[pair.first], heavy[pair.second] = pair.grams, -pair.grams
        self._loads("totes", [van.totes for van in vans], totes, riding)
        self._loads("grams", [van.grams for van in vans], grams, heavy)
        self._times()
        self._reloads()
        self._choices()
        self._pairs()
        self._pinned_order()

    def index(self, stop: int) -> int:
        """The routing library's number of a stop."""
        return int(self.manager.NodeToIndex(self.problem.stop_place(stop)))

    def _costs(self) -> None:
        """Metres, and the paid seconds of driving and service; those of waiting are added with the times."""
        evaluators: dict[tuple[int, int], int] = {}
        for vehicle, number in enumerate(self.van_of):
            van = self.problem.vans[number]
            kind = van.micros_per_metre, van.micros_per_second
            if kind not in evaluators:
                matrix = [
                    [metre * kind[0] + second * kind[1] for metre, second in zip(metres, seconds, strict=True)]
                    for metres, seconds in zip(self.problem.metres, self._busy, strict=True)
                ]
                evaluators[kind] = self.routing.RegisterTransitMatrix(matrix)
            self.routing.SetArcCostEvaluatorOfVehicle(evaluators[kind], vehicle)
            first = vehicle == self.trips_of[number][0]
            self.routing.SetFixedCostOfVehicle(van.micros_fixed if first else 0, vehicle)

    def _loads(
        self, unit: str, capacities: Sequence[int], amounts: Sequence[tuple[int, int]], riding: Sequence[int]
    ) -> None:
        """`unit` is on board; at the start exactly what `still to deliver` says. `riding` gets on, below 0 off."""
        hubs = [0] * len(self.problem.hubs)
        gets_on = any(collect for _, collect in amounts) or any(riding)
        if not gets_on or not any(deliver for deliver, _ in amounts):
            # what only goes or only comes is one sum, which the search sees through; two that are tied it does not
            sums = [ride + max(both) for both, ride in zip(amounts, riding, strict=True)]
            if any(sums):
                change = self.routing.RegisterUnaryTransitVector([*hubs, *sums])
                self.routing.AddDimensionWithVehicleCapacity(change, 0, list(capacities), True, unit)
            return
        steps = [collect - deliver + ride for (deliver, collect), ride in zip(amounts, riding, strict=True)]
        change = self.routing.RegisterUnaryTransitVector([*hubs, *steps])
        given = self.routing.RegisterUnaryTransitVector([*hubs, *(-deliver for deliver, _ in amounts)])
        still = f"{unit} still to deliver"
        self.routing.AddDimensionWithVehicleCapacity(change, 0, list(capacities), False, unit)
        self.routing.AddDimensionWithVehicleCapacity(given, 0, list(capacities), False, still)
        aboard, remaining = self.routing.GetDimensionOrDie(unit), self.routing.GetDimensionOrDie(still)
        for vehicle in range(len(self.van_of)):
            start, end = self.routing.Start(vehicle), self.routing.End(vehicle)
            remaining.CumulVar(end).SetValue(0)
            self.routing.solver().Add(aboard.CumulVar(start) == remaining.CumulVar(start))

    def _times(self) -> None:
        problem = self.problem
        clock = self.routing.RegisterTransitMatrix(self._busy)
        self.routing.AddDimension(clock, END_OF_TIME, END_OF_TIME, False, "time")
        time = self.routing.GetDimensionOrDie("time")
        for number, stop in enumerate(problem.stops_as_pinned):
            if stop.windows:
                moment = time.CumulVar(self.index(number))
                moment.SetRange(stop.windows[0][0], stop.windows[-1][1])
                for before, after in pairwise(stop.windows):
                    moment.RemoveInterval(before[1] + 1, after[0] - 1)
        solver = self.routing.solver()
        visits = [0] * self.routing.Size()
        for number, stop in enumerate(problem.stops):
            visits[self.index(number)] = stop.seconds_at_stop
        for number, van in enumerate(problem.vans):
            for vehicle in self.trips_of[number]:
                for end in (self.routing.Start(vehicle), self.routing.End(vehicle)):
                    time.CumulVar(end).SetRange(van.shift_start, van.shift_end)
                if van.micros_per_second:
                    time.SetSlackCostCoefficientForVehicle(van.micros_per_second, vehicle)
                self.routing.AddVariableMinimizedByFinalizer(time.CumulVar(self.routing.End(vehicle)))
            if van.rest is not None:
                rest, length = van.rest, van.rest.duration_seconds
                first = max(rest.earliest, van.shift_start)
                last = min(rest.latest, van.shift_end - length)
                interval = solver.FixedDurationIntervalVar(first, last, length, False, f"break {van.id}")
                self.breaks[number] = interval
                for vehicle in self.trips_of[number]:
                    time.SetBreakIntervalsOfVehicle([interval], vehicle, visits)

    def _reloads(self) -> None:
        """A trip begins when the one before has ended and the van is reloaded; none is left out before another."""
        solver, time = self.routing.solver(), self.routing.GetDimensionOrDie("time")
        for van, trips in zip(self.problem.vans, self.trips_of, strict=True):
            for before, after in pairwise(trips):
                driven = self.routing.ActiveVehicleVar(after)
                solver.Add(driven <= self.routing.ActiveVehicleVar(before))
                gap = time.CumulVar(self.routing.Start(after)) - time.CumulVar(self.routing.End(before))
                solver.Add(gap - driven * _NEVER_BINDS >= van.reload_seconds - _NEVER_BINDS)

    def _pairs(self) -> None:
        """On one van, the first stop before the second, and not on board for too long."""
        solver, time = self.routing.solver(), self.routing.GetDimensionOrDie("time")
        for number, pair in enumerate(self.problem.pairs):
            first, second = self.index(pair.first), self.index(pair.second)
            self.routing.AddPickupAndDelivery(first, second)
            solver.Add(self.routing.VehicleVar(first) == self.routing.VehicleVar(second))
            solver.Add(self.routing.ActiveVar(first) == self.routing.ActiveVar(second))
            # a stop that is left out has a time too, which then must not bind
            taken = self.routing.ActiveVar(first) * _NEVER_BINDS
            ride = time.CumulVar(second) - time.CumulVar(first)
            solver.Add(ride - taken >= -_NEVER_BINDS)
            if pair.longest_seconds is not None:
                longest = self.problem.stops[pair.first].seconds_at_stop + pair.longest_seconds
                solver.Add(ride + taken <= longest + _NEVER_BINDS)
                # the same once more, where the search sees it before it tries
                time.SetPickupToDeliveryLimitFunctionForPair(lambda _one, _two, longest=longest: longest, number)

    def _pinned_order(self) -> None:
        """Where both ride on one van, the one that is pinned to come sooner has the lower rank."""
        pinned = [(sooner, later) for sooner, those in self.problem.later_than.items() for later in those]
        if not pinned:
            return
        most = len(self.problem.stops) + 2
        self.routing.AddConstantDimension(1, most, True, "rank")
        rank, solver = self.routing.GetDimensionOrDie("rank"), self.routing.solver()
        for sooner, later in pinned:
            one, two = self.index(sooner), self.index(later)
            apart = solver.IsDifferentVar(self.routing.VehicleVar(one), self.routing.VehicleVar(two))
            free = apart + 1 - self.routing.ActiveVar(one)  # both left out: no van either, and no order
            solver.Add(rank.CumulVar(two) - rank.CumulVar(one) + 2 * most * free >= 1)
            for trip, next_trip in ((trip, later) for trips in self.trips_of for trip, later in combinations(trips, 2)):
                late = solver.IsEqualCstVar(self.routing.VehicleVar(one), next_trip)
                early = solver.IsEqualCstVar(self.routing.VehicleVar(two), trip)
                solver.Add(late + early <= 1)

    def fix_times(self, solution: Solution) -> None:
        """Fix leaving, service, break and return to the solution's; what is left to decide is nothing."""
        time = self.routing.GetDimensionOrDie("time")
        for route in solution.routes:
            van = self.problem.van_index[route.van]
            for vehicle, (leaves, returns) in zip(self.trips_of[van], self._out(van, route), strict=False):
                time.CumulVar(self.routing.Start(vehicle)).SetValue(leaves)
                time.CumulVar(self.routing.End(vehicle)).SetValue(returns)
            for visit in route.visits:
                time.CumulVar(self.index(self.problem.stop_index[visit.stop])).SetValue(visit.start)
            if route.break_start is not None:
                self.breaks[van].SetStartRange(route.break_start, route.break_start)

    def _out(self, van: int, route: Route) -> list[tuple[int, int]]:
        """When each trip of a route leaves the hub and returns."""
        leaves, returns = [route.leave_hub], [reload.arrive for reload in route.reloads]
        rest = self.problem.vans[van].rest
        for reload in route.reloads:
            if reload.rests and rest is not None and route.break_start is not None:
                leaves.append(route.break_start + rest.duration_seconds)
            else:
                leaves.append(reload.leave)
        return list(zip(leaves, [*returns, route.return_hub], strict=True))

    def routes(self, orders: Mapping[int, Sequence[int]]) -> list[list[int]] | None:
        """Tours by van as the library's numbers by vehicle; None where a van makes more trips than it may."""
        given: list[list[int]] = [[] for _ in self.van_of]
        for van, order in orders.items():
            trips = split(order)
            if len(trips) > len(self.trips_of[van]):
                return None
            for vehicle, trip in zip(self.trips_of[van], trips, strict=False):
                given[vehicle] = [self.index(stop) for stop in trip]
        return given

    def orders(self, answer: pywrapcp.Assignment) -> dict[int, list[int]]:
        """The tours of an answer of the library, by van and stop index."""
        orders: dict[int, list[int]] = {}
        for van, vehicles in enumerate(self.trips_of):
            trips: list[list[int]] = []
            for vehicle in vehicles:
                trips.append([])
                index = answer.Value(self.routing.NextVar(self.routing.Start(vehicle)))
                while not self.routing.IsEnd(index):
                    trips[-1].append(self.manager.IndexToNode(index) - len(self.problem.hubs))
                    index = answer.Value(self.routing.NextVar(index))
            orders[van] = joined(trip for trip in trips if trip)
        return {van: order for van, order in orders.items() if order}

    def _choices(self) -> None:
        """Who may call where, and what leaving a stop out costs; a hub without vans is no place to call."""
        for hub in set(range(len(self.problem.hubs))) - {van.hub for van in self.problem.vans}:
            index = self.manager.NodeToIndex(hub)
            self.routing.AddDisjunction([index], 0)
            self.routing.ActiveVar(index).SetValue(0)
        for number, stop in enumerate(self.problem.stops):
            index = self.index(number)
            self.routing.AddDisjunction([index], _MUST if stop.price is None else stop.price)
            if stop.hub is not None:
                allowed = [one for one, van in enumerate(self.van_of) if self.problem.vans[van].hub == stop.hub]
                self.routing.VehicleVar(index).SetValues([-1, *allowed])
            if number in self.problem.pinned_van:
                self.routing.VehicleVar(index).SetValues([-1, *self.trips_of[self.problem.pinned_van[number]]])
