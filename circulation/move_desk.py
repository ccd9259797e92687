"""
Moves by hand at the desk: asked for, replaced, queued and cancelled; and many at once, in batches.

What may be asked for is decided in `moving.py`; the copy sets out when it is next scanned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from circulation.actor import Role
from circulation.barcode import parse_barcode
from circulation.command import Caller, Commands, Decision
from circulation.custody import MoveReason
from circulation.errors import Invalid, Refused, Unknown
from circulation.event import Event, NewEvents
from circulation.folds import ITEM
from circulation.item import Item, item_stream
from circulation.ledger import Ledger, Loaded
from circulation.lookups import Catalogue
from circulation.moving import Mode, decide_cancel_move, decide_move
from circulation.places import Places
from circulation.placing import Stray, place
from circulation.policies import Policies
from circulation.receipt import Receipt, receipt_of
from circulation.shelves import read_shelves

__all__ = ["MoveDesk", "Wanted"]

_STAFF = (Role.DESK, Role.COORDINATOR)
_COORDINATORS = (Role.COORDINATOR,)
_BATCH = 200
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """A copy that is wanted at a branch, with a day until which it stays there, if any."""

    item: str
    to: str
    stay_until: str | None = None


class MoveDesk:
    """The commands about moves."""

    def __init__(
        self, ledger: Ledger, commands: Commands, places: Places, policies: Policies, catalogue: Catalogue
    ) -> None:
        self._ledger = ledger
        self._commands = commands
        self._places = places
        self._policies = policies
        self._catalogue = catalogue

    def send(
        self,
        caller: Caller,
        barcode: str,
        *,
        to: str,
        why: str,
        stay_until: str | None = None,
        mode: Mode = "only",
        request: str | None = None,
    ) -> Receipt:
        """
        Ask for a copy to be moved: at its next scan, wherever that is, it sets out for `to`.

        Raises `Unknown` (`item.unknown`, `branch.unknown`), `Invalid` (`move.no-reason`) and what `decide_move`
        refuses.
        """
        code = parse_barcode(barcode)
        if not why.strip():
            raise Invalid("move.no-reason", code=code)
        self._places.branch(to)
        sealed = self._commands.sealed(why.strip()[:_LONGEST])

        def decide(at_us: int) -> Decision:
            loaded = self._item(code)
            item = _known(code, loaded)
            events = decide_move(
                item,
                to=to,
                reason="manual",
                why=sealed,
                stay_until=stay_until,
                today=self._places.day(to, at_us),
                stays=self._stays(item, to, at_us),
                mode=mode,
            )
            return Decision((NewEvents(item_stream(code), loaded.version, events),))

        arguments = {"item": code, "to": to, "stay_until": stay_until, "mode": mode}
        return receipt_of(self._commands.run(caller, "transit send", arguments, decide, roles=_STAFF, request=request))

    def cancel(self, caller: Caller, barcode: str, *, why: str, request: str | None = None) -> Receipt:
        """Take back the move of a copy that holds. Raises `Unknown` (`item.unknown`), `Refused` (`move.none`)."""
        code = parse_barcode(barcode)
        sealed = self._commands.sealed(why.strip()[:_LONGEST])

        def decide(_at_us: int) -> Decision:
            loaded = self._item(code)
            events = decide_cancel_move(_known(code, loaded), sealed)
            return Decision((NewEvents(item_stream(code), loaded.version, events),))

        return receipt_of(
            self._commands.run(caller, "transit cancel", {"item": code}, decide, roles=_STAFF, request=request)
        )

    def request_all(
        self, caller: Caller, wanted: Iterable[Wanted], *, reason: MoveReason, why: str, batch: int = _BATCH
    ) -> Iterator[tuple[Wanted, str]]:
        """
        Ask for many moves in batches of one append each, in place of those that the copies had.

        `why` is what the program says of it, and stands in the log as it is; what somebody typed goes through `send`.

        Yields each copy with what came of it: `requested`, `was requested` (the same move holds already),
        `is there`, or why it was refused. Broken off and given again, it goes on where it stopped.
        """
        rest = iter(wanted)
        while some := list(islice(rest, batch)):
            outcome: dict[str, str] = {}

            def decide(at_us: int, some: list[Wanted] = some, outcome: dict[str, str] = outcome) -> Decision:
                changes = []
                for one in some:
                    version, events, outcome[one.item] = self.requested(one, reason, why, at_us)
                    if events:
                        changes.append(NewEvents(item_stream(one.item), version, events))
                return Decision(tuple(changes))

            self._commands.run(
                caller, "transit send many", {"items": len(some), "why": why}, decide, roles=_COORDINATORS
            )
            yield from ((one, outcome[one.item]) for one in some)

    def requested(self, one: Wanted, reason: MoveReason, why: str, at_us: int) -> tuple[int, tuple[Event, ...], str]:
        """The version of the copy's stream, the facts of wanting it there, and in words what came of it."""
        loaded = self._item(one.item)
        item = loaded.state
        if item is None:
            return 0, (), "There is no such item."
        held = item.custody.moves[0] if item.custody.moves else None
        if held is not None and (held.to, held.stay_until, held.reason) == (one.to, one.stay_until, reason):
            return loaded.version, (), "was requested"
        try:
            events = decide_move(
                item,
                to=one.to,
                reason=reason,
                why=why,
                stay_until=one.stay_until,
                today=self._places.day(one.to, at_us),
                stays=self._stays(item, one.to, at_us),
                mode="replace",
            )
        except Refused as refused:
            return loaded.version, (), "is there" if refused.code == "move.there" else refused.sentence
        return loaded.version, events, "requested"

    def _stays(self, item: Item, to: str, at_us: int) -> bool:
        """Whether the copy would stay at a branch by itself."""
        if item.home == to:
            return True
        rules = self._policies.on(self._places.day(to, at_us))
        by_rule = rules.ruling(item, branch=to).floats
        floats = item.floats if by_rule is None else by_rule
        stray = Stray(item.owner, item.home, item.item_type, floats, item.custody.away_since_us)
        shelves = read_shelves(self._ledger, self._catalogue, item, lambda there: rules.denied(item, to, there))
        return place(stray, to, at_us, shelves).to is None

    def _item(self, code: str) -> Loaded[Item]:
        return self._ledger.load(item_stream(code), ITEM)


def _known(code: str, loaded: Loaded[Item]) -> Item:
    if loaded.state is None:
        raise Unknown("item.unknown", item=code)
    return loaded.state
