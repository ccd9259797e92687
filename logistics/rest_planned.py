"""
From the routes that were found for the rest of a day to the plan's next revision, and what becomes of every tote.

Pure. What nobody can do today is named with its totes, the reason, and the next day on which a van calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from logistics.day_stops import days_waited
from logistics.demand import Load, StopDemand
from logistics.draft import Draft
from logistics.explain import explain
from logistics.plan import LeftBehind, PlanDrafted, PlannedRoute, PlannedStop
from logistics.planned import reason_for
from logistics.problem import RoutingProblem
from logistics.rest_of_day import Aside, RestOfDay, Task, totes, trips_left
from logistics.rest_problem import share_of
from logistics.solution import Solution
from logistics.stop_names import branch_for
from logistics.vans_now import VanNow

__all__ = ["Fate", "Left", "Undone", "carried_of", "fates", "left_behind", "real_loads", "undone"]


@dataclass(frozen=True, slots=True)
class Fate:
    """
    What becomes of a tote: `delivered` at a branch, `coming` to it today, `home` to the hub on a van, `hub` or
    `branch` where it stays, or `stuck` on a lost van. `where` is the branch, hub or van.
    """

    kind: Literal["delivered", "coming", "home", "hub", "branch", "stuck"]
    where: str


@dataclass(frozen=True, slots=True)
class Left:
    """
    A branch that gets less today than is there for it: the totes, why, and the next day on which a van calls.

    `stop` is the name of the stop that is not made, empty where there never was one.
    """

    branch: str
    hub: str
    off: tuple[str, ...]
    on: tuple[str, ...]
    code: str
    why: str
    next_day: date | None
    stop: str = ""


@dataclass(frozen=True, slots=True)
class Undone:
    """`aside` is no part of the day any more; `unserved` are stops of the problem in the order of the solution."""

    aside: tuple[Left, ...]
    unserved: tuple[Left, ...]
    gone: tuple[str, ...]
    """The ids of tasks that are no part of the problem any more."""

    @property
    def all_of_it(self) -> tuple[Left, ...]:
        """Both."""
        return (*self.aside, *self.unserved)


def undone(rest: RestOfDay, problem: RoutingProblem, solution: Solution) -> Undone:
    """What the routes that were found for the searched problem leave undone."""
    aside = [_left_of(rest, one) for one in rest.aside]
    unserved, gone = [], []
    for absent in solution.unserved:
        task = rest.tasks[absent.stop]
        if task.kind == "stop":
            unserved.append(_unserved(rest, problem, solution, task))
        else:
            gone.append(task.id)
            if task.pair is None:
                aside.append(_stuck(rest, problem, solution, task))
    return Undone(tuple(aside), tuple(unserved), tuple(gone))


def _left_of(rest: RestOfDay, one: Aside) -> Left:
    return Left(one.branch, one.hub, one.off, one.on, one.code, one.why, rest.ground.next_day(one.branch))


def _unserved(rest: RestOfDay, problem: RoutingProblem, solution: Solution, task: Task) -> Left:
    code, why = _reason(rest, problem, solution, task)
    what = []
    if task.off and task.only is not None:
        what.append(f"{totes(len(task.off))} for {task.branch} {_rides(task.off)} back to {task.hub} on {task.only}")
    elif task.off:
        what.append(
            f"{totes(len(task.off))} for {task.branch} {'stays' if len(task.off) == 1 else 'stay'} at {task.hub}"
        )
    if task.on:
        what.append(f"{totes(len(task.on))} {'waits' if len(task.on) == 1 else 'wait'} at {task.branch}")
    told = f" {', '.join(what)}; {_next(rest, task.branch)}."
    return Left(
        task.branch, task.hub, task.off, task.on, code, why + told, rest.ground.next_day(task.branch), task.id
    )  # fmt: skip


def _stuck(rest: RestOfDay, problem: RoutingProblem, solution: Solution, task: Task) -> Left:
    """Totes on a lost van that no other van fetches today."""
    van = task.from_van or ""
    names = task.off or task.on
    goal = task.branch if task.kind == "bring" else task.hub
    where = f"{totes(len(names))} for {goal} {'is' if len(names) == 1 else 'are'} on {van}, which stands at"
    _, why = _reason(rest, problem, solution, task)
    following = f"; {_next(rest, goal)}" if goal != task.hub else ""
    sentence = f"{where} {rest.stand[van]}, and no van fetches {'it' if len(names) == 1 else 'them'} today{following}."
    off = names if task.kind == "bring" else ()
    on = () if task.kind == "bring" else names
    day = rest.ground.next_day(goal) if goal != task.hub else None
    return Left(goal, task.hub, off, on, "stuck", f"{sentence} {why}", day)


def _reason(rest: RestOfDay, problem: RoutingProblem, solution: Solution, task: Task) -> tuple[str, str]:
    """Of the vans that could have what comes off, the limit that is easiest to lift."""
    out = {van.van: trips_left(van, rest.ground.situation.vans[van.van]) for van in rest.vans if van.this_trip}
    can = {
        van.id
        for van in problem.vans
        if task.only in (None, van.id) and problem.hubs[van.hub].id == task.hub and not (task.at_hub and van.id in out)
    }
    if not can and task.at_hub and any(trips > 1 for trips in out.values()):
        return "no-van", f"No later trip of a van of {task.hub} has room or time for {task.branch}."
    if not can:
        return "no-van", f"No van of {task.hub} that could call at {task.branch} goes out any more."
    alone = replace(solution, unserved=tuple(one for one in solution.unserved if one.stop == task.id))
    (found,) = explain(problem, alone, can)
    draft = _no_draft(rest, problem)
    reason = reason_for(draft, found)
    return reason.code, _spoken(reason.why, rest)


def _spoken(why: str, rest: RestOfDay) -> str:
    """A sentence of the solver's without the names of stops that only it knows."""
    for task in rest.tasks.values():
        if task.id != task.branch:
            where = f"the handover from {task.from_van}" if task.kind == "fetch" else _second_stop(task)
            why = why.replace(task.id, where)
    return why


