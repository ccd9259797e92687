"""
The rest of a day as a routing problem, twice: as it is searched, and as it is recorded.

Searched is only what is ahead: of a van that is out its last call alone, pinned to its second, so that the van sets out
from there. Recorded is the whole day with every call pinned to its van, its order and its time, and with the seconds
that were really driven between them; so a later change of the plan cannot touch what is done. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from logistics.day_stops import MUST_MICROS
from logistics.demand import Load
from logistics.pin import Pin, pinned_windows
from logistics.plan import PlanDrafted, PlannedRoute, PlannedStop
from logistics.problem import UNLIMITED, Break, Hub, Pair, RoutingProblem, Stop, Van
from logistics.rest_of_day import RestOfDay, Task, trips_left
from logistics.solution import Reload, Route, Solution, Visit
from logistics.stability import Stability, Usual
from logistics.vans_now import VanNow

__all__ = ["Steadiness", "fastest_start", "searched", "share_of", "whole_day"]

HANDOVER_SECONDS = 60
"""What taking one tote over from a lost van takes."""
TOTE_MICROS = 40_000_000
"""What a tote that is late by a day counts where nobody knows what is in it: twenty items going home."""

ABOARD_MICROS = 1_000_000_000
"""
What bringing a tote back to the hub counts on top, a thousand of the currency: a van delivers what it has before it
takes anything else.
"""


@dataclass(frozen=True, slots=True)
class Steadiness:
    """
    What a change must save before a driver gets it: micros for a stop that changes its van, and for one that comes
    after another stop than planned.
    """

    van: int = 5_000_000
    neighbour: int = 1_000_000


@dataclass(frozen=True)
class _Part:
    """The vans that take part and the calls of each that the problem holds."""

    vans: Mapping[str, VanNow]
    calls: Mapping[str, tuple[Task, ...]]
    is_whole: bool


@dataclass(frozen=True)
class _Moment:
    """A call that was made or stays, or a reload that was made (without a task): when it starts and is over."""

    starts: int
    leaves: int
    task: Task | None = None


def searched(
    rest: RestOfDay, before: PlanDrafted, fleet: Mapping[str, Van], hubs: Sequence[str], steadiness: Steadiness
) -> RoutingProblem:
    """What is ahead, for the vans that can still go; `fleet` are the day's vans as a fresh plan would have them."""
    vans = {
        van.van: van
        for van in rest.vans
        if van.van not in rest.mishaps.lost and van.state != "back" and _can_go(van, fleet[van.van], rest.at)
    }
    calls = {van: rest.trips_of(now)[-1][-1:] for van, now in vans.items()}
    return _Builder(rest, before, fleet, hubs, _Part(vans, calls, False), steadiness).problem(rest.tasks.values())


def whole_day(
    rest: RestOfDay,
    before: PlanDrafted,
    fleet: Mapping[str, Van],
    hubs: Sequence[str],
    steadiness: Steadiness,
    *,
    without: Iterable[str] = (),
) -> RoutingProblem:
    """The whole day, what is done included; the tasks `without` are not part of it."""
    gone = set(without)
    calls = {van.van: rest.calls_of(van.van) for van in rest.vans}
    vans = {
        van.van: van
        for van in rest.vans
        if calls[van.van]
        or (van.van not in rest.mishaps.lost and van.state != "back" and _can_go(van, fleet[van.van], rest.at))
    }
    tasks = [task for task in rest.tasks.values() if task.id not in gone]
    part = _Part(vans, {van: calls[van] for van in vans}, True)
    return _Builder(rest, before, fleet, hubs, part, steadiness).problem(tasks)


def _can_go(now: VanNow, van: Van, at: int) -> bool:
    """Whether a van can still do something: it is out, or its shift is not over."""
    return now.state == "out" or max(at, van.shift_start) < van.shift_end


def fastest_start(rest: RestOfDay, before: PlanDrafted, problem: RoutingProblem) -> Solution:
    """The published routes as far as they are still ahead: where the search begins."""
    routes = []
    for van in rest.vans:
        calls = [task.id for task in rest.trips_of(van)[-1][-1:]]
        known = [code for code in van.ahead if code in problem.stop_index]
        ahead = [code for code in known if rest.tasks[code].only in (None, van.van)]
        if van.van in problem.van_index and (calls or ahead):
            visits = tuple(Visit(stop, 0, 0, 0) for stop in (*calls, *ahead))
            reloads = _reloads_ahead(before, van, ahead, len(calls))
            routes.append(Route(van.van, 0, visits, 0, None, None, (), (), 0, 0, 0, reloads))
    return Solution(problem.digest(), tuple(routes), (), 0, "published", str(before.revision), 0, 0)


