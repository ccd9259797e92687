"""
Vehicle routing with time windows as Solomon (1987) and Gehring & Homberger (1999) publish it.

A name; `VEHICLE` with number and capacity; `CUSTOMER` with number, x, y, demand, ready time, due date and service
time a line. Customer 0 is the depot, demand is delivered.
"""

from __future__ import annotations

from collections.abc import Sequence

from circulation.errors import Invalid
from logistics.instances.instance import Instance, Node, distances_between
from logistics.instances.lines import MOST_NODES, Line, amount_in, fields_of, real_in, signed_in

__all__ = ["read_solomon"]

_COLUMNS = ("number", "x", "y", "demand", "ready time", "due date", "service time")


def read_solomon(lines: Sequence[Line]) -> Instance:
    """The instance; raises `Invalid`."""
    file = lines[0].file
    customer = next((place for place, line in enumerate(lines) if line.text.upper() == "CUSTOMER"), None)
    if len(lines) < 4 or customer is None or customer + 2 >= len(lines):
        raise Invalid("instance.cut-off:read-solomon", file=file)
    fleet = fields_of(lines[3], ("number of vehicles", "capacity"))
    nodes: list[Node] = []
    points: list[tuple[float, float]] = []
    for line in lines[customer + 2 :]:
        fields = fields_of(line, _COLUMNS)
        number = amount_in(line, fields[0], "a customer's number")
        if number != len(nodes):
            raise Invalid("instance.order:read-solomon", place=line.place, number=number, nodes=len(nodes))
        if number >= MOST_NODES:
            raise Invalid("instance.too-many:read-solomon", place=line.place, number=number, most_nodes=MOST_NODES)
        points.append((signed_in(line, fields[1], "x"), signed_in(line, fields[2], "y")))
        nodes.append(
            Node(
                number,
                deliver=amount_in(line, fields[3], "the demand"),
                earliest=real_in(line, fields[4], "the ready time"),
                latest=real_in(line, fields[5], "the due date"),
                service=real_in(line, fields[6], "the service time"),
            )
        )
        if nodes[-1].latest < nodes[-1].earliest:
            raise Invalid("instance.window:read-solomon", place=line.place)
    return Instance(
        name=lines[0].text,
        vehicles=amount_in(lines[3], fleet[0], "the number of vehicles"),
        capacity=amount_in(lines[3], fleet[1], "the capacity"),
        depot=nodes[0],
        customers=tuple(nodes[1:]),
        distance=distances_between(points),
    )
