"""Expected days in listings, as they were known at any position, and their score on the command line."""

from __future__ import annotations

from random import Random

import pytest

from circulation.clock import DAY_US, HOUR_US
from circulation.closure import ClosureDeclared, closure_stream
from circulation.errors import BranchlineError
from circulation.event import NewEvents
from circulation.item import ItemArrived, TransitOpened
from interfaces.forecast_score import KnownThen
from interfaces.forecasting import Forecasts
from interfaces.promises import Promises
from logistics.forecast import Forecast
from projections import holds, transits
from projections import journeys as bulk
from projections.kept_promises import promises_kept
from projections.registry import open_views
from projections.views import Views
from tests.cast import BATH_COPY, BRANCHES, CLEVEDON_COPY, DUNE, ITEMS, MIDDLEMARCH, TUESDAY, WELLS_COPY
from tests.interfaces.shop import Shop
from tests.world import World

Known = dict[str, Forecast | None]


def known(views: Views, now_us: int, as_of: int | None = None) -> Known:
    """What can be expected of every open journey and hold."""
    forecasts = Forecasts(views, now_us=now_us, as_of=as_of)
    found: Known = {one.transit: forecasts.of_journey(one) for one in transits.open_transits(views, as_of=as_of)}
    return found | {one.hold: forecasts.of_hold(one) for one in holds.open_holds(views, as_of=as_of)}


def something_happens(world: World, draw: Random, number: int) -> None:
    """A scan, a hold, a loan or a closure, at random; what is refused did not happen."""
    world.clock_us += draw.randint(1, 20) * HOUR_US
    branch, item = draw.choice(sorted(BRANCHES)), draw.choice(sorted(ITEMS))
    try:
        match draw.randint(0, 9):
            case 0:
                world.hold(draw.choice((MIDDLEMARCH, DUNE)), draw.choice(("ada", "ben", "cyn", "dev")), branch)
            case 1:
                world.lend(item, "eve", branch)
            case 2:
                stream = closure_stream(f"branch/{branch}")
                first = f"2026-12-{draw.randint(1, 28):02}"
                closed = ClosureDeclared(closure=f"c-{number}", first=first, last=first, reason="Flood")
                world.record(f"close-{number}", [NewEvents(stream, len(world.ledger.stream(stream)), (closed,))])
            case _:
                world.scan(item, branch)
    except BranchlineError:
        pass


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_forecast_is_the_same_when_it_is_made_and_as_of_that_position_later(shop: Shop, seed: int) -> None:
    draw = Random(seed)
    with shop.world() as world:
        views = open_views(world.ledger)
        bath_to_wells(world, 0, 2)
        made: dict[int, tuple[int, Known]] = {}
        for number in range(90):
            something_happens(world, draw, number)
            made[world.ledger.head().position] = world.clock_us, known(views, world.clock_us)
        for position, (now_us, live) in made.items():
            assert live == known(views, now_us, as_of=position), f"#{position}"
        assert sum(one is not None for _, live in made.values() for one in live.values()) > 50
        # What the score learns from, position by position, is what was known then too.
        then = KnownThen(views, Promises(views), from_us=0, to_us=world.clock_us)
        for journey in bulk.began(views, from_us=0, to_us=world.clock_us):
            at = Forecasts(views, now_us=journey.opened_us, as_of=journey.from_pos)
            lane = (journey.origin, journey.destination)
            assert then.go_on(journey.from_pos, journey.opened_us).shares(lane) == at.slacks.shares(lane)
        views.close()


def bath_to_wells(world: World, number: int, days: int) -> None:
    """The copy of Bath sets out at noon and arrives at noon so many days later."""
    stream, name = f"item/{BATH_COPY}", f"{BATH_COPY}~{number}"
    version = len(world.ledger.stream(stream))
    out = TransitOpened(transit=name, origin="bath", destination="wells", reason="home")
    world.record(f"out-{number}", [NewEvents(stream, version, (out,))])
    world.clock_us += days * DAY_US
    world.record(f"in-{number}", [NewEvents(stream, version + 1, (ItemArrived(branch="wells", transit=name),))])


