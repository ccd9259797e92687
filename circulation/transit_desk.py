"""
Journeys that do not end, at the desk: looked for, declared lost, aborted.

Every method is one command and gives a receipt. What is decided stands in `transit_overdue.py` and `declaring.py`.
"""

from __future__ import annotations

from circulation.command import Caller
from circulation.condition_rules import CONDITIONS
from circulation.copy_change import CopyChange
from circulation.custody_path import custody_path, last_custody
from circulation.declaring import Declared, decide_lost
from circulation.hold import Title
from circulation.item import Item
from circulation.ledger import Ledger
from circulation.receipt import Receipt
from circulation.transit_overdue import LaneLimit, decide_abort, decide_overdue

__all__ = ["TransitDesk"]


class TransitDesk:
    """The commands about journeys that do not end."""

    def __init__(self, ledger: Ledger, change: CopyChange) -> None:
        self._ledger = ledger
        self._change = change

    def search(self, caller: Caller, barcode: str, *, limit: LaneLimit, request: str | None = None) -> Receipt:
        """A journey takes longer than its lane's limit: every branch on its way looks for it (`decide_overdue`)."""

        def decide(item: Item, _title: Title, at_us: int) -> Declared:
            path = custody_path(self._ledger, item.barcode)
            return decide_overdue(item, at=caller.desk, now_us=at_us, limit=limit, path=path)

        roles = CONDITIONS["overdue-in-transit"].set_by
        arguments = {"limit": limit.limit_us}
        return self._change.run(caller, "transit overdue", barcode, arguments, decide, roles=roles, request=request)

    def declare_lost(self, caller: Caller, barcode: str, *, request: str | None = None) -> Receipt:
        """A copy is given up on its way; who had it last is named. Raises what `decide_lost` refuses."""

        def decide(item: Item, title: Title, _at_us: int) -> Declared:
            last = last_custody(custody_path(self._ledger, item.barcode))
            return decide_lost(item, title, at=caller.desk, why="in-transit", last=last)

        roles = CONDITIONS["lost-in-transit"].set_by
        return self._change.run(caller, "transit declare-lost", barcode, {}, decide, roles=roles, request=request)

    def abort(self, caller: Caller, barcode: str, *, code: str, request: str | None = None) -> Receipt:
        """A journey is given up for a coded reason. Raises what `decide_abort` refuses."""

        def decide(item: Item, title: Title, _at_us: int) -> Declared:
            last = last_custody(custody_path(self._ledger, item.barcode))
            role = self._change.role_of(caller)
            return decide_abort(item, title, at=caller.desk, role=role, code=code, last=last)

        roles = CONDITIONS["transit-aborted"].set_by
        return self._change.run(caller, "transit abort", barcode, {"code": code}, decide, roles=roles, request=request)
