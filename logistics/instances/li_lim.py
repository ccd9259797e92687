"""
Pickup and delivery with time windows as Li & Lim (2001) publish it, described by SINTEF's TOP.

The first line has vehicles, capacity and a speed that is not used; then a task a line: number, x, y, demand,
earliest, latest, service, the pickup that a delivery belongs to, the delivery that a pickup belongs to (0: none).
Task 0 is the depot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from circulation.errors import Invalid
from logistics.instances.instance import Instance, Node, Ride, distances_between
from logistics.instances.lines import (
    MOST_NODES,
    Line,
    amount_in,
    fields_of,
    real_in,
    signed_in,
    whole_in,
)

__all__ = ["read_li_lim"]

_COLUMNS = ("number", "x", "y", "demand", "earliest", "latest", "service", "its pickup", "its delivery")


def read_li_lim(lines: Sequence[Line]) -> Instance:
    """The instance; raises `Invalid`."""
    head, file = lines[0], lines[0].file
    fleet = fields_of(head, ("vehicles", "capacity", "speed"))
    if len(lines) < 2:
        raise Invalid("instance.cut-off", file=file)
    nodes: list[Node] = []
    points: list[tuple[float, float]] = []
    ends: dict[int, tuple[Line, int, int, int]] = {}
    for line in lines[1:]:
        fields = fields_of(line, _COLUMNS)
        number = amount_in(line, fields[0], "a task's number")
        if number != len(nodes):
            raise Invalid("instance.order", place=line.place, number=number, nodes=len(nodes))
        if number >= MOST_NODES:
            raise Invalid("instance.too-many", place=line.place, number=number, most_nodes=MOST_NODES)
        points.append((signed_in(line, fields[1], "x"), signed_in(line, fields[2], "y")))
        earliest, latest = real_in(line, fields[4], "the earliest time"), real_in(line, fields[5], "the latest time")
        if latest < earliest:
            raise Invalid("instance.window:read-li-lim", place=line.place)
        service = real_in(line, fields[6], "the service time")
        nodes.append(Node(number, earliest=earliest, latest=latest, service=service))
        ends[number] = (
            line,
            whole_in(line, fields[3], "the demand"),
            amount_in(line, fields[7], "its pickup"),
            amount_in(line, fields[8], "its delivery"),
        )
    return Instance(
        name=PurePath(file).stem,
        vehicles=amount_in(head, fleet[0], "the number of vehicles"),
        capacity=amount_in(head, fleet[1], "the capacity"),
        depot=nodes[0],
        customers=tuple(nodes[1:]),
        distance=distances_between(points),
        rides=_rides(ends),
    )


def _rides(ends: Mapping[int, tuple[Line, int, int, int]]) -> tuple[Ride, ...]:
    """Every task but the depot is one end of one ride, and both ends say so."""
    rides = []
    for number, (line, demand, pickup, delivery) in ends.items():
        if number == 0:
            continue
        other = pickup or delivery
        if bool(pickup) == bool(delivery) or other not in ends or other in (0, number):
            raise Invalid("instance.pair", place=line.place, number=number, pickup=pickup, delivery=delivery)
        _, other_demand, other_pickup, other_delivery = ends[other]
        back = other_pickup if delivery else other_delivery
        if back != number or other_demand != -demand or (demand < 0) != bool(pickup):
            raise Invalid(
                "instance.pair:rides",
                place=line.place,
                number=number,
                demand=demand,
                other=other,
                other_demand=other_demand,
                back=back,
            )
        if delivery:
            rides.append(Ride(number, delivery, demand))
    return tuple(rides)
