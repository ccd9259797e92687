"""The book drop: when the loan ended, and when somebody held the book."""

from __future__ import annotations

from datetime import date

import pytest

from circulation.book_drop import last_open, returned_at
from circulation.calendar import NEVER_OPEN, BranchCalendar, Calendar, Closure
from circulation.clock import DAY_US, HOUR_US, MINUTE_US, iso, parse_instant
from circulation.errors import Refused
from circulation.item import ItemPlacedOnHoldShelf, ItemReturned, LateScanRecorded, TransitOpened, item_stream
from circulation.places import week_of
from tests.cast import BATH_COPY, MIDDLEMARCH, NINE_TO_FIVE, WELLS_COPY
from tests.world import World

MONDAY_MORNING = parse_instant("2026-11-30T08:40:00Z")
SATURDAY_EVENING = parse_instant("2026-11-28T17:00:00Z")


def calendar(*closures: Closure, hours: tuple[str, ...] = NINE_TO_FIVE, zone: str = "Europe/London") -> Calendar:
    return Calendar({"bath": BranchCalendar("Bath", zone, week_of(hours))}, closures)


@pytest.mark.case(18)
@pytest.mark.parametrize(
    ("emptied", "since"),
    [
        ("2026-11-30T08:40:00Z", "2026-11-28T17:00:00Z"),  # Monday before opening: Saturday's closing time
        ("2026-11-30T09:59:59Z", "2026-11-28T17:00:00Z"),  # on the first round
        ("2026-11-30T10:00:00Z", "2026-11-30T10:00:00Z"),  # later in the day it came just now
        ("2026-11-24T18:30:00Z", "2026-11-24T17:00:00Z"),  # after closing
        ("2026-11-29T12:00:00Z", "2026-11-28T17:00:00Z"),  # on a closed day
    ],
)
def test_what_lay_in_the_drop_came_when_the_branch_was_last_open(emptied: str, since: str) -> None:
    assert iso(last_open(calendar(), "bath", parse_instant(emptied))) == since


def test_closed_days_are_gone_back_over() -> None:
    shut = Closure("xmas", "all", date(2026, 11, 27), date(2026, 11, 29), "Flood")
    assert iso(last_open(calendar(shut), "bath", MONDAY_MORNING)) == "2026-11-26T17:00:00Z"


@pytest.mark.case(35)
def test_the_closing_time_is_the_one_on_the_wall_when_the_clock_has_changed() -> None:
    """Summer time ended on Sunday 2026-10-25: Saturday's five o'clock was four o'clock UTC."""
    assert iso(last_open(calendar(), "bath", parse_instant("2026-10-26T08:30:00Z"))) == "2026-10-24T16:00:00Z"


def test_after_a_lunch_break_the_drop_holds_what_came_during_it() -> None:
    lunch = ("09:00-13:00,14:00-17:00",) * 6 + ("",)
    emptied = parse_instant("2026-11-24T14:10:00Z")
    assert iso(last_open(calendar(hours=lunch), "bath", emptied)) == "2026-11-24T13:00:00Z"


@pytest.mark.case(36)
def test_at_a_branch_that_is_never_open_it_came_when_the_drop_was_emptied() -> None:
    never = Calendar({"bath": BranchCalendar("Bath", "Europe/London", NEVER_OPEN)})
    assert last_open(never, "bath", MONDAY_MORNING) == MONDAY_MORNING


def test_no_return_is_before_its_loan_or_after_the_drop_was_emptied() -> None:
    lent = SATURDAY_EVENING + HOUR_US
    assert returned_at(calendar(), "bath", MONDAY_MORNING, given_us=None, custody_us=lent) == lent
    later = MONDAY_MORNING + MINUTE_US
    assert returned_at(calendar(), "bath", MONDAY_MORNING, given_us=later, custody_us=0) == MONDAY_MORNING


# ---- at the desk


