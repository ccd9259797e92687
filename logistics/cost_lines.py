"""
What a run cost and whom it served, line by line, each with the positions of the events that say so. Pure.

A run costs what the route of its plan reckons: its kilometres, the hours from leaving to returning, the van's day; a
skipped stop makes it no cheaper. A van that drove without a plan is reckoned by road over its calls and by its clock, a
trunk run by road from its hub to the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from circulation.clock import SECOND_US
from circulation.event import Fact
from logistics.draft import RoadsBetween
from logistics.fleet import Van
from logistics.plan import PlannedRoute
from logistics.run import RunFinished, RunReloaded, RunStarted, StopServed

__all__ = ["CallLine", "RunLine", "call_lines", "run_line"]


@dataclass(frozen=True, slots=True)
class RunLine:
    """
    What one finished run cost. `position` and `finished` are of the events with which it left and came back.

    `reckoned` says from what: `plan`, `road` or `trunk`. Seconds are paid time, 0 for a trunk run.
    """

    run: str
    day: str
    van: str
    hub: str
    plan: str | None
    position: int
    finished: int
    reckoned: str
    metres: int
    seconds: int
    cents: int


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call at a member's branch, by the event at `position`, and the totes that came off and went on."""

    run: str
    day: str
    hub: str
    position: int
    branch: str
    member: str
    totes_off: int
    totes_on: int


def run_line(
    facts: Sequence[Fact],
    *,
    route: PlannedRoute | None,
    van: Van | None,
    roads: RoadsBetween,
    trunk_cents_per_km: int,
) -> RunLine | None:
    """
    The cost of the run that these facts tell; None while it is not finished.

    `route` is the one that it carried out, `van` the van as it was set when it left: None for a trunk run.
    """
    if not facts or not isinstance(started := facts[0].event, RunStarted):
        return None
    finished = next((fact for fact in facts if isinstance(fact.event, RunFinished)), None)
    if finished is None:
        return None
    run = facts[0].stream.removeprefix("run/")
    calls = [
        fact.event.branch if isinstance(fact.event, StopServed) else started.hub
        for fact in facts
        if isinstance(fact.event, StopServed | RunReloaded)
    ]
    seconds = 0
    if route is not None and van is not None:
        reckoned, metres, seconds = "plan", route.metres, route.returns - route.leaves
    elif van is not None:
        reckoned, metres = "road", _metres([started.hub, *calls, started.hub], roads)
        seconds = (finished.happened_us - facts[0].happened_us) // SECOND_US
    else:
        reckoned, metres = "trunk", _metres([started.hub, *(calls or started.stops)], roads)
    if van is None:
        micros = metres * trunk_cents_per_km * 10
    else:
        micros = metres * van.cost_per_km_cents * 10 + van.cost_per_day_cents * 10_000
        micros += seconds * van.cost_per_hour_cents * 10_000 // 3600
    return RunLine(
        run=run,
        day=run.partition("/")[0],
        van=started.van,
        hub=started.hub,
        plan=None if started.plan is None else f"{started.plan} revision {started.revision}",
        position=facts[0].position,
        finished=finished.position,
        reckoned=reckoned,
        metres=metres,
        seconds=seconds,
        cents=(micros + 5_000) // 10_000,
    )


def call_lines(
    facts: Iterable[Fact], *, hub: str, hubs: Collection[str], member_of: Callable[[str], str]
) -> list[CallLine]:
    """The calls of a run from `hub` that were made at branches; what one hub hands to another is no call."""
    lines = []
    for fact in facts:
        called = fact.event
        if isinstance(called, StopServed) and called.branch not in hubs:
            run = fact.stream.removeprefix("run/")
            lines.append(
                CallLine(
                    run=run,
                    day=run.partition("/")[0],
                    hub=hub,
                    position=fact.position,
                    branch=called.branch,
                    member=member_of(called.branch),
                    totes_off=len(called.fillings_off),
                    totes_on=len(called.fillings_on),
                )
            )
    return lines


def _metres(way: Sequence[str], roads: RoadsBetween) -> int:
    places = sorted(set(way))
    matrix = roads(places)
    row = {place: number for number, place in enumerate(places)}
    return sum(int(matrix.metres[row[one], row[other]]) for one, other in pairwise(way))
