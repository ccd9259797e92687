"""What is opened is a sound store of ours, on the right kind of clock, or it is refused and left as it was."""

from __future__ import annotations

import multiprocessing
import sqlite3
from pathlib import Path

import pytest

from circulation.errors import BranchlineError, Invalid, Refused, Unknown
from circulation.event import EVENT_TYPES, Event
from circulation.ledger import Ledger
from circulation.store.url import StoreUrl
from tests.conftest import FrozenClock
from tests.contracts.said import added, stamp


@pytest.mark.parametrize(
    ("text", "kind", "path"),
    [
        ("sqlite::memory:", "memory", None),
        (":memory:", "memory", None),
        ("/data/branchline.db", "sqlite", "/data/branchline.db"),
        ("sqlite:/data/branchline.db", "sqlite", "/data/branchline.db"),
        ("sqlite:////data/branchline.db", "sqlite", "/data/branchline.db"),
        ("sqlite:branchline.db", "sqlite", str(Path("branchline.db").absolute())),
        ("sqlite:///branchline.db", "sqlite", str(Path("branchline.db").absolute())),
        (" ünïcode dir/b c.db ", "sqlite", str(Path("ünïcode dir/b c.db").absolute())),
    ],
)
def test_an_address_names_a_file_or_memory(text: str, kind: str, path: str | None) -> None:
    url = StoreUrl.parse(text)
    assert (url.kind, None if url.path is None else str(url.path)) == (kind, path)


def test_a_server_address_keeps_its_parameters_and_names_a_schema() -> None:
    url = StoreUrl.parse("postgresql://ann:secret@db.example:5433/lib?sslmode=require&schema=bristol")

    assert (url.kind, url.schema) == ("postgresql", "bristol")
    assert url.server == "postgresql://ann:secret@db.example:5433/lib?sslmode=require"
    assert url.beside("keys").schema == "bristol_keys"
    assert StoreUrl.parse("postgres://db/lib").schema == "branchline"
    assert "secret" not in url.shown
    assert "secret" not in repr(url.shown)


@pytest.mark.parametrize("text", ["", "  ", "mysql://db/lib", "sqlite:", "postgresql://db/lib?schema=Drop%20Table"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        StoreUrl.parse(text)
    assert refused.value.code == "store.address"


def test_the_companion_of_a_file_stands_beside_it() -> None:
    assert StoreUrl.parse("/data/branchline.db").beside("keys").path == Path("/data/branchline.db.keys")


def test_a_store_keeps_its_identity_and_its_events(shared_store_url: str) -> None:
    with Ledger.open(shared_store_url) as first:
        identity = first.store_id
        first.append(stamp(), [added("a")])
    with Ledger.open(shared_store_url, create=False) as again:
        assert again.store_id == identity
        assert again.head().position == 1


def test_a_missing_store_is_not_made_unless_asked(shared_store_url: str) -> None:
    for _ in range(2):
        with pytest.raises(Unknown) as refused:
            Ledger.open(shared_store_url, create=False)
        assert refused.value.code == "store.missing"


def test_real_and_simulated_time_are_never_mixed(shared_store_url: str, clock: FrozenClock) -> None:
    Ledger.open(shared_store_url, clock=clock, simulated=True).close()

    with pytest.raises(Refused) as refused:
        Ledger.open(shared_store_url)
    assert refused.value.code == "store.clock"
    with Ledger.open(shared_store_url, simulated=None) as ledger:
        assert ledger.simulated


def test_a_store_on_real_time_refuses_a_simulated_clock(shared_store_url: str, clock: FrozenClock) -> None:
    Ledger.open(shared_store_url).close()

    with pytest.raises(Refused, match="whose times are real"):
        Ledger.open(shared_store_url, clock=clock, simulated=True)


def test_simulated_time_stands_still_without_a_clock(shared_store_url: str, clock: FrozenClock) -> None:
    with Ledger.open(shared_store_url, clock=clock, simulated=True) as ledger:
        ledger.append(stamp(), [added("a")])
    with Ledger.open(shared_store_url, simulated=None) as ledger:
        assert ledger.append(stamp(), [added("b")]).facts[0].recorded_us == clock.now_us


def test_postgresql_records_its_own_time_and_not_the_clients(postgresql_url: str, clock: FrozenClock) -> None:
    import psycopg

    with Ledger.open(postgresql_url, clock=clock) as ledger, psycopg.connect(ledger.url.server) as raw:
        recorded_us = ledger.append(stamp(), [added("a")]).facts[0].recorded_us
        row = raw.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").fetchone()
    assert row is not None
    assert 0 <= row[0] - recorded_us < 60_000_000
    assert recorded_us != clock.now_us


def a_store(path: Path) -> bytes:
    """A sound store with some events, and its bytes."""
    with Ledger.open(str(path)) as ledger:
        for n in range(20):
            ledger.append(stamp(), [added(f"{n}-{m}") for m in range(20)])
    return path.read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"barcode,title\n300112,Emma\n" * 50,
        b"\x00" * 8192,
        b"S",
        b"SQLite format 3\x00",
        b"SQLite format 3\x00" + b"\xff" * 8000,
    ],
)
def test_a_file_that_is_no_store_is_refused_and_left_as_it_was(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "branchline.db"
    path.write_bytes(content)

    with pytest.raises(Invalid) as refused:
        Ledger.open(str(path))

    assert refused.value.code in ("store.not-a-store", "store.damaged")
    assert "branchline.db" in refused.value.sentence
    assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir()] == ["branchline.db"]


