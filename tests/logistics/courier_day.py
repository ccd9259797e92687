"""
The small network on a real ledger, with a board that reads totes from the log and is told what waits.

It is Monday evening, 2026-11-23 18:00. Bath has one van, v1, for Keynsham and Midsomer; Taunton has w1 for Wells.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from circulation.actor import ActorRegistered, Role
from circulation.branch import BranchOpened, HubMarked
from circulation.command import Caller, Commands
from circulation.folds import FILLING
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.tote import (
    Filling,
    FillingPurpose,
    ToteFillingStarted,
    ToteNumbered,
    ToteRegistered,
    ToteSealed,
    filling_stream,
    tote_stream,
)
from logistics.fleet import VanSet
from logistics.network import COURIER, TrunkSet
from logistics.plan import PlanDrafted
from tests.circulation.world import record
from tests.logistics.lying import Lies
from tests.logistics.small_network import Count, Waiting, instant

ANA = Caller("staff/ana", "declared", "", "office")
DAN = Caller("staff/dan", "declared", "", "phone-1")
CLERK = Caller("staff/clerk", "declared", "keynsham", "desk-1")
STAFFED = ("09:00-17:00",) * 5 + ("", "")
TUESDAY = "2026-11-24"
PLAN = f"{TUESDAY}/bath/day"
RUN = f"{TUESDAY}/v1/day"

PLACES = {
    "bath": (51_381_000, -2_359_000),
    "keynsham": (51_414_000, -2_496_000),
    "midsomer": (51_285_000, -2_483_000),
    "taunton": (51_015_000, -3_103_000),
    "wells": (51_209_000, -2_647_000),
}


@dataclass(frozen=True)
class There:
    """A filling as the view of totes gives it."""

    filling: str
    destination: str
    status: str
    place: str
    since_us: int


@dataclass
class Board:
    """Totes from the log; what waits and what came as the test says."""

    ledger: Ledger
    rows: list[Waiting] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)

    def waiting(self) -> list[Waiting]:
        return self.rows

    def lying(self) -> list[Lies]:
        return [
            Lies(
                row.kind,
                row.place,
                row.destination,
                row.reason,
                row.item_type,
                row.filling,
                row.items,
                row.oldest_us,
                None,
            )
            for row in self.rows
        ]

    def daily_counts(self, *, first: str, last: str) -> list[Count]:
        return [count for count in self.counts if first <= count.day <= last]

    def fillings(self) -> list[There]:
        found = []
        for stream in self.ledger.streams("tote/"):
            if stream.count("/") == 2:
                state = filling(self.ledger, stream.removeprefix("tote/"))
                since_us = self.ledger.stream(stream)[-1].happened_us
                found.append(There(state.filling, state.destination, state.status, state.place, since_us))
        return [there for there in found if there.status != "ended"]

    def fillings_at(self, place: str) -> list[There]:
        return [there for there in self.fillings() if there.place == place]


def filling(ledger: Ledger, name: str) -> Filling:
    state = ledger.load(filling_stream(name), FILLING).state
    assert state is not None
    return state


def found(ledger: Ledger) -> Commands:
    """Network, fleet and staff on an empty ledger."""
    record(ledger, "staff/ana", ActorRegistered(role=Role.COORDINATOR))
    record(ledger, "staff/dan", ActorRegistered(role=Role.DRIVER))
    record(ledger, "staff/clerk", ActorRegistered(role=Role.DESK))
    for code, (latitude, longitude) in PLACES.items():
        opened = BranchOpened(
            name=code.title(),
            member="somerset",
            latitude_e6=latitude,
            longitude_e6=longitude,
            time_zone="Europe/London",
            hours=STAFFED,
        )
        record(ledger, f"branch/{code}", opened)
    record(ledger, "branch/bath", HubMarked(serves=("keynsham", "midsomer")))
    record(ledger, "branch/taunton", HubMarked(serves=("wells",)))
    for name, hub in (("v1", "bath"), ("w1", "taunton")):
        van = VanSet(
            hub=hub,
            totes=12,
            shift_starts_minute=8 * 60,
            shift_ends_minute=16 * 60,
            days=(0, 1, 2, 3, 4),
            cost_per_km_cents=45,
            cost_per_hour_cents=1800,
        )
        record(ledger, f"van/{name}", van)
    trunk = TrunkSet(
        trunk="night",
        origin="bath",
        destination="taunton",
        days=(0, 1, 2, 3, 4),
        departs_minute=20 * 60,
        arrives_minute=22 * 60,
        totes=2,
    )
    record(ledger, COURIER, trunk)
    return Commands(ledger, ledger.store.clock, Keyring.open("sqlite::memory:"))


def sealed(
    ledger: Ledger,
    tote: str,
    at: str,
    destination: str,
    *,
    items: int = 5,
    since: str = "23 17:00",
    purpose: FillingPurpose = "returns",
    seal: bool = True,
) -> str:
    """A box's first filling, sealed at a place unless it is to stay open; returns its name."""
    at_us = instant(since)
    record(ledger, tote_stream(tote), ToteRegistered(branch=at), ToteNumbered(n=1), at_us=at_us)
    started = ToteFillingStarted(branch=at, destination=destination, purpose=purpose)
    facts = (started, ToteSealed(branch=at, items=items, digest="0" * 64)) if seal else (started,)
    record(ledger, filling_stream(f"{tote}/1"), *facts, at_us=at_us)
    return f"{tote}/1"


def served(drafted: PlanDrafted) -> dict[str, list[str]]:
    """The stops of each van in order."""
    return {route.van: [stop.branch for stop in route.stops] for route in drafted.routes}
