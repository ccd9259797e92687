"""What changed between two positions is the difference of what is shown at both, and names the event that did it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from projections import holds, locations, totes
from projections.changes import Change, changes
from projections.registry import open_views
from projections.views import Views
from tests.cast import BATH_COPY, DUNE, ITEMS, MIDDLEMARCH
from tests.projections.test_past import a_day
from tests.world import World


@pytest.fixture
def told(world_anywhere: World) -> Iterator[tuple[World, Views]]:
    a_day(world_anywhere)
    views = open_views(world_anywhere.ledger)
    yield world_anywhere, views
    views.close()


def of(views: Views, after: int, upto: int, kind: str) -> dict[str, Change]:
    return {change.subject: change for change in changes(views, after, upto, kinds=(kind,))}


def test_between_any_two_positions_it_lists_exactly_what_is_shown_otherwise(told: tuple[World, Views]) -> None:
    world, views = told
    head = world.ledger.head().position
    places = {at: [locations.where(views, code, as_of=at) for code in ITEMS] for at in range(10, head + 1)}
    loose = {
        at: {
            code: (one.filling or (one.kind, one.place), one.known)
            for code, one in zip(ITEMS, found, strict=True)
            if one
        }
        for at, found in places.items()
    }
    queues = {
        at: {hold.hold: hold.status for title in (MIDDLEMARCH, DUNE) for hold in holds.queue(views, title, as_of=at)}
        for at in loose
    }
    boxes = {at: {one.filling: (one.status, one.place) for one in totes.all_fillings(views, as_of=at)} for at in loose}
    for after in range(10, head + 1, 2):
        for upto in range(after, head + 1, 3):
            for kind, shown in (("hold", queues), ("tote", boxes)):
                expected = {one for one in shown[after] | shown[upto] if shown[after].get(one) != shown[upto].get(one)}
                assert expected == set(of(views, after, upto, kind)), (kind, after, upto)
            moved = {
                code
                for code in ITEMS
                # In a tote, how it is known is the tote's.
                if _without_known(loose[after].get(code)) != _without_known(loose[upto].get(code))
            }
            assert moved == set(of(views, after, upto, "place")), (after, upto)


def _without_known(place: tuple[object, str] | None) -> object:
    return None if place is None else place[0]


def test_a_change_names_the_event_that_did_it(told: tuple[World, Views]) -> None:
    world, views = told
    lent = next(f for f in world.ledger.stream(f"item/{BATH_COPY}") if type(f.event).__name__ == "ItemLent")
    change = of(views, lent.position - 1, lent.position, "place")[BATH_COPY]
    assert ("place", BATH_COPY, lent.position) == (change.kind, change.subject, change.position)
    assert ("branch bath", "patron") == (change.before, change.after)
    (loan,) = of(views, lent.position - 1, lent.position, "loan").values()
    assert (None, f"{BATH_COPY}#1 due 2026-12-15T17:00:00Z") == (loan.before, loan.after)


def test_what_left_and_came_back_has_not_changed(told: tuple[World, Views]) -> None:
    world, views = told
    head = world.ledger.head().position
    assert {} == of(views, head, head, "place")
    assert "30114000000033" not in of(views, 20, head, "place"), "its scan was undone"


def test_an_ended_loan_names_what_ended_it(told: tuple[World, Views]) -> None:
    world, views = told
    back = next(f for f in world.ledger.stream(f"item/{BATH_COPY}") if type(f.event).__name__ == "ItemReturned")
    change = of(views, back.position - 1, world.ledger.head().position, "loan")[BATH_COPY]
    assert (None, back.position) == (change.after, change.position)
