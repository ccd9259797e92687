"""
Rotating collections: copies that move on from branch to branch by a standing plan, on the stream `rotation/<plan>`.

A plan is a round of stops with the days that the copies stay at each. When a copy's days at its stop are over it is
due for the next one, as a move by hand with the reason `rebalance`: it rides on spare capacity (reference, case 30).
Nothing moves by itself: what is due is listed, and sent when somebody says so (`rotation_desk.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from circulation.errors import Invalid, Refused
from circulation.event import Event, Fact, event, part

__all__ = [
    "At",
    "Due",
    "Rotation",
    "RotationJoined",
    "RotationLeft",
    "RotationMovedOn",
    "RotationSet",
    "Stop",
    "decide_join",
    "decide_leave",
    "due",
    "first_stop",
    "fold_rotation",
    "rotation_stream",
    "set_rotation",
]


def rotation_stream(plan: str) -> str:
    """The name of a plan's stream."""
    return f"rotation/{plan}"


@part
class Stop:
    """A branch at which the copies stay for so many days."""

    branch: str
    days: int


@event
class RotationSet(Event):
    """The round was set or replaced; copies go on from the stop with the number that they are at."""

    stops: tuple[Stop, ...]


@event
class RotationJoined(Event):
    """Copies joined the round at its first stop, for which they are wanted from `day` on."""

    items: tuple[str, ...]
    day: str


@event
class RotationLeft(Event):
    """Copies left the round."""

    items: tuple[str, ...]


@event
class RotationMovedOn(Event):
    """Copies were sent on to the stop of that number (from 0) on `day`."""

    items: tuple[str, ...]
    stop: int
    day: str


@dataclass(frozen=True, slots=True)
class At:
    """The stop that a copy is at or on its way to, and since which day."""

    stop: int
    since: str


@dataclass(frozen=True, slots=True)
class Rotation:
    """A plan: its round of stops, and where in it each copy is."""

    plan: str
    stops: tuple[Stop, ...] = ()
    items: Mapping[str, At] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    """A copy that is to go from one stop to another and to stay there until a day."""

    item: str
    plan: str
    at: str
    to: str
    stop: int
    since: str
    stay_until: str


def fold_rotation(rotation: Rotation | None, fact: Fact) -> Rotation:
    """The plan after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = rotation or Rotation(plan=fact.stream.removeprefix("rotation/"))
    match fact.event:
        case RotationSet(stops=stops):
            return replace(before, stops=stops)
        case RotationJoined(items=items, day=day):
            return replace(before, items={**before.items, **dict.fromkeys(items, At(0, day))})
        case RotationMovedOn(items=items, stop=stop, day=day):
            return replace(before, items={**before.items, **dict.fromkeys(items, At(stop, day))})
        case RotationLeft(items=items):
            return replace(before, items={item: at for item, at in before.items.items() if item not in items})
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about a rotation ({fact.stream})")


def set_rotation(rotation: Rotation | None, stops: tuple[Stop, ...]) -> tuple[Event, ...]:
    """The round is set. Raises `Invalid`: `rotation.too-short` (2 stops at least), `rotation.days` (1 to 366)."""
    if len(stops) < 2:
        raise Invalid("rotation.too-short", stops=len(stops))
    for stop in stops:
        if not 1 <= stop.days <= 366:
            raise Invalid("rotation.days", days=stop.days)
    return () if rotation is not None and rotation.stops == stops else (RotationSet(stops=stops),)


def first_stop(rotation: Rotation) -> Stop:
    """Where copies join the round. Raises `Refused` (`rotation.unset`) for a plan that was not set."""
    if not rotation.stops:
        raise Refused("rotation.unset", plan=rotation.plan[:60])
    return rotation.stops[0]


def decide_join(rotation: Rotation, items: Collection[str], today: str) -> tuple[Event, ...]:
    """Copies join the round; those that are in it already stay as they are."""
    first_stop(rotation)
    new = tuple(sorted(set(items) - set(rotation.items)))
    return (RotationJoined(items=new, day=today),) if new else ()


def decide_leave(rotation: Rotation, items: Collection[str]) -> tuple[Event, ...]:
    """Copies leave the round. Raises `Refused` (`rotation.not-in-it`)."""
    strangers = sorted(set(items) - set(rotation.items))
    if strangers:
        raise Refused("rotation.not-in-it", stranger=strangers[0], plan=rotation.plan)
    return (RotationLeft(items=tuple(sorted(set(items)))),)


def due(rotation: Rotation, today: str) -> list[Due]:
    """The copies whose days at their stops are over, by barcode, each with its next stop."""
    found = []
    for item, at in sorted(rotation.items.items()):
        if not rotation.stops:
            break
        here = rotation.stops[at.stop % len(rotation.stops)]
        if plus(at.since, here.days) <= today:
            number = (at.stop + 1) % len(rotation.stops)
            there = rotation.stops[number]
            until = plus(today, there.days)
            found.append(Due(item, rotation.plan, here.branch, there.branch, number, at.since, until))
    return found


def plus(day: str, days: int) -> str:
    """The day so many days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
