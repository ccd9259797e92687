"""
Vans and their shifts, on the streams `van/<id>`.

A van belongs to a hub, holds so many totes and works on some weekdays.
Days off the road are facts of their own, so that a plan of that day can say why the van was not there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from circulation.event import Event, Fact, event
from circulation.words import worded

__all__ = ["OffRoad", "Van", "VanBack", "VanOut", "VanRetired", "VanSet", "fold_van", "van_stream"]


def van_stream(van: str) -> str:
    """The name of a van's stream."""
    return f"van/{van}"


@event
class VanSet(Event):
    """
    A van joined the fleet or was described anew.

    Times are minutes after local midnight; the break of `break_minutes` begins between the two break times.
    It may go out `trips` times a day (None: once), and takes `reload_minutes` at its hub in between.
    Costs are in hundredths of the currency per kilometre, per hour and per day of use. `days` are weekdays, 0 Monday.
    """

    hub: str
    totes: int
    shift_starts_minute: int
    shift_ends_minute: int
    break_minutes: int = 0
    break_from_minute: int = 0
    break_until_minute: int = 0
    days: tuple[int, ...]
    cost_per_km_cents: int
    cost_per_hour_cents: int
    cost_per_day_cents: int = 0
    row: str | None = None
    source: str | None = None
    trips: int | None = None
    reload_minutes: int | None = None


@worded("reason")
@event
class VanOut(Event):
    """The van is off the road from the day `first` to the day `last`, both included."""

    first: str
    last: str
    reason: str = ""


@event
class VanBack(Event):
    """The van is back on the road from the day `first` on."""

    first: str


@event
class VanRetired(Event):
    """The van left the fleet."""


@dataclass(frozen=True, slots=True)
class OffRoad:
    """Days on which a van is not there."""

    first: str
    last: str
    reason: str


@dataclass(frozen=True, slots=True)
class Van:
    """A van as its stream tells it; see `VanSet` for the fields."""

    van: str
    hub: str
    totes: int
    shift_starts_minute: int
    shift_ends_minute: int
    break_minutes: int
    break_from_minute: int
    break_until_minute: int
    days: tuple[int, ...]
    cost_per_km_cents: int
    cost_per_hour_cents: int
    cost_per_day_cents: int
    out: tuple[OffRoad, ...] = ()
    retired: bool = False
    row: str | None = None
    trips: int | None = None
    reload_minutes: int | None = None

    def off_road_on(self, day: str) -> OffRoad | None:
        """The entry that takes it off the road on that day (`2026-11-24`), if any."""
        return next((out for out in self.out if out.first <= day <= out.last), None)


def fold_van(van: Van | None, fact: Fact) -> Van:
    """The van after one more fact. Raises `TypeError` for a fact that cannot be."""
    happened = fact.event
    if isinstance(happened, VanSet):
        return Van(
            van=fact.stream.removeprefix("van/"),
            hub=happened.hub,
            totes=happened.totes,
            shift_starts_minute=happened.shift_starts_minute,
            shift_ends_minute=happened.shift_ends_minute,
            break_minutes=happened.break_minutes,
            break_from_minute=happened.break_from_minute,
            break_until_minute=happened.break_until_minute,
            days=happened.days,
            cost_per_km_cents=happened.cost_per_km_cents,
            cost_per_hour_cents=happened.cost_per_hour_cents,
            cost_per_day_cents=happened.cost_per_day_cents,
            out=() if van is None else van.out,
            row=happened.row,
            trips=happened.trips,
            reload_minutes=happened.reload_minutes,
        )
    if van is None:
        raise TypeError(f"{type(happened).__name__} cannot be the first fact of {fact.stream}")
    match happened:
        case VanOut():
            return replace(van, out=(*van.out, OffRoad(happened.first, happened.last, happened.reason)))
        case VanBack():
            back = happened.first
            kept = tuple(replace(out, last=min(out.last, _day_before(back))) for out in van.out if out.first < back)
            return replace(van, out=kept)
        case VanRetired():
            return replace(van, retired=True)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about a van ({fact.stream})")


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
