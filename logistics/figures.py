"""
A plan in a few numbers, and what an edit changes: numbers and broken rules before and after.

Counted from the routes alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from logistics.doors import stops_made
from logistics.draft import Draft
from logistics.problem import RoutingProblem, Stop
from logistics.solution import Route, Solution, Violation, verify
from logistics.stability import changes
from logistics.stop_names import taken_over_from

__all__ = ["Difference", "Figures", "difference", "figures_of", "late_seconds", "paid_micros"]


@dataclass(frozen=True, slots=True)
class Figures:
    """
    What a plan drives, costs and serves.

    `paid_seconds` run from leaving to returning, over all vans. `late_seconds` are those by which service starts after
    the last window of its stop has closed, over all stops. `totes` are brought and taken at the stops that are served.

    `stops`, `left` and `cost_micros` are those of the plan's own totals: calls at branches; what is left behind, set
    aside before the routes were searched or left by them; what the routes cost, without what a change of the usual
    round is priced at, as nobody pays that. `left_micros` is the price of leaving the stops that could have been made;
    what was set aside has none.
    """

    metres: int
    paid_seconds: int
    late_seconds: int
    totes: int
    stops: int
    left: int
    cost_micros: int
    left_micros: int


@dataclass(frozen=True, slots=True)
class Difference:
    """
    Two plans side by side. `broken_before` and `broken_after` are what the judge finds in each.

    `newly_broken` and `mended` are the sentences that only one of them has.
    """

    before: Figures
    after: Figures
    broken_before: tuple[Violation, ...]
    broken_after: tuple[Violation, ...]

    @property
    def newly_broken(self) -> tuple[Violation, ...]:
        """What is broken only after."""
        return _only_in(self.broken_after, self.broken_before)

    @property
    def mended(self) -> tuple[Violation, ...]:
        """What was broken only before."""
        return _only_in(self.broken_before, self.broken_after)


def figures_of(draft: Draft, solution: Solution) -> Figures:
    """The figures of a solution of the draft's problem."""
    problem = draft.problem
    served = [problem.stops[problem.stop_index[stop]] for route in solution.routes for stop in route.stops]
    return Figures(
        metres=solution.metres,
        paid_seconds=solution.seconds,
        late_seconds=sum(
            late_seconds(problem.stops[problem.stop_index[visit.stop]], visit.start)
            for route in solution.routes
            for visit in route.visits
        ),
        totes=sum(stop.deliver + stop.collect for stop in served),
        stops=sum(_stops_made(draft, route) for route in solution.routes),
        left=len(draft.set_aside) + len(solution.unserved),
        cost_micros=sum(paid_micros(problem, route) for route in solution.routes),
        left_micros=sum(problem.stops[problem.stop_index[left.stop]].price or 0 for left in solution.unserved),
    )


def _stops_made(draft: Draft, route: Route) -> int:
    doors = [(draft.carried[stop].branch, taken_over_from(stop)) for stop in route.stops]
    return stops_made(doors, [reload.after for reload in route.reloads])


def paid_micros(problem: RoutingProblem, route: Route) -> int:
    """What a route costs in money: its share of the cost without the price of what differs from the usual round."""
    return route.micros - sum(change.micros for change in changes(problem, route))


def late_seconds(stop: Stop, start: int) -> int:
    """Seconds from the end of the stop's last window to the start of service; 0 if it is not over."""
    return max(0, start - stop.windows[-1][1]) if stop.windows else 0


def difference(before: tuple[Draft, Solution], after: tuple[Draft, Solution]) -> Difference:
    """Two plans, each with its draft, side by side."""
    return Difference(figures_of(*before), figures_of(*after), _broken(*before), _broken(*after))


def _broken(draft: Draft, solution: Solution) -> tuple[Violation, ...]:
    return verify(draft.problem, solution)


def _only_in(some: Sequence[Violation], others: Sequence[Violation]) -> tuple[Violation, ...]:
    return tuple(one for one in some if one not in others)
