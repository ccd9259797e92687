"""
The coordinator's command on a bad day: plan the rest of it again from where the vans are.

Nothing is recorded unless it is to be kept. What is kept is the plan's next revision, published at once, and every van
that is out goes on by it, in one append.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from circulation.actor import Role
from circulation.calendar import at_minute, zone_of
from circulation.clock import SECOND_US
from circulation.command import Caller, Commands, Decision
from circulation.errors import Invalid, Refused, Unknown
from circulation.event import NewEvents
from circulation.folds import FILLING
from circulation.ledger import Ledger
from circulation.messages.names import Names
from circulation.tote import filling_stream
from logistics.carried_file import carried_to_bytes
from logistics.day_ground import Ground
from logistics.demand import Load, StopDemand
from logistics.dispatcher import Search, roads_of
from logistics.draft import Draft, problem_van
from logistics.find_plan import find_plan
from logistics.fleet import Van as FleetVan
from logistics.folds import PLAN, RUN
from logistics.plan import DayPlan, LeftBehind, PlanDrafted, PlanEdit, PlannedPin, PlanPublished
from logistics.planned import planned
from logistics.problem import RoutingProblem
from logistics.problem_file import problem_to_bytes
from logistics.rerouting import reroutes
from logistics.rest_of_day import RestOfDay, rest_of_day
from logistics.rest_planned import Fate, Undone, carried_of, fates, left_behind, real_loads, undone
from logistics.rest_problem import Steadiness, fastest_start, searched, whole_day
from logistics.revising import Recorded, recall
from logistics.run_so_far import RunSoFar, run_so_far
from logistics.situation import Situation, read_situation
from logistics.solution import Solution
from logistics.solver import Budget, Progress, solve
from logistics.solver.timetable import assemble
from logistics.solver.trips import RELOAD, joined, order_of, tidy
from logistics.stop_names import taken_over_from
from logistics.vans_now import Mishaps, vans_now
from logistics.wall_clock import wall_time

__all__ = ["Asked", "Replanned", "Replanner", "demand_by_branch", "plan_the_rest"]

_COORDINATORS = (Role.COORDINATOR,)
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What happened and from when on to plan: `at` in seconds after local midnight, None for now. A call that begins
    within `freeze_minutes` stays as it is, and so does the one that a van drives to.
    """

    mishaps: Mishaps = Mishaps()
    at: int | None = None
    freeze_minutes: int = 15


@dataclass(frozen=True)
class Replanned:
    """
    The rest of the day as it is planned now.

    `revision` is not recorded unless it was kept; its number is the one that it has or would get. `served` is the van
    by the names of the stops that it holds. `problem` and `solution` are the whole day's.
    """

    plan: str
    before: PlanDrafted
    revision: PlanDrafted
    rest: RestOfDay
    undone: Undone
    problem: RoutingProblem
    solution: Solution
    carried: Mapping[str, StopDemand]
    kept: bool = False

    @property
    def served(self) -> dict[str, str]:
        """Stop to van."""
        return {stop: route.van for route in self.solution.routes for stop in route.stops}

    @property
    def fates(self) -> dict[str, Fate]:
        """What becomes of every tote."""
        return fates(self.rest, self.served)


