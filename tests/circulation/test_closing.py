"""A closure declared after loans were made that are due in it: what changes, as one fact, and who is told what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from circulation.administration import Administration
from circulation.branch import branch_stream, fold_branch
from circulation.calendar import Calendar, Closure
from circulation.calendar_desk import CalendarDesk, Effect
from circulation.clock import DAY_US, parse_instant
from circulation.closing import Change, Ending, changes_in, closed_days_changes, closure_changes, moved_by
from circulation.codec import encode_payload
from circulation.due_dates import DueDatesMoved, MovedTogether, due_dates_stream
from circulation.errors import Invalid, Refused, Unknown
from circulation.event import NewEvents
from circulation.folds import ITEM
from circulation.item import LoanRenewed, item_stream
from circulation.places import calendar_of, whole_calendar
from circulation.policy_changes import RuleChange
from circulation.policy_desk import PolicyDesk
from circulation.receipt import receipt_of
from projections import hold_shelf, loans
from projections.endings import EndingsOfViews
from projections.registry import open_views
from projections.views import Views
from tests.cast import BATH_COPY, BRANCHES, CLEVEDON_COPY, DUNE, MIDDLEMARCH, TUESDAY, WELLS_COPY, fact
from tests.world import World

utc = parse_instant
DUE = utc("2026-12-15T17:00:00Z")
"""Three weeks after the Tuesday on which everything begins, at closing time."""
MOVED = utc("2026-12-17T17:00:00Z")
SNOW = ("branch/bath", "2026-12-14", "2026-12-16", "Snow")


def book(*closures: Closure) -> Calendar:
    """The calendar of the cast."""
    places = {
        code: fold_branch(None, fact(branch_stream(code), 1, opened, TUESDAY)) for code, opened in BRANCHES.items()
    }
    return Calendar({code: calendar_of(place) for code, place in places.items()}, closures)


def snow(first: int, last: int, scope: str = "branch/bath") -> Closure:
    """Days of December 2026."""
    return Closure("snow", scope, date(2026, 12, first), date(2026, 12, last), "Snow")


def loan(subject: str, branch: str, due: str) -> Ending:
    return Ending("loan", subject, branch, utc("2026-11-24T10:00:00Z"), utc(due))


def waits(branch: str, since: str, until: str) -> Ending:
    return Ending("shelf", "30114000000017", branch, utc(since), utc(until))


# --- what a closure changes ------------------------------------------------------------------------------------------


@pytest.mark.case(34)
@pytest.mark.row(39)
def test_a_loan_due_in_the_closure_goes_to_the_next_open_day_and_no_other_does() -> None:
    endings = [
        loan("a#1", "bath", "2026-12-14T17:00:00Z"),
        loan("b#1", "bath", "2026-12-16T17:00:00Z"),
        loan("c#1", "bath", "2026-12-12T17:00:00Z"),
        loan("d#1", "bath", "2026-12-17T17:00:00Z"),
        loan("e#1", "wells", "2026-12-15T17:00:00Z"),
    ]
    changes = closure_changes(snow(14, 16), book(), endings)
    assert [("a#1", MOVED), ("b#1", MOVED)] == [(one.subject, one.becomes_us) for one in changes]


@pytest.mark.case(34)
def test_everybody_closed_moves_each_branch_by_its_own_hours() -> None:
    endings = [loan("a#1", "bath", "2026-12-15T17:00:00Z"), loan("b#1", "clevedon", "2026-12-15T17:00:00Z")]
    changes = closure_changes(snow(15, 15, "all"), book(), endings)
    # Clevedon is shut on Wednesdays, so its loan is due on Thursday.
    assert {"a#1": utc("2026-12-16T17:00:00Z"), "b#1": MOVED} == {one.subject: one.becomes_us for one in changes}


@pytest.mark.case(34)
def test_the_days_that_a_closure_takes_from_a_wait_on_the_shelf_are_given_back() -> None:
    shelved, until = "2026-12-07T10:00:00Z", "2026-12-15T17:00:00Z"
    for closure, becomes in (
        (snow(9, 10), "2026-12-17T17:00:00Z"),
        (snow(14, 16), "2026-12-18T17:00:00Z"),  # two of its days, counted on after the 16th
        (snow(15, 15), "2026-12-16T17:00:00Z"),
        (snow(1, 7), "2026-12-16T17:00:00Z"),  # the day on which it was shelved does not begin the wait
    ):
        (change,) = closure_changes(closure, book(), [waits("bath", shelved, until)])
        assert utc(becomes) == change.becomes_us, closure
    assert [] == closure_changes(snow(16, 20), book(), [waits("bath", shelved, until)])
    assert [] == closure_changes(snow(9, 10), book(), [waits("wells", shelved, until)])


@pytest.mark.case(34)
def test_a_wait_moved_afterwards_ends_as_if_the_closure_had_been_known() -> None:
    shelved_us = utc("2026-12-07T10:00:00Z")
    for first, last in ((8, 9), (9, 12), (10, 15), (7, 8)):
        known = book(snow(first, last)).shelf_until("bath", shelved_us, 8)
        ending = Ending("shelf", "30114000000017", "bath", shelved_us, book().shelf_until("bath", shelved_us, 8))
        (change,) = closure_changes(snow(first, last), book(), [ending])
        assert known == change.becomes_us


@pytest.mark.case(36)
def test_without_an_open_day_in_reach_the_date_stays_and_the_reason_is_listed() -> None:
    for_ever = Closure("c", "branch/bath", date(2026, 12, 1), date(2029, 1, 1), "Rebuilt")
    (change,) = closure_changes(for_ever, book(), [loan("a#1", "bath", "2026-12-15T17:00:00Z")])
    assert change.becomes_us is None
    assert "bath has no open day within 400 days" in change.why
    assert {} == moved_by([change])


@pytest.mark.case(34)
def test_after_a_change_of_hours_what_ends_on_a_day_that_is_shut_now_is_found() -> None:
    endings = [loan("a#1", "clevedon", "2026-12-16T17:00:00Z"), loan("b#1", "clevedon", "2026-12-17T17:00:00Z")]
    (change,) = closed_days_changes(book(), endings)  # the 16th is a Wednesday
    assert Change("loan", "a#1", "clevedon", endings[0].until_us, MOVED, "clevedon is shut on 2026-12-16") == change


@pytest.mark.case(34)
def test_fifty_thousand_loans_are_one_fact_of_a_megabyte() -> None:
    due, becomes = utc("2026-12-15T17:00:00Z"), MOVED
    changes = [Change("loan", f"3011400{number:07d}#1", "bath", due, becomes, "") for number in range(50_000)]
    (event,) = moved_by(changes, scope="all", closure="snow").values()
    assert [MovedTogether(was_us=due, becomes_us=becomes, loans=event.moves[0].loans)] == list(event.moves)
    assert 50_000 == len(event.moves[0].loans)
    assert len(encode_payload(event)) < 1_100_000


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def views(world: World) -> Iterator[Views]:
    """The views beside the world's ledger."""
    opened = open_views(world.ledger)
    yield opened
    opened.close()


