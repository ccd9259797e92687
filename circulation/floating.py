"""
Where copies may float, as data on the stream `policy/floating`: groups, limits, walked lanes, technical services.

A group says which copies float (by owner and item type, or only those that carry the flag) and among which
branches; what it excludes wins. A limit says how many copies from elsewhere a branch keeps of an item type.
Walked lanes join branches between which nobody needs a van. What follows from all this is decided in `placement.py`.
Sources: Evergreen's floating groups, exclusions and transit suppression; Koha's float limits (reference 1.1, 1.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TypeVar

from circulation.event import Event, Fact, event

__all__ = [
    "ANYWHERE",
    "FLOATING",
    "FloatLimitRemoved",
    "FloatLimitSet",
    "Floating",
    "FloatingGroup",
    "FloatingGroupRemoved",
    "FloatingGroupSet",
    "TechnicalServicesSet",
    "WalkedLanesRemoved",
    "WalkedLanesSet",
    "fold_floating",
]

_V = TypeVar("_V")

FLOATING = "policy/floating"
"""The stream of the floating policy."""


@event
class FloatingGroupSet(Event):
    """
    A group was set or replaced.

    `branches` and `excludes` are scopes: `all`, `member/<name>` or `branch/<code>`; `excludes` win.
    `owners` and `item_types` say whose copies of which types it is for, empty for any; with `flagged` only copies
    that carry the float flag. A copy that has been away for `homing_days` goes home; of one title a branch keeps
    `title_copies` at most. None: no such rule.
    """

    group: str
    branches: tuple[str, ...]
    excludes: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    item_types: tuple[str, ...] = ()
    flagged: bool = False
    homing_days: int | None = None
    title_copies: int | None = None


@event
class FloatingGroupRemoved(Event):
    """A group does not hold any more."""

    group: str


@event
class FloatLimitSet(Event):
    """
    So many `copies` of an item type from elsewhere does a branch keep; `*` stands for every branch without its own.

    A branch's own copies do not count: it always keeps them.
    """

    branch: str
    item_type: str
    copies: int


@event
class FloatLimitRemoved(Event):
    """A limit does not hold any more."""

    branch: str
    item_type: str


@event
class WalkedLanesSet(Event):
    """Between these branches things are carried over on foot: what is for one of them is there at any of them."""

    lanes: str
    branches: tuple[str, ...]


@event
class WalkedLanesRemoved(Event):
    """The branches of these lanes are apart again."""

    lanes: str


@event
class TechnicalServicesSet(Event):
    """A member's withdrawn copies go to `branch`; None: to their homes."""

    member: str
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class FloatingGroup:
    """One group that holds; see `FloatingGroupSet` for the fields."""

    group: str
    branches: tuple[str, ...]
    excludes: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    item_types: tuple[str, ...] = ()
    flagged: bool = False
    homing_days: int | None = None
    title_copies: int | None = None

    def allows(self, branch: str, member: str) -> bool:
        """Whether a copy may float at a branch of that member: it is in the group, and nothing excludes it."""
        names = ("all", f"member/{member}", f"branch/{branch}")
        return any(name in self.branches for name in names) and not any(name in self.excludes for name in names)


ANYWHERE = FloatingGroup(group="", branches=("all",), flagged=True)
"""What holds for a copy with the float flag that no group is for: it floats in the whole network."""


@dataclass(frozen=True, slots=True)
class Floating:
    """
    The policy: groups by name, limits by branch and item type, walked lanes by name, members' technical services.
    """

    groups: Mapping[str, FloatingGroup] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    lanes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)

    def group_of(self, *, owner: str, item_type: str, floats: bool) -> FloatingGroup | None:
        """
        The group in which a copy floats; None where it does not float.

        A group for named owners beats one for named item types, which beats one for any; by name among equals.
        """
        fitting = [
            group
            for group in self.groups.values()
            if (not group.owners or owner in group.owners)
            and (not group.item_types or item_type in group.item_types)
            and (floats or not group.flagged)
        ]
        if not fitting:
            return ANYWHERE if floats else None
        return min(fitting, key=lambda group: (not group.owners, not group.item_types, group.group))

    def limit(self, branch: str, item_type: str) -> int | None:
        """How many copies of the type from elsewhere a branch keeps; None where nobody said."""
        own = self.limits.get(branch, {}).get(item_type)
        return self.limits.get("*", {}).get(item_type) if own is None else own

    def has_limit(self, item_type: str) -> bool:
        """Whether any branch has a limit for the type."""
        return any(item_type in by_type for by_type in self.limits.values())

    def walks(self, branch: str, other: str) -> bool:
        """Whether things are carried between two branches on foot."""
        return any(branch in walked and other in walked for walked in self.lanes.values())


def fold_floating(policy: Floating | None, fact: Fact) -> Floating:
    """The policy after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = policy or Floating()
    match fact.event:
        case FloatingGroupSet() as told:
            group = FloatingGroup(**asdict(told))
            return replace(before, groups={**before.groups, group.group: group})
        case FloatingGroupRemoved(group=name):
            return replace(before, groups=_without(before.groups, name))
        case FloatLimitSet(branch=branch, item_type=item_type, copies=copies):
            return replace(
                before, limits={**before.limits, branch: {**before.limits.get(branch, {}), item_type: copies}}
            )
        case FloatLimitRemoved(branch=branch, item_type=item_type):
            left = _without(before.limits.get(branch, {}), item_type)
            limits = {**before.limits, branch: left} if left else _without(before.limits, branch)
            return replace(before, limits=limits)
        case WalkedLanesSet(lanes=lanes, branches=branches):
            return replace(before, lanes={**before.lanes, lanes: branches})
        case WalkedLanesRemoved(lanes=lanes):
            return replace(before, lanes=_without(before.lanes, lanes))
        case TechnicalServicesSet(member=member, branch=None):
            return replace(before, services=_without(before.services, member))
        case TechnicalServicesSet(member=member, branch=str() as branch):
            return replace(before, services={**before.services, member: branch})
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about floating ({fact.stream})")


def _without(mapping: Mapping[str, _V], name: str) -> dict[str, _V]:
    return {key: value for key, value in mapping.items() if key != name}
