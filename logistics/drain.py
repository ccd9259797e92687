"""
How a backlog is cleared away: day by day what the vans take, until nothing of it is left.

Every day each hub's vans bring at most what they hold to its branches, and take at most as much from them; a trunk run
carries its own totes. Holds go first, the oldest first, of those that waited equally long the one that is wanted least
long; then what goes home, by age, then what floats; what is expected to come in on the way waits its turn behind older
things of its kind. Holds ride in totes of their own. What a van has taken to a hub goes on from there on a later day.
A hold is never left lying for something that is none. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from logistics.expectation import Lane
from logistics.ways import Ways

__all__ = [
    "MOST_DAYS",
    "Batch",
    "DrainDay",
    "DrainPlan",
    "DrainStop",
    "Network",
    "Ride",
    "drain",
    "in_order",
    "spread",
    "vans_missing",
]

MOST_DAYS = 60
"""No plan looks further ahead."""
_MOST_VANS = 20
_RANK = {"hold": 0, "home": 1, "manual": 1}

Pool = tuple[Literal["off", "on", "trunk"], str, str]
"""What shares the room of vans on a day: brought by a hub's vans, taken by them, or on the trunk runs to another."""


@dataclass(frozen=True, slots=True)
class Batch:
    """
    Items that lie at one place and are alike. `since` is the day on which their journeys began.

    `per_tote` of them fill a tote where they lie (in a sealed one as many as are in it), `loose` of them later.
    `expected` ones have not come in yet. `wanted_until` is the last day of their hold.
    """

    place: str
    destination: str
    reason: str
    item_type: str
    items: int
    since: date
    per_tote: int
    loose: int
    filling: str | None = None
    wanted_until: date | None = None
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """
    What carries: `ways`, the totes that a hub's vans hold on a day, and those of the trunk runs between two hubs.
    """

    ways: Ways
    van_totes: Callable[[str, date], int]
    trunk_totes: Callable[[str, str, date], int]


@dataclass(frozen=True, slots=True)
class Ride:
    """`batch.items` items that leave `batch.place` on a day for `to`."""

    day: date
    batch: Batch
    to: str
    pool: Pool


@dataclass(frozen=True, slots=True)
class DrainStop:
    """
    What one branch gets and gives on a day, in totes, and items by what they are.

    `expected` items are those that come in meanwhile; the others were there when the plan was made.
    """

    day: date
    branch: str
    hub: str
    totes_off: int
    totes_on: int
    holds: int
    home: int
    expected: int


@dataclass(frozen=True, slots=True)
class DrainDay:
    """A day: its rides, and how many items of the backlog have not arrived at its end."""

    day: date
    rides: tuple[Ride, ...]
    left: int


@dataclass(frozen=True, slots=True)
class DrainPlan:
    """
    The days with service until the backlog is gone, or as many as were asked for.

    `gone` is the day at whose end nothing of it is left, None where that is later; `stuck` are items for which nothing
    is driven within it; `late` are holds of the backlog that arrive after their last day, each with the day on which
    it does (None where it does not).
    """

    days: tuple[DrainDay, ...]
    gone: date | None
    stuck: tuple[Batch, ...]
    late: tuple[tuple[Batch, date | None], ...]

    def stops(self) -> tuple[DrainStop, ...]:
        """Day by day, branch by branch."""
        return tuple(stop for day in self.days for stop in _stops(day))


def in_order(batch: Batch) -> tuple[object, ...]:
    """The order in which things are taken along."""
    last = batch.wanted_until or date.max
    return (_RANK.get(batch.reason, 2), batch.since, last, batch.place, batch.destination, batch.item_type)


