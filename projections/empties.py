"""
Empty totes by branch, counted from facts: a box that is opened stays there empty, one that is begun is one fewer.

A count by hand holds from then on. A number below zero says that boxes came which nobody recorded.
"""

from __future__ import annotations

from typing import NamedTuple

from projections.asof import standing
from projections.projection import Projection, Seen
from projections.table import keyed, trail
from projections.views import Views
from projections.working import Working

__all__ = ["EMPTIES", "EmptiesAt", "empties"]


class EmptiesNow(NamedTuple):
    """A branch's empty totes; `target` and `counted_us` are None until somebody said something."""

    branch: str
    totes: int
    target: int | None
    counted_us: int | None
    from_pos: int


class EmptiesPast(NamedTuple):
    """What stood there before."""

    branch: str
    totes: int
    target: int | None
    counted_us: int | None
    from_pos: int
    to_pos: int


EMPTIES_NOW = keyed("empties_now", EmptiesNow)
EMPTIES_PAST = trail("empties_past", EmptiesPast, indexes=[("branch", "from_pos")])


class EmptiesAt(NamedTuple):
    """So many empty totes at a branch, how many are to stand there, and when they were last counted by hand."""

    branch: str
    totes: int
    target: int | None
    counted_us: int | None


def empties(views: Views, *, as_of: int | None = None) -> list[EmptiesAt]:
    """Every branch of which anything is known, by its code."""
    with views.reading("empties", as_of=as_of) as connection:
        asked = standing(EMPTIES_NOW, EMPTIES_PAST, EmptiesAt._fields, as_of=as_of)
        return sorted(EmptiesAt._make(row) for row in connection.execute(asked))


# --- folds ---------------------------------------------------------------------------------------------------------


def _came(working: Working, seen: Seen) -> None:
    _add(working, seen, seen.data["branch"], 1)


def _left(working: Working, seen: Seen) -> None:
    _add(working, seen, seen.data["branch"], -1)


def _moved(working: Working, seen: Seen) -> None:
    totes = seen.data["totes"]
    _add(working, seen, seen.data["branch"], -totes)
    _add(working, seen, seen.data["to"], totes)


def _counted(working: Working, seen: Seen) -> None:
    before = _before(working, seen.data["branch"])
    _put(working, seen, before._replace(totes=seen.data["totes"], counted_us=seen.happened_us))


def _targeted(working: Working, seen: Seen) -> None:
    _put(working, seen, _before(working, seen.data["branch"])._replace(target=seen.data["totes"]))


def _add(working: Working, seen: Seen, branch: str, totes: int) -> None:
    before = _before(working, branch)
    _put(working, seen, before._replace(totes=before.totes + totes))


def _before(working: Working, branch: str) -> EmptiesNow:
    return working[EMPTIES_NOW].get(branch) or EmptiesNow(branch, 0, None, None, 0)


def _put(working: Working, seen: Seen, row: EmptiesNow) -> None:
    before = working[EMPTIES_NOW].get(row.branch)
    if before is not None:
        working[EMPTIES_PAST].add(EmptiesPast(*before, seen.position))
    working[EMPTIES_NOW].put(row._replace(from_pos=seen.position))


EMPTIES = Projection(
    "empties",
    1,
    (EMPTIES_NOW, EMPTIES_PAST),
    {
        # A box that is registered was an empty one there, until the filling that begins with it.
        "ToteRegistered": _came,
        "ToteFillingStarted": _left,
        "ToteOpened": _came,
        "EmptiesMoved": _moved,
        "EmptiesCounted": _counted,
        "EmptiesTargetSet": _targeted,
    },
)
