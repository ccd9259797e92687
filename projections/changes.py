"""
What changed between two positions of the log: every fact that is shown, before and after, and which event did it.

Asked of the interval tables, not of the events between: what left and came back has not changed, and two days of a
large network are one pass over what ended or began in them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, select

from circulation.clock import iso
from projections.conditions import CONDITION_NOW, CONDITION_PAST
from projections.hold_shelf import CAPTURE_NOW, CAPTURE_PAST
from projections.holds import HOLD_NOW, HOLD_PAST
from projections.loans import LOAN_NOW, LOAN_PAST
from projections.locations import ITEM_NOW, ITEM_PAST
from projections.network import STATE_NOW, STATE_PAST
from projections.plans import REVISION
from projections.totes import FILLING_NOW, FILLING_PAST
from projections.transits import TRANSIT_NOW, TRANSIT_PAST
from projections.views import Views

__all__ = ["KINDS", "Change", "changes"]


class Change(NamedTuple):
    """
    What was shown of a subject at the earlier position and at the later one, None where nothing was.

    `position` is the event since which it is as it is after, or which ended what was before.
    """

    kind: str
    subject: str
    before: str | None
    after: str | None
    position: int


@dataclass(frozen=True)
class _Kind:
    """Which intervals to compare: the subject's columns, and the columns that are shown."""

    projection: str
    now: Any
    past: Any
    subject: tuple[str, ...]
    shown: tuple[str, ...]


_INTERVALS = {
    "place": _Kind("custody", ITEM_NOW, ITEM_PAST, ("item",), ("kind", "ref", "known")),
    "loan": _Kind("custody", LOAN_NOW, LOAN_PAST, ("item",), ("loan", "due_us")),
    "journey": _Kind("custody", TRANSIT_NOW, TRANSIT_PAST, ("item",), ("origin", "destination", "reason")),
    "set aside": _Kind("custody", CAPTURE_NOW, CAPTURE_PAST, ("item",), ("hold", "pickup", "until_us")),
    "condition": _Kind("custody", CONDITION_NOW, CONDITION_PAST, ("item", "kind"), ("what",)),
    "hold": _Kind("holds", HOLD_NOW, HOLD_PAST, ("hold",), ("pickup", "suspended", "target", "captured")),
    "tote": _Kind("totes", FILLING_NOW, FILLING_PAST, ("filling",), ("status", "kind", "place")),
    "setting": _Kind("network", STATE_NOW, STATE_PAST, ("stream",), ("state",)),
}
KINDS = (*_INTERVALS, "plan")
"""What can change, in the order in which it is listed."""


def changes(views: Views, after: int, upto: int, *, kinds: Collection[str] = KINDS) -> Iterator[Change]:
    """Every difference between what was shown at position `after` and at `upto`, kind by kind, by subject."""
    names = {_INTERVALS[kind].projection for kind in kinds if kind in _INTERVALS} | {"plans"}
    with views.reading(*sorted(names), as_of=upto) as connection:
        for kind in KINDS:
            if kind in kinds:
                yield from (
                    _of_plans(connection, after, upto)
                    if kind == "plan"
                    else _of_intervals(connection, kind, _INTERVALS[kind], after, upto)
                )


def _of_intervals(connection: Connection, name: str, kind: _Kind, after: int, upto: int) -> Iterator[Change]:
    columns = (*kind.subject, *kind.shown)
    width = len(kind.subject)
    now, past = kind.now.sql, kind.past.sql
    from_pos = _begin(past)
    ended = select(*(past.c[column] for column in columns), past.c.to_pos).where(
        past.c.to_pos > after, past.c.to_pos <= upto, from_pos <= after
    )
    # What began meanwhile stands still, or ended only afterwards.
    standing = [
        select(*(now.c[column] for column in columns), _begin(now).label("began")).where(
            _begin(now) > after, _begin(now) <= upto
        ),
        select(*(past.c[column] for column in columns), from_pos.label("began")).where(
            past.c.to_pos > upto, from_pos > after, from_pos <= upto
        ),
    ]
    before = {tuple(row[:width]): row for row in connection.execute(ended)}
    since = {tuple(row[:width]): row for asked in standing for row in connection.execute(asked)}
    for subject in sorted({*before, *since}):
        was, becomes = before.get(subject), since.get(subject)
        old = None if was is None else tuple(was[width:-1])
        new = None if becomes is None else tuple(becomes[width:-1])
        if old != new:
            position = becomes[-1] if becomes is not None else was[-1]  # type: ignore[index]
            label = " ".join(str(part) for part in subject)
            yield Change(name, label, _told(kind.shown, old), _told(kind.shown, new), position)


def _begin(table: Any) -> Any:
    """From where a row stands; the first interval of a filling is at 0 and began with the filling."""
    if "started_pos" not in table.c:
        return table.c.from_pos
    return case((table.c.from_pos == 0, table.c.started_pos), else_=table.c.from_pos)


def _told(columns: Sequence[str], values: tuple[Any, ...] | None) -> str | None:
    if values is None:
        return None
    told = []
    for column, value in zip(columns, values, strict=True):
        if value is None or value == "" or value is False:
            continue
        if column == "known" and value == "scanned":
            continue
        if value is True:
            told.append(column)
        elif column.endswith("_us"):
            told.append(f"{column.removesuffix('_us')} {iso(value)}")
        elif column in ("target", "captured"):
            told.append(f"{column} {value}")
        else:
            told.append(str(value))
    return " ".join(told)


def _of_plans(connection: Connection, after: int, upto: int) -> Iterator[Change]:
    c = REVISION.sql.c
    asked = select(c.plan, c.revision, c.from_pos, c.published_pos, c.ended_pos).order_by(c.plan, c.revision)
    for row in connection.execute(asked):

        def status(at: int, row: Any = row) -> tuple[str | None, int]:
            for position, word in ((row.ended_pos, "replaced"), (row.published_pos, "published")):
                if position is not None and position <= at:
                    return word, position
            return ("drafted" if row.from_pos <= at else None), row.from_pos

        (before, _), (since, position) = status(after), status(upto)
        if before != since:
            yield Change("plan", f"{row.plan} revision {row.revision}", before, since, position)
