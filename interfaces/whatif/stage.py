"""What patrons, staff and courier need of the run that they act in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from circulation.command import Caller
from circulation.item import Item

__all__ = ["Stage"]


class Stage(Protocol):
    """A run while it goes on."""

    def now(self) -> int:
        """The moment of the run, microseconds UTC."""
        ...

    def late_us(self) -> int | None:
        """When what is done now happened, where it became known late; None where it happens now."""
        ...

    def later(self, at_us: int, step: Callable[[], None]) -> None:
        """Have something done at a moment."""
        ...

    def at(self, branch: str) -> Caller:
        """Whoever does something at a branch."""
        ...

    def item(self, barcode: str) -> Item | None:
        """A copy as it stands in the run."""
        ...

    def as_in_truth(self, barcode: str) -> bool:
        """Whether it stands there as it stood in truth."""
        ...

    def hold_in_truth(self, hold: str) -> str | None:
        """The recorded hold that is called so in the run."""
        ...

    def is_shut(self, branch: str, at_us: int) -> bool:
        """Whether a branch was open at that moment in truth and is not in the run."""
        ...

    def next_open(self, branch: str, at_us: int) -> int:
        """That moment, or the next one at which a branch is open."""
        ...

    def scan(self, branch: str, barcode: str) -> None:
        """Somebody at a branch scans a copy."""
        ...
