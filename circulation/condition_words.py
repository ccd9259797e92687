"""
What a person is told about the condition of a copy, and about what is no item of ours, from the facts alone.

A part of `receipt.py`, which says what to do with what lies on the desk.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

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
from circulation.condition_rules import NOTE_CODES
from circulation.custody import Handover
from circulation.event import Event, Fact
from circulation.foreign import ForeignItemClosed, ForeignItemReceived, ForeignItemSeen
from circulation.hold import HoldTargeted
from circulation.unknown import UnknownCodeClosed

__all__ = ["Words", "also_told", "condition_words", "keeper"]


class Words(NamedTuple):
    """The parts of a receipt that its facts decide."""

    code: str
    headline: str
    sentence: str
    signal: Literal["shelve", "hold-shelf", "send", "aside", "done"] = "done"
    route_to: str | None = None
    slip: tuple[str, ...] = ()


def condition_words(facts: Sequence[Fact]) -> Words | None:
    """The words for the facts of a command about a condition or about a foreign item; None for any other command."""
    asked = next((fact.event for fact in facts if isinstance(fact.event, HoldTargeted)), None)
    then = "" if asked is None else f" Hold {asked.hold} now asks {asked.branch} for {asked.item}."
    found = any(isinstance(fact.event, ItemSearched) and fact.event.found for fact in facts)
    for fact in facts:
        told = None if found else _of_copy(fact.event, then)
        told = told or _of_loan(fact.event) or _of_stranger(fact)
        if told is not None:
            return told
    return None


def also_told(facts: Sequence[Fact]) -> str:
    """What a scan also says: that the copy was given up or looked for, and what is wrong with it."""
    told = ""
    for fact in facts:
        match fact.event:
            case LostItemReturned(was=was, lost_us=lost_us, owner=owner, paid=paid):
                money = " It was paid for: a refund is its owner's to decide." if paid else ""
                told += f" It was {was} since {iso(lost_us)[:10]}; {owner} is told.{money}"
            case ItemFound(was=was, since_us=since_us):
                told += f" It was {was} since {iso(since_us)[:10]}."
            case _:
                for ground in getattr(fact.event, "grounds", None) or ():
                    code, _, rest = ground.partition(" ")
                    if code in ("place.unfit", "place.unfit-home"):
                        told += f" It is {rest.split(' ')[0]} and fills no hold."
    return told


def keeper(last: Handover | None) -> str:
    """Who had a copy last, in words."""
    if last is None:
        return "nobody that is known"
    where = {"branch": last.place, "van": f"van {last.place}", "patron": "a patron", "nowhere": "nobody that is known"}
    inside = f" in {last.filling}" if last.filling else ""
    return f"{where[last.kind]}{inside} since {iso(last.since_us)}"


def _of_copy(event: Event, then: str) -> Words | None:
    match event:
        case ConditionReported(what=what, code=code, custodies=custodies):
            had = " Before: ".join(keeper(one) for one in reversed(custodies)) or "nobody that is known"
            sentence = f"It is {what}: {NOTE_CODES[code]}. It was with {had}. Scan it to send it for repair.{then}"
            return Words("condition.reported", f"Reported {what}", sentence, "aside")
        case ItemWithdrawn():
            return Words("withdrawn", "Withdrawn", f"It fills no hold; scan it to send it to its owner.{then}", "aside")
        case ItemDeclaredLost(why=why, loan=loan, last=last):
            still = f" Loan {loan} stays open until it is scanned." if loan else ""
            return Words("lost", "Lost", f"It is given up ({why}); last had by {keeper(last)}.{still}{then}")
        case LostItemPaid():
            return Words("lost.paid", "Paid for", "It was paid for; if it is scanned, its owner is told.")
        case ItemUnlocated(code=code, last=last):
            return Words(
                "transit.aborted",
                "Journey aborted",
                f"Its journey is given up ({code}); nobody knows where it is since {keeper(last)} had it.{then}",
            )
        case TransitOverdue(search=search, last=last):
            return Words(
                "transit.overdue",
                "Search for it",
                f"It is overdue on its way; last had by {keeper(last)}. To look for it: {', '.join(search)}.",
            )
        case ItemSearched():
            return Words("searched", "Not found", "It was looked for here and not found.")
        case ItemRestored(was=was, why=why):
            return Words("restored", "Restored", f"It is not {was} ({why}). Scan it to see where it belongs.{then}")
        case _:
            return None


def _of_loan(event: Event) -> Words | None:
    match event:
        case LoanClaimedReturned(loan=loan, search=search):
            sentence = f"Loan {loan} stays open and is not overdue. To look for it: {', '.join(search)}."
            return Words("claim.returned", "Claimed returned", sentence)
        case LoanClaimRejected(loan=loan):
            return Words("claim.rejected", "Claim rejected", f"Loan {loan} is an ordinary loan again.")
        case LoanClosedMissing(loan=loan, why=why):
            return Words("claim.missing", "Missing", f"Loan {loan} has ended ({why}); the copy is missing.")
        case _:
            return None


def _of_stranger(fact: Fact) -> Words | None:
    match fact.event:
        case ForeignItemReceived(branch=branch, network=network, destination=destination):
            return _send_on(fact, f"It belongs to {network}.", branch, destination)
        case ForeignItemSeen(branch=branch, destination=destination):
            return _send_on(fact, "It belongs to another network and is on its way.", branch, destination)
        case ForeignItemClosed(how=how):
            return Words("foreign.closed", "Dealt with", f"{fact.stream[8:]} is {how}.")
        case UnknownCodeClosed(entry=entry, how=how) if how != "foreign":
            return Words("unknown.closed", "Dealt with", f"{fact.stream[8:]}-{entry} is {how}.")
        case _:
            return None


def _send_on(fact: Fact, whose: str, branch: str, destination: str) -> Words:
    ref = fact.stream.removeprefix("foreign/")
    if destination == branch:
        sentence = f"{whose} It is handed over from here."
        return Words("foreign.here", "Hand over", sentence, "aside", None, ("HAND OVER", ref))
    sentence = f"{whose} It goes to {destination}, which hands it over."
    slip = (f"TO {destination}", "ANOTHER NETWORK'S", ref)
    return Words("foreign.send", f"Send to {destination}", sentence, "send", destination, slip)
