"""
A small network for tests: four branches of two members, one hub, and an administrator.
"""

from __future__ import annotations

import hashlib

from circulation.actor import ActorRegistered, Role
from circulation.branch import BranchOpened, HubMarked
from circulation.command import Caller, Commands
from circulation.event import Event, NewEvents, Stamp
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.words import opens_with

__all__ = ["ADMIN", "CLERK", "WEEK", "commands_on", "in_the_clear", "opened", "record"]

ADMIN = Caller("staff/admin", "declared", "", "office")
CLERK = Caller("staff/clerk", "declared", "ash", "desk-1")
WEEK = ("09:00-17:00",) * 6 + ("",)


def opened(name: str, member: str = "north", *, latitude_e6: int = 51_400_000, **changes: object) -> BranchOpened:
    """A branch open from nine to five except on Sundays."""
    fields: dict[str, object] = {
        "name": name,
        "member": member,
        "latitude_e6": latitude_e6,
        "longitude_e6": -2_500_000,
        "time_zone": "Europe/London",
        "hours": WEEK,
        **changes,
    }
    return BranchOpened(**fields)  # type: ignore[arg-type]


def record(ledger: Ledger, stream: str, *events: Event, at_us: int | None = None) -> None:
    """Append events to the end of a stream, whatever they are."""
    version = sum(1 for _ in ledger.stream(stream))
    request = f"{stream}:{version}"
    stamp = Stamp(
        happened_us=ledger.store.clock() if at_us is None else at_us,
        actor=ADMIN.actor,
        via="system",
        desk="",
        device="world",
        request=request,
        digest=hashlib.sha256(request.encode()).digest(),
    )
    ledger.append(stamp, (NewEvents(stream, version, events),))


def commands_on(ledger: Ledger) -> Commands:
    """
    The commands of a ledger on which the small network stands.

    `ash` (a hub for all of `north`), `birch` and `cedar` belong to `north`; `dale` belongs to `south`.
    """
    record(ledger, "staff/admin", ActorRegistered(role=Role.ADMINISTRATOR))
    record(ledger, "staff/clerk", ActorRegistered(role=Role.DESK))
    for place, name in enumerate(("ash", "birch", "cedar")):
        record(ledger, f"branch/{name}", opened(name.title(), latitude_e6=51_400_000 + place * 50_000))
    record(ledger, "branch/dale", opened("Dale", "south", latitude_e6=51_000_000))
    record(ledger, "branch/ash", HubMarked(serves=("ash", "birch", "cedar")))
    return Commands(ledger, ledger.store.clock, Keyring.open("sqlite::memory:"))


def in_the_clear(commands: Commands, text: str) -> str:
    """A text of an event as somebody is shown it: what was typed is opened with the keys of these commands."""
    return opens_with(commands.keyring)(text)
