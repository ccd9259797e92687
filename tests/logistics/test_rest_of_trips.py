"""
The rest of a day of a van that goes out twice: on its first trip, at its hub, on its second.

On the street from Bath: v1 brings totes to Keynsham and Midsomer, comes back, and goes out for Frome and Wells.
"""

from __future__ import annotations

from dataclasses import replace

from logistics.driver_list import driver_lists
from logistics.fleet import Van
from logistics.plan import PlannedRoute
from logistics.replanner import Replanned
from logistics.rest_planned import Fate
from logistics.revising import Recorded
from logistics.run_so_far import RunSoFar, Told
from logistics.solution import verify
from logistics.solver.trips import RELOAD
from logistics.vans_now import Mishaps
from tests.logistics.rest_worlds import Place, at, recorded_day, replanned
from tests.logistics.small_network import van

PLACES = (Place("frome", 15, 3, 2), Place("keynsham", 10, 2, 3), Place("midsomer", 20, 1, 1), Place("wells", 35, 2, 1))
DESTINATIONS = {f"{place.code}-off-{n}/1": place.code for place in PLACES for n in range(1, place.off + 1)} | {
    f"{place.code}-on-{n}/1": "bath" for place in PLACES for n in range(1, place.on + 1)
}


def named(code: str, direction: str, count: int) -> tuple[str, ...]:
    return tuple(f"{code}-{direction}-{number}/1" for number in range(1, count + 1))


FIRST = (*named("keynsham", "off", 2), *named("midsomer", "off", 1))
SECOND = (*named("frome", "off", 3), *named("wells", "off", 2))
COLLECTED = (*named("keynsham", "on", 3), *named("midsomer", "on", 1))
KEYNSHAM = Told("keynsham", at(9, 8), True, named("keynsham", "off", 2), named("keynsham", "on", 3))
MIDSOMER = Told("midsomer", at(9, 24), True, named("midsomer", "off", 1), named("midsomer", "on", 1))
AT_HUB = Told("bath", at(9, 59), True, COLLECTED, SECOND, 2)
FROME = Told("frome", at(10, 22), True, named("frome", "off", 3), named("frome", "on", 2))


NOTHING = Mishaps()
V2 = van("v2", totes=12)


def day(trips: int = 2, *more: Van):
    """The published day; `more` vans stand at Bath and have nothing to do."""
    vans = [replace(van("v1", totes=6), trips=trips, reload_minutes=15), *more]
    return recorded_day(PLACES, vans, {"v1": ["keynsham", "midsomer", RELOAD, "frome", "wells"]})


def told(*calls: Told, on: tuple[str, ...] = FIRST) -> dict[str, RunSoFar]:
    return {"v1": RunSoFar("v1", at(8, 50), on, calls)}


def rest(moment: int, *calls: Told, mishaps: Mishaps = NOTHING, of: Recorded | None = None) -> Replanned:
    result = replanned(of or day(), moment, mishaps, runs=told(*calls), destinations=DESTINATIONS)
    assert () == verify(result.problem, result.solution)
    return result


def route(result: Replanned, name: str = "v1") -> PlannedRoute:
    return next(route for route in result.revision.routes if route.van == name)


def trips(result: Replanned, name: str = "v1") -> list[list[str]]:
    return [[stop.branch for stop in trip] for trip in route(result, name).trips]


def test_a_paper_day_that_went_as_planned_stays_on_every_trip():
    for moment in (at(9, 10), at(9, 50), at(10, 30)):
        result = replanned(day(), moment, NOTHING)
        assert result.before.routes == result.revision.routes, moment
        assert () == driver_lists(result.before, result.revision)


def test_on_its_first_trip_the_totes_of_the_second_lie_at_the_hub():
    result = rest(at(9, 10), KEYNSHAM)
    now = result.rest.vans[0]
    assert set(SECOND) == {tote.name for tote in now.at_hub}
    assert [["keynsham", "midsomer"], ["frome", "wells"]] == trips(result)


def test_on_its_second_trip_what_was_done_on_the_first_is_over():
    result = rest(at(10, 25), KEYNSHAM, MIDSOMER, AT_HUB, FROME)
    now = result.rest.vans[0]
    assert (1, 2, ("wells",)) == (len(now.reloads), now.reloads[0].after, tuple(call.branch for call in now.calls[3:]))
    assert [["keynsham", "midsomer"], ["frome", "wells"]] == trips(result)
    assert [3, 5, 4] == [
        route(result).load_at_start,
        route(result).reloads[0].totes_on,
        route(result).reloads[0].totes_off,
    ]  # type: ignore[index]
    assert [4, 4, 4, 3] == [stop.load_after for stop in route(result).stops]
    assert Fate("hub", "bath") == result.fates["keynsham-on-1/1"], "it came off between the trips"
    assert Fate("home", "v1") == result.fates["frome-on-1/1"]


