"""
Facts as rows: the envelope in columns, the payload as it was recorded, and for people a sentence.
"""

from __future__ import annotations

from pydantic_core import from_json

from circulation.codec import encode_payload
from circulation.event import Fact
from circulation.grounds import sentence_of_ground
from interfaces.sentences import sentence_of

__all__ = ["COLUMNS", "HISTORY", "RECORD", "history_row", "record_of", "row_of"]

COLUMNS = ("position", "happened_us", "recorded_us", "type", "stream", "version", "actor", "desk", "payload")
"""A line of the log for people and spreadsheets."""

HISTORY = (
    "position", "happened_us", "recorded_us", "sentence", "grounds", "actor", "via", "desk", "type", "stream",
    "request",
)  # fmt: skip
"""A line of one item's history."""

RECORD = (
    "position", "type", "stream", "version", "schema", "happened_us", "recorded_us", "actor", "via", "desk", "request",
    "payload",
)  # fmt: skip
"""A whole fact."""


def record_of(fact: Fact) -> dict[str, object]:
    """The whole fact, with the payload as an object."""
    return {**_envelope(fact), "payload": from_json(encode_payload(fact.event))}


def row_of(fact: Fact) -> dict[str, object]:
    """The fact with the payload as JSON text, for a cell."""
    return {**_envelope(fact), "payload": encode_payload(fact.event).decode()}


def history_row(fact: Fact) -> dict[str, object]:
    """The fact as a sentence, why it was decided so (the deciding rule last), and who recorded it where and when."""
    grounds = getattr(fact.event, "grounds", None) or ()
    because = " ".join(sentence_of_ground(ground) for ground in grounds)
    return {**_envelope(fact), "sentence": sentence_of(fact), "grounds": because or None}


def _envelope(fact: Fact) -> dict[str, object]:
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
    }
