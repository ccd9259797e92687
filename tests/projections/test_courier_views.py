"""Plans, runs, the network and imported counts: as they are, and as they were at a position."""

from __future__ import annotations

from circulation.branch import HubUnmarked
from circulation.closure import ClosureDeclared, ClosureWithdrawn
from circulation.event import Event, NewEvents
from circulation.policy import LOAN_RULES, LoanRuleSet
from logistics.counts import DailyCountsImported, LaneCount
from logistics.fleet import VanOut, VanSet
from logistics.network import COURIER, DirectToteSet, TrunkSet
from logistics.plan import PlanDrafted, PlanInputs, PlanPublished, PlanTotals, PlanWithdrawn
from logistics.run import RunFinished, RunStarted, StopServed, StopSkipped
from projections import demand_board, network, plans, runs
from projections.demand_board import LaneDay
from projections.views import Views
from tests.cast import BATH_COPY
from tests.world import World

PLAN = "plan/2026-11-24/bristol/am"


def append(world: World, stream: str, after: int, *events: Event) -> int:
    """Record facts on a stream; the position of the last one."""
    return world.record(f"{stream}@{after}", [NewEvents(stream, after, events)]).position


def drafted(revision: int, stops: int) -> PlanDrafted:
    return PlanDrafted(
        revision=revision,
        day="2026-11-24",
        hubs=("bristol",),
        wave="am",
        inputs=PlanInputs(
            position=40,
            network="n",
            fleet="f",
            rules="r",
            problem="p",
            seed=1,
            solver="s",
            budget="b",
            roads="estimated",
            collect="waiting",
        ),
        routes=(),
        left=(),
        tight=(),
        totals=PlanTotals(
            vans=2,
            stops=stops,
            totes=9,
            items=120,
            metres=80_000,
            drive_seconds=7200,
            cost_cents=9900,
            left_behind=1,
            by_reason={"home": 120},
        ),
    )


def test_publishing_again_replaces_the_revision_that_held(world: World, views: Views) -> None:
    append(world, PLAN, 0, drafted(1, 12))
    first = append(world, PLAN, 1, PlanPublished(revision=1))
    second = append(world, PLAN, 2, drafted(2, 14), PlanPublished(revision=2))
    append(world, PLAN, 4, PlanWithdrawn(why="snow"))

    def status(as_of: int | None) -> list[tuple[int, str, int]]:
        return [
            (found.revision, found.status, found.stops) for found in plans.plans(views, day="2026-11-24", as_of=as_of)
        ]

    assert [(1, "drafted", 12)] == status(first - 1)
    assert [(1, "published", 12)] == status(first)
    assert [(1, "replaced", 12), (2, "published", 14)] == status(second)
    assert [(1, "replaced", 12), (2, "replaced", 14)] == status(None)
    assert [] == plans.plans(views, plan="2026-11-25/bristol/am")
    assert [] == views.verify("plans")


def test_a_run_is_told_call_by_call(world: World, views: Views) -> None:
    stream = "run/2026-11-24/van-1/am"
    started = RunStarted(
        van="van-1",
        hub="bristol",
        plan="2026-11-24/bristol/am",
        revision=1,
        stops=("bath", "wells"),
        fillings_on=("T1/1",),
    )
    append(world, stream, 0, started)
    served = append(world, stream, 1, StopServed(branch="bath", fillings_off=("T1/1",), fillings_on=("T2/1",)))
    append(world, stream, 2, StopSkipped(branch="wells", why="road closed"), RunFinished(fillings_off=("T2/1",)))

    (run,) = runs.runs(views, day="2026-11-24")
    assert ("van-1", "am", "bristol", ("bath", "wells"), ("T1/1",)) == (
        run.van,
        run.wave,
        run.hub,
        run.planned,
        run.fillings_on,
    )
    assert run.finished_us is not None
    assert runs.run(views, run.run, as_of=served).finished_us is None  # type: ignore[union-attr]
    assert runs.run(views, run.run, as_of=served - 2) is None
    assert [
        ("bath", "served", "", ("T1/1",), ("T2/1",)),
        ("wells", "skipped", "road closed", (), ()),
        ("bristol", "finished", "", ("T2/1",), ()),
    ] == [
        (call.branch, call.outcome, call.note, call.fillings_off, call.fillings_on)
        for call in runs.calls(views, run=run.run)
    ]
    assert ["bath"] == [call.branch for call in runs.calls(views, branch="bath", as_of=served)]


