"""
Claims about loans: the patron says that the copy is back, or that they never had it. Pure decisions.

As Evergreen does (circulation reference, 1.1 and cases 10 and 11): a loan that is claimed returned stays open, stops
being overdue and counts towards no limit; a copy that was never had is missing. Beyond it: every branch on the
copy's real way is asked to look for it, and each answer is a fact. Whose claim it is stands sealed on the loan,
and how many somebody has open is counted with the patron's claims outside the log.
"""

from __future__ import annotations

from collections.abc import Sequence

from circulation.clock import DAY_US, iso
from circulation.condition import LoanClaimedReturned, LoanClaimRejected, LoanClosedMissing
from circulation.condition_rules import LOST
from circulation.custody import Handover, Loan
from circulation.custody_path import last_custody, places_on
from circulation.declaring import Declared
from circulation.errors import Refused
from circulation.item import Item

__all__ = ["decide_claim_returned", "decide_expire", "decide_never_had", "decide_reject", "to_search"]

_MOST_SEARCHES = 12
"""A copy that floats has been nearly everywhere; it is looked for where it was last."""


def to_search(item: Item, loan: Loan, path: Sequence[Handover], said: str | None) -> tuple[str, ...]:
    """
    The branches that are to look for a copy: where the patron says that it is, where it was lent, the patron's own
    branch, the copy's home, and then every branch on its way, the latest first; at most twelve.
    """
    asked = (*((said,) if said else ()), loan.branch, loan.patron_home, item.home, *places_on(path))
    return tuple(dict.fromkeys(asked))[:_MOST_SEARCHES]


def decide_claim_returned(
    item: Item, *, at: str, said: str | None, path: Sequence[Handover], search: tuple[str, ...]
) -> Declared:
    """
    The fact of a claim that the copy is back.

    Raises `Refused`: `claim.not-on-loan`, `claim.already`, `claim.lost` for one that was given up before.
    """
    loan = _loan(item)
    absence = item.custody.absence
    if absence is not None and absence.what == "claimed-returned":
        raise Refused("claim.already", item=item.barcode, since=iso(absence.since_us))
    if absence is not None and absence.what in LOST:
        raise Refused("claim.lost", item=item.barcode, what=absence.what, since=iso(absence.since_us))
    claim = LoanClaimedReturned(loan=loan.loan, at=at, said=said, search=search, last=last_custody(path))
    return Declared((claim,))


def decide_never_had(item: Item, *, at: str, path: Sequence[Handover], search: tuple[str, ...]) -> Declared:
    """The fact that the loan ends because its patron never had the copy. Raises `Refused` (`claim.not-on-loan`)."""
    loan = _loan(item)
    # The loan is said to be wrong, so whoever had the copy before it had it last.
    before = [step for step in path if step.kind != "patron"]
    closed = LoanClosedMissing(loan=loan.loan, at=at, why="never-had", search=search, last=last_custody(before))
    return Declared((closed,))


def decide_reject(item: Item, *, at: str) -> Declared:
    """The fact that a claim does not hold. Raises `Refused` (`claim.none`)."""
    return Declared((LoanClaimRejected(loan=_claimed(item).loan, at=at),))


def decide_expire(item: Item, *, at: str, now_us: int, after_days: int) -> Declared:
    """
    The fact that a claim's time ran out: the loan ends, and the copy is missing (FOLIO's "mark as missing").

    Raises `Refused`: `claim.none`, `claim.unsearched` while a branch has not looked, `claim.too-young`.
    """
    loan, absence = _claimed(item), item.custody.absence
    if absence is None:
        raise AssertionError  # pragma: no cover - a claimed loan has an absence
    if absence.to_search:
        raise Refused("claim.unsearched", item=item.barcode, to_search=", ".join(absence.to_search))
    if now_us < absence.since_us + after_days * DAY_US:
        raise Refused("claim.too-young", item=item.barcode, since=iso(absence.since_us), after_days=after_days)
    return Declared((LoanClosedMissing(loan=loan.loan, at=at, why="claim-expired", last=absence.last),))


def _loan(item: Item) -> Loan:
    if item.custody.loan is None:
        raise Refused("claim.not-on-loan", item=item.barcode)
    return item.custody.loan


def _claimed(item: Item) -> Loan:
    loan, absence = item.custody.loan, item.custody.absence
    if loan is None or absence is None or absence.what != "claimed-returned":
        raise Refused("claim.none", item=item.barcode)
    return loan