class Replanner:
    """Plans the rest of a day. A plan is named as in `2026-11-24/bath/day`."""

    def __init__(self, ledger: Ledger, commands: Commands, *, search: Search = solve) -> None:
        self._ledger = ledger
        self._commands = commands
        self._search = search

    def replan(
        self,
        caller: Caller,
        plan: str,
        asked: Asked,
        *,
        budget: Budget,
        seed: int = 1,
        keep: bool = False,
        progress: Progress | None = None,
    ) -> Replanned:
        """
        The rest of the day of a plan, from its published revision and the runs so far.

        With `keep` it is recorded, published and given to the vans that are out. Raises `Unknown` (`plan.unknown`,
        `van.unknown`, `branch.unknown`), `Invalid` (`plan.not-published`) and `Refused` (`plan.replan-past`,
        `plan.not-that-day`, `plan.was-called-at`, `plan.replanned-on-paper`, `plan.not-revisable`).
        """
        made: list[Replanned] = []

        def decide(at_us: int) -> Decision:
            found = find_plan(self._ledger, plan)
            loaded = self._ledger.load(f"plan/{found.plan}", PLAN)
            replanned = self._make(found, asked, at_us, budget=budget, seed=seed, progress=progress)
            made[:] = [replanned]
            if not keep:
                return Decision(())
            return Decision(self._kept(replanned, loaded.version))

        arguments = {"plan": plan, "asked": asked, "budget": str(budget), "seed": seed, "keep": keep}
        self._commands.run(caller, "plan replan", arguments, decide, roles=_COORDINATORS)
        return replace(made[0], kept=keep)

    def _make(
        self,
        found: DayPlan,
        asked: Asked,
        at_us: int,
        *,
        budget: Budget,
        seed: int,
        progress: Progress | None,
    ) -> Replanned:
        if found.published is None:
            raise Invalid("plan.not-published", plan=found.plan)
        recorded = recall(found.plan, found.revisions[found.published], self._ledger.attachment)
        before = recorded.revision
        situation = read_situation(self._ledger)
        midnight_us = _midnight(situation, before)
        at = (at_us - midnight_us) // SECOND_US if asked.at is None else asked.at
        runs = self._runs(found.plan, before, midnight_us)
        _check(found.plan, before, runs, at)
        mishaps = _with_earlier(asked.mishaps, before)
        _check_names(mishaps, situation)
        return plan_the_rest(
            recorded,
            situation,
            ground=self._ground(recorded, situation, mishaps, runs),
            runs=runs,
            destinations=self._destinations(runs),
            mishaps=mishaps,
            at=at,
            at_us=midnight_us + at * SECOND_US,
            freeze=asked.freeze_minutes * 60,
            number=found.latest + 1,
            search=lambda problem, start: self._search(problem, budget, seed, start, progress),
        )

    def _runs(self, plan: str, before: PlanDrafted, midnight_us: int) -> dict[str, RunSoFar]:
        """The runs of this plan, by van."""
        found = {}
        for stream in self._ledger.streams(f"run/{before.day}/"):
            state = self._ledger.load(stream, RUN).state
            if state is not None and state.plan == plan:
                run = run_so_far(list(self._ledger.stream(stream)), midnight_us)
                if run is not None:
                    found[run.van] = run
        return found

    def _destinations(self, runs: Mapping[str, RunSoFar]) -> dict[str, str]:
        names = {name for run in runs.values() for name in chain(run.on, *(told.on for told in run.told), run.came_off)}
        found = {}
        for name in sorted(names):
            state = self._ledger.load(filling_stream(name), FILLING).state
            if state is not None:
                found[name] = state.destination
        return found

    def _ground(
        self, recorded: Recorded, situation: Situation, mishaps: Mishaps, runs: Mapping[str, RunSoFar]
    ) -> Ground:
        codes = {its.branch for its in recorded.draft.carried.values()}
        codes |= {stop.branch for route in recorded.revision.routes for stop in route.stops}
        codes |= {told.branch for run in runs.values() for told in run.told}
        codes |= {place for place in mishaps.lost.values() if place is not None}
        hubs = recorded.revision.hubs
        day = date.fromisoformat(recorded.revision.day)
        known = sorted(code for code in codes - set(hubs) if code in situation.branches)
        return Ground(situation, day, roads_of(situation, self._ledger.attachment)([*hubs, *known]))

    def _kept(self, replanned: Replanned, version: int) -> tuple[NewEvents, ...]:
        self._ledger.attach(problem_to_bytes(replanned.problem))
        self._ledger.attach(carried_to_bytes(replanned.carried))
        number = replanned.revision.revision
        stream = f"plan/{replanned.plan}"
        published = NewEvents(stream, version, (replanned.revision, PlanPublished(revision=number)))
        return (published, *reroutes(self._ledger, replanned.plan, replanned.revision))


