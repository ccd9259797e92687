"""Which holds a bad day makes late, from which day to which, by the vans' timetable."""

from __future__ import annotations

from dataclasses import dataclass

from logistics.late_holds import LateHold, late_holds
from logistics.replanner import Replanned
from logistics.vans_now import Mishaps
from tests.logistics.rest_worlds import Place, at, date_of, recorded_day, replanned
from tests.logistics.small_network import van

PLACES = (Place("frome", 15, 3, 2), Place("keynsham", 10, 2, 3), Place("midsomer", 20, 1, 1), Place("wells", 35, 2, 1))
ROUTES = {"v1": ["keynsham", "midsomer"], "v2": ["frome", "wells"]}


@dataclass(frozen=True)
class Copy:
    hold: str
    pickup: str
    kind: str
    place: str
    filling: str | None = None


def bad(mishaps: Mishaps) -> Replanned:
    return replanned(recorded_day(PLACES, [van("v1", totes=12), van("v2", totes=12)], ROUTES), at(9, 20), mishaps)


def late(result: Replanned, *copies: Copy) -> tuple[LateHold, ...]:
    planned = {stop.branch for route in result.before.routes for stop in route.stops}
    return late_holds(result.rest, result.undone.all_of_it, result.fates, planned, copies)


def test_a_copy_in_a_tote_that_rides_back_comes_on_the_next_day():
    found = late(bad(Mishaps(closed=("wells",))), Copy("t#1", "wells", "van", "v2", "wells-off-1/1"))
    assert (LateHold("t#1", "wells", date_of(24), date_of(25), "wells"),) == found


def test_a_copy_that_lies_at_the_hub_as_nobody_recorded_its_loading_is_late_too():
    (found,) = late(bad(Mishaps(closed=("wells",))), Copy("t#1", "wells", "branch", "bath"))
    assert date_of(25) == found.now


def test_a_copy_that_waits_where_nobody_calls_is_a_day_later_wherever_it_goes():
    result = bad(Mishaps(closed=("wells",)))
    (found,) = late(result, Copy("t#1", "frome", "branch", "wells", "wells-on-1/1"))
    assert (date_of(25), date_of(26)) == (found.was, found.now)


def test_what_another_van_fetches_and_brings_today_is_not_late():
    assert () == late(bad(Mishaps(lost={"v2": None})), Copy("t#1", "wells", "van", "v2", "wells-off-1/1"))


def test_a_lost_van_is_taken_to_be_back_by_night_so_only_what_was_to_come_today_is_late():
    result = bad(Mishaps(lost={"v1": None, "v2": None}))
    found = late(
        result,
        Copy("t#1", "wells", "van", "v2", "wells-off-1/1"),
        Copy("t#2", "keynsham", "van", "v2", "frome-on-1/1"),
    )
    assert [("t#1", date_of(24), date_of(25))] == [(one.hold, one.was, one.now) for one in found]


def test_copies_elsewhere_and_for_elsewhere_are_not_touched():
    result = bad(Mishaps(closed=("wells",)))
    assert () == late(
        result,
        Copy("t#1", "frome", "van", "v2", "frome-off-1/1"),
        Copy("t#2", "wells", "branch", "wells"),
        Copy("t#3", "wells", "branch", "keynsham"),
    )
