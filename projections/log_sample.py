"""
A sample of the log that anybody can draw again: the same seed over the same events gives the same draws.

Each draw comes with the whole chain that it belongs to: of an item everything that is told of it, of anything else
its own stream.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from circulation.event import Fact
from circulation.ledger import Ledger
from projections.history import history

__all__ = ["Draw", "sample"]

_READ_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Draw:
    """A drawn event, the `number`-th, and the chain of facts that it stands in, in the order of the log."""

    number: int
    drawn: Fact
    chain: tuple[Fact, ...]


def sample(
    ledger: Ledger, *, size: int, seed: int, after: int, upto: int, types: tuple[str, ...] = ()
) -> Iterator[Draw]:
    """
    At most `size` events behind one position and up to another, each as likely, in the order of the log.

    Chains end at `upto` too, so that the draw of a year ago reads as it did.
    """
    population = _positions(ledger, after, upto, types) if types else range(after + 1, upto + 1)
    drawn = random.Random(seed).sample(population, min(size, len(population)))
    facts = ledger.facts_at(drawn)
    for number, position in enumerate(sorted(drawn), 1):
        fact = facts[position]
        kind, _, name = fact.stream.partition("/")
        chain = history(ledger, name, as_of=upto) if kind == "item" else ledger.stream(fact.stream, upto_position=upto)
        yield Draw(number, fact, tuple(chain))


def _positions(ledger: Ledger, after: int, upto: int, types: tuple[str, ...]) -> list[int]:
    found: list[int] = []
    while facts := ledger.facts(after=after, limit=_READ_AT_ONCE, types=types, upto=upto):
        found += [fact.position for fact in facts]
        after = facts[-1].position
    return found
