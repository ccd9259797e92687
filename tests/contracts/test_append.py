"""What an append promises, on every kind of store."""

from __future__ import annotations

import pytest

from circulation.clock import SECOND_US
from circulation.errors import Conflict, Invalid, Refused
from circulation.event import NewEvents, Stamp
from circulation.hold import HoldSuspended, TitleAdded
from circulation.ledger import Head, Ledger
from tests.conftest import FrozenClock
from tests.contracts.said import DAY_BEGAN_US, added, noted, stamp


def test_an_empty_log_stands_at_position_zero(ledger: Ledger) -> None:
    assert ledger.head() == Head(0, 0)
    assert ledger.facts() == []
    assert ledger.position_at(DAY_BEGAN_US) == 0
    assert ledger.stream("title/none") == []


def test_one_command_changes_several_streams_at_once(ledger: Ledger) -> None:
    done = ledger.append(stamp(), [added("a"), added("b"), noted("a", after=1, times=2)])

    assert [(f.position, f.stream, f.version) for f in done.facts] == [
        (1, "title/a", 1),
        (2, "title/b", 1),
        (3, "title/a", 2),
        (4, "title/a", 3),
    ]
    assert not done.repeated
    assert done.position == 4


def test_facts_read_back_are_the_facts_that_append_returned(ledger: Ledger) -> None:
    done = ledger.append(stamp(), [added("a"), added("b")])

    assert ledger.facts() == list(done.facts)
    assert ledger.stream("title/b") == [done.facts[1]]
    assert done.facts[0].actor == "staff/ann"
    assert done.facts[0].via == "declared"
    assert done.facts[0].desk == "bath"
    assert done.facts[0].happened_us == DAY_BEGAN_US
    assert done.facts[0].event == TitleAdded(title="The book a")


def test_nothing_of_a_command_is_recorded_when_one_stream_has_moved(ledger: Ledger) -> None:
    ledger.append(stamp(), [added("a")])

    with pytest.raises(Conflict) as lost:
        ledger.append(stamp("lost"), [added("b"), added("a")])

    assert lost.value.code == "stream.changed"
    assert "'title/a' stands at version 1, not 0" in lost.value.sentence
    assert ledger.head().position == 1
    assert ledger.stream("title/b") == []
    assert ledger.repeated("desk-1", "lost", b"") is None


def test_a_stream_cannot_skip_a_version(ledger: Ledger) -> None:
    ledger.append(stamp(), [added("a")])

    with pytest.raises(Conflict, match="stands at version 1, not 2"):
        ledger.append(stamp(), [noted("a", after=2)])


def test_a_stream_can_be_guarded_without_an_event(ledger: Ledger) -> None:
    ledger.append(stamp(), [added("a")])

    ledger.append(stamp(), [added("b"), NewEvents("title/a", 1, ())])
    with pytest.raises(Conflict, match="'title/a' stands at version 1, not 0"):
        ledger.append(stamp(), [added("c"), NewEvents("title/a", 0, ())])


def test_a_lost_race_leaves_no_gap(ledger: Ledger) -> None:
    ledger.append(stamp(), [added("a")])
    with pytest.raises(Conflict):
        ledger.append(stamp(), [added("a")])
    ledger.append(stamp(), [added("b")])

    assert [f.position for f in ledger.facts()] == [1, 2]


def test_a_command_without_events_records_nothing(ledger: Ledger) -> None:
    assert ledger.append(stamp("nothing"), []).facts == ()
    assert ledger.head().position == 0


def test_the_same_request_again_returns_the_first_facts_and_appends_nothing(ledger: Ledger) -> None:
    first = ledger.append(stamp("r1"), [added("a"), added("b")])
    ledger.append(stamp(), [added("c")])

    again = ledger.append(stamp("r1"), [added("a"), added("b")])

    assert again.repeated
    assert again.facts == first.facts
    assert ledger.head().position == 3


def test_a_repeated_request_is_found_before_anything_is_decided(ledger: Ledger) -> None:
    first = ledger.append(stamp("r1"), [added("a")])

    seen = ledger.repeated("desk-1", "r1", stamp("r1").digest)

    assert seen is not None
    assert seen.repeated
    assert seen.facts == first.facts
    assert ledger.repeated("desk-1", "r2", stamp("r2").digest) is None


def test_a_request_id_with_another_command_is_refused(ledger: Ledger) -> None:
    ledger.append(stamp("r1"), [added("a")])

    with pytest.raises(Refused) as refused:
        ledger.append(stamp("r1", command="another"), [added("b")])
    assert refused.value.code == "request.reused"
    with pytest.raises(Refused, match="'r1' was used before"):
        ledger.repeated("desk-1", "r1", stamp("r1", command="another").digest)
    assert ledger.head().position == 1


def test_two_devices_may_use_the_same_request_id(ledger: Ledger) -> None:
    ledger.append(stamp("r1", device="desk-1"), [added("a")])

    done = ledger.append(stamp("r1", device="desk-2"), [added("b")])

    assert not done.repeated
    assert done.position == 2


