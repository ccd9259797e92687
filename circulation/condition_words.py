"""
What a person is told about the condition of a copy, and about what is no item of ours, from the facts alone.

A part of `receipt.py`, which says what to do with what lies on the desk.
"""

from __future__ import annotations

from collections.abc import Sequence

from circulation.clock import iso
from circulation.condition import (
    ConditionReported,
    ItemDeclaredLost,
    ItemFound,
    ItemRestored,
    ItemSearched,
    ItemUnlocated,
    ItemWithdrawn,
    LoanClaimedReturned,
    LoanClaimRejected,
    LoanClosedMissing,
    LostItemPaid,
    LostItemReturned,
    TransitOverdue,
)
from circulation.custody import Handover
from circulation.event import Event, Fact
from circulation.foreign import ForeignItemClosed, ForeignItemReceived, ForeignItemSeen
from circulation.hold import HoldTargeted
from circulation.messages.catalogue import together, told
from circulation.messages.names import Names
from circulation.saying import Receipt, say
from circulation.unknown import UnknownCodeClosed

__all__ = ["also_told", "condition_words", "keeper", "now_asks"]


def condition_words(facts: Sequence[Fact]) -> Receipt | None:
    """The words for the facts of a command about a condition or about a foreign item; None for any other command."""
    then = now_asks(facts)
    found = any(isinstance(fact.event, ItemSearched) and fact.event.found for fact in facts)
    for fact in facts:
        receipt = None if found else _of_copy(fact.event, then)
        receipt = receipt or _of_loan(fact.event) or _of_stranger(fact)
        if receipt is not None:
            return receipt
    return None


def now_asks(facts: Sequence[Fact]) -> str:
    """Which branch a hold now asks for which copy, as a sentence; empty where none does."""
    asked = next((fact.event for fact in facts if isinstance(fact.event, HoldTargeted)), None)
    return "" if asked is None else told("hold.now-asks", hold=asked.hold, branch=asked.branch, item=asked.item)


def also_told(facts: Sequence[Fact]) -> str:
    """What a scan also says: that the copy was given up or looked for, and what is wrong with it."""
    also = []
    for fact in facts:
        match fact.event:
            case LostItemReturned(was=was, lost_us=lost_us, owner=owner, paid=paid):
                also.append(told("came-in.given-up", was=was, since=iso(lost_us)[:10], owner=owner))
                if paid:
                    also.append(told("came-in.paid-for"))
            case ItemFound(was=was, since_us=since_us):
                also.append(told("came-in.absent", was=was, since=iso(since_us)[:10]))
            case _:
                for ground in getattr(fact.event, "grounds", None) or ():
                    code, _, rest = ground.partition(" ")
                    if code in ("place.unfit", "place.unfit-home"):
                        also.append(told("came-in.unfit", what=rest.split(" ")[0]))
    return together(*also)


def keeper(last: Handover | None) -> str:
    """Who had a copy last, in words."""
    if last is None:
        return told("phrase.nobody-known")
    since = iso(last.since_us)
    if last.filling:
        return told("phrase.keeper-in-tote", keeper=_holder(last), filling=last.filling, since=since)
    return told("phrase.keeper", keeper=_holder(last), since=since)


def _holder(last: Handover) -> str:
    match last.kind:
        case "branch":
            return last.place
        case "van":
            return told("phrase.van", van=last.place)
        case "patron":
            return told("phrase.patron")
        case "nowhere":
            return told("phrase.nobody-known")


def _of_copy(event: Event, then: str) -> Receipt | None:
    match event:
        case ConditionReported(what=what, code=code, custodies=custodies):
            note, last = told(f"note.{code}"), keeper(custodies[-1] if custodies else None)
            before = (told("condition.before", keeper=keeper(one)) for one in reversed(custodies[:-1]))
            then = together(*before, told("condition.scan-it"), then)
            return say("condition.reported", "aside", what=what, note=note, last=last, then=then)
        case ItemWithdrawn():
            return say("withdrawn", "aside", then=then)
        case ItemDeclaredLost(why=why, loan=loan, last=last):
            then = together(told("lost.loan-open", loan=loan) if loan else "", then)
            return say("lost", "done", why=why, keeper=keeper(last), then=then)
        case LostItemPaid():
            return say("lost.paid", "done")
        case ItemUnlocated(code=code, last=last):
            return say("transit.aborted", "done", code=code, keeper=keeper(last), then=then)
        case TransitOverdue(search=search, last=last):
            return say("transit.overdue", "done", keeper=keeper(last), search=Names(search))
        case ItemSearched():
            return say("searched", "done")
        case ItemRestored(was=was, why=why):
            return say("restored", "done", was=was, why=why, then=then)
        case _:
            return None


def _of_loan(event: Event) -> Receipt | None:
    match event:
        case LoanClaimedReturned(loan=loan, search=search):
            return say("claim.returned", "done", loan=loan, search=Names(search))
        case LoanClaimRejected(loan=loan):
            return say("claim.rejected", "done", loan=loan)
        case LoanClosedMissing(loan=loan, why=why):
            return say("claim.missing", "done", loan=loan, why=why)
        case _:
            return None


def _of_stranger(fact: Fact) -> Receipt | None:
    match fact.event:
        case ForeignItemReceived(branch=branch, network=network, destination=destination):
            return _send_on(fact, told("foreign.of-network", network=network), branch, destination)
        case ForeignItemSeen(branch=branch, destination=destination):
            return _send_on(fact, told("foreign.on-its-way"), branch, destination)
        case ForeignItemClosed(how=how):
            ref = fact.stream[8:]
            return say("foreign.closed", "done", ref=ref, how=how)
        case UnknownCodeClosed(entry=entry, how=how) if how != "foreign":
            branch = fact.stream[8:]
            return say("unknown.closed", "done", branch=branch, entry=entry, how=how)
        case _:
            return None


def _send_on(fact: Fact, came_in: str, branch: str, destination: str) -> Receipt:
    ref = fact.stream.removeprefix("foreign/")
    if destination == branch:
        return say("foreign.here", "aside", came_in=came_in, ref=ref)
    return say("foreign.send", "send", route_to=destination, came_in=came_in, ref=ref)
