"""Plans: drafted once, judged, recorded with their inputs, published in revisions, and made again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from circulation.errors import BranchlineError, Invalid, Refused, Unknown
from circulation.ledger import Ledger
from logistics.day_stops import PlanRequest
from logistics.dispatcher import Dispatcher
from logistics.explain import Explanation, Obstacle
from logistics.plan import LeftBehind, PlanDrafted, PlannedStop, PlanPublished
from logistics.problem_file import problem_from_bytes
from logistics.revision import RetimedStop, VanChange, changes_between
from logistics.solution import Solution, verify
from logistics.solver import Budget
from tests.conftest import FrozenClock
from tests.logistics.courier_day import ANA, CLERK, PLAN, TUESDAY, Board, found, sealed, served
from tests.logistics.small_network import Count, first_fit, instant, waiting

LITTLE = Budget(iterations=200)
ASKED = PlanRequest(day=date(2026, 11, 24), hubs=("bath",))


@pytest.fixture
def board(memory_ledger: Ledger, clock: FrozenClock) -> Board:
    clock.now_us = instant("23 18:00")
    ready = sealed(memory_ledger, "T1", "bath", "keynsham")
    return Board(
        memory_ledger,
        rows=[
            waiting(5, "bath", "keynsham", since="23 10:00", filling=ready),
            waiting(30, "keynsham", "midsomer", "hold", since="23 10:00"),
            waiting(50, "midsomer", "wells", "hold", since="23 10:00"),
        ],
    )


@pytest.fixture
def dispatcher(memory_ledger: Ledger, board: Board) -> Dispatcher:
    return Dispatcher(memory_ledger, found(memory_ledger), board, search=first_fit)


def test_a_draft_is_recorded_with_its_routes(dispatcher: Dispatcher):
    drafted = dispatcher.draft(ANA, ASKED, budget=LITTLE)
    assert (PLAN, 1, TUESDAY) == (drafted.plan, drafted.revision.revision, drafted.revision.day)
    assert {"v1": ["keynsham", "midsomer"]} == served(drafted.revision)
    assert dispatcher.show(PLAN).revisions[1] == drafted.revision


def test_a_stop_says_what_comes_off_and_on_and_what_the_van_then_carries(dispatcher: Dispatcher):
    (route,) = dispatcher.draft(ANA, ASKED, budget=LITTLE).revision.routes
    assert (1, 1) == (route.load_at_start, route.stops[0].totes_off)
    first, second = route.stops
    assert (1, 1, 1, 5, 30, ("T1/1",)) == (
        first.totes_off,
        first.totes_on,
        first.load_after,
        first.items_off,
        first.items_on,
        first.fillings_off,
    )
    assert (0, 2, 3, 50) == (second.totes_off, second.totes_on, second.load_after, second.items_on)
    # Five minutes at the stop and half a minute a tote.
    assert (5 * 60 + 2 * 30, 5 * 60 + 2 * 30) == (first.leaves - first.starts, second.leaves - second.starts)


def test_the_totals_add_up_to_the_stops(dispatcher: Dispatcher):
    drafted = dispatcher.draft(ANA, ASKED, budget=LITTLE).revision
    totals = drafted.totals
    assert (1, 2, 4, 85, 0) == (totals.vans, totals.stops, totals.totes, totals.items, totals.left_behind)
    assert {"hold": 80, "home": 5} == totals.by_reason
    (route,) = drafted.routes
    assert (route.metres, route.drive_seconds) == (totals.metres, totals.drive_seconds)
    on_the_road = route.returns - route.leaves
    assert round((route.metres * 450 + on_the_road * 5000) / 10_000) == totals.cost_cents


def test_the_inputs_name_everything_that_the_routes_were_made_from(
    dispatcher: Dispatcher, board: Board, memory_ledger: Ledger
):
    before = memory_ledger.head().position
    asked = replace(ASKED, collect="waiting", without_vans=("w1",), must=("midsomer",))
    inputs = dispatcher.draft(ANA, asked, budget=LITTLE, seed=9).revision.inputs
    assert (before, 9, "200 iterations", "waiting") == (inputs.position, inputs.seed, inputs.budget, inputs.collect)
    assert (("w1",), (), ("midsomer",)) == (inputs.without_vans, inputs.skipped, inputs.must)
    assert inputs.solver.startswith("first fit ")
    assert inputs.roads.startswith("estimated circuity=130% speed=100%")
    assert {64} == {len(digest) for digest in (inputs.network, inputs.fleet, inputs.rules, inputs.problem)}
    problem = problem_from_bytes(memory_ledger.attachment(inputs.problem))
    assert ["keynsham", "midsomer"] == [stop.id for stop in problem.stops]


def test_a_plan_can_be_made_again_from_its_inputs(memory_ledger: Ledger, board: Board):
    planner = Dispatcher(memory_ledger, found(memory_ledger), board)
    drafted = planner.draft(ANA, ASKED, budget=Budget(iterations=50), seed=3)
    board.rows.clear()
    again = planner.again(drafted.plan, 1)
    assert served(drafted.revision) == {route.van: list(route.stops) for route in again.routes}
    assert [route.leaves for route in drafted.revision.routes] == [route.leave_hub for route in again.routes]


def test_the_same_inputs_and_seed_give_the_same_routes(memory_ledger: Ledger, board: Board):
    planner = Dispatcher(memory_ledger, found(memory_ledger), board)
    one, two = (planner.draft(ANA, ASKED, budget=Budget(iterations=50), seed=5).revision for _ in range(2))
    assert (1, 2) == (one.revision, two.revision)
    assert one.routes == two.routes
    assert one.inputs.problem == two.inputs.problem


def test_a_second_opinion_that_finds_a_broken_rule_keeps_the_plan_out_of_the_log(memory_ledger: Ledger, board: Board):
    def late(problem, budget, seed, start, progress) -> Solution:
        good = first_fit(problem, budget, seed)
        (route,) = good.routes
        return replace(good, routes=(replace(route, return_hub=route.return_hub + 1),))

    planner = Dispatcher(memory_ledger, found(memory_ledger), board, search=late)
    before = memory_ledger.head().position
    with pytest.raises(Refused) as caught:
        planner.draft(ANA, ASKED, budget=LITTLE)
    assert "plan.unsound" == caught.value.code
    assert "Van v1 is back at" in caught.value.sentence
    assert before == memory_ledger.head().position


def test_a_stop_that_does_not_pay_today_is_left_with_both_prices(dispatcher: Dispatcher, board: Board):
    board.rows[2] = waiting(1, "midsomer", "wells", "float", since="23 10:00")
    drafted = dispatcher.draft(ANA, ASKED, budget=LITTLE).revision
    (left,) = drafted.left
    assert ("midsomer", "bath", 0, 1, 1, 0, "price") == (
        left.branch,
        left.hub,
        left.totes_off,
        left.totes_on,
        left.items,
        left.oldest_days,
        left.code,
    )
    assert left.why.startswith("Serving midsomer would cost ")
    assert left.why.endswith("leaving its one item for another day is counted as 0.50.")
    assert 1 == drafted.totals.left_behind


def test_a_stop_that_must_be_made_is_made_though_it_does_not_pay(dispatcher: Dispatcher, board: Board):
    board.rows[2] = waiting(1, "midsomer", "wells", "float", since="23 10:00")
    drafted = dispatcher.draft(ANA, replace(ASKED, must=("midsomer",)), budget=LITTLE).revision
    assert {"v1": ["keynsham", "midsomer"]} == served(drafted)


def test_a_stop_that_no_van_can_hold_says_how_many_totes_are_lacking(dispatcher: Dispatcher, board: Board):
    board.rows[1] = waiting(11 * 40, "keynsham", "bath", "hold", since="23 10:00")
    drafted = dispatcher.draft(ANA, ASKED, budget=LITTLE).revision
    (left,) = drafted.left
    assert ("midsomer", "capacity") == (left.branch, left.code)
    assert "held 13 totes and not 12" in left.why


def test_a_branch_that_was_skipped_is_listed(dispatcher: Dispatcher):
    drafted = dispatcher.draft(ANA, replace(ASKED, skip=("midsomer",)), budget=LITTLE).revision
    assert ("midsomer",) == drafted.inputs.skipped
    assert [
        LeftBehind(
            branch="midsomer",
            hub="bath",
            totes_off=0,
            totes_on=2,
            items=50,
            oldest_days=0,
            code="skipped",
            why="midsomer was taken out of the plan by hand; 50 items in 2 totes left.",
        )
    ] == list(drafted.left)


def test_a_full_van_and_a_window_that_opens_late_are_named_as_tight(dispatcher: Dispatcher, board: Board):
    board.rows[1] = waiting(10 * 40, "keynsham", "bath", "hold", since="23 10:00")
    tight = dispatcher.draft(ANA, ASKED, budget=LITTLE).revision.tight
    assert ("capacity", "v1", "midsomer", 0, "totes") in {
        (limit.limit, limit.van, limit.branch, limit.spare, limit.unit) for limit in tight
    }


def test_expected_items_are_in_the_plan_unless_only_what_waits_is_collected(dispatcher: Dispatcher, board: Board):
    board.counts = [Count(f"2026-11-{day:02d}", "midsomer", "bath", 80) for day in (3, 10, 17)]
    both = dispatcher.draft(ANA, ASKED, budget=LITTLE).revision
    waits = dispatcher.draft(ANA, replace(ASKED, collect="waiting"), budget=LITTLE).revision
    # Half an hour past noon, 3.5 of the 8 staffed hours are over: 35 of 80.
    assert (85 + 35, 85) == (both.totals.items, waits.totals.items)
    assert 35 == both.totals.by_reason["expected"]


def test_only_coordinators_plan(dispatcher: Dispatcher):
    with pytest.raises(Refused) as caught:
        dispatcher.draft(CLERK, ASKED, budget=LITTLE)
    assert "actor.not-allowed" == caught.value.code


def test_a_repeated_request_gives_the_first_draft_and_searches_nothing(memory_ledger: Ledger, board: Board):
    searched = []

    def counting(problem, budget, seed, start, progress) -> Solution:
        searched.append(seed)
        return first_fit(problem, budget, seed)

    planner = Dispatcher(memory_ledger, found(memory_ledger), board, search=counting)
    one, two = (planner.draft(ANA, ASKED, budget=LITTLE, request="r1") for _ in range(2))
    assert (one, [1]) == (two, searched)


def test_publishing_says_what_changes_for_each_van(dispatcher: Dispatcher, board: Board):
    dispatcher.draft(ANA, ASKED, budget=LITTLE)
    first = dispatcher.publish(ANA, PLAN)
    assert (1, None) == (first.revision, first.before)
    assert (VanChange("v1", ("keynsham", "midsomer"), (), False, ()),) == first.changes
    dispatcher.draft(ANA, replace(ASKED, skip=("midsomer",)), budget=LITTLE)
    second = dispatcher.publish(ANA, PLAN)
    assert (2, 1) == (second.revision, second.before)
    assert (VanChange("v1", (), ("midsomer",), False, ()),) == second.changes
    assert 2 == dispatcher.show(PLAN).published


def test_publishing_what_holds_already_records_nothing(dispatcher: Dispatcher, memory_ledger: Ledger):
    dispatcher.draft(ANA, ASKED, budget=LITTLE)
    dispatcher.publish(ANA, PLAN)
    before = memory_ledger.head().position
    again = dispatcher.publish(ANA, PLAN)
    assert (1, 1, ()) == (again.revision, again.before, again.changes)
    assert before == memory_ledger.head().position


def test_an_earlier_revision_can_be_published_again(dispatcher: Dispatcher, memory_ledger: Ledger):
    for _ in range(2):
        dispatcher.draft(ANA, ASKED, budget=LITTLE)
    dispatcher.publish(ANA, PLAN)
    assert 1 == dispatcher.publish(ANA, PLAN, revision=1).revision
    events = [fact.event for fact in memory_ledger.stream(f"plan/{PLAN}")]
    assert [PlanDrafted, PlanDrafted, PlanPublished, PlanPublished] == [type(event) for event in events]


def test_a_withdrawn_plan_does_not_hold(dispatcher: Dispatcher):
    dispatcher.draft(ANA, ASKED, budget=LITTLE)
    dispatcher.publish(ANA, PLAN)
    dispatcher.withdraw(ANA, PLAN, why="snow")
    assert dispatcher.show(PLAN).published is None
    with pytest.raises(Invalid) as caught:
        dispatcher.withdraw(ANA, PLAN, why="snow")
    assert "plan.not-published" == caught.value.code


@pytest.mark.parametrize(
    ("plan", "revision", "code"), [("2026-11-25/bath/day", None, "plan.unknown"), (PLAN, 7, "plan.no-revision")]
)
def test_a_plan_or_revision_that_nobody_made_is_unknown(dispatcher: Dispatcher, plan, revision, code):
    dispatcher.draft(ANA, ASKED, budget=LITTLE)
    with pytest.raises(Unknown) as caught:
        dispatcher.publish(ANA, plan, revision=revision)
    assert code == caught.value.code


def test_nothing_is_recorded_when_the_day_cannot_be_planned(dispatcher: Dispatcher, memory_ledger: Ledger):
    before = memory_ledger.head().position
    with pytest.raises(BranchlineError) as caught:
        dispatcher.draft(ANA, replace(ASKED, day=date(2026, 11, 28)), budget=LITTLE)
    assert "plan.no-service" == caught.value.code
    assert before == memory_ledger.head().position


def test_a_stop_that_moves_by_five_minutes_or_changes_places_is_told(dispatcher: Dispatcher):
    before = dispatcher.draft(ANA, ASKED, budget=LITTLE).revision
    (route,) = before.routes
    one, two = route.stops

    def with_stops(*stops: PlannedStop) -> PlanDrafted:
        return replace(before, routes=(replace(route, stops=stops),))

    def late(stop: PlannedStop, by: int) -> PlannedStop:
        return replace(stop, arrives=stop.arrives + by)

    assert () == changes_between(before, with_stops(one, late(two, 299)))
    assert (VanChange("v1", (), (), False, (RetimedStop("midsomer", two.arrives, two.arrives + 300),)),) == (
        changes_between(before, with_stops(one, late(two, 300)))
    )
    (change,) = changes_between(before, with_stops(two, one))
    assert change.reordered


def test_every_recorded_plan_passes_the_judge(memory_ledger: Ledger, board: Board):
    planner = Dispatcher(memory_ledger, found(memory_ledger), board, search=first_fit)
    drafted = planner.draft(ANA, PlanRequest(day=date(2026, 11, 24)), budget=LITTLE)
    problem = problem_from_bytes(memory_ledger.attachment(drafted.revision.inputs.problem))
    assert () == verify(problem, planner.again(drafted.plan, 1))
    assert "2026-11-24/all/day" == drafted.plan


def test_that_other_hubs_vans_cannot_help_is_never_the_reason(
    dispatcher: Dispatcher, board: Board, monkeypatch: pytest.MonkeyPatch
):
    board.rows[1] = waiting(11 * 40, "keynsham", "bath", "hold", since="23 10:00")
    said = Explanation(
        "midsomer", (Obstacle("w1", "hub", 0, None), Obstacle("v1", "several", 0, None)), "No single limit is enough."
    )
    monkeypatch.setattr("logistics.planned.explain", lambda _problem, _solution: (said,))
    (left,) = dispatcher.draft(ANA, ASKED, budget=LITTLE).revision.left
    assert ("several", "No single limit is enough.") == (left.code, left.why)