def over_the_weekend(world: World) -> None:
    """Lent on Tuesday; Bath's drop is emptied on Monday morning."""
    world.lend(BATH_COPY, "ada", "bath")
    world.clock_us = MONDAY_MORNING


@pytest.mark.case(18)
@pytest.mark.row(2)
def test_a_loan_ends_when_the_branch_was_last_open_and_both_times_are_kept(world: World) -> None:
    over_the_weekend(world)
    receipt = world.desk.scan(world.at("bath"), BATH_COPY, by="drop")
    assert receipt.sentence == "Returned at bath in the book drop, as of 2026-11-28T17:00:00Z. It stays here."
    returned = world.ledger.stream(item_stream(BATH_COPY))[-1]
    assert isinstance(returned.event, ItemReturned)
    assert (returned.event.by, returned.happened_us, returned.recorded_us) == ("drop", SATURDAY_EVENING, MONDAY_MORNING)


@pytest.mark.case(18)
def test_only_the_return_is_backdated_the_journey_begins_now(world: World) -> None:
    over_the_weekend(world)
    world.desk.scan(world.at("wells"), BATH_COPY, by="drop")
    sent = world.ledger.stream(item_stream(BATH_COPY))[-1]
    assert isinstance(sent.event, TransitOpened)
    assert sent.happened_us == MONDAY_MORNING
    assert world.item(BATH_COPY).custody.custody_us == MONDAY_MORNING


def test_the_hold_shelf_counts_from_the_day_when_it_was_shelved(world: World) -> None:
    over_the_weekend(world)
    world.lend(WELLS_COPY, "cyn", "wells")
    world.hold(MIDDLEMARCH, "ben", "bath")
    world.desk.scan(world.at("bath"), BATH_COPY, by="drop")
    shelved = world.ledger.stream(item_stream(BATH_COPY))[-1].event
    assert isinstance(shelved, ItemPlacedOnHoldShelf)
    assert iso(shelved.until_us) == "2026-12-09T17:00:00Z"


@pytest.mark.case(18)
def test_a_time_that_staff_give_goes_before_the_calendar(world: World) -> None:
    over_the_weekend(world)
    friday = parse_instant("2026-11-27T12:00:00Z")
    world.desk.scan(world.at("bath"), BATH_COPY, by="drop", dropped_us=friday)
    assert world.ledger.stream(item_stream(BATH_COPY))[-1].happened_us == friday


@pytest.mark.case(19)
def test_a_return_in_the_future_is_refused_with_how_far_the_clock_is_off(world: World) -> None:
    over_the_weekend(world)
    with pytest.raises(Refused) as error:
        world.desk.scan(world.at("bath"), BATH_COPY, by="drop", dropped_us=world.clock_us + DAY_US)
    assert (error.value.code, "1440 minutes ahead" in error.value.sentence) == ("time.in-future", True)


def test_a_given_time_before_the_last_custody_is_history_and_moves_nothing(world: World) -> None:
    over_the_weekend(world)
    before = world.item(BATH_COPY).custody
    receipt = world.desk.scan(world.at("bath"), BATH_COPY, by="drop", dropped_us=before.custody_us - 1)
    assert receipt.code == "late"
    assert world.item(BATH_COPY).custody == before
    assert isinstance(world.ledger.stream(item_stream(BATH_COPY))[-1].event, LateScanRecorded)


def test_a_book_from_the_drop_that_was_not_on_loan_is_seen_now(world: World) -> None:
    world.clock_us = MONDAY_MORNING
    world.desk.scan(world.at("bath"), BATH_COPY, by="drop")
    assert world.ledger.stream(item_stream(BATH_COPY))[-1].happened_us == MONDAY_MORNING


def test_a_backdated_return_is_undone_like_any_other(world: World) -> None:
    over_the_weekend(world)
    before = world.item(BATH_COPY).custody
    world.desk.scan(world.at("wells"), BATH_COPY, by="drop")
    world.desk.undo(world.at("wells"), BATH_COPY)
    assert world.item(BATH_COPY).custody == before
