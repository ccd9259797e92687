"""
A ledger that begins as another stood at a past position and goes on in memory: nothing of it is ever recorded.

It is for one thread, and keeps every fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from circulation.errors import Conflict
from circulation.event import Appended, Fact, NewEvents, Stamp
from circulation.ledger import Claims, Fold, Head, Loaded
from circulation.past_ledger import PastLedger
from circulation.store.claims import ClaimChanges

__all__ = ["ScratchLedger"]

S = TypeVar("S")


class ScratchLedger(PastLedger):
    """Read like a ledger and appended to like one; `now_us` is moved by who plays on it."""

    def __init__(self, start: PastLedger) -> None:
        super().__init__(start._ledger, start.upto, start.now_us)
        self._start = start
        self._position = start.upto
        self._added: dict[str, list[Fact]] = {}
        self._states: dict[str, dict[str, tuple[Fold[Any], Loaded[Any]]]] = {}
        self._claims: dict[str, tuple[bytes, str]] = {}
        self._claim_versions: dict[bytes, int] = {}
        self.appended: list[Fact] = []

    def head(self) -> Head:
        """The position of the last fact that was added, and now."""
        return Head(self._position, self.now_us)

    def stream(self, stream: str, *, after: int = 0, upto_position: int | None = None) -> list[Fact]:
        """The facts of a stream, those of before and those that were added."""
        before = self._start.stream(stream, after=after, upto_position=upto_position)
        last = self._position if upto_position is None else upto_position
        return before + [f for f in self._added.get(stream, ()) if f.version > after and f.position <= last]

    def streams(self, prefix: str) -> Iterator[str]:
        """The streams of before, and those that began since."""
        before = set(self._start.streams(prefix))
        yield from sorted(before | {name for name in self._added if name.startswith(prefix)})

    def load(self, stream: str, fold: Fold[S]) -> Loaded[S]:
        """A stream's state now; it is read once and then brought forward by each append."""
        states = self._states.setdefault(stream, {})
        if fold.name not in states:
            loaded = self._start.load(stream, fold)
            for fact in self._added.get(stream, ()):
                loaded = Loaded(fact.version, fold.apply(loaded.state, fact))
            states[fold.name] = (fold, loaded)
        return states[fold.name][1]

    def append(self, stamp: Stamp, changes: Sequence[NewEvents], *, claims: ClaimChanges | None = None) -> Appended:
        """Add the events of one command. Raises `Conflict` (`stream.changed`) for a version that is not the last."""
        facts: list[Fact] = []
        for change in changes:
            added = self._added.setdefault(change.stream, [])
            if added and added[-1].version != change.after_version:
                raise Conflict(
                    "stream.changed", stream=change.stream, version=added[-1].version, expected=change.after_version
                )
            for version, event in enumerate(change.events, change.after_version + 1):
                self._position += 1
                happened_us = stamp.happened_us if change.happened_us is None else change.happened_us
                fact = Fact(
                    change.stream, version, event, happened_us, stamp.actor, stamp.via, stamp.desk, stamp.request,
                    self._position, self.now_us,
                )  # fmt: skip
                added.append(fact)
                facts.append(fact)
                states = self._states.get(change.stream, {})
                for name, (fold, loaded) in states.items():
                    states[name] = (fold, Loaded(version, fold.apply(loaded.state, fact)))
        self.appended += facts
        self._claim(claims or ClaimChanges())
        return Appended(tuple(facts), False)

    def copy(self, facts: Iterable[Fact]) -> None:
        """Add facts of one command as they were recorded elsewhere, behind what the streams hold here."""
        by_stream: dict[str, list[Fact]] = {}
        for fact in facts:
            by_stream.setdefault(fact.stream, []).append(fact)
        for stream, theirs in by_stream.items():
            first = theirs[0]
            stamp = Stamp(first.happened_us, first.actor, first.via, first.desk, "", first.request, b"")
            for fact in theirs:
                change = NewEvents(stream, self._version(stream), (fact.event,), fact.happened_us)
                self.append(stamp, (change,))

    def _version(self, stream: str) -> int:
        added = self._added.get(stream)
        if added:
            return added[-1].version
        before = self._start.stream(stream)
        return before[-1].version if before else 0

    def open_claims(self, holder: bytes) -> Claims:
        """What is open under the name of somebody."""
        open_ones = [(ref, kind) for ref, (whose, kind) in self._claims.items() if whose == holder]
        loans = tuple(ref for ref, kind in open_ones if kind == "loan")
        holds = tuple(ref for ref, kind in open_ones if kind == "hold")
        return Claims(self._claim_versions.get(holder, 0), loans, holds)

    def _claim(self, changes: ClaimChanges) -> None:
        for ref in changes.closed:
            self._claims.pop(ref, None)
        for claim in changes.opened:
            self._claims[claim.ref] = (claim.holder, claim.kind)
            self._claim_versions[claim.holder] = self._claim_versions.get(claim.holder, 0) + 1
