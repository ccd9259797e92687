"""The measurement of routes: what it asks, how it judges, what it remembers and how it counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.routing.compare import compare, seconds_left
from bench.routing.days import library_day, overnight
from bench.routing.engines import ENGINES, Engine, Orders, installed
from bench.routing.families import FAMILIES, Case, Family
from bench.routing.made import split_demand, wide_map
from bench.routing.networks import expressible_parts, network_day
from bench.routing.page import write_part
from bench.routing.promises import searched
from bench.routing.record import Record, Run
from bench.routing.table import markdown, overall_ratio, summary
from bench.routing.whole_networks import network_promises
from circulation.errors import Refused
from logistics.instances import faults, length, problem_of, read_instance
from logistics.problem import RoutingProblem
from logistics.solver import warm_up
from tests.logistics.instance_files import LENGTH, LI_LIM, SOLOMON, TIMED
from tests.shared_files import shared_data

FAMILY = Family("corner", "none", 0, 9, 0.5, target=1.0)
CORNER = Case("corner", read_instance("corner", LENGTH.encode()), 18.0)


def made_up(name: str, orders: Orders, version: str = "1") -> Engine:
    class Fixed(Engine):
        @property
        def version(self) -> str:
            return version

    return Fixed(name, "pyvrp", lambda _problem: lambda _seconds, _seed: orders)


GOOD = made_up("Branchline", {0: [0, 2], 1: [1]})
WORSE = made_up("PyVRP", {0: [0, 1], 1: [2]})
LATE = made_up("VROOM", {0: [2, 0, 1]})


def breaks(_problem: RoutingProblem) -> Callable[[float, int], Orders]:
    def search(_seconds: float, _seed: int) -> Orders:
        raise MemoryError("no more")

    return search


def run(**changes: object) -> Run:
    plain = Run("Branchline", "1", "corner", "corner", 0.5, 1, cost=18.0, vehicles=2, took=0.5)
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_every_engine_meets_every_instance_and_seed_and_is_judged_on_the_files_own_numbers(tmp_path: Path) -> None:
    record = Record(tmp_path / "runs.jsonl")

    runs = compare(FAMILY, [CORNER], [GOOD, WORSE, LATE], (1, 2), record, lambda _text: None)

    assert [("Branchline", 1), ("PyVRP", 1), ("VROOM", 1), ("Branchline", 2), ("PyVRP", 2)] == [
        (one.engine, one.seed) for one in runs
    ]
    assert [18.0, 20.0, None] == [one.cost for one in runs[:3]]
    assert "Route 1 is 17.0000 long with its service times; 16 is the most." == runs[2].fault


def test_what_was_run_is_not_run_again_unless_the_version_is_another(tmp_path: Path) -> None:
    told: list[str] = []
    path = tmp_path / "runs.jsonl"
    compare(FAMILY, [CORNER], [GOOD], (1,), Record(path), told.append)

    again = compare(FAMILY, [CORNER], [GOOD], (1,), Record(path), told.append)
    newer = compare(
        FAMILY, [CORNER], [made_up("Branchline", {0: [0, 1], 1: [2]}, "2")], (1,), Record(path), told.append
    )

    assert [18.0, 20.0] == [again[0].cost, newer[0].cost]
    assert 2 == len(told) == len(path.read_text(encoding="utf-8").splitlines())


def test_an_engine_that_breaks_has_no_solution_and_the_others_go_on(tmp_path: Path) -> None:
    broken = Engine("VROOM", "pytest", breaks)

    runs = compare(FAMILY, [CORNER], [broken, WORSE], (1,), Record(tmp_path / "runs.jsonl"), lambda _text: None)

    assert [(None, "no more"), (20.0, "")] == [(one.cost, one.fault) for one in runs]


def test_it_says_how_long_what_is_left_will_take(tmp_path: Path) -> None:
    family = next(one for one in FAMILIES if one.made == "map")

    assert 10.0 * 4 * (3 + 1) == seconds_left([family], [GOOD, LATE], (1, 2, 3), Record(tmp_path / "none"))


def test_gaps_are_means_over_instances_of_means_over_seeds_and_failures_are_counted(tmp_path: Path) -> None:
    record = Record(tmp_path / "runs.jsonl")
    cases = [CORNER, Case("other", CORNER.instance)]
    runs = [
        run(cost=18.0), run(seed=2, cost=19.8),
        run(engine="PyVRP", cost=20.0), run(engine="PyVRP", seed=2, cost=None, fault="late"),
        run(case="other", cost=30.0), run(case="other", engine="PyVRP", cost=24.0),
    ]  # fmt: skip
    for one in runs:
        record.add(one)

    found = summary(FAMILY, cases, runs, record)

    assert 1 == found.known
    assert {"Branchline": pytest.approx((5 + 25) / 2), "PyVRP": pytest.approx((100 * 2 / 18 + 0) / 2)} == found.gaps
    assert {"Branchline": 0, "PyVRP": 1} == found.failed
    assert {"PyVRP": pytest.approx((18.9 / 20 + 30 / 24) / 2)} == found.ratios
    assert pytest.approx((18.9 / 20 + 30 / 24) / 2) == overall_ratio([found], "PyVRP")
    assert pytest.approx((18 / 20 + 24 / 24) / 2) == overall_ratio([found], "PyVRP", least=True)
    assert overall_ratio([found], "VROOM") is None
    text = markdown([found], {"Branchline": "1", "PyVRP": "0.14"}, (1, 2))
    assert "| corner | 2 | 0.5 s | 15.00 %* | 5.56 %* | ≤ 1 % | 1.0975 | PyVRP 1 of 3 | 0.00 s |" in text
    assert "seeds 1, 2" in text


def test_a_page_keeps_what_others_wrote(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("# Performance\n\nBy hand.\n", encoding="utf-8")
    write_part(page, "one", "first")
    write_part(page, "two", "second")

    write_part(page, "one", "first again")

    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Performance\n\nBy hand.\n")
    assert ("first again" in text, "first\n" in text, "second" in text) == (True, False, True)
    assert text.index("first again") < text.index("second")


def test_split_demand_stays_the_demand() -> None:
    whole = read_instance("c", SOLOMON.encode())
    split = split_demand(whole)

    assert [node.deliver for node in whole.customers] == [node.deliver + node.collect for node in split.customers]
    assert any(node.collect for node in split.customers)


def test_made_instances_are_the_same_each_time_and_have_vehicles_enough() -> None:
    made = wide_map(40, 1)

    assert made == wide_map(40, 1) != wide_map(40, 2)
    assert sum(node.deliver for node in made.customers) <= made.vehicles * made.capacity


def test_a_day_is_the_same_each_time_and_can_be_driven() -> None:
    warm_up()
    day = library_day(30)
    assert day.digest() == library_day(30).digest()

    found = searched(day, 0.5, 1)

    assert (0, 30) == (found.left_out, sum(len(route.visits) for route in found.solution.routes))
    assert found.first_feasible is not None
    assert found.first_feasible <= found.took < 1.5  # 0.5 on a machine that has nothing else to do


def test_overnight_one_stop_in_twenty_is_another() -> None:
    day = library_day(40)

    assert 2 == len({stop.id for stop in overnight(day, 0.05, 1).stops} - set(day.stop_index))


def test_the_demos_network_is_a_problem_of_its_hubs_and_falls_into_parts_by_hub() -> None:
    day = network_day("librarieswest")
    parts = expressible_parts(day)

    assert (3, 3) == (len(day.hubs), len(parts))
    assert len(day.stops) == sum(len(part.stops) for part in parts)
    assert all(stop.price is None and len(stop.windows) == 1 for part in parts for stop in part.stops)
    place = day.stop_place(day.stop_index[parts[1].stops[0].id])
    assert day.metres[1][place] == parts[1].metres[0][1]


# Pairs by hand: 1 to 4 and 3 to 2 may not be on board together; 1, 4, 3, 2 is 5 + 3 + 6 + 5 + 3.
@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize(("text", "cost"), [(TIMED, 14.0), (LENGTH, 18.0), (SOLOMON, 18.0), (LI_LIM, 22.0)])
def test_each_engine_reads_the_same_thing(engine: Engine, text: str, cost: float) -> None:
    if not engine.is_here:
        pytest.skip(f"{engine.name} is not installed")
    instance = read_instance("made", text.encode())
    problem: RoutingProblem = problem_of(instance, 1000)

    try:
        orders = engine.prepare(problem)(0.3, 1)
    except Refused as refused:
        pytest.skip(refused.sentence)

    routes = [[int(problem.stops[stop].id) for stop in order] for order in orders.values()]
    assert [] == faults(instance, routes)
    assert length(instance, routes) == pytest.approx(cost)


def test_an_engine_that_is_absent_is_left_out_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)

    here, absent = installed()

    assert ["Branchline"] == [engine.name for engine in here]
    assert absent[0].startswith("PyVRP is not installed;")


def test_the_published_families_have_their_best_known_in_the_files_unit() -> None:
    shared_data("routing")
    by_name = {family.name: family.cases() for family in FAMILIES}

    for real, made in (("VRPSPD 400", "VRPSPD 400 (made)"), ("VRPSPDTW 100", "VRPSPDTW 100 (made)")):
        assert bool(by_name.pop(real)) != bool(by_name.pop(made))
    assert all(cases for name, cases in by_name.items() if not name.startswith("VRPSPD 400"))
    con = next(case for case in by_name["VRPSPD 50–75"] if case.label == "CON3-3.vrpspd")
    assert 5_911_900 == pytest.approx(con.best_known)


def test_families_without_files_are_empty_and_say_where_they_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRANCHLINE_SHARED", str(tmp_path))
    family = Family("nothing", "nowhere", 0, 9, 1.0)

    assert [] == family.cases()
    assert "BRANCHLINE_SHARED" in family.why_not()


def test_networks_are_run_once_and_a_plan_that_misses_a_time_has_no_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm_up()
    monkeypatch.setattr("bench.routing.whole_networks.NETWORKS", {"librarieswest": 0.3})
    everything_in_one_van = Engine("PyVRP", "pytest", lambda part: lambda _s, _seed: {0: list(range(len(part.stops)))})
    path, told = tmp_path / "runs.jsonl", list[str]()
    engines = [ENGINES[0], everything_in_one_van]

    first = network_promises(engines, 1, 1.0, Record(path), told.append)
    again = network_promises(engines, 1, 1.0, Record(path), told.append)

    assert first == again
    assert ["librarieswest: above ten times the time"] == [one.name for one in first]
    assert 4 == len(told)
    assert "misses a time" in told[-1]
