"""
An item's way through the network: branch, hub, trunk runs from hub to hub, branch.

Vans carry between a hub and the branches that it serves on their service days; trunk runs carry between hubs by
timetable. The way between hubs is a shortest path over a time-expanded graph of the trunk departures, each reached
by being sorted before its cut-off. `Ways` is pure over branches, courier settings, calendar and shifts, and keeps
what it worked out: a scan asks it for every item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from circulation.branch import Branch
from circulation.calendar import Calendar, Span, at_minute, local_day, zone_of
from circulation.clock import MINUTE_US
from circulation.lookups import NextStop
from circulation.service import Suspension, that_blocks
from logistics.fleet import Van
from logistics.network import Courier, Trunk
from logistics.trunks import Departure, TrunkGraph

__all__ = ["SORT_MINUTES", "HubDay", "Leg", "NoWay", "Ways", "hub_days"]

SORT_MINUTES = 30
"""What is at a hub this long before its vans leave is sorted and rides with them."""
_HORIZON_DAYS = 35
_SLICE_DAYS = 7


@dataclass(frozen=True, slots=True)
class HubDay:
    """The weekdays (0 Monday) on which a hub's vans work; first leaving, last back, in local minutes of the day."""

    days: frozenset[int] = frozenset(range(7))
    leaves_minute: int = 7 * 60
    back_minute: int = 18 * 60


@dataclass(frozen=True, slots=True)
class NoWay:
    """A place that items cannot get to, and why, in one sentence."""

    branch: str
    why: str


@dataclass(frozen=True, slots=True)
class Leg:
    """
    One ride of the timetable: ready at `origin` by `ready_us`, it is at `destination` by `lands_us` at the latest.

    `kind` is `collect` (branch to hub), `trunk` (hub to hub) or `deliver` (hub to branch).
    """

    kind: Literal["collect", "trunk", "deliver"]
    origin: str
    destination: str
    ready_us: int
    lands_us: int


def hub_days(vans: Iterable[Van]) -> dict[str, HubDay]:
    """For every hub with vans, the days and hours between which any of them is out."""
    by_hub: dict[str, list[Van]] = {}
    for van in vans:
        if not van.retired:
            by_hub.setdefault(van.hub, []).append(van)
    return {
        hub: HubDay(
            days=frozenset(day for van in theirs for day in van.days),
            leaves_minute=min(van.shift_starts_minute for van in theirs),
            back_minute=max(van.shift_ends_minute for van in theirs),
        )
        for hub, theirs in by_hub.items()
    }


