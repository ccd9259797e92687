"""
A suspension of the courier's service in words, wherever it is the reason: receipts, refusals, plans.
"""

from __future__ import annotations

from dataclasses import replace

from circulation.messages.catalogue import told
from circulation.service import Suspension

__all__ = ["of_ground", "refused_words", "scope_words", "suspended_words"]


def scope_words(scope: str) -> str:
    """What is suspended: `the van to and from bath`."""
    kind, _, where = scope.partition("/")
    match kind:
        case "all":
            return told("phrase.service.all")
        case "hub":
            return told("phrase.service.hub", hub=where)
        case "branch":
            return told("phrase.service.branch", branch=where)
        case _:
            origin, _, destination = where.partition("/")
            return told("phrase.service.lane", origin=origin, destination=destination)


def suspended_words(suspension: Suspension) -> str:
    """What is suspended, since when, until when and why, to be taken up by a sentence."""
    service, first, last, why = scope_words(suspension.scope), suspension.first, suspension.last, suspension.reason
    if last is None:
        return told("phrase.suspended.open", service=service, first=first, why=why)
    if first == last:
        return told("phrase.suspended.day", service=service, day=first, why=why)
    return told("phrase.suspended", service=service, first=first, last=last, why=why)


def refused_words(suspension: Suspension) -> str:
    """The same for a refusal, which tells the suspension's name in place of what somebody typed as its reason."""
    return suspended_words(replace(suspension, reason=suspension.suspension))


def of_ground(what: str) -> tuple[str, Suspension]:
    """The destination and the suspension that the ground `service.suspended` of a scan was about."""
    destination, name, scope, days, reason = what.split(" ", 4)
    first, _, last = days.partition("/")
    return destination, Suspension(name, scope, first, last or None, reason, False)
