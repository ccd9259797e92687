"""
Trunk runs over several weeks as a graph of places in time.

Hubs at the moments at which something leaves or lands are joined by waiting and by trunk runs; the soonest way to
another hub is a shortest path. A departure is reached by being sorted before its cut-off.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Departure", "TrunkGraph"]


@dataclass(frozen=True, slots=True)
class Departure:
    """One trunk run on one day: sorted by `ready_us` at `origin`, it is at `destination` at `lands_us`."""

    origin: str
    ready_us: int
    destination: str
    lands_us: int


class TrunkGraph:
    """
    Places in time, joined by waiting at a hub and by trunk runs; the weight of an edge is the time it takes.

    A trunk run weighs one microsecond more than it lasts, so that of two ways that arrive together the one with
    fewer legs is taken.
    """

    def __init__(self, departures: Iterable[Departure]) -> None:
        self._departures = tuple(departures)
        moments: dict[str, set[int]] = {}
        for departure in self._departures:
            moments.setdefault(departure.origin, set()).add(departure.ready_us)
            moments.setdefault(departure.destination, set()).add(departure.lands_us)
        self._moments = {hub: sorted(times) for hub, times in moments.items()}
        self._cutoffs = {
            hub: sorted({d.ready_us for d in self._departures if d.origin == hub}) for hub in self._moments
        }
        self._built: nx.DiGraph | None = None
        self._found: dict[tuple[str, int], dict[str, tuple[tuple[str, int], ...]]] = {}

    def next_cutoff(self, hub: str, at_us: int, *, to: str | None = None) -> int | None:
        """The first cut-off of a trunk run from the hub, to a named hub or to any, at or after that instant."""
        if to is not None:
            leaving = (d.ready_us for d in self._departures if (d.origin, d.destination) == (hub, to))
            return min((ready_us for ready_us in leaving if ready_us >= at_us), default=None)
        cutoffs = self._cutoffs.get(hub, [])
        place = bisect_left(cutoffs, at_us)
        return cutoffs[place] if place < len(cutoffs) else None

    def soonest(self, start: str, goal: str, at_us: int) -> tuple[int, str] | None:
        """When what is at `start` at that instant is at `goal`, and the first hub on its way there."""
        path = self._path(start, goal, at_us)
        if path is None:
            return None
        return path[-1][1], next(place for place, _ in path if place != start)

    def way(self, start: str, goal: str, at_us: int) -> tuple[Departure, ...]:
        """The trunk runs that get there soonest, in order; none where no way leads there."""
        path = self._path(start, goal, at_us) or ()
        return tuple(Departure(*one, *two) for one, two in pairwise(path) if one[0] != two[0])

    def _path(self, start: str, goal: str, at_us: int) -> tuple[tuple[str, int], ...] | None:
        times = self._cutoffs.get(start, [])
        place = bisect_left(times, at_us)
        if place == len(times):
            return None
        source = (start, times[place])
        if source not in self._found:
            self._found[source] = self._search(source)
        return self._found[source].get(goal)

    def _search(self, source: tuple[str, int]) -> dict[str, tuple[tuple[str, int], ...]]:
        import networkx as nx

        found: dict[str, tuple[tuple[str, int], ...]] = {}
        costs, paths = nx.single_source_dijkstra(self._graph(), source)
        for (hub, moment), _ in sorted(costs.items(), key=lambda entry: (entry[1], entry[0])):
            if hub not in found and hub != source[0]:
                found[hub] = tuple(paths[(hub, moment)])
        return found

    def _graph(self) -> nx.DiGraph:
        import networkx as nx

        if self._built is None:
            graph = nx.DiGraph()
            for hub, times in self._moments.items():
                for earlier, later in pairwise(times):
                    graph.add_edge((hub, earlier), (hub, later), weight=later - earlier)
            for d in self._departures:
                lasts = d.lands_us - d.ready_us
                one, two = (d.origin, d.ready_us), (d.destination, d.lands_us)
                graph.add_edge(one, two, weight=lasts + 1)
            self._built = graph
        return self._built
