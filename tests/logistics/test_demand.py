"""What must travel, stop by stop: directions, whole totes, kinds, ages, and what has no way."""

from __future__ import annotations

import pytest

from logistics.board import board
from logistics.demand import Demand, Load, Prices, Stranded, measure
from logistics.network import Courier
from logistics.ways import Ways
from tests.logistics.small_network import Box, Waiting, calendar, instant, trunk, two_regions, waiting

NOW = instant("24 18:00")
LINK = trunk("bath", "taunton")


def demand(*rows: Waiting, boxes: tuple[Box, ...] = (), expected=None, items_per_tote=None, direct=()) -> Demand:
    places = two_regions()
    courier = Courier(trunks={LINK.trunk: LINK}, items_per_tote=items_per_tote or {"*": 40}, direct=frozenset(direct))
    return measure(
        rows,
        boxes,
        ways=Ways(places, courier, calendar(places)),
        courier=courier,
        prices=Prices(hold=100, home=10, manual=10, rebalance=5, float=1),
        at_us=NOW,
        expected=expected,
    )


def test_what_lies_at_a_branch_is_collected_and_what_lies_at_its_hub_for_it_is_delivered():
    found = demand(waiting(3, "keynsham", "midsomer"), waiting(2, "bath", "keynsham")).stops["keynsham"]
    assert ("keynsham", "bath", 2, 3) == (found.branch, found.hub, found.deliver.items, found.collect.items)


def test_a_branch_with_nothing_in_either_direction_is_no_stop():
    assert {"keynsham"} == set(demand(waiting(1, "keynsham", "midsomer")).stops)


@pytest.mark.parametrize(("items", "totes"), [(1, 1), (40, 1), (41, 2), (80, 2), (81, 3)])
def test_loose_items_fill_whole_totes_exactly(items, totes):
    assert totes == demand(waiting(items, "keynsham", "midsomer")).stops["keynsham"].collect.totes


def test_the_item_type_decides_how_much_of_a_tote_an_item_takes():
    heaps = (waiting(30, "keynsham", "midsomer"), waiting(20, "keynsham", "wells", item_type="dvd"))
    sizes = {"*": 40, "dvd": 80}
    assert 1 == demand(*heaps, items_per_tote=sizes).stops["keynsham"].collect.totes, "3/4 and 1/4 of a tote"
    assert 2 == demand(*heaps).stops["keynsham"].collect.totes, "50 items at 40 a tote"


def test_holds_and_returns_are_packed_apart_so_each_is_rounded_up():
    heaps = (waiting(1, "keynsham", "midsomer", "hold"), waiting(1, "keynsham", "midsomer", "home"))
    assert 2 == demand(*heaps).stops["keynsham"].collect.totes


def test_a_sealed_tote_is_a_whole_one_however_little_is_in_it():
    heaps = (
        waiting(2, "keynsham", "midsomer", filling="T1/4"),
        waiting(2, "keynsham", "midsomer", filling="T2/9"),
        waiting(2, "keynsham", "midsomer"),
    )
    boxes = (Box("T1/4", "bath", "sealed", "keynsham"), Box("T2/9", "bath", "sealed", "keynsham"))
    load = demand(*heaps, boxes=boxes).stops["keynsham"].collect
    assert (3, ("T1/4", "T2/9"), 6) == (load.totes, load.fillings, load.waiting)


def test_loose_items_join_the_box_that_is_open():
    heaps = (waiting(20, "keynsham", "midsomer", filling="T1/4"), waiting(20, "keynsham", "wells"))
    load = demand(*heaps, boxes=(Box("T1/4", "bath", "open", "keynsham"),)).stops["keynsham"].collect
    assert (1, ("T1/4",)) == (load.totes, load.fillings)


def test_two_boxes_that_are_open_are_two_totes_however_little_is_in_them():
    heaps = (waiting(1, "keynsham", "midsomer", filling="T1/4"), waiting(1, "keynsham", "wells", filling="T2/1"))
    boxes = (Box("T1/4", "bath", "open", "keynsham"), Box("T2/1", "bath", "open", "keynsham"))
    assert 2 == demand(*heaps, boxes=boxes).stops["keynsham"].collect.totes


def test_a_tote_that_reached_its_hub_is_sorted_from_there():
    heap = waiting(5, "bath", "keynsham", filling="T7/1")
    box = Box("T7/1", "bath", "received", "bath")
    assert (
        Load(1, 5, 0, (), instant("24 08:00"), {"home": 5}, 50) == demand(heap, boxes=(box,)).stops["keynsham"].deliver
    )


def test_items_between_regions_ride_the_trunk_and_make_no_stop():
    found = demand(waiting(5, "bath", "wells"), waiting(1, "taunton", "wells"))
    assert {("bath", "taunton"): 5} == {lane: load.waiting for lane, load in found.trunks.items()}
    assert ["wells"] == list(found.stops)


