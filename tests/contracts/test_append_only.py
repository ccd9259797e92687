"""The database itself refuses to change or remove what was recorded."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from circulation.ledger import Ledger
from circulation.store.schema import APPEND_ONLY
from tests.contracts.said import added, noted, stamp

COLUMN = {"stored_events": "topic", "requests": "device", "attachments": "sha256", "store_facts": "value"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A store with a row in every append-only table."""
    path = tmp_path / "branchline.db"
    with Ledger.open(str(path)) as ledger:
        ledger.append(stamp("r1"), [added("a"), noted("a", after=1)])
        ledger.attach(b"a matrix")
    return path


@pytest.fixture
def raw(file: Path) -> Iterator[sqlite3.Connection]:
    """A plain connection, as somebody with a database browser has it."""
    connection = sqlite3.connect(file, isolation_level=None)
    yield connection
    connection.close()


def everything(connection: sqlite3.Connection) -> list[object]:
    """All rows of the append-only tables."""
    return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in APPEND_ONLY]


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement", ["UPDATE {0} SET {1} = 'x'", "DELETE FROM {0}", "UPDATE OR REPLACE {0} SET {1}='x'"]
)
def test_sqlite_refuses_to_change_or_delete_rows(raw: sqlite3.Connection, table: str, statement: str) -> None:
    before = everything(raw)
    assert all(before)

    with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
        raw.execute(statement.format(table, COLUMN[table]))
    assert everything(raw) == before


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO stored_events VALUES (2, 'title/a', 2, 'Forged', 0, x'00')",
        "INSERT OR REPLACE INTO stored_events VALUES (3, 'title/a', 2, 'Forged', 0, x'00')",
        "INSERT OR REPLACE INTO stored_events VALUES (2, 'title/b', 1, 'Forged', 0, x'00')",
        "REPLACE INTO stored_events VALUES (1, 'title/a', 1, 'Forged', 0, x'00')",
        "INSERT INTO stored_events VALUES (1, 'title/a', 3, 'Forged', 0, x'00') ON CONFLICT DO UPDATE SET topic = 'x'",
        "INSERT INTO stored_events VALUES (4, 'title/a', 3, 'A gap in the log', 0, x'00')",
        "INSERT INTO stored_events VALUES (3, 'title/a', 4, 'A gap in the stream', 0, x'00')",
        "INSERT INTO stored_events VALUES (NULL, 'title/a', 3, 'Forged', 0, x'00')",
        "INSERT OR REPLACE INTO requests SELECT device, request, x'00', 1, 1 FROM requests",
        "INSERT OR REPLACE INTO attachments SELECT sha256, x'00' FROM attachments",
        "INSERT OR REPLACE INTO store_facts VALUES ('clock', 'simulated')",
    ],
)
def test_sqlite_refuses_to_replace_rows_or_to_leave_gaps(raw: sqlite3.Connection, statement: str) -> None:
    before = everything(raw)

    with pytest.raises(sqlite3.IntegrityError, match=r"append-only|continues the log"):
        raw.execute(statement)
    assert everything(raw) == before


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement", ["UPDATE {0} SET {1} = 'x'", "DELETE FROM {0}", "TRUNCATE {0}", "TRUNCATE {0} CASCADE"]
)
def test_postgresql_refuses_to_change_or_delete_rows(postgresql_url: str, table: str, statement: str) -> None:
    import psycopg

    with Ledger.open(postgresql_url) as ledger:
        ledger.append(stamp("r1"), [added("a"), noted("a", after=1)])
        ledger.attach(b"a matrix")
        schema, server = ledger.url.schema, ledger.url.server
        with psycopg.connect(server, autocommit=True) as raw:
            raw.execute(f"SET search_path = {schema}".encode())
            with pytest.raises(psycopg.errors.RaiseException, match=f"{table} is append-only"):
                raw.execute(statement.format(table, COLUMN[table]).encode())
        assert ledger.head().position == 2
        assert [f.position for f in ledger.facts()] == [1, 2]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO stored_events VALUES (4, 'title/a', 3, 'A gap', 0, '')",
        "INSERT INTO stored_events VALUES (3, 'title/a', 3, 'A gap', 0, ''), (5, 'title/a', 4, 'A gap', 0, '')",
        "INSERT INTO stored_events VALUES (0, 'title/a', 3, 'Before the first', 0, '')",
        (
            "INSERT INTO stored_events VALUES (2, 'title/b', 1, 'Forged', 0, '')"
            " ON CONFLICT (position) DO UPDATE SET topic = 'Forged'"
        ),
    ],
)
def test_postgresql_refuses_to_replace_rows_or_to_leave_gaps(postgresql_url: str, statement: str) -> None:
    import psycopg

    with Ledger.open(postgresql_url) as ledger:
        ledger.append(stamp("r1"), [added("a"), noted("a", after=1)])
        before = ledger.facts()
        with psycopg.connect(ledger.url.server, autocommit=True) as raw:
            raw.execute(f"SET search_path = {ledger.url.schema}".encode())
            with pytest.raises(psycopg.errors.RaiseException, match=r"append-only|continues the log"):
                raw.execute(statement.encode())
        assert ledger.facts() == before
