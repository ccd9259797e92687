"""
Holds at the desk: placed, promised a copy, missed, suspended, cancelled, no longer wanted.

Every method is one command and gives a receipt. What is decided stands in `holding.py`; which copy a hold is promised
is looked for in `targeting.py`; what happens when the copy lies on a desk stands in `checkin.py`.
Changes to where and how long a copy waits are in `pickup_desk.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from circulation.actor import Role
from circulation.borrower import Borrowers
from circulation.command import Behind, Caller, Commands, Decision
from circulation.declaring import refuse_hold_on
from circulation.errors import Refused, Unknown
from circulation.event import Event, NewEvents
from circulation.folds import ITEM, TITLE
from circulation.hold import Hold, HoldResumed, HoldSuspended, Obstacle, Title, title_of_hold, title_stream
from circulation.holding import (
    Promise,
    decide_cancel,
    decide_lapse,
    decide_place,
    drop,
    open_hold,
    own_hold_for,
    promise,
)
from circulation.item import Item, ItemMissed, ItemReleased, item_stream
from circulation.ledger import Claim, ClaimChanges, Ledger, Loaded
from circulation.lookups import Catalogue
from circulation.messages.names import Names
from circulation.override import Override, refuse
from circulation.places import Places
from circulation.recall_desk import RecallDesk
from circulation.receipt import Receipt, receipt_of
from circulation.service import Suspension
from circulation.service_words import refused_words
from circulation.targeting import Copies, Look, Targeting

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
        *,
        targeting: Targeting,
        recalls: RecallDesk,
    ) -> None:
        self._ledger = ledger
        self._commands = commands
        self._borrowers = borrowers
        self._places = places
        self._catalogue = catalogue
        self._targeting = targeting
        self._recalls = recalls

    def place(
        self,
        caller: Caller,
        *,
        card: str,
        pickup: str,
        title: str | None = None,
        item: str | None = None,
        part: str | None = None,
        expires: str | None = None,
        override: str | None = None,
        request: str | None = None,
        happened_us: int | None = None,
    ) -> Receipt:
        """
        Place a hold on a title, on one part of it or on one copy of it, for pickup at any branch.

        `expires` is the last local day on which it is wanted, `part` must be one of which the title has a copy;
        `override` is the reason to take it although requests are suspended on every way (`override.py`).
        Raises `Unknown` (`patron.unknown`, `title.unknown`, `item.unknown`, `branch.unknown`, `hold.part-unknown`)
        and what `decide_place` and `refuse_hold_on` refuse,
        and `Refused` (`service.requests-suspended`).
        """
        wanted = self._title_wanted(title, item)
        self._places.branch(pickup)
        if part is not None:
            self._check_part(wanted, part)
        link: list[tuple[int, str]] = []

        def decide(at_us: int) -> Decision:
            borrower = self._borrowers.by_card(card)
            loaded = self._ledger.load(title_stream(wanted), TITLE)
            state = loaded.state
            if state is None:
                raise Unknown("title.unknown", title=wanted[:80])
            category = borrower.patron.category
            look = self._targeting.look(at_us)
            rules = look.rules(pickup)
            name = f"{wanted}#{state.holds_placed + 1}"
            # The link is bound to the hold's name, so a lost race that changes the name seals it anew.
            link[:] = [self._borrowers.link(borrower, name)]
            key, sealed = link[0]
            hold = Hold(
                hold=name,
                pickup=pickup,
                item=item,
                category=category,
                patron_home=borrower.patron.home,
                key=key,
                patron=sealed,
                placed_us=at_us,
                part=part,
                expires=expires,
            )
            promised = look.promise_for(hold)
            recall = None
            obstacles: tuple[Obstacle, ...] = ()
            passing = None if override is None else self._borrowers.override(caller, override)
            if promised is None:
                suspended = look.refused_by(hold, wanted)
                if suspended is not None:
                    self._forbid(suspended, pickup, passing)
                recall = self._recalls.for_hold(hold, wanted, rules=rules, at_us=at_us)
                obstacles = self._obstacles(hold, wanted, look)
            placed = decide_place(
                title=state,
                item=item,
                pickup=pickup,
                patron=borrower.patron,
                own_holds=len(borrower.claims.holds),
                own_hold=own_hold_for(state, borrower.holds_on(wanted), part),
                ruling=rules.ruling(None, category=category, branch=pickup),
                key=key,
                sealed=sealed,
                part=part,
                expires=expires,
                day=self._places.day(pickup, at_us),
                recalls=None if recall is None else recall.item,
                obstacles=obstacles,
            )
            claims = ClaimChanges(
                opened=(Claim(placed.hold, borrower.holder, "hold"),),
                versions={borrower.holder: borrower.claims.version},
            )
            overridden = () if passing is None else self._borrowers.overridden(passing, key, name)
            changes = self._changes(loaded, wanted, (*overridden, placed), promised, look.copies)
            return Decision(changes if recall is None else (*changes, recall.change), claims)

        arguments: dict[str, object] = {"title": wanted, "item": item, "pickup": pickup}
        if part is not None or expires is not None:
            arguments |= {"part": part, "expires": expires}
        if override is not None:
            arguments["override"] = True
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

        def change(found: Hold, _at_us: int) -> tuple[Event, ...]:
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

        def change(found: Hold, _at_us: int) -> tuple[Event, ...]:
            if found.captured is not None:
                raise Refused("hold.has-copy", item=found.captured, hold=hold)
            return (HoldSuspended(hold=hold, until=until),)

        return self._change(caller, "hold suspend", hold, change, ends=False, request=request, gives_up=True)

    def resume(self, caller: Caller, hold: str, *, request: str | None = None) -> Receipt:
        """Let a suspended hold take copies again; it is promised one if there is one on a shelf."""

        def decide(at_us: int) -> Decision:
            title = title_of_hold(hold)
            loaded = self._ledger.load(title_stream(title), TITLE)
            found = open_hold(loaded.state, hold)
            look = self._targeting.look(at_us)
            awake = replace(found, suspended=False, suspended_until=None)
            wants_one = found.captured is None and found.target is None
            promised = look.promise_for(awake) if wants_one else None
            return Decision(self._changes(loaded, title, (HoldResumed(hold=hold),), promised, look.copies))

        return receipt_of(
            self._commands.run(caller, "hold resume", {"hold": hold}, decide, roles=_STAFF, request=request)
        )

    def lapse(self, caller: Caller, hold: str, *, request: str | None = None) -> Receipt:
        """
        End a waiting hold that is not wanted any longer.

        Raises `Unknown` (`hold.unknown`) and what `decide_lapse` refuses.
        """

        def change(found: Hold, at_us: int) -> tuple[Event, ...]:
            return (decide_lapse(found, self._places.day(found.pickup, at_us)),)

        return self._change(caller, "hold expire", hold, change, ends=True, request=request)

    def missed(self, caller: Caller, barcode: str, *, request: str | None = None) -> Receipt:
        """
        The copy on the pull list was not found: it is missing, and its hold is promised the next copy.

        Raises `Refused` (`pull.not-wanted`) for a copy that is not to be pulled.
        """

        def decide(at_us: int) -> Decision:
            look = self._targeting.look(at_us)
            item = look.copies[barcode]
            if item.state is None:
                raise Unknown("item.unknown", item=barcode)
            # Missed before it was last seen, it would lose its hold and stay where it is.
            Behind.check(at_us, item.state.custody.custody_us, None)
            wanted = item.state.custody.target
            loaded = self._ledger.load(title_stream(item.state.title), TITLE)
            hold = None if wanted is None or loaded.state is None else loaded.state.holds.get(wanted)
            if hold is None or loaded.state is None or hold.target != barcode:
                raise Refused("pull.not-wanted", item=barcode)
            branch = item.state.branch or caller.desk
            dropped = drop(hold, "not-found")
            on_title = () if dropped is None else dropped.title
            then = look.promise_for(hold, without=(barcode,))
            missed = NewEvents(item_stream(barcode), item.version, (ItemMissed(branch=branch, hold=hold.hold),))
            return Decision((missed, *self._changes(loaded, item.state.title, on_title, then, look.copies)))

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
            return Decision(self._reconsidered(title, self._targeting.look(at_us), at_us, promised))

        self._commands.run(caller, "hold retarget", {"title": title}, decide, roles=_STAFF, request=request)
        return len(promised)

    def edited(self, before: Loaded[Item], after: Item, edit: Event, at_us: int) -> tuple[NewEvents, ...]:
        """
        The changes of editing a copy: the edit itself, and what it means at once for those who wait for its title.

        A copy that became holdable is promised to the first of them; one that is not any more is promised no longer.
        """
        look = self._targeting.look(at_us, {after.barcode: Loaded(before.version, after)})
        return self._reconsidered(after.title, look, at_us, [], first={after.barcode: [edit]})

    def _reconsidered(
        self,
        title: str,
        look: Look,
        at_us: int,
        promised: list[str],
        *,
        first: dict[str, list[Event]] | None = None,
    ) -> tuple[NewEvents, ...]:
        """What changes when copies are looked for again for a title; `promised` collects the holds served."""
        loaded = self._ledger.load(title_stream(title), TITLE)
        on_items = first or {}
        on_title = self._retargeted(loaded.state, look, at_us, promised, on_items) if loaded.state else []
        changes = [NewEvents(title_stream(title), loaded.version, tuple(on_title))] if on_title else []
        changes += [
            NewEvents(item_stream(barcode), look.copies[barcode].version, tuple(events))
            for barcode, events in on_items.items()
        ]
        return tuple(changes)

    def _retargeted(
        self, title: Title, look: Look, at_us: int, promised: list[str], on_items: dict[str, list[Event]]
    ) -> list[Event]:
        on_title: list[Event] = []
        asking: list[Hold] = []
        freed: set[str] = set()
        for hold in title.holds.values():
            if hold.captured is not None:
                continue
            in_time = hold.target is not None and hold.pull_by_us >= at_us
            if in_time and not self._is_barred(hold, look):
                continue
            dropped = drop(hold, "not-allowed" if in_time else "not-in-time")
            if dropped is not None:
                on_title.extend(dropped.title)
                on_items.setdefault(dropped.item, []).extend(dropped.on_item)
                freed.add(dropped.item)
                hold = replace(hold, missed=(*hold.missed, dropped.item))
            asking.append(hold)
        # What was not pulled in time is back on its shelf before anybody is promised anything.
        shelved = look.shelved(title.title_id, freed=freed)
        taken: set[str] = set()
        for hold in asking:
            if len(taken) == len(shelved):
                break
            target = look.find(hold, shelved, taken=taken)
            if target is None:
                continue
            made = promise(hold.hold, target)
            on_title.extend(made.title)
            on_items.setdefault(made.item, []).extend(made.on_item)
            taken.add(target.item)
            promised.append(hold.hold)
        return on_title

    def _is_barred(self, hold: Hold, look: Look) -> bool:
        """Whether the promised copy may not serve the hold any more."""
        item = None if hold.target is None else look.copies[hold.target].state
        return item is not None and look.bar(hold, item) is not None

    def _change(
        self,
        caller: Caller,
        name: str,
        hold: str,
        change: Callable[[Hold, int], tuple[Event, ...]],
        *,
        ends: bool,
        request: str | None,
        gives_up: bool = False,
    ) -> Receipt:
        """One change to one open hold; `ends` closes its claim, and like `gives_up` takes its promise back."""

        def decide(at_us: int) -> Decision:
            title = title_of_hold(hold)
            loaded = self._ledger.load(title_stream(title), TITLE)
            found = open_hold(loaded.state, hold)
            dropped = drop(found, "hold-ended") if ends or gives_up else None
            events = (*(dropped.title if dropped else ()), *change(found, at_us))
            copies = Copies(self._ledger)
            changes = list(self._changes(loaded, title, events, dropped, copies, on_title_already=True))
            if ends and found.captured is not None:
                changes.extend(self._released(found, at_us))
            claims = ClaimChanges(closed=(hold,)) if ends else None
            return Decision(tuple(changes), claims)

        return receipt_of(self._commands.run(caller, name, {"hold": hold}, decide, roles=_STAFF, request=request))

    def _released(self, hold: Hold, at_us: int) -> tuple[NewEvents, ...]:
        """The copy set aside for an ended hold is free, wherever it is."""
        if hold.captured is None:
            return ()
        item = self._ledger.load(item_stream(hold.captured), ITEM)
        if item.state is None or item.state.custody.capture is None or item.state.custody.capture.hold != hold.hold:
            return ()
        Behind.check(at_us, item.state.custody.custody_us, None)
        released = ItemReleased(hold=hold.hold, branch=item.state.branch or "", why="cancelled")
        return (NewEvents(item_stream(hold.captured), item.version, (released,)),)

    def promise_another(self, hold: Hold, *, without: str, at_us: int) -> Promise | None:
        """Another copy than `without` for a hold that has just lost its own; None where there is none, or no want."""
        look = self._targeting.look(at_us)
        return look.promise_for(replace(hold, missed=(*hold.missed, without)), without=(without,))

    def _obstacles(self, hold: Hold, title: str, look: Look) -> tuple[Obstacle, ...]:
        """What bars every copy from a hold; nothing as soon as one copy may serve it, today or when it is back."""
        counted: Counter[tuple[str, str]] = Counter()
        for copy in self._catalogue.copies(title):
            if hold.item not in (None, copy.barcode) or hold.part not in (None, copy.part):
                continue
            item = look.copies[copy.barcode].state
            if item is None:
                continue
            bar = look.bar(hold, item)
            if bar is None:
                return ()
            counted[bar.by, bar.reason] += 1
        return tuple(Obstacle(copies=count, by=by, reason=why) for (by, why), count in sorted(counted.items()))

    def _changes(
        self,
        loaded: Loaded[Title],
        title: str,
        on_title: tuple[Event, ...],
        promised: Promise | None,
        copies: Copies,
        *,
        on_title_already: bool = False,
    ) -> tuple[NewEvents, ...]:
        """The title's events and, guarded by its version, those of the copy that is promised or given up."""
        events = on_title if on_title_already or promised is None else (*on_title, *promised.title)
        changes = [NewEvents(title_stream(title), loaded.version, events)]
        if promised is not None:
            changes.append(NewEvents(item_stream(promised.item), copies[promised.item].version, promised.on_item))
        return tuple(changes)

    @staticmethod
    def _forbid(suspended: Suspension, pickup: str, passing: Override | None) -> None:
        """The refusal of a hold whose copy would have to come over a way without service, unless it is overridden."""
        forbid = refuse if passing is None else passing.forbid
        forbid(Refused("service.requests-suspended", pickup=pickup, suspended=refused_words(suspended)))

    def _check_part(self, title: str, part: str) -> None:
        parts = self._targeting.parts(title)
        if part not in parts:
            raise Unknown("hold.part-unknown", title=title, part=part[:40], parts=Names(sorted(parts)))

    def _title_wanted(self, title: str | None, item: str | None) -> str:
        if item is None:
            if title is None:
                raise Refused("hold.of-what")
            return title
        state: Item | None = self._ledger.load(item_stream(item), ITEM).state
        if state is None:
            raise Unknown("item.unknown", item=item)
        refuse_hold_on(state)
        return state.title