def test_the_reload_stays_where_it_was_told():
    result = rest(at(10, 25), KEYNSHAM, MIDSOMER, AT_HUB, FROME)
    (reload,) = route(result).reloads or ()
    assert (2, at(9, 44), at(9, 59)) == (reload.after, reload.arrives, reload.leaves)


def test_a_van_on_its_last_trip_goes_out_no_more():
    result = rest(at(10, 25), KEYNSHAM, MIDSOMER, AT_HUB, FROME, mishaps=Mishaps(closed=("wells",)))
    assert 2 == len(route(result).trips)
    (left,) = result.revision.left
    assert "2 totes for it ride back to bath on v1" in left.why


def test_a_third_trip_takes_what_lies_at_the_hub():
    short = replace(AT_HUB, on=named("frome", "off", 3))
    result = rest(at(10, 25), KEYNSHAM, MIDSOMER, short, FROME, of=day(3))
    assert [["keynsham", "midsomer"], ["frome", "wells"], ["wells"]] == trips(result), "it is on its way to Wells"
    assert (0, 2) == (len(result.revision.left), route(result).reloads[1].totes_on)  # type: ignore[index]


def test_right_after_it_has_loaded_again_a_van_drives_to_the_first_stop_of_its_trip():
    result = rest(at(10), KEYNSHAM, MIDSOMER, AT_HUB)
    now = result.rest.vans[0]
    assert [("frome", False)] == [(call.branch, call.done) for call in now.this_trip]
    assert [["keynsham", "midsomer"], ["frome", "wells"]] == trips(result)


def test_a_van_whose_first_stop_is_closed_while_it_loads_makes_the_others():
    result = rest(at(10), KEYNSHAM, MIDSOMER, AT_HUB, mishaps=Mishaps(closed=("frome",)))
    assert [["keynsham", "midsomer"], ["wells"]] == trips(result)
    assert at(10) <= (route(result).reloads or ())[0].leaves
    assert Fate("home", "v1") == result.fates["frome-off-1/1"]
    assert [2, 5] == [route(result).stops[-1].totes_off, route(result).reloads[0].totes_on]  # type: ignore[index]


def test_a_van_that_is_lost_at_its_hub_is_unloaded_there_by_another():
    result = rest(at(10), KEYNSHAM, MIDSOMER, AT_HUB, mishaps=Mishaps(lost={"v1": None}), of=day(2, V2))
    assert {"v1": "bath"} == result.revision.inputs.lost
    assert {"frome", "wells"} <= {stop.branch for stop in route(result, "v2").stops}
    assert {"bath"} == {stop.branch for stop in route(result, "v2").stops if stop.takes_from}


def test_what_a_skipped_stop_left_on_board_lies_at_the_hub_after_the_reload():
    again = replace(AT_HUB, off=(*named("keynsham", "off", 2), *named("midsomer", "on", 1)))
    result = rest(at(10, 25), Told("keynsham", at(9, 8), False), MIDSOMER, again, FROME, of=day(2, V2))
    now = result.rest.vans[0]
    assert set(named("keynsham", "off", 2)) == {tote.name for tote in now.at_hub}
    assert {"keynsham"} <= {stop.branch for stop in route(result, "v2").stops}, "v2 has not left, and can bring it"


def test_the_driver_hears_of_a_reload_that_was_not_planned():
    twice = [replace(van("v1", totes=12), trips=2, reload_minutes=10), van("v2", totes=12, starts=11 * 60)]
    the_day = recorded_day(PLACES, twice, {"v1": ["keynsham", "midsomer"], "v2": ["frome", "wells"]})
    result = replanned(the_day, at(9, 20), Mishaps(lost={"v2": None}))
    (reload,) = route(result).reloads or ()
    first = route(result).trips[1][0].branch
    lines = {one.van: one.lines for one in driver_lists(result.before, result.revision)}["v1"]
    assert f"New: back at bath at 09:43 to load 5 totes, before {first}." in lines
    assert at(9, 43) <= reload.arrives < at(9, 44)


def test_what_is_on_board_for_a_later_trip_takes_up_room_until_the_van_is_at_its_hub():
    places = (*PLACES[:3], replace(PLACES[3], hours="11:30-17:00"))
    vans = [replace(van("v1", totes=8), trips=2, reload_minutes=15)]
    the_day = recorded_day(places, vans, {"v1": ["keynsham", "midsomer", RELOAD, "frome", "wells"]})
    on = (*FIRST, *named("wells", "off", 2))
    result = replanned(
        the_day, at(9, 10), NOTHING, runs={"v1": RunSoFar("v1", at(8, 50), on, (KEYNSHAM,))}, destinations=DESTINATIONS
    )
    assert () == verify(result.problem, result.solution)
    assert [["keynsham", "midsomer"], ["frome", "wells"]] == trips(result)
    assert 5 == route(result).load_at_start
    assert [6, 6, 4, 3] == [stop.load_after for stop in route(result).stops]
    assert [(6, 5)] == [(reload.totes_off, reload.totes_on) for reload in route(result).reloads or ()]
    assert Fate("coming", "wells") == result.fates["wells-off-1/1"]
