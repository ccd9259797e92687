"""Drafts while service is suspended, and drafts of a drain plan's day: what stays is named with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from circulation.errors import BranchlineError, Refused
from circulation.service import Suspension
from logistics.day_stops import PlanRequest
from logistics.draft import Draft, PlanRules, draft
from logistics.plan import LeftBehind
from logistics.situation import Situation
from tests.logistics.lying import Lies, lies
from tests.logistics.small_network import Box, Count, Waiting, flat_roads, instant, situation, van, waiting

TUESDAY = date(2026, 11, 24)
MONDAY_EVENING = instant("23 18:00")


def suspended(scope: str, *, last: str | None = "2026-11-24") -> Suspension:
    return Suspension("S1", scope, "2026-11-23", last, "Snow", False)


def with_suspension(scope: str, *, last: str | None = "2026-11-24", totes: int = 20) -> Situation:
    return replace(situation(van("v1", totes=totes)), suspensions=(suspended(scope, last=last),))


def drafted(of: Situation, *rows: Waiting, lying: tuple[Lies, ...] = (), fillings=(), counts=(), **asked) -> Draft:
    return draft(
        PlanRequest(day=TUESDAY, hubs=("bath",), **asked),
        of,
        roads=flat_roads,
        rows=rows,
        fillings=fillings,
        counts=counts,
        rules=PlanRules(),
        at_us=MONDAY_EVENING,
        lying=lying,
    )


ROWS = (
    waiting(5, "bath", "keynsham", since="21 10:00"),
    waiting(30, "keynsham", "midsomer", "hold", since="23 10:00"),
    waiting(4, "midsomer", "bath", since="23 10:00"),
)


@pytest.mark.row(59)
def test_what_would_go_to_or_from_a_suspended_branch_is_set_aside_with_the_reason() -> None:
    made = drafted(with_suspension("branch/keynsham"), *ROWS)
    assert ["midsomer"] == [stop.id for stop in made.problem.stops]
    assert (0, 1) == (made.problem.stops[0].deliver, made.problem.stops[0].collect)
    (left,) = made.set_aside
    assert left == LeftBehind(
        branch="keynsham",
        hub="bath",
        totes_off=1,
        totes_on=1,
        items=35,
        oldest_days=2,
        code="suspended",
        why="keynsham: the courier's service of keynsham is suspended from 2026-11-23 to 2026-11-24 (Snow);"
        " 35 items in 2 totes left.",
    )


def test_a_suspended_lane_keeps_only_what_sets_out_over_it() -> None:
    made = drafted(with_suspension("lane/keynsham/midsomer", last=None), *ROWS)
    assert ["keynsham", "midsomer"] == [stop.id for stop in made.problem.stops]
    (left,) = made.set_aside
    assert ("keynsham", 0, 1, 30, "suspended") == (left.branch, left.totes_off, left.totes_on, left.items, left.code)
    assert (
        "keynsham: the lane from keynsham to midsomer is suspended since 2026-11-23 (Snow); 30 items in 1 tote left."
        == left.why
    )


def test_a_suspended_trunk_run_keeps_what_it_would_carry() -> None:
    made = drafted(with_suspension("lane/bath/taunton"), *ROWS, waiting(7, "bath", "wells", since="23 10:00"))
    (left,) = made.set_aside
    assert ("taunton", "bath", 7) == (left.branch, left.hub, left.items)


def test_a_box_stays_if_its_own_way_is_suspended_and_goes_if_only_what_comes_after_is() -> None:
    box = Box("T1/1", "bath", "sealed", "keynsham")
    row = waiting(6, "keynsham", "midsomer", since="23 10:00", filling="T1/1")
    assert ["keynsham"] == [
        stop.id for stop in drafted(with_suspension("branch/midsomer"), row, fillings=(box,)).problem.stops
    ]
    with pytest.raises(BranchlineError):
        drafted(with_suspension("lane/keynsham/bath"), row, fillings=(box,))


def test_nothing_is_expected_to_be_brought_to_a_van_that_does_not_come() -> None:
    counts = tuple(Count(f"2026-11-{day}", "keynsham", "midsomer", 40) for day in ("03", "10", "17"))
    whole = drafted(situation(van("v1")), *ROWS, counts=counts)
    suspended_lane = drafted(with_suspension("lane/keynsham/midsomer"), *ROWS, counts=counts)
    assert whole.carried["keynsham"].collect.expected > 0
    assert 0 == suspended_lane.carried["keynsham"].collect.expected


def test_a_day_without_any_service_is_refused_with_the_suspension_and_the_next_day() -> None:
    with pytest.raises(Refused) as caught:
        drafted(with_suspension("all"), *ROWS)
    assert "plan.no-service" == caught.value.code
    assert "the whole courier service is suspended from 2026-11-23 to 2026-11-24 (S1)" in caught.value.sentence
    assert "2026-11-25" in f"{caught.value.sentence} {caught.value.hint}"


LYING = (
    lies(40, "bath", "keynsham", "home", since="20 10:00"),
    lies(40, "bath", "keynsham", "home", since="22 10:00"),
    lies(8, "bath", "midsomer", "hold", since="23 10:00"),
)
PILED_UP = (
    waiting(80, "bath", "keynsham", "home", since="20 10:00"),
    waiting(8, "bath", "midsomer", "hold", since="23 10:00"),
)


@pytest.mark.row(59)
def test_a_draft_follows_the_first_day_of_the_drain_plan_and_names_the_day_of_the_rest() -> None:
    # Two totes a day: the hold's own and one of what goes home; the second of these on Wednesday.
    made = drafted(situation(van("v1", totes=2)), *PILED_UP, lying=LYING, drain=0)
    assert [("keynsham", 1), ("midsomer", 1)] == [(stop.id, stop.deliver) for stop in made.problem.stops]
    assert (40, 8) == (made.carried["keynsham"].deliver.waiting, made.carried["midsomer"].deliver.waiting)
    (left,) = made.set_aside
    assert ("keynsham", "drain", 40, 1) == (left.branch, left.code, left.items, left.totes_off)
    assert "keynsham: the drain plan comes to it from 2026-11-25 on; 40 items in 1 tote left." == left.why


def test_spread_over_three_days_less_goes_home_on_the_first() -> None:
    # One of four totes a day for what goes home: 80 items take two days, as many as asked for.
    made = drafted(situation(van("v1", totes=4)), *PILED_UP, lying=LYING, drain=2)
    assert [("keynsham", 1), ("midsomer", 1)] == [(stop.id, stop.deliver) for stop in made.problem.stops]
    at_once = drafted(situation(van("v1", totes=4)), *PILED_UP, lying=LYING, drain=0)
    assert [("keynsham", 2), ("midsomer", 1)] == [(stop.id, stop.deliver) for stop in at_once.problem.stops]
    assert () == at_once.set_aside


def test_a_box_of_which_the_drain_takes_a_part_goes_whole() -> None:
    box = Box("T1/1", "keynsham", "sealed", "bath")
    inside = tuple(
        lies(6, "bath", "keynsham", reason, since="22 10:00", filling="T1/1") for reason in ("home", "rebalance")
    )
    rows = tuple(
        waiting(6, "bath", "keynsham", reason, since="22 10:00", filling="T1/1") for reason in ("home", "rebalance")
    )
    made = drafted(situation(van("v1", totes=1)), *rows, lying=inside, fillings=(box,), drain=0)
    assert [("keynsham", 1)] == [(stop.id, stop.deliver) for stop in made.problem.stops]
    assert 12 == made.carried["keynsham"].deliver.waiting
