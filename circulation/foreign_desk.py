"""
What lies on the desk and is no item of ours: codes that nobody knows, and items of other networks.

The decisions are in `unknown.py` and `foreign.py`.
"""

from __future__ import annotations

from typing import Literal

from circulation.actor import Role
from circulation.borrower import Borrowers
from circulation.command import Caller, Commands, Decision
from circulation.errors import Invalid, Refused
from circulation.event import Appended, NewEvents
from circulation.folds import BARCODE_FORMS_FOLD, FOREIGN, FOREIGN_FORMS_FOLD, UNKNOWN_CODES
from circulation.foreign import (
    FOREIGN_FORMS,
    Ended,
    ForeignFormRemoved,
    ForeignItemReceived,
    decide_foreign_closed,
    decide_foreign_scanned,
    decide_form,
    foreign_stream,
    form_of,
)
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.places import Places
from circulation.receipt import Receipt, receipt_of
from circulation.tote_desk import ToteDesk
from circulation.unknown import (
    BARCODE_FORMS,
    decide_unknown,
    decide_unknown_closed,
    has_registered_form,
    unknown_stream,
)

__all__ = ["ForeignDesk"]

_STAFF = (Role.DESK, Role.COORDINATOR)


class ForeignDesk:
    """The commands about what is no item of ours."""

    def __init__(
        self,
        ledger: Ledger,
        commands: Commands,
        keyring: Keyring,
        places: Places,
        borrowers: Borrowers,
        totes: ToteDesk,
    ) -> None:
        self._ledger = ledger
        self._commands = commands
        self._keyring = keyring
        self._places = places
        self._borrowers = borrowers
        self._totes = totes

    def scanned(self, branch: str, code: str) -> Decision:
        """
        What a code that no item carries comes to: another network's item, or something unknown, received here.

        A card and a tote are answered and not kept. Raises `Refused` (`scan.card`, `scan.tote`) and `Unknown`.
        """
        if self._borrowers.is_card(code):
            raise Refused("scan.card")
        if self._totes.exists(code):
            raise Refused("scan.tote", code=code)
        self._places.branch(branch)
        ours = self._ledger.load(BARCODE_FORMS, BARCODE_FORMS_FOLD).state or ()
        form = form_of(code, self._ledger.load(FOREIGN_FORMS, FOREIGN_FORMS_FOLD).state or (), ours)
        if form is not None:
            loaded = self._ledger.load(foreign_stream(code), FOREIGN)
            events = decide_foreign_scanned(loaded.state, branch=branch, form=form)
            return Decision((NewEvents(foreign_stream(code), loaded.version, events),))
        stream = unknown_stream(branch)
        version = self._ledger.load(stream, UNKNOWN_CODES).version
        clear = has_registered_form(code, ours)
        key = None if clear else self._keyring.new_key()
        sealed = None if key is None else self._keyring.seal(key, code, context=stream)
        event = decide_unknown(branch=branch, code=code, in_the_clear=clear, key=key, sealed=sealed)
        return Decision((NewEvents(stream, version, (event,)),))

    def declare(self, caller: Caller, ref: str, *, network: str, via: str, request: str | None = None) -> Receipt:
        """
        Something in the queue of unknown codes (`bath-3`) is an item of another network: `via` hands it over.

        Raises `Invalid` (`unknown.unreadable`), `Unknown` (`unknown.no-entry`, `branch.unknown`).
        """
        branch, entry = _entry(ref)
        self._places.branch(via)

        def decide(_at_us: int) -> Decision:
            queue = self._ledger.load(unknown_stream(branch), UNKNOWN_CODES)
            closed = decide_unknown_closed(queue.state, branch, entry, "foreign")
            received = ForeignItemReceived(branch=branch, network=network, destination=via, entry=ref)
            return Decision(
                (
                    NewEvents(unknown_stream(branch), queue.version, (closed,)),
                    NewEvents(foreign_stream(ref), 0, (received,)),
                )
            )

        arguments = {"ref": ref, "network": network, "via": via}
        return receipt_of(
            self._commands.run(caller, "items declare-foreign", arguments, decide, roles=_STAFF, request=request)
        )

    def close_unknown(
        self,
        caller: Caller,
        ref: str,
        *,
        how: Literal["catalogued", "returned", "discarded"],
        request: str | None = None,
    ) -> Receipt:
        """Something in the queue of unknown codes is dealt with. Raises as `declare` does."""
        branch, entry = _entry(ref)

        def decide(_at_us: int) -> Decision:
            queue = self._ledger.load(unknown_stream(branch), UNKNOWN_CODES)
            closed = decide_unknown_closed(queue.state, branch, entry, how)
            return Decision((NewEvents(unknown_stream(branch), queue.version, (closed,)),))

        arguments = {"ref": ref, "how": how}
        return receipt_of(
            self._commands.run(caller, "items unknown-close", arguments, decide, roles=_STAFF, request=request)
        )

    def close(self, caller: Caller, ref: str, *, how: Ended, request: str | None = None) -> Receipt:
        """An item of another network is dealt with at `caller.desk`. Raises what `decide_foreign_closed` raises."""
        self._places.branch(caller.desk)

        def decide(_at_us: int) -> Decision:
            loaded = self._ledger.load(foreign_stream(ref), FOREIGN)
            closed = decide_foreign_closed(loaded.state, ref, branch=caller.desk, how=how)
            return Decision((NewEvents(foreign_stream(ref), loaded.version, (closed,)),))

        arguments = {"ref": ref, "how": how, "branch": caller.desk}
        return receipt_of(
            self._commands.run(caller, "items foreign-close", arguments, decide, roles=_STAFF, request=request)
        )

    def set_form(
        self, caller: Caller, *, network: str, prefix: str, length: int, via: str, request: str | None = None
    ) -> Appended:
        """Register how the codes of another network look. Raises `Invalid` (`foreign.form`) and `Unknown`."""
        self._places.branch(via)
        event = decide_form(network, prefix, length, via)
        return self._commands.change(
            caller,
            "network foreign-form",
            {"network": network, "prefix": prefix, "length": length, "via": via},
            (FOREIGN_FORMS, FOREIGN_FORMS_FOLD),
            lambda _forms: (event,),
            roles=(Role.COORDINATOR,),
            request=request,
        )

    def remove_form(self, caller: Caller, *, prefix: str, length: int, request: str | None = None) -> Appended:
        """Such codes are nobody's any more; nothing is recorded where they were nobody's before."""
        return self._commands.change(
            caller,
            "network foreign-form",
            {"prefix": prefix, "length": length, "remove": True},
            (FOREIGN_FORMS, FOREIGN_FORMS_FOLD),
            lambda forms: (
                (ForeignFormRemoved(prefix=prefix, length=length),)
                if any((form.prefix, form.length) == (prefix, length) for form in forms or ())
                else ()
            ),
            roles=(Role.COORDINATOR,),
            request=request,
        )


def _entry(ref: str) -> tuple[str, int]:
    """The branch and the number of an entry such as `bath-3`. Raises `Invalid` (`unknown.unreadable`)."""
    branch, _, number = ref.rpartition("-")
    if not branch or not number.isascii() or not number.isdigit():
        raise Invalid("unknown.unreadable", ref=ref[:60])
    return branch, int(number)
