"""
The log in a PostgreSQL server, in a schema of its own.

An append holds the table's EXCLUSIVE lock to its commit, so positions become visible in their order and a follower
never passes one that is still to come. The library's modes that do without that lock lose events for followers.
Times are the server's, read under the lock, unless the store keeps simulated time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from eventsourcing.persistence import ApplicationRecorder, InfrastructureFactory, IntegrityError
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore, PostgresFactory
from psycopg.rows import tuple_row

from circulation.clock import system_clock
from circulation.errors import Conflict, Invalid
from circulation.store.recorder import LogRecorder, Row
from circulation.store.schema import APPEND_ONLY, TABLES, check_facts, facts_of_new_store, missing_store, not_a_store
from circulation.store.url import StoreUrl

__all__ = ["PostgresLogFactory", "PostgresLogRecorder"]

WAIT_SECONDS = 60
"""How long a writer waits for the others before it gives up."""

_DIALECT = {
    "position": "bigint",
    "integer": "bigint",
    # Byte order, so that a prefix is a range and every store sorts alike.
    "name": 'text COLLATE "C"',
    "bytes": "bytea",
    "by_key": "",
}
_REFUSE = """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"""
_CONTINUES = """CREATE FUNCTION refuse_gap() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF (SELECT max(position) - min(position) + 1 <> count(*) FROM fresh)
            OR (SELECT min(position) FROM fresh) <> 1 AND NOT EXISTS (
                SELECT 1 FROM stored_events WHERE position = (SELECT min(position) FROM fresh) - 1)
        THEN RAISE EXCEPTION 'an event continues the log'; END IF;
        RETURN NULL;
    END $$"""
_INSERT = """INSERT INTO stored_events
    SELECT * FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::text[], %b::bigint[], %b::bytea[])"""


def _guards() -> Iterator[str]:
    yield _REFUSE
    for table in APPEND_ONLY:
        yield (
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    yield _CONTINUES
    yield (
        "CREATE TRIGGER stored_events_continue AFTER INSERT ON stored_events"
        " REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION refuse_gap()"
    )


class _Datastore(PostgresDatastore):
    """The library's datastore for any address that libpq understands, with our schema as the search path."""

    def __init__(self, server: str, schema: str) -> None:
        self.settings = (
            f"SET search_path = {schema}; SET synchronous_commit = on; SET lock_timeout = '{WAIT_SECONDS}s';"
            f" SET idle_in_transaction_session_timeout = '{WAIT_SECONDS}s'"
        ).encode()
        super().__init__("", "", "", "", "", max_overflow=15, pre_ping=True, schema=schema, originator_id_type="text")
        self.pool.conninfo = server
        self.pool.kwargs = {"row_factory": tuple_row}

    def after_connect_func(self) -> Callable[[psycopg.Connection[Any]], None]:
        """What the pool does with a fresh connection."""
        settings = self.settings

        def after_connect(connection: psycopg.Connection[Any]) -> None:
            connection.autocommit = True
            # After the lock, the next statement must see the newest head, whatever the server's default is.
            connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
            connection.execute(settings)

        return after_connect


