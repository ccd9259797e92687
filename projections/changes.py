"""
What changed between two positions of the log: every fact that is shown, before and after, and which event did it.

Asked of the interval tables, not of the events between: what left and came back has not changed, and two days of a
large network are one pass over what ended or began in them. How much changed is counted where the rows are, and no
row leaves the database for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, case, func, select, union_all

from circulation.clock import iso
from projections.asof import ended_after, ended_upto
from projections.collecting import rarely_collecting
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

__all__ = ["KINDS", "Change", "change_counts", "changes"]


class Change(NamedTuple):
    """
    What was shown of a subject at the earlier position and at the later one, None where nothing was.

    `position` is the event since which it is as it is after, or which ended what was before.
    `was` and `becomes` are rows as they are stored: the subject, what is shown of it, and the position until which it
    was so or since which it is. Most changes are never told.
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
    with views.reading(*_projections(kinds), as_of=upto) as connection:
        for kind in KINDS:
            if kind in kinds:
                yield from (
                    _of_plans(connection, after, upto)
                    if kind == "plan"
                    else _of_intervals(connection, kind, _INTERVALS[kind], after, upto)
                )


def change_counts(views: Views, after: int, upto: int, *, kinds: Collection[str] = KINDS) -> dict[str, int]:
    """
    How many differences of each kind `changes` would list, 0 where there are none.

    Two kinds are counted at a time, each within the database: places are about half of it all, the rest the other.
    """

    def counted(kind: str) -> int:
        with views.reading(*_projections((kind,)), as_of=upto, scratch_in_memory=True) as connection:
            if kind == "plan":
                return sum(1 for _ in _of_plans(connection, after, upto))
            return _count(connection, _INTERVALS[kind], after, upto)

    wanted = [kind for kind in KINDS if kind in kinds]
    # The log is followed once, here; the threads find it done.
    with views.reading(*_projections(wanted), as_of=upto):
        pass
    if views.database.is_sqlite and views.database.path is None:
        # In memory there is one connection, which this thread may be holding.
        return {kind: counted(kind) for kind in wanted}
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(wanted, pool.map(counted, wanted), strict=True))


def _projections(kinds: Collection[str]) -> list[str]:
    return sorted({"plans" if kind == "plan" else _INTERVALS[kind].projection for kind in kinds})


def _of_intervals(connection: Connection, name: str, kind: _Kind, after: int, upto: int) -> Iterator[Change]:
    # There may be hundreds of thousands: each is one plain tuple until it leaves, and what stayed the same is not kept.
    found: list[tuple[Any, ...]] = []
    with rarely_collecting():
        ended = {row[0]: row for row in _raw(connection, _ended(connection, kind, after, upto))}
        for row in _raw(connection, _begun(connection, kind, after, upto)):
            was = ended.pop(row[0], None)
            if was is None or was[1:-1] != row[1:-1]:
                found.append((name, row[0], was, row, row[-1]))
        found.extend((name, row[0], row, None, row[-1]) for row in ended.values())
        found.sort(key=itemgetter(1))
    yield from map(tuple.__new__, repeat(Change), found)


def _count(connection: Connection, kind: _Kind, after: int, upto: int) -> int:
    ended = _ended(connection, kind, after, upto).cte("ended")
    begun = _begun(connection, kind, after, upto).cte("begun")
    stayed = and_(*(begun.c[column].is_not_distinct_from(ended.c[column]) for column in kind.shown))
    # That of `ended` is asked twice has it written down, with an index, and not looked for once a row.
    asked = select(
        select(func.count()).select_from(ended).scalar_subquery(),
        func.count(),
        func.count(ended.c.position),
        func.count(case((and_(ended.c.position.is_not(None), stayed), 1))),
    ).select_from(begun.outerjoin(ended, begun.c.subject == ended.c.subject))
    have_ended, have_begun, both, same = connection.execute(asked).one()
    return int(have_ended + have_begun - both - same)


def _ended(connection: Connection, kind: _Kind, after: int, upto: int) -> Any:
    """What stood at the earlier position and ended up to the later one: at most one row a subject."""
    past = kind.past.sql
    return select(*_told_of(kind, past), past.c.to_pos.label("position")).where(
        *ended_after(connection, past, after), *ended_upto(connection, past, upto), _begin(past) <= after
    )


def _begun(connection: Connection, kind: _Kind, after: int, upto: int) -> Any:
    """What began between and stood at the later position, whether it stands or has ended since: one row a subject."""
    asked = []
    for table, conditions in ((kind.now.sql, []), (kind.past.sql, ended_after(connection, kind.past.sql, upto))):
        since = _begin(table)
        asked.append(
            select(*_told_of(kind, table), since.label("position")).where(*conditions, since > after, since <= upto)
        )
    return union_all(*asked)


def _told_of(kind: _Kind, table: Any) -> list[Any]:
    """The subject in one column, and what is shown of it."""
    subject = table.c[kind.subject[0]]
    for column in kind.subject[1:]:
        subject = subject + " " + table.c[column]
    return [subject.label("subject"), *(table.c[column] for column in kind.shown)]


def _raw(connection: Connection, asked: Any) -> Any:
    """The rows as the driver gives them, plain tuples."""
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
    for column, value in zip(columns, values[1:-1], strict=True):
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
            subject = f"{row.plan} revision {row.revision}"
            was, becomes = (None if word is None else (subject, word, position) for word in (before, since))
            yield Change("plan", subject, was, becomes, position)