def drain(
    batches: Iterable[Batch],
    network: Network,
    *,
    first: date,
    days: int = MOST_DAYS,
    inflow: Callable[[date], Mapping[Lane, int]] = lambda _day: {},
    per_tote: int = 40,
    rest_percent: int = 100,
    more_vans: Mapping[str, int] | None = None,
    order: Callable[[Batch], tuple[object, ...]] = in_order,
) -> DrainPlan:
    """
    The plan from the day `first` on, over at most `days` days with service.

    `inflow` gives for a day the items that come in on it, by where they land and where they are to go; they can leave
    on the next day and fill totes by `per_tote`. What is no hold gets `rest_percent` of the room at most.
    `more_vans` are totes that the vans of a hub hold beyond their own.
    """
    lying = [batch for batch in batches if batch.items]
    gone: date | None = None
    done: list[DrainDay] = []
    late: list[tuple[Batch, date | None]] = []
    day = first
    if not lying:
        return DrainPlan((), first, (), ())
    while gone is None and len(done) < days and (day - first).days <= MOST_DAYS:
        rides = _one_day(lying, network, day, rest_percent, more_vans or {}, order)
        lying = _after(lying, rides)
        late += [
            (ride.batch, day)
            for ride in rides
            if ride.to == ride.batch.destination and (last := ride.batch.wanted_until) is not None and last < day
        ]
        left = sum(batch.items for batch in lying if not batch.expected)
        if rides:
            done.append(DrainDay(day, rides, left))
        if not left:
            gone = day
        lying += [
            Batch(origin, goal, "home", "*", items, day, per_tote, per_tote, expected=True)
            for (origin, goal), items in sorted(inflow(day).items())
            if items
        ]
        day += timedelta(days=1)
    stuck = tuple(sorted((one for one in lying if not one.expected), key=order)) if gone is None else ()
    late += [(one, None) for one in stuck if one.wanted_until is not None and one.wanted_until < day]
    return DrainPlan(tuple(done), gone, stuck, tuple(late))


def spread(days: int, plan: Callable[[int], DrainPlan]) -> DrainPlan:
    """
    The most even plan that is done within so many days with service, holds not slowed down by it.

    `plan` makes one for the percentage of the room that what is no hold may take. Where even all of it does not do, the
    plan with all of it.
    """
    low, high = 1, 100
    best = plan(100)
    if best.gone is None:
        return best
    while low < high:
        middle = (low + high) // 2
        tried = plan(middle)
        if tried.gone is not None and len(tried.days) <= days:
            high, best = middle, tried
        else:
            low = middle + 1
    return best


def vans_missing(
    hubs: Iterable[str], van_of: Mapping[str, int], plan: Callable[[Mapping[str, int]], DrainPlan], *, by: date
) -> dict[str, int] | None:
    """
    The fewest more vans, of the size of a hub's largest, with which the backlog is gone by a day; None for no number.

    They are given to the hub for which the day comes nearest, one after the other, 20 at most.
    """
    more: Counter[str] = Counter()
    usable = [hub for hub in hubs if van_of.get(hub)]

    def tried(vans: Mapping[str, int]) -> DrainPlan:
        return plan({hub: number * van_of[hub] for hub, number in vans.items()})

    if not usable or not _is_by(tried(dict.fromkeys(usable, _MOST_VANS)), by):
        return None
    while sum(more.values()) < _MOST_VANS * len(usable):
        best = min(usable, key=lambda hub: (_badness(tried({**more, hub: more[hub] + 1}), by), hub))
        more[best] += 1
        if _is_by(tried(more), by):
            return dict(sorted(more.items()))
    return None  # pragma: no cover - all of them were enough above


def _is_by(plan: DrainPlan, day: date) -> bool:
    return plan.gone is not None and plan.gone <= day


def _badness(plan: DrainPlan, by: date) -> tuple[bool, int]:
    """Whether it is not done by the day, and how many items then are left."""
    left = [day.left for day in plan.days if day.day <= by]
    return not _is_by(plan, by), left[-1] if left else 0


# --- one day ---


def _one_day(
    lying: Iterable[Batch],
    network: Network,
    day: date,
    rest_percent: int,
    more: Mapping[str, int],
    order: Callable[[Batch], tuple[object, ...]],
) -> tuple[Ride, ...]:
    rooms: dict[Pool, _Room] = {}
    rides: list[Ride] = []
    for batch in sorted(lying, key=order):
        leg = _leg(batch, network.ways, day)
        if leg is None:
            continue
        to, pool, stop = leg
        if pool not in rooms:
            rooms[pool] = _Room(_totes(pool, network, day, more), rest_percent)
        items = rooms[pool].take(batch, stop)
        if items:
            rides.append(Ride(day, replace(batch, items=items), to, pool))
    return tuple(rides)


