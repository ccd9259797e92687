"""A van that comes back to its hub and goes out again: what is on it on each trip, told or from paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from circulation.clock import SECOND_US
from circulation.errors import BranchlineError
from circulation.ledger import Ledger
from circulation.tote import ToteReceived, ToteUnloaded
from logistics.cost_lines import run_line
from logistics.paper import Deviation
from logistics.replanner import Asked, Replanned
from logistics.run import (
    Run,
    RunFinished,
    RunReloaded,
    RunRerouted,
    RunStarted,
    RunStop,
    StopServed,
    StopSkipped,
    after,
)
from logistics.solver import Budget
from logistics.vans_now import Mishaps
from tests.circulation.world import in_the_clear, record
from tests.conftest import FrozenClock
from tests.logistics.courier_day import ANA, DAN, PLAN, RUN, filling
from tests.logistics.small_network import flat_roads, van
from tests.logistics.two_trips import TwoTrips

STREAM = "run/2026-11-24/v1/day"
NOTHING = Mishaps()
TRIPS = (("frome", "keynsham"), ("midsomer", "frome"), ("wells",))


@pytest.fixture
def world(memory_ledger: Ledger, clock: FrozenClock) -> TwoTrips:
    return TwoTrips.published(memory_ledger, clock)


def refused(act: Callable[[], object]) -> BranchlineError:
    with pytest.raises(BranchlineError) as caught:
        act()
    return caught.value


def told(*events: object) -> Run:
    """A run of three trips after these events."""
    stops = ("frome", "keynsham", "midsomer", "wells")
    run = after(None, STREAM, RunStarted(van="v1", hub="bath", plan=PLAN, revision=1, stops=stops, trips=TRIPS))
    for event in events:
        run = after(run, STREAM, event)  # type: ignore[arg-type]
    return run


# --- the run by itself ---


def test_before_it_loads_again_a_van_has_the_stops_of_its_first_trip_ahead():
    run = told()
    assert (1, ("frome", "keynsham"), 2) == (run.trip, run.due, run.next_trip)
    assert TRIPS == run.ahead


def test_a_call_does_away_with_the_stop_of_this_trip_and_not_with_that_of_a_later_one():
    run = told(StopServed(branch="frome"))
    assert (("keynsham",), ("midsomer", "frome"), ("wells",)) == run.ahead
    run = told(StopServed(branch="frome"), RunReloaded(trip=2), StopServed(branch="frome"))
    assert (("keynsham",), ("midsomer",), ("wells",)) == run.ahead
    assert ("keynsham", "midsomer") == run.due, "what was not told of the first trip is due still"
    assert [1, 2] == [stop.trip for stop in run.stops]


def test_a_stop_of_a_later_trip_can_be_skipped_or_made_early():
    run = told(StopSkipped(branch="wells", why="shut"), StopServed(branch="midsomer"))
    assert (("frome", "keynsham"), ("frome",), ()) == run.ahead
    assert 2 == run.next_trip


def test_the_next_trip_is_one_that_has_stops_ahead():
    skipped = (StopSkipped(branch=branch, why="snow") for branch in ("frome", "keynsham", "midsomer", "frome"))
    run = told(*skipped)
    assert (3, ("wells",)) == (run.next_trip, run.to_load_for)
    assert told(RunReloaded(trip=3)).next_trip is None


def test_what_was_loaded_again_is_on_board_and_what_came_off_is_not():
    run = told(
        StopServed(branch="keynsham", fillings_on=("K1/1",)),
        RunReloaded(trip=2, fillings_off=("K1/1",), fillings_on=("T2/1",)),
    )
    assert (2, ("T2/1",)) == (run.trip, run.on_board)


def test_a_new_route_has_trips_of_its_own():
    run = told(
        StopServed(branch="frome"), RunRerouted(revision=2, stops=("frome", "wells"), trips=(("frome",), ("wells",)))
    )
    assert ((), ("wells",)) == run.ahead
    run = told(StopServed(branch="frome"), RunRerouted(revision=2, stops=("frome", "wells")))
    assert (("wells",),) == run.ahead
    assert ("wells",) == run.due


def test_only_a_start_can_be_the_first_fact_of_a_run():
    with pytest.raises(TypeError, match="RunReloaded is not a fact"):
        after(None, STREAM, RunReloaded(trip=2))


# --- told ---


def test_a_van_leaves_with_the_totes_of_its_first_trip_alone(world: TwoTrips):
    run = world.start().run
    assert (("keynsham",), ("midsomer",)) == run.trips
    assert ("T1/1",) == run.on_board
    assert ("sealed", "bath") == (filling(world.ledger, "T2/1").status, filling(world.ledger, "T2/1").place)


def test_at_its_hub_what_was_collected_comes_off_and_the_next_trip_goes_on(world: TwoTrips):
    world.sealed("K1", "keynsham", "bath", since="24 09:00")
    world.sealed("W1", "bath", "wells")
    world.start()
    world.stop("keynsham")
    receipt = world.stop("bath", note="van washed")
    reloaded = receipt.facts[0].event
    assert "van washed" == in_the_clear(world.commands, reloaded.note)
    assert RunReloaded(trip=2, fillings_off=("K1/1",), fillings_on=("T2/1",), known="assumed") == (
        replace(reloaded, note="")
    )
    assert 3 == len(receipt.facts)
    assert 1 == len({fact.request for fact in receipt.facts})
    assert (2, ("T2/1",), ("midsomer",)) == (receipt.run.trip, receipt.run.on_board, receipt.run.due)
    assert [("Loaded", "keynsham", "assumed"), ("Unloaded", "bath", "assumed")] == world.journey("K1/1")
    assert [("Loaded", "bath", "assumed")] == world.journey("T2/1")
    assert [] == world.journey("W1/1"), "Wells is no stop of this van"


def test_totes_that_are_scanned_at_the_reload_are_known(world: TwoTrips):
    world.sealed("K1", "keynsham", "bath", since="24 09:00")
    world.start()
    world.stop("keynsham")
    world.stop("bath", off=["K1"], on=["T2"])
    assert ("Unloaded", "bath", "scanned") == world.journey("K1/1")[-1]
    assert [("Loaded", "bath", "scanned")] == world.journey("T2/1")


def test_a_tote_of_a_skipped_stop_comes_off_at_the_reload_and_stays_at_the_hub(world: TwoTrips):
    world.start()
    world.runs.skip(DAN, RUN, "keynsham", why="road closed")
    run = world.stop("bath").run
    assert ("T2/1",) == run.on_board
    assert ("unloaded", "bath") == (filling(world.ledger, "T1/1").status, filling(world.ledger, "T1/1").place)


def test_a_tote_for_a_stop_that_is_still_ahead_stays_on_board(world: TwoTrips):
    world.sealed("K1", "keynsham", "midsomer", since="24 09:00")
    world.start()
    world.stop("bath")
    assert [("Loaded", "bath", "assumed")] == world.journey("T1/1"), "nobody said that Keynsham had no call"
    world.stop("keynsham")
    assert ("T2/1", "K1/1") == world.stop("midsomer").run.stops[-1].fillings_off


def test_a_van_that_goes_out_once_may_come_by_its_hub_all_the_same(world: TwoTrips):
    world.start()
    world.stop("keynsham")
    world.stop("bath")
    world.sealed("M1", "bath", "midsomer", since="24 11:00")
    run = world.stop("bath").run
    assert (3, ("T2/1", "M1/1")) == (run.trip, run.on_board)
    run = world.stop("midsomer").run
    assert RunStop("midsomer", True, "", ("T2/1", "M1/1"), (), 3) == run.stops[-1]


def test_a_call_of_the_next_trip_says_that_the_van_has_loaded_again(world: TwoTrips):
    world.sealed("K1", "keynsham", "bath", since="24 09:00")
    world.sealed("M1", "bath", "midsomer", since="24 17:00")
    world.start()
    world.stop("keynsham")
    receipt = world.stop("midsomer")
    assert [RunReloaded, StopServed] == [type(fact.event) for fact in receipt.facts if fact.stream == f"run/{RUN}"]
    assert "assumed" == receipt.facts[0].event.known  # type: ignore[attr-defined]
    assert ("unloaded", "midsomer") == (filling(world.ledger, "T2/1").status, filling(world.ledger, "T2/1").place)
    assert ("unloaded", "bath") == (filling(world.ledger, "K1/1").status, filling(world.ledger, "K1/1").place)
    assert [] == world.journey("M1/1"), "it was sealed when the van was to have left again"


def test_a_call_of_the_next_trip_says_nothing_while_this_one_is_not_over(world: TwoTrips):
    world.start()
    run = world.stop("midsomer").run
    assert (1, ("T1/1",)) == (run.trip, run.on_board)
    assert (("keynsham",), ()) == run.ahead


def test_a_van_may_end_its_day_before_its_last_trip(world: TwoTrips):
    world.start()
    world.stop("keynsham")
    run = world.runs.finish(DAN, RUN).run
    assert (True, 1, ()) == (run.finished, run.trip, run.on_board)
    assert "run.finished" == refused(lambda: world.stop("bath")).code
    assert ("sealed", "bath") == (filling(world.ledger, "T2/1").status, filling(world.ledger, "T2/1").place)


def test_what_is_not_ahead_on_any_trip_cannot_be_skipped(world: TwoTrips):
    world.start()
    world.runs.skip(DAN, RUN, "midsomer", why="shut")
    said = refused(lambda: world.runs.skip(DAN, RUN, "midsomer", why="shut"))
    assert "midsomer is not ahead of van v1; keynsham is." == said.sentence


def test_a_repeated_request_loads_nothing_twice(world: TwoTrips):
    world.start()
    world.stop("keynsham")
    one, two = world.stop("bath", request="r1"), world.stop("bath", request="r1")
    assert (False, True, one.facts) == (one.repeated, two.repeated, two.facts)
    assert 2 == two.run.trip


# --- from paper ---


def test_a_day_on_paper_goes_out_as_often_as_it_was_planned(world: TwoTrips):
    world.sealed("K1", "keynsham", "bath", since="23 16:00")
    report = world.as_planned()
    assert [RunStarted, StopServed, RunReloaded, StopServed, RunFinished] == [
        type(fact.event) for fact in report.facts if fact.stream == f"run/{RUN}"
    ]
    assert 1 == len({fact.request for fact in report.facts})
    reload = next(fact.event for fact in report.facts if isinstance(fact.event, RunReloaded))
    assert (("K1/1",), ("T2/1",)) == (reload.fillings_off, reload.fillings_on)
    for tote, branch in (("T1/1", "keynsham"), ("T2/1", "midsomer")):
        assert [("Loaded", "bath", "assumed"), ("Unloaded", branch, "assumed")] == world.journey(tote)
    assert (True, 2, ()) == (report.run.finished, report.run.trip, report.run.on_board)


@pytest.mark.parametrize("stops", [(), ("keynsham",), ("keynsham", "bath"), ("keynsham", "bath", "midsomer")])
def test_paper_finishes_what_scanning_began_on_whichever_trip(world: TwoTrips, stops: tuple[str, ...]):
    world.start()
    for branch in stops:
        world.stop(branch)
    run = world.as_planned().run
    assert (True, 2, ()) == (run.finished, run.trip, run.on_board)
    for tote, branch in (("T1/1", "keynsham"), ("T2/1", "midsomer")):
        assert [("Loaded", "bath", "assumed"), ("Unloaded", branch, "assumed")] == world.journey(tote)


def test_a_tote_that_was_sealed_after_the_reload_did_not_ride(world: TwoTrips):
    reload = world.route.reloads[0]  # type: ignore[index]
    before, later = (
        f"24 {(reload.leaves + minutes * 60) // 3600:02}:{(reload.leaves // 60 + minutes) % 60:02}"
        for minutes in (-5, 5)
    )
    world.sealed("M1", "bath", "midsomer", since=before)
    world.sealed("M2", "bath", "midsomer", since=later)
    world.as_planned()
    assert ("Unloaded", "midsomer", "assumed") == world.journey("M1/1")[-1]
    assert [] == world.journey("M2/1")


def test_paper_names_totes_at_the_hub_on_the_trip_that_they_are_for(world: TwoTrips):
    world.sealed("K1", "keynsham", "bath", since="23 16:00")
    world.sealed("K2", "keynsham", "bath", since="23 16:00")
    world.sealed("M1", "bath", "midsomer", since="24 17:00")
    world.as_planned(
        Deviation("bath", "on", tote="M1"),
        Deviation("bath", "not-on", tote="T2"),
        Deviation("bath", "off", tote="K1"),
        Deviation("bath", "not-off", tote="K2"),
    )
    assert [("Loaded", "bath", "scanned"), ("Unloaded", "midsomer", "assumed")] == world.journey("M1/1")
    assert [] == world.journey("T2/1")
    assert [("Loaded", "keynsham", "assumed"), ("Unloaded", "bath", "scanned")] == world.journey("K1/1")
    assert [("Loaded", "keynsham", "assumed")] == world.journey("K2/1"), "it is on the van still"


def test_a_hub_that_is_skipped_on_paper_means_that_the_van_did_not_go_out_again(world: TwoTrips):
    run = world.as_planned(Deviation("bath", "skipped", why="brakes")).run
    assert [("keynsham", True, ""), ("midsomer", False, "brakes")] == [
        (one.branch, one.served, in_the_clear(world.commands, one.why)) for one in run.stops
    ]
    assert (1, True) == (run.trip, run.finished)
    assert [] == world.journey("T2/1")


def test_what_was_seen_before_the_paper_came_in_is_not_overwritten(world: TwoTrips):
    world.start()
    world.stop("keynsham")
    record(world.ledger, "tote/T2/1", ToteReceived(branch="midsomer"))
    world.as_planned()
    assert [("Received", "midsomer", "scanned")] == world.journey("T2/1")
    assert not any(isinstance(fact.event, ToteUnloaded) for fact in world.ledger.stream("tote/T2/1"))


def test_a_run_that_is_reckoned_by_road_drove_to_its_hub_and_back(world: TwoTrips):
    world.start()
    world.stop("keynsham")
    world.stop("bath")
    world.stop("midsomer")
    world.runs.finish(DAN, RUN)
    facts = world.ledger.stream(f"run/{RUN}")
    line = run_line(facts, route=None, van=van("v1"), roads=flat_roads, trunk_cents_per_km=0)
    assert line is not None
    assert ("road", 40_000) == (line.reckoned, line.metres)


# --- the rest of the day is planned again ---


def replan(world: TwoTrips, mishaps: Mishaps = NOTHING) -> Replanned:
    return world.replanner.replan(ANA, PLAN, Asked(mishaps), budget=Budget(iterations=100), keep=True)


def test_a_run_on_its_second_trip_goes_on_by_a_new_plan(world: TwoTrips):
    reload = world.route.reloads[0]  # type: ignore[index]
    for branch, seconds in (
        ("", world.route.leaves),
        ("keynsham", world.route.stops[0].leaves),
        ("bath", reload.leaves),
    ):
        world.clock.now_us = world.midnight_us + seconds * SECOND_US
        world.start() if not branch else world.stop(branch)
    kept = replan(world, Mishaps(closed=("midsomer",)))
    assert "midsomer is closed" in kept.revision.left[0].why
    run = world.runs.stop(DAN, RUN, "wells").run
    assert (2, 2, (("keynsham",),), ("T2/1",)) == (run.revision, run.trip, run.trips, run.on_board)
    world.at("18:00")
    run = world.as_planned().run
    assert (True, ()) == (run.finished, run.on_board)
    assert ("unloaded", "bath") == (filling(world.ledger, "T2/1").status, filling(world.ledger, "T2/1").place)


def test_a_run_keeps_its_trips_in_the_next_revision(world: TwoTrips):
    world.clock.now_us = world.midnight_us + world.route.leaves * SECOND_US
    world.start()
    kept = replan(world)
    assert 2 == len(kept.revision.routes[0].trips)
    event = world.ledger.stream(f"run/{RUN}")[-1].event
    assert RunRerouted(revision=2, stops=("keynsham", "midsomer"), trips=(("keynsham",), ("midsomer",))) == event
    world.at("18:00")
    run = world.as_planned().run
    assert (True, 2, ["keynsham", "midsomer"]) == (run.finished, run.trip, [stop.branch for stop in run.stops])
    assert ("unloaded", "midsomer") == (filling(world.ledger, "T2/1").status, filling(world.ledger, "T2/1").place)
