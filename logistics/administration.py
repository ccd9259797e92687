"""
Setting up the courier: trunk runs, direct totes, roads, daily counts.

Each use-case is one command on one stream: a pure decision says which events it takes, if any.
What is the case already is not recorded again. Branches, hubs and calendars are set up in
`circulation/administration.py`, vans in `garage.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from circulation.actor import Role
from circulation.administration import parse_day
from circulation.barcode import parse_name
from circulation.command import Caller, Commands
from circulation.directory import branches, require_branch
from circulation.errors import Invalid, Unknown
from circulation.event import Appended, Event
from circulation.ledger import Ledger
from circulation.messages.names import Names
from logistics.counts import DailyCountsImported, board_stream
from logistics.folds import COURIER_FOLD, DAILY_COUNTS
from logistics.network import (
    COURIER,
    Courier,
    DirectToteRemoved,
    DirectToteSet,
    ItemsPerToteSet,
    RoadEstimateSet,
    RoadMatrixSet,
    TrunkRemoved,
    TrunkSet,
)
from logistics.wall_clock import wall_time

__all__ = [
    "CourierAdministration",
    "check_trunk",
    "estimate_roads",
    "remove_trunk",
    "require_hub",
    "set_daily_counts",
    "set_direct_tote",
    "set_items_per_tote",
    "set_trunk",
]

COORDINATORS = (Role.COORDINATOR,)
LAST_MINUTE = 24 * 60


def require_hub(ledger: Ledger, code: str) -> str:
    """The code of a hub. Raises `Unknown` (`branch.unknown`, `hub.unknown`)."""
    branch = require_branch(ledger, code)
    if branch.serves is None:
        hubs = [b.code for b in branches(ledger).values() if b.serves is not None]
        raise (
            Unknown("hub.unknown", code=code, branch=branch.name, hubs=", ".join(hubs))
            if hubs
            else Unknown("hub.unknown:none", code=code, branch=branch.name)
        )
    return code


# --- decisions: the courier's settings -------------------------------------------------------------------------------


def check_trunk(trunk: TrunkSet) -> None:
    """Raises `Invalid` (`trunk.impossible`), naming what cannot be."""
    arrives = trunk.arrives_days * LAST_MINUTE + trunk.arrives_minute
    name = trunk.trunk
    if trunk.origin == trunk.destination:
        raise Invalid("trunk.impossible:to-itself", trunk=name, origin=trunk.origin)
    if not trunk.days or any(not 0 <= day <= 6 for day in trunk.days):
        raise Invalid("trunk.impossible:weekdays", trunk=name)
    if not (0 <= trunk.departs_minute < LAST_MINUTE and 0 <= trunk.arrives_minute < LAST_MINUTE):
        raise Invalid("trunk.impossible:times", trunk=name)
    if not 0 <= trunk.arrives_days <= 3 or arrives <= trunk.departs_minute:
        raise Invalid(
            "trunk.impossible:arrives-first",
            trunk=name,
            arrives=wall_time(60 * trunk.arrives_minute),
            days=trunk.arrives_days,
            departs=wall_time(60 * trunk.departs_minute),
        )
    if not 1 <= trunk.totes <= 10_000:
        raise Invalid("trunk.impossible:totes", trunk=name, totes=trunk.totes)
    if not 0 <= trunk.cutoff_minutes <= LAST_MINUTE:
        raise Invalid("trunk.impossible:cutoff", trunk=name, minutes=trunk.cutoff_minutes)


def set_trunk(courier: Courier, trunk: TrunkSet) -> tuple[Event, ...]:
    """A trunk run is set or replaced; nothing where just that run is known."""
    known = courier.trunks.get(trunk.trunk)
    return () if known is not None and asdict(known) == asdict(trunk) else (trunk,)


def remove_trunk(courier: Courier, name: str) -> tuple[Event, ...]:
    """A trunk run is not driven any more. Raises `Unknown` (`trunk.unknown`)."""
    if name not in courier.trunks:
        raise Unknown("trunk.unknown", run=name[:40], trunks=Names(sorted(courier.trunks)))
    return (TrunkRemoved(trunk=name),)


def set_direct_tote(courier: Courier, branch: str, destination: str, *, packs: bool) -> tuple[Event, ...]:
    """The branch packs a tote of its own for a destination, or no longer. Raises `Invalid` (`sort.to-itself`)."""
    if branch == destination:
        raise Invalid("sort.to-itself", branch=branch)
    if packs == ((branch, destination) in courier.direct):
        return ()
    made = DirectToteSet if packs else DirectToteRemoved
    return (made(branch=branch, destination=destination),)


def set_items_per_tote(courier: Courier, item_type: str, items: int) -> tuple[Event, ...]:
    """How many items of a type (`*`: all others) fill a tote. Raises `Invalid` (`tote.size`): 1 to 10,000."""
    if not 1 <= items <= 10_000:
        raise Invalid("tote.size", items=items)
    known = courier.items_per_tote.get(item_type)
    return () if known == items else (ItemsPerToteSet(item_type=item_type, items=items),)


def estimate_roads(courier: Courier, circuity_percent: int, speed_percent: int) -> tuple[Event, ...]:
    """
    Travel is estimated from now on, not read from a matrix.

    Raises `Invalid` (`roads.estimate`): the way is 100 to 300 % of the great circle, speeds are 20 to 200 %.
    """
    if not (100 <= circuity_percent <= 300 and 20 <= speed_percent <= 200):
        raise Invalid("roads.estimate", circuity_percent=circuity_percent, speed_percent=speed_percent)
    same = (courier.matrix, courier.circuity_percent, courier.speed_percent)
    if same == (None, circuity_percent, speed_percent):
        return ()
    return (RoadEstimateSet(circuity_percent=circuity_percent, speed_percent=speed_percent),)


def set_daily_counts(before: DailyCountsImported | None, counts: DailyCountsImported) -> tuple[Event, ...]:
    """The counts of one day, replacing earlier ones; nothing where they are the same."""
    return () if before is not None and before.counts == counts.counts else (counts,)


# --- use-cases -------------------------------------------------------------------------------------------------------


class CourierAdministration:
    """The use-cases on vans, trunk runs, totes, roads and counts; for coordinators."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._ledger = commands.ledger

    def set_trunk(self, caller: Caller, trunk: TrunkSet, *, request: str | None = None) -> Appended:
        """Set or replace a trunk run between two hubs. Raises `Invalid` and `Unknown` (`hub.unknown`)."""
        parse_name(trunk.trunk, what="trunk")
        check_trunk(trunk)
        for end in (trunk.origin, trunk.destination):
            require_hub(self._ledger, end)
        return self._on_courier(caller, "network trunk", asdict(trunk), lambda c: set_trunk(c, trunk), request)

    def remove_trunk(self, caller: Caller, name: str, *, request: str | None = None) -> Appended:
        """Stop a trunk run. Raises `Unknown` (`trunk.unknown`)."""
        return self._on_courier(
            caller, "network trunk", {"trunk": name, "remove": True}, lambda c: remove_trunk(c, name), request
        )

    def set_direct_tote(
        self, caller: Caller, branch: str, destination: str, *, packs: bool, request: str | None = None
    ) -> Appended:
        """Let a branch pack its own tote for a destination, or stop it. Raises `Unknown` and `Invalid`."""
        for code in (branch, destination):
            require_branch(self._ledger, code)
        arguments = {"branch": branch, "destination": destination, "packs": packs}
        return self._on_courier(
            caller,
            "network sort-direct",
            arguments,
            lambda c: set_direct_tote(c, branch, destination, packs=packs),
            request,
        )

    def set_items_per_tote(self, caller: Caller, item_type: str, items: int, *, request: str | None = None) -> Appended:
        """Say how many items of a type fill a tote. Raises `Invalid` (`tote.size`)."""
        arguments = {"item_type": item_type, "items": items}
        return self._on_courier(
            caller, "network tote-size", arguments, lambda c: set_items_per_tote(c, item_type, items), request
        )

    def estimate_roads(
        self, caller: Caller, *, circuity_percent: int, speed_percent: int, request: str | None = None
    ) -> Appended:
        """Estimate travel from great-circle distances, in percent of them. Raises `Invalid` (`roads.estimate`)."""
        arguments = {"circuity_percent": circuity_percent, "speed_percent": speed_percent}
        return self._on_courier(
            caller, "network roads", arguments, lambda c: estimate_roads(c, circuity_percent, speed_percent), request
        )

    def use_road_matrix(
        self, caller: Caller, attachment: str, provider: str, *, request: str | None = None
    ) -> Appended:
        """Take travel from an attached matrix, named by its SHA-256. Raises `Unknown` (`attachment.unknown`)."""
        self._ledger.attachment(attachment)
        arguments = {"attachment": attachment, "provider": provider}
        return self._on_courier(
            caller,
            "network matrix",
            arguments,
            lambda c: () if c.matrix == attachment else (RoadMatrixSet(attachment=attachment, provider=provider),),
            request,
        )

    def set_daily_counts(self, caller: Caller, counts: DailyCountsImported, *, request: str | None = None) -> Appended:
        """Record how many items went from where to where on a day before the log began."""
        parse_day(counts.day)
        return self._commands.change(
            caller,
            "board import",
            {"day": counts.day, "row": counts.row},
            (board_stream(counts.day), DAILY_COUNTS),
            lambda before: set_daily_counts(before, counts),
            roles=COORDINATORS,
            request=request,
        )

    def _on_courier(
        self,
        caller: Caller,
        command: str,
        arguments: Mapping[str, object],
        decide: Callable[[Courier], Sequence[Event]],
        request: str | None,
    ) -> Appended:
        return self._commands.change(
            caller,
            command,
            arguments,
            (COURIER, COURIER_FOLD),
            lambda courier: decide(courier or Courier()),
            roles=COORDINATORS,
            request=request,
        )