def test_a_direct_tote_is_a_box_of_its_own_on_the_same_van():
    heaps = (waiting(1, "keynsham", "midsomer"), waiting(1, "keynsham", "wells"))
    load = demand(*heaps, direct=[("keynsham", "midsomer")]).stops["keynsham"].collect
    assert (2, 2) == (load.totes, load.items)


def test_what_has_no_way_is_listed_and_not_carried():
    found = demand(waiting(2, "wells", "keynsham"), waiting(1, "wells", "lundy"))
    assert (Stranded("wells", "keynsham", 2), Stranded("wells", "lundy", 1)) == found.stranded
    assert {} == found.stops


def test_an_item_at_its_destination_does_not_travel():
    assert Demand({}, {}, ()) == demand(waiting(1, "keynsham", "keynsham"))


def test_expected_items_are_counted_apart_from_those_that_wait():
    load = demand(waiting(30, "keynsham", "midsomer"), expected={("keynsham", "bath"): 20}).stops["keynsham"].collect
    assert (30, 20, 50, 2) == (load.waiting, load.expected, load.items, load.totes)
    assert {"home": 30, "expected": 20} == load.by_reason


def test_what_is_out_for_delivery_is_not_brought_a_second_time():
    heap = waiting(4, "v1", "keynsham", kind="van", filling="T7/1")
    assert {} == demand(heap, boxes=(Box("T7/1", "keynsham", "loaded", "v1"),), expected={}).stops


def test_what_is_left_in_an_opened_tote_lies_loose_where_it_was_opened():
    load = demand(waiting(4, "bath", "keynsham", filling="T7/1")).stops["keynsham"].deliver
    assert (1, (), 4) == (load.totes, load.fillings, load.waiting)


def test_what_rides_to_the_hub_now_is_expected_there_and_does_not_wait():
    heap = waiting(4, "v1", "keynsham", kind="van", filling="T7/1")
    box = Box("T7/1", "bath", "loaded", "v1")
    load = demand(heap, boxes=(box,), expected={}).stops["keynsham"].deliver
    assert (0, 4, 1) == (load.waiting, load.expected, load.totes)
    assert {} == demand(heap, boxes=(box,)).stops


def test_the_price_of_delay_grows_with_kind_and_age():
    heaps = (
        waiting(1, "keynsham", "midsomer", "hold", since="24 08:00"),
        waiting(1, "keynsham", "midsomer", "home", since="22 08:00"),
        waiting(1, "keynsham", "midsomer", "float", since="23 17:00"),
    )
    assert 100 * 1 + 10 * 3 + 1 * 2 == demand(*heaps).stops["keynsham"].collect.micros


def test_by_default_a_hold_is_dearer_than_a_return_and_a_return_than_a_floating_item():
    prices = Prices()
    assert prices.hold > prices.home > prices.float > 0


def test_the_oldest_item_of_both_directions_gives_the_age_of_the_stop():
    heaps = (waiting(1, "keynsham", "midsomer", since="20 08:00"), waiting(1, "bath", "keynsham", since="19 08:00"))
    assert instant("19 08:00") == demand(*heaps).stops["keynsham"].oldest_us


def test_the_order_of_the_rows_does_not_matter():
    rows = (
        waiting(30, "keynsham", "midsomer", "hold"),
        waiting(30, "bath", "keynsham"),
        waiting(9, "bath", "wells"),
    )
    assert demand(*rows) == demand(*rows[::-1])


def test_the_board_shows_waiting_and_expected_apart_and_the_most_urgent_lane_first():
    rows = [
        waiting(10, "keynsham", "midsomer", "home", since="23 08:00"),
        waiting(2, "keynsham", "wells", "hold", since="24 08:00"),
        waiting(3, "v1", "keynsham", kind="van", filling="T7/1"),
    ]
    lines = board(
        rows,
        {("keynsham", "midsomer"): 35, ("wells", "bath"): 4},
        courier=Courier(),
        prices=Prices(hold=100, home=10, manual=10, rebalance=5, float=1),
        next_stop={("keynsham", "midsomer"): "bath", ("keynsham", "wells"): "bath"},
        at_us=NOW,
    )
    shown = [
        (b.origin, b.destination, b.waiting, b.holds, b.totes, b.micros, b.expected, b.expected_totes) for b in lines
    ]
    assert [
        ("keynsham", "midsomer", 10, 0, 1, 200, 35, 1),
        ("keynsham", "wells", 2, 2, 1, 200, 0, 0),
        ("wells", "bath", 0, 0, 0, 0, 4, 1),
    ] == shown
    assert ["bath", "bath", None] == [line.next_stop for line in lines]
    assert [instant("23 08:00"), instant("24 08:00"), None] == [line.oldest_us for line in lines]
