"""
From a person to everything that is linked to them and can still be opened, by reading the log once.

There is no table of this, on purpose: whoever holds one holds what everybody has read. So it costs a pass over the
log's links; it is asked when somebody is forgotten, wants their data, or a legal hold is lifted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from circulation.event import Fact
from circulation.forgetting import ACCESS, LEGAL_HOLDS, LegalHoldPlaced, PersonalDataRead
from circulation.hold import HoldPlaced
from circulation.item import ItemLent
from circulation.keyring import Keyring
from circulation.ledger import Ledger

__all__ = ["Link", "link_of", "links_to"]

_TYPES = tuple(kind.__name__ for kind in (ItemLent, HoldPlaced, LegalHoldPlaced, PersonalDataRead))
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Link:
    """A sealed link: `context` is what it is bound to, `patron` whom it leads to."""

    fact: Fact
    key: int
    sealed: str
    context: str
    patron: str = ""


def link_of(fact: Fact) -> Link | None:
    """The link in a fact, sealed; None where it has none."""
    match fact.event:
        case ItemLent(loan=loan, key=key, patron=sealed):
            return Link(fact, key, sealed, loan)
        case HoldPlaced(hold=hold, key=key, patron=sealed):
            return Link(fact, key, sealed, hold)
        case LegalHoldPlaced(key=key, patron=sealed):
            return Link(fact, key, sealed, LEGAL_HOLDS)
        case PersonalDataRead(key=int() as key, patron=str() as sealed):
            return Link(fact, key, sealed, ACCESS)
    return None


def links_to(ledger: Ledger, keyring: Keyring, people: Collection[str]) -> Iterator[Link]:
    """The links that open and lead to one of these patrons, by their random ids, in the order of the log."""
    after = 0
    while people and (facts := ledger.facts(after=after, limit=_AT_ONCE, types=_TYPES)):
        after = facts[-1].position
        found = [link for link in map(link_of, facts) if link is not None]
        living = keyring.living(link.key for link in found)
        for link in found:
            patron = keyring.unseal(link.key, link.sealed, context=link.context) if link.key in living else None
            if patron in people:
                yield Link(link.fact, link.key, link.sealed, link.context, patron or "")
