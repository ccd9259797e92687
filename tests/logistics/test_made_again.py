"""A plan made again: the same problem and routes, a difference that is explained, or a contradiction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from circulation.administration import Administration
from circulation.ledger import Ledger
from circulation.past_ledger import PastLedger
from circulation.words import FORGOTTEN, keys_in
from logistics.day_stops import PlanRequest
from logistics.demand import Prices
from logistics.dispatcher import Dispatcher
from logistics.draft import PlanRules
from logistics.fleet import VanOut, VanSet
from logistics.garage import Garage
from logistics.made_again import MadeAgain, drafted_in, make_again
from logistics.plan import PlanDrafted
from logistics.recorded_routes import RouteDifference
from logistics.solution import Solution
from logistics.solver import Budget, solve
from logistics.solver.timetable import assemble
from tests.circulation.world import in_the_clear, record
from tests.conftest import FrozenClock
from tests.logistics.courier_day import ANA, PLAN, Board, found, sealed
from tests.logistics.small_network import first_fit, instant, waiting

STEPS, CLOCK = Budget(iterations=200), Budget(seconds=1.0)
ASKED = PlanRequest(day=date(2026, 11, 24), hubs=("bath",), collect="waiting")


@pytest.fixture
def board(memory_ledger: Ledger, clock: FrozenClock) -> Board:
    clock.now_us = instant("23 18:00")
    ready = sealed(memory_ledger, "T1", "bath", "keynsham")
    return Board(
        memory_ledger,
        rows=[
            waiting(30, "bath", "keynsham", since="23 10:00", filling=ready),
            waiting(50, "midsomer", "wells", "hold", since="23 10:00"),
        ],
    )


@pytest.fixture
def drafted(memory_ledger: Ledger, board: Board) -> Callable[..., None]:
    dispatcher = Dispatcher(memory_ledger, found(memory_ledger), board, search=first_fit)
    return lambda budget=STEPS, **more: dispatcher.draft(ANA, ASKED, budget=budget, **more)


def again(ledger: Ledger, board: Board, search=first_fit) -> MadeAgain:
    fact, revision = drafted_in(ledger, PLAN, None)
    past = PastLedger(ledger, revision.inputs.position, fact.happened_us)
    return make_again(ledger, past, board, fact, revision, search=search)


def verdicts(made: MadeAgain) -> dict[str, str]:
    return {check.what: check.verdict for check in made.checks}


def backwards(problem, _budget, seed, _start=None, _progress=None) -> Solution:
    """Both stops the other way round."""
    return assemble(problem, {0: [1, 0]}, solver="first fit", seed=seed, iterations=1)


def test_what_was_drafted_is_made_again_whatever_became_of_the_network_since(memory_ledger, board, drafted):
    drafted()
    record(memory_ledger, "van/v1", VanOut(first="2026-11-24", last="2026-11-30"))
    made = again(memory_ledger, board)
    assert {"equal"} == set(verdicts(made).values())
    assert {"rules", "network", "fleet", "roads", "problem", "routes", "solver"} < set(verdicts(made))
    assert ((), ()) == (made.problem, made.routes)
    assert not made.contradicts


def test_a_plan_is_made_again_when_the_reasons_that_were_typed_are_forgotten(
    memory_ledger: Ledger, board: Board, clock: FrozenClock
):
    commands = found(memory_ledger)
    why = "Mr Smith is ill"
    Administration(commands).declare_closure(ANA, "branch/midsomer", "2026-11-24", "2026-11-24", why)
    Garage(commands).take_van_out(ANA, "v1", "2026-11-30", "2026-12-01", why)
    Dispatcher(memory_ledger, commands, board, search=first_fit).draft(ANA, ASKED, budget=STEPS)
    _, revision = drafted_in(memory_ledger, PLAN, None)
    assert ["closed"] == [one.code for one in revision.left]
    assert f"({why})" in in_the_clear(commands, revision.left[0].why)
    files = (revision.inputs.problem, revision.inputs.rules, revision.inputs.carried or "")
    stored = [row[5] for row in memory_ledger.rows(after=0, limit=1000)]
    assert not [one for one in (*stored, *map(memory_ledger.attachment, files)) if why.encode() in one]

    before = verdicts(again(memory_ledger, board))
    keys = [key for one in memory_ledger.facts(after=0, limit=1000) for key in keys_in(one.event)]
    assert 2 == commands.keyring.destroy(keys)

    assert f"({FORGOTTEN})" in in_the_clear(commands, revision.left[0].why)
    assert {"equal"} == set(verdicts(again(memory_ledger, board)).values()) == set(before.values())


def test_another_problem_than_the_log_gives_is_a_contradiction_and_the_stop_is_named(memory_ledger, board, drafted):
    drafted()
    board.rows[1] = waiting(130, "midsomer", "wells", "hold", since="23 10:00")
    made = again(memory_ledger, board)
    assert ("contradiction", "equal") == (verdicts(made)["problem"], verdicts(made)["routes"])
    assert ("stop midsomer", "collect", 2, 4) in {(one.subject, one.field, one.then, one.now) for one in made.problem}
    assert made.contradicts


def test_a_route_that_was_recorded_otherwise_than_it_can_be_driven_is_judged(memory_ledger, board, drafted):
    drafted()
    _, revision = drafted_in(memory_ledger, PLAN, 1)
    (route,) = revision.routes
    later = replace(route, returns=route.returns + 60)
    record(memory_ledger, f"plan/{PLAN}", replace(revision, revision=2, routes=(later,)))
    made = again(memory_ledger, board)
    assert 2 == made.revision
    (broken,) = [check for check in made.checks if check.what == "rules broken by the routes"]
    assert ("contradiction", "1") == (broken.verdict, broken.now)
    assert "Van v1 is back at" in broken.why
    assert "contradiction" == verdicts(made)["cost of the routes"], "a minute more is paid for"


def test_a_search_by_iterations_that_gives_other_routes_is_a_contradiction(memory_ledger, board, drafted):
    drafted()
    made = again(memory_ledger, board, search=backwards)
    assert "contradiction" == verdicts(made)["routes"]
    assert ["keynsham", "midsomer"] == [one.stop for one in made.routes]


def test_a_search_by_the_clock_may_give_other_routes_and_what_they_cost_is_told(memory_ledger, board, drafted):
    drafted(CLOCK)
    made = again(memory_ledger, board, search=backwards)
    assert not made.contradicts
    (routes,) = [check for check in made.checks if check.what == "routes"]
    assert ("expected", "A search of 1.0 seconds comes as far as the machine lets it.") == (routes.verdict, routes.why)
    assert "47.12" == routes.then == routes.now, "the same way round, and the same time on the road"


def test_another_version_of_the_search_may_give_other_routes(memory_ledger, board, drafted):
    drafted()

    def newer(*given) -> Solution:
        return replace(backwards(*given), version="99")

    made = again(memory_ledger, board, search=newer)
    (routes,) = [check for check in made.checks if check.what == "routes"]
    assert "expected" == routes.verdict
    assert routes.why.endswith("here first fit 99 searches.")


def test_a_stop_that_is_left_now_is_named_with_its_van_of_then(memory_ledger, board, drafted):
    drafted(CLOCK)

    def less(problem, _budget, seed, _start=None, _progress=None) -> Solution:
        return assemble(problem, {0: [0]}, solver="first fit", seed=seed, iterations=1)

    made = again(memory_ledger, board, search=less)
    (gone,) = [one for one in made.routes if one.stop == "midsomer"]
    assert RouteDifference("midsomer", "v1", "", gone.starts_then, None) == gone
    (routes,) = [check for check in made.checks if check.what == "routes"]
    assert float(routes.then) > float(routes.now.removesuffix(", 1 left"))


def test_the_rules_of_a_draft_are_kept_and_it_is_made_again_by_them(memory_ledger, board, drafted):
    rules = PlanRules(prices=Prices(hold=9_000_000))
    drafted(rules=rules)
    assert rules == PlanRules.from_bytes(memory_ledger.attachment(rules.digest()))
    assert {"equal"} == set(verdicts(again(memory_ledger, board)).values())


def test_rules_of_which_only_the_digest_was_recorded_excuse_another_problem(memory_ledger, board, drafted):
    drafted()
    _, revision = drafted_in(memory_ledger, PLAN, 1)
    older = replace(revision, revision=2, inputs=replace(revision.inputs, rules="0" * 64))
    record(memory_ledger, f"plan/{PLAN}", older)
    board.rows[1] = waiting(130, "midsomer", "wells", "hold", since="23 10:00")
    made = again(memory_ledger, board)
    assert ("expected", "expected") == (verdicts(made)["rules"], verdicts(made)["problem"])
    assert not made.contradicts


def test_a_draft_says_how_much_was_recorded_while_it_was_read(memory_ledger, board, drafted, monkeypatch):
    read = board.waiting

    def while_others_work() -> list:
        record(memory_ledger, "van/w1", VanOut(first="2026-11-24", last="2026-11-24"))
        return read()

    monkeypatch.setattr(board, "waiting", while_others_work)
    drafted()
    monkeypatch.undo()
    inputs = drafted_in(memory_ledger, PLAN, 1)[1].inputs
    assert inputs.position + 1 == inputs.read_upto
    board.rows[1] = waiting(130, "midsomer", "wells", "hold", since="23 10:00")
    (problem,) = [check for check in again(memory_ledger, board).checks if check.what == "problem"]
    assert ("expected", "Others recorded 1 events while the draft was read.") == (problem.verdict, problem.why)


def test_a_problem_that_is_not_there_any_more_is_a_contradiction(memory_ledger, board, drafted):
    drafted()
    _, revision = drafted_in(memory_ledger, PLAN, 1)
    record(memory_ledger, f"plan/{PLAN}", replace(revision, inputs=replace(revision.inputs, problem="f" * 64)))
    found_in = [one for one in memory_ledger.stream(f"plan/{PLAN}") if isinstance(one.event, PlanDrafted)]
    past = PastLedger(memory_ledger, revision.inputs.position, found_in[-1].happened_us)
    last = found_in[-1].event
    made = make_again(memory_ledger, past, board, found_in[-1], last, search=first_fit)
    assert "contradiction" == verdicts(made)["attached problem"]


def test_a_van_that_reloads_at_its_hub_is_judged_trip_by_trip(memory_ledger, board):
    commands = found(memory_ledger)
    (v1,) = [fact.event for fact in memory_ledger.stream("van/v1")]
    assert isinstance(v1, VanSet)
    record(memory_ledger, "van/v1", replace(v1, totes=2, trips=2, reload_minutes=20))
    board.rows.append(waiting(60, "keynsham", "midsomer", "hold", since="23 10:00"))
    Dispatcher(memory_ledger, commands, board).draft(ANA, ASKED, budget=STEPS)
    (route,) = drafted_in(memory_ledger, PLAN, 1)[1].routes
    assert route.reloads, "two stops hand over two totes each, and the van holds two"
    made = again(memory_ledger, board, search=solve)
    assert {"equal"} == set(verdicts(made).values())
