"""
The auditor's proof: the log folded by the ledger's own folds, stream by stream, against what the views say.

The folds that decisions rest on (`circulation/item.py`, `hold.py`, `tote.py`, `logistics/plan.py`) share no code with
the folds of the views. Both tell each subject in one line of bytes, in the same order; the lines are compared as they
come, so that memory does not grow with the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from pydantic_core import to_json
from sqlalchemy import Connection, select

from circulation.due_dates import MovedDates, as_moved, due_dates_stream, fold_due_dates
from circulation.event import Fact
from circulation.hold import Title, fold_title
from circulation.item import Item, fold_item
from circulation.ledger import Ledger
from circulation.tote import Filling, fold_filling
from logistics.plan import DayPlan, fold_plan
from projections.asof import halves
from projections.conditions import CONDITION_NOW, CONDITION_PAST
from projections.hold_shelf import CAPTURE_NOW, CAPTURE_PAST
from projections.holds import HOLD_NOW, HOLD_PAST
from projections.loans import LOAN_NOW, LOAN_PAST
from projections.locations import ITEM_NOW, ITEM_PAST
from projections.plans import REVISION
from projections.totes import FILLING_NOW, FILLING_PAST
from projections.transits import TRANSIT_NOW, TRANSIT_PAST
from projections.views import Views

__all__ = ["KINDS", "Compared", "Line", "Mismatch", "compare", "told_by_folds", "told_by_views"]

Progress = Callable[[int], None]

_STREAMS_AT_ONCE = 500
_LISTED = 100


class Line(NamedTuple):
    """What is told of one subject, as JSON."""

    subject: str
    told: bytes


class Mismatch(NamedTuple):
    """A subject that one answer tells otherwise than the folds of the ledger do; None where nothing is told."""

    kind: str
    subject: str
    answer: str
    folded: str | None
    found: str | None


@dataclass(slots=True)
class Compared:
    """How many subjects of a kind there are, the SHA-256 of every answer about them, and up to 100 mismatches."""

    kind: str
    subjects: int = 0
    digests: dict[str, str] = field(default_factory=dict)
    mismatches: list[Mismatch] = field(default_factory=list)

    @property
    def are_equal(self) -> bool:
        """Whether all answers are the same, byte for byte."""
        return len(set(self.digests.values())) == 1


def compare(kind: str, answers: Mapping[str, Iterator[Line]]) -> Compared:
    """Compare answers in lockstep; each comes in the order of subjects, and the first is that of the folds."""
    done = Compared(kind)
    hashes = {name: hashlib.sha256() for name in answers}
    heads = {name: next(lines, None) for name, lines in answers.items()}
    first = next(iter(answers))
    while present := [line.subject for line in heads.values() if line is not None]:
        subject = min(present)
        done.subjects += 1
        told: dict[str, bytes | None] = {}
        for name, line in heads.items():
            told[name] = None
            if line is not None and line.subject == subject:
                told[name] = line.told
                hashes[name].update(line.subject.encode() + b" " + line.told + b"\n")
                heads[name] = next(answers[name], None)
        for name, found in told.items():
            if found != told[first] and len(done.mismatches) < _LISTED:
                done.mismatches.append(Mismatch(kind, subject, name, _text(told[first]), _text(found)))
    done.digests = {name: digest.hexdigest() for name, digest in hashes.items()}
    return done


def _text(told: bytes | None) -> str | None:
    return None if told is None else told.decode()


# --- by the ledger's own folds -------------------------------------------------------------------------------------


def told_by_folds(ledger: Ledger, kind: str, upto: int, progress: Progress | None = None) -> Iterator[Line]:
    """Every subject of a kind as its stream says, in the order of subjects."""
    prefix, fold, tell = _FOLDS[kind]
    moved = _Moved(ledger, upto)
    for stream, facts in _streams(ledger, prefix, upto, progress):
        state = None
        for fact in facts:
            state = fold(state, fact)
        yield from tell(stream.removeprefix(prefix), state, moved)


class _Moved(dict[str, MovedDates | None]):
    """The dates that closures of a branch have moved, each branch read when it is first asked for."""

    def __init__(self, ledger: Ledger, upto: int) -> None:
        self._ledger = ledger
        self._upto = upto

    def __missing__(self, branch: str) -> MovedDates | None:
        state = None
        for fact in self._ledger.stream(due_dates_stream(branch), upto_position=self._upto):
            state = fold_due_dates(state, fact)
        self[branch] = state
        return state


def _streams(ledger: Ledger, prefix: str, upto: int, progress: Progress | None) -> Iterator[tuple[str, Sequence[Fact]]]:
    names = ledger.streams(prefix)
    while some := list(islice(names, _STREAMS_AT_ONCE)):
        by_stream: dict[str, list[Fact]] = {name: [] for name in some}
        rows = [row for row in ledger.store.rows_of_streams(some) if row[0] <= upto]
        for fact in ledger.facts_of(rows):
            by_stream[fact.stream].append(fact)
        yield from ((name, facts) for name, facts in by_stream.items() if facts)
        if progress:
            progress(len(rows))


def _item(barcode: str, item: Item, moved: _Moved) -> Iterator[Line]:
    custody = as_moved(item, moved.__getitem__).custody
    place, loan, transit, capture = custody.place, custody.loan, custody.transit, custody.capture
    yield _line(
        barcode,
        place=(place.kind, place.ref, place.known),
        loan=loan and (loan.loan, loan.branch, loan.due_us, loan.renewals),
        transit=transit and (transit.transit, transit.origin, transit.destination, transit.reason, transit.hold),
        capture=capture and (capture.hold, capture.pickup, capture.until_us, capture.code),
        defect=custody.defect and custody.defect.what,
        absence=custody.absence and custody.absence.what,
    )


def _title(title: str, state: Title, _moved: _Moved) -> Iterator[Line]:
    queue = [
        (
            hold.hold, hold.pickup, hold.suspended, hold.suspended_until,
            hold.target, hold.target_branch, hold.captured,
        )
        for hold in sorted(state.holds.values(), key=lambda hold: int(hold.hold.rpartition("#")[2]))
    ]  # fmt: skip
    if queue:
        yield _line(title, queue=queue)


def _filling(name: str, state: Filling, _moved: _Moved) -> Iterator[Line]:
    yield _line(name, state=(state.status, state.place, state.known, state.origin, state.destination, state.items))


def _plan(name: str, state: DayPlan, _moved: _Moved) -> Iterator[Line]:
    yield _line(name, revisions=sorted(state.revisions), published=state.published)


def _line(subject: str, **told: object) -> Line:
    return Line(subject, to_json({name: value for name, value in told.items() if value is not None}))


def _fold_filling(state: Filling | None, fact: Fact) -> Filling | None:
    """A box and its fillings stand on streams of the same kind; only fillings are told here."""
    return fold_filling(state, fact) if fact.stream.count("/") == 2 else None


def _filling_if_any(name: str, state: Filling | None, moved: _Moved) -> Iterator[Line]:
    if state is not None:
        yield from _filling(name, state, moved)


_FOLDS: Mapping[str, tuple[str, Callable[..., Any], Callable[..., Iterator[Line]]]] = {
    "items": ("item/", fold_item, _item),
    "queues": ("title/", fold_title, _title),
    "fillings": ("tote/", _fold_filling, _filling_if_any),
    "plans": ("plan/", fold_plan, _plan),
}
KINDS = tuple(_FOLDS)
"""What is compared: places with loans, journeys, captures and conditions; queues of holds; fillings; plans."""


# --- by the views --------------------------------------------------------------------------------------------------


def told_by_views(views: Views, kind: str, *, as_of: int | None = None) -> Iterator[Line]:
    """The same of the tables: those of a position, or (None) those of now."""
    with views.reading(_VIEWS[kind][0], as_of=as_of) as connection:
        yield from _VIEWS[kind][1](_Tables(connection, as_of, is_sqlite=views.database.is_sqlite))


@dataclass(frozen=True)
class _Tables:
    """Rows in the byte order of their keys, at a position."""

    connection: Connection
    as_of: int | None
    is_sqlite: bool

    def by_key(self, now: Any, past: Any, key: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        """Rows of key and columns, merged from what stands and what has ended, read as they are consumed."""
        parts = []
        for table, conditions in halves(now, past, self.as_of):
            order = table.c[key] if self.is_sqlite else table.c[key].collate("C")
            asked = select(table.c[key], *(table.c[name] for name in columns)).where(*conditions).order_by(order)
            parts.append(self._rows(asked))
        return merge(*parts, key=lambda row: row[0])

    def _rows(self, asked: Any) -> Iterator[tuple[Any, ...]]:
        for some in self.connection.execution_options(yield_per=5_000).execute(asked).partitions():
            for row in some:
                yield tuple(row)


class _Beside:
    """Rows in the order of their keys, of which those of one key are taken at a time, keys rising."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def of(self, key: str) -> list[tuple[Any, ...]]:
        """The rows of the key, without it; rows of earlier keys belong to nothing and are passed over."""
        found = []
        while self._next is not None and self._next[0] <= key:
            if self._next[0] == key:
                found.append(self._next[1:])
            self._next = next(self._rows, None)
        return found


