"""
Facts to bytes and back, at the eventsourcing library's mapper seam.

The stored state is one JSON object: `{"v":schema,"m":{…the envelope…},"d":{…the payload…}}`.
The envelope is encoded once a command and the three pieces are joined as bytes;
a payload is read by its own validator straight from its slice. None is left out of a payload,
so a field that may be None must default to None.
The topic of an event is its type's name, never the path of a module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from eventsourcing.persistence import Mapper, Notification, StoredEvent
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from circulation.errors import BranchlineError, Invalid
from circulation.event import EVENT_TYPES, Event, Fact, Via

__all__ = [
    "FactMapper",
    "Recorded",
    "check_event_types",
    "encode_meta",
    "encode_payload",
    "join_state",
    "read_payload",
]

_PAYLOAD = b',"d":'
"""Cannot occur inside the envelope: a quote within a JSON string is escaped, and the envelope has no key d."""


@dataclass(frozen=True)
class Recorded(Notification):
    """A row of the log as the library knows it (`id` is the position), with the time of recording."""

    recorded_us: int


@dataclass(frozen=True, slots=True)
class _Kind:
    """What encoding and decoding one event type needs, looked up once."""

    cls: type[Event]
    head: bytes
    dump: Callable[..., bytes]
    load: Callable[[bytes], Event]


_kinds: dict[str, _Kind] = {}


def _kind(topic: str) -> _Kind:
    cls = EVENT_TYPES.get(topic)
    if cls is None:
        raise Invalid("event.unknown-type", topic=topic[:60])
    made: Any = cls
    kind = _Kind(
        cls,
        b'{"v":%d,"m":' % cls.SCHEMA,
        made.__pydantic_serializer__.to_json,
        made.__pydantic_validator__.validate_json,
    )
    _kinds[topic] = kind
    return kind


def _kind_of(event: Event) -> _Kind:
    name = type(event).__name__
    kind = _kinds.get(name) or _kind(name)
    if kind.cls is not type(event):
        raise TypeError(f"{type(event).__module__}.{name} is not the registered event type {name}")
    return kind


def check_event_types() -> None:
    """
    Refuse to start with a broken chain of upcasters.

    Every registered type must have one upcaster for each schema version before its own, and no other.
    Raises `TypeError`, because only a programmer can cause it.
    """
    for name, cls in EVENT_TYPES.items():
        if sorted(cls.UPCASTERS) != list(range(1, cls.SCHEMA)):
            raise TypeError(
                f"{name} has schema version {cls.SCHEMA} but upcasters from the versions {sorted(cls.UPCASTERS)}"
            )


def encode_meta(happened_us: int, actor: str, via: Via, desk: str, request: str) -> bytes:
    """The envelope of a command's events as a JSON object."""
    try:
        return to_json({"at": happened_us, "by": actor, "via": via, "desk": desk, "req": request})
    except PydanticSerializationError:
        raise Invalid("event.unwritable:envelope") from None


@lru_cache(maxsize=1024)
def _decode_meta(meta: bytes) -> tuple[int, str, Via, str, str]:
    fields = from_json(meta)
    return fields["at"], fields["by"], fields["via"], fields["desk"], fields["req"]


def encode_payload(event: Event) -> bytes:
    """The payload alone as a JSON object, None left out."""
    try:
        return _kind_of(event).dump(event, exclude_none=True)
    except PydanticSerializationError:
        raise Invalid("event.unwritable", event_type=type(event).__name__) from None


def join_state(topic: str, meta: bytes, payload: bytes) -> bytes:
    """The stored state of an event of a registered type, from its envelope and payload."""
    head = (_kinds.get(topic) or _kind(topic)).head
    return b"".join((head, meta, _PAYLOAD, payload, b"}"))


def read_payload(topic: str, state: bytes) -> dict[str, Any]:
    """
    The payload of a stored state as a plain dictionary in the newest shape, without building the event.

    For projections that read many rows. Fields that were None are absent.
    Raises `Invalid` for an unknown type or a newer schema.
    """
    kind = _kinds.get(topic) or _kind(topic)
    payload: dict[str, Any] = from_json(state[state.index(_PAYLOAD) + 5 : -1])
    if not state.startswith(kind.head):
        payload = _upcast(kind.cls, state, payload)
    return payload


def _upcast(cls: type[Event], state: bytes, payload: dict[str, Any]) -> dict[str, Any]:
    written = int(state[5 : state.index(b",", 5)])
    if written > cls.SCHEMA:
        raise Invalid("event.newer", event_type=cls.__name__, format=written, known=cls.SCHEMA)
    for version in range(written, cls.SCHEMA):
        payload = cls.UPCASTERS[version](payload)
    return payload


class FactMapper(Mapper[str]):
    """
    The library's mapper for facts.

    It holds the envelope that it encoded last, because the events of a command share one.
    """

    _last: tuple[tuple[int, str, Via, str, str], bytes] | None = None

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The row to store for a fact. Raises `Invalid` (`event.unwritable`) for text that is not Unicode."""
        fact: Fact = domain_event
        envelope = (fact.happened_us, fact.actor, fact.via, fact.desk, fact.request)
        last = self._last
        if last is None or last[0] != envelope:
            self._last = last = (envelope, encode_meta(*envelope))
        topic = type(fact.event).__name__
        state = join_state(topic, last[1], encode_payload(fact.event))
        return StoredEvent(fact.stream, fact.version, topic, state)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The fact of a stored row; its position and time are 0 where the row does not carry them."""
        return self.fact(
            getattr(stored_event, "id", 0),
            str(stored_event.originator_id),
            stored_event.originator_version,
            stored_event.topic,
            getattr(stored_event, "recorded_us", 0),
            stored_event.state,
        )

    def fact(self, position: int, stream: str, version: int, topic: str, recorded_us: int, state: bytes) -> Fact:
        """
        The fact of a row's columns.

        Raises `Invalid`: `event.unknown-type`, `event.newer`, or `event.unreadable` for damaged bytes.
        """
        kind = _kinds.get(topic) or _kind(topic)
        try:
            cut = state.index(_PAYLOAD)
            head = kind.head
            if state.startswith(head):
                meta = state[len(head) : cut]
                event = kind.load(state[cut + 5 : -1])
            else:
                meta = state[state.index(b'"m":') + 4 : cut]
                event = kind.load(to_json(read_payload(topic, state)))
            at, actor, via, desk, request = _decode_meta(meta)
        except BranchlineError:
            raise
        except (ValidationError, ValueError, KeyError, TypeError):
            raise Invalid("event.unreadable", position=position, topic=topic, version=version, stream=stream) from None
        return Fact(stream, version, event, at, actor, via, desk, request, position, recorded_us)
