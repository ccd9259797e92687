"""From a recorded revision back to its routes, and from changed routes to the next revision."""

from __future__ import annotations

from dataclasses import replace

import pytest

from circulation.errors import Invalid, Refused
from circulation.ledger import Ledger
from logistics.carried_file import carried_from_bytes, carried_to_bytes
from logistics.demand import Load, StopDemand
from logistics.dispatcher import Dispatcher
from logistics.figures import Figures, difference, figures_of
from logistics.pin import Pin
from logistics.plan import AcceptedViolation, PlannedPin
from logistics.planned import planned
from logistics.revising import Recorded, orders_of, pins_of, recall, revised, with_pins
from logistics.solution import verify
from logistics.solver.as_late import laid_out
from tests.conftest import FrozenClock
from tests.logistics.courier_day import ANA, PLAN, Board, found, sealed
from tests.logistics.small_network import first_fit, instant, waiting
from tests.logistics.test_dispatcher import ASKED, LITTLE


@pytest.fixture
def recorded(memory_ledger: Ledger, clock: FrozenClock) -> Recorded:
    """Van v1 calls at Keynsham and then at Midsomer."""
    clock.now_us = instant("23 18:00")
    ready = sealed(memory_ledger, "T1", "bath", "keynsham")
    rows = [
        waiting(5, "bath", "keynsham", since="23 10:00", filling=ready),
        waiting(30, "keynsham", "midsomer", "hold", since="23 10:00"),
        waiting(50, "midsomer", "wells", "hold", since="23 10:00"),
    ]
    board = Board(memory_ledger, rows=rows)
    drafted = Dispatcher(memory_ledger, found(memory_ledger), board, search=first_fit).draft(ANA, ASKED, budget=LITTLE)
    return recall(PLAN, drafted.revision, memory_ledger.attachment)


def test_a_recorded_plan_comes_back_as_the_judge_knows_it(recorded: Recorded):
    assert [("v1", ("keynsham", "midsomer"))] == [(route.van, route.stops) for route in recorded.solution.routes]
    assert () == verify(recorded.problem, recorded.solution)
    assert first_fit(recorded.problem, LITTLE, 1).routes == recorded.solution.routes


def test_what_is_recalled_gives_the_same_plan_again(recorded: Recorded):
    drafted = recorded.revision
    again = planned(recorded.draft, recorded.solution, revision=1, inputs=drafted.inputs, at_us=instant("23 18:00"))
    assert again == drafted


def test_a_plan_that_was_recorded_without_its_loads_is_not_changed(recorded: Recorded, memory_ledger: Ledger):
    old = replace(recorded.revision, inputs=replace(recorded.revision.inputs, carried=None))
    with pytest.raises(Refused) as refused:
        recall(PLAN, old, memory_ledger.attachment)
    assert refused.value.sentence == (
        f"Revision 1 of plan {PLAN} was recorded without what its stops carry, so it cannot be changed."
    )


def test_stops_are_written_and_read_without_loss():
    load = Load(2, 30, 4, ("T1/1",), 17, {"hold": 30}, 99)
    stops = {"bath": StopDemand("bath", "bristol", deliver=load), "ely": StopDemand("ely", "bristol", collect=load)}
    assert stops == carried_from_bytes(carried_to_bytes(stops))


def test_other_bytes_hold_no_stops():
    with pytest.raises(Invalid, match="does not hold what the stops of a plan carry"):
        carried_from_bytes(b"[7]")


def changed(recorded: Recorded, order: list[int], *, because: str | None = None, closes: int = 0):
    """The plan with the stops of v1 in this order, Midsomer closing at that second if one is given."""
    problem = recorded.problem
    if closes:
        keynsham, midsomer = problem.stops
        problem = replace(problem, stops=(keynsham, replace(midsomer, windows=((9 * 3600, closes),))))
    solution = laid_out(problem, {0: order}, solver="by hand", seed=1, iterations=0)
    digest = recorded.revision.inputs.problem
    return revised(
        recorded,
        replace(recorded.draft, problem=problem),
        solution,
        number=2,
        problem_digest=digest,
        carried_digest=digest,
        at_us=instant("23 18:00"),
        edits=(),
        because=because,
    )


