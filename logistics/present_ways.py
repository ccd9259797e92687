"""The courier's answers for a run of many days that is played at once: of the network as it was read last."""

from __future__ import annotations

from circulation.ledger import Ledger
from circulation.lookups import NextStop
from logistics.situation import Situation, read_situation

__all__ = ["PresentWays"]


class PresentWays:
    """Implements `circulation.lookups.Courier` on the network as it was registered when it was read last."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.read_again()

    def read_again(self) -> None:
        """Something that is registered has changed, such as a closure."""
        self.situation: Situation = read_situation(self._ledger)

    def next_stop(self, branch: str, destination: str, reason: str, at_us: int) -> NextStop | None:
        """See `circulation.lookups.Courier`."""
        return self.situation.ways.next_stop(branch, destination, reason, at_us)

    def arrival(self, origin: str, destination: str, at_us: int) -> int | None:
        """See `circulation.lookups.Courier`."""
        return self.situation.ways.arrival(origin, destination, at_us)

    def path(self, origin: str, destination: str, day: str) -> tuple[str, ...]:
        """See `circulation.lookups.Courier`."""
        return self.situation.ways.path(origin, destination, day)

    def cutoff(self, branch: str, at_us: int) -> int | None:
        """See `circulation.lookups.Courier`."""
        return self.situation.ways.cutoff(branch, at_us)
