"""A ledger that records in batches decides and records what an ordinary one would, on every kind of store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from circulation.batch_ledger import BatchLedger, Recorded
from circulation.clock import SECOND_US
from circulation.errors import Conflict, Refused
from circulation.folds import ITEM, TITLE
from circulation.hold import title_stream
from circulation.keyring import Keyring
from circulation.ledger import Claim, ClaimChanges, Claims, Ledger
from tests.cast import ITEMS, MIDDLEMARCH
from tests.conftest import FrozenClock
from tests.contracts.said import DAY_BEGAN_US, added, noted, stamp
from tests.world import World

ANN = b"a" * 32
COPY = next(barcode for barcode, item in ITEMS.items() if item.title == MIDDLEMARCH)


@pytest.fixture
def batches(store_url: str, clock: FrozenClock) -> Iterator[BatchLedger]:
    """An empty batch ledger on frozen time, on each kind of store in turn."""
    with BatchLedger.open(store_url, clock=clock, simulated=True) as ledger:
        yield ledger


@pytest.fixture
def keyring() -> Iterator[Keyring]:
    """A key store in memory."""
    keyring = Keyring.open("sqlite::memory:")
    yield keyring
    keyring.close()


def a_day_at_the_desks(ledger: Ledger, keyring: Keyring) -> tuple[list[tuple[object, ...]], list[object]]:
    """The log of it, with readers' random names left out, and the receipts without request ids."""
    world = World(ledger, keyring)
    receipts = [
        world.lend(COPY, "ada", "bath"),
        world.hold(MIDDLEMARCH, "cyn", "wells"),
        world.scan(COPY, "taunton", tote="T1", sort=True),
        world.desk.totes.seal(world.at("taunton"), "T1"),
        world.scan(COPY, "wells"),
        world.desk.undo(world.at("wells"), COPY),
        world.scan(COPY, "wells"),
        world.lend(COPY, "cyn", "wells"),
    ]
    log = [
        (row[0], "patron" if row[1].startswith("patron/") else row[1], *row[2:5])
        for row in ledger.rows(after=0, limit=1000)
    ]
    return log, [(receipt.code, receipt.sentence, receipt.position) for receipt in receipts]


def test_the_desks_do_and_say_the_same_as_on_an_ordinary_ledger(
    batches: BatchLedger, memory_ledger: Ledger, keyring: Keyring
) -> None:
    assert a_day_at_the_desks(memory_ledger, keyring) == a_day_at_the_desks(batches, Keyring.open("sqlite::memory:"))


def test_what_is_held_is_what_another_reader_of_the_store_folds(
    store_url: str, clock: FrozenClock, keyring: Keyring
) -> None:
    if store_url.endswith("memory:"):
        pytest.skip("a store in memory has one reader")
    with BatchLedger.open(store_url, clock=clock, simulated=True) as batches:
        a_day_at_the_desks(batches, keyring)
        held = {stream: batches.load(stream, ITEM) for stream in batches.streams("item/")}
        claims = {name: batches.open_claims(keyring.holder(name[7:])) for name in batches.streams("patron/")}

    with Ledger.open(store_url, simulated=True) as ordinary:
        assert held == {stream: ordinary.load(stream, ITEM) for stream in ordinary.streams("item/")}
        assert claims == {name: ordinary.open_claims(keyring.holder(name[7:])) for name in ordinary.streams("patron/")}


def test_a_command_is_recorded_with_its_batch_at_the_time_it_was_given(
    batches: BatchLedger, clock: FrozenClock
) -> None:
    first = batches.append(stamp(), [added("a")])
    clock.move(SECOND_US)
    second = batches.append(stamp(), [noted("a", after=1)])
    assert batches.store.log_rows(0, 10, None) == []

    batches.flush()

    told = [(row[0], row[1], row[2], row[4]) for row in batches.store.log_rows(0, 10, None)]
    assert told == [(f.position, f.stream, f.version, f.recorded_us) for f in (*first.facts, *second.facts)]
    assert told[1][3] - told[0][3] == SECOND_US
    assert batches.recorded == Recorded(commands=2, events=2)


def test_recorded_time_does_not_run_back_with_the_clock(batches: BatchLedger, clock: FrozenClock) -> None:
    before = batches.append(stamp(), [added("a")]).facts[0].recorded_us
    clock.move(-SECOND_US)

    assert batches.append(stamp(), [added("b")]).facts[0].recorded_us == before


def test_whatever_is_read_from_the_log_is_recorded_first(batches: BatchLedger) -> None:
    batches.append(stamp(), [added("a")])
    assert batches.head().position == 1
    batches.append(stamp(), [added("b")])
    assert list(batches.streams("title/")) == ["title/a", "title/b"]
    batches.append(stamp(), [noted("b", after=1)])
    assert [fact.version for fact in batches.stream("title/b")] == [1, 2]


def test_a_stale_version_loses_at_once_and_leaves_nothing(batches: BatchLedger) -> None:
    batches.append(stamp(), [added("a")])

    with pytest.raises(Conflict) as lost:
        batches.append(stamp(), [added("b"), noted("a", after=3)])

    assert lost.value.code == "stream.changed"
    assert [fact.stream for fact in batches.facts()] == ["title/a"]


