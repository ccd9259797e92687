"""
The judge of routes on a published instance: in double precision, from the file's own numbers.

It shares nothing with the solver, its integers or `verify`, so that a fault there cannot hide here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from logistics.instances.instance import Instance

__all__ = ["faults", "length"]

_NOISE = 1e-9
"""What sums of doubles may be off by, as a share: far below any unit of a file."""


def length(instance: Instance, routes: Sequence[Sequence[int]]) -> float:
    """The total distance of routes given as node numbers, depots left out."""
    return sum(_travel(instance, route) for route in routes)


def faults(instance: Instance, routes: Sequence[Sequence[int]]) -> list[str]:
    """Everything that the instance forbids, a sentence each; empty when the routes are a solution."""
    return list(_faults(instance, routes))


def _faults(instance: Instance, routes: Sequence[Sequence[int]]) -> Iterator[str]:
    known = {node.number for node in instance.customers}
    visits = Counter(number for route in routes for number in route)
    for number in sorted(visits.keys() | known):
        if number not in known:
            yield f"Node {number} is no customer."
        elif visits[number] != 1:
            yield f"Node {number} is visited {visits[number]} times."
    if len(routes) > instance.vehicles:
        yield f"{len(routes)} routes are driven; there are {instance.vehicles} vehicles."
    for place, route in enumerate(routes, 1):
        if not route:
            yield f"Route {place} is empty."
        elif known.issuperset(route):
            yield from _load_faults(instance, place, route)
            yield from _time_faults(instance, place, route)
            yield from _length_faults(instance, place, route)
    yield from _ride_faults(instance, routes)


def _rows(instance: Instance, route: Sequence[int]) -> list[int]:
    row = {node.number: place for place, node in enumerate(instance.customers, 1)}
    return [0, *(row[number] for number in route), 0]


def _travel(instance: Instance, route: Sequence[int]) -> float:
    return sum(instance.distance[one][two] for one, two in pairwise(_rows(instance, route)))


def _load_faults(instance: Instance, place: int, route: Sequence[int]) -> Iterator[str]:
    nodes = {node.number: node for node in instance.customers}
    change = {ride.first: ride.amount for ride in instance.rides}
    change |= {ride.second: -ride.amount for ride in instance.rides}
    load = sum(nodes[number].deliver for number in route)
    if load > instance.capacity:
        yield f"Route {place} leaves with {load}; a vehicle holds {instance.capacity}."
    for number in route:
        load += nodes[number].collect - nodes[number].deliver + change.get(number, 0)
        if load > instance.capacity:
            yield f"Route {place} carries {load} after node {number}; a vehicle holds {instance.capacity}."


def _time_faults(instance: Instance, place: int, route: Sequence[int]) -> Iterator[str]:
    nodes = (instance.depot, *instance.customers)
    rows = _rows(instance, route)
    clock = instance.depot.earliest
    for before, row in pairwise(rows):
        clock += instance.distance[before][row]
        node = nodes[row]
        if clock > node.latest * (1 + _NOISE):
            yield f"Route {place} reaches node {node.number} at {clock:.4f}; it closes at {node.latest:g}."
        clock = max(clock, node.earliest) + (node.service if row else 0.0)


def _length_faults(instance: Instance, place: int, route: Sequence[int]) -> Iterator[str]:
    service = {node.number: node.service for node in instance.customers}
    whole = _travel(instance, route) + sum(service[number] for number in route)
    if whole > instance.longest * (1 + _NOISE):
        yield f"Route {place} is {whole:.4f} long with its service times; {instance.longest:g} is the most."


def _ride_faults(instance: Instance, routes: Sequence[Sequence[int]]) -> Iterator[str]:
    where = {number: (place, order) for place, route in enumerate(routes) for order, number in enumerate(route)}
    for ride in instance.rides:
        first, second = where.get(ride.first), where.get(ride.second)
        if first is None or second is None:
            continue  # a node that is not visited is named above
        if first[0] != second[0] or first[1] >= second[1]:
            yield f"What rides from node {ride.first} to node {ride.second} is not on one route in that order."
