"""
A tote and its numbered fillings.

`tote/<code>` registers the box and numbers its fillings; each filling is a stream of its own, `tote/<code>/<n>`,
with one event for everything in it when it is sealed, loaded, unloaded, received or opened, checked or lost.
An item only says which filling it was packed into.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from circulation.custodian import Custodian
from circulation.custody import Place
from circulation.event import Event, Fact, event
from circulation.words import worded

__all__ = [
    "DiscrepancyClosed",
    "Filling",
    "FillingPurpose",
    "Tote",
    "ToteChecked",
    "ToteDeclaredLost",
    "ToteEmptied",
    "ToteFillingStarted",
    "ToteFoundUnsealed",
    "ToteItemFound",
    "ToteLoaded",
    "ToteNumbered",
    "ToteOpened",
    "ToteReceived",
    "ToteRegistered",
    "ToteSampleDrawn",
    "ToteSealed",
    "ToteUnloaded",
    "digest_of",
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


def digest_of(items: Sequence[str]) -> str:
    """The SHA-256 of barcodes in their order, which is what a seal says of a filling's contents."""
    return hashlib.sha256("\n".join(items).encode()).hexdigest()


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
    """Somebody at `branch` scanned the filling's box, sealed. `destination` is set where it is to go on to that."""

    branch: str
    destination: str | None = None


@event
class ToteOpened(Event):
    """
    The filling was opened at `branch` and ended; what is not scanned out of it is assumed there.

    Opened on the way, `destination` is where it was to go and `last` who had it before.
    """

    branch: str
    destination: str | None = None
    last: Custodian | None = None


@event
class ToteSampleDrawn(Event):
    """
    Of `items` that may be accepted whole at `branch`, the `sample` is to be scanned.

    If none of it is wrong, at most `tolerated` of all are, at a confidence of `confidence_percent` in a hundred.
    `to_scan` are the others in it, which are to be scanned in any case.
    """

    branch: str
    items: int
    sample: tuple[str, ...]
    to_scan: tuple[str, ...]
    tolerated: int
    confidence_percent: int


@event
class ToteChecked(Event):
    """
    Of `items`, `checked` were looked at and `wrong` were not there or had not been packed.

    None wrong: at most `at_most` of all are, and `accepted` were taken as arrived without a scan. Else everything
    is to be scanned. `to_scan` are the items left inside.
    """

    branch: str
    items: int
    checked: int
    wrong: int
    confidence_percent: int
    accepted: int
    to_scan: tuple[str, ...]
    at_most: int | None = None


@event
class ToteEmptied(Event):
    """The box is empty at `branch`: `missing` had been packed and were not found, `found` had not been packed."""

    branch: str
    missing: tuple[str, ...]
    found: int


@event
class ToteItemFound(Event):
    """An item came out of the filling at `branch` that was not packed into it; it was `thought` to be elsewhere."""

    branch: str
    item: str
    thought: Place
    last: Custodian


@worded("why")
@event
class ToteDeclaredLost(Event):
    """Nobody can find the filling; `last` had it. It and what is in it are nowhere until it is scanned again."""

    why: str
    last: Custodian


@worded("note")
@event
class ToteFoundUnsealed(Event):
    """Somebody at `branch`, or with the van that calls there, found the filling's seal broken on its way."""

    branch: str
    note: str
    last: Custodian


@worded("why")
@event
class DiscrepancyClosed(Event):
    """What was listed about an item of the filling was settled by hand."""

    item: str
    why: str


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
    One filling: `open` while items go in, then `sealed`, `loaded`, `unloaded`, `received`, and `ended` when opened;
    `lost` until somebody scans it again.

    `place` is the branch, the van while loaded, empty while lost. `last` is who has it or had it last.
    `sample` is what was drawn to be scanned, of `drawn_of` items; `is_checked` and `is_emptied` end a check and an
    emptying. `missing` and `found` are the items that were listed, without those `closed` by hand.
    """

    filling: str
    origin: str
    destination: str
    purpose: FillingPurpose
    status: Literal["open", "sealed", "loaded", "unloaded", "received", "ended", "lost"]
    place: str
    last: Custodian
    items: int = 0
    digest: str = ""
    known: Known = "scanned"
    run: str = ""
    is_unsealed: bool = False
    sample: tuple[str, ...] = ()
    drawn_of: int = 0
    is_checked: bool = False
    is_emptied: bool = False
    missing: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


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
            last=Custodian(branch=happened.branch),
        )
    if filling is None:
        raise TypeError(f"{type(happened).__name__} cannot be the first fact of {fact.stream}")
    match happened:
        case ToteSealed():
            return replace(filling, status="sealed", items=happened.items, digest=happened.digest)
        case ToteLoaded():
            last = Custodian(branch=happened.branch, van=happened.van, run=happened.run or None)
            return replace(
                filling, status="loaded", place=happened.van, known=happened.known, run=happened.run, last=last
            )
        case ToteUnloaded():
            return replace(_at(filling, happened.branch), status="unloaded", known=happened.known)
        case ToteReceived():
            return replace(_at(filling, happened.branch), status="received", known="scanned")
        case ToteOpened():
            return replace(_at(filling, happened.branch), status="ended")
        case ToteDeclaredLost():
            return replace(filling, status="lost", place="")
        case _:
            return _looked_into(filling, fact)


def _at(filling: Filling, branch: str) -> Filling:
    return replace(filling, place=branch, last=replace(filling.last, branch=branch))


def _looked_into(filling: Filling, fact: Fact) -> Filling:
    """The filling after a fact about what is in it."""
    match fact.event:
        case ToteFoundUnsealed():
            return replace(filling, is_unsealed=True)
        case ToteSampleDrawn(sample=sample, items=items):
            return replace(filling, sample=sample, drawn_of=items)
        case ToteChecked():
            return replace(filling, is_checked=True)
        case ToteEmptied(missing=missing):
            return replace(filling, is_emptied=True, missing=tuple(sorted({*filling.missing, *missing})))
        case ToteItemFound(item=item):
            return replace(filling, found=tuple(sorted({*filling.found, item})))
        case DiscrepancyClosed(item=item):
            return replace(filling, closed=(*filling.closed, item))
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about a filling ({fact.stream})")