def test_two_changes_to_one_stream_follow_each_other(batches: BatchLedger) -> None:
    appended = batches.append(stamp(), [added("a"), noted("a", after=1)])

    assert [fact.version for fact in appended.facts] == [1, 2]
    assert batches.load(title_stream("a"), TITLE).version == 2


def test_a_request_is_known_before_and_after_it_is_recorded(batches: BatchLedger) -> None:
    first = batches.append(stamp("once"), [added("a")])
    again = batches.append(stamp("once"), [added("a")])
    batches.flush()
    later = batches.append(stamp("once"), [added("a")])

    assert again.repeated
    assert later.repeated
    assert first.facts == again.facts == later.facts
    with pytest.raises(Refused) as reused:
        batches.append(stamp("once", command="another"), [added("b")])
    assert reused.value.code == "request.reused"


def test_claims_that_wait_count_and_are_recorded(batches: BatchLedger) -> None:
    opened = ClaimChanges(opened=(Claim("loan/1", ANN, "loan"), Claim("t#1", ANN, "hold")), versions={ANN: 0})
    batches.append(stamp(), [added("a")], claims=opened)
    assert batches.open_claims(ANN) == Claims(1, ("loan/1",), ("t#1",))
    with pytest.raises(Conflict):
        batches.append(stamp(), [added("b")], claims=ClaimChanges(versions={ANN: 0}))

    batches.append(stamp(), [added("c")], claims=ClaimChanges(closed=("loan/1", "t#1")))
    batches.flush()

    assert batches.open_claims(ANN) == batches.store.claims_of(ANN) == Claims(2, (), ())


def test_a_claim_that_was_there_before_can_be_closed(batches: BatchLedger) -> None:
    batches.rebuild_claims([Claim("loan/1", ANN, "loan"), Claim("loan/2", ANN, "loan")])
    before = batches.store.claims_of(ANN).version

    batches.append(stamp(), [added("a")], claims=ClaimChanges(closed=("loan/1",)))

    assert batches.open_claims(ANN) == Claims(before + 1, ("loan/2",), ())
    batches.flush()
    assert batches.store.claims_of(ANN) == Claims(before + 1, ("loan/2",), ())


def test_an_import_is_seen_by_the_commands_after_it(batches: BatchLedger) -> None:
    assert batches.load(title_stream("a"), TITLE).version == 0
    batches.import_events(stamp("import"), [[added("a")], [added("b")]])

    assert batches.append(stamp(), [noted("a", after=1)]).position == 3
    assert batches.load(title_stream("a"), TITLE).version == 2


def test_states_held_from_an_import_are_those_that_would_be_read(batches: BatchLedger) -> None:
    changes = [[added("a")], [added("b")]]
    batches.import_events(stamp("import"), changes, holding={"title": TITLE})

    held = batches.load(title_stream("b"), TITLE)

    assert held == batches.load_many([title_stream("b")], TITLE)[title_stream("b")]
    assert held.version == 1


def test_a_change_with_its_own_time_keeps_it(batches: BatchLedger) -> None:
    batches.append(stamp(), [replace(added("a"), happened_us=5), added("b")])

    assert [fact.happened_us for fact in batches.facts()] == [5, DAY_BEGAN_US]


def test_somebody_else_writing_meanwhile_is_found_out(tmp_path: Path, clock: FrozenClock) -> None:
    path = str(tmp_path / "shared.db")
    with BatchLedger.open(path, clock=clock, simulated=True) as batches:
        batches.append(stamp(), [added("a")])
        with Ledger.open(path, clock=clock, simulated=True) as other:
            other.append(stamp(), [added("b")])

        with pytest.raises(Conflict) as lost:
            batches.flush()

        assert lost.value.code == "store.shared"
        assert [row[1] for row in batches.store.log_rows(0, 10, None)] == ["title/b"]


def test_a_ledger_that_catches_up_goes_on_after_what_somebody_else_wrote(tmp_path: Path, clock: FrozenClock) -> None:
    path = str(tmp_path / "shared.db")
    with BatchLedger.open(path, clock=clock, simulated=True) as batches:
        batches.append(stamp(), [added("a")])
        assert batches.load("title/a", TITLE).version == 1
        batches.flush()
        with Ledger.open(path, clock=clock, simulated=True) as other:
            other.append(stamp(), [noted("a", after=1)])
        batches.catch_up()

        assert batches.load("title/a", TITLE).version == 2
        batches.append(stamp(), [added("b")])
        batches.flush()
        assert [(row[1], row[2]) for row in batches.store.log_rows(0, 10, None)] == [
            ("title/a", 1), ("title/a", 2), ("title/b", 1),
        ]  # fmt: skip


def test_a_store_that_keeps_real_time_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "real.db")
    Ledger.open(path).close()

    with pytest.raises(Refused) as refused:
        BatchLedger.open(path, simulated=None)

    assert refused.value.code == "store.clock"
