"""
What the routes of a day would be for some of the members alone: their branches, their totes, the hub's vans.

Each question is asked of the solver once, with a small budget of iterations, and kept; so the same runs give the same
shares. The cost is metres alone, so that hours and vans, which all have in common, do not blur who lies far away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from logistics.cost_shares import Coalition, Estimate, marginal, shapley
from logistics.draft import RoadsBetween, problem_van
from logistics.fleet import Van
from logistics.problem import Hub, RoutingProblem, Stop
from logistics.solution import Solution
from logistics.solver import Budget, solve

if TYPE_CHECKING:
    from logistics.roads import Matrix

__all__ = ["Contributions", "DayGame", "Served", "contributions"]

Search = Callable[[RoutingProblem, Budget, int], Solution]


@dataclass(frozen=True, slots=True)
class Served:
    """A branch that was called at, its member, and the totes that came off and went on there."""

    branch: str
    member: str
    off: int
    on: int


@dataclass(frozen=True, slots=True)
class Contributions:
    """What each member adds to the metres of all days."""

    marginal: Mapping[str, int]
    shapley: Mapping[str, Estimate]


@dataclass
class DayGame:
    """The metres of a hub's day for any of its members. `vans` are those that were out."""

    hub: str
    served: Sequence[Served]
    vans: Sequence[Van]
    roads: RoadsBetween
    iterations: int
    search: Search = solve
    _known: dict[Coalition, int] = field(default_factory=dict)

    @property
    def members(self) -> list[str]:
        """Those whose branches were called at."""
        return sorted({one.member for one in self.served})

    def metres(self, members: Coalition) -> int:
        """The metres of routes over the branches of these members; a stop for which no van has room is driven alone."""
        if members not in self._known:
            stops = [one for one in self.served if one.member in members]
            self._known[members] = self._drive(stops) if stops else 0
        return self._known[members]

    @cached_property
    def _matrix(self) -> Matrix:
        return self.roads([self.hub, *(one.branch for one in self.served)])

    @cached_property
    def _row(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self._matrix.codes)}

    def _drive(self, served: Sequence[Served]) -> int:
        from logistics.roads import part_of

        rows = [self._row[code] for code in (self.hub, *(one.branch for one in served))]
        matrix = self._matrix
        there = [problem_van(van, "day", (self.hub,)) for van in self.vans]
        spare = [replace(van, id=f"{van.id} again") for van in there]
        problem = RoutingProblem(
            hubs=(Hub(self.hub),),
            vans=tuple(
                replace(van, rest=None, micros_per_metre=1, micros_per_second=0, micros_fixed=0)
                for van in (*there, *spare)
            ),
            stops=tuple(Stop(one.branch, deliver=one.off, collect=one.on, service_seconds=300) for one in served),
            metres=part_of(matrix.metres, rows),
            seconds=part_of(matrix.seconds, rows),
        )
        solution = self.search(problem, Budget(iterations=self.iterations), 1)
        alone = (1 + problem.stop_index[left.stop] for left in solution.unserved)
        return solution.metres + sum(problem.metres[0][place] + problem.metres[place][0] for place in alone)


def contributions(
    games: Sequence[DayGame], *, samples: int, seed: int, tell: Callable[[], None] = lambda: None
) -> Contributions:
    """
    Marginal metres and Shapley values over all days and hubs; `tell` hears of each that is done.

    Hubs and days have nothing in common, so the value of all is the sum of their values, and its variance of theirs.
    """
    added: dict[str, int] = {}
    values: dict[str, Estimate] = {}
    for game in games:
        for member, metres in marginal(game.members, game.metres).items():
            added[member] = added.get(member, 0) + metres
        for member, found in shapley(game.members, game.metres, samples=samples, seed=seed).items():
            before = values.get(member, Estimate(found.value - found.value, 0.0))
            error = (before.error**2 + found.error**2) ** 0.5
            values[member] = Estimate(before.value + found.value, error)
        tell()
    return Contributions(added, values)
