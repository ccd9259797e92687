"""
A period played on a scratch ledger: people do what they did, and the desk decides anew what follows from it.

The staff and the courier of every run are the same and simple. A copy promised to a hold is pulled, and a hold shelf
cleared, on a round that staff make every hour while the branch is open. What sets out is scanned at its destination
when `Ways.arrival` says that it can be there at the soonest. A patron fetches a copy at the recorded moment, or if it
is not there yet, as long after it came as it was in the record.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast

from circulation.actor import ActorRegistered, Role
from circulation.calendar import local_day, zone_of
from circulation.clock import DAY_US, HOUR_US
from circulation.command import Caller, Commands
from circulation.desk import Desk
from circulation.errors import BranchlineError
from circulation.event import Event, Fact, NewEvents, Stamp
from circulation.folds import ITEM, TITLE
from circulation.hold import (
    Hold,
    HoldCancelled,
    HoldPickupChanged,
    HoldPlaced,
    HoldResumed,
    HoldSuspended,
    title_of_hold,
    title_stream,
)
from circulation.item import (
    CaptureRedirected,
    Item,
    ItemLent,
    ItemMissed,
    ItemPlacedOnHoldShelf,
    ItemReleased,
    ItemReturned,
    ItemTargeted,
    LoanRenewed,
    TransitOpened,
    item_of_loan,
    item_stream,
)
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.past_ledger import PastLedger
from circulation.scratch_ledger import ScratchLedger
from interfaces.whatif.alternative import Alternative, apply
from interfaces.whatif.deeds import Recorded
from interfaces.whatif.shelf_copies import NoTotes, ShelfCopies
from interfaces.whatif.strangers import SOMEBODY, StrangerKeys, meet
from logistics.situation import Situation, read_situation
from projections import holds, transits

if TYPE_CHECKING:
    from projections.views import Views

__all__ = ["Played", "play"]

_ROUND_US = HOUR_US
_LOOK_AHEAD_DAYS = 60
_ACTOR = "staff/what-if"
Step = Callable[[], None]


@dataclass(slots=True)
class Played:
    """What a run came to: its facts, the network that it had, and the deeds that could not be played, by reason."""

    facts: list[Fact]
    situation: Situation
    scratch: ScratchLedger
    not_played: Counter[str] = field(default_factory=Counter)


def play(
    start: PastLedger,
    registered: PastLedger,
    views: Views,
    recorded: Recorded,
    *,
    until_us: int,
    alternative: Alternative | None = None,
    advance: Callable[[int], None] = lambda _deeds: None,
) -> Played:
    """
    One run of the period from `start` to `until_us`, under the rules as `registered` or with others over them.

    Raises what `apply` does.
    """
    scratch = ScratchLedger(start, registered)
    stamp = Stamp(scratch.now_us, _ACTOR, "declared", "", "what-if", "begin", b"")
    scratch.append(stamp, (NewEvents(_ACTOR, 0, (ActorRegistered(role=Role.ADMINISTRATOR),)),))
    commands = Commands(cast(Ledger, scratch), lambda: scratch.now_us, cast(Keyring, StrangerKeys()))
    if alternative is not None:
        apply(alternative, scratch, commands, _at(""))
    run = _Run(scratch, commands, views, recorded, until_us)
    scratch.appended.clear()
    run.begin(start.upto)
    run.through(advance)
    return Played(scratch.appended, run.situation, scratch, run.not_played)


def _at(branch: str) -> Caller:
    return Caller(_ACTOR, "declared", branch, "what-if")


class _Run:
    """One run while it goes on: what is to happen next, and who is who in it."""

    def __init__(
        self, scratch: ScratchLedger, commands: Commands, views: Views, recorded: Recorded, until_us: int
    ) -> None:
        self._scratch = scratch
        self._views = views
        self._recorded = recorded
        self._until_us = until_us
        self.situation = read_situation(cast(Ledger, scratch))
        self._copies = ShelfCopies(scratch, views, scratch.upto)
        self._desk = Desk(
            cast(Ledger, scratch),
            cast(Keyring, StrangerKeys()),
            commands,
            catalogue=self._copies,
            courier=self.situation.ways,
            contents=NoTotes(),
        )
        self._next: list[tuple[int, int, Step]] = []
        self._count = 0
        self._seen = 0
        self._open: dict[tuple[str, date], Sequence[tuple[int, int]]] = {}
        self._loans: dict[str, str] = {}
        self._holds: dict[str, str] = {}
        self._awaited: dict[str, tuple[Fact, int]] = {}
        self._played_ready: set[str] = set()
        self.not_played: Counter[str] = Counter()

    # --- the order of things ---

    def begin(self, position: int) -> None:
        """What is under way when the period begins: journeys, promises, holds and what waits on hold shelves."""
        start_us = self._scratch.now_us
        meet(self._scratch, SOMEBODY, category="*", home="")
        for hold in holds.open_holds(self._views, as_of=position):
            meet(self._scratch, f"hold/{hold.hold}", category=hold.category, home=hold.patron_home, hold=hold.hold)
            self._holds[hold.hold] = hold.hold
            if hold.target and hold.target_branch:
                self._pull(hold.target, hold.target_branch)
            item = None if hold.captured is None else self._item(hold.captured)
            if item is not None and item.branch is not None and item.custody.transit is None:
                capture = item.custody.capture
                if capture is not None and capture.until_us is not None:
                    self._played_ready.add(hold.hold)
                    self._clear(item.barcode, item.branch, max(start_us, capture.until_us + 1))
        for journey in transits.open_transits(self._views, as_of=position):
            self._send(journey.item, journey.transit, journey.origin, journey.destination, journey.opened_us)

    def through(self, advance: Callable[[int], None]) -> None:
        """Everything up to the end of the period, in the order in which it happens."""
        for fact in self._recorded.deeds:
            self._work_until(fact.happened_us)
            self._scratch.now_us = max(self._scratch.now_us, fact.happened_us)
            self._do(fact)
            advance(1)
        self._work_until(self._until_us)
        for loan, _ in self._awaited.values():
            self._reject(loan, "the hold's copy was not there")

    def _work_until(self, moment_us: int) -> None:
        while self._next and self._next[0][0] <= min(moment_us, self._until_us):
            at_us, _, step = heapq.heappop(self._next)
            self._scratch.now_us = max(self._scratch.now_us, at_us)
            self._try(step)

    def _later(self, at_us: int | None, step: Step) -> None:
        if at_us is not None:
            self._count += 1
            heapq.heappush(self._next, (at_us, self._count, step))

    def _try(self, step: Step) -> None:
        """Staff and courier go on with what can be done: what is refused to them is decided by the next scan."""
        try:
            step()
        except BranchlineError:
            self.not_played["staff: refused"] += 1
        self._follow()

    def _follow(self) -> None:
        """Plan what follows from the facts that were just added."""
        new = self._scratch.appended[self._seen :]
        self._seen += len(new)
        for fact in new:
            code = fact.stream.removeprefix("item/")
            match fact.event:
                case TransitOpened() as opened:
                    self._send(code, opened.transit, opened.origin, opened.destination, fact.happened_us)
                case ItemTargeted() as targeted:
                    self._pull(code, targeted.branch)
                case ItemPlacedOnHoldShelf() as shelved:
                    self._played_ready.add(shelved.hold)
                    self._clear(code, shelved.branch, shelved.until_us + 1)
                    if shelved.hold in self._awaited:
                        lent, lag_us = self._awaited.pop(shelved.hold)
                        self._later(fact.happened_us + lag_us, lambda lent=lent: self._fetch(lent))  # type: ignore[misc]
                case ItemReleased(branch=branch, why="cancelled") | CaptureRedirected(branch=str(branch)):
                    if branch:
                        self._clear(code, branch, fact.happened_us)

    # --- staff and courier ---

    def _send(self, barcode: str, transit: str, origin: str, destination: str, opened_us: int) -> None:
        ways, now_us = self.situation.ways, self._scratch.now_us
        arrives_us = ways.arrival(origin, destination, opened_us)
        if arrives_us is not None and arrives_us < now_us:
            arrives_us = ways.arrival(origin, destination, now_us)
        if arrives_us is None:
            self.not_played["journeys without a way"] += 1

        def arrive() -> None:
            item = self._item(barcode)
            under_way = None if item is None else item.custody.transit
            if under_way is not None and under_way.transit == transit:
                self._desk.scan(_at(under_way.destination), barcode)

        self._later(arrives_us, arrive)

    def _pull(self, barcode: str, branch: str) -> None:
        def pull() -> None:
            item = self._item(barcode)
            if item is not None and item.custody.target is not None and item.branch == branch and item.on_shelf:
                self._desk.scan(_at(branch), barcode)

        self._later(self._next_round(branch, self._scratch.now_us), pull)

    def _clear(self, barcode: str, branch: str, since_us: int) -> None:
        def clear() -> None:
            item = self._item(barcode)
            if item is None or item.branch != branch or item.custody.transit is not None or item.custody.loan:
                return
            capture = item.custody.capture
            if capture is None or capture.until_us is None or capture.until_us < self._scratch.now_us:
                self._desk.scan(_at(branch), barcode)

        self._later(self._next_round(branch, since_us), clear)

    def _next_round(self, branch: str, since_us: int) -> int | None:
        """When staff next go round at a branch; a day later where it is never staffed."""
        if branch not in self.situation.branches:
            return None
        zone = zone_of(self.situation.branches[branch].time_zone)
        first = local_day(since_us, zone)
        for ahead in range(_LOOK_AHEAD_DAYS):
            for opens_us, closes_us in self._opening(branch, first + timedelta(days=ahead)):
                rounds = max(1, -((opens_us - since_us) // _ROUND_US))
                if opens_us + rounds * _ROUND_US <= closes_us:
                    return opens_us + rounds * _ROUND_US
        return since_us + DAY_US

    def _opening(self, branch: str, day: date) -> Sequence[tuple[int, int]]:
        if (branch, day) not in self._open:
            self._open[branch, day] = tuple(self.situation.calendar.opening(branch, day))
        return self._open[branch, day]

    # --- what people did ---

    def _do(self, fact: Fact) -> None:
        try:
            self._deed(fact)
        except BranchlineError as refused:
            self._reject(fact, refused.code)
        self._follow()

    def _reject(self, fact: Fact, reason: str) -> None:
        self.not_played[f"{_WORDS.get(type(fact.event).__name__, 'other')}: {reason}"] += 1

    def _deed(self, fact: Fact) -> None:
        match fact.event:
            case ItemReturned() as returned:
                self._bring_back(fact, returned)
            case ItemLent(hold=None):
                self._take(fact)
            case ItemLent():
                self._fetch(fact)
            case LoanRenewed() as renewed:
                barcode = self._lent(renewed.loan)
                if barcode is None:
                    self._reject(fact, "its loan was not played")
                else:
                    self._desk.loans.renew(_at(renewed.branch), barcode)
            case HoldPlaced() as placed:
                self._ask(placed, fact)
            case HoldCancelled() as cancelled:
                self._with_hold(
                    fact,
                    cancelled.hold,
                    lambda hold: self._desk.holds.cancel(_at(fact.desk), hold, by_patron=cancelled.why == "patron"),
                )
            case HoldSuspended() as suspended:
                self._with_hold(
                    fact,
                    suspended.hold,
                    lambda hold: self._desk.holds.suspend(_at(fact.desk), hold, until=suspended.until),
                )
            case HoldResumed() as resumed:
                self._with_hold(fact, resumed.hold, lambda hold: self._desk.holds.resume(_at(fact.desk), hold))
            case HoldPickupChanged() as moved:
                self._with_hold(
                    fact,
                    moved.hold,
                    lambda hold: self._desk.pickups.change(_at(fact.desk), hold, pickup=moved.pickup),
                )
            case ItemMissed() as missed:
                item = self._item(fact.stream.removeprefix("item/"))
                if missed.hold and item is not None and item.custody.target and item.branch == missed.branch:
                    self._desk.holds.missed(_at(missed.branch), item.barcode)
            case catalogued:
                self._catalogue(fact, catalogued)

    def _catalogue(self, fact: Fact, event: Event) -> None:
        """What enters the catalogue, or is described anew, does so as it did."""
        fold: Any = ITEM if fact.stream.startswith("item/") else TITLE
        version = self._scratch.load(fact.stream, fold).version
        stamp = Stamp(fact.happened_us, _ACTOR, "declared", fact.desk, "what-if", fact.request, b"")
        self._scratch.append(stamp, (NewEvents(fact.stream, version, (event,)),))

    def _take(self, fact: Fact) -> None:
        """A copy was taken from a shelf; if it is not there, another one of its title that is."""
        lent = cast(ItemLent, fact.event)
        item = self._item(fact.stream.removeprefix("item/"))
        if item is None or item.branch != lent.branch or item.custody.capture is not None:
            there = [copy for copy in self._copies.copies(item.title) if copy.on_shelf] if item else []
            barcode = next((copy.barcode for copy in there if copy.branch == lent.branch), None)
            if barcode is None:
                self._reject(fact, "no copy on that shelf")
                return
        else:
            barcode = item.barcode
        self._lend(lent, barcode, f"loan/{lent.loan}")

    def _fetch(self, fact: Fact) -> None:
        """Somebody came for a hold, whatever copy it got."""
        lent = cast(ItemLent, fact.event)
        recorded = lent.hold or ""
        hold = self._open_hold(self._holds.get(recorded))
        if hold is None:
            self._reject(fact, "the hold had ended or was refused")
            return
        copy = None if hold.captured is None else self._item(hold.captured)
        capture = None if copy is None else copy.custody.capture
        if copy is not None and capture is not None and capture.until_us is not None and copy.branch is not None:
            self._lend(lent, copy.barcode, f"hold/{recorded}", at=copy.branch)
            return
        ready_us = self._recorded.ready_us.get(recorded)
        if ready_us is None and hold.captured is None:
            self._take_for(fact, recorded)
            return
        self._awaited[hold.hold] = (fact, max(0, fact.happened_us - (ready_us or fact.happened_us)))

    def _take_for(self, fact: Fact, recorded: str) -> None:
        """The patron found a copy on the shelf before the hold got one."""
        lent = cast(ItemLent, fact.event)
        item = self._item(fact.stream.removeprefix("item/"))
        if item is None or item.branch != lent.branch or not item.on_shelf:
            self._reject(fact, "no copy on that shelf")
            return
        self._lend(lent, item.barcode, f"hold/{recorded}")

    def _lend(self, lent: ItemLent, barcode: str, stranger: str, *, at: str | None = None) -> None:
        if stranger.startswith("loan/"):
            meet(self._scratch, stranger, category=lent.category, home=lent.patron_home)
        self._desk.loans.lend(_at(at or lent.branch), card=stranger, barcode=barcode)
        self._loans[lent.loan] = barcode

    def _bring_back(self, fact: Fact, returned: ItemReturned) -> None:
        barcode = self._lent(returned.loan)
        if barcode is None:
            self._reject(fact, "its loan was not played")
            return
        self._desk.scan(_at(returned.branch), barcode)

    def _lent(self, loan: str) -> str | None:
        """The copy that is out on a recorded loan now: the one of that time, or the one that was lent instead."""
        barcode = self._loans.get(loan)
        item = self._item(barcode or item_of_loan(loan))
        if item is None or item.custody.loan is None:
            return None
        return item.barcode if barcode is not None or item.custody.loan.loan == loan else None

    def _ask(self, placed: HoldPlaced, fact: Fact) -> None:
        stranger = f"hold/{placed.hold}"
        meet(self._scratch, stranger, category=placed.category, home=placed.patron_home)
        before = len(self._scratch.appended)
        self._desk.holds.place(
            _at(fact.desk),
            card=stranger,
            pickup=placed.pickup,
            title=None if placed.item else title_of_hold(placed.hold),
            item=placed.item,
            part=placed.part,
            expires=placed.expires,
        )
        for one in self._scratch.appended[before:]:
            if isinstance(one.event, HoldPlaced):
                self._holds[placed.hold] = one.event.hold

    def _with_hold(self, fact: Fact, recorded: str, change: Callable[[str], object]) -> None:
        hold = self._open_hold(self._holds.get(recorded))
        if hold is None:
            self._reject(fact, "the hold had ended or was refused")
        else:
            change(hold.hold)

    # --- looking ---

    def _item(self, barcode: str) -> Item | None:
        return self._scratch.load(item_stream(barcode), ITEM).state

    def _open_hold(self, name: str | None) -> Hold | None:
        if name is None:
            return None
        title = self._scratch.load(title_stream(title_of_hold(name)), TITLE).state
        return None if title is None else title.holds.get(name)


_WORDS = {
    "ItemReturned": "return",
    "ItemLent": "loan",
    "LoanRenewed": "renewal",
    "HoldPlaced": "hold",
    "HoldCancelled": "cancelling",
    "HoldSuspended": "suspending",
    "HoldResumed": "resuming",
    "HoldPickupChanged": "change of pickup branch",
    "ItemMissed": "copy not found",
}
