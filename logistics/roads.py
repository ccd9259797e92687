"""
Travel between places: a `networkx` graph of roads, and the matrix of metres and seconds that routing needs.

Without better knowledge travel is estimated: great-circle distance times a circuity, at a speed that grows with
the length of the leg. A consortium that has road times supplies them as links; pairs that it leaves out are filled
by the shortest path over the others. No road leads to an island unless a link says so, and a place that
cannot be reached is refused by name rather than given a fancy time.

The speeds were fitted to 512 drives between mobile library stops in south-west England, routed on real roads for
a heavy vehicle: at circuity 1.3 the estimate's total time is 0.999 of theirs and the median ratio 1.00;
errors add up to 15.5 % of all time (R² 0.97), legs under 1 km come out a fifth too short. Of their distance the
estimate has 0.90.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from circulation.errors import Invalid, Refused, Unknown

__all__ = [
    "Link",
    "Matrix",
    "Place",
    "estimated_roads",
    "linked_roads",
    "matrix_of",
    "part_of",
    "read_links",
    "unreachable",
    "write_links",
]

EARTH_RADIUS_METRES = 6_371_008.8
TOWN_METRES, COUNTRY_METRES = 1_000.0, 5_000.0
"""The first stretch of a leg is driven at town speed, what lies beyond the second length at main-road speed."""
TOWN_KMH, COUNTRY_KMH, MAIN_ROAD_KMH = 24.0, 36.0, 48.0
_HEADER = b"from,to,metres,seconds"
_LIMIT = 10_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """A branch, hub or depot on the map, WGS 84 in degrees × 10⁶; no road leads to an `island`."""

    code: str
    latitude_e6: int
    longitude_e6: int
    island: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """A drive from one place to another, one way; metres and seconds from 0 to ten million."""

    origin: str
    destination: str
    metres: int
    seconds: int


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """
    Metres and seconds from each place (row) to each (column), 64-bit integers in the order of `codes`.

    `provider` says where they come from (`estimated …`, or the name of a supplied matrix). `digest` is the SHA-256
    of all of it.
    """

    codes: tuple[str, ...]
    metres: NDArray[np.int64]
    seconds: NDArray[np.int64]
    provider: str
    digest: str

    @property
    def estimated(self) -> bool:
        """Whether nobody measured these times."""
        return self.provider.startswith("estimated")


def estimated_roads(places: Sequence[Place], *, circuity_percent: int = 130, speed_percent: int = 100) -> nx.DiGraph:
    """
    A graph in which every place is joined to every other, islands excepted.

    Circuity is 100 to 300 and says how much longer the road is than the straight line; speed is 20 to 300, where
    100 is what was fitted. Raises `Invalid` (`roads.setting`) outside.
    """
    for name, percent, least in (("circuity", circuity_percent, 100), ("speed", speed_percent, 20)):
        if not least <= percent <= 300:
            raise Invalid("roads.setting", name=name, percent=percent, least=least)
    graph = nx.DiGraph(provider=f"estimated circuity={circuity_percent}% speed={speed_percent}%")
    graph.add_nodes_from(place.code for place in places)
    mainland = [place for place in places if not place.island]
    metres = _great_circle(mainland) * (circuity_percent / 100)
    seconds = _driving_seconds(metres) * (100 / speed_percent)
    codes = [place.code for place in mainland]
    for row, (code, row_metres, row_seconds) in enumerate(
        zip(codes, np.rint(metres).astype(int).tolist(), np.rint(seconds).astype(int).tolist(), strict=True)
    ):
        graph.add_edges_from(
            (code, other, {"metres": m, "seconds": s})
            for column, (other, m, s) in enumerate(zip(codes, row_metres, row_seconds, strict=True))
            if column != row
        )
    return graph


def linked_roads(places: Sequence[Place], links: Iterable[Link], *, provider: str) -> nx.DiGraph:
    """
    A graph of the links alone; an end that is no place (a junction, a ferry port) is passed through.

    `provider` names who measured them. Raises `Invalid` (`roads.link`) for a link to itself, out of range, or
    given twice with different numbers.
    """
    graph = nx.DiGraph(provider=provider)
    graph.add_nodes_from(place.code for place in places)
    for link in links:
        pair = f"from {link.origin} to {link.destination}"
        if link.origin == link.destination or not (0 <= link.metres <= _LIMIT and 0 <= link.seconds <= _LIMIT):
            raise Invalid("roads.link", pair=pair, metres=link.metres, seconds=link.seconds, limit=_LIMIT)
        known = graph.get_edge_data(link.origin, link.destination)
        if known is not None and known != {"metres": link.metres, "seconds": link.seconds}:
            raise Invalid("roads.link:twice", pair=pair)
        graph.add_edge(link.origin, link.destination, metres=link.metres, seconds=link.seconds)
    return graph


def unreachable(graph: nx.DiGraph, origin: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Those of `codes` that cannot be driven to from `origin` and back, in their order."""
    _check_known(graph, [origin])
    there, back = nx.descendants(graph, origin), nx.ancestors(graph, origin)
    return tuple(code for code in codes if code != origin and not (code in there and code in back))


