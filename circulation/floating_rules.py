"""
Changing the floating policy: groups, limits, walked lanes, technical services (`floating.py`).

Each use-case is one command on the policy's stream; what is the case already is not recorded again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict

from circulation.actor import Role
from circulation.barcode import parse_name
from circulation.command import Caller, Commands
from circulation.directory import require_branch, require_member
from circulation.errors import Invalid, Unknown
from circulation.event import Appended, Event
from circulation.floating import (
    FLOATING,
    Floating,
    FloatingGroup,
    FloatingGroupRemoved,
    FloatingGroupSet,
    FloatLimitRemoved,
    FloatLimitSet,
    TechnicalServicesSet,
    WalkedLanesRemoved,
    WalkedLanesSet,
)
from circulation.folds import FLOATING_FOLD
from circulation.messages.names import Names

__all__ = [
    "FloatingRules",
    "remove_group",
    "remove_lanes",
    "remove_limit",
    "set_group",
    "set_lanes",
    "set_limit",
    "set_services",
]

_COORDINATORS = (Role.COORDINATOR,)


# --- decisions -------------------------------------------------------------------------------------------------------


def set_group(policy: Floating, group: FloatingGroup) -> tuple[Event, ...]:
    """
    A group is set or replaced.

    Raises `Invalid`: `floating.no-branches`; `floating.homing-days` (1 to 3,650), `floating.title-copies` (1 to 999).
    """
    if not group.branches:
        raise Invalid("floating.no-branches", group=group.group)
    if group.homing_days is not None and not 1 <= group.homing_days <= 3650:
        raise Invalid("floating.homing-days", homing_days=group.homing_days)
    if group.title_copies is not None and not 1 <= group.title_copies <= 999:
        raise Invalid("floating.title-copies", title_copies=group.title_copies)
    return () if policy.groups.get(group.group) == group else (FloatingGroupSet(**asdict(group)),)


def remove_group(policy: Floating, name: str) -> tuple[Event, ...]:
    """A group does not hold any more. Raises `Unknown` (`floating.unknown-group`)."""
    if name not in policy.groups:
        raise Unknown("floating.unknown-group", group=name[:60], groups=Names(sorted(policy.groups)))
    return (FloatingGroupRemoved(group=name),)


def set_limit(policy: Floating, branch: str, item_type: str, copies: int) -> tuple[Event, ...]:
    """A branch (`*`: every other one) keeps so many from elsewhere. Raises `Invalid` (`floating.limit`)."""
    if not 0 <= copies <= 1_000_000:
        raise Invalid("floating.limit", copies=copies)
    if policy.limits.get(branch, {}).get(item_type) == copies:
        return ()
    return (FloatLimitSet(branch=branch, item_type=item_type, copies=copies),)


def remove_limit(policy: Floating, branch: str, item_type: str) -> tuple[Event, ...]:
    """A limit does not hold any more. Raises `Unknown` (`floating.unknown-limit`)."""
    known = [f"{item_type} at {branch}" for branch, by_type in policy.limits.items() for item_type in by_type]
    if f"{item_type} at {branch}" not in known:
        raise Unknown("floating.unknown-limit", item_type=item_type, branch=branch, known=Names(sorted(known)))
    return (FloatLimitRemoved(branch=branch, item_type=item_type),)


def set_lanes(policy: Floating, lanes: str, branches: Collection[str]) -> tuple[Event, ...]:
    """Branches are a walk apart. Raises `Invalid` (`floating.one-branch`)."""
    walked = tuple(sorted(set(branches)))
    if len(walked) < 2:
        raise Invalid("floating.one-branch", walked=walked[0])
    return () if policy.lanes.get(lanes) == walked else (WalkedLanesSet(lanes=lanes, branches=walked),)


def remove_lanes(policy: Floating, lanes: str) -> tuple[Event, ...]:
    """The branches are apart again. Raises `Unknown` (`floating.unknown-lanes`)."""
    if lanes not in policy.lanes:
        raise Unknown("floating.unknown-lanes", lanes=lanes[:60], policy_lanes=Names(sorted(policy.lanes)))
    return (WalkedLanesRemoved(lanes=lanes),)


def set_services(policy: Floating, member: str, branch: str | None) -> tuple[Event, ...]:
    """A member's withdrawn copies go to a branch, or with None to their homes."""
    return () if policy.services.get(member) == branch else (TechnicalServicesSet(member=member, branch=branch),)


# --- use-cases -------------------------------------------------------------------------------------------------------


class FloatingRules:
    """The use-cases on the floating policy."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._ledger = commands.ledger

    def set_group(self, caller: Caller, group: FloatingGroup, *, request: str | None = None) -> Appended:
        """Set or replace a group. Raises `Invalid` as `set_group` does, `Unknown` for branches and members."""
        parse_name(group.group, what="floating group")
        for scope in (*group.branches, *group.excludes):
            self._check_scope(scope)
        for owner in group.owners:
            require_member(self._ledger, owner)
        return self._change(caller, "floating set", asdict(group), lambda policy: set_group(policy, group), request)

    def remove_group(self, caller: Caller, name: str, *, request: str | None = None) -> Appended:
        """Remove a group; copies that float by it go home from their next scan on."""
        return self._change(
            caller, "floating remove", {"group": name}, lambda policy: remove_group(policy, name), request
        )

    def set_limit(
        self, caller: Caller, branch: str, item_type: str, copies: int | None, *, request: str | None = None
    ) -> Appended:
        """Set the limit of a branch (`*`: of every branch without its own) for a type; None removes it."""
        if branch != "*":
            require_branch(self._ledger, branch)
        return self._change(
            caller,
            "floating limit",
            {"branch": branch, "item_type": item_type, "copies": copies},
            lambda policy: (
                remove_limit(policy, branch, item_type)
                if copies is None
                else set_limit(policy, branch, item_type, copies)
            ),
            request,
        )

    def set_lanes(
        self, caller: Caller, lanes: str, branches: Collection[str], *, request: str | None = None
    ) -> Appended:
        """Say that things are carried between these branches on foot; none of them takes the lanes away."""
        parse_name(lanes, what="lanes")
        for branch in branches:
            require_branch(self._ledger, branch)
        return self._change(
            caller,
            "floating walk",
            {"lanes": lanes, "branches": sorted(branches)},
            lambda policy: set_lanes(policy, lanes, branches) if branches else remove_lanes(policy, lanes),
            request,
        )

    def set_services(self, caller: Caller, member: str, branch: str | None, *, request: str | None = None) -> Appended:
        """Say where a member's withdrawn copies go; None: to their homes."""
        require_member(self._ledger, member)
        if branch is not None:
            require_branch(self._ledger, branch)
        return self._change(
            caller,
            "floating services",
            {"member": member, "branch": branch},
            lambda policy: set_services(policy, member, branch),
            request,
        )

    def _change(
        self,
        caller: Caller,
        name: str,
        arguments: dict[str, object],
        decide: Callable[[Floating], Sequence[Event]],
        request: str | None,
    ) -> Appended:
        return self._commands.change(
            caller,
            name,
            arguments,
            (FLOATING, FLOATING_FOLD),
            lambda policy: decide(policy or Floating()),
            roles=_COORDINATORS,
            request=request,
        )

    def _check_scope(self, scope: str) -> None:
        kind, _, name = scope.partition("/")
        if kind == "branch":
            require_branch(self._ledger, name)
        elif kind == "member":
            require_member(self._ledger, name)
        elif scope != "all":
            raise Invalid("floating.scope", scope=scope[:60])
