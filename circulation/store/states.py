"""
Folded states, kept so that a decision replays only the tail of a stream.

Recently used states stay in memory and are brought forward by what was appended since.
After a long replay the state is also kept in the store, riding in the next append's transaction.
A stale or missing state costs time, never truth: the stream is read past it every time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from circulation.event import Fact

__all__ = ["Fold", "Loaded", "StatesInMemory"]

S = TypeVar("S")

_NEWS_AT_ONCE = 500
_CHANGES_REMEMBERED = 50_000


@dataclass(frozen=True, eq=False)
class Fold(Generic[S]):
    """
    How facts of a stream become a state.

    `apply` gets the state so far (None before the first fact) and must return a new state, never change one.
    `version` goes up when the fold or the shape of the state changes. `shape` is the state's type,
    by which pydantic writes and reads it.
    """

    name: str
    version: int
    apply: Callable[[S | None, Fact], S]
    shape: Any
    _adapter: list[TypeAdapter[S]] = field(default_factory=list, repr=False)

    def dump(self, state: S) -> bytes:
        """The state as bytes."""
        return self._type().dump_json(state, exclude_defaults=True)

    def load(self, data: bytes) -> S | None:
        """The state from bytes, or None where they do not fit the type any more."""
        try:
            return self._type().validate_json(data)
        except ValidationError:
            return None

    def _type(self) -> TypeAdapter[S]:
        # Built at first use: most commands never write a state, and building takes a millisecond.
        if not self._adapter:
            self._adapter.append(TypeAdapter(self.shape))
        return self._adapter[0]


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """A stream's version (0 if it does not exist) and its state there (None if it does not exist)."""

    version: int
    state: S | None


class StatesInMemory:
    """
    The states used most recently, by stream and fold, and up to which position each is known to be whole.

    After `look` the streams that were written to since the last look are known, so that the states of all others
    can be trusted without asking the store once for each.
    """

    def __init__(self, size: int = 4096) -> None:
        self.seen = 0
        self._size = size
        self._states: OrderedDict[tuple[str, str, int], tuple[Loaded[Any], int]] = OrderedDict()
        self._changed: dict[str, int] = {}
        self._trusted_from = 0
        self._lock = Lock()

    def get(self, stream: str, fold: Fold[S]) -> Loaded[S] | None:
        """The state kept last, if it has not made room for others."""
        key = (stream, fold.name, fold.version)
        with self._lock:
            kept = self._states.get(key)
            if kept is None:
                return None
            self._states.move_to_end(key)
        return kept[0]

    def whole(self, stream: str, fold: Fold[S]) -> Loaded[S] | None:
        """The state that holds all that its stream held at the last look; None where that is not known."""
        key = (stream, fold.name, fold.version)
        with self._lock:
            kept = self._states.get(key)
            if kept is None or kept[1] < self._trusted_from or kept[1] < self._changed.get(stream, 0):
                return None
            self._states.move_to_end(key)
        return kept[0]

    def put(self, stream: str, fold: Fold[S], loaded: Loaded[S], seen: int) -> None:
        """Keep a state unless a newer one is kept already; `seen` is what `self.seen` was before it was read."""
        key = (stream, fold.name, fold.version)
        with self._lock:
            kept = self._states.get(key)
            if kept is None or kept[0].version <= loaded.version:
                self._states[key] = (loaded, seen)
                self._states.move_to_end(key)
            if len(self._states) > self._size:
                self._states.popitem(last=False)

    def look(self, news: Callable[[int, int], Sequence[tuple[int, str]]], head: Callable[[], int]) -> None:
        """
        Learn which streams were written to since the last look.

        `news` gives positions and streams after a position, at most so many; where there is more news than is worth
        reading, every state is asked for again from `head` on.
        """
        found = news(self.seen, _NEWS_AT_ONCE)
        end = head() if len(found) == _NEWS_AT_ONCE else found[-1][0] if found else self.seen
        with self._lock:
            if len(found) == _NEWS_AT_ONCE or len(self._changed) > _CHANGES_REMEMBERED:
                self._trusted_from = max(self._trusted_from, end)
                self._changed.clear()
            for position, stream in found:
                self._changed[stream] = max(position, self._changed.get(stream, 0))
            self.seen = max(self.seen, end)
