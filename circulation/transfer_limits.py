"""
Which copies may travel from where to where: transfer limits as data, on the stream `policy/transfers`.

A limit denies journeys of an item type from a branch, a member's branches or an owner's copies to a branch or a
member's branches; an exception allows some of them again. The most specific one decides, and says its reason:
when a hold is placed, when a copy is looked for, and when it lies on a desk with a long way home.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from circulation.event import Event, Fact, event
from circulation.policy import in_force

__all__ = [
    "TRANSFER_LIMITS",
    "TransferLimit",
    "TransferLimitRemoved",
    "TransferLimitSet",
    "TransferLimits",
    "fold_transfer_limits",
    "may_travel",
]

TRANSFER_LIMITS = "policy/transfers"
"""The stream of the transfer limits."""


@event
class TransferLimitSet(Event):
    """
    Journeys were denied, or with `allowed` excepted from a denial, from one day to another, both included.

    `origin` is `*`, `branch/<code>`, `member/<name>` (that member's branches) or `owner/<name>` (its copies,
    wherever they are); `destination` is `*`, `branch/<code>` or `member/<name>`. `reason` is what people are told.
    """

    limit: str
    origin: str = "*"
    destination: str = "*"
    item_type: str = "*"
    allowed: bool = False
    reason: str
    from_day: str
    until_day: str | None = None


@event
class TransferLimitRemoved(Event):
    """From that day on no earlier version of the limit holds."""

    limit: str
    from_day: str


@dataclass(frozen=True, slots=True)
class TransferLimit:
    """One version of a limit; see `TransferLimitSet` for the fields."""

    limit: str
    version: int
    origin: str = "*"
    destination: str = "*"
    item_type: str = "*"
    allowed: bool = False
    reason: str = ""
    from_day: str = ""
    until_day: str | None = None
    removed: bool = False

    @property
    def cited(self) -> str:
        """How a receipt names it: the limit and its version, `dvds-stay/1`."""
        return f"{self.limit}/{self.version}"


TransferLimits = Mapping[str, tuple[TransferLimit, ...]]
"""Every limit by name with all its versions, oldest first."""


def fold_transfer_limits(limits: TransferLimits | None, fact: Fact) -> TransferLimits:
    """The limits after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = limits or {}
    match fact.event:
        case TransferLimitSet() as told:
            version = TransferLimit(
                limit=told.limit,
                version=len(before.get(told.limit, ())) + 1,
                origin=told.origin,
                destination=told.destination,
                item_type=told.item_type,
                allowed=told.allowed,
                reason=told.reason,
                from_day=told.from_day,
                until_day=told.until_day,
            )
        case TransferLimitRemoved() as ended:
            version = TransferLimit(
                ended.limit, len(before.get(ended.limit, ())) + 1, from_day=ended.from_day, removed=True
            )
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about transfer limits ({fact.stream})")
    return {**before, version.limit: (*before.get(version.limit, ()), version)}


_ORIGINS = {"branch": 3, "owner": 2, "member": 1}
_DESTINATIONS = {"branch": 2, "member": 1}


def may_travel(
    limits: TransferLimits,
    *,
    origin: str,
    destination: str,
    owner: str,
    item_type: str,
    day: str,
    member_of: Callable[[str], str],
) -> TransferLimit | None:
    """
    The limit that denies this journey on that day, None where it is allowed.

    Of the limits that fit the most specific decides: a branch beats an owner, an owner beats a member, any is the
    weakest; the origin counts before the destination, and that before the item type. Of equals a denial decides.
    `member_of` gives the member of a branch; a copy that stays where it is never travels.
    """
    if not limits or origin == destination:
        return None
    best: tuple[int, bool, str] | None = None
    decided: TransferLimit | None = None
    for versions in limits.values():
        limit = in_force(versions, day)
        if limit is None or limit.item_type not in ("*", item_type):
            continue
        if not (
            _is_at(limit.origin, origin, owner, member_of) and _is_at(limit.destination, destination, "", member_of)
        ):
            continue
        weight = (
            6 * _ORIGINS.get(limit.origin.partition("/")[0], 0)
            + 2 * _DESTINATIONS.get(limit.destination.partition("/")[0], 0)
            + (limit.item_type != "*")
        )
        rank = (-weight, limit.allowed, limit.limit)
        if best is None or rank < best:
            best, decided = rank, limit
    return None if decided is None or decided.allowed else decided


def _is_at(scope: str, branch: str, owner: str, member_of: Callable[[str], str]) -> bool:
    kind, _, name = scope.partition("/")
    match kind:
        case "branch":
            return name == branch
        case "member":
            return name == member_of(branch)
        case "owner":
            return name == owner
        case _:
            return True