@pytest.fixture
def calendar(world: World, views: Views) -> CalendarDesk:
    """What a coordinator closes branches with."""
    return CalendarDesk(world.commands, EndingsOfViews(views))


def close(world: World, calendar: CalendarDesk, request: str | None = None) -> Effect:
    world.clock_us += DAY_US
    return calendar.close(world.at("bath"), *SNOW, request=request)


@pytest.mark.case(34)
def test_a_closure_moves_the_loans_due_in_it_by_one_command_and_one_fact(
    world: World, views: Views, calendar: CalendarDesk
) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.lend(WELLS_COPY, "cyn", "wells")
    before = world.ledger.head().position
    assert [(f"{BATH_COPY}#1", DUE, MOVED)] == [
        (one.subject, one.was_us, one.becomes_us) for one in calendar.preview(*SNOW)
    ]
    assert before == world.ledger.head().position
    effect = close(world, calendar)
    assert ["calendar/branch/bath", "due-dates/bath"] == [fact.stream for fact in effect.appended.facts]
    assert before + 2 == world.ledger.head().position
    moved = effect.appended.facts[1].event
    assert (
        DueDatesMoved(
            scope="branch/bath",
            closure="2026-12-14",
            moves=(MovedTogether(was_us=DUE, becomes_us=MOVED, loans=(f"{BATH_COPY}#1",)),),
        )
        == moved
    )
    assert tuple(changes_in(effect.appended.facts)) == effect.changes
    receipt = receipt_of(effect.appended)
    assert ("closure.declared", "Closed") == (receipt.code, receipt.headline)
    assert "Loans due later: 1. Copies that wait longer on a hold shelf: 0." in receipt.sentence


