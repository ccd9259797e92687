"""
Several trips of one van in the order of its stops: a reload stands between two of them.

An order is a sequence of stop indices in which `RELOAD` is the call at the hub. Whatever looks a stop up by its index
goes over `is_stop` or `split` first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from logistics.problem import RoutingProblem, Van
from logistics.solution import Route

__all__ = ["RELOAD", "is_stop", "joined", "keeps_trips", "order_of", "places_of", "split", "tidy"]

RELOAD = -1
"""Instead of the index of a stop: back at the hub, where what was collected goes off and the next load on."""


def is_stop(number: int) -> bool:
    """Whether this is a stop of the order and no reload."""
    return number != RELOAD


def split(order: Sequence[int]) -> list[list[int]]:
    """The stops of each trip; at least one trip, which is empty for an empty order."""
    trips: list[list[int]] = [[]]
    for number in order:
        if number == RELOAD:
            trips.append([])
        else:
            trips[-1].append(number)
    return trips


def tidy(order: Sequence[int]) -> list[int]:
    """The order without trips to no stop."""
    return joined([trip for trip in split(order) if trip])


def joined(trips: Iterable[Sequence[int]]) -> list[int]:
    """The order of these trips one after the other."""
    order: list[int] = []
    for trip in trips:
        order += [RELOAD, *trip] if order else trip
    return order


def keeps_trips(problem: RoutingProblem, van: Van, order: Sequence[int]) -> bool:
    """Whether the van makes no more trips than it may, none to no stop, and takes no pair off at its hub."""
    trips = split(order)
    if len(trips) > van.trips or (len(trips) > 1 and not all(trips)):
        return False
    for trip in trips:
        on_it = set(trip)
        if any(not {pair.first, pair.second} <= on_it for pair in map(problem.pair_of.get, trip) if pair is not None):
            return False
    return True


def places_of(problem: RoutingProblem, van: Van, order: Sequence[int]) -> list[int]:
    """The rows of the matrices that the van drives to one after the other, its hub first and last."""
    return [van.hub, *(problem.stop_place(stop) if is_stop(stop) else van.hub for stop in order), van.hub]


def order_of(problem: RoutingProblem, route: Route) -> list[int]:
    """The order of a route, which may be of another problem: what this one has of it."""
    reloads = {reload.after for reload in route.reloads}
    order: list[int] = []
    for count, stop in enumerate(route.stops):
        if count in reloads:
            order.append(RELOAD)
        if stop in problem.stop_index:
            order.append(problem.stop_index[stop])
    return order
