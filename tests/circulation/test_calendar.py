"""Opening hours, closures and the due dates that follow from them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circulation.calendar import (
    NEVER_OPEN,
    BranchCalendar,
    Calendar,
    Closure,
    Span,
    WeekHours,
    at_minute,
    format_spans,
    local_day,
    parse_spans,
    zone_of,
)
from circulation.clock import DAY_US, SECOND_US, parse_instant
from circulation.errors import Invalid, Unknown

DAY = (Span(9 * 60 + 30, 13 * 60), Span(14 * 60, 17 * 60))
SHORT = (Span(9 * 60 + 30, 12 * 60),)
# Shut on Wednesday and Sunday, mornings only on Saturday.
WEEK: WeekHours = (DAY, DAY, (), DAY, DAY, SHORT, ())
LONDON = zone_of("Europe/London")
ZONES = ("Europe/London", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "UTC")


def calendar(*closures: Closure, hours: WeekHours = WEEK, zone: str = "Europe/London") -> Calendar:
    return Calendar(
        {
            "bath": BranchCalendar("banes", zone, hours),
            "wells": BranchCalendar("somerset", zone, hours),
            "vault": BranchCalendar("somerset", zone, NEVER_OPEN),
        },
        closures,
    )


def closed(first: date, last: date, scope: str = "all") -> Closure:
    return Closure(id="c1", scope=scope, first=first, last=last, reason="Christmas")


def utc(text: str) -> int:
    return parse_instant(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09:30-17:00", (Span(570, 1020),)),
        ("09:30-13:00,14:00-17:00", DAY),
        (" 9:30 - 13:00 , 14:00\u201317:00 ", DAY),
        ("00:00-24:00", (Span(0, 1440),)),
        ("09:30-13:00,13:00-17:00", (Span(570, 780), Span(780, 1020))),
        ("", ()),
        (" closed ", ()),
    ],
)
def test_hours_are_read_from_their_text(text: str, expected: tuple[Span, ...]) -> None:
    assert expected == parse_spans(text)


@pytest.mark.parametrize(
    "text",
    [
        "09:30",
        "9.30-17.00",
        "17:00-09:30",
        "09:30-09:30",
        "09:60-10:00",
        "09:00-24:01",
        "14:00-17:00,09:30-13:00",
        "09:00-13:00,12:00-17:00",
        "09:00-13:00,",
        "AM & PM",
    ],
)
def test_unreadable_hours_are_refused_with_their_text(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_spans(text)
    assert "hours.unreadable" == refused.value.code
    assert text in refused.value.sentence


def days_of_spans() -> st.SearchStrategy[tuple[Span, ...]]:
    def pair(minutes: set[int]) -> tuple[Span, ...]:
        in_order = sorted(minutes)
        return tuple(Span(*in_order[i : i + 2]) for i in range(0, len(in_order) - 1, 2))

    return st.sets(st.integers(0, 1440), max_size=6).map(pair)


@given(days_of_spans())
def test_hours_written_are_hours_read(spans: tuple[Span, ...]) -> None:
    assert spans == parse_spans(format_spans(spans))


def test_a_span_must_end_after_it_begins() -> None:
    with pytest.raises(Invalid):
        Span(600, 600)
    with pytest.raises(Invalid):
        Span(600, 1441)


def test_a_closure_names_who_is_closed_and_runs_forwards() -> None:
    with pytest.raises(Invalid) as scope:
        closed(date(2026, 12, 25), date(2026, 12, 26), scope="town/bath")
    assert "closure.scope" == scope.value.code
    with pytest.raises(Invalid) as backwards:
        closed(date(2026, 12, 26), date(2026, 12, 25))
    assert "closure.backwards" == backwards.value.code


def test_a_closure_shuts_exactly_its_scope_on_both_its_ends() -> None:
    first, last = date(2026, 11, 23), date(2026, 11, 24)  # Monday, Tuesday
    for scope, bath_open, wells_open in (
        ("all", False, False),
        ("member/somerset", True, False),
        ("branch/bath", False, True),
    ):
        book = calendar(closed(first, last, scope))
        for day in (first, last):
            assert (bath_open, wells_open) == (book.is_open("bath", day), book.is_open("wells", day)), scope
        assert book.is_open("bath", date(2026, 11, 26))
        assert book.is_open("bath", date(2026, 11, 20))


def test_the_next_open_day_is_that_day_itself_when_it_is_open() -> None:
    book = calendar()
    assert date(2026, 11, 24) == book.next_open_day("bath", date(2026, 11, 24))
    assert date(2026, 11, 26) == book.next_open_day("bath", date(2026, 11, 25))
    assert book.next_open_day("vault", date(2026, 11, 25)) is None


def test_a_branch_closed_for_longer_than_the_search_has_no_next_open_day() -> None:
    book = calendar(closed(date(2026, 1, 1), date(2030, 1, 1)))
    assert book.next_open_day("bath", date(2026, 1, 1)) is None
    assert date(2030, 1, 3) == book.next_open_day("bath", date(2029, 12, 1))  # the 2nd is a Wednesday


def test_a_branch_outside_the_calendar_is_named() -> None:
    with pytest.raises(Unknown) as unknown:
        calendar().is_open("atlantis", date(2026, 11, 24))
    assert "atlantis" in unknown.value.sentence


def test_a_loan_is_due_at_closing_time_of_the_due_day() -> None:
    lent = utc("2026-11-03T10:00:00Z")  # Tuesday, and so is the day three weeks later
    assert utc("2026-11-24T17:00:00Z") == calendar().due_at("bath", lent, 21)


def test_a_due_date_on_a_closed_day_moves_to_the_next_open_one() -> None:
    lent = utc("2026-11-04T10:00:00Z")  # due on a Wednesday
    assert utc("2026-11-26T17:00:00Z") == calendar().due_at("bath", lent, 21)
    christmas = closed(date(2026, 11, 26), date(2026, 11, 27))
    assert utc("2026-11-28T12:00:00Z") == calendar(christmas).due_at("bath", lent, 21)


def test_a_due_time_follows_the_clock_on_the_wall_over_the_change() -> None:
    # Lent in summer time (UTC+1), due in winter time (UTC+0): 17:00 on the wall both times.
    lent = utc("2026-10-13T09:00:00Z")
    assert utc("2026-11-03T17:00:00Z") == calendar().due_at("bath", lent, 21)
    assert utc("2026-10-20T16:00:00Z") == calendar().due_at("bath", lent, 7)


def test_the_local_day_decides_and_not_the_day_in_utc() -> None:
    lent = utc("2026-07-06T23:30:00Z")  # 00:30 on Tuesday in London
    assert utc("2026-07-07T16:00:00Z") == calendar().due_at("bath", lent, 0)


def test_a_loan_after_closing_is_never_due_before_it_was_lent() -> None:
    lent = utc("2026-11-24T18:00:00Z")  # Tuesday evening; Wednesday is closed
    assert utc("2026-11-26T17:00:00Z") == calendar().due_at("bath", lent, 0)


def test_a_branch_that_is_never_open_lends_until_the_end_of_the_nominal_day() -> None:
    lent = utc("2026-07-07T10:00:00Z")
    assert utc("2026-07-28T22:59:59Z") == calendar().due_at("vault", lent, 21)
    assert utc("2026-07-14T22:59:59Z") == calendar().shelf_until("vault", lent, 7)


@pytest.mark.parametrize("days", [-1, 10**7])
def test_a_loan_for_impossible_days_is_refused(days: int) -> None:
    with pytest.raises(Invalid) as refused:
        calendar().due_at("bath", utc("2026-07-07T10:00:00Z"), days)
    assert "loan.days" == refused.value.code


def test_the_hold_shelf_counts_from_the_first_open_day() -> None:
    on_wednesday = utc("2026-11-25T10:00:00Z")
    assert utc("2026-12-03T17:00:00Z") == calendar().shelf_until("bath", on_wednesday, 7)
    after_closing = utc("2026-11-24T17:30:00Z")
    assert utc("2026-12-03T17:00:00Z") == calendar().shelf_until("bath", after_closing, 7)


def test_days_lost_to_a_closure_are_given_back_on_the_hold_shelf() -> None:
    shelved = utc("2026-12-21T10:00:00Z")  # Monday
    assert utc("2026-12-28T17:00:00Z") == calendar().shelf_until("bath", shelved, 7)
    holidays = closed(date(2026, 12, 24), date(2026, 12, 28))
    # Five days are given back: 2 January, a Saturday.
    assert utc("2027-01-02T12:00:00Z") == calendar(holidays).shelf_until("bath", shelved, 7)


def test_the_van_comes_in_staffed_hours_unless_it_has_a_key() -> None:
    tuesday, wednesday = date(2026, 11, 24), date(2026, 11, 25)
    early = (Span(6 * 60, 8 * 60),)
    keyed: WeekHours = ((), (), early, (), (), (), ())
    book = Calendar(
        {
            "bath": BranchCalendar("banes", "Europe/London", WEEK),
            "wells": BranchCalendar("somerset", "Europe/London", WEEK, delivery=keyed),
        },
        [closed(wednesday + timedelta(days=7), wednesday + timedelta(days=7))],
    )
    assert DAY == book.delivery_windows("bath", tuesday)
    assert () == book.delivery_windows("bath", wednesday)
    assert early == book.delivery_windows("wells", wednesday)
    assert () == book.delivery_windows("wells", tuesday)
    assert () == book.delivery_windows("wells", wednesday + timedelta(days=7))
    assert frozenset({0, 1, 3, 4, 5}) == book.service_days("bath")
    assert frozenset({2}) == book.service_days("wells")


def test_a_clock_that_shows_a_minute_twice_means_the_first_and_one_it_skips_is_counted_from_midnight() -> (
    None
):
    assert utc("2026-10-25T00:30:00Z") == at_minute(date(2026, 10, 25), 90, LONDON)
    assert utc("2026-03-29T01:30:00Z") == at_minute(date(2026, 3, 29), 90, LONDON)
    assert utc("2026-10-26T00:00:00Z") == at_minute(date(2026, 10, 25), 1440, LONDON)


def test_an_unknown_zone_is_refused_by_name() -> None:
    for name in ("Europe/Bristol", "", "../etc/passwd"):
        with pytest.raises(Invalid) as refused:
            zone_of(name)
        assert f"'{name}'" in refused.value.sentence


# --- what holds for every calendar -----------------------------------------------------------------------

_FROM, _UNTIL = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) * SECOND_US for y in (2020, 2030))
instants = st.integers(_FROM, _UNTIL)
days_of_week: st.SearchStrategy[WeekHours] = st.tuples(*[days_of_spans()] * 7)  # type: ignore[assignment]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    closures = []
    for number in range(draw(st.integers(0, 3))):
        first = draw(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
        last = first + timedelta(days=draw(st.integers(0, 40)))
        scope = draw(st.sampled_from(("all", "member/banes", "branch/bath", "branch/wells")))
        closures.append(Closure(str(number), scope, first, last, "closed"))
    return calendar(*closures, hours=draw(days_of_week), zone=draw(st.sampled_from(ZONES)))


@given(calendars(), instants, st.integers(0, 120))
@settings(max_examples=200)
def test_every_loan_is_due_later_on_an_open_day_at_its_closing_time(
    book: Calendar, lent_us: int, days: int
) -> None:
    zone = zone_of(book.branch("bath").time_zone)
    due_us = book.due_at("bath", lent_us, days)
    due_day = local_day(due_us, zone)
    assert due_us > lent_us
    assert due_day >= local_day(lent_us, zone) + timedelta(days=days)
    if any(book.branch("bath").hours):
        closes = book.spans("bath", due_day)[-1].closes_minute
        shown = datetime.fromtimestamp(due_us // SECOND_US, tz=zone)
        jumped = at_minute(due_day, closes, zone) - at_minute(due_day, 0, zone) != closes * 60 * SECOND_US
        if closes < 1440 and not jumped:
            assert closes == shown.hour * 60 + shown.minute
    else:
        assert "23:59:59" == f"{datetime.fromtimestamp(due_us // SECOND_US, tz=zone):%H:%M:%S}"


@given(calendars(), instants, st.integers(0, 60))
def test_a_longer_loan_is_never_due_earlier(book: Calendar, lent_us: int, days: int) -> None:
    assert book.due_at("bath", lent_us, days) <= book.due_at("bath", lent_us, days + 1)


@given(calendars(), instants, st.integers(0, 30))
def test_the_hold_shelf_ends_no_earlier_than_a_loan_of_the_same_days(
    book: Calendar, now_us: int, days: int
) -> None:
    until_us = book.shelf_until("bath", now_us, days)
    assert until_us >= book.due_at("bath", now_us, days) - (0 if any(book.branch("bath").hours) else DAY_US)


@given(calendars(), st.dates(date(2020, 1, 1), date(2029, 12, 31)))
def test_no_open_day_lies_between_a_day_and_the_next_open_one(book: Calendar, day: date) -> None:
    found = book.next_open_day("bath", day)
    if found is not None:
        assert book.is_open("bath", found)
        between = (day + timedelta(days=n) for n in range((found - day).days))
        assert not any(book.is_open("bath", other) for other in between)
    else:
        assert not any(book.branch("bath").hours)


@given(st.dates(date(2020, 1, 1), date(2029, 12, 31)), st.integers(0, 1439), st.sampled_from(ZONES))
def test_a_minute_of_a_day_lies_on_that_day(day: date, minute: int, zone: str) -> None:
    instant_us = at_minute(day, minute, zone_of(zone))
    assert day == local_day(instant_us, zone_of(zone))
    assert at_minute(day, 1440, zone_of(zone)) == at_minute(day + timedelta(days=1), 0, zone_of(zone))