@pytest.mark.case(34)
def test_the_moved_date_holds_now_and_the_old_one_then_live_and_rebuilt(
    world: World, views: Views, calendar: CalendarDesk
) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    before = world.ledger.head().position
    close(world, calendar)
    for _ in range(2):
        now, then = (loans.loan_of(views, BATH_COPY, as_of=as_of) for as_of in (None, before))
        assert now is not None
        assert then is not None
        assert (MOVED, DUE) == (now.due_us, then.due_us)
        views.rebuild("custody")
    assert [] == views.verify("custody")
    loan = world.desk.places.dated(world.item(BATH_COPY)).custody.loan
    assert loan is not None
    assert MOVED == loan.due_us


@pytest.mark.case(34)
def test_closing_the_same_days_again_records_nothing_and_a_repeated_request_gives_the_first_answer(
    world: World, calendar: CalendarDesk
) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    first = close(world, calendar, request="r-1")
    head = world.ledger.head()
    assert () == close(world, calendar).appended.facts
    again = calendar.close(world.at("bath"), *SNOW, request="r-1")
    assert (True, first.changes) == (again.appended.repeated, again.changes)
    assert head == world.ledger.head()


@pytest.mark.case(34)
def test_closing_again_finds_what_was_lent_by_the_old_calendar_meanwhile(
    world: World, views: Views, calendar: CalendarDesk
) -> None:
    Administration(world.commands).declare_closure(world.at("bath"), *SNOW)
    version = world.ledger.load(item_stream(BATH_COPY), ITEM).version
    world.lend(BATH_COPY, "ada", "bath")
    # The desk had read the calendar before the closure: its fact says the old day.
    late = LoanRenewed(loan=f"{BATH_COPY}#1", branch="bath", due_us=DUE, renewals=0, rule="default")
    world.record("late", [NewEvents(item_stream(BATH_COPY), version + 1, (late,))])
    effect = calendar.close(world.at("bath"), *SNOW)
    assert [(DUE, MOVED)] == [(one.was_us, one.becomes_us) for one in effect.changes]
    assert ["due-dates/bath"] == [fact.stream for fact in effect.appended.facts]


@pytest.mark.case(34)
def test_a_loan_that_came_back_before_the_list_was_recorded_is_not_moved(
    world: World, views: Views, calendar: CalendarDesk
) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    stale = moved_by(calendar.preview(*SNOW))["bath"]
    world.scan(BATH_COPY, "bath")
    world.lend(BATH_COPY, "ben", "bath")
    world.record("stale", [NewEvents(due_dates_stream("bath"), 0, (stale,))])
    again = world.desk.places.dated(world.item(BATH_COPY)).custody.loan
    shown = loans.loan_of(views, BATH_COPY)
    assert again is not None
    assert shown is not None
    assert (f"{BATH_COPY}#2", DUE) == (again.loan, again.due_us) == (shown.loan, shown.due_us)


