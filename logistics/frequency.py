"""
How many days a week a branch should be called at, and which: from weeks of measured items.

What comes to the hub for a branch on a day, or is set out there, rides on the next day of service after it, as the
timetable has it (`ways.py`). For each number of calls the days are chosen on which the items wait least; a call more
costs its detour, and saves days of waiting at a stated price. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import ceil

from logistics.expectation import percentile_of

__all__ = ["WEEKS_A_YEAR", "Detour", "Items", "Step", "Terms", "Week", "detour_of", "steps", "waits"]

WEEKS_A_YEAR = 52
_MOST_CALLS = 6
_BUSY = 90
_MICROS = 1_000_000

Week = tuple[int, int, int, int, int, int, int]
"""Items by weekday, Monday first."""


@dataclass(frozen=True, slots=True)
class Items:
    """What came to the hub for a branch (`into`), and what set out from it (`out`), week by week, the same weeks."""

    into: tuple[Week, ...]
    out: tuple[Week, ...]

    def a_week(self, weekday: int) -> float:
        """Items of both kinds on that weekday, on average."""
        return sum(week[weekday] for week in (*self.into, *self.out)) / len(self.into)


@dataclass(frozen=True, slots=True)
class Detour:
    """What one call more adds to a van's way, and the time at the stop."""

    metres: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Terms:
    """
    What calls and delays cost: hundredths of the currency a kilometre and an hour, micros for a day's delay of an
    item; how much a van and a tote hold; within how many days an item should have been taken along.
    """

    detour: Detour
    cost_per_km_cents: int
    cost_per_hour_cents: int
    delay_micros: int
    van_totes: int
    items_per_tote: int
    within_days: int

    @property
    def call_cost(self) -> float:
        """What a call costs, in the currency unit."""
        cents = (
            self.detour.metres / 1000 * self.cost_per_km_cents + self.detour.seconds / 3600 * self.cost_per_hour_cents
        )
        return cents / 100


@dataclass(frozen=True, slots=True)
class Step:
    """
    So many calls a week, on the best days for it (0 Monday).

    Waiting is in days, over the items; `totes` is what the fullest call has to carry in nine weeks of ten, `enough`
    whether a van holds it. `costs` and `saves` are what it costs and saves a year beside the step before it
    (for the first step, the cost of its call, and nothing saved), `saved_item_days` the days of waiting saved.
    """

    calls: int
    days: tuple[int, ...]
    mean_wait: float
    p90_wait: int
    within_percent: int
    totes: int
    enough: bool
    item_days: float
    saved_item_days: float
    costs: float
    saves: float
    recommended: bool = False


def waits(days: Collection[int]) -> tuple[int, ...]:
    """For what is ready on each weekday, how many days it waits for the next day of service after it: 1 to 7."""
    return tuple(min((day - weekday - 1) % 7 + 1 for day in days) for weekday in range(7))


def steps(items: Items, allowed: Collection[int], terms: Terms) -> list[Step]:
    """
    From one call a week to six, or to as many days as are allowed; the one that is recommended is marked.

    It is the step with the least cost of calls and delay together among those whose calls a van holds; where no step's
    calls fit, the one with the most calls.
    """
    found: list[Step] = []
    for calls in range(1, min(_MOST_CALLS, len(allowed)) + 1):
        chosen = min(combinations(sorted(allowed), calls), key=lambda days: _badness(items, days))
        found.append(_step(items, chosen, terms, found[-1] if found else None))
    if not found:
        return []
    fits = [step for step in found if step.enough]
    price = terms.delay_micros / _MICROS
    best = min(
        fits or found[-1:],
        key=lambda one: (one.calls * terms.call_cost * WEEKS_A_YEAR + one.item_days * price, one.calls),
    )
    return [replace(one, recommended=one is best) for one in found]


def _badness(items: Items, days: Sequence[int]) -> tuple[float, int, tuple[int, ...]]:
    """Least waiting first; then the days that are spread best, then the earliest."""
    wait = waits(days)
    waited = sum(items.a_week(weekday) * wait[weekday] for weekday in range(7))
    return round(waited, 9), sum(gap * gap for gap in wait), tuple(days)


def _step(items: Items, days: tuple[int, ...], terms: Terms, before: Step | None) -> Step:
    wait = waits(days)
    a_week = [items.a_week(weekday) for weekday in range(7)]
    whole = sum(a_week)
    waited = sum(count * its for count, its in zip(a_week, wait, strict=True))
    by_wait = sorted(zip(wait, a_week, strict=True))
    within = sum(count for its, count in by_wait if its <= terms.within_days)
    item_days = waited * WEEKS_A_YEAR
    saved = 0.0 if before is None else before.item_days - item_days
    totes = max(_totes(items, day, wait, terms.items_per_tote) for day in days)
    return Step(
        calls=len(days),
        days=days,
        mean_wait=waited / whole if whole else 0.0,
        p90_wait=_reached(by_wait, whole * _BUSY / 100) if whole else 0,
        within_percent=int(100 * within / whole + 1e-9) if whole else 100,
        totes=totes,
        enough=totes <= terms.van_totes,
        item_days=item_days,
        saved_item_days=saved,
        costs=terms.call_cost * WEEKS_A_YEAR,
        saves=saved * terms.delay_micros / _MICROS,
    )


def _reached(by_wait: Sequence[tuple[int, float]], share: float) -> int:
    """The wait that so many items do not exceed."""
    together = 0.0
    for wait, count in by_wait:
        together += count
        if together >= share - 1e-9:
            return wait
    return by_wait[-1][0]


def _totes(items: Items, day: int, wait: Sequence[int], items_per_tote: int) -> int:
    """
    What the call on that day carries in nine weeks of ten: the more of what it brings and of what it takes.

    It takes the days since the call before it; those that lie before Monday are the same week's, as weeks go round.
    """
    taken = [weekday for weekday in range(7) if (weekday + wait[weekday]) % 7 == day]
    loads = [
        max(ceil(sum(week[weekday] for weekday in taken) / items_per_tote) for week in both)
        for both in zip(items.into, items.out, strict=True)
    ]
    return percentile_of(loads, _BUSY)


def detour_of(
    metres: Sequence[Sequence[int]], seconds: Sequence[Sequence[int]], place: int, *, stop_seconds: int
) -> Detour:
    """
    What a call at `place` adds to a tour that passes the place nearest to it anyway, and its time at the stop.

    The matrices are of the hub and the branches of its tours. The tour goes on to where that costs least; between two
    places only it is there and back.
    """
    others = [other for other in range(len(metres)) if other != place]
    if not others:
        return Detour(0, stop_seconds)
    near = min(others, key=lambda other: (seconds[other][place], other))
    ways = [
        (
            seconds[near][place] + seconds[place][on] - seconds[near][on],
            metres[near][place] + metres[place][on] - metres[near][on],
        )
        for on in others
    ]
    added_seconds, added_metres = min(ways)
    return Detour(max(0, added_metres), max(0, added_seconds) + stop_seconds)
