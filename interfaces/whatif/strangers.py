"""
Patrons of whom nothing is known: in the place of the key store while a period is played again.

Nothing that is sealed is opened, so nobody knows which loans one person has together. Every hold, and every loan that
fills none, has a stranger of its own, with the category and home branch that stand in the clear.
"""

from __future__ import annotations

from circulation.event import NewEvents, Stamp
from circulation.ledger import Claim, ClaimChanges
from circulation.patron import PatronRegistered, patron_stream
from circulation.scratch_ledger import ScratchLedger

__all__ = ["SOMEBODY", "StrangerKeys", "meet"]

SOMEBODY = "stranger-before"
"""Whoever has a loan or hold from before the period."""


class StrangerKeys:
    """The questions that `Borrowers` asks of a key store; a stranger's card, id and link are one and the same text."""

    def patron_of(self, card: str) -> str:
        """The stranger who shows this as a card."""
        return card

    def holder(self, patron: str) -> bytes:
        """Whose claims they are."""
        return patron.encode()

    def new_key(self) -> int:
        """No key: nothing is sealed here."""
        return 0

    def seal(self, _key: int, plaintext: str, *, context: str) -> str:  # noqa: ARG002 - as a key store is asked
        """The stranger's own name as the link."""
        return plaintext

    def unseal(self, key: int, sealed: str, *, context: str) -> str:  # noqa: ARG002 - as a key store is asked
        """Who is behind a link that was made here; of one that was sealed before, nobody knows."""
        return SOMEBODY if key else sealed


def meet(scratch: ScratchLedger, name: str, *, category: str, home: str, hold: str | None = None) -> str:
    """Make a stranger known, with the hold that is theirs already, and return what they show as a card."""
    stamp = Stamp(scratch.now_us, "staff/what-if", "declared", "", "what-if", name, b"")
    registered = NewEvents(patron_stream(name), 0, (PatronRegistered(key=0, sealed="", category=category, home=home),))
    claims = None if hold is None else ClaimChanges(opened=(Claim(hold, name.encode(), "hold"),))
    scratch.append(stamp, (registered,), claims=claims)
    return name
