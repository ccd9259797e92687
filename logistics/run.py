"""
What one van did on a day, on the stream `run/<date>/<van>/<wave>`, naming the plan revision that it carries out.

The totes' own journeys are written on their fillings in the same append (`circulation/tote.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from circulation.event import Event, Fact, event
from circulation.words import worded

__all__ = [
    "Run",
    "RunFinished",
    "RunRerouted",
    "RunStarted",
    "RunStop",
    "StopServed",
    "StopSkipped",
    "fold_run",
    "run_stream",
]

Known = Literal["scanned", "assumed"]


def run_stream(*, date: str, van: str, wave: str) -> str:
    """The name of a run's stream."""
    return f"run/{date}/{van}/{wave}"


@event
class RunStarted(Event):
    """The van left its hub with these fillings on board, on a published plan or without one (trunk runs)."""

    van: str
    hub: str
    plan: str | None = None
    revision: int | None = None
    stops: tuple[str, ...]
    fillings_on: tuple[str, ...] = ()


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


@event
class RunRerouted(Event):
    """The van goes on by another revision of its plan; `stops` are all that it has in it, made ones included."""

    revision: int
    stops: tuple[str, ...]


@event
class RunFinished(Event):
    """The van is back at its hub; these fillings came off there."""

    fillings_off: tuple[str, ...] = ()
    known: Known = "scanned"


@dataclass(frozen=True, slots=True)
class RunStop:
    """One call that was made or skipped."""

    branch: str
    served: bool
    why: str = ""
    fillings_off: tuple[str, ...] = ()
    fillings_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its stream tells it; `on_board` are the fillings in the van now."""

    run: str
    van: str
    hub: str
    planned: tuple[str, ...]
    plan: str | None
    revision: int | None
    stops: tuple[RunStop, ...] = ()
    on_board: tuple[str, ...] = ()
    finished: bool = False


def fold_run(run: Run | None, fact: Fact) -> Run:
    """The run after one more fact. Raises `TypeError` for a fact that cannot be."""
    happened = fact.event
    if isinstance(happened, RunStarted):
        return Run(
            run=fact.stream.removeprefix("run/"),
            van=happened.van,
            hub=happened.hub,
            planned=happened.stops,
            plan=happened.plan,
            revision=happened.revision,
            on_board=happened.fillings_on,
        )
    if run is None:
        raise TypeError(f"{type(happened).__name__} cannot be the first fact of {fact.stream}")
    match happened:
        case StopServed():
            off = set(happened.fillings_off)
            kept = tuple(filling for filling in run.on_board if filling not in off)
            stop = RunStop(happened.branch, True, happened.note, happened.fillings_off, happened.fillings_on)
            return replace(run, stops=(*run.stops, stop), on_board=kept + happened.fillings_on)
        case StopSkipped():
            return replace(run, stops=(*run.stops, RunStop(happened.branch, False, happened.why)))
        case RunRerouted(revision=revision, stops=stops):
            return replace(run, revision=revision, planned=stops)
        case RunFinished():
            off = set(happened.fillings_off)
            kept = tuple(filling for filling in run.on_board if filling not in off)
            return replace(run, on_board=kept, finished=True)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about a run ({fact.stream})")
