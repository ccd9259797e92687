"""
Where and how long a copy waits for its patron: the pickup branch changed, the time on the hold shelf extended.

Every method is one command and gives a receipt. What is decided stands in `holding.py`.
"""

from __future__ import annotations

from dataclasses import replace

from circulation.actor import Role
from circulation.command import Behind, Caller, Commands, Decision
from circulation.errors import Invalid
from circulation.event import Event, NewEvents
from circulation.folds import TITLE
from circulation.hold import Hold, title_of_hold, title_stream
from circulation.holding import decide_extend, decide_pickup, drop, open_hold, promise
from circulation.item import Item, item_stream
from circulation.ledger import Ledger
from circulation.places import Places
from circulation.receipt import Receipt, receipt_of
from circulation.targeting import Look, Targeting

__all__ = ["EXTENSION_DAYS", "PickupDesk"]

EXTENSION_DAYS = 5
"""How much longer a copy waits on request, in days of the pickup branch (LibrariesWest)."""

_MOST_DAYS = 60
_STAFF = (Role.DESK, Role.COORDINATOR)


class PickupDesk:
    """The commands about where a hold is picked up, and until when."""

    def __init__(self, ledger: Ledger, commands: Commands, places: Places, targeting: Targeting) -> None:
        self._ledger = ledger
        self._commands = commands
        self._places = places
        self._targeting = targeting

    def change(self, caller: Caller, hold: str, *, pickup: str, request: str | None = None) -> Receipt:
        """
        Change the pickup branch of an open hold, which keeps its place.

        A waiting hold is promised the copy that can be at the new branch soonest; a copy set aside for it goes there,
        from its next scan on. Raises `Unknown` (`hold.unknown`, `branch.unknown`) and what `decide_pickup` refuses.
        """
        self._places.branch(pickup)

        def decide(at_us: int) -> Decision:
            title = title_of_hold(hold)
            loaded = self._ledger.load(title_stream(title), TITLE)
            found = open_hold(loaded.state, hold)
            look = self._targeting.look(at_us)
            on_title, on_item = decide_pickup(found, pickup, self._copy_of(found, look, at_us))
            on_items: dict[str, tuple[Event, ...]] = {}
            if found.captured is not None:
                on_items[found.captured] = on_item
            else:
                on_title = (*on_title, *_promised_anew(replace(found, pickup=pickup), look, on_items))
            changes = [NewEvents(title_stream(title), loaded.version, on_title)]
            changes.extend(
                NewEvents(item_stream(barcode), look.copies[barcode].version, events)
                for barcode, events in on_items.items()
            )
            return Decision(tuple(changes))

        arguments = {"hold": hold, "pickup": pickup}
        return receipt_of(self._commands.run(caller, "hold pickup", arguments, decide, roles=_STAFF, request=request))

    def extend(self, caller: Caller, hold: str, *, days: int = EXTENSION_DAYS, request: str | None = None) -> Receipt:
        """
        Let the copy on the hold shelf wait 1 to 60 days longer than it would; days of a closure are given back.

        Raises `Invalid` (`hold.extend-days`), `Unknown` (`hold.unknown`) and what `decide_extend` refuses.
        """
        if not 1 <= days <= _MOST_DAYS:
            raise Invalid("hold.extend-days", days=days, most_days=_MOST_DAYS)

        def until_us(branch: str, so_far_us: int) -> int:
            # It ends at closing time: a microsecond before it is the day on which it would end.
            return self._places.calendar(branch).shelf_until(branch, so_far_us - 1, days)

        def decide(at_us: int) -> Decision:
            loaded = self._ledger.load(title_stream(title_of_hold(hold)), TITLE)
            found = open_hold(loaded.state, hold)
            look = self._targeting.look(at_us)
            copy = self._copy_of(found, look, at_us)
            extended = decide_extend(found, copy, lambda branch, so_far: until_us(branch, max(so_far, at_us)))
            barcode = found.captured or ""
            return Decision((NewEvents(item_stream(barcode), look.copies[barcode].version, (extended,)),))

        arguments = {"hold": hold, "days": days}
        return receipt_of(self._commands.run(caller, "hold extend", arguments, decide, roles=_STAFF, request=request))

    def _copy_of(self, hold: Hold, look: Look, at_us: int) -> Item | None:
        """The copy set aside for a hold, as it is when the command is given, with the dates that hold now."""
        item = None if hold.captured is None else look.copies[hold.captured].state
        if item is None:
            return None
        Behind.check(at_us, item.custody.custody_us, None)
        return self._places.dated(item)


def _promised_anew(hold: Hold, look: Look, on_items: dict[str, tuple[Event, ...]]) -> tuple[Event, ...]:
    """The facts of another promise than the hold had, if the new branch makes one; none where it stays."""
    freed = () if hold.target is None else (hold.target,)
    target = look.find(hold, look.shelved(title_of_hold(hold.hold), freed=freed))
    if target is not None and target.item == hold.target:
        return ()
    on_title: tuple[Event, ...] = ()
    for made in (drop(hold, "other-copy"), None if target is None else promise(hold.hold, target)):
        if made is not None:
            on_title = (*on_title, *made.title)
            on_items[made.item] = made.on_item
    return on_title
