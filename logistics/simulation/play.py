"""
Plays a network forward, second by second where something happens: readers, vans, hubs and trunk runs.

What is packed at a branch or sorted at a hub before the vans are planned in the morning rides that day, as the ways of
`logistics.ways` promise; every plan is the real solver's. After the last day nothing new sets out, and what is under
way travels on for up to thirty days, so that each journey's time is known; only the weeks themselves cost anything.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise

from logistics.network import Trunk
from logistics.simulation.demand import Demand
from logistics.simulation.places import Place, Places, aboard, at_hub, held, lent, on_trunk, shelved, waiting
from logistics.simulation.record import DayRecord, Journey, Record
from logistics.simulation.setting import Setting
from logistics.simulation.tours import DayTours, StopLoad, Trip, tours_of, trips_of
from logistics.solution import Route, Solution
from logistics.solver import Budget, solve
from logistics.ways import SORT_MINUTES

__all__ = ["Play"]

_DAY = 86_400
_PULLED_BEFORE_CLOSING = 50 * 60
_SHELF_DAYS = 9
"""So long an unfetched copy waits on the hold shelf (LibrariesWest: circulation reference, section 2.1)."""
_RUN_OUT_DAYS = 30

Told = Callable[[int], None]
"""Hears the number of each day that was played."""


class Play:
    """One play of one demand; `run` may be called once."""

    def __init__(self, setting: Setting, demand: Demand, *, days: int, seed: int) -> None:
        self._setting = setting
        self._policy = setting.policy
        self._demand = demand
        self._days = days
        self._seed = seed
        asks, backs = demand.asks, demand.backs
        # Items are numbered: first those that are asked for, then those that are brought back.
        self.places = Places(len(asks) + len(backs))
        self._home = [ask.source for ask in asks] + [back.home for back in backs]
        self._goal = [ask.pickup for ask in asks] + [back.home for back in backs]
        self._reason = ["hold"] * len(asks) + ["home"] * len(backs)
        self._since = [0] * self.places.items
        self._at_hub_since = [0] * self.places.items
        self._unsorted: set[int] = set()
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._order = 0
        self._now = 0
        self._journeys: list[Journey] = []
        self._floated = 0
        self._travelling: set[int] = set()
        self._today = DayRecord(0)
        self._yesterday: dict[str, Solution] = {}
        self._hops: dict[tuple[str, str, int], str | None] = {}

    def run(self, tell: Told = lambda _day: None) -> Record:
        """Play all days. Raises `ValueError` should an item ever be in two places or in none."""
        self._begin()
        played: list[DayRecord] = []
        under_way = 0
        for number in range(self._days + _RUN_OUT_DAYS):
            if number >= self._days and not self._travelling:
                break
            self._today = DayRecord(number)
            self._put_on_agenda(number)
            while self._agenda and self._agenda[0][0] < (number + 1) * _DAY:
                self._now, _, step = heapq.heappop(self._agenda)
                step()
            self._today.balance = self.places.balance()
            if number < self._days:
                played.append(self._today)
                under_way = len(self._travelling)
            tell(number)
        for item in sorted(self._travelling):
            self._journeys.append(Journey(self._reason[item], None))
        return Record(played, self._journeys, self._floated, under_way)

    def _begin(self) -> None:
        for item, ask in enumerate(self._demand.asks):
            self.places.begin(item, shelved(ask.source))
            self._on_open_day(ask.source, ask.day, None, partial(self._pull, item))
        for item, back in enumerate(self._demand.backs, len(self._demand.asks)):
            self.places.begin(item, lent)
            self._on_open_day(back.branch, back.day, back.share, partial(self._bring_back, item, back.branch))

    # --- time ---

    def _at(self, second: int, step: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._agenda, (second, self._order, step))

    def _on_open_day(self, branch: str, number: int, share: float | None, step: Callable[[], None]) -> None:
        """
        On that day or the next on which the branch opens: after a share of its hours, None: shortly before closing.

        Nothing new sets out after the last day.
        """
        day = self._setting.open_day(branch, number)
        if day is None or day >= self._days:
            return
        if share is None:
            second = max(0, self._setting.second_at(branch, day, 1) - _PULLED_BEFORE_CLOSING)
        else:
            second = self._setting.second_at(branch, day, share)
        self._at(day * _DAY + second, step)

    def _put_on_agenda(self, number: int) -> None:
        """The vans and trunk runs of a day."""
        setting = self._setting
        weekday = setting.day(number).weekday()
        shifts: dict[str, int] = {}
        for van in setting.situation.vans.values():
            if weekday in van.days:
                shifts[van.hub] = min(shifts.get(van.hub, _DAY), van.shift_starts_minute * 60)
        for hub, starts in sorted(shifts.items()):
            self._at(number * _DAY + max(0, starts - SORT_MINUTES * 60), partial(self._send_vans, hub, number))
        for name, trunk in sorted(setting.situation.courier.trunks.items()):
            if weekday in trunk.days:
                self._at(number * _DAY + trunk.departs_minute * 60, partial(self._send_trunk, name, trunk))

    # --- readers ---

    def _pull(self, item: int) -> None:
        branch = self._home[item]
        self._set_out(item, branch, shelved(branch))

    def _bring_back(self, item: int, branch: str) -> None:
        self._goal[item], self._reason[item] = self._home[item], "home"
        if branch == self._home[item] or self._floats(item, branch):
            self._floated += branch != self._home[item]
            self.places.move([item], lent, shelved(branch))
            return
        self._set_out(item, branch, lent)

    def _floats(self, item: int, branch: str) -> bool:
        floating, asks = self._policy.floating, self._demand.asks
        drawn = asks[item].floats if item < len(asks) else self._demand.backs[item - len(asks)].floats
        member = self._setting.situation.branches
        within = floating.scope == "network" or (
            floating.scope == "member" and member[branch].member == member[self._home[item]].member
        )
        return within and drawn * 100 < floating.percent

    def _set_out(self, item: int, branch: str, source: Place) -> None:
        self._since[item] = self._now
        self._travelling.add(item)
        if branch in self._setting.ways.hubs:
            self._lay_down([item], source, branch)
        else:
            self.places.move([item], source, waiting(branch))

    def _arrive(self, items: Iterable[int], source: Place, branch: str) -> None:
        """Items are at their destination; who waits for one comes for it."""
        for item in items:
            self._journeys.append(Journey(self._reason[item], self._now - self._since[item]))
            self._travelling.discard(item)
            self._today.arrived += 1
            if self._reason[item] == "home":
                self.places.move([item], source, shelved(branch))
                continue
            self.places.move([item], source, held(branch))
            ask, today = self._demand.asks[item], self._now // _DAY
            if ask.fetched_after is None:
                self._on_open_day(branch, today + _SHELF_DAYS, None, partial(self._send_home, item))
            else:
                self._on_open_day(branch, today + ask.fetched_after, ask.fetch_share, partial(self._fetch, item))

    def _fetch(self, item: int) -> None:
        ask = self._demand.asks[item]
        self.places.move([item], held(ask.pickup), lent)
        day = self._now // _DAY + ask.kept
        self._on_open_day(ask.back_to, day, ask.back_share, partial(self._bring_back, item, ask.back_to))

    def _send_home(self, item: int) -> None:
        """Nobody came for it."""
        branch = self._goal[item]
        self._goal[item], self._reason[item] = self._home[item], "home"
        self._set_out(item, branch, held(branch))

    # --- hubs ---

    def _lay_down(self, items: Sequence[int], source: Place, hub: str) -> None:
        """Items come to a hub, and are put where they go on from."""
        there = [item for item in items if self._goal[item] == hub]
        self._arrive(there, source, hub)
        for item in items:
            if self._goal[item] == hub:
                continue
            self._at_hub_since[item] = self._now
            self.places.move([item], source, at_hub(hub, self._hop(hub, self._goal[item]) or ""))

    def _hop(self, hub: str, goal: str) -> str | None:
        """Where next; one question a hour and goal is asked of the ways."""
        ways = self._setting.ways
        if ways.hub_of(goal) == hub:
            return goal
        key = (hub, ways.hub_of(goal) or goal, self._now // 3600)
        if key not in self._hops:
            day, second = divmod(self._now, _DAY)
            self._hops[key] = ways.next_hop(hub, goal, self._setting.instant(hub, day, second))
        return self._hops[key]

    def _send_trunk(self, name: str, trunk: Trunk) -> None:
        setting, today = self._setting, self._today
        one, other = setting.row[trunk.origin], setting.row[trunk.destination]
        metres = int(setting.roads.metres[one, other])
        today.trunk_metres += metres
        today.trunk_micros += round(metres * self._policy.trunks.cents_per_km * 10)
        place = at_hub(trunk.origin, trunk.destination)
        cutoff = self._now - trunk.cutoff_minutes * 60
        ready = [item for item in self.places.of(place) if self._at_hub_since[item] <= cutoff]
        room = trunk.totes * setting.items_per_tote
        self._leave("no room on the trunk run", len(ready[room:]))
        self.places.move(ready[:room], place, on_trunk(name))
        lands = (self._now // _DAY + trunk.arrives_days) * _DAY + trunk.arrives_minute * 60
        self._at(lands, partial(self._land, name, trunk.destination))

    def _land(self, name: str, hub: str) -> None:
        items = self.places.of(on_trunk(name))
        if self._policy.sorting.mode == "van":
            self._unsorted.update(items)
        else:
            self._today.sorted += len(items)
        self._lay_down(items, on_trunk(name), hub)

    # --- vans ---

    def _send_vans(self, hub: str, number: int) -> None:
        """Plan the vans of a hub and let them go."""
        setting = self._setting
        wanted: dict[str, StopLoad] = {}
        for branch in setting.ways.served_by(hub):
            load = StopLoad(tuple(self.places.of(at_hub(hub, branch))), tuple(self.places.of(waiting(branch))))
            items = len(load.deliver) + len(load.collect)
            if not setting.is_called_at(branch, number) or not (items or self._policy.sorting.mode != "hub"):
                continue
            if setting.mishaps.is_shut(branch, setting.day(number)):
                self._leave("branch shut", items)
                continue
            wanted[branch] = load
        if not any(load.deliver or load.collect for load in wanted.values()):
            return
        tours = tours_of(setting, hub, number, wanted, goal=self._goal, unsorted=self._unsorted)
        before = self._yesterday.get(hub)
        solution = solve(tours.problem, Budget(iterations=self._policy.iterations), self._seed, before)
        self._yesterday[hub] = solution
        self._leave("no room in the vans", len(tours.over))
        for left in solution.unserved:
            load = tours.loads[left.stop]
            self._leave("no room in the vans", len(load.deliver) + len(load.collect))
        for route in solution.routes:
            self._drive(hub, number, tours, route)

    def _drive(self, hub: str, number: int, tours: DayTours, route: Route) -> None:
        """Put a tour on the agenda, as far as the van comes."""
        setting, today = self._setting, self._today
        lost = setting.mishaps.lost_at(route.van, setting.day(number))
        ends = route.return_hub if lost is None else int(route.leave_hub + lost * route.seconds)
        van = setting.situation.vans[route.van]
        today.vans += 1
        today.seconds += route.seconds
        today.micros += van.cost_per_day_cents * 10_000 + round(route.seconds * van.cost_per_hour_cents * 10_000 / 3600)
        for trip in trips_of(route):
            made = self._make_trip(hub, number, tours, route.van, trip, ends)
            legs = [hub, *made, hub]
            metres = [int(setting.roads.metres[setting.row[a], setting.row[b]]) for a, b in pairwise(legs)]
            today.calls += len(made)
            today.metres += sum(metres)
            today.micros += sum(metres) * van.cost_per_km_cents * 10
            today.fill += sum(totes * driven for totes, driven in zip(trip.totes, metres, strict=False))
            today.room += van.totes * sum(metres)
            today.fullest.append((max(trip.totes), van.totes))

    def _make_trip(self, hub: str, number: int, tours: DayTours, van: str, trip: Trip, ends: int) -> list[str]:
        """Put a trip on the agenda, up to the second at which the van breaks down; the stops to which it comes."""
        mishaps, day, midnight = self._setting.mishaps, self._setting.day(number), number * _DAY
        order = {stop: place for place, stop in enumerate(trip.stops)}
        made = []
        if trip.leaves <= ends:
            self._at(midnight + trip.leaves, partial(self._load, hub, van, trip, tours))
        for visit in trip.visits:
            if visit.start >= ends:
                self._at(midnight + ends, partial(self._miss, tours, visit.stop, "van broke down"))
                continue
            made.append(visit.stop)
            if mishaps.is_missed(visit.stop, day):
                self._at(midnight + visit.start, partial(self._miss, tours, visit.stop, "nobody at the door"))
            else:
                self._at(midnight + visit.start, partial(self._call, van, visit.stop, tours, order))
        if trip.leaves <= ends:
            self._at(midnight + trip.returns, partial(self._come_back, hub, van, trip))
        return made

    def _load(self, hub: str, van: str, trip: Trip, tours: DayTours) -> None:
        for stop in trip.stops:
            items = tours.loads[stop].deliver
            self.places.move(items, at_hub(hub, stop), aboard(van, stop))
            self._unsorted.difference_update(items)

    def _call(self, van: str, stop: str, tours: DayTours, order: dict[str, int]) -> None:
        off = self.places.of(aboard(van, stop))
        self._note_same_run(off, tours.loads[stop])
        self._arrive(off, aboard(van, stop), stop)
        for item in tours.loads[stop].collect:
            goal = self._goal[item]
            rides = (stop, goal) in tours.direct and order.get(goal, -1) > order[stop]
            self.places.move([item], waiting(stop), aboard(van, goal if rides else ""))
            if (stop, goal) not in tours.direct and self._policy.sorting.mode != "van":
                self._today.sorted += 1

    def _note_same_run(self, off: Sequence[int], load: StopLoad) -> None:
        """Count what came off a van without having seen the hub."""
        self._today.same_run += len(set(off) - set(load.deliver))

    def _miss(self, tours: DayTours, stop: str, cause: str) -> None:
        load = tours.loads[stop]
        self._leave(cause, len(load.deliver) + len(load.collect))

    def _leave(self, cause: str, items: int) -> None:
        """Count what should have travelled today and did not."""
        if items:
            self._today.left[cause] += items

    def _come_back(self, hub: str, van: str, trip: Trip) -> None:
        for towards in ("", *trip.stops):
            self._lay_down(self.places.of(aboard(van, towards)), aboard(van, towards), hub)
