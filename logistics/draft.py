"""
From a network and what waits in it to the routing problem of one day.

Names what is missing before anything is searched: a hub, a fleet, a van on that day, service on that day, a road.
What cannot be part of the day (a branch that is shut, a stop that was skipped, more totes than any van holds) is set
aside with its reason. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from circulation.calendar import at_minute, zone_of
from circulation.errors import Refused, Unknown
from circulation.messages.names import Names
from circulation.service_words import refused_words
from logistics.backlog import Lying
from logistics.day_stops import SEARCH_DAYS, WEEKDAY_NAMES, DayStops, PlanRequest
from logistics.demand import FillingRow, Prices, StopDemand, WaitingRow, measure
from logistics.drain_network import Backlogged
from logistics.expectation import DailyCount, Expectation, Lane, counts_by_lane
from logistics.fleet import Van as FleetVan
from logistics.plan import LeftBehind, Wave
from logistics.problem import Break, Hub, RoutingProblem, Van
from logistics.situation import Situation, canonical, digest_of
from logistics.staying import not_drained, suspended_rows

if TYPE_CHECKING:
    from logistics.roads import Matrix

__all__ = [
    "Draft",
    "PlanRequest",
    "PlanRules",
    "RoadsBetween",
    "draft",
    "expected_additions",
    "group_name",
    "problem_van",
]

_WAVES: Mapping[Wave, tuple[int, int]] = {"am": (0, 13 * 60), "pm": (13 * 60, 24 * 60), "day": (0, 24 * 60)}


RoadsBetween = Callable[[Sequence[str]], "Matrix"]
"""Gives metres and seconds between places, in the order of their codes; refuses those that cannot be reached."""


@dataclass(frozen=True, slots=True)
class PlanRules:
    """What a day's delay costs, and how much more is expected to come."""

    prices: Prices = Prices()
    expectation: Expectation = Expectation()

    def digest(self) -> str:
        """SHA-256 of the rules."""
        return digest_of(self)

    def to_bytes(self) -> bytes:
        """What is kept beside the log under their digest."""
        return canonical(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> PlanRules:
        """The rules that were kept. Raises `ValueError`, `KeyError` or `TypeError` for bytes that hold none."""
        raw = json.loads(data)
        return cls(Prices(**raw["prices"]), Expectation(**raw["expectation"]))


@dataclass(frozen=True)
class Draft:
    """
    The problem of a day, and what belongs to it but is not in the routes.

    `carried` are the stops that the problem holds, cut down to what a van holds; `set_aside` are those it does not.
    """

    request: PlanRequest
    hubs: tuple[str, ...]
    group: str
    problem: RoutingProblem
    roads: str
    carried: Mapping[str, StopDemand]
    set_aside: tuple[LeftBehind, ...]


def group_name(hubs: Sequence[str], all_hubs: Sequence[str]) -> str:
    """The name of hubs that are planned together: the hub's own, `all`, or their codes joined by `+`."""
    if len(hubs) > 1 and set(hubs) == set(all_hubs):
        return "all"
    return "+".join(sorted(hubs))


def expected_additions(
    counts: Iterable[DailyCount], situation: Situation, *, day: date, since_us: int, expectation: Expectation
) -> dict[Lane, int]:
    """Items that each branch adds for its next stop between an instant and the van of that day."""
    ways = situation.ways
    calls = {
        code: (day, span)
        for hub in ways.hubs
        for code in ways.served_by(hub)
        if (span := ways.call(code, day)) is not None
    }

    def next_stop(origin: str, goal: str) -> str | None:
        # What has its way suspended on the day is not brought to the van.
        return None if ways.halt(origin, goal, day.isoformat()) else ways.next_hop(origin, goal, since_us)

    lanes = counts_by_lane(counts, next_stop)
    return expectation.additions(
        lanes, branches=situation.branches, calendar=situation.calendar, since_us=since_us, calls=calls
    )


def draft(
    request: PlanRequest,
    situation: Situation,
    *,
    roads: RoadsBetween,
    rows: Iterable[WaitingRow],
    fillings: Iterable[FillingRow],
    counts: Iterable[DailyCount],
    rules: PlanRules,
    at_us: int,
    lying: Iterable[Lying] = (),
) -> Draft:
    """
    The routing problem of the request at `at_us`, microseconds UTC; `lying` is what waits by age, to be drained.

    Raises `Refused` (`plan.no-hub`, `plan.no-fleet`, `plan.past`, `plan.no-service`, `plan.no-van`,
    `plan.must-closed`, `plan.nothing`, `roads.unreachable`) and `Unknown` (`hub.unknown`, `van.unknown`,
    `branch.unknown`).
    """
    hubs = _hubs(request, situation)
    _check_names(request, situation)
    vans = _vans(request, situation, hubs, at_us)
    _check_must(request, situation, hubs)
    expected: dict[Lane, int] | None = None
    rows, fillings, counts, lying = list(rows), list(fillings), list(counts), list(lying)
    measured = partial(
        measure, fillings=fillings, ways=situation.ways, courier=situation.courier, prices=rules.prices, at_us=at_us
    )
    kept = suspended_rows(
        rows, fillings, ways=situation.ways, day=request.day, measure=measured, hubs=hubs, at_us=at_us
    )
    aside = kept.left
    if request.drain is not None:
        backlogged = Backlogged(situation, lying, fillings, request.day, counts, rules.expectation)
        plan = backlogged.plan(request.drain or None)
        # What comes in meanwhile leaves on a later day of that plan; what rides to a hub now is sorted there.
        expected = {}
        kept = not_drained(kept.travelling, plan, day=request.day, measure=measured, hubs=hubs, at_us=at_us)
        aside = (*aside, *kept.left)
    elif request.collect == "expected":
        expected = expected_additions(counts, situation, day=request.day, since_us=at_us, expectation=rules.expectation)
    demand = measured(kept.travelling, expected=expected)
    setting = DayStops(request, situation, hubs, vans, at_us)
    setting.aside.extend(aside)
    for code in sorted({*demand.stops, *request.must}):
        hub = situation.ways.hub_of(code)
        if hub in hubs:
            setting.take(demand.stops.get(code) or StopDemand(code, hub))
    if not setting.stops:
        raise (
            Refused("plan.nothing:aside", hubs=", ".join(hubs), day=request.day, aside=len(setting.aside))
            if setting.aside
            else Refused("plan.nothing", hubs=", ".join(hubs), day=request.day)
        )
    matrix = roads([*hubs, *(stop.id for stop in setting.stops)])
    return Draft(
        request=request,
        hubs=hubs,
        group=group_name(hubs, situation.ways.hubs),
        problem=RoutingProblem(
            hubs=tuple(Hub(hub) for hub in hubs),
            vans=tuple(problem_van(van, request.wave, hubs) for van in vans),
            stops=tuple(setting.stops),
            metres=tuple(tuple(row) for row in matrix.metres.tolist()),
            seconds=tuple(tuple(row) for row in matrix.seconds.tolist()),
        ),
        roads=f"{matrix.provider} ({matrix.digest})",
        carried=setting.carried,
        set_aside=tuple(setting.aside),
    )


# --- what the day has ---


def _hubs(request: PlanRequest, situation: Situation) -> tuple[str, ...]:
    known = situation.ways.hubs
    if not known:
        raise Refused("plan.no-hub", branches=len(situation.branches))
    for hub in request.hubs:
        if hub not in known:
            raise Unknown("hub.unknown:plan", hub=hub[:60], known=", ".join(known))
    return tuple(sorted(request.hubs)) or known


def _check_names(request: PlanRequest, situation: Situation) -> None:
    for van in request.without_vans:
        if van not in situation.vans:
            raise Unknown("van.unknown", van=van[:60])
    for code in (*request.skip, *request.must):
        if code not in situation.branches:
            raise Unknown("branch.unknown", branch=code[:60])


def _vans(request: PlanRequest, situation: Situation, hubs: tuple[str, ...], at_us: int) -> tuple[FleetVan, ...]:
    """The vans that can go out. Raises the refusal that says what is missing."""
    fleet = [van for van in situation.vans.values() if van.hub in hubs]
    if not fleet:
        raise Refused("plan.no-fleet", hubs=Names(hubs))
    _check_service(request, situation, hubs, at_us)
    missing = {van.van: _why_not(van, request) for van in sorted(fleet, key=lambda van: van.van)}
    there = tuple(van for van in sorted(fleet, key=lambda van: van.van) if not missing[van.van])
    if not there:
        raise Refused(
            "plan.no-van",
            fleet=len(fleet),
            hubs=", ".join(hubs),
            day=request.day,
            missing="; ".join((f"{van} {why}" for van, why in missing.items())),
        )
    return there


def _why_not(van: FleetVan, request: PlanRequest) -> str:
    off_road = van.off_road_on(request.day.isoformat())
    if van.van in request.without_vans:
        return "is left out of this plan"
    if off_road is not None:
        return f"is off the road until {off_road.last}"
    if request.day.weekday() not in van.days:
        return f"does not work on a {WEEKDAY_NAMES[request.day.weekday()]}"
    starts, ends = _shift(van, request.wave)
    if starts >= ends:
        return f"has no shift in the wave {request.wave}"
    return ""


def _shift(van: FleetVan, wave: Wave) -> tuple[int, int]:
    earliest, latest = _WAVES[wave]
    return max(van.shift_starts_minute, earliest), min(van.shift_ends_minute, latest)


def _check_service(request: PlanRequest, situation: Situation, hubs: tuple[str, ...], at_us: int) -> None:
    zone = zone_of(situation.branches[hubs[0]].time_zone)
    if at_minute(request.day, 24 * 60, zone) <= at_us:
        raise Refused("plan.past", day=request.day)
    branches = [code for hub in hubs for code in situation.ways.served_by(hub)]
    if any(situation.ways.call(code, request.day) for code in branches):
        return
    later = (request.day + timedelta(days=ahead) for ahead in range(1, SEARCH_DAYS))
    following = next((day for day in later if any(situation.ways.call(code, day) for code in branches)), None)
    reason = _why_no_service(situation, hubs, branches, request.day)
    raise (
        Refused(
            "plan.no-service:none-ahead",
            weekday=WEEKDAY_NAMES[request.day.weekday()],
            day=request.day,
            reason=reason,
            hubs=", ".join(hubs),
        )
        if following is None
        else Refused(
            "plan.no-service",
            weekday=WEEKDAY_NAMES[request.day.weekday()],
            day=request.day,
            reason=reason,
            hubs=", ".join(hubs),
            next_weekday=WEEKDAY_NAMES[following.weekday()],
            following=following,
        )
    )


def _why_no_service(situation: Situation, hubs: Sequence[str], branches: Sequence[str], day: date) -> str:
    """The closure or the suspension for which no van calls anywhere, in brackets; empty where it is the week's."""
    closure = situation.calendar.closure_on(hubs[0], day)
    if closure is not None:
        return f" (closure {closure.id} of {closure.scope})"
    suspended = next((one for code in branches if (one := situation.ways.no_call(code, day)) is not None), None)
    return "" if suspended is None else f" ({refused_words(suspended)})"


def _check_must(request: PlanRequest, situation: Situation, hubs: tuple[str, ...]) -> None:
    for code in request.must:
        if situation.ways.hub_of(code) not in hubs or situation.ways.call(code, request.day) is None:
            raise Refused("plan.must-closed", code=code, hubs=", ".join(hubs), day=request.day)


def problem_van(van: FleetVan, wave: Wave, hubs: tuple[str, ...]) -> Van:
    """The van in the units of the problem. A break that does not fit into a wave's part of the shift is not in it."""
    starts, ends = _shift(van, wave)
    fits = max(van.break_from_minute, starts) <= min(van.break_until_minute, ends - van.break_minutes)
    rest = Break(van.break_minutes * 60, van.break_from_minute * 60, van.break_until_minute * 60)
    return Van(
        id=van.van,
        hub=hubs.index(van.hub),
        totes=van.totes,
        shift_start=starts * 60,
        shift_end=ends * 60,
        rest=rest if van.break_minutes and (fits or wave == "day") else None,
        micros_per_metre=van.cost_per_km_cents * 10,
        micros_per_second=round(van.cost_per_hour_cents * 10_000 / 3600),
        micros_fixed=van.cost_per_day_cents * 10_000,
        trips=van.trips or 1,
        reload_seconds=(van.reload_minutes or 0) * 60 if (van.trips or 1) > 1 else 0,
    )
