"""
The condition of copies at the desk: reported, withdrawn, missing, lost, paid for, looked for, restored.

Every method is one command and gives a receipt. What is decided stands in `declaring.py`, who may in
`condition_rules.py`; a scan that finds a copy again is a scan (`checkin.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from circulation.actor import Role
from circulation.barcode import parse_barcode
from circulation.command import Behind, Caller, Commands, Decision
from circulation.condition_rules import CONDITIONS
from circulation.copy_change import CopyChange
from circulation.custody import DefectName
from circulation.custody_path import custody_path, last_custodies, last_custody
from circulation.declaring import (
    Declared,
    check_note_code,
    decide_lost,
    decide_missing,
    decide_paid,
    decide_report,
    decide_restore,
    decide_searched,
    decide_withdraw,
)
from circulation.event import NewEvents
from circulation.hold import Title
from circulation.item import Item, item_stream
from circulation.ledger import Ledger, Loaded
from circulation.places import Places
from circulation.receipt import Receipt, receipt_of

__all__ = ["ConditionDesk"]

_STAFF = (Role.DESK, Role.COORDINATOR)

CheckIn = Callable[[Loaded[Item], Item, str, int], Decision]
"""What scanning a copy at a branch comes to."""


class ConditionDesk:
    """The commands about the condition of copies."""

    def __init__(
        self, ledger: Ledger, commands: Commands, places: Places, change: CopyChange, check_in: CheckIn
    ) -> None:
        self._ledger = ledger
        self._commands = commands
        self._places = places
        self._change = change
        self._check_in = check_in

    def report(
        self,
        caller: Caller,
        barcode: str,
        what: DefectName,
        *,
        code: str,
        photo: bytes | None = None,
        van: str | None = None,
        request: str | None = None,
    ) -> Receipt:
        """
        A copy was found damaged or incomplete at `caller.desk`, or on a van; the last two who had it are named.

        Raises `Invalid` (`condition.note-code`), `Unknown` (`branch.unknown`) and what `decide_report` refuses.
        """
        check_note_code(code)
        if van is None:
            self._places.branch(caller.desk)
        # A photo is kept beside the log before the fact that names it: unused it is harmless.
        kept = None if photo is None else self._ledger.attach(photo)

        def decide(item: Item, title: Title, _at_us: int) -> Declared:
            path = custody_path(self._ledger, item.barcode)
            return decide_report(
                item,
                title,
                what=what,
                at=caller.desk,
                code=code,
                van=van,
                photo=kept,
                custodies=last_custodies(path),
            )

        arguments = {"what": what, "code": code, "van": van, "photo": kept}
        roles = CONDITIONS[what].set_by
        return self._change.run(caller, "item condition", barcode, arguments, decide, roles=roles, request=request)

    def withdraw(
        self, caller: Caller, barcode: str, *, code: str, gives_up_hold: bool = False, request: str | None = None
    ) -> Receipt:
        """A copy leaves the stock. Raises `Invalid` (`condition.note-code`) and what `decide_withdraw` refuses."""
        check_note_code(code)

        def decide(item: Item, title: Title, _at_us: int) -> Declared:
            return decide_withdraw(item, title, at=caller.desk, code=code, gives_up_hold=gives_up_hold)

        arguments = {"code": code, "gives_up_hold": gives_up_hold}
        roles = CONDITIONS["withdrawn"].set_by
        return self._change.run(caller, "item withdraw", barcode, arguments, decide, roles=roles, request=request)

    def missing(self, caller: Caller, barcode: str, *, request: str | None = None) -> Receipt:
        """A copy was looked for at `caller.desk` and not found. Raises `Unknown` and what `decide_missing` refuses."""
        self._places.branch(caller.desk)

        def decide(item: Item, title: Title, _at_us: int) -> Declared:
            return decide_missing(item, title, at=caller.desk)

        roles = CONDITIONS["missing"].set_by
        return self._change.run(caller, "item missing", barcode, {}, decide, roles=roles, request=request)

    def lost(self, caller: Caller, barcode: str, *, request: str | None = None) -> Receipt:
        """A copy is given up. Raises what `decide_lost` refuses."""

        def decide(item: Item, title: Title, _at_us: int) -> Declared:
            last = last_custody(custody_path(self._ledger, item.barcode))
            return decide_lost(item, title, at=caller.desk, why="staff", last=last)

        roles = CONDITIONS["lost"].set_by
        return self._change.run(caller, "item lost", barcode, {}, decide, roles=roles, request=request)

    def paid(self, caller: Caller, barcode: str, *, request: str | None = None) -> Receipt:
        """A lost copy was paid for, as another system says. Raises what `decide_paid` refuses."""

        def decide(item: Item, _title: Title, _at_us: int) -> Declared:
            return decide_paid(item, at=caller.desk)

        roles = CONDITIONS["lost-and-paid"].set_by
        return self._change.run(caller, "item paid", barcode, {}, decide, roles=roles, request=request)

    def restore(
        self,
        caller: Caller,
        barcode: str,
        *,
        what: str | None = None,
        why: Literal["repaired", "mistake"] = "repaired",
        request: str | None = None,
    ) -> Receipt:
        """A condition does not hold any more, or never did. Raises what `decide_restore` refuses."""

        def decide(item: Item, _title: Title, _at_us: int) -> Declared:
            facts = self._change.facts(item.barcode)
            role = self._change.role_of(caller)
            restored = decide_restore(item, facts, at=caller.desk, role=role, what=what, why=why)
            return Declared((restored,), offers=CONDITIONS[restored.was].kind == "defect")

        arguments = {"what": what, "why": why}
        return self._change.run(caller, "item restore", barcode, arguments, decide, roles=_STAFF, request=request)

    def searched(self, caller: Caller, barcode: str, *, found: bool, request: str | None = None) -> Receipt:
        """
        An absent copy was looked for at `caller.desk`; one that was found is checked in with the same command.

        Raises `Unknown` (`branch.unknown`, `item.unknown`) and what `decide_searched` refuses.
        """
        code = parse_barcode(barcode)
        self._places.branch(caller.desk)

        def decide_once(at_us: int) -> Decision:
            loaded = self._change.load(code)
            if loaded.state is None:
                raise AssertionError  # pragma: no cover - `load` raises
            Behind.check(at_us, loaded.state.custody.custody_us, None)
            searched = decide_searched(loaded.state, at=caller.desk, found=found)
            stream = item_stream(code)
            if not found:
                return Decision((NewEvents(stream, loaded.version, (searched,)),))
            checked_in = self._check_in(loaded, loaded.state, caller.desk, at_us)
            changes = tuple(
                replace(change, events=(searched, *change.events)) if change.stream == stream else change
                for change in checked_in.changes
            )
            return Decision(changes, checked_in.claims)

        arguments = {"item": code, "branch": caller.desk, "found": found}
        return receipt_of(
            self._commands.run(caller, "item searched", arguments, decide_once, roles=_STAFF, request=request)
        )
