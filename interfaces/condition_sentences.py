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
from circulation.condition_rules import NOTE_CODES
from circulation.condition_words import keeper
from circulation.event import Event
from circulation.foreign import ForeignItemClosed, ForeignItemReceived, ForeignItemSeen

__all__ = ["condition_sentence"]


def condition_sentence(event: Event) -> str:
    """The sentence; empty for a fact of another kind."""
    return _of_copy(event) or _of_loan(event) or _of_stranger(event)


def _of_copy(event: Event) -> str:
    match event:
        case ConditionReported(what=what, at=at, van=van, code=code, custodies=custodies):
            where = f"on van {van}" if van else f"at {at}"
            had = ", then ".join(keeper(one) for one in custodies) or "nobody that is known"
            return f"It was reported {what} {where}: {NOTE_CODES[code]}; it was last with {had}."
        case ItemWithdrawn(at=at, code=code):
            return f"It was withdrawn from the stock at {at or 'the office'}: {NOTE_CODES[code]}."
        case ItemDeclaredLost(why=why, last=last):
            return f"It was declared lost ({why}); last had by {keeper(last)}."
        case LostItemPaid():
            return "It was paid for, as another system says."
        case LostItemReturned(branch=branch, was=was, owner=owner):
            return f"It was {was} and came back at {branch}; {owner} is told."
        case ItemFound(branch=branch, was=was):
            return f"It was {was} and was found at {branch}."
        case ItemUnlocated(code=code, last=last):
            return f"Its journey was aborted ({code}); nobody knows where it is since {keeper(last)} had it."
        case TransitOverdue(search=search, last=last):
            return f"It is overdue on its way, last had by {keeper(last)}; to look for it: {', '.join(search)}."
        case ItemSearched(at=at, found=found):
            return f"It was looked for at {at} and {'found' if found else 'not found'}."
        case ItemRestored(was=was, why=why):
            return f"It is not {was} any more ({why})."
        case _:
            return ""


def _of_loan(event: Event) -> str:
    match event:
        case LoanClaimedReturned(said=said, search=search):
            where = f" at {said}" if said else ""
            return f"Its patron says that it is back{where}; to look for it: {', '.join(search)}."
        case LoanClaimRejected(loan=loan):
            return f"The claim that it is back was rejected; loan {loan} is an ordinary one again."
        case LoanClosedMissing(loan=loan, why=why):
            return f"Loan {loan} ended ({why}), and the copy is missing."
        case _:
            return ""


def _of_stranger(event: Event) -> str:
    match event:
        case ForeignItemReceived(branch=branch, network=network, destination=destination):
            return f"An item of {network} was received at {branch}; {destination} hands it over."
        case ForeignItemSeen(branch=branch):
            return f"It was seen at {branch} on its way back to its network."
        case ForeignItemClosed(branch=branch, how=how):
            return f"It was dealt with at {branch or 'the office'}: {how}."
        case _:
            return ""
