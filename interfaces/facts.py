"""Facts as rows of a listing: the envelope in columns, the payload as it was recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping

from circulation.codec import encode_payload
from circulation.event import Fact

__all__ = ["COLUMNS", "record_of", "row_of"]

COLUMNS = ("position", "happened_us", "recorded_us", "type", "stream", "actor", "desk", "payload")


def row_of(fact: Fact) -> Mapping[str, object]:
    """One line of a listing for people; the payload is JSON text."""
    return {**record_of(fact), "payload": encode_payload(fact.event).decode()}


def record_of(fact: Fact) -> dict[str, object]:
    """The whole fact, with the payload as an object."""
    return {
        "position": fact.position,
        "type": type(fact.event).__name__,
        "stream": fact.stream,
        "version": fact.version,
        "schema": type(fact.event).SCHEMA,
        "happened_us": fact.happened_us,
        "recorded_us": fact.recorded_us,
        "actor": fact.actor,
        "via": fact.via,
        "desk": fact.desk,
        "request": fact.request,
        "payload": json.loads(encode_payload(fact.event)),
    }
