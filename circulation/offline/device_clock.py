"""
What a device's clock said, and when it was: one offset, and the order of its own numbers against jumps.

A device numbers its scans, so their order is certain whatever its clock does. Times that do not follow that order
are of a clock that was set back in between: the later reading, nearer to the comparison with ours, is believed. No
scan is older than the table that it was decided by. Pure: the same readings give the same times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from circulation.clock import SECOND_US

__all__ = ["Jump", "Timed", "jumps_of", "true_times"]

_JITTER_US = 2 * SECOND_US
"""So far a clock may be set back to follow another one, without being called a jump."""


@dataclass(frozen=True, slots=True)
class Jump:
    """A clock went back: at scan `n` it showed `to_us`, at the scan before it `from_us`."""

    n: int
    from_us: int
    to_us: int


@dataclass(frozen=True, slots=True)
class Timed:
    """When a scan was, by our clock; `is_adjusted` says that this is not the device's reading and offset alone."""

    happened_us: int
    is_adjusted: bool


def true_times(readings: Sequence[int], offset_us: int, *, not_before_us: int) -> list[Timed]:
    """
    The times of scans in the order of their numbers, from what the device's clock showed at each.

    `offset_us` is what must be added to the device's clock to have ours; `not_before_us` is of our clock.
    """
    latest: int | None = None
    times: list[Timed] = []
    for reading in reversed(readings):
        told = reading + offset_us
        latest = told if latest is None else min(latest, told)
        happened = max(latest, not_before_us)
        times.append(Timed(happened, happened != told))
    return times[::-1]


def jumps_of(numbered: Sequence[tuple[int, int]]) -> list[Jump]:
    """Where the clock of a device went back, from pairs of a scan's number and its reading."""
    return [
        Jump(n, before, reading) for (_, before), (n, reading) in pairwise(numbered) if reading < before - _JITTER_US
    ]
