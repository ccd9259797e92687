"""A large day in regions: a part costs what it costs in the whole, nothing gets lost, and it is repeatable."""

from __future__ import annotations

import numpy as np
import pytest

from logistics.solution import verify
from logistics.solver import Budget, ProgressReport, solve, warm_up
from logistics.solver.kernel.day import MATE, day_of
from logistics.solver.native import NativeSearch
from logistics.solver.part import part_of
from logistics.solver.regions import Regions
from tests.logistics.routing_worlds import random_day, random_rides


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    warm_up()


@pytest.fixture
def _every_day_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logistics.solver.regions.LARGE", 1)


@pytest.mark.parametrize("seed", range(5))
def test_a_tour_costs_in_a_part_what_it_costs_in_the_whole(seed: int) -> None:
    problem = random_rides(random_day(seed, stops=24, vans=5, hubs=2), seed)
    whole = NativeSearch(problem, 1)
    whole.run(300, 0.0, 1.0)
    orders = whole.orders()
    assert orders
    for van, order in orders.items():
        stops = np.array(sorted(whole.day.hubs + stop for stop in order))
        part = part_of(whole.day, stops, np.array([van]))
        search = NativeSearch(problem, 1, part.day)
        number = {place: mine for mine, place in enumerate(part.places.tolist())}
        tour = [whole.day.hubs + stop for stop in order]
        assert whole.judge(van, tour) == search.judge(0, [number[place] for place in tour])


def test_the_neighbours_of_a_part_are_its_own_stops_in_the_order_of_the_whole() -> None:
    day = day_of(random_day(3, stops=12, vans=3, hubs=2))
    part = part_of(day, np.array([3, 5, 8, 13]), np.array([0, 2]))
    assert [0, 1, 3, 5, 8, 13] == part.places.tolist()
    for mine, place in enumerate(part.places.tolist()):
        inside = [other for other in day.near[place].tolist() if other in {3, 5, 8, 13}]
        assert inside == part.places[part.day.near[mine]].tolist()


def test_both_ends_of_a_pair_keep_each_other_in_a_part() -> None:
    day = day_of(random_rides(random_day(7, stops=20, vans=4), 7))
    one = next(place for place in range(day.hubs, day.places) if day.stop[place, MATE] >= 0)
    stops = np.array(sorted({one, int(day.stop[one, MATE])}))
    part = part_of(day, stops, np.array([0]))
    assert [2, 1] == part.day.stop[1:, MATE].tolist()


@pytest.mark.usefixtures("_every_day_is_large")
@pytest.mark.parametrize("threads", [2, 3])
def test_regions_are_repeatable_and_lose_nothing(threads: int) -> None:
    problem = random_rides(random_day(7, stops=40, vans=8, hubs=2), 7)
    budget = Budget(iterations=4000)
    first = solve(problem, budget, 3, threads=threads)
    assert first == solve(problem, budget, 3, threads=threads)
    assert 4000 * threads == first.iterations
    broken = [violation for violation in verify(problem, first) if violation.rule != "must"]
    assert [] == broken
    assert {stop.id for stop in problem.stops} == {stop for route in first.routes for stop in route.stops} | {
        left.stop for left in first.unserved
    }


@pytest.mark.usefixtures("_every_day_is_large")
def test_regions_end_when_progress_says_so() -> None:
    reports: list[ProgressReport] = []

    def soon(report: ProgressReport) -> bool:
        reports.append(report)
        return len(reports) < 4

    solve(random_day(5, stops=40, vans=8), Budget(seconds=20), 1, progress=soon, threads=2)
    assert 4 == len(reports)


def test_every_stop_and_van_is_in_one_region() -> None:
    problem = random_day(5, stops=40, vans=9)
    regions = Regions(problem, 1, 3)
    regions.first.run(300, 0.0, 0.5)
    parts = regions._divide()
    day = regions.first.day
    assert list(range(day.hubs, day.places)) == sorted(
        place for part in parts for place in part.places[day.hubs :].tolist()
    )
    assert list(range(day.vans)) == sorted(van for part in parts for van in part.vans.tolist())
