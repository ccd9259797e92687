"""Holds and copies decided together: exact, fair, never dearer than one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.assignment import (
    Account,
    Ask,
    AssignmentPrices,
    Journey,
    Offer,
    Pricing,
    Queue,
    Rest,
    account,
    in_queue_order,
)
from logistics.solver.assign import together

PLACES = "abcd"


@dataclass(frozen=True)
class Table:
    """Ways as a test writes them down: (days, metres) by pair; where nothing is said there is no way."""

    ways: Mapping[tuple[str, str], tuple[int, int]]

    def between(self, origin: str, destination: str) -> Journey | None:
        if origin == destination:
            return Journey(0, 0, 0)
        way = self.ways.get((origin, destination))
        return None if way is None else Journey(way[0], 2, way[1])


def both_ways(**kilometres: tuple[int, int]) -> Table:
    """`ab=(1, 20)`: from a to b and back in a day, 20 km."""
    ways = {(pair[0], pair[1]): (days, km * 1000) for pair, (days, km) in kilometres.items()}
    return Table(ways | {(b, a): way for (a, b), way in ways.items()})


def asked(*pickups: str, waited_days: int = 0) -> list[Ask]:
    return [Ask(f"t#{place}", place, pickup, waited_days) for place, pickup in enumerate(pickups, 1)]


NEAR = both_ways(ab=(1, 10), ac=(1, 60), bc=(1, 60))


@pytest.mark.row(15)
def test_a_copy_that_serves_somebody_where_it_stands_is_not_sent_to_the_first_in_the_queue():
    # First come, first served takes the copy at a, which is nearer to b, and fetches the other one for a from c.
    queue = Queue("t", asked("b", "a"), [Offer("1", "a", "a"), Offer("2", "c", "c")])
    pricing = Pricing(NEAR)
    assert {"t#1": "1", "t#2": "2"} == in_queue_order(queue, pricing)
    assert {"t#1": "2", "t#2": "1"} == together(queue, pricing)


@pytest.mark.row(15)
def test_what_is_saved_is_counted_in_journeys_kilometres_days_and_money():
    queue = Queue("t", asked("b", "a"), [Offer("1", "a", "a"), Offer("2", "c", "c")])
    pricing = Pricing(NEAR)
    one_by_one = account(queue, in_queue_order(queue, pricing), pricing)
    # A day and two rides for each, to the reader and home again: 2.00 + 4 × 0.25 a hold, and 0.005 a kilometre.
    assert Account(2 * 3_000_000 + 140 * 5_000, 2, 2, 4, 140_000) == one_by_one
    decided_together = account(queue, together(queue, pricing), pricing)
    assert Account(3_000_000 + 120 * 5_000, 2, 1, 2, 120_000) == decided_together


@pytest.mark.row(15)
def test_the_first_in_the_queue_waits_a_day_longer_at_most_unless_more_is_allowed():
    far = both_ways(ab=(1, 10), ac=(3, 60), bc=(3, 60))
    queue = Queue("t", asked("b", "a"), [Offer("1", "a", "a"), Offer("2", "c", "c")])
    assert in_queue_order(queue, Pricing(far)) == together(queue, Pricing(far))
    assert {"t#1": "2", "t#2": "1"} == together(queue, Pricing(far), bound_days=2)


@pytest.mark.row(15)
def test_nobody_is_passed_over_for_a_reader_who_is_nearer():
    # One copy, at b; the first reader is far away and the second one stands in front of it.
    queue = Queue("t", asked("c", "b"), [Offer("1", "b", "b")])
    assert {"t#1": "1"} == together(queue, Pricing(NEAR))


@pytest.mark.row(15)
def test_somebody_who_can_have_one_copy_only_gets_it_where_the_order_of_the_queue_would_leave_him_without():
    offers = [Offer("1", "b", "b"), Offer("2", "c", "c")]
    queue = Queue("t", asked("b", "a"), offers, lambda ask, offer: ask.place == 1 or offer.barcode == "1")
    pricing = Pricing(NEAR)
    assert {"t#1": "1"} == in_queue_order(queue, pricing)
    assert {"t#1": "2", "t#2": "1"} == together(queue, pricing)


@pytest.mark.row(15)
def test_who_has_waited_for_long_is_served_first_of_two_that_cost_the_same():
    # Copies at c and d; to a it is a day from c and two from d, to b the same. Only the waiting differs.
    ways = both_ways(ca=(1, 20), da=(2, 20), cb=(1, 20), db=(2, 20))
    asks = [Ask("t#1", 1, "a", 10), Ask("t#2", 2, "b", 100)]
    queue = Queue("t", asks, [Offer("1", "c", "c"), Offer("2", "d", "d")])
    assert {"t#1": "1", "t#2": "2"} == in_queue_order(queue, Pricing(ways))
    assert {"t#1": "2", "t#2": "1"} == together(queue, Pricing(ways))


@pytest.mark.row(15)
def test_among_equals_a_hold_keeps_the_copy_that_it_is_promised():
    offers = [Offer("1", "c", "c"), Offer("2", "c", "c")]
    asks = [Ask("t#1", 1, "a", 0, promised="2"), Ask("t#2", 2, "a", 0, promised="1")]
    assert {"t#1": "2", "t#2": "1"} == together(Queue("t", asks, offers), Pricing(NEAR))


@pytest.mark.row(37)
def test_a_return_that_has_to_go_home_serves_the_hold_at_its_home_on_the_way():
    # Copy 1 lies on the shelf of b; copy 2 was brought back at c and has to go home to a, where it is wanted.
    home = Rest("home", "a", 800_000)
    offers = [Offer("1", "b", "b"), Offer("2", "c", "a", rests=(home,))]
    queue = Queue("t", asked("a"), offers)
    pricing = Pricing(NEAR)
    assert {"t#1": "1"} == in_queue_order(queue, pricing)
    assert {"t#1": "2"} == together(queue, pricing)


@pytest.mark.row(37)
def test_a_return_does_the_cheapest_that_the_floating_policy_lets_it():
    home, stay = Rest("home", "a", 800_000), Rest("stay", "c", 300_000)
    assert stay == Offer("1", "c", "a", floats=True, rests=(home, stay)).rest
    barred = Rest("stay", "c", 300_000, allowed=False)
    assert home == Offer("1", "c", "a", rests=(home, barred)).rest
    assert None is Offer("1", "c", "a").rest


@pytest.mark.row(37)
def test_the_account_tells_what_was_decided_so_far_from_what_is_cheapest():
    queue = Queue("t", [], [Offer("1", "c", "a", floats=True, rests=(Rest("home", "a", 9), Rest("stay", "c", 3)))])
    assert Account(micros=9, journeys=1, metres=60_000) == account(queue, {}, Pricing(NEAR), as_decided=True)
    assert Account(micros=3) == account(queue, {}, Pricing(NEAR))


def test_no_copy_is_counted_twice_and_none_that_cannot_get_there():
    queue = Queue("t", asked("a", "a"), [Offer("1", "b", "b"), Offer("2", "d", "d")])
    with pytest.raises(ValueError, match="two holds"):
        account(queue, {"t#1": "1", "t#2": "1"}, Pricing(NEAR))
    with pytest.raises(ValueError, match="2 cannot serve t#1"):
        account(queue, {"t#1": "2"}, Pricing(NEAR))


def test_prices_grow_with_the_wait_and_with_the_room_that_an_item_takes():
    prices = AssignmentPrices()
    assert (4_000_000, 8_000_000) == (prices.wait(2, 0), prices.wait(2, 30))
    assert 2 * 250_000 + 50_000 == prices.carriage(Journey(1, 2, 10_000), 40)
    assert 2 * 250_000 + 200_000 == prices.carriage(Journey(1, 2, 10_000), 10)
    # 73 uses a year are 18 in 90 days; with two others on the shelf six of them are its own.
    assert 6_000_000 == prices.uses(73, 2)


# --- for any queue --------------------------------------------------------------------------------------------------


@st.composite
def queues(draw: st.DrawFn) -> tuple[Queue, Pricing, int]:
    ways = {
        (a, b): (draw(st.integers(1, 4)), draw(st.integers(1, 90)) * 1000)
        for a, b in permutations(PLACES, 2)
        if draw(st.integers(0, 9))
    }
    offers = []
    for number in range(draw(st.integers(0, 4))):
        branch, home = draw(st.sampled_from(PLACES)), draw(st.sampled_from(PLACES))
        floats, returned = draw(st.booleans()), draw(st.booleans())
        rests = (
            Rest("home", home, draw(st.integers(0, 3_000_000))),
            Rest("stay", branch, draw(st.integers(0, 3_000_000)), allowed=floats),
        )
        offers.append(Offer(str(number), branch, home, floats, draw(st.sampled_from((10, 40))), rests * returned))
    asks = [
        Ask(f"t#{n}", n, draw(st.sampled_from(PLACES)), draw(st.integers(0, 90)))
        for n in range(1, draw(st.integers(1, 5)) + 1)
    ]
    barred = draw(st.sets(st.tuples(st.integers(1, 5), st.integers(0, 3)), max_size=6))
    fits = lambda ask, offer: (ask.place, int(offer.barcode)) not in barred  # noqa: E731
    return Queue("t", asks, offers, fits), Pricing(Table(ways)), draw(st.integers(0, 3))


def every_assignment(queue: Queue, pricing: Pricing) -> Iterator[dict[str, str]]:
    """Every way of giving each hold at most one copy, and each copy to at most one hold."""

    def below(place: int, taken: frozenset[str]) -> Iterator[dict[str, str]]:
        if place == len(queue.asks):
            yield {}
            return
        ask = queue.asks[place]
        yield from below(place + 1, taken)
        for offer in queue.offers:
            if offer.barcode not in taken and queue.fits(ask, offer) and pricing.serve(ask, offer):
                for rest in below(place + 1, taken | {offer.barcode}):
                    yield {ask.hold: offer.barcode} | rest

    return below(0, frozenset())


def days_of(queue: Queue, serves: Mapping[str, str], pricing: Pricing) -> dict[str, int]:
    offers = {offer.barcode: offer for offer in queue.offers}
    served = {ask.hold: pricing.serve(ask, offers[serves[ask.hold]]) for ask in queue.asks if ask.hold in serves}
    return {hold: one.days for hold, one in served.items() if one is not None}


def is_fair(queue: Queue, serves: Mapping[str, str], pricing: Pricing, bound_days: int) -> bool:
    by_order = days_of(queue, in_queue_order(queue, pricing), pricing)
    days = days_of(queue, serves, pricing)
    return all(hold in days and days[hold] <= latest + bound_days for hold, latest in by_order.items())


@pytest.mark.row(15)
@given(queues())
def test_it_is_the_cheapest_of_all_assignments_within_the_bound(given: tuple[Queue, Pricing, int]):
    queue, pricing, bound_days = given
    chosen = together(queue, pricing, bound_days=bound_days)
    fair = (one for one in every_assignment(queue, pricing) if is_fair(queue, one, pricing, bound_days))
    assert min(account(queue, one, pricing).micros for one in fair) == account(queue, chosen, pricing).micros


@pytest.mark.row(15)
@given(queues())
def test_it_is_fair_uses_no_copy_twice_and_never_costs_more_than_one_after_the_other(
    given: tuple[Queue, Pricing, int],
):
    queue, pricing, bound_days = given
    chosen = together(queue, pricing, bound_days=bound_days)
    offers = {offer.barcode: offer for offer in queue.offers}
    assert len(chosen) == len(set(chosen.values()))
    assert all(queue.fits(ask, offers[chosen[ask.hold]]) for ask in queue.asks if ask.hold in chosen)
    assert is_fair(queue, chosen, pricing, bound_days)
    by_order = in_queue_order(queue, pricing)
    before = account(queue, by_order, pricing, as_decided=True)
    after = account(queue, chosen, pricing)
    assert after.micros <= before.micros
    assert after.served >= before.served


@pytest.mark.row(15)
@given(queues())
def test_asked_again_after_it_was_promised_it_answers_the_same(given: tuple[Queue, Pricing, int]):
    queue, pricing, bound_days = given
    first = together(queue, pricing, bound_days=bound_days)
    promised = [Ask(a.hold, a.place, a.pickup, a.waited_days, first.get(a.hold)) for a in queue.asks]
    again = together(Queue("t", promised, queue.offers, queue.fits), pricing, bound_days=bound_days)
    assert first == again
