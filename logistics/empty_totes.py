"""
Which branches have too many or too few empty totes, and which to carry where so that each has what it should.

Pure and deterministic: the branch that has most too many gives to the one that lacks most, until one side is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Carry", "EmptiesThere", "Standing", "carries", "standings"]


class EmptiesThere(Protocol):
    """The empty totes of a branch, as a projection knows them."""

    @property
    def branch(self) -> str:
        """The code of the branch."""
        ...

    @property
    def totes(self) -> int:
        """How many stand there; below zero where boxes came unrecorded."""
        ...

    @property
    def target(self) -> int | None:
        """How many are to stand there, None where nobody said."""
        ...

    @property
    def counted_us(self) -> int | None:
        """When they were last counted by hand, None for never."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """A branch: `over` is how many it has too many, below zero how many it lacks, None without a target."""

    branch: str
    totes: int
    target: int | None
    over: int | None
    counted_us: int | None


@dataclass(frozen=True, slots=True)
class Carry:
    """So many empty totes are best carried from `origin` to `destination`."""

    origin: str
    destination: str
    totes: int


def standings(rows: Iterable[EmptiesThere]) -> list[Standing]:
    """Each branch with what it has over its target, by code."""
    return [
        Standing(
            row.branch, row.totes, row.target, None if row.target is None else row.totes - row.target, row.counted_us
        )
        for row in sorted(rows, key=lambda one: one.branch)
    ]


def carries(found: Iterable[Standing]) -> list[Carry]:
    """What to carry. No branch falls below its target by giving, none gets more than it lacks."""
    over = {one.branch: one.over for one in found if one.over}
    planned: list[Carry] = []
    while True:
        giver = max((branch for branch, count in over.items() if count > 0), key=lambda b: (over[b], b), default=None)
        taker = min((branch for branch, count in over.items() if count < 0), key=lambda b: (over[b], b), default=None)
        if giver is None or taker is None:
            return planned
        totes = min(over[giver], -over[taker])
        planned.append(Carry(giver, taker, totes))
        over[giver] -= totes
        over[taker] += totes
