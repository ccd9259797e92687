"""The measurement of the search without numba: what it compares, and that it leaves numba as it was."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.routing import fallback
from bench.routing.engines import Engine, Orders
from bench.routing.fallback import FALLBACK, FILES, fallback_promises, without_numba
from bench.routing.families import FAMILIES, Case, Family
from bench.routing.record import Record
from logistics.instances import problem_of, read_instance
from logistics.problem import RoutingProblem
from logistics.solver import warm_up
from tests.logistics.instance_files import LENGTH
from tests.shared_files import shared_data

CORNER = Case("corner", read_instance("corner", LENGTH.encode()), 18.0)


class Corner(Family):
    def cases(self) -> list[Case]:
        return [CORNER]


def fixed(orders: Orders) -> Engine:
    class Fixed(Engine):
        @property
        def version(self) -> str:
            return "1"

    def prepare(_problem: RoutingProblem) -> Callable[[float, int], Orders]:
        return lambda _seconds, _seed: orders

    return Fixed("fixed", "branchline", prepare)


def test_numba_is_missing_meanwhile_and_then_as_before() -> None:
    before = sys.modules.get("numba")
    with without_numba():
        assert importlib.util.find_spec("numba") is None
    assert before is sys.modules.get("numba")
    assert importlib.util.find_spec("numba") is not None


def test_the_fallback_is_asked_as_the_product_is_and_searches_with_the_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    from logistics.solver import routing_library

    search = routing_library.search
    monkeypatch.setattr(routing_library, "search", lambda *all_of_it: (asked.append("library"), search(*all_of_it))[1])

    orders = FALLBACK.prepare(problem_of(CORNER.instance))(0.3, 1)

    assert ["library"] == asked
    assert [0, 1, 2] == sorted(stop for order in orders.values() for stop in order)


def test_each_family_is_beside_the_native_search_and_what_has_no_solution_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fallback, "FAMILIES", [Corner("corner", "none", 0, 9, 5.0)])
    monkeypatch.setattr(fallback, "_NATIVE", fixed({0: [0, 2], 1: [1]}))  # 18 long
    monkeypatch.setattr(fallback, "_of_days", lambda *_: [])
    for orders, above, without in (({0: [0, 1], 1: [2]}, 100 * 2 / 18, 0), ({0: [0]}, float("inf"), 1)):
        ours = replace(FALLBACK, prepare=lambda _problem, orders=orders: lambda _seconds, _seed: orders)
        monkeypatch.setattr(fallback, "FALLBACK", ours)
        record = Record(tmp_path / f"{without}.jsonl")

        gap, failed, late = fallback_promises(1, 0.1, record, print, {"corner": ("corner",)})

        assert above == pytest.approx(gap.value)
        assert (without, "of 1") == (failed.value, failed.note)
        assert late.value <= 0.1
        assert (False, without == 0) == (gap.is_met, failed.is_met)


def test_a_family_without_files_is_left_out_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRANCHLINE_SHARED", str(tmp_path))
    monkeypatch.setattr(fallback, "FAMILIES", [Family("nothing", "nowhere", 0, 9, 1.0)])
    monkeypatch.setattr(fallback, "_of_days", lambda *_: [])
    told: list[str] = []

    assert [] == fallback_promises(1, 1.0, Record(tmp_path / "none"), told.append, {"nothing": ("a",)})
    assert 2 == len(told)  # why it is left out, and the share of a processor


def test_our_own_day_is_asked_with_vans_to_spare_and_with_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warm_up()
    monkeypatch.setattr(fallback, "STOPS", 30)  # more than guided search is left with
    monkeypatch.setattr(fallback, "DAYS", 1)
    told: list[str] = []

    found = fallback_promises(1, 0.1, Record(tmp_path / "none"), told.append, {})

    assert [True, False] == ["vans to spare" in found[0].name, "vans to spare" in found[2].name]
    assert 0 == found[1].value
    assert 0 <= found[0].value < 60
    assert 3 == len(told)  # a line for each day, and the share of a processor


def test_every_file_that_is_chosen_is_there() -> None:
    shared_data("routing")
    for name, labels in FILES.items():
        family = next(family for family in FAMILIES if family.name == name)
        cases = {case.label: case for case in family.cases()}
        if family.made and not cases:  # the real ones are there
            continue
        assert set(labels) <= set(cases)
        assert all(100 <= len(cases[label].instance.customers) <= 120 for label in labels)
