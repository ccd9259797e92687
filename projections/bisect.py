"""
The first event after which a question became true, found exactly.

What is asked becomes true and false again, so halving the log would find some change and not the first. The interval
tables hold every beginning and end: the stretches in which a question is true are read or added up from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, and_, case, literal, select, union_all

from circulation.question import Question
from projections.conditions import CONDITION_NOW, CONDITION_PAST
from projections.hold_shelf import CAPTURE_NOW, CAPTURE_PAST
from projections.holds import HOLD_NOW, HOLD_PAST
from projections.loans import LOAN_NOW, LOAN_PAST
from projections.locations import ITEM_NOW, ITEM_PAST
from projections.plans import REVISION
from projections.totes import FILLING_NOW, FILLING_PAST
from projections.transits import TRANSIT_NOW, TRANSIT_PAST
from projections.views import Views

__all__ = ["OPEN", "Stretch", "true_stretches"]

OPEN = 2**62
"""The end of what has not ended."""


class Stretch(NamedTuple):
    """
    The question became true with the event at `began` and stopped being true with the one at `ended` (None: not yet).

    `began` is 0 where it was true before the first event.
    """

    began: int
    ended: int | None


def true_stretches(views: Views, question: Question) -> list[Stretch]:
    """Every stretch of positions in which a question is true, in their order; they do not touch."""
    with views.reading("custody", "holds", "totes", "plans") as connection:
        if question.is_ in ("more", "fewer"):
            return _counted(connection, question)
        spans = _SINGLE[question.subject](connection, question)
    return _joined(spans.tolist())


def _joined(spans: Iterable[list[int]]) -> list[Stretch]:
    """Spans put together where one begins as, or before, another one ends."""
    joined: list[list[int]] = []
    for begin, end in sorted(spans):
        if begin >= end:
            continue
        if joined and begin <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([begin, end])
    return [Stretch(begin, None if end >= OPEN else end) for begin, end in joined]


# --- spans of rows -------------------------------------------------------------------------------------------------

Spans = npt.NDArray[np.int64]
"""Rows of two columns: from where, to where."""

Where = Callable[[Any], Any]


def _spans(connection: Connection, now: Any, past: Any, where: Where) -> Spans:
    """From where to where rows of either table stood."""
    asked = union_all(
        select(_begin(now.sql), literal(OPEN)).where(where(now.sql.c)),
        select(_begin(past.sql), past.sql.c.to_pos).where(where(past.sql.c)),
    )
    return _numbers(connection, asked).reshape(-1, 2)


def _numbers(connection: Connection, asked: Any) -> npt.NDArray[np.int64]:
    """
    All values of all rows, as the driver gives them: all loans that ever were are millions of rows, and sixteen bytes
    each like this.
    """
    rows: Any = connection.execute(asked).cursor
    return np.fromiter(chain.from_iterable(rows), dtype=np.int64)


def _begin(table: Any) -> Any:
    if "started_pos" not in table.c:
        return table.c.from_pos
    # The first interval of a filling is at 0, and it was there from when it was started.
    return case((table.c.from_pos == 0, table.c.started_pos), else_=table.c.from_pos)


def _inside(connection: Connection, place: str, item_is: str | None = None) -> Spans:
    """While items, or one of them, were in fillings that were at a place."""
    asked = []
    for item, item_end in ((ITEM_NOW.sql, None), (ITEM_PAST.sql, ITEM_PAST.sql.c.to_pos)):
        for box, box_end in ((FILLING_NOW.sql, None), (FILLING_PAST.sql, FILLING_PAST.sql.c.to_pos)):
            ends = [end if end is not None else literal(OPEN) for end in (item_end, box_end)]
            asked.append(
                select(item.c.from_pos, box.c.from_pos, *ends)
                .join(box, box.c.filling == item.c.ref)
                .where(item.c.kind == "filling", box.c.place == place, *([item.c.item == item_is] if item_is else []))
            )
    spans = _numbers(connection, union_all(*asked)).reshape(-1, 4)
    return np.stack((spans[:, :2].max(axis=1), spans[:, 2:].min(axis=1)), axis=1)


# --- questions about one thing -------------------------------------------------------------------------------------


def _of_item(connection: Connection, question: Question) -> Spans:
    barcode, value = question.name, question.value
    match question.is_:
        case "at":
            loose = _spans(
                connection, ITEM_NOW, ITEM_PAST, lambda c: and_(c.item == barcode, c.kind == "branch", c.ref == value)
            )
            return np.concatenate((loose, _inside(connection, value, barcode)))
        case "in":
            return _spans(
                connection, ITEM_NOW, ITEM_PAST, lambda c: and_(c.item == barcode, c.kind == "filling", c.ref == value)
            )
        case "to":
            return _spans(
                connection, TRANSIT_NOW, TRANSIT_PAST, lambda c: and_(c.item == barcode, c.destination == value)
            )
        case "on loan":
            return _spans(connection, LOAN_NOW, LOAN_PAST, lambda c: c.item == barcode)
        case "set aside":
            return _spans(connection, CAPTURE_NOW, CAPTURE_PAST, lambda c: c.item == barcode)
        case "nowhere":
            loose = _spans(connection, ITEM_NOW, ITEM_PAST, lambda c: and_(c.item == barcode, c.kind == "nowhere"))
            return np.concatenate((loose, _inside(connection, "", barcode)))
        case condition:
            return _spans(
                connection, CONDITION_NOW, CONDITION_PAST, lambda c: and_(c.item == barcode, c.what == condition)
            )


def _of_hold(connection: Connection, question: Question) -> Spans:
    def stood(where: Where) -> Spans:
        return _spans(connection, HOLD_NOW, HOLD_PAST, lambda c: and_(c.hold == question.name, where(c)))

    match question.is_:
        case "captured":
            return stood(lambda c: c.captured.is_not(None))
        case "suspended":
            return stood(lambda c: and_(c.captured.is_(None), c.suspended))
        case "promised":
            return stood(lambda c: and_(c.captured.is_(None), ~c.suspended, c.target.is_not(None)))
        case "waiting":
            return stood(lambda c: and_(c.captured.is_(None), ~c.suspended, c.target.is_(None)))
        case _:
            past = HOLD_PAST.sql.c
            ended = select(past.to_pos).where(past.hold == question.name, past.ended != "")
            return _pairs((position, OPEN) for position in connection.execute(ended).scalars())


def _of_tote(connection: Connection, question: Question) -> Spans:
    name = question.name

    def named(c: Any) -> Any:
        return c.filling == name if "/" in name else c.tote == name

    if question.is_ == "at":
        return _spans(connection, FILLING_NOW, FILLING_PAST, lambda c: and_(named(c), c.place == question.value))
    return _spans(connection, FILLING_NOW, FILLING_PAST, lambda c: and_(named(c), c.status == question.is_))


def _of_plan(connection: Connection, question: Question) -> Spans:
    c = REVISION.sql.c
    asked = select(c.published_pos, c.ended_pos).where(c.plan == question.name, c.published_pos.is_not(None))
    return _pairs((row[0], row[1] or OPEN) for row in connection.execute(asked))


def _pairs(spans: Iterable[tuple[int, int]]) -> Spans:
    return np.array(list(spans), dtype=np.int64).reshape(-1, 2)


_SINGLE: Mapping[str, Callable[[Connection, Question], Spans]] = {
    "item": _of_item,
    "hold": _of_hold,
    "tote": _of_tote,
    "plan": _of_plan,
}


# --- counts --------------------------------------------------------------------------------------------------------


def _counted(connection: Connection, question: Question) -> list[Stretch]:
    """
    The stretches in which there are more, or fewer, than so many.

    Every beginning counts one up and every end one down; all that one event did is added up before it is compared.
    """
    spans = _all_spans(connection, question)
    spans = spans[spans[:, 0] < spans[:, 1]]
    ends = spans[:, 1][spans[:, 1] < OPEN]
    positions = np.concatenate((spans[:, 0], ends))
    steps = np.concatenate((np.ones(len(spans), dtype=np.int64), -np.ones(len(ends), dtype=np.int64)))
    at, group = np.unique(positions, return_inverse=True)
    counts = np.cumsum(np.bincount(group, weights=steps, minlength=len(at)).astype(np.int64))
    # Before the first event there is nothing.
    at, counts = np.concatenate(([0], at)), np.concatenate(([0], counts))
    is_true = counts > question.number if question.is_ == "more" else counts < question.number
    changes = np.flatnonzero(np.diff(np.concatenate(([False], is_true)).astype(np.int8)))
    moments = [int(at[change]) for change in changes]
    pairs = [*moments, None] if len(moments) % 2 else moments
    return [Stretch(pairs[place] or 0, pairs[place + 1]) for place in range(0, len(pairs), 2)]


def _all_spans(connection: Connection, question: Question) -> Spans:
    place = question.value
    if question.subject == "holds":
        return _spans(connection, HOLD_NOW, HOLD_PAST, lambda c: c.pickup == place)
    if question.subject == "loans":
        return _spans(connection, LOAN_NOW, LOAN_PAST, lambda c: c.branch == place)
    if question.name == "at":
        loose = _spans(connection, ITEM_NOW, ITEM_PAST, lambda c: and_(c.ref == place, c.kind == "branch"))
        return np.concatenate((loose, _inside(connection, place)))
    kind = "patron" if question.name == "on loan" else "nowhere"
    loose = _spans(connection, ITEM_NOW, ITEM_PAST, lambda c: and_(c.ref == "", c.kind == kind))
    return loose if kind == "patron" else np.concatenate((loose, _inside(connection, "")))
