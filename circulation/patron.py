"""
A borrower, on a stream with a random name that is never derived from the card.

The stream holds registration, category, home branch and blocks. Loans and holds append nothing to it:
the log would join patron and item in the clear for ever. Names and contacts are sealed under the patron's key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from circulation.event import Event, Fact, event

__all__ = [
    "Patron",
    "PatronBlocked",
    "PatronChanged",
    "PatronForgotten",
    "PatronRegistered",
    "PatronUnblocked",
    "fold_patron",
    "patron_stream",
]


def patron_stream(patron: str) -> str:
    """The name of a patron's stream; `patron` is a random id."""
    return f"patron/{patron}"


@event
class PatronRegistered(Event):
    """A borrower joined. `sealed` holds name, contact and card number under the key `key`."""

    key: int
    sealed: str
    category: str
    home: str
    row: str | None = None
    source: str | None = None


@event
class PatronChanged(Event):
    """A borrower's sealed fields, category or home branch were replaced."""

    key: int
    sealed: str
    category: str
    home: str
    row: str | None = None
    source: str | None = None


@event
class PatronBlocked(Event):
    """The borrower may not borrow or place holds, for a coded reason such as `overdue` or `staff`."""

    reason: str


@event
class PatronUnblocked(Event):
    """A block was lifted."""

    reason: str


@event
class PatronForgotten(Event):
    """The keys of the borrower were destroyed; what is sealed on this stream never opens again."""


@dataclass(frozen=True, slots=True)
class Patron:
    """A borrower without a name."""

    patron: str
    key: int
    sealed: str
    category: str
    home: str
    blocks: tuple[str, ...] = ()
    row: str | None = None
    forgotten: bool = False


def fold_patron(patron: Patron | None, fact: Fact) -> Patron:
    """The borrower after one more fact. Raises `TypeError` for a fact that cannot be."""
    happened = fact.event
    if isinstance(happened, PatronRegistered):
        return Patron(
            patron=fact.stream.removeprefix("patron/"),
            key=happened.key,
            sealed=happened.sealed,
            category=happened.category,
            home=happened.home,
            row=happened.row,
        )
    if patron is None:
        raise TypeError(f"{type(happened).__name__} cannot be the first fact of {fact.stream}")
    match happened:
        case PatronChanged():
            return replace(
                patron,
                key=happened.key,
                sealed=happened.sealed,
                category=happened.category,
                home=happened.home,
                row=happened.row,
            )
        case PatronBlocked():
            return replace(patron, blocks=tuple(sorted({*patron.blocks, happened.reason})))
        case PatronUnblocked():
            return replace(patron, blocks=tuple(b for b in patron.blocks if b != happened.reason))
        case PatronForgotten():
            return replace(patron, forgotten=True)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about a patron ({fact.stream})")
