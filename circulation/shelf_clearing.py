"""
Clearing the hold shelf: what is foreseen for each copy that waits there no longer, in four piles.

The piles are Evergreen's (circulation reference, section 1.1): for another hold here, onto the van, onto the open
shelf, and those whose patron comes to another branch. What is foreseen is what the scan would decide now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from circulation.hold import HoldCaptured
from circulation.item import Item, ItemPlacedOnHoldShelf, TransitOpened
from circulation.outcome import Outcome

__all__ = ["PILES", "Foreseen", "Pile"]

Pile = Literal["hold", "transit", "shelf", "pickup-changed"]

PILES: tuple[Pile, ...] = ("hold", "transit", "shelf", "pickup-changed")
"""In the order in which they are worked off: what a patron here waits for is first."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a scan of a copy would come to."""

    item: Item
    outcome: Outcome

    @property
    def next_hold(self) -> str | None:
        """The hold that the copy would be set aside for."""
        for event in self.outcome.title:
            if isinstance(event, HoldCaptured):
                return event.hold
        return self._same_hold

    @property
    def to(self) -> str | None:
        """The branch that it would go to; None where it stays."""
        for event in self.outcome.item:
            if isinstance(event, TransitOpened):
                return event.destination
        return None

    @property
    def pile(self) -> Pile:
        """Where to put it."""
        if self._same_hold is not None:
            return "pickup-changed"
        if any(isinstance(event, ItemPlacedOnHoldShelf) for event in self.outcome.item):
            return "hold"
        return "shelf" if self.to is None else "transit"

    @property
    def _same_hold(self) -> str | None:
        """The hold that it is set aside for already, where the scan would go on serving that one."""
        capture = self.item.custody.capture
        if capture is None:
            return None
        for event in self.outcome.item:
            if isinstance(event, TransitOpened | ItemPlacedOnHoldShelf) and event.hold == capture.hold:
                return capture.hold
        return None
