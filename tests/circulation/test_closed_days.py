"""Closed-day strategies, and branches that never open: nothing crashes, and what holds instead is stated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circulation.administration import Administration
from circulation.branch import Branch
from circulation.calendar import (
    NEVER_OPEN,
    BranchCalendar,
    Calendar,
    ClosedDay,
    Closure,
    Span,
    WeekHours,
    local_day,
    zone_of,
)
from circulation.clock import parse_instant
from circulation.errors import Invalid
from circulation.never_open import never_open, never_open_warning
from circulation.places import whole_calendar
from circulation.policy_changes import RuleChange
from circulation.policy_desk import PolicyDesk
from logistics.situation import read_situation
from tests.cast import BATH_COPY, BRANCHES, MIDDLEMARCH
from tests.world import World

utc = parse_instant
NINE = (Span(540, 1020),)
# Shut on Wednesdays and on Sundays.
WEEK: WeekHours = (NINE, NINE, (), NINE, NINE, NINE, ())
LONDON = zone_of("Europe/London")


def book(*closures: Closure, hours: WeekHours = WEEK) -> Calendar:
    return Calendar({"bath": BranchCalendar("banes", "Europe/London", hours)}, closures)


def closed(first: date, last: date) -> Closure:
    return Closure("c", "all", first, last, "Christmas")


# --- strategies ------------------------------------------------------------------------------------------------------


@pytest.mark.row(39)
@pytest.mark.parametrize(
    ("closed_day", "due"),
    [
        ("next-open", "2026-11-26T17:00:00Z"),
        ("previous-open", "2026-11-24T17:00:00Z"),
        ("keep", "2026-11-25T23:59:59Z"),
    ],
)
def test_a_due_day_on_which_the_branch_is_shut_follows_the_strategy(closed_day: ClosedDay, due: str) -> None:
    lent = utc("2026-11-04T10:00:00Z")  # three weeks before a Wednesday
    assert utc(due) == book().due_at("bath", lent, 21, closed_day)


@pytest.mark.row(39)
def test_a_due_day_on_which_the_branch_is_open_is_the_same_by_every_strategy() -> None:
    lent = utc("2026-11-03T10:00:00Z")
    for closed_day in ("next-open", "previous-open", "keep"):
        assert utc("2026-11-24T17:00:00Z") == book().due_at("bath", lent, 21, closed_day)


@pytest.mark.row(39)
def test_the_open_day_before_is_never_before_the_loan() -> None:
    holidays = closed(date(2026, 12, 22), date(2027, 1, 3))
    lent = utc("2026-12-21T17:30:00Z")  # Monday, after closing time: no open day lies between
    assert utc("2027-01-04T17:00:00Z") == book(holidays).due_at("bath", lent, 7, "previous-open")
    # Lent that day in opening hours, it is due at closing time of the same day.
    assert utc("2026-12-21T17:00:00Z") == book(holidays).due_at("bath", lent - 3600_000_000, 7, "previous-open")


@pytest.mark.row(39)
@given(
    st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    st.integers(0, 40),
    st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    st.integers(0, 20),
)
def test_the_strategies_are_in_order_and_a_loan_ends_after_it_began(
    lent_day: date, days: int, first: date, length: int
) -> None:
    calendar = book(closed(first, first + timedelta(days=length)))
    lent = utc(f"{lent_day}T09:00:00Z")
    nominal = lent_day + timedelta(days=days)
    before, kept, after = (calendar.due_at("bath", lent, days, how) for how in ("previous-open", "keep", "next-open"))
    assert lent < min(before, kept, after)
    assert nominal == local_day(kept, LONDON)
    assert kept <= after
    assert calendar.is_open("bath", local_day(before, LONDON))
    assert calendar.is_open("bath", nominal) <= (before == kept == after)


@pytest.mark.row(39)
def test_a_loan_rule_says_what_becomes_of_a_due_day_on_which_the_branch_is_shut(world: World) -> None:
    administration, policies = Administration(world.commands), PolicyDesk(world.commands)
    administration.declare_closure(world.at("bath"), "branch/bath", "2026-12-15", "2026-12-16", "Boiler")
    for closed_day, due in (
        ("previous-open", "2026-12-14T17:00:00Z"),
        ("keep", "2026-12-15T23:59:59Z"),
        ("next-open", "2026-12-17T17:00:00Z"),
    ):
        policies.set_rule(world.at("bristol"), RuleChange("exact", values={"closed_day": closed_day}))
        assert utc(due) == world.lend(BATH_COPY, "ada", "bath").due_us
        world.scan(BATH_COPY, "bath")
    with pytest.raises(Invalid) as refused:
        policies.set_rule(world.at("bristol"), RuleChange("exact", values={"closed_day": "never"}))
    assert "rule.closed-day" == refused.value.code
    assert "never" in refused.value.sentence


# --- never open ------------------------------------------------------------------------------------------------------


@pytest.mark.case(36)
def test_a_branch_closed_for_a_whole_year_is_due_on_its_first_open_day() -> None:
    year = closed(date(2026, 12, 1), date(2027, 11, 30))
    lent = utc("2026-11-24T10:00:00Z")
    assert utc("2027-12-02T17:00:00Z") == book(year).due_at("bath", lent, 21)  # the 1st is a Wednesday
    # Six of its nine days are over before the closure; the other three are counted after it.
    assert utc("2027-12-03T17:00:00Z") == book(year).shelf_until("bath", lent, 9)


@pytest.mark.case(36)
def test_a_branch_closed_for_longer_falls_back_to_the_last_second_of_the_day() -> None:
    years = closed(date(2026, 12, 1), date(2029, 1, 1))
    lent = utc("2026-11-24T10:00:00Z")
    assert utc("2026-12-15T23:59:59Z") == book(years).due_at("bath", lent, 21)
    assert utc("2026-12-03T23:59:59Z") == book(years).shelf_until("bath", lent, 9)
    assert utc("2026-12-15T23:59:59Z") == book(hours=NEVER_OPEN).due_at("bath", lent, 21)
    assert utc("2026-12-15T23:59:59Z") == book(hours=NEVER_OPEN).due_at("bath", lent, 21, "previous-open")
    assert utc("2026-12-03T23:59:59Z") == book(hours=NEVER_OPEN).shelf_until("bath", lent, 9)
    assert () == book(hours=NEVER_OPEN).delivery_windows("bath", date(2026, 12, 1))


@pytest.mark.case(36)
def test_a_branch_that_never_opens_lends_shelves_and_receives_without_an_error(world: World) -> None:
    shut = replace(BRANCHES["bath"], hours=("",) * 7)
    Administration(world.commands).describe_branch(world.at("bath"), "bath", shut)
    assert utc("2026-12-15T23:59:59Z") == world.lend(BATH_COPY, "ada", "bath").due_us
    world.hold(MIDDLEMARCH, "ben", "bath")
    receipt = world.scan(BATH_COPY, "bath")
    assert "hold-shelf" == receipt.code
    capture = world.item(BATH_COPY).custody.capture
    assert capture is not None
    assert utc("2026-12-03T23:59:59Z") == capture.until_us
    # The courier says so in its words: no van can be sent there, and nothing is routed.
    situation = read_situation(world.ledger)
    assert situation.ways.call("bath", date(2026, 11, 24)) is None
    assert situation.ways.next_hop("bristol", "bath", world.clock_us) is None
    assert ["bath has no hours on a day on which the vans of bristol work."] == [
        no_way.why[0].lower() + no_way.why[1:] for no_way in situation.ways.without_way() if no_way.branch == "bath"
    ]


@pytest.mark.case(36)
def test_branches_that_never_open_are_named_in_one_warning(world: World) -> None:
    administration = Administration(world.commands)
    day = date(2026, 11, 24)
    places = read_situation(world.ledger).branches
    assert "" == never_open_warning(never_open(places, whole_calendar(world.ledger), day), day)
    administration.describe_branch(world.at("bath"), "bath", replace(BRANCHES["bath"], hours=("",) * 7))
    administration.declare_closure(world.at("wells"), "branch/wells", "2026-11-24", "2028-11-24", "Rebuilt")
    situation = read_situation(world.ledger)
    found = never_open(situation.branches, situation.calendar, day)
    assert ["bath", "wells"] == found
    warning = never_open_warning(found, day)
    assert warning.startswith("No open day within 400 days of 2026-11-24: bath, wells. Loans made there are due with")
    depot: dict[str, Branch] = {"bath": replace(situation.branches["bath"], kind="depot")}
    assert [] == never_open(depot, situation.calendar, day)
    assert "c, d, e, f, g, h and 2 more." in never_open_warning([*"abcdefghij"], day)
