"""
Where the courier does not drive for now: suspensions of a lane, a branch, a hub or all of it, on `service/courier`.

What lands on a suspended way stays where it landed, as a fact with its journey open, and waits. A suspension may also
refuse new requests that would have to come that way (circulation reference, section 3: New Jersey 2018 suspended
requests and kept returns where they landed). What it means for a van or an expected day is worked out in
`logistics/ways.py`. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from circulation.errors import Invalid, Unknown
from circulation.event import Event, Fact, event
from circulation.words import worded

__all__ = [
    "SERVICE",
    "ServiceResumed",
    "ServiceSuspended",
    "Suspension",
    "Suspensions",
    "fold_suspensions",
    "resume",
    "suspend",
    "that_blocks",
    "that_refuses",
]

SERVICE = "service/courier"
"""The stream of the suspensions."""


@worded("reason")
@event
class ServiceSuspended(Event):
    """
    The courier does not serve a scope from the day `first` to the day `last`, both included; without it until resumed.

    The scope is `all`, `hub/<code>` (its vans and trunk runs), `branch/<code>`, or `lane/<from>/<to>`: a leg between
    two places, or all that sets out at the one for the other. With `requests` no hold is placed that would have to
    come over it.
    """

    suspension: str
    scope: str
    first: str
    last: str | None = None
    reason: str
    requests: bool = False


@event
class ServiceResumed(Event):
    """A suspension is over: `day` is the first day with service again."""

    suspension: str
    day: str


@dataclass(frozen=True, slots=True)
class Suspension:
    """One suspension, over or not; see `ServiceSuspended` for the fields."""

    suspension: str
    scope: str
    first: str
    last: str | None
    reason: str
    requests: bool

    def holds_on(self, day: str) -> bool:
        """Whether there is no service on that day (`2026-11-24`)."""
        return self.first <= day and (self.last is None or day <= self.last)

    def blocks(self, path: Sequence[str]) -> bool:
        """Whether it lies on the way over these places, from the first to the last."""
        if len(path) < 2:
            return False
        kind, _, where = self.scope.partition("/")
        match kind:
            case "all":
                return True
            case "hub":
                return where in path
            case "branch":
                return where in (path[0], path[-1])
            case _:
                origin, _, destination = where.partition("/")
                return (origin, destination) in ((path[0], path[-1]), *pairwise(path))

    @property
    def cited(self) -> str:
        """It in one line for the grounds of a scan: name, scope, days, reason."""
        return f"{self.suspension} {self.scope} {self.first}/{self.last or ''} {self.reason}"


Suspensions = tuple[Suspension, ...]
"""Every suspension in the order in which they were declared, those that are over too."""


def fold_suspensions(suspensions: Suspensions | None, fact: Fact) -> Suspensions:
    """The suspensions after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = suspensions or ()
    match fact.event:
        case ServiceSuspended() as told:
            return (
                *before,
                Suspension(told.suspension, told.scope, told.first, told.last, told.reason, told.requests),
            )
        case ServiceResumed(suspension=name, day=day):
            return tuple(replace(one, last=_day_before(day)) if one.suspension == name else one for one in before)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about the courier's service ({fact.stream})")


def that_blocks(suspensions: Iterable[Suspension], path: Sequence[str], day: str) -> Suspension | None:
    """The first suspension that holds on a day and lies on the way over these places; None for none."""
    return next((one for one in suspensions if one.holds_on(day) and one.blocks(path)), None)


def that_refuses(suspensions: Iterable[Suspension], paths: Sequence[Sequence[str]], day: str) -> Suspension | None:
    """
    The suspension for which a hold is refused: each of the ways on which a copy could come is blocked by one that
    suspends requests. None where a way is free, or where there is no copy at all.
    """
    refusing = [one for one in suspensions if one.requests]
    blocking = [that_blocks(refusing, path, day) for path in paths]
    return None if not blocking or None in blocking else blocking[0]


def suspend(
    suspensions: Suspensions, scope: str, *, first: str, last: str | None, reason: str, requests: bool
) -> tuple[Event, ...]:
    """
    Service is suspended; nothing where just that holds already, for whatever `reason`.

    Raises `Invalid` (`service.no-reason`, `service.ends-before-it-begins`).
    """
    if not reason.strip():
        raise Invalid("service.no-reason")
    if last is not None and last < first:
        raise Invalid("service.ends-before-it-begins", first=first, last=last)
    asked = (scope, first, last, requests)
    if any((one.scope, one.first, one.last, one.requests) == asked for one in suspensions):
        return ()
    name = f"S{len(suspensions) + 1}"
    return (ServiceSuspended(suspension=name, scope=scope, first=first, last=last, reason=reason, requests=requests),)


def resume(suspensions: Suspensions, scope: str, day: str) -> tuple[Event, ...]:
    """
    Every suspension of just that scope that would hold on that day or later is over from then on.

    Raises `Unknown` (`service.not-suspended`), naming what is suspended.
    """
    over = [one for one in suspensions if one.scope == scope and (one.last is None or one.last >= day)]
    if not over:
        held = sorted({one.scope for one in suspensions if one.last is None or one.last >= day})
        raise (
            Unknown("service.not-suspended", scope=scope, day=day, held=", ".join(held))
            if held
            else Unknown("service.not-suspended:nothing", scope=scope, day=day)
        )
    return tuple(ServiceResumed(suspension=one.suspension, day=day) for one in over)


def _day_before(day: str) -> str:
    return date.fromordinal(date.fromisoformat(day).toordinal() - 1).isoformat()
