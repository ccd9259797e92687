"""Edits by hand: what each does, what it says, what it breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from circulation.errors import BranchlineError, Refused
from logistics.editing import Changed, edited
from logistics.edits import Add, Drop, Edit, Fix, Free, Move, Swap
from logistics.figures import figures_of
from logistics.insertions import insertions
from logistics.plan import PlannedPin
from logistics.revising import Recorded, orders_of
from logistics.solution import verify
from logistics.solver.trips import RELOAD
from tests.logistics.edited_day import EIGHT, kept, line_day, line_problem, stop, tours

TEN = EIGHT + 2 * 3600


def after(changed: Changed) -> dict[str, str]:
    return {route.van: "".join(route.stops) for route in changed.solution.routes}


def said(changed: Changed) -> str:
    (edit,) = changed.edits
    return edit.said


def broken(changed: Changed) -> list[str]:
    return [one.sentence for one in verify(changed.draft.problem, changed.solution)]


def test_a_recorded_plan_is_read_back_whole():
    day = line_day()
    assert {"v1": "abc", "v2": "de"} == tours(day)
    assert () == verify(day.problem, day.solution)
    # 2 x 15 km and 2 x 25 km; an hour less 15 minutes and an hour: the van is paid from leaving to returning.
    figures = figures_of(day.draft, day.solution)
    assert (80_000, 45 * 60 + 60 * 60, 0, 15, 5, 1) == (
        figures.metres,
        figures.paid_seconds,
        figures.late_seconds,
        figures.totes,
        figures.stops,
        figures.left,
    )


@pytest.mark.parametrize(
    ("edit", "routes", "sentence"),
    [
        (Move("c", "v2", after="d"), {"v1": "ab", "v2": "dce"}, "c moves from van v1 to van v2, after d."),
        (Move("c", "v2", first=True), {"v1": "ab", "v2": "cde"}, "c moves from van v1 to van v2, as its first stop."),
        (Move("c", "v2"), {"v1": "ab", "v2": "cde"}, "c moves from van v1 to van v2, as its first stop."),
        (Move("a", "v1", after="b"), {"v1": "bac", "v2": "de"}, "a moves within van v1, after b."),
        (Swap("a", "e"), {"v1": "ebc", "v2": "da"}, "a (van v1, stop 1) and e (van v2, stop 2) change places."),
        (Swap("a", "b"), {"v1": "bac", "v2": "de"}, "a (van v1, stop 1) and b (van v1, stop 2) change places."),
        (Drop("b"), {"v1": "ac", "v2": "de"}, "b is taken out of van v1."),
        (Drop("f"), {"v1": "abc", "v2": "de"}, "f is taken out, and no van made it."),
        (Add("f"), {"v1": "abc", "v2": "dfe"}, "f is added to van v2, after d."),
        (Add("f", to="v1", first=True), {"v1": "fabc", "v2": "de"}, "f is added to van v1, as its first stop."),
        (Add("f", after="b"), {"v1": "abfc", "v2": "de"}, "f is added to van v1, after b."),
        (Fix("b"), {"v1": "abc", "v2": "de"}, "b is pinned to van v1."),
        (Fix("b", before="c"), {"v1": "abc", "v2": "de"}, "b is pinned to a place before c."),
        (
            Fix("b", van="v2"),
            {"v1": "ac", "v2": "bde"},
            "b is pinned to van v2. It moves to van v2, as its first stop.",
        ),
        (
            Fix("a", after="b"),
            {"v1": "bca", "v2": "de"},
            "a is pinned to a place after b. It moves to van v1, after c.",
        ),
        (
            Fix("d", earliest=TEN, latest=TEN + 900),
            {"v1": "abc", "v2": "de"},
            "d is pinned to a start from 10:00 to 10:15.",
        ),
    ],
)
def test_an_edit_does_what_it_says(edit: Edit, routes: dict[str, str], sentence: str):
    changed = edited(line_day(), edit)
    assert (routes, sentence, []) == (after(changed), said(changed), broken(changed))


EARLY_F = stop("f", windows=((EIGHT, EIGHT + 35 * 60),))
FULL_F = stop("f", deliver=7)
SHORT = "Van v2 holds 10 totes and would carry 11 when it leaves its hub."


@pytest.mark.parametrize(
    ("recorded", "edit", "sentences"),
    [
        (
            line_day(line_problem(f=EARLY_F)),
            Add("f", after="e"),
            ["Service at f by van v2 starts at 08:40, 5 min later than 08:35, the latest that it may."],
        ),
        (line_day(line_problem(f=FULL_F)), Add("f", to="v2"), [SHORT]),
        (line_day(), Fix("d", van="v1"), []),
        (kept(line_day(), Fix("c", van="v1")), Move("c", "v2"), ["Stop c is pinned to van v1 and rides with v2."]),
        (
            kept(line_day(), Fix("b", before="c")),
            Swap("b", "c"),
            ["Stop b is pinned before c on van v1, and is not."],
        ),
    ],
)
def test_what_an_edit_breaks_is_told_with_its_numbers_and_needs_a_reason(
    recorded: Recorded, edit: Edit, sentences: list[str]
):
    changed = edited(recorded, edit)
    assert sentences == broken(changed)
    if sentences:
        with pytest.raises(Refused) as refused:
            kept(recorded, edit)
        assert f"Without a reason the plan may break no rule: {sentences[0]}" == refused.value.sentence
    after = kept(recorded, edit, because="Ana phoned them")
    assert sentences == [one.sentence for one in after.revision.accepted or ()]
    assert all(one.because == "Ana phoned them" for one in after.revision.accepted or ())
    assert list(verify(after.problem, after.solution)) == list(verify(changed.draft.problem, changed.solution))


@pytest.mark.parametrize(
    ("edit", "code", "sentence"),
    [
        (Move("x", "v1"), "plan.stop-unknown", "x is no stop of this plan."),
        (Move("a", "v9"), "plan.van-unknown", "Van v9 is not in this plan, whose vans are v1, v2."),
        (Move("f", "v1"), "plan.not-served", "No van calls at f in this plan."),
        (
            Move("a", "v2", after="b"),
            "plan.not-on-van",
            "b is not a stop of van v2, so nothing can come after it there.",
        ),
        (Move("a", "v1", first=True), "plan.same-place", "a is where it should go already, on van v1."),
        (Swap("a", "f"), "plan.not-served", "No van calls at f in this plan."),
        (Swap("a", "a"), "plan.same-place", "a is where it should go already, on van v1."),
        (Add("a"), "plan.served", "Van v1 calls at a already."),
        (Add("f", first=True), "plan.which-van", "It is not said to which van f is to be added."),
        (Fix("f"), "plan.not-served", "No van calls at f in this plan."),
        (Free("a"), "plan.not-pinned", "a is not pinned."),
    ],
)
def test_an_edit_that_cannot_be_made_says_why(edit: Edit, code: str, sentence: str):
    with pytest.raises(BranchlineError) as refused:
        edited(line_day(), edit)
    assert (code, sentence) == (refused.value.code, refused.value.sentence)


def test_what_was_done_once_is_refused_the_second_time():
    dropped = kept(line_day(), Drop("b"))
    with pytest.raises(Refused, match="b is taken out of the plan already"):
        edited(dropped, Drop("b"))
    pinned = kept(line_day(), Fix("b", before="c"))
    with pytest.raises(Refused, match="b is pinned to a place before c already"):
        edited(pinned, Fix("b", before="c"))


def test_a_dropped_stop_stays_out_until_it_is_added():
    dropped = kept(line_day(), Drop("b"))
    assert [("b", "skipped")] == [(one.branch, one.code) for one in dropped.revision.left if one.branch == "b"]
    moved = kept(dropped, Move("c", "v2"))
    assert ("b",) == moved.revision.dropped
    assert None is kept(moved, Add("b")).revision.dropped


def test_pins_stay_through_later_edits_until_they_are_taken_off():
    pinned = kept(kept(line_day(), Fix("b", before="c")), Fix("b", earliest=EIGHT, latest=TEN))
    moved = kept(pinned, Move("e", "v1"))
    assert (PlannedPin(stop="b", before="c"), PlannedPin(stop="b", earliest=EIGHT, latest=TEN)) == moved.revision.pins
    freed = kept(moved, Free("b"))
    assert None is freed.revision.pins
    (edit,) = freed.revision.edits or ()
    assert ("unpin", "b is no longer pinned to a place before c, a start from 08:00 to 10:00.") == (
        edit.what,
        edit.said,
    )


def test_a_stop_that_is_pinned_to_a_time_is_waited_for():
    day = kept(line_day(), Fix("d", earliest=TEN, latest=TEN))
    (visit,) = [visit for route in day.solution.routes for visit in route.visits if visit.stop == "d"]
    assert TEN == visit.start
    # and the van leaves for it as late as that allows
    assert TEN - 20 * 60 == day.solution.routes[1].leave_hub


def test_an_accepted_rule_needs_no_new_reason_as_long_as_it_is_broken_in_the_same_way():
    late = kept(line_day(line_problem(f=EARLY_F)), Add("f", after="e"), because="the key is under the mat")
    moved = kept(late, Swap("a", "b"))
    assert late.revision.accepted == moved.revision.accepted
    with pytest.raises(Refused, match="10 min later than 08:35"):
        kept(moved, Move("c", "v2", first=True))
    assert None is kept(moved, Move("f", "v2", first=True)).revision.accepted


def test_insertions_are_ranked_with_what_they_add():
    day = line_day()
    problem = day.problem
    ranked = insertions(problem, orders_of(problem, day.solution), problem.stop_index["f"])
    assert 4 + 3 == len(ranked)
    # v2 goes 5 km further and back, and stays 5 minutes.
    assert "Van v2 after d: +10.0 km, +15 min." == ranked[0].sentence
    best = ranked[0]
    assert ("v2", "d", 10_000, 15 * 60) == (best.van, best.after, best.metres, best.paid_seconds)
    assert (0, ()) == (best.late_seconds, best.breaks)
    # what it costs less what leaving it out did
    assert 10_000 * 450 + 15 * 60 * 5_000 - 90_000_000 == best.micros


def test_insertions_of_a_served_stop_are_compared_with_where_it_is():
    day = line_day()
    problem = day.problem
    ranked = insertions(problem, orders_of(problem, day.solution), problem.stop_index["c"])
    assert 3 - 1 + 3 == len(ranked)
    # v1 turns round at b: 10 km and 15 minutes less; v2 passes c anyway and stays 5 minutes.
    assert "Van v2 as its first stop: -10.0 km, -10 min." == ranked[0].sentence
    assert "Van v1 after a: +0.0 km, +0 min." in [one.sentence for one in ranked]


def test_an_insertion_that_breaks_a_rule_says_which_and_comes_last():
    day = line_day(line_problem(f=EARLY_F))
    problem = day.problem
    ranked = insertions(problem, orders_of(problem, day.solution), problem.stop_index["f"])
    assert [0, 0, 0, 0, 1, 1, 1] == [len(one.breaks) for one in ranked]
    late = next(one for one in ranked if (one.van, one.after) == ("v2", "e"))
    assert (
        "Van v2 after e: +10.0 km, +15 min, +5 min late."
        " Service at f by van v2 starts at 08:40, 5 min later than 08:35, the latest that it may."
    ) == late.sentence


def test_an_insertion_into_a_full_van_says_so():
    day = line_day(line_problem(f=FULL_F))
    problem = day.problem
    ranked = insertions(problem, orders_of(problem, day.solution), problem.stop_index["f"], van=1)
    assert {SHORT} == {violation.sentence for one in ranked for violation in one.breaks}


def two_trips() -> Recorded:
    """Van v1 calls at a and b, reloads, and calls at c."""
    problem = line_problem()
    vans = tuple(replace(van, trips=3, reload_seconds=600) for van in problem.vans)
    return line_day(replace(problem, vans=vans), {0: [0, 1, RELOAD, 2], 1: [3, 4]})


def test_a_plan_with_a_reload_comes_back_as_it_was_recorded():
    day = two_trips()
    assert () == verify(day.problem, day.solution)
    assert {0: [0, 1, RELOAD, 2], 1: [3, 4]} == orders_of(day.problem, day.solution)
    assert day.revision.routes[0].reloads is not None


@pytest.mark.parametrize(
    ("edit", "order", "sentence"),
    [
        (Add("f", to="v1", after="bath"), [0, 1, RELOAD, 5, 2], "f is added to van v1, after bath."),
        (Move("a", "v1", after="bath"), [1, RELOAD, 0, 2], "a moves within van v1, after bath."),
        (Move("b", "v1", after="c"), [0, RELOAD, 2, 1], "b moves within van v1, after c."),
        (Drop("c"), [0, 1], "c is taken out of van v1."),
        (Swap("a", "c"), [2, 1, RELOAD, 0], "a (van v1, stop 1) and c (van v1, stop 3) change places."),
    ],
)
def test_edits_of_a_van_that_reloads(edit: Edit, order: list[int], sentence: str):
    changed = edited(two_trips(), edit)
    assert (sentence, []) == (said(changed), broken(changed))
    assert order == orders_of(changed.draft.problem, changed.solution)[0]


def test_insertions_name_the_hub_where_a_stop_would_follow_a_reload():
    day = two_trips()
    problem = day.problem
    ranked = insertions(problem, orders_of(problem, day.solution), problem.stop_index["f"], van=0)
    assert {None, "a", "b", "bath", "c"} == {one.after for one in ranked}
    assert 5 == len(ranked)
