"""
The words of a receipt about the courier's service: what stays where it landed, and that service ends or is back.
"""

from __future__ import annotations

from collections.abc import Sequence

from circulation.event import Fact
from circulation.hold import HoldCaptured
from circulation.item import TransitOpened
from circulation.messages.catalogue import told
from circulation.messages.names import Names
from circulation.saying import Receipt, say
from circulation.service import ServiceResumed, ServiceSuspended, Suspension
from circulation.service_words import of_ground, suspended_words

__all__ = ["about_service", "stays_for_now"]


def stays_for_now(facts: Sequence[Fact], came_in: str) -> Receipt | None:
    """The words for a copy that has a way to go which the courier does not drive; None for any other."""
    for fact in facts:
        for ground in getattr(fact.event, "grounds", None) or ():
            code, _, what = ground.partition(" ")
            if code == "service.suspended":
                return _stays(facts, fact, what, came_in)
    return None


def _stays(facts: Sequence[Fact], fact: Fact, what: str, came_in: str) -> Receipt:
    destination, suspension = of_ground(what)
    opened = next((one.event for one in facts if isinstance(one.event, TransitOpened)), None)
    captured = next((one.event.hold for one in facts if isinstance(one.event, HoldCaptured)), None)
    return say(
        "service.stays",
        "aside",
        route_to=destination,
        reason=None if opened is None else opened.reason,
        hold=captured if opened is None else opened.hold,
        came_in=came_in,
        destination=destination,
        branch=getattr(fact.event, "branch", fact.desk),
        suspended=suspended_words(suspension),
    )


def about_service(facts: Sequence[Fact]) -> Receipt | None:
    """The words where service is suspended or resumed; None for other facts."""
    for fact in facts:
        match fact.event:
            case ServiceSuspended(suspension=name, scope=scope, first=first, last=last, reason=why, requests=refuses):
                then = told("note.requests-suspended") if refuses else told("note.requests-taken")
                suspension = Suspension(name, scope, first, last, why, refuses)
                return say("service.suspended", "done", suspended=suspended_words(suspension), then=then)
            case ServiceResumed(day=day):
                names = Names(one.event.suspension for one in facts if isinstance(one.event, ServiceResumed))
                return say("service.resumed", "done", day=day, services=names)
            case _:
                continue
    return None
