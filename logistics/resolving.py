"""
A plan is searched again, with as much of it held fast as a coordinator wants.

*free*: everything may change but pins. *keep*: what is planned stays with its van, in any order, and the rest is filled
in. *insert*: the routes keep their order as well, and only what is left out is put in. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from logistics.day_stops import MUST_MICROS
from logistics.pin import Pin
from logistics.plan import DayPlan, PlanDrafted, PlannedPin
from logistics.problem import END_OF_TIME, RoutingProblem, Stop
from logistics.revising import orders_of
from logistics.solution import Solution
from logistics.solver.as_late import laid_out
from logistics.solver.trips import is_stop, tidy

__all__ = ["MODES", "Basis", "Mode", "basis_of", "held", "repeated", "searched_again", "told_again"]

Mode = Literal["free", "keep", "insert"]
MODES: tuple[Mode, ...] = ("free", "keep", "insert")

_NEVER = ((END_OF_TIME, END_OF_TIME),)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a coordinator's hand has left in a plan for its next draft, and the revision that is held, if one is."""

    pins: tuple[PlannedPin, ...] = ()
    dropped: frozenset[str] = frozenset()
    held: PlanDrafted | None = None


def basis_of(plan: DayPlan | None, *, must: Collection[str], mode: Mode) -> Basis:
    """The pins and the stops that are out by the newest revision; what must be served now is not out any more."""
    newest = None if plan is None else plan.revisions.get(plan.latest)
    if newest is None:
        return Basis()
    held = None if mode == "free" else newest
    return Basis(newest.pins or (), frozenset(newest.dropped or ()) - frozenset(must), held)


def searched_again(
    problem: RoutingProblem,
    given: Solution | None,
    mode: Mode,
    search: Callable[[RoutingProblem, Solution | None], Solution],
    *,
    dropped: Collection[str] = (),
) -> Solution:
    """
    What the search makes of the problem with that much of the given routes held, which may be of another problem.

    `search` gets the problem and the routes to begin with; `dropped` are stops that stay out.
    """
    if given is None and not dropped:
        return search(problem, None)
    out = {problem.stop_index[code] for code in dropped if code in problem.stop_index}
    before = {} if given is None else orders_of(problem, given)
    found = search(held(problem, before, mode, out), given)
    orders = {
        van: tidy([stop for stop in order if stop not in out]) for van, order in orders_of(problem, found).items()
    }
    return laid_out(problem, orders, solver=found.solver, seed=found.seed, iterations=found.iterations)


def repeated(
    problem: RoutingProblem,
    drafted: PlanDrafted,
    given: Solution | None,
    search: Callable[[RoutingProblem, Solution | None], Solution],
) -> Solution:
    """What the search makes again of a revision's problem; `given` are the routes of the revision that it held to."""
    return searched_again(problem, given, drafted.inputs.mode or "free", search, dropped=drafted.dropped or ())


def held(
    problem: RoutingProblem, orders: Mapping[int, Sequence[int]], mode: Mode, out: Collection[int] = ()
) -> RoutingProblem:
    """The problem in which the tours (van index to stop indices) are held as the mode says, and some stops are out."""
    stops = list(problem.stops)
    pins = [pin for pin in problem.pins if pin.stop not in out]
    for stop in out:
        stops[stop] = replace(stops[stop], windows=_NEVER, price=0)
    for van, order in orders.items() if mode != "free" else ():
        planned = [stop for stop in order if is_stop(stop) and stop not in out]
        for stop in planned:
            stops[stop] = _must(stops[stop])
            if stop not in problem.pinned_van and stops[stop].hub in {None, problem.vans[van].hub}:
                pins.append(Pin(stop, van=van))
        if mode == "insert":
            pins += [
                Pin(later, after=sooner)
                for sooner, later in pairwise(planned)
                if later not in problem.sooner_than.get(sooner, ())
            ]
    return replace(problem, stops=tuple(stops), pins=tuple(pins))


def _must(stop: Stop) -> Stop:
    """What is planned is given up only where it cannot be made."""
    return stop if stop.price is None else replace(stop, price=max(stop.price, MUST_MICROS))


def told_again(before: Solution, after: Solution, mode: Mode) -> str:
    """What searching again has changed, in one sentence."""
    was = {stop: route.van for route in before.routes for stop in route.stops}
    now = {stop: route.van for route in after.routes for stop in route.stops}
    moved = sum(was[stop] != now[stop] for stop in was.keys() & now.keys())
    return (
        f"Searched again ({mode}): {moved} on another van, {len(now.keys() - was.keys())} put in,"
        f" {len(was.keys() - now.keys())} left out."
    )