def plan_the_rest(
    recorded: Recorded,
    situation: Situation,
    *,
    ground: Ground,
    runs: Mapping[str, RunSoFar],
    destinations: Mapping[str, str],
    mishaps: Mishaps,
    at: int,
    at_us: int,
    freeze: int,
    number: int,
    search: Callable[[RoutingProblem, Solution], Solution],
) -> Replanned:
    """
    The rest of a recorded day at `at` (seconds after local midnight, `at_us` the same instant) as revision `number`.

    Pure but for `search`, which answers a problem starting from given routes.
    """
    before = recorded.revision
    demand = demand_by_branch(recorded.draft.carried)
    fleet = _fleet(recorded, situation, runs)
    now = vans_now(
        before, demand, runs,
        vans={name: van.hub for name, van in fleet.items()}, destinations=destinations, mishaps=mishaps,
        ground=ground, at=at, freeze=freeze,
    )  # fmt: skip
    rest = rest_of_day(now, demand, mishaps=mishaps, ground=ground, at=at)
    vans = {name: problem_van(van, before.wave, before.hubs) for name, van in fleet.items()}
    steadiness = Steadiness()
    problem = searched(rest, before, vans, before.hubs, steadiness)
    found = search(problem, fastest_start(rest, before, problem))
    left = undone(rest, problem, found)
    while (over := _overfull(rest, problem, found)) or (later := _for_later_trips(rest, found)):
        # What is brought to no branch on this trip stays on board: the room that it takes is missing on every leg.
        for one in left.unserved:
            if one.stop in over:
                rest = rest.riding_back(rest.tasks[one.stop], one.code, one.why)
        for stop in () if over else later:
            rest = rest.over_the_hub(rest.tasks[stop])
        problem = searched(rest, before, vans, before.hubs, steadiness)
        found = search(problem, found)
        left = undone(rest, problem, found)
    whole = whole_day(rest, before, vans, before.hubs, steadiness, without=left.gone)
    solution = _of_the_whole(rest, problem, whole, found)
    carried = carried_of(rest)
    draft = Draft(
        request=recorded.draft.request,
        hubs=before.hubs,
        group=recorded.draft.group,
        problem=whole,
        roads=ground.provider,
        carried=carried,
        set_aside=(*_kept_aside(recorded, left), *(left_behind(one, rest, at_us) for one in left.aside)),
    )
    inputs = replace(
        before.inputs,
        position=situation.position,
        network=situation.network_digest,
        fleet=situation.fleet_digest,
        problem=_sha(problem_to_bytes(whole)),
        carried=_sha(carried_to_bytes(carried)),
        seed=found.seed,
        solver=f"{solution.solver} {solution.version}",
        roads=ground.provider,
        replanned_at=at,
        lost={van: rest.stand[van] for van in mishaps.lost},
        closed=tuple(sorted(mishaps.closed)),
        missed=tuple(sorted(mishaps.missed)),
    )
    unserved = {one.stop: one for one in left.unserved}
    drafted = planned(
        draft, solution, revision=number, inputs=inputs, at_us=at_us,
        dropped=[one.stop for one in solution.unserved],
    )  # fmt: skip
    drafted = replace(
        drafted,
        left=(*draft.set_aside, *(left_behind(unserved[one.stop], rest, at_us) for one in solution.unserved)),
        dropped=None,
        edited_from=before.revision,
        edits=_edits(rest),
        pins=_named_pins(whole, before) or None,
    )
    return Replanned(recorded.plan, before, real_loads(drafted, rest), rest, left, whole, solution, carried)


