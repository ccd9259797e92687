"""
One day of one copy, asked of every projection: lent, returned far from home, sorted, carried, back on its shelf.

The same day on memory, SQLite and PostgreSQL; the answers are worked out by hand.
"""

from __future__ import annotations

import pytest

from circulation.hold import HoldPlaced
from circulation.item import ItemPacked
from circulation.store.url import StoreUrl
from projections import catalogue, demand_board, hold_shelf, holds, loans, locations, transits
from projections.asof import position_of
from projections.history import history
from projections.registry import PROJECTIONS, open_views
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, MIDDLEMARCH, WELLS_COPY
from tests.world import World


def play(world: World) -> dict[str, int]:
    """The day; the position after each step."""
    desk, after = world.desk, {}

    def note(step: str) -> None:
        after[step] = world.ledger.head().position

    note("stocked")
    world.lend(BATH_COPY, "ada", "bath")
    note("lent")
    world.scan(BATH_COPY, "clevedon", tote="T1")
    note("returned")
    desk.totes.seal(world.at("clevedon"), "T1")
    desk.totes.load(world.at("clevedon"), "T1", van="van-1", run="2026-11-24/van-1/am")
    note("loaded")
    desk.totes.unload(world.at("bristol"), "T1")
    desk.totes.open(world.at("bristol"), "T1")
    note("opened")
    world.scan(BATH_COPY, "bristol", tote="T2", sort=True)
    note("sorted")
    desk.totes.seal(world.at("bristol"), "T2")
    desk.totes.load(world.at("bristol"), "T2", van="van-2", run="2026-11-24/van-2/pm")
    desk.totes.unload(world.at("bath"), "T2")
    world.scan(BATH_COPY, "bath")
    note("home")
    return after


def test_a_copy_is_followed_from_the_loan_to_its_shelf(world_anywhere: World) -> None:
    after = play(world_anywhere)
    views = open_views(world_anywhere.ledger)

    def place(step: str) -> tuple[str, str, str, str | None]:
        seen = locations.where(views, BATH_COPY, as_of=after[step])
        assert seen is not None
        return seen.kind, seen.place, seen.known, seen.filling

    assert {
        "stocked": ("branch", "bath", "scanned", None),
        "lent": ("patron", "", "scanned", None),
        "returned": ("branch", "clevedon", "tote", "T1/1"),
        "loaded": ("van", "van-1", "tote", "T1/1"),
        "opened": ("branch", "bristol", "assumed", "T1/1"),
        "sorted": ("branch", "bristol", "tote", "T2/1"),
        "home": ("branch", "bath", "scanned", None),
    } == {step: place(step) for step in after}
    assert locations.where(views, BATH_COPY) == locations.where(views, BATH_COPY, as_of=after["home"])
    assert {("branch", "bath"): 1, ("branch", "bristol"): 1, ("branch", "clevedon"): 1, ("branch", "wells"): 1} == (
        locations.counts(views)
    )
    assert 1 == locations.counts(views, as_of=after["loaded"])["van", "van-1"]
    assert [BATH_COPY] == [seen.item for seen in locations.at(views, "van-1", as_of=after["loaded"])]
    views.close()


def test_its_loan_and_its_journey_have_a_beginning_and_an_end(world_anywhere: World) -> None:
    after = play(world_anywhere)
    views = open_views(world_anywhere.ledger)

    assert loans.loan_of(views, BATH_COPY) is None
    loan = loans.loan_of(views, BATH_COPY, as_of=after["lent"])
    assert loan is not None
    assert ("bath", "bath", "adult") == (loan.branch, loan.patron_home, loan.category)
    assert [loan] == loans.open_loans(views, branch="bath", as_of=after["lent"])
    assert [] == loans.open_loans(views, due_before_us=loan.due_us, as_of=after["lent"])

    (journey,) = transits.journeys_of(views, BATH_COPY)
    assert ("clevedon", "bath", "home", "arrived") == (
        journey.origin,
        journey.destination,
        journey.reason,
        journey.ended,
    )
    assert [
        ("T1/1", "clevedon", "bristol", ("2026-11-24/van-1/am",)),
        ("T2/1", "bristol", "bath", ("2026-11-24/van-2/pm",)),
    ] == [(leg.filling, leg.origin, leg.place, leg.runs) for leg in transits.legs(views, journey)]
    assert transits.transit_of(views, BATH_COPY) is None
    open_then = transits.open_transits(views, destination="bath", as_of=after["sorted"])
    assert [BATH_COPY] == [one.item for one in open_then]
    views.close()


def test_the_board_shows_it_where_it_waits_and_counts_it_once(world_anywhere: World) -> None:
    after = play(world_anywhere)
    views = open_views(world_anywhere.ledger)

    def waits(step: str) -> list[tuple[str, str, str, str, str | None, int]]:
        rows = demand_board.waiting(views, as_of=after[step])
        return [(row.kind, row.place, row.destination, row.reason, row.filling, row.items) for row in rows]

    assert [] == waits("lent")
    assert [("branch", "clevedon", "bath", "home", "T1/1", 1)] == waits("returned")
    assert [("van", "van-1", "bath", "home", "T1/1", 1)] == waits("loaded")
    assert [("branch", "bristol", "bath", "home", "T2/1", 1)] == waits("sorted")
    assert [] == demand_board.waiting(views)
    assert [("2026-11-24", "clevedon", "bath", 1, False)] == [
        (lane.day, lane.origin, lane.destination, lane.items, lane.imported)
        for lane in demand_board.daily_counts(views, first="2026-11-01", last="2026-11-30")
    ]
    views.close()


