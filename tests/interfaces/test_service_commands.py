"""`branchline service`: suspended, listed and resumed; what piled up, and how it is cleared away."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from circulation.clock import DAY_US
from circulation.event import NewEvents
from logistics.fleet import VanSet, van_stream
from logistics.network import COURIER, ItemsPerToteSet, TrunkSet
from tests.cast import BATH_COPY, CLEVEDON_COPY, FLOATING_COPY, MIDDLEMARCH, PATRONS, WELLS_COPY
from tests.interfaces.shop import Shop

SNOW = ("--why", "Snow")


@pytest.fixture
def driven(shop: Shop) -> Shop:
    """A van of one tote a day at each hub, two items a tote, and a trunk run each way; Tuesday 24 November, nine."""
    with shop.world() as world:
        facts = [
            NewEvents(
                van_stream(name),
                0,
                (
                    VanSet(
                        hub=hub,
                        totes=1,
                        shift_starts_minute=480,
                        shift_ends_minute=960,
                        days=(0, 1, 2, 3, 4),
                        cost_per_km_cents=45,
                        cost_per_hour_cents=1800,
                    ),
                ),
            )
            for name, hub in (("v1", "bristol"), ("w1", "taunton"))
        ]
        runs = [
            TrunkSet(
                trunk=f"{origin}-night",
                origin=origin,
                destination=goal,
                days=(0, 1, 2, 3, 4),
                departs_minute=1200,
                arrives_minute=1320,
                totes=2,
            )
            for origin, goal in (("bristol", "taunton"), ("taunton", "bristol"))
        ]
        size = ItemsPerToteSet(item_type="*", items=2)
        world.record("courier", [*facts, NewEvents(COURIER, 0, (*runs, size))])
    return shop


def returned(shop: Shop, *where: tuple[str, str]) -> None:
    with shop.world() as world:
        for barcode, branch in where:
            world.scan(barcode, branch)


def rows(shop: Shop, *arguments: str) -> Sequence[dict[str, object]]:
    done = shop.run(*arguments, "--json")
    assert 0 == done.code, done.err
    found: Sequence[dict[str, object]] = done.json
    return found


@pytest.mark.row(59)
def test_suspended_listed_resumed_and_asked_about_as_of_then(driven: Shop) -> None:
    done = driven.run("service", "suspend", "all", "--until", "2026-11-25", *SNOW, "--requests")
    assert 0 == done.code
    assert (
        "Service suspended. Recorded: the whole courier service is suspended from 2026-11-24 to 2026-11-25 (Snow)."
        " Holds that would have to come this way are refused." in done.out
    )
    driven.run("service", "suspend", "bath/wells", "--from", "2026-11-30", "--why", "Bridge")
    then = driven.head()
    expected = {
        "suspension": "S1",
        "scope": "all",
        "first": "2026-11-24",
        "last": "2026-11-25",
        "requests": True,
        "reason": "Snow",
        "holds": True,
    }
    lane = {
        "suspension": "S2",
        "scope": "lane/bath/wells",
        "first": "2026-11-30",
        "last": None,
        "requests": False,
        "reason": "Bridge",
        "holds": False,
    }
    assert [expected, lane] == rows(driven, "service", "list")
    done = driven.run("service", "resume", "all", "--from", "2026-11-25")
    assert "Service is back. From 2026-11-25 there is service again: S1." in done.out
    assert [{**expected, "last": "2026-11-24"}, lane] == rows(driven, "service", "list")
    assert [expected, lane] == rows(driven, "service", "list", "--as-of", str(then))


def test_a_scope_or_day_that_is_none_is_told_and_exits_2_or_1(driven: Shop) -> None:
    done = driven.run("service", "suspend", "a/b/c", *SNOW)
    assert 0 != done.code
    assert "'a/b/c' is no part of the courier's service." in done.err
    done = driven.run("service", "resume", "all")
    assert 0 != done.code
    assert "all is not suspended on 2026-11-24 or later, and nothing else is." in done.err


@pytest.mark.row(59)
def test_a_refused_hold_tells_the_way_out_and_an_override_takes_it(driven: Shop) -> None:
    driven.run("service", "suspend", "clevedon", *SNOW, "--requests")
    place = ("hold", "place", PATRONS["dev"][0], "--title", MIDDLEMARCH, "--pickup", "clevedon", "--branch", "wells")
    done = driven.run(*place)
    assert 1 == done.code
    assert (
        "No hold for pickup at clevedon is taken: the courier's service of clevedon is suspended since 2026-11-24"
        " (S1)." in done.err
    )
    assert "--override --why REASON" in done.err
    done = driven.run(*place, "--override", "--why", "She is ill")
    assert 0 == done.code, done.err
    (passed,) = rows(driven, "loan", "overrides")
    assert ("service.requests-suspended", "", "", f"{MIDDLEMARCH}#1", "She is ill") == tuple(
        passed[name] for name in ("rule", "item", "loan", "hold", "why")
    )


@pytest.mark.row(59)
def test_the_pull_list_leaves_out_what_would_not_be_fetched_and_says_how_many(driven: Shop) -> None:
    with driven.world() as world:
        world.hold(MIDDLEMARCH, "dev", "clevedon")
    asked = ("hold", "pull-list", "--branch", "bath")
    wells = ("hold", "pull-list", "--branch", "wells")
    before = [row["item"] for row in (*rows(driven, *asked), *rows(driven, *wells))]
    assert before in ([BATH_COPY], [WELLS_COPY])
    driven.run("service", "suspend", "clevedon", *SNOW)
    assert 1 == len([*rows(driven, *asked), *rows(driven, *wells)])  # requests are not suspended
    driven.run("service", "suspend", "clevedon", "--why", "Flood", "--requests")
    assert [] == [*rows(driven, *asked), *rows(driven, *wells)]
    told = driven.run(*(asked if before == [BATH_COPY] else wells)).err
    assert (
        "Copies left out of the list: 1, because the courier's service of clevedon is suspended since 2026-11-24"
        " (Flood)." in told
    )


def test_a_scan_says_that_it_stays_and_why_tells_the_rule(driven: Shop) -> None:
    with driven.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
    driven.run("service", "suspend", "all", *SNOW)
    done = driven.run("scan", BATH_COPY, "--branch", "wells", "--json")
    assert "service.stays" in done.out
    assert "stays at wells for now" in done.out
    why = driven.run("why", BATH_COPY)
    assert 0 == why.code, why.err
    assert "It stays here for now: the whole courier service is suspended since 2026-11-24 (Snow)." in why.out


def test_the_list_of_holds_moves_the_expected_day_and_says_where_there_is_none(driven: Shop) -> None:
    with driven.world() as world:
        world.hold(MIDDLEMARCH, "dev", "clevedon")
    (usual,) = rows(driven, "hold", "list")
    driven.run("service", "suspend", "all", "--until", "2026-11-27", *SNOW)
    (moved,) = rows(driven, "hold", "list")
    driven.run("service", "suspend", "clevedon", "--why", "Flood")
    done = driven.run("hold", "list", "--json")
    assert ["2026-11-26T16:00:00Z", "2026-12-01T16:00:00Z", None] == [
        row["expected_at"] for row in (usual, moved, done.json[0])
    ]
    assert (
        "Holds for which nobody can say a day: 1, because the courier's service of clevedon is suspended since"
        " 2026-11-24 (Flood)." in done.err
    )


@pytest.mark.row(59)
def test_the_backlog_is_counted_by_age_reason_and_place_and_adds_up(driven: Shop) -> None:
    with driven.world() as world:
        for barcode, patron, branch in (
            (BATH_COPY, "ada", "bath"),
            (WELLS_COPY, "cyn", "wells"),
            (CLEVEDON_COPY, "dev", "clevedon"),
        ):
            world.lend(barcode, patron, branch)
        world.hold(MIDDLEMARCH, "fin", "bristol")
    driven.run("service", "suspend", "all", *SNOW)
    returned(driven, (BATH_COPY, "clevedon"))
    with driven.world() as world:
        world.clock_us += 3 * DAY_US
        world.scan(WELLS_COPY, "clevedon")
        world.scan(CLEVEDON_COPY, "wells")
    with driven.world() as world:
        world.clock_us += DAY_US
        world.scan(FLOATING_COPY, "bristol")
    none = dict.fromkeys(("days_4_7", "days_over_7", "float", "other", "riding"), 0)
    clevedon = {
        "place": "clevedon", "items": 2, "days_0_1": 1, "days_2_3": 0, "hold": 1, "home": 1, "suspended": 2,
        "oldest_days": 4, **none, "days_4_7": 1,
    }  # fmt: skip
    wells = {
        "place": "wells", "items": 1, "days_0_1": 1, "days_2_3": 0, "hold": 0, "home": 1, "suspended": 1,
        "oldest_days": 1, **none,
    }  # fmt: skip
    total = {
        "place": "total", "items": 3, "days_0_1": 2, "days_2_3": 0, "hold": 1, "home": 2, "suspended": 3,
        "oldest_days": 4, **none, "days_4_7": 1,
    }  # fmt: skip
    assert [clevedon, wells, total] == rows(driven, "service", "backlog")
    assert [clevedon, {**clevedon, "place": "total"}] == rows(driven, "service", "backlog", "--branch", "clevedon")


@pytest.mark.row(59)
def test_the_drain_plan_takes_the_hold_first_and_says_when_it_is_gone_and_what_a_day_less_takes(driven: Shop) -> None:
    with driven.world() as world:
        for barcode, patron in ((BATH_COPY, "ada"), (WELLS_COPY, "cyn"), (CLEVEDON_COPY, "dev")):
            world.lend(barcode, patron, "bath")
    driven.run("service", "suspend", "all", "--until", "2026-11-25", *SNOW)
    # At Wells lie one for Bath, one for Clevedon, and one for a hold at Clevedon.
    with driven.world() as world:
        world.scan(BATH_COPY, "wells")
        world.scan(CLEVEDON_COPY, "wells")
        world.hold(MIDDLEMARCH, "dev", "clevedon")
        world.scan(WELLS_COPY, "wells")
    done = driven.run("service", "drain", "--from", "2026-11-26", "--json")
    assert 0 == done.code, done.err
    head = ("day", "branch", "totes_off", "totes_on", "holds", "home")
    assert [
        ("2026-11-26", "wells", 0, 1, 1, 0),
        ("2026-11-27", "clevedon", 1, 0, 1, 0),
        ("2026-11-27", "wells", 0, 1, 0, 2),
        ("2026-11-30", "bath", 1, 0, 0, 1),
        ("2026-12-01", "clevedon", 1, 0, 0, 1),
    ] == [tuple(row[name] for name in head) for row in done.json]
    assert "Of 3 items that wait the last one is where it is to be on 2026-12-01, after 4 days with vans." in done.err
    assert "To have it gone by 2026-11-30 it takes more vans: bristol 1 (1 totes each)." in done.err
    done = driven.run("service", "drain", "--from", "2026-11-26", "--days", "1")
    assert "No number of vans would have it gone by 2026-11-26." in done.err


def test_where_nothing_waits_nothing_is_drained(driven: Shop) -> None:
    done = driven.run("service", "drain", "--from", "2026-11-26", "--json")
    assert [] == done.json
    assert "Nothing waits that could be drained." in done.err


def test_what_is_suspended_without_an_end_cannot_be_drained(driven: Shop) -> None:
    with driven.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.scan(BATH_COPY, "wells")
    driven.run("service", "suspend", "all", *SNOW)
    done = driven.run("service", "drain", "--from", "2026-11-26")
    assert "Of 1 items that wait 1 cannot be brought where they are to be within sixty days: wells." in done.err
