"""
Holds at the desk: placed, promised a copy, missed, suspended, cancelled.

Every method is one command and gives a receipt. What is decided stands in `holding.py`;
what happens when the copy lies on a desk stands in `checkin.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from circulation.actor import Role
from circulation.borrower import Borrowers
from circulation.command import Caller, Commands, Decision
from circulation.errors import Refused, Unknown
from circulation.event import Event, NewEvents
from circulation.folds import ITEM, LOAN_RULES_FOLD, TITLE
from circulation.hold import Hold, HoldResumed, HoldSuspended, Title, title_of_hold, title_stream
from circulation.holding import (
    Promise,
    decide_cancel,
    decide_place,
    drop,
    open_hold,
    promise,
    soonest,
)
from circulation.item import Item, ItemMissed, ItemReleased, item_stream
from circulation.ledger import Claim, ClaimChanges, Ledger, Loaded
from circulation.lookups import Catalogue, Copy, Courier
from circulation.places import Places
from circulation.policy import LOAN_RULES, find_rule
from circulation.receipt import Receipt, receipt_of

__all__ = ["HoldDesk"]

_STAFF = (Role.DESK, Role.COORDINATOR)


class HoldDesk:
    """The commands about holds."""

    def __init__(
        self,
        ledger: Ledger,
        commands: Commands,
        borrowers: Borrowers,
        places: Places,
        catalogue: Catalogue,
        courier: Courier,
    ) -> None:
        self._ledger = ledger
        self._commands = commands
        self._borrowers = borrowers
        self._places = places
        self._catalogue = catalogue
        self._courier = courier

    def place(
        self,
        caller: Caller,
        *,
        card: str,
        pickup: str,
        title: str | None = None,
        item: str | None = None,
        request: str | None = None,
        happened_us: int | None = None,
    ) -> Receipt:
        """
        Place a hold on a title, or on one copy of it, for pickup at any branch.

        Raises `Unknown` (`patron.unknown`, `title.unknown`, `item.unknown`, `branch.unknown`) and what
        `decide_place` refuses.
        """
        wanted = self._title_wanted(title, item)
        self._places.branch(pickup)
        link: list[tuple[int, str]] = []

        def decide(at_us: int) -> Decision:
            borrower = self._borrowers.by_card(card)
            loaded = self._ledger.load(title_stream(wanted), TITLE)
            state = loaded.state
            if state is None:
                raise Unknown("title.unknown", f"There is no title '{wanted[:80]}'.", "Import or add it first.")
            rules = self._ledger.load(LOAN_RULES, LOAN_RULES_FOLD).state or {}
            rule = find_rule(rules, owner="*", category=borrower.patron.category, item_type="*")
            name = f"{wanted}#{state.holds_placed + 1}"
            # The link is bound to the hold's name, so a lost race that changes the name seals it anew.
            link[:] = [self._borrowers.link(borrower, name)]
            key, sealed = link[0]
            placed = decide_place(
                title=state,
                item=item,
                pickup=pickup,
                patron=borrower.patron,
                own_holds=len(borrower.claims.holds),
                own_hold=borrower.hold_on(wanted),
                rule=rule,
                key=key,
                sealed=sealed,
            )
            promised = self._promise_for(state, placed.hold, pickup=pickup, only=item, missed=(), at_us=at_us)
            claims = ClaimChanges(
                opened=(Claim(placed.hold, borrower.holder, "hold"),),
                versions={borrower.holder: borrower.claims.version},
            )
            return Decision(self._changes(loaded, wanted, (placed,), promised), claims)

        arguments = {"title": wanted, "item": item, "pickup": pickup}
        return receipt_of(
            self._commands.run(
                caller, "hold place", arguments, decide, roles=_STAFF, request=request, happened_us=happened_us
            )
        )

    def cancel(self, caller: Caller, hold: str, *, by_patron: bool = False, request: str | None = None) -> Receipt:
        """End a hold. A copy on its way, or on the shelf, is decided anew at its next scan."""

        def change(found: Hold) -> tuple[Event, ...]:
            return (decide_cancel(found, "patron" if by_patron else "staff"),)

        return self._change(caller, "hold cancel", hold, change, ends=True, request=request)

    def suspend(self, caller: Caller, hold: str, *, until: str | None = None, request: str | None = None) -> Receipt:
        """
        Keep the hold's place but give it no copy, until the day `until` or until it is resumed.

        Raises `Refused` (`hold.has-copy`) once a copy is set aside.
        """

        def change(found: Hold) -> tuple[Event, ...]:
            if found.captured is not None:
                raise Refused(
                    "hold.has-copy",
                    f"Item {found.captured} is already set aside for hold {hold}.",
                    "Cancel the hold, or let the patron pick it up.",
                )
            return (HoldSuspended(hold=hold, until=until),)

        return self._change(caller, "hold suspend", hold, change, ends=False, request=request, gives_up=True)

    def resume(self, caller: Caller, hold: str, *, request: str | None = None) -> Receipt:
        """Let a suspended hold take copies again."""
        return self._change(
            caller, "hold resume", hold, lambda found: (HoldResumed(hold=found.hold),), ends=False, request=request
        )

    def missed(self, caller: Caller, barcode: str, *, request: str | None = None) -> Receipt:
        """
        The copy on the pull list was not found: it is missing, and its hold is promised the next copy.

        Raises `Refused` (`pull.not-wanted`) for a copy that is not to be pulled.
        """

        def decide(at_us: int) -> Decision:
            item = self._ledger.load(item_stream(barcode), ITEM)
            if item.state is None:
                raise Unknown("item.unknown", f"There is no item {barcode}.", "Check the number.")
            wanted = item.state.custody.target
            loaded = self._ledger.load(title_stream(item.state.title), TITLE)
            hold = None if wanted is None or loaded.state is None else loaded.state.holds.get(wanted)
            if hold is None or loaded.state is None or hold.target != barcode:
                raise Refused(
                    "pull.not-wanted", f"Item {barcode} is not on a pull list.", "See branchline hold pull-list."
                )
            branch = item.state.branch or caller.desk
            dropped = drop(hold, "not-found")
            on_title = () if dropped is None else dropped.title
            then = self._promise_for(
                loaded.state,
                hold.hold,
                pickup=hold.pickup,
                only=hold.item,
                missed=(*hold.missed, barcode),
                at_us=at_us,
            )
            missed = NewEvents(item_stream(barcode), item.version, (ItemMissed(branch=branch, hold=hold.hold),))
            return Decision((missed, *self._changes(loaded, item.state.title, on_title, then)))

        return receipt_of(
            self._commands.run(caller, "hold missed", {"item": barcode}, decide, roles=_STAFF, request=request)
        )

    def retarget(self, caller: Caller, title: str, *, request: str | None = None) -> int:
        """
        Look again for copies for one title's waiting holds; promises whose van has left are taken back first.

        Returns how many holds were promised a copy.
        """
        promised: list[str] = []

        def decide(at_us: int) -> Decision:
            promised.clear()
            loaded = self._ledger.load(title_stream(title), TITLE)
            if loaded.state is None:
                return Decision(())
            return self._retargeted(loaded, loaded.state, at_us, promised)

        self._commands.run(caller, "hold retarget", {"title": title}, decide, roles=_STAFF, request=request)
        return len(promised)

    def _retargeted(self, loaded: Loaded[Title], title: Title, at_us: int, promised: list[str]) -> Decision:
        day_of: dict[str, str] = {}
        on_title: list[Event] = []
        on_items: dict[str, list[Event]] = {}
        taken = {hold.target for hold in title.holds.values() if hold.target and hold.pull_by_us >= at_us}
        for hold in title.holds.values():
            if hold.captured is not None or (hold.target is not None and hold.pull_by_us >= at_us):
                continue
            day = day_of.setdefault(hold.pickup, self._places.day(hold.pickup, at_us))
            late: tuple[str, ...] = ()
            dropped = drop(hold, "not-in-time")
            if dropped is not None:
                on_title.extend(dropped.title)
                on_items.setdefault(dropped.item, []).extend(dropped.on_item)
                late = (dropped.item,)
            if hold.suspended and (hold.suspended_until is None or hold.suspended_until > day):
                continue
            target = soonest(
                self._eligible(title.title_id, hold.item),
                pickup=hold.pickup,
                passed_over=(*taken, *hold.missed, *late),
                at_us=at_us,
                arrival=self._courier.arrival,
                cutoff=self._courier.cutoff,
            )
            if target is None:
                continue
            made = promise(hold.hold, target)
            on_title.extend(made.title)
            on_items.setdefault(made.item, []).extend(made.on_item)
            taken.add(target.item)
            promised.append(hold.hold)
        if not on_title:
            return Decision(())
        changes = [NewEvents(title_stream(title.title_id), loaded.version, tuple(on_title))]
        for barcode, events in on_items.items():
            item = self._ledger.load(item_stream(barcode), ITEM)
            changes.append(NewEvents(item_stream(barcode), item.version, tuple(events)))
        return Decision(tuple(changes))

    def _change(
        self,
        caller: Caller,
        name: str,
        hold: str,
        change: Callable[[Hold], tuple[Event, ...]],
        *,
        ends: bool,
        request: str | None,
        gives_up: bool = False,
    ) -> Receipt:
        """One change to one open hold; `ends` closes its claim, and like `gives_up` takes its promise back."""

        def decide(_at_us: int) -> Decision:
            title = title_of_hold(hold)
            loaded = self._ledger.load(title_stream(title), TITLE)
            found = open_hold(loaded.state, hold)
            dropped = drop(found, "hold-ended") if ends or gives_up else None
            events = (*(dropped.title if dropped else ()), *change(found))
            changes = list(self._changes(loaded, title, events, dropped, on_title_already=True))
            if ends and found.captured is not None:
                changes.extend(self._released(found))
            claims = ClaimChanges(closed=(hold,)) if ends else None
            return Decision(tuple(changes), claims)

        return receipt_of(self._commands.run(caller, name, {"hold": hold}, decide, roles=_STAFF, request=request))

    def _released(self, hold: Hold) -> tuple[NewEvents, ...]:
        """The copy set aside for an ended hold is free, wherever it is."""
        if hold.captured is None:
            return ()
        item = self._ledger.load(item_stream(hold.captured), ITEM)
        if item.state is None or item.state.custody.capture is None or item.state.custody.capture.hold != hold.hold:
            return ()
        released = ItemReleased(hold=hold.hold, branch=item.state.branch or "", why="cancelled")
        return (NewEvents(item_stream(hold.captured), item.version, (released,)),)

    def promise_another(self, title: Title, hold: Hold, *, without: str, at_us: int) -> Promise | None:
        """Another copy than `without` for a hold that has just lost its own; None where there is none, or no want."""
        if hold.suspended:
            return None
        missed = (*hold.missed, without)
        return self._promise_for(title, hold.hold, pickup=hold.pickup, only=hold.item, missed=missed, at_us=at_us)

    def _promise_for(
        self, title: Title, hold: str, *, pickup: str, only: str | None, missed: tuple[str, ...], at_us: int
    ) -> Promise | None:
        taken = tuple(other.target for other in title.holds.values() if other.target is not None)
        target = soonest(
            self._eligible(title.title_id, only),
            pickup=pickup,
            passed_over=(*taken, *missed),
            at_us=at_us,
            arrival=self._courier.arrival,
            cutoff=self._courier.cutoff,
        )
        return None if target is None else promise(hold, target)

    def _eligible(self, title: str, only: str | None) -> list[Copy]:
        """The copies that the catalogue shows on a shelf and that their own streams confirm."""
        fresh: list[Copy] = []
        for copy in self._catalogue.copies(title):
            if not copy.on_shelf or (only is not None and copy.barcode != only):
                continue
            item = self._ledger.load(item_stream(copy.barcode), ITEM).state
            if item is not None and item.on_shelf and item.holdable and item.custody.target is None:
                fresh.append(replace(copy, branch=item.branch))
        return fresh

    def _changes(
        self,
        loaded: Loaded[Title],
        title: str,
        on_title: tuple[Event, ...],
        promised: Promise | None,
        *,
        on_title_already: bool = False,
    ) -> tuple[NewEvents, ...]:
        """The title's events and, guarded by its version, those of the copy that is promised or given up."""
        events = on_title if on_title_already or promised is None else (*on_title, *promised.title)
        changes = [NewEvents(title_stream(title), loaded.version, events)]
        if promised is not None:
            item = self._ledger.load(item_stream(promised.item), ITEM)
            changes.append(NewEvents(item_stream(promised.item), item.version, promised.on_item))
        return tuple(changes)

    def _title_wanted(self, title: str | None, item: str | None) -> str:
        if item is None:
            if title is None:
                raise Refused("hold.of-what", "A hold is for a title or for an item.", "Name one of them.")
            return title
        state: Item | None = self._ledger.load(item_stream(item), ITEM).state
        if state is None:
            raise Unknown("item.unknown", f"There is no item {item}.", "Check the number.")
        return state.title