def test_another_programs_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "photos.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE photos (name TEXT)")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(Invalid) as refused:
        Ledger.open(str(path))
    assert refused.value.code == "store.not-a-store"
    assert path.read_bytes() == before


def test_another_programs_schema_is_refused_and_left_as_it_was(postgresql_url: str) -> None:
    import psycopg

    url = StoreUrl.parse(postgresql_url)
    with psycopg.connect(url.server, autocommit=True) as raw:
        raw.execute(f"CREATE SCHEMA {url.schema}".encode())
        raw.execute(f"CREATE TABLE {url.schema}.photos (name text)".encode())
        with pytest.raises(Invalid) as refused:
            Ledger.open(postgresql_url)
        tables = raw.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (url.schema,)).fetchall()
    assert refused.value.code == "store.not-a-store"
    assert tables == [("photos",)]


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_file_that_was_cut_short_is_refused_and_left_as_it_was(tmp_path: Path, kept: float) -> None:
    path = tmp_path / "branchline.db"
    whole = a_store(path)
    path.write_bytes(whole[: int(len(whole) * kept)])

    with pytest.raises(Invalid) as refused:
        Ledger.open(str(path))
    assert refused.value.code == "store.damaged"
    assert path.read_bytes() == whole[: int(len(whole) * kept)]


def test_a_file_damaged_where_the_log_ends_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "branchline.db"
    whole = a_store(path)
    with sqlite3.connect(path) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'stored_events'").fetchone()[0]
    connection.close()
    at = (root - 1) * 4096
    path.write_bytes(whole[:at] + b"\xa5" * 4096 + whole[at + 4096 :])

    with pytest.raises(Invalid) as refused:
        Ledger.open(str(path))
    assert refused.value.code == "store.damaged"


def test_a_store_of_a_newer_format_says_to_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "branchline.db"
    a_store(path)
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER store_facts_no_update")
    connection.execute("UPDATE store_facts SET value = '2' WHERE name = 'format'")
    connection.commit()
    connection.close()

    with pytest.raises(Invalid) as refused:
        Ledger.open(str(path))
    assert refused.value.code == "store.newer"
    assert "Upgrade" in refused.value.hint


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        Ledger.open(str(tmp_path / "none" / "branchline.db"))
    assert refused.value.code == "store.unreachable"
    assert "none" in refused.value.sentence


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        Ledger.open(str(tmp_path))