def test_recorded_time_stands_still_while_the_clock_runs_back(ledger: Ledger, clock: FrozenClock) -> None:
    began = clock.now_us
    ledger.append(stamp(), [added("a")])
    clock.move(-5 * SECOND_US)
    ledger.append(stamp(), [added("b")])
    clock.move(+6 * SECOND_US)
    ledger.append(stamp(), [added("c")])

    assert [f.recorded_us for f in ledger.facts()] == [began, began, began + SECOND_US]
    assert ledger.head() == Head(3, began + SECOND_US)


def test_a_moment_maps_to_the_last_position_recorded_by_then(ledger: Ledger, clock: FrozenClock) -> None:
    began = clock.now_us
    for name in "abcde":
        ledger.append(stamp(), [added(name), added(f"{name}2")])
        clock.move(SECOND_US)

    assert ledger.position_at(began - 1) == 0
    assert ledger.position_at(began) == 2
    assert ledger.position_at(began + SECOND_US - 1) == 2
    assert ledger.position_at(began + 3 * SECOND_US) == 8
    assert ledger.position_at(began + 100 * SECOND_US) == 10


def test_a_stream_can_be_read_from_a_version_and_up_to_a_position(ledger: Ledger) -> None:
    ledger.append(stamp(), [added("a"), added("b"), noted("a", after=1, times=3)])

    assert [f.version for f in ledger.stream("title/a", after=2)] == [3, 4]
    assert [f.version for f in ledger.stream("title/a", upto_position=3)] == [1, 2]
    assert [f.version for f in ledger.stream("title/a", after=1, upto_position=4)] == [2, 3]


def test_the_log_can_be_read_in_pieces_and_by_type(ledger: Ledger) -> None:
    ledger.append(stamp(), [added("a"), noted("a", after=1, times=2), added("b")])

    assert [f.position for f in ledger.facts(after=1, limit=2)] == [2, 3]
    assert [f.position for f in ledger.facts(types=["TitleAdded"])] == [1, 4]
    assert [f.position for f in ledger.facts(types=["TitleAdded"], upto=3)] == [1]
    assert [f.position for f in ledger.facts(types=["TitleAdded", "HoldSuspended"], after=2)] == [3, 4]


def test_rows_carry_the_stored_columns_in_the_order_of_the_log(ledger: Ledger, clock: FrozenClock) -> None:
    ledger.append(stamp("r1"), [added("a"), noted("a", after=1)])

    assert ledger.rows(after=1, limit=10) == [
        (
            2,
            "title/a",
            2,
            "HoldSuspended",
            clock.now_us,
            (
                b'{"v":1,"m":{"at":1795507200000000,"by":"staff/ann","via":"declared","desk":"bath","req":"r1"},'
                b'"d":{"hold":"a#2"}}'
            ),
        )
    ]
    assert [row[0] for row in ledger.rows(after=0, limit=10, upto=1)] == [1]


def test_streams_are_listed_by_prefix_in_byte_order(ledger: Ledger) -> None:
    for name in ("title/b", "title/B", "title/a-1", "title/a", "titles/x", "title/é"):
        ledger.append(stamp(), [NewEvents(name, 0, (TitleAdded(title="T"),))])

    assert list(ledger.streams("title/")) == ["title/B", "title/a", "title/a-1", "title/b", "title/é"]
    assert list(ledger.streams("title/a")) == ["title/a", "title/a-1"]
    assert list(ledger.streams("")) == ["title/B", "title/a", "title/a-1", "title/b", "title/é", "titles/x"]


def test_the_librarys_notification_log_shows_our_positions(ledger: Ledger) -> None:
    ledger.append(stamp(), [added("a"), added("b"), added("c")])

    chosen = ledger.notification_log.select(2, 10)
    assert [(n.id, n.originator_id) for n in chosen] == [(2, "title/b"), (3, "title/c")]
    assert list(ledger.events.get("title/c")) == ledger.stream("title/c")


@pytest.mark.parametrize("name", ["", "title/\x00", "title/a\n", "t" * 256, "title/\ud800"])
def test_a_stream_has_a_printable_name(ledger: Ledger, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        ledger.append(stamp(), [NewEvents(name, 0, (TitleAdded(title="T"),))])
    assert refused.value.code == "name.unprintable"


def test_text_that_is_not_unicode_is_refused_before_anything_is_written(ledger: Ledger) -> None:
    broken = "lone surrogate \ud800"
    with pytest.raises(Invalid) as refused:
        ledger.append(stamp(), [NewEvents("title/a", 0, (TitleAdded(title="T"), HoldSuspended(hold=broken)))])
    assert refused.value.code == "event.unwritable"

    with pytest.raises(Invalid):
        ledger.append(Stamp(0, broken, "os", "bath", "desk-1", "r", b""), [added("a")])
    assert ledger.head().position == 0


def test_two_changes_of_one_stream_must_follow_each_other(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="do not follow each other"):
        ledger.append(stamp(), [added("a"), added("a")])


def test_only_append_records_events(ledger: Ledger) -> None:
    fact = ledger.append(stamp(), [added("a")]).facts[0]

    with pytest.raises(Exception, match=r"Ledger\.append"):
        ledger.save(fact)
    assert ledger.head().position == 1
