"""
A network small enough to check by hand: two hubs with two and one branches, in November, when London is UTC.

Monday is 2026-11-23. Branches are staffed 09:00 to 17:00 from Monday to Friday unless a test says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np

from circulation.branch import Branch, BranchKind, DeliveryTerms
from circulation.calendar import BranchCalendar, Calendar, Closure, WeekHours, parse_spans
from circulation.clock import DAY_US, parse_instant
from logistics.fleet import Van
from logistics.network import Courier, Trunk
from logistics.problem import RoutingProblem
from logistics.roads import Matrix
from logistics.situation import Situation
from logistics.solution import Solution
from logistics.solver import Budget, Progress
from logistics.solver.timetable import assemble, fits, tour_of

WEEK = ("09:00-17:00",) * 5 + ("", "")


def branch(
    code: str,
    *,
    serves: tuple[str, ...] | None = None,
    hours: tuple[str, ...] = WEEK,
    windows: tuple[str, ...] | None = None,
    door: str = "",
    kind: BranchKind = "branch",
    name: str = "",
) -> Branch:
    return Branch(
        code=code,
        name=name or code.title(),
        member="somerset",
        kind=kind,
        latitude_e6=51_400_000,
        longitude_e6=-2_600_000,
        time_zone="Europe/London",
        hours=hours,
        serves=serves,
        terms=DeliveryTerms(windows=windows, door=door),  # type: ignore[arg-type]
    )


def branches(*all_of_them: Branch) -> dict[str, Branch]:
    return {one.code: one for one in all_of_them}


def two_regions() -> dict[str, Branch]:
    return branches(
        branch("bath", serves=("keynsham", "midsomer")),
        branch("keynsham"),
        branch("midsomer"),
        branch("taunton", serves=("wells",)),
        branch("wells"),
    )


def week(texts: tuple[str, ...]) -> WeekHours:
    return cast(WeekHours, tuple(parse_spans(text) for text in texts))


def calendar(of: dict[str, Branch], *closures: Closure) -> Calendar:
    return Calendar(
        {
            code: BranchCalendar(
                one.member,
                one.time_zone,
                week(one.hours),
                None if one.terms.windows is None else week(one.terms.windows),
            )
            for code, one in of.items()
        },
        closures,
    )


def closed(code: str, first: str, last: str | None = None) -> Closure:
    scope = code if code == "all" else f"branch/{code}"
    return Closure(f"c-{code}-{first}", scope, date.fromisoformat(first), date.fromisoformat(last or first), "flood")


def trunk(
    origin: str,
    destination: str,
    *,
    days: tuple[int, ...] = (0, 1, 2, 3, 4),
    departs: int = 20 * 60,
    arrives: int = 22 * 60,
    arrives_days: int = 0,
    cutoff: int = 30,
    totes: int = 40,
    name: str = "",
) -> Trunk:
    code = name or f"{origin}-{destination}"
    return Trunk(code, origin, destination, days, departs, arrives, arrives_days, totes, cutoff)


def van(
    name: str,
    hub: str = "bath",
    *,
    totes: int = 20,
    starts: int = 8 * 60,
    ends: int = 16 * 60,
    days: tuple[int, ...] = (0, 1, 2, 3, 4),
    rest: tuple[int, int, int] = (0, 0, 0),
) -> Van:
    minutes, earliest, latest = rest
    return Van(
        van=name,
        hub=hub,
        totes=totes,
        shift_starts_minute=starts,
        shift_ends_minute=ends,
        break_minutes=minutes,
        break_from_minute=earliest,
        break_until_minute=latest,
        days=days,
        cost_per_km_cents=45,
        cost_per_hour_cents=1800,
        cost_per_day_cents=2000,
    )


def instant(text: str) -> int:
    """An instant of November 2026: `23 14:30`."""
    day, _, time = text.partition(" ")
    return parse_instant(f"2026-11-{day}T{time or '00:00'}:00Z")


@dataclass(frozen=True)
class Waiting:
    """A row as the projection gives it: items that must travel and lie together."""

    kind: str
    place: str
    destination: str
    reason: str
    item_type: str
    filling: str | None
    items: int
    oldest_us: int
    opened_days: int


@dataclass(frozen=True)
class Box:
    """A filling that has not ended, as the projection gives it."""

    filling: str
    destination: str
    status: str
    place: str


@dataclass(frozen=True)
class Count:
    """A row of daily counts."""

    day: str
    origin: str
    destination: str
    items: int


def waiting(
    items: int,
    place: str,
    destination: str,
    reason: str = "home",
    *,
    since: str = "24 08:00",
    item_type: str = "book",
    filling: str | None = None,
    kind: str = "branch",
) -> Waiting:
    """So many items that wait alike, since one instant of November 2026."""
    since_us = instant(since)
    return Waiting(kind, place, destination, reason, item_type, filling, items, since_us, items * (since_us // DAY_US))


def flat_roads(codes: Sequence[str]) -> Matrix:
    """Ten kilometres and ten minutes between any two places."""
    size = len(codes)
    apart = np.ones((size, size), dtype=np.int64) - np.eye(size, dtype=np.int64)
    return Matrix(tuple(codes), apart * 10_000, apart * 600, "flat", "0" * 64)


def first_fit(
    problem: RoutingProblem,
    _budget: Budget,
    seed: int,
    _start: Solution | None = None,
    _progress: Progress | None = None,
) -> Solution:
    """A search that is easy to follow: every stop, in order, at the end of the first tour that takes it and pays."""
    orders: dict[int, list[int]] = {}
    for stop, its in enumerate(problem.stops):
        for number, van in enumerate(problem.vans):
            before = orders.get(number, [])
            tour = [*before, stop]
            if its.hub not in (None, van.hub) or not fits(problem, van, tour):
                continue
            route, was = tour_of(problem, van, tour), tour_of(problem, van, before) if before else None
            if route is not None and route.micros - (was.micros if was else 0) <= (its.price or 0):
                orders[number] = tour
                break
    return assemble(problem, orders, solver="first fit", seed=seed, iterations=1)


def situation(*vans: Van, of: dict[str, Branch] | None = None, closures: tuple[Closure, ...] = ()) -> Situation:
    """The two regions with these vans and a trunk run between their hubs."""
    places = of or two_regions()
    link = trunk("bath", "taunton")
    courier = Courier(trunks={link.trunk: link})
    return Situation(7, places, calendar(places, *closures), courier, {one.van: one for one in vans})
