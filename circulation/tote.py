"""
A tote and its numbered fillings.

`tote/<code>` registers the box and numbers its fillings; each filling is a stream of its own, `tote/<code>/<n>`,
with one event for everything in it when it is sealed, loaded, unloaded, received or opened.
An item only says which filling it was packed into.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from circulation.event import Event, Fact, event

__all__ = [
    "Filling",
    "FillingPurpose",
    "Tote",
    "ToteFillingStarted",
    "ToteLoaded",
    "ToteNumbered",
    "ToteOpened",
    "ToteReceived",
    "ToteRegistered",
    "ToteSealed",
    "ToteUnloaded",
    "filling_stream",
    "fold_filling",
    "fold_tote",
    "tote_stream",
]

FillingPurpose = Literal["holds", "returns", "direct", "sorted"]
Known = Literal["scanned", "assumed"]


def tote_stream(tote: str) -> str:
    """The name of a tote's stream."""
    return f"tote/{tote}"


def filling_stream(filling: str) -> str:
    """The name of the stream of a filling such as `T123/17`."""
    return f"tote/{filling}"


@event
class ToteRegistered(Event):
    """A box with its own barcode exists, first seen at `branch`."""

    branch: str


@event
class ToteNumbered(Event):
    """The tote began its `n`th filling, from 1."""

    n: int


@event
class ToteFillingStarted(Event):
    """A filling began at `branch`, to go to `destination`; `returns` and `holds` go to the hub and are sorted."""

    branch: str
    destination: str
    purpose: FillingPurpose


@event
class ToteSealed(Event):
    """The filling was closed with `items` in it; `digest` is the SHA-256 of their barcodes in order."""

    branch: str
    items: int
    digest: str


@event
class ToteLoaded(Event):
    """The filling went onto a van at `branch`, on a run."""

    branch: str
    van: str
    run: str
    known: Known = "scanned"


@event
class ToteUnloaded(Event):
    """The filling came off a van at `branch`."""

    branch: str
    van: str
    run: str
    known: Known = "scanned"


@event
class ToteReceived(Event):
    """Somebody at `branch` scanned the filling's box, sealed."""

    branch: str


@event
class ToteOpened(Event):
    """The filling was opened at `branch` and ended; what is not scanned out of it is assumed there."""

    branch: str


@dataclass(frozen=True, slots=True)
class Tote:
    """A box: how often it was filled."""

    tote: str
    branch: str
    fillings: int = 0


def fold_tote(tote: Tote | None, fact: Fact) -> Tote:
    """The box after one more fact. Raises `TypeError` for a fact that cannot be."""
    match fact.event:
        case ToteRegistered() as registered:
            return Tote(tote=fact.stream.removeprefix("tote/"), branch=registered.branch)
        case ToteNumbered() as numbered if tote is not None:
            return replace(tote, fillings=numbered.n)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about a tote ({fact.stream})")


@dataclass(frozen=True, slots=True)
class Filling:
    """
    One filling: `open` while items go in, then `sealed`, `loaded`, `unloaded`, `received`, and `ended` when opened.

    `place` is the branch, or the van while loaded.
    """

    filling: str
    origin: str
    destination: str
    purpose: FillingPurpose
    status: Literal["open", "sealed", "loaded", "unloaded", "received", "ended"]
    place: str
    items: int = 0
    known: Known = "scanned"
    run: str = ""


def fold_filling(filling: Filling | None, fact: Fact) -> Filling:
    """The filling after one more fact. Raises `TypeError` for a fact that cannot be."""
    happened = fact.event
    if isinstance(happened, ToteFillingStarted):
        return Filling(
            filling=fact.stream.removeprefix("tote/"),
            origin=happened.branch,
            destination=happened.destination,
            purpose=happened.purpose,
            status="open",
            place=happened.branch,
        )
    if filling is None:
        raise TypeError(f"{type(happened).__name__} cannot be the first fact of {fact.stream}")
    match happened:
        case ToteSealed():
            return replace(filling, status="sealed", items=happened.items)
        case ToteLoaded():
            return replace(filling, status="loaded", place=happened.van, known=happened.known, run=happened.run)
        case ToteUnloaded():
            return replace(filling, status="unloaded", place=happened.branch, known=happened.known)
        case ToteReceived():
            return replace(filling, status="received", place=happened.branch, known="scanned")
        case ToteOpened():
            return replace(filling, status="ended", place=happened.branch)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about a filling ({fact.stream})")
