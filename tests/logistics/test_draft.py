"""From a network and what waits to the day's problem: what is missing is named, what cannot ride is set aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from circulation.branch import DeliveryTerms
from circulation.errors import BranchlineError, Refused, Unknown
from logistics.day_stops import MUST_MICROS, PlanRequest
from logistics.draft import Draft, PlanRules, draft, group_name
from logistics.fleet import OffRoad
from logistics.problem import Break
from logistics.problem_file import problem_from_bytes, problem_to_bytes
from logistics.roads import Place, estimated_roads, matrix_of
from logistics.situation import Situation
from tests.logistics.small_network import (
    Count,
    Waiting,
    branch,
    branches,
    closed,
    flat_roads,
    instant,
    situation,
    two_regions,
    van,
    waiting,
)

TUESDAY = date(2026, 11, 24)
MONDAY_EVENING = instant("23 18:00")
SOME = (waiting(3, "keynsham", "midsomer", since="23 10:00"), waiting(2, "bath", "keynsham", since="22 10:00"))


def drafted(
    of: Situation,
    *rows: Waiting,
    day: date = TUESDAY,
    counts: tuple[Count, ...] = (),
    at_us: int = MONDAY_EVENING,
    roads=flat_roads,
    **asked,
) -> Draft:
    return draft(
        PlanRequest(day=day, **asked),
        of,
        roads=roads,
        rows=rows or SOME,
        fillings=(),
        counts=counts,
        rules=PlanRules(),
        at_us=at_us,
    )


def refusal(of: Situation, *rows: Waiting, **asked) -> BranchlineError:
    with pytest.raises(BranchlineError) as caught:
        drafted(of, *rows, **asked)
    return caught.value


def test_a_stop_brings_what_is_at_the_hub_and_takes_what_is_at_the_branch():
    (stop,) = drafted(situation(van("v1"))).problem.stops
    assert ("keynsham", 1, 1, 0) == (stop.id, stop.deliver, stop.collect, stop.hub)


def test_without_a_hub_the_plan_says_so():
    said = refusal(situation(van("v1"), of=branches(branch("bath"), branch("keynsham"))))
    assert "plan.no-hub" == said.code
    assert "No hub is marked among 2 branches, so no van has a place to start from." == said.sentence


def test_without_a_fleet_the_plan_says_so():
    assert "No van belongs to bath or taunton." == refusal(situation()).sentence
    assert "No van belongs to taunton." == refusal(situation(van("v1")), hubs=("taunton",)).sentence


def test_each_van_that_cannot_go_out_is_named_with_its_reason():
    fleet = (
        replace(van("v1"), out=(OffRoad("2026-11-23", "2026-11-25", "gearbox"),)),
        van("v2"),
        van("v3", days=(0, 2)),
        van("v4", starts=13 * 60, ends=17 * 60),
    )
    said = refusal(situation(*fleet), without_vans=("v2",), wave="am")
    assert "plan.no-van" == said.code
    assert (
        "None of the 4 vans of bath, taunton can go out on 2026-11-24: v1 is off the road until 2026-11-25;"
        " v2 is left out of this plan; v3 does not work on a Tuesday; v4 has no shift in the wave am."
    ) == said.sentence


@pytest.mark.parametrize(
    ("day", "closures", "sentence"),
    [
        (
            date(2026, 11, 28),
            (),
            "There is no service on Saturday 2026-11-28 for bath, taunton; the next is Monday 2026-11-30.",
        ),
        (
            TUESDAY,
            (closed("all", "2026-11-24", "2026-11-25"),),
            (
                "There is no service on Tuesday 2026-11-24 (closure c-all-2026-11-24 of all) for bath, taunton;"
                " the next is Thursday 2026-11-26."
            ),
        ),
    ],
)
def test_on_a_day_without_service_the_next_one_is_named(day, closures, sentence):
    said = refusal(situation(van("v1"), van("w1", hub="taunton"), closures=closures), day=day)
    assert ("plan.no-service", sentence) == (said.code, said.sentence)


def test_a_day_that_is_over_is_not_planned():
    assert "plan.past" == refusal(situation(van("v1")), day=date(2026, 11, 22)).code


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"hubs": ("lundy",)}, "hub.unknown"),
        ({"without_vans": ("v9",)}, "van.unknown"),
        ({"skip": ("lundy",)}, "branch.unknown"),
        ({"must": ("lundy",)}, "branch.unknown"),
    ],
)
def test_a_name_that_nobody_carries_is_refused(asked, code):
    with pytest.raises(Unknown) as caught:
        drafted(situation(van("v1")), **asked)
    assert code == caught.value.code


def test_where_nothing_waits_there_is_no_plan():
    rows = (waiting(3, "keynsham", "keynsham"),)
    assert "plan.nothing" == refusal(situation(van("v1")), *rows).code


def test_a_closed_branch_is_set_aside_with_the_day_of_the_next_call():
    made = drafted(
        situation(van("v1"), closures=(closed("keynsham", "2026-11-24", "2026-11-26"),)),
        *SOME,
        waiting(1, "midsomer", "keynsham", since="23 10:00"),
    )
    (left,) = made.set_aside
    assert ("keynsham", "closed", 1, 1, 5, 1) == (
        left.branch,
        left.code,
        left.totes_off,
        left.totes_on,
        left.items,
        left.oldest_days,
    )
    assert (
        "keynsham is closed on 2026-11-24 (flood) and a van can call next on 2026-11-27; 5 items in 2 totes left."
    ) == left.why
    assert ["midsomer"] == [stop.id for stop in made.problem.stops]


def test_a_branch_that_opens_after_the_vans_are_back_is_set_aside():
    places = two_regions()
    places["keynsham"] = branch("keynsham", hours=("17:00-19:00", "17:00-19:00", "09:00-12:00", "", "", "", ""))
    made = drafted(situation(van("v1"), of=places), *SOME, waiting(1, "midsomer", "bath"))
    assert (
        "keynsham takes no delivery on 2026-11-24 while the vans of its hub are out and a van can call next on"
        " 2026-11-25; 5 items in 2 totes left."
    ) == made.set_aside[0].why


def test_a_skipped_stop_is_set_aside_and_listed():
    made = drafted(situation(van("v1")), *SOME, waiting(1, "midsomer", "bath"), skip=("keynsham",))
    assert [("keynsham", "skipped")] == [(left.branch, left.code) for left in made.set_aside]


def test_a_hub_without_a_van_that_day_sets_its_stops_aside():
    made = drafted(
        situation(van("v1"), van("w1", hub="taunton", days=(1, 2, 3))),
        *SOME,
        waiting(4, "taunton", "wells"),
        without_vans=("w1",),
    )
    assert [("wells", "no-van")] == [(left.branch, left.code) for left in made.set_aside]
    assert "No van of taunton goes out on 2026-11-24; 4 items in 1 tote left." == made.set_aside[0].why


def test_more_than_the_largest_van_holds_stays_with_its_numbers():
    made = drafted(situation(van("v1", totes=3), van("v2", totes=4)), waiting(240, "keynsham", "midsomer"))
    assert [4] == [stop.collect for stop in made.problem.stops]
    (left,) = made.set_aside
    assert ("capacity", 0, 2, 80) == (left.code, left.totes_off, left.totes_on, left.items)
    assert ("keynsham needs 0 totes brought and 6 taken; the largest van of bath, v2, holds 4, so 2 stay.") == left.why


def test_a_stop_that_must_be_made_is_in_the_day_though_nothing_waits_there():
    made = drafted(situation(van("v1")), must=("midsomer",))
    assert [("keynsham", False), ("midsomer", True)] == [
        (stop.id, stop.price == MUST_MICROS) for stop in made.problem.stops
    ]


def test_a_stop_that_must_be_made_while_it_is_closed_is_refused():
    said = refusal(situation(van("v1"), closures=(closed("midsomer", "2026-11-24"),)), must=("midsomer",))
    assert "midsomer must be served, but no van of bath, taunton can call there on 2026-11-24." == said.sentence


def test_the_price_of_a_stop_counts_the_days_until_its_next_service():
    places = two_regions()
    places["keynsham"] = branch("keynsham", hours=("", "09:00-17:00", "", "", "09:00-17:00", "", ""))
    rows = (waiting(2, "keynsham", "midsomer", since="23 10:00"), waiting(2, "midsomer", "bath", since="23 10:00"))
    prices = {stop.id: stop.price for stop in drafted(situation(van("v1"), of=places), *rows).problem.stops}
    assert {"keynsham": 3 * 2 * 2_000_000, "midsomer": 2 * 2_000_000} == prices, "Friday is three days after Tuesday"


def test_service_ends_before_the_door_closes():
    places = two_regions()
    places["keynsham"] = replace(
        branch("keynsham", hours=("", "09:00-12:30,13:30-17:00", "", "", "", "", "")),
        terms=DeliveryTerms(minutes=10, tote_seconds=60),
    )
    (stop,) = drafted(situation(van("v1"), of=places)).problem.stops
    twelve_minutes = 10 * 60 + 2 * 60
    assert (
        (9 * 3600, 12 * 3600 + 1800 - twelve_minutes),
        (13 * 3600 + 1800, 17 * 3600 - twelve_minutes),
    ) == stop.windows


def test_a_van_in_the_units_of_the_problem():
    (made,) = drafted(situation(van("v1", rest=(30, 11 * 60, 13 * 60)))).problem.vans
    assert (0, 20, 8 * 3600, 16 * 3600) == (made.hub, made.totes, made.shift_start, made.shift_end)
    assert Break(1800, 11 * 3600, 13 * 3600) == made.rest
    # 0.45 a kilometre, 18.00 an hour, 20.00 a day.
    assert (450, 5000, 20_000_000) == (made.micros_per_metre, made.micros_per_second, made.micros_fixed)


def test_a_wave_is_a_part_of_the_shift():
    fleet = situation(van("v1", rest=(30, 13 * 60, 14 * 60)))
    (morning,) = drafted(fleet, wave="am").problem.vans
    (afternoon,) = drafted(fleet, wave="pm").problem.vans
    assert (8 * 3600, 13 * 3600, None) == (morning.shift_start, morning.shift_end, morning.rest)
    assert (13 * 3600, 16 * 3600) == (afternoon.shift_start, afternoon.shift_end)
    assert afternoon.rest is not None


def test_several_hubs_are_planned_together_each_with_its_own_vans():
    made = drafted(situation(van("v1"), van("w1", hub="taunton")), *SOME, waiting(4, "taunton", "wells"))
    assert "all" == made.group
    assert [("keynsham", "bath"), ("wells", "taunton")] == [
        (stop.id, made.problem.hubs[stop.hub or 0].id) for stop in made.problem.stops
    ]
    assert [("v1", "bath"), ("w1", "taunton")] == [(one.id, made.problem.hubs[one.hub].id) for one in made.problem.vans]


@pytest.mark.parametrize(
    ("hubs", "name"), [(("bath",), "bath"), (("b", "a"), "a+b"), (("taunton", "a", "b", "bath"), "all")]
)
def test_a_group_of_hubs_has_a_name(hubs, name):
    assert name == group_name(hubs, ("a", "b", "bath", "taunton"))


def test_expected_items_are_collected_unless_only_the_waiting_ones_are_asked_for():
    counts = tuple(Count(f"2026-11-{day:02d}", "midsomer", "bath", 80) for day in (3, 10, 17))
    with_them = drafted(situation(van("v1")), counts=counts)
    # From Monday 18:00 to Tuesday 12:30, the middle of 09:00 to 16:00, are 3.5 of 8 staffed hours.
    assert 35 == with_them.carried["midsomer"].collect.expected
    assert ["keynsham"] == list(drafted(situation(van("v1")), counts=counts, collect="waiting").carried)


def test_a_branch_that_no_road_leads_to_is_an_error_with_its_name():
    def roads(codes):
        places = [Place(code, 51_000_000, -2_600_000 - 9000 * n, code == "keynsham") for n, code in enumerate(codes)]
        return matrix_of(estimated_roads(places), codes)

    with pytest.raises(Refused) as caught:
        drafted(situation(van("v1")), roads=roads)
    assert "roads.unreachable" == caught.value.code
    assert "keynsham" in caught.value.sentence


def test_a_problem_is_read_back_as_it_was_written():
    problem = drafted(situation(van("v1", rest=(30, 660, 780)), van("v2"))).problem
    again = problem_from_bytes(problem_to_bytes(problem))
    assert (problem, problem.digest()) == (again, again.digest())


@pytest.mark.parametrize("data", [b"", b"[]", b'{"hubs": 3}', b"\xff"])
def test_an_attachment_that_is_no_problem_is_refused(data):
    with pytest.raises(BranchlineError) as caught:
        problem_from_bytes(data)
    assert "problem.unreadable" == caught.value.code
