"""A demo of a small network: played by the desks' own commands, whole in its log, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from circulation.clock import iso
from circulation.errors import Refused
from circulation.ledger import Ledger
from circulation.store.url import StoreUrl
from interfaces.demo.fill import PLANNED_DAY, Filled, days_before, fill
from interfaces.demo.papers import write_papers
from interfaces.demo.summary import numbers_of, summary_of
from logistics.balance import balance
from projections.day_balance import sent_on
from projections.registry import PROJECTIONS, open_views
from tests.interfaces.demo_worlds import SMALL, small_network

SERVICE_DAYS = 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


def play(address: Path | str, seed: int) -> Filled:
    """Five service days before the Tuesday that is planned."""
    told: list[str] = []
    store = StoreUrl.parse(str(address))
    filled = fill(store, small_network(seed), SMALL, service_days=SERVICE_DAYS, tell=told.append)
    assert told[-1] == f"planning Tuesday {PLANNED_DAY}"
    return filled


@pytest.fixture(scope="module")
def filled(folder: Path) -> Filled:
    return play(folder / "demo.db", 1)


def types_in(path: Path) -> Counter[str]:
    with Ledger.open(str(path), simulated=True) as ledger:
        return Counter(row[3] for row in ledger.rows(after=0, limit=1_000_000))


def story_of(address: Path | str) -> list[tuple[object, ...]]:
    """The log without what is random on purpose: readers' names and keys."""
    with Ledger.open(str(address), simulated=True) as ledger:
        return [
            (row[0], *row[2:5]) if row[1].startswith("patron/") else row[:5]
            for row in ledger.rows(after=0, limit=1_000_000)
        ]


def test_the_days_played_hold_so_many_days_with_vans_and_end_before_the_planned_one() -> None:
    days = days_before(date(2026, 11, 24), small_network(), service_days=5)

    assert (days[0], days[-1], len(days)) == (date(2026, 11, 17), date(2026, 11, 23), 7)


def test_the_log_holds_a_whole_courier_day(filled: Filled, folder: Path) -> None:
    types = types_in(folder / "demo.db")

    expected = {"ItemReturned", "ItemLent", "HoldPlaced", "HoldCaptured", "HoldFilled", "TransitOpened", "ItemPacked"}
    expected |= {"ToteSealed", "ToteLoaded", "ToteUnloaded", "ToteOpened", "ItemArrived", "ItemPlacedOnHoldShelf"}
    expected |= {"PlanDrafted", "PlanPublished", "RunStarted", "StopServed", "RunFinished", "DailyCountsImported"}
    assert expected <= set(types)
    assert types["PlanPublished"] == filled.done["plans carried out"] == types["PlanDrafted"] - 1
    assert types["RunStarted"] == filled.done["runs"] + filled.done["trunk runs"]


def test_nothing_that_can_ride_is_left_on_a_table(filled: Filled) -> None:
    assert filled.done.get("items left on the table", 0) == 0
    assert filled.done["scans"] > 500


def test_what_goes_wrong_is_recorded_as_what_it_is(filled: Filled, folder: Path) -> None:
    types = types_in(folder / "demo.db")

    assert types["StopSkipped"] == filled.done["stops missed"] > 0
    assert types["ClosureDeclared"] == filled.done["branches that could not open"] > 0
    assert types["ItemMissed"] == filled.done["copies not found"] > 0


def test_every_day_balances(filled: Filled, folder: Path) -> None:
    with Ledger.open(str(folder / "demo.db"), simulated=True) as ledger:
        views = open_views(ledger)
        for day in filled.played:
            sent = sent_on(views, day.isoformat())
            found = balance(sent.fillings, sent.items, hubs=sent.hubs, finished_runs=sent.finished_runs)
            assert found.holds, f"{day}: {found}"
        views.close()


