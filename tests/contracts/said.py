"""Short ways for the ledger's tests to say what is appended."""

from __future__ import annotations

import hashlib
from itertools import count

from circulation.event import NewEvents, Stamp
from circulation.hold import HoldSuspended, TitleAdded

_numbers = count(1)

DAY_BEGAN_US = 1_795_507_200_000_000


def stamp(request: str = "", *, device: str = "desk-1", command: str = "a command") -> Stamp:
    """A stamp with a request id of its own unless one is given; `command` is what the digest stands for."""
    return Stamp(
        happened_us=DAY_BEGAN_US,
        actor="staff/ann",
        via="declared",
        desk="bath",
        device=device,
        request=request or f"request-{next(_numbers)}",
        digest=hashlib.sha256(command.encode()).digest(),
    )


def added(name: str, *, after: int = 0) -> NewEvents:
    """A title is added to its stream."""
    return NewEvents(f"title/{name}", after, (TitleAdded(title=f"The book {name}"),))


def noted(name: str, *, after: int, times: int = 1) -> NewEvents:
    """Something small happens to a title that exists."""
    return NewEvents(f"title/{name}", after, tuple(HoldSuspended(hold=f"{name}#{after + n + 1}") for n in range(times)))
