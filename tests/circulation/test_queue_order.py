"""Who gets a copy next, and why not the others: queue orders, thresholds, parts and new copies, by hand."""

import time
from dataclasses import replace

import pytest

from circulation.checkin import decide
from circulation.clock import DAY_US
from circulation.errors import Invalid, Unknown
from circulation.event import Event
from circulation.hold import HoldCaptured, HoldPlaced, HoldSuspended, Title, fold_title
from circulation.item import Item
from circulation.outcome import Rulings, Scan
from circulation.queue_order import ForCopy, QueueRulings, best_hold, candidates
from circulation.queue_policy import (
    FIFO,
    NAMED_ORDERS,
    QueueOrder,
    QueueOrderSet,
    fold_queue_orders,
    order_for,
    remove_order,
    set_order,
)
from tests.cast import BATH_COPY, DAY, MIDDLEMARCH, TUESDAY, fact, hold, item_given, title_given

FIRST, SECOND, THIRD = (f"{MIDDLEMARCH}#{number}" for number in (1, 2, 3))
LOCAL_FIRST = QueueOrder("local-first", NAMED_ORDERS["local-first"])
CHASE_HOME = QueueOrder("chase-home", NAMED_ORDERS["chase-home"])
GO_HOME = QueueOrder("holds-go-home", NAMED_ORDERS["holds-go-home"], away_days=183)


def ruled(order: QueueOrder = FIFO, **more: object) -> QueueRulings:
    return QueueRulings(order=lambda: order, **more)  # type: ignore[arg-type]


def chosen(title: Title, at: str, rulings: QueueRulings, item: Item | None = None) -> str | None:
    """The hold that gets the copy of Bath at a branch on Tuesday morning."""
    best = best_hold(title, ForCopy(item or item_given(BATH_COPY), at, TUESDAY, DAY, rulings)).hold
    return None if best is None else best.hold


def why(title: Title, at: str, rulings: QueueRulings, item: Item | None = None) -> dict[str, str | None]:
    asked = ForCopy(item or item_given(BATH_COPY), at, TUESDAY, DAY, rulings)
    return {one.hold.hold: one.passed_over for one in candidates(title, asked)}


def asked_on(title: Title, *holds: tuple[HoldPlaced, int]) -> Title:
    """The title with holds placed so many days before Tuesday."""
    for placed, days_ago in holds:
        title = fold_title(title, fact(f"title/{MIDDLEMARCH}", 1, placed, TUESDAY - days_ago * DAY_US))
    return title


QUEUE = title_given(
    MIDDLEMARCH, hold(MIDDLEMARCH, 1, "clevedon"), hold(MIDDLEMARCH, 2, "wells"), hold(MIDDLEMARCH, 3, "bath")
)


# --- orders


@pytest.mark.case(23)
@pytest.mark.row(12)
def test_first_come_first_served_is_what_holds_without_any_order() -> None:
    assert FIRST == chosen(QUEUE, "wells", QueueRulings())


@pytest.mark.case(23)
@pytest.mark.row(12)
def test_local_first_serves_whoever_picks_up_where_the_copy_lies() -> None:
    assert [SECOND, THIRD, FIRST] == [chosen(QUEUE, at, ruled(LOCAL_FIRST)) for at in ("wells", "bath", "taunton")]


@pytest.mark.case(23)
@pytest.mark.row(12)
def test_holds_go_home_once_the_copy_has_been_away_for_long() -> None:
    item = item_given(BATH_COPY)
    for days_away, expected in ((182, FIRST), (183, THIRD)):
        away = replace(item, custody=replace(item.custody, away_since_us=TUESDAY - days_away * DAY_US))
        assert expected == chosen(QUEUE, "wells", ruled(GO_HOME), away)
    at_home = replace(item, custody=replace(item.custody, away_since_us=TUESDAY - 400 * DAY_US))
    assert FIRST == chosen(QUEUE, "bath", ruled(GO_HOME), at_home)


@pytest.mark.case(23)
@pytest.mark.row(12)
def test_holds_chase_the_branch_of_their_patrons_before_the_pickup_branch() -> None:
    of_wells = replace(hold(MIDDLEMARCH, 4, "taunton"), patron_home="wells")
    queue = title_given(MIDDLEMARCH, hold(MIDDLEMARCH, 1, "clevedon"), hold(MIDDLEMARCH, 3, "bath"), of_wells)
    assert of_wells.hold == chosen(queue, "wells", ruled(CHASE_HOME))
    assert THIRD == chosen(queue, "bath", ruled(CHASE_HOME))