def _leg(batch: Batch, ways: Ways, day: date) -> tuple[str, Pool, str] | None:
    """Where it can be taken on a day, by what, and the stop that it is at or for; None where it must lie."""
    if ways.halt(batch.place, batch.destination, day.isoformat()) is not None:
        return None
    hub = ways.hub_of(batch.place)
    path = ways.path(batch.place, batch.destination, day.isoformat())
    if hub is None or len(path) < 2:
        return None
    if batch.place != hub:
        # A direct tote rides over the hub as well, and is brought from there.
        return (hub, ("on", hub, ""), batch.place) if ways.call(batch.place, day) is not None else None
    if ways.hub_of(path[1]) == hub:
        return (path[1], ("off", hub, ""), path[1]) if ways.call(path[1], day) is not None else None
    return path[1], ("trunk", hub, path[1]), path[1]


def _totes(pool: Pool, network: Network, day: date, more: Mapping[str, int]) -> int:
    kind, hub, other = pool
    if kind == "trunk":
        return network.trunk_totes(hub, other, day)
    return network.van_totes(hub, day) + more.get(hub, 0)


class _Room:
    """The room of one pool on a day, while it is filled: whole totes, by stop, holds apart from the rest."""

    def __init__(self, totes: int, rest_percent: int) -> None:
        self._totes = totes
        self._rest = ceil(Fraction(totes * rest_percent, 100))
        self._share: dict[tuple[str, bool], Fraction] = defaultdict(Fraction)

    def take(self, batch: Batch, stop: str) -> int:
        """How many of a batch still find room; they are in it from now on."""
        key = (stop, batch.reason == "hold")
        free = self._totes - self._used()
        if not key[1]:
            free = min(free, self._rest - self._used(rest=True))
        filled = self._share[key]
        room = ceil(filled) + max(0, free) - filled
        items = min(batch.items, floor(room * batch.per_tote))
        self._share[key] += Fraction(items, batch.per_tote)
        return items

    def _used(self, *, rest: bool = False) -> int:
        return sum(ceil(share) for (_, holds), share in self._share.items() if not (rest and holds))


def _after(lying: Iterable[Batch], rides: Iterable[Ride]) -> list[Batch]:
    """What lies where at the end of the day; what has arrived lies nowhere any more."""
    taken: Counter[Batch] = Counter()
    come: Counter[Batch] = Counter()
    for ride in rides:
        taken[replace(ride.batch, items=0)] += ride.batch.items
        if ride.to != ride.batch.destination:
            come[replace(ride.batch, place=ride.to, items=0, per_tote=ride.batch.loose, filling=None)] += (
                ride.batch.items
            )
    there: Counter[Batch] = Counter()
    for batch in lying:
        there[replace(batch, items=0)] += batch.items
    there.subtract(taken)
    there.update(come)
    return [replace(batch, items=items) for batch, items in there.items() if items]


def _stops(day: DrainDay) -> Iterable[DrainStop]:
    shares: dict[tuple[str, str], dict[tuple[str, bool], Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    counted: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for ride in day.rides:
        kind, hub, _ = ride.pool
        if kind == "trunk":
            continue
        stop = (ride.batch.place if kind == "on" else ride.to, hub)
        is_hold = ride.batch.reason == "hold"
        shares[stop][kind, is_hold] += Fraction(ride.batch.items, ride.batch.per_tote)
        what = "expected" if ride.batch.expected else "holds" if is_hold else "home"
        counted[stop][what] += ride.batch.items
    for (branch, hub), share in sorted(shares.items()):
        totes = {way: sum(ceil(part) for (kind, _), part in share.items() if kind == way) for way in ("off", "on")}
        items = counted[branch, hub]
        yield DrainStop(
            day.day, branch, hub, totes["off"], totes["on"], items["holds"], items["home"], items["expected"]
        )