def _items(tables: _Tables) -> Iterator[Line]:
    loans = _Beside(tables.by_key(LOAN_NOW, LOAN_PAST, "item", "loan", "branch", "due_us", "renewals"))
    transits = _Beside(
        tables.by_key(TRANSIT_NOW, TRANSIT_PAST, "item", "transit", "origin", "destination", "reason", "hold")
    )
    captures = _Beside(tables.by_key(CAPTURE_NOW, CAPTURE_PAST, "item", "hold", "pickup", "until_us", "code"))
    held = _Beside(tables.by_key(CONDITION_NOW, CONDITION_PAST, "item", "kind", "what"))
    for item, *place in tables.by_key(ITEM_NOW, ITEM_PAST, "item", "kind", "ref", "known"):
        conditions = dict(held.of(item))
        yield _line(
            item,
            place=place,
            loan=_only(loans.of(item)),
            transit=_only(transits.of(item)),
            capture=_only(captures.of(item)),
            defect=conditions.get("defect"),
            absence=conditions.get("absence"),
        )


def _only(rows: list[tuple[Any, ...]]) -> object:
    """The one row; all of them where a table holds two at once, which no fold of the ledger can tell."""
    return None if not rows else rows[0] if len(rows) == 1 else rows


def _queues(tables: _Tables) -> Iterator[Line]:
    columns = (
        "number", "hold", "pickup", "suspended", "suspended_until", "target", "target_branch", "captured",
    )  # fmt: skip
    title, queue = "", list[tuple[Any, ...]]()
    for name, *row in tables.by_key(HOLD_NOW, HOLD_PAST, "title", *columns):
        if name != title:
            yield from _queue(title, queue)
            title, queue = name, []
        queue.append(tuple(row))
    yield from _queue(title, queue)


