"""Whatever a coordinator does to a plan: what is kept either breaks no rule, or says exactly which and why."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from circulation.errors import BranchlineError, Refused
from logistics.edits import Add, Drop, Edit, Fix, Free, Move, Swap
from logistics.problem import Break, RoutingProblem
from logistics.revising import Recorded
from logistics.solution import verify
from logistics.solver.trips import RELOAD
from tests.logistics.edited_day import CODES, EIGHT, kept, line_day, line_problem, stop

codes = st.sampled_from(CODES)
vans = st.sampled_from(["v1", "v2"])
seconds = st.integers(0, 16).map(lambda quarter: EIGHT + 900 * quarter)
edits: st.SearchStrategy[Edit] = st.one_of(
    st.builds(Move, codes, vans, st.none() | codes, first=st.booleans()),
    st.builds(Swap, codes, codes),
    st.builds(Drop, codes),
    st.builds(Add, codes, st.none() | vans, st.none() | codes, first=st.booleans()),
    st.builds(Fix, codes, st.none() | vans, st.none() | codes, st.none() | codes),
    st.builds(lambda code, at, give: Fix(code, earliest=at, latest=at + give), codes, seconds, st.integers(0, 3600)),
    st.builds(Free, codes),
)


@st.composite
def problems(draw: st.DrawFn) -> RoutingProblem:
    """The line with narrow windows, full vans and a break, so that many edits break something."""
    stops = {}
    for code in CODES:
        opens = draw(st.integers(0, 6))
        windows = ((EIGHT + 600 * opens, EIGHT + 600 * (opens + draw(st.integers(0, 12)))),)
        stops[code] = stop(code, windows=draw(st.sampled_from([(), windows])), deliver=draw(st.integers(0, 4)))
    problem = line_problem(**stops)
    rest = draw(st.sampled_from([None, Break(1_200, EIGHT + 1_200, EIGHT + 3_000)]))
    end = EIGHT + 600 * draw(st.integers(6, 24))
    trips = draw(st.integers(1, 2))
    vans = (replace(van, rest=rest, shift_end=end, trips=trips, reload_seconds=300) for van in problem.vans)
    return replace(problem, vans=tuple(vans))


def first_plan(problem: RoutingProblem) -> Recorded:
    """Van v1 calls at a, reloads and calls at b, where that breaks no rule; else no van goes out."""
    with suppress(Refused):
        return line_day(problem, {0: [0, RELOAD, 1]})
    return line_day(problem, {})


def sentences(recorded: Recorded) -> list[tuple[str, str, str]]:
    return [(one.rule, one.place, one.sentence) for one in verify(recorded.problem, recorded.solution)]


@settings(max_examples=150, deadline=None)
@given(problem=problems(), changes=st.lists(st.tuples(edits, st.sampled_from([None, "it is so"])), max_size=8))
def test_a_kept_revision_breaks_what_it_says_and_nothing_else(
    problem: RoutingProblem, changes: list[tuple[Edit, str | None]]
):
    plan = first_plan(problem)
    for edit, because in changes:
        before = plan
        with suppress(BranchlineError):
            plan = kept(plan, edit, because=because)
        accepted = plan.revision.accepted or ()
        assert sentences(plan) == [(one.rule, one.place, one.sentence) for one in accepted]
        if because is None:
            known = {one.sentence for one in before.revision.accepted or ()}
            assert {one.sentence for one in accepted} <= known
        served = [one.branch for route in plan.revision.routes for one in route.stops]
        left = [one.branch for one in plan.revision.left]
        assert sorted(CODES) == sorted(served + left)
