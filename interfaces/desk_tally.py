"""
What one session at a desk came to: each scan in its order, and totals by destination and by tote.

A copy that was scanned twice counts once, where its last scan sent it; a scan that was undone does not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from circulation.receipt import Receipt

__all__ = ["Scanned", "Tally"]

_KEPT = {"shelve": "stays here", "hold-shelf": "hold shelf", "aside": "kept aside", "done": "done"}


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan of the session; `code` is what was on the label."""

    code: str
    receipt: Receipt
    at_us: int

    @property
    def goes(self) -> str:
        """Where the copy goes, in the words of the totals."""
        to = self.receipt.route_to
        return _KEPT[self.receipt.signal] if to is None else f"to {to}"


@dataclass(slots=True)
class Tally:
    """The scans of a session that count, oldest first."""

    scans: list[Scanned] = field(default_factory=list)

    def add(self, scanned: Scanned) -> None:
        """Count one more."""
        self.scans.append(scanned)

    def last(self) -> Scanned | None:
        """The scan that an undo is about."""
        return self.scans[-1] if self.scans else None

    def take_back(self) -> None:
        """The last scan does not count any more."""
        self.scans.pop()

    def by_destination(self) -> Sequence[tuple[str, int]]:
        """Copies by where they go, most first."""
        counted = Counter(scanned.goes for scanned in self._last_of_each().values())
        return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))

    def by_tote(self) -> Sequence[tuple[str, int]]:
        """Copies packed in this session by filling, in the order of the fillings."""
        packed = (scanned.receipt.filling for scanned in self._last_of_each().values())
        return sorted(Counter(filling for filling in packed if filling).items())

    def _last_of_each(self) -> dict[str, Scanned]:
        return {scanned.code: scanned for scanned in self.scans}