def test_the_network_is_read_back_as_it_was(world: World, views: Views) -> None:
    before = world.ledger.head().position
    append(world, "branch/taunton", 2, HubUnmarked())
    append(
        world, "calendar/all", 0, ClosureDeclared(closure="c1", first="2026-12-25", last="2026-12-26", reason="Xmas")
    )
    closed = world.ledger.head().position
    append(world, "calendar/all", 1, ClosureWithdrawn(closure="c1"))
    van = VanSet(
        hub="bristol",
        totes=60,
        shift_starts_minute=420,
        shift_ends_minute=900,
        days=(0, 1),
        cost_per_km_cents=50,
        cost_per_hour_cents=1500,
    )
    append(world, "van/van-1", 0, van, VanOut(first="2026-11-30", last="2026-12-01", reason="brakes"))
    trunk = TrunkSet(
        trunk="t1", origin="bristol", destination="taunton", days=(0,), departs_minute=1, arrives_minute=2, totes=9
    )
    direct = (DirectToteSet(branch=one, destination="wells") for one in ("yeovil", "bath", "clevedon"))
    append(world, COURIER, 0, trunk, *direct)
    rule = LoanRuleSet(rule="dvd", item_type="dvd", days=7, renewals=1, loan_limit=5, hold_limit=5, shelf_days=5)
    append(world, LOAN_RULES, 0, rule)

    assert {"bristol"} == set(network.hubs(views))
    assert {"bristol", "taunton"} == set(network.hubs(views, as_of=before))
    assert "Bath Central" == network.branches(views)["bath"].name
    assert {} == network.closures(views)
    assert ["2026-12-25"] == [day.first for day in network.closures(views, as_of=closed)["all"]]
    assert network.vans(views)["van-1"].off_road_on("2026-12-01") is not None
    assert {"t1"} == set(network.courier(views).trunks)
    assert {("yeovil", "wells"), ("bath", "wells"), ("clevedon", "wells")} == network.courier(views).direct
    assert {} == network.courier(views, as_of=before).trunks
    assert 7 == network.loan_rules(views)["dvd"][-1].days
    assert [] == views.verify("network")


def test_an_imported_day_replaces_what_was_imported_for_it_and_what_was_counted(world: World, views: Views) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.scan(BATH_COPY, "clevedon")

    def counts(first: str) -> list[LaneDay]:
        return demand_board.daily_counts(views, first=first, last="2026-11-24")

    def given(items: int, *, to: str) -> LaneCount:
        return LaneCount(origin="wells", destination=to, items=items)

    assert [LaneDay("2026-11-24", "clevedon", "bath", 1, imported=False)] == counts("2026-11-01")

    append(world, "board/2026-11-17", 0, DailyCountsImported(day="2026-11-17", counts=(given(5, to="bath"),)))
    append(world, "board/2026-11-17", 1, DailyCountsImported(day="2026-11-17", counts=(given(7, to="yeovil"),)))
    append(world, "board/2026-11-24", 0, DailyCountsImported(day="2026-11-24", counts=(given(3, to="yeovil"),)))

    assert [
        LaneDay("2026-11-17", "wells", "yeovil", 7, imported=True),
        LaneDay("2026-11-24", "wells", "yeovil", 3, imported=True),
    ] == counts("2026-11-01")
    assert {("wells", "yeovil"): [7, 3]} == demand_board.same_weekday(views, ["2026-11-10", "2026-11-17", "2026-11-24"])