def test_every_projection_verifies_and_survives_a_rebuild(world_anywhere: World) -> None:
    after = play(world_anywhere)
    views = open_views(world_anywhere.ledger)
    before = locations.counts(views, as_of=after["sorted"])

    assert {projection.name: [] for projection in PROJECTIONS} == {
        projection.name: views.verify(projection.name) for projection in PROJECTIONS
    }
    assert world_anywhere.ledger.head().position == views.rebuild()
    assert before == locations.counts(views, as_of=after["sorted"])
    world_anywhere.scan(BATH_COPY, "wells")
    assert "wells" == locations.where(views, BATH_COPY).place  # type: ignore[union-attr]
    views.close()


def test_the_history_of_a_copy_holds_the_rides_of_its_totes(world: World) -> None:
    after = play(world)
    names = [type(fact.event).__name__ for fact in history(world.ledger, BATH_COPY)]

    assert ["ItemAdded", "ItemLent", "ItemReturned"] == names[:3]
    assert names[names.index("ItemPacked") + 1 :].count("ToteLoaded") == 2
    assert "ToteOpened" in names
    assert names[-1] == "ItemArrived"
    assert 2 == len(history(world.ledger, BATH_COPY, as_of=after["lent"]))
    assert all(
        not isinstance(fact.event, ItemPacked) or fact.event.filling in ("T1/1", "T2/1")
        for fact in history(world.ledger, BATH_COPY)
    )


def test_a_time_means_the_last_position_recorded_by_then(world: World) -> None:
    after = play(world)

    assert after["stocked"] == position_of(world.ledger, "2026-11-24T09:00:00Z")
    assert after["home"] == position_of(world.ledger, "2026-11-24T17:00:00Z")
    assert 7 == position_of(world.ledger, " 7 ")
    assert position_of(world.ledger, None) is None


def test_a_hold_runs_through_queue_pull_list_and_shelf(world: World) -> None:
    views = open_views(world.ledger)
    world.hold(MIDDLEMARCH, "cyn", "wells")
    placed = world.ledger.head().position

    (queued,) = holds.queue(views, MIDDLEMARCH)
    assert ("promised", WELLS_COPY, "wells") == (queued.status, queued.target, queued.target_branch)
    (pull,) = holds.pull_list(views, "wells")
    assert (WELLS_COPY, "Middlemarch", "George Eliot", queued.hold) == (pull.item, pull.title, pull.author, pull.hold)

    world.scan(WELLS_COPY, "wells")

    assert [] == holds.pull_list(views, "wells")
    assert "captured" == holds.queue(views, MIDDLEMARCH)[0].status
    (shelved,) = hold_shelf.on_shelf(views, "wells")
    assert (WELLS_COPY, queued.hold) == (shelved.item, shelved.hold)
    assert "promised" == holds.queue(views, MIDDLEMARCH, as_of=placed)[0].status
    assert [] == hold_shelf.on_shelf(views, "wells", as_of=placed)
    views.close()


def test_the_copies_of_a_title_say_which_stand_on_a_shelf(world: World) -> None:
    views = open_views(world.ledger)
    world.lend(CLEVEDON_COPY, "dev", "clevedon")

    assert {True, False} == {copy.on_shelf for copy in catalogue.copies(views, DUNE)}
    lent = next(copy for copy in catalogue.copies(views, DUNE) if copy.barcode == CLEVEDON_COPY)
    assert (None, False) == (lent.branch, lent.on_shelf)
    assert ["Middlemarch"] == [found.title for found in catalogue.find_titles(views, "eliot")]
    assert [] == catalogue.find_titles(views, "%")
    views.close()


def test_an_undone_scan_leaves_the_days_count(world: World) -> None:
    views = open_views(world.ledger)
    world.lend(BATH_COPY, "ada", "bath")
    world.scan(BATH_COPY, "clevedon")
    assert 1 == len(demand_board.daily_counts(views, first="2026-11-24", last="2026-11-24"))

    world.desk.undo(world.at("clevedon"), BATH_COPY)

    assert [] == demand_board.daily_counts(views, first="2026-11-24", last="2026-11-24")
    assert loans.loan_of(views, BATH_COPY) is not None
    assert [] == views.verify("board")
    views.close()


def test_no_sealed_link_outlives_its_loan_or_hold_in_the_views(world: World) -> None:
    views = open_views(world.ledger)
    world.lend(BATH_COPY, "ada", "bath")
    world.hold(DUNE, "ben", "bath")
    placed = next(fact for fact in world.ledger.facts() if isinstance(fact.event, HoldPlaced))
    world.scan(BATH_COPY, "bath")
    world.desk.holds.cancel(world.at("bath"), placed.event.hold)  # type: ignore[attr-defined]
    views.fresh()

    with views.reading() as connection:
        stored = [
            repr(tuple(row))
            for projection in PROJECTIONS
            for table in projection.tables
            for row in connection.execute(table.sql.select())
        ]
    assert not [row for row in stored if placed.event.patron in row]  # type: ignore[attr-defined]
    views.close()


def test_views_stand_beside_the_log(tmp_path_factory: pytest.TempPathFactory) -> None:
    log = StoreUrl.parse(str(tmp_path_factory.mktemp("store") / "branchline.db"))

    assert "branchline.db.views" == log.beside("views").path.name  # type: ignore[union-attr]
