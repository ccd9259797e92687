"""
A small network that does anything its staff and drivers may do, in any order, with the invariants checked each time.

The invariants are those of the circulation reference, section 1.8. Everything is checked from the log alone:
the state that the desk decides on is never asked whether it is right.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from circulation.calendar import local_day, zone_of
from circulation.catalogue_desk import Edit
from circulation.clock import DAY_US, HOUR_US
from circulation.errors import BranchlineError
from circulation.event import Fact
from circulation.floating import FloatingGroup
from circulation.floating_rules import FloatingRules
from circulation.folds import FILLING, ITEM, TITLE, TOTE
from circulation.hold import title_stream
from circulation.item import (
    item_stream,
)
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.offline.upload import UploadDesk
from circulation.policy_changes import LimitChange, RuleChange
from circulation.policy_desk import PolicyDesk
from circulation.session_desk import SessionDesk
from tests.cast import DUNE, ITEMS, MIDDLEMARCH, PATRONS
from tests.log_auditor import LogAuditor
from tests.offline_world import DeskWithoutNetwork
from tests.world import World

barcodes = st.sampled_from(sorted(ITEMS))
branches = st.sampled_from(["bath", "bristol", "wells", "taunton"])
patrons = st.sampled_from(sorted(PATRONS))
titles = st.sampled_from([MIDDLEMARCH, DUNE])
totes = st.sampled_from(["T1", "T2", "T3"])


class Network(RuleBasedStateMachine):
    """Desks, drivers and a clock; a refusal is a fine answer, anything else that goes wrong is not."""

    @initialize()
    def open(self) -> None:
        """The cast on empty stores."""
        self.world: World | None = None
        self.ledger = Ledger.open(
            "sqlite::memory:", clock=lambda: self.world.clock_us if self.world else 0, simulated=True
        )
        self.keyring = Keyring.open("sqlite::memory:")
        self.world = World(self.ledger, self.keyring)
        self.receipts: list[tuple[str, str, str, int]] = []
        self.offline: list[DeskWithoutNetwork] = []
        self.audit = LogAuditor()

    def _try(self, act: object, *args: object, **kwargs: object) -> object | None:
        self.world.clock_us += 60_000_000
        try:
            return act(*args, **kwargs)  # type: ignore[operator]
        except BranchlineError:
            return None

    @rule(barcode=barcodes, branch=branches, tote=st.none() | totes, sort=st.booleans())
    def scan(self, barcode: str, branch: str, tote: str | None, sort: bool) -> None:
        """Whatever lies on the desk; it is never refused."""
        request = f"scan-{len(self.receipts)}"
        self.world.clock_us += 60_000_000
        receipt = self.world.desk.scan(self.world.at(branch), barcode, tote=tote, sort=sort, request=request)
        assert receipt.position > 0
        self.receipts.append((request, barcode, f"{branch} {tote} {sort}", receipt.position))

    @rule(number=st.integers(0, 30))
    def repeat(self, number: int) -> None:
        """A retry gets the first receipt and records nothing."""
        if not self.receipts:
            return
        request, barcode, where, position = self.receipts[number % len(self.receipts)]
        branch, tote, sort = where.split(" ")
        head = self.ledger.head()
        receipt = self.world.desk.scan(
            self.world.at(branch),
            barcode,
            tote=None if tote == "None" else tote,
            sort=sort == "True",
            request=request,
        )
        assert (receipt.repeated, receipt.position) == (True, position)
        assert self.ledger.head() == head

    @rule(barcode=barcodes)
    def follow(self, barcode: str) -> None:
        """Scan a copy where it is to go, or where it is to be pulled, or else at home."""
        item = self.world.item(barcode)
        transit = item.custody.transit
        self.scan(barcode, item.branch or item.home if transit is None else transit.destination, None, False)

    @rule(title=titles, patron=patrons)
    def pick_up(self, title: str, patron: str) -> None:
        """A patron comes for what is set aside."""
        holds = self.world.desk.borrowers.by_card(self.world.cards[patron]).holds_on(title)
        copy = next((self.world.title(title).holds[hold].captured for hold in holds), None)
        if copy is not None:
            self.lend(copy, patron, "bath")

    @rule(
        barcode=barcodes,
        to=branches,
        days=st.none() | st.integers(1, 3),
        mode=st.sampled_from(["only", "queue", "replace"]),
    )
    def move_by_hand(self, barcode: str, to: str, days: int | None, mode: str) -> None:
        """Somebody wants a copy elsewhere, for some days or for good."""
        day = (
            None
            if days is None
            else local_day(self.world.clock_us + days * DAY_US, zone_of("Europe/London")).isoformat()
        )
        send = self.world.desk.moves.send
        self._try(send, self.world.at("bristol"), barcode, to=to, why="display", stay_until=day, mode=mode)

    @rule(barcode=barcodes)
    def cancel_move(self, barcode: str) -> None:
        """Nobody wants it there any more."""
        self._try(self.world.desk.moves.cancel, self.world.at("bristol"), barcode, why="changed")

    @rule(kept=st.integers(0, 2), branch=branches, homing=st.none() | st.integers(1, 3), excluded=branches)
    def float_by_rules(self, kept: int, branch: str, homing: int | None, excluded: str) -> None:
        """Books float, but for one branch; a branch keeps so many."""
        rules, boss = FloatingRules(self.world.commands), self.world.at("bristol")
        books = FloatingGroup("books", ("all",), (f"branch/{excluded}",), item_types=("book",), homing_days=homing)
        self._try(rules.set_group, boss, books)
        self._try(rules.set_limit, boss, branch, "book", kept)

    @rule(barcode=barcodes, branch=branches, hours=st.integers(1, 30))
    def scan_late(self, barcode: str, branch: str, hours: int) -> None:
        """A scan that reaches us late."""
        at = self.world.clock_us - hours * HOUR_US
        self._try(self.world.desk.scan, self.world.at(branch), barcode, happened_us=at)

    @rule(barcode=barcodes, patron=patrons, branch=branches)
    def lend(self, barcode: str, patron: str, branch: str) -> None:
        """Lend anything to anybody."""
        card = self.world.cards[patron]
        self._try(self.world.desk.loans.lend, self.world.at(branch), card=card, barcode=barcode)

    @rule(barcode=barcodes, branch=branches)
    def renew(self, barcode: str, branch: str) -> None:
        """Renew anything."""
        self._try(self.world.desk.loans.renew, self.world.at(branch), barcode)

    @rule(barcode=barcodes, branch=branches, withdraw=st.booleans())
    def recall(self, barcode: str, branch: str, withdraw: bool) -> None:
        """Shorten any loan, or give its time back."""
        recalls = self.world.desk.recalls
        self._try(recalls.withdraw if withdraw else recalls.recall, self.world.at(branch), barcode)

    @rule(barcode=barcodes, holdable=st.booleans(), home=st.none() | branches)
    def edit(self, barcode: str, holdable: bool, home: str | None) -> None:
        """Say something else of a copy, which may promise it to somebody or take its promise back."""
        change = Edit(holdable=holdable, home=home)
        self._try(self.world.desk.catalogue.edit, self.world.at("bath"), barcode, change)

    @rule(owner=st.sampled_from(["*", "Somerset"]), holdable=st.booleans(), guaranteed=st.none() | st.integers(0, 20))
    def set_rule(self, owner: str, holdable: bool, guaranteed: int | None) -> None:
        """Other rules from today on."""
        values: dict[str, int | bool] = {"holdable": holdable}
        if guaranteed is not None:
            values["guaranteed_days"] = guaranteed
        change = RuleChange("somerset" if owner == "Somerset" else "all", owner=owner, values=values)
        self._try(PolicyDesk(self.world.commands).set_rule, self.world.at("bath"), change)

    @rule(origin=branches, destination=branches, lifted=st.booleans())
    def limit_transfers(self, origin: str, destination: str, lifted: bool) -> None:
        """Deny journeys between two branches, or lift that."""
        desk, caller, name = PolicyDesk(self.world.commands), self.world.at("bath"), f"{origin}-{destination}"
        if lifted:
            self._try(desk.lift_limit, caller, name)
            return
        change = LimitChange(name, f"branch/{origin}", f"branch/{destination}", "*", allowed=False, reason="No road.")
        self._try(desk.set_limit, caller, change)

    @rule(title=titles, patron=patrons, pickup=branches, barcode=st.none() | barcodes)
    def place(self, title: str, patron: str, pickup: str, barcode: str | None) -> None:
        """A hold on a title or a copy."""
        card = self.world.cards[patron]
        what = {"title": title} if barcode is None else {"item": barcode}
        self._try(self.world.desk.holds.place, self.world.at(pickup), card=card, pickup=pickup, **what)

    @rule(title=titles, number=st.integers(0, 5), what=st.sampled_from(["cancel", "suspend", "resume"]))
    def change_hold(self, title: str, number: int, what: str) -> None:
        """Cancel, suspend or resume one of the open holds."""
        holds = sorted(self.world.title(title).holds)
        if holds:
            act = getattr(self.world.desk.holds, what)
            self._try(act, self.world.at("bristol"), holds[number % len(holds)])

    @rule(title=titles, wanted=st.lists(st.none() | barcodes, max_size=4))
    def assign_together(self, title: str, wanted: list[str | None]) -> None:
        """Copies are assigned to the first holds of a title, sensibly or not."""
        holds = dict(zip(self.world.title(title).holds, wanted, strict=False))
        self._try(self.world.desk.assignments.assign, self.world.at("bristol"), title, holds)

    @rule(title=titles, number=st.integers(0, 5), pickup=branches)
    def change_pickup(self, title: str, number: int, pickup: str) -> None:
        """One of the open holds is picked up elsewhere, wherever its copy is."""
        holds = sorted(self.world.title(title).holds)
        if holds:
            self._try(
                self.world.desk.pickups.change, self.world.at("bristol"), holds[number % len(holds)], pickup=pickup
            )

    @rule(title=titles, number=st.integers(0, 5), days=st.integers(1, 9))
    def extend(self, title: str, number: int, days: int) -> None:
        """A copy is to wait longer; whatever is on no hold shelf is refused."""
        holds = sorted(self.world.title(title).holds)
        if holds:
            self._try(self.world.desk.pickups.extend, self.world.at("bath"), holds[number % len(holds)], days=days)

    @rule(title=titles, patron=patrons, pickup=branches, days=st.integers(0, 3))
    def place_for_days(self, title: str, patron: str, pickup: str, days: int) -> None:
        """A hold that is not wanted for long."""
        expires = self.world.desk.places.day(pickup, self.world.clock_us + days * DAY_US)
        card = self.world.cards[patron]
        self._try(
            self.world.desk.holds.place, self.world.at(pickup), card=card, pickup=pickup, title=title, expires=expires
        )

    @rule(title=titles, number=st.integers(0, 5), days=st.integers(0, 14))
    def lapse(self, title: str, number: int, days: int) -> None:
        """Days pass: hold shelves expire, and holds are wanted no longer."""
        self.world.clock_us += days * DAY_US
        holds = sorted(self.world.title(title).holds)
        if holds:
            self._try(self.world.desk.holds.lapse, self.world.at("bristol"), holds[number % len(holds)])

    @rule(barcode=barcodes, branch=branches)
    def foresee(self, barcode: str, branch: str) -> None:
        """What is foreseen is what the scan then does, and foreseeing records nothing."""
        head = self.ledger.head()
        (foreseen,) = self.world.desk.foresight.scans(branch, [barcode])
        assert self.ledger.head() == head
        receipt = self.world.desk.scan(self.world.at(branch), barcode)
        facts = [fact.event for fact in self.ledger.facts(after=head.position, limit=100)]
        assert {type(event) for event in foreseen.outcome.title} == {
            type(event) for event in facts if type(event).__name__.startswith("Hold")
        }
        if foreseen.to is not None:
            assert receipt.route_to == foreseen.to

    @rule(barcode=barcodes)
    def miss(self, barcode: str) -> None:
        """What should be pulled is not found."""
        self._try(self.world.desk.holds.missed, self.world.at("bath"), barcode)

    @rule(title=titles, hours=st.integers(0, 8))
    def retarget(self, title: str, hours: int) -> None:
        """Time passes; promises lapse."""
        self.world.clock_us += hours * HOUR_US
        self._try(self.world.desk.holds.retarget, self.world.at("bristol"), title)

    @rule(barcode=barcodes, branch=branches)
    def undo(self, barcode: str, branch: str) -> None:
        """The last command on a copy was a mistake."""
        self._try(self.world.desk.undo, self.world.at(branch), barcode)

    @rule(number=st.integers(0, 30), branch=branches)
    def undo_earlier(self, number: int, branch: str) -> None:
        """An earlier scan was a mistake, whatever came after it."""
        if self.receipts:
            request, barcode, *_ = self.receipts[number % len(self.receipts)]
            facts = self.ledger.stream(item_stream(barcode))
            at = next((fact.position for fact in facts if fact.request == request), None)
            self._try(self.world.desk.undo, self.world.at(branch), barcode, of=at)

    @rule(barcode=barcodes, branch=branches)
    def empty_the_drop(self, barcode: str, branch: str) -> None:
        """It lay in the book drop."""
        self._try(self.world.desk.scan, self.world.at(branch), barcode, by="drop")

    @rule(barcode=barcodes, patron=patrons, branch=branches)
    def lend_all_the_same(self, barcode: str, patron: str, branch: str) -> None:
        """Ana is an administrator, and has a reason."""
        card = self.world.cards[patron]
        self._try(self.world.desk.loans.lend, self.world.at(branch), card=card, barcode=barcode, override="a reason")

    @rule(number=st.integers(0, 9), to=st.none() | branches)
    def correct_session(self, number: int, to: str | None) -> None:
        """Everything that was scanned in one go is undone, or moved to another branch."""
        sessions = SessionDesk(self.world.desk, self.keyring)
        found = sessions.sessions()
        if found:
            name, here = found[number % len(found)].name, self.world.at("bristol")
            if to is None:
                self._try(sessions.undo, here, name, why="wrong branch")
            else:
                self._try(sessions.move, here, name, to=to, at_us=None, why="wrong branch")

    @rule(branch=branches, codes=st.lists(barcodes, min_size=1, max_size=3), minutes=st.integers(1, 300))
    def scan_without_network(self, branch: str, codes: list[str], minutes: int) -> None:
        """A desk loses the network, scans, and uploads later than others have scanned."""
        self.offline.append(DeskWithoutNetwork(self.world, branch, f"offline-{len(self.offline)}"))
        for code in codes:
            self.offline[-1].scan(code, self.world.clock_us)
        self.world.clock_us += minutes * 60_000_000

    @rule()
    def upload(self) -> None:
        """All logs, those that were uploaded before too."""
        logs = [desk.log for desk in self.offline]
        self._try(UploadDesk(self.world.desk, self.keyring).upload, self.world.at("bath"), logs, offsets_us={})

    @rule(tote=totes, branch=branches, what=st.sampled_from(["seal", "load", "unload", "receive", "open"]))
    def move_tote(self, tote: str, branch: str, what: str) -> None:
        """Do something to a tote somewhere."""
        more = {"van": "v1"} if what == "load" else {}
        self._try(getattr(self.world.desk.totes, what), self.world.at(branch), tote, **more)

    @rule(
        tote=totes, branch=branches, what=st.sampled_from(["whole", "accept", "give up", "emptied", "lost", "unsealed"])
    )
    def look_into_tote(self, tote: str, branch: str, what: str) -> None:
        """A tote is accepted whole, emptied, lost or found with its seal broken."""
        desk, here = self.world.desk, self.world.at(branch)
        match what:
            case "whole":
                self._try(desk.arrivals.receive_whole, here, tote)
            case "accept":
                self._try(desk.arrivals.accept, here, tote)
            case "give up":
                box = self.ledger.load(f"tote/{tote}", TOTE).state
                state = None if box is None else self.ledger.load(f"tote/{tote}/{box.fillings}", FILLING).state
                self._try(desk.arrivals.accept, here, tote, not_found=() if state is None else state.sample)
            case "emptied":
                self._try(desk.arrivals.emptied, here, tote)
            case "lost":
                self._try(desk.troubles.lost, here, tote, why="not to be found")
            case "unsealed":
                self._try(desk.troubles.unsealed, here, tote, note="the tie was cut")

    @rule(tote=totes)
    def receive_where_it_is(self, tote: str) -> None:
        """A tote is accepted whole where it is to go, its sample scanned."""
        box = self.ledger.load(f"tote/{tote}", TOTE).state
        if box is None or not box.fillings:
            return
        name = f"tote/{tote}/{box.fillings}"
        here = self.world.at(self.ledger.load(name, FILLING).state.destination)
        self._try(self.world.desk.arrivals.receive_whole, here, tote)
        for barcode in self.ledger.load(name, FILLING).state.sample:
            self.scan(barcode, here.desk, None, False)
        self._try(self.world.desk.arrivals.accept, here, tote)

    @rule(barcode=barcodes, branch=branches, tote=totes)
    def scan_out_of(self, barcode: str, branch: str, tote: str) -> None:
        """Somebody says out of which tote a copy came."""
        self._try(self.world.desk.scan, self.world.at(branch), barcode, out_of=tote)

    @rule(tote=totes)
    def drive(self, tote: str) -> None:
        """Carry a tote one leg, from where it is to where it is bound."""
        box = self.ledger.load(f"tote/{tote}", TOTE).state
        state = None if box is None else self.ledger.load(f"tote/{tote}/{box.fillings}", FILLING).state
        if state is None or state.status in ("ended", "loaded"):
            return
        here, bound = self.world.at(state.place), self.world.at(state.destination)
        if state.status == "open":
            self._try(self.world.desk.totes.seal, here, tote)
        self._try(self.world.desk.totes.load, here, tote, van="v1")
        self._try(self.world.desk.totes.unload, bound, tote)

    @rule(barcode=barcodes, one=branches, other=branches, patron=patrons)
    def race(self, barcode: str, one: str, other: str, patron: str) -> None:
        """Two desks decide from the same state; the slower one decides again and sees what the faster one did."""
        fast = self.world.at(other, "desk-2")
        done: list[int] = []
        original = self.ledger.append

        def append_after_the_other(*args: object, **kwargs: object) -> object:
            if not done:
                done.append(1)
                card = self.world.cards[patron]
                try:
                    self.world.desk.loans.lend(fast, card=card, barcode=barcode)
                except BranchlineError:
                    self.world.desk.scan(fast, barcode)
            return original(*args, **kwargs)  # type: ignore[arg-type]

        self.ledger.append = append_after_the_other  # type: ignore[method-assign]
        try:
            self._try(self.world.desk.scan, self.world.at(one), barcode)
        finally:
            self.ledger.append = original  # type: ignore[method-assign]

    # --- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def what_was_recorded_since_keeps_every_invariant(self) -> None:
        """The log only grows, gapless; one loan, one journey, one place a copy; holds and copies agree."""
        facts = self.ledger.facts(after=self.audit.position, limit=1_000_000)
        self.audit.take(facts)
        self.cards_stay_out(facts)
        self.cached_states_equal_replayed_ones()
        self.claims_are_the_open_loans_and_holds()

    def cards_stay_out(self, facts: list[Fact]) -> None:
        """No name or card is in the clear anywhere in what was recorded."""
        for row in self.ledger.rows(after=facts[0].position - 1, limit=len(facts)) if facts else ():
            for name, (card, _, _) in PATRONS.items():
                assert card.encode() not in row[5]
                assert f'"{name}"'.encode() not in row[5]

    def cached_states_equal_replayed_ones(self) -> None:
        """The state that decisions read is the fold of the whole stream."""
        for barcode, item in self.audit.items.items():
            assert self.ledger.load(item_stream(barcode), ITEM).state == item
        for title, queue in self.audit.titles.items():
            assert self.ledger.load(title_stream(title), TITLE).state == queue

    def claims_are_the_open_loans_and_holds(self) -> None:
        """What counts towards a patron's limits is what is open, no more and no less."""
        claimed = Counter[str]()
        for card in self.world.cards.values():
            claims = self.world.desk.borrowers.by_card(card).claims
            claimed.update((*claims.loans, *claims.holds))
        assert claimed == Counter((*self.audit.open_now("loan"), *self.audit.open_now("hold")))

    def teardown(self) -> None:
        """The log as a whole says what it said piece by piece; close the stores."""
        try:
            whole = LogAuditor()
            whole.take(self.ledger.facts(limit=1_000_000))
            assert (whole.items, whole.titles, whole.fillings) == (
                self.audit.items,
                self.audit.titles,
                self.audit.fillings,
            )
        finally:
            self.ledger.close()
            self.keyring.close()


TestNetwork = Network.TestCase
TestNetwork.settings = settings(
    settings.default,
    # Quick in `make test`; the thorough profile (`make bench-properties`) says how many itself.
    **({} if settings.get_current_profile_name() == "thorough" else {"max_examples": 25, "stateful_step_count": 30}),
)
