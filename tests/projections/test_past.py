"""The past told two ways: as it was known at a position, and as it is now known to have been."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from circulation.clock import HOUR_US, MINUTE_US
from circulation.errors import Refused
from circulation.event import EVENT_TYPES
from circulation.folds import ITEM
from circulation.item import item_stream
from circulation.past_ledger import HappenedLedger, PastLedger
from projections import hold_shelf, holds, loans, locations, totes, transits
from projections.past import PastViews, past_views
from projections.registry import PROJECTIONS, decode, open_views
from projections.views import Views
from tests.cast import BATH_COPY, BRANCHES, DUNE, FLOATING_COPY, ITEMS, MIDDLEMARCH, TUESDAY, WELLS_COPY
from tests.world import World


@contextmanager
def past(log: PastLedger) -> Iterator[Views]:
    with past_views(
        lambda database: PastViews(
            log=log, database=database, projections=PROJECTIONS, decode=decode, known_types=frozenset(EVENT_TYPES)
        )
    ) as views:
        yield views


def told(views: Views, as_of: int | None) -> dict[str, object]:
    """Everything that is shown of the cast."""
    return {
        "places": {code: locations.where(views, code, as_of=as_of) for code in ITEMS},
        "at": {branch: locations.at(views, branch, as_of=as_of) for branch in BRANCHES},
        "counts": locations.counts(views, as_of=as_of),
        "loans": loans.open_loans(views, as_of=as_of),
        "shelves": {branch: hold_shelf.set_aside(views, branch, as_of=as_of) for branch in BRANCHES},
        "queues": [holds.queue(views, title, as_of=as_of) for title in (MIDDLEMARCH, DUNE)],
        "totes": totes.all_fillings(views, as_of=as_of),
        "journeys": [(one.item, one.destination) for one in transits.open_transits(views, as_of=as_of)],
        "pulls": {branch: holds.pull_list(views, branch, as_of=as_of) for branch in BRANCHES},
    }


def a_day(world: World) -> None:
    """Loans, a hold, a tote that is driven and opened, and a scan that was a mistake."""
    world.lend(BATH_COPY, "ada", "bath")
    world.lend(WELLS_COPY, "cyn", "wells")
    world.hold(MIDDLEMARCH, "ben", "bath")
    world.clock_us += HOUR_US
    world.scan(BATH_COPY, "wells", tote="T1")
    world.desk.totes.seal(world.at("wells"), "T1")
    world.desk.totes.load(world.at("wells"), "T1", van="v1")
    world.clock_us += HOUR_US
    world.desk.totes.receive(world.at("bristol"), "T1")
    world.hold(DUNE, "dev", "clevedon")
    world.scan(FLOATING_COPY, "bath")
    world.desk.undo(world.at("bath"), FLOATING_COPY)


def test_a_replay_up_to_any_position_tells_what_the_interval_tables_tell(world_anywhere: World) -> None:
    world = world_anywhere
    a_day(world)
    live = open_views(world.ledger)
    head = world.ledger.head().position
    for position in range(12, head + 1, 3):
        at_us = world.ledger.facts(after=position - 1, limit=1)[0].recorded_us
        with past(PastLedger(world.ledger, position, at_us)) as views:
            assert told(live, position) == told(views, None), position
    live.close()


def test_the_past_cannot_be_written_to(world: World) -> None:
    with pytest.raises(Refused) as caught:
        PastLedger(world.ledger, 5, TUESDAY).append()
    assert "asof.read-only" == caught.value.code


def test_without_second_thoughts_what_happened_is_what_was_known(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.clock_us += HOUR_US
    world.scan(BATH_COPY, "wells")
    head = world.ledger.head()
    with past(PastLedger(world.ledger, head.position, head.recorded_us)) as known:
        before = told(known, None)
    with past(HappenedLedger(world.ledger, head.position, head.recorded_us)) as happened:
        assert before == told(happened, None)


def test_a_scan_that_arrived_later_is_seen_where_it_happened_and_not_where_it_was_not_known_yet(world: World) -> None:
    """Lent at nine, scanned at Wells at ten without the network, at Bristol at eleven; Wells is uploaded at noon."""
    world.lend(BATH_COPY, "ada", "bath")
    world.clock_us = TUESDAY + 2 * HOUR_US
    world.scan(BATH_COPY, "bristol")
    world.clock_us = TUESDAY + 3 * HOUR_US
    world.desk.scan(world.at("wells"), BATH_COPY, happened_us=TUESDAY + HOUR_US)
    half_past_ten = TUESDAY + HOUR_US + 30 * MINUTE_US
    then = PastLedger(world.ledger, world.ledger.position_at(half_past_ten), half_past_ten)
    now = HappenedLedger(world.ledger, world.ledger.head().position, half_past_ten)
    with past(then) as known, past(now) as happened:
        was, is_known = (locations.where(views, BATH_COPY) for views in (known, happened))
        assert was is not None
        assert is_known is not None
        assert ("patron", "") == (was.kind, was.place)
        assert ("branch", "wells", TUESDAY + HOUR_US) == (is_known.kind, is_known.place, is_known.since_us)
        assert [1, 0] == [len(loans.open_loans(views)) for views in (known, happened)]
    item = now.load(item_stream(BATH_COPY), ITEM).state
    assert item is not None
    assert ("wells", None) == (item.branch, item.custody.loan)
    # Asked about an hour later, both say Bristol.
    later = HappenedLedger(world.ledger, world.ledger.head().position, TUESDAY + 2 * HOUR_US + MINUTE_US)
    with past(later) as happened:
        assert ["bristol"] == [place.place for place in [locations.where(happened, BATH_COPY)] if place is not None]


def test_a_scan_that_was_undone_is_known_never_to_have_been(world: World) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.clock_us = TUESDAY + HOUR_US
    world.scan(BATH_COPY, "wells")
    world.clock_us = TUESDAY + 2 * HOUR_US
    world.desk.undo(world.at("wells"), BATH_COPY)
    between = TUESDAY + HOUR_US + MINUTE_US
    then = PastLedger(world.ledger, world.ledger.position_at(between), between)
    now = HappenedLedger(world.ledger, world.ledger.head().position, between)
    with past(then) as known, past(now) as happened:
        assert ["branch", "patron"] == [
            place.kind for views in (known, happened) if (place := locations.where(views, BATH_COPY)) is not None
        ]


def test_what_concerns_one_item_is_told_from_its_own_streams_alone(world: World) -> None:
    a_day(world)
    head = world.ledger.head()
    streams = {item_stream(BATH_COPY), f"title/{MIDDLEMARCH}", "tote/T1/1"}
    whole = HappenedLedger(world.ledger, head.position, head.recorded_us)
    part = HappenedLedger(world.ledger, head.position, head.recorded_us, streams=streams)
    assert part.head().position < whole.head().position
    with past(whole) as everything, past(part) as little:
        for ask in (locations.where, transits.transit_of, hold_shelf.capture_of):
            one, other = ask(everything, BATH_COPY), ask(little, BATH_COPY)
            assert str(one).partition("from_pos")[0] == str(other).partition("from_pos")[0]