@pytest.mark.case(23)
def test_what_the_keys_leave_equal_is_first_come_first_served() -> None:
    queue = title_given(MIDDLEMARCH, *(hold(MIDDLEMARCH, n, at) for n, at in enumerate(("bath", "wells", "wells"), 1)))
    assert SECOND == chosen(queue, "wells", ruled(LOCAL_FIRST))
    by_home = QueueOrder("ours", ("patron-home", "home"))
    assert FIRST == chosen(queue, "wells", ruled(by_home))


@pytest.mark.row(12)
def test_an_owner_has_an_order_of_its_own_or_the_networks() -> None:
    orders = {"*": LOCAL_FIRST, "owner/Bristol": CHASE_HOME}
    assert (CHASE_HOME, LOCAL_FIRST) == (order_for(orders, "Bristol"), order_for(orders, "Somerset"))
    assert order_for({}, "Bristol") == FIFO


@pytest.mark.case(23)
def test_the_order_is_not_even_read_where_only_one_hold_could_have_the_copy() -> None:
    def never() -> QueueOrder:
        raise AssertionError("it was read")

    queue = title_given(MIDDLEMARCH, hold(MIDDLEMARCH, 1, "bath"), hold(MIDDLEMARCH, 2, "bath", item="30114000000025"))
    assert FIRST == chosen(queue, "wells", QueueRulings(order=never))


@pytest.mark.case(23)
def test_the_facts_of_a_scan_name_the_order_and_whom_it_put_ahead() -> None:
    scan = Scan(branch="wells", at_us=TUESDAY, day=DAY)
    rulings = Rulings(shelf_until=lambda _category: TUESDAY + DAY_US, queue=ruled(LOCAL_FIRST))
    outcome = decide(scan, item_given(BATH_COPY), QUEUE, rulings)
    assert outcome.grounds == ("hold.order local-first", f"hold.ahead {SECOND} of {FIRST}")


# --- stalling


@pytest.mark.case(26)
@pytest.mark.row(17)
def test_a_local_hold_goes_ahead_of_no_more_holds_than_the_threshold() -> None:
    """South Central Library System: five holds and sixty days."""
    queue = title_given(MIDDLEMARCH, *(hold(MIDDLEMARCH, n, "wells" if n == 6 else "bath") for n in range(1, 8)))
    for gap, expected in ((5, 6), (4, 1)):
        assert f"{MIDDLEMARCH}#{expected}" == chosen(queue, "wells", ruled(replace(LOCAL_FIRST, local_gap=gap)))


@pytest.mark.case(26)
def test_the_gap_counts_only_who_could_have_this_copy() -> None:
    others = [hold(MIDDLEMARCH, n, "bath", item="30114000000025") for n in range(2, 9)]
    queue = title_given(MIDDLEMARCH, hold(MIDDLEMARCH, 1, "bath"), *others, hold(MIDDLEMARCH, 9, "wells"))
    assert f"{MIDDLEMARCH}#9" == chosen(queue, "wells", ruled(replace(LOCAL_FIRST, local_gap=1)))


@pytest.mark.case(26)
@pytest.mark.row(17)
def test_a_local_hold_goes_ahead_of_nobody_who_waits_longer_by_more_than_the_days() -> None:
    order = ruled(replace(LOCAL_FIRST, local_days=60))
    for days_ago, expected in ((80, FIRST), (60, SECOND)):
        queue = asked_on(
            Title(title_id=MIDDLEMARCH),
            (hold(MIDDLEMARCH, 1, "bath"), days_ago),
            (hold(MIDDLEMARCH, 2, "wells"), 0),
        )
        assert expected == chosen(queue, "wells", order)


# --- nobody is left out, and it stays fast


@pytest.mark.case(24)
def test_the_last_of_two_thousand_holds_is_found_when_only_it_can_have_the_copy() -> None:
    events: list[Event] = [hold(MIDDLEMARCH, n, "bath", item="30114000000025") for n in range(1, 2_000)]
    queue = Title(title_id=MIDDLEMARCH, holds=dict(_holds(events)))
    last = fold_title(queue, fact("title/x", 1, hold(MIDDLEMARCH, 2_000, "bath"), TUESDAY))
    for order in (FIFO, LOCAL_FIRST):
        assert f"{MIDDLEMARCH}#2000" == chosen(last, "wells", ruled(order))


