"""What a seal promises, on every kind of store: only what is new, nothing over a changed log, whole after a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from circulation.errors import Refused, Unknown
from circulation.evidence import workers
from circulation.evidence.folder import SealFolder, read_against
from circulation.evidence.leaf import hash_of_row, hashes_of_rows, leaf_bytes
from circulation.evidence.merkle import leaf_hash, root_of
from circulation.evidence.note import origin_of
from circulation.evidence.proving import prove_consistency, prove_inclusion
from circulation.ledger import Ledger
from tests.contracts.said import added, noted, stamp
from tests.evidence.conftest import SMALL
from tests.evidence.sealed_store import record, sealed, tree_of, verified


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that is kept elsewhere."""
    return tmp_path / "elsewhere"


@pytest.fixture
def lasting(shared_store_url: str) -> Ledger:
    """A ledger on each kind of store that lasts, on its own clock."""
    return Ledger.open(shared_store_url)


def test_the_root_is_the_one_over_the_stored_rows(lasting: Ledger, folder: Path) -> None:
    record(lasting, 70)

    done = sealed(lasting, folder)

    rows = lasting.rows(after=0, limit=1000)
    leaves = [
        leaf_hash(leaf_bytes(position, stream.encode(), version, topic.encode(), recorded_us, state))
        for position, stream, version, topic, recorded_us, state in rows
    ]
    assert done.checkpoint.root == root_of(leaves)
    assert (done.checkpoint.size, done.new, done.rederived) == (70, 70, False)
    assert (folder / "leaves").read_bytes() == b"".join(leaves)
    assert hashes_of_rows(lasting.store.stored_rows(0, 70)) == leaves


def test_seals_in_steps_of_any_size_give_the_root_of_one_seal(lasting: Ledger, folder: Path, tmp_path: Path) -> None:
    for step in (1, 1, 13, 1, 16, 17, 40, 7):
        record(lasting, step, seed=step)
        done = sealed(lasting, folder)
        assert done.new == step

    at_once = sealed(lasting, tmp_path / "another")
    assert at_once.checkpoint.root == done.checkpoint.root
    assert verified(lasting, folder).checkpoints == 8
    assert verified(lasting, folder).ok


def test_sealing_without_news_signs_nothing(lasting: Ledger, folder: Path) -> None:
    record(lasting, 20)
    first = sealed(lasting, folder)

    again = sealed(lasting, folder)
    assert (again.new, again.checkpoint) == (0, first.checkpoint)


def test_every_event_is_proven_and_every_checkpoint_continues_those_before(lasting: Ledger, folder: Path) -> None:
    for size in (5, 16, 33):
        record(lasting, size, seed=size)
        sealed(lasting, folder)
    checkpoints = read_against(folder, origin_of(lasting.store_id)).checkpoints
    tree = tree_of(lasting)

    for newer in checkpoints:
        for position in range(1, newer.size + 1):
            proof = prove_inclusion(lasting, tree, newer, position)
            assert proof.leaf == leaf_bytes(*lasting.store.stored_rows(position - 1, position)[0][:6])
        for older in checkpoints:
            assert (prove_consistency(tree, older, newer) is None) == (older.size > newer.size)
    tree.close()


def test_a_changed_event_is_found_on_postgresql(postgresql_url: str, folder: Path) -> None:
    import psycopg

    with Ledger.open(postgresql_url) as ledger:
        record(ledger, 90)
        sealed(ledger, folder)
        record(ledger, 5, seed=1)
        with psycopg.connect(ledger.url.server, autocommit=True) as raw:
            raw.execute(f"SET search_path = {ledger.url.schema}".encode())
            raw.execute("ALTER TABLE stored_events DISABLE TRIGGER USER")
            raw.execute("UPDATE stored_events SET topic = 'Forged' WHERE position = 44")
            assert (verified(ledger, folder).position, verified(ledger, folder).reason) == (44, "changed")
            raw.execute("DELETE FROM stored_events WHERE position = 30")
            assert (verified(ledger, folder).position, verified(ledger, folder).reason) == (30, "removed")
            raw.execute("ALTER TABLE stored_events DROP CONSTRAINT stored_events_pkey")
            raw.execute("UPDATE stored_events SET position = 12 WHERE position = 13")
            assert verified(ledger, folder).position in {12, 13}
            raw.execute(f"SET search_path = {ledger.url.schema}_tree".encode())
            raw.execute("UPDATE blocks SET leaves = '' WHERE number = 0")
            assert verified(ledger, folder).position in {12, 13}


