"""
What would be if: a recorded plan with other vans, or with branches shut, searched again and laid beside it.

Nothing is recorded. The plan's own routes are what the search begins with, so that what differs is due to what was
supposed and to the time that the search had. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from circulation.errors import Refused, Unknown
from circulation.messages.names import Names
from logistics.explain import explain
from logistics.figures import Difference, difference
from logistics.problem import RoutingProblem
from logistics.resolving import searched_again
from logistics.revising import Recorded, pins_of
from logistics.solution import Solution
from logistics.stability import Stability

__all__ = ["MovedStop", "Supposition", "WhatIf", "what_if"]

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

    Raises `Unknown` (`plan.van-unknown`, `plan.stop-unknown`) and `Refused` (`plan.no-van:left`: no van is left).
    """
    problem = _with_vans(before, supposed)
    for code in supposed.closed:
        if code not in problem.stop_index:
            raise Unknown("plan.stop-unknown", stop=code[:60])
    out = before.dropped | frozenset(supposed.closed)
    found = searched_again(problem, before.solution, "free", search, dropped=out)
    was, now = _vans_of(before.solution), _vans_of(found)
    moved = tuple(
        MovedStop(stop, was.get(stop), now.get(stop))
        for stop in sorted(was.keys() | now.keys())
        if was.get(stop) != now.get(stop)
    )
    left = tuple(one for one in found.unserved if one.stop in was and one.stop not in out)
    return WhatIf(
        difference=difference((before.problem, before.solution), (problem, found)),
        moved=moved,
        reasons=tuple(one.sentence for one in explain(problem, replace(found, unserved=left))),
    )


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
    place = {van.id: number for number, van in enumerate(stay)}
    bare = replace(problem, vans=tuple(stay), pins=(), stability=_steady(problem, place))
    return replace(bare, pins=pins_of(bare, before.pins))


def _steady(problem: RoutingProblem, place: Mapping[str, int]) -> Stability | None:
    """The prices of change, with the vans at their new places; a van that does not go is nobody's usual van."""
    prices = problem.stability
    if prices is None:
        return None
    usual = (replace(one, van=None if one.van is None else place.get(problem.vans[one.van].id)) for one in prices.usual)
    return replace(prices, usual=tuple(usual))


def _vans_of(solution: Solution) -> dict[str, str]:
    return {stop: route.van for route in solution.routes for stop in route.stops}