def _holds(events: list[Event]) -> list[tuple[str, object]]:
    title = fold_title(None, fact("title/x", 1, events[0], TUESDAY))
    first = next(iter(title.holds.values()))
    return [(e.hold, replace(first, hold=e.hold, pickup=e.pickup, item=e.item)) for e in events]  # type: ignore[attr-defined]


@pytest.mark.case(24)
def test_two_thousand_open_holds_do_not_make_a_scan_slow() -> None:
    """First come first served ends at the second hold that could have it; an order looks at each hold once at most."""
    places = ("bath", "clevedon", "taunton", "yeovil")
    events: list[Event] = [hold(MIDDLEMARCH, n, places[n % 4]) for n in range(1, 2_001)]
    queue = Title(title_id=MIDDLEMARCH, holds=dict(_holds(events)))  # type: ignore[arg-type]
    took = {}
    for order in (FIFO, LOCAL_FIRST):
        rounds = []
        for _ in range(9):
            begin = time.perf_counter()
            assert chosen(queue, "wells", ruled(order), item_given(BATH_COPY)) == FIRST
            rounds.append(time.perf_counter() - begin)
        took[order.order] = min(rounds)
    assert took["fifo"] < 0.001
    assert took["local-first"] < 0.02


# --- volumes and parts


def part(number: int, pickup: str, name: str) -> HoldPlaced:
    return replace(hold(MIDDLEMARCH, number, pickup), part=name)


@pytest.mark.row(11)
def test_a_hold_on_a_part_is_filled_by_that_part_only() -> None:
    queue = title_given(MIDDLEMARCH, part(1, "bath", "v.1"), part(2, "bath", "v.2"))
    second_volume = replace(item_given(BATH_COPY), part="v.2")
    assert SECOND == chosen(queue, "bath", QueueRulings(), second_volume)
    assert chosen(queue, "bath", QueueRulings()) is None
    assert {FIRST: "other-part", SECOND: "other-part"} == why(queue, "bath", QueueRulings())


@pytest.mark.row(11)
def test_a_hold_on_the_title_takes_a_part_only_where_there_is_no_whole_copy() -> None:
    queue = title_given(MIDDLEMARCH, hold(MIDDLEMARCH, 1, "bath"))
    volume = replace(item_given(BATH_COPY), part="v.1")
    assert chosen(queue, "bath", QueueRulings(whole_copies=lambda: True), volume) is None
    assert FIRST == chosen(queue, "bath", QueueRulings(whole_copies=lambda: False), volume)


@pytest.mark.row(11)
def test_a_hold_on_one_copy_does_not_care_for_its_part() -> None:
    queue = title_given(MIDDLEMARCH, hold(MIDDLEMARCH, 1, "bath", item=BATH_COPY))
    assert FIRST == chosen(queue, "bath", QueueRulings(), replace(item_given(BATH_COPY), part="v.1"))


# --- new copies


@pytest.mark.row(14)
def test_a_new_copy_stays_with_the_branches_of_its_owner() -> None:
    owners = {"bath": "Bath and North East Somerset", "keynsham": "Bath and North East Somerset"}
    rulings = QueueRulings(age_protection_days=90, member_of=lambda branch: owners.get(branch, "another"))
    new = replace(item_given(BATH_COPY), added="2026-09-01")
    queue = title_given(MIDDLEMARCH, hold(MIDDLEMARCH, 1, "wells"), hold(MIDDLEMARCH, 2, "keynsham"))
    assert SECOND == chosen(queue, "wells", rulings, new)
    assert {FIRST: "new-copy", SECOND: None} == why(queue, "wells", rulings, new)
    for older in ("2026-08-26", None):
        assert FIRST == chosen(queue, "wells", rulings, replace(new, added=older))
    assert FIRST == chosen(queue, "wells", QueueRulings(), new)


# --- suspended, not wanted any more


@pytest.mark.case(9)
@pytest.mark.row(13)
def test_a_suspended_hold_gets_a_copy_that_is_there_on_its_day_and_not_before() -> None:
    queue = title_given(
        MIDDLEMARCH,
        hold(MIDDLEMARCH, 1, "wells"),
        HoldSuspended(hold=FIRST, until="2026-11-27"),
        hold(MIDDLEMARCH, 2, "bath"),
    )
    for lands_on, expected in (("2026-11-26", SECOND), ("2026-11-27", FIRST), ("2026-11-28", FIRST), (None, SECOND)):
        assert expected == chosen(queue, "bath", QueueRulings(lands_on=lambda _pickup, day=lands_on: day))  # type: ignore[misc]
    # On the hold shelf of its own branch it would be at once.
    assert SECOND == chosen(queue, "wells", QueueRulings(lands_on=lambda _pickup: "2026-11-28"))


