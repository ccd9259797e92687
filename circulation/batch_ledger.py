"""
A ledger for one writer with very many commands: decided one by one, recorded in batches.

Every command is checked, stamped, folded and numbered at once, in memory; the transaction with the store comes
every few thousand events, and before anything is read from the log. What was not yet recorded is lost with the
process, so it is for simulated stores, whose history can be played again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from circulation.clock import Clock
from circulation.codec import encode_meta, encode_payload, join_state
from circulation.errors import Conflict, Refused
from circulation.event import Appended, Fact, NewEvents, Stamp
from circulation.ledger import Claim, ClaimChanges, Claims, Fold, Head, ImportReport, Ledger, Loaded, _in_our_words
from circulation.store.recorder import Command, Row
from circulation.store.url import StoreUrl

__all__ = ["BatchLedger", "Recorded"]

S = TypeVar("S")

_EVENTS_AT_ONCE = 10_000


class Recorded(NamedTuple):
    """What was recorded through a batch ledger since it was opened, imports apart."""

    commands: int
    events: int


class BatchLedger(Ledger):
    """The log of one simulated store that nobody else writes to meanwhile. Not for several threads."""

    def __init__(self, env: dict[str, str], *, url: StoreUrl, clock: Clock | None = None) -> None:
        super().__init__(env, url=url, clock=clock)
        if not self.simulated:
            raise Refused("store.clock:batches", store=url.shown)
        self._head = super().head()
        self._queue: list[tuple[Command, list[tuple[str, int, str, bytes]]]] = []
        self._queued_facts: dict[str, list[Fact]] = {}
        self._queued = 0
        self._held: dict[str, dict[str, tuple[Fold[Any], Loaded[Any]]]] = {}
        self.recorded = Recorded(0, 0)
        # A store that was empty holds nothing that did not pass through here: what is not known is not there.
        self._began_empty = self._head.position == 0
        self._imported: set[str] = set()
        self._appended: set[str] = set()
        self._requests: dict[tuple[str, str], tuple[bytes, int, int]] = {}
        self._claims: dict[bytes, Claims] = {}
        self._holders: dict[str, bytes] = {}

    # -- writing -----------------------------------------------------------------------------------------

    def append(self, stamp: Stamp, changes: Sequence[NewEvents], *, claims: ClaimChanges | None = None) -> Appended:
        """See `Ledger.append`; the facts are recorded with the batch, at the position and time that they say."""
        known = self.repeated(stamp.device, stamp.request, stamp.digest)
        if known is not None:
            return known
        reached: dict[str, int] = {}
        for change in changes:
            version = reached.get(change.stream)
            self.store.check_version(
                change.stream, self._version(change.stream) if version is None else version, change.after_version
            )
            reached[change.stream] = change.after_version + len(change.events)
        recorded_us = max(self.store.clock(), self._head.recorded_us)
        facts: list[Fact] = []
        rows: list[tuple[str, int, str, bytes]] = []
        position = self._head.position
        for change in changes:
            happened_us = stamp.happened_us if change.happened_us is None else change.happened_us
            meta = encode_meta(happened_us, stamp.actor, stamp.via, stamp.desk, stamp.request)
            for version, event in enumerate(change.events, change.after_version + 1):
                position += 1
                topic = type(event).__name__
                rows.append((change.stream, version, topic, join_state(topic, meta, encode_payload(event))))
                facts.append(
                    Fact(
                        change.stream,
                        version,
                        event,
                        happened_us,
                        stamp.actor,
                        stamp.via,
                        stamp.desk,
                        stamp.request,
                        position,
                        recorded_us,
                    )
                )
        if not facts:
            return Appended((), False)
        if claims is not None:
            self._change_claims(claims)
        command = Command(stamp.device, stamp.request, stamp.digest, (), claims=claims, recorded_us=recorded_us)
        self._queue.append((command, rows))
        self._queued += len(rows)
        self.recorded = Recorded(self.recorded.commands + 1, self.recorded.events + len(rows))
        self._head = Head(position, recorded_us)
        for fact in facts:
            self._remember(fact)
        self._requests[stamp.device, stamp.request] = (stamp.digest, facts[0].position, len(facts))
        if self._queued >= _EVENTS_AT_ONCE:
            self.flush()
        return Appended(tuple(facts), False)

    def flush(self) -> None:
        """Record what waits, in one transaction. Raises `Conflict` (`store.shared`) if somebody else wrote too."""
        if not self._queue:
            return
        queue, after = self._queue, self._head.position - self._queued
        self._queue, self._queued = [], 0
        with _in_our_words(), self.store.writing() as c:
            if not self.store.record_many(c, queue, after=after):
                raise Conflict("store.shared", store=self.url.shown)
        self._queued_facts.clear()

    def catch_up(self) -> None:
        """Go on after what somebody else has written since the last `flush`; nothing may wait meanwhile."""
        head = super().head()
        while self._head.position < head.position:
            facts = self.facts(after=self._head.position)
            for fact in facts:
                self._appended.add(fact.stream)
                self._held.pop(fact.stream, None)
            self._head = Head(facts[-1].position, facts[-1].recorded_us)
            self._claims.clear()
            self._holders.clear()

    def import_events(
        self,
        stamp: Stamp,
        batches: Iterable[Sequence[NewEvents]],
        *,
        shuffled: bool = False,
        events_at_once: int = 20_000,
        holding: Mapping[str, Fold[Any]] | None = None,
    ) -> ImportReport:
        """
        See `Ledger.import_events`; the states of its streams are read again when they are needed.

        Of the kinds of streams in `holding` (`item`, …) the states of new streams are held at once.
        """
        self.flush()
        noted = self._noting_streams(stamp, batches, holding or {})
        report = super().import_events(stamp, noted, shuffled=shuffled, events_at_once=events_at_once)
        self._head = super().head()
        return report

    def _noting_streams(
        self, stamp: Stamp, batches: Iterable[Sequence[NewEvents]], holding: Mapping[str, Fold[Any]]
    ) -> Iterator[Sequence[NewEvents]]:
        who = (stamp.happened_us, stamp.actor, stamp.via, stamp.desk, stamp.request)
        for batch in batches:
            for change in batch:
                kind = _kind_of(change.stream)
                self._imported.add(kind)
                self._held.pop(change.stream, None)
                fold = holding.get(kind)
                if fold is not None and change.after_version == 0:
                    state = None
                    for version, event in enumerate(change.events, 1):
                        state = fold.apply(state, Fact(change.stream, version, event, *who))
                    self._held[change.stream] = {fold.name: (fold, Loaded(len(change.events), state))}
            yield batch

    def close(self) -> None:
        """Record what waits and let the store go."""
        self.flush()
        super().close()

    # -- what is held ------------------------------------------------------------------------------------

    @contextmanager
    def looking(self) -> Iterator[Callable[[], None]]:
        """See `Ledger.looking`; nobody else writes, so there is nothing to look for."""
        yield lambda: None

    def load(self, stream: str, fold: Fold[S]) -> Loaded[S]:
        """See `Ledger.load`; facts that wait are folded in."""
        held = self._held.get(stream)
        if held is not None:
            known = held.get(fold.name)
            if known is not None:
                return known[1]
        loaded = Loaded(0, None) if self._is_new(stream) else self._read(stream, fold)
        for fact in self._queued_facts.get(stream, ()):
            if fact.version > loaded.version:
                loaded = Loaded(fact.version, fold.apply(loaded.state, fact))
        self._held.setdefault(stream, {})[fold.name] = (fold, loaded)
        return loaded

    def _is_new(self, stream: str) -> bool:
        """Whether nothing of the stream is in the store."""
        return self._began_empty and stream not in self._appended and _kind_of(stream) not in self._imported

    def _read(self, stream: str, fold: Fold[S]) -> Loaded[S]:
        return super().load_many((stream,), fold).get(stream) or Loaded(0, None)

    def load_many(self, streams: Sequence[str], fold: Fold[S]) -> dict[str, Loaded[S]]:
        """See `Ledger.load_many`."""
        self.flush()
        return super().load_many(streams, fold)

    def _version(self, stream: str) -> int:
        held = self._held.get(stream)
        if held:
            return next(iter(held.values()))[1].version
        waiting = self._queued_facts.get(stream)
        if waiting:
            return waiting[-1].version
        rows = () if self._is_new(stream) else self.store.stream_rows(stream, 0, None, None)
        return rows[-1][2] if rows else 0

    def _remember(self, fact: Fact) -> None:
        self._appended.add(fact.stream)
        self._queued_facts.setdefault(fact.stream, []).append(fact)
        held = self._held.get(fact.stream)
        if held is not None:
            for name, (fold, loaded) in held.items():
                held[name] = (fold, Loaded(fact.version, fold.apply(loaded.state, fact)))

    def repeated(self, device: str, request: str, digest: bytes) -> Appended | None:
        """See `Ledger.repeated`."""
        known = self._requests.get((device, request))
        if known is None:
            return None if self._began_empty else super().repeated(device, request, digest)
        if known[0] != digest:
            raise Refused("request.reused", request=request)
        return Appended(tuple(self.facts(after=known[1] - 1, limit=known[2])), True)

    def known(self, device: str, request: str) -> Appended | None:
        """See `Ledger.known`."""
        self.flush()
        return super().known(device, request)

    # -- claims ------------------------------------------------------------------------------------------

    def open_claims(self, holder: bytes) -> Claims:
        """See `Ledger.open_claims`."""
        found = self._claims.get(holder)
        if found is None:
            found = super().open_claims(holder)
            self._claims[holder] = found
            for ref in (*found.loans, *found.holds):
                self._holders[ref] = holder
        return found

    def rebuild_claims(self, claims: Iterable[Claim]) -> int:
        """See `Ledger.rebuild_claims`."""
        self.flush()
        self._claims.clear()
        self._holders.clear()
        return super().rebuild_claims(claims)

    def _change_claims(self, changes: ClaimChanges) -> None:
        for holder, expected in changes.versions.items():
            if self.open_claims(holder).version != expected:
                raise Conflict("claims.changed")
        touched = set(changes.versions)
        for ref in changes.closed:
            owner = self._holder_of(ref)
            if owner is not None:
                touched.add(owner)
                before = self.open_claims(owner)
                self._claims[owner] = Claims(
                    before.version,
                    tuple(loan for loan in before.loans if loan != ref),
                    tuple(hold for hold in before.holds if hold != ref),
                    tuple(claimed for claimed in before.claimed if claimed != ref),
                )
                del self._holders[ref]
        for claim in changes.opened:
            before = self.open_claims(claim.holder)
            loans = (*before.loans, claim.ref) if claim.kind == "loan" else before.loans
            holds = (*before.holds, claim.ref) if claim.kind == "hold" else before.holds
            claimed = (*before.claimed, claim.ref) if claim.kind == "claimed" else before.claimed
            self._claims[claim.holder] = Claims(
                before.version, tuple(sorted(loans)), tuple(sorted(holds)), tuple(sorted(claimed))
            )
            self._holders[claim.ref] = claim.holder
            touched.add(claim.holder)
        for holder in touched:
            before = self._claims[holder]
            self._claims[holder] = replace(before, version=before.version + 1)

    def _holder_of(self, ref: str) -> bytes | None:
        """Who has an open claim; its other claims are read first, so that nothing is closed behind their back."""
        if ref not in self._holders:
            with self.store.reading() as c:
                row = self.store.run(c, "SELECT holder FROM claims WHERE ref = ?", (ref,)).fetchone()
            if row is not None:
                self.open_claims(bytes(row[0]))
        return self._holders.get(ref)

    # -- reading -----------------------------------------------------------------------------------------

    def head(self) -> Head:
        """See `Ledger.head`; what waits is recorded first, so that everything up to it can be read."""
        self.flush()
        return super().head()

    def stream(self, stream: str, *, after: int = 0, upto_position: int | None = None) -> list[Fact]:
        """See `Ledger.stream`."""
        self.flush()
        return super().stream(stream, after=after, upto_position=upto_position)

    def facts(
        self, *, after: int = 0, limit: int = 1000, types: Collection[str] = (), upto: int | None = None
    ) -> list[Fact]:
        """See `Ledger.facts`."""
        self.flush()
        return super().facts(after=after, limit=limit, types=types, upto=upto)

    def requests(
        self, *, after: int = 0, upto: int | None = None, device: str | None = None
    ) -> list[tuple[str, str, int, int]]:
        """See `Ledger.requests`."""
        self.flush()
        return super().requests(after=after, upto=upto, device=device)

    def rows(self, *, after: int, limit: int, upto: int | None = None) -> list[Row]:
        """See `Ledger.rows`."""
        self.flush()
        return super().rows(after=after, limit=limit, upto=upto)

    def streams(self, prefix: str) -> Iterator[str]:
        """See `Ledger.streams`."""
        if any(stream.startswith(prefix) for stream in self._queued_facts):
            self.flush()
        yield from super().streams(prefix)


def _kind_of(stream: str) -> str:
    return stream.partition("/")[0]
