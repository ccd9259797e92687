"""
Events of the log by what they are, whom and what they concern, and when they were recorded; counted by facet.

The log has no index but its order and its streams, so a search is a pass over the period that was named; what cannot
match is passed over as bytes, before anything is decoded. One item is read from its own streams.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json, to_json

from circulation.clock import iso
from circulation.codec import encode_payload
from circulation.event import Fact
from circulation.hold import title_stream
from circulation.item import ItemAdded, ItemDescribed
from circulation.ledger import Ledger
from circulation.words import hidden
from projections.history import history

__all__ = ["FACETS", "Facets", "Query", "search"]

_AT_ONCE = 10_000
_REASONS = ("why", "reason", "note", "code", "grounds")
"""Fields of events that say why, in words or as a code."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Query:
    """
    What is looked for; what is None or empty may be anything. `after` and `upto` are positions.

    `branch` is named in the event or is its desk; `reason` is part of what the event says about why, in any case.
    """

    after: int = 0
    upto: int = 0
    types: tuple[str, ...] = ()
    stream: str | None = None
    item: str | None = None
    branch: str | None = None
    actor: str | None = None
    desk: str | None = None
    request: str | None = None
    reason: str | None = None

    def fits(self, fact: Fact) -> bool:
        """Whether a fact is one of those that are looked for."""
        return (
            self.after < fact.position <= self.upto
            and (not self.types or type(fact.event).__name__ in self.types)
            and self.stream in (None, fact.stream)
            and self.actor in (None, fact.actor)
            and self.desk in (None, fact.desk)
            and self.request in (None, fact.request)
            and (self.branch is None or self.branch == fact.desk or self.branch in _strings(_payload(fact)))
            and (self.reason is None or _gives_reason(_payload(fact), self.reason.lower()))
        )


def search(ledger: Ledger, query: Query, *, progress: Progress | None = None) -> Iterator[Fact]:
    """
    The events that fit, in the order of the log, read as they are consumed.

    Of an item everything that is told of it: its own events, its totes' while it was inside, its holds'.
    Raises `Unknown` (`item.unknown`).
    """
    if query.item is not None:
        return (fact for fact in _about_item(ledger, query.item, query.upto) if query.fits(fact))
    if query.stream is not None:
        return (fact for fact in ledger.stream(query.stream, upto_position=query.upto) if query.fits(fact))
    return _pass(ledger, query, progress)


def _pass(ledger: Ledger, query: Query, progress: Progress | None) -> Iterator[Fact]:
    if query.types:
        after = query.after
        while facts := ledger.facts(after=after, limit=_AT_ONCE, types=query.types, upto=query.upto):
            yield from (fact for fact in facts if query.fits(fact))
            after = facts[-1].position
        return
    after = query.after
    marks = _marks(query)
    while after < query.upto and (rows := ledger.rows(after=after, limit=_AT_ONCE, upto=query.upto)):
        hits = [row for row in rows if all(mark in row[5] for mark in marks)]
        yield from (fact for fact in ledger.facts_of(hits) if query.fits(fact))
        after = rows[-1][0]
        if progress:
            progress(after - query.after, query.upto - query.after)


def _marks(query: Query) -> list[bytes]:
    """Bytes that a stored event must hold to fit: its envelope and payload are JSON as we write it."""
    named = ((b'"by":', query.actor), (b'"desk":', query.desk), (b'"req":', query.request), (b"", query.branch))
    return [key + to_json(value) for key, value in named if value is not None]


def _about_item(ledger: Ledger, barcode: str, upto: int) -> list[Fact]:
    own = history(ledger, barcode, as_of=upto)
    titles = {fact.event.title for fact in own if isinstance(fact.event, ItemAdded | ItemDescribed)}
    holds = [
        fact
        for title in sorted(titles)
        for fact in ledger.stream(title_stream(title), upto_position=upto)
        if barcode in _strings(_payload(fact))
    ]
    return sorted((*own, *holds), key=lambda fact: fact.position)


def _payload(fact: Fact) -> dict[str, Any]:
    payload: dict[str, Any] = from_json(encode_payload(fact.event))
    return payload


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def _gives_reason(payload: dict[str, Any], wanted: str) -> bool:
    # A sealed reason is not looked into: whoever opens it must say so.
    return any(
        wanted in hidden(text, by="").lower()
        for name in _REASONS
        if name in payload and not (name == "why" and "key" in payload)
        for text in _strings(payload[name])
    )


# --- facets --------------------------------------------------------------------------------------------------------

FACETS = ("type", "kind", "actor", "desk", "via", "day")
"""What events are counted by; `kind` is the first word of the stream, `day` the UTC day of happening."""


@dataclass(slots=True)
class Facets:
    """Counts of the events that passed through."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in FACETS})

    def counted(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        """The same events, each counted on its way."""
        for fact in facts:
            for name, value in zip(FACETS, _values(fact), strict=True):
                self.counts[name][value] += 1
            yield fact

    def rows(self, most: int) -> Iterator[dict[str, object]]:
        """Facet by facet the values with the most events, the first of equals by name; `of` counts all values."""
        for name, counts in self.counts.items():
            for value, events in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:most]:
                yield {"facet": name, "value": value, "events": events, "of": len(counts)}


def _values(fact: Fact) -> tuple[str, ...]:
    return (
        type(fact.event).__name__,
        fact.stream.partition("/")[0],
        fact.actor,
        fact.desk,
        fact.via,
        iso(fact.happened_us)[:10],
    )