class PostgresLogRecorder(LogRecorder, PostgresApplicationRecorder):  # type: ignore[misc] # answers None when empty
    """The log's tables in PostgreSQL."""

    as_stored = (
        "position, convert_to(originator_id, 'UTF8'), originator_version, convert_to(topic, 'UTF8'), recorded_us,"
        " state, true"
    )

    def __init__(self, datastore: PostgresDatastore, *, simulated: bool) -> None:
        # The library's constructor composes statements and types for a table that is not ours.
        self.datastore = datastore
        self.clock = system_clock
        self._simulated = simulated
        self._translated: dict[str, bytes] = {}

    @contextmanager
    def reading(self) -> Iterator[Any]:
        with self.datastore.get_connection() as connection, connection.cursor(binary=True) as cursor:
            yield cursor

    @contextmanager
    def writing(self) -> Iterator[Any]:
        with self.datastore.get_connection() as connection:
            try:
                with connection.transaction(), connection.cursor(binary=True) as cursor:
                    cursor.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
                    yield cursor
            except psycopg.errors.LockNotAvailable as busy:
                raise Conflict("store.busy:writing", wait_seconds=WAIT_SECONDS) from busy

    def run(self, c: Any, sql: str, params: Sequence[Any] = ()) -> Any:
        statement = self._translated.get(sql)
        if statement is None:
            statement = self._translated[sql] = sql.replace("?", "%s").encode()
        return c.execute(statement, params)

    def scrub(self) -> None:
        with self.reading() as c:
            c.execute(b"VACUUM claims, claim_versions")

    def insert_rows(self, c: Any, rows: Sequence[Row]) -> None:
        try:
            c.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])
        except psycopg.errors.IntegrityError as taken:
            raise IntegrityError(str(taken)) from taken

    def insert_many(self, c: Any, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        c.executemany(sql.replace("?", "%s").encode(), list(rows))

    def now_us(self, c: Any) -> int:
        if self._simulated:
            return self.clock()
        row = c.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").fetchone()
        return int(row[0])

    def guard(self, c: Any, guards: Sequence[tuple[str, int]], *, before: int = 0) -> None:  # noqa: ARG002
        """Check all streams in one round trip."""
        rows = c.execute(
            "SELECT originator_id, max(originator_version) FROM stored_events"
            " WHERE originator_id = ANY(%b) GROUP BY originator_id",
            ([stream for stream, _ in guards],),
        ).fetchall()
        versions = dict(rows)
        for stream, expected in guards:
            self.check_version(stream, versions.get(stream, 0), expected)

    def facts(self) -> dict[str, str]:
        with self.reading() as c:
            return dict(c.execute("SELECT name, value FROM store_facts").fetchall())


class PostgresLogFactory(PostgresFactory):
    """The library's factory for a log in a PostgreSQL schema."""

    application_recorder_class = PostgresLogRecorder  # type: ignore[assignment] # narrower, as above

    def __init__(self, env: Any) -> None:
        InfrastructureFactory.__init__(self, env)
        self.server = self.env.get("POSTGRES_URL", "")
        self.datastore = _Datastore(self.server, self.env.get(self.POSTGRES_SCHEMA, ""))

    def application_recorder(self) -> ApplicationRecorder:
        """
        The recorder of a store that has been looked at first, and made if it was not there.

        Raises `Unknown` (`store.missing`), `Invalid` (`store.unreachable`, `store.not-a-store`, `store.newer`)
        or `Refused` (`store.clock`), and leaves the database as it was.
        """
        simulated = {"y": True, "n": False}.get(self.env.get("STORE_SIMULATED", ""))
        schema = self.datastore.schema
        shown = StoreUrl("postgresql", server=self.server, schema=schema).shown
        try:
            with psycopg.connect(self.server, connect_timeout=15) as connection:
                facts = _facts_or_none(connection, schema, shown)
                if facts is None:
                    if not self.env_create_table():
                        raise missing_store(shown)
                    facts = _create(connection, schema, shown, simulated=simulated is True)
                check_facts(shown, facts, simulated=simulated)
        except psycopg.Error as failed:
            raise Invalid("store.unreachable:server", store=shown, why=str(failed).strip()) from failed
        return PostgresLogRecorder(self.datastore, simulated=facts["clock"] == "simulated")


def _facts_or_none(connection: psycopg.Connection[Any], schema: str, shown: str) -> dict[str, str] | None:
    """What a schema says about itself; None if it is empty or missing. Raises `Invalid` (`store.not-a-store`)."""
    tables = {
        name
        for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)).fetchall()
    }
    if not tables:
        return None
    if not {"store_facts", "stored_events"} <= tables:
        raise not_a_store(shown)
    return dict(connection.execute(f"SELECT name, value FROM {schema}.store_facts".encode()).fetchall())  # noqa: S608


def _create(connection: psycopg.Connection[Any], schema: str, shown: str, *, simulated: bool) -> dict[str, str]:
    """Make the tables in one transaction, unless another process has just made them."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('branchline ' || %s))", (schema,))
    facts = _facts_or_none(connection, schema, shown)
    if facts is not None:
        return facts
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}; SET LOCAL search_path = {schema}".encode())
    for statement in TABLES:
        connection.execute(statement.format(**_DIALECT).encode())
    for statement in _guards():
        connection.execute(statement.encode())
    facts = facts_of_new_store(simulated=simulated)
    for fact in facts.items():
        connection.execute("INSERT INTO store_facts VALUES (%s, %s)", fact)
    return facts
