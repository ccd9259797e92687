"""
Where the vans are at a moment of the day, and what each carries.

It is told by the runs. A day of which nobody records a run is kept on paper: then every van is taken to be where its
plan has it. As soon as one run of a plan is recorded, a van without one still stands at its hub. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal

from logistics.day_ground import Ground
from logistics.demand import Load, StopDemand
from logistics.plan import PlanDrafted, PlannedRoute, PlannedStop
from logistics.run import still_ahead
from logistics.run_so_far import Call, Played, ReloadMade, RunSoFar, Told, moved

__all__ = ["Mishaps", "Tote", "VanNow", "names_at", "names_for", "vans_now"]


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
class Tote:
    """A tote by its name, and the branch or hub that it is for."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class VanNow:
    """
    A van at the moment. `waiting` at its hub, `out`, or `back` for the day; `known` says how that is known.

    `calls` are made or frozen; `ahead` are the planned stops that are neither, in order. `aboard` is on the van after
    its last call, `at_hub` what lies at the hub for its stops. `skipped` are planned stops that it did not make, with
    the second. `rested` says that its break is over, or is part of the calls. `reloads` are those that were made,
    and what came off at them lies `left_at_hub`.
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
    reloads: tuple[ReloadMade, ...] = ()
    left_at_hub: tuple[str, ...] = ()

    @property
    def this_trip(self) -> tuple[Call, ...]:
        """The calls since it loaded at its hub."""
        return self.calls[self.reloads[-1].after :] if self.reloads else self.calls

    @property
    def free_from(self) -> int:
        """When its last call is over; when it left its hub, if there is none on this trip."""
        if self.this_trip:
            return self.this_trip[-1].leaves
        return self.reloads[-1].leaves if self.reloads else self.left


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
        self._called = {told.branch for run in runs.values() for told in run.told if told.served and told.trip is None}
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
        told: list[Told] = []
        for number, stop in enumerate(route.stops, 1):
            reload = route.reload_before(number)
            if reload is not None and reload.leaves <= self._at:
                trip = 2 + sum(one.trip is not None for one in told)
                told.append(Told(route.hub, reload.leaves, True, trip=trip))
            if stop.leaves <= self._at:
                told.append(Told(stop.branch, stop.leaves, stop.branch not in self._mishaps.missed))
        back = route.returns if route.returns <= self._at else None
        return self._with_totes(route, RunSoFar(route.van, route.leaves, (), tuple(told), back))

    def _with_totes(self, route: PlannedRoute, run: RunSoFar) -> RunSoFar:
        """A run that names no tote, with as many as were planned."""
        stops, trips = _branches(route), route.branches_by_trip
        aboard = on = tuple(name for code in trips[0] for name in self._to(code))
        filled: list[Told] = []
        for one in run.told:
            if one.trip is not None:
                here = one.trip <= len(trips)
                skipped = {other.branch for other in filled if not other.served}
                going = [code for code in trips[one.trip - 1] if code not in skipped] if here else []
                off = tuple(name for name in aboard if self._planned.get(name) not in going)
                loaded = (name for code in going for name in self._to(code))
                told = replace(one, off=off, on=tuple(name for name in loaded if name not in aboard))
            elif one.served and one.branch in stops:
                told = replace(one, off=self._to(one.branch), on=self._at_branch(one.branch))
            else:
                told = one
            filled.append(told)
            aboard = moved(aboard, told)
        full = replace(run, on=on, told=tuple(filled))
        return full if run.back is None else replace(full, came_off=aboard)

    def _to(self, branch: str) -> tuple[str, ...]:
        its = self._carried.get(branch)
        return () if its is None else names_for(branch, its.deliver)

    def _at_branch(self, branch: str) -> tuple[str, ...]:
        its = self._carried.get(branch)
        return () if its is None else names_at(branch, its.collect)

    # --- a van that has left ---

    def _out(self, route: PlannedRoute, run: RunSoFar, known: Literal["told", "assumed"]) -> VanNow:
        so_far = Played(run, self._ground, _starts(route) if known == "assumed" else {})
        trips = [[stop.branch for stop in trip if stop.takes_from is None] for trip in route.trips]
        left = still_ahead(trips, so_far.told)
        due = tuple(dict.fromkeys(chain.from_iterable(left[: so_far.trip])))
        ahead = list(dict.fromkeys(chain.from_iterable(left)))
        later = set(ahead) - set(due)
        skipped = {told.branch: told.at for told in run.told if not told.served}
        now = VanNow(
            route.van, route.hub, "out", known, so_far.left,
            calls=tuple(so_far.calls), ahead=tuple(ahead), skipped=skipped, reloads=tuple(so_far.reloads),
            left_at_hub=so_far.left_at_hub, rested=True,
        )  # fmt: skip
        aboard = list(so_far.aboard)
        lying = [name for name in now.left_at_hub if self._planned.get(name, route.hub) != route.hub]
        if run.back is not None:
            kept = [name for name in aboard if name not in run.came_off]
            lying += [name for name in run.came_off if self._planned.get(name, route.hub) != route.hub]
            at_hub, held = self._totes(lying, route.hub), self._totes(kept, route.hub)
            return replace(now, state="back", aboard=held, at_hub=at_hub, back=run.back)
        if route.van not in self._mishaps.lost:
            frozen = self._frozen(route, now, due, so_far.trip, aboard)
            now = replace(now, calls=(*now.calls, *frozen), ahead=tuple(ahead[len(frozen) :]))
        there = {*aboard, *(name for call in now.calls for name in (*call.off, *call.on))}
        # A labelled tote of the plan that the run did not load was left at the hub; one without a label may have one.
        to_load = [
            name
            for code in (*(call.branch for call in now.calls if not call.done), *now.ahead, *skipped)
            for name in self._to(code)
            if name not in there and (code in later or "/" in name)
        ]
        return replace(
            now,
            aboard=self._totes(aboard, route.hub),
            at_hub=self._totes(dict.fromkeys((*lying, *to_load)), route.hub),
            rested=_rested(route, now.calls, so_far.trip),
        )

    def _frozen(self, route: PlannedRoute, now: VanNow, due: Sequence[str], trip: int, aboard: list[str]) -> list[Call]:
        """The next calls of the trip, as far as they stay as they are; what comes off and goes on is taken over."""
        free, place = now.free_from, now.this_trip[-1].branch if now.this_trip else route.hub
        frozen: list[Call] = []
        for branch in due:
            if branch in self._mishaps.closed or branch in self._mishaps.missed:
                break
            was_free, starts_at = _planned_gap(route, trip, branch)
            gap = self._ground.drive(place, branch)
            if route.break_at is not None and was_free <= route.break_at < starts_at:
                gap = max(gap, starts_at - was_free)
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


def _branches(route: PlannedRoute) -> tuple[str, ...]:
    """Where the van calls, in order; where it only takes another van's totes over is found again from the totes."""
    return tuple(dict.fromkeys(stop.branch for stop in route.stops if stop.takes_from is None))


def _starts(route: PlannedRoute) -> dict[str, int]:
    return {stop.branch: stop.starts for stop in route.stops}


def _planned_gap(route: PlannedRoute, trip: int, branch: str) -> tuple[int, int]:
    """When the plan has the van free for a call that is due on a trip, and when the call starts."""
    so_far = sum(len(stops) for stops in route.trips[:trip])
    for seq in range(so_far, 0, -1):
        stop = route.stops[seq - 1]
        if stop.branch == branch and stop.takes_from is None:
            reload = route.reload_before(seq)
            before = route.leaves if seq == 1 else route.stops[seq - 2].leaves
            return before if reload is None else reload.leaves, stop.starts
    raise ValueError(f"{branch} is not planned on the first {trip} trips of {route.van}")


def _rested(route: PlannedRoute, calls: Sequence[Call], trip: int) -> bool:
    """Whether a call was made, or stays, or the van has loaded again, where the plan has that after the break."""
    if route.break_at is None:
        return False
    after = {stop.branch for stop in route.stops if stop.leaves > route.break_at}
    if any(reload.leaves > route.break_at for reload in (route.reloads or ())[: trip - 1]):
        return True
    return any(call.branch in after for call in calls) or (route.break_at < route.leaves and bool(calls))
