"""
From a card to a borrower and back from a sealed link: the only place where the desk meets the key store.

Deciders, folds and projections see an opaque reference; this file opens it for one decision and forgets it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_core import from_json, to_json

from circulation.actor import Role
from circulation.barcode import parse_barcode, parse_name
from circulation.command import ACTOR, Caller, Commands, Decision
from circulation.errors import Invalid, Refused, Unknown
from circulation.event import Appended, NewEvents
from circulation.folds import PATRON
from circulation.hold import title_of_hold
from circulation.keyring import Keyring
from circulation.ledger import ClaimChanges, Claims, Ledger
from circulation.override import Override, RuleOverridden
from circulation.patron import Patron, PatronBlocked, PatronRegistered, PatronUnblocked, patron_stream

__all__ = ["Borrower", "Borrowers", "as_bound"]

_STAFF = (Role.DESK, Role.COORDINATOR)


@dataclass(frozen=True, slots=True)
class Borrower:
    """A patron with what is open under their name; `holder` names them among the claims, and nowhere else."""

    patron: Patron
    version: int
    holder: bytes
    claims: Claims

    def holds_on(self, title: str) -> tuple[str, ...]:
        """The patron's own open holds on a title: one, or one for each of its parts."""
        return tuple(hold for hold in self.claims.holds if title_of_hold(hold) == title)


class Borrowers:
    """Finds and registers patrons."""

    def __init__(self, ledger: Ledger, keyring: Keyring, commands: Commands) -> None:
        self._ledger = ledger
        self._keyring = keyring
        self._commands = commands

    def by_card(self, card: str) -> Borrower:
        """The patron of a card. Raises `Unknown` (`patron.unknown`), never repeating the number."""
        patron = self._keyring.patron_of(as_bound(card))
        if patron is None:
            raise Unknown("patron.unknown")
        return self._read(patron)

    def of_link(self, *, key: int, sealed: str, context: str) -> Borrower | None:
        """The patron behind the sealed link of a loan or hold; None once its key is destroyed."""
        patron = self._keyring.unseal(key, sealed, context=context)
        return None if patron is None else self.by_id(patron)

    def by_id(self, patron: str, *, forgotten: bool = False) -> Borrower | None:
        """The patron with a random id; None if there is none, or none any more unless `forgotten` ones count."""
        loaded = self._ledger.load(patron_stream(patron), PATRON)
        if loaded.state is None or (loaded.state.forgotten and not forgotten):
            return None
        holder = self._keyring.holder(patron)
        return Borrower(loaded.state, loaded.version, holder, self._ledger.open_claims(holder))

    def is_card(self, code: str) -> bool:
        """Whether a scanned code is a patron's card, so that it is answered and not kept."""
        return self._keyring.patron_of(as_bound(code)) is not None

    def link(self, borrower: Borrower, context: str) -> tuple[int, str]:
        """A new key, and the link to the patron sealed under it."""
        key = self._keyring.new_key()
        return key, self._keyring.seal(key, borrower.patron.patron, context=context)

    def override(self, caller: Caller, why: str) -> Override | None:
        """The wish to pass the rules that stand in the way, as the caller's role allows it."""
        actor = self._ledger.load(caller.actor, ACTOR).state
        return None if actor is None else Override(actor.role, why)

    def overridden(self, passing: Override, key: int, context: str) -> tuple[RuleOverridden, ...]:
        """The facts of the rules that were passed; the reason is sealed with a loan or hold, and forgotten with it."""
        if not passing.passed:
            return ()
        return passing.facts(key, self._keyring.seal(key, passing.why.strip(), context=f"{context} override"))

    def register(
        self,
        caller: Caller,
        *,
        card: str,
        name: str,
        contact: str = "",
        category: str,
        home: str,
        request: str | None = None,
    ) -> Appended:
        """
        Register a patron: the name and contact are sealed, the card is bound in the key store.

        Raises `Refused` (`patron.card-taken`) and `Invalid` (`card.unreadable`, `patron.no-name`).
        """
        try:
            number = parse_barcode(card)
        except Invalid:
            raise Invalid("card.unreadable") from None
        if not name.strip():
            raise Invalid("patron.no-name")
        if self._keyring.patron_of(number) is not None:
            raise Refused("patron.card-taken")
        patron = secrets.token_hex(10)
        key = self._keyring.new_key()
        sealed = self._keyring.seal(
            key, to_json({"name": name.strip(), "contact": contact.strip(), "card": number}).decode(), context=patron
        )

        def decide(_at_us: int) -> Decision:
            event = PatronRegistered(key=key, sealed=sealed, category=category, home=home)
            return Decision((NewEvents(patron_stream(patron), 0, (event,)),))

        # The card is bound first: a bound card without a patron is refused like an unknown one, and can be bound anew.
        self._keyring.bind_card(number, patron)
        try:
            return self._commands.run(
                caller, "patron add", {"category": category, "home": home}, decide, roles=_STAFF, request=request
            )
        except BaseException:
            self._keyring.forget_card(number)
            raise

    def block(self, caller: Caller, card: str, reason: str, *, lift: bool = False) -> Appended:
        """Block a patron for a coded reason, or lift that block. Raises `Invalid` (`patron.reason`) for free text."""
        borrower = self.by_card(card)
        try:
            reason = parse_name(reason, what="reason")
        except Invalid:
            # What is written freely can name somebody, and stands in the clear for ever.
            raise Invalid("patron.reason") from None
        event = PatronUnblocked(reason=reason) if lift else PatronBlocked(reason=reason)

        def decide(_at_us: int) -> Decision:
            loaded = self._ledger.load(patron_stream(borrower.patron.patron), PATRON)
            # The claims' version moves too: a loan decided before the block must not be recorded after it.
            claims = self._ledger.open_claims(borrower.holder)
            return Decision(
                (NewEvents(patron_stream(borrower.patron.patron), loaded.version, (event,)),),
                ClaimChanges(versions={borrower.holder: claims.version}),
            )

        return self._commands.run(caller, "patron block", {"reason": reason, "lift": lift}, decide, roles=_STAFF)

    def details(self, borrower: Borrower) -> Mapping[str, str]:
        """Name, contact and card in the clear, for display to staff; empty once the key is destroyed."""
        opened = self._keyring.unseal(borrower.patron.key, borrower.patron.sealed, context=borrower.patron.patron)
        return {} if opened is None else from_json(opened)

    def _read(self, patron: str) -> Borrower:
        found = self.by_id(patron)
        if found is None:
            raise Unknown("patron.unknown")
        return found


def as_bound(card: str) -> str:
    """The number as it was bound: a scanner may send Codabar's start and stop letters with it."""
    try:
        return parse_barcode(card)
    except Invalid:
        # What is no barcode is no card; it must not be repeated in an error.
        return card.strip()
