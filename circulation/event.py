"""
What every event carries, and the register of event types.

An event is a frozen record named in the past tense; its class lives in the file of the thing it happened to.
A `Fact` is an event in its envelope: where in the log it stands, when it happened, when it was recorded,
who did it, at which desk, under which request.
How facts become bytes is in `codec.py`, how they are kept in `ledger.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar, dataclass_transform

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass as validated

__all__ = ["EVENT_TYPES", "Appended", "Event", "Fact", "NewEvents", "Stamp", "Via", "event", "part"]

Via = Literal["declared", "os", "signed-in", "system"]
"""How the actor was established: named on the command line, by the operating system, by signing in, or ours."""


class Event:
    """
    The base of all events: a past-tense fact without its envelope.

    `SCHEMA` is the version of the payload's shape, from 1; `UPCASTERS[n]` turns a payload of version n
    (a plain dictionary) into one of version n + 1. A payload is never rewritten in the store.
    """

    __slots__ = ()
    SCHEMA: ClassVar[int] = 1
    UPCASTERS: ClassVar[dict[int, Any]] = {}


EVENT_TYPES: dict[str, type[Event]] = {}
"""Every event type by its name, which is also its name in the log."""

_E = TypeVar("_E", bound=type)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def part(cls: _E) -> _E:
    """Make a class a validated, frozen piece of an event's payload: unknown fields are refused."""
    return validated(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))(cls)  # type: ignore[return-value]


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(cls: _E) -> _E:
    """Make a class an event type and register it under its name, which must be new."""
    made = part(cls)
    if made.__name__ in EVENT_TYPES:
        raise TypeError(f"two event types are called {made.__name__}")
    EVENT_TYPES[made.__name__] = made
    return made


@dataclass(frozen=True, slots=True)
class Fact:
    """
    One event in its envelope.

    `position` and `recorded_us` are 0 until the fact is recorded.
    `originator_id` and `originator_version` are the names that the eventsourcing library uses.
    """

    stream: str
    version: int
    event: Event
    happened_us: int
    actor: str
    via: Via
    desk: str
    request: str
    position: int = 0
    recorded_us: int = 0

    @property
    def originator_id(self) -> str:
        """The stream, under the library's name."""
        return self.stream

    @property
    def originator_version(self) -> int:
        """The place in the stream, from 1, under the library's name."""
        return self.version


@dataclass(frozen=True, slots=True)
class Stamp:
    """
    Who does a command, where, when, and under which request id.

    `request` is unique within `device`; `digest` is the SHA-256 of the command, so that the same request id
    with another command is caught. `happened_us` is when it happened, which may be before it is recorded.
    """

    happened_us: int
    actor: str
    via: Via
    desk: str
    device: str
    request: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class NewEvents:
    """
    Events to append to one stream, which must stand at `after_version` (0: it must not exist yet).

    `happened_us` is when they happened, where that is not when their command did: rows of an imported list.
    """

    stream: str
    after_version: int
    events: tuple[Event, ...]
    happened_us: int | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """
    What an append did: the facts as recorded, in order of position.

    `repeated` says that the request had been recorded before and nothing was appended now.
    """

    facts: tuple[Fact, ...]
    repeated: bool

    @property
    def position(self) -> int:
        """The last position written, which a reader must have reached to see this command; 0 if none."""
        return self.facts[-1].position if self.facts else 0
