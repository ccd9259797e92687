"""
What people may ask about their own data, and what auditors may read of it: forget, export, keep for the law, look.

Every method is one command; whoever is shown personal data in the clear is recorded before it is shown.
What is destroyed is said in the log first and then done in the key store (`shredding.py`); ageing is in `ageing.py`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from circulation.actor import Role
from circulation.ageing import Aged, Ageing
from circulation.borrower import Borrower, Borrowers
from circulation.command import Caller, Commands, Decision
from circulation.errors import Invalid, Unknown
from circulation.event import Appended, NewEvents
from circulation.folds import DESTROYED, LEGAL_HOLDS_FOLD, RETENTION_FOLD
from circulation.forgetting import (
    ACCESS,
    DESTROYED_KEYS,
    LEGAL_HOLDS,
    RETENTION,
    KeysDestroyed,
    Kind,
    LegalHold,
    LegalHoldPlaced,
    PersonalDataRead,
    Retention,
    decide_legal_hold_lifted,
    decide_retention,
    refuse_open_business,
)
from circulation.hold import HoldPlaced, title_of_hold, title_stream
from circulation.item import ItemLent, item_of_loan, item_stream
from circulation.keyring import Keyring
from circulation.ledger import ClaimChanges, Fold
from circulation.links import Link, link_of
from circulation.patron import PatronChanged, PatronForgotten, PatronRegistered, patron_stream
from circulation.person import everything_of
from circulation.shredding import shred

__all__ = ["PrivacyDesk"]

_STAFF = (Role.DESK, Role.COORDINATOR)
_AUDIT = (Role.AUDITOR, Role.COORDINATOR)
_VERSION = Fold[int]("version", 1, lambda _state, fact: fact.version, int)


class PrivacyDesk:
    """The commands about personal data."""

    def __init__(self, commands: Commands, keyring: Keyring, borrowers: Borrowers) -> None:
        self._commands = commands
        self._ledger = commands.ledger
        self._keyring = keyring
        self._borrowers = borrowers

    # --- forgetting -----------------------------------------------------------------------------------------------

    def forget(self, caller: Caller, who: str, *, request: str | None = None) -> Appended:
        """
        Forget the patron of a card, or of a random id: their keys, their cards and all links to them are destroyed.

        Nothing is recorded about somebody who is forgotten already. Raises `Unknown` (`patron.unknown`) and what
        `refuse_open_business` refuses.
        """
        patron = self._find(who, forgotten=True).patron.patron

        def decide(_at_us: int) -> Decision:
            borrower = self._borrowers.by_id(patron)
            if borrower is None:
                return Decision(())
            loans = (*borrower.claims.loans, *borrower.claims.claimed)
            refuse_open_business(loans, borrower.claims.holds, under_legal_hold=self._is_held(patron))
            legal_holds = self._ledger.load(LEGAL_HOLDS, LEGAL_HOLDS_FOLD).version
            stream = patron_stream(patron)
            keys = {
                fact.event.key
                for fact in self._ledger.stream(stream)
                if isinstance(fact.event, PatronRegistered | PatronChanged)
            }
            destroyed = KeysDestroyed(keys=tuple(sorted(keys)), rule="forgotten", patron=patron)
            known = self._ledger.load(DESTROYED_KEYS, DESTROYED)
            return Decision(
                (
                    NewEvents(stream, borrower.version, (PatronForgotten(),)),
                    NewEvents(DESTROYED_KEYS, known.version, (destroyed,)),
                    NewEvents(LEGAL_HOLDS, legal_holds, ()),
                ),
                # A loan or hold that is decided meanwhile is not recorded after this.
                ClaimChanges(versions={borrower.holder: borrower.claims.version}),
            )

        appended = self._commands.run(caller, "privacy forget", {}, decide, roles=(Role.COORDINATOR,), request=request)
        shred(self._ledger, self._keyring)
        return appended

    def age(
        self, caller: Caller, *, dry_run: bool = False, told: Callable[[Sequence[Aged]], None] = lambda _batch: None
    ) -> int:
        """
        Destroy the keys of everything that ended longer ago than it is to be kept; how many were destroyed.

        `told` hears of every batch; with `dry_run` nothing happens but that. Again, it changes nothing.
        """
        ageing = Ageing(self._commands, self._keyring)
        if dry_run:
            told(ageing.due())
            return 0
        return ageing.run(caller, told)

    def set_retention(self, caller: Caller, kind: Kind, days: int, *, request: str | None = None) -> Appended:
        """Keep a kind of links for so many days from now on; what is destroyed stays so. Raises `Invalid`."""
        return self._commands.change(
            caller,
            "privacy retention",
            {"kind": kind, "days": days},
            (RETENTION, RETENTION_FOLD),
            lambda retention: decide_retention(retention, kind, days),
            roles=(Role.COORDINATOR,),
            request=request,
        )

    def retention(self) -> Retention:
        """How long each kind is kept."""
        return self._ledger.load(RETENTION, RETENTION_FOLD).state or Retention()

    # --- legal holds ----------------------------------------------------------------------------------------------

    def place_legal_hold(self, caller: Caller, card: str, why: str, *, request: str | None = None) -> str:
        """
        Keep everything of the patron of a card until it is lifted; the name of the legal hold.

        Raises `Unknown` (`patron.unknown`) and `Invalid` (`privacy.no-reason`).
        """
        _require(why)
        patron = self._find(card).patron.patron
        name = secrets.token_hex(4)
        key, why_key = self._keyring.new_key(), self._keyring.new_key()
        placed = LegalHoldPlaced(
            name=name,
            key=key,
            patron=self._keyring.seal(key, patron, context=LEGAL_HOLDS),
            why_key=why_key,
            why=self._keyring.seal(why_key, why.strip(), context=f"{LEGAL_HOLDS} why"),
        )

        def decide(_at_us: int) -> Decision:
            borrower = self._borrowers.by_id(patron)
            if borrower is None:
                raise Unknown("patron.unknown:place-legal-hold")
            version = self._ledger.load(LEGAL_HOLDS, LEGAL_HOLDS_FOLD).version
            watched = NewEvents(patron_stream(patron), borrower.version, ())
            return Decision((NewEvents(LEGAL_HOLDS, version, (placed,)), watched))

        appended = self._commands.run(caller, "privacy legal-hold", {}, decide, roles=_AUDIT, request=request)
        told = appended.facts[0].event
        return told.name if isinstance(told, LegalHoldPlaced) else name

    def lift_legal_hold(self, caller: Caller, name: str, *, request: str | None = None) -> Appended:
        """What it kept is due when keys are aged next. Raises what `decide_legal_hold_lifted` refuses."""
        return self._commands.change(
            caller,
            "privacy legal-hold-lift",
            {"name": name},
            (LEGAL_HOLDS, LEGAL_HOLDS_FOLD),
            lambda holds: decide_legal_hold_lifted(holds, name),
            roles=_AUDIT,
            request=request,
        )

    def legal_holds(self) -> list[LegalHold]:
        """Every legal hold, the oldest first; whom it is about and why stays sealed."""
        return list((self._ledger.load(LEGAL_HOLDS, LEGAL_HOLDS_FOLD).state or {}).values())

    def why_held(self, hold: LegalHold) -> str | None:
        """The reason in the clear; None once it is destroyed. Record the reading first (`record_reasons`)."""
        return self._keyring.unseal(hold.why_key, hold.why, context=f"{LEGAL_HOLDS} why")

    # --- reading --------------------------------------------------------------------------------------------------

    def export(self, caller: Caller, card: str, *, why: str, request: str | None = None) -> dict[str, object]:
        """
        Everything about the patron of a card that can still be opened, for the person; recorded as an access.

        Raises `Unknown` (`patron.unknown`) and `Invalid` (`privacy.no-reason`).
        """
        borrower = self._find(card)
        self._record(caller, "export", borrower.patron.patron, why, roles=(*_STAFF, Role.AUDITOR), request=request)
        return everything_of(self._ledger, self._keyring, borrower, self._borrowers.details(borrower))

    def break_glass(self, caller: Caller, ref: str, *, why: str, request: str | None = None) -> Mapping[str, str]:
        """
        Name, contact and card of whose loan (`30114…#2`) or hold (`t-dune#1`) it was; recorded as an access.

        Raises `Unknown` (`privacy.no-link`, `privacy.forgotten`) and `Invalid` (`privacy.no-reason`).
        """
        link = self._link(ref)
        patron = self._keyring.unseal(link.key, link.sealed, context=link.context)
        borrower = None if patron is None else self._borrowers.by_id(patron)
        if borrower is None:
            raise Unknown("privacy.forgotten", ref=ref[:60])
        self._record(caller, "break-glass", borrower.patron.patron, why, roles=_AUDIT, request=request)
        return {"category": borrower.patron.category, **self._borrowers.details(borrower)}

    def record_reasons(self, caller: Caller, count: int, *, request: str | None = None) -> None:
        """Say that somebody is shown so many sealed reasons; nothing for none."""
        if count:
            fact = PersonalDataRead(what="reasons", count=count)
            self._append_access(caller, fact, roles=(*_STAFF, Role.AUDITOR), request=request)

    def _record(
        self,
        caller: Caller,
        what: Literal["export", "break-glass"],
        patron: str,
        why: str,
        *,
        roles: Sequence[Role],
        request: str | None,
    ) -> None:
        _require(why)
        key = self._keyring.new_key()
        fact = PersonalDataRead(
            what=what,
            key=key,
            patron=self._keyring.seal(key, patron, context=ACCESS),
            why=self._keyring.seal(key, why.strip(), context=f"{ACCESS} why"),
        )
        self._append_access(caller, fact, roles=roles, request=request)

    def _append_access(
        self, caller: Caller, fact: PersonalDataRead, *, roles: Sequence[Role], request: str | None
    ) -> None:
        def decide(_at_us: int) -> Decision:
            return Decision((NewEvents(ACCESS, self._ledger.load(ACCESS, _VERSION).version, (fact,)),))

        self._commands.run(caller, f"privacy {fact.what}", {}, decide, roles=roles, request=request)

    # --- finding --------------------------------------------------------------------------------------------------

    def _find(self, who: str, *, forgotten: bool = False) -> Borrower:
        """The patron of a card or a random id. Raises `Unknown` (`patron.unknown`), never repeating what was given."""
        try:
            return self._borrowers.by_card(who)
        except Unknown:
            found = self._borrowers.by_id(who.strip(), forgotten=forgotten)
            if found is None:
                raise
            return found

    def _is_held(self, patron: str) -> bool:
        return any(
            not hold.lifted and self._keyring.unseal(hold.key, hold.patron, context=LEGAL_HOLDS) == patron
            for hold in self.legal_holds()
        )

    def _link(self, ref: str) -> Link:
        for stream in (item_stream(item_of_loan(ref)), title_stream(title_of_hold(ref))):
            for fact in self._ledger.stream(stream) if "#" in ref else ():
                link = link_of(fact)
                if isinstance(fact.event, ItemLent | HoldPlaced) and link is not None and link.context == ref:
                    return link
        raise Unknown("privacy.no-link", hold=ref[:60])


def _require(why: str) -> None:
    if not why.strip():
        raise Invalid("privacy.no-reason")
