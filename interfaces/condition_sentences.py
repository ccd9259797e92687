"""
What a fact about the condition of a copy says, as one sentence for a person; it names no patron.

A part of `sentences.py`.
"""

from __future__ import annotations

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
from circulation.condition_words import keeper
from circulation.event import Event
from circulation.foreign import ForeignItemClosed, ForeignItemReceived, ForeignItemSeen
from circulation.messages.catalogue import told
from circulation.messages.names import Names

__all__ = ["condition_sentence"]


def condition_sentence(event: Event) -> str:
    """The sentence; empty for a fact of another kind."""
    return _of_copy(event) or _of_loan(event) or _of_stranger(event)


def _of_copy(event: Event) -> str:
    match event:
        case ConditionReported(what=what, at=at, van=van, code=code, custodies=custodies):
            note, had = told(f"note.{code}"), "; ".join(keeper(one) for one in custodies) or keeper(None)
            if van:
                return told("history.condition-reported:van", what=what, van=van, note=note, had=had)
            return told("history.condition-reported", what=what, at=at, note=note, had=had)
        case ItemWithdrawn(at=at, code=code):
            place, note = at or told("phrase.office"), told(f"note.{code}")
            return told("history.withdrawn", place=place, note=note)
        case ItemDeclaredLost(why=why, last=last):
            return told("history.declared-lost", why=why, keeper=keeper(last))
        case LostItemPaid():
            return told("history.lost-item-paid")
        case LostItemReturned(branch=branch, was=was, owner=owner):
            return told("history.lost-item-returned", was=was, branch=branch, owner=owner)
        case ItemFound(branch=branch, was=was):
            return told("history.found", was=was, branch=branch)
        case ItemUnlocated(code=code, last=last):
            return told("history.unlocated", code=code, keeper=keeper(last))
        case TransitOverdue(search=search, last=last):
            return told("history.transit-overdue", keeper=keeper(last), search=Names(search))
        case ItemSearched(at=at, found=found):
            return told("history.searched:found" if found else "history.searched", at=at)
        case ItemRestored(was=was, why=why):
            return told("history.restored", was=was, why=why)
        case _:
            return ""


def _of_loan(event: Event) -> str:
    match event:
        case LoanClaimedReturned(said=said, search=search):
            return (
                told("history.loan-claimed-returned:at", said=said, search=Names(search))
                if said
                else told("history.loan-claimed-returned", search=Names(search))
            )
        case LoanClaimRejected(loan=loan):
            return told("history.loan-claim-rejected", loan=loan)
        case LoanClosedMissing(loan=loan, why=why):
            return told("history.loan-closed-missing", loan=loan, why=why)
        case _:
            return ""


def _of_stranger(event: Event) -> str:
    match event:
        case ForeignItemReceived(branch=branch, network=network, destination=destination):
            return told("history.foreign-item-received", network=network, branch=branch, destination=destination)
        case ForeignItemSeen(branch=branch):
            return told("history.foreign-item-seen", branch=branch)
        case ForeignItemClosed(branch=branch, how=how):
            place = branch or told("phrase.office")
            return told("history.foreign-item-closed", place=place, how=how)
        case _:
            return ""