@pytest.mark.case(34)
def test_a_date_set_after_the_move_holds_even_if_it_is_the_old_one(
    world: World, views: Views, calendar: CalendarDesk
) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    close(world, calendar)
    set_back = LoanRenewed(loan=f"{BATH_COPY}#1", branch="bath", due_us=DUE, renewals=1, rule="default")
    version = world.ledger.load(item_stream(BATH_COPY), ITEM).version
    world.record("set-back", [NewEvents(item_stream(BATH_COPY), version, (set_back,))])
    mine = world.desk.places.dated(world.item(BATH_COPY)).custody.loan
    shown = loans.loan_of(views, BATH_COPY)
    assert mine is not None
    assert shown is not None
    assert DUE == mine.due_us == shown.due_us


@pytest.mark.case(34)
def test_a_withdrawn_closure_shortens_no_loan_and_lists_what_stays(
    world: World, views: Views, calendar: CalendarDesk
) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    close(world, calendar)
    Administration(world.commands).withdraw_closure(world.at("bath"), "branch/bath", "2026-12-14")
    kept = loans.loan_of(views, BATH_COPY)
    assert kept is not None
    assert MOVED == kept.due_us
    assert [(f"{BATH_COPY}#1", DUE, MOVED)] == [
        (one.subject, one.was_us, one.becomes_us) for one in calendar.moved_by_closure("branch/bath", "2026-12-14")
    ]
    world.scan(BATH_COPY, "bath")
    assert [] == calendar.moved_by_closure("branch/bath", "2026-12-14")
    # Loans made from now on may be due on the days that are open again.
    lent = world.lend(BATH_COPY, "ben", "bath")
    assert lent.due_us == utc("2026-12-16T17:00:00Z")


@pytest.mark.case(34)
def test_a_renewal_must_give_more_time_than_the_moved_date(world: World, calendar: CalendarDesk) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    close(world, calendar)  # a day later: renewed now, the loan would be due on the 17th as it is
    with pytest.raises(Refused) as refused:
        world.desk.loans.renew(world.at("bath"), BATH_COPY)
    assert "renew.no-gain" == refused.value.code
    world.clock_us += 2 * DAY_US
    assert utc("2026-12-18T17:00:00Z") == world.desk.loans.renew(world.at("bath"), BATH_COPY).due_us


@pytest.mark.case(17)
@pytest.mark.case(34)
def test_a_recall_shortens_the_moved_date_and_gives_it_back(world: World, views: Views, calendar: CalendarDesk) -> None:
    change = RuleChange("recalls", values={"guaranteed_days": 7, "recall_notice_days": 3})
    PolicyDesk(world.commands).set_rule(world.at("bristol"), change)
    world.lend(BATH_COPY, "ada", "bath")
    close(world, calendar)
    recalls = world.desk.recalls
    assert utc("2026-12-01T17:00:00Z") == recalls.recall(world.at("bath"), BATH_COPY).due_us
    assert MOVED == recalls.withdraw(world.at("bath"), BATH_COPY).due_us
    shown = loans.loan_of(views, BATH_COPY)
    assert shown is not None
    assert MOVED == shown.due_us
    assert [] == views.verify("custody")


@pytest.mark.case(34)
def test_undoing_a_return_restores_the_moved_date(world: World, views: Views, calendar: CalendarDesk) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    close(world, calendar)
    world.scan(BATH_COPY, "bath")
    world.desk.undo(world.at("bath"), BATH_COPY)
    mine = world.item(BATH_COPY).custody.loan
    shown = loans.loan_of(views, BATH_COPY)
    assert mine is not None
    assert shown is not None
    assert MOVED == mine.due_us == shown.due_us


