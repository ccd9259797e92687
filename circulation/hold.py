"""
One title: its description and the queue of holds on it, on the stream `title/<id>`.

The title's stream guards the queue and who was promised which copy.
The state keeps open holds only, so that it stays small however long the stream grows.
Where the captured copy is stands on the item's stream (`item.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from circulation.event import Event, Fact, event, part
from circulation.override import RuleOverridden

__all__ = [
    "Hold",
    "HoldCancelled",
    "HoldCaptured",
    "HoldExpired",
    "HoldFilled",
    "HoldLapsed",
    "HoldPickupChanged",
    "HoldPlaced",
    "HoldReleased",
    "HoldResumed",
    "HoldSuspended",
    "HoldTargetDropped",
    "HoldTargeted",
    "Obstacle",
    "Title",
    "TitleAdded",
    "TitleDescribed",
    "fold_title",
    "hold_as_placed",
    "title_of_hold",
    "title_stream",
]


def title_stream(title: str) -> str:
    """The name of a title's stream."""
    return f"title/{title}"


def title_of_hold(hold: str) -> str:
    """The title that a hold id such as `t100#7` belongs to."""
    return hold.rpartition("#")[0]


# --- facts ---------------------------------------------------------------------------------------------------------


@event
class TitleAdded(Event):
    """A title enters the catalogue."""

    title: str
    author: str = ""
    row: str | None = None
    source: str | None = None


@event
class TitleDescribed(Event):
    """The description of a title was replaced."""

    title: str
    author: str = ""
    row: str | None = None
    source: str | None = None


@part
class Obstacle:
    """Why so many `copies` cannot serve a hold as things are: the rule or limit `by` that bars them."""

    copies: int
    by: str
    reason: str


@event
class HoldPlaced(Event):
    """
    A patron asked for the title, for one `part` of it, or for one copy (`item`), to be picked up at `pickup`.

    `expires` is the last local day (`2026-12-24`) on which it is wanted.
    `patron` is the sealed link under key `key`; category and home branch stand in the clear, coarse.
    `recalls` is the copy whose loan was shortened for it; `obstacles` are there where no copy may serve it.
    """

    hold: str
    pickup: str
    item: str | None = None
    part: str | None = None
    expires: str | None = None
    category: str
    patron_home: str
    key: int
    patron: str
    row: str | None = None
    source: str | None = None
    recalls: str | None = None
    obstacles: tuple[Obstacle, ...] | None = None


@event
class HoldPickupChanged(Event):
    """The patron will pick it up at another branch; the place in the queue stays."""

    hold: str
    pickup: str


@event
class HoldTargeted(Event):
    """
    A hold was promised the copy on the shelf of `branch`, to be pulled before `pull_by_us`.

    A promise is `joint` if holds and copies were assigned together: the copy is for this hold then, whoever stands
    before it.
    """

    hold: str
    item: str
    branch: str
    pull_by_us: int
    joint: bool | None = None


@event
class HoldTargetDropped(Event):
    """The promise of that copy was taken back."""

    hold: str
    item: str
    why: Literal["not-found", "not-in-time", "hold-ended", "other-copy", "taken", "not-allowed", "condition"]


@event
class HoldCaptured(Event):
    """A copy was set aside for the hold at `branch`."""

    hold: str
    item: str
    branch: str


@event
class HoldReleased(Event):
    """The captured copy was lost to the hold, which waits again in its old place."""

    hold: str
    item: str
    why: Literal["undone", "missed", "overridden", "condition"]


@event
class HoldSuspended(Event):
    """The hold keeps its place but takes no copy, until `until` (a day, `2026-12-24`) or until it is resumed."""

    hold: str
    until: str | None = None


@event
class HoldResumed(Event):
    """The hold takes copies again."""

    hold: str


@event
class HoldCancelled(Event):
    """The hold ended without a loan. `recalled` is a copy whose loan was shortened for it, and stays so."""

    hold: str
    why: Literal["patron", "staff", "no-copy"]
    recalled: str | None = None


@event
class HoldLapsed(Event):
    """The hold ended without a copy: it was wanted until the day `expires`, which has passed."""

    hold: str
    expires: str