def _second_stop(task: Task) -> str:
    return f"{task.branch} (off {task.from_van or task.only or task.hub})"


def _no_draft(rest: RestOfDay, problem: RoutingProblem) -> Draft:
    from logistics.day_stops import PlanRequest

    carried = carried_of(rest)
    return Draft(PlanRequest(rest.ground.day), (), "", problem, rest.ground.provider, carried, ())


def _next(rest: RestOfDay, branch: str) -> str:
    following = rest.ground.next_day(branch)
    return "no van calls in the next weeks" if following is None else f"a van can call next on {following}"


def _rides(names: Sequence[str]) -> str:
    return "rides" if len(names) == 1 else "ride"


# --- what is recorded ---


def carried_of(rest: RestOfDay) -> dict[str, StopDemand]:
    """What each task brings and takes, by its id; what is not labelled yet counts without a number."""
    found = {code: its for code, its in rest.demand.items() if code not in rest.tasks}
    for task in rest.tasks.values():
        its = rest.demand.get(branch_for(task.id) if task.kind == "fetch" else task.branch)
        deliver, collect = (Load(), Load()) if its is None else (its.deliver, its.collect)
        if task.kind == "fetch":
            deliver, collect = Load(), deliver
        found[task.id] = StopDemand(task.branch, task.hub, _exactly(deliver, task.off), _exactly(collect, task.on))
    return found


def _exactly(load: Load, names: Sequence[str]) -> Load:
    labelled = tuple(name for name in names if "/" in name)
    if len(names) > load.totes:
        return replace(load, totes=len(names), fillings=labelled)
    return replace(share_of(load, len(names)), fillings=labelled)


def left_behind(left: Left, rest: RestOfDay, at_us: int) -> LeftBehind:
    """As the plan records it."""
    its = rest.demand.get(left.branch, StopDemand(left.branch, left.hub))
    part = replace(its, deliver=share_of(its.deliver, len(left.off)), collect=share_of(its.collect, len(left.on)))
    return LeftBehind(
        branch=left.branch,
        hub=left.hub,
        totes_off=len(left.off),
        totes_on=len(left.on),
        items=part.items,
        oldest_days=days_waited(part, at_us),
        code=left.code,
        why=left.why,
    )


