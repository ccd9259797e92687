"""
How often each branch should be called at, from the items of whole weeks that were counted or imported.

Items for a branch count on the day on which the timetable has them at its hub; those from it on the day on which they
set out. A call costs the detour from the nearest place of its hub's tours and the minutes at the stop, at the rates of
the hub's largest van; a day's delay costs what a plan counts for it, by the reasons for which the branch's items
travel.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from circulation.calendar import at_minute, local_day, zone_of
from circulation.clock import DAY_US
from circulation.errors import Refused
from logistics.dispatcher import roads_of
from logistics.draft import PlanRules
from logistics.frequency import Detour, Items, Step, Terms, detour_of, steps
from logistics.situation import Situation, read_situation
from logistics.ways import hub_days
from projections import demand_board, runs
from projections import journeys as bulk

if TYPE_CHECKING:
    from circulation.ledger import Ledger
    from logistics.demand import Prices
    from logistics.frequency import Week
    from projections.demand_board import LaneDay
    from projections.views import Views

__all__ = ["Often", "how_often", "weekdays_of"]

_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NOON = 12 * 60
_ON_THE_WAY = 14
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Often:
    """
    A branch with its steps. `calls_now` is how often a week a van called in the weeks that are measured,
    `items_a_week` counts both ways.
    """

    branch: str
    hub: str
    weeks: int
    items_a_week: float
    calls_now: float
    terms: Terms
    steps: tuple[Step, ...]


def weekdays_of(days: Iterable[int]) -> str:
    """Weekdays as `Mon Thu`."""
    return " ".join(_NAMES[day] for day in days)


def how_often(
    views: Views, ledger: Ledger, *, first: date, last: date, within_days: int, only: str | None = None
) -> list[Often]:
    """
    The steps of every branch that a hub serves, or of one, measured over the whole weeks from one day to another.

    Raises `Refused` (`frequency.no-weeks`) where no such week has anything counted, and what the roads refuse.
    """
    situation = read_situation(ledger)
    counts = demand_board.daily_counts(
        views, first=(first - timedelta(days=_ON_THE_WAY)).isoformat(), last=last.isoformat()
    )
    weeks = _whole_weeks(counts, first, last)
    if not weeks:
        raise Refused("frequency.no-weeks", first=first, last=last)
    measured = _Measured(situation, counts, weeks)
    why = bulk.reasons(views, from_us=_start(weeks[0]), to_us=_start(weeks[-1]) + 7 * DAY_US)
    every = sum(why.values(), Counter())
    called = _calls_a_week(views, weeks)
    found = []
    for hub in situation.ways.hubs:
        codes = [code for code in situation.ways.served_by(hub) if only in (None, code)]
        detours = _detours(situation, ledger, hub, codes) if codes else {}
        for code in codes:
            delay = _delay_micros(why.get(code) or every, PlanRules().prices)
            terms = _terms(situation, hub, detours[code], delay, within_days)
            items = measured.items(code)
            allowed = situation.calendar.service_days(code) & _days_of(situation, hub)
            a_week = sum(items.a_week(day) for day in range(7))
            found.append(
                Often(code, hub, len(weeks), a_week, called.get(code, 0.0), terms, tuple(steps(items, allowed, terms)))
            )
    return found


class _Measured:
    """Items by branch, week and weekday."""

    def __init__(self, situation: Situation, counts: Iterable[LaneDay], weeks: list[date]) -> None:
        self._weeks = weeks
        self._into: dict[str, Counter[date]] = defaultdict(Counter)
        self._out: dict[str, Counter[date]] = defaultdict(Counter)
        at_hub: dict[tuple[str, str, str], date | None] = {}
        for count in counts:
            day = date.fromisoformat(count.day)
            self._out[count.origin][day] += count.items
            key = (count.day, count.origin, count.destination)
            if key not in at_hub:
                at_hub[key] = _day_at_hub(situation, count.origin, count.destination, day)
            there = at_hub[key]
            if there is not None:
                self._into[count.destination][there] += count.items

    def items(self, branch: str) -> Items:
        """Those of one branch."""
        return Items(self._by_week(self._into[branch]), self._by_week(self._out[branch]))

    def _by_week(self, by_day: Mapping[date, int]) -> tuple[Week, ...]:
        return tuple(
            tuple(by_day.get(monday + timedelta(days=weekday), 0) for weekday in range(7))  # type: ignore[misc]
            for monday in self._weeks
        )


def _day_at_hub(situation: Situation, origin: str, destination: str, day: date) -> date | None:
    """On which day what sets out on a day is at the hub of its destination; None where there is no way."""
    branch = situation.branches.get(origin)
    if branch is None:
        return None
    zone = zone_of(branch.time_zone)
    legs = situation.ways.legs(origin, destination, at_minute(day, _NOON, zone))
    if not legs:
        return None
    if legs[-1].kind != "deliver":
        return local_day(legs[-1].lands_us, zone)
    return day if len(legs) == 1 else local_day(legs[-2].lands_us, zone)


def _whole_weeks(counts: Iterable[LaneDay], first: date, last: date) -> list[date]:
    """The Mondays of the weeks that lie between two days, both included, and have something counted."""
    counted = {one - timedelta(days=one.weekday()) for one in (date.fromisoformat(count.day) for count in counts)}
    return sorted(monday for monday in counted if first <= monday and monday + timedelta(days=6) <= last)


def _calls_a_week(views: Views, weeks: list[date]) -> dict[str, float]:
    first, last = weeks[0].isoformat(), (weeks[-1] + timedelta(days=6)).isoformat()
    days: dict[str, set[str]] = defaultdict(set)
    in_weeks = {(monday + timedelta(days=day)).isoformat() for monday in weeks for day in range(7)}
    names = {one.run: one.day for one in runs.runs(views) if first <= one.day <= last}
    # Weeks whose counts were imported have no runs.
    days_driven = {date.fromisoformat(day) for day in names.values()}
    driven = [monday for monday in weeks if any(monday <= day < monday + _WEEK for day in days_driven)]
    for call in runs.calls(views):
        day = names.get(call.run)
        if day in in_weeks and call.outcome == "served":
            days[call.branch].add(day)
    return {branch: len(served) / len(driven) for branch, served in days.items()}


def _detours(situation: Situation, ledger: Ledger, hub: str, codes: Iterable[str]) -> dict[str, Detour]:
    places = [hub, *situation.ways.served_by(hub)]
    matrix = roads_of(situation, ledger.attachment)(places)
    metres, seconds = matrix.metres.tolist(), matrix.seconds.tolist()
    return {
        code: detour_of(metres, seconds, places.index(code), stop_seconds=situation.branches[code].terms.minutes * 60)
        for code in codes
    }


def _terms(situation: Situation, hub: str, detour: Detour, delay_micros: int, within_days: int) -> Terms:
    vans = [van for van in situation.vans.values() if van.hub == hub]
    largest = max(vans, key=lambda van: (van.totes, van.van), default=None)
    return Terms(
        detour=detour,
        cost_per_km_cents=0 if largest is None else largest.cost_per_km_cents,
        cost_per_hour_cents=0 if largest is None else largest.cost_per_hour_cents,
        delay_micros=delay_micros,
        van_totes=0 if largest is None else largest.totes,
        items_per_tote=round(1 / situation.courier.tote_share("*")),
        within_days=within_days,
    )


def _delay_micros(why: Mapping[str, int], prices: Prices) -> int:
    """What a day's delay of an item costs, over the reasons for which the items travel; that of a return if unknown."""
    whole = sum(why.values())
    if not whole:
        return prices.home
    return round(sum(getattr(prices, reason, prices.home) * count for reason, count in why.items()) / whole)


def _days_of(situation: Situation, hub: str) -> frozenset[int]:
    of_hub = hub_days(situation.vans.values()).get(hub)
    return frozenset(range(7)) if of_hub is None else of_hub.days


def _start(day: date) -> int:
    return at_minute(day, 0, zone_of("UTC"))
