"""
Loans that will not end by themselves: claims of patrons, and loans that are overdue for too long.

Every method is one command and gives a receipt. What is decided stands in `claim_returned.py` and `declaring.py`.
"""

from __future__ import annotations

from circulation.branch import branch_stream
from circulation.claim_returned import (
    decide_claim_returned,
    decide_expire,
    decide_never_had,
    decide_reject,
    to_search,
)
from circulation.clock import DAY_US, iso
from circulation.command import Caller
from circulation.condition_rules import CONDITIONS
from circulation.copy_change import CopyChange
from circulation.custody import Handover
from circulation.custody_path import custody_path, last_custody
from circulation.declaring import Declared, decide_lost
from circulation.errors import Refused
from circulation.folds import BRANCH
from circulation.hold import Title
from circulation.item import Item
from circulation.ledger import Ledger
from circulation.places import Places
from circulation.receipt import Receipt

__all__ = ["ClaimDesk"]


class ClaimDesk:
    """The commands about loans that are claimed or given up."""

    def __init__(self, ledger: Ledger, places: Places, change: CopyChange) -> None:
        self._ledger = ledger
        self._places = places
        self._change = change

    def claim_returned(
        self, caller: Caller, barcode: str, *, said: str | None = None, request: str | None = None
    ) -> Receipt:
        """
        The patron says that the copy is back, at the branch `said`; every branch on its way is asked to look for it.

        Raises `Unknown` (`branch.unknown`, `item.unknown`) and what `decide_claim_returned` refuses.
        """
        if said is not None:
            self._places.branch(said)

        def decide(item: Item, _title: Title, _at_us: int) -> Declared:
            path = custody_path(self._ledger, item.barcode)
            search = self._search(item, path, said)
            return decide_claim_returned(item, at=caller.desk, said=said, path=path, search=search)

        roles = CONDITIONS["claimed-returned"].set_by
        return self._change.run(
            caller, "loan claim-returned", barcode, {"said": said}, decide, roles=roles, request=request
        )

    def never_had(self, caller: Caller, barcode: str, *, request: str | None = None) -> Receipt:
        """The patron never had the copy: the loan ends, and it is missing. Raises what `decide_never_had` refuses."""

        def decide(item: Item, _title: Title, _at_us: int) -> Declared:
            path = custody_path(self._ledger, item.barcode)
            return decide_never_had(item, at=caller.desk, path=path, search=self._search(item, path, None))

        roles = CONDITIONS["claimed-never-had"].set_by
        return self._change.run(caller, "loan claim-never-had", barcode, {}, decide, roles=roles, request=request)

    def reject(self, caller: Caller, barcode: str, *, request: str | None = None) -> Receipt:
        """A claim does not hold: the loan is an ordinary one again. Raises what `decide_reject` refuses."""

        def decide(item: Item, _title: Title, _at_us: int) -> Declared:
            return decide_reject(item, at=caller.desk)

        roles = CONDITIONS["claimed-returned"].undone_by
        return self._change.run(caller, "loan claim-reject", barcode, {}, decide, roles=roles, request=request)

    def expire(self, caller: Caller, barcode: str, *, after_days: int, request: str | None = None) -> Receipt:
        """A claim that every branch has looked into is over after so many days. Raises what `decide_expire` refuses."""

        def decide(item: Item, _title: Title, at_us: int) -> Declared:
            return decide_expire(item, at=caller.desk, now_us=at_us, after_days=after_days)

        roles = CONDITIONS["claimed-returned"].undone_by
        return self._change.run(
            caller, "loan claim-expire", barcode, {"days": after_days}, decide, roles=roles, request=request
        )

    def long_overdue(self, caller: Caller, barcode: str, *, after_days: int, request: str | None = None) -> Receipt:
        """
        A loan that is overdue for so many days is given up.

        Raises `Refused` (`loan.not-long-overdue`) and what `decide_lost` refuses.
        """

        def decide(item: Item, title: Title, at_us: int) -> Declared:
            loan, absence = item.custody.loan, item.custody.absence
            if loan is None:
                raise Refused("loan.not-long-overdue:not-on-loan", item=item.barcode, after_days=after_days)
            if absence is not None:
                raise Refused(
                    "loan.not-long-overdue:absent", item=item.barcode, what=absence.what, after_days=after_days
                )
            if at_us < loan.due_us + after_days * DAY_US:
                raise Refused("loan.not-long-overdue", item=item.barcode, due=iso(loan.due_us), after_days=after_days)
            last = last_custody(custody_path(self._ledger, item.barcode))
            return decide_lost(item, title, at=caller.desk, why="long-overdue", last=last)

        roles = CONDITIONS["long-overdue"].set_by
        return self._change.run(
            caller, "loan long-overdue", barcode, {"days": after_days}, decide, roles=roles, request=request
        )

    def _search(self, item: Item, path: tuple[Handover, ...], said: str | None) -> tuple[str, ...]:
        """The branches that are to look for a copy on loan; one that has left the network cannot."""
        if item.custody.loan is None:
            return ()
        return tuple(branch for branch in to_search(item, item.custody.loan, path, said) if self._is_open(branch))

    def _is_open(self, code: str) -> bool:
        branch = self._ledger.load(branch_stream(code), BRANCH).state
        return branch is not None and not branch.retired
