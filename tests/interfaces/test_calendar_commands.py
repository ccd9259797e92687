"""`calendar close`, `withdraw` and `settle`: what changes as a list, and the stops of plans that it touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from circulation.event import NewEvents
from logistics.plan import PlanDrafted, PlanPublished, plan_stream
from tests.cast import BATH_COPY, DAY
from tests.interfaces.shop import Shop
from tests.logistics.drafted_day import drafted

SNOW = ("--from", "2026-12-14", "--to", "2026-12-16", "--reason", "Snow")


@pytest.fixture
def lent(shop: Shop) -> Shop:
    """One loan at Bath, due on 15 December."""
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
    return shop


def with_plan(shop: Shop, *events: PlanDrafted | PlanPublished) -> None:
    with shop.world() as world:
        world.record("plan", [NewEvents(plan_stream(date=DAY, hub="bristol", wave="day"), 0, tuple(events))])


def subjects(rows: Sequence[dict[str, object]]) -> list[tuple[object, object]]:
    return [(row["kind"], row["subject"]) for row in rows]


@pytest.mark.case(34)
def test_a_preview_lists_what_would_change_and_records_nothing(lent: Shop) -> None:
    head = lent.head()
    done = lent.run("calendar", "close", "bath", *SNOW, "--preview", "--json")
    assert 0 == done.code
    assert [
        {
            "kind": "loan",
            "subject": f"{BATH_COPY}#1",
            "branch": "bath",
            "was_at": "2026-12-15T17:00:00Z",
            "becomes_at": "2026-12-17T17:00:00Z",
            "why": "closure 2026-12-14 of branch/bath",
        }
    ] == done.json
    assert "Nothing was recorded. Dates that would move: 1." in done.err
    assert head == lent.head()


@pytest.mark.case(34)
def test_a_closure_after_the_fact_is_told_and_the_loan_shows_its_new_date(lent: Shop) -> None:
    done = lent.run("calendar", "close", "bath", *SNOW)
    assert 0 == done.code
    assert f"{BATH_COPY}#1" in done.out
    assert "branch/bath is closed from 2026-12-14 to 2026-12-16: Snow. Loans due later: 1." in done.err
    assert "2026-12-17T17:00:00Z" == lent.run("loan", "list", "--json").json[0]["due_at"]
    assert "2026-12-17T17:00:00Z" == lent.run("item", "show", BATH_COPY, "--json").json["due_at"]
    history = lent.run("item", "history", BATH_COPY, "--json").json
    assert (
        "Its date at bath was moved, closure 2026-12-14 of branch/bath:"
        " 2026-12-15T17:00:00Z became 2026-12-17T17:00:00Z." == history[-1]["sentence"]
    )
    assert 0 == lent.run("projection", "verify", "custody").code
    again = lent.run("calendar", "close", "bath", *SNOW, "--json")
    assert ([], "There was nothing to record.") == (again.json, again.err.strip().splitlines()[0])


def test_a_closure_of_one_day_is_said_of_that_day(lent: Shop) -> None:
    done = lent.run("calendar", "close", "bath", "--from", "2026-12-14", "--reason", "Snow")
    assert "branch/bath is closed on 2026-12-14: Snow. No loan and no copy" in done.err


@pytest.mark.case(34)
def test_a_withdrawn_closure_lists_the_dates_that_stay(lent: Shop) -> None:
    lent.run("calendar", "close", "bath", *SNOW)
    preview = lent.run("calendar", "withdraw", "bath", "2026-12-14", "--preview", "--json")
    done = lent.run("calendar", "withdraw", "bath", "2026-12-14", "--json")
    assert preview.json == done.json
    assert [("loan", f"{BATH_COPY}#1")] == subjects(done.json)
    assert "Nothing was recorded." in preview.err
    assert "Closure 2026-12-14 of branch/bath does not hold any more; dates that it moved stay." in done.err
    assert "2026-12-17T17:00:00Z" == lent.run("loan", "list", "--json").json[0]["due_at"]
    unknown = lent.run("calendar", "withdraw", "bath", "2026-12-14", "--preview")
    assert 0 != unknown.code
    assert "has no closure '2026-12-14'" in unknown.err


@pytest.mark.case(33)
@pytest.mark.case(34)
@pytest.mark.row(38)
def test_stops_of_a_published_plan_at_a_shut_door_are_named(shop: Shop) -> None:
    with_plan(shop, drafted(), PlanPublished(revision=2))
    done = shop.run("calendar", "close", "bath", "--from", DAY, "--reason", "Flood", "--preview", "--json")
    (row,) = done.json
    assert ("plan", f"{DAY}/bristol/day revision 2, published", "bath") == (row["kind"], row["subject"], row["branch"])
    assert f"van BRS-1 is to call at 09:12, and bath is shut on {DAY}" == row["why"]
    assert [] == shop.run("calendar", "close", "yeovil", "--from", "2026-11-25", "--preview", "--json").json


@pytest.mark.case(34)
def test_a_closed_hub_names_every_stop_of_its_vans(shop: Shop) -> None:
    with_plan(shop, drafted())
    rows = shop.run("calendar", "close", "bristol", "--from", DAY, "--preview", "--json").json
    stops = [stop.branch for route in drafted().routes if route.hub == "bristol" for stop in route.stops]
    assert stops == [row["branch"] for row in rows]
    assert all(f"bristol is shut on {DAY}" in row["why"] for row in rows)


@pytest.mark.case(34)
def test_a_plan_that_left_a_branch_out_as_closed_is_named_when_it_opens_again(shop: Shop) -> None:
    plan = drafted()
    left = tuple(replace(one, code="closed") for one in plan.left)
    with_plan(shop, replace(plan, left=left))
    shop.run("calendar", "close", "wells", "--from", DAY)
    preview = shop.run("calendar", "withdraw", "wells", DAY, "--preview", "--json")
    assert [("plan", f"{DAY}/bristol/day revision 2, drafted")] == subjects(preview.json)
    assert preview.json == shop.run("calendar", "withdraw", "wells", DAY, "--json").json


@pytest.mark.case(34)
def test_days_that_new_hours_shut_are_settled(lent: Shop, tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    days = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
    row = "Bath Central,Bath and North East Somerset,51.383,-2.36,Europe/London,09:00-17:00,,09:00-17:00,,,,"
    file.write_text(f"code,name,member,latitude,longitude,time_zone,{days}\nbath,{row}\n")
    imported = lent.run("network", "import", str(file))
    assert 0 == imported.code, imported.err
    assert "branchline calendar settle --preview" in imported.err
    assert [("loan", f"{BATH_COPY}#1")] == subjects(lent.run("calendar", "settle", "--preview", "--json").json)
    assert "Loans due later: 1." in lent.run("calendar", "settle", "bath").err
    assert "2026-12-16T17:00:00Z" == lent.run("loan", "list", "--json").json[0]["due_at"]


@pytest.mark.case(36)
def test_a_branch_without_an_open_day_is_warned_of_when_it_is_declared(lent: Shop) -> None:
    done = lent.run("calendar", "close", "bath", "--from", "2026-12-01", "--to", "2029-01-01")
    assert 0 == done.code
    assert "No open day within 400 days of 2026-12-01: bath. Loans made there are due with the last second" in done.err
    assert "bath has no open day within 400 days, so it stays" in done.out
