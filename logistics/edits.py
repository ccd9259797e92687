"""What a coordinator does to a plan by hand, in words: one class an edit. Stops and vans are codes."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Add", "Drop", "Edit", "Fix", "Free", "Move", "Swap"]


@dataclass(frozen=True, slots=True)
class Move:
    """A stop that is served goes to a van: `after` a stop, as its `first`, or where it fits best."""

    stop: str
    to: str
    after: str | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class Swap:
    """Two served stops change places."""

    stop: str
    other: str


@dataclass(frozen=True, slots=True)
class Drop:
    """A stop is taken out of the plan, and stays out until it is added again."""

    stop: str


@dataclass(frozen=True, slots=True)
class Add:
    """A stop that no van makes goes to a van, or to any: `after` a stop, as its `first`, or where it fits best."""

    stop: str
    to: str | None = None
    after: str | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class Fix:
    """
    A pin: the only van, what the stop comes before or after, from when to when service starts.

    With nothing given the stop is pinned to the van that calls there now. A stop whose place breaks its new pin goes
    to the best place that there is.
    """

    stop: str
    van: str | None = None
    before: str | None = None
    after: str | None = None
    earliest: int | None = None
    latest: int | None = None


@dataclass(frozen=True, slots=True)
class Free:
    """All pins of a stop are taken off."""

    stop: str


Edit = Move | Swap | Drop | Add | Fix | Free
