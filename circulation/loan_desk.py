"""
Loans at the desk: a copy is lent, a loan renewed.

Each method reads fresh state, lets a pure decision say what happened (`lending.py`), and appends it once, with the
claim that guards the patron's limits. A loan ends by a scan (`desk.py`), by a claim or by undoing.
"""

from __future__ import annotations

from collections.abc import Sequence

from circulation.actor import Role
from circulation.barcode import parse_barcode
from circulation.borrower import Borrowers
from circulation.command import Behind, Caller, Commands, Decision
from circulation.errors import Conflict, Refused, Unknown
from circulation.event import NewEvents
from circulation.folds import ITEM, TITLE
from circulation.hold import Title, title_stream
from circulation.holding import hold_filled_by
from circulation.item import Item, ItemTargetDropped, item_of_loan, item_stream
from circulation.keyring import Keyring
from circulation.ledger import Claim, ClaimChanges, Ledger
from circulation.lending import Kind, decide_lend, decide_renew
from circulation.override import refuse
from circulation.places import Places
from circulation.policies import DayRules, Policies
from circulation.receipt import Receipt, receipt_of

__all__ = ["LoanDesk"]

_STAFF = (Role.DESK, Role.COORDINATOR)


class LoanDesk:
    """The commands on loans, on one ledger."""

    def __init__(
        self,
        ledger: Ledger,
        keyring: Keyring,
        commands: Commands,
        *,
        borrowers: Borrowers,
        places: Places,
        policies: Policies,
    ) -> None:
        self._ledger = ledger
        self._keyring = keyring
        self._commands = commands
        self._borrowers = borrowers
        self._places = places
        self._policies = policies

    def lend(
        self,
        caller: Caller,
        *,
        card: str,
        barcode: str,
        override: str | None = None,
        request: str | None = None,
        happened_us: int | None = None,
    ) -> Receipt:
        """
        Lend a copy to the patron of a card, from the shelf or from the hold shelf.

        `override` is the reason to pass a rule that forbids it, by somebody who may (`override.py`).
        Raises `Unknown` (`patron.unknown`, `item.unknown`) and what `decide_lend` refuses.
        """
        code = parse_barcode(barcode)

        def decide_once(at_us: int) -> Decision:
            borrower = self._borrowers.by_card(card)
            version, item = self._item(code)
            Behind.check(at_us, item.custody.custody_us, happened_us)
            queue = self._ledger.load(title_stream(item.title), TITLE)
            title = queue.state or Title(title_id=item.title)
            own = borrower.holds_on(item.title)
            for ended in own:
                if ended not in title.holds:
                    raise Conflict("claims.changed:hold-ended", ended=ended)
            own_hold = hold_filled_by(title, own, item)
            ruling = self._rules_at(caller.desk, at_us).ruling(
                item, category=borrower.patron.category, branch=caller.desk
            )
            loan = f"{code}#{item.loans + 1}"
            key, sealed = self._borrowers.link(borrower, loan)
            passing = None if override is None else self._borrowers.override(caller, override)
            lending = decide_lend(
                branch=caller.desk,
                at_us=at_us,
                item=item,
                title=title,
                patron=borrower.patron,
                open_loans=len(borrower.claims.loans),
                own_hold=own_hold,
                ruling=ruling,
                due_us=self._places.calendar(caller.desk).due_at(caller.desk, at_us, ruling.days, ruling.closed_day),
                key=key,
                sealed=sealed,
                forbid=refuse if passing is None else passing.forbid,
                kinds=lambda: self._kinds(borrower.claims.loans),
            )
            overridden = () if passing is None else self._borrowers.overridden(passing, key, loan)
            changes = [NewEvents(item_stream(code), version, (*overridden, *lending.item))]
            if lending.title:
                changes.append(NewEvents(title_stream(item.title), queue.version, lending.title))
            if lending.frees is not None:
                freed = ItemTargetDropped(hold=lending.closes[0], why="hold-ended")
                version_of = self._ledger.load(item_stream(lending.frees), ITEM).version
                changes.append(NewEvents(item_stream(lending.frees), version_of, (freed,)))
            claims = ClaimChanges(
                opened=(Claim(lending.opens, borrower.holder, "loan"),),
                closed=lending.closes,
                versions={borrower.holder: borrower.claims.version},
            )
            return Decision(tuple(changes), claims)

        self._places.branch(caller.desk)
        return receipt_of(
            self._commands.run(
                caller,
                "lend",
                {"item": code} if override is None else {"item": code, "override": True},
                decide_once,
                roles=_STAFF,
                request=request,
                happened_us=happened_us,
            )
        )

    def renew(
        self, caller: Caller, barcode: str, *, override: str | None = None, request: str | None = None
    ) -> Receipt:
        """
        Give an open loan a later due time, by the rule that holds now; `override` as in `lend`.

        Raises `Unknown` (`item.unknown`, `patron.unknown`) and what `decide_renew` refuses.
        """
        code = parse_barcode(barcode)

        def decide_once(at_us: int) -> Decision:
            version, item = self._item(code)
            Behind.check(at_us, item.custody.custody_us, None)
            title = self._ledger.load(title_stream(item.title), TITLE).state or Title(title_id=item.title)
            loan = item.custody.loan
            ruling = self._rules_at(caller.desk, at_us).ruling(
                item, category=loan.category if loan else "*", branch=caller.desk
            )
            borrower = (
                None if loan is None else self._borrowers.of_link(key=loan.key, sealed=loan.patron, context=loan.loan)
            )
            if loan is not None and borrower is None:
                raise Unknown("patron.forgotten", item=code)
            if loan is None or borrower is None:
                raise Refused("renew.not-on-loan", item=code)
            passing = None if override is None else self._borrowers.override(caller, override)
            events = decide_renew(
                branch=caller.desk,
                item=item,
                title=title,
                patron=borrower.patron,
                ruling=ruling,
                due_us=self._places.calendar(caller.desk).due_at(caller.desk, at_us, ruling.days, ruling.closed_day),
                forbid=refuse if passing is None else passing.forbid,
            )
            overridden = () if passing is None else self._borrowers.overridden(passing, loan.key, loan.loan)
            return Decision((NewEvents(item_stream(code), version, (*overridden, *events)),))

        self._places.branch(caller.desk)
        arguments = {"item": code} if override is None else {"item": code, "override": True}
        return receipt_of(self._commands.run(caller, "renew", arguments, decide_once, roles=_STAFF, request=request))

    def _item(self, code: str) -> tuple[int, Item]:
        loaded = self._ledger.load(item_stream(code), ITEM)
        if loaded.state is None:
            raise Unknown("item.unknown", item=code)
        return loaded.version, self._places.dated(loaded.state)

    def _rules_at(self, branch: str, at_us: int) -> DayRules:
        return self._policies.on(self._places.day(branch, at_us))

    def _kinds(self, loans: Sequence[str]) -> list[Kind]:
        """What the open loans of a patron are of."""
        items = (self._ledger.load(item_stream(item_of_loan(loan)), ITEM).state for loan in loans)
        return [(item.owner, item.item_type) for item in items if item is not None]