def test_a_server_that_does_not_answer_is_named_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        Ledger.open(f"postgresql://ann:secret@/lib?host={tmp_path}")
    assert refused.value.code == "store.unreachable"
    assert "secret" not in refused.value.sentence


def test_the_environment_does_not_change_how_a_store_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "branchline.db")
    for name, value in {
        "PERSISTENCE_MODULE": "eventsourcing.popo",
        "CIPHER_TOPIC": "eventsourcing.cipher:AESCipher",
        "CIPHER_KEY": "x" * 44,
        "COMPRESSOR_TOPIC": "zlib",
        "SQLITE_DBNAME": "/nowhere/else.db",
        "LEDGER_SQLITE_DBNAME": "/nowhere/else.db",
        "MAPPER_TOPIC": "nonsense",
        "IS_SNAPSHOTTING_ENABLED": "y",
        "ORIGINATOR_ID_TYPE": "uuid",
        "CREATE_TABLE": "n",
    }.items():
        monkeypatch.setenv(name, value)
    with Ledger.open(path) as ledger:
        ledger.append(stamp(), [added("a")])
    monkeypatch.undo()

    with Ledger.open(path) as ledger:
        assert [f.stream for f in ledger.facts()] == ["title/a"]


def test_an_event_type_of_a_newer_version_says_to_upgrade(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.append(stamp(), [added("a")])
    monkeypatch.delitem(EVENT_TYPES, "TitleAdded")
    monkeypatch.setattr("circulation.codec._kinds", {})

    with pytest.raises(Invalid) as refused:
        ledger.facts()
    assert refused.value.code == "event.unknown-type"
    assert "TitleAdded" in refused.value.sentence
    assert "Upgrade" in refused.value.hint


def test_a_ledger_does_not_start_with_a_gap_in_a_chain_of_upcasters(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Event):
        SCHEMA = 3
        UPCASTERS = {1: dict}

    monkeypatch.setitem(EVENT_TYPES, "Broken", Broken)
    with pytest.raises(TypeError, match=r"Broken has schema version 3 but upcasters from the versions \[1\]"):
        Ledger.open("sqlite::memory:")


def _open_and_append(url: str, name: str) -> None:
    with Ledger.open(url) as ledger:
        ledger.append(stamp(device=name), [added(name)])


def test_processes_that_make_the_same_store_at_once_share_it(shared_store_url: str) -> None:
    fresh = multiprocessing.get_context("spawn")
    makers = [fresh.Process(target=_open_and_append, args=(shared_store_url, f"maker-{n}")) for n in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()

    assert [maker.exitcode for maker in makers] == [0, 0, 0, 0]
    with Ledger.open(shared_store_url, create=False) as ledger:
        assert [f.position for f in ledger.facts()] == [1, 2, 3, 4]


def test_an_attachment_is_kept_once_under_its_digest(ledger: Ledger) -> None:
    matrix = bytes(range(256)) * 1000
    name = ledger.attach(matrix)

    assert ledger.attach(matrix) == name
    assert ledger.attachment(name) == matrix
    assert len(name) == 64
    assert ledger.attachment(ledger.attach(b"")) == b""


def test_an_attachment_that_is_not_kept_is_named(ledger: Ledger) -> None:
    with pytest.raises(Unknown, match="No attachment 'abc'"):
        ledger.attachment("abc")


def test_a_failing_disk_is_told_in_our_words(tmp_path: Path) -> None:
    ledger = Ledger.open(str(tmp_path / "branchline.db"))
    with ledger.store.writing() as c:
        ledger.store.run(c, "CREATE TRIGGER full BEFORE INSERT ON requests BEGIN SELECT raise(FAIL, 'disk'); END")

    with pytest.raises(BranchlineError) as failed:
        ledger.append(stamp(), [added("a")])
    assert failed.value.code == "store.failed"
    assert ledger.head().position == 0
    ledger.close()