def test_a_changed_order_is_the_next_revision_and_names_the_one_before(recorded: Recorded):
    after = changed(recorded, [1, 0])
    assert (2, 1, None) == (after.revision, after.edited_from, after.accepted)
    assert ["midsomer", "keynsham"] == [stop.branch for stop in after.routes[0].stops]
    assert recorded.revision.totals.by_reason == after.totals.by_reason


def test_what_is_taken_out_is_left_with_the_reason(recorded: Recorded):
    digest = recorded.revision.inputs.problem
    after = revised(
        recorded,
        recorded.draft,
        laid_out(recorded.problem, {0: [0]}, solver="by hand", seed=1, iterations=0),
        number=2,
        problem_digest=digest,
        carried_digest=digest,
        at_us=instant("23 18:00"),
        edits=(),
        dropped=("midsomer",),
    )
    (left,) = after.left
    assert ("midsomer", "skipped", 50, 2) == (left.branch, left.code, left.items, left.totes_on)
    assert "midsomer was taken out of the plan by hand; 50 items in 2 totes left." == left.why
    assert (("midsomer",), 1) == (after.dropped, after.totals.left_behind)


def test_a_broken_rule_needs_a_reason_and_keeps_it(recorded: Recorded):
    latest = 9 * 3600 + 60
    with pytest.raises(Refused) as refused:
        changed(recorded, [0, 1], closes=latest)
    assert refused.value.sentence == (
        "Without a reason the plan may break no rule: Service at midsomer by van v1 starts at 09:32:16, 32 min"
        " later than 09:01, the latest that it may."
    )
    after = changed(recorded, [0, 1], closes=latest, because="the caretaker waits")
    assert after.accepted is not None
    (accepted,) = after.accepted
    assert ("window", "midsomer", "the caretaker waits") == (accepted.rule, accepted.place, accepted.because)
    kept = replace(recorded, revision=after)
    assert after.accepted == changed(kept, [0, 1], closes=latest).accepted


def test_what_is_not_broken_cannot_be_accepted(recorded: Recorded):
    much = (AcceptedViolation(rule="window", place="x", sentence="Late.", because="so"),)
    with pytest.raises(ValueError, match="1 broken rules were accepted, and the routes break 0"):
        planned(
            recorded.draft, recorded.solution, revision=1, inputs=recorded.revision.inputs, at_us=0, accepted=much
        )  # fmt: skip


def test_pins_are_named_by_codes_and_those_that_name_nothing_here_are_not_in_the_problem(recorded: Recorded):
    there = PlannedPin(stop="midsomer", van="v1", before="keynsham", earliest=9 * 3600, latest=10 * 3600)
    gone = PlannedPin(stop="wells", van="w1")
    elsewhere = PlannedPin(stop="keynsham", van="v9")
    problem = with_pins(recorded.problem, [there, gone, elsewhere])
    assert (Pin(1, van=0, before=0, earliest=9 * 3600, latest=10 * 3600),) == problem.pins == pins_of(problem, [there])
    assert {0: [0, 1]} == orders_of(problem, recorded.solution)


def test_the_figures_of_a_plan_and_what_a_change_makes_of_them(recorded: Recorded):
    figures = figures_of(recorded.draft, recorded.solution)
    totals = recorded.revision.totals
    (route,) = recorded.revision.routes
    assert figures == Figures(
        totals.metres, route.returns - route.leaves, 0, totals.totes, 2, 0, recorded.solution.micros, 0
    )
    other = laid_out(recorded.problem, {0: [0]}, solver="by hand", seed=1, iterations=0)
    both = difference((recorded.draft, recorded.solution), (recorded.draft, other))
    assert (figures, 1, 1, 2) == (both.before, both.after.stops, both.after.left, both.after.totes)
    assert ((), ()) == (both.newly_broken, both.mended)
