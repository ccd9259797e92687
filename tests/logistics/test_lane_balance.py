"""Sent = received + travelling + listed holds for a day and for each of its lanes, whatever happened to the totes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.balance import balance, by_lane

pytestmark = [pytest.mark.row(65), pytest.mark.row(29)]
PLACES = ("bath", "wells", "keynsham", "taunton")
RUNS = ("2026-11-24/v1/day", "2026-11-24/v2/day")


@dataclass(frozen=True)
class Box:
    filling: str
    items: int
    origin: str
    destination: str
    status: str
    place: str
    known: str
    run: str


@dataclass(frozen=True)
class Rider:
    item: str
    filling: str
    seen_at: str | None


@st.composite
def days(draw):
    """Any totes in any state, with any number of riders, each seen anywhere or nowhere."""
    boxes, riders = [], []
    for number in range(draw(st.integers(0, 6))):
        name = f"T{number}/1"
        seen = draw(st.lists(st.none() | st.sampled_from(PLACES), max_size=5))
        status = draw(st.sampled_from(["loaded", "unloaded", "received", "ended", "lost"]))
        place = {"loaded": "v1", "lost": ""}.get(status) or draw(st.sampled_from(PLACES))
        origin, destination = draw(st.sampled_from(PLACES)), draw(st.sampled_from(PLACES))
        sealed = max(0, len(seen) + draw(st.integers(-2, 2)))
        known, run = draw(st.sampled_from(["scanned", "assumed"])), draw(st.sampled_from(RUNS))
        place = "" if status == "lost" else place
        boxes.append(Box(name, sealed, origin, destination, status, place, known, run))
        riders += [Rider(f"{name}-{n}", name, where) for n, where in enumerate(seen)]
    unpacked = {box.filling: [f"x{box.filling}"] for box in boxes if draw(st.booleans())}
    finished = draw(st.sets(st.sampled_from(RUNS)))
    return boxes, riders, {"hubs": ("bath",), "finished_runs": finished, "unpacked": unpacked}


@given(days())
def test_the_sum_holds_and_every_item_that_rode_is_named_once(day) -> None:
    boxes, riders, rules = day
    whole = balance(boxes, riders, **rules)
    assert whole.holds
    named = [*whole.received_items, *whole.travelling_items]
    named += [code for one in whole.discrepancies if one.kind != "unpacked" for code in one.named]
    assert Counter(named) == Counter(rider.item for rider in riders)
    assert whole.received == len(whole.received_items)
    assert whole.travelling == len(whole.travelling_items)
    assert all(len(one.named) == one.items for one in whole.discrepancies if one.kind not in ("count", "unpacked"))


@given(days())
def test_the_lanes_hold_one_by_one_and_are_the_day_together(day) -> None:
    boxes, riders, rules = day
    whole, lanes = balance(boxes, riders, **rules), by_lane(boxes, riders, **rules)
    assert all(one.holds for one in lanes.values())
    assert {(box.origin, box.destination) for box in boxes} == {*lanes}
    for column in ("sent", "received", "travelling", "listed"):
        assert getattr(whole, column) == sum(getattr(one, column) for one in lanes.values())
    assert Counter(whole.discrepancies) == Counter(one for lane in lanes.values() for one in lane.discrepancies)
    assert sorted(whole.received_items) == sorted(code for lane in lanes.values() for code in lane.received_items)


def test_a_lost_tote_is_listed_with_its_items_by_name() -> None:
    box = Box("T1/1", 2, "bath", "wells", "lost", "", "scanned", RUNS[0])
    riders = [Rider("a", "T1/1", None), Rider("b", "T1/1", "wells")]
    (one,) = balance([box], riders, hubs=("bath",), finished_runs=()).discrepancies
    assert ("lost", 1, ("a",)) == (one.kind, one.items, one.named)
    assert one.sentence == "T1/1 with 1 items is lost; its last run was 2026-11-24/v1/day."


def test_what_nobody_packed_is_named_and_changes_no_sum() -> None:
    box = Box("T1/1", 1, "bath", "wells", "ended", "wells", "scanned", RUNS[0])
    day = balance([box], [Rider("a", "T1/1", "wells")], hubs=(), finished_runs=(), unpacked={"T1/1": ["z"]})
    assert (True, 1, 1, 0) == (day.holds, day.sent, day.received, day.listed)
    assert [("unpacked", 0, ("z",))] == [(one.kind, one.items, one.named) for one in day.discrepancies]
