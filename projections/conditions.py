"""
What is wrong with copies, and why some are not where they should be: now, at any past position, and how it ended.

A copy has at most one defect and one absence at a time (`circulation/custody.py`).
The rows are folded in `custody.py`, which knows whether a fact is too old to change anything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import and_, func, or_, select

from circulation.clock import HOUR_US
from projections.asof import standing
from projections.catalogue import COPY
from projections.locations import ITEM_NOW, ItemNow
from projections.projection import Seen
from projections.table import keyed, trail
from projections.transits import TRANSIT_PAST
from projections.views import Views
from projections.working import Working

__all__ = [
    "CONDITION_NOW",
    "CONDITION_PAST",
    "Ended",
    "Standing",
    "begin",
    "conditions",
    "conditions_of",
    "end",
    "ended_conditions",
    "lane_times",
    "paid",
    "restore",
    "searched",
]

Kind = Literal["defect", "absence"]


class ConditionNow(NamedTuple):
    """A condition that holds; `last_*` is who had the copy last, `to_search` are branches, separated by blanks."""

    item: str
    kind: str
    what: str
    since_us: int
    at_branch: str
    code: str | None
    photo: str | None
    last_kind: str | None
    last_place: str | None
    last_us: int | None
    to_search: str
    from_pos: int


class ConditionPast(NamedTuple):
    """A condition that held; `ended` is `found`, `restored`, `undone`, or empty where it went on in another form."""

    item: str
    kind: str
    what: str
    since_us: int
    at_branch: str
    code: str | None
    photo: str | None
    last_kind: str | None
    last_place: str | None
    last_us: int | None
    to_search: str
    from_pos: int
    to_pos: int
    to_us: int
    ended: str
    ended_branch: str


CONDITION_NOW = keyed("condition_now", ConditionNow, key=2, indexes=[("what",)])
CONDITION_PAST = trail("condition_past", ConditionPast, indexes=[("item", "from_pos"), ("to_pos",)])


@dataclass(frozen=True, slots=True)
class Standing:
    """A condition of a copy that holds, or held at the position asked about; `from_pos` is where it was recorded."""

    item: str
    kind: str
    what: str
    since_us: int
    at_branch: str
    code: str | None
    photo: str | None
    last_kind: str | None
    last_place: str | None
    last_us: int | None
    to_search: tuple[str, ...]
    from_pos: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A condition that has ended, when, where and how."""

    item: str
    what: str
    since_us: int
    ended: str
    ended_us: int
    ended_branch: str


_COLUMNS = tuple(Standing.__dataclass_fields__)


def conditions(
    views: Views,
    *,
    owner: str | None = None,
    branch: str | None = None,
    what: Collection[str] = (),
    searching: bool = False,
    as_of: int | None = None,
) -> list[Standing]:
    """
    The conditions that hold, the oldest first; restricted where something is given.

    `branch` is where it was said or who had the copy last; with `searching` it is who is still to look for it.
    """

    def wanted(c: Any) -> Any:
        asked = [c.what.in_(sorted(what))] if what else []
        if searching:
            asked.append(c.to_search != "")
        elif branch is not None:
            asked.append(or_(c.at_branch == branch, and_(c.last_kind == "branch", c.last_place == branch)))
        return and_(True, *asked)

    with views.reading("custody", "catalogue", as_of=as_of) as connection:
        rows: list[Any] = list(
            connection.execute(standing(CONDITION_NOW, CONDITION_PAST, _COLUMNS, as_of=as_of, where=wanted))
        )
        if owner is not None:
            owned = select(COPY.sql.c.item).where(COPY.sql.c.owner == owner)
            theirs = set(connection.execute(owned.where(COPY.sql.c.item.in_({row.item for row in rows}))).scalars())
            rows = [row for row in rows if row.item in theirs]
    found = [_standing(row) for row in rows]
    if searching and branch is not None:
        found = [one for one in found if branch in one.to_search]
    return sorted(found, key=lambda one: (one.since_us, one.item, one.kind))


def conditions_of(views: Views, barcode: str, *, as_of: int | None = None) -> dict[str, Standing]:
    """The defect and the absence of one copy, as far as it has them."""
    with views.reading("custody", as_of=as_of) as connection:
        asked = standing(CONDITION_NOW, CONDITION_PAST, _COLUMNS, as_of=as_of, where=lambda c: c.item == barcode)
        return {row.kind: _standing(row) for row in connection.execute(asked)}