def test_the_views_are_those_of_the_log(filled: Filled, folder: Path) -> None:
    with Ledger.open(str(folder / "demo.db"), simulated=True) as ledger:
        views = open_views(ledger)
        differences = {projection.name: views.verify(projection.name) for projection in PROJECTIONS}
        views.close()

    assert {projection.name: [] for projection in PROJECTIONS} == differences


def test_some_runs_are_scanned_by_the_driver_and_some_entered_from_paper(filled: Filled, folder: Path) -> None:
    with Ledger.open(str(folder / "demo.db"), simulated=True) as ledger:
        calls = ledger.facts(limit=100_000, types=("StopServed",))

    known = {fact.actor: fact.event.known for fact in calls if fact.event.branch not in ("bristol", "taunton")}  # type: ignore[attr-defined]
    assert known == {
        "staff/driver-van-bristol": "scanned",
        "staff/driver-van-taunton": "scanned",
        "staff/coordinator": "assumed",
    }
    assert 0 < filled.done["runs entered from paper"] < filled.done["runs"]


def test_recorded_time_goes_from_the_founding_to_the_planning(filled: Filled, folder: Path) -> None:
    with Ledger.open(str(folder / "demo.db"), simulated=True) as ledger:
        head = ledger.head()
        first = ledger.facts(limit=1)[0]

    assert iso(first.recorded_us) == "2026-11-17T04:00:00Z"
    assert iso(head.recorded_us) == "2026-11-24T06:40:00Z"


def test_the_same_seed_plays_the_same_days_and_plans_the_same_routes(filled: Filled, folder: Path) -> None:
    again = play(folder / "again.db", 1)

    assert story_of(folder / "demo.db") == story_of(folder / "again.db")
    assert asdict(filled.plan.revision) == asdict(again.plan.revision)


def test_a_postgresql_store_is_told_the_same_story(filled: Filled, folder: Path, postgresql_url: str) -> None:
    on_server = play(postgresql_url, 1)

    assert story_of(folder / "demo.db") == story_of(postgresql_url)
    assert filled.plan.revision.routes == on_server.plan.revision.routes


def test_another_seed_plays_other_days(filled: Filled, folder: Path) -> None:
    other = play(folder / "other.db", 2)

    assert filled.done != other.done


def test_a_store_that_holds_something_is_refused_and_left_as_it_is(filled: Filled, folder: Path) -> None:
    before = story_of(folder / "demo.db")

    with pytest.raises(Refused) as refused:
        play(folder / "demo.db", 1)

    assert refused.value.code == "demo.store-in-use"
    assert f"{len(before):,} events" in refused.value.sentence
    assert before == story_of(folder / "demo.db")


def test_keys_that_a_lost_store_left_behind_are_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "new.db.keys").write_bytes(b"somebody's keys")

    with pytest.raises(Refused) as refused:
        play(tmp_path / "new.db", 1)

    assert refused.value.code == "demo.store-in-use"
    assert not (tmp_path / "new.db").exists()


def test_the_papers_are_one_manifest_a_van_the_routes_and_a_map(filled: Filled, tmp_path: Path) -> None:
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "van-of-yesterday.html").write_text("old")

    told = write_papers(tmp_path, filled.plan.revision, filled.branches)

    vans = {route.van for route in filled.plan.revision.routes}
    assert {f"{van}.html" for van in vans} == {page.name for page in (tmp_path / "manifests").iterdir()}
    assert "FeatureCollection" in (tmp_path / "routes.geojson").read_text(encoding="utf-8")
    assert "leaflet" in (tmp_path / "map.html").read_text(encoding="utf-8").lower()
    assert len(told) == 3


def test_the_summary_says_what_travels_which_limits_bind_and_what_stays(filled: Filled) -> None:
    text = "\n".join(summary_of(filled))
    totals = filled.plan.revision.totals

    assert f"items travelling   {totals.items:,}" in text
    assert "for holds" in text
    assert "limits that bind" in text
    assert "closed: 1 stops" in text
    assert "clevedon takes no delivery on a Tuesday" in text
    assert totals.stops == numbers_of(filled)["stops"]
