"""
Totes and their numbered fillings: where each one is, whether it is sealed, and what is in it.

A filling is an interval row for each state that it was in. What is in it is asked of the items
(`locations.py`), because an item says which filling it was packed into.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select

from projections.asof import Condition, standing
from projections.database import in_batches
from projections.projection import Projection, Seen
from projections.table import keyed, trail
from projections.views import Views
from projections.working import Working

__all__ = [
    "FILLING_NOW",
    "FILLING_PAST",
    "TOTES",
    "FillingNow",
    "FillingState",
    "all_fillings",
    "box",
    "filling",
    "fillings_at",
    "fillings_named",
    "fillings_of",
    "on_board",
    "open_at",
]


class ToteRow(NamedTuple):
    """A box and how often it was filled."""

    tote: str
    branch: str
    fillings: int


class FillingNow(NamedTuple):
    """
    A filling as it is. `kind` is `branch`, `van` or `nowhere`, `place` the code; `run` is the last run that carried it.

    Its first interval begins at position 0, before it was started: one command packs an item and starts the
    filling, and between its positions the item must not be nowhere.
    """

    filling: str
    tote: str
    origin: str
    destination: str
    purpose: str
    status: str
    kind: str
    place: str
    known: str
    run: str
    items: int
    started_us: int
    started_pos: int
    from_pos: int
    from_us: int


class FillingPast(NamedTuple):
    """A state that a filling has left."""

    filling: str
    tote: str
    origin: str
    destination: str
    purpose: str
    status: str
    kind: str
    place: str
    known: str
    run: str
    items: int
    started_us: int
    started_pos: int
    from_pos: int
    from_us: int
    to_pos: int
    to_us: int


TOTE = keyed("tote", ToteRow, indexes=[("branch",)])
FILLING_NOW = keyed("filling_now", FillingNow, indexes=[("place",), ("tote",), ("run",)])
FILLING_PAST = trail("filling_past", FillingPast, indexes=[("filling", "from_pos"), ("place",), ("run",)])


@dataclass(frozen=True, slots=True)
class FillingState:
    """
    A filling: `open`, `sealed`, `loaded`, `unloaded`, `received`, `lost`, or `ended` once it was opened.

    `kind` is `branch` or `van`, and `nowhere` for a lost one. `items` is what was counted at sealing, 0 before.
    `since_us` is when it came into this state, `started_us` when the filling began.
    """

    filling: str
    tote: str
    origin: str
    destination: str
    purpose: str
    status: str
    kind: str
    place: str
    known: str
    run: str
    items: int
    started_us: int
    since_us: int


_STATE = (*FillingNow._fields[:12], "from_us")


def filling(views: Views, name: str, *, as_of: int | None = None) -> FillingState | None:
    """One filling such as `T123/17`; None if it had not begun."""
    found = _ask(views, as_of, lambda c: c.filling == name)
    return found[0] if found else None


def fillings_named(views: Views, names: Iterable[str]) -> dict[str, FillingState]:
    """Those of these fillings that have begun, by name, in the order of their names."""
    found: dict[str, FillingState] = {}
    for some in in_batches(sorted(names)):
        found.update((one.filling, one) for one in _ask(views, None, partial(_is_named, some)))
    return found


def _is_named(names: list[str], columns: Any) -> ColumnElement[bool]:
    return columns.filling.in_(names)  # type: ignore[no-any-return]


def fillings_at(views: Views, place: str, *, as_of: int | None = None) -> list[FillingState]:
    """The fillings at a branch or on a van that have not ended."""
    return _ask(views, as_of, lambda c: (c.place == place) & (c.status != "ended"))


def open_at(views: Views, branch: str, *, as_of: int | None = None) -> list[FillingState]:
    """The fillings that items are being packed into at a branch."""
    return _ask(views, as_of, lambda c: (c.place == branch) & (c.status == "open"))


def on_board(views: Views, van: str, *, as_of: int | None = None) -> list[FillingState]:
    """The fillings that are on a van."""
    return _ask(views, as_of, lambda c: (c.place == van) & (c.status == "loaded"))


def fillings_of(views: Views, tote: str, *, as_of: int | None = None) -> list[FillingState]:
    """Every filling of a box, first to last."""
    found = _ask(views, as_of, lambda c: c.tote == tote)
    return sorted(found, key=lambda state: int(state.filling.rpartition("/")[2]))


def all_fillings(views: Views, *, as_of: int | None = None) -> list[FillingState]:
    """Every filling that has not ended."""
    return _ask(views, as_of, lambda c: c.status != "ended")


def box(views: Views, tote: str) -> ToteRow | None:
    """A box by its barcode, where it was first seen, and how often it was filled."""
    with views.reading("totes") as connection:
        row = connection.execute(select(TOTE.sql).where(TOTE.sql.c.tote == tote)).first()
        return None if row is None else ToteRow._make(row)


def _ask(views: Views, as_of: int | None, where: Condition) -> list[FillingState]:
    def begun(columns: Any) -> ColumnElement[bool]:
        return where(columns) if as_of is None else where(columns) & (columns.started_pos <= as_of)

    with views.reading("totes", as_of=as_of) as connection:
        asked = standing(FILLING_NOW, FILLING_PAST, _STATE, as_of=as_of, where=begun)
        return sorted((FillingState(*row) for row in connection.execute(asked)), key=lambda state: state.filling)


# --- folds ---------------------------------------------------------------------------------------------------------


def _registered(working: Working, seen: Seen) -> None:
    working[TOTE].put(ToteRow(seen.subject, seen.data["branch"], 0))


def _numbered(working: Working, seen: Seen) -> None:
    before = working[TOTE].get(seen.subject)
    branch = before.branch if before else ""
    working[TOTE].put(ToteRow(seen.subject, branch, seen.data["n"]))


def _started(working: Working, seen: Seen) -> None:
    data = seen.data
    working[FILLING_NOW].put(
        FillingNow(
            filling=seen.subject,
            tote=seen.subject.rpartition("/")[0],
            origin=data["branch"],
            destination=data["destination"],
            purpose=data["purpose"],
            status="open",
            kind="branch",
            place=data["branch"],
            known="scanned",
            run="",
            items=0,
            started_us=seen.happened_us,
            started_pos=seen.position,
            from_pos=0,
            from_us=seen.happened_us,
        )
    )


def _sealed(working: Working, seen: Seen) -> None:
    _change(working, seen, status="sealed", items=seen.data["items"])


def _loaded(working: Working, seen: Seen) -> None:
    data = seen.data
    _change(working, seen, status="loaded", kind="van", place=data["van"], known=data["known"], run=data["run"])


def _unloaded(working: Working, seen: Seen) -> None:
    data = seen.data
    _change(working, seen, status="unloaded", kind="branch", place=data["branch"], known=data["known"], run=data["run"])


def _received(working: Working, seen: Seen) -> None:
    _change(working, seen, status="received", kind="branch", place=seen.data["branch"], known="scanned")


def _opened(working: Working, seen: Seen) -> None:
    _change(working, seen, status="ended", kind="branch", place=seen.data["branch"])


def _lost(working: Working, seen: Seen) -> None:
    _change(working, seen, status="lost", kind="nowhere", place="")


def _change(working: Working, seen: Seen, **changes: Any) -> None:
    before = working[FILLING_NOW].get(seen.subject)
    if before is None:
        raise TypeError(f"{seen.type} cannot be the first fact of {seen.stream}")
    working[FILLING_PAST].add(FillingPast(*before, seen.position, seen.happened_us))
    working[FILLING_NOW].put(before._replace(from_pos=seen.position, from_us=seen.happened_us, **changes))


TOTES = Projection(
    "totes",
    2,
    (TOTE, FILLING_NOW, FILLING_PAST),
    {
        "ToteRegistered": _registered,
        "ToteNumbered": _numbered,
        "ToteFillingStarted": _started,
        "ToteSealed": _sealed,
        "ToteLoaded": _loaded,
        "ToteUnloaded": _unloaded,
        "ToteReceived": _received,
        "ToteOpened": _opened,
        "ToteDeclaredLost": _lost,
    },
)
