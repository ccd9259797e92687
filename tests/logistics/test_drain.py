"""A backlog is cleared away day by day: exact by hand, every item once, never more than vans hold, holds first."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circulation.service import Suspension
from logistics.drain import Batch, DrainPlan, DrainStop, Network, drain, in_order, spread, vans_missing
from logistics.network import Courier
from logistics.ways import Ways
from tests.logistics.small_network import calendar, closed, trunk, two_regions

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 11, day) for day in range(23, 28))


def network(
    totes: int = 2, *, trunks: int = 4, suspensions: tuple[Suspension, ...] = (), both: bool = False, closures=()
) -> Network:
    """Bath with Keynsham and Midsomer, Taunton with Wells; so many totes a day on the vans of each hub."""
    places = two_regions()
    runs = (trunk("bath", "taunton"), *((trunk("taunton", "bath"),) if both else ()))
    ways = Ways(
        places, Courier(trunks={one.trunk: one for one in runs}), calendar(places, *closures), None, suspensions
    )
    return Network(
        ways,
        lambda _hub, day: totes if day.weekday() < 5 else 0,
        lambda _origin, _destination, day: trunks if day.weekday() < 5 else 0,
    )


def batch(
    items: int,
    place: str,
    destination: str,
    reason: str = "home",
    *,
    since: date = MONDAY,
    per_tote: int = 10,
    until: date | None = None,
) -> Batch:
    return Batch(place, destination, reason, "book", items, since, per_tote, per_tote, wanted_until=until)


FOUR_AND_A_HALF_TOTES = (
    batch(10, "keynsham", "midsomer", "hold", since=MONDAY),
    batch(30, "keynsham", "midsomer", "home", since=date(2026, 11, 20)),
    batch(10, "bath", "keynsham", "home", since=date(2026, 11, 22)),
)


def rides(plan: DrainPlan) -> list[tuple[int, str, str, str, int]]:
    return [
        (ride.day.day, ride.batch.place, ride.to, ride.batch.reason, ride.batch.items)
        for day in plan.days
        for ride in day.rides
    ]


@pytest.mark.row(59)
def test_two_totes_a_day_take_three_days_and_the_hold_goes_first() -> None:
    plan = drain(FOUR_AND_A_HALF_TOTES, network(), first=TUESDAY)
    assert [
        (24, "keynsham", "bath", "hold", 10),
        (24, "keynsham", "bath", "home", 10),
        (24, "bath", "keynsham", "home", 10),
        (25, "bath", "midsomer", "hold", 10),
        (25, "bath", "midsomer", "home", 10),
        (25, "keynsham", "bath", "home", 20),
        (26, "bath", "midsomer", "home", 20),
    ] == rides(plan)
    assert [40, 20, 0] == [day.left for day in plan.days]
    assert (THURSDAY, (), ()) == (plan.gone, plan.stuck, plan.late)
    assert (
        DrainStop(TUESDAY, "keynsham", "bath", 1, 2, 10, 20, 0),
        DrainStop(WEDNESDAY, "keynsham", "bath", 0, 2, 0, 20, 0),
        DrainStop(WEDNESDAY, "midsomer", "bath", 2, 0, 10, 10, 0),
        DrainStop(THURSDAY, "midsomer", "bath", 2, 0, 0, 20, 0),
    ) == plan.stops()


def test_spread_over_four_days_what_goes_home_is_slowed_down_and_the_hold_is_not() -> None:
    def plan(percent: int) -> DrainPlan:
        return drain(FOUR_AND_A_HALF_TOTES, network(), first=TUESDAY, rest_percent=percent)

    even = spread(4, plan)
    assert [
        (24, "keynsham", "bath", "hold", 10),
        (24, "keynsham", "bath", "home", 10),
        (24, "bath", "keynsham", "home", 10),
        (25, "bath", "midsomer", "hold", 10),
        (25, "bath", "midsomer", "home", 10),
        (25, "keynsham", "bath", "home", 10),
        (26, "bath", "midsomer", "home", 10),
        (26, "keynsham", "bath", "home", 10),
        (27, "bath", "midsomer", "home", 10),
    ] == sorted(rides(even), key=lambda ride: (ride[0], ride[3] != "hold"))
    assert FRIDAY == even.gone
    assert THURSDAY == spread(2, plan).gone  # fewer days than it takes: as few as it takes


def test_one_more_van_has_it_gone_a_day_sooner_and_no_van_has_it_gone_at_once() -> None:
    def plan(more: dict[str, int]) -> DrainPlan:
        return drain(FOUR_AND_A_HALF_TOTES, network(), first=TUESDAY, more_vans=more)

    hubs, size = ("bath", "taunton"), {"bath": 2, "taunton": 2}
    assert {"bath": 1} == vans_missing(hubs, size, plan, by=WEDNESDAY)  # type: ignore[arg-type]
    # What is taken on Tuesday is brought on Wednesday, however many vans there are.
    assert vans_missing(hubs, size, plan, by=TUESDAY) is None  # type: ignore[arg-type]


def test_of_holds_the_older_goes_first_and_of_equals_the_one_that_is_wanted_least_long() -> None:
    waiting = (
        batch(10, "bath", "keynsham", "hold", since=MONDAY),
        batch(10, "bath", "midsomer", "hold", since=MONDAY, until=WEDNESDAY),
        batch(10, "bath", "keynsham", "hold", since=date(2026, 11, 20), until=FRIDAY),
    )
    plan = drain(waiting, network(1), first=TUESDAY)
    assert ["keynsham", "midsomer", "keynsham"] == [ride[2] for ride in rides(plan)]
    assert () == plan.late


def test_a_hold_that_arrives_after_its_last_day_is_named_with_the_day() -> None:
    waiting = (batch(20, "bath", "keynsham", "hold", until=TUESDAY),)
    plan = drain(waiting, network(1), first=TUESDAY)
    ((late, day),) = plan.late
    assert (10, WEDNESDAY) == (late.items, day)


def test_a_tote_that_is_begun_is_filled_by_what_is_younger_and_holds_have_their_own() -> None:
    waiting = (
        batch(5, "bath", "keynsham"),
        batch(9, "bath", "keynsham", since=TUESDAY),
        batch(1, "bath", "keynsham", "hold"),
    )
    (first, second) = drain(waiting, network(2), first=TUESDAY).days
    assert [("hold", 1), ("home", 5), ("home", 5)] == [(ride.batch.reason, ride.batch.items) for ride in first.rides]
    assert [("home", 4)] == [(ride.batch.reason, ride.batch.items) for ride in second.rides]


def test_from_region_to_region_it_goes_over_the_trunk_within_its_totes() -> None:
    plan = drain((batch(50, "keynsham", "wells"),), network(5, trunks=4), first=TUESDAY)
    assert [
        (24, "keynsham", "bath", "home", 50),
        (25, "bath", "taunton", "home", 40),
        (26, "bath", "taunton", "home", 10),
        (26, "taunton", "wells", "home", 40),
        (27, "taunton", "wells", "home", 10),
    ] == sorted(rides(plan))


def test_a_weekend_a_closed_day_and_a_suspension_are_waited_out() -> None:
    shut = closed("keynsham", "2026-11-27")
    snow = Suspension("S1", "branch/keynsham", "2026-11-30", "2026-12-01", "Snow", False)
    plan = drain((batch(1, "bath", "keynsham"),), network(closures=(shut,), suspensions=(snow,)), first=FRIDAY)
    assert (date(2026, 12, 2), 1) == (plan.gone, len(plan.days))


def test_what_nothing_is_driven_for_is_stuck_and_named() -> None:
    snow = Suspension("S1", "branch/keynsham", "2026-11-01", None, "Snow", False)
    plan = drain(
        (batch(3, "bath", "keynsham", "hold", until=FRIDAY), batch(2, "bath", "midsomer")),
        network(suspensions=(snow,)),
        first=TUESDAY,
    )
    (stuck,) = plan.stuck
    assert (None, 3, "keynsham") == (plan.gone, stuck.items, stuck.destination)
    assert ((stuck, None),) == plan.late


def test_nothing_that_waits_is_gone_at_once() -> None:
    assert DrainPlan((), TUESDAY, (), ()) == drain((), network(), first=TUESDAY)


def test_what_comes_in_meanwhile_takes_room_after_what_is_older_and_does_not_delay_the_end() -> None:
    plan = drain(
        (batch(30, "keynsham", "bath"),),
        network(2),
        first=TUESDAY,
        inflow=lambda day: {("midsomer", "bath"): 10} if day.weekday() < 5 else {},
        per_tote=10,
    )
    assert [
        (24, "keynsham", "bath", "home", 20),
        (25, "keynsham", "bath", "home", 10),
        (25, "midsomer", "bath", "home", 10),
    ] == rides(plan)
    assert WEDNESDAY == plan.gone
    assert [0, 10] == [sum(stop.expected for stop in plan.stops() if stop.day == day) for day in (TUESDAY, WEDNESDAY)]


# --- whatever waits ---

PLACES = ("bath", "keynsham", "midsomer", "taunton", "wells")
batches = st.lists(
    st.builds(
        batch,
        st.integers(1, 60),
        st.sampled_from(PLACES),
        st.sampled_from(PLACES),
        st.sampled_from(["hold", "hold", "home", "float"]),
        since=st.integers(10, 23).map(lambda day: date(2026, 11, day)),
        per_tote=st.sampled_from([5, 10, 12]),
    ).filter(lambda one: one.place != one.destination),
    min_size=1,
    max_size=7,
)


@settings(max_examples=60, deadline=None)
@given(waiting=batches, totes=st.integers(2, 5), trunks=st.integers(1, 3), percent=st.sampled_from([1, 50, 100]))
def test_every_item_is_drained_once_and_is_at_every_step_in_just_one_place(
    waiting: list[Batch], totes: int, trunks: int, percent: int
) -> None:
    plan = drain(
        waiting, network(totes, trunks=trunks, both=True), first=TUESDAY, rest_percent=percent,
        inflow=lambda day: {("keynsham", "wells"): 3},
    )  # fmt: skip
    lying: Counter[tuple[str, str]] = Counter()
    for one in waiting:
        lying[one.place, one.destination] += one.items
    arrived = 0
    for day in plan.days:
        ridden: Counter[tuple[str, str]] = Counter()
        for ride in day.rides:
            if ride.batch.expected:
                continue
            lying[ride.batch.place, ride.batch.destination] -= ride.batch.items
            # It lay there in the morning: nothing rides twice a day, and nothing that is not there.
            assert lying[ride.batch.place, ride.batch.destination] >= 0
            if ride.to == ride.batch.destination:
                arrived += ride.batch.items
            else:
                ridden[ride.to, ride.batch.destination] += ride.batch.items
        lying.update(ridden)
        assert day.left == sum(lying.values())
        assert sum(one.items for one in waiting) == arrived + day.left
    assert (plan.gone is None) == (sum(lying.values()) > 0)
    assert sum(one.items for one in plan.stuck) == sum(lying.values())


@settings(max_examples=60, deadline=None)
@given(waiting=batches, totes=st.integers(1, 4), trunks=st.integers(1, 3))
def test_vans_and_trunk_runs_never_carry_more_than_they_hold(waiting: list[Batch], totes: int, trunks: int) -> None:
    plan = drain(waiting, network(totes, trunks=trunks, both=True), first=TUESDAY)
    for day in plan.days:
        filled: dict[object, dict[object, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        for ride in day.rides:
            stop = ride.batch.place if ride.pool[0] == "on" else ride.to
            filled[ride.pool][stop, ride.batch.reason == "hold"] += Fraction(ride.batch.items, ride.batch.per_tote)
        for pool, shares in filled.items():
            assert sum(map(ceil, shares.values())) <= (trunks if pool[0] == "trunk" else totes)  # type: ignore[index]
    by_stop = Counter[tuple[date, str]]()
    for stop in plan.stops():
        by_stop[stop.day, stop.hub] += stop.totes_off
    assert all(number <= totes for number in by_stop.values())


def first_come(one: Batch) -> tuple[object, ...]:
    """The same order without holds going ahead."""
    return in_order(one)[1:]


def holds_there(plan: DrainPlan) -> dict[object, Counter[date]]:
    found: dict[object, Counter[date]] = defaultdict(Counter)
    for day in plan.days:
        for ride in day.rides:
            if ride.batch.reason == "hold" and ride.to == ride.batch.destination:
                found[ride.to, ride.batch.since, ride.batch.loose][day.day] += ride.batch.items
    return found


one_ride = batches.map(
    lambda waiting: [one for one in waiting if (one.place, one.destination) in DIRECTLY],
).filter(bool)
DIRECTLY = {
    pair
    for hub, branches in {"bath": ("keynsham", "midsomer"), "taunton": ("wells",)}.items()
    for branch in branches
    for pair in ((hub, branch), (branch, hub))
}


@settings(max_examples=150, deadline=None)
@given(waiting=one_ride, totes=st.integers(1, 4))
def test_no_hold_is_later_than_by_age_alone(waiting: list[Batch], totes: int) -> None:
    """For a single ride; over several a hold may pass another that is of its age, and is itself no hold's loss."""
    there = network(totes)
    ours, theirs = (holds_there(drain(waiting, there, first=TUESDAY, order=order)) for order in (in_order, first_come))
    for hold, days in theirs.items():
        for day in (TUESDAY + timedelta(days=ahead) for ahead in range(60)):
            by_then = sum(items for one, items in days.items() if one <= day)
            assert sum(items for one, items in ours[hold].items() if one <= day) >= by_then, (hold, day)


@settings(max_examples=80, deadline=None)
@given(waiting=batches, totes=st.integers(1, 4), trunks=st.integers(1, 3), percent=st.sampled_from([1, 50, 100]))
def test_no_hold_ever_waits_for_what_is_none(waiting: list[Batch], totes: int, trunks: int, percent: int) -> None:
    """Over any number of rides: the holds travel as if there were nothing else."""
    there = network(totes, trunks=trunks, both=True)
    alone = [one for one in waiting if one.reason == "hold"]
    among = drain(
        waiting, there, first=TUESDAY, rest_percent=percent, inflow=lambda _day: {("keynsham", "wells"): 3}
    )  # fmt: skip
    by_themselves = drain(alone, there, first=TUESDAY)
    assert holds_there(by_themselves) == holds_there(among)
    assert [ride for ride in rides(among) if ride[3] == "hold"] == rides(by_themselves)
