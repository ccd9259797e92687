"""States are folded once and brought forward; a kept state that is stale, foreign or missing only costs time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from circulation.event import Fact
from circulation.ledger import Fold, Ledger, Loaded
from tests.contracts.said import added, noted, stamp


@dataclass(frozen=True, slots=True)
class Seen:
    """How many facts were folded, and the last."""

    count: int = 0
    last: int = 0


class Counting:
    """A fold that counts how often it is applied."""

    def __init__(self, version: int = 1) -> None:
        self.applied = 0
        self.fold: Fold[Seen] = Fold("seen", version, self._apply, Seen)

    def _apply(self, state: Seen | None, fact: Fact) -> Seen:
        self.applied += 1
        return Seen((state or Seen()).count + 1, fact.version)


@pytest.fixture
def counting() -> Counting:
    """A fresh counting fold."""
    return Counting()


@pytest.fixture
def reopened(shared_store_url: str) -> Iterator[Any]:
    """Opens the same store again, with nothing in memory."""
    opened: list[Ledger] = []

    def open_again() -> Ledger:
        opened.append(Ledger.open(shared_store_url))
        return opened[-1]

    yield open_again
    for ledger in opened:
        ledger.close()


def keep_a_long_stream(ledger: Ledger, fold: Fold[Seen], *, events: int = 100) -> None:
    """A stream long enough to be kept, folded, and something else appended, which takes the state along."""
    ledger.append(stamp(), [added("long"), noted("long", after=1, times=events - 1)])
    ledger.load("title/long", fold)
    ledger.append(stamp(), [added("other")])


def test_a_stream_that_does_not_exist_has_no_state(ledger: Ledger, counting: Counting) -> None:
    assert ledger.load("title/none", counting.fold) == Loaded(0, None)


def test_a_second_load_replays_only_what_came_since(ledger: Ledger, counting: Counting) -> None:
    ledger.append(stamp(), [added("a"), noted("a", after=1, times=4)])
    assert ledger.load("title/a", counting.fold) == Loaded(5, Seen(5, 5))
    assert counting.applied == 5

    ledger.append(stamp(), [noted("a", after=5, times=2)])
    assert ledger.load("title/a", counting.fold) == Loaded(7, Seen(7, 7))
    assert counting.applied == 7


def test_two_folds_of_one_stream_do_not_mix(ledger: Ledger, counting: Counting) -> None:
    def names(state: str | None, fact: Fact) -> str:
        return (state or "") + str(fact.version)

    ledger.append(stamp(), [added("a"), noted("a", after=1)])
    assert ledger.load("title/a", counting.fold).state == Seen(2, 2)
    assert ledger.load("title/a", Fold("names", 1, names, str)).state == "12"


def test_after_a_long_replay_another_process_starts_from_the_kept_state(reopened: Any, counting: Counting) -> None:
    keep_a_long_stream(reopened(), counting.fold)
    later = Counting()
    second = reopened()
    second.append(stamp(), [noted("long", after=100, times=3)])

    assert second.load("title/long", later.fold) == Loaded(103, Seen(103, 103))
    assert later.applied == 3


def test_a_state_of_another_version_of_the_fold_is_not_used_and_is_replaced(reopened: Any, counting: Counting) -> None:
    keep_a_long_stream(reopened(), counting.fold)
    newer = Counting(version=2)

    second = reopened()
    assert second.load("title/long", newer.fold) == Loaded(100, Seen(100, 100))
    assert newer.applied == 100

    second.append(stamp(), [added("another")])
    third = Counting(version=2)
    assert reopened().load("title/long", third.fold).version == 100
    assert third.applied == 0


def test_a_kept_state_that_does_not_fit_its_type_is_folded_again(reopened: Any, counting: Counting) -> None:
    ledger = reopened()
    keep_a_long_stream(ledger, counting.fold)
    with ledger.store.writing() as c:
        ledger.store.run(c, "UPDATE state_cache SET state = ?", (b'{"count":"many"}',))

    later = Counting()
    assert reopened().load("title/long", later.fold) == Loaded(100, Seen(100, 100))
    assert later.applied == 100


def test_a_missing_kept_state_is_folded_again(reopened: Any, counting: Counting) -> None:
    ledger = reopened()
    keep_a_long_stream(ledger, counting.fold)
    with ledger.store.writing() as c:
        ledger.store.run(c, "DELETE FROM state_cache")

    later = Counting()
    assert reopened().load("title/long", later.fold) == Loaded(100, Seen(100, 100))
    assert later.applied == 100


def test_a_short_replay_is_not_kept(reopened: Any, counting: Counting) -> None:
    keep_a_long_stream(reopened(), counting.fold, events=64)

    later = Counting()
    reopened().load("title/long", later.fold)
    assert later.applied == 64


def test_a_waiting_state_survives_a_lost_race_and_is_kept_by_the_next_append(reopened: Any, counting: Counting) -> None:
    ledger = reopened()
    ledger.append(stamp(), [added("long"), noted("long", after=1, times=99)])
    ledger.load("title/long", counting.fold)
    with pytest.raises(Exception, match="stands at version"):
        ledger.append(stamp(), [added("long")])
    ledger.append(stamp(), [added("other")])

    later = Counting()
    reopened().load("title/long", later.fold)
    assert later.applied == 0


def test_a_fold_sees_facts_in_their_envelope_and_in_order(ledger: Ledger) -> None:
    def versions(state: tuple[int, ...] | None, fact: Fact) -> tuple[int, ...]:
        return (*(state or ()), fact.position)

    ledger.append(stamp(), [added("a"), added("b"), noted("a", after=1)])
    assert ledger.load("title/a", Fold("positions", 1, versions, tuple[int, ...])).state == (1, 3)


# --- one look at the log instead of a question for every stream ---------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The streams whose rows were asked for, on every store."""
    from circulation.store.recorder import LogRecorder

    streams: list[str] = []
    stream_rows = LogRecorder.stream_rows

    def noting(self: LogRecorder, stream: str, *rest: Any) -> Any:
        streams.append(stream)
        return stream_rows(self, stream, *rest)

    monkeypatch.setattr(LogRecorder, "stream_rows", noting)
    return streams


