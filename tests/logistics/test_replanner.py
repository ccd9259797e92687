"""
A bad Tuesday on a real ledger: the plan's next revision, published and given to the vans that are out, in one append.

Bath has v1, which leaves at 08:30 for Keynsham and Midsomer with a tote for each, and v2, which is not needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from circulation.command import Commands
from circulation.errors import BranchlineError
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from logistics.day_stops import PlanRequest
from logistics.dispatcher import Dispatcher
from logistics.edits import Move
from logistics.fleet import VanSet
from logistics.plan import PlanDrafted, PlanPublished
from logistics.plan_desk import PlanDesk
from logistics.problem_file import problem_from_bytes
from logistics.replanner import Asked, Replanned, Replanner
from logistics.revising import recall
from logistics.run import RunRerouted
from logistics.run_desk import RunDesk
from logistics.solution import verify
from logistics.solver import Budget
from logistics.vans_now import Mishaps
from tests.circulation.world import record
from tests.conftest import FrozenClock
from tests.logistics.courier_day import ANA, DAN, PLAN, RUN, Board, filling, found, sealed
from tests.logistics.small_network import first_fit, instant, waiting

DAY = date(2026, 11, 24)
LITTLE = Budget(iterations=200)
NOTHING = Mishaps()


@dataclass
class World:
    ledger: Ledger
    runs: RunDesk
    plans: Dispatcher
    replanner: Replanner
    clock: FrozenClock

    def at(self, time: str) -> None:
        self.clock.now_us = instant(f"24 {time}")

    def replan(self, mishaps: Mishaps = NOTHING, *, keep: bool = False, **asked) -> Replanned:
        return self.replanner.replan(ANA, PLAN, Asked(mishaps, **asked), budget=LITTLE, keep=keep)

    def start(self, van: str = "v1", time: str = "08:30", **more):
        self.at(time)
        return self.runs.start(DAN, day=DAY, van=van, wave="day", **more)

    def stop(self, branch: str, time: str, *, run: str = RUN, **more):
        self.at(time)
        return self.runs.stop(DAN, run, branch, **more)


@pytest.fixture
def world(memory_ledger: Ledger, clock: FrozenClock) -> World:
    clock.now_us = instant("23 18:00")
    board = Board(memory_ledger)
    commands = found(memory_ledger)
    second = VanSet(
        hub="bath", totes=12, shift_starts_minute=480, shift_ends_minute=960, days=(0, 1, 2, 3, 4),
        cost_per_km_cents=45, cost_per_hour_cents=1800,
    )  # fmt: skip
    record(memory_ledger, "van/v2", second)
    for tote, branch in (("T1", "keynsham"), ("T2", "midsomer")):
        ready = sealed(memory_ledger, tote, "bath", branch, purpose="sorted")
        board.rows.append(waiting(40, "bath", branch, "hold", since="23 10:00", filling=ready))
    plans = Dispatcher(memory_ledger, commands, board, search=first_fit)
    plans.draft(ANA, PlanRequest(day=DAY, hubs=("bath",), collect="waiting"), budget=LITTLE)
    plans.publish(ANA, PLAN)
    return World(
        memory_ledger, RunDesk(memory_ledger, commands, board), plans, Replanner(memory_ledger, commands), clock
    )


def refused(act: Callable[[], object]) -> BranchlineError:
    with pytest.raises(BranchlineError) as caught:
        act()
    return caught.value


def test_looking_records_nothing(world: World):
    world.start()
    world.stop("keynsham", "09:15")
    head = world.ledger.head().position
    looked = world.replan(Mishaps(lost={"v1": None}))
    assert head == world.ledger.head().position
    assert not looked.kept
    assert {"v1": "keynsham"} == looked.revision.inputs.lost


def test_what_is_kept_is_the_next_revision_published_and_given_to_the_vans_in_one_append(world: World):
    world.start()
    world.stop("keynsham", "09:15")
    world.at("09:30")
    head = world.ledger.head().position
    kept = world.replan(Mishaps(lost={"v1": None}), keep=True)
    facts = world.ledger.facts(after=head)
    assert [PlanDrafted, PlanPublished, RunRerouted] == [type(fact.event) for fact in facts]
    assert 1 == len({fact.request for fact in facts})
    plan = world.plans.show(PLAN)
    assert (2, 2) == (plan.latest, plan.published)
    assert kept.revision == plan.revisions[2]
    run = world.ledger.stream(f"run/{RUN}")[-1].event
    assert RunRerouted(revision=2, stops=("keynsham",)) == run


def test_a_kept_revision_comes_back_sound_and_can_be_changed_by_hand(world: World):
    world.start()
    world.stop("keynsham", "09:15")
    world.at("09:30")
    world.replan(Mishaps(lost={"v1": None}), keep=True)
    recorded = recall(PLAN, world.plans.show(PLAN).revisions[2], world.ledger.attachment)
    assert () == verify(recorded.problem, recorded.solution)
    assert recorded.problem == problem_from_bytes(world.ledger.attachment(recorded.revision.inputs.problem))
    assert () == recorded.solution.unserved


def test_the_other_van_drives_by_the_new_revision_and_brings_what_it_took_over(world: World):
    world.start()
    world.stop("keynsham", "09:15")
    world.at("09:30")
    kept = world.replan(Mishaps(lost={"v1": "keynsham"}), keep=True)
    (route,) = (route for route in kept.revision.routes if route.van == "v2")
    assert [("keynsham", "v1", ("T2/1",)), ("midsomer", None, None)] == [
        (stop.branch, stop.takes_from, stop.fillings_on) for stop in route.stops
    ]
    run = world.start("v2", "09:40").run
    assert (("keynsham", "midsomer"), 2, ()) == (run.planned, run.revision, run.on_board)
    other = "2026-11-24/v2/day"
    assert ("T2/1",) == world.stop("keynsham", "10:10", run=other, on=["T2"]).run.on_board
    assert () == world.stop("midsomer", "10:50", run=other).run.on_board
    assert ("unloaded", "midsomer") == (filling(world.ledger, "T2/1").status, filling(world.ledger, "T2/1").place)


def test_a_handover_is_no_stop(world: World):
    """Keynsham had its own call; what v2 takes over there from v1 is counted beside the stops."""
    world.start()
    world.stop("keynsham", "09:15")
    world.at("09:30")
    found = world.replan(Mishaps(lost={"v1": "keynsham"}))
    assert ["keynsham", "keynsham", "midsomer"] == [
        stop.branch for route in found.revision.routes for stop in route.stops
    ]
    assert 2 == found.revision.totals.stops
    assert 1 == found.revision.handovers


def test_a_run_goes_on_by_the_revision_that_it_was_given(world: World):
    world.start()
    world.at("08:40")
    world.replan(Mishaps(closed=("midsomer",)), keep=True)
    world.at("18:00")
    run = world.runs.finish_as_planned(DAN, day=DAY, van="v1", wave="day").run
    assert (2, ["keynsham"]) == (run.revision, [stop.branch for stop in run.stops])
    assert "bath" == filling(world.ledger, "T2/1").place, "what was for the closed branch came back"


def test_what_was_lost_or_closed_stays_so_when_the_day_goes_wrong_again(world: World):
    world.start()
    world.stop("keynsham", "09:15")
    world.at("09:30")
    world.replan(Mishaps(lost={"v1": "keynsham"}), keep=True)
    world.start("v2", "09:40")
    world.stop("keynsham", "10:10", run="2026-11-24/v2/day", on=["T2"])
    again = world.replan(Mishaps(closed=("midsomer",)), keep=True)
    assert ({"v1": "keynsham"}, ("midsomer",)) == (again.revision.inputs.lost, again.revision.inputs.closed)
    assert (3, 2) == (again.revision.revision, again.revision.edited_from)
    assert [left.why for left in again.revision.left] == [
        (
            "midsomer is closed for the rest of 2026-11-24: 1 tote for it rides back to bath on v2;"
            " a van can call next on 2026-11-25."
        )
    ]


def test_nobody_plans_from_before_what_is_recorded(world: World):
    world.start()
    world.stop("keynsham", "09:15")
    said = refused(lambda: world.replan(at=9 * 3600))
    assert "plan.replan-past" == said.code
    assert (
        f"The rest of plan {PLAN} cannot be planned from 09:00 on:"
        " a call, or a change of the plan, was recorded at 09:15." == said.sentence
    )


def test_now_is_only_on_the_day_of_the_plan(world: World):
    said = refused(world.replan)
    assert f"It is not 2026-11-24 now, the day of plan {PLAN}." == said.sentence
    assert 34200 == world.replan(at=34200).rest.at


def test_a_plan_that_was_never_published_has_no_rest(world: World):
    world.plans.withdraw(ANA, PLAN, why="snow")
    assert "plan.not-published" == refused(lambda: world.replan(at=34200)).code


def test_a_branch_that_nobody_knows_cannot_be_closed(world: World):
    assert "branch.unknown" == refused(lambda: world.replan(Mishaps(closed=("atlantis",)), at=34200)).code


def test_a_day_on_paper_is_not_planned_again_twice_without_its_runs(world: World):
    world.at("09:00")
    world.replan(Mishaps(closed=("midsomer",)), keep=True)
    said = refused(lambda: world.replan(at=34200))
    assert "plan.replanned-on-paper" == said.code
    assert (
        f"Revision 2 of plan {PLAN} was planned from where the vans were thought to be, and nobody has recorded what is"
        " on v1 since." == said.sentence
    )
    assert said.hint is not None
    assert "branchline run start v1 --date 2026-11-24 --wave day --tote TOTE" in said.hint
    assert "branchline run stop 2026-11-24/v1/day BRANCH --off TOTE --on TOTE" in said.hint


def test_what_the_refusal_asks_for_is_the_way_out(world: World):
    world.at("09:00")
    world.replan(Mishaps(closed=("midsomer",)), keep=True)
    world.start()
    world.stop("keynsham", "09:15")
    assert 34200 == world.replan(at=34200).rest.at


def test_a_run_without_totes_is_asked_for_them(world: World):
    world.at("09:00")
    world.replan(Mishaps(closed=("midsomer",)), keep=True)
    world.start(totes=())
    said = refused(lambda: world.replan(at=34200))
    assert said.sentence.endswith("and the runs of v1 name no tote.")


def test_a_day_whose_vans_have_not_left_is_planned_again_as_often_as_is_wanted(world: World):
    world.at("06:00")
    world.replan(Mishaps(closed=("midsomer",)), keep=True)
    assert 7 * 3600 == world.replan(Mishaps(closed=("keynsham",)), at=7 * 3600).rest.at


def test_a_driver_may_not_plan(world: World):
    act = lambda: world.replanner.replan(DAN, PLAN, Asked(at=34200), budget=LITTLE)  # noqa: E731
    assert "actor.not-allowed" == refused(act).code


def test_any_revision_that_is_published_is_given_to_the_vans_that_are_out(world: World):
    world.start()
    world.at("08:40")
    world.replan(Mishaps(closed=("midsomer",)), keep=True)
    world.plans.publish(ANA, PLAN, revision=1)
    event = world.ledger.stream(f"run/{RUN}")[-1].event
    assert RunRerouted(revision=1, stops=("keynsham", "midsomer")) == event
    head = world.ledger.head().position
    world.plans.publish(ANA, PLAN, revision=1)
    assert head == world.ledger.head().position


def test_a_call_that_is_done_cannot_be_moved_by_hand_without_a_broken_pin(world: World):
    world.start()
    world.stop("keynsham", "09:15")
    world.at("09:30")
    world.replan(Mishaps(lost={"v1": "keynsham"}), keep=True)
    board = Board(world.ledger)
    desk = PlanDesk(world.ledger, Commands(world.ledger, world.clock, Keyring.open("sqlite::memory:")), lambda: board)
    moved = desk.consider(PLAN, Move("keynsham", "v2", first=True))
    assert "Stop keynsham is pinned to van v1 and rides with v2." in [
        broken.sentence for broken in moved.difference.newly_broken
    ]
