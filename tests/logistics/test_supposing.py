"""A plan under other circumstances: what would be driven, who would call where, and what would be left and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from circulation.errors import Refused, Unknown
from logistics.edits import Fix
from logistics.problem import Hub, RoutingProblem
from logistics.solution import Solution
from logistics.solver import Budget, solve
from logistics.standing import standing
from logistics.supposing import MovedStop, Supposition, WhatIf, what_if
from tests.logistics.edited_day import EIGHT, kept, line_day, line_problem, stop


def supposing(asked: Supposition, problem: RoutingProblem | None = None) -> WhatIf:
    def search(asked: RoutingProblem, start: Solution | None) -> Solution:
        return solve(asked, Budget(iterations=2_000), 1, start)

    return what_if(line_day(problem), asked, search)


def test_without_a_van_the_other_makes_what_it_can_and_the_rest_is_left_with_the_reason() -> None:
    """Five stops of 2 totes fill v1, which has room for no sixth; f was left before."""
    found = supposing(Supposition(without_vans=("v2",)))

    assert (MovedStop("d", "v2", "v1"), MovedStop("e", "v2", "v1")) == found.moved
    assert ["d: van v1, and not van v2.", "e: van v1, and not van v2."] == [one.sentence for one in found.moved]
    assert () == found.reasons
    assert (5, 1) == (found.difference.after.stops, found.difference.after.left)
    # Out to c (15 km) and to e (25 km) and back were 80 km; out to e and back are 50.
    assert (80_000, 50_000) == (found.difference.before.metres, found.difference.after.metres)


def test_what_is_left_only_then_is_explained() -> None:
    """Stops a to d, and f, which then finds room, are 10 totes on v1; e with 5 is on its way."""
    found = supposing(Supposition(without_vans=("v2",)), line_problem(e=stop("e", deliver=5)))

    (reason,) = found.reasons
    # The line may be driven either way round.
    assert reason in {
        f"e is left out. Van v1 after {before}, if it held 15 totes and not 10: +0.0 km, +5 min." for before in "bd"
    }


def test_a_shut_branch_is_left_and_nobody_asks_why() -> None:
    found = supposing(Supposition(closed=("e",)))

    assert found.difference.after.cost_micros < found.difference.before.cost_micros
    assert MovedStop("e", "v2", None) in found.moved
    assert "e: no van, and not van v2." in [one.sentence for one in found.moved]
    assert not any("Stop e" in reason for reason in found.reasons)


def test_one_more_van_is_like_the_one_that_is_named() -> None:
    """Nine totes on v1 and ten on v2 leave no room for the three of f."""
    full = line_problem(**{code: stop(code, deliver=5 if code in "de" else 3) for code in "abcdef"})

    found = supposing(Supposition(more_like=("v1",)), full)

    assert (5, 6) == (found.difference.before.stops, found.difference.after.stops)
    assert "v1-2" in {one.van for one in found.moved}
    assert ["f"] == [one.stop for one in found.moved if one.van_before is None]


def test_what_is_supposed_must_exist() -> None:
    with pytest.raises(Unknown) as error:
        supposing(Supposition(without_vans=("v9",)))
    assert "plan.van-unknown" == error.value.code
    with pytest.raises(Unknown) as error:
        supposing(Supposition(closed=("zoo",)))
    assert "plan.stop-unknown" == error.value.code
    with pytest.raises(Refused) as refused:
        supposing(Supposition(without_vans=("v1", "v2")))
    assert "Without v1, v2 the plan has no van left." == refused.value.sentence


def test_a_served_stop_says_its_place_its_cost_and_its_room() -> None:
    """Van v1 leaves at 08:00: a from 08:05, b from 08:15, c from 08:25 to 08:30; without c it turns back at b."""
    assert [
        "c is stop 3 of 3 on van v1: there at 08:25, served from 08:25 to 08:30.",
        "Calling there takes van v1 10.0 km and 15 min.",
        "Service may begin until 12:00: 215 min to spare.",
        "Van v1 holds 10 totes and carries 6 on its fullest leg.",
    ] == list(standing(line_day(), "c"))


def test_what_would_cost_more_than_leaving_it_says_both_amounts() -> None:
    """With f on v1, e is on its way: 5 minutes are 1.50, and e is worth 1.00."""
    problem = line_problem(e=stop("e", deliver=0, collect=0, price=1_000_000))

    found = supposing(Supposition(without_vans=("v2",)), problem)

    [said] = found.reasons
    assert said.startswith("e is left out. Van v1 ")
    assert said.endswith(": +0.0 km, +5 min. That costs 1.50, and leaving it is counted as 1.00.")


def test_a_stop_whose_hub_has_no_van_left_says_so() -> None:
    problem = line_problem()
    two = replace(
        problem,
        hubs=(*problem.hubs, Hub("wells")),
        vans=(problem.vans[0], replace(problem.vans[1], hub=1)),
        stops=tuple(replace(one, hub=1) if one.id in "de" else one for one in problem.stops),
        metres=_with_hub(problem.metres),
        seconds=_with_hub(problem.seconds),
    )

    found = supposing(Supposition(without_vans=("v2",)), two)

    assert ("d is left out: no van goes from its hub.", "e is left out: no van goes from its hub.") == found.reasons


def _with_hub(matrix: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
    """A second hub at the place of the first."""
    return tuple((row[0], *row) for row in (matrix[0], *matrix))


def test_a_pinned_stop_with_no_time_to_spare_says_both() -> None:
    """Served at 08:25 by a pin of just that minute."""
    pinned = kept(line_day(), Fix("c", van="v1", earliest=EIGHT + 1_500, latest=EIGHT + 1_500))

    said = list(standing(pinned, "c"))

    assert "Service may begin until 08:25: nothing to spare." in said
    assert said[-1].startswith("c is pinned to ")
