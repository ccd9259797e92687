"""
The log: every fact, in the order in which it was recorded, and nothing that is ever changed.

One eventsourcing application with readable text streams over SQLite, memory or PostgreSQL (`store/`).
Commands append atomically across streams; readers follow by position; states are folded and cached.
Beside the log stand attachments (immutable) and claims (open loans and holds by hashed holder).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import local
from typing import Any, Self, TypeVar

from eventsourcing.application import Application
from eventsourcing.domain import EventSourcingError
from eventsourcing.utils import Environment

from circulation.clock import Clock, system_clock
from circulation.codec import FactMapper, check_event_types, encode_meta, join_state
from circulation.errors import BranchlineError, Conflict, Invalid, Refused, Unknown
from circulation.event import Appended, Fact, NewEvents, Stamp
from circulation.store.bulk import Chunk, ImportReport, chunks_in_given_order, chunks_sorted_by_stream
from circulation.store.claims import Claim, ClaimChanges, Claims
from circulation.store.recorder import AlreadyRecorded, Command, Head, LogRecorder, Row, StateRow
from circulation.store.states import Fold, Loaded, StatesInMemory
from circulation.store.url import StoreUrl

__all__ = ["Claim", "ClaimChanges", "Claims", "Fold", "Head", "ImportReport", "Ledger", "Loaded"]

S = TypeVar("S")

_LONG_REPLAY = 64
"""Replaying more facts than this is worth keeping the state in the store."""

_WAITING_STATES = 64
"""States that wait for the next append; more are let go."""

_STREAMS_AT_ONCE = 2000


class Ledger(Application[str]):
    """The log of one store. Open it with `Ledger.open`; it may be used by several threads."""

    def __init__(self, env: dict[str, str], *, url: StoreUrl, clock: Clock | None = None) -> None:
        check_event_types()
        super().__init__(env)
        self.url = url
        self.store: LogRecorder = self.recorder  # type: ignore[assignment]
        facts = self.store.facts()
        self.simulated = facts["clock"] == "simulated"
        self.store_id = facts["store"]
        # Without a clock of its own a simulated store stands still at its last moment.
        self.store.clock = clock or (_standing_clock if self.simulated else system_clock)
        self._states = StatesInMemory()
        self._looking = local()
        self._waiting: dict[tuple[str, str], StateRow] = {}

    @classmethod
    def open(
        cls,
        url: str | StoreUrl,
        *,
        clock: Clock | None = None,
        simulated: bool | None = False,
        create: bool = True,
    ) -> Self:
        """
        Open the store at an address, making it if it is not there and `create` is true.

        `simulated` says whose time the store keeps (None: whatever it was made with, real if it is new);
        PostgreSQL uses its own clock unless time is simulated.

        Raises `Invalid` for an address, file or server that is no sound store of a format we know, `Unknown`
        (`store.missing`), and `Refused` (`store.clock`) when real and simulated time would be mixed.
        """
        where = url if isinstance(url, StoreUrl) else StoreUrl.parse(url)
        env = {
            "MAPPER_TOPIC": "circulation.codec:FactMapper",
            "CREATE_TABLE": "y" if create else "n",
            "STORE_SIMULATED": "" if simulated is None else "y" if simulated else "n",
        }
        if where.kind == "postgresql":
            env["PERSISTENCE_MODULE"] = "circulation.store.postgres:PostgresLogFactory"
            env["POSTGRES_URL"] = where.server
            env["POSTGRES_SCHEMA"] = where.schema
        else:
            env["PERSISTENCE_MODULE"] = "circulation.store.sqlite:SQLiteLogFactory"
            env["SQLITE_DBNAME"] = "" if where.path is None else str(where.path)
        return cls(env, url=where, clock=clock)

    def construct_env(self, name: str, env: Any = None) -> Environment:
        """Only what `open` says: the process's environment must not change how a store is read."""
        return Environment(name, env)

    # -- writing -----------------------------------------------------------------------------------------

    def append(self, stamp: Stamp, changes: Sequence[NewEvents], *, claims: ClaimChanges | None = None) -> Appended:
        """
        Record the events of one command, all or none.

        A request id that the device used before returns the facts of that time, if it is the same command.
        Without events nothing is recorded, the request id neither.

        Raises `Conflict` (`stream.changed`, `claims.changed`, `claim.open`, `store.busy`), `Refused`
        (`request.reused`) or `Invalid` (`event.unwritable`, `name.unprintable`).
        """
        for name in (stamp.device, stamp.request, *(change.stream for change in changes)):
            _check_name(name)
        facts = [
            Fact(
                change.stream,
                version,
                event,
                stamp.happened_us if change.happened_us is None else change.happened_us,
                stamp.actor,
                stamp.via,
                stamp.desk,
                stamp.request,
            )
            for change in changes
            for version, event in enumerate(change.events, change.after_version + 1)
        ]
        if not facts:
            return Appended((), False)
        states = tuple(self._waiting.values())
        guards, watched = _guards(changes)
        command = Command(stamp.device, stamp.request, stamp.digest, guards, watched, claims, states)
        try:
            with _in_our_words():
                recordings = self.events.put(facts, command=command)
        except AlreadyRecorded as known:
            return self._again(stamp.request, stamp.digest, known)
        for stream, fold, *_ in states:
            self._waiting.pop((stream, fold), None)
        recorded_us = command.recorded_us
        return Appended(
            tuple(
                Fact(
                    fact.stream,
                    fact.version,
                    fact.event,
                    fact.happened_us,
                    fact.actor,
                    fact.via,
                    fact.desk,
                    fact.request,
                    recording.notification.id,
                    recorded_us,
                )
                for fact, recording in zip(facts, recordings, strict=True)
            ),
            False,
        )

    def repeated(self, device: str, request: str, digest: bytes) -> Appended | None:
        """
        What a request recorded when it was seen before, or None if it is new.

        Raises `Refused` (`request.reused`) if it was another command.
        """
        with _in_our_words(), self.store.reading() as c:
            known = self.store.request(c, device, request)
        return None if known is None else self._again(request, digest, known)

    def known(self, device: str, request: str) -> Appended | None:
        """What a request of a device recorded, whatever command it was; None if it is not known."""
        with _in_our_words(), self.store.reading() as c:
            known = self.store.request(c, device, request)
        return None if known is None else self._again(request, known.digest, known)

    def _again(self, request: str, digest: bytes, known: AlreadyRecorded) -> Appended:
        if known.digest != digest:
            raise Refused("request.reused", request=request)
        return Appended(tuple(self.facts(after=known.first - 1, limit=known.count)), True)

    def import_events(
        self,
        stamp: Stamp,
        batches: Iterable[Sequence[NewEvents]],
        *,
        shuffled: bool = False,
        events_at_once: int = 10_000,
    ) -> ImportReport:
        """
        Record many events in chunks of about `events_at_once`, each chunk all or none.

        A batch is never divided, unless the streams come `shuffled`: then they are sorted on disk first
        and a stream's events stay together. The chunks' request ids are `<request>/<digest of the content>`:
        after a failure the same import is given again, and what was recorded is passed over.

        Raises `Conflict` (`stream.changed`, `store.busy`) or `Invalid` (`import.twice`, `event.unwritable`);
        the chunks before the one that failed stay recorded.
        """
        if shuffled:
            folder = None if self.url.path is None else self.url.path.parent
            chunks = chunks_sorted_by_stream(batches, events_at_once, folder)
        else:
            chunks = chunks_in_given_order(batches, events_at_once)
        events = repeated = position = 0
        for chunk in chunks:
            count = len(chunk.rows)
            try:
                position = max(position, self._append_chunk(stamp, chunk) + count - 1)
                events += count
            except AlreadyRecorded as known:
                position = max(position, known.first + count - 1)
                repeated += count
        return ImportReport(events, repeated, position)

    def _append_chunk(self, stamp: Stamp, chunk: Chunk) -> int:
        digest = chunk.digest()
        request = f"{stamp.request}/{digest.hex()[:16]}"
        guards = chunk.guards()
        for name in (stamp.device, request, *(stream for stream, _ in guards)):
            _check_name(name)
        meta = encode_meta(stamp.happened_us, stamp.actor, stamp.via, stamp.desk, request)
        rows = [
            (stream, version, topic, join_state(topic, meta, payload)) for stream, version, topic, payload in chunk.rows
        ]
        with _in_our_words(), self.store.writing() as c:
            return self.store.record(c, Command(stamp.device, request, digest, guards), rows)

    def attach(self, data: bytes) -> str:
        """Keep a file beside the log for ever and return its SHA-256 in hexadecimal; repeating is harmless."""
        sha256 = hashlib.sha256(data).hexdigest()
        with _in_our_words():
            self.store.attach(sha256, data)
        return sha256

    def attachment(self, sha256: str) -> bytes:
        """
        The file that was kept under a digest.

        Raises `Unknown` (`attachment.unknown`), or `Invalid` (`attachment.damaged`) if its bytes do not match.
        """
        with _in_our_words():
            data = self.store.attachment(sha256)
        if data is None:
            raise Unknown("attachment.unknown", sha256=sha256[:64])
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Invalid("attachment.damaged", sha256=sha256[:64])
        return data

    # -- reading -----------------------------------------------------------------------------------------

    def head(self) -> Head:
        """The last position and its time of recording, both 0 in an empty log."""
        with _in_our_words(), self.store.reading() as c:
            return self.store.head(c)

    def stream(self, stream: str, *, after: int = 0, upto_position: int | None = None) -> list[Fact]:
        """A stream's facts after a version, in order, optionally only those up to a position of the log."""
        with _in_our_words():
            rows = self.store.stream_rows(stream, after, None, upto_position)
        return self._facts(rows)

    def facts(
        self, *, after: int = 0, limit: int = 1000, types: Collection[str] = (), upto: int | None = None
    ) -> list[Fact]:
        """Up to `limit` facts after a position in the order of the log, optionally only of some types."""
        with _in_our_words():
            rows = self.store.log_rows(after, limit, upto, sorted(types))
        return self._facts(rows)

    def facts_at(self, positions: Collection[int]) -> dict[int, Fact]:
        """The facts of these positions, by position; those that the log does not have are left out."""
        with _in_our_words():
            rows = self.store.rows_at(sorted(set(positions)))
        return {fact.position: fact for fact in self._facts(rows)}

    def requests(
        self, *, after: int = 0, upto: int | None = None, device: str | None = None
    ) -> list[tuple[str, str, int, int]]:
        """
        The requests of a device, or of all, in the order of the log: device, request, first position, events.

        `after` and `upto` are positions. It reads every request of the store, or of the device.
        """
        with _in_our_words(), self.store.reading() as c:
            last = self.store.head(c).position if upto is None else upto
            return self.store.requests_between(c, after, last, device)

    def rows(self, *, after: int, limit: int, upto: int | None = None) -> list[Row]:
        """
        Up to `limit` rows after a position: position, stream, version, type, recorded_us, state.

        The fast path of projections; `codec.read_payload` reads a state in its newest shape.
        """
        with _in_our_words():
            return self.store.log_rows(after, limit, upto)

    def facts_of(self, rows: Iterable[Row]) -> list[Fact]:
        """The facts of rows that `rows` gave."""
        return self._facts(rows)

    def streams(self, prefix: str) -> Iterator[str]:
        """The names of all streams that begin with a prefix, in order, in several short reads."""
        last = ""
        while True:
            with _in_our_words():
                names = self.store.streams_between(prefix, last, _STREAMS_AT_ONCE)
            yield from names
            if len(names) < _STREAMS_AT_ONCE:
                return
            last = names[-1]

    def position_at(self, instant_us: int) -> int:
        """The last position recorded at or before an instant, 0 if there is none; by binary search."""
        with _in_our_words(), self.store.reading() as c:
            low, high = 0, self.store.head(c).position
            while low < high:
                middle = (low + high + 1) // 2
                if self.store.recorded_at(c, middle) <= instant_us:
                    low = middle
                else:
                    high = middle - 1
        return low

    @contextmanager
    def looking(self) -> Iterator[Callable[[], None]]:
        """
        Inside, `load` in this thread answers as of the last look, and asks the store only for streams with news.

        One look is taken on the way in; what is given takes another. For one command, whose append guards what
        must not be stale: it reads half a dozen streams, most of which nobody has written to for weeks.
        """

        def look() -> None:
            with _in_our_words():
                self._states.look(self.store.news, lambda: self.head().position)

        before = getattr(self._looking, "on", False)
        look()
        self._looking.on = True
        try:
            yield look
        finally:
            self._looking.on = before

    def load(self, stream: str, fold: Fold[S]) -> Loaded[S]:
        """A stream's state and version now, replaying only what was appended since it was last folded."""
        if getattr(self._looking, "on", False):
            whole = self._states.whole(stream, fold)
            if whole is not None:
                return whole
        seen = self._states.seen
        loaded = self._states.get(stream, fold)
        if loaded is None:
            loaded = self._kept(stream, fold)
        with _in_our_words():
            rows = self.store.stream_rows(stream, loaded.version, None, None)
        if not rows:
            # A stream that does not exist is remembered too, and not looked for in the store each time.
            self._states.put(stream, fold, loaded, seen)
            return loaded
        state = loaded.state
        for fact in self._facts(rows):
            state = fold.apply(state, fact)
        loaded = Loaded(rows[-1][2], state)
        self._states.put(stream, fold, loaded, seen)
        if len(rows) > _LONG_REPLAY and state is not None and len(self._waiting) < _WAITING_STATES:
            row = (stream, fold.name, fold.version, loaded.version, fold.dump(state))
            self._waiting[stream, fold.name] = row
        return loaded

    def load_many(self, streams: Sequence[str], fold: Fold[S]) -> dict[str, Loaded[S]]:
        """
        The states of those of the streams that exist, each replayed whole: for imports, which meet many once.

        Up to 5,000 streams at a time are read in one go.
        """
        with _in_our_words():
            rows = self.store.rows_of_streams(streams)
        found: dict[str, Loaded[S]] = {}
        for fact in self._facts(rows):
            before = found.get(fact.stream)
            state = fold.apply(None if before is None else before.state, fact)
            found[fact.stream] = Loaded(fact.version, state)
        return found

    def _kept(self, stream: str, fold: Fold[S]) -> Loaded[S]:
        with _in_our_words(), self.store.reading() as c:
            kept = self.store.kept_state(c, stream, fold.name, fold.version)
        if kept is not None:
            state = fold.load(kept[1])
            if state is not None:
                return Loaded(kept[0], state)
        return Loaded(0, None)

    def _facts(self, rows: Iterable[Row]) -> list[Fact]:
        mapper: FactMapper = self.mapper  # type: ignore[assignment]
        fact = mapper.fact
        return [fact(*row) for row in rows]

    # -- claims ------------------------------------------------------------------------------------------

    def open_claims(self, holder: bytes) -> Claims:
        """The open loans and holds of a holder, with the version to name in `ClaimChanges.versions`."""
        with _in_our_words():
            return self.store.claims_of(holder)

    def rebuild_claims(self, claims: Iterable[Claim]) -> int:
        """Replace all claims by these, which the caller made from the log and the keys; returns how many."""
        with _in_our_words():
            return self.store.replace_claims(claims)

    def scrub(self) -> None:
        """Overwrite in the store's files what was deleted from them: claims that have ended. The log loses nothing."""
        with _in_our_words():
            self.store.scrub()


