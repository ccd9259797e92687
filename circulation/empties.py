"""
Empty totes: how many stand at a branch, and how many should.

A box that is opened stays at the branch as an empty one, and a box that is begun was one there; both follow from the
facts of totes and are counted in `projections/empties.py`. Here is what they do not tell: empties that were carried
from one branch to another, a count by hand, and how many a branch is to have. Stream `empties/<branch>`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from circulation.event import Event, Fact, event

__all__ = ["Empties", "EmptiesCounted", "EmptiesMoved", "EmptiesTargetSet", "empties_stream", "fold_empties"]


def empties_stream(branch: str) -> str:
    """The name of the stream of a branch's empty totes."""
    return f"empties/{branch}"


@event
class EmptiesMoved(Event):
    """So many empty totes were carried from `branch` to another; it stands on the stream of `branch`."""

    branch: str
    to: str
    totes: int


@event
class EmptiesCounted(Event):
    """So many empty totes stand at `branch`, by a count of hand; that holds, whatever was thought before."""

    branch: str
    totes: int


@event
class EmptiesTargetSet(Event):
    """So many empty totes are to stand at `branch`."""

    branch: str
    totes: int


@dataclass(frozen=True, slots=True)
class Empties:
    """What was said by hand about a branch's empties; None where nothing was."""

    target: int | None = None
    counted: int | None = None


def fold_empties(empties: Empties | None, fact: Fact) -> Empties:
    """The same after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = empties or Empties()
    match fact.event:
        case EmptiesTargetSet(totes=totes):
            return replace(before, target=totes)
        case EmptiesCounted(totes=totes):
            return replace(before, counted=totes)
        case EmptiesMoved():
            return before
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about empty totes ({fact.stream})")
