"""`report`: turnaround by lane against the service levels, net lending, and lanes where something is too long."""

from __future__ import annotations

from circulation.clock import DAY_US, HOUR_US
from circulation.event import NewEvents
from circulation.item import ItemArrived, TransitOpened
from tests.cast import BATH_COPY, CLEVEDON_COPY, FLOATING_COPY, TUESDAY, WELLS_COPY
from tests.interfaces.shop import Shop


def test_turnaround_is_told_by_lane_in_percentiles_and_against_7_15_and_30_days(shop: Shop) -> None:
    """Ten journeys from Bath to Wells: nine took 1 to 9 days and one took 20."""
    with shop.world() as world:
        for number, days in enumerate((1, 2, 3, 4, 5, 6, 7, 8, 9, 20)):
            stream = f"item/{BATH_COPY}"
            version, name = len(world.ledger.stream(stream)), f"{BATH_COPY}~{number}"
            world.clock_us += HOUR_US
            opened = TransitOpened(transit=name, origin="bath", destination="wells", reason="home")
            world.record(f"out-{number}", [NewEvents(stream, version, (opened,))])
            world.clock_us += days * DAY_US
            arrived = ItemArrived(branch="wells", transit=name)
            world.record(f"in-{number}", [NewEvents(stream, version + 1, (arrived,))])
    (lane,) = shop.run("report", "turnaround", "--json").json
    assert ("bath", "wells", 10) == (lane["origin"], lane["destination"], lane["journeys"])
    assert (5.0, 9.0, 20.0, 20.0) == tuple(lane[name] for name in ("p50", "p90", "p95", "longest"))
    assert (70, 90, 100) == tuple(lane[name] for name in ("within_7", "within_15", "within_30"))
    assert [] == shop.run("report", "turnaround", "--reason", "hold", "--json").json
    assert [] == shop.run("report", "turnaround", "--to", "2026-11-24T09:30:00Z", "--json").json
    assert [] == shop.run("report", "turnaround", "--branch", "yeovil", "--json").json
    early = shop.run("report", "turnaround", "--to", "2026-11-28T00:00:00Z", "--json").json
    assert [2] == [one["journeys"] for one in early], "one day, and two days after it"


def test_net_lending_counts_each_loan_once_and_sets_both_ways_against_each_other(shop: Shop) -> None:
    """Bath lends a copy of Somerset's twice and renews it; Somerset lends one of Bath's; own copies do not count."""
    with shop.world() as world:
        world.lend(WELLS_COPY, "ada", "bath")
        world.clock_us += 5 * DAY_US
        world.desk.loans.renew(world.at("bath"), WELLS_COPY)
        world.scan(WELLS_COPY, "bath")
        world.lend(WELLS_COPY, "ben", "bath")
        world.lend(BATH_COPY, "cyn", "wells")
        world.lend(CLEVEDON_COPY, "dev", "clevedon")
    bath = "Bath and North East Somerset"
    rows = {(row["owner"], row["lent_by"]): row for row in shop.run("report", "lending", "--json").json}
    assert {(bath, "Somerset"), ("Somerset", bath)} == set(rows)
    assert (2, 1, 1) == tuple(rows["Somerset", bath][name] for name in ("loans", "other_way", "net"))
    assert (1, 2, -1) == tuple(rows[bath, "Somerset"][name] for name in ("loans", "other_way", "net"))
    assert [] == shop.run("report", "lending", "--to", "2026-11-24T09:00:00Z", "--json").json


def test_lanes_on_which_something_travels_too_long_are_listed_with_their_limit(shop: Shop) -> None:
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.scan(BATH_COPY, "wells")
        world.lend(CLEVEDON_COPY, "dev", "clevedon")
        world.clock_us = TUESDAY + 20 * DAY_US
        world.scan(FLOATING_COPY, "bristol")
    assert 1 == len(shop.run("transit", "overdue", "--json").json)
    (lane,) = shop.run("report", "too-long", "--json").json
    assert ("wells", "bath", 1, 20, 14) == tuple(
        lane[name] for name in ("origin", "destination", "items", "longest_days", "limit_days")
    )
    assert [] == shop.run("report", "too-long", "--as-of", "2026-11-24T12:00:00Z", "--json").json
