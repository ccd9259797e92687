"""
Days on which a branch, a member or everybody is closed, on the streams `calendar/<scope>`.

The scope is `all`, `member/<name>` or `branch/<code>`. What a closure means for a due date or a stop
is worked out in `calendar.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from circulation.event import Event, Fact, event
from circulation.words import worded

__all__ = ["Closed", "ClosureDeclared", "ClosureWithdrawn", "closure_stream", "fold_closures"]


def closure_stream(scope: str) -> str:
    """The name of the stream of the closures of a scope."""
    return f"calendar/{scope}"


@worded("reason")
@event
class ClosureDeclared(Event):
    """Closed from the day `first` to the day `last`, both included (`2026-12-25`)."""

    closure: str
    first: str
    last: str
    reason: str


@event
class ClosureWithdrawn(Event):
    """A declared closure does not hold any more."""

    closure: str


@dataclass(frozen=True, slots=True)
class Closed:
    """One closure that holds."""

    closure: str
    first: str
    last: str
    reason: str


def fold_closures(closures: tuple[Closed, ...] | None, fact: Fact) -> tuple[Closed, ...]:
    """The closures of a scope after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = closures or ()
    match fact.event:
        case ClosureDeclared() as declared:
            kept = tuple(c for c in before if c.closure != declared.closure)
            return (*kept, Closed(declared.closure, declared.first, declared.last, declared.reason))
        case ClosureWithdrawn() as withdrawn:
            return tuple(c for c in before if c.closure != withdrawn.closure)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about closures ({fact.stream})")
