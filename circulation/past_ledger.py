"""
A log as it was: the same reads, and nothing after a position, or nothing that happened after a moment.

Two questions about the past differ. What was known then is the log up to a position. What is now known to have been
is the log in the order of happening, cut at a moment (`happening.py`). Either is read like the log itself, so that
whatever is told of the present is told of the past by the same code. It cannot be written to.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np

from circulation.codec import encode_meta, encode_payload, join_state
from circulation.errors import Refused
from circulation.event import Appended, Fact
from circulation.happening import SECOND_THOUGHTS, as_it_happened, began_us
from circulation.ledger import Fold, Head, Ledger, Loaded
from circulation.store.recorder import Row

__all__ = ["HappenedLedger", "PastLedger"]

S = TypeVar("S")
Progress = Callable[[int, int], None]

_AT_ONCE = 20_000
_AT = b'"at":'


class PastLedger:
    """
    What was known at a position: a ledger's reads, clipped; `now_us` is the moment that the question is about.
    """

    simulated = True
    """Time stands still at the moment that is asked about."""

    def __init__(self, ledger: Ledger, upto: int, now_us: int) -> None:
        self._ledger = ledger
        self.upto = upto
        self.now_us = now_us
        self.url = ledger.url
        self.store_id = ledger.store_id

    def head(self) -> Head:
        """The last position that counts, at the moment that is asked about."""
        return Head(self.upto, self.now_us)

    def rows(self, *, after: int, limit: int, upto: int | None = None) -> Sequence[Row]:
        """As `Ledger.rows`, up to the last position that counts."""
        return self._ledger.rows(after=after, limit=limit, upto=self.upto if upto is None else min(upto, self.upto))

    def facts(
        self, *, after: int = 0, limit: int = 1000, types: Collection[str] = (), upto: int | None = None
    ) -> list[Fact]:
        """As `Ledger.facts`, up to the last position that counts."""
        last = self.upto if upto is None else min(upto, self.upto)
        return self._ledger.facts(after=after, limit=limit, types=types, upto=last)

    def facts_at(self, positions: Collection[int]) -> dict[int, Fact]:
        """As `Ledger.facts_at`, up to the last position that counts."""
        return self._ledger.facts_at([position for position in positions if position <= self.upto])

    def facts_of(self, rows: Sequence[Row]) -> list[Fact]:
        """As `Ledger.facts_of`."""
        return self._ledger.facts_of(rows)

    def stream(self, stream: str, *, after: int = 0, upto_position: int | None = None) -> list[Fact]:
        """As `Ledger.stream`, up to the last position that counts."""
        last = self.upto if upto_position is None else min(upto_position, self.upto)
        return self._ledger.stream(stream, after=after, upto_position=last)

    def streams(self, prefix: str) -> Iterator[str]:
        """The streams that had begun."""
        return (name for name in self._ledger.streams(prefix) if self.stream(name)[:1])

    def position_at(self, instant_us: int) -> int:
        """As `Ledger.position_at`, never behind the last position that counts."""
        return min(self._ledger.position_at(instant_us), self.upto)

    def requests(
        self, *, after: int = 0, upto: int | None = None, device: str | None = None
    ) -> list[tuple[str, str, int, int]]:
        """As `Ledger.requests`, up to the last position that counts."""
        last = self.upto if upto is None else min(upto, self.upto)
        return self._ledger.requests(after=after, upto=last, device=device)

    def load(self, stream: str, fold: Fold[S]) -> Loaded[S]:
        """A stream's state then, folded from its first fact."""
        state, version = None, 0
        for fact in self.stream(stream):
            state, version = fold.apply(state, fact), fact.version
        return Loaded(version, state)

    def load_many(self, streams: Sequence[str], fold: Fold[S]) -> dict[str, Loaded[S]]:
        """The states then of those of the streams that had begun."""
        found = ((stream, self.load(stream, fold)) for stream in streams)
        return {stream: loaded for stream, loaded in found if loaded.version}

    @contextmanager
    def looking(self) -> Iterator[Callable[[], None]]:
        """Nothing changes any more, so there is nothing to look for."""
        yield lambda: None

    def attachment(self, sha256: str) -> bytes:
        """As `Ledger.attachment`: what is kept under a digest never changes."""
        return self._ledger.attachment(sha256)

    def repeated(self, _device: str, _request: str, _digest: bytes) -> Appended | None:
        """No command is carried out in the past, so none is repeated."""
        return None

    def append(self, *_given: Any, **_more: Any) -> Appended:
        """Raises `Refused` (`asof.read-only`)."""
        raise Refused("asof.read-only")

    attach = import_events = append


