"""
Carries out a decision about one copy: its facts, its hold's next copy and its patron's claims in one append.

What `condition_desk.py`, `claim_desk.py` and `transit_desk.py` have in common.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from circulation.actor import Role
from circulation.barcode import parse_barcode
from circulation.borrower import Borrowers
from circulation.command import ACTOR, Behind, Caller, Commands, Decision
from circulation.condition_rules import counts_as
from circulation.custody import Custody
from circulation.declaring import Declared
from circulation.errors import Unknown
from circulation.event import Event, Fact, NewEvents
from circulation.folds import ITEM, TITLE
from circulation.hold import Title, title_stream
from circulation.hold_desk import HoldDesk
from circulation.item import Item, fold_item, item_stream
from circulation.ledger import Claim, ClaimChanges, Ledger, Loaded
from circulation.receipt import Receipt, receipt_of

__all__ = ["CopyChange", "Decide"]

Decide = Callable[[Item, Title, int], Declared]
"""From a copy, its title with the queue, and the time, to what is declared."""


class CopyChange:
    """One decision about one copy, appended once."""

    def __init__(self, ledger: Ledger, commands: Commands, borrowers: Borrowers, holds: HoldDesk) -> None:
        self._ledger = ledger
        self._commands = commands
        self._borrowers = borrowers
        self._holds = holds

    def role_of(self, caller: Caller) -> Role:
        """The caller's role; whoever is not registered is refused when the command runs."""
        actor = self._ledger.load(caller.actor, ACTOR).state
        return Role.AUDITOR if actor is None else actor.role

    def facts(self, barcode: str) -> Sequence[Fact]:
        """Everything that was recorded of a copy."""
        return self._ledger.stream(item_stream(barcode))

    def run(
        self,
        caller: Caller,
        name: str,
        barcode: str,
        arguments: Mapping[str, object],
        decide: Decide,
        *,
        roles: Sequence[Role],
        request: str | None = None,
    ) -> Receipt:
        """
        Carry the decision out and give its receipt.

        Raises `Unknown` (`item.unknown`) and what `decide` refuses.
        """
        code = parse_barcode(barcode)

        def decide_once(at_us: int) -> Decision:
            return self.decided(self.load(code), at_us, decide)

        given = {"item": code, "branch": caller.desk, **arguments}
        return receipt_of(self._commands.run(caller, name, given, decide_once, roles=roles, request=request))

    def load(self, code: str) -> Loaded[Item]:
        """A copy as it is. Raises `Unknown` (`item.unknown`)."""
        loaded = self._ledger.load(item_stream(code), ITEM)
        if loaded.state is None:
            raise Unknown("item.unknown", item=code)
        return loaded

    def decided(self, loaded: Loaded[Item], at_us: int, decide: Decide) -> Decision:
        """What the append must hold."""
        item = loaded.state
        if item is None:
            raise AssertionError  # pragma: no cover - `load` raises
        # A fact older than the last custody moves nothing: what is declared would be recorded and not hold.
        Behind.check(at_us, item.custody.custody_us, None)
        queue = self._ledger.load(title_stream(item.title), TITLE)
        title = queue.state or Title(title_id=item.title)
        declared = decide(item, title, at_us)
        after = _after(item, declared.item, at_us)
        claims = self.claims_between(item.custody, after.custody)
        if declared.offers:
            (restored,) = declared.item
            return Decision(self._holds.edited(loaded, after, restored, at_us), claims)
        changes = [NewEvents(item_stream(item.barcode), loaded.version, declared.item)]
        on_title = declared.title
        hold = None if declared.wants is None else title.holds[declared.wants]
        promise = None if hold is None else self._holds.promise_another(hold, without=item.barcode, at_us=at_us)
        if promise is not None:
            on_title = (*on_title, *promise.title)
            other = self._ledger.load(item_stream(promise.item), ITEM)
            changes.append(NewEvents(item_stream(promise.item), other.version, promise.on_item))
        if on_title:
            changes.insert(1, NewEvents(title_stream(item.title), queue.version, on_title))
        return Decision(tuple(changes), claims)

    def claims_between(self, before: Custody, after: Custody) -> ClaimChanges | None:
        """The changes to the patron's claims when a copy's custody becomes another."""
        was, now = counts_as(before), counts_as(after)
        same_loan = before.loan is not None and after.loan is not None and before.loan.loan == after.loan.loan
        if was == now and (same_loan or was is None):
            return None
        changes = ClaimChanges(closed=() if before.loan is None else (before.loan.loan,))
        if after.loan is None or now is None:
            return changes
        loan = after.loan
        borrower = self._borrowers.of_link(key=loan.key, sealed=loan.patron, context=loan.loan)
        # Whose key is destroyed has no claims any more.
        return changes if borrower is None else replace(changes, opened=(Claim(loan.loan, borrower.holder, now),))


def _after(item: Item, events: Sequence[Event], at_us: int) -> Item:
    """The copy as it will be once these facts are recorded."""
    for event in events:
        item = fold_item(item, Fact(item_stream(item.barcode), 0, event, at_us, "", "system", "", ""))
    return item
