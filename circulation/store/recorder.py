"""
What one append does to the database, the same on every store.

In one transaction, under the write lock: a known request id is caught, the streams' versions and the claims
are guarded, the next gapless positions and a recorded time that never runs back are given,
and everything is inserted. The stores differ in how they lock, tell the time and insert many rows.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    ProgrammingError,
    StoredEvent,
    Subscription,
)

from circulation.clock import Clock
from circulation.codec import Recorded
from circulation.errors import Conflict
from circulation.evidence.leaf import StoredRow
from circulation.store.claims import Claim, ClaimChanges, Claims

__all__ = ["AlreadyRecorded", "Command", "Head", "LogRecorder", "Row", "StateRow"]

Row = tuple[int, str, int, str, int, bytes]
"""Position, stream, version, type, recorded time in microseconds, state: the columns of the log."""

StateRow = tuple[str, str, int, int, bytes]
"""Stream, fold, fold version, stream version, state: a row of the state cache."""


_NO_POSITION = 2**62
_POSITIONS_AT_ONCE = 500
_HIGHEST = "\U0010ffff"


class Head(NamedTuple):
    """The last position of the log and when it was recorded; both 0 in an empty log."""

    position: int
    recorded_us: int


@dataclass(slots=True)
class Command:
    """
    What an append carries besides its events.

    `guards` are the streams with the versions at which they must stand, `watched` those of them that get no
    event; `states` are cache rows that ride along, so that keeping them costs no commit of their own.
    `recorded_us` is filled in.
    """

    device: str
    request: str
    digest: bytes
    guards: Sequence[tuple[str, int]]
    watched: Sequence[tuple[str, int]] = ()
    claims: ClaimChanges | None = None
    states: Sequence[StateRow] = ()
    recorded_us: int = 0


class AlreadyRecorded(Exception):
    """The request id is known; carries its digest, first position and number of events."""

    def __init__(self, digest: bytes, first: int, count: int) -> None:
        super().__init__("already recorded")
        self.digest = digest
        self.first = first
        self.count = count


class LogRecorder(ApplicationRecorder):
    """The tables of the log, and the transaction that appends to it."""

    clock: Clock
    as_stored = ""
    """The columns of a row for `stored_rows`, in the store's dialect."""
    guards_on_insert = False
    """Whether the database itself refuses an event that does not continue its stream."""

    # -- what a store provides ---------------------------------------------------------------------------

    @abstractmethod
    def reading(self) -> AbstractContextManager[Any]:
        """A cursor that changes nothing. On PostgreSQL each statement sees a moment of its own."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Any]:
        """A cursor in a transaction that holds the write lock; durable when it has been left."""

    @abstractmethod
    def run(self, c: Any, sql: str, params: Sequence[Any] = ()) -> Any:
        """Execute a statement written with `?` and return what can be fetched from."""

    @abstractmethod
    def facts(self) -> dict[str, str]:
        """What the store says about itself."""

    @abstractmethod
    def insert_rows(self, c: Any, rows: Sequence[Row]) -> None:
        """Insert rows of the log. Raises the library's `IntegrityError` where a version is taken."""

    @abstractmethod
    def insert_many(self, c: Any, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a statement written with `?` for each row."""

    def now_us(self, c: Any) -> int:  # noqa: ARG002 - PostgreSQL asks its own clock through the cursor
        """The present, in microseconds."""
        return self.clock()

    def scrub(self) -> None:
        """Make what was deleted (claims that have ended) unreadable in the store's own files."""

    # -- append ------------------------------------------------------------------------------------------

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append the events of one `command`, which must be given, and return their positions."""
        command: Command | None = kwargs.get("command")
        if command is None:
            raise ProgrammingError("events are recorded by Ledger.append, which names the request")
        with self.writing() as c:
            return self._insert_events(c, stored_events, command=command)

    def _insert_events(self, c: Any, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        rows = [(s.originator_id, s.originator_version, s.topic, s.state) for s in stored_events]
        first = self.record(c, kwargs["command"], rows)
        return range(first, first + len(rows))

    def record(self, c: Any, command: Command, rows: Sequence[tuple[Any, int, str, bytes]]) -> int:
        """
        Append rows (stream, version, type, state) inside a write transaction and return the first position.

        Raises `AlreadyRecorded`, or `Conflict` (`stream.changed`, `claims.changed`, `claim.open`).
        """
        known = self.request(c, command.device, command.request)
        if known is not None:
            raise known
        head = self.head(c)
        if not self.guards_on_insert:
            self.guard(c, command.guards)
        elif command.watched:
            self.guard(c, command.watched)
        first = head.position + 1
        recorded_us = command.recorded_us = max(self.now_us(c), head.recorded_us)
        try:
            self.insert_rows(
                c,
                [
                    (position, stream, version, topic, recorded_us, state)
                    for position, (stream, version, topic, state) in enumerate(rows, first)
                ],
            )
        except IntegrityError:
            if self.guards_on_insert:
                self.guard(c, command.guards, before=first)
            raise
        self.run(c, _KEEP_REQUEST, (command.device, command.request, command.digest, first, len(rows)))
        if command.claims is not None:
            self.change_claims(c, command.claims)
        if command.states:
            self.insert_many(c, _KEEP_STATE, command.states)
        return first

    def record_many(
        self, c: Any, commands: Sequence[tuple[Command, Sequence[tuple[Any, int, str, bytes]]]], *, after: int
    ) -> bool:
        """
        Append the rows of commands that one writer decided one after another, at the times that they carry.

        Nothing is done, and the answer is False, unless the log ends at position `after`: then somebody else wrote,
        and neither versions nor request ids are what they were when the commands were decided.
        """
        if self.head(c).position != after:
            return False
        rows: list[Row] = []
        requests = []
        for command, its in commands:
            first = after + len(rows) + 1
            requests.append((command.device, command.request, command.digest, first, len(its)))
            rows.extend(
                (position, stream, version, topic, command.recorded_us, state)
                for position, (stream, version, topic, state) in enumerate(its, first)
            )
        self.insert_rows(c, rows)
        self.insert_many(c, _KEEP_REQUEST, requests)
        for command, _ in commands:
            if command.claims is not None:
                self.change_claims(c, command.claims)
        return True

    def guard(self, c: Any, guards: Sequence[tuple[str, int]], *, before: int = _NO_POSITION) -> None:
        """
        Check the versions of streams, counting only events before a position.

        Raises `Conflict` (`stream.changed`) naming the first that moved.
        """
        for stream, expected in guards:
            row = self.run(
                c,
                "SELECT originator_version FROM stored_events WHERE originator_id = ? AND position < ?"
                " ORDER BY originator_version DESC LIMIT 1",
                (stream, before),
            ).fetchone()
            self.check_version(stream, 0 if row is None else row[0], expected)

    @staticmethod
    def check_version(stream: str, version: int, expected: int) -> None:
        """Raises `Conflict` (`stream.changed`) unless a stream stands where the command expects it."""
        if version != expected:
            raise Conflict("stream.changed", stream=stream, version=version, expected=expected)

    # -- reads -------------------------------------------------------------------------------------------

    def request(self, c: Any, device: str, request: str) -> AlreadyRecorded | None:
        """What is known of a request id."""
        row = self.run(
            c,
            "SELECT digest, first_position, events FROM requests WHERE device = ? AND request = ?",
            (device, request),
        ).fetchone()
        return None if row is None else AlreadyRecorded(*row)

    def requests_between(self, c: Any, after: int, upto: int, device: str | None) -> list[tuple[str, str, int, int]]:
        """The requests recorded after one position and up to another: device, request, first position, events."""
        sql = (
            "SELECT device, request, first_position, events FROM requests"
            " WHERE first_position > ? AND first_position <= ?"
        )
        params: list[Any] = [after, upto]
        if device is not None:
            sql += " AND device = ?"
            params.append(device)
        rows: list[tuple[str, str, int, int]] = self.run(c, sql + " ORDER BY first_position", params).fetchall()
        return rows

    def head(self, c: Any) -> Head:
        """Where the log ends."""
        row = self.run(c, "SELECT position, recorded_us FROM stored_events ORDER BY position DESC LIMIT 1").fetchone()
        return Head(0, 0) if row is None else Head(*row)

    def recorded_at(self, c: Any, position: int) -> int:
        """When a position that exists was recorded."""
        row = self.run(c, "SELECT recorded_us FROM stored_events WHERE position = ?", (position,)).fetchone()
        return int(row[0])

    def stream_rows(self, stream: str, after: int, upto_version: int | None, upto_position: int | None) -> list[Row]:
        """A stream's rows in order of version."""
        sql = _SELECT + " WHERE originator_id = ? AND originator_version > ?"
        params: list[Any] = [stream, after]
        if upto_version is not None:
            sql += " AND originator_version <= ?"
            params.append(upto_version)
        if upto_position is not None:
            sql += " AND position <= ?"
            params.append(upto_position)
        with self.reading() as c:
            rows: list[Row] = self.run(c, sql + " ORDER BY originator_version", params).fetchall()
        return rows

    def rows_of_streams(self, streams: Sequence[str]) -> list[Row]:
        """The rows of several streams, each stream's in order of version."""
        if not streams:
            return []
        named = ", ".join("?" * len(streams))
        sql = f"{_SELECT} WHERE originator_id IN ({named}) ORDER BY originator_id, originator_version"
        with self.reading() as c:
            rows: list[Row] = self.run(c, sql, streams).fetchall()
        return rows

    def log_rows(self, after: int, limit: int, upto: int | None, types: Sequence[str] = ()) -> list[Row]:
        """Rows after a position in the order of the log."""
        sql = _SELECT + " WHERE position > ?"
        params: list[Any] = [after]
        if upto is not None:
            sql += " AND position <= ?"
            params.append(upto)
        if types:
            sql += f" AND topic IN ({', '.join('?' * len(types))})"
            params += types
        params.append(limit)
        with self.reading() as c:
            rows: list[Row] = self.run(c, sql + " ORDER BY position LIMIT ?", params).fetchall()
        return rows

    def stored_rows(self, after: int, upto: int) -> list[StoredRow]:
        """Rows after one position and up to another as bytes, whatever somebody may have put there by hand."""
        sql = f"SELECT {self.as_stored} FROM stored_events WHERE position > ? AND position <= ? ORDER BY position"  # noqa: S608
        with self.reading() as c:
            rows: list[StoredRow] = self.run(c, sql, (after, upto)).fetchall()
        return rows

    def ends(self) -> tuple[int, int]:
        """The lowest and the highest position that any row has, both 0 if there is none."""
        with self.reading() as c:
            low = self.run(c, "SELECT min(position) FROM stored_events").fetchone()[0]
            high = self.run(c, "SELECT max(position) FROM stored_events").fetchone()[0]
        return low or 0, high or 0

    def broken_streams(self, begin: str, end: str | None) -> list[int]:
        """
        The positions of rows whose version does not follow that of the row before in their stream.

        Of streams whose names come from `begin` on and before `end`, in byte order.
        """
        sql = _BROKEN.format("" if end is None else " AND originator_id < ?")
        with self.reading() as c:
            rows = self.run(c, sql, (begin,) if end is None else (begin, end)).fetchall()
        return [row[0] for row in rows]

    def rows_at(self, positions: Sequence[int]) -> list[Row]:
        """The rows of these positions that exist, in the order of the log."""
        found: list[Row] = []
        with self.reading() as c:
            for begin in range(0, len(positions), _POSITIONS_AT_ONCE):
                some = positions[begin : begin + _POSITIONS_AT_ONCE]
                sql = f"{_SELECT} WHERE position IN ({', '.join('?' * len(some))})"
                found += self.run(c, sql, some).fetchall()
        return sorted(found)

    def news(self, after: int, limit: int) -> list[tuple[int, str]]:
        """The positions after a position, and the streams that were written to there."""
        sql = "SELECT position, originator_id FROM stored_events WHERE position > ? ORDER BY position LIMIT ?"
        with self.reading() as c:
            rows: list[tuple[int, str]] = self.run(c, sql, (after, limit)).fetchall()
        return rows

    def streams_between(self, prefix: str, after: str, limit: int) -> list[str]:
        """Names of streams that begin with a prefix and come after a name, in byte order."""
        begin = "originator_id > ?" if after else "originator_id >= ?"
        sql = (
            f"SELECT originator_id FROM stored_events WHERE {begin} AND originator_id < ?"  # noqa: S608
            " AND originator_version = 1 ORDER BY originator_id LIMIT ?"
        )
        with self.reading() as c:
            rows = self.run(c, sql, (after or prefix, prefix + _HIGHEST, limit)).fetchall()
        return [row[0] for row in rows]

    def kept_state(self, c: Any, stream: str, fold: str, fold_version: int) -> tuple[int, bytes] | None:
        """The version and bytes in the state cache, if they were made by this version of the fold."""
        row: tuple[int, bytes] | None = self.run(
            c,
            "SELECT stream_version, state FROM state_cache WHERE stream = ? AND fold = ? AND fold_version = ?",
            (stream, fold, fold_version),
        ).fetchone()
        return row

    # -- attachments -------------------------------------------------------------------------------------

    def attach(self, sha256: str, data: bytes) -> None:
        """Keep data under its digest; data that is there already is left alone."""
        with self.writing() as c:
            known = self.run(c, "SELECT 1 FROM attachments WHERE sha256 = ?", (sha256,)).fetchone()
            if known is None:
                self.run(c, "INSERT INTO attachments (sha256, data) VALUES (?, ?)", (sha256, data))

    def attachment(self, sha256: str) -> bytes | None:
        """The data kept under a digest."""
        with self.reading() as c:
            row = self.run(c, "SELECT data FROM attachments WHERE sha256 = ?", (sha256,)).fetchone()
        return None if row is None else bytes(row[0])

    # -- claims ------------------------------------------------------------------------------------------

    def claims_of(self, holder: bytes) -> Claims:
        """The open claims of a holder."""
        with self.reading() as c:
            # The version first: should the rows be newer, the version will not be accepted.
            version = self._claims_version(c, holder)
            rows = self.run(c, "SELECT kind, ref FROM claims WHERE holder = ? ORDER BY ref", (holder,)).fetchall()
        return Claims(
            version,
            tuple(ref for kind, ref in rows if kind == "loan"),
            tuple(ref for kind, ref in rows if kind == "hold"),
            tuple(ref for kind, ref in rows if kind == "claimed"),
        )

    def _claims_version(self, c: Any, holder: bytes) -> int:
        row = self.run(c, "SELECT version FROM claim_versions WHERE holder = ?", (holder,)).fetchone()
        return 0 if row is None else int(row[0])

    def change_claims(self, c: Any, changes: ClaimChanges) -> None:
        """Guard and change claims. Raises `Conflict` (`claims.changed`, `claim.open`)."""
        touched = set(changes.versions)
        for holder, expected in changes.versions.items():
            if self._claims_version(c, holder) != expected:
                raise Conflict("claims.changed")
        for ref in changes.closed:
            row = self.run(c, "SELECT holder FROM claims WHERE ref = ?", (ref,)).fetchone()
            if row is not None:
                touched.add(bytes(row[0]))
                self.run(c, "DELETE FROM claims WHERE ref = ?", (ref,))
        for claim in changes.opened:
            if self.run(c, "SELECT 1 FROM claims WHERE ref = ?", (claim.ref,)).fetchone() is not None:
                raise Conflict("claim.open", ref=claim.ref)
            touched.add(claim.holder)
            self.run(c, _OPEN_CLAIM, (claim.ref, claim.holder, claim.kind))
        for holder in touched:
            self.run(c, _NEXT_CLAIMS_VERSION, (holder,))

    def replace_claims(self, claims: Iterable[Claim]) -> int:
        """Put these claims in the place of all others, in one transaction; every holder's version goes up."""
        with self.writing() as c:
            self.run(c, "UPDATE claim_versions SET version = version + 1")
            self.run(c, "DELETE FROM claims")
            count = 0
            for claim in claims:
                self.run(c, _OPEN_CLAIM, (claim.ref, claim.holder, claim.kind))
                self.run(c, _NEXT_CLAIMS_VERSION, (claim.holder,))
                count += 1
        return count

    # -- the library's reading seams ---------------------------------------------------------------------

    def select_events(
        self,
        originator_id: Any,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """A stream's events, as the library's event store reads them."""
        rows = self.stream_rows(str(originator_id), gt or 0, lte, None)
        if desc:
            rows.reverse()
        return [_recorded(row) for row in rows[:limit]]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Recorded]:
        """The log's events, as the library's notification log reads them: by our positions, never by rowid."""
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        return [_recorded(row) for row in self.log_rows(after, limit, stop, topics)]

    def max_notification_id(self) -> int | None:
        """The last position, or None in an empty log."""
        with self.reading() as c:
            return self.head(c).position or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[Any]:
        """Not offered: projections follow by position, on every store in the same way."""
        raise NotImplementedError("follow the log with Ledger.rows")


_SELECT = "SELECT position, originator_id, originator_version, topic, recorded_us, state FROM stored_events"
_BROKEN = """SELECT position FROM (
    SELECT position, originator_version AS version,
        lag(originator_version) OVER stream AS before, lag(position) OVER stream AS earlier
    FROM stored_events WHERE originator_id >= ?{}
    WINDOW stream AS (PARTITION BY originator_id ORDER BY originator_version)
) AS followed WHERE version <> coalesce(before, 0) + 1 OR position <= coalesce(earlier, 0) ORDER BY position LIMIT 1"""
_KEEP_REQUEST = "INSERT INTO requests (device, request, digest, first_position, events) VALUES (?, ?, ?, ?, ?)"
_OPEN_CLAIM = "INSERT INTO claims (ref, holder, kind) VALUES (?, ?, ?)"
_NEXT_CLAIMS_VERSION = (
    "INSERT INTO claim_versions (holder, version) VALUES (?, 1)"
    " ON CONFLICT (holder) DO UPDATE SET version = claim_versions.version + 1"
)
_KEEP_STATE = (
    "INSERT INTO state_cache (stream, fold, fold_version, stream_version, state) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (stream, fold) DO UPDATE SET fold_version = excluded.fold_version,"
    " stream_version = excluded.stream_version, state = excluded.state"
)


def _recorded(row: Row) -> Recorded:
    position, stream, version, topic, recorded_us, state = row
    return Recorded(stream, version, topic, state, position, recorded_us)
