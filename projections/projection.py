"""
What a projection is: data that names its tables and, for each event type, the fold that changes them.

A fold gets the working rows and one event as it was seen, and changes the rows; it reads nothing else.
Folding is the same whatever drives it; the drivers are in `engine.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from circulation.errors import BranchlineError
from circulation.ledger import Head
from projections.table import ViewTable
from projections.working import Working

__all__ = ["Decode", "Fold", "Log", "LogRow", "Projection", "ProjectionStopped", "Seen", "fold_rows"]

LogRow = tuple[int, str, int, str, int, bytes]
"""Position, stream, version, type, recorded_us, bytes: an event as the log keeps it."""

Decode = Callable[[str, bytes], tuple[dict[str, Any], dict[str, Any]]]
"""Gives the envelope and the payload of an event of a type, both as plain data."""


class Log(Protocol):
    """What the engine needs of the ledger."""

    store_id: str

    def head(self) -> Head:
        """The last position and when it was recorded; both 0 when nothing was."""
        ...

    def rows(self, *, after: int, limit: int, upto: int | None = None) -> Sequence[LogRow]:
        """At most `limit` events with positions greater than `after`, up to and with `upto`, in order."""
        ...

    def position_at(self, instant_us: int) -> int:
        """The last position that was recorded at or before the instant."""
        ...


class Seen(NamedTuple):
    """
    An event as a fold sees it: where it stands, when it happened, and its payload as plain data.

    `subject` is the stream without its kind: the barcode of `item/30114001234567`.
    """

    position: int
    stream: str
    subject: str
    version: int
    type: str
    recorded_us: int
    happened_us: int
    request: str
    data: dict[str, Any]


Fold = Callable[[Working, Seen], None]


@dataclass(frozen=True, eq=False)
class Projection:
    """
    A read model. Raise `version` whenever a fold changes what it would have written before.
    """

    name: str
    version: int
    tables: tuple[ViewTable[Any], ...]
    folds: Mapping[str, Fold]

    @property
    def shape(self) -> str:
        """Changes when the version or the shape of a table does; tables of another shape are made anew."""
        text = "; ".join(table.shape() for table in self.tables)
        return f"{self.version}/{hashlib.sha256(text.encode()).hexdigest()[:12]}"


class ProjectionStopped(BranchlineError):
    """A projection met an event that it cannot fold; it kept the position before it."""

    def __init__(self, name: str, position: int, event_type: str, cause: str) -> None:
        super().__init__("projection.stopped", projection=name, position=position, event_type=event_type, cause=cause)
        self.projection = name
        self.position = position
        self.event_type = event_type
        self.cause = cause

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.projection, self.position, self.event_type, self.cause)


def fold_rows(
    parts: Iterable[tuple[Projection, Working]],
    rows: Sequence[LogRow],
    *,
    decode: Decode,
    known_types: Container[str],
) -> None:
    """
    Fold events into the working rows of several projections, decoding each event at most once.

    Raises `ProjectionStopped` for the first event that a fold refuses or whose type nobody knows;
    the working rows are then of no use.
    """
    folds: dict[str, list[tuple[str, Working, Fold]]] = {}
    for projection, working in parts:
        for kind, fold in projection.folds.items():
            folds.setdefault(kind, []).append((projection.name, working, fold))
    names = [projection.name for projection, _ in parts]
    for position, stream, version, kind, recorded_us, state in rows:
        wanted = folds.get(kind)
        if wanted is None:
            if kind not in known_types:
                raise ProjectionStopped(names[0], position, kind, "this version knows no such event")
            continue
        name = wanted[0][0]
        try:
            meta, data = decode(kind, state)
            seen = Seen(
                position, stream, stream.partition("/")[2], version, kind, recorded_us,
                meta["at"], meta["req"], data,
            )  # fmt: skip
            for name, working, fold in wanted:  # noqa: B007
                fold(working, seen)
        except Exception as error:
            cause = f"{type(error).__name__}: {error}"
            raise ProjectionStopped(name, position, kind, cause) from error
