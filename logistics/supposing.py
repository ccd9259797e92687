"""
What would be if: a recorded plan with other vans, or with branches shut, searched again and laid beside it.

Nothing is recorded. The plan's own routes are what the search begins with, so that what differs is due to what was
supposed and to the time that the search had. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from circulation.errors import Refused, Unknown
from circulation.messages.names import Names
from logistics.figures import Difference, difference
from logistics.lifting import ways_in
from logistics.problem import RoutingProblem
from logistics.resolving import searched_again
from logistics.revising import Recorded, pins_of
from logistics.solution import Solution
from logistics.stability import steady

__all__ = ["MovedStop", "Supposition", "WhatIf", "what_if"]

CHANGE_MICROS = 10_000_000
"""What it must save to give a stop to another van: 10.00, as where the usual round is kept."""

Search = Callable[[RoutingProblem, Solution | None], Solution]


@dataclass(frozen=True, slots=True)
class Supposition:
    """
    Vans that do not go, branches that are shut, and vans more: each like the one that is named, at its hub with its
    shift.
    """

    without_vans: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    more_like: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MovedStop:
    """A stop that another van makes, or that only one of the plans makes: the vans before and after, None for none."""

    stop: str
    van_before: str | None
    van: str | None

    @property
    def sentence(self) -> str:
        """Who makes the stop then, and who makes it as it is."""
        was = f"van {self.van_before}" if self.van_before else "no van"
        return f"{self.stop}: {f'van {self.van}' if self.van else 'no van'}, and not {was}."


@dataclass(frozen=True)
class WhatIf:
    """
    The plan as it is and as it would be. `moved` are the stops that ride otherwise, `reasons` say why those are left
    that are left only then (not those that were supposed to be shut).
    """

    difference: Difference
    moved: tuple[MovedStop, ...]
    reasons: tuple[str, ...]


def what_if(before: Recorded, supposed: Supposition, search: Search) -> WhatIf:
    """
    The plan beside what the search makes of it when something is otherwise.

    Every stop keeps its van unless a change saves `CHANGE_MICROS` or is needed, so that what differs is due to what is
    supposed and not to a longer search. What would have gone to a branch that is shut costs nothing to leave.

    Raises `Unknown` (`plan.van-unknown`, `plan.stop-unknown`) and `Refused` (`plan.no-van:left`: no van is left).
    """
    problem = _with_vans(before, supposed)
    for code in supposed.closed:
        if code not in problem.stop_index:
            raise Unknown("plan.stop-unknown", stop=code[:60])
    shut = {problem.stop_index[code] for code in supposed.closed}
    stops = tuple(replace(stop, price=0) if number in shut else stop for number, stop in enumerate(problem.stops))
    problem = steady(replace(problem, stops=stops), before.solution, micros_van=CHANGE_MICROS)
    out = before.dropped | frozenset(supposed.closed)
    now = searched_again(problem, before.solution, "free", search, dropped=out)
    rode, rides = _vans_of(before.solution), _vans_of(now)
    return WhatIf(
        difference=difference((before.draft, before.solution), (replace(before.draft, problem=problem), now)),
        moved=tuple(
            MovedStop(stop, rode.get(stop), rides.get(stop))
            for stop in sorted(rode.keys() | rides.keys())
            if rode.get(stop) != rides.get(stop)
        ),
        reasons=tuple(
            _reason(problem, now, left.stop) for left in now.unserved if left.stop in rode and left.stop not in out
        ),
    )


def _reason(problem: RoutingProblem, solution: Solution, stop: str) -> str:
    """Why a stop is left, by the way in that asks for least."""
    ways = ways_in(problem, solution, problem.stop_index[stop])
    if not ways:
        return f"{stop} is left out: no van goes from its hub."
    best = ways[0]
    if best.lifts or best.price is None:
        return f"{stop} is left out. {best.sentence}"
    cost, price = best.micros / 1_000_000, best.price / 1_000_000
    return f"{stop} is left out. {best.sentence} That costs {cost:.2f}, and leaving it is counted as {price:.2f}."


def _with_vans(before: Recorded, supposed: Supposition) -> RoutingProblem:
    problem = before.problem
    for code in (*supposed.without_vans, *supposed.more_like):
        if code not in problem.van_index:
            raise Unknown("plan.van-unknown", van=code[:60], vans=", ".join(sorted(problem.van_index)))
    stay = [van for van in problem.vans if van.id not in supposed.without_vans]
    names = {van.id for van in problem.vans}
    for like in supposed.more_like:
        name = next(name for number in range(2, 999) if (name := f"{like}-{number}") not in names)
        names.add(name)
        stay.append(replace(problem.vans[problem.van_index[like]], id=name))
    if not stay:
        raise Refused("plan.no-van:left", vans=Names(sorted(supposed.without_vans)))
    bare = replace(problem, vans=tuple(stay), pins=(), stability=None)
    return replace(bare, pins=pins_of(bare, before.pins))


def _vans_of(solution: Solution) -> dict[str, str]:
    return {stop: route.van for route in solution.routes for stop in route.stops}
