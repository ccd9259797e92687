"""`report frequency`: from counted weeks to the days on which a branch is called at."""

from __future__ import annotations

from datetime import date, timedelta

from circulation.event import NewEvents
from logistics.counts import DailyCountsImported, LaneCount, board_stream
from logistics.fleet import VanSet
from logistics.run import RunStarted, StopServed
from tests.interfaces.shop import Shop
from tests.world import World

MONDAY = date(2026, 11, 2)


def counted(world: World) -> None:
    """A van from Monday to Friday; on the weekdays of two weeks Bath sends 50 items to Wells, and is called at once."""
    van = VanSet(
        hub="bristol", totes=2, shift_starts_minute=480, shift_ends_minute=960, days=(0, 1, 2, 3, 4),
        cost_per_km_cents=50, cost_per_hour_cents=2_000,
    )  # fmt: skip
    changes = [NewEvents("van/BRS-1", 0, (van,))]
    for week in range(2):
        for weekday in range(5):
            day = (MONDAY + timedelta(weeks=week, days=weekday)).isoformat()
            counts = (LaneCount(origin="bath", destination="wells", items=50),)
            changes.append(NewEvents(board_stream(day), 0, (DailyCountsImported(day=day, counts=counts),)))
    started = RunStarted(van="BRS-1", hub="bristol", plan=None, revision=None, stops=("bath",), fillings_on=())
    changes.append(NewEvents("run/2026-11-10/BRS-1/day", 0, (started, StopServed(branch="bath"))))
    world.record("counts", changes)


def test_every_step_of_a_branch_is_told_and_the_one_that_pays_is_marked(shop: Shop) -> None:
    """Bath sends 50 a weekday, 250 in one call: seven totes, four, three, three and two; a van holds two."""
    with shop.world() as world:
        counted(world)
    done = shop.run("report", "frequency", "--branch", "bath", "--json")
    told = "bath, served from bristol: 250.0 items a week over 2 weeks, called at 1.0 times a week; one call more adds"
    assert done.err.startswith(told), done.err
    assert done.err.strip().endswith("a day's delay of an item is counted 2.00.")
    names = ("calls_a_week", "days", "mean_wait_days", "p90_wait_days", "within_percent", "totes_a_call", "enough")
    assert [
        (1, "Fri", 3.4, 7, 40, 7, False),
        (2, "Tue Fri", 2.2, 4, 60, 4, False),
        (3, "Mon Wed Fri", 1.8, 3, 80, 3, False),
        (4, "Mon Tue Wed Fri", 1.6, 3, 80, 3, False),
        (5, "Mon Tue Wed Thu Fri", 1.4, 3, 80, 2, True),
    ] == [tuple(row[name] for name in names) for row in done.json]
    assert [False] * 4 + [True] == [row["recommended"] for row in done.json]
    assert [0, 15_600, 5_200, 2_600, 2_600] == [row["saved_item_days_a_year"] for row in done.json]
    costs = {row["extra_cost_a_year"] for row in done.json}
    assert 1 == len(costs)
    assert 5_000 > costs.pop() > 52 * 5 / 60 * 20, "five minutes at the stop and the way"


def test_what_waits_at_the_hub_counts_from_the_day_on_which_it_is_there(shop: Shop) -> None:
    """
    Noon's items of Bath are at Bristol on the next evening on which vans are back: those of Monday on Tuesday, those of
    Friday on Monday, nine times 50 in two weeks, once on a Monday. Called at on every weekday those of Friday wait
    three days and all others one: a week (25 + 150 + 3 x 50) / 225.
    """
    with shop.world() as world:
        counted(world)
    rows = shop.run("report", "frequency", "--json").json
    wells = next(row for row in rows if row["branch"] == "wells")
    assert ("bristol", 225.0, 0.0) == tuple(wells[name] for name in ("hub", "items_a_week", "calls_now")), wells
    assert (5, 1.44, 2) == tuple(wells[name] for name in ("calls_a_week", "mean_wait_days", "totes_a_call"))
    clevedon = next(row for row in rows if row["branch"] == "clevedon")
    assert "Wed" not in clevedon["days"], "it is shut then"


def test_without_a_whole_week_that_was_counted_there_is_no_answer(shop: Shop) -> None:
    done = shop.run("report", "frequency", "--json")
    assert "No whole week with counted items lies between 2026-09-29 and 2026-11-24." in done.err
    assert 0 != done.code
