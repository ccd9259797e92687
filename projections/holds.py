"""
The queue of every title, and what each branch is to pull from its shelves.

This is the title's side of a hold: asked, promised a copy, captured, ended. Where the captured copy is
and until when it waits stands in `hold_shelf.py`. The link to the patron is sealed here as in the log,
and is not kept once the hold has ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select

from circulation.hold import title_of_hold
from projections.asof import Condition, standing
from projections.catalogue import COPY, TITLE
from projections.projection import Projection, Seen
from projections.table import keyed, trail
from projections.transits import TRANSIT_NOW, TRANSIT_PAST
from projections.views import Views
from projections.working import Working

__all__ = [
    "HOLDS",
    "HOLD_NOW",
    "HOLD_PAST",
    "PullRow",
    "Queued",
    "hold",
    "holds_for",
    "no_longer_wanted",
    "open_holds",
    "pull_list",
    "queue",
    "wanted_until",
]


class HoldNow(NamedTuple):
    """An open hold as it is; `target` is the promised copy, `captured` the one set aside."""

    hold: str
    title: str
    number: int
    pickup: str
    item: str | None
    category: str
    patron_home: str
    key_id: int
    patron: str
    placed_us: int
    suspended: bool
    suspended_until: str | None
    target: str | None
    target_branch: str | None
    pull_by_us: int
    captured: str | None
    captured_branch: str | None
    row_digest: str | None
    part: str | None
    expires: str | None
    from_pos: int
    from_us: int


class HoldPast(NamedTuple):
    """What a hold was for a while; `ended` says how it ended, and is empty where it went on."""

    hold: str
    title: str
    number: int
    pickup: str
    item: str | None
    category: str
    patron_home: str
    placed_us: int
    suspended: bool
    suspended_until: str | None
    target: str | None
    target_branch: str | None
    pull_by_us: int
    captured: str | None
    captured_branch: str | None
    part: str | None
    expires: str | None
    from_pos: int
    from_us: int
    to_pos: int
    to_us: int
    ended: str


HOLD_NOW = keyed("hold_now", HoldNow, indexes=[("title",), ("target_branch",), ("pickup",)])
HOLD_PAST = trail("hold_past", HoldPast, indexes=[("hold", "from_pos"), ("title", "to_pos"), ("pickup", "to_pos")])


@dataclass(frozen=True, slots=True)
class Queued:
    """
    An open hold in its queue.

    `since_us` is when it came into this state, `placed_us` when it was asked for, `place` where it stands among all
    open holds of its title, from 1. `expires` is the last day on which it is wanted.
    """

    hold: str
    title: str
    number: int
    pickup: str
    item: str | None
    category: str
    patron_home: str
    placed_us: int
    suspended: bool
    suspended_until: str | None
    target: str | None
    target_branch: str | None
    pull_by_us: int
    captured: str | None
    captured_branch: str | None
    part: str | None
    expires: str | None
    since_us: int
    place: int = 0

    @property
    def status(self) -> str:
        """`captured`, `promised`, `suspended` (until its day, if it has one) or `waiting`."""
        if self.captured:
            return "captured"
        if self.target:
            return "promised"
        return "suspended" if self.suspended else "waiting"


@dataclass(frozen=True, slots=True)
class PullRow:
    """
    A copy to be taken from the shelf for a hold, before `pull_by_us`.

    One that is `outgoing` stands among what waits for the van, and not on the shelf.
    """

    item: str
    title_id: str
    title: str
    author: str
    shelf_mark: str
    hold: str
    pickup: str
    pull_by_us: int
    outgoing: bool = False


_COLUMNS = (*tuple(Queued.__dataclass_fields__)[:-2], "from_us")


def queue(views: Views, title: str, *, as_of: int | None = None) -> list[Queued]:
    """The open holds of a title in the order of the queue."""
    return _ask(views, as_of, title=title)


def hold(views: Views, name: str, *, as_of: int | None = None) -> Queued | None:
    """One open hold such as `t100#7`; None if it was not placed or has ended."""
    found = _ask(views, as_of, title=title_of_hold(name), where=lambda c: c.hold == name)
    return found[0] if found else None


def holds_for(views: Views, pickup: str, *, as_of: int | None = None) -> list[Queued]:
    """The open holds that are to be picked up at a branch."""
    return _ask(views, as_of, where=lambda c: c.pickup == pickup)


def open_holds(views: Views, *, as_of: int | None = None) -> list[Queued]:
    """Every open hold, title by title."""
    return _ask(views, as_of)


def wanted_until(views: Views, *, as_of: int | None = None) -> dict[str | None, str | None]:
    """The last day on which each open hold is wanted that has one."""
    return {one.hold: one.expires for one in _ask(views, as_of, where=lambda c: c.expires.is_not(None))}


def no_longer_wanted(views: Views, day: str) -> list[Queued]:
    """The holds without a copy whose last day lies before that day, title by title."""
    return _ask(views, None, where=lambda c: and_(c.expires < day, c.captured.is_(None)))


def pull_list(views: Views, branch: str, *, as_of: int | None = None) -> list[PullRow]:
    """The copies that a branch is asked to pull, in the order of its shelves; as described now."""
    columns = ("target", "title", "hold", "pickup", "pull_by_us", "target_branch")
    wanted = standing(HOLD_NOW, HOLD_PAST, columns, as_of=as_of, where=lambda c: c.target_branch == branch).subquery()
    copy, title = COPY.sql, TITLE.sql
    transit = standing(TRANSIT_NOW, TRANSIT_PAST, ("item",), as_of=as_of).subquery()
    asked = (
        select(
            wanted.c.target, wanted.c.title, title.c.title, title.c.author, copy.c.shelf_mark,
            wanted.c.hold, wanted.c.pickup, wanted.c.pull_by_us, transit.c.item,
        )
        .join(transit, transit.c.item == wanted.c.target, isouter=True)
        .join(copy, copy.c.item == wanted.c.target, isouter=True)
        .join(title, title.c.title_id == wanted.c.title, isouter=True)
    )  # fmt: skip
    with views.reading("holds", "custody", "catalogue", as_of=as_of) as connection:
        rows = [
            PullRow(
                row[0], row[1], row[2] or "", row[3] or "", row[4] or "", row[5], row[6], row[7], row[8] is not None
            )
            for row in connection.execute(asked)
        ]
    return sorted(rows, key=lambda row: (row.shelf_mark, row.author, row.title, row.item))


def _ask(views: Views, as_of: int | None, *, title: str | None = None, where: Condition | None = None) -> list[Queued]:
    """The open holds, of one title if it is given; each is numbered in its queue before `where` chooses."""
    of_title: Condition | None = None if title is None else lambda c: c.title == title
    with views.reading("holds", as_of=as_of) as connection:
        standing_now = standing(HOLD_NOW, HOLD_PAST, _COLUMNS, as_of=as_of, where=of_title).subquery()
        place = func.row_number().over(partition_by=standing_now.c.title, order_by=standing_now.c.number)
        numbered = select(standing_now, place.label("place")).subquery()
        asked = select(numbered) if where is None else select(numbered).where(where(numbered.c))
        found = [Queued(*row) for row in connection.execute(asked)]
    return sorted(found, key=lambda queued: (queued.title, queued.number))


# --- folds ---------------------------------------------------------------------------------------------------------


def _placed(working: Working, seen: Seen) -> None:
    data = seen.data
    title, _, number = data["hold"].rpartition("#")
    working[HOLD_NOW].put(
        HoldNow(
            hold=data["hold"],
            title=title,
            number=int(number),
            pickup=data["pickup"],
            item=data.get("item"),
            category=data["category"],
            patron_home=data["patron_home"],
            key_id=data["key"],
            patron=data["patron"],
            placed_us=seen.happened_us,
            suspended=False,
            suspended_until=None,
            target=None,
            target_branch=None,
            pull_by_us=0,
            captured=None,
            captured_branch=None,
            row_digest=data.get("row"),
            part=data.get("part"),
            expires=data.get("expires"),
            from_pos=seen.position,
            from_us=seen.happened_us,
        )
    )


def _targeted(working: Working, seen: Seen) -> None:
    data = seen.data
    _change(working, seen, target=data["item"], target_branch=data["branch"], pull_by_us=data["pull_by_us"])


def _untargeted(working: Working, seen: Seen) -> None:
    _change(working, seen, target=None, target_branch=None, pull_by_us=0)


def _captured(working: Working, seen: Seen) -> None:
    data = seen.data
    _change(
        working, seen, captured=data["item"], captured_branch=data["branch"],
        target=None, target_branch=None, pull_by_us=0,
    )  # fmt: skip


def _pickup_changed(working: Working, seen: Seen) -> None:
    _change(working, seen, pickup=seen.data["pickup"])


def _released(working: Working, seen: Seen) -> None:
    _change(working, seen, captured=None, captured_branch=None)


def _suspended(working: Working, seen: Seen) -> None:
    _change(working, seen, suspended=True, suspended_until=seen.data.get("until"))


def _resumed(working: Working, seen: Seen) -> None:
    _change(working, seen, suspended=False, suspended_until=None)


def _cancelled(working: Working, seen: Seen) -> None:
    _end(working, seen, f"cancelled by {seen.data['why']}")


def _expired(working: Working, seen: Seen) -> None:
    _end(working, seen, "expired")


def _lapsed(working: Working, seen: Seen) -> None:
    _end(working, seen, "lapsed")


def _filled(working: Working, seen: Seen) -> None:
    _end(working, seen, "filled")


def _change(working: Working, seen: Seen, **changes: Any) -> None:
    """A hold that ended earlier stays ended, as in `circulation/hold.py`."""
    before = working[HOLD_NOW].get(seen.data["hold"])
    if before is None:
        return
    working[HOLD_PAST].add(_past(before, seen, ""))
    working[HOLD_NOW].put(before._replace(from_pos=seen.position, from_us=seen.happened_us, **changes))


def _end(working: Working, seen: Seen, how: str) -> None:
    before = working[HOLD_NOW].get(seen.data["hold"])
    if before is None:
        return
    working[HOLD_PAST].add(_past(before, seen, how))
    working[HOLD_NOW].drop(before.hold)


def _past(now: HoldNow, seen: Seen, ended: str) -> HoldPast:
    return HoldPast(
        now.hold, now.title, now.number, now.pickup, now.item, now.category, now.patron_home, now.placed_us,
        now.suspended, now.suspended_until, now.target, now.target_branch, now.pull_by_us,
        now.captured, now.captured_branch, now.part, now.expires, now.from_pos, now.from_us,
        seen.position, seen.happened_us, ended,
    )  # fmt: skip


HOLDS = Projection(
    "holds",
    2,
    (HOLD_NOW, HOLD_PAST),
    {
        "HoldPlaced": _placed,
        "HoldTargeted": _targeted,
        "HoldTargetDropped": _untargeted,
        "HoldCaptured": _captured,
        "HoldReleased": _released,
        "HoldSuspended": _suspended,
        "HoldResumed": _resumed,
        "HoldCancelled": _cancelled,
        "HoldExpired": _expired,
        "HoldFilled": _filled,
        "HoldLapsed": _lapsed,
        "HoldPickupChanged": _pickup_changed,
    },
)
