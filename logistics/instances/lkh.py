"""
Simultaneous pickup and delivery, with or without time windows, in the LKH style of TSPLIB (Helsgaun 2017).

A line of `PICKUP_AND_DELIVERY_SECTION` holds node, demand (not used), earliest, latest, service, pickup, delivery.
The two times count only where the TYPE ends in TW, as in LKH-3; `DISTANCE` bounds a route's distance and service
times together, 0 is no bound. Two-dimensional distances are taken in double precision whatever the file says
about rounding; explicit ones as they stand.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePath

from circulation.errors import Invalid
from logistics.instances.instance import Instance, Node, distances_between
from logistics.instances.lines import (
    MOST_NODES,
    Line,
    amount_in,
    fields_of,
    real_in,
    signed_in,
    whole_in,
)

__all__ = ["KEYWORD", "read_lkh"]

KEYWORD = re.compile(r"([A-Za-z][A-Za-z_]*)(?:\s*:\s*|\s+|$)(.*)")
_TYPES = {"VRPSPD", "VRPSPDTW", "VRPMPD", "VRPMPDTW", "MVRPB"}
_NEEDED = ("TYPE", "DIMENSION", "VEHICLES", "CAPACITY", "EDGE_WEIGHT_TYPE")
_WITHOUT_MEANING = {"NAME", "COMMENT", "SCALE", "NODE_COORD_TYPE", "DISPLAY_DATA_TYPE", "SERVICE_TIME"}
_KEYWORDS = {*_NEEDED, *_WITHOUT_MEANING, "DISTANCE", "SALESMEN", "EDGE_WEIGHT_FORMAT"}
_SECTIONS = {"NODE_COORD_SECTION", "EDGE_WEIGHT_SECTION", "PICKUP_AND_DELIVERY_SECTION", "DEPOT_SECTION"}
_PLANE = {"EXACT_2D", "EUC_2D"}
_COLUMNS = ("node", "demand", "earliest", "latest", "service", "pickup", "delivery")
_Cells = Callable[[int], Iterator[tuple[int, int]]]
_FORMATS: Mapping[str, _Cells] = {
    "FULL_MATRIX": lambda n: ((i, j) for i in range(n) for j in range(n)),
    "UPPER_ROW": lambda n: ((i, j) for i in range(n) for j in range(i + 1, n)),
    "UPPER_DIAG_ROW": lambda n: ((i, j) for i in range(n) for j in range(i, n)),
    "LOWER_ROW": lambda n: ((i, j) for i in range(n) for j in range(i)),
    "LOWER_DIAG_ROW": lambda n: ((i, j) for i in range(n) for j in range(i + 1)),
}


def read_lkh(lines: Sequence[Line]) -> Instance:
    """The instance; raises `Invalid`."""
    file = lines[0].file
    head, sections = _split(lines)
    kind = head["TYPE"][1].upper()
    if kind not in _TYPES:
        raise Invalid("instance.type", place=head["TYPE"][0].place, type=kind[:20], types=", ".join(sorted(_TYPES)))
    size = _count(head["DIMENSION"], "DIMENSION", 1)
    if size > MOST_NODES:
        raise Invalid("instance.too-many:read-lkh", place=head["DIMENSION"][0].place, size=size, most_nodes=MOST_NODES)
    nodes = _nodes(file, sections, size, timed=kind.endswith("TW"))
    depot = _depot(file, sections, size)
    order = [depot, *(number for number in range(1, size + 1) if number != depot)]
    distance = _distances(file, head, sections, size)
    if nodes[depot].deliver or nodes[depot].collect:
        raise Invalid("instance.depot", file=file, depot=depot)
    longest = real_in(*head["DISTANCE"], "DISTANCE") if "DISTANCE" in head else 0.0
    return Instance(
        name=head.get("NAME", (lines[0], PurePath(file).stem))[1],
        vehicles=_count(head["VEHICLES"], "VEHICLES", 1),
        capacity=_count(head["CAPACITY"], "CAPACITY", 0),
        depot=nodes[depot],
        customers=tuple(nodes[number] for number in order[1:]),
        distance=tuple(tuple(distance[one - 1][two - 1] for two in order) for one in order),
        longest=longest or math.inf,
    )


def _split(lines: Sequence[Line]) -> tuple[dict[str, tuple[Line, str]], dict[str, list[Line]]]:
    """The keywords with their values, and the lines of every section."""
    head: dict[str, tuple[Line, str]] = {}
    sections: dict[str, list[Line]] = {}
    current: list[Line] | None = None
    for line in lines:
        found = KEYWORD.fullmatch(line.text)
        if found is None:
            if current is None:
                raise Invalid("instance.outside", place=line.place)
            current.append(line)
            continue
        keyword, value = found[1].upper(), found[2].strip()
        if keyword == "EOF":
            break
        if keyword in head or keyword in sections:
            raise Invalid("instance.twice", place=line.place, keyword=keyword)
        if keyword in _SECTIONS:
            current = sections[keyword] = []
        elif keyword in _KEYWORDS:
            current = None
            head["VEHICLES" if keyword == "SALESMEN" else keyword] = (line, value)
        else:
            raise Invalid("instance.keyword", place=line.place, keyword=keyword[:30])
    for keyword in _NEEDED:
        if keyword not in head:
            raise Invalid("instance.missing", file=lines[0].file, keyword=keyword)
    return head, sections


def _count(entry: tuple[Line, str], what: str, least: int) -> int:
    line, text = entry
    number = amount_in(line, text, what)
    if number < least:
        raise Invalid("instance.negative:count", place=line.place, what=what, number=number, least=least)
    return number


def _section(file: str, sections: Mapping[str, list[Line]], name: str) -> list[Line]:
    if not sections.get(name):
        raise Invalid("instance.missing:section", file=file, name=name)
    return sections[name]


def _node_in(line: Line, text: str, size: int) -> int:
    number = whole_in(line, text, "a node")
    if not 1 <= number <= size:
        raise Invalid("instance.node", place=line.place, number=number, size=size)
    return number


def _all_there(file: str, name: str, found: Mapping[int, object], size: int) -> None:
    if len(found) != size:
        lacking = next(number for number in range(1, size + 1) if number not in found)
        raise Invalid("instance.missing:all-there", file=file, lacking=lacking, name=name)


def _nodes(file: str, sections: Mapping[str, list[Line]], size: int, *, timed: bool) -> dict[int, Node]:
    nodes: dict[int, Node] = {}
    name = "PICKUP_AND_DELIVERY_SECTION"
    for line in _section(file, sections, name):
        fields = fields_of(line, _COLUMNS)
        number = _node_in(line, fields[0], size)
        if number in nodes:
            raise Invalid("instance.twice:nodes", place=line.place, number=number)
        earliest, latest = real_in(line, fields[2], "the earliest time"), real_in(line, fields[3], "the latest time")
        if latest < earliest:
            raise Invalid("instance.window:read-li-lim", place=line.place)
        nodes[number] = Node(
            number,
            deliver=amount_in(line, fields[6], "the delivery"),
            collect=amount_in(line, fields[5], "the pickup"),
            earliest=earliest if timed else 0.0,
            latest=latest if timed else math.inf,
            service=real_in(line, fields[4], "the service time"),
        )
    _all_there(file, name, nodes, size)
    return nodes


def _depot(file: str, sections: Mapping[str, list[Line]], size: int) -> int:
    entries = [(line, text) for line in _section(file, sections, "DEPOT_SECTION") for text in line.fields]
    depots = []
    for line, text in entries:
        if text == "-1":
            break
        depots.append(_node_in(line, text, size))
    if len(depots) != 1:
        raise Invalid("instance.depot:depot", place=entries[0][0].place, depots=len(depots))
    return depots[0]


def _distances(
    file: str, head: Mapping[str, tuple[Line, str]], sections: Mapping[str, list[Line]], size: int
) -> Sequence[Sequence[float]]:
    line, kind = head["EDGE_WEIGHT_TYPE"]
    if kind.upper() in _PLANE:
        return distances_between(_points(file, sections, size))
    if kind.upper() != "EXPLICIT":
        raise Invalid("instance.weights", place=line.place, kind=kind[:20])
    line, form = head.get("EDGE_WEIGHT_FORMAT", (line, "nothing"))
    if form.upper() not in _FORMATS:
        raise Invalid("instance.weights:distances", place=line.place, form=form[:20], formats=", ".join(_FORMATS))
    cells = list(_FORMATS[form.upper()](size))
    given = [(row, text) for row in _section(file, sections, "EDGE_WEIGHT_SECTION") for text in row.fields]
    if len(given) != len(cells):
        raise Invalid(
            "instance.weights:lkh",
            place=given[-1][0].place,
            given=len(given),
            size=size,
            cells=len(cells),
            form=form.upper(),
        )
    matrix = [[0.0] * size for _ in range(size)]
    for (one, two), (row, text) in zip(cells, given, strict=True):
        matrix[one][two] = real_in(row, text, "a distance")
        if form.upper() != "FULL_MATRIX":
            matrix[two][one] = matrix[one][two]
    return matrix


def _points(file: str, sections: Mapping[str, list[Line]], size: int) -> list[tuple[float, float]]:
    points: dict[int, tuple[float, float]] = {}
    name = "NODE_COORD_SECTION"
    for line in _section(file, sections, name):
        fields = fields_of(line, ("node", "x", "y"))
        number = _node_in(line, fields[0], size)
        if number in points:
            raise Invalid("instance.twice:points", place=line.place, number=number)
        points[number] = (signed_in(line, fields[1], "x"), signed_in(line, fields[2], "y"))
    _all_there(file, name, points, size)
    return [points[number] for number in range(1, size + 1)]
