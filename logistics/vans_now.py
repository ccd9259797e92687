"""
Where the vans are at a moment of the day, and what each carries.

It is told by the runs. A day of which nobody records a run is kept on paper: then every van is taken to be where its
plan has it. As soon as one run of a plan is recorded, a van without one still stands at its hub. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from circulation.clock import SECOND_US
from circulation.event import Fact
from logistics.day_ground import Ground
from logistics.demand import Load, StopDemand
from logistics.plan import PlanDrafted, PlannedRoute, PlannedStop
from logistics.run import RunFinished, RunStarted, StopServed, StopSkipped

__all__ = ["Call", "Mishaps", "RunSoFar", "Told", "Tote", "VanNow", "names_at", "names_for", "run_so_far", "vans_now"]


@dataclass(frozen=True, slots=True)
class Mishaps:
    """
    What went wrong: vans that are lost, each with the branch at which it stands (None: where it was seen last),
    branches that are closed for the rest of the day, and branches at which a planned call came to nothing.
    """

    lost: Mapping[str, str | None] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One call of a run, or a stop that was skipped: the branch, when, and the totes that came off and went on."""

    branch: str
    at: int
    served: bool
    off: tuple[str, ...] = ()
    on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunSoFar:
    """A run as far as it is told; times are seconds after local midnight, `back` None while the van is out."""

    van: str
    left: int
    on: tuple[str, ...] = ()
    told: tuple[Told, ...] = ()
    back: int | None = None
    came_off: tuple[str, ...] = ()

    @property
    def names_totes(self) -> bool:
        """Whether any tote is named; where none is, as many are taken to ride as were planned."""
        return bool(self.on) or any(one.off or one.on for one in self.told)

    @property
    def last(self) -> int:
        """When the last fact of the run happened."""
        return max([self.left, *(one.at for one in self.told), self.back or 0])


@dataclass(frozen=True, slots=True)
class Tote:
    """A tote by its name, and the branch or hub that it is for."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was made, or that stays as it is because the van is about to make it (`done` is false)."""

    branch: str
    starts: int
    leaves: int
    off: tuple[str, ...]
    on: tuple[str, ...]
    done: bool = True


