"""
Due dates, shelf days and opening hours on the days around which the clocks change (circulation reference, case 35).

London and Dublin change together, but Dublin's rule calls its winter time the exception; Sydney changes the other way
round, Lord Howe by half an hour, and Santiago at midnight, so that a day begins at one o'clock.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from circulation.calendar import BranchCalendar, Calendar, Span, WeekHours, at_minute, local_day, zone_of
from circulation.clock import HOUR_US, MINUTE_US, SECOND_US

pytestmark = pytest.mark.case(35)

ZONES = ("Europe/London", "Europe/Dublin", "Australia/Sydney", "Australia/Lord_Howe", "America/Santiago")
DAY_LONG = (Span(0, 1440),)


@cache
def changes(zone: str) -> tuple[date, ...]:
    """The days from 2020 to 2037 that are not 24 hours long."""
    days = (date(2020, 1, 1) + timedelta(days=n) for n in range(18 * 365))
    return tuple(day for day in days if length(day, zone) != 24 * HOUR_US)


def length(day: date, zone: str) -> int:
    """How long a day is, found without the calendar."""
    midnights = (
        datetime(one.year, one.month, one.day, tzinfo=zone_of(zone)).astimezone(UTC)
        for one in (day, day + timedelta(days=1))
    )
    first, second = midnights
    return (second - first) // timedelta(microseconds=1)


def open_always(zone: str, *spans: Span) -> Calendar:
    """One branch that opens every day of the week."""
    hours: WeekHours = (spans or (Span(540, 1020),),) * 7  # type: ignore[assignment]
    return Calendar({"bath": BranchCalendar("banes", zone, hours)})


def shown(instant_us: int, zone: str) -> tuple[date, str]:
    """The day and the time on a wall."""
    wall = datetime.fromtimestamp(instant_us // SECOND_US, tz=zone_of(zone))
    return wall.date(), f"{wall:%H:%M:%S}"


zones = st.sampled_from(ZONES)


@st.composite
def near_a_change(draw: st.DrawFn) -> tuple[str, date]:
    """A zone, and a day not far from one on which its clocks change."""
    zone = draw(zones)
    return zone, draw(st.sampled_from(changes(zone))) + timedelta(days=draw(st.integers(-30, 5)))


@st.composite
def day_spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """Hours such as libraries keep: from five in the morning on, in one part or two."""
    minutes = sorted(draw(st.sets(st.integers(300, 1440), min_size=2, max_size=4)))
    return tuple(Span(*minutes[place : place + 2]) for place in range(0, len(minutes) - 1, 2))


def test_every_zone_changes_twice_a_year_and_in_its_own_way() -> None:
    for zone in ZONES:
        assert 34 <= len(changes(zone)) <= 36, zone
    assert changes("Europe/London") == changes("Europe/Dublin")
    half_hours = {abs(length(day, "Australia/Lord_Howe") - 24 * HOUR_US) for day in changes("Australia/Lord_Howe")}
    assert {HOUR_US // 2} == half_hours
    # The south changes the other way round: its short day is in spring, which is September or October.
    short = {day.month for day in changes("Australia/Sydney") if length(day, "Australia/Sydney") < 24 * HOUR_US}
    assert {10} == short
    assert "01:00:00" == shown(at_minute(date(2026, 9, 6), 0, zone_of("America/Santiago")), "America/Santiago")[1]


@given(near_a_change(), day_spans(), st.integers(0, 1439), st.integers(0, 40))
def test_a_loan_is_due_when_the_clock_on_the_wall_shows_closing_time(
    where: tuple[str, date], spans: tuple[Span, ...], minute: int, days: int
) -> None:
    zone, day = where
    lent_us = at_minute(day, minute, zone_of(zone))
    due_us = open_always(zone, *spans).due_at("bath", lent_us, days)
    closes = spans[-1].closes_minute
    due_day, time = shown(due_us, zone)
    assert (f"{closes // 60:02d}:{closes % 60:02d}:00" if closes < 1440 else "23:59:59") == time
    late = days == 0 and minute >= min(closes, 1439)
    assert day + timedelta(days=days + late) == due_day


@given(near_a_change(), st.integers(0, 1439), st.integers(0, 60))
def test_one_day_more_is_due_one_day_later_none_skipped_and_none_twice(
    where: tuple[str, date], minute: int, days: int
) -> None:
    zone, day = where
    book = open_always(zone)
    lent_us = at_minute(day, minute, zone_of(zone))
    assume(minute < 1020)
    for end in (book.due_at, book.shelf_until):
        first, second = (local_day(end("bath", lent_us, n), zone_of(zone)) for n in (days, days + 1))
        assert timedelta(days=1) == second - first


@given(near_a_change(), day_spans(), st.integers(0, 3 * 1440), st.integers(0, 3 * 1440), st.integers(0, 40))
def test_what_is_lent_later_is_never_due_earlier(
    where: tuple[str, date], spans: tuple[Span, ...], one: int, other: int, days: int
) -> None:
    zone, day = where
    book = open_always(zone, *spans)
    start_us = at_minute(day, 0, zone_of(zone))
    first, second = sorted((start_us + one * MINUTE_US, start_us + other * MINUTE_US))
    assert book.due_at("bath", first, days) <= book.due_at("bath", second, days)
    assert book.shelf_until("bath", first, days) <= book.shelf_until("bath", second, days)


@given(zones, day_spans())
def test_hours_of_the_day_are_as_long_as_the_wall_says_on_the_day_of_the_change_too(
    zone: str, spans: tuple[Span, ...]
) -> None:
    for day in changes(zone):
        opening = open_always(zone, *spans).opening("bath", day)
        on_the_wall = [(span.closes_minute - span.opens_minute) * MINUTE_US for span in spans]
        if zone == "America/Santiago" and spans[-1].closes_minute == 1440 and length(day, zone) > 24 * HOUR_US:
            on_the_wall[-1] += HOUR_US  # it goes back at midnight: the last hour of the day is there twice
        assert on_the_wall == [closes - opens for opens, closes in opening]


@given(near_a_change())
def test_a_branch_open_day_and_night_is_open_without_gap_or_overlap(where: tuple[str, date]) -> None:
    zone, day = where
    book = open_always(zone, *DAY_LONG)
    week = [book.opening("bath", day + timedelta(days=n)) for n in range(7)]
    for ahead, ((opens, closes),) in enumerate(week):
        assert length(day + timedelta(days=ahead), zone) == closes - opens
    assert [span[0][1] for span in week[:-1]] == [span[0][0] for span in week[1:]]


@given(near_a_change(), day_spans(), st.integers(0, 1439), st.integers(0, 40))
def test_dublin_and_london_are_due_at_the_same_instant(
    where: tuple[str, date], spans: tuple[Span, ...], minute: int, days: int
) -> None:
    lent_us = at_minute(where[1], minute, zone_of("Europe/London"))
    for end in ("due_at", "shelf_until"):
        assert getattr(open_always("Europe/London", *spans), end)("bath", lent_us, days) == getattr(
            open_always("Europe/Dublin", *spans), end
        )("bath", lent_us, days)


def test_hours_that_the_clock_jumps_over_are_no_opening_and_hours_that_it_repeats_are_longer() -> None:
    night = open_always("Europe/London", Span(60, 120))
    assert () == night.opening("bath", date(2026, 3, 29))
    ((opens, closes),) = night.opening("bath", date(2026, 10, 25))
    assert 2 * HOUR_US == closes - opens