def ended_conditions(views: Views, *, owner: str | None = None, what: Collection[str] = ()) -> list[Ended]:
    """The conditions that have ended, the latest first: what an owner asks for lost copies that came back."""
    past, copy = CONDITION_PAST.sql.c, COPY.sql.c
    asked = (
        select(past.item, past.what, past.since_us, past.ended, past.to_us, past.ended_branch)
        .join(COPY.sql, copy.item == past.item)
        .where(past.ended != "", *([past.what.in_(sorted(what))] if what else []))
        .order_by(past.to_pos.desc())
    )
    with views.reading("custody", "catalogue") as connection:
        rows = connection.execute(asked if owner is None else asked.where(copy.owner == owner))
        return [Ended(*row) for row in rows]


def lane_times(views: Views, *, since_us: int) -> Mapping[tuple[str, str], Mapping[int, int]]:
    """For each origin and destination, how many journeys that arrived since then took how long, to the hour."""
    past = TRANSIT_PAST.sql.c
    hours = (past.to_us - past.opened_us) // HOUR_US
    asked = (
        select(past.origin, past.destination, hours, func.count())
        .where(past.ended == "arrived", past.to_us >= since_us)
        .group_by(past.origin, past.destination, hours)
    )
    found: dict[tuple[str, str], dict[int, int]] = {}
    with views.reading("custody") as connection:
        for origin, destination, took, count in connection.execute(asked):
            found.setdefault((origin, destination), {})[int(took) * HOUR_US] = count
    return found


def _standing(row: Any) -> Standing:
    named = {name: getattr(row, name) for name in _COLUMNS}
    return Standing(**{**named, "to_search": tuple(row.to_search.split())})


# --- rows ----------------------------------------------------------------------------------------------------------


def begin(
    working: Working,
    seen: Seen,
    kind: Kind,
    what: str,
    *,
    at: str,
    since_us: int | None = None,
    code: str | None = None,
    photo: str | None = None,
    last: Mapping[str, Any] | None = None,
    search: Collection[str] = (),
) -> None:
    """A condition holds from now on, in the place of any other of its kind."""
    end(working, seen, kind, "", "")
    had = last or {}
    working[CONDITION_NOW].put(
        ConditionNow(
            seen.subject, kind, what, seen.happened_us if since_us is None else since_us, at, code, photo,
            had.get("kind"), had.get("place"), had.get("since_us"), " ".join(search), seen.position,
        )
    )  # fmt: skip
    _flag(working, seen.subject, kind, what)


def end(working: Working, seen: Seen, kind: Kind, ended: str, branch: str) -> None:
    """The condition of that kind holds no longer, if the copy has one."""
    row = working[CONDITION_NOW].get((seen.subject, kind))
    if row is None:
        return
    working[CONDITION_PAST].add(ConditionPast(*row, seen.position, seen.happened_us, ended, branch))
    working[CONDITION_NOW].drop((seen.subject, kind))
    _flag(working, seen.subject, kind, None)


def searched(working: Working, seen: Seen) -> None:
    """One branch has looked for the copy."""
    row = working[CONDITION_NOW].get((seen.subject, "absence"))
    if row is None:
        return
    left = [branch for branch in row.to_search.split() if branch != seen.data["at"]]
    end(working, seen, "absence", "", "")
    working[CONDITION_NOW].put(row._replace(to_search=" ".join(left), from_pos=seen.position))
    _flag(working, seen.subject, "absence", row.what)


def paid(working: Working, seen: Seen) -> None:
    """A lost copy was paid for: it is the same absence in another form."""
    row = working[CONDITION_NOW].get((seen.subject, "absence"))
    if row is None:
        return
    end(working, seen, "absence", "", "")
    working[CONDITION_NOW].put(row._replace(what="lost-and-paid", from_pos=seen.position))
    _flag(working, seen.subject, "absence", "lost-and-paid")


def restore(working: Working, seen: Seen, custody: Mapping[str, Any], ended: str) -> None:
    """Both kinds are as a whole custody says."""
    for kind in ("defect", "absence"):
        state = custody.get(kind)
        row = working[CONDITION_NOW].get((seen.subject, kind))
        if row is not None and state:
            told = (state["what"], state["since_us"], " ".join(state.get("to_search", ())))
            if (row.what, row.since_us, row.to_search) == told:
                continue
        end(working, seen, kind, "" if state else ended, seen.data.get("at") or "")
        if state:
            begin(
                working, seen, kind, state["what"],
                at=state["at"], since_us=state["since_us"], code=state.get("code"), photo=state.get("photo"),
                last=state.get("last"), search=state.get("to_search", ()),
            )  # fmt: skip


def _flag(working: Working, item: str, kind: Kind, what: str | None) -> None:
    """The item's row names its conditions, so that a scan need not look for them."""
    row: ItemNow | None = working[ITEM_NOW].get(item)
    if row is not None:
        working[ITEM_NOW].put(row._replace(defect=what) if kind == "defect" else row._replace(absence=what))
