"""The desk at which plans are changed: looking records nothing, keeping makes the next revision."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from circulation.errors import BranchlineError, Refused, Unknown
from circulation.ledger import Ledger
from logistics.day_stops import PlanRequest
from logistics.dispatcher import Dispatcher
from logistics.edits import Add, Drop, Fix, Move, Swap
from logistics.find_plan import find_plan, last_round, usual_round
from logistics.fleet import VanSet
from logistics.plan import PlannedPin
from logistics.plan_desk import PlanDesk, Solve
from logistics.solver import Budget
from logistics.solver.timetable import VERSION
from logistics.usual import Habit
from tests.circulation.world import in_the_clear, record
from tests.conftest import FrozenClock
from tests.logistics.courier_day import ANA, CLERK, PLAN, Board, found, served
from tests.logistics.small_network import instant, waiting

LITTLE = Budget(iterations=100)
ASKED = PlanRequest(day=date(2026, 11, 24), hubs=("bath",), collect="waiting")


@pytest.fixture
def board(memory_ledger: Ledger, clock: FrozenClock) -> Board:
    clock.now_us = instant("23 18:00")
    rows = [
        waiting(30, "keynsham", "midsomer", "hold", since="23 10:00"),
        waiting(50, "midsomer", "wells", "hold", since="23 10:00"),
    ]
    return Board(memory_ledger, rows=rows)


@pytest.fixture
def dispatcher(memory_ledger: Ledger, board: Board) -> Dispatcher:
    """Bath has a second van, v2, like the first."""
    commands = found(memory_ledger)
    van = VanSet(
        hub="bath",
        totes=12,
        shift_starts_minute=8 * 60,
        shift_ends_minute=16 * 60,
        days=(0, 1, 2, 3, 4),
        cost_per_km_cents=45,
        cost_per_hour_cents=1800,
    )
    record(memory_ledger, "van/v2", van)
    return Dispatcher(memory_ledger, commands, board)


@pytest.fixture
def desk(dispatcher: Dispatcher, memory_ledger: Ledger, board: Board) -> PlanDesk:
    dispatcher.draft(ANA, ASKED, budget=LITTLE)
    return PlanDesk(memory_ledger, dispatcher._commands, lambda: board)


def vans(ledger: Ledger) -> dict[str, str]:
    """The van of each stop by the newest revision."""
    plan = find_plan(ledger, PLAN)
    return {stop: van for van, stops in served(plan.revisions[plan.latest]).items() for stop in stops}


def test_to_look_records_nothing(desk: PlanDesk, memory_ledger: Ledger):
    head = memory_ledger.head()
    (van,) = set(vans(memory_ledger).values())
    other = "v2" if van == "v1" else "v1"
    considered = desk.consider(PLAN, Move("keynsham", other))
    assert (1, head) == (considered.latest, memory_ledger.head())
    assert considered.difference.after.metres > considered.difference.before.metres
    assert considered.difference.before.stops == considered.difference.after.stops == 2


def test_a_kept_edit_is_the_next_revision_of_the_plan(desk: PlanDesk, memory_ledger: Ledger):
    (van,) = set(vans(memory_ledger).values())
    other = "v2" if van == "v1" else "v1"
    kept = desk.keep(ANA, PLAN, Move("keynsham", other))
    assert {"keynsham": other, "midsomer": van} == vans(memory_ledger)
    (edit,) = kept.revision.edits or ()
    assert f"keynsham moves from van {van} to van {other}, as its first stop." == edit.said
    assert (2, 1, f"by hand {VERSION}") == (
        kept.revision.revision,
        kept.revision.edited_from,
        kept.revision.inputs.solver,
    )
    assert (2, 2) == (kept.difference.before.stops, kept.difference.after.stops)
    assert kept.position == memory_ledger.head().position


def test_a_repeated_request_records_once_and_says_the_same(desk: PlanDesk, memory_ledger: Ledger):
    one = desk.keep(ANA, PLAN, Drop("keynsham"), request="r1")
    head = memory_ledger.head()
    assert (one, head) == (desk.keep(ANA, PLAN, Drop("keynsham"), request="r1"), memory_ledger.head())


def test_what_was_seen_is_kept_unless_the_plan_has_moved_on(desk: PlanDesk, memory_ledger: Ledger):
    considered = desk.consider(PLAN, Drop("keynsham"))
    assert 2 == desk.keep(ANA, PLAN, Drop("keynsham"), considered=considered).revision.revision
    with pytest.raises(Refused) as late:
        desk.keep(ANA, PLAN, Drop("keynsham"), considered=considered)
    assert late.value.sentence == f"Plan {PLAN} has revision 2 now; the edit was made on revision 1."


def test_an_older_revision_can_be_changed(desk: PlanDesk):
    desk.keep(ANA, PLAN, Drop("keynsham"))
    kept = desk.keep(ANA, PLAN, Drop("midsomer"), revision=1)
    assert (3, 1, ("midsomer",)) == (kept.revision.revision, kept.revision.edited_from, kept.revision.dropped)
    with pytest.raises(Unknown) as missing:
        desk.consider(PLAN, Drop("midsomer"), revision=9)
    assert "plan.no-revision" == missing.value.code


def test_only_coordinators_change_plans(desk: PlanDesk, memory_ledger: Ledger):
    head = memory_ledger.head()
    with pytest.raises(Refused, match="clerk"):
        desk.keep(CLERK, PLAN, Drop("keynsham"))
    assert head == memory_ledger.head()


def test_an_edit_that_breaks_a_rule_is_recorded_only_with_a_reason(desk: PlanDesk, memory_ledger: Ledger):
    (van,) = set(vans(memory_ledger).values())
    other = "v2" if van == "v1" else "v1"
    desk.keep(ANA, PLAN, Fix("keynsham"))
    head = memory_ledger.head()
    with pytest.raises(Refused) as refused:
        desk.keep(ANA, PLAN, Move("keynsham", other))
    said = f"Stop keynsham is pinned to van {van} and rides with {other}."
    assert f"Without a reason the plan may break no rule: {said}" == refused.value.sentence
    assert head == memory_ledger.head()
    kept = desk.keep(ANA, PLAN, Move("keynsham", other), because="The lift is broken")
    (accepted,) = kept.revision.accepted or ()
    assert (said, "The lift is broken") == (accepted.sentence, in_the_clear(desk._commands, accepted.because))


def test_the_next_draft_keeps_pins_and_what_was_taken_out(
    desk: PlanDesk, dispatcher: Dispatcher, memory_ledger: Ledger, board: Board
):
    desk.keep(ANA, PLAN, Fix("keynsham", van="v2"))
    desk.keep(ANA, PLAN, Drop("midsomer"))
    drafted = dispatcher.draft(ANA, ASKED, budget=LITTLE).revision
    assert {"keynsham": "v2"} == vans(memory_ledger)
    assert ((PlannedPin(stop="keynsham", van="v2"),), ("midsomer",)) == (drafted.pins, drafted.dropped)
    (left,) = drafted.left
    assert "midsomer was taken out of the plan by hand; 50 items in 2 totes left." == left.why
    wanted = dispatcher.draft(ANA, replace(ASKED, must=("midsomer",)), budget=LITTLE).revision
    assert (None, {"keynsham", "midsomer"}) == (wanted.dropped, set(vans(memory_ledger)))
    assert dispatcher.again(PLAN, drafted.revision).routes == dispatcher.again(PLAN, drafted.revision).routes


@pytest.mark.parametrize("mode", ["keep", "insert"])
def test_a_draft_that_holds_the_plan_fills_in_what_is_new(
    mode: str, dispatcher: Dispatcher, memory_ledger: Ledger, board: Board
):
    rows = board.rows
    board.rows = [rows[0]]
    first = dispatcher.draft(ANA, replace(ASKED, without_vans=("v1",)), budget=LITTLE).revision
    assert {"v2": ["keynsham"]} == served(first)
    board.rows = rows
    drafted = dispatcher.draft(ANA, ASKED, budget=LITTLE, mode=mode).revision  # type: ignore[arg-type]
    assert {"keynsham": "v2"}.items() <= vans(memory_ledger).items()
    assert {"keynsham", "midsomer"} == set(vans(memory_ledger))
    assert (mode, 1) == (drafted.inputs.mode, drafted.inputs.held_from)
    assert [route.stops for route in dispatcher.again(PLAN, 2).routes] == [
        tuple(stop.branch for stop in route.stops) for route in drafted.routes
    ]


def test_a_plan_is_searched_again_and_what_was_searched_can_be_made_again(
    desk: PlanDesk, dispatcher: Dispatcher, memory_ledger: Ledger
):
    (van,) = set(vans(memory_ledger).values())
    desk.keep(ANA, PLAN, Move("keynsham", "v2" if van == "v1" else "v1"))
    with pytest.raises(Refused) as refused:
        dispatcher.again(PLAN, 2)
    assert f"Revision 2 of plan {PLAN} was made by hand, so no search can make it again." == refused.value.sentence
    kept = desk.keep(ANA, PLAN, Solve("free", LITTLE, seed=4))
    (edit,) = kept.revision.edits or ()
    assert "Searched again (free): 1 on another van, 0 put in, 0 left out." == edit.said
    assert (4, "100 iterations", 2) == (
        kept.revision.inputs.seed, kept.revision.inputs.budget, kept.revision.inputs.held_from,
    )  # fmt: skip
    again = dispatcher.again(PLAN, 3)
    assert served(kept.revision) == {route.van: list(route.stops) for route in again.routes}


def test_a_branch_that_the_plan_does_not_hold_is_added_with_what_waits_there_now(
    desk: PlanDesk, dispatcher: Dispatcher, memory_ledger: Ledger, board: Board
):
    rows = board.rows
    board.rows = [rows[0]]
    dispatcher.draft(ANA, replace(ASKED, skip=("midsomer",)), budget=LITTLE)
    assert ["keynsham"] == list(vans(memory_ledger))
    board.rows = rows
    kept = desk.keep(ANA, PLAN, Add("midsomer"))
    assert {"keynsham", "midsomer"} == set(vans(memory_ledger))
    assert (1, 2) == (kept.difference.before.stops, kept.difference.after.stops)
    assert 80 == kept.revision.totals.items
    assert "midsomer" not in [left.branch for left in kept.revision.left]
    moved = desk.consider(PLAN, Swap("midsomer", "keynsham"))
    assert () == moved.difference.broken_after


def test_a_branch_where_no_van_can_call_is_not_added(desk: PlanDesk):
    with pytest.raises(BranchlineError) as refused:
        desk.consider(PLAN, Add("wells"))
    assert refused.value.sentence == "wells must be served, but no van of bath can call there on 2026-11-24."
    with pytest.raises(Unknown, match="There is no branch 'atlantis'"):
        desk.consider(PLAN, Add("atlantis"))


def test_the_usual_round_is_that_of_the_last_same_weekday_that_held(
    dispatcher: Dispatcher, memory_ledger: Ledger, clock: FrozenClock
):
    clock.now_us = instant("10 06:00")
    for day in (10, 17, 23):
        name = dispatcher.draft(ANA, replace(ASKED, day=date(2026, 11, day)), budget=LITTLE).plan
        if day != 17:
            dispatcher.publish(ANA, name)
    yesterday, usual = last_round(memory_ledger, PLAN), usual_round(memory_ledger, PLAN)
    assert yesterday is not None
    assert usual is not None
    assert ("2026-11-23/bath/day@1", "2026-11-10/bath/day@1") == (yesterday.named, usual.named)
    drafted = dispatcher.draft(ANA, ASKED, budget=LITTLE, habit=Habit(50_000_000)).revision
    assert ("2026-11-10/bath/day@1", 50_000_000) == (drafted.inputs.like, drafted.inputs.change_micros)
    assert {van: set(stops) for van, stops in served(usual.revision).items()} == {
        van: set(stops) for van, stops in served(drafted).items()
    }
    assert drafted.inputs.hours_micros is None
    named = dispatcher.draft(ANA, ASKED, budget=LITTLE, habit=Habit(1, "2026-11-17/bath/day", 2_000_000)).revision
    assert 2_000_000 == named.inputs.hours_micros
    assert "2026-11-17/bath/day@1" == named.inputs.like


def test_without_a_usual_round_there_is_nothing_to_keep(dispatcher: Dispatcher):
    with pytest.raises(Refused) as refused:
        dispatcher.draft(ANA, ASKED, budget=LITTLE, habit=Habit(50_000_000))
    assert refused.value.sentence == (
        f"No plan of the same weekday, hubs and wave as {PLAN} held in the eight weeks before it."
    )
