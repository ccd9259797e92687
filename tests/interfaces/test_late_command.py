"""`report late`: journeys that came after their promised day, with causes that are read from the log."""

from __future__ import annotations

from circulation.clock import DAY_US, parse_instant
from circulation.event import NewEvents
from circulation.item import ItemArrived, TransitOpened
from logistics.run import RunStarted, StopServed, StopSkipped
from tests.cast import BATH_COPY
from tests.interfaces.shop import Shop
from tests.tote_world import WELLS_BOOKS, ToteWorld
from tests.world import World


def journey(world: World, number: int, opened: str, arrived: str) -> None:
    """The copy of Bath goes from Bath to Wells."""
    stream, name = f"item/{BATH_COPY}", f"{BATH_COPY}~{number}"
    version = len(world.ledger.stream(stream))
    world.clock_us = parse_instant(opened)
    out = TransitOpened(transit=name, origin="bath", destination="wells", reason="home")
    world.record(f"out-{number}", [NewEvents(stream, version, (out,))])
    world.clock_us = parse_instant(arrived)
    world.record(f"in-{number}", [NewEvents(stream, version + 1, (ItemArrived(branch="wells", transit=name),))])


def test_late_journeys_are_counted_by_lane_and_cause(shop: Shop) -> None:
    """
    What is ready in Bath after nine on a Tuesday is collected on Wednesday and in Wells on Thursday. One is there on
    Thursday; a week later two are not: Bath is skipped on the Wednesday, and on the next no van goes out.
    """
    with shop.world() as world:
        journey(world, 1, "2026-11-24T09:30:00Z", "2026-11-26T16:00:00Z")
        world.clock_us = parse_instant("2026-12-02T08:00:00Z")
        started = RunStarted(van="van-1", hub="bristol", plan=None, revision=None, stops=("bath",), fillings_on=())
        skipped = StopSkipped(branch="bath", why="Road flooded")
        world.record("run", [NewEvents("run/2026-12-02/van-1/day", 0, (started, skipped))])
        journey(world, 2, "2026-12-02T08:30:00Z", "2026-12-05T12:00:00Z")
        journey(world, 3, "2026-12-08T09:30:00Z", "2026-12-14T12:00:00Z")
    rows = shop.run("report", "late", "--json").json
    assert [
        ("bath", "wells", 3, 2, 66, "skipped", 1, 2, 2, 2),
        ("bath", "wells", 3, 2, 66, "no-run", 1, 4, 4, 4),
    ] == [tuple(row.values()) for row in rows]
    by_cause = shop.run("report", "late", "--by", "cause", "--json").json
    assert [("skipped", 1, 50, 2, 2, 2, "bath", 1), ("no-run", 1, 50, 4, 4, 4, "bristol", 1)] == [
        tuple(row.values()) for row in by_cause
    ]
    worst, other = shop.run("report", "late", "--lane", "bath/wells", "--json").json
    assert ("No van of bristol went out on 2026-12-09.", "2026-12-10", 4) == tuple(
        worst[name] for name in ("why", "promised_day", "days_late")
    )
    assert "Van van-1 skipped bath on 2026-12-02: Road flooded." == other["why"]
    assert "2 of 3 journeys were late" in shop.run("report", "late").out
    assert [] == shop.run("report", "late", "--to", "2026-12-01", "--json").json
    assert [] == shop.run("report", "late", "--branch", "yeovil", "--json").json
    assert [] == shop.run("report", "late", "--as-of", "2026-12-03T12:00:00Z", "--json").json, "not late yet"
    assert "'day' is neither lane nor cause" in shop.run("report", "late", "--by", "day").err


def test_a_tote_that_the_van_did_not_bring_is_named_while_it_is_still_missing(shop: Shop) -> None:
    """Ten copies are sealed in Bristol on Tuesday for Wells, which Wednesday's van calls at without them."""
    with shop.world() as world:
        ToteWorld.sealed(world)
        world.clock_us = parse_instant("2026-11-25T12:00:00Z")
        started = RunStarted(van="van-1", hub="bristol", plan=None, revision=None, stops=("wells",), fillings_on=())
        world.record("run", [NewEvents("run/2026-11-25/van-1/day", 0, (started, StopServed(branch="wells")))])
        world.clock_us += DAY_US
        world.scan(BATH_COPY, "bath")
    rows = shop.run("report", "late", "--lane", "bristol/wells", "--json").json
    assert sorted(WELLS_BOOKS) == sorted(row["item"] for row in rows)
    assert {("Van van-1 called at wells at 12:00 without its tote T1.", None, 1)} == {
        (row["why"], row["arrived_at"], row["days_late"]) for row in rows
    }
