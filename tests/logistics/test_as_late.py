"""Times for tours that the rules forbid: as late as they are, and no later."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.figures import late_seconds
from logistics.pin import Pin
from logistics.problem import Break, Pair, RoutingProblem
from logistics.solution import Violation, verify
from logistics.solver.as_late import laid_out
from logistics.solver.timetable import timetable
from tests.logistics.edited_day import CODES, EIGHT, line_problem, stop


def broken(problem: RoutingProblem, *order: int) -> list[Violation]:
    solution = laid_out(problem, {0: order}, solver="by hand", seed=0, iterations=0)
    return [one for one in verify(problem, solution) if one.rule != "must"]


def with_van(problem: RoutingProblem, **fields: object) -> RoutingProblem:
    return replace(problem, vans=(replace(problem.vans[0], **fields), *problem.vans[1:]))  # type: ignore[arg-type]


def test_a_tour_that_keeps_its_times_has_those_that_it_always_had():
    problem = line_problem()
    (route,) = laid_out(problem, {0: [0, 1, 2]}, solver="by hand", seed=0, iterations=0).routes
    assert timetable(problem, 0, [0, 1, 2]) == route


def test_a_stop_that_has_closed_is_served_on_arrival_and_its_lateness_counted():
    # a 08:05-08:10, b 08:15-08:20, c 08:25: 5 minutes after it closed at 08:20.
    problem = line_problem(c=stop("c", windows=((EIGHT, EIGHT + 1_200),)))
    assert ["Service at c by van v1 starts at 08:25, 5 min later than 08:20, the latest that it may."] == [
        one.sentence for one in broken(problem, 0, 1, 2)
    ]
    (route,) = laid_out(problem, {0: [0, 1, 2]}, solver="", seed=0, iterations=0).routes
    assert [0, 0, 300] == [
        late_seconds(its, visit.start) for its, visit in zip(problem.stops, route.visits, strict=False)
    ]


def test_a_window_that_opens_later_is_waited_for():
    problem = line_problem(c=stop("c", windows=((EIGHT, EIGHT + 1_200), (EIGHT + 7_200, EIGHT + 7_260))))
    assert [] == broken(problem, 0, 1, 2)


def test_a_shift_that_is_too_short_is_overrun_by_no_more_than_needed():
    # Six calls of five minutes and an hour's drive make half past nine.
    problem = with_van(line_problem(), shift_end=EIGHT + 75 * 60, totes=20)
    assert ["Van v1 is out from 08:00 to 09:30, 15 min outside its shift from 08:00 to 09:15."] == [
        one.sentence for one in broken(problem, 0, 1, 2, 3, 4, 5)
    ]


def test_a_break_is_taken_where_that_makes_least_late():
    rest = Break(1_200, EIGHT + 600, EIGHT + 900)
    problem = with_van(line_problem(a=stop("a", service_seconds=1_800)), rest=rest)
    # The call at a lasts from 08:05 to 08:35 and the break may begin up to 08:15; at the hub before leaving it may.
    assert [] == broken(problem, 0)
    shut = stop("a", service_seconds=1_800, windows=((EIGHT, EIGHT + 300),))
    late = broken(with_van(line_problem(a=shut), rest=rest), 0)
    assert ["Van v1 takes its break at 08:35, 20 min outside 08:10 to 08:15."] == [one.sentence for one in late]


def test_what_rides_too_long_is_told():
    problem = replace(line_problem(), pairs=(Pair(0, 3, totes=1, longest_seconds=600),))
    assert ["What rides from a to d is on board for 25 min, longer than 10 min."] == [
        one.sentence for one in broken(problem, 0, 1, 2, 3)
    ]


def test_a_pinned_time_that_is_missed_is_told():
    problem = replace(line_problem(), pins=(Pin(2, earliest=EIGHT, latest=EIGHT + 1_200),))
    assert ["Service at c starts at 08:25, pinned to 08:20 or sooner."] == [
        one.sentence for one in broken(problem, 0, 1, 2)
    ]


def test_a_van_that_would_carry_too_much_says_where():
    problem = with_van(line_problem(b=stop("b", collect=10)), totes=10)
    assert ["Van v1 holds 10 totes and would carry 11 after b."] == [one.sentence for one in broken(problem, 0, 1)]


@settings(max_examples=100, deadline=None)
@given(
    order=st.permutations(range(len(CODES))),
    closes=st.lists(st.integers(0, 60), min_size=6, max_size=6),
    ends=st.integers(0, 100),
    rest=st.none()
    | st.builds(lambda at, give: Break(900, at, at + give), st.integers(EIGHT, EIGHT + 4_000), st.just(60)),
)
def test_every_tour_has_times_that_add_up(order: list[int], closes: list[int], ends: int, rest: Break | None):
    stops = {code: stop(code, windows=((EIGHT, EIGHT + 60 * end),)) for code, end in zip(CODES, closes, strict=True)}
    problem = line_problem(**stops)
    end = EIGHT + 60 * ends + 6_000
    problem = with_van(problem, shift_end=end, rest=rest)
    assert {one.rule for one in broken(problem, *order)} <= {"window", "shift", "break", "capacity"}
