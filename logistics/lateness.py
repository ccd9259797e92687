"""
Why a journey came later than the timetable promised when it began, as far as the log tells.

The rides of the promise are followed one by one; the first that did not happen as promised is the cause, told in one
sentence with its numbers. Pure: it sees the promise, where the item was, and what vans and plans did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from circulation.calendar import local_day
from circulation.clock import SECOND_US
from circulation.messages.catalogue import told
from logistics.ways import Leg

__all__ = ["CAUSES", "CallSeen", "Cause", "CauseCode", "DayBook", "RunSeen", "Spot", "cause_of"]

CauseCode = Literal[
    "cut-off", "not-sorted", "not-packed", "shut", "skipped", "left-by-plan", "no-run", "no-call", "not-taken",
    "trunk-not-run", "trunk-not-taken", "trunk-late", "not-opened", "redirected", "unknown",
]  # fmt: skip
CAUSES: tuple[CauseCode, ...] = CauseCode.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Spot:
    """
    Where an item came to be at `from_us`: at a branch (`loose`, or `tote` in a filling) or on a `van`.

    `packed` says that it was put into the filling there and then; `run` carried it, for `van`.
    """

    kind: Literal["loose", "tote", "van"]
    place: str
    from_us: int
    filling: str = ""
    packed: bool = False
    run: str = ""


@dataclass(frozen=True, slots=True)
class CallSeen:
    """A call that a van made, or skipped and why (`note`)."""

    branch: str
    served: bool
    note: str
    at_us: int


@dataclass(frozen=True, slots=True)
class RunSeen:
    """What a van, or a trunk run, did on a day; `planned` are its stops."""

    run: str
    day: str
    van: str
    hub: str
    planned: tuple[str, ...]
    started_us: int
    calls: tuple[CallSeen, ...] = ()


@dataclass(frozen=True)
class DayBook:
    """
    What vans, plans and doors did: the runs of each day (`2026-11-24`), why a plan left a branch behind on a day, why
    a branch was shut on a day (None if it was not), and the time zone of a branch.
    """

    runs: Mapping[str, Sequence[RunSeen]]
    left: Mapping[tuple[str, str], str]
    shut: Callable[[str, date], str | None]
    zone: Callable[[str], ZoneInfo]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a journey was late; `place` is the branch or hub where it happened, `why` one sentence."""

    code: CauseCode
    place: str
    why: str


def cause_of(
    legs: Sequence[Leg],
    spots: Sequence[Spot],
    book: DayBook,
    *,
    arrived_us: int | None,
    redirected: bool = False,
) -> Cause:
    """
    The first thing that did not happen as these rides promised.

    `spots` are where the item was from the beginning of its journey, first to last; `arrived_us` is None for one that
    still travels, `redirected` says that its destination was changed meanwhile.
    """
    if redirected:
        return Cause("redirected", legs[-1].destination, told("late.redirected", branch=legs[-1].destination))
    for number, leg in enumerate(legs):
        following = legs[number + 1] if number + 1 < len(legs) else None
        found = _Ride(leg, spots, book).missed(following)
        if found is not None:
            return found
    return _not_opened(legs[-1], spots, book, arrived_us)


def _not_opened(last: Leg, spots: Sequence[Spot], book: DayBook, arrived_us: int | None) -> Cause:
    goal, zone = last.destination, book.zone(last.destination)
    there = _first_at(goal, spots)
    if there is None or local_day(there, zone) > local_day(last.lands_us, zone):
        return Cause("unknown", goal, told("late.unknown"))
    if arrived_us is None:
        return Cause("not-opened", goal, told("late.not-opened:yet", branch=goal, there=_clock(there, zone, None)))
    since, scanned = _clocks(zone, there, arrived_us)
    return Cause("not-opened", goal, told("late.not-opened", branch=goal, there=since, scanned=scanned))


