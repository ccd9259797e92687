"""
What stands ready where, and what the published plan has a van do: the facts that the drivers' commands start from.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol

from circulation.branch import branch_stream
from circulation.calendar import at_minute, zone_of
from circulation.clock import SECOND_US
from circulation.errors import Refused, Unknown
from circulation.folds import BRANCH
from circulation.ledger import Ledger
from logistics.folds import COURIER_FOLD, PLAN
from logistics.network import COURIER, Trunk
from logistics.plan import PlannedRoute, Wave
from logistics.run import Run

__all__ = ["FillingThere", "TotesThere", "Yard"]

_READY = ("sealed", "unloaded", "received")


class FillingThere(Protocol):
    """A filling at a place, as a projection knows it."""

    @property
    def filling(self) -> str:
        """Its name, such as `T123/17`."""
        ...

    @property
    def destination(self) -> str:
        """Where it goes."""
        ...

    @property
    def status(self) -> str:
        """`open`, `sealed`, `loaded`, `unloaded` or `received`."""
        ...

    @property
    def since_us(self) -> int:
        """When it came into this state."""
        ...


class TotesThere(Protocol):
    """Which fillings are where."""

    def fillings_at(self, place: str) -> Sequence[FillingThere]:
        """The fillings at a branch or on a van that have not ended."""
        ...


class Yard:
    """Reads totes from the views, and plans, runs and the network from the ledger."""

    def __init__(self, ledger: Ledger, totes: TotesThere) -> None:
        self._ledger = ledger
        self._totes = totes

    def ready(self, place: str, destinations: Collection[str] | None, until_us: int | None) -> list[str]:
        """
        The fillings that stand at a place to be taken elsewhere, the oldest first.

        Only those for `destinations`, if given, and only those that stood there at `until_us`.
        """
        there = [
            one
            for one in self._totes.fillings_at(place)
            if one.status in _READY
            and (one.destination != place if destinations is None else one.destination in destinations)
            and (until_us is None or one.since_us <= until_us)
        ]
        return [one.filling for one in sorted(there, key=lambda one: (one.since_us, one.filling))]

    def route(self, day: date, van: str, wave: Wave) -> tuple[str, int, PlannedRoute]:
        """The published route of a van: the plan's name, its revision, the route."""
        for stream in self._ledger.streams(f"plan/{day}/"):
            plan = self._ledger.load(stream, PLAN).state
            if plan is None or plan.published is None or not stream.endswith(f"/{wave}"):
                continue
            for route in plan.revisions[plan.published].routes:
                if route.van == van:
                    return plan.plan, plan.published, route
        raise Refused("run.no-plan", day=day, wave=wave, van=van)

    def leaving_times(self, run: Run) -> dict[tuple[int, str], int]:
        """
        When the van was to leave each stop, and its hub, on each trip: by number of the trip and place, in
        microseconds UTC. Nothing for a run without a plan, or that its plan has no route for any more.
        """
        plan = None if run.plan is None else self._ledger.load(f"plan/{run.plan}", PLAN).state
        routes = () if plan is None or run.revision is None else plan.revisions[run.revision].routes
        route = next((one for one in routes if one.van == run.van), None)
        if route is None:
            return {}
        seconds = {(number, stop.branch): stop.leaves for number, trip in enumerate(route.trips, 1) for stop in trip}
        seconds |= {(number, route.hub): reload.leaves for number, reload in enumerate(route.reloads or (), 2)}
        day = date.fromisoformat(run.run.partition("/")[0])
        return {place: self.instant(route.hub, day, leaves) for place, leaves in seconds.items()}

    def instant(self, hub: str, day: date, seconds: int) -> int:
        branch = self._ledger.load(branch_stream(hub), BRANCH).state
        zone = zone_of("UTC" if branch is None else branch.time_zone)
        return at_minute(day, seconds // 60, zone) + seconds % 60 * SECOND_US

    def trunk(self, name: str) -> Trunk:
        courier = self._ledger.load(COURIER, COURIER_FOLD).state
        trunk = None if courier is None else courier.trunks.get(name)
        if trunk is None:
            raise Unknown("trunk.unknown:yard", run=name[:60])
        return trunk
