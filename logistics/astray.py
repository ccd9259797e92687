"""
Totes that are not where they should be, each with what to do and who is to be asked: the coordinator's list.

Pure. A tote is on the list as long as what is wrong with it lasts: until it is scanned, carried on or emptied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

__all__ = ["Astray", "FillingThere", "Noticed", "astray"]

Kind = Literal["lost", "not-unloaded", "wrong-branch", "opened-on-way", "unsealed"]


class FillingThere(Protocol):
    """A filling as a projection knows it."""

    @property
    def filling(self) -> str:
        """Its name, such as `T123/17`."""
        ...

    @property
    def origin(self) -> str:
        """Where it was packed."""
        ...

    @property
    def destination(self) -> str:
        """Where it goes."""
        ...

    @property
    def status(self) -> str:
        """`open`, `sealed`, `loaded`, `unloaded`, `received`, `lost` or `ended`."""
        ...

    @property
    def place(self) -> str:
        """The branch, the van while it is loaded, empty while lost."""
        ...

    @property
    def run(self) -> str:
        """The last run that carried it, empty for none."""
        ...

    @property
    def items(self) -> int:
        """How many were counted at sealing."""
        ...

    @property
    def since_us(self) -> int:
        """When it came into this state."""
        ...


class Noticed(Protocol):
    """What was last noticed about a filling, and who had it then."""

    @property
    def branch(self) -> str:
        """Where it was noticed; empty for a lost one."""
        ...

    @property
    def why(self) -> str:
        """What was said about it."""
        ...

    @property
    def last_branch(self) -> str | None:
        """The branch that had it last."""
        ...

    @property
    def last_van(self) -> str | None:
        """The van that carried it last."""
        ...

    @property
    def last_run(self) -> str | None:
        """The run on which it did."""
        ...


@dataclass(frozen=True, slots=True)
class Astray:
    """One line of the list; `ask` is the branch or hub that may know, `van` and `run` the last that carried it."""

    kind: Kind
    filling: str
    origin: str
    destination: str
    items: int
    ask: str
    van: str
    run: str
    since_us: int
    sentence: str


def astray(
    fillings: Iterable[FillingThere],
    noticed: Mapping[tuple[str, str], Noticed],
    *,
    hubs: Collection[str],
    hub_of_run: Mapping[str, str],
    finished_runs: Collection[str],
    left_inside: Mapping[str, int],
) -> list[Astray]:
    """
    The list, the oldest first: totes lost, never unloaded, at a wrong branch, opened on the way, with a broken seal.

    `noticed` is by filling and `lost`, `opened` or `unsealed`; `hub_of_run` says where a run's van is at home;
    `left_inside` how many items of an opened filling nobody has scanned since: without any it is off the list.
    """
    found = []
    for box in fillings:
        line = _of(box, noticed, hubs, hub_of_run, finished_runs, left_inside)
        if line is not None:
            found.append(line)
    return sorted(found, key=lambda one: (one.since_us, one.filling))


def _of(
    box: FillingThere,
    noticed: Mapping[tuple[str, str], Noticed],
    hubs: Collection[str],
    hub_of_run: Mapping[str, str],
    finished_runs: Collection[str],
    left_inside: Mapping[str, int],
) -> Astray | None:
    name, run = box.filling, box.run
    if box.status == "lost" and (last := noticed.get((name, "lost"))) is not None:
        ask = hub_of_run.get(last.last_run or "", "") or last.last_branch or box.origin
        sentence = f"{name} is lost: {last.why}. Ask {ask}; scan it when it turns up."
        return _line("lost", box, ask, sentence, last)
    if box.status == "loaded" and run in finished_runs:
        ask = hub_of_run[run]
        sentence = f"{name} did not come off van {box.place}, and the run {run} is over. Ask {ask}; scan it there."
        return _line("not-unloaded", box, ask, sentence, None)
    opened = noticed.get((name, "opened"))
    if box.status == "ended" and opened is not None and left_inside.get(name):
        sentence = (
            f"{name} was opened at {box.place} on its way to {box.destination}; "
            f"{left_inside[name]} items of it were not scanned since. Scan them at {box.place}."
        )
        return _line("opened-on-way", box, box.place, sentence, opened)
    if box.status in ("unloaded", "received") and box.place not in (box.destination, box.origin, *hubs):
        sentence = (
            f"{name} is at {box.place} and is for {box.destination}. {box.place} keeps it sealed for the next van."
        )
        return _line("wrong-branch", box, box.place, sentence, None)
    broken = noticed.get((name, "unsealed"))
    if broken is not None and box.status in ("sealed", "loaded", "unloaded", "received"):
        sentence = f"The seal of {name} was found broken at {broken.branch}: {broken.why}. Scan every item in it."
        return _line("unsealed", box, broken.last_branch or box.origin, sentence, broken)
    return None


def _line(kind: Kind, box: FillingThere, ask: str, sentence: str, last: Noticed | None) -> Astray:
    run = box.run if last is None else last.last_run or ""
    van = (box.place if box.status == "loaded" else "") if last is None else last.last_van or ""
    return Astray(kind, box.filling, box.origin, box.destination, box.items, ask, van, run, box.since_us, sentence)