def _queue(title: str, queue: list[tuple[Any, ...]]) -> Iterator[Line]:
    if queue:
        yield _line(title, queue=[(row[1], row[2], bool(row[3]), *row[4:]) for row in sorted(queue)])


def _fillings(tables: _Tables) -> Iterator[Line]:
    columns = ("status", "place", "known", "origin", "destination", "items", "started_pos")
    for name, *state, started in tables.by_key(FILLING_NOW, FILLING_PAST, "filling", *columns):
        if tables.as_of is None or started <= tables.as_of:
            yield _line(name, state=state)


def _plans(tables: _Tables) -> Iterator[Line]:
    c = REVISION.sql.c
    last = _FAR - 1 if tables.as_of is None else tables.as_of
    found: dict[str, tuple[list[int], list[int]]] = {}
    for row in tables.connection.execute(select(REVISION.sql).where(c.from_pos <= last)):
        drafted, holding = found.setdefault(row.plan, ([], []))
        drafted.append(row.revision)
        if (row.published_pos or _FAR) <= last < (row.ended_pos or _FAR):
            holding.append(row.revision)
    for plan, (drafted, holding) in sorted(found.items()):
        yield _line(plan, revisions=sorted(drafted), published=holding[0] if holding else None)


_FAR = 2**62

_VIEWS: Mapping[str, tuple[str, Callable[[_Tables], Iterator[Line]]]] = {
    "items": ("custody", _items),
    "queues": ("holds", _queues),
    "fillings": ("totes", _fillings),
    "plans": ("plans", _plans),
}
