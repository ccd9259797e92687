"""
Moves that were asked for by hand and are not over: where each copy is wanted, until when, and how far it is.

Whether a copy has set out or is there already is asked of `custody.py`'s tables together with this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json
from sqlalchemy import select

from projections.catalogue import COPY
from projections.locations import ITEM_NOW
from projections.projection import Projection, Seen
from projections.table import keyed
from projections.transits import TRANSIT_NOW
from projections.views import Views
from projections.working import Working

__all__ = ["MOVES", "WantedMove", "moves"]


class MoveNow(NamedTuple):
    """The move of a copy that holds, and as JSON all that wait with it, in their order."""

    item: str
    move: str
    destination: str
    reason: str
    stay_until: str | None
    why: str
    requested_us: int
    all_moves: str


MOVE_NOW = keyed("move_now", MoveNow, indexes=[("destination",)])


@dataclass(frozen=True, slots=True)
class WantedMove:
    """
    A move that holds. `state` is `requested`, `sent` (it travels) or `there`; `place` is where the copy is, a branch
    or a filling of a tote, empty on loan and where nobody knows; `queued` counts the moves that wait behind it.
    """

    item: str
    move: str
    to: str
    reason: str
    stay_until: str | None
    why: str
    requested_us: int
    state: str
    place: str
    home: str
    queued: int


def moves(views: Views, *, to: str | None = None, over_on: str | None = None) -> list[WantedMove]:
    """
    The moves that hold, the oldest first; only to a branch, or only those whose copies are there and may leave.

    `over_on` is a day: copies that stay until then or until an earlier day are listed.
    """
    move, item, copy, transit = MOVE_NOW.sql.c, ITEM_NOW.sql.c, COPY.sql.c, TRANSIT_NOW.sql.c
    asked = (
        select(MOVE_NOW.sql, item.kind, item.ref, copy.home, transit.destination.label("goes_to"))
        .join(ITEM_NOW.sql, item.item == move.item)
        .join(COPY.sql, copy.item == move.item)
        .join(TRANSIT_NOW.sql, transit.item == move.item, isouter=True)
        .order_by(move.requested_us, move.item)
    )
    if to is not None:
        asked = asked.where(move.destination == to)
    if over_on is not None:
        asked = asked.where(move.stay_until <= over_on)
    with views.reading("custody", "catalogue", "moves") as connection:
        found = [_wanted(row) for row in connection.execute(asked)]
    return [one for one in found if over_on is None or one.state == "there"]


def _wanted(row: Any) -> WantedMove:
    if row.goes_to == row.destination:
        state = "sent"
    elif row.kind == "branch" and row.ref == row.destination:
        state = "there"
    else:
        state = "requested"
    return WantedMove(
        row.item, row.move, row.destination, row.reason, row.stay_until, row.why, row.requested_us,
        state, row.ref, row.home, len(from_json(row.all_moves)) - 1,
    )  # fmt: skip


# --- folds ---------------------------------------------------------------------------------------------------------


def _requested(working: Working, seen: Seen) -> None:
    data = seen.data
    made = {
        "move": data["move"], "to": data["to"], "reason": data["reason"], "why": data["why"],
        "stay_until": data.get("stay_until"), "requested_us": seen.happened_us,
    }  # fmt: skip
    _put(working, seen.subject, [*_of(working, seen.subject), made])


def _ended(working: Working, seen: Seen) -> None:
    ended = seen.data["move"]
    _put(working, seen.subject, [move for move in _of(working, seen.subject) if move["move"] != ended])


def _undone(working: Working, seen: Seen) -> None:
    restored = seen.data["custody"].get("moves") or []
    if restored or working[MOVE_NOW].get(seen.subject):
        _put(working, seen.subject, [{"stay_until": None, **move} for move in restored])


def _of(working: Working, item: str) -> list[dict[str, Any]]:
    row = working[MOVE_NOW].get(item)
    return [] if row is None else from_json(row.all_moves)


def _put(working: Working, item: str, left: list[dict[str, Any]]) -> None:
    if not left:
        working[MOVE_NOW].drop(item)
        return
    first = left[0]
    working[MOVE_NOW].put(
        MoveNow(
            item, first["move"], first["to"], first["reason"], first["stay_until"], first["why"],
            first["requested_us"], to_json(left).decode(),
        )
    )  # fmt: skip


MOVES = Projection(
    "moves",
    1,
    (MOVE_NOW,),
    {"MoveRequested": _requested, "MoveCancelled": _ended, "MoveEnded": _ended, "ScanUndone": _undone},
)
