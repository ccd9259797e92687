"""
What the vans should do on a day, on the stream `plan/<date>/<hub or group>/<wave>`.

A draft is an event with its routes, so that publishing never solves again, and with its inputs, so that it can be
made again. Publishing again makes a new revision. What one van then did is a run (`run.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from circulation.event import Event, Fact, event, part
from circulation.words import worded
from logistics.doors import Door, calls_at
from logistics.wall_clock import exact_time

__all__ = [
    "AcceptedViolation",
    "DayPlan",
    "LeftBehind",
    "PlanDrafted",
    "PlanEdit",
    "PlanInputs",
    "PlanPublished",
    "PlanTotals",
    "PlanWithdrawn",
    "PlannedPin",
    "PlannedReload",
    "PlannedRoute",
    "PlannedStop",
    "TightLimit",
    "fold_plan",
    "plan_stream",
]

Wave = Literal["am", "pm", "day"]


def plan_stream(*, date: str, hub: str, wave: str) -> str:
    """The name of a plan's stream."""
    return f"plan/{date}/{hub}/{wave}"


@part
class PlanInputs:
    """
    Everything the routes were made from. Digests are SHA-256 in hexadecimal; `problem` names an attachment,
    the routing problem as it was solved, and so do `rules` (in drafts of before it was kept: a digest only) and
    `carried`, what is to be brought to and taken from each stop. `collect` says whether expected items were counted in.
    `read_upto` is the head of the log when all had been read, where others had appended meanwhile; then what came
    after `position` may be in it. `mode` says how much of revision `held_from` was held; a stop had to save
    `change_micros` to ride with another van than on the round of `like`, such as `2026-11-17/all/day@2`, and
    `hours_micros` to be served more than 15 minutes sooner or later.
    `drain` says over how many days a backlog was to be drained (0: as few as do), the first of which this is.

    The rest of a day that was planned again was so at `replanned_at`, seconds after local midnight, because vans were
    `lost` (each with the branch at which it stands), branches `closed`, or planned calls `missed`.
    """

    position: int
    network: str
    fleet: str
    rules: str
    problem: str
    seed: int
    solver: str
    budget: str
    roads: str
    collect: Literal["waiting", "expected"]
    without_vans: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    drain: int | None = None
    read_upto: int | None = None
    carried: str | None = None
    replanned_at: int | None = None
    lost: Mapping[str, str] | None = None
    closed: tuple[str, ...] | None = None
    missed: tuple[str, ...] | None = None
    mode: Literal["keep", "insert"] | None = None
    held_from: int | None = None
    like: str | None = None
    change_micros: int | None = None
    hours_micros: int | None = None


@part
class PlannedStop:
    """
    One call of a van. Times are seconds after local midnight of the plan's day.

    `totes_off` and `totes_on` count totes; `fillings_off` names those that are known; `load_after` is what the van
    then carries. `items_off` and `items_on` are items, waiting and expected together.

    Where a branch has two stops on one day, `stop` is the name of this one. `takes_from` is the van that does not go
    on, from which the totes (`fillings_on` are those that are known) are taken over at this place.
    """

    branch: str
    arrives: int
    starts: int
    leaves: int
    totes_off: int
    totes_on: int
    load_after: int
    items_off: int
    items_on: int
    fillings_off: tuple[str, ...] = ()
    stop: str | None = None
    takes_from: str | None = None
    fillings_on: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """What the stop is called in the routing problem: its own name, or the branch's."""
        return self.stop or self.branch

    @property
    def door(self) -> Door:
        """Where the driver gets out: at a branch, or there at a van that does not go on."""
        return self.branch, self.takes_from


@part
class PlannedReload:
    """
    A call at the van's own hub between two trips, after so many stops; times are seconds after local midnight.

    All that is on board comes off, the next trip's totes go on.
    """

    after: int
    arrives: int
    leaves: int
    totes_off: int
    totes_on: int


@part
class PlannedRoute:
    """
    One van's day: from its hub and back. `break_at` is when the break begins, if there is one.

    `reloads` are the calls at the hub between its trips; none where it makes one trip only.
    """

    van: str
    hub: str
    leaves: int
    returns: int
    metres: int
    drive_seconds: int
    load_at_start: int
    break_at: int | None = None
    stops: tuple[PlannedStop, ...]
    reloads: tuple[PlannedReload, ...] | None = None

    @property
    def calls(self) -> tuple[tuple[PlannedStop, ...], ...]:
        """Its stops as the driver makes them: those that follow each other at one door are one call."""
        found = calls_at([stop.door for stop in self.stops], [one.after for one in self.reloads or ()])
        return tuple(tuple(self.stops[place] for place in call) for call in found)

    def reload_before(self, seq: int) -> PlannedReload | None:
        """The call at the hub right before the stop of this number, the first being 1."""
        return next((one for one in self.reloads or () if one.after == seq - 1), None)

    @property
    def trips(self) -> tuple[tuple[PlannedStop, ...], ...]:
        """The stops of each trip: of one where it does not reload."""
        edges = [0, *(reload.after for reload in self.reloads or ()), len(self.stops)]
        return tuple(self.stops[one:two] for one, two in pairwise(edges))

    @property
    def branches_by_trip(self) -> tuple[tuple[str, ...], ...]:
        """Where it calls on each trip, every place once."""
        return tuple(tuple(dict.fromkeys(stop.branch for stop in trip)) for trip in self.trips)


