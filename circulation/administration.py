"""
Setting up the network: branches and hubs, delivery terms, closures.

Each use-case is one command on one stream: a pure decision says which events it takes, if any.
What is the case already is not recorded again. Vans, trunk runs and roads are set up in
`logistics/administration.py`, people who act in `staff.py`, rules in `policy_desk.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from datetime import date

from circulation.actor import Role
from circulation.barcode import parse_name
from circulation.branch import (
    Branch,
    BranchDescribed,
    BranchOpened,
    BranchRetired,
    DeliveryTerms,
    DeliveryTermsSet,
    HubMarked,
    HubUnmarked,
    branch_stream,
)
from circulation.calendar import parse_spans, zone_of
from circulation.closure import Closed, ClosureDeclared, ClosureWithdrawn, closure_stream
from circulation.command import Caller, Commands
from circulation.directory import branches, require_branch, require_member, unknown_branch
from circulation.errors import Invalid, Refused, Unknown
from circulation.event import Appended, Event
from circulation.folds import BRANCH, CLOSURES
from circulation.ledger import Ledger
from circulation.messages.names import Names

__all__ = [
    "Administration",
    "check_branch",
    "check_scope",
    "declare_closure",
    "describe_branch",
    "mark_hub",
    "parse_day",
    "retire_branch",
    "set_delivery_terms",
    "unmark_hub",
    "withdraw_closure",
]

COORDINATORS = (Role.COORDINATOR,)
DESK_AND_COORDINATORS = (Role.COORDINATOR, Role.DESK)


# --- decisions: branches ---------------------------------------------------------------------------------------------


def check_branch(code: str, described: BranchOpened) -> None:
    """
    Raises `Invalid` where a description cannot be true.

    `branch.off-the-map` for coordinates out of range or 0, 0; `calendar.zone`; `hours.unreadable`.
    """
    latitude, longitude = described.latitude_e6 / 1e6, described.longitude_e6 / 1e6
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or (latitude, longitude) == (0, 0):
        raise Invalid("branch.off-the-map", code=code, latitude=latitude, longitude=longitude)
    zone_of(described.time_zone)
    for hours in described.hours:
        parse_spans(hours)


def describe_branch(branch: Branch | None, described: BranchOpened) -> tuple[Event, ...]:
    """A place joins, or its description is replaced; nothing where it says what is known already."""
    if branch is None:
        return (described,)
    fields = asdict(described)
    source = fields.pop("source")
    told = {name: getattr(branch, name) for name in fields}
    if told == fields and not branch.retired:
        return ()
    return (BranchDescribed(**fields, source=source),)


def retire_branch(branch: Branch, reason: str) -> tuple[Event, ...]:
    """A place leaves. Raises `Refused` (`branch.is-hub`): others are served from it."""
    if branch.serves is not None:
        raise Refused("branch.is-hub", branch=branch.code, serves=len(branch.serves))
    return () if branch.retired else (BranchRetired(reason=reason),)


def mark_hub(branch: Branch, serves: Collection[str], known: Collection[str]) -> tuple[Event, ...]:
    """The place becomes a hub for the branches it serves. Raises `Unknown` (`branch.unknown`)."""
    for code in serves:
        if code not in known:
            raise unknown_branch(code, known)
    served = tuple(sorted(set(serves)))
    return () if branch.serves == served else (HubMarked(serves=served),)


def unmark_hub(branch: Branch) -> tuple[Event, ...]:
    """The place is no hub any more. Raises `Refused` (`hub.not-a-hub`)."""
    if branch.serves is None:
        raise Refused("hub.not-a-hub", branch=branch.code)
    return (HubUnmarked(),)


def set_delivery_terms(branch: Branch, terms: DeliveryTerms, row: str | None = None) -> tuple[Event, ...]:
    """
    When and how a van may call.

    Raises `Invalid`: `hours.unreadable`, `delivery.minutes` (0 to 240), `delivery.tote-seconds` (0 to 600).
    """
    for window in terms.windows or ():
        parse_spans(window)
    if not 0 <= terms.minutes <= 240:
        raise Invalid("delivery.minutes", minutes=terms.minutes)
    if not 0 <= terms.tote_seconds <= 600:
        raise Invalid("delivery.tote-seconds", tote_seconds=terms.tote_seconds)
    return () if branch.terms == terms else (DeliveryTermsSet(terms=terms, row=row),)


# --- decisions: closures ---------------------------------------------------------------------------------------------


def parse_day(text: str) -> str:
    """A day as `2026-12-25`. Raises `Invalid` (`day.unreadable`)."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise Invalid("day.unreadable", text=text[:40]) from None


def declare_closure(
    closures: Sequence[Closed], first: str, last: str, reason: str, *, replaces: str | None = None
) -> tuple[Event, ...]:
    """
    Closed from one day to another, both included; nothing where just that is declared already, for whatever reason.

    `replaces` names the closure that is put right by this one, if it holds.
    Raises `Invalid` (`closure.ends-before-it-begins`).
    """
    first, last = parse_day(first), parse_day(last)
    if last < first:
        raise Invalid("closure.ends-before-it-begins", first=first, last=last)
    if any((c.first, c.last) == (first, last) for c in closures):
        return ()
    taken = {c.closure for c in closures}
    closure = replaces if replaces in taken and replaces is not None else first
    number = 1
    while closure in taken and closure != replaces:
        number += 1
        closure = f"{first}-{number}"
    return (ClosureDeclared(closure=closure, first=first, last=last, reason=reason),)


