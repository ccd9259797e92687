"""
Moves by hand: the facts on an item's stream that say that somebody wants a copy elsewhere, and until when.

A move is requested before the copy is scanned, sent at its next scan, and over once it has arrived, or on the day
until which the copy stays: till then its destination stands in for its home. Several wait in a queue, the first
one holds. They are part of the copy's custody, so that undoing a scan gives them back. What may be requested is
decided in `moving.py`; a scan carries moves out in `placement.py`. (Koha: `Koha/Item/Transfer.pm`, reference 1.2.)
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from circulation.custody import Custody, Move, MoveReason
from circulation.event import Event, Fact, event
from circulation.words import worded

__all__ = ["MoveCancelled", "MoveEnded", "MoveRequested", "fold_moves"]


@worded("why")
@event
class MoveRequested(Event):
    """A copy is wanted at `to`; with `stay_until` (a day there) it stays until that day, else it has only to arrive."""

    move: str
    to: str
    reason: MoveReason
    why: str
    stay_until: str | None = None


@worded("why")
@event
class MoveCancelled(Event):
    """A move is not wanted any more, or another one takes its place."""

    move: str
    why: str


@event
class MoveEnded(Event):
    """A move was carried out: the copy has `arrived`, or its time there is `over`."""

    move: str
    branch: str
    why: Literal["arrived", "over"]


def fold_moves(custody: Custody, fact: Fact) -> Custody:
    """The custody after a fact about a move; any other fact leaves it as it is."""
    match fact.event:
        case MoveRequested() as wanted:
            move = Move(
                move=wanted.move,
                to=wanted.to,
                reason=wanted.reason,
                why=wanted.why,
                stay_until=wanted.stay_until,
                requested_us=fact.happened_us,
            )
            return replace(custody, moves=(*(custody.moves or ()), move))
        case MoveCancelled(move=ended) | MoveEnded(move=ended):
            left = tuple(move for move in custody.moves or () if move.move != ended)
            return replace(custody, moves=left or None)
        case _:
            return custody