def _reloads_ahead(before: PlanDrafted, van: VanNow, ahead: Sequence[str], calls: int) -> tuple[Reload, ...]:
    """Where the published route goes back to the hub between two stops that are ahead, or after the last call."""
    found = []
    for route in before.routes:
        for reload in (route.reloads or ())[len(van.reloads) :] if route.van == van.van else ():
            behind = {stop.branch for stop in route.stops[reload.after :]}
            sooner = calls + sum(code not in behind for code in ahead)
            if 0 < sooner < calls + len(ahead):
                found.append(Reload(sooner, 0, 0, 0, 0))
    return tuple(found)


def share_of(load: Load, count: int) -> Load:
    """So many totes of a load; items and what they are worth are shared out evenly."""
    if count == load.totes:
        return load
    whole = max(1, load.totes)
    return replace(
        load,
        totes=count,
        waiting=load.waiting * count // whole,
        expected=load.expected * count // whole,
        fillings=load.fillings[:count],
        by_reason={reason: items * count // whole for reason, items in load.by_reason.items()},
        micros=load.micros * count // whole,
    )


class _Builder:
    def __init__(
        self,
        rest: RestOfDay,
        before: PlanDrafted,
        fleet: Mapping[str, Van],
        hubs: Sequence[str],
        part: _Part,
        steadiness: Steadiness,
    ) -> None:
        self._rest = rest
        self._before = before
        self._fleet = fleet
        self._hubs = tuple(hubs)
        self._part = part
        self._steadiness = steadiness
        self._routes = {route.van: route for route in before.routes}

    def problem(self, tasks: Iterable[Task]) -> RoutingProblem:
        calls = [task for van in self._part.calls.values() for task in van]
        todo = [task for task in tasks if task.kind != "call"]
        every = [*calls, *todo]
        index = {task.id: number for number, task in enumerate(every)}
        codes = [*self._hubs, *(task.branch for task in every)]
        metres, seconds = self._rest.ground.matrices(codes)
        vans = {van: number for number, van in enumerate(self._part.vans)}
        self._drive_as_told(metres, seconds, index)
        pins = [*self._pins_of_calls(index, vans), *self._pins_of_tasks(todo, index, vans)]
        pins += self._pins_by_hand(todo, index, vans)
        return RoutingProblem(
            hubs=tuple(Hub(hub) for hub in self._hubs),
            vans=tuple(self._van(van) for van in self._part.vans.values()),
            stops=(*(self._call(task) for task in calls), *(self._stop(task) for task in todo)),
            metres=tuple(map(tuple, metres)),
            seconds=tuple(map(tuple, seconds)),
            pairs=tuple(Pair(index[task.id], index[task.pair], len(task.on)) for task in todo if task.pair is not None),
            pins=tuple(pins),
            stability=self._stability(index, vans),
        )

    # --- what is done ---

    def _drive_as_told(self, metres: list[list[int]], seconds: list[list[int]], index: Mapping[str, int]) -> None:
        """The roads between calls take as long as they took; a van that is lost does not drive home."""
        for name, now in self._part.vans.items():
            calls = self._part.calls[name]
            if not calls:
                continue
            hub = self._hubs.index(now.hub)
            rows = [len(self._hubs) + index[task.id] for task in calls]
            first = calls[0].call
            if first is None:
                continue
            if not self._part.is_whole:
                metres[hub][rows[0]] = seconds[hub][rows[0]] = 0
                continue
            rest = self._rest_taken(now)
            seconds[hub][rows[0]] = max(0, first.starts - now.left)
            for before, then in pairwise(self._moments(now)):
                gap = then.starts - before.leaves
                if rest is not None and before.leaves <= rest.earliest < then.starts:
                    gap = then.starts - rest.earliest - rest.duration_seconds
                one, two = (hub if its.task is None else rows[calls.index(its.task)] for its in (before, then))
                seconds[one][two] = gap
            if now.van in self._rest.mishaps.lost and now.this_trip:
                metres[rows[-1]][hub] = seconds[rows[-1]][hub] = 0
            elif now.van in self._rest.mishaps.lost or now.back is not None:
                seconds[rows[-1]][hub] = max(0, (now.back or now.free_from) - self._moments(now)[-1].leaves)

    def _moments(self, now: VanNow) -> list[_Moment]:
        """The calls of a van and its reloads among them; one that no call follows only if the van can still go out."""
        moments: list[_Moment] = []
        goes_on = now.back is None and now.van not in self._rest.mishaps.lost
        trips = self._rest.trips_of(now)
        for number, trip in enumerate(trips):
            if number and (trip or goes_on):
                reload = now.reloads[number - 1]
                # A van without a call on its trip stands at its hub still.
                leaves = reload.leaves if trip else max(reload.leaves, self._rest.at)
                moments.append(_Moment(max(moments[-1].leaves, leaves - self._reload_seconds(now)), leaves))
            moments += [_Moment(task.call.starts, task.call.leaves, task) for task in trip if task.call is not None]
        return moments

    def _reload_seconds(self, now: VanNow) -> int:
        """What a reload takes by the problem: no more than the van took for those that it made."""
        calls = self._rest.calls_of(now.van)
        taken = [
            reload.leaves - before.leaves
            for reload in now.reloads
            if (before := calls[reload.after - 1].call) is not None
        ]
        return min([self._fleet[now.van].reload_seconds, *taken])

    def _call(self, task: Task) -> Stop:
        call = task.call
        if call is None:
            raise ValueError(f"{task.id} is no call")
        if self._part.is_whole:
            off, on = len(self._from_hub(task)), len(self._to_hub(task))
        else:
            # What rides home takes up room from here on, until the van is at its hub.
            van = task.only or ""
            room = max(self._fleet[van].totes, self._aboard(van)) - self._aboard(van)
            off, on = 0, min(room, len(self._rest.riding_home.get(van, ())))
        return Stop(
            id=task.id,
            deliver=off,
            collect=on,
            hub=self._hubs.index(task.hub),
            service_seconds=call.leaves - call.starts,
            collect_grams=self._seals() if self._is_last(task) and self._seals() < UNLIMITED else 0,
        )

    def _is_last(self, task: Task) -> bool:
        return self._part.calls[task.only or ""][-1].id == task.id

    def _from_hub(self, task: Task) -> tuple[str, ...]:
        """What came off there and had not come on board on the way from the hub."""
        got_on = {name for one in self._same_trip(task) for name in one.on}
        return tuple(name for name in task.off if name not in got_on)

    def _to_hub(self, task: Task) -> tuple[str, ...]:
        """What went on there and comes off at no stop before the van is at its hub."""
        trip = self._same_trip(task)
        ahead = [one for one in self._rest.tasks.values() if one.only == task.only and one.kind != "call"]
        is_on_it = trip == self._rest.trips_of(self._part.vans[task.only or ""])[-1]
        comes_off = {name for one in (*trip, *(ahead if is_on_it else ())) if one.id != task.id for name in one.off}
        return tuple(name for name in task.on if name not in comes_off)

    def _same_trip(self, task: Task) -> tuple[Task, ...]:
        trips = self._rest.trips_of(self._part.vans[task.only or ""])
        return next(trip for trip in trips if task in trip)

    def _pins_of_calls(self, index: Mapping[str, int], vans: Mapping[str, int]) -> Iterable[Pin]:
        for van, calls in self._part.calls.items():
            behind = None
            for task in calls:
                if task.call is not None:
                    starts = task.call.starts
                    yield Pin(index[task.id], van=vans[van], after=behind, earliest=starts, latest=starts)
                    behind = index[task.id]

    # --- vans ---

    def _van(self, now: VanNow) -> Van:
        van, calls = replace(self._fleet[now.van], grams=self._seals()), self._part.calls[now.van]
        fleet = self._rest.ground.situation.vans[now.van]
        if not self._part.is_whole:
            van = replace(van, trips=trips_left(now, fleet))
        elif now.reloads:
            van = replace(van, trips=max(van.trips, len(now.reloads) + 1), reload_seconds=self._reload_seconds(now))
        if not calls:
            return self._at_its_hub(now, van)
        rest: Break | None
        if now.van in self._rest.mishaps.lost or now.back is not None:
            ends = max(now.free_from, now.back or 0)
            rest = self._rest_taken(now)
        elif not now.this_trip:
            again = self._at_its_hub(now, self._fleet[now.van])
            ends, rest = again.shift_end, self._rest_taken(now) if now.rested else again.rest
        else:
            home = now.free_from + self._rest.ground.drive(calls[-1].branch, now.hub)
            rest = self._rest_taken(now) if now.rested else _no_sooner(van.rest, now.free_from)
            # A van that is late comes home late: with its break, if that is still due.
            due = [home, 0] if rest is None or now.rested else [home + rest.duration_seconds, _end_of(rest)]
            ends = max(van.shift_end, *due)
        first = calls[0].call
        starts = now.left if self._part.is_whole or first is None else first.starts
        room = self._room(now, van)
        return replace(van, shift_start=min(starts, ends), shift_end=ends, rest=rest, totes=room)

    def _at_its_hub(self, now: VanNow, van: Van) -> Van:
        starts = max(self._rest.at, van.shift_start, now.reloads[-1].leaves if now.reloads else 0)
        ends = max(starts, van.shift_end)
        home = len(self._rest.riding_home.get(now.van, ()))
        rest = None if now.reloads and now.rested else _rest_within(van.rest, starts, ends)
        return replace(van, shift_start=starts, shift_end=ends, rest=rest, totes=max(0, van.totes - home))

    def _room(self, now: VanNow, van: Van) -> int:
        """
        How many totes of the problem the van holds: what it can, less what rides home from the start of its last trip.

        A van that holds more than it can has shown that it can hold that.
        """
        aboard = self._aboard(now.van)
        home = len(self._rest.riding_home.get(now.van, ()))
        if not self._part.is_whole:
            return max(van.totes, aboard)
        loads: list[int] = []
        *over, trip = self._rest.trips_of(now)
        for calls in (*over, trip):
            loads.append(sum(len(self._from_hub(task)) for task in calls) + (aboard if calls is trip else 0))
            for task in calls:
                loads.append(loads[-1] - len(self._from_hub(task)) + len(self._to_hub(task)))
        picked_up = sum(len(self._to_hub(task)) for task in trip)
        more_trips = van.trips > len(over) + 1
        return max(van.totes - (0 if more_trips else max(0, home - picked_up)), *loads)

    def _aboard(self, van: str) -> int:
        """How many totes a van has for stops of the trip that it is on."""
        ahead = (task for task in self._rest.tasks.values() if task.kind != "call" and not task.at_hub)
        return sum(len(task.off) for task in ahead if task.only == van)

    def _rest_taken(self, now: VanNow) -> Break | None:
        """The break that lies between two calls, as far as there was time for it; none where only one is looked at."""
        van, route = self._fleet[now.van], self._routes.get(now.van)
        if not self._part.is_whole or van.rest is None or route is None or route.break_at is None or not now.rested:
            return None
        after = {stop.branch for stop in route.stops if stop.leaves > route.break_at}
        loaded_after = [reload.leaves > route.break_at for reload in route.reloads or ()]
        loads = 0
        for before, one in pairwise(self._moments(now)):
            if one.task is None:
                loads += 1
                is_after = loads <= len(loaded_after) and loaded_after[loads - 1]
            else:
                is_after = one.task.branch in after
            if is_after:
                length = min(van.rest.duration_seconds, one.starts - before.leaves)
                at = min(max(route.break_at, before.leaves), one.starts - length)
                return Break(length, at, at) if length > 0 else None
        return None

    # --- what is ahead ---

    def _stop(self, task: Task) -> Stop:
        fixed, each = self._rest.ground.service(task.branch)
        if task.kind == "fetch":
            fixed, each = 0, HANDOVER_SECONDS
        rides = 0 if task.pair is None and task.kind != "bring" else len(task.on) or len(task.off)
        stop = Stop(
            id=task.id,
            deliver=0 if rides else len(task.off),
            collect=0 if rides else len(task.on),
            hub=self._hubs.index(task.hub),
            # what rides in a pair is handled too, and is in no count of the stop
            service_seconds=fixed + each * rides,
            seconds_per_tote=each,
            price=self._price(task),
            deliver_grams=1 if task.at_hub else 0,
        )
        if task.kind == "fetch":
            return stop
        return replace(stop, windows=self._rest.ground.windows(task.branch, stop.seconds_at_stop))

    def _price(self, task: Task) -> int:
        if task.kind == "fetch":
            # what is brought on to a branch counts there
            return 0 if task.pair is not None else TOTE_MICROS * len(task.on)
        if task.branch in self._before.inputs.must and task.kind == "stop":
            return MUST_MICROS
        its = self._rest.demand.get(task.branch)
        micros = 0
        if its is not None:
            micros = share_of(its.deliver, len(task.off)).micros + share_of(its.collect, len(task.on)).micros
        days = self._rest.ground.days_until_next(task.branch)
        price = max(1, micros or TOTE_MICROS * (len(task.off) + len(task.on))) * days
        return price + (ABOARD_MICROS if task.off and task.only is not None else 0)

    def _pins_of_tasks(self, todo: Sequence[Task], index: Mapping[str, int], vans: Mapping[str, int]) -> Iterable[Pin]:
        for task in todo:
            van = None if task.only is None else vans[task.only]
            yield Pin(index[task.id], van=van, earliest=task.earliest)

    def _seals(self) -> int:
        """
        What every van carries of the weight that keeps what lies at the hub off the trips that have left.

        Each stop for it weighs one gram, and after its last call a van that is out is as heavy as can be until it is
        back at its hub. So a van that is out takes it on a later trip, if it makes one.
        """
        at_hub = sum(task.at_hub for task in self._rest.tasks.values())
        return at_hub + 1 if at_hub else UNLIMITED

    def _pins_by_hand(self, todo: Sequence[Task], index: Mapping[str, int], vans: Mapping[str, int]) -> Iterable[Pin]:
        """What a coordinator has fixed about stops that are still ahead, as far as it can be kept."""
        ahead = {task.id: task for task in todo if task.kind == "stop"}
        for pin in self._before.pins or ():
            task = ahead.get(pin.stop)
            if task is None or pin.because is not None:
                continue
            others = {
                word: index[other]
                for word, other in (("before", pin.before), ("after", pin.after))
                if other is not None and other in ahead and other != pin.stop
            }
            van = vans.get(pin.van or "") if self._may_call(pin.van, task) else None
            kept = Pin(
                index[task.id], van=van, before=others.get("before"), after=others.get("after"),
                earliest=pin.earliest, latest=pin.latest,
            )  # fmt: skip
            if pinned_windows(self._stop(task), [kept, Pin(index[task.id], earliest=task.earliest)]) is None:
                kept = replace(kept, earliest=None, latest=None)
            if kept != Pin(index[task.id]):
                yield kept

    def _may_call(self, van: str | None, task: Task) -> bool:
        """Whether a van may still be the only one for a task: nobody else has its totes, and it can have them."""
        now = self._part.vans.get(van or "")
        if now is None or now.van in self._rest.mishaps.lost or now.back is not None or now.hub != task.hub:
            return False
        return task.only is None and not (task.at_hub and now.this_trip)

    def _stability(self, index: Mapping[str, int], vans: Mapping[str, int]) -> Stability:
        usual = []
        for route in self._before.routes:
            behind = None
            for stop in self._kept(route, index, vans):
                usual.append(Usual(index[stop.name], vans[route.van], stop.starts, behind))
                behind = index[stop.name]
        return Stability(tuple(usual), micros_van=self._steadiness.van, micros_neighbour=self._steadiness.neighbour)

    def _kept(self, route: PlannedRoute, index: Mapping[str, int], vans: Mapping[str, int]) -> Iterable[PlannedStop]:
        if route.van not in vans:
            return
        for stop in route.stops:
            task = self._rest.tasks.get(stop.name)
            gone_on = route.van not in self._rest.mishaps.lost or (task is not None and task.kind == "call")
            if task is not None and stop.name in index and task.only in (None, route.van) and gone_on:
                yield stop


def _no_sooner(rest: Break | None, moment: int) -> Break | None:
    if rest is None:
        return None
    return replace(rest, earliest=max(rest.earliest, moment), latest=max(rest.latest, moment))


def _end_of(rest: Break) -> int:
    return rest.earliest + rest.duration_seconds


def _rest_within(rest: Break | None, starts: int, ends: int) -> Break | None:
    """The break as far as the rest of a shift holds it; one that was due before is over."""
    if rest is None or max(rest.earliest, starts) > min(rest.latest, ends - rest.duration_seconds):
        return None
    return rest
