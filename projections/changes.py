"""
What changed between two positions of the log: every fact that is shown, before and after, and which event did it.

Asked of the interval tables, not of the events between: what left and came back has not changed, and two days of a
large network are one pass over what ended or began in them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, case, literal, or_, select

from circulation.clock import iso
from projections.asof import ended_after
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
    `was` and `becomes` are the columns as they stand in the table; most changes are counted and never told.
    """

    kind: str
    subject: str
    was: tuple[Any, ...] | None
    becomes: tuple[Any, ...] | None
    position: int

    @property
    def before(self) -> str | None:
        """What was shown at the earlier position."""
        return _told(_shown(self.kind), self.was)

    @property
    def after(self) -> str | None:
        """What was shown at the later position."""
        return _told(_shown(self.kind), self.becomes)


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
    now, past = kind.now.sql, kind.past.sql
    # Rows are kept as the driver gives them: subject, what is shown, from, to.
    ends: dict[Any, tuple[Any, ...]] = {}
    begins: dict[Any, tuple[Any, ...]] = {}
    key = _key(len(kind.subject))
    from_pos = _begin(past)
    touched = select(*(past.c[column] for column in columns), from_pos, past.c.to_pos).where(
        *ended_after(connection, past, after),
        or_(
            and_(from_pos <= after, past.c.to_pos <= upto),
            # What began meanwhile stands still, or ended only afterwards.
            and_(from_pos > after, from_pos <= upto, past.c.to_pos > upto),
        ),
    )
    for row in _raw(connection, touched):
        (ends if row[-2] <= after else begins)[key(row)] = row
    standing = select(*(now.c[column] for column in columns), _begin(now), literal(0)).where(
        _begin(now) > after, _begin(now) <= upto
    )
    begins.update((key(row), row) for row in _raw(connection, standing))
    width = len(kind.subject)
    for subject in sorted(ends.keys() | begins.keys()):
        was, becomes = ends.get(subject), begins.get(subject)
        if was is None or becomes is None or was[width:-2] != becomes[width:-2]:
            position = becomes[-2] if becomes is not None else was[-1]  # type: ignore[index]
            yield Change(name, subject, was and was[width:-2], becomes and becomes[width:-2], position)


def _key(width: int) -> Callable[[tuple[Any, ...]], str]:
    """How a row's subject is written."""
    return itemgetter(0) if width == 1 else lambda row: " ".join(row[:width])


def _raw(connection: Connection, asked: Any) -> Any:
    """The rows as the driver gives them, plain tuples: there may be hundreds of thousands."""
    return connection.execute(asked).cursor


def _begin(table: Any) -> Any:
    """From where a row stands; the first interval of a filling is at 0 and began with the filling."""
    if "started_pos" not in table.c:
        return table.c.from_pos
    return case((table.c.from_pos == 0, table.c.started_pos), else_=table.c.from_pos)


def _shown(kind: str) -> Sequence[str]:
    return _INTERVALS[kind].shown if kind in _INTERVALS else ("status",)


def _told(columns: Sequence[str], values: tuple[Any, ...] | None) -> str | None:
    if values is None:
        return None
    told = []
    for column, value in zip(columns, values, strict=True):
        if value in (None, "", 0):
            continue
        if column == "known" and value == "scanned":
            continue
        if column == "suspended":
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
            was, becomes = (None if word is None else (word,) for word in (before, since))
            yield Change("plan", f"{row.plan} revision {row.revision}", was, becomes, position)
