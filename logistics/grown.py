"""
A plan that a branch is put into which its problem does not hold: nothing waited there, or it was set aside.
"""

from __future__ import annotations

from dataclasses import replace

from logistics.draft import Draft, RoadsBetween
from logistics.revising import Recorded
from logistics.solution import Unserved

__all__ = ["grown"]


def grown(before: Recorded, stop: str, now: Draft, roads: RoadsBetween) -> Recorded:
    """The revision with one more stop, which no van makes yet, as a draft of now knows it (`now` holds the stop)."""
    problem, found = before.problem, now.problem.stops[now.problem.stop_index[stop]]
    hub = None if found.hub is None else before.draft.hubs.index(now.hubs[found.hub])
    matrix = roads([*before.draft.hubs, *(one.id for one in problem.stops), stop])
    larger = replace(
        problem,
        stops=(*problem.stops, replace(found, hub=hub)),
        metres=tuple(tuple(row) for row in matrix.metres.tolist()),
        seconds=tuple(tuple(row) for row in matrix.seconds.tolist()),
    )
    return replace(
        before,
        draft=replace(
            before.draft,
            problem=larger,
            carried={**before.draft.carried, stop: now.carried[stop]},
            set_aside=tuple(left for left in before.draft.set_aside if left.branch != stop),
        ),
        solution=replace(
            before.solution,
            problem=larger.digest(),
            unserved=(*before.solution.unserved, Unserved(stop, "price")),
            micros=before.solution.micros + (found.price or 0),
        ),
    )
