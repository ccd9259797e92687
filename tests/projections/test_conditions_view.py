"""What the views say about conditions and strangers, by hand and at every position."""

from __future__ import annotations

import pytest

from circulation.clock import DAY_US, HOUR_US
from circulation.event import NewEvents
from circulation.item import ItemAdded
from circulation.transit_overdue import LaneLimit
from circulation.unknown import BarcodeFormSet
from projections import conditions, strangers
from projections.catalogue import copies
from projections.views import Views
from tests.cast import BATH_COPY, CLEVEDON_COPY, MIDDLEMARCH, WELLS_COPY
from tests.world import World


def standing(views: Views, **asked: object) -> list[tuple[str, str]]:
    return [(one.item, one.what) for one in conditions.conditions(views, **asked)]  # type: ignore[arg-type]


def test_conditions_are_listed_by_owner_branch_and_kind_at_any_position(world: World, views: Views) -> None:
    world.desk.conditions.report(world.at("bath"), BATH_COPY, "damaged", code="wet")
    damaged = world.ledger.head().position
    world.clock_us += HOUR_US
    world.desk.conditions.missing(world.at("wells"), WELLS_COPY)
    assert standing(views) == [(BATH_COPY, "damaged"), (WELLS_COPY, "missing")]
    assert standing(views, owner="Somerset") == [(WELLS_COPY, "missing")]
    assert standing(views, branch="bath") == [(BATH_COPY, "damaged")]
    assert standing(views, what=("missing", "lost")) == [(WELLS_COPY, "missing")]
    assert standing(views, as_of=damaged) == [(BATH_COPY, "damaged")]
    assert standing(views, as_of=damaged - 1) == []
    (found,) = conditions.conditions(views, what=("damaged",))
    assert (found.at_branch, found.code, found.last_kind, found.last_place) == ("bath", "wet", "branch", "bath")
    assert [copy.on_shelf for copy in copies(views, MIDDLEMARCH)] == [False, False]


@pytest.mark.case(12)
def test_an_owner_sees_the_lost_copies_that_came_back_and_where(world: World, views: Views) -> None:
    world.lend(WELLS_COPY, "cyn", "wells")
    world.desk.conditions.lost(world.at("wells"), WELLS_COPY)
    world.desk.conditions.paid(world.at("wells"), WELLS_COPY)
    world.clock_us += DAY_US
    world.scan(WELLS_COPY, "bath")
    (back,) = conditions.ended_conditions(views, owner="Somerset")
    assert (back.item, back.what, back.ended, back.ended_branch) == (WELLS_COPY, "lost-and-paid", "found", "bath")
    assert conditions.ended_conditions(views, owner="Bristol") == []
    assert standing(views) == []


@pytest.mark.case(10)
def test_a_branch_sees_what_it_has_not_looked_for_yet(world: World, views: Views) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.desk.claims.claim_returned(world.at("bath"), BATH_COPY, said="wells")
    assert standing(views, branch="wells", searching=True) == [(BATH_COPY, "claimed-returned")]
    before = world.ledger.head().position
    world.desk.conditions.searched(world.at("wells"), BATH_COPY, found=False)
    assert standing(views, branch="wells", searching=True) == []
    assert standing(views, branch="bath", searching=True) == [(BATH_COPY, "claimed-returned")]
    assert standing(views, branch="wells", searching=True, as_of=before) == [(BATH_COPY, "claimed-returned")]


@pytest.mark.case(15)
def test_how_long_the_journeys_of_a_lane_took_is_counted_to_the_hour(world: World, views: Views) -> None:
    for hours in (5, 5, 30):
        world.scan(CLEVEDON_COPY, "wells")
        world.clock_us += hours * HOUR_US
        world.scan(CLEVEDON_COPY, "clevedon")
    assert conditions.lane_times(views, since_us=0) == {("wells", "clevedon"): {5 * HOUR_US: 2, 30 * HOUR_US: 1}}


def test_a_condition_that_is_taken_back_is_no_more_and_one_that_an_undo_brings_back_is_there(
    world: World, views: Views
) -> None:
    world.scan(BATH_COPY, "wells")
    world.clock_us += 5 * DAY_US
    world.desk.transits.search(world.at("wells"), BATH_COPY, limit=LaneLimit(DAY_US))
    world.scan(BATH_COPY, "bristol")
    assert standing(views) == []
    world.desk.undo(world.at("bristol"), BATH_COPY)
    assert standing(views) == [(BATH_COPY, "overdue-in-transit")]
    world.desk.conditions.restore(world.at("wells"), BATH_COPY, why="mistake")
    assert standing(views) == []
    assert [one.ended for one in conditions.ended_conditions(views)] == ["restored", "found"]


@pytest.mark.case(1)
def test_an_unknown_code_leaves_the_queue_when_it_is_catalogued_under_its_code(world: World, views: Views) -> None:
    world.record("form", (NewEvents("policy/barcodes", 0, (BarcodeFormSet(prefix="3", length=14),)),))
    world.scan("39999000000012", "bath")
    world.scan("39999000000012", "wells")
    world.scan("NO-ITEM", "bath")
    rows = strangers.unknown_codes(views)
    assert [(row.ref, row.code, row.times) for row in rows] == [
        ("wells-1", "39999000000012", 2), ("bath-2", None, 1),
    ]  # fmt: skip
    assert [row.ref for row in strangers.unknown_codes(views, branch="bath")] == ["bath-2"]
    added = ItemAdded(title=MIDDLEMARCH, owner="Somerset", home="wells", item_type="book", branch="wells")
    world.record("late", (NewEvents("item/39999000000012", 0, (added,)),))
    assert [row.ref for row in strangers.unknown_codes(views)] == ["bath-2"]
    world.desk.foreign.close_unknown(world.at("bath"), "bath-2", how="discarded")
    assert strangers.unknown_codes(views) == []


@pytest.mark.case(41)
def test_foreign_items_are_listed_where_they_are_and_where_they_are_to_go(world: World, views: Views) -> None:
    world.desk.foreign.set_form(world.at("bath"), network="Wiltshire", prefix="30117", length=14, via="bristol")
    world.scan("30117000000019", "bath")
    (row,) = strangers.foreign_items(views, branch="bristol")
    assert (row.branch, row.destination, row.here) == ("bath", "bristol", False)
    world.scan("30117000000019", "bristol")
    assert [row.here for row in strangers.foreign_items(views)] == [True]
    world.desk.foreign.close(world.at("bristol"), "30117000000019", how="handed-over")
    assert strangers.foreign_items(views) == []
    assert [] == views.verify("strangers")
    assert [] == views.verify("custody")