def matrix_of(graph: nx.DiGraph, codes: Sequence[str]) -> Matrix:
    """
    The matrix of these places, in this order; a pair without a link of its own goes the quickest way over others.

    Raises `Refused` (`roads.unreachable`) naming places that are cut off, and `Unknown` (`roads.place`).
    """
    _check_known(graph, codes)
    nodes = list(graph)
    seconds = nx.to_numpy_array(graph, nodes, weight="seconds", nonedge=np.inf)
    metres = nx.to_numpy_array(graph, nodes, weight="metres", nonedge=np.inf)
    np.fill_diagonal(seconds, 0)
    np.fill_diagonal(metres, 0)
    place = {code: index for index, code in enumerate(nodes)}
    chosen = [place[code] for code in codes]
    asked = np.ix_(chosen, chosen)
    if np.isinf(seconds[asked]).any():
        _refuse_cut_off(graph, codes)
        seconds, metres = _fill(seconds, metres)
    whole_metres, whole_seconds = metres[asked].astype(np.int64), seconds[asked].astype(np.int64)
    for array in (whole_metres, whole_seconds):
        array.setflags(write=False)
    provider = str(graph.graph["provider"])
    digest = hashlib.sha256("\n".join((provider, *codes)).encode())
    digest.update(whole_metres.astype("<i8").tobytes())
    digest.update(whole_seconds.astype("<i8").tobytes())
    return Matrix(tuple(codes), whole_metres, whole_seconds, provider, digest.hexdigest())


def write_links(links: Iterable[Link]) -> bytes:
    """The links as the CSV that is attached to the log: sorted, so that the same links are the same bytes."""
    rows = (f"{link.origin},{link.destination},{link.metres},{link.seconds}" for link in sorted(set(links)))
    return b"\n".join((_HEADER, *(row.encode() for row in rows), b""))


def part_of(numbers: NDArray[np.int64], rows: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The metres or seconds between the places of these rows, in their order, as a routing problem holds them."""
    return tuple(tuple(row) for row in numbers[np.ix_(rows, rows)].tolist())


def read_links(attachment: bytes) -> tuple[Link, ...]:
    """What `write_links` wrote; raises `Invalid` (`roads.attachment`) for anything else."""
    header, *rows = attachment.split(b"\n")
    if header == _HEADER and rows and rows[-1] == b"":
        try:
            fields = [row.decode().split(",") for row in rows[:-1]]
            return tuple(
                Link(origin, destination, int(metres), int(seconds)) for origin, destination, metres, seconds in fields
            )
        except ValueError:
            pass
    raise Invalid("roads.attachment")


def _great_circle(places: Sequence[Place]) -> NDArray[np.float64]:
    """Metres between all places on a sphere, by the haversine formula."""
    latitude = np.radians([place.latitude_e6 / 1e6 for place in places])
    longitude = np.radians([place.longitude_e6 / 1e6 for place in places])
    half_north = np.sin((latitude[:, None] - latitude) / 2) ** 2
    half_east = np.sin((longitude[:, None] - longitude) / 2) ** 2
    chord = half_north + np.cos(latitude)[:, None] * np.cos(latitude) * half_east
    return np.asarray(2 * EARTH_RADIUS_METRES * np.arcsin(np.sqrt(np.clip(chord, 0, 1))), dtype=np.float64)


def _driving_seconds(metres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Never longer in one go than in two, since every further metre is driven at least as fast."""
    town = np.minimum(metres, TOWN_METRES) / TOWN_KMH
    country = np.clip(metres - TOWN_METRES, 0, COUNTRY_METRES - TOWN_METRES) / COUNTRY_KMH
    main_road = np.maximum(metres - COUNTRY_METRES, 0) / MAIN_ROAD_KMH
    return np.asarray((town + country + main_road) * 3.6, dtype=np.float64)


def _fill(seconds: NDArray[np.float64], metres: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    The missing pairs by the quickest way over all others (Floyd and Warshall, with its metres carried along).

    Pairs that were given stay as given, even where a way round would be quicker.
    """
    given = np.isfinite(seconds)
    quickest, length = seconds.copy(), metres.copy()
    for middle in range(len(quickest)):
        over = quickest[:, middle, None] + quickest[middle]
        better = over < quickest
        quickest = np.where(better, over, quickest)
        length = np.where(better, length[:, middle, None] + length[middle], length)
    return np.where(given, seconds, quickest), np.where(given, metres, length)


def _check_known(graph: nx.DiGraph, codes: Iterable[str]) -> None:
    for code in codes:
        if code not in graph:
            raise Unknown("roads.place", place=code[:60])


def _refuse_cut_off(graph: nx.DiGraph, codes: Sequence[str]) -> None:
    """Name the places that do not belong to the largest part in which everything reaches everything."""
    parts = nx.strongly_connected_components(graph)
    together = max(parts, key=lambda part: (sum(code in part for code in codes), min(part)))
    cut_off = [code for code in codes if code not in together]
    if cut_off:
        raise (
            Refused("roads.unreachable:more", cut_off=", ".join(cut_off[:5]), more=len(cut_off) - 5)
            if len(cut_off) > 5
            else Refused("roads.unreachable", cut_off=", ".join(cut_off[:5]))
        )
