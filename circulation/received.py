"""
Where codes that are not catalogued yet were last received, for whoever catalogues them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from circulation.folds import UNKNOWN_CODES
from circulation.ledger import Ledger

__all__ = ["Received", "received_codes"]


@dataclass(frozen=True, slots=True)
class Received:
    """Something with a code lay on the desk of a branch at `at_us`."""

    branch: str
    at_us: int


def received_codes(ledger: Ledger) -> Mapping[str, Received]:
    """The codes in the queues of all branches that may be kept, each with where it was received last."""
    found: dict[str, Received] = {}
    for stream in ledger.streams("unknown/"):
        queue = ledger.load(stream, UNKNOWN_CODES).state
        for entry in () if queue is None else queue.waiting.values():
            known = None if entry.code is None else found.get(entry.code)
            if entry.code is not None and (known is None or known.at_us < entry.at_us):
                found[entry.code] = Received(stream.removeprefix("unknown/"), entry.at_us)
    return found