class Ways:
    """
    Answers where an item goes next and when it can be there.

    A branch that several hubs serve belongs to the first of them by code. `hub_days` is by hub; where it says
    nothing, vans are out from 07:00 to 18:00 every day. Over a part that one of the
    `suspensions` covers no van calls and no trunk run leaves, so that what must go there arrives later; where it goes
    next stays so. Implements `circulation.lookups.Courier`.
    """

    def __init__(
        self,
        branches: Mapping[str, Branch],
        courier: Courier,
        calendar: Calendar,
        hub_days: Mapping[str, HubDay] | None = None,
        suspensions: Iterable[Suspension] = (),
    ) -> None:
        self._branches = {code: branch for code, branch in branches.items() if not branch.retired}
        self._courier = courier
        self._calendar = calendar
        self._hub_days = dict(hub_days or {})
        self._suspensions = tuple(suspensions)
        self.hubs = tuple(sorted(code for code, branch in self._branches.items() if branch.serves is not None))
        self._hub_of: dict[str, str] = {hub: hub for hub in self.hubs}
        for hub in self.hubs:
            for code in self._branches[hub].serves or ():
                if code in self._branches:
                    self._hub_of.setdefault(code, hub)
        self._graphs: dict[tuple[int, bool], TrunkGraph] = {}
        self._calls: dict[tuple[str, date], Span | None] = {}
        self._called: dict[str, bool] = {}
        self._instants: dict[tuple[str, date, int], int] = {}

    def hub_of(self, branch: str) -> str | None:
        """The hub whose vans call at the branch; a hub is its own; None where no hub serves it."""
        return self._hub_of.get(branch)

    def served_by(self, hub: str) -> tuple[str, ...]:
        """The branches of a hub without the hub itself, sorted."""
        return tuple(sorted(code for code, its in self._hub_of.items() if its == hub and code != hub))

    def next_hop(self, origin: str, destination: str, at_us: int) -> str | None:
        """
        Where what lies at `origin` travels next on its way to `destination`; None where there is no way.

        From a branch it is its hub, or the destination where the sort table names a direct tote; from a hub it is
        a branch that it serves, or the next hub by the trunk run that gets there soonest.
        """
        start, goal = self._hub_of.get(origin), self._hub_of.get(destination)
        if origin == destination or start is None or goal is None or not self._is_called_at(destination):
            return None
        if origin == start:
            return destination if goal == start else self._next_hub(start, goal, at_us)
        if start != goal and self._next_hub(start, goal, at_us) is None:
            return None
        return destination if (origin, destination) in self._courier.direct else start

    def next_stop(self, branch: str, destination: str, reason: str, at_us: int) -> NextStop | None:
        """Which tote takes an item at `branch` that is to go to `destination`; None where there is no way."""
        hop = self.next_hop(branch, destination, at_us)
        if hop is None:
            return None
        if branch == self._hub_of[branch]:
            return NextStop(hop, "sorted")
        if hop == destination and (branch, destination) in self._courier.direct:
            return NextStop(hop, "direct")
        return NextStop(hop, "holds" if reason == "hold" else "returns")

    def arrival(self, origin: str, destination: str, at_us: int) -> int | None:
        """
        By when what is ready at `origin` at that instant is at `destination` at the soonest; None without a way.

        A van may come as early as its window opens, so what is ready later rides on the next service day; at the
        destination it is counted as there when the day's last window closes.
        """
        if origin == destination:
            return at_us
        legs = self.legs(origin, destination, at_us)
        return legs[-1].lands_us if legs else None

    def legs(self, origin: str, destination: str, at_us: int) -> tuple[Leg, ...]:
        """The rides by which what is ready at `origin` at that instant gets there soonest; none without a way."""
        start, goal = self._hub_of.get(origin), self._hub_of.get(destination)
        if start is None or goal is None or origin == destination:
            return ()
        sets_out_us = self._sets_out(origin, destination, at_us)
        if sets_out_us is None:
            return ()
        legs: list[Leg] = []
        ready_us = sets_out_us
        if origin != start:
            called = self._next_call(origin, start, ready_us)
            if called is None:
                return ()
            opens_us = self._instant(origin, called[0], called[1].opens_minute)
            ready_us = self._instant(start, called[0], self._hub_day(start).back_minute)
            legs.append(Leg("collect", origin, start, opens_us, ready_us))
        if start != goal:
            runs = self._graph(ready_us).way(start, goal, ready_us)
            if not runs:
                return ()
            legs += [Leg("trunk", run.origin, run.destination, run.ready_us, run.lands_us) for run in runs]
            ready_us = runs[-1].lands_us
        if destination != goal:
            delivery = self._next_delivery(destination, goal, ready_us)
            if delivery is None:
                return ()
            lands_us = self._instant(destination, delivery[0], delivery[1].closes_minute)
            legs.append(Leg("deliver", goal, destination, self._loading_ends(goal, delivery[0]), lands_us))
        return tuple(legs)

    def cutoff(self, branch: str, at_us: int) -> int | None:
        """
        Until when an item must be packed at the branch for the next van (at a hub: for the next departure).

        None where no van calls within five weeks.
        """
        hub = self._hub_of.get(branch)
        if hub is None:
            return None
        if branch != hub:
            called = self._next_call(branch, hub, at_us)
            return None if called is None else self._instant(branch, called[0], called[1].opens_minute)
        departures = [self._graph(at_us).next_cutoff(hub, at_us)]
        for code in self.served_by(hub):
            leaves = self._next_delivery(code, hub, at_us)
            departures.append(None if leaves is None else self._loading_ends(hub, leaves[0]))
        return min((departure for departure in departures if departure is not None), default=None)

    def departure(self, hub: str, stop: str, at_us: int) -> int | None:
        """
        Until when something must be sorted at the hub for its next departure to `stop`, one of its branches or
        another hub; None where nothing leaves for it within five weeks.
        """
        if self._hub_of.get(stop) == hub:
            leaves = self._next_delivery(stop, hub, at_us)
            return None if leaves is None else self._loading_ends(hub, leaves[0])
        return self._graph(at_us).next_cutoff(hub, at_us, to=stop)

    def path(self, origin: str, destination: str, day: str) -> tuple[str, ...]:
        """
        The places of the way from the first to the last; empty where there is none, suspended or not.

        Between hubs it is the one with the fewest trunk runs that are not suspended on the day (`2026-11-24`), else
        with the fewest.
        """
        start, goal = self._hub_of.get(origin), self._hub_of.get(destination)
        if origin == destination or start is None or goal is None:
            return ()
        between = self._over_hubs(start, goal, day) or self._over_hubs(start, goal, None)
        if (origin, destination) in self._courier.direct and start == goal:
            between = (start,)
        return tuple(dict.fromkeys((origin, *between, destination))) if between else ()

    def halt(self, origin: str, destination: str, day: str) -> Suspension | None:
        """The suspension that keeps what lies at a place on a day from its way; None for none."""
        return that_blocks(self._suspensions, self.path(origin, destination, day), day) if self._suspensions else None

    def no_call(self, branch: str, day: date) -> Suspension | None:
        """The suspension for which no van calls at a branch on a day, whatever it brings or takes; None for none."""
        hub = self._hub_of.get(branch)
        if hub is None or hub == branch:
            return None
        scopes = ("all", f"branch/{branch}", f"hub/{hub}")
        text = day.isoformat()
        return next((one for one in self._suspensions if one.scope in scopes and one.holds_on(text)), None)

    def call(self, branch: str, day: date) -> Span | None:
        """Between which minutes of that day a van may call at the branch; None on a day without service."""
        key = (branch, day)
        if key not in self._calls:
            self._calls[key] = self._work_out_call(branch, day)
        return self._calls[key]

    def without_way(self) -> tuple[NoWay, ...]:
        """Every place that items cannot be sent to from everywhere, with the reason, sorted by code."""
        found: list[NoWay] = []
        for code in sorted(self._branches):
            hub = self._hub_of.get(code)
            if hub is None:
                found.append(NoWay(code, f"No hub serves {code}."))
            elif not self._is_called_at(code):
                found.append(NoWay(code, f"{code} has no hours on a day on which the vans of {hub} work."))
        reachable = {hub: self._reachable(hub) for hub in self.hubs}
        for goal in self.hubs:
            cut_off = [hub for hub in self.hubs if hub != goal and goal not in reachable[hub]]
            if cut_off:
                found.append(NoWay(goal, f"No trunk run leads to {goal} from {', '.join(cut_off)}."))
        return tuple(found)

    def back_minute(self, hub: str) -> int:
        """The minute of the day at which the last van of a hub is back."""
        return self._hub_day(hub).back_minute

    # --- vans ---

    def _hub_day(self, hub: str) -> HubDay:
        return self._hub_days.get(hub, _EVERY_DAY)

    def _is_called_at(self, branch: str) -> bool:
        """Whether an ordinary week has a day on which a van calls (a hub needs none)."""
        if branch not in self._called:
            hub = self._hub_of[branch]
            self._called[branch] = branch == hub or bool(self._calendar.service_days(branch) & self._hub_day(hub).days)
        return self._called[branch]

    def _work_out_call(self, branch: str, day: date) -> Span | None:
        hub = self._hub_of.get(branch)
        if hub is None or hub == branch:
            return None
        if self.no_call(branch, day) is not None:
            return None
        its = self._hub_day(hub)
        windows = self._calendar.delivery_windows(branch, day) if day.weekday() in its.days else ()
        reached = [w for w in windows if w.closes_minute > its.leaves_minute and w.opens_minute < its.back_minute]
        if not reached or self._calendar.closure_on(hub, day) is not None:
            return None
        opens = max(reached[0].opens_minute, its.leaves_minute)
        return Span(opens, min(reached[-1].closes_minute, its.back_minute))

    def _sets_out(self, origin: str, destination: str, at_us: int) -> int | None:
        """From when on nothing on the way is suspended any more; None where nobody knows when that will be."""
        if not self._suspensions:
            return at_us
        for day in self._days(origin, at_us):
            if self.halt(origin, destination, day.isoformat()) is None:
                return max(at_us, self._instant(origin, day, 0))
        return None

    def _is_halted(self, origin: str, destination: str, day: date) -> bool:
        """Whether just this leg is suspended."""
        held = self._suspensions
        return bool(held) and that_blocks(held, (origin, destination), day.isoformat()) is not None

    def _next_call(self, branch: str, hub: str, at_us: int) -> tuple[date, Span] | None:
        """The first day, and the span in it, on which a van may call for the hub at or after that instant."""
        for day in self._days(branch, at_us):
            span = None if self._is_halted(branch, hub, day) else self.call(branch, day)
            if span is not None and self._instant(branch, day, span.opens_minute) >= at_us:
                return day, span
        return None

    def _next_delivery(self, branch: str, hub: str, at_us: int) -> tuple[date, Span] | None:
        """The first day, and the span in it, on which a van brings what is at the hub at that instant."""
        for day in self._days(hub, at_us):
            span = None if self._is_halted(hub, branch, day) else self.call(branch, day)
            if span is not None and self._loading_ends(hub, day) >= at_us:
                return day, span
        return None

    def _loading_ends(self, hub: str, day: date) -> int:
        return self._instant(hub, day, max(0, self._hub_day(hub).leaves_minute - SORT_MINUTES))

    def _days(self, code: str, at_us: int) -> Iterable[date]:
        first = local_day(at_us, zone_of(self._branches[code].time_zone))
        return (first + timedelta(days=ahead) for ahead in range(_HORIZON_DAYS))

    def _instant(self, code: str, day: date, minute: int) -> int:
        key = (code, day, minute)
        if key not in self._instants:
            self._instants[key] = at_minute(day, minute, zone_of(self._branches[code].time_zone))
        return self._instants[key]

    # --- trunk runs ---

    def _next_hub(self, start: str, goal: str, at_us: int) -> str | None:
        found = self._graph(at_us).soonest(start, goal, at_us)
        if found is None and self._suspensions:
            # Where service will be back some day, the way is where it was.
            found = self._graph(at_us, whole=True).soonest(start, goal, at_us)
        return None if found is None else found[1]

    def _over_hubs(self, start: str, goal: str, day: str | None) -> tuple[str, ...]:
        """The hubs from one to another over the fewest trunk runs, `day` given only over those of no suspension."""
        ways: dict[str, tuple[str, ...]] = {start: (start,)}
        waiting = [start]
        for hub in waiting:
            for trunk in sorted(self._usable_trunks(), key=lambda one: one.destination):
                leg = (trunk.origin, trunk.destination)
                if trunk.origin != hub or trunk.destination in ways:
                    continue
                if day is None or that_blocks(self._suspensions, leg, day) is None:
                    ways[trunk.destination] = (*ways[hub], trunk.destination)
                    waiting.append(trunk.destination)
        return ways.get(goal, ())

    def _graph(self, at_us: int, *, whole: bool = False) -> TrunkGraph:
        """
        The departures of the weeks around an instant; one graph serves a whole week of questions.

        With `whole` those that are suspended are in it too.
        """
        number = local_day(at_us, zone_of("UTC")).toordinal() // _SLICE_DAYS
        if (number, whole) not in self._graphs:
            first = date.fromordinal(number * _SLICE_DAYS - 1)
            self._graphs[number, whole] = TrunkGraph(self._departures(first, whole=whole))
        return self._graphs[number, whole]

    def _departures(self, first: date, *, whole: bool) -> Iterable[Departure]:
        for trunk in sorted(self._usable_trunks(), key=lambda t: t.trunk):
            for ahead in range(_SLICE_DAYS + _HORIZON_DAYS):
                day = first + timedelta(days=ahead)
                if day.weekday() not in trunk.days or self._calendar.closure_on(trunk.origin, day) is not None:
                    continue
                if not whole and self._is_halted(trunk.origin, trunk.destination, day):
                    continue
                leaves_us = self._instant(trunk.origin, day, trunk.departs_minute)
                lands = day + timedelta(days=trunk.arrives_days)
                yield Departure(
                    trunk.origin,
                    leaves_us - trunk.cutoff_minutes * MINUTE_US,
                    trunk.destination,
                    self._instant(trunk.destination, lands, trunk.arrives_minute),
                )

    def _usable_trunks(self) -> list[Trunk]:
        hubs = set(self.hubs)
        return [
            trunk
            for trunk in self._courier.trunks.values()
            if trunk.origin in hubs
            and trunk.destination in hubs
            and trunk.arrives_days * 1440 + trunk.arrives_minute > trunk.departs_minute
        ]

    def _reachable(self, hub: str) -> set[str]:
        import networkx as nx  # heavy, and not needed where there is one hub

        graph = nx.DiGraph((trunk.origin, trunk.destination) for trunk in self._usable_trunks())
        return set(nx.descendants(graph, hub)) if hub in graph else set()


_EVERY_DAY = HubDay()