class HappenedLedger(PastLedger):
    """
    What is known at a position to have happened by a moment, renumbered in the order of happening.

    The first reading of `rows` reads the whole log once; `streams`, where given, are all that it will be asked
    about, and only they are read. Positions in facts are those of the log, positions of rows are new.
    """

    def __init__(
        self,
        ledger: Ledger,
        upto: int,
        now_us: int,
        *,
        streams: Collection[str] | None = None,
        progress: Progress | None = None,
    ) -> None:
        super().__init__(ledger, upto, now_us)
        self._streams = streams
        self._progress = progress
        self._made: tuple[Any, dict[int, Row]] | None = None

    def head(self) -> Head:
        """How many facts count, at the moment that is asked about."""
        return Head(len(self._order()[0]), self.now_us)

    def rows(self, *, after: int, limit: int, upto: int | None = None) -> Sequence[Row]:
        """Rows in the order of happening, under new positions from 1."""
        order, changed = self._order()
        last = min(after + limit, len(order), len(order) if upto is None else upto)
        wanted = [int(position) for position in order[after:last]]
        kept = self._kept(sorted(position for position in wanted if position not in changed))
        return [
            (number, *(changed.get(position) or kept[position])[1:])
            for number, position in enumerate(wanted, after + 1)
        ]

    def facts(
        self, *, after: int = 0, limit: int = 1000, types: Collection[str] = (), upto: int | None = None
    ) -> list[Fact]:
        """The facts of the log that are known and happened by then, in the order of the log."""
        found: list[Fact] = []
        while len(found) < limit:
            facts = super().facts(after=after, limit=limit, types=types, upto=upto)
            found += [fact for fact in facts if fact.happened_us <= self.now_us]
            if len(facts) < limit:
                break
            after = facts[-1].position
        return found[:limit]

    def stream(self, stream: str, *, after: int = 0, upto_position: int | None = None) -> list[Fact]:
        """A stream as it happened."""
        facts = super().stream(stream, upto_position=upto_position)
        first_us = began_us(facts)
        return [
            fact
            for fact in as_it_happened(facts)
            if (first_us if fact.version == 1 else fact.happened_us) <= self.now_us and fact.version > after
        ]

    def position_at(self, instant_us: int) -> int:
        """How many of the rows had happened by an instant cannot be asked here. Raises `Refused`."""
        raise Refused("asof.twice", instant_us=instant_us)

    # -- the order ---------------------------------------------------------------------------------------

    def _order(self) -> tuple[Any, dict[int, Row]]:
        """The positions of the log in the order of happening, and the rows that are told otherwise."""
        if self._made is None:
            self._made = self._put_in_order()
        return self._made

    def _put_in_order(self) -> tuple[Any, dict[int, Row]]:
        positions, happened = array("q"), array("q")
        told_anew: set[str] = set()
        first: dict[str, int] = {}
        earliest: dict[str, int] = {}
        newest_us = 0
        for position, stream, version, kind, _, state in self._all_rows():
            begin = state.index(_AT) + len(_AT)
            at_us = int(state[begin : state.index(b",", begin)])
            if version == 1:
                first[stream] = len(positions)
            if at_us < newest_us:
                earliest[stream] = min(at_us, earliest.get(stream, at_us))
            else:
                newest_us = at_us
            positions.append(position)
            happened.append(at_us)
            if kind in SECOND_THOUGHTS:
                told_anew.add(stream)
        times = np.frombuffer(happened, dtype=np.int64).copy() if happened else np.zeros(0, dtype=np.int64)
        for stream, at_us in earliest.items():
            if stream in first:
                times[first[stream]] = min(int(times[first[stream]]), at_us)
        numbers = np.frombuffer(positions, dtype=np.int64) if positions else np.zeros(0, dtype=np.int64)
        changed, dropped = self._told_anew(told_anew)
        counts = times <= self.now_us
        if dropped:
            counts &= ~np.isin(numbers, np.fromiter(dropped, dtype=np.int64))
        # The first fact of a stream stands before others of the same moment, as it does in the log.
        order = np.argsort(times, kind="stable")
        return numbers[order][counts[order]], changed

    def _all_rows(self) -> Iterator[Row]:
        if self._streams is not None:
            rows = [
                row
                for stream in sorted(self._streams)
                for row in self._ledger.store.stream_rows(stream, 0, None, self.upto)
            ]
            yield from sorted(rows)
            return
        after = 0
        while after < self.upto:
            rows = self._ledger.rows(after=after, limit=_AT_ONCE, upto=self.upto)
            yield from rows
            after = rows[-1][0] if rows else self.upto
            if self._progress:
                self._progress(after, self.upto)

    def _told_anew(self, streams: Collection[str]) -> tuple[dict[int, Row], set[int]]:
        changed: dict[int, Row] = {}
        dropped: set[int] = set()
        for stream in streams:
            recorded = {fact.position: fact for fact in super().stream(stream)}
            told = {fact.position: fact for fact in as_it_happened(list(recorded.values()))}
            dropped |= recorded.keys() - told.keys()
            for position, fact in told.items():
                if fact is not recorded[position]:
                    changed[position] = _row(fact)
        return changed, dropped

    def _kept(self, positions: Sequence[int]) -> dict[int, Row]:
        """The rows of positions that rise, read in runs that follow each other."""
        found: dict[int, Row] = {}
        begin = 0
        for place in range(1, len(positions) + 1):
            if place == len(positions) or positions[place] != positions[place - 1] + 1:
                first, last = positions[begin], positions[place - 1]
                rows = self._ledger.rows(after=first - 1, limit=last - first + 1, upto=last)
                found.update((row[0], row) for row in rows)
                begin = place
        return found


def _row(fact: Fact) -> Row:
    """The row that would have been stored for a fact that is told otherwise."""
    meta = encode_meta(fact.happened_us, fact.actor, fact.via, fact.desk, fact.request)
    topic = type(fact.event).__name__
    state = join_state(topic, meta, encode_payload(fact.event))
    return fact.position, fact.stream, fact.version, topic, fact.recorded_us, state
