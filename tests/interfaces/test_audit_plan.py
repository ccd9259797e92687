"""`audit plan` through the command line, on a plan that was drafted through it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from circulation.event import NewEvents
from logistics.made_again import drafted_in
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, WELLS_COPY
from tests.interfaces.shop import Shop

MUST = ("--must", "bath", "--must", "wells")
PLAN = "2026-11-25/bristol/day"
FLEET = """van,hub,totes,shift_starts,shift_ends,days,cost_per_km,cost_per_hour
brs-1,bristol,20,07:00,16:00,mon-sat,0.45,18.00
"""


def drafted(shop: Shop, tmp_path: Path, *budget: str) -> None:
    """Two copies wait for the van on a Tuesday; then a draft of the Wednesday."""
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.scan(BATH_COPY, "wells")
        world.scan(WELLS_COPY, "bath")
        world.hold(DUNE, "cyn", "wells")
        world.scan(CLEVEDON_COPY, "clevedon")
    fleet = tmp_path / "fleet.csv"
    fleet.write_text(FLEET, encoding="utf-8")
    assert 0 == shop.run("fleet", "import", str(fleet)).code
    assert 0 == shop.run("plan", "draft", "--date", "2026-11-25", "--hub", "bristol", *MUST, *budget, "--json").code
    assert 0 == shop.run("plan", "publish", PLAN).code


def test_a_published_plan_is_made_again_from_the_log_after_the_day_went_on(shop: Shop, tmp_path: Path) -> None:
    drafted(shop, tmp_path, "--iterations", "50")
    with shop.world() as world:
        world.scan(BATH_COPY, "bath")
        world.scan(WELLS_COPY, "wells")
    assert 0 == shop.run("fleet", "out", "brs-1", "--from", "2026-11-25", "--to", "2026-11-26").code
    told = shop.run("audit", "plan", PLAN, "--json")
    assert 0 == told.code, told.err
    rows = {row["what"]: row for row in told.json}
    assert {"equal"} == {row["verdict"] for row in rows.values()}
    assert rows["problem"]["then"] == rows["problem"]["now"]
    assert "The same problem and the same routes" in shop.run("audit", "plan", PLAN, "--revision", "1").err


def test_a_plan_whose_routes_break_its_rules_exits_3(shop: Shop, tmp_path: Path) -> None:
    drafted(shop, tmp_path, "--iterations", "50")
    with shop.world() as world:
        _, revision = drafted_in(world.ledger, PLAN, 1)
        (route, *_) = revision.routes
        faster = replace(route, returns=route.returns - 60)
        stream = f"plan/{PLAN}"
        version = len(world.ledger.stream(stream))
        world.record("forged", [NewEvents(stream, version, (replace(revision, revision=2, routes=(faster,)),))])
    told = shop.run("audit", "plan", PLAN, "--revision", "2")
    assert 3 == told.code
    assert "Van brs-1 is back at" in told.err
    assert 0 == shop.run("audit", "plan", PLAN, "--revision", "1").code


def test_a_plan_that_is_not_there_is_said_to_be_unknown(shop: Shop) -> None:
    assert "There is no plan" in shop.run("audit", "plan", "2026-11-25/bath/day").err
