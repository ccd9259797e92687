"""
What one van did on a day, on the stream `run/<date>/<van>/<wave>`, naming the plan revision that it carries out.

The totes' own journeys are written on their fillings in the same append (`circulation/tote.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from circulation.event import Event, Fact, event
from circulation.words import worded

__all__ = [
    "Run",
    "RunFinished",
    "RunReloaded",
    "RunRerouted",
    "RunStarted",
    "RunStop",
    "StopServed",
    "StopSkipped",
    "after",
    "fold_run",
    "run_stream",
    "still_ahead",
]

Known = Literal["scanned", "assumed"]


def run_stream(*, date: str, van: str, wave: str) -> str:
    """The name of a run's stream."""
    return f"run/{date}/{van}/{wave}"


@event
class RunStarted(Event):
    """
    The van left its hub with these fillings on board, on a published plan or without one (trunk runs).

    `trips` are the stops of each trip where it is to come back to its hub and load again; None where it goes out once.
    """

    van: str
    hub: str
    plan: str | None = None
    revision: int | None = None
    stops: tuple[str, ...]
    fillings_on: tuple[str, ...] = ()
    trips: tuple[tuple[str, ...], ...] | None = None


@worded("note")
@event
class StopServed(Event):
    """The van called at a branch: fillings that came off and went on, scanned there or assumed from the plan."""

    branch: str
    fillings_off: tuple[str, ...] = ()
    fillings_on: tuple[str, ...] = ()
    known: Known = "scanned"
    note: str = ""


@worded("why")
@event
class StopSkipped(Event):
    """The van did not call at a planned stop; what was for it stays on board."""

    branch: str
    why: str


@worded("note")
@event
class RunReloaded(Event):
    """The van was back at its hub, fillings came off and went on there, and it left again on trip number `trip`."""

    trip: int
    fillings_off: tuple[str, ...] = ()
    fillings_on: tuple[str, ...] = ()
    known: Known = "scanned"
    note: str = ""


@event
class RunRerouted(Event):
    """
    The van goes on by another revision of its plan; `stops` are all that it has in it, made ones included.

    `trips` are the stops of each trip; None where it goes out once.
    """

    revision: int
    stops: tuple[str, ...]
    trips: tuple[tuple[str, ...], ...] | None = None


@event
class RunFinished(Event):
    """The van is back at its hub; these fillings came off there."""

    fillings_off: tuple[str, ...] = ()
    known: Known = "scanned"


@dataclass(frozen=True, slots=True)
class RunStop:
    """One call that was made or skipped, on which trip of the van."""

    branch: str
    served: bool
    why: str = ""
    fillings_off: tuple[str, ...] = ()
    fillings_on: tuple[str, ...] = ()
    trip: int = 1


@dataclass(frozen=True, slots=True)
class Run:
    """
    A run as its stream tells it; `on_board` are the fillings in the van now.

    `trips` are the planned stops of each trip, at least one trip; `trip` is the number of the one that the van is on.
    """

    run: str
    van: str
    hub: str
    planned: tuple[str, ...]
    plan: str | None
    revision: int | None
    stops: tuple[RunStop, ...] = ()
    on_board: tuple[str, ...] = ()
    finished: bool = False
    trips: tuple[tuple[str, ...], ...] = ()
    trip: int = 1

    @property
    def ahead(self) -> tuple[tuple[str, ...], ...]:
        """Of each trip the stops that were neither made nor skipped."""
        return still_ahead(self.trips, ((stop.branch, stop.trip) for stop in self.stops))

    @property
    def due(self) -> tuple[str, ...]:
        """The stops that are ahead before the van is to load again."""
        return _in_order(self.ahead[: self.trip])

    @property
    def next_trip(self) -> int | None:
        """The number of the next trip that has stops ahead; None where the present one is the last."""
        return next((number for number, stops in enumerate(self.ahead, 1) if number > self.trip and stops), None)

    @property
    def to_load_for(self) -> tuple[str, ...]:
        """The stops that the van goes out for when it is at its hub now: those of the next trip, and what is due."""
        return _in_order(self.ahead[: self.next_trip or self.trip])


def still_ahead(trips: Iterable[Sequence[str]], told: Iterable[tuple[str, int]]) -> tuple[tuple[str, ...], ...]:
    """
    Of each trip the stops to which nothing happened; `told` are calls that were made or skipped, each with its trip.

    A call does away with the stops at its branch until its trip, or else with the first of a later one.
    """
    left = [list(dict.fromkeys(trip)) for trip in trips]
    for branch, number in told:
        due = [trip for trip in left[:number] if branch in trip]
        for trip in due or [trip for trip in left if branch in trip][:1]:
            trip.remove(branch)
    return tuple(tuple(trip) for trip in left)


def _in_order(trips: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(trips)))


def fold_run(run: Run | None, fact: Fact) -> Run:
    """The run after one more fact. Raises `TypeError` for a fact that cannot be."""
    if run is None and not isinstance(fact.event, RunStarted):
        raise TypeError(f"{type(fact.event).__name__} cannot be the first fact of {fact.stream}")
    return after(run, fact.stream, fact.event)


def after(run: Run | None, stream: str, happened: Event) -> Run:
    """The run of a stream after one more event, recorded or about to be. Raises `TypeError` for one that cannot be."""
    match happened:
        case RunStarted():
            return Run(
                run=stream.removeprefix("run/"),
                van=happened.van,
                hub=happened.hub,
                planned=happened.stops,
                plan=happened.plan,
                revision=happened.revision,
                on_board=happened.fillings_on,
                trips=happened.trips or (happened.stops,),
            )
        case StopServed() if run is not None:
            stop = RunStop(happened.branch, True, happened.note, happened.fillings_off, happened.fillings_on, run.trip)
            return replace(run, stops=(*run.stops, stop), on_board=_moved(run, happened))
        case StopSkipped() if run is not None:
            return replace(run, stops=(*run.stops, RunStop(happened.branch, False, happened.why, trip=run.trip)))
        case RunReloaded() if run is not None:
            return replace(run, on_board=_moved(run, happened), trip=happened.trip)
        case RunRerouted() if run is not None:
            trips = happened.trips or (happened.stops,)
            return replace(run, revision=happened.revision, planned=happened.stops, trips=trips)
        case RunFinished() if run is not None:
            off = set(happened.fillings_off)
            return replace(run, on_board=tuple(one for one in run.on_board if one not in off), finished=True)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about a run ({stream})")


def _moved(run: Run, happened: StopServed | RunReloaded) -> tuple[str, ...]:
    off = set(happened.fillings_off)
    return tuple(one for one in run.on_board if one not in off) + happened.fillings_on