def demand_by_branch(carried: Mapping[str, StopDemand]) -> dict[str, StopDemand]:
    """What was planned for each branch, over all of its stops; what is only taken over on the way counts once."""
    found: dict[str, StopDemand] = {}
    for name, its in sorted(carried.items()):
        if taken_over_from(name) is None:
            before = found.get(its.branch, StopDemand(its.branch, its.hub))
            found[its.branch] = StopDemand(
                its.branch, its.hub, _sum(before.deliver, its.deliver), _sum(before.collect, its.collect)
            )
    return found


def _sum(one: Load, two: Load) -> Load:
    if not two.totes and not two.items:
        return one
    if not one.totes and not one.items:
        return two
    oldest = [load.oldest_us for load in (one, two) if load.oldest_us is not None]
    reasons = {*one.by_reason, *two.by_reason}
    return Load(
        totes=one.totes + two.totes,
        waiting=one.waiting + two.waiting,
        expected=one.expected + two.expected,
        fillings=(*one.fillings, *two.fillings),
        oldest_us=min(oldest, default=None),
        by_reason={reason: one.by_reason.get(reason, 0) + two.by_reason.get(reason, 0) for reason in sorted(reasons)},
        micros=one.micros + two.micros,
    )


def _overfull(rest: RestOfDay, problem: RoutingProblem, found: Solution) -> set[str]:
    """The tasks that are left out and whose totes stay on vans that have no room for them besides on this trip."""
    most = {
        route.van: max(route.totes[: route.reloads[0].after + 1 if route.reloads else None]) for route in found.routes
    }
    over: set[str] = set()
    for van in problem.vans:
        unserved = (rest.tasks[one.stop] for one in found.unserved)
        stays = [task.id for task in unserved if task.only == van.id and not task.at_hub]
        aboard = sum(len(rest.tasks[stop].off) for stop in stays)
        if aboard and most.get(van.id, 0) + aboard > van.totes:
            over |= {stop for stop in stays if rest.tasks[stop].off}
    return over


def _for_later_trips(rest: RestOfDay, found: Solution) -> list[str]:
    """The tasks whose totes are on a van on the road that makes them on a later trip."""
    on_the_road = {van.van for van in rest.vans if van.this_trip}
    return [
        stop
        for route in found.routes
        if route.reloads and route.van in on_the_road
        for stop in route.stops[route.reloads[0].after :]
        if rest.tasks[stop].only == route.van and not rest.tasks[stop].at_hub
    ]


def _of_the_whole(
    rest: RestOfDay, searched_problem: RoutingProblem, whole: RoutingProblem, found: Solution
) -> Solution:
    """The routes that were found, behind what is done; a trip without any stop is none."""
    ahead: dict[str, list[int]] = {}
    for route in found.routes:
        order = order_of(searched_problem, route)
        names = [None if one == RELOAD else searched_problem.stops[one].id for one in order]
        ahead[route.van] = [
            RELOAD if name is None else whole.stop_index[name]
            for name in names
            if name is None or rest.tasks[name].kind != "call"
        ]
    orders = {}
    for number, van in enumerate(whole.vans):
        (now,) = (one for one in rest.vans if one.van == van.id)
        trips = [[whole.stop_index[task.id] for task in trip] for trip in rest.trips_of(now)]
        orders[number] = tidy([*joined(trips), *ahead.get(van.id, ())])
    return assemble(whole, orders, solver=found.solver, seed=found.seed, iterations=found.iterations)


def _kept_aside(recorded: Recorded, left: Undone) -> tuple[LeftBehind, ...]:
    """What the plan had set aside before and still does."""
    told = {one.branch for one in left.aside} | {one.branch for one in left.unserved}
    return tuple(one for one in recorded.draft.set_aside if one.code == "capacity" or one.branch not in told)


