"""What the vans did: every run command writes the run and the totes' own journeys in one append."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pytest

from circulation.command import Commands
from circulation.errors import BranchlineError, Conflict
from circulation.event import NewEvents, Stamp
from circulation.ledger import Ledger
from circulation.tote import ToteLoaded, ToteOpened, ToteReceived, ToteUnloaded, filling_stream
from logistics.day_stops import PlanRequest
from logistics.dispatcher import Dispatcher
from logistics.paper import Deviation
from logistics.run import RunFinished, RunStarted, RunStop, StopServed, StopSkipped
from logistics.run_desk import RunDesk
from logistics.solver import Budget
from tests.circulation.world import in_the_clear, record
from tests.conftest import FrozenClock
from tests.logistics.courier_day import ANA, CLERK, DAN, PLAN, RUN, Board, filling, found, sealed
from tests.logistics.small_network import first_fit, instant, waiting

DAY = date(2026, 11, 24)


@dataclass
class World:
    """A published plan for Tuesday: v1 to Keynsham, then Midsomer, with one tote for each."""

    ledger: Ledger
    runs: RunDesk
    clock: FrozenClock
    commands: Commands

    def opened(self, text: str) -> str:
        return in_the_clear(self.commands, text)

    def sealed(self, tote: str, at: str, destination: str, **more) -> str:
        return sealed(self.ledger, tote, at, destination, **more)

    def journey(self, name: str) -> list[tuple[str, str, str]]:
        """What happened to a filling after it was sealed: event, place, how it is known."""
        facts = [fact.event for fact in self.ledger.stream(filling_stream(name))][2:]
        return [(type(one).__name__, one.branch, getattr(one, "known", "scanned")) for one in facts]

    def start(self, **more):
        return self.runs.start(DAN, day=DAY, van="v1", wave="day", **more)

    def as_planned(self, *deviations: Deviation, **more):
        return self.runs.finish_as_planned(DAN, day=DAY, van="v1", wave="day", deviations=deviations, **more)


@pytest.fixture
def world(memory_ledger: Ledger, clock: FrozenClock) -> World:
    clock.now_us = instant("23 18:00")
    board = Board(memory_ledger)
    commands = found(memory_ledger)
    for tote, branch in (("T1", "keynsham"), ("T2", "midsomer")):
        ready = sealed(memory_ledger, tote, "bath", branch, purpose="sorted")
        board.rows.append(waiting(40, "bath", branch, "hold", since="23 10:00", filling=ready))
    plans = Dispatcher(memory_ledger, commands, board, search=first_fit)
    plans.draft(ANA, PlanRequest(day=DAY, hubs=("bath",)), budget=Budget(iterations=1))
    plans.publish(ANA, PLAN)
    clock.now_us = instant("24 18:00")
    return World(memory_ledger, RunDesk(memory_ledger, commands, board), clock, commands)


def refused(act: Callable[[], object]) -> BranchlineError:
    with pytest.raises(BranchlineError) as caught:
        act()
    return caught.value


def test_a_van_leaves_with_the_totes_that_stand_ready_for_its_stops(world: World):
    world.sealed("T8", "bath", "wells")
    world.sealed("T9", "bath", "keynsham", seal=False)
    run = world.start().run
    assert (PLAN, 1, ("keynsham", "midsomer"), "bath") == (run.plan, run.revision, run.planned, run.hub)
    assert ("T1/1", "T2/1") == run.on_board, "neither the tote for another region nor the open one"
    assert [("ToteLoaded", "bath", "assumed")] == world.journey("T1/1")


def test_scanned_totes_are_known_to_be_on_board(world: World):
    run = world.start(totes=["T1"]).run
    assert ("T1/1",) == run.on_board
    assert [("ToteLoaded", "bath", "scanned")] == world.journey("T1/1")
    assert [] == world.journey("T2/1")


def test_a_call_moves_what_is_for_the_branch_and_takes_what_stands_there(world: World):
    world.sealed("K1", "keynsham", "bath", since="24 09:30")
    world.start()
    run = world.runs.stop(DAN, RUN, "keynsham").run
    assert ("T2/1", "K1/1") == run.on_board
    assert [("ToteLoaded", "bath", "assumed"), ("ToteUnloaded", "keynsham", "assumed")] == world.journey("T1/1")
    assert (RunStop("keynsham", True, "", ("T1/1",), ("K1/1",)),) == run.stops


def test_run_and_totes_are_recorded_in_one_append(world: World):
    world.sealed("K1", "keynsham", "bath", since="24 09:30")
    world.start()
    facts = world.runs.stop(DAN, RUN, "keynsham", off=["T1"], on=["K1"]).facts
    assert [StopServed, ToteLoaded, ToteUnloaded] == [type(fact.event) for fact in facts]
    assert 1 == len({fact.request for fact in facts})
    assert [facts[0].position + n for n in range(3)] == [fact.position for fact in facts]
    assert "scanned" == facts[0].event.known


def test_a_box_that_was_scanned_onto_the_van_is_there_wherever_it_was_thought_to_be(world: World):
    world.sealed("M1", "midsomer", "bath", since="24 09:30")
    world.start()
    world.runs.stop(DAN, RUN, "keynsham", off=[], on=["M1"])
    assert [("ToteReceived", "keynsham", "scanned"), ("ToteLoaded", "keynsham", "scanned")] == world.journey("M1/1")


def test_a_box_that_was_scanned_off_but_never_on_is_received(world: World):
    run = world.start(totes=["T1"]).run
    assert ("T1/1",) == run.on_board
    world.runs.stop(DAN, RUN, "midsomer", off=["T2"], on=[])
    assert [("ToteReceived", "midsomer", "scanned")] == world.journey("T2/1")
    assert ("received", "midsomer") == (filling(world.ledger, "T2/1").status, filling(world.ledger, "T2/1").place)


def test_an_open_box_does_not_ride(world: World):
    world.sealed("K1", "keynsham", "bath", since="24 09:30", seal=False)
    world.start()
    said = refused(lambda: world.runs.stop(DAN, RUN, "keynsham", on=["K1"]))
    assert ("tote.not-sealed", "K1/1 is open.") == (said.code, said.sentence)
    assert () == world.runs.stop(DAN, RUN, "keynsham").run.stops[0].fillings_on


def test_a_skipped_stop_leaves_its_totes_on_board_until_the_hub(world: World):
    world.start()
    run = world.runs.skip(DAN, RUN, "keynsham", why="road closed").run
    (skipped,) = run.stops
    assert RunStop("keynsham", False, "road closed") == replace(skipped, why=world.opened(skipped.why))
    world.runs.stop(DAN, RUN, "midsomer")
    run = world.runs.finish(DAN, RUN).run
    assert (True, ()) == (run.finished, run.on_board)
    assert ("ToteUnloaded", "bath", "assumed") == world.journey("T1/1")[-1]
    assert ("unloaded", "bath", "keynsham") == (
        filling(world.ledger, "T1/1").status,
        filling(world.ledger, "T1/1").place,
        filling(world.ledger, "T1/1").destination,
    )


@pytest.mark.parametrize("branch", ["wells", "keynsham"])
def test_only_a_stop_that_is_still_ahead_can_be_skipped(world: World, branch: str):
    world.start()
    world.runs.stop(DAN, RUN, "keynsham")
    said = refused(lambda: world.runs.skip(DAN, RUN, branch, why="no key"))
    assert ("run.not-planned", f"{branch} is not ahead of van v1; midsomer is.") == (said.code, said.sentence)


def test_a_call_that_was_not_planned_is_a_fact(world: World):
    world.start()
    run = world.runs.stop(DAN, RUN, "wells", note="called by phone").run
    assert ("wells", "called by phone") == (run.stops[0].branch, world.opened(run.stops[0].why))


def test_a_run_starts_once_and_ends_once(world: World):
    world.start()
    assert "run.started" == refused(world.start).code
    world.runs.finish(DAN, RUN)
    assert "run.finished" == refused(lambda: world.runs.stop(DAN, RUN, "keynsham")).code
    assert "The run 2026-11-24/v1/day is over." == refused(world.start).sentence


def test_a_run_that_never_started_is_unknown(world: World):
    assert "run.unknown" == refused(lambda: world.runs.stop(DAN, RUN, "keynsham")).code


def test_without_a_published_route_a_van_does_not_start(world: World):
    said = refused(lambda: world.runs.start(DAN, day=DAY, van="w1", wave="day"))
    assert ("run.no-plan", "No published plan of 2026-11-24 (wave day) has a route for van w1.") == (
        said.code,
        said.sentence,
    )
    assert "run.no-plan" == refused(lambda: world.runs.start(DAN, day=DAY, van="v1", wave="am")).code


def test_desk_staff_do_not_drive(world: World):
    said = refused(lambda: world.runs.start(CLERK, day=DAY, van="v1", wave="day"))
    assert "actor.not-allowed" == said.code


def test_a_whole_day_on_paper_is_one_append_and_all_of_it_is_assumed(world: World):
    world.sealed("K1", "keynsham", "bath", since="23 16:00")
    report = world.as_planned()
    assert [RunStarted, StopServed, StopServed, RunFinished] == [
        type(fact.event) for fact in report.facts if fact.stream.startswith("run/")
    ]
    assert 1 == len({fact.request for fact in report.facts})
    assert [("ToteLoaded", "keynsham", "assumed"), ("ToteUnloaded", "bath", "assumed")] == world.journey("K1/1")
    assert [("ToteLoaded", "bath", "assumed"), ("ToteUnloaded", "midsomer", "assumed")] == world.journey("T2/1")
    assert (True, ()) == (report.run.finished, report.run.on_board)


def test_a_tote_that_was_sealed_after_the_van_had_left_did_not_ride(world: World):
    world.sealed("K1", "keynsham", "bath", since="24 16:30")
    world.as_planned()
    assert [] == world.journey("K1/1")


def test_paper_names_a_skipped_stop_with_its_reason(world: World):
    report = world.as_planned(Deviation("keynsham", "skipped", why="nobody there"))
    skipped = [fact.event for fact in report.facts if isinstance(fact.event, StopSkipped)]
    assert [("keynsham", "nobody there")] == [(one.branch, world.opened(one.why)) for one in skipped]
    assert [("ToteLoaded", "bath", "assumed"), ("ToteUnloaded", "bath", "assumed")] == world.journey("T1/1")


def test_a_tote_that_paper_names_was_seen(world: World):
    world.sealed("K1", "keynsham", "bath", since="24 16:30")
    world.sealed("K2", "keynsham", "bath", since="23 16:30")
    world.as_planned(
        Deviation("keynsham", "on", tote="K1"),
        Deviation("keynsham", "not-on", tote="K2", why="too heavy"),
        Deviation("midsomer", "not-off", tote="T2"),
    )
    assert [("ToteLoaded", "keynsham", "scanned"), ("ToteUnloaded", "bath", "assumed")] == world.journey("K1/1")
    assert [] == world.journey("K2/1")
    assert [("ToteLoaded", "bath", "assumed"), ("ToteUnloaded", "bath", "assumed")] == world.journey("T2/1")


def test_a_tote_that_never_left_the_hub_stays_there(world: World):
    world.as_planned(Deviation("bath", "not-on", tote="T1"))
    assert [] == world.journey("T1/1")


def test_paper_finishes_what_scanning_began(world: World):
    world.start()
    world.runs.stop(DAN, RUN, "keynsham", off=["T1"], on=[])
    world.as_planned()
    assert [("ToteLoaded", "bath", "assumed"), ("ToteUnloaded", "keynsham", "scanned")] == world.journey("T1/1")
    assert [("ToteLoaded", "bath", "assumed"), ("ToteUnloaded", "midsomer", "assumed")] == world.journey("T2/1")


@pytest.mark.parametrize("desk", [(ToteReceived,), (ToteReceived, ToteOpened)])
def test_what_the_branch_received_before_the_paper_came_in_is_not_overwritten(world: World, desk):
    world.start()
    record(world.ledger, "tote/T1/1", *(event(branch="keynsham") for event in desk))
    report = world.as_planned()
    assert ["ToteLoaded", *(event.__name__ for event in desk)] == [event for event, _, _ in world.journey("T1/1")]
    assert ("T1/1",) == report.run.stops[0].fillings_off, "the run still says that it came off there"


def test_a_tote_that_was_seen_elsewhere_meanwhile_is_not_assumed_to_have_come_off(world: World):
    world.start()
    record(world.ledger, "tote/T1/1", ToteReceived(branch="wells"))
    report = world.as_planned()
    assert () == report.run.stops[0].fillings_off
    assert "wells" == filling(world.ledger, "T1/1").place


@pytest.mark.parametrize(
    "wrong",
    [Deviation("wells", "skipped"), Deviation("keynsham", "skipped", tote="T1"), Deviation("keynsham", "on")],
)
def test_a_line_of_paper_that_cannot_be_is_refused_and_nothing_recorded(world: World, wrong: Deviation):
    before = world.ledger.head().position
    assert "run.deviation" == refused(lambda: world.as_planned(wrong)).code
    assert before == world.ledger.head().position


def test_a_trunk_run_takes_the_oldest_totes_up_to_what_it_holds(world: World):
    for number, since in enumerate(("23 15:00", "23 13:00", "23 14:00")):
        world.sealed(f"R{number}", "bath", "taunton", since=since)
    run = world.runs.start_trunk(DAN, day=DAY, trunk="night").run
    assert (("R1/1", "R2/1"), ("taunton",), None) == (run.on_board, run.planned, run.plan)
    world.sealed("W1", "taunton", "bath")
    run = world.runs.stop(DAN, "2026-11-24/night/day", "taunton").run
    assert ((), ()) == (run.on_board, run.stops[0].fillings_on), "it takes nothing on where it ends"
    assert ("unloaded", "taunton") == (filling(world.ledger, "R1/1").status, filling(world.ledger, "R1/1").place)


def test_a_trunk_run_can_be_entered_on_paper(world: World):
    world.sealed("R1", "bath", "taunton")
    world.sealed("W1", "taunton", "bath")
    world.runs.start_trunk(DAN, day=DAY, trunk="night")
    run = world.runs.finish_as_planned(DAN, day=DAY, van="night", wave="day").run
    assert (True, ("R1/1",), ()) == (run.finished, run.stops[0].fillings_off, run.stops[0].fillings_on)


def test_an_unknown_trunk_run_or_tote_is_named(world: World):
    assert "trunk.unknown" == refused(lambda: world.runs.start_trunk(DAN, day=DAY, trunk="x")).code
    assert "tote.unknown" == refused(lambda: world.start(totes=["T77"])).code
    assert "tote.unknown-filling" == refused(lambda: world.start(totes=["T1/9"])).code


def test_a_repeated_request_moves_nothing_twice(world: World):
    one = world.start(request="r1")
    two = world.start(request="r1")
    assert (False, True) == (one.repeated, two.repeated)
    assert one.facts == two.facts
    assert 1 == len(world.journey("T1/1"))


def test_a_lost_race_for_a_tote_is_decided_again(world: World, monkeypatch: pytest.MonkeyPatch):
    append = world.ledger.append
    tries = []

    def beaten_once(stamp: Stamp, changes: tuple[NewEvents, ...], **more):
        tries.append(stamp.request)
        if len(tries) == 1:
            raise Conflict("stream.changed", stream="run/…", version=1, expected=0)
        return append(stamp, changes, **more)

    monkeypatch.setattr(world.ledger, "append", beaten_once)
    assert ("T1/1", "T2/1") == world.start().run.on_board
    assert 2 == len(tries)
    assert 1 == len(world.journey("T1/1"))
