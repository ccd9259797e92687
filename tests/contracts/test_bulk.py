"""The bulk path records what the slow path would, in restartable chunks, on every store."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from circulation.errors import Conflict, Invalid
from circulation.event import Event, NewEvents, Stamp
from circulation.folds import ITEM
from circulation.hold import TitleAdded
from circulation.item import ItemAdded, ItemDescribed
from circulation.ledger import Ledger

STAMP = Stamp(1_000_000, "staff/ana", "declared", "bath", "desk-1", "import-1", b"digest")


def items(count: int) -> list[NewEvents]:
    added = ItemAdded(title="t1", owner="Bath", home="bath", item_type="book", branch="bath", source="items.csv:1")
    return [NewEvents(f"item/{n:06d}", 0, (added,)) for n in range(count)]


def test_shuffled_input_is_recorded_in_the_order_of_streams(ledger: Ledger) -> None:
    given = items(50)
    random.Random(7).shuffle(given)
    report = ledger.import_events(STAMP, [given[:20], given[20:]], shuffled=True, events_at_once=8)
    assert (report.events, report.repeated, report.position) == (50, 0, 50)
    assert [fact.stream for fact in ledger.facts(limit=100)] == [f"item/{n:06d}" for n in range(50)]


def test_an_imported_event_reads_like_one_that_was_appended(ledger: Ledger) -> None:
    ledger.import_events(STAMP, [items(1)])
    fact = ledger.stream("item/000000")[0]
    assert (fact.event, fact.actor, fact.happened_us, fact.desk) == (
        items(1)[0].events[0],
        "staff/ana",
        1_000_000,
        "bath",
    )


def test_the_same_import_again_records_nothing(ledger: Ledger) -> None:
    ledger.import_events(STAMP, [items(30)], events_at_once=10)
    report = ledger.import_events(STAMP, [items(30)], events_at_once=10)
    assert (report.events, report.repeated) == (0, 30)
    assert ledger.head().position == 30


def test_an_import_that_broke_off_goes_on_where_it_was(ledger: Ledger) -> None:
    def broken() -> object:
        yield items(20)[:10]
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="disk"):
        ledger.import_events(STAMP, broken(), events_at_once=10)  # type: ignore[arg-type]
    assert ledger.head().position == 10
    report = ledger.import_events(STAMP, [items(20)[:10], items(20)[10:]], events_at_once=10)
    assert (report.events, report.repeated, report.position) == (10, 10, 20)


def test_a_stream_that_exists_is_not_imported_over(ledger: Ledger) -> None:
    one: tuple[Event, ...] = (TitleAdded(title="Dune"),)
    ledger.append(STAMP, [NewEvents("title/t1", 0, one)])
    with pytest.raises(Conflict):
        ledger.import_events(STAMP, [[NewEvents("title/t1", 0, one)]])
    assert ledger.head().position == 1


def test_a_thing_that_stands_in_the_import_twice_is_named(ledger: Ledger) -> None:
    with pytest.raises(Invalid) as error:
        ledger.import_events(STAMP, [[items(1)[0], items(1)[0]]], shuffled=True)
    assert error.value.code == "import.twice"
    assert "item/000000" in error.value.sentence


def test_many_streams_are_loaded_as_one_by_one(ledger: Ledger) -> None:
    ledger.import_events(STAMP, [items(30)])
    again = ItemDescribed(title="t2", owner="Bath", home="bath", item_type="book")
    ledger.append(replace(STAMP, request="again"), [NewEvents("item/000003", 1, (again,))])
    asked = [f"item/{n:06d}" for n in (3, 7, 99)]
    assert ledger.load_many(asked, ITEM) == {stream: ledger.load(stream, ITEM) for stream in asked[:2]}
    assert ledger.load_many([], ITEM) == {}


def test_rows_of_a_list_may_have_happened_at_times_of_their_own(ledger: Ledger) -> None:
    event = items(1)[0].events
    ledger.append(STAMP, [NewEvents("item/a", 0, event, happened_us=5), NewEvents("item/b", 0, event)])
    assert [fact.happened_us for fact in ledger.facts()] == [5, STAMP.happened_us]
    with pytest.raises(ValueError, match="item/c"):
        ledger.import_events(STAMP, [[NewEvents("item/c", 0, event, happened_us=5)]])
