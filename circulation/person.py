"""
Everything that is known of one person and can still be opened, as it is given to them: plain values for JSON.
"""

from __future__ import annotations

from collections.abc import Mapping

from circulation.borrower import Borrower
from circulation.clock import iso
from circulation.ended_links import ended_in
from circulation.event import Fact
from circulation.folds import TITLE
from circulation.forgetting import PersonalDataRead
from circulation.hold import HoldCancelled, HoldExpired, HoldFilled, HoldPlaced, title_stream
from circulation.item import ItemLent, LoanRenewed
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.links import links_to
from circulation.override import RuleOverridden
from circulation.patron import PatronBlocked, PatronChanged, PatronRegistered, PatronUnblocked, patron_stream

__all__ = ["everything_of"]


def everything_of(
    ledger: Ledger, keyring: Keyring, borrower: Borrower, details: Mapping[str, str]
) -> dict[str, object]:
    """
    Registration with its history, loans and holds that are open or not yet aged, and who was shown their data.

    What was aged is not in it: nobody can tell any more that it was theirs.
    """
    patron = borrower.patron.patron
    loans, holds, readings = [], [], []
    for link in links_to(ledger, keyring, (patron,)):
        match link.fact.event:
            case ItemLent():
                loans.append(_loan(ledger, keyring, link.fact, link.fact.event))
            case HoldPlaced():
                holds.append(_hold(ledger, link.fact, link.fact.event))
            case PersonalDataRead(what=what):
                readings.append({"at": iso(link.fact.happened_us), "what": what, "by": link.fact.actor})
    return {
        "position": ledger.head().position,
        "person": dict(details),
        "category": borrower.patron.category,
        "home": borrower.patron.home,
        "blocks": list(borrower.patron.blocks),
        "history": [_registered(fact) for fact in ledger.stream(patron_stream(patron))],
        "loans": loans,
        "holds": holds,
        "readings": readings,
    }


def _registered(fact: Fact) -> dict[str, object]:
    told: dict[str, object] = {"at": iso(fact.happened_us), "what": type(fact.event).__name__, "desk": fact.desk}
    match fact.event:
        case PatronRegistered() | PatronChanged():
            told |= {"category": fact.event.category, "home": fact.event.home}
        case PatronBlocked() | PatronUnblocked():
            told["reason"] = fact.event.reason
    return told


def _loan(ledger: Ledger, keyring: Keyring, fact: Fact, lent: ItemLent) -> dict[str, object]:
    facts = ledger.stream(fact.stream)
    renewed = [later.event for later in facts if isinstance(later.event, LoanRenewed) and later.event.loan == lent.loan]
    ended = next((one for one in ended_in("loan", facts) if one.what == lent.loan), None)
    reasons = [
        {"rule": passed.event.rule, "why": keyring.unseal(lent.key, passed.event.why, context=f"{lent.loan} override")}
        for passed in facts
        if isinstance(passed.event, RuleOverridden) and passed.event.key == lent.key
    ]
    item = fact.stream.removeprefix("item/")
    return {
        "loan": lent.loan,
        "item": item,
        "branch": lent.branch,
        "lent": iso(fact.happened_us),
        "due": iso(renewed[-1].due_us if renewed else lent.due_us),
        "renewals": len(renewed),
        "ended": None if ended is None else iso(ended.recorded_us),
        "overridden": reasons,
    }


def _hold(ledger: Ledger, fact: Fact, placed: HoldPlaced) -> dict[str, object]:
    ends = (
        later
        for later in ledger.stream(fact.stream, after=fact.version)
        if isinstance(later.event, HoldCancelled | HoldExpired | HoldFilled) and later.event.hold == placed.hold
    )
    end = next(ends, None)
    title = fact.stream.removeprefix("title/")
    state = ledger.load(title_stream(title), TITLE).state
    return {
        "hold": placed.hold,
        "title": title if state is None else state.title_id,
        "pickup": placed.pickup,
        "placed": iso(fact.happened_us),
        "ended": None if end is None else iso(end.recorded_us),
        "how": None if end is None else type(end.event).__name__,
    }
