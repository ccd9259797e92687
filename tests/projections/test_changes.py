"""What changed between two positions is the difference of what is shown at both, and names the event that did it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from circulation.clock import HOUR_US
from projections import holds, locations, totes
from projections.asof import standing
from projections.changes import KINDS, Change, change_counts, changes
from projections.conditions import CONDITION_NOW, CONDITION_PAST
from projections.hold_shelf import CAPTURE_NOW, CAPTURE_PAST
from projections.holds import HOLD_NOW, HOLD_PAST
from projections.loans import LOAN_NOW, LOAN_PAST
from projections.locations import ITEM_NOW, ITEM_PAST
from projections.network import STATE_NOW, STATE_PAST
from projections.registry import open_views
from projections.totes import FILLING_NOW, FILLING_PAST
from projections.transits import TRANSIT_NOW, TRANSIT_PAST
from projections.views import Views
from tests.cast import BATH_COPY, DUNE, FLOATING_COPY, ITEMS, MIDDLEMARCH
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


SHOWN = {
    "place": (ITEM_NOW, ITEM_PAST, 1, ("item", "kind", "ref", "known")),
    "loan": (LOAN_NOW, LOAN_PAST, 1, ("item", "loan", "due_us")),
    "journey": (TRANSIT_NOW, TRANSIT_PAST, 1, ("item", "origin", "destination", "reason")),
    "set aside": (CAPTURE_NOW, CAPTURE_PAST, 1, ("item", "hold", "pickup", "until_us")),
    "condition": (CONDITION_NOW, CONDITION_PAST, 2, ("item", "kind", "what")),
    "hold": (HOLD_NOW, HOLD_PAST, 1, ("hold", "pickup", "suspended", "target", "captured")),
    "tote": (FILLING_NOW, FILLING_PAST, 1, ("filling", "status", "kind", "place")),
    "setting": (STATE_NOW, STATE_PAST, 1, ("stream", "state")),
}


def standing_at(views: Views, kind: str, at: int) -> dict[str, tuple[object, ...]]:
    """What stood of each subject, by the question that every listing asks of a past moment."""
    now, past, width, columns = SHOWN[kind]
    more = ("started_pos",) if kind == "tote" else ()
    with views.reading(as_of=at) as connection:
        rows = connection.execute(standing(now, past, (*columns, *more), as_of=at)).all()
    begun = [row for row in rows if not more or row.started_pos <= at]
    return {" ".join(row[:width]): tuple(row[width : len(columns)]) for row in begun}


def test_every_kind_is_the_comparison_of_two_lists_and_is_counted_as_it_is_listed(told: tuple[World, Views]) -> None:
    world, views = told
    world.clock_us += HOUR_US
    world.desk.conditions.report(world.at("bath"), FLOATING_COPY, "damaged", code="wet")
    world.desk.conditions.missing(world.at("bath"), FLOATING_COPY)
    world.scan(FLOATING_COPY, "bath")
    head = views.fresh()
    moments = [*range(head % 3, head + 1, 3)]
    stood = {(kind, at): standing_at(views, kind, at) for kind in SHOWN for at in moments}
    seen = set()
    for number, after in enumerate(moments):
        for upto in moments[number::2]:
            listed = list(changes(views, after, upto))
            assert [(KINDS.index(one.kind), one.subject) for one in listed] == sorted(
                (KINDS.index(one.kind), one.subject) for one in listed
            )
            counted = change_counts(views, after, upto)
            assert counted == {kind: sum(one.kind == kind for one in listed) for kind in KINDS}
            for kind in SHOWN:
                was, becomes = stood[kind, after], stood[kind, upto]
                assert {
                    one.subject: (one.was and one.was[1:-1], one.becomes and one.becomes[1:-1])
                    for one in listed
                    if one.kind == kind
                } == {
                    subject: (was.get(subject), becomes.get(subject))
                    for subject in was.keys() | becomes.keys()
                    if was.get(subject) != becomes.get(subject)
                }, (kind, after, upto)
            assert all(after < one.position <= upto for one in listed)
            seen |= {one.kind for one in listed}
    assert set(SHOWN) == seen


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
