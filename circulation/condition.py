"""
What happens to the condition of a copy: facts of its stream, and how they change its custody.

A copy is reported damaged or incomplete, withdrawn, declared lost, claimed to be back, looked for, found, restored.
Which conditions there are, and who may set and undo each, is data in `condition_rules.py`.
Money is out of scope: `LostItemPaid` and `LostItemReturned` are there for the systems that handle it.
In these facts `at` is the branch where something was said; it places no copy.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from circulation.custody import Absence, Custody, Defect, DefectName, Handover, Place
from circulation.event import Event, Fact, event

__all__ = [
    "ConditionReported",
    "ItemDeclaredLost",
    "ItemFound",
    "ItemRestored",
    "ItemSearched",
    "ItemUnlocated",
    "ItemWithdrawn",
    "LoanClaimRejected",
    "LoanClaimedReturned",
    "LoanClosedMissing",
    "LostItemPaid",
    "LostItemReturned",
    "TransitOverdue",
    "fold_condition",
    "gone",
]


# --- the copy itself -----------------------------------------------------------------------------------------------


@event
class ConditionReported(Event):
    """
    A copy was found damaged or incomplete at a hand-over: at the branch `at`, or on `van`.

    `photo` is the SHA-256 of an attachment. `custodies` are the last two who had it, the later one last:
    the time in which it must have happened.
    """

    what: DefectName
    at: str
    code: str
    van: str | None = None
    photo: str | None = None
    custodies: tuple[Handover, ...] = ()


@event
class ItemWithdrawn(Event):
    """A copy leaves the stock: it fills no hold, and goes to its owner."""

    at: str
    code: str


# --- where it is not -----------------------------------------------------------------------------------------------


@event
class ItemDeclaredLost(Event):
    """
    A copy is given up, by `staff`, because its loan is `long-overdue`, or `in-transit`.

    An open `loan` stays open, with the copy in the patron's care, until the copy is scanned. `last` had it last.
    """

    at: str
    why: Literal["staff", "long-overdue", "in-transit"]
    loan: str | None = None
    transit: str | None = None
    last: Handover | None = None


@event
class LostItemPaid(Event):
    """Another system says that the lost copy was paid for; how much, and what becomes of it, is that system's."""

    at: str
    loan: str | None = None


@event
class LostItemReturned(Event):
    """
    A copy that was given up was scanned: for the systems that handle fees, and for its owner.

    `lost_us` is when it was declared lost, `loan` the loan that this scan closes, `paid` whether it was paid for.
    """

    branch: str
    was: str
    lost_us: int
    owner: str
    paid: bool
    loan: str | None = None


@event
class ItemFound(Event):
    """A copy that was absent for another reason was scanned; `loan` is the loan that this scan closes, if any."""

    branch: str
    was: str
    since_us: int
    loan: str | None = None


@event
class ItemUnlocated(Event):
    """Its journey was aborted at `at`: nobody knows where the copy is since `last` had it."""

    at: str
    transit: str
    code: str
    last: Handover | None = None


@event
class TransitOverdue(Event):
    """
    A journey has taken longer than `limit_us`, which its lane hardly ever takes: the branches in `search` look for it.

    `usual_us` is the time in which 95 of 100 journeys of the lane end, None where too few are known.
    """

    at: str
    transit: str
    limit_us: int
    usual_us: int | None = None
    search: tuple[str, ...] = ()
    last: Handover | None = None


@event
class ItemSearched(Event):
    """Somebody looked for an absent copy at a branch."""

    at: str
    found: bool


# --- claims about loans --------------------------------------------------------------------------------------------


@event
class LoanClaimedReturned(Event):
    """
    The patron says that the copy is back, at the branch `said` if they remember; those in `search` look for it.

    The loan stays open, is not overdue, and counts towards no limit.
    """

    loan: str
    at: str
    said: str | None = None
    search: tuple[str, ...] = ()
    last: Handover | None = None


@event
class LoanClaimRejected(Event):
    """The claim does not hold: the loan is an ordinary one again."""

    loan: str
    at: str


@event
class LoanClosedMissing(Event):
    """
    A loan ended without a return, and the copy is missing.

    The patron never had it (`never-had`), or said that it is back, and nobody found it in time (`claim-expired`).
    """

    loan: str
    at: str
    why: Literal["never-had", "claim-expired"]
    search: tuple[str, ...] = ()
    last: Handover | None = None


# --- taken back ----------------------------------------------------------------------------------------------------


@event
class ItemRestored(Event):
    """The condition `was` does not hold any more, or never did; `custody` is what holds instead."""

    at: str
    was: str
    custody: Custody
    why: str


# --- what they add up to -------------------------------------------------------------------------------------------


def gone(custody: Custody, absence: Absence, at_us: int) -> Custody:
    """The custody of a copy that nobody has: no place, no loan, no journey, set aside for nobody."""
    return replace(
        custody,
        place=Place(kind="nowhere"),
        custody_us=at_us,
        loan=None,
        transit=None,
        capture=None,
        target=None,
        absence=absence,
    )


def fold_condition(custody: Custody, fact: Fact) -> Custody:
    """The custody after one more fact of this file. Raises `TypeError` for another fact."""
    at_us = fact.happened_us
    match fact.event:
        case ConditionReported() as said:
            defect = Defect(what=said.what, since_us=at_us, at=said.at, code=said.code, photo=said.photo)
            return replace(custody, defect=defect)
        case ItemWithdrawn() as said:
            return replace(custody, defect=Defect(what="withdrawn", since_us=at_us, at=said.at, code=said.code))
        case ItemDeclaredLost() as lost:
            what: Literal["lost", "long-overdue", "lost-in-transit"] = "lost"
            if lost.why != "staff":
                what = "long-overdue" if lost.why == "long-overdue" else "lost-in-transit"
            absence = Absence(what=what, since_us=at_us, at=lost.at, last=lost.last)
            # On loan it is still the patron's: a return that happened before it was given up is no older than that.
            return gone(custody, absence, at_us) if custody.loan is None else replace(custody, absence=absence)
        case LostItemPaid() if custody.absence is not None:
            return replace(custody, absence=replace(custody.absence, what="lost-and-paid"))
        case ItemUnlocated() as said:
            return gone(custody, Absence(what="transit-aborted", since_us=at_us, at=said.at, last=said.last), at_us)
        case TransitOverdue() as late:
            absence = Absence(
                what="overdue-in-transit", since_us=at_us, at=late.at, last=late.last, to_search=late.search
            )
            return replace(custody, absence=absence)
        case ItemSearched() as searched:
            left = custody.absence
            if left is None:
                return custody
            to_search = tuple(branch for branch in left.to_search if branch != searched.at)
            return replace(custody, absence=replace(left, to_search=to_search))
        case LoanClaimedReturned() as claim:
            absence = Absence(
                what="claimed-returned", since_us=at_us, at=claim.at, last=claim.last, to_search=claim.search
            )
            return replace(custody, absence=absence)
        case LoanClaimRejected():
            return replace(custody, absence=None)
        case LoanClosedMissing() as closed:
            what_now: Literal["claimed-never-had", "missing"] = (
                "claimed-never-had" if closed.why == "never-had" else "missing"
            )
            absence = Absence(what=what_now, since_us=at_us, at=closed.at, last=closed.last, to_search=closed.search)
            return gone(custody, absence, at_us)
        case ItemFound() | LostItemReturned() | LostItemPaid():
            # The scan that comes with it says where the copy is, and so ends the absence.
            return custody
        case ItemRestored() as restored:
            return restored.custody
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about an item ({fact.stream})")
