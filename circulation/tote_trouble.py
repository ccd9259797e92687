"""
What goes wrong with a tote on its way: it is lost, its seal is found broken; and what was listed is settled by hand.

Nothing is written for the items inside: they are nowhere while their tote is, and back where it is scanned again.
"""

from __future__ import annotations

from collections.abc import Callable

from circulation.actor import Role
from circulation.barcode import parse_barcode
from circulation.command import Caller, Commands, Decision
from circulation.errors import Invalid, Refused
from circulation.event import Event
from circulation.folds import ITEM
from circulation.item import Item, item_stream
from circulation.ledger import Ledger
from circulation.places import Places
from circulation.receipt import Receipt, receipt_of
from circulation.tote import DiscrepancyClosed, Filling, ToteDeclaredLost, ToteFoundUnsealed
from circulation.tote_desk import held

__all__ = ["TroubleDesk", "decide_closed", "decide_lost", "decide_unsealed"]

_STAFF = (Role.DESK, Role.COORDINATOR, Role.DRIVER)
_LONGEST = 200


def decide_lost(filling: Filling, why: str) -> ToteDeclaredLost:
    """A filling that nobody can find, with who had it last. Raises `Refused` (`tote.lost-already`, `tote.opened`)."""
    if filling.status == "lost":
        raise Refused("tote.lost-already", filling=filling.filling)
    if filling.status == "ended":
        raise Refused("tote.opened", filling=filling.filling, place=filling.place)
    return ToteDeclaredLost(why=why, last=filling.last)


def decide_unsealed(filling: Filling, branch: str, note: str) -> ToteFoundUnsealed:
    """
    A filling whose seal is broken, on the van or at the branch; it goes on, and is not accepted whole any more.

    Raises `Refused` (`tote.not-sealed`, `tote.elsewhere`).
    """
    if filling.status not in ("sealed", "loaded", "unloaded", "received"):
        raise Refused("tote.not-sealed:seal", filling=filling.filling, status=filling.status)
    if filling.status != "loaded" and filling.place != branch:
        raise Refused("tote.elsewhere:receive", filling=filling.filling, place=filling.place, branch=branch)
    return ToteFoundUnsealed(branch=branch, note=note, last=filling.last)


def decide_closed(filling: Filling, item: Item, why: str) -> DiscrepancyClosed:
    """
    What is listed about an item of a filling is settled, for this reason.

    Raises `Refused`: `discrepancy.none`, `discrepancy.closed`, and `discrepancy.seen` for a missing item that was
    scanned since, which settles it.
    """
    name = item.barcode
    if name not in (*filling.missing, *filling.found):
        raise Refused("discrepancy.none", name=name, filling=filling.filling)
    if name in filling.closed:
        raise Refused("discrepancy.closed", name=name, filling=filling.filling)
    if name not in filling.found and item.custody.place.kind != "nowhere":
        raise Refused("discrepancy.seen", name=name)
    return DiscrepancyClosed(item=name, why=why)


class TroubleDesk:
    """The commands about totes and items that are not where they should be."""

    def __init__(self, ledger: Ledger, commands: Commands, places: Places) -> None:
        self._ledger = ledger
        self._commands = commands
        self._places = places

    def lost(self, caller: Caller, tote: str, *, why: str, request: str | None = None) -> Receipt:
        """Nobody can find a tote. Raises as `decide_lost`, `Invalid` (`reason.missing`), `Unknown` (`tote.unknown`)."""
        sealed = self._commands.sealed(_reason(why))
        return self._change(caller, "tote lost", tote, {}, lambda box: decide_lost(box, sealed), request)

    def unsealed(self, caller: Caller, tote: str, *, note: str, request: str | None = None) -> Receipt:
        """A seal is broken, seen at `caller.desk`. Raises as `decide_unsealed`, `Invalid` (`reason.missing`)."""
        self._places.branch(caller.desk)
        sealed = self._commands.sealed(_reason(note))
        arguments = {"branch": caller.desk}
        return self._change(
            caller, "tote unsealed", tote, arguments, lambda box: decide_unsealed(box, caller.desk, sealed), request
        )

    def close(self, caller: Caller, filling: str, item: str, *, why: str, request: str | None = None) -> Receipt:
        """Settle by hand what is listed about an item of a filling. Raises as `decide_closed`."""
        sealed, code = self._commands.sealed(_reason(why)), parse_barcode(item)

        def change(box: Filling) -> Event:
            state = self._ledger.load(item_stream(code), ITEM).state
            if state is None:
                raise Refused("discrepancy.none:close", code=code, filling=box.filling)
            return decide_closed(box, state, sealed)

        return self._change(caller, "tote settle", filling, {"item": code}, change, request)

    def _change(
        self,
        caller: Caller,
        name: str,
        tote: str,
        arguments: dict[str, str],
        change: Callable[[Filling], Event],
        request: str | None,
    ) -> Receipt:
        def decide(_at_us: int) -> Decision:
            box = held(self._ledger, tote)
            return Decision((box.then(change(box.filling)),))

        return receipt_of(
            self._commands.run(caller, name, {"tote": tote, **arguments}, decide, roles=_STAFF, request=request)
        )


def _reason(text: str) -> str:
    """A reason in one line. Raises `Invalid` (`reason.missing`, `reason.too-long`)."""
    reason = " ".join(text.split())
    if not reason:
        raise Invalid("reason.missing")
    if len(reason) > _LONGEST:
        raise Invalid("reason.too-long", count=len(reason), longest=_LONGEST)
    return reason