@part
class LeftBehind:
    """A stop that no van makes: what stays, how old it is, and why, in a code and one sentence with numbers."""

    branch: str
    hub: str
    totes_off: int
    totes_on: int
    items: int
    oldest_days: int
    code: str
    why: str


@part
class TightLimit:
    """A limit that binds somewhere in the plan: on `van`, at `branch`, with so much to spare."""

    limit: Literal["capacity", "window", "shift", "break"]
    van: str
    branch: str
    spare: int
    unit: Literal["totes", "seconds"]


@part
class PlanTotals:
    """
    The plan in numbers; `by_reason` counts the items that travel by why they do.

    `stops` counts calls at branches, each door once; a handover between two vans is none.
    """

    vans: int
    stops: int
    totes: int
    items: int
    metres: int
    drive_seconds: int
    cost_cents: int
    left_behind: int
    by_reason: Mapping[str, int]


@part
class PlanEdit:
    """One change that made a revision from another: `what` kind, at which stop, and the change in one sentence."""

    what: str
    said: str
    stop: str | None = None


@part
class PlannedPin:
    """
    What a coordinator has fixed about a stop, by codes; what is None is free.

    The only `van` that calls, the stops it comes `before` or `after` on a van, and from `earliest` to `latest`, in
    seconds after local midnight, when service starts. `because` is set where no coordinator fixed it: `replan`, for
    what was done, or lay on a van, when the rest of the day was planned again.
    """

    stop: str
    van: str | None = None
    before: str | None = None
    after: str | None = None
    earliest: int | None = None
    latest: int | None = None
    because: str | None = None

    @property
    def fixed(self) -> str:
        """`van v1`, `a place before yate`, `a start from 10:00 to 10:30`, or several of them."""
        said = []
        if self.van is not None:
            said.append(f"van {self.van}")
        if self.before is not None:
            said.append(f"a place before {self.before}")
        if self.after is not None:
            said.append(f"a place after {self.after}")
        if self.earliest is not None and self.latest is not None:
            said.append(f"a start from {exact_time(self.earliest)} to {exact_time(self.latest)}")
        return " and ".join(said)


@part
class AcceptedViolation:
    """A rule that the routes break, as the judge said it, and why a coordinator let it be broken."""

    rule: str
    place: str
    sentence: str
    because: str


@worded("accepted")
@event
class PlanDrafted(Event):
    """
    Routes were made for a day.

    A revision that was made from another names it (`edited_from`) and the edits. `dropped` are stops that were taken
    out by hand; a rule may be broken only where it stands in `accepted`.
    """

    revision: int
    day: str
    hubs: tuple[str, ...]
    wave: Wave
    inputs: PlanInputs
    routes: tuple[PlannedRoute, ...]
    left: tuple[LeftBehind, ...]
    tight: tuple[TightLimit, ...]
    totals: PlanTotals
    edited_from: int | None = None
    edits: tuple[PlanEdit, ...] | None = None
    accepted: tuple[AcceptedViolation, ...] | None = None
    pins: tuple[PlannedPin, ...] | None = None
    dropped: tuple[str, ...] | None = None

    @property
    def handovers(self) -> int:
        """How often a van takes over what is on one that does not go on."""
        return sum(call[0].takes_from is not None for route in self.routes for call in route.calls)


@event
class PlanPublished(Event):
    """A drafted revision was given to the drivers."""

    revision: int


@worded("why")
@event
class PlanWithdrawn(Event):
    """No revision of the plan holds any more."""

    why: str


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A plan with its revisions; `published` is the one that holds."""

    plan: str
    revisions: Mapping[int, PlanDrafted] = field(default_factory=dict)
    published: int | None = None

    @property
    def latest(self) -> int:
        """The number of the newest draft, 0 if none."""
        return max(self.revisions, default=0)


def fold_plan(plan: DayPlan | None, fact: Fact) -> DayPlan:
    """The plan after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = plan or DayPlan(plan=fact.stream.removeprefix("plan/"))
    match fact.event:
        case PlanDrafted() as drafted:
            return replace(before, revisions={**before.revisions, drafted.revision: drafted})
        case PlanPublished() as published:
            return replace(before, published=published.revision)
        case PlanWithdrawn():
            return replace(before, published=None)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about a plan ({fact.stream})")
