"""Two tours change tails: checked by hand on two arms of a cross, and never against a rule."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from logistics.problem import Hub, RoutingProblem, Stop, Van
from logistics.solver import warm_up
from logistics.solver.kernel.day import day_of
from logistics.solver.kernel.tails import swap_tails
from logistics.solver.kernel.tours import KEPT, SIZE, VAN, empty_tours, let_stand, put, take_back
from logistics.solver.native import COOLING, LONG_COOLING, NativeSearch

EAST, WEST = (1, 2, 3), (4, 5, 6)
"""Places of the day: e1, e2 and e3 at 1, 2 and 3 km east of the hub, w1 to w3 as far west."""


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    warm_up()


def cross(*, totes: int = 30) -> RoutingProblem:
    """East each stop gets 5 totes, west 10."""
    at = [0, 1000, 2000, 3000, -1000, -2000, -3000]
    stops = [Stop(name, deliver=totes) for name, totes in zip(("e1", "e2", "e3"), (5, 5, 5), strict=True)]
    stops += [Stop(name, deliver=10) for name in ("w1", "w2", "w3")]
    return RoutingProblem(
        hubs=(Hub("hub"),),
        vans=(Van("one", hub=0, totes=totes), Van("two", hub=0, totes=totes)),
        stops=tuple(stops),
        metres=tuple(tuple(abs(one - two) for two in at) for one in at),
        seconds=tuple(tuple(abs(one - two) // 10 for two in at) for one in at),
    )


def crossed(problem: RoutingProblem) -> tuple[Any, Any]:
    """One drives e1 w2 w3, two w1 e2 e3."""
    day = day_of(problem)
    tours = empty_tours(day, 8)
    for van, order in enumerate(((1, 5, 6), (4, 2, 3))):
        for position, place in enumerate(order):
            put(day, tours, place, van, position)
    let_stand(tours)
    return day, tours


def driven(tours: Any) -> list[tuple[int, ...]]:
    return [tuple(tours.stop[van, : tours.van[van, SIZE]].tolist()) for van in (0, 1)]


def tried(day: Any, tours: Any, most: float) -> bool:
    """The move draws its two stops, so that it is asked as often as it takes."""
    chance = np.array([7], dtype=np.uint64)
    return any(swap_tails(day, tours, chance, most) for _ in range(50))


def test_crossed_tours_change_tails() -> None:
    day, tours = crossed(cross())
    assert tried(day, tours, 0.0)
    assert [EAST, WEST] == driven(tours)
    assert [0, 0, 0, 1, 1, 1] == tours.place[1:7, VAN].tolist()
    take_back(day, tours)
    assert [(1, 5, 6), (4, 2, 3)] == driven(tours)
    assert [0, 1, 1, 1, 0, 0] == tours.place[1:7, VAN].tolist()


def test_tails_that_would_overload_a_van_stay() -> None:
    """Only w1 w2 w3 together exceed 29 totes, and every other exchange costs more driving."""
    day, tours = crossed(cross(totes=29))
    assert not tried(day, tours, 0.0)
    assert [(1, 5, 6), (4, 2, 3)] == driven(tours)
    assert [0, 0] == tours.van[:, KEPT].tolist()


def test_tours_that_do_not_cross_stay() -> None:
    day, tours = crossed(cross())
    assert tried(day, tours, 0.0)
    let_stand(tours)
    assert not tried(day, tours, 0.0)


@pytest.mark.parametrize(("vans", "cooling"), [(1, LONG_COOLING), (6, COOLING)])
def test_long_tours_begin_hotter(vans: int, cooling: tuple[float, float]) -> None:
    """24 stops on one tour are long, on six they are not."""
    stops = tuple(Stop(f"s{number}", deliver=1) for number in range(24))
    row = tuple(range(0, 25_000, 1000))
    distances = tuple(tuple(abs(one - two) for two in row) for one in row)
    problem = RoutingProblem(
        hubs=(Hub("hub"),),
        vans=tuple(Van(f"van{number}", hub=0, totes=24 // vans) for number in range(vans)),
        stops=stops,
        metres=distances,
        seconds=distances,
    )
    native = NativeSearch(problem, 1)
    native.run(50, 0.0, 0.01)
    assert cooling == native.cooling()
