"""
Live, rebuilt, replayed and as-of answers are equal at every position, whatever staff and drivers do.

The network of the property tests runs with views beside it, which follow in steps of their own.
What the views say is compared with the circulation folds over the streams up to the same position.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from circulation.administration import Administration
from circulation.calendar_desk import CalendarDesk
from circulation.directory import all_closures
from circulation.due_dates import MovedDates, as_moved, due_dates_stream, fold_due_dates
from circulation.folds import FILLING, TOTE
from circulation.hold import Title, fold_title
from circulation.item import Item, fold_item, item_stream
from circulation.ledger import Ledger
from circulation.shelves import count_guests
from circulation.tote import Filling, fold_filling
from projections import conditions, guests, holds, loans, locations, moves, totes, transits
from projections.discrepancies import discrepancies
from projections.empties import empties
from projections.endings import EndingsOfViews
from projections.hold_shelf import set_aside
from projections.locations import Where
from projections.registry import PROJECTIONS, open_views
from projections.views import Views
from tests.cast import BRANCHES, DUNE, ITEMS, MIDDLEMARCH
from tests.properties.test_conditions_machine import Conditions
from tests.properties.test_network_machine import branches


def item_at(ledger: Ledger, barcode: str, position: int) -> Item | None:
    item = None
    for fact in ledger.stream(item_stream(barcode), upto_position=position):
        item = fold_item(item, fact)
    return None if item is None else as_moved(item, lambda branch: moved_at(ledger, branch, position))


def moved_at(ledger: Ledger, branch: str, position: int) -> MovedDates | None:
    moved = None
    for fact in ledger.stream(due_dates_stream(branch), upto_position=position):
        moved = fold_due_dates(moved, fact)
    return moved


def title_at(ledger: Ledger, title: str, position: int) -> Title:
    state = None
    for fact in ledger.stream(f"title/{title}", upto_position=position):
        state = fold_title(state, fact)
    return state or Title(title_id=title)


def filling_at(ledger: Ledger, name: str, position: int) -> Filling:
    """The filling then; or, between the positions of the command that packed its first item, as it began."""
    facts = ledger.stream(f"tote/{name}")
    state = fold_filling(None, facts[0])
    for fact in facts[1:]:
        if fact.position <= position:
            state = fold_filling(state, fact)
    return state


def place_of(ledger: Ledger, item: Item, position: int) -> tuple[str, str, str, str | None]:
    """Kind, place, how it is known and the filling, by the words of DESIGN section 2."""
    place = item.custody.place
    if place.kind != "filling":
        return place.kind, place.ref, place.known, None
    filling = filling_at(ledger, place.ref, position)
    known = "assumed" if filling.known == "assumed" or filling.status == "ended" else "tote"
    kind = {"loaded": "van", "lost": "nowhere"}.get(filling.status, "branch")
    return kind, filling.place, known, place.ref


def assert_equal_at(ledger: Ledger, views: Views, position: int, as_of: int | None) -> None:
    """Everything that the views say of a position is what the folds say of it."""
    tally: Counter[tuple[str, str]] = Counter()
    for barcode in ITEMS:
        item = item_at(ledger, barcode, position)
        seen = locations.where(views, barcode, as_of=as_of)
        if item is None:
            assert seen is None
            continue
        assert seen is not None
        kind, place, known, filling = place_of(ledger, item, position)
        tally[kind, place] += 1
        assert (kind, place, known, filling) == (seen.kind, seen.place, seen.known, seen.filling)
        if kind in ("branch", "van"):
            assert seen in locations.at(views, place, as_of=as_of)
        if filling:
            assert barcode in locations.items_in(views, filling, as_of=as_of)
        loan, lent = item.custody.loan, loans.loan_of(views, barcode, as_of=as_of)
        assert (loan and (loan.loan, loan.due_us, loan.renewals)) == (lent and (lent.loan, lent.due_us, lent.renewals))
        wanted, journey = item.custody.transit, transits.transit_of(views, barcode, as_of=as_of)
        assert (wanted and (wanted.transit, wanted.destination, wanted.opened_us)) == (
            journey and (journey.transit, journey.destination, journey.opened_us)
        )
        capture = item.custody.capture
        shelved = [
            (copy.hold, copy.pickup, copy.until_us, copy.code)
            for branch in BRANCHES
            for copy in set_aside(views, branch, as_of=as_of)
            if copy.item == barcode
        ]
        assert ([(capture.hold, capture.pickup, capture.until_us, capture.code)] if capture else []) == shelved
    assert dict(sorted(tally.items())) == locations.counts(views, as_of=as_of)
    assert sum(tally.values()) == sum(1 for _ in locations.everywhere(views, as_of=as_of))
    for title in (MIDDLEMARCH, DUNE):
        assert [
            (hold.hold, hold.pickup, hold.suspended, hold.target, hold.target_branch, hold.captured)
            for hold in title_at(ledger, title, position).holds.values()
        ] == [
            (hold.hold, hold.pickup, hold.suspended, hold.target, hold.target_branch, hold.captured)
            for hold in holds.queue(views, title, as_of=as_of)
        ]


class NetworkSeen(Conditions):
    """The network with views: one that follows every step, one that follows when it is asked."""

    @initialize()
    def open(self) -> None:
        """The cast on empty stores, and two sets of views beside the ledger."""
        super().open()
        self.live = open_views(self.ledger)
        self.lazy = open_views(self.ledger)

    @rule(branch=branches, ahead=st.integers(0, 25), days=st.integers(0, 4))
    def close_a_branch(self, branch: str, ahead: int, days: int) -> None:
        """Days around which loans are due and holds wait are closed days after all."""
        first = date(2026, 11, 24) + timedelta(days=ahead)
        self._try(
            CalendarDesk(self.world.commands, EndingsOfViews(self.lazy)).close,
            self.world.at(branch), f"branch/{branch}", f"{first}", f"{first + timedelta(days=days)}", "Snow",
        )  # fmt: skip

    @rule(branch=branches, number=st.integers(0, 5))
    def withdraw_a_closure(self, branch: str, number: int) -> None:
        """The branch opens after all."""
        held = [one.closure for one in all_closures(self.ledger).get(f"branch/{branch}", ())]
        if held:
            administration = Administration(self.world.commands)
            closure = held[number % len(held)]
            self._try(administration.withdraw_closure, self.world.at(branch), f"branch/{branch}", closure)

    @rule(position=st.integers(0, 300))
    def ask_about_the_past(self, position: int) -> None:
        """Any earlier position, from views that may not have come that far."""
        position = min(position, self.ledger.head().position)
        assert_equal_at(self.ledger, self.lazy, position, position)

    @invariant()
    def live_equals_replayed(self) -> None:
        """What is shown now is the fold of the log."""
        assert_equal_at(self.ledger, self.live, self.ledger.head().position, None)

    @invariant()
    def guests_are_counted_as_the_copies_say(self) -> None:
        """What limits on floating are held against is what the copies' own states add up to."""
        items = [self.world.item(barcode) for barcode in ITEMS]
        for barcode in ITEMS:
            expected = count_guests(items, "book", besides=barcode)
            assert {b: n for b, n in guests.guests(self.live, "book", besides=barcode).items() if n} == expected

    @invariant()
    def moves_are_those_that_the_copies_know(self) -> None:
        """Every copy's first move is listed, and nothing else."""
        held = {barcode: self.world.item(barcode).custody.moves for barcode in ITEMS}
        assert {move.item: (move.move, move.queued) for move in moves.moves(self.live)} == {
            barcode: (waiting[0].move, len(waiting) - 1) for barcode, waiting in held.items() if waiting
        }

    @invariant()
    def the_views_know_the_conditions(self) -> None:
        """What is listed is what the streams say."""
        for barcode in ITEMS:
            custody = self.world.item(barcode).custody
            seen = conditions.conditions_of(self.live, barcode)
            assert {kind: (one.what, one.since_us) for kind, one in seen.items()} == {
                kind: (one.what, one.since_us)
                for kind, one in (("defect", custody.defect), ("absence", custody.absence))
                if one is not None
            }
            if custody.absence is not None:
                assert seen["absence"].to_search == custody.absence.to_search

    @invariant()
    def totes_are_where_their_streams_say(self) -> None:
        """Every filling has the state of its stream."""
        for stream in self.ledger.streams("tote/"):
            if stream.count("/") == 2:
                state = self.ledger.load(stream, FILLING).state
                seen = totes.filling(self.live, stream.removeprefix("tote/"))
                assert state is not None
                assert seen is not None
                assert (state.status, state.place, state.known, state.destination) == (
                    seen.status,
                    seen.place,
                    seen.known,
                    seen.destination,
                )

    @invariant()
    def what_is_listed_stands_until_its_item_is_scanned_again(self) -> None:
        """An item missing from a tote is nowhere as long as that is listed, and every lost tote lists its items."""
        for one in discrepancies(self.live):
            item = self.world.item(one.item)
            if one.kind == "missing":
                assert (one.ended == "") == (item.custody.place.kind == "nowhere")
            if one.kind == "lost":
                assert (item.custody.place.ref, self.world.desk.totes.filling(one.filling).status) == (
                    one.filling,
                    "lost",
                )

    @invariant()
    def empties_are_the_boxes_that_nobody_fills(self) -> None:
        """Over all branches together, boxes that were opened and not begun again."""
        boxes = [self.ledger.load(f"tote/{tote}", TOTE).state for tote in ("T1", "T2", "T3")]
        empty = sum(
            self.world.desk.totes.filling(f"{box.tote}/{box.fillings}").status == "ended" for box in boxes if box
        )
        assert empty == sum(one.totes for one in empties(self.live))

    def teardown(self) -> None:
        """At the end every projection is verified, and the lazy views are rebuilt and compared once more."""
        for projection in PROJECTIONS:
            assert [] == self.live.verify(projection.name)
        self.lazy.rebuild()
        head = self.ledger.head().position
        for position in {0, head // 3, head // 2, head}:
            assert_equal_at(self.ledger, self.lazy, position, position)
        self.live.close()
        self.lazy.close()
        super().teardown()


TestNetworkSeen = NetworkSeen.TestCase
TestNetworkSeen.settings = settings(
    max_examples=int(os.environ.get("BRANCHLINE_EXAMPLES", "15")),
    stateful_step_count=int(os.environ.get("BRANCHLINE_STEPS", "25")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_an_item_in_an_opened_tote_is_assumed_and_not_seen() -> None:
    """The difference between seen and assumed, in one place."""
    assert Where("1", "branch", "bath", "assumed", 5, "T1/1") == locations._inside(
        ("1", "filling", "T1/1", "scanned", 5), ("ended", "branch", "bath", "scanned")
    )
