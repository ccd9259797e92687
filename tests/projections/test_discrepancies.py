"""What is listed about totes, now and at any past position; empties by branch; the items of a lost tote."""

from __future__ import annotations

import pytest

from circulation.event import NewEvents
from projections import demand_board, locations
from projections.discrepancies import checks, discrepancies, troubles
from projections.empties import EmptiesAt, empties
from projections.locations import Where
from projections.registry import PROJECTIONS
from projections.views import Views
from tests.cast import CLEVEDON_COPY
from tests.tote_world import TOTE, WELLS_BOOKS, ToteWorld
from tests.world import World

pytestmark = pytest.mark.row(29)
RUN = "2026-11-24/v1/day"


def told(views: Views, as_of: int | None = None) -> list[tuple[str, str, str, str]]:
    return [(one.item, one.kind, one.ended, one.ended_at) for one in discrepancies(views, as_of=as_of)]


def verified(views: Views) -> None:
    for projection in PROJECTIONS:
        assert [] == views.verify(projection.name)
    before = told(views)
    views.rebuild()
    assert before == told(views)


def test_a_missing_item_stands_until_it_is_scanned_and_the_past_remembers(world: World, views: Views) -> None:
    totes, gone = ToteWorld.sealed(world), WELLS_BOOKS[0]
    totes.drive()
    for barcode in WELLS_BOOKS[1:]:
        world.scan(barcode, "wells")
    totes.emptied()
    missed = world.ledger.head().position
    (one,) = discrepancies(views)
    assert (gone, "missing", "wells", "bristol", "wells", "wells", "v1", RUN) == (
        one.item, one.kind, one.branch, one.origin, one.destination, one.last_branch, one.last_van, one.last_run,
    )  # fmt: skip
    world.scan(gone, "bath")
    assert [(gone, "missing", "seen", "bath")] == told(views)
    assert [(gone, "missing", "", "")] == told(views, missed)
    assert [] == told(views, missed - 20)
    verified(views)


def test_a_found_item_stands_until_it_is_scanned_again(world: World, views: Views) -> None:
    totes = ToteWorld.sealed(world)
    totes.drive()
    world.scan(CLEVEDON_COPY, "wells", out_of=TOTE)
    (one,) = discrepancies(views)
    assert ("found", "branch clevedon", "clevedon", "") == (one.kind, one.thought, one.last_branch, one.ended)
    world.scan(CLEVEDON_COPY, "clevedon")
    assert [(CLEVEDON_COPY, "found", "seen", "clevedon")] == told(views)
    verified(views)


def test_what_is_settled_by_hand_says_why_and_was_open_before(world: World, views: Views) -> None:
    totes, gone = ToteWorld.sealed(world), WELLS_BOOKS[0]
    totes.drive()
    for barcode in WELLS_BOOKS[1:]:
        world.scan(barcode, "wells")
    totes.emptied()
    before = world.ledger.head().position
    world.desk.troubles.close(world.at("wells"), "T1/1", gone, why="paid for")
    assert [("closed", "paid for")] == [(one.ended, world.opened(one.why)) for one in discrepancies(views)]
    assert [(gone, "missing", "", "")] == told(views, before)
    verified(views)


def test_the_items_of_a_lost_tote_are_nowhere_and_come_back_with_it(world: World, views: Views) -> None:
    totes = ToteWorld.sealed(world)
    world.desk.totes.load(world.at("bristol"), TOTE, van="v1", run=RUN)
    world.desk.troubles.lost(world.at(""), TOTE, why="not on the van")
    lost = world.ledger.head().position
    found = discrepancies(views)
    assert [*WELLS_BOOKS] == [one.item for one in found]
    assert {("lost", "bristol", "v1", RUN, "not on the van")} == {
        (one.kind, one.last_branch, one.last_van, one.last_run, world.opened(one.why)) for one in found
    }
    where = locations.where(views, WELLS_BOOKS[0])
    assert where is not None
    assert ("nowhere", "", "T1/1") == (where.kind, where.place, where.filling)
    assert 10 == locations.counts(views)[("nowhere", "")]
    assert [] == [row for row in demand_board.waiting(views) if row.destination == "wells"]
    assert "lost" == troubles(views)["T1/1", "lost"].kind
    world.desk.totes.receive(world.at("wells"), TOTE)
    assert [] == discrepancies(views)
    assert 10 == len(discrepancies(views, as_of=lost))
    assert "wells" == locations.where(views, WELLS_BOOKS[0]).place  # type: ignore[union-attr]
    assert "received" == totes.filling.status
    verified(views)


@pytest.mark.row(30)
def test_items_accepted_whole_are_assumed_at_the_branch_and_the_check_is_kept(world: World, views: Views) -> None:
    totes = ToteWorld.sealed(world)
    totes.drive()
    inside = locations.where(views, WELLS_BOOKS[0])
    assert inside is not None
    assert ("wells", "tote") == (inside.place, inside.known)
    totes.receive_whole()
    drawn = world.ledger.head().position
    totes.scan_sample()
    totes.accept()
    (check,) = checks(views)
    assert ("bristol", "wells", 10, 6, 95, 0, 2, 4) == (
        check.origin, check.branch, check.items, check.checked, check.confidence_percent,
        check.wrong, check.at_most, check.accepted,
    )  # fmt: skip
    assert [None] == [one.wrong for one in checks(views, as_of=drawn)]
    seen = {barcode: locations.where(views, barcode) for barcode in WELLS_BOOKS}
    sample = totes.filling.sample
    assert {"scanned"} == {where.known for code, where in seen.items() if where and code in sample}
    assumed = [where for code, where in seen.items() if where and code not in sample]
    assert {(Where, "branch", "wells", "assumed", None)} == {
        (type(one), one.kind, one.place, one.known, one.filling) for one in assumed
    }
    verified(views)


def test_empties_follow_from_totes_and_are_put_right_by_a_count(world: World, views: Views) -> None:
    totes = ToteWorld.sealed(world)
    assert [EmptiesAt("bristol", 0, None, None)] == empties(views)
    totes.drive()
    totes.emptied()
    after_opening = world.ledger.head().position
    assert [("bristol", 0), ("wells", 1)] == [one[:2] for one in empties(views)]
    world.desk.empties.move(world.at("wells"), "bath", 1)
    world.desk.empties.set_target(world.at("bristol"), 4)
    world.desk.empties.count(world.at("bristol"), 9)
    counted_us = world.clock_us
    assert [
        EmptiesAt("bath", 1, None, None),
        EmptiesAt("bristol", 9, 4, counted_us),
        EmptiesAt("wells", 0, None, None),
    ] == empties(views)
    assert [("bristol", 0), ("wells", 1)] == [one[:2] for one in empties(views, as_of=after_opening)]
    verified(views)


def test_a_fact_that_names_no_tote_is_not_listed(world: World, views: Views) -> None:
    from circulation.item import ItemMissed, item_stream

    version = len(world.ledger.stream(item_stream(CLEVEDON_COPY)))
    world.record("missed", [NewEvents(item_stream(CLEVEDON_COPY), version, (ItemMissed(branch="clevedon"),))])
    assert [] == discrepancies(views)