@pytest.mark.case(34)
def test_a_copy_on_the_hold_shelf_waits_longer_by_the_days_of_the_closure(
    world: World, views: Views, calendar: CalendarDesk
) -> None:
    world.hold(MIDDLEMARCH, "ada", "bath")
    world.scan(BATH_COPY, "bath")  # Tuesday the 24th, for nine days
    before = world.ledger.head().position
    (shelved,) = hold_shelf.on_shelf(views, "bath")
    assert utc("2026-12-03T17:00:00Z") == shelved.until_us
    calendar.close(world.at("bath"), "branch/bath", "2026-12-02", "2026-12-04", "Boiler")
    (longer,) = hold_shelf.on_shelf(views, "bath")
    # Two of its days are closed: Saturday the 5th and Sunday the 6th count instead, and Monday is open.
    assert utc("2026-12-07T17:00:00Z") == longer.until_us
    assert shelved.since_us == longer.since_us
    (then,) = hold_shelf.on_shelf(views, "bath", as_of=before)
    assert shelved == then
    assert [] == views.verify("custody")
    capture = world.desk.places.dated(world.item(BATH_COPY)).custody.capture
    assert capture is not None
    assert longer.until_us == capture.until_us


@pytest.mark.case(34)
def test_dates_on_days_that_new_hours_shut_are_settled_by_one_command(
    world: World, views: Views, calendar: CalendarDesk
) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    shut = replace(BRANCHES["bath"], hours=("09:00-17:00", "", "09:00-17:00", "09:00-17:00", "", "", ""))
    Administration(world.commands).describe_branch(world.at("bath"), "bath", shut)
    assert [DUE] == [one.was_us for one in calendar.closed_days("all", world.clock_us)]
    effect = calendar.settle(world.at("bath"), "branch/bath")
    assert [(DUE, utc("2026-12-16T17:00:00Z"))] == [(one.was_us, one.becomes_us) for one in effect.changes]
    assert "dates.moved" == receipt_of(effect.appended).code
    assert () == calendar.settle(world.at("bath"), "all").appended.facts


@pytest.mark.case(34)
def test_a_closure_of_nobody_or_backwards_is_refused(world: World, calendar: CalendarDesk) -> None:
    for scope, first, last, kind, code in (
        ("branch/atlantis", "2026-12-14", "2026-12-14", Unknown, "branch.unknown"),
        ("member/Atlantis", "2026-12-14", "2026-12-14", Unknown, "member.unknown"),
        ("town/bath", "2026-12-14", "2026-12-14", Invalid, "closure.scope"),
        ("all", "2026-12-14", "2026-12-13", Invalid, "closure.ends-before-it-begins"),
        ("all", "tomorrow", "2026-12-13", Invalid, "day.unreadable"),
    ):
        with pytest.raises(kind) as refused:
            calendar.preview(scope, first, last, "Snow")
        assert code == refused.value.code
        assert code != "branch.unknown" or "atlantis" in refused.value.sentence


# --- one calendar ----------------------------------------------------------------------------------------------------


@pytest.mark.row(38)
@pytest.mark.case(33)
def test_due_dates_hold_shelves_and_stop_windows_follow_one_calendar(world: World, calendar: CalendarDesk) -> None:
    calendar.close(world.at("bath"), *SNOW)
    whole = whole_calendar(world.ledger)
    assert MOVED == world.lend(BATH_COPY, "ada", "bath").due_us
    assert MOVED == whole.due_at("bath", world.clock_us, 21)
    assert utc("2026-12-18T17:00:00Z") == whole.shelf_until("bath", utc("2026-12-06T10:00:00Z"), 8)
    assert () == whole.delivery_windows("bath", date(2026, 12, 15))
    assert whole.delivery_windows("bath", date(2026, 12, 17))
    assert whole.delivery_windows("wells", date(2026, 12, 15))


@pytest.mark.case(33)
def test_the_clock_of_the_hold_shelf_starts_at_the_next_opening(world: World, views: Views) -> None:
    world.hold(DUNE, "dev", "clevedon")
    world.clock_us = utc("2026-11-25T08:00:00Z")  # Wednesday: Clevedon is shut, but somebody empties the tote
    world.scan(CLEVEDON_COPY, "clevedon")
    (shelved,) = hold_shelf.on_shelf(views, "clevedon")
    # Nine days from Thursday the 26th are Saturday the 5th.
    assert utc("2026-12-05T17:00:00Z") == shelved.until_us