def test_what_travels_and_what_is_held_shows_its_expected_day_and_chance(shop: Shop) -> None:
    """
    Three Tuesdays in a row a copy goes from Bath to Wells: collected on Wednesday, promised on Thursday, there on
    Thursday twice and on Friday once. 0.67 came by the promised day, all by the day after it.
    """
    with shop.world() as world:
        for week, days in enumerate((2, 3, 2)):
            world.clock_us = TUESDAY + 3 * HOUR_US + week * 7 * DAY_US
            bath_to_wells(world, week, days)
        world.clock_us = TUESDAY + 3 * HOUR_US + 21 * DAY_US
        world.lend(WELLS_COPY, "ada", "wells")
        world.scan(WELLS_COPY, "bath")
    (row,) = shop.run("transit", "list", "--json").json
    assert (WELLS_COPY, "2026-12-18", 100) == (row["item"], row["expected_day"], row["chance_percent"])
    (row,) = shop.run("transit", "list", "--as-of", "2026-12-15T12:00:10Z", "--json").json
    assert ("2026-12-18", 100) == (row["expected_day"], row["chance_percent"])
    table = shop.run("transit", "list").out
    assert "expected day" in table
    assert "2026-12-18" in table


def test_a_copy_that_is_promised_comes_only_if_it_is_pulled(shop: Shop) -> None:
    """One lane was measured once, on the promised day; no promise has ended yet, so one in two is kept."""
    with shop.world() as world:
        world.clock_us = TUESDAY + 3 * HOUR_US
        bath_to_wells(world, 1, 2)
        world.clock_us = TUESDAY + 3 * HOUR_US + 7 * DAY_US
        world.hold(DUNE, "cyn", "wells")
    (row,) = shop.run("hold", "list", "--json").json
    assert "promised" == row["status"]
    assert ("2026-12-02", 50) == (row["expected_day"], row["chance_percent"]), row
    with shop.world() as world:
        world.scan(row["target"], row["target_branch"])
        views = open_views(world.ledger)
        assert (1, 0) == promises_kept(views, since_us=0)
        assert (0, 0) == promises_kept(views, since_us=0, as_of=world.ledger.head().position - 10)
        views.close()
    (row,) = shop.run("hold", "list", "--json").json
    assert ("captured", "2026-12-02", 100) == (row["status"], row["expected_day"], row["chance_percent"])


def test_where_nothing_was_measured_nothing_is_foretold(shop: Shop) -> None:
    with shop.world() as world:
        world.lend(CLEVEDON_COPY, "dev", "clevedon")
        world.scan(CLEVEDON_COPY, "bristol")
    (row,) = shop.run("transit", "list", "--json").json
    assert (None, None) == (row["expected_day"], row["chance_percent"])
    assert [] == shop.run("report", "forecast", "--json").json


def test_forecasts_are_scored_as_they_were_known_when_the_journey_began(shop: Shop) -> None:
    """
    The first journey had none to learn from. The second was told Thursday for certain and came on Friday; the third
    was told Friday for certain, with even odds for Thursday, and came on Thursday.
    """
    with shop.world() as world:
        for week, days in enumerate((2, 3, 2)):
            world.clock_us = TUESDAY + 3 * HOUR_US + week * 7 * DAY_US
            bath_to_wells(world, week, days)
    whole, none, half, sure = shop.run("report", "forecast", "--json").json
    assert ("expected day", 2, 100.0, 50.0, 0.5, 0.5) == tuple(whole.values())
    # Nobody was told Wednesday, and nobody came on it.
    assert ("0-10 %", 2, 0.0, 0.0, None, 0.0) == tuple(none.values())
    # Even odds were given once, to Thursday, and that was so.
    assert ("50-60 %", 1, 50.0, 100.0, None, 0.25) == tuple(half.values())
    # Thursday and the three open days after it for the one, the three after it for the other: one of seven failed.
    assert ("90-100 %", 7, 100.0, 85.7, None, 0.1429) == tuple(sure.values())
    assert [] == shop.run("report", "forecast", "--branch", "yeovil", "--json").json
    assert 1 == shop.run("report", "forecast", "--from", "2026-12-08", "--json").json[0]["forecasts"]