def _fleet(recorded: Recorded, situation: Situation, runs: Mapping[str, RunSoFar]) -> dict[str, FleetVan]:
    """The vans of the day: those that have a route or a run, and those that could have had one."""
    before = recorded.revision
    busy = {route.van for route in before.routes} | set(runs)
    day = date.fromisoformat(before.day)
    without = set(before.inputs.without_vans)
    return {
        name: van
        for name, van in sorted(situation.vans.items())
        if van.hub in before.hubs
        and (
            name in busy or (name not in without and day.weekday() in van.days and van.off_road_on(before.day) is None)
        )
    }


def _midnight(situation: Situation, before: PlanDrafted) -> int:
    zone = zone_of(situation.branches[before.hubs[0]].time_zone)
    return at_minute(date.fromisoformat(before.day), 0, zone)


def _check(plan: str, before: PlanDrafted, runs: Mapping[str, RunSoFar], at: int) -> None:
    if not 0 <= at < DAY_SECONDS:
        raise Refused("plan.not-that-day", plan=plan, day=before.day)
    last = max((run.last for run in runs.values()), default=0)
    moment = max(last, before.inputs.replanned_at or 0)
    if at < moment:
        raise Refused("plan.replan-past", plan=plan, at=wall_time(at), last=wall_time(moment))
    if before.inputs.replanned_at is not None:
        untold = sorted(route.van for route in before.routes if route.van not in runs and route.leaves <= at)
        unnamed = sorted(van for van, run in runs.items() if not run.names_totes)
        if unnamed:
            raise Refused(
                "plan.replanned-on-paper:no-totes",
                plan=plan,
                revision=before.revision,
                vans=Names(unnamed),
                van=unnamed[0],
                day=before.day,
                wave=before.wave,
            )
        if untold and not runs:
            raise Refused(
                "plan.replanned-on-paper",
                plan=plan,
                revision=before.revision,
                vans=Names(untold),
                van=untold[0],
                day=before.day,
                wave=before.wave,
            )


def _with_earlier(mishaps: Mishaps, before: PlanDrafted) -> Mishaps:
    """What is lost or closed stays so in what is planned later on the same day."""
    lost = {**(before.inputs.lost or {}), **mishaps.lost}
    return replace(mishaps, lost=lost, closed=tuple(sorted({*(before.inputs.closed or ()), *mishaps.closed})))


def _check_names(mishaps: Mishaps, situation: Situation) -> None:
    stands = [place for place in mishaps.lost.values() if place is not None]
    for code in (*mishaps.closed, *mishaps.missed, *stands):
        if code not in situation.branches:
            raise Unknown("branch.unknown", branch=code[:60])


def _named_pins(problem: RoutingProblem, before: PlanDrafted) -> tuple[PlannedPin, ...]:
    """The pins of the problem by codes, those marked that no coordinator made."""
    stops, vans = problem.stops, problem.vans
    by_hand = {pin for pin in before.pins or () if pin.because is None}
    named = (
        PlannedPin(
            stop=stops[pin.stop].id,
            van=None if pin.van is None else vans[pin.van].id,
            before=None if pin.before is None else stops[pin.before].id,
            after=None if pin.after is None else stops[pin.after].id,
            earliest=pin.earliest,
            latest=pin.latest,
        )
        for pin in problem.pins
    )
    return tuple(pin if pin in by_hand else replace(pin, because="replan") for pin in named)


def _edits(rest: RestOfDay) -> tuple[PlanEdit, ...]:
    """What happened, as it is recorded and told."""
    mishaps = rest.mishaps
    said = [f"Van {van} is lost and stands at {rest.stand[van]}." for van in sorted(mishaps.lost)]
    said += [f"{branch} is closed for the rest of the day." for branch in sorted(mishaps.closed)]
    said += [f"{branch} was missed." for branch in sorted(mishaps.missed)]
    told = f"The rest of the day was planned again at {wall_time(rest.at)}."
    return tuple(PlanEdit(what="replan", said=sentence) for sentence in (told, *said))


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
