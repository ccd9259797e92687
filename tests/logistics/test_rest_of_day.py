"""
The rest of a day from where the vans are: what stays, what another van takes, and what waits with reason and day.

On a street from Bath: Keynsham at ten minutes, Frome at fifteen, Midsomer at twenty, Wells at thirty-five. Van v1 calls
at Keynsham 09:00 to 09:07:30 and Midsomer 09:17:30 to 09:23:30; v2 at Frome 09:00 to 09:07:30 and Wells 09:27:30 on.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from circulation.errors import Refused, Unknown
from logistics.driver_list import driver_lists
from logistics.plan import PlannedPin
from logistics.replanner import Replanned, demand_by_branch
from logistics.rest_planned import Fate
from logistics.run_so_far import RunSoFar, Told
from logistics.solution import verify
from logistics.vans_now import Mishaps
from tests.logistics.rest_worlds import Place, at, recorded_day, replanned
from tests.logistics.small_network import van

PLACES = (Place("frome", 15, 3, 2), Place("keynsham", 10, 2, 3), Place("midsomer", 20, 1, 1), Place("wells", 35, 2, 1))
ROUTES = {"v1": ["keynsham", "midsomer"], "v2": ["frome", "wells"]}


def fleet(**more):
    return [van("v1", totes=12, **more), van("v2", totes=12)]


def day(**more):
    return recorded_day(PLACES, fleet(**more), ROUTES)


def stops(result: Replanned, name: str) -> list[str]:
    return [stop.name for route in result.revision.routes if route.van == name for stop in route.stops]


def why(result: Replanned) -> dict[str, str]:
    return {left.branch: left.why for left in result.revision.left}


def lines(result: Replanned) -> dict[str, tuple[str, ...]]:
    return {driver.van: driver.lines for driver in driver_lists(result.before, result.revision)}


def run(name: str, *told: Told, left: int = at(8, 45), on: tuple[str, ...] = (), **more) -> RunSoFar:
    return RunSoFar(name, left, on, told, **more)


def named(code: str, direction: str, count: int) -> tuple[str, ...]:
    return tuple(f"{code}-{direction}-{number}/1" for number in range(1, count + 1))


V2_LEFT = named("frome", "off", 3) + named("wells", "off", 2)
DESTINATIONS = {name: name.split("-")[0] for name in (*V2_LEFT, *named("keynsham", "off", 2), "midsomer-off-1/1")}
AT_FROME = Told("frome", at(9, 8), True, named("frome", "off", 3), named("frome", "on", 2))


def test_when_nothing_went_wrong_the_plan_stays_and_no_driver_is_told_anything():
    result = replanned(day(), at(9, 10), Mishaps())
    assert result.before.routes == result.revision.routes
    assert {} == lines(result)
    assert () == result.revision.left


def test_a_closed_branch_is_left_with_its_reason_and_its_next_day():
    result = replanned(day(), at(9, 20), Mishaps(closed=("wells",)))
    assert ["frome"] == stops(result, "v2")
    assert why(result) == {
        "wells": "wells is closed for the rest of 2026-11-24: 2 totes for it ride back to bath on v2, 1 tote waits"
        " there; a van can call next on 2026-11-25."
    }
    assert lines(result) == {"v2": ("No longer: wells.", "Back at bath at 09:22, not 10:09.")}
    assert Fate("home", "v2") == result.fates["wells-off-1/1"]
    assert Fate("branch", "wells") == result.fates["wells-on-1/1"]


def test_what_a_lost_van_has_on_board_is_fetched_where_it_stands_and_brought_by_another():
    result = replanned(day(), at(9, 20), Mishaps(lost={"v2": None}))
    assert ["frome"] == stops(result, "v2")
    assert ["keynsham", "midsomer", "v2>bath", "v2>wells", "wells@v2", "wells"] == stops(result, "v1")
    assert () == result.revision.left
    assert lines(result) == {
        "v1": (
            "New: frome at 09:28, take over 2 totes for bath, 2 totes for wells from v2.",
            "New: wells at 09:52, 2 off and 1 on.",
            "Back at bath at 10:39, not 09:43.",
        ),
        "v2": ("Stays at frome and drives no further; others make wells, or nobody.",),
    }
    assert {"v2": "frome"} == result.revision.inputs.lost
    assert [one.said for one in result.revision.edits or ()] == [
        "The rest of the day was planned again at 09:20.",
        "Van v2 is lost and stands at frome.",
    ]
    assert Fate("coming", "wells") == result.fates["wells-off-1/1"]
    assert Fate("home", "v1") == result.fates["frome-on-1/1"]


def test_a_lost_van_is_fetched_from_the_branch_that_is_named():
    result = replanned(day(), at(9, 20), Mishaps(lost={"v2": "keynsham"}))
    (route,) = (route for route in result.revision.routes if route.van == "v1")
    assert {"keynsham"} == {stop.branch for stop in route.stops if stop.takes_from == "v2"}


def test_what_no_van_can_fetch_stays_on_the_lost_van_with_the_reason():
    result = replanned(day(), at(9, 20), Mishaps(lost={"v1": None, "v2": None}))
    assert why(result)["wells"].startswith("No van of bath that could call at wells goes out any more. 1 tote waits")
    stuck = [left.why for left in result.revision.left if left.code == "stuck"]
    assert stuck == [
        (
            "1 tote for midsomer is on v1, which stands at keynsham, and no van fetches it today; a van can call next"
            " on 2026-11-25. No van of bath that could call at midsomer goes out any more."
        ),
        (
            "2 totes for wells are on v2, which stands at frome, and no van fetches them today; a van can call next on"
            " 2026-11-25. No van of bath that could call at wells goes out any more."
        ),
        (
            "3 totes for bath are on v1, which stands at keynsham, and no van fetches them today. No van of bath that"
            " could call at keynsham goes out any more."
        ),
        (
            "2 totes for bath are on v2, which stands at frome, and no van fetches them today. No van of bath that"
            " could call at frome goes out any more."
        ),
    ]


def test_before_anybody_has_left_the_other_van_makes_the_stops_of_the_lost_one():
    result = replanned(day(), at(8), Mishaps(lost={"v2": None}))
    assert {"frome", "keynsham", "midsomer", "wells"} == set(stops(result, "v1"))
    assert () == result.revision.left


def test_what_lies_at_the_hub_waits_for_the_next_day_when_every_van_has_left():
    late = [van("v1", totes=12), van("v2", totes=12, starts=11 * 60)]
    the_day = recorded_day(PLACES, late, ROUTES)
    result = replanned(the_day, at(9, 20), Mishaps(lost={"v2": None}))
    assert why(result)["wells"] == (
        "2 totes for wells lie at bath, and every van has left; a van can call next on 2026-11-25."
    )
    assert {"frome", "wells"} <= set(stops(result, "v1")), "what waits there is collected by the van that is out"
    calls = {stop.branch: (stop.totes_off, stop.totes_on) for stop in result.revision.routes[0].stops}
    assert ((0, 2), (0, 1)) == (calls["frome"], calls["wells"])


def test_a_missed_stop_is_tried_again_an_hour_later_by_the_van_that_has_its_totes():
    result = replanned(day(), at(9, 30), Mishaps(missed=("midsomer",)))
    (route,) = (route for route in result.revision.routes if route.van == "v1")
    assert [("keynsham", at(9)), ("midsomer", at(10, 23) + 30)] == [(stop.branch, stop.starts) for stop in route.stops]
    assert lines(result) == {"v1": ("Later: midsomer at 10:23, not 09:17.", "Back at bath at 10:49, not 09:43.")}


def test_a_stop_that_a_run_says_was_skipped_is_tried_again_without_being_named():
    told = {
        "v1": run(
            "v1", Told("keynsham", at(9, 5), False), on=("keynsham-off-1/1", "keynsham-off-2/1", "midsomer-off-1/1")
        )
    }
    result = replanned(day(), at(9, 10), Mishaps(), runs=told, destinations=DESTINATIONS)
    (route,) = (route for route in result.revision.routes if route.van == "v1")
    assert ["midsomer", "keynsham"] == [stop.branch for stop in route.stops]
    assert at(10, 5) == route.stops[1].starts


def test_a_branch_that_closes_before_it_can_be_tried_again_says_when():
    places = (*PLACES[:2], replace(PLACES[2], hours="09:00-10:00"), PLACES[3])
    result = replanned(recorded_day(places, fleet(), ROUTES), at(9, 30), Mishaps(missed=("midsomer",)))
    assert why(result) == {
        "midsomer": "A call at midsomer can begin until 09:54, and it is 10:23 before one can: 1 tote for it rides back"
        " to bath on v1, 1 tote waits there; a van can call next on 2026-11-25."
    }


def test_a_branch_that_was_called_at_was_not_missed():
    told = {"v2": run("v2", AT_FROME, on=V2_LEFT)}
    with pytest.raises(Refused) as refused:
        replanned(day(), at(9, 20), Mishaps(missed=("frome",)), runs=told, destinations=DESTINATIONS)
    assert "frome was not missed: v2 called there at 09:00." == refused.value.sentence


def test_an_unknown_van_cannot_be_lost():
    with pytest.raises(Unknown) as unknown:
        replanned(day(), at(9, 20), Mishaps(lost={"v9": None}))
    assert "van.unknown" == unknown.value.code


def test_a_day_without_runs_is_taken_to_go_as_planned():
    result = replanned(day(), at(9, 10), Mishaps())
    assert {"assumed"} == {now.known for now in result.rest.vans}
    assert [("keynsham", True), ("midsomer", False)] == [
        (call.branch, call.done) for call in result.rest.vans[0].calls
    ], "the van has left Keynsham and is driving to Midsomer, which stays"


def test_as_soon_as_one_run_is_recorded_a_van_without_one_stands_at_its_hub():
    told = {"v2": run("v2", AT_FROME, on=V2_LEFT)}
    result = replanned(day(), at(9, 20), Mishaps(), runs=told, destinations=DESTINATIONS)
    assert ["waiting", "out"] == [now.state for now in result.rest.vans]
    assert at(9, 20) <= result.revision.routes[0].leaves
    assert "keynsham at 09:30, not 09:00" in lines(result)["v1"][0]


def test_a_late_van_is_planned_on_from_where_it_is():
    told = {"v2": run("v2", replace(AT_FROME, at=at(9, 40)), on=V2_LEFT), "v1": run("v1", on=())}
    result = replanned(day(), at(9, 45), Mishaps(), runs=told, destinations=DESTINATIONS)
    (route,) = (route for route in result.revision.routes if route.van == "v2")
    assert [("frome", at(9, 40)), ("wells", at(10, 6) + 30)] == [(stop.branch, stop.leaves) for stop in route.stops]
    assert "Later: wells at 10:00, not 09:27." in lines(result)["v2"]


@pytest.mark.parametrize(("minutes", "frozen"), [(0, ["keynsham"]), (60, ["keynsham", "midsomer"])])
def test_calls_that_begin_within_the_freeze_stay_and_so_does_the_one_that_a_van_drives_to(minutes, frozen):
    result = replanned(day(), at(8, 55), Mishaps(), freeze=minutes * 60)
    assert frozen == [call.branch for call in result.rest.vans[0].calls]


def test_a_break_that_is_over_is_not_taken_twice_and_one_to_come_is():
    places = (
        Place("keynsham", 10, 2, 3),
        Place("midsomer", 20, 1, 1),
        Place("wells", 35, 2, 1),
        Place("yate", 50, 1, 1),
    )
    resting = recorded_day(
        places, [van("v1", totes=12, rest=(30, 555, 570))], {"v1": ["keynsham", "midsomer", "wells", "yate"]}
    )
    planned = resting[2].revision.routes[0]
    before = replanned(resting, at(9, 5), Mishaps(), freeze=0)
    after = replanned(resting, at(10, 10), Mishaps(), freeze=0)
    assert planned.break_at == before.revision.routes[0].break_at == after.revision.routes[0].break_at
    assert not before.rest.vans[0].rested
    assert after.rest.vans[0].rested
    assert () == verify(after.problem, after.solution)


def test_what_is_done_is_pinned_so_that_no_later_change_can_touch_it():
    result = replanned(day(), at(9, 20), Mishaps(closed=("wells",)))
    assert PlannedPin(stop="frome", van="v2", earliest=at(9), latest=at(9), because="replan") in (
        result.revision.pins or ()
    )


def test_what_a_coordinator_pinned_stays_pinned_as_far_as_it_can():
    situation, ground, recorded = day()
    pinned = replace(
        recorded.revision, pins=(PlannedPin(stop="wells", van="v2"), PlannedPin(stop="midsomer", van="v1"))
    )
    result = replanned((situation, ground, replace(recorded, revision=pinned)), at(8), Mishaps(lost={"v1": None}))
    kept = [(pin.stop, pin.van) for pin in result.revision.pins or () if pin.because is None]
    assert [("wells", "v2")] == kept, "the van that Midsomer was pinned to is lost"
    assert {"frome", "keynsham", "midsomer", "wells"} == set(stops(result, "v2"))


def test_the_next_revision_can_be_planned_again_from():
    first = replanned(day(), at(9, 20), Mishaps(lost={"v2": None}))
    demand = demand_by_branch(first.carried)
    assert (2, 1) == (demand["wells"].deliver.totes, demand["wells"].collect.totes)
    assert (3, 2) == (demand["frome"].deliver.totes, demand["frome"].collect.totes)


def test_a_stop_that_no_longer_fits_says_what_it_would_take():
    short = [van("v1", totes=12), van("v2", totes=12, ends=600)]
    told = {
        "v2": run("v2", replace(AT_FROME, at=at(9, 20)), on=V2_LEFT),
        "v1": run("v1", Told("keynsham", at(9, 8), True, named("keynsham", "off", 2)),
                  on=(*named("keynsham", "off", 2), "midsomer-off-1/1")),
    }  # fmt: skip
    places = (*PLACES[:3], replace(PLACES[3], minute=25))
    result = replanned(
        recorded_day(places, short, ROUTES), at(9, 30), Mishaps(missed=("wells",)), runs=told,
        destinations=DESTINATIONS,
    )  # fmt: skip
    assert why(result)["wells"] == (
        "Stop wells is left out. It could be served if the shift of van v2 ended 62 minutes later (after frome)."
        " 2 totes for wells ride back to bath on v2, 1 tote waits at wells; a van can call next on 2026-11-25."
    )


def test_what_lies_at_the_hub_rides_on_the_second_trip_of_a_van_that_is_out():
    twice = replace(van("v1", totes=12), trips=2, reload_minutes=10)
    the_day = recorded_day(PLACES, [twice, van("v2", totes=12, starts=11 * 60)], ROUTES)
    result = replanned(the_day, at(9, 20), Mishaps(lost={"v2": None}))
    (route,) = (route for route in result.revision.routes if route.van == "v1")
    (reload,) = route.reloads or ()
    assert ["keynsham", "midsomer"] == [stop.branch for stop in route.stops[: reload.after]]
    assert {"frome": (3, 2), "wells": (2, 1)} == {
        stop.branch: (stop.totes_off, stop.totes_on) for stop in route.stops[reload.after :]
    }
    assert () == result.revision.left
    assert () == verify(result.problem, result.solution)
