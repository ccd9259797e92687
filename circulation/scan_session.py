"""
A session of scans: what one device scanned in one go, for one actor at one branch, told from the log.

Nobody opens or closes a session. A break of half an hour, another actor, another branch, or another day that the
scans are said to be of, ends one; its name is its device and the position of its first scan (`desk-1/48112`), so it
never changes. What was done to put a whole session right stands on `session/<name>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from circulation.clock import MINUTE_US
from circulation.command import CLOCK_TOLERANCE_US
from circulation.event import Event, Fact, event
from circulation.item import (
    ItemArrived,
    ItemLent,
    ItemPacked,
    ItemReturned,
    ItemSetAside,
    ItemSighted,
    LateScanRecorded,
    LoanRenewed,
    UnknownCodeScanned,
)

__all__ = [
    "BREAK_MINUTES",
    "Correction",
    "ScanSession",
    "Scanned",
    "SessionCorrectionBegun",
    "SessionCorrectionEnded",
    "fold_corrections",
    "scanned_of",
    "session_stream",
    "sessions_of",
]

BREAK_MINUTES = 30
"""A device that scans nothing for so long begins a new session."""

_SCANS = (
    ItemReturned,
    ItemSighted,
    ItemArrived,
    ItemPacked,
    ItemSetAside,
    LateScanRecorded,
    UnknownCodeScanned,
)


def session_stream(name: str) -> str:
    """The stream of what was done to a session."""
    return f"session/{name}"


# --- facts ---------------------------------------------------------------------------------------------------------


@event
class SessionCorrectionBegun(Event):
    """
    A session of `scans` scans is being undone, or moved `to` a branch and by `shift_us`.

    Each copy follows in an append of its own. `why` is sealed under `key`.
    """

    correction: str
    kind: Literal["undo", "move"]
    scans: int
    to: str | None = None
    shift_us: int | None = None
    key: int
    why: str


@event
class SessionCorrectionEnded(Event):
    """All that could be put right of a session is; `left` scans could not, because their copies moved on."""

    correction: str
    undone: int
    moved: int
    left: int


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of a session; `ended` is False while it may be half done."""

    correction: str
    kind: str
    scans: int
    ended: bool = False


def fold_corrections(corrections: tuple[Correction, ...] | None, fact: Fact) -> tuple[Correction, ...]:
    """The corrections of a session after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = corrections or ()
    match fact.event:
        case SessionCorrectionBegun(correction=correction, kind=kind, scans=scans):
            return (*before, Correction(correction, kind, scans))
        case SessionCorrectionEnded(correction=correction):
            return tuple(replace(one, ended=True) if one.correction == correction else one for one in before)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about a session ({fact.stream})")


# --- told from the log ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scanned:
    """
    One scan: the position where its command begins, and `at`, one on the stream of the copy.

    `item` is None for a code that no item carries; `by` is how a return came in.
    """

    position: int
    at: int
    device: str
    request: str
    item: str | None
    branch: str
    actor: str
    happened_us: int
    recorded_us: int
    by: Literal["desk", "drop", "import"]
    facts: tuple[Fact, ...]

    @property
    def is_backdated(self) -> bool:
        """Whether it was said to have happened at another time than when it was recorded."""
        return abs(self.recorded_us - self.happened_us) > CLOCK_TOLERANCE_US


@dataclass(frozen=True, slots=True)
class ScanSession:
    """Scans that belong together, in their order; see the top of this file."""

    name: str
    device: str
    actor: str
    branch: str
    scans: tuple[Scanned, ...]

    @property
    def first_us(self) -> int:
        """When the first scan happened."""
        return self.scans[0].happened_us

    @property
    def last_us(self) -> int:
        """When the last scan happened."""
        return self.scans[-1].happened_us


def scanned_of(device: str, facts: Sequence[Fact]) -> Scanned | None:
    """The scan that the facts of one command tell of; None if it was no scan."""
    if any(isinstance(fact.event, ItemLent | LoanRenewed) for fact in facts):
        return None
    seen = [fact for fact in facts if isinstance(fact.event, _SCANS)]
    if len({fact.stream for fact in seen}) != 1:
        # A whole tote that was accepted is no scan of each copy in it.
        return None
    told = seen[0]
    returned = next((fact.event for fact in facts if isinstance(fact.event, ItemReturned)), None)
    happened_us = told.happened_us
    if returned is not None and returned.by == "drop":
        # The return happened before it was scanned; what followed from it did not.
        others = (fact.happened_us for fact in facts if not isinstance(fact.event, ItemReturned))
        happened_us = next(others, told.recorded_us)
    return Scanned(
        position=facts[0].position,
        at=told.position,
        device=device,
        request=told.request,
        item=told.stream.removeprefix("item/") if told.stream.startswith("item/") else None,
        branch=told.desk,
        actor=told.actor,
        happened_us=happened_us,
        recorded_us=told.recorded_us,
        by="desk" if returned is None else returned.by,
        facts=tuple(facts),
    )


def sessions_of(scans: Iterable[Scanned]) -> list[ScanSession]:
    """The sessions of scans that come in the order of the log, by their first position."""
    found: list[list[Scanned]] = []
    open_now: dict[str, list[Scanned]] = {}
    for scan in scans:
        session = open_now.get(scan.device)
        if session is None or not _goes_on(session[-1], scan):
            session = open_now[scan.device] = []
            found.append(session)
        session.append(scan)
    return [
        ScanSession(f"{first.device}/{first.position}", first.device, first.actor, first.branch, (first, *others))
        for first, *others in found
    ]


def _goes_on(last: Scanned, scan: Scanned) -> bool:
    same = (last.actor, last.branch, last.is_backdated) == (scan.actor, scan.branch, scan.is_backdated)
    return same and scan.recorded_us - last.recorded_us <= BREAK_MINUTES * MINUTE_US
