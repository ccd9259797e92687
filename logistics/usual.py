"""
Drivers and branches keep the round that they are used to, unless changing it saves more than a stated price.
"""

from __future__ import annotations

from dataclasses import dataclass

from circulation.errors import Refused
from circulation.ledger import Ledger
from logistics.find_plan import Round, round_of, usual_round
from logistics.problem import RoutingProblem
from logistics.solution import Route, Solution, Visit
from logistics.stability import steady

__all__ = ["Habit", "round_for", "steadied"]


@dataclass(frozen=True, slots=True)
class Habit:
    """
    Whose round is to be kept and at what price.

    `like` names a plan, None: the usual one (the last that held on the same weekday). `micros` is what it must save for
    every stop that another van makes, `hours_micros` for every stop that is served more than 15 minutes sooner or
    later.
    """

    micros: int
    like: str | None = None
    hours_micros: int = 0


def round_for(ledger: Ledger, plan: str, habit: Habit) -> Round:
    """The round that is meant. Raises `Unknown` (`plan.unknown`) and `Refused` (`plan.no-usual`)."""
    found = round_of(ledger, habit.like) if habit.like is not None else usual_round(ledger, plan)
    if found is None:
        raise Refused("plan.no-usual", plan=plan)
    return found


def steadied(problem: RoutingProblem, usual: Round, habit: Habit) -> RoutingProblem:
    """The problem in which a stop that rides with another van, or at another hour, than on the round costs more."""
    return steady(problem, _as_given(usual), micros_van=habit.micros, micros_time=habit.hours_micros)


def _as_given(usual: Round) -> Solution:
    """
    The round's vans, stops and times; nothing else of it is looked at.

    A second stop at a branch, on a day that was planned again on the road, goes by its own name: it is nobody's habit.
    """
    routes = tuple(
        Route(
            van=route.van,
            leave_hub=route.leaves,
            visits=tuple(Visit(stop.name, stop.arrives, stop.starts, stop.leaves) for stop in route.stops),
            return_hub=route.returns,
            break_start=route.break_at,
            break_after=None,
            totes=(),
            grams=(),
            metres=route.metres,
            seconds=route.returns - route.leaves,
            micros=0,
        )
        for route in usual.revision.routes
    )
    return Solution("", routes, (), 0, solver="", version="", seed=0, iterations=0)
