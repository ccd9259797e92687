"""
Everything that is known of one person and can still be opened, as it is given to them: plain values for JSON.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from circulation.borrower import Borrower
from circulation.clock import iso
from circulation.ended_links import ended_in
from circulation.event import Fact
from circulation.forgetting import PersonalDataRead
from circulation.hold import HoldCancelled, HoldExpired, HoldFilled, HoldPlaced
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
    of_stream: dict[str, set[int]] = defaultdict(set)
    readings = []
    for link in links_to(ledger, keyring, (patron,)):
        if isinstance(link.fact.event, PersonalDataRead):
            readings.append({"at": iso(link.fact.happened_us), "what": link.fact.event.what, "by": link.fact.actor})
        else:
            of_stream[link.fact.stream].add(link.key)
    loans: list[dict[str, object]] = []
    holds: list[dict[str, object]] = []
    for stream, keys in of_stream.items():
        facts = ledger.stream(stream)
        if stream.startswith("item/"):
            loans += _loans(keyring, facts, keys)
        elif stream.startswith("title/"):
            holds += _holds(keyring, facts, keys)
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


def _loans(keyring: Keyring, facts: Sequence[Fact], keys: Collection[int]) -> Iterator[dict[str, object]]:
    """The loans of a copy whose links have these keys."""
    ended = {one.what: one for one in ended_in("loan", facts)}
    now: dict[str, ItemLent | LoanRenewed] = {}
    reasons: dict[int, list[dict[str, object]]] = defaultdict(list)
    lent: dict[str, Fact] = {}
    for fact in facts:
        match fact.event:
            case ItemLent(loan=loan, key=key) if key in keys:
                lent[loan] = fact
                now[loan] = fact.event
            case LoanRenewed(loan=loan) if loan in lent:
                now[loan] = fact.event
            case RuleOverridden(rule=rule, key=key, why=why) if key in keys:
                reasons[key].append({"rule": rule, "why": why})
    for loan, fact in lent.items():
        first = fact.event
        if not isinstance(first, ItemLent):
            continue
        end = ended.get(loan)
        yield {
            "loan": loan,
            "item": fact.stream.removeprefix("item/"),
            "branch": first.branch,
            "lent": iso(fact.happened_us),
            "due": iso(now[loan].due_us),
            "renewals": now[loan].renewals,
            "ended": None if end is None else iso(end.recorded_us),
            "overridden": [
                {**one, "why": keyring.unseal(first.key, str(one["why"]), context=f"{loan} override")}
                for one in reasons[first.key]
            ],
        }


def _holds(keyring: Keyring, facts: Sequence[Fact], keys: Collection[int]) -> Iterator[dict[str, object]]:
    """The holds of a title whose links have these keys."""
    ends = {fact.event.hold: fact for fact in facts if isinstance(fact.event, HoldCancelled | HoldExpired | HoldFilled)}
    reasons: dict[int, list[RuleOverridden]] = defaultdict(list)
    for fact in facts:
        placed = fact.event
        if isinstance(placed, RuleOverridden) and placed.key in keys:
            reasons[placed.key].append(placed)
        if isinstance(placed, HoldPlaced) and placed.key in keys:
            end = ends.get(placed.hold)
            yield {
                "hold": placed.hold,
                "title": fact.stream.removeprefix("title/"),
                "pickup": placed.pickup,
                "placed": iso(fact.happened_us),
                "ended": None if end is None else iso(end.recorded_us),
                "how": None if end is None else type(end.event).__name__,
                "overridden": [
                    {"rule": one.rule, "why": keyring.unseal(one.key, one.why, context=f"{placed.hold} override")}
                    for one in reasons[placed.key]
                ],
            }
