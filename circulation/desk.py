"""
The desk: one method a command, a receipt out of each.

`scan` is the one entry for whatever lies on the desk. Each method reads fresh state, lets a pure decision say what
happened (`checkin.py`), and appends it once. Loans are in `loan_desk.py`, holds in `hold_desk.py`, totes in
`tote_desk.py`, the conditions of copies in `condition_desk.py`, what is no item of ours in `foreign_desk.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from circulation.actor import Role
from circulation.arrival_desk import ArrivalDesk
from circulation.assignment_desk import AssignmentDesk
from circulation.barcode import parse_barcode
from circulation.book_drop import returned_at
from circulation.borrower import Borrowers
from circulation.catalogue_desk import CatalogueDesk
from circulation.checkin import decide
from circulation.claim_desk import ClaimDesk
from circulation.command import (
    Behind,
    Caller,
    Commands,
    Decision,
    check_of,
    refuse_another,
    refuse_future,
)
from circulation.condition_desk import ConditionDesk
from circulation.copy_change import CopyChange
from circulation.empties_desk import EmptiesDesk
from circulation.errors import Unknown
from circulation.event import Event, NewEvents
from circulation.folds import ITEM, SERVICE_FOLD, TITLE
from circulation.foreign_desk import ForeignDesk
from circulation.foresight import Foresight
from circulation.hold import Title, title_stream
from circulation.hold_desk import HoldDesk
from circulation.item import (
    Item,
    ItemArrived,
    ItemReturned,
    ItemSetAside,
    ItemTargetDropped,
    ItemTargeted,
    LateScanRecorded,
    TransitAbandoned,
    TransitOpened,
    item_stream,
)
from circulation.keyring import Keyring
from circulation.ledger import ClaimChanges, Ledger, Loaded
from circulation.loan_desk import LoanDesk
from circulation.lookups import Catalogue, Contents, Courier
from circulation.move_desk import MoveDesk
from circulation.outcome import Outcome, Rulings, Scan
from circulation.pickup_desk import PickupDesk
from circulation.places import Places
from circulation.policies import Policies
from circulation.queues import Queues
from circulation.recall_desk import RecallDesk
from circulation.receipt import Receipt, receipt_of
from circulation.service import SERVICE, Suspension, that_blocks
from circulation.shelves import Once, Shelves, read_shelves
from circulation.standing_rules import StandingRules
from circulation.targeting import Targeting
from circulation.tote_desk import ToteDesk
from circulation.tote_trouble import TroubleDesk
from circulation.transit_desk import TransitDesk
from circulation.undoing import decide_undo_of

__all__ = ["Desk", "Placement"]

_STAFF = (Role.DESK, Role.COORDINATOR)


@dataclass(frozen=True, slots=True)
class Placement:
    """What a scan would come to: `to` is None where the copy stays; the last of the `grounds` decides."""

    item: str
    at: str
    to: str | None
    reason: str | None
    hold: str | None
    grounds: tuple[str, ...]


class Desk:
    """The commands of a desk on one ledger; `loans`, `holds`, `recalls`, `totes`, `moves` and others are the rest."""

    def __init__(
        self,
        ledger: Ledger,
        keyring: Keyring,
        commands: Commands,
        *,
        catalogue: Catalogue,
        courier: Courier,
        contents: Contents,
    ) -> None:
        self.ledger = ledger
        self.commands = commands
        self._keyring = keyring
        self.places = Places(ledger)
        self.borrowers = Borrowers(ledger, keyring, commands)
        self.policies = Policies(ledger)
        self.recalls = RecallDesk(ledger, commands, self.places, self.policies, catalogue)
        self._queues = Queues(ledger, self.places, self.policies, catalogue, courier)
        targeting = Targeting(ledger, self.places, self.policies, catalogue, courier, self._queues)
        self.loans = LoanDesk(
            ledger,
            keyring,
            commands,
            borrowers=self.borrowers,
            places=self.places,
            policies=self.policies,
        )
        self.holds = HoldDesk(
            ledger,
            commands,
            self.borrowers,
            self.places,
            catalogue,
            targeting=targeting,
            recalls=self.recalls,
        )
        self.assignments = AssignmentDesk(commands, targeting)
        self.pickups = PickupDesk(ledger, commands, self.places, targeting)
        self.foresight = Foresight(ledger, commands, self.places, self._scan_at)
        self.catalogue = CatalogueDesk(ledger, commands, self.places, self.holds)
        self.totes = ToteDesk(ledger, commands, self.places, courier, contents)
        self.foreign = ForeignDesk(ledger, commands, keyring, self.places, self.borrowers, self.totes)
        change = CopyChange(ledger, commands, self.borrowers, self.holds)
        self.conditions = ConditionDesk(ledger, commands, self.places, change, self._checked_in)
        self.claims = ClaimDesk(ledger, self.places, change)
        self.transits = TransitDesk(ledger, change)
        self.arrivals = ArrivalDesk(ledger, commands, self.places, contents, would_be=self.foresight.one)
        self.troubles = TroubleDesk(ledger, commands, self.places)
        self.empties = EmptiesDesk(ledger, commands, self.places)
        self.moves = MoveDesk(ledger, commands, self.places, self.policies, catalogue)
        self._catalogue = catalogue
        self._courier = courier

    # --- whatever lies on the desk --------------------------------------------------------------------------------

    def scan(
        self,
        caller: Caller,
        code: str,
        *,
        tote: str | None = None,
        sort: bool = False,
        out_of: str | None = None,
        by: Literal["desk", "drop", "import"] = "desk",
        dropped_us: int | None = None,
        request: str | None = None,
        happened_us: int | None = None,
    ) -> Receipt:
        """
        What to do with a code that was scanned at `caller.desk`: returned, arrived, found, pulled, or unknown.

        An item that travels on goes into `tote`, if that is its tote; with `sort` into the tote that is open here
        for its next stop, or else into `tote`. `out_of` is the tote that it was taken out of, if somebody says so;
        what was not packed into that one is listed. What lay in the book drop is scanned `by` it, and its loan ends
        at `dropped_us`, or when the branch was last open. A card or a tote's code is answered and not kept.
        Raises `Refused` (`scan.card`, `scan.tote`, `time.in-future`), `Invalid` (`barcode.unreadable`), `Unknown`
        (`branch.unknown`).
        """
        barcode = parse_barcode(code)
        branch = caller.desk
        if dropped_us is not None:
            refuse_future(dropped_us, self.commands.clock())

        def decide_once(at_us: int) -> Decision:
            loaded = self.ledger.load(item_stream(barcode), ITEM)
            if loaded.state is None:
                return self.foreign.scanned(branch, barcode)
            Behind.check(at_us, loaded.state.custody.custody_us, happened_us)
            return self._known(
                loaded,
                loaded.state,
                branch,
                at_us,
                by=by,
                dropped_us=dropped_us,
                tote=tote,
                sort=sort,
                out_of=out_of,
            )

        # Of a code that is sealed not even a digest may tell it: what can be guessed is found by trying.
        arguments: dict[str, object] = {"code": check_of(barcode), "branch": branch, "by": by}
        arguments |= {"tote": tote, "sort": sort}
        if out_of is not None:
            arguments["out_of"] = out_of
        if dropped_us is not None:
            arguments["dropped_us"] = dropped_us
        scanned = self.commands.run(
            caller, "scan", arguments, decide_once, roles=_STAFF, request=request, happened_us=happened_us
        )
        refuse_another(scanned, barcode)
        return receipt_of(scanned)

    def _checked_in(self, loaded: Loaded[Item], item: Item, branch: str, at_us: int) -> Decision:
        """A plain scan at the desk, as a part of another command."""
        return self._known(loaded, item, branch, at_us, by="desk", dropped_us=None, tote=None, sort=False, out_of=None)

    def _known(
        self,
        loaded: Loaded[Item],
        item: Item,
        branch: str,
        at_us: int,
        *,
        by: Literal["desk", "drop", "import"],
        dropped_us: int | None,
        tote: str | None,
        sort: bool,
        out_of: str | None,
    ) -> Decision:
        returned_us: int | None = None
        if by == "drop":
            calendar, known_us = self.places.calendar(branch), item.custody.custody_us
            returned_us = returned_at(calendar, branch, at_us, given_us=dropped_us, custody_us=known_us)
            # What somebody says of a time before the last custody is history, as for any scan.
            at_us = returned_us if returned_us < known_us else at_us
        if item.custody.capture is not None:
            # Until when it waits on the hold shelf, a closure may have moved.
            item = self.places.dated(item)
        queue = self.ledger.load(title_stream(item.title), TITLE)
        title = queue.state or Title(title_id=item.title)
        scan, rulings = self._scan_at(item, title, branch, at_us, by)
        outcome = decide(scan, item, title, rulings)
        started: tuple[NewEvents, ...] = ()
        onward = _destination(outcome, item)
        if onward is not None and (tote is not None or sort) and not outcome.stays_for_now:
            box = self.totes.box_for(branch, onward[0], onward[1], at_us, tote=tote, sort=sort)
            if box is not None:
                started = box.starts
                outcome = decide(replace(scan, filling=box.filling), item, title, rulings)
        changes = [
            # A filling begins before anything is in it, at every position of the log.
            *started,
            *_of_item(item, loaded.version, outcome, returned_us),
            *(self.totes.opened_by(item, branch, out_of) if at_us >= item.custody.custody_us else ()),
        ]
        if outcome.title:
            changes.append(NewEvents(title_stream(item.title), queue.version, outcome.title))
        if outcome.swap is not None:
            changes.extend(self._swapped(outcome))
        claims = ClaimChanges(closed=outcome.closes) if outcome.closes else None
        return Decision(tuple(changes), claims)

    def _scan_at(
        self, item: Item, title: Title, branch: str, at_us: int, by: Literal["desk", "drop", "import"] = "desk"
    ) -> tuple[Scan, Rulings]:
        """A beep of a copy at a branch, and what holds for it there and then, unread before a step asks for it."""
        scan = Scan(branch=branch, at_us=at_us, day=self.places.day(branch, at_us), by=by)
        rules = self.policies.on(scan.day)
        new_for = rules.ruling(item, branch=branch).age_protection_days if item.added and title.holds else None
        queue = self._queues.rulings(item, branch, at_us, age_protection_days=new_for)
        rulings = StandingRules(rules, self.places, scan, item, self._other_copy, queue).rulings()

        def shelves() -> Shelves:
            return read_shelves(self.ledger, self._catalogue, item, lambda to: rules.denied(item, branch, to))

        def halted(to: str) -> Suspension | None:
            # Read only for what travels, and nothing more where nothing was ever suspended.
            held = self.ledger.load(SERVICE, SERVICE_FOLD).state
            return that_blocks(held, self._courier.path(branch, to, scan.day), scan.day) if held else None

        return scan, replace(rulings, shelves=Once(shelves), halted=halted)

    def placement(self, barcode: str, branch: str, *, at_us: int | None = None) -> Placement:
        """
        What a scan of a copy at a branch would come to now or at an instant; nothing is recorded.

        Raises `Unknown` (`item.unknown`, `branch.unknown`).
        """
        _, item = self._item(parse_barcode(barcode))
        outcome = self.foresight.one(item, branch, self.commands.clock() if at_us is None else at_us)
        to, reason = _destination(outcome, item) or (None, None)
        hold = next((event.hold for event in outcome.item if isinstance(event, ItemSetAside)), None)
        return Placement(item.barcode, branch, to, reason, hold, outcome.grounds)

    def _swapped(self, outcome: Outcome) -> tuple[NewEvents, ...]:
        """The promise that moved, on the stream of the copy that was promised."""
        swap = outcome.swap
        if swap is None:
            return ()
        other = self.ledger.load(item_stream(swap.item), ITEM)
        if other.state is None or other.state.custody.target is None:
            return ()
        event: Event
        if swap.hold is None:
            event = ItemTargetDropped(hold=other.state.custody.target, why="other-copy")
        else:
            event = ItemTargeted(hold=swap.hold, branch=swap.branch, pull_by_us=swap.pull_by_us)
        return (NewEvents(item_stream(swap.item), other.version, (event,)),)

    # --- putting right --------------------------------------------------------------------------------------------

    def undo(
        self,
        caller: Caller,
        barcode: str,
        *,
        why: str = "mistake",
        of: int | None = None,
        request: str | None = None,
    ) -> Receipt:
        """
        Undo the last scan, loan or renewal of a copy, or the command that recorded position `of` on it.

        A new fact says what holds again, and the wrong ones stay in the log; a loan that a return had closed is
        open again. Raises what `decide_undo_of` refuses.
        """
        code = parse_barcode(barcode)

        def decide_once(_at_us: int) -> Decision:
            return decide_undo_of(self.ledger, self.borrowers, self.places.dated, code, why, of=of)

        arguments = {"item": code, "why": why} if of is None else {"item": code, "why": why, "of": of}
        return receipt_of(self.commands.run(caller, "undo", arguments, decide_once, roles=_STAFF, request=request))

    # --- reading --------------------------------------------------------------------------------------------------

    def _item(self, code: str) -> tuple[int, Item]:
        loaded = self.ledger.load(item_stream(code), ITEM)
        if loaded.state is None:
            raise Unknown("item.unknown", item=code)
        return loaded.version, self.places.dated(loaded.state)

    def _other_copy(self, code: str) -> Item | None:
        return self.ledger.load(item_stream(code), ITEM).state


def _of_item(item: Item, version: int, outcome: Outcome, returned_us: int | None) -> tuple[NewEvents, ...]:
    """The item's facts; a return out of the book drop happened at a time of its own, ahead of what followed from it."""
    stream, facts = item_stream(item.barcode), outcome.recorded
    if returned_us is None or not any(isinstance(event, ItemReturned) for event in facts):
        return (NewEvents(stream, version, facts),)
    return tuple(
        NewEvents(stream, version + number, (event,), returned_us if isinstance(event, ItemReturned) else None)
        for number, event in enumerate(facts)
    )


def _destination(outcome: Outcome, item: Item) -> tuple[str, str] | None:
    """Where the copy is to travel now and why, None if it stays."""
    for event in outcome.item:
        if isinstance(event, TransitOpened):
            return event.destination, event.reason
    transit = item.custody.transit
    ended = any(isinstance(event, ItemArrived | TransitAbandoned | LateScanRecorded) for event in outcome.item)
    return None if transit is None or ended else (transit.destination, transit.reason)
