"""
Asking for a copy to be moved by hand, and taking that back: pure decisions.

A move that is asked for is carried out when the copy is next scanned (`placement.py`); holds come first.
One copy has one move that holds; others wait behind it in a queue or take its place, as the asker says
(Koha: enqueue and replace, reference 1.2). A move to a branch where the copy would not stay needs a day
until which it does, so that nothing bounces home on arrival (Koha's bug 25975).
"""

from __future__ import annotations

from typing import Literal

from circulation.custody import MoveReason
from circulation.errors import Refused
from circulation.event import Event
from circulation.item import Item
from circulation.move import MoveCancelled, MoveRequested

__all__ = ["Mode", "decide_cancel_move", "decide_move"]

Mode = Literal["only", "queue", "replace"]
"""What becomes of a move that a copy has already: refuse the new one, wait behind it, or take its place."""


def decide_move(
    item: Item,
    *,
    to: str,
    reason: MoveReason,
    why: str,
    stay_until: str | None,
    today: str,
    stays: bool,
    mode: Mode = "only",
) -> tuple[Event, ...]:
    """
    The facts of wanting a copy at `to`, with a day there until which it stays.

    `stays` says whether the copy would stay there by itself: it is at home there, or floats there.
    Raises `Refused`: `move.already`, `move.there`, `move.day-past`, `move.would-bounce`.
    """
    before = item.custody.moves or ()
    if before and mode == "only":
        raise Refused("move.already", item=item.barcode, to=before[0].to, move=before[0].move)
    if stay_until is not None and stay_until <= today:
        raise Refused("move.day-past", stay_until=stay_until, today=today)
    if stay_until is None and not stays:
        raise Refused("move.would-bounce", item=item.barcode, home=item.home, to=to)
    if stay_until is None and item.branch == to and item.custody.transit is None and mode != "queue":
        raise Refused("move.there", item=item.barcode, to=to)
    replaced = before if mode == "replace" else ()
    number = item.moves + 1
    return (
        *(MoveCancelled(move=move.move, why="replaced") for move in replaced),
        MoveRequested(move=f"{item.barcode}>{number}", to=to, reason=reason, why=why, stay_until=stay_until),
    )


def decide_cancel_move(item: Item, why: str) -> tuple[Event, ...]:
    """
    The fact of not wanting a copy's move any more; the next one in the queue holds then.

    A copy that is under way because of it is decided anew at its next scan. Raises `Refused` (`move.none`).
    """
    if not item.custody.moves:
        raise Refused("move.none", item=item.barcode)
    return (MoveCancelled(move=item.custody.moves[0].move, why=why),)
