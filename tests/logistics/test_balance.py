"""Sent = received + travelling + listed discrepancies, item by item."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from logistics.balance import Balance, balance


@dataclass(frozen=True)
class Box:
    filling: str
    items: int
    destination: str
    status: str
    place: str
    known: str = "scanned"
    run: str = "2026-11-24/v1/day"


@dataclass(frozen=True)
class Rider:
    item: str
    filling: str
    seen_at: str | None = None


def of(*boxes: Box, seen: dict[str, list[str | None]], finished: tuple[str, ...] = ()) -> Balance:
    riders = [
        Rider(f"{filling}-{n}", filling, place) for filling, places in seen.items() for n, place in enumerate(places)
    ]
    return balance(boxes, riders, hubs=("bath",), finished_runs=finished)


def told(day: Balance) -> tuple[int, int, int, list[tuple[str, int]]]:
    assert day.holds
    return day.sent, day.received, day.travelling, [(one.kind, one.items) for one in day.discrepancies]


@pytest.mark.parametrize(
    ("box", "seen", "expected"),
    [
        (Box("T1/1", 2, "wells", "loaded", "v1"), [None, None], (2, 0, 2, [])),
        (Box("T1/1", 2, "wells", "unloaded", "wells"), [None, None], (2, 2, 0, [])),
        (Box("T1/1", 2, "wells", "unloaded", "wells", known="assumed"), [None, None], (2, 0, 2, [])),
        (Box("T1/1", 2, "wells", "received", "wells"), [None, None], (2, 2, 0, [])),
        (Box("T1/1", 2, "wells", "received", "bath"), [None, None], (2, 0, 2, [])),
        (Box("T1/1", 2, "wells", "ended", "wells"), ["wells", "wells"], (2, 2, 0, [])),
        (Box("T1/1", 2, "wells", "ended", "wells"), ["wells", None], (2, 1, 0, [("unseen", 1)])),
        (Box("T1/1", 2, "wells", "received", "clevedon"), [None, None], (2, 0, 0, [("astray", 2)])),
        (Box("T1/1", 2, "wells", "loaded", "v1"), ["clevedon", None], (2, 0, 1, [("elsewhere", 1)])),
    ],
)
def test_every_item_of_a_tote_is_in_one_column(box: Box, seen: list[str | None], expected):
    assert expected == told(of(box, seen={"T1/1": seen}))


def test_a_tote_that_stays_on_a_van_after_its_run_is_listed():
    day = of(Box("T1/1", 3, "wells", "loaded", "v1"), seen={"T1/1": [None] * 3}, finished=("2026-11-24/v1/day",))
    assert (3, 0, 0, [("on-van", 3)]) == told(day)
    assert (
        "T1/1 with 3 items is still on van v1, though the run 2026-11-24/v1/day is over."
        == day.discrepancies[0].sentence
    )


@pytest.mark.parametrize(("sealed", "packed", "listed"), [(3, 2, 1), (2, 3, -1)])
def test_a_seal_that_counts_otherwise_than_the_scans_is_listed(sealed: int, packed: int, listed: int):
    day = of(Box("T1/1", sealed, "wells", "received", "wells"), seen={"T1/1": [None] * packed})
    assert (sealed, packed, 0, [("count", listed)]) == told(day)
    assert f"T1/1 was sealed with {sealed} items; scans put {packed} into it." == day.discrepancies[0].sentence


def test_what_was_not_seen_is_named():
    day = of(Box("T1/1", 2, "wells", "ended", "wells"), seen={"T1/1": ["wells", None]})
    assert "1 of 2 items were not seen when T1/1 was opened at wells: T1/1-1." == day.discrepancies[0].sentence


def test_a_day_is_the_sum_of_its_totes():
    day = of(
        Box("T1/1", 2, "wells", "ended", "wells"),
        Box("T2/4", 3, "bath", "loaded", "v1"),
        seen={"T1/1": ["wells", None], "T2/4": [None] * 3},
    )
    assert (5, 1, 3, [("unseen", 1)]) == told(day)


def test_a_day_without_runs_balances():
    assert (0, 0, 0, []) == told(of(seen={}))
