"""
A place with a desk and opening hours, on the stream `branch/<code>`.

A hub is a branch or a depot that was marked as one: vans start there and totes are sorted.
Hours are text by weekday, Monday first, as `calendar.py` reads them: `09:30-13:00,14:00-17:00`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from circulation.event import Event, Fact, event, part
from circulation.words import worded

__all__ = [
    "Branch",
    "BranchDescribed",
    "BranchKind",
    "BranchOpened",
    "BranchRetired",
    "DeliveryTerms",
    "DeliveryTermsSet",
    "HubMarked",
    "HubUnmarked",
    "branch_stream",
    "fold_branch",
]

BranchKind = Literal["branch", "mobile", "depot"]


def branch_stream(code: str) -> str:
    """The name of a branch's stream."""
    return f"branch/{code}"


@part
class DeliveryTerms:
    """
    When and how a van may call: windows by weekday as text, where unset the staffed hours hold.

    `door` is a note for the driver; `minutes` is the time at the stop without handling totes, `tote_seconds`
    the time for each tote on or off.
    """

    windows: tuple[str, str, str, str, str, str, str] | None = None
    door: str = ""
    minutes: int = 5
    tote_seconds: int = 30


@event
class BranchOpened(Event):
    """A place joined the network, owned by a member authority. Coordinates are WGS 84, in degrees × 10⁶."""

    name: str
    member: str
    kind: BranchKind = "branch"
    latitude_e6: int
    longitude_e6: int
    time_zone: str
    hours: tuple[str, str, str, str, str, str, str]
    island: bool = False
    row: str | None = None
    source: str | None = None


@event
class BranchDescribed(Event):
    """The description of a place was replaced, as a whole."""

    name: str
    member: str
    kind: BranchKind = "branch"
    latitude_e6: int
    longitude_e6: int
    time_zone: str
    hours: tuple[str, str, str, str, str, str, str]
    island: bool = False
    row: str | None = None
    source: str | None = None


@worded("reason")
@event
class BranchRetired(Event):
    """A place left the network; its history stays."""

    reason: str


@event
class HubMarked(Event):
    """The place sorts totes and starts vans, for the branches that it serves (codes)."""

    serves: tuple[str, ...]


@event
class HubUnmarked(Event):
    """The place is not a hub any more."""


@event
class DeliveryTermsSet(Event):
    """When and how a van may call there."""

    terms: DeliveryTerms
    row: str | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """A place as its stream tells it; `serves` is None where it is no hub."""

    code: str
    name: str
    member: str
    kind: BranchKind
    latitude_e6: int
    longitude_e6: int
    time_zone: str
    hours: tuple[str, ...]
    island: bool = False
    retired: bool = False
    serves: tuple[str, ...] | None = None
    terms: DeliveryTerms = DeliveryTerms()
    row: str | None = None


def fold_branch(branch: Branch | None, fact: Fact) -> Branch:
    """The place after one more fact. Raises `TypeError` for a fact that cannot be."""
    happened = fact.event
    if isinstance(happened, BranchOpened | BranchDescribed):
        described: Mapping[str, object] = {
            "name": happened.name,
            "member": happened.member,
            "kind": happened.kind,
            "latitude_e6": happened.latitude_e6,
            "longitude_e6": happened.longitude_e6,
            "time_zone": happened.time_zone,
            "hours": happened.hours,
            "island": happened.island,
            "row": happened.row,
        }
        if branch is None:
            return Branch(code=fact.stream.removeprefix("branch/"), **described)  # type: ignore[arg-type]
        return replace(branch, retired=False, **described)  # type: ignore[arg-type]
    if branch is None:
        raise TypeError(f"{type(happened).__name__} cannot be the first fact of {fact.stream}")
    match happened:
        case BranchRetired():
            return replace(branch, retired=True)
        case HubMarked():
            return replace(branch, serves=happened.serves)
        case HubUnmarked():
            return replace(branch, serves=None)
        case DeliveryTermsSet():
            return replace(branch, terms=happened.terms)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about a branch ({fact.stream})")