def withdraw_closure(closures: Sequence[Closed], scope: str, closure: str) -> tuple[Event, ...]:
    """A closure does not hold any more. Raises `Unknown` (`closure.unknown`)."""
    if all(c.closure != closure for c in closures):
        raise Unknown("closure.unknown", scope=scope, closure=closure[:40], closures=Names(c.closure for c in closures))
    return (ClosureWithdrawn(closure=closure),)


def check_scope(ledger: Ledger, scope: str) -> None:
    """
    That a scope (`all`, `member/<name>`, `branch/<code>`) closes somebody.

    Raises `Invalid` (`closure.scope`) and `Unknown` (`branch.unknown`, `branch.retired`, `member.unknown`).
    """
    kind, _, name = scope.partition("/")
    if kind == "branch":
        require_branch(ledger, name)
    elif kind == "member":
        require_member(ledger, name)
    elif scope != "all":
        raise Invalid("closure.scope", scope=scope[:60])


# --- use-cases -------------------------------------------------------------------------------------------------------


class Administration:
    """The use-cases on branches and closures."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._ledger = commands.ledger

    def describe_branch(
        self, caller: Caller, code: str, described: BranchOpened, *, request: str | None = None
    ) -> Appended:
        """Open a branch, or replace its description. Raises `Invalid` as `check_branch` does."""
        code = parse_name(code, what="branch")
        check_branch(code, described)
        return self._commands.change(
            caller,
            "network add",
            {"branch": code, **asdict(described)},
            (branch_stream(code), BRANCH),
            lambda branch: describe_branch(branch, described),
            roles=COORDINATORS,
            request=request,
        )

    def retire_branch(self, caller: Caller, code: str, reason: str, *, request: str | None = None) -> Appended:
        """Take a branch out of the network. Raises `Unknown` and `Refused` (`branch.is-hub`)."""
        sealed = self._commands.sealed(reason.strip())
        return self._on_branch(caller, "network retire", code, {}, lambda b: retire_branch(b, sealed), request)

    def mark_hub(self, caller: Caller, code: str, serves: Collection[str], *, request: str | None = None) -> Appended:
        """Make a branch or depot the hub of the branches that it serves. Raises `Unknown` (`branch.unknown`)."""
        return self._on_branch(
            caller,
            "network hub",
            code,
            {"serves": sorted(serves)},
            lambda b: mark_hub(b, serves, branches(self._ledger)),
            request,
        )

    def unmark_hub(self, caller: Caller, code: str, *, request: str | None = None) -> Appended:
        """Make a hub an ordinary place again. Raises `Unknown` and `Refused` (`hub.not-a-hub`)."""
        return self._on_branch(caller, "network hub", code, {"remove": True}, unmark_hub, request)

    def set_delivery_terms(
        self, caller: Caller, code: str, terms: DeliveryTerms, *, row: str | None = None, request: str | None = None
    ) -> Appended:
        """Say when and how a van may call at a branch. Raises `Unknown` and `Invalid`."""
        return self._on_branch(
            caller,
            "calendar delivery",
            code,
            asdict(terms),
            lambda b: set_delivery_terms(b, terms, row),
            request,
        )

    def declare_closure(
        self,
        caller: Caller,
        scope: str,
        first: str,
        last: str,
        reason: str,
        *,
        replaces: str | None = None,
        request: str | None = None,
    ) -> Appended:
        """
        Close a scope (`all`, `member/<name>`, `branch/<code>`) from one day to another, both included.

        Raises `Invalid` (`day.unreadable`, `closure.ends-before-it-begins`, `closure.scope`) and `Unknown`.
        """
        check_scope(self._ledger, scope)
        sealed = self._commands.sealed(reason.strip())
        return self._commands.change(
            caller,
            "calendar close",
            {"scope": scope, "first": first, "last": last},
            (closure_stream(scope), CLOSURES),
            lambda closures: declare_closure(closures or (), first, last, sealed, replaces=replaces),
            roles=DESK_AND_COORDINATORS,
            request=request,
        )

    def withdraw_closure(self, caller: Caller, scope: str, closure: str, *, request: str | None = None) -> Appended:
        """Take a closure back. Raises `Invalid` (`closure.scope`) and `Unknown`."""
        check_scope(self._ledger, scope)
        return self._commands.change(
            caller,
            "calendar withdraw",
            {"scope": scope, "closure": closure},
            (closure_stream(scope), CLOSURES),
            lambda closures: withdraw_closure(closures or (), scope, closure),
            roles=DESK_AND_COORDINATORS,
            request=request,
        )

    def _on_branch(
        self,
        caller: Caller,
        name: str,
        code: str,
        arguments: dict[str, object],
        decide: Callable[[Branch], Sequence[Event]],
        request: str | None,
    ) -> Appended:
        def on_known(branch: Branch | None) -> Sequence[Event]:
            return decide(branch if branch is not None and not branch.retired else require_branch(self._ledger, code))

        return self._commands.change(
            caller,
            name,
            {"branch": code, **arguments},
            (branch_stream(code), BRANCH),
            on_known,
            roles=COORDINATORS,
            request=request,
        )