@event
class HoldExpired(Event):
    """Nobody came for the copy on the hold shelf in time."""

    hold: str
    item: str


@event
class HoldFilled(Event):
    """The patron took the copy."""

    hold: str
    item: str


# --- state ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hold:
    """An open hold. `target` is the promised copy, `joint` whether it is for this hold whoever stands before it."""

    hold: str
    pickup: str
    item: str | None
    category: str
    patron_home: str
    key: int
    patron: str
    placed_us: int
    suspended: bool = False
    suspended_until: str | None = None
    target: str | None = None
    target_branch: str | None = None
    pull_by_us: int = 0
    captured: str | None = None
    row: str | None = None
    missed: tuple[str, ...] = ()
    part: str | None = None
    expires: str | None = None
    recalls: str | None = None
    joint: bool = False

    @property
    def is_waiting(self) -> bool:
        """Whether a copy could be set aside for it now, suspension apart."""
        return self.captured is None


@dataclass(frozen=True, slots=True)
class Title:
    """A title with its open holds, in the order in which they were placed. `holds_placed` numbers the next one."""

    title_id: str
    title: str = ""
    author: str = ""
    row: str | None = None
    holds: Mapping[str, Hold] = field(default_factory=dict)
    holds_placed: int = 0


_NO_PROMISE: Mapping[str, object] = {"target": None, "target_branch": None, "pull_by_us": 0, "joint": False}


def hold_as_placed(placed: HoldPlaced, placed_us: int) -> Hold:
    """The hold as it stands when it has just been placed."""
    return Hold(
        hold=placed.hold,
        pickup=placed.pickup,
        item=placed.item,
        category=placed.category,
        patron_home=placed.patron_home,
        key=placed.key,
        patron=placed.patron,
        placed_us=placed_us,
        row=placed.row,
        recalls=placed.recalls,
        part=placed.part,
        expires=placed.expires,
    )


def fold_title(title: Title | None, fact: Fact) -> Title:
    """
    The title after one more fact; the first one may be a hold, since lists of holds come before catalogues.

    Raises `TypeError` for a fact that does not belong to a title.
    """
    if title is None:
        title = Title(title_id=fact.stream.removeprefix("title/"))
    happened = fact.event
    match happened:
        case TitleAdded() | TitleDescribed():
            return replace(title, title=happened.title, author=happened.author, row=happened.row)
        case HoldPlaced():
            hold = hold_as_placed(happened, fact.happened_us)
            return replace(title, holds={**title.holds, hold.hold: hold}, holds_placed=title.holds_placed + 1)
        case HoldCancelled() | HoldExpired() | HoldFilled() | HoldLapsed():
            return replace(title, holds={name: hold for name, hold in title.holds.items() if name != happened.hold})
        case HoldPickupChanged():
            return _changed(title, happened.hold, pickup=happened.pickup)
        case HoldTargeted():
            return _changed(
                title,
                happened.hold,
                target=happened.item,
                target_branch=happened.branch,
                pull_by_us=happened.pull_by_us,
                joint=bool(happened.joint),
            )
        case HoldTargetDropped():
            missed: dict[str, object] = {}
            hold_before = title.holds.get(happened.hold)
            if hold_before is not None and happened.why in ("not-found", "not-in-time"):
                missed = {"missed": (*hold_before.missed, happened.item)}
            return _changed(title, happened.hold, **_NO_PROMISE, **missed)
        case HoldCaptured():
            return _changed(title, happened.hold, captured=happened.item, **_NO_PROMISE)
        case HoldReleased():
            return _changed(title, happened.hold, captured=None)
        case HoldSuspended():
            return _changed(title, happened.hold, suspended=True, suspended_until=happened.until)
        case HoldResumed():
            return _changed(title, happened.hold, suspended=False, suspended_until=None)
        case RuleOverridden():
            return title
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about a title ({fact.stream})")


def _changed(title: Title, hold: str, **changes: object) -> Title:
    """The title with one open hold changed in its place; a hold that ended earlier stays ended."""
    before = title.holds.get(hold)
    if before is None:
        return title
    return replace(title, holds={**title.holds, hold: replace(before, **changes)})  # type: ignore[arg-type]