def test_while_looking_a_stream_without_news_is_not_asked_for_again(
    reopened: Any, counting: Counting, asked: list[str]
) -> None:
    mine, other = reopened(), reopened()
    other.append(stamp(), [added("a"), added("b")])
    with mine.looking():
        mine.load("title/a", counting.fold)
        mine.load("title/b", counting.fold)
        mine.load("title/none", counting.fold)
    other.append(stamp(), [noted("b", after=1)])
    asked.clear()

    with mine.looking():
        assert mine.load("title/a", counting.fold) == Loaded(1, Seen(1, 1))
        assert mine.load("title/b", counting.fold) == Loaded(2, Seen(2, 2))
        assert mine.load("title/none", counting.fold) == Loaded(0, None)
    assert asked == ["title/b"]


def test_while_looking_what_is_appended_is_seen_after_the_next_look(reopened: Any, counting: Counting) -> None:
    mine, other = reopened(), reopened()
    other.append(stamp(), [added("a")])
    with mine.looking() as look:
        mine.load("title/a", counting.fold)
        other.append(stamp(), [noted("a", after=1)])
        assert mine.load("title/a", counting.fold).version == 1
        look()
        assert mine.load("title/a", counting.fold).version == 2


def test_without_looking_every_load_is_of_now(reopened: Any, counting: Counting) -> None:
    mine, other = reopened(), reopened()
    other.append(stamp(), [added("a")])
    with mine.looking():
        mine.load("title/a", counting.fold)
    other.append(stamp(), [noted("a", after=1)])
    assert mine.load("title/a", counting.fold).version == 2


def test_after_more_news_than_is_worth_reading_every_stream_is_asked_for(
    reopened: Any, counting: Counting, asked: list[str]
) -> None:
    mine, other = reopened(), reopened()
    other.append(stamp(), [added("a"), added("b")])
    with mine.looking():
        mine.load("title/a", counting.fold)
        mine.load("title/b", counting.fold)
    other.append(stamp(), [noted("b", after=1, times=1500)])
    asked.clear()

    with mine.looking():
        assert mine.load("title/a", counting.fold).version == 1
        assert mine.load("title/b", counting.fold).version == 1501
        assert asked == ["title/a", "title/b"]
        assert mine.load("title/a", counting.fold).version == 1
    assert asked == ["title/a", "title/b"]
