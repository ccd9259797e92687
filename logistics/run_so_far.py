"""
A run as far as it is told, in seconds of its day, and what it comes to when it is played call by call. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from circulation.clock import SECOND_US
from circulation.event import Fact
from logistics.day_ground import Ground
from logistics.run import RunFinished, RunReloaded, RunStarted, StopServed, StopSkipped

__all__ = ["Call", "Played", "ReloadMade", "RunSoFar", "Told", "moved", "run_so_far"]


@dataclass(frozen=True, slots=True)
class Told:
    """
    One call of a run, or a stop that was skipped: the branch, when, and the totes that came off and went on.

    Where the van loaded again at its hub, `trip` is the number of the trip that it then went out on.
    """

    branch: str
    at: int
    served: bool
    off: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    trip: int | None = None


@dataclass(frozen=True, slots=True)
class RunSoFar:
    """A run as far as it is told; times are seconds after local midnight, `back` None while the van is out."""

    van: str
    left: int
    on: tuple[str, ...] = ()
    told: tuple[Told, ...] = ()
    back: int | None = None
    came_off: tuple[str, ...] = ()

    @property
    def names_totes(self) -> bool:
        """Whether any tote is named; where none is, as many are taken to ride as were planned."""
        return bool(self.on) or any(one.off or one.on for one in self.told)

    @property
    def last(self) -> int:
        """When the last fact of the run happened."""
        return max([self.left, *(one.at for one in self.told), self.back or 0])


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was made, or that stays as it is because the van is about to make it (`done` is false)."""

    branch: str
    starts: int
    leaves: int
    off: tuple[str, ...]
    on: tuple[str, ...]
    done: bool = True


@dataclass(frozen=True, slots=True)
class ReloadMade:
    """
    The van was at its hub between two trips, after so many calls, and left again at `leaves`.

    `aboard` is what it came with; `off` is what of that stayed there, `on` what was new on board when it left.
    """

    after: int
    leaves: int
    aboard: tuple[str, ...]
    off: tuple[str, ...]
    on: tuple[str, ...]


def run_so_far(facts: Sequence[Fact], midnight_us: int) -> RunSoFar | None:
    """What the facts of a run's stream tell; None for a run without a plan or that has not begun."""

    def second(fact: Fact) -> int:
        return (fact.happened_us - midnight_us) // SECOND_US

    run: RunSoFar | None = None
    hub = ""
    for fact in facts:
        match fact.event:
            case RunStarted(plan=plan) as started if plan is not None:
                hub = started.hub
                run = RunSoFar(started.van, second(fact), started.fillings_on)
            case StopServed() as stop if run is not None:
                told = Told(stop.branch, second(fact), True, stop.fillings_off, stop.fillings_on)
                run = replace(run, told=(*run.told, told))
            case StopSkipped() as skipped if run is not None:
                run = replace(run, told=(*run.told, Told(skipped.branch, second(fact), False)))
            case RunReloaded() as reload if run is not None:
                told = Told(hub, second(fact), True, reload.fillings_off, reload.fillings_on, reload.trip)
                run = replace(run, told=(*run.told, told))
            case RunFinished() as finished if run is not None:
                run = replace(run, back=second(fact), came_off=finished.fillings_off)
            case _:
                pass
    return run


class Played:
    """
    A run that is played call by call: when the van is free, what it has on board, and on which trip it is.

    `starts` says by branch when a call began, where that is known; otherwise it took as long as so many totes take. A
    van that loads again before its first call leaves only then; twice in a row without a call is once.
    """

    def __init__(self, run: RunSoFar, ground: Ground, starts: Mapping[str, int]) -> None:
        self.left = self.free = run.left
        self.aboard = run.on
        self.trip = 1
        self.calls: list[Call] = []
        self.reloads: list[ReloadMade] = []
        self.told: list[tuple[str, int]] = []
        self._lying: dict[str, None] = {}
        self._ground = ground
        self._starts = starts
        for told in run.told:
            if told.trip is not None:
                self._reload(told, told.trip)
                continue
            self.told.append((told.branch, self.trip))
            if told.served:
                self._call(told)

    @property
    def left_at_hub(self) -> tuple[str, ...]:
        """What came off where the van loaded again, and lies there."""
        return tuple(self._lying)

    def _call(self, told: Told) -> None:
        leaves = max(self.free, told.at)
        takes = self._ground.seconds_at(told.branch, len(told.off) + len(told.on))
        starts = self._starts.get(told.branch, max(self.free, leaves - takes))
        self.calls.append(Call(told.branch, starts, leaves, told.off, told.on))
        self.aboard, self.free = moved(self.aboard, told), leaves

    def _reload(self, told: Told, trip: int) -> None:
        came = self.aboard
        self._lying |= dict.fromkeys(name for name in came if name in told.off)
        self._lying = {name: None for name in self._lying if name not in told.on}
        if self.reloads and self.reloads[-1].after == len(self.calls):
            came = self.reloads.pop().aboard
        self.aboard, self.free, self.trip = moved(self.aboard, told), max(self.free, told.at), trip
        off = tuple(name for name in came if name not in self.aboard)
        on = tuple(name for name in self.aboard if name not in came)
        if self.calls:
            self.reloads.append(ReloadMade(len(self.calls), self.free, came, off, on))
        else:
            self.left = self.free


def moved(aboard: tuple[str, ...], told: Told) -> tuple[str, ...]:
    """What is on board after one more call."""
    off = set(told.off)
    return (*(name for name in aboard if name not in off), *told.on)
