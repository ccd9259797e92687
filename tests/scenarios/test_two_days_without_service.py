"""
Two days of snow: nothing is driven, returns stay where they land, and the drained days balance to the item.

Wednesday and Thursday are suspended; on Friday and after the backlog is drafted by the drain plan, driven and scanned.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from circulation.clock import HOUR_US, parse_instant
from circulation.event import NewEvents
from circulation.service_desk import ServiceDesk
from logistics.balance import balance
from logistics.day_stops import PlanRequest
from logistics.dispatcher import Dispatcher
from logistics.fleet import VanSet, van_stream
from logistics.run_desk import RunDesk
from logistics.solver import Budget
from projections.backlog import lying
from projections.day_balance import sent_on
from projections.day_board import DayBoardOfViews
from projections.registry import open_views
from projections.views import Views
from tests.cast import BATH_COPY, CLEVEDON_COPY, WELLS_COPY
from tests.interfaces.shop import Shop
from tests.logistics.small_network import first_fit

FRIDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 30)


def lies_at(views: Views) -> list[tuple[str, str, int]]:
    return sorted((row.place, row.destination, row.items) for row in lying(views))


@pytest.fixture
def shop(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The cast on disk, on Tuesday at nine."""
    return Shop(tmp_path / "shop.db", capsys, monkeypatch)


@pytest.mark.row(59)
def test_the_drained_days_balance_to_the_item(shop: Shop) -> None:
    with shop.world() as world:
        van = VanSet(
            hub="bristol",
            totes=1,
            shift_starts_minute=480,
            shift_ends_minute=960,
            days=(0, 1, 2, 3, 4),
            cost_per_km_cents=1,
            cost_per_hour_cents=1,
        )
        world.record("van", (NewEvents(van_stream("v1"), 0, (van,)),))
        for barcode, patron in ((BATH_COPY, "ada"), (WELLS_COPY, "cyn"), (CLEVEDON_COPY, "dev")):
            world.lend(barcode, patron, "bath")
        service = ServiceDesk(world.commands)
        service.suspend(world.at("bristol"), "all", reason="Snow", first="2026-11-25", last="2026-11-26")
        world.clock_us = parse_instant("2026-11-25T10:00:00Z")
        for barcode, branch in ((BATH_COPY, "wells"), (CLEVEDON_COPY, "wells"), (WELLS_COPY, "bristol")):
            receipt = world.scan(barcode, branch, tote="T1")
            assert ("service.stays", None) == (receipt.code, receipt.filling)
        views = open_views(world.ledger)
        landed = [("bristol", "wells", 1), ("wells", "bath", 1), ("wells", "clevedon", 1)]
        assert landed == lies_at(views)

        # Thursday evening; on Friday the scans pack what goes with the van.
        dispatcher = Dispatcher(world.ledger, world.commands, DayBoardOfViews(views), search=first_fit)
        runs = RunDesk(world.ledger, world.commands, DayBoardOfViews(views))
        office = world.at("bristol", "office")
        world.clock_us = parse_instant("2026-11-27T06:00:00Z")
        for barcode, branch, tote in (
            (BATH_COPY, "wells", "T1"),
            (CLEVEDON_COPY, "wells", "T1"),
            (WELLS_COPY, "bristol", "T2"),
        ):
            assert f"{tote}/1" == world.scan(barcode, branch, tote=tote).filling
        for tote, branch in (("T1", "wells"), ("T2", "bristol")):
            world.desk.totes.seal(world.at(branch), tote)
        drafted = dispatcher.draft(office, PlanRequest(FRIDAY, hubs=("bristol",), drain=0), budget=Budget(iterations=1))
        assert 0 == drafted.revision.inputs.drain
        assert [("wells", 1, 1)] == [
            (stop.branch, stop.totes_off, stop.totes_on) for route in drafted.revision.routes for stop in route.stops
        ]
        dispatcher.publish(office, drafted.plan)
        world.clock_us = parse_instant("2026-11-27T08:00:00Z")
        runs.start(office, day=FRIDAY, van="v1", wave="day", totes=["T2"])
        world.clock_us += HOUR_US
        runs.stop(office, "2026-11-27/v1/day", "wells", off=["T2"], on=["T1"])
        assert 2 == sum(row.items for row in lying(views) if row.kind == "van")
        world.clock_us += HOUR_US
        runs.finish(office, "2026-11-27/v1/day")
        world.scan(WELLS_COPY, "wells")
        sent = sent_on(views, FRIDAY.isoformat())
        found = balance(
            sent.fillings, sent.items, hubs=sent.hubs, finished_runs=sent.finished_runs, unpacked=sent.unpacked
        )
        assert found.holds
        assert (3, 3) == (found.sent, found.received + found.travelling + found.listed)
        assert 0 == found.listed

        # At the hub the two are sorted into totes of their own; one tote a day: one on Monday, one on Tuesday.
        world.desk.totes.open(world.at("bristol"), "T1")
        assert "send.onward" in world.scan(BATH_COPY, "bristol").code
        assert "send.onward" in world.scan(CLEVEDON_COPY, "bristol").code
        assert [("bristol", "bath", 1), ("bristol", "clevedon", 1)] == lies_at(views)
        drafted = dispatcher.draft(office, PlanRequest(MONDAY, hubs=("bristol",), drain=0), budget=Budget(iterations=1))
        assert ["bath"] == [stop.branch for route in drafted.revision.routes for stop in route.stops]
        (left,) = drafted.revision.left
        assert (
            "drain",
            "clevedon: the drain plan comes to it from 2026-12-01 on; 1 item in 1 tote left.",
        ) == (left.code, left.why)
        views.close()
    done = shop.run("run", "balance", "--date", "2026-11-27")
    assert 0 == done.code, done.out
    assert "sent 3 = received 3 + travelling 0 + listed 0" in done.err