def _standing_clock() -> int:
    return 0


def _guards(changes: Sequence[NewEvents]) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """The streams with their expected versions, and those of them that get no event."""
    guards: dict[str, int] = {}
    reached: dict[str, int] = {}
    for change in changes:
        if reached.setdefault(change.stream, change.after_version) != change.after_version:
            raise ValueError(f"the changes to '{change.stream}' in one command do not follow each other")
        guards.setdefault(change.stream, change.after_version)
        reached[change.stream] += len(change.events)
    return list(guards.items()), [(stream, at) for stream, at in guards.items() if reached[stream] == at]


def _check_name(name: str) -> None:
    if not name or len(name) > 255 or not name.isprintable():
        raise Invalid("name.unprintable", name=name[:40])


class _InOurWords:
    """Turns what the library raises into our errors. A class, because a read enters it and a generator is slow."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, failed: BaseException | None, _trace: object) -> None:
        if not isinstance(failed, EventSourcingError) or isinstance(failed, AlreadyRecorded):
            return
        if "locked" in str(failed) or isinstance(failed, TimeoutError):
            raise Conflict("store.busy") from failed
        raise BranchlineError("store.failed", why=failed) from failed


_IN_OUR_WORDS = _InOurWords()


def _in_our_words() -> _InOurWords:
    return _IN_OUR_WORDS