@dataclass(frozen=True, slots=True)
class VanNow:
    """
    A van at the moment. `waiting` at its hub, `out`, or `back` for the day; `known` says how that is known.

    `calls` are made or frozen; `ahead` are the planned stops that are neither, in order. `aboard` is on the van after
    its last call, `at_hub` what lies at the hub for its stops. `skipped` are planned stops that it did not make, with
    the second. `rested` says that its break is over, or is part of the calls.
    """

    van: str
    hub: str
    state: Literal["waiting", "out", "back"]
    known: Literal["told", "assumed"]
    left: int
    calls: tuple[Call, ...] = ()
    ahead: tuple[str, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    aboard: tuple[Tote, ...] = ()
    at_hub: tuple[Tote, ...] = ()
    back: int | None = None
    rested: bool = False

    @property
    def free_from(self) -> int:
        """When its last call is over; when it left, if there is none."""
        return self.calls[-1].leaves if self.calls else self.left


def run_so_far(facts: Sequence[Fact], midnight_us: int) -> RunSoFar | None:
    """What the facts of a run's stream tell; None for a run without a plan or that has not begun."""

    def second(fact: Fact) -> int:
        return (fact.happened_us - midnight_us) // SECOND_US

    run: RunSoFar | None = None
    for fact in facts:
        match fact.event:
            case RunStarted(plan=plan) as started if plan is not None:
                run = RunSoFar(started.van, second(fact), started.fillings_on)
            case StopServed() as stop if run is not None:
                told = Told(stop.branch, second(fact), True, stop.fillings_off, stop.fillings_on)
                run = replace(run, told=(*run.told, told))
            case StopSkipped() as skipped if run is not None:
                run = replace(run, told=(*run.told, Told(skipped.branch, second(fact), False)))
            case RunFinished() as finished if run is not None:
                run = replace(run, back=second(fact), came_off=finished.fillings_off)
            case _:
                pass
    return run


def names_for(branch: str, load: Load) -> tuple[str, ...]:
    """The totes of a load that is brought to a branch; those without a number yet get a name by the branch."""
    return _names(load, f"{branch}<")


def names_at(branch: str, load: Load) -> tuple[str, ...]:
    """The totes of a load that waits at a branch."""
    return _names(load, f"{branch}>")


def _names(load: Load, prefix: str) -> tuple[str, ...]:
    known = load.fillings[: load.totes]
    return (*known, *(f"{prefix}{number}" for number in range(1, load.totes - len(known) + 1)))


def vans_now(
    plan: PlanDrafted,
    carried: Mapping[str, StopDemand],
    runs: Mapping[str, RunSoFar],
    *,
    vans: Mapping[str, str],
    destinations: Mapping[str, str],
    mishaps: Mishaps,
    ground: Ground,
    at: int,
    freeze: int,
) -> tuple[VanNow, ...]:
    """
    The vans (code to hub) at `at`, in seconds after local midnight, by code.

    `carried` says what each stop of the plan was to bring and take, `destinations` where the fillings go that runs
    name. A call that begins within `freeze` seconds stays as it is, and so does the one that a van is driving to.
    """
    day = _Day(
        plan, carried, runs, destinations=destinations, mishaps=mishaps, ground=ground, at=at, freeze=freeze
    )  # fmt: skip
    routes = {route.van: route for route in plan.routes}
    found = [day.van(van, hub, routes.get(van)) for van, hub in sorted(vans.items())]
    taken = [(van.van, name) for van in found for call in van.calls for name in call.on]
    return tuple(_without(van, {name for other, name in taken if other != van.van}) for van in found)


def _without(van: VanNow, names: Collection[str]) -> VanNow:
    """The van without the totes that another one has taken over from it."""
    if not any(tote.name in names for tote in van.aboard):
        return van
    return replace(van, aboard=tuple(tote for tote in van.aboard if tote.name not in names))


class _Day:
    def __init__(
        self,
        plan: PlanDrafted,
        carried: Mapping[str, StopDemand],
        runs: Mapping[str, RunSoFar],
        *,
        destinations: Mapping[str, str],
        mishaps: Mishaps,
        ground: Ground,
        at: int,
        freeze: int,
    ) -> None:
        self._carried = carried
        self._runs = runs
        self._mishaps = mishaps
        self._ground = ground
        self._at = at
        self._freeze = freeze
        self._planned = {name: code for code, its in carried.items() for name in names_for(code, its.deliver)} | dict(
            destinations
        )
        self._called = {told.branch for run in runs.values() for told in run.told if told.served}
        if not runs:
            self._called = {stop.branch for route in plan.routes for stop in self._past(route)}

    def van(self, van: str, hub: str, route: PlannedRoute | None) -> VanNow:
        run = self._runs.get(van)
        if run is None and not self._runs and route is not None and route.leaves <= self._at:
            return self._out(route, self._as_planned(route), "assumed")
        if run is not None:
            route = route or PlannedRoute(
                van=van,
                hub=hub,
                leaves=run.left,
                returns=run.left,
                metres=0,
                drive_seconds=0,
                load_at_start=0,
                stops=(),
            )
            return self._out(route, run if run.names_totes else self._with_totes(route, run), "told")
        stops = () if route is None else _branches(route)
        known: Literal["told", "assumed"] = "told" if self._runs else "assumed"
        at_hub = tuple(Tote(name, code) for code in stops for name in self._to(code))
        leaves = 0 if route is None else route.leaves
        return VanNow(van, hub, "waiting", known, leaves, ahead=stops, at_hub=at_hub)

    # --- what the plan says of a van whose run nobody tells ---

    def _past(self, route: PlannedRoute) -> list[PlannedStop]:
        return [stop for stop in route.stops if stop.leaves <= self._at and stop.branch not in self._mishaps.missed]

    def _as_planned(self, route: PlannedRoute) -> RunSoFar:
        told = []
        for stop in route.stops:
            if stop.leaves > self._at:
                continue
            if stop.branch in self._mishaps.missed:
                told.append(Told(stop.branch, stop.leaves, False))
            else:
                told.append(Told(stop.branch, stop.leaves, True, self._to(stop.branch), self._at_branch(stop.branch)))
        back = route.returns if route.returns <= self._at else None
        aboard = tuple(name for code in self._loaded(route) for name in self._to(code))
        run = RunSoFar(route.van, route.leaves, aboard, tuple(told), back)
        return run if back is None else replace(run, came_off=_left_aboard(run))

    def _with_totes(self, route: PlannedRoute, run: RunSoFar) -> RunSoFar:
        """A run that names no tote, with as many as were planned."""
        stops = _branches(route)
        told = tuple(
            replace(one, off=self._to(one.branch), on=self._at_branch(one.branch))
            if one.served and one.branch in stops
            else one
            for one in run.told
        )
        full = replace(run, on=tuple(name for code in self._loaded(route) for name in self._to(code)), told=told)
        return full if run.back is None else replace(full, came_off=_left_aboard(full))

    def _loaded(self, route: PlannedRoute) -> list[str]:
        """The branches whose totes were loaded by now: not those of a trip that the van has still to load for."""
        later = self._later(route)
        return [code for code in _branches(route) if code not in later]

    def _later(self, route: PlannedRoute) -> set[str]:
        first = min((reload.after for reload in route.reloads or () if reload.leaves > self._at), default=None)
        return set() if first is None else {stop.branch for stop in route.stops[first:]}

    def _to(self, branch: str) -> tuple[str, ...]:
        its = self._carried.get(branch)
        return () if its is None else names_for(branch, its.deliver)

    def _at_branch(self, branch: str) -> tuple[str, ...]:
        its = self._carried.get(branch)
        return () if its is None else names_at(branch, its.collect)

    # --- a van that has left ---

    def _out(self, route: PlannedRoute, run: RunSoFar, known: Literal["told", "assumed"]) -> VanNow:
        planned = {stop.branch: stop for stop in route.stops}
        calls: list[Call] = []
        free = run.left
        for told in run.told:
            if told.served:
                leaves = max(free, told.at)
                totes = len(told.off) + len(told.on)
                starts = max(free, leaves - self._ground.seconds_at(told.branch, totes))
                if known == "assumed":
                    starts = planned[told.branch].starts
                calls.append(Call(told.branch, starts, leaves, told.off, told.on))
                free = leaves
        done = {told.branch for told in run.told}
        ahead = [code for code in _branches(route) if code not in done]
        skipped = {told.branch: told.at for told in run.told if not told.served}
        aboard = list(_left_aboard(run))
        if run.back is not None:
            kept = [name for name in aboard if name not in run.came_off]
            at_hub = [name for name in run.came_off if self._planned.get(name, route.hub) != route.hub]
            return VanNow(
                route.van, route.hub, "back", known, run.left,
                calls=tuple(calls), ahead=tuple(ahead), skipped=skipped, aboard=self._totes(kept, route.hub),
                at_hub=self._totes(at_hub, route.hub), back=run.back, rested=True,
            )  # fmt: skip
        if route.van not in self._mishaps.lost:
            frozen = self._frozen(route, calls, ahead, aboard, run.left)
            calls += frozen
            ahead = ahead[len(frozen) :]
        there = {*aboard, *(name for call in calls for name in (*call.off, *call.on))}
        later = self._later(route)
        # A labelled tote of the plan that the run did not load was left at the hub; one without a label may have one.
        to_load = [
            name
            for code in (*(call.branch for call in calls if not call.done), *ahead, *skipped)
            for name in self._to(code)
            if name not in there and (code in later or "/" in name)
        ]
        return VanNow(
            route.van, route.hub, "out", known, run.left,
            calls=tuple(calls), ahead=tuple(ahead), skipped=skipped, aboard=self._totes(aboard, route.hub),
            at_hub=self._totes(to_load, route.hub), rested=_rested(route, calls),
        )  # fmt: skip

    def _frozen(
        self, route: PlannedRoute, calls: Sequence[Call], ahead: Sequence[str], aboard: list[str], left: int
    ) -> list[Call]:
        """The next calls, as far as they stay as they are; what comes off and goes on there is taken over."""
        planned = {stop.branch: stop for stop in route.stops}
        order = [stop.branch for stop in route.stops]
        free, place = (calls[-1].leaves, calls[-1].branch) if calls else (left, route.hub)
        frozen: list[Call] = []
        for branch in ahead:
            if branch in self._mishaps.closed or branch in self._mishaps.missed or branch in self._later(route):
                break
            before = order.index(branch) - 1
            was_free = planned[order[before]].leaves if before >= 0 else route.leaves
            gap = self._ground.drive(place, branch)
            if route.break_at is not None and was_free <= route.break_at < planned[branch].starts:
                gap = max(gap, planned[branch].starts - was_free)
            off = tuple(name for name in aboard if self._planned.get(name) == branch)
            on = () if branch in self._called else self._at_branch(branch)
            takes = self._ground.seconds_at(branch, len(off) + len(on))
            starts = self._ground.first_start(branch, free + gap, takes)
            under_way = not frozen and free <= self._at
            if starts is None or not (under_way or starts <= self._at + self._freeze):
                break
            leaves = max(starts + takes, self._at)
            frozen.append(Call(branch, leaves - takes, leaves, off, on, done=False))
            aboard[:] = [name for name in aboard if name not in off] + list(on)
            free, place = leaves, branch
        return frozen

    def _totes(self, names: Iterable[str], hub: str) -> tuple[Tote, ...]:
        return tuple(Tote(name, self._planned.get(name, hub)) for name in names)


def _left_aboard(run: RunSoFar) -> tuple[str, ...]:
    """What is on the van after the last call that is told."""
    aboard = list(run.on)
    for told in run.told:
        off = set(told.off)
        aboard = [name for name in aboard if name not in off] + list(told.on)
    return tuple(aboard)


def _branches(route: PlannedRoute) -> tuple[str, ...]:
    """Where the van calls, in order; where it only takes another van's totes over is found again from the totes."""
    return tuple(dict.fromkeys(stop.branch for stop in route.stops if stop.takes_from is None))


def _rested(route: PlannedRoute, calls: Sequence[Call]) -> bool:
    """Whether a call was made, or stays, that the plan has after the break."""
    if route.break_at is None:
        return False
    after = {stop.branch for stop in route.stops if stop.leaves > route.break_at}
    return any(call.branch in after for call in calls) or (route.break_at < route.leaves and bool(calls))
