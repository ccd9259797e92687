"""
What the desk must look up and cannot fold from one stream: declared here, given by projections and logistics.

A stale answer only costs a later re-decision; what must not be stale is guarded by the streams appended to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from circulation.tote import FillingPurpose

__all__ = ["Catalogue", "Contents", "Copy", "Courier", "NextStop", "OpenFilling"]


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a title as last seen; `branch` is None where it is not at a branch, `part` where it is whole."""

    barcode: str
    branch: str | None
    on_shelf: bool
    shelf_mark: str = ""
    part: str | None = None


class Catalogue(Protocol):
    """Which copies a title has and where they are."""

    def copies(self, title: str) -> Sequence[Copy]:
        """All copies of a title, in the order of their barcodes."""
        ...

    def guests(self, item_type: str, *, besides: str) -> Mapping[str, int]:
        """By branch: how many copies of a type, without `besides`, are kept or awaited and have homes elsewhere."""
        ...


@dataclass(frozen=True, slots=True)
class NextStop:
    """The box that an item goes into at a branch: where the tote goes next, and what kind of tote it is."""

    destination: str
    purpose: FillingPurpose


class Courier(Protocol):
    """What the vans can do for an item."""

    def next_stop(self, branch: str, destination: str, reason: str, at_us: int) -> NextStop | None:
        """Which tote takes an item at `branch` that is to go to `destination`; None where there is no way."""
        ...

    def arrival(self, origin: str, destination: str, at_us: int) -> int | None:
        """The soonest instant at which an item could be there; None where there is no way."""
        ...

    def path(self, origin: str, destination: str, day: str) -> tuple[str, ...]:
        """The places of the way from the first to the last, as on that day (`2026-11-24`); empty without a way."""
        ...

    def cutoff(self, branch: str, at_us: int) -> int | None:
        """Until when an item must be ready for the next van at the branch; None where no van calls."""
        ...


@dataclass(frozen=True, slots=True)
class OpenFilling:
    """A filling that items are being packed into."""

    filling: str
    destination: str
    purpose: FillingPurpose


class Contents(Protocol):
    """What is in totes."""

    def items_in(self, filling: str) -> Sequence[str]:
        """The barcodes packed into a filling and not taken out, sorted."""
        ...

    def open_at(self, branch: str) -> Sequence[OpenFilling]:
        """The fillings that are open at a branch."""
        ...
