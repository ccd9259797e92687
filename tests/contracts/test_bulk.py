"""What a bulk import promises: everything once, in gapless positions, restartable, on every kind of store."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest

from circulation.errors import Conflict, Invalid
from circulation.event import NewEvents
from circulation.ledger import ImportReport, Ledger
from circulation.store import bulk
from tests.contracts.said import added, noted, stamp


def titles(count: int, *, shuffled: bool = False) -> list[list[NewEvents]]:
    """Batches of ten titles, each with two events."""
    names = [f"{n:05d}" for n in range(count)]
    if shuffled:
        random.Random(7).shuffle(names)
    changes = [[added(name), noted(name, after=1)] for name in names]
    return [[change for pair in changes[at : at + 10] for change in pair] for at in range(0, count, 10)]


def test_an_import_appends_every_event_once_without_gaps(ledger: Ledger) -> None:
    report = ledger.import_events(stamp("import"), titles(250), events_at_once=60)

    assert report == ImportReport(events=500, repeated=0, position=500)
    facts = ledger.facts(limit=1000)
    assert [f.position for f in facts] == list(range(1, 501))
    assert [(f.stream, f.version) for f in facts[:3]] == [("title/00000", 1), ("title/00000", 2), ("title/00001", 1)]
    assert facts[0].actor == "staff/ann"
    assert facts[0].request.startswith("import/")


def test_an_import_goes_on_where_the_log_ends(ledger: Ledger) -> None:
    ledger.append(stamp(), [added("zzz")])
    ledger.import_events(stamp("import"), titles(10))

    assert ledger.append(stamp(), [added("zzzz")]).position == 22
    assert [f.position for f in ledger.facts()] == list(range(1, 23))


def test_shuffled_streams_are_appended_in_order_whether_or_not_they_fit_in_memory(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_ROWS_IN_A_RUN", 70)
    monkeypatch.setattr(bulk, "_ROWS_IN_A_BLOCK", 16)

    report = ledger.import_events(stamp("import"), titles(250, shuffled=True), shuffled=True, events_at_once=61)

    assert report == ImportReport(events=500, repeated=0, position=500)
    assert [(f.stream, f.version) for f in ledger.facts(limit=1000)] == [
        (f"title/{n:05d}", version) for n in range(250) for version in (1, 2)
    ]


def test_a_stream_is_never_cut_by_the_end_of_a_chunk(ledger: Ledger) -> None:
    ledger.import_events(stamp("import"), titles(20, shuffled=True), shuffled=True, events_at_once=3)

    requests = {}
    for fact in ledger.facts(limit=1000):
        requests.setdefault(fact.stream, set()).add(fact.request)
    assert len(requests) == 20
    assert all(len(of_stream) == 1 for of_stream in requests.values())


def test_a_failed_import_is_taken_up_again_and_nothing_is_doubled(ledger: Ledger) -> None:
    def breaking_off() -> Iterator[Sequence[NewEvents]]:
        yield from titles(200)[:12]
        raise OSError("the stick was pulled out")

    with pytest.raises(OSError, match="stick"):
        ledger.import_events(stamp("import"), breaking_off(), events_at_once=60)
    recorded = ledger.head().position
    assert recorded == 240

    report = ledger.import_events(stamp("import"), titles(200), events_at_once=60)

    assert report == ImportReport(events=160, repeated=240, position=400)
    assert [f.position for f in ledger.facts(limit=1000)] == list(range(1, 401))


def test_an_import_whose_beginning_was_left_out_the_second_time_loses_nothing(ledger: Ledger) -> None:
    ledger.import_events(stamp("import"), titles(200)[:12], events_at_once=60)

    report = ledger.import_events(stamp("import"), titles(200)[12:], events_at_once=60)

    assert report == ImportReport(events=160, repeated=0, position=400)


def test_a_stream_that_exists_stops_the_import_by_name_and_its_chunk_leaves_nothing(ledger: Ledger) -> None:
    ledger.append(stamp(), [added("00150")])

    with pytest.raises(Conflict) as stopped:
        ledger.import_events(stamp("import"), titles(200), events_at_once=60)

    assert "'title/00150' stands at version 1, not 0" in stopped.value.sentence
    assert ledger.head().position == 1 + 300
    assert ledger.stream("title/00149")[-1].version == 2
    assert ledger.stream("title/00151") == []


def test_a_thing_given_twice_is_named_and_nothing_of_its_chunk_is_recorded(ledger: Ledger) -> None:
    with pytest.raises(Invalid) as stopped:
        ledger.import_events(stamp("import"), [[added("a"), added("b"), added("a")]], shuffled=True)
    assert stopped.value.code == "import.twice"
    assert "'title/a'" in stopped.value.sentence
    assert ledger.head().position == 0


def test_an_empty_import_does_nothing(ledger: Ledger) -> None:
    assert ledger.import_events(stamp("import"), []) == ImportReport(0, 0, 0)
    assert ledger.import_events(stamp("import"), [[], []], shuffled=True) == ImportReport(0, 0, 0)
