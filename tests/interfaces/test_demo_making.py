"""What a demo is made of: the size, the stock, readers, traffic, history, time, and totes as things."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import islice
from random import Random

import pytest

from circulation.barcode import has_valid_check_digit
from circulation.errors import Invalid, Unknown
from circulation.ledger import Ledger
from interfaces.demo.agenda import Agenda
from interfaces.demo.boxes import Boxes, tote_of
from interfaces.demo.codes import card_number, item_barcode, tote_code
from interfaces.demo.history import WEEKS, daily_counts
from interfaces.demo.mishaps import Mishaps
from interfaces.demo.readers import readers_of
from interfaces.demo.size import DEFAULT_SCALE, size_of
from interfaces.demo.stock import stock_of
from interfaces.demo.traffic import Traffic, busyness
from tests.interfaces.demo_worlds import small_network

TUESDAY = date(2026, 11, 24)
BRANCHES = small_network().branches


# --- size ---


def test_at_scale_one_a_demo_has_the_published_size() -> None:
    assert (2_500_000, 13_000_000) == (size_of("librarieswest", 1).items, size_of("ireland", 1).items)


@pytest.mark.parametrize("preset", ["librarieswest", "ireland"])
def test_a_smaller_scale_thins_what_never_travels_and_nothing_else(preset: str) -> None:
    small, whole = size_of(preset, DEFAULT_SCALE), size_of(preset, 1)

    assert small.items < whole.items
    assert small.shelf_loans_a_day < whole.shelf_loans_a_day
    assert (small.holds_a_day, small.away_returns_a_day) == (whole.holds_a_day, whole.away_returns_a_day)


def test_irelands_journeys_are_the_published_twenty_thousand_a_week() -> None:
    size = size_of("ireland", 1)

    assert 5 * (size.holds_a_day + size.away_returns_a_day) == 20_000


@pytest.mark.parametrize("scale", [0, -1, 1.01, float("nan")])
def test_a_scale_that_is_no_part_of_a_whole_is_refused(scale: float) -> None:
    with pytest.raises(Invalid) as refused:
        size_of("ireland", scale)

    assert refused.value.code == "demo.scale"


def test_an_unknown_preset_is_named_with_those_there_are() -> None:
    with pytest.raises(Unknown) as unknown:
        size_of("wales", 1)

    assert unknown.value.code == "demo.preset"
    assert "librarieswest" in unknown.value.hint


# --- stock and readers ---


def test_the_stock_has_just_so_many_copies_each_in_a_branch_of_its_owner() -> None:
    stock = list(stock_of(BRANCHES, items=500, seed=1))
    copies = [copy for _, its in stock for copy in its]
    member_of = {branch.code: branch.member for branch in BRANCHES}

    assert 500 == len(copies) == len({copy.barcode for copy in copies})
    assert all(member_of[copy.home] == copy.owner for copy in copies)
    assert all(copy.title_id == title.title_id for title, its in stock for copy in its)
    assert {len(its) for _, its in stock[:-1]} == {1, 2, 3, 6}


def test_the_first_titles_are_the_same_in_a_larger_stock() -> None:
    small = list(islice(stock_of(BRANCHES, items=500, seed=1), 100))

    assert small == list(islice(stock_of(BRANCHES, items=5_000, seed=1), 100))


def test_every_branch_has_a_reader_and_most_live_where_people_do() -> None:
    readers = list(readers_of(BRANCHES, readers=1000, seed=1))
    homes = Counter(reader.home for reader in readers)

    assert {branch.code for branch in BRANCHES} == set(homes)
    assert homes.most_common(1)[0][0] == "bristol"
    assert 1000 == len({reader.card for reader in readers})


def test_item_numbers_and_cards_are_valid_and_cannot_be_taken_for_each_other() -> None:
    for number in (1, 10, 999_999_999):
        assert has_valid_check_digit(item_barcode(number))
        assert has_valid_check_digit(card_number(number))
        assert item_barcode(number)[0] != card_number(number)[0]
    assert tote_code(7) == "T00007"


# --- traffic and history ---


def test_only_branches_that_are_open_on_the_weekday_are_drawn() -> None:
    traffic, draw = Traffic(BRANCHES), Random(1)
    drawn = {traffic.open_branch(draw, TUESDAY) for _ in range(500)}

    assert {branch.code for branch in BRANCHES} - {"clevedon"} == drawn
    assert traffic.open_branch(draw, date(2026, 11, 22)) is None


def test_most_of_what_travels_stays_with_its_member() -> None:
    traffic, draw = Traffic(BRANCHES), Random(1)
    member_of = {branch.code: branch.member for branch in BRANCHES}
    to = Counter(member_of[traffic.branch_near(draw, "yeovil")] for _ in range(1000))

    assert to["somerset"] > to["avon"] > 100


def test_the_history_has_every_open_day_of_eight_weeks_and_as_many_items_as_are_usual() -> None:
    counts = list(daily_counts(Traffic(BRANCHES), before=TUESDAY, journeys_a_day=200, seed=1))

    assert ("2026-09-29", "2026-11-23") == (counts[0].day, counts[-1].day)
    assert len(counts) == 6 * WEEKS
    monday = sum(lane.items for lane in counts[-1].counts)
    assert 0.7 * 200 < monday < 1.1 * 200 * busyness(date(2026, 11, 23))
    assert all(lane.origin != lane.destination for day in counts for lane in day.counts)


# --- time and mishaps ---


def test_steps_happen_in_the_order_of_their_moments_and_of_their_giving() -> None:
    agenda, done = Agenda(100), list[tuple[str, int]]()
    agenda.at(300, lambda: done.append(("late", agenda())))
    agenda.at(200, lambda: done.append(("first", agenda())))
    agenda.at(200, lambda: agenda.at(150, lambda: done.append(("added for a moment that had passed", agenda()))))
    agenda.at(200, lambda: done.append(("second", agenda())))

    agenda.play_until(300)

    assert done == [("first", 200), ("second", 200), ("added for a moment that had passed", 200)]
    assert agenda.now_us == 300
    agenda.play_until(301)
    assert done[-1] == ("late", 300)


def test_mishaps_are_the_same_for_the_same_day_and_seed() -> None:
    codes = [branch.code for branch in BRANCHES]
    once = [Mishaps(date(2026, 11, day), seed=1).closure(codes) for day in range(1, 29)]

    assert once == [Mishaps(date(2026, 11, day), seed=1).closure(codes) for day in range(1, 29)]
    assert None in once
    assert len({mishap.branch for mishap in once if mishap is not None}) > 1


# --- totes as things ---


def test_an_empty_tote_stays_where_it_is_until_something_is_packed_into_it(memory_ledger: Ledger) -> None:
    boxes = Boxes(memory_ledger)
    tote = boxes.spare("bath")
    assert tote == boxes.spare("bath")

    boxes.pack("bath", f"{tote}/1", "1")

    assert tote != boxes.spare("bath")
    assert [f"{tote}/1"] == boxes.there("bath")


def test_an_emptied_tote_is_used_again_where_it_was_put_away(memory_ledger: Ledger) -> None:
    boxes = Boxes(memory_ledger)
    boxes.pack("bath", "T00009/1", "1")
    boxes.move(["T00009/1"], "bath", "van")
    boxes.move(["T00009/1"], "van", "wells")

    assert ["1"] == list(boxes.empty_out("wells", "T00009/1"))
    boxes.put_away("wells", "T00009/1")

    assert boxes.spare("wells") == "T00009" == tote_of("T00009/1")
    assert [] == boxes.there("wells")


def test_what_lies_in_a_tote_may_differ_from_what_was_scanned_into_it(memory_ledger: Ledger) -> None:
    boxes = Boxes(memory_ledger)
    boxes.pack("bristol", "T00001/1", "a")
    boxes.pack("bristol", "T00002/1", "b")
    boxes.pack("bristol", "T00001/1", "c", into="T00002/1")

    assert ["a"] == list(boxes.empty_out("bristol", "T00001/1"))
    assert ["b", "c"] == list(boxes.empty_out("bristol", "T00002/1"))