def test_a_seal_that_was_cut_off_is_ended_by_the_next(
    lasting: Ledger, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(lasting, 40)
    sealed(lasting, folder)
    record(lasting, 30, seed=1)

    def no_power(*_: object) -> None:
        raise KeyboardInterrupt

    for broken in ("append_leaves", "add"):
        with monkeypatch.context() as patch:
            patch.setattr(SealFolder, broken, no_power)
            with pytest.raises(KeyboardInterrupt):
                sealed(lasting, folder)
        assert verified(lasting, folder).unsealed == 30
        assert verified(lasting, folder).ok
    assert sealed(lasting, folder).new == 30
    assert verified(lasting, folder).ok


def test_hashes_that_were_lost_are_derived_again(lasting: Ledger, folder: Path) -> None:
    record(lasting, 50)
    sealed(lasting, folder)
    tree = tree_of(lasting)
    tree.run("DELETE FROM blocks WHERE number = 1")
    tree.close()
    (folder / "leaves").unlink()
    assert (verified(lasting, folder).reason, verified(lasting, folder).position) == ("tree", SMALL + 1)
    record(lasting, 3, seed=1)

    done = sealed(lasting, folder)

    assert (done.new, done.rederived) == (3, True)
    assert verified(lasting, folder).ok
    assert (folder / "leaves").stat().st_size == 53 * 32


def test_a_wrong_hash_in_the_folder_is_named_and_mended_on_request(lasting: Ledger, folder: Path) -> None:
    record(lasting, 50)
    sealed(lasting, folder)
    with (folder / "leaves").open("r+b") as leaves:
        leaves.seek(31 * 32 + 5)
        leaves.write(b"\0\0\0")

    assert (verified(lasting, folder).reason, verified(lasting, folder).position) == ("leaves", 32)
    sealed(lasting, folder, rederive=True)
    assert verified(lasting, folder).ok


def test_nothing_is_sealed_over_a_part_of_a_block_that_was_changed(postgresql_url: str, folder: Path) -> None:
    import psycopg

    with Ledger.open(postgresql_url) as ledger:
        record(ledger, 20)
        sealed(ledger, folder)
        record(ledger, 5, seed=1)
        with psycopg.connect(ledger.url.server, autocommit=True) as raw:
            raw.execute(f"SET search_path = {ledger.url.schema}".encode())
            raw.execute("ALTER TABLE stored_events DISABLE TRIGGER USER")
            raw.execute("UPDATE stored_events SET topic = 'Forged' WHERE position = 18")
            with pytest.raises(Refused) as refused:
                sealed(ledger, folder)
            assert refused.value.code == "seal.tampered"
            raw.execute("DELETE FROM stored_events WHERE position = 22")
            with pytest.raises(Refused) as refused:
                sealed(ledger, folder)
            assert refused.value.code == "seal.unsound"


def test_a_folder_without_its_key_gets_no_new_one(memory_ledger: Ledger, folder: Path) -> None:
    record(memory_ledger, 5)
    sealed(memory_ledger, folder)
    (folder / "seal.key").unlink()

    with pytest.raises(Unknown) as refused:
        sealed(memory_ledger, folder)
    assert refused.value.code == "seal.key-gone"


def test_an_empty_log_has_nothing_to_seal(memory_ledger: Ledger, folder: Path) -> None:
    with pytest.raises(Refused) as refused:
        sealed(memory_ledger, folder)
    assert refused.value.code == "seal.empty"


def test_several_processes_find_what_one_finds(
    shared_store_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The other processes have blocks of the usual size.
    monkeypatch.undo()
    monkeypatch.setattr(workers, "WORTH_PROCESSES", 1)
    monkeypatch.setattr(workers, "_BLOCKS_AT_ONCE", 1)
    with Ledger.open(shared_store_url) as ledger:
        names = [f"{number:05}" for number in range(5000)]
        ledger.import_events(stamp(), [[added(name), noted(name, after=1)] for name in names])
        done = sealed(ledger, folder)
        verdict = verified(ledger, folder)

        rows = ledger.store.stored_rows(0, 10_000)
        assert done.checkpoint.root == root_of([hash_of_row(row) or b"" for row in rows])
        assert (verdict.ok, verdict.sealed) == (True, 10_000)
        if ledger.url.kind == "sqlite":
            with ledger.store.writing() as c:
                c.execute("DROP TRIGGER stored_events_no_update")
                c.execute("UPDATE stored_events SET originator_version = 7 WHERE position = 9000")
            assert (verified(ledger, folder).position, verified(ledger, folder).reason) == (9000, "changed")
