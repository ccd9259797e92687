"""
Recalls at the desk: which loan a hold shortens, and recalls by hand. What is decided stands in `recalling.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from circulation.actor import Role
from circulation.barcode import parse_barcode
from circulation.command import Caller, Commands, Decision
from circulation.errors import Unknown
from circulation.event import Event, NewEvents
from circulation.folds import ITEM
from circulation.hold import Hold
from circulation.item import Item, item_stream
from circulation.ledger import Ledger
from circulation.lookups import Catalogue
from circulation.places import Places
from circulation.policies import DayRules, Policies
from circulation.recalling import Recallable, choose, decide_recall, decide_withdraw, shortened
from circulation.receipt import Receipt, receipt_of

__all__ = ["HoldRecall", "RecallDesk"]

_STAFF = (Role.DESK, Role.COORDINATOR)


@dataclass(frozen=True, slots=True)
class HoldRecall:
    """The copy whose loan a hold shortens, and the change to its stream."""

    item: str
    change: NewEvents


class RecallDesk:
    """The commands about recalls."""

    def __init__(
        self, ledger: Ledger, commands: Commands, places: Places, policies: Policies, catalogue: Catalogue
    ) -> None:
        self._ledger = ledger
        self._commands = commands
        self._places = places
        self._policies = policies
        self._catalogue = catalogue

    def for_hold(self, hold: Hold, title: str, *, rules: DayRules, at_us: int) -> HoldRecall | None:
        """The recall that a new hold on a title without a free copy brings about, None where no rule has one."""
        if not rules.book.recalls:
            return None
        versions: dict[str, int] = {}
        candidates = []
        copies = self._catalogue.copies(title)
        # A hold on the title as a whole is not filled by a part where there are whole copies (`queue_order.py`).
        any_part = hold.part is None and all(copy.part is not None for copy in copies)
        for copy in copies:
            if hold.item not in (None, copy.barcode) or copy.on_shelf:
                continue
            if hold.item is None and not any_part and copy.part != hold.part:
                continue
            loaded = self._ledger.load(item_stream(copy.barcode), ITEM)
            if loaded.state is None or loaded.state.custody.loan is None:
                continue
            item = self._places.dated(loaded.state)
            if rules.bar(item, category=hold.category, pickup=hold.pickup, origin=item.home) is None:
                versions[copy.barcode] = loaded.version
                candidates.append(self._recallable(item, rules, at_us))
        chosen = choose(candidates)
        if chosen is None:
            return None
        barcode = chosen.item.barcode
        recalled = decide_recall(chosen, hold.hold)
        return HoldRecall(barcode, NewEvents(item_stream(barcode), versions[barcode], (recalled,)))

    def still_recalled(self, barcode: str, hold: str) -> bool:
        """Whether a copy is on a loan that is shortened for a hold."""
        item = self._ledger.load(item_stream(barcode), ITEM).state
        recall = item.custody.loan.recall if item is not None and item.custody.loan is not None else None
        return recall is not None and recall.hold == hold

    def recall(self, caller: Caller, barcode: str, *, request: str | None = None) -> Receipt:
        """Shorten an open loan by hand, as far as the rules let it. Raises as `decide_recall` does."""

        def change(item: Item, at_us: int) -> Event:
            branch = item.home if item.custody.loan is None else item.custody.loan.branch
            rules = self._policies.on(self._places.day(branch, at_us))
            return decide_recall(self._recallable(item, rules, at_us), None)

        return self._run(caller, "loan recall", barcode, change, request)

    def withdraw(self, caller: Caller, barcode: str, *, request: str | None = None) -> Receipt:
        """Take a recall back: the loan is due as it was before. Raises as `decide_withdraw` does."""
        return self._run(caller, "loan recall withdraw", barcode, lambda item, _at_us: decide_withdraw(item), request)

    def _recallable(self, item: Item, rules: DayRules, at_us: int) -> Recallable:
        item = self._places.dated(item)
        loan = item.custody.loan
        if loan is None:
            return Recallable(item, rules.ruling(item, branch=item.home), 0)
        ruling = rules.ruling(item, category=loan.category, branch=loan.branch)
        calendar = self._places.calendar(loan.branch)
        due_us = shortened(loan, ruling, at_us, lambda from_us, days: calendar.due_at(loan.branch, from_us, days))
        return Recallable(item, ruling, due_us)

    def _run(
        self, caller: Caller, name: str, barcode: str, change: Callable[[Item, int], Event], request: str | None
    ) -> Receipt:
        code = parse_barcode(barcode)

        def decide(at_us: int) -> Decision:
            loaded = self._ledger.load(item_stream(code), ITEM)
            if loaded.state is None:
                raise Unknown("item.unknown", item=code)
            item = self._places.dated(loaded.state)
            return Decision((NewEvents(item_stream(code), loaded.version, (change(item, at_us),)),))

        return receipt_of(self._commands.run(caller, name, {"item": code}, decide, roles=_STAFF, request=request))
