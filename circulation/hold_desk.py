"""
Holds at the desk: placed, promised a copy, missed, suspended, cancelled.

Every method is one command and gives a receipt. What is decided stands in `holding.py`;
what happens when the copy lies on a desk stands in `checkin.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from circulation.actor import Role
from circulation.borrower import Borrowers
from circulation.command import Caller, Commands, Decision
from circulation.errors import Refused, Unknown
from circulation.event import Event, NewEvents
from circulation.folds import ITEM, TITLE
from circulation.hold import Hold, HoldResumed, HoldSuspended, Obstacle, Title, title_of_hold, title_stream
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
from circulation.policies import DayRules, Policies
from circulation.recall_desk import RecallDesk
from circulation.receipt import Receipt, receipt_of

__all__ = ["HoldDesk"]

_STAFF = (Role.DESK, Role.COORDINATOR)


class _Copies:
    """The copies that one decision looks at, each read once: what it says and the version that guards it are one."""

    def __init__(self, ledger: Ledger, known: dict[str, Loaded[Item]] | None = None) -> None:
        self._ledger = ledger
        self._read = known or {}

    def __contains__(self, barcode: str) -> bool:
        return barcode in self._read

    def __getitem__(self, barcode: str) -> Loaded[Item]:
        if barcode not in self._read:
            self._read[barcode] = self._ledger.load(item_stream(barcode), ITEM)
        return self._read[barcode]


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
        *,
        policies: Policies,
        recalls: RecallDesk,
    ) -> None:
        self._ledger = ledger
        self._commands = commands
        self._borrowers = borrowers
        self._places = places
        self._catalogue = catalogue
        self._courier = courier
        self._policies = policies
        self._recalls = recalls

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
            category = borrower.patron.category
            rules = self._rules(pickup, at_us)
            copies = _Copies(self._ledger)
            name = f"{wanted}#{state.holds_placed + 1}"
            # The link is bound to the hold's name, so a lost race that changes the name seals it anew.
            link[:] = [self._borrowers.link(borrower, name)]
            key, sealed = link[0]
            promised = self._promise_for(
                state,
                name,
                pickup=pickup,
                category=category,
                only=item,
                missed=(),
                at_us=at_us,
                rules=rules,
                copies=copies,
            )
            recall = None
            obstacles: tuple[Obstacle, ...] = ()
            if promised is None:
                recall = self._recalls.for_hold(
                    name, wanted, only=item, category=category, pickup=pickup, rules=rules, at_us=at_us
                )
                obstacles = self._obstacles(wanted, item, pickup=pickup, category=category, rules=rules, copies=copies)
            placed = decide_place(
                title=state,
                item=item,
                pickup=pickup,
                patron=borrower.patron,
                own_holds=len(borrower.claims.holds),
                own_hold=borrower.hold_on(wanted),
                ruling=rules.ruling(None, category=category, branch=pickup),
                key=key,
                sealed=sealed,
                recalls=None if recall is None else recall.item,
                obstacles=obstacles,
            )
            claims = ClaimChanges(
                opened=(Claim(placed.hold, borrower.holder, "hold"),),
                versions={borrower.holder: borrower.claims.version},
            )
            changes = self._changes(loaded, wanted, (placed,), promised, copies)
            return Decision(changes if recall is None else (*changes, recall.change), claims)

        arguments = {"title": wanted, "item": item, "pickup": pickup}
        return receipt_of(
            self._commands.run(
                caller, "hold place", arguments, decide, roles=_STAFF, request=request, happened_us=happened_us
            )
        )

    def cancel(self, caller: Caller, hold: str, *, by_patron: bool = False, request: str | None = None) -> Receipt:
        """
        End a hold. A copy on its way, or on the shelf, is decided anew at its next scan.

        A loan that was shortened for it stays so: the receipt says that, and how the time can be given back.
        """

        def change(found: Hold) -> tuple[Event, ...]:
            recalled = found.recalls
            if recalled is not None and not self._recalls.still_recalled(recalled, found.hold):
                recalled = None
            return (decide_cancel(found, "patron" if by_patron else "staff", recalled=recalled),)

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
            copies = _Copies(self._ledger)
            item = copies[barcode]
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
                category=hold.category,
                only=hold.item,
                missed=(*hold.missed, barcode),
                at_us=at_us,
                rules=self._rules(hold.pickup, at_us),
                copies=copies,
            )
            missed = NewEvents(item_stream(barcode), item.version, (ItemMissed(branch=branch, hold=hold.hold),))
            return Decision((missed, *self._changes(loaded, item.state.title, on_title, then, copies)))

        return receipt_of(
            self._commands.run(caller, "hold missed", {"item": barcode}, decide, roles=_STAFF, request=request)
        )

    def retarget(self, caller: Caller, title: str, *, request: str | None = None) -> int:
        """
        Look again for copies for one title's waiting holds.

        Promises whose van has left, or that a rule or transfer limit does not allow any more, are taken back first.
        Returns how many holds were promised a copy.
        """
        promised: list[str] = []

        def decide(at_us: int) -> Decision:
            promised.clear()
            return Decision(self.reconsidered(title, at_us, _Copies(self._ledger), promised))

        self._commands.run(caller, "hold retarget", {"title": title}, decide, roles=_STAFF, request=request)
        return len(promised)

    def edited(self, before: Loaded[Item], after: Item, edit: Event, at_us: int) -> tuple[NewEvents, ...]:
        """
        The changes of editing a copy: the edit itself, and what it means at once for those who wait for its title.

        A copy that became holdable is promised to the first of them; one that is not any more is promised no longer.
        """
        copies = _Copies(self._ledger, {after.barcode: Loaded(before.version, after)})
        return self.reconsidered(after.title, at_us, copies, [], first={after.barcode: [edit]})

    def reconsidered(
        self,
        title: str,
        at_us: int,
        copies: _Copies,
        promised: list[str],
        *,
        first: dict[str, list[Event]] | None = None,
    ) -> tuple[NewEvents, ...]:
        """What changes when copies are looked for again for a title; `promised` collects the holds served."""
        loaded = self._ledger.load(title_stream(title), TITLE)
        on_items = first or {}
        on_title = self._retargeted(loaded.state, at_us, copies, promised, on_items) if loaded.state else []
        changes = [NewEvents(title_stream(title), loaded.version, tuple(on_title))] if on_title else []
        changes += [
            NewEvents(item_stream(barcode), copies[barcode].version, tuple(events))
            for barcode, events in on_items.items()
        ]
        return tuple(changes)

    def _retargeted(
        self, title: Title, at_us: int, copies: _Copies, promised: list[str], on_items: dict[str, list[Event]]
    ) -> list[Event]:
        rules_of: dict[str, DayRules] = {}
        day_of: dict[str, str] = {}
        on_title: list[Event] = []
        taken = {hold.target for hold in title.holds.values() if hold.target and hold.pull_by_us >= at_us}
        for hold in title.holds.values():
            if hold.captured is not None:
                continue
            day = day_of.setdefault(hold.pickup, self._places.day(hold.pickup, at_us))
            rules = rules_of.setdefault(day, self._policies.on(day))
            in_time = hold.target is not None and hold.pull_by_us >= at_us
            if in_time and not self._is_barred(hold, rules, copies):
                continue
            late: tuple[str, ...] = ()
            dropped = drop(hold, "not-allowed" if in_time else "not-in-time")
            if dropped is not None:
                on_title.extend(dropped.title)
                on_items.setdefault(dropped.item, []).extend(dropped.on_item)
                late = (dropped.item,)
            if hold.suspended and (hold.suspended_until is None or hold.suspended_until > day):
                continue
            target = soonest(
                self._eligible(
                    title.title_id, hold.item, pickup=hold.pickup, category=hold.category, rules=rules, copies=copies
                ),
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
        return on_title

    def _is_barred(self, hold: Hold, rules: DayRules, copies: _Copies) -> bool:
        """Whether the promised copy may not serve the hold any more."""
        item = None if hold.target is None else copies[hold.target].state
        if item is None:
            return False
        origin = item.branch or item.home
        return rules.bar(item, category=hold.category, pickup=hold.pickup, origin=origin) is not None

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
            copies = _Copies(self._ledger)
            changes = list(self._changes(loaded, title, events, dropped, copies, on_title_already=True))
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

    def _promise_for(
        self,
        title: Title,
        hold: str,
        *,
        pickup: str,
        category: str,
        only: str | None,
        missed: tuple[str, ...],
        at_us: int,
        rules: DayRules,
        copies: _Copies,
    ) -> Promise | None:
        taken = tuple(other.target for other in title.holds.values() if other.target is not None)
        target = soonest(
            self._eligible(title.title_id, only, pickup=pickup, category=category, rules=rules, copies=copies),
            pickup=pickup,
            passed_over=(*taken, *missed),
            at_us=at_us,
            arrival=self._courier.arrival,
            cutoff=self._courier.cutoff,
        )
        return None if target is None else promise(hold, target)

    def _eligible(
        self, title: str, only: str | None, *, pickup: str, category: str, rules: DayRules, copies: _Copies
    ) -> list[Copy]:
        """The copies that the catalogue shows on a shelf, that their own streams confirm, and that the rules let go."""
        fresh: list[Copy] = []
        for copy in self._catalogue.copies(title):
            if only is not None and copy.barcode != only:
                continue
            # What is being edited the catalogue shows as it was before.
            if not copy.on_shelf and copy.barcode not in copies:
                continue
            item = copies[copy.barcode].state
            if item is None or not item.on_shelf or item.custody.target is not None or item.branch is None:
                continue
            if rules.bar(item, category=category, pickup=pickup, origin=item.branch) is None:
                fresh.append(replace(copy, branch=item.branch, on_shelf=True))
        return fresh

    def _obstacles(
        self, title: str, only: str | None, *, pickup: str, category: str, rules: DayRules, copies: _Copies
    ) -> tuple[Obstacle, ...]:
        """What bars every copy from a hold; nothing as soon as one copy may serve it, today or when it is back."""
        counted: Counter[tuple[str, str]] = Counter()
        for copy in self._catalogue.copies(title):
            item = copies[copy.barcode].state if only in (None, copy.barcode) else None
            if item is None:
                continue
            origin = item.branch or item.home
            bar = rules.bar(item, category=category, pickup=pickup, origin=origin)
            if bar is None:
                return ()
            counted[bar.by, bar.reason] += 1
        return tuple(Obstacle(copies=count, by=by, reason=why) for (by, why), count in sorted(counted.items()))

    def _rules(self, pickup: str, at_us: int) -> DayRules:
        return self._policies.on(self._places.day(pickup, at_us))

    def _changes(
        self,
        loaded: Loaded[Title],
        title: str,
        on_title: tuple[Event, ...],
        promised: Promise | None,
        copies: _Copies,
        *,
        on_title_already: bool = False,
    ) -> tuple[NewEvents, ...]:
        """The title's events and, guarded by its version, those of the copy that is promised or given up."""
        events = on_title if on_title_already or promised is None else (*on_title, *promised.title)
        changes = [NewEvents(title_stream(title), loaded.version, events)]
        if promised is not None:
            changes.append(NewEvents(item_stream(promised.item), copies[promised.item].version, promised.on_item))
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
