"""
However a day goes wrong, planning the rest of it again loses no tote and doubles none.

Every tote has a name. A simulator of its own drives the new routes, box by box, and says where each one ends.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.replanner import Replanned
from logistics.run_so_far import RunSoFar, Told
from logistics.solution import verify
from logistics.vans_now import Mishaps
from tests.logistics.rest_worlds import Place, at, recorded_day, replanned
from tests.logistics.small_network import van

CODES = ("frome", "keynsham", "midsomer", "radstock", "shepton", "wells", "yate")
UNLOAD, AT_HUB, LOAD, CALL = range(4)
HOURS = ("09:00-17:00", "09:00-12:00", "10:00-13:00", "07:30-16:00")


@dataclass(frozen=True)
class Day:
    """A drawn day, and what went wrong on it."""

    places: tuple[Place, ...]
    fleet: tuple[Any, ...]
    recorded: Any
    at: int
    mishaps: Mishaps
    runs: dict[str, RunSoFar]
    destinations: dict[str, str]


@st.composite
def bad_days(draw: st.DrawFn, *, several_trips: bool = False) -> Day:
    """Any day; with `several_trips` one of few and small vans, which come back to load again."""
    codes = CODES[: draw(st.integers(2, len(CODES)))]
    places = tuple(
        Place(
            code,
            draw(st.integers(3, 50)),
            draw(st.integers(0, 4)),
            draw(st.integers(0, 4)),
            draw(st.sampled_from(HOURS)),
        )
        for code in codes
    )
    fleet = [
        replace(
            van(
                f"v{number}",
                totes=draw(st.sampled_from((4, 5) if several_trips else (5, 8, 20))),
                starts=draw(st.sampled_from((420, 480, 660))),
                ends=draw(st.sampled_from((900, 1020) if several_trips else (720, 900, 1020))),
                rest=draw(st.sampled_from(((0, 0, 0), (30, 600, 780)))),
            ),
            trips=draw(st.integers(2, 3) if several_trips else st.integers(1, 2)),
            reload_minutes=draw(st.sampled_from((0, 10, 25))) if several_trips else 10,
        )
        for number in range(1, draw(st.integers(1, 2 if several_trips else 3)) + 1)
    ]
    recorded = recorded_day(places, fleet)
    moment = draw(st.integers(at(9 if several_trips else 7), at(16)))
    runs = draw_runs(draw, recorded[2].revision.routes, places, moment) if draw(st.booleans()) else {}
    made = {told.branch for run in runs.values() for told in run.told if told.served}
    if not runs:
        made = {stop.branch for route in recorded[2].revision.routes for stop in route.stops if stop.leaves <= moment}
    missed = tuple(code for code in codes if code not in made and draw(st.integers(0, 5)) == 0)
    if not runs:
        missed = tuple(code for code in codes if draw(st.integers(0, 5)) == 0)
    lost = {one.van: draw(st.sampled_from((None, *codes))) for one in fleet if draw(st.integers(0, 2)) == 0}
    closed = tuple(code for code in codes if draw(st.integers(0, 4)) == 0)
    return Day(
        places, tuple(fleet), recorded, moment, Mishaps(lost, closed, missed), runs,
        {name: code for code in codes for name in names(places, code, "off")}
        | {name: "bath" for code in codes for name in names(places, code, "on")},
    )  # fmt: skip


def names(places: Sequence[Place], code: str, direction: str) -> tuple[str, ...]:
    place = next(place for place in places if place.code == code)
    return tuple(f"{code}-{direction}-{n}/1" for n in range(1, (place.off if direction == "off" else place.on) + 1))


def draw_runs(draw: st.DrawFn, routes: Any, places: Sequence[Place], moment: int) -> dict[str, RunSoFar]:
    """Runs that follow the plan, late by some minutes, with a stop skipped now and then and a tote left on board."""
    runs = {}
    for route in routes:
        late = draw(st.integers(0, 40)) * 60
        if route.leaves + late > moment or draw(st.integers(0, 4)) == 0:
            continue
        loads = [
            [name for stop in stops for name in names(places, stop.branch, "off")[: stop.totes_off]]
            for stops in route.trips
        ]
        aboard, trip, planned_trip = list(loads[0]), 1, 1
        start, told, clock = tuple(aboard), [], route.leaves + late
        for number, stop in enumerate(route.stops, 1):
            reload = route.reload_before(number)
            clock = max(clock, (stop.leaves if reload is None else reload.leaves) + late)
            clock += draw(st.integers(0, 10)) * 60
            if clock > moment or draw(st.integers(0, 6)) == 0:
                break
            if reload is not None:
                trip, planned_trip = max(trip, planned_trip + 1), planned_trip + 1
                told.append(Told("bath", clock, True, tuple(aboard), tuple(loads[planned_trip - 1]), trip))
                aboard = list(loads[planned_trip - 1])
                clock = max(clock, stop.leaves + late)
                if clock > moment or draw(st.integers(0, 4)) == 0:
                    break
            elif draw(st.integers(0, 9)) == 0:
                # By its hub without a plan to: what is for a stop to come stays on board.
                trip += 1
                off = tuple(name for name in aboard if "-on-" in name)
                told.append(Told("bath", clock, True, off, (), trip))
                aboard = [name for name in aboard if name not in off]
            if draw(st.integers(0, 5)) == 0:
                told.append(Told(stop.branch, clock, False))
                continue
            off = names(places, stop.branch, "off")[: stop.totes_off]
            on = names(places, stop.branch, "on")[: stop.totes_on]
            aboard = [name for name in aboard if name not in off] + list(on)
            told.append(Told(stop.branch, clock, True, off, on))
        else:
            back = clock + 1800
            if back <= moment:
                runs[route.van] = RunSoFar(route.van, route.leaves + late, start, tuple(told), back, tuple(aboard))
                continue
        runs[route.van] = RunSoFar(route.van, route.leaves + late, start, tuple(told))
    return runs


def planning_again_is_sound(day: Day) -> None:
    """Of what the rest of a day is planned to be nothing is lost, doubled, late or undone."""
    result = replanned(day.recorded, day.at, day.mishaps, runs=day.runs, destinations=day.destinations)
    assert () == verify(result.problem, result.solution)
    every_tote_is_counted_once(day, result)
    the_routes_can_be_driven(day, result)
    what_is_done_stays(day, result)


@given(bad_days())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_planning_again_loses_no_tote_and_doubles_none(day: Day) -> None:
    planning_again_is_sound(day)


@given(bad_days(several_trips=True))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_nor_does_it_where_vans_go_out_several_times(day: Day) -> None:
    planning_again_is_sound(day)


def every_tote_is_counted_once(day: Day, result: Replanned) -> None:
    """By the numbers of the recorded plan alone: brought or left, taken or left, branch by branch."""
    brought: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for route in result.revision.routes:
        for stop in route.stops:
            if stop.takes_from is None:
                brought[stop.branch] += stop.totes_off
                taken[stop.branch] += stop.totes_on
    for left in result.revision.left:
        brought[left.branch] += left.totes_off
        taken[left.branch] += left.totes_on
    for place in day.places:
        assert place.off == brought[place.code], place.code
        assert place.on == taken[place.code], place.code


def the_routes_can_be_driven(day: Day, result: Replanned) -> None:
    """Box by box: what comes off is on board, what goes on is there; and each ends where it is said to end."""
    tasks, lost = result.rest.tasks, result.rest.mishaps.lost
    where = {name: "bath" for place in day.places for name in names(day.places, place.code, "off")}
    where |= {name: place.code for place in day.places for name in names(day.places, place.code, "on")}
    assert set(where) == set(result.fates)
    branch_of = {name: name.split("-")[0] for name in where}
    routes = {route.van: route for route in result.revision.routes}
    moves: list[tuple[int, int, str, tuple[str, ...], tuple[str, ...]]] = []  # when, kind, van, off, on
    for now in result.rest.vans:
        ahead = list(routes[now.van].stops[len(now.calls) :]) if now.van in routes else []
        moves += [(call.starts, CALL, now.van, call.off, call.on) for call in now.calls]
        moves += [(stop.starts, CALL, now.van, tasks[stop.name].off, tasks[stop.name].on) for stop in ahead]
        for trip, (leaves, stops) in enumerate(trips_of(routes[now.van]) if now.van in routes else ()):
            stays = now.state == "out" and now.van not in lost and not now.this_trip and trip > len(now.reloads)
            loaded = [tasks[stop.name] for stop in stops]
            loaded = [task for task in loaded if task.at_hub or (stays and task.only == now.van)]
            on = tuple(name for task in loaded for name in task.off)
            if stays:  # the van stands at its hub, and leaves what is for a later trip there
                held = tuple(tote.name for tote in now.aboard if tote.name in on)
                moves.append((day.at, UNLOAD, now.van, held, ()))
            gone = len(now.reloads) + bool(now.this_trip)
            assert trip >= gone or not on, "a van that is out has nothing of what lies at the hub"
            moves.append((leaves, LOAD, now.van, (), on))
            if trip > len(now.reloads):
                moves.append((leaves, AT_HUB, now.van, (), on))
        before = set(now.left_at_hub)
        returned = tuple(tote.name for tote in now.at_hub if tote.name not in before) if now.back else ()
        if now.state != "waiting":
            first = now.calls[: now.reloads[0].after] if now.reloads else now.calls
            picked_up = {name for call in first for name in call.on}
            off = [name for call in first for name in call.off if name not in picked_up]
            last = now.reloads[0].aboard if now.reloads else (*(tote.name for tote in now.aboard), *returned)
            still = [name for name in last if name not in picked_up]
            assert not set(off) & set(still)
            moves.append((now.left, LOAD, now.van, (), tuple(off + still)))
        for reload in now.reloads:
            moves += [(reload.leaves, UNLOAD, now.van, reload.off, ()), (reload.leaves, LOAD, now.van, (), reload.on)]
        if now.back is not None:
            moves.append((now.back, UNLOAD, now.van, returned, ()))
    loads: dict[str, list[int]] = defaultdict(list)
    came_off: dict[str, set[str]] = defaultdict(set)
    for _, kind, van_name, off, on in sorted(moves, key=lambda move: move[:2]):
        if kind == AT_HUB:
            # What rides home comes off there, and some of it goes on again for the next trip.
            came_off[van_name] |= {name for name, place in where.items() if place == van_name}
            where |= {name: "bath" for name in on if where[name] == van_name}
            continue
        for name in off:
            assert where[name] == van_name, (name, where[name], van_name)
            where[name] = "delivered" if kind == CALL else "bath"
        came_off[van_name] -= set(on)
        for name in on:
            assert where[name] in ({"bath"} if kind == LOAD else {branch_of[name], *lost}), (name, where[name])
            where[name] = van_name
        if kind == CALL:
            aboard = {name for name, place in where.items() if place == van_name}
            loads[van_name].append(len(aboard - came_off[van_name]))
    totes = {one.van: one.totes for one in day.fleet}
    for van_name, route in routes.items():
        assert loads[van_name] == [stop.load_after for stop in route.stops]
        calls = len(result.rest.calls_of(van_name))
        assert all(load <= max(totes[van_name], *loads[van_name][:calls], 0) for load in loads[van_name])
        assert all(one.totes_on <= max(totes[van_name], *loads[van_name][:calls], 0) for one in route.reloads or ())
    for name, fate in result.fates.items():
        ended = "delivered" if fate.kind in {"delivered", "coming"} else fate.where
        assert ended == where[name], (name, fate, where[name])


def trips_of(route: Any) -> list[tuple[int, Any]]:
    """When the van is at its hub to load, and the stops of each trip."""
    reloads = route.reloads or ()
    edges = [0, *(reload.after for reload in reloads), len(route.stops)]
    times = [route.leaves, *(reload.leaves for reload in reloads)]
    return [(at_hub, route.stops[one:two]) for at_hub, one, two in zip(times, edges, edges[1:], strict=False)]


def what_is_done_stays(day: Day, result: Replanned) -> None:
    routes = {route.van: route for route in result.revision.routes}
    before = {route.van: route for route in result.before.routes}
    for now in result.rest.vans:
        made = [(stop.branch, stop.starts, stop.leaves) for stop in routes[now.van].stops] if now.van in routes else []
        calls = [(call.branch, call.starts, call.leaves) for call in now.calls]
        assert calls == made[: len(calls)]
        for call in now.calls:
            assert not call.done or call.leaves <= day.at
        if now.van in day.mishaps.lost:
            assert len(made) == len(calls)
        if not day.runs and now.van in before:
            planned = [(stop.branch, stop.starts, stop.leaves) for stop in before[now.van].stops]
            done = [one for one in planned if one[2] <= day.at and one[0] not in day.mishaps.missed]
            assert done == [call for call, its in zip(calls, now.calls, strict=True) if its.done]