class _Ride:
    """One ride of the promise, held against what happened."""

    def __init__(self, leg: Leg, spots: Sequence[Spot], book: DayBook) -> None:
        self.leg, self.spots, self.book = leg, spots, book
        self.zone = book.zone(leg.origin)
        by_us = leg.lands_us if leg.kind == "deliver" else leg.ready_us
        self.day = local_day(by_us, book.zone(leg.destination) if leg.kind == "deliver" else self.zone)
        self.there_us = _first_at(leg.origin, spots)
        self.door = leg.origin if leg.kind == "collect" else leg.destination
        self.hub = leg.destination if leg.kind == "collect" else leg.origin
        here = [spot for spot in spots if self.there_us is not None and spot.from_us >= self.there_us]
        self.packed = next((spot for spot in here if spot.packed and spot.place == leg.origin), None)
        self.boarded = next(
            (
                later
                for earlier, later in pairwise(here)
                if later.kind == "van" and earlier.kind != "van" and earlier.place == leg.origin
            ),
            None,
        )

    def missed(self, following: Leg | None) -> Cause | None:
        """Why the ride was not made as promised; None if it was."""
        if self.there_us is None:
            return Cause("unknown", self.leg.origin, told("late.unknown"))
        match self.leg.kind:
            case "collect":
                return None if self._boarded_in_time() else self._no_van() or self._not_packed() or self._not_taken()
            case "deliver":
                landed_us = _first_at(self.leg.destination, self.spots)
                if landed_us is not None and local_day(landed_us, self.book.zone(self.leg.destination)) <= self.day:
                    return None
                return (None if self._boarded_in_time() else self._not_ready()) or self._no_van() or self._not_taken()
            case "trunk":
                return self._trunk_late(following) if self._boarded_in_time() else self._not_ready() or self._no_trunk()

    def _boarded_in_time(self) -> bool:
        if self.boarded is None:
            return False
        ran_on = self.boarded.run.partition("/")[0] or local_day(self.boarded.from_us, self.zone).isoformat()
        return ran_on <= self.day.isoformat()

    # --- at the hub ---

    def _not_ready(self) -> Cause | None:
        hub, cutoff_us, there_us = self.leg.origin, self.leg.ready_us, self.there_us or 0
        sorted_us = self.packed.from_us if self.packed else None
        if sorted_us is None and self.boarded is not None:
            sorted_us = there_us  # it rides on in the tote in which it came
        if sorted_us is not None and sorted_us <= cutoff_us:
            return None
        late = there_us > cutoff_us
        if sorted_us is None:
            there, cutoff = _clocks(self.zone, there_us, cutoff_us)
            why = (
                told("late.cut-off:not-scanned", hub=hub, there=there, cutoff=cutoff)
                if late
                else told("late.not-sorted:not-scanned", hub=hub, there=there, cutoff=cutoff)
            )
        elif late:
            scanned, cutoff = _clocks(self.zone, sorted_us, cutoff_us)
            why = told("late.cut-off", hub=hub, scanned=scanned, cutoff=cutoff)
        else:
            there, scanned, cutoff = _clocks(self.zone, there_us, sorted_us, cutoff_us)
            why = told("late.not-sorted", hub=hub, there=there, scanned=scanned, cutoff=cutoff)
        return Cause("cut-off" if late else "not-sorted", hub, why)

    # --- vans ---

    def _runs(self) -> list[RunSeen]:
        return list(self.book.runs.get(self.day.isoformat(), ()))

    def _call(self) -> tuple[RunSeen, CallSeen] | None:
        return next(((run, call) for run in self._runs() for call in run.calls if _served(call, self.door)), None)

    def _no_van(self) -> Cause | None:
        """Why no van called at the branch on the day; None if one did."""
        if self._call() is not None:
            return None
        door, day = self.door, self.day.isoformat()
        shut = self.book.shut(door, self.day)
        if shut is not None:
            return Cause("shut", door, told("late.shut", branch=door, day=day, why=shut.rstrip(".")))
        for run in self._runs():
            for call in run.calls:
                if call.branch == door and not call.served:
                    why = call.note.rstrip(".")
                    return Cause("skipped", door, told("late.skipped", van=run.van, branch=door, day=day, why=why))
        left = self.book.left.get((day, door))
        if left is not None:
            return Cause("left-by-plan", door, told("late.left-by-plan", branch=door, day=day, why=left.rstrip(".")))
        if not any(run.hub == self.hub for run in self._runs()):
            return Cause("no-run", self.hub, told("late.no-run", hub=self.hub, day=day))
        return Cause("no-call", door, told("late.no-call", branch=door, day=day))

    def _not_packed(self) -> Cause | None:
        called = self._call()
        if called is None or (self.packed is not None and self.packed.from_us <= called[1].at_us):
            return None
        run, call = called
        branch, at = self.leg.origin, self._at(call.at_us)
        if self.packed is None:
            why = told("late.not-packed:never", branch=branch, van=run.van, called=at)
        else:
            packed = self._at(self.packed.from_us)
            why = told("late.not-packed", branch=branch, van=run.van, called=at, packed=packed)
        return Cause("not-packed", branch, why)

    def _not_taken(self) -> Cause:
        called = self._call()
        if called is None:
            return Cause("unknown", self.door, told("late.unknown"))
        run, call = called
        at = _clock(call.at_us, self.zone, self.day)
        why = told("late.not-taken", van=run.van, branch=self.door, called=at, tote=self._tote())
        return Cause("not-taken", self.door, why)

    # --- trunk runs ---

    def _trunk(self) -> RunSeen | None:
        goes = (run for run in self._runs() if run.hub == self.leg.origin and self.leg.destination in run.planned)
        return next(goes, None)

    def _no_trunk(self) -> Cause:
        leg, run = self.leg, self._trunk()
        if run is None:
            day = self.day.isoformat()
            why = told("late.trunk-not-run", hub=leg.origin, branch=leg.destination, day=day)
            return Cause("trunk-not-run", leg.origin, why)
        left = self._at(run.started_us)
        why = told("late.trunk-not-taken", trunk=run.van, hub=leg.origin, left=left, tote=self._tote())
        return Cause("trunk-not-taken", leg.origin, why)

    def _trunk_late(self, following: Leg | None) -> Cause | None:
        leg, landed_us = self.leg, _first_at(self.leg.destination, self.spots)
        limit_us = leg.lands_us if following is None else following.ready_us
        if landed_us is None or landed_us <= limit_us or self.boarded is None:
            return None
        trunk = self.boarded.place
        left, landed, due = _clocks(self.zone, self.boarded.from_us, landed_us, leg.lands_us)
        why = told(
            "late.trunk-late", trunk=trunk, hub=leg.origin, left=left, branch=leg.destination, landed=landed, due=due
        )
        return Cause("trunk-late", leg.origin, why)

    def _tote(self) -> str:
        held = next((s for s in reversed(self.spots) if s.filling and s.place == self.leg.origin), None)
        return "" if held is None else held.filling.partition("/")[0]

    def _at(self, at_us: int) -> str:
        return _clock(at_us, self.zone, self.day)


def _served(call: CallSeen, branch: str) -> bool:
    return call.served and call.branch == branch


def _first_at(place: str, spots: Sequence[Spot]) -> int | None:
    return next((spot.from_us for spot in spots if spot.place == place and spot.kind != "van"), None)


def _clock(at_us: int, zone: ZoneInfo, day: date | None) -> str:
    """`17:40`; with its date where that is not the day that is spoken of."""
    when = datetime.fromtimestamp(at_us / SECOND_US, zone)
    return f"{when:%H:%M}" if when.date() == day else f"{when:%Y-%m-%d %H:%M}"


def _clocks(zone: ZoneInfo, *instants: int) -> list[str]:
    """The instants as `17:40`; with their dates where they are not all of one day."""
    days = {local_day(at_us, zone) for at_us in instants}
    return [_clock(at_us, zone, min(days) if len(days) == 1 else None) for at_us in instants]