def real_loads(drafted: PlanDrafted, rest: RestOfDay) -> PlanDrafted:
    """The plan with what is on board all through a trip and comes off at no stop counted on every leg of the trip."""
    vans = {van.van: van for van in rest.vans}
    routes = (_with_more(route, _ride_along(route, rest, vans[route.van])) for route in drafted.routes)
    return replace(drafted, routes=tuple(routes))


def _ride_along(route: PlannedRoute, rest: RestOfDay, now: VanNow) -> list[int]:
    """How many ride along on each trip until the one that the van is on."""
    picked_up = [{name for task in trip for name in task.on} for trip in rest.trips_of(now)]
    over = [
        sum(name not in got_on for name in reload.aboard)
        for reload, got_on in zip(now.reloads, picked_up, strict=False)
    ]
    held = [tote.name for tote in now.aboard] if route.van in rest.mishaps.lost else []
    before = set(now.left_at_hub)
    held += [tote.name for tote in now.at_hub if tote.name not in before] if now.back is not None else []
    along = [name for name in (*rest.riding_home.get(route.van, ()), *held) if name not in picked_up[-1]]
    called = {stop.name for stop in route.stops}
    for task in rest.tasks.values():
        if task.only == route.van and not task.at_hub and task.id not in called:
            along += task.off
    return [*over, len(along)]


def _with_more(route: PlannedRoute, more: list[int]) -> PlannedRoute:
    stops: list[PlannedStop] = []
    reloads = list(route.reloads or ())
    load_at_start = route.load_at_start
    for number, (trip, extra) in enumerate(zip(route.trips, more, strict=False)):
        stops += [replace(stop, load_after=stop.load_after + extra) for stop in trip]
        if number == 0:
            load_at_start += extra
        else:
            reloads[number - 1] = replace(reloads[number - 1], totes_on=reloads[number - 1].totes_on + extra)
        if number < len(reloads):
            reloads[number] = replace(reloads[number], totes_off=reloads[number].totes_off + extra)
    later = route.stops[len(stops) :]
    return replace(route, load_at_start=load_at_start, stops=(*stops, *later), reloads=tuple(reloads) or None)


# --- every tote ---


def fates(rest: RestOfDay, served: Mapping[str, str]) -> dict[str, Fate]:
    """Each tote that the day knows, once; `served` is the van by the ids of the tasks that the plan holds."""
    found: dict[str, Fate] = {}
    for van in rest.vans:
        found |= {name: Fate("hub", van.hub) for name in van.left_at_hub if name not in found}
        found |= {tote.name: Fate("hub", van.hub) for tote in van.at_hub}
        state: Literal["stuck", "home"] = "stuck" if van.van in rest.mishaps.lost else "home"
        found |= {tote.name: Fate(state, van.van) for tote in van.aboard}
    for one in rest.aside:
        found |= {name: Fate("hub", one.hub) for name in one.off if name not in found}
        found |= {name: Fate("branch", one.branch) for name in one.on}
    calls = [task for task in rest.tasks.values() if task.kind == "call"]
    for task in calls:
        found |= {name: Fate("home", task.only or "") for name in task.on if name not in found}
    for task in calls:
        kind: Literal["delivered", "coming"] = "delivered" if task.call is not None and task.call.done else "coming"
        found |= {name: Fate(kind, task.branch) for name in task.off}
    for task in rest.tasks.values():
        if task.kind != "call":
            found |= _fates_of(task, served.get(task.id), found)
    return found


def _fates_of(task: Task, van: str | None, found: Mapping[str, Fate]) -> dict[str, Fate]:
    if task.kind == "fetch":
        return {} if task.pair is not None or van is None else {name: Fate("home", van) for name in task.on}
    if van is None:
        stays = {name: Fate("hub", task.hub) for name in task.off if name not in found}
        return stays | {name: Fate("branch", task.branch) for name in task.on}
    return {name: Fate("coming", task.branch) for name in task.off} | {name: Fate("home", van) for name in task.on}