@pytest.mark.case(9)
def test_a_hold_suspended_without_a_day_waits_until_it_is_resumed() -> None:
    queue = title_given(MIDDLEMARCH, hold(MIDDLEMARCH, 1, "wells"), HoldSuspended(hold=FIRST))
    assert chosen(queue, "bath", QueueRulings(lands_on=lambda _pickup: "2030-01-01")) is None


@pytest.mark.row(13)
def test_a_hold_is_filled_on_its_last_day_and_never_after_it() -> None:
    for expires, expected in ((DAY, FIRST), ("2026-11-23", SECOND)):
        queue = title_given(
            MIDDLEMARCH, replace(hold(MIDDLEMARCH, 1, "bath"), expires=expires), hold(MIDDLEMARCH, 2, "bath")
        )
        assert expected == chosen(queue, "bath", QueueRulings())


# --- explained


@pytest.mark.case(23)
@pytest.mark.row(20)
def test_every_hold_says_its_rank_or_why_it_has_none() -> None:
    queue = title_given(
        MIDDLEMARCH,
        hold(MIDDLEMARCH, 1, "bath"),
        hold(MIDDLEMARCH, 2, "wells"),
        hold(MIDDLEMARCH, 3, "wells", item="30114000000025"),
        hold(MIDDLEMARCH, 4, "wells"),
        HoldCaptured(hold=f"{MIDDLEMARCH}#4", item="30114000000025", branch="wells"),
        hold(MIDDLEMARCH, 5, "wells"),
        HoldSuspended(hold=f"{MIDDLEMARCH}#5"),
    )
    asked = ForCopy(item_given(BATH_COPY), "wells", TUESDAY, DAY, ruled(LOCAL_FIRST))
    assert [
        (1, 2, (("here", False),), None),
        (2, 1, (("here", True),), None),
        (3, None, (), "other-copy"),
        (4, None, (), "has-copy"),
        (5, None, (), "suspended"),
    ] == [(one.place, one.rank, one.keys, one.passed_over) for one in candidates(queue, asked)]


@pytest.mark.row(20)
def test_nobody_has_a_rank_for_a_copy_that_may_not_be_held() -> None:
    assert {"not-holdable"} == set(why(QUEUE, "bath", ruled(), replace(item_given(BATH_COPY), holdable=False)).values())


@pytest.mark.case(23)
@pytest.mark.parametrize("order", [FIFO, LOCAL_FIRST, replace(LOCAL_FIRST, local_gap=1), CHASE_HOME, GO_HOME])
def test_the_hold_of_rank_one_is_the_one_that_gets_the_copy(order: QueueOrder) -> None:
    for at in ("bath", "wells", "clevedon", "taunton"):
        asked = ForCopy(item_given(BATH_COPY), at, TUESDAY, DAY, ruled(order))
        (first,) = [one.hold.hold for one in candidates(QUEUE, asked) if one.rank == 1]
        assert first == chosen(QUEUE, at, ruled(order))


# --- set as data


@pytest.mark.row(12)
def test_an_order_is_set_once_replaced_and_removed() -> None:
    (made,) = set_order({}, "*", QueueOrder("holds-go-home", ("away",)))
    assert made == QueueOrderSet(order="holds-go-home", keys=("away",), away_days=183)
    held = fold_queue_orders(None, fact("policy/queue", 1, made, TUESDAY))
    assert set_order(held, "*", QueueOrder("holds-go-home", ("away",))) == ()
    (removed,) = remove_order(held, "*")
    assert fold_queue_orders(held, fact("policy/queue", 2, removed, TUESDAY)) == {}
    with pytest.raises(Unknown, match="No queue order"):
        remove_order({}, "owner/Bristol")


@pytest.mark.parametrize(
    "order",
    [
        QueueOrder("x", ("near",)),  # type: ignore[arg-type]
        QueueOrder("x", ("here", "here")),
        QueueOrder("x", ("home",), local_gap=5),
        QueueOrder("x", ("here",), local_days=-1),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(order: QueueOrder) -> None:
    with pytest.raises(Invalid) as error:
        set_order({}, "*", order)
    assert error.value.code in ("queue.key", "queue.out-of-range")
