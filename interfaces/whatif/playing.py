"""
A period played on a scratch ledger: every act of the record is done again, and the desk decides anew what follows.

A run goes through the log in its order. What people wanted is done as they wanted it; what staff did with a copy is
done if the copy stands as it stood in truth (`likeness.py`), and otherwise the copy goes its own way (`courses.py`).
Under the rules that held, everything stands as it stood, so that the run comes to what happened.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from circulation.actor import ActorRegistered, Role
from circulation.command import Caller, Commands
from circulation.desk import Desk
from circulation.errors import BranchlineError
from circulation.event import Fact, NewEvents, Stamp
from circulation.folds import ITEM
from circulation.item import CaptureRedirected, Item, ItemPlacedOnHoldShelf, ItemReleased, ItemTargeted, item_stream
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.move import MoveCancelled, MoveRequested
from circulation.past_ledger import PastLedger
from circulation.scratch_ledger import ScratchLedger
from interfaces.whatif.alternative import Alternative, apply
from interfaces.whatif.courses import Courses
from interfaces.whatif.deeds import Act, Recorded
from interfaces.whatif.ground import Ground
from interfaces.whatif.habits import Habits, Trip
from interfaces.whatif.likeness import Truth, alike, the_same
from interfaces.whatif.people import People
from interfaces.whatif.shelf_copies import NoTotes, ShelfCopies
from interfaces.whatif.strangers import SOMEBODY, StrangerKeys, meet
from logistics.situation import Situation
from projections import holds, transits

if TYPE_CHECKING:
    from projections.views import Views

__all__ = ["Played", "play"]

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
    end: PastLedger,
    views: Views,
    recorded: Recorded,
    *,
    alternative: Alternative | None = None,
    advance: Callable[[int], None] = lambda _deeds: None,
) -> Played:
    """
    One run of the period from `start` to `end`, under the rules as they were or with others over them.

    Raises what `apply` does.
    """
    scratch = ScratchLedger(start)
    clock = _Clock(scratch)
    stamp = Stamp(scratch.now_us, _ACTOR, "declared", "", "what-if", "begin", b"")
    scratch.append(stamp, (NewEvents(_ACTOR, 0, (ActorRegistered(role=Role.ADMINISTRATOR),)),))
    commands = Commands(cast(Ledger, scratch), clock, cast(Keyring, StrangerKeys()))
    before = len(scratch.appended)
    if alternative is not None:
        apply(alternative, scratch, commands, Caller(_ACTOR, "declared", "", "what-if"))
    laid_over = scratch.appended[before:]
    run = _Run(start, end, scratch, clock, commands, views, recorded, laid_over)
    scratch.appended.clear()
    run.begin(start.upto)
    run.through(advance)
    return Played(scratch.appended, run.ground.situation, scratch, run.not_played)


class _Clock:
    """The moment at which what is done now happens: that of the run, or an earlier one that became known late."""

    def __init__(self, scratch: ScratchLedger) -> None:
        self._scratch = scratch
        self.late_us: int | None = None

    def __call__(self) -> int:
        return self._scratch.now_us if self.late_us is None else self.late_us


class _Run:
    """One run while it goes on: what is to happen next, and who is who in it."""

    def __init__(
        self,
        start: PastLedger,
        end: PastLedger,
        scratch: ScratchLedger,
        clock: _Clock,
        commands: Commands,
        views: Views,
        recorded: Recorded,
        laid_over: Sequence[Fact],
    ) -> None:
        self._scratch = scratch
        self._clock = clock
        self._views = views
        self._recorded = recorded
        self._until_us = end.now_us
        self._laid_over = laid_over
        self.ground = Ground(scratch)
        # What is registered, without the other rules: the same in the base run.
        self._plain = ScratchLedger(start) if laid_over else scratch
        self._truly = Ground(self._plain) if laid_over else self.ground
        self._truth = Truth(start)
        copies = ShelfCopies(scratch, views, scratch.upto)
        self._desk = Desk(
            cast(Ledger, scratch),
            cast(Keyring, StrangerKeys()),
            commands,
            catalogue=copies,
            courier=self.ground,
            contents=NoTotes(),
        )
        under_way = [
            (one.transit, Trip(one.origin, one.destination, one.opened_us, one.reason == "hold"))
            for one in transits.open_transits(views, as_of=start.upto)
        ]
        self._courses = Courses(self, self.ground, self._truly, Habits(recorded, Ground(end), under_way))
        self.not_played: Counter[str] = Counter()
        self._people = People(self, scratch, self._desk, copies, recorded, self.not_played)
        self._next: list[tuple[int, int, Step]] = []
        self._count = 0
        self._seen = 0

    # --- the order of things ---

    def begin(self, position: int) -> None:
        """What is under way when the period begins: journeys, promises, holds and what waits on hold shelves."""
        meet(self._scratch, SOMEBODY, category="*", home="")
        concerned: dict[str, None] = {}
        for hold in holds.open_holds(self._views, as_of=position):
            self._people.have(hold.hold, category=hold.category, home=hold.patron_home)
            concerned |= dict.fromkeys(code for code in (hold.target, hold.captured) if code is not None)
        concerned |= dict.fromkeys(one.item for one in transits.open_transits(self._views, as_of=position))
        self._seen = len(self._scratch.appended)
        for barcode in concerned:
            self._courses.attend(barcode, self._truth.item(barcode))

    def through(self, advance: Callable[[int], None]) -> None:
        """Everything up to the end of the period, in the order in which it was recorded."""
        for act in self._recorded.acts:
            self._work_until(act.recorded_us)
            self._scratch.now_us = max(self._scratch.now_us, act.recorded_us)
            self._clock.late_us = min(act.happened_us, self._scratch.now_us)
            self._do(act)
            self._truth.take(act.facts)
            self._clock.late_us = None
            self._follow(act.items())
            advance(1)
        self._work_until(self._until_us)
        self._people.leave()

    def _work_until(self, moment_us: int) -> None:
        while self._next and self._next[0][0] <= min(moment_us, self._until_us):
            at_us, _, step = heapq.heappop(self._next)
            self._scratch.now_us = max(self._scratch.now_us, at_us)
            self._try(step)
            self._follow(())

    def _try(self, step: Step) -> None:
        """Staff go on with what can be done: what is refused to them is decided by the next scan."""
        try:
            step()
        except BranchlineError:
            self.not_played["staff: refused"] += 1

    def _follow(self, barcodes: Iterable[str]) -> None:
        """See what is to come of what was done, here and in truth."""
        touched = dict.fromkeys(barcodes)
        new = self._scratch.appended[self._seen :]
        self._seen += len(new)
        for fact in new:
            if not fact.stream.startswith("item/"):
                continue
            barcode = fact.stream.removeprefix("item/")
            touched[barcode] = None
            match fact.event:
                case ItemTargeted():
                    self._courses.promised(barcode, fact.happened_us)
                case ItemPlacedOnHoldShelf() as shelved:
                    self._people.ready(shelved.hold, fact.happened_us)
                case ItemReleased(why="cancelled"):
                    self._courses.let_go(barcode, is_loose=True)
                case CaptureRedirected():
                    pass
                case _:
                    self._courses.let_go(barcode, is_loose=False)
        for barcode in touched:
            self._courses.attend(barcode, self._truth.item(barcode))

    # --- what was done ---

    def _do(self, act: Act) -> None:
        match act.kind:
            case "registered":
                self._register(act)
            case "catalogue":
                self._scratch.copy(fact for fact in act.facts if fact.stream.startswith(("item/", "title/")))
                self._people.listed(act)
            case "person":
                self._people.play(act)
            case "scan":
                self._try(lambda: self._scan(act))
            case "look-again":
                self._try(lambda: self._look_again(act))
            case _:
                self._by_hand(act)

    def _register(self, act: Act) -> None:
        """The network or a rule was changed; what the other rules say stays over it."""
        for ledger in {self._scratch, self._plain}:
            ledger.copy(act.facts)
        streams = {fact.stream for fact in act.facts}
        self._scratch.copy(fact for fact in self._laid_over if fact.stream in streams)
        for ground in {self.ground, self._truly}:
            ground.read_again()

    def _scan(self, act: Act) -> None:
        """What a patron brought is scanned in any case, what staff had in hand if it is there."""
        if self._people.bring_back(act):
            return
        branch = act.branch
        for barcode in act.seen():
            if self._courses.follows_record(barcode) and not self.is_shut(branch, act.recorded_us):
                self.scan(branch, barcode)

    def _look_again(self, act: Act) -> None:
        titles = dict.fromkeys(fact.stream for fact in act.facts if fact.stream.startswith("title/"))
        for stream in titles:
            self._desk.holds.retarget(self.at(act.lead.desk), stream.removeprefix("title/"))

    def _by_hand(self, act: Act) -> None:
        """What no rule brings about is added as it was, if every copy stands as it stood, to the name."""
        if all(the_same(self.item(code), self._truth.item(code)) for code in act.items()):
            self._scratch.copy(fact for fact in act.facts if fact.stream.startswith(("item/", "title/")))
        else:
            is_move = isinstance(act.lead.event, MoveRequested | MoveCancelled)
            self.not_played["copies sent by hand" if is_move else "other work by hand"] += 1

    # --- for those who take part ---

    def at(self, branch: str) -> Caller:
        """Whoever does something at a branch."""
        return Caller(_ACTOR, "declared", branch, "what-if")

    def now(self) -> int:
        """The moment of the run."""
        return self._scratch.now_us

    def item(self, barcode: str) -> Item | None:
        """A copy as it stands in the run."""
        return self._scratch.load(item_stream(barcode), ITEM).state

    def as_in_truth(self, barcode: str) -> bool:
        """Whether it stands there as it stood in truth."""
        people = self._people
        return alike(self.item(barcode), self._truth.item(barcode), hold=people.hold_here, loan=people.loan_here)

    def hold_in_truth(self, hold: str) -> str | None:
        """The recorded hold that is called so in the run."""
        return self._people.hold_in_truth(hold)

    def late_us(self) -> int | None:
        """When what is done now happened, where it became known late."""
        return self._clock.late_us

    def next_open(self, branch: str, at_us: int) -> int:
        """That moment, or the next one at which a branch is open; one that is never staffed is always open."""
        opens_us = self.ground.next_open(branch, at_us)
        return at_us if opens_us is None else opens_us

    def later(self, at_us: int, step: Step) -> None:
        """Have something done at a moment."""
        self._count += 1
        heapq.heappush(self._next, (at_us, self._count, step))

    def scan(self, branch: str, barcode: str) -> None:
        """Somebody at a branch scans a copy."""
        self._desk.scan(self.at(branch), barcode, happened_us=self._clock.late_us)

    def is_shut(self, branch: str, at_us: int) -> bool:
        """Whether a branch was open at that moment in truth and is not in the run."""
        if self.ground is self._truly:
            return False
        return self._truly.is_open(branch, at_us) and not self.ground.is_open(branch, at_us)
