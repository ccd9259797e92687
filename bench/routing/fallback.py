"""
What is searched where numba is missing, beside what is searched where it is there: days of about a hundred stops.

The product is asked as always; that numba is missing is what Python's import is told for as long as it searches. A
fixed choice of the published files keeps the whole within ten minutes.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from bench.promise import Promise
from bench.routing.compare import compare
from bench.routing.days import library_day
from bench.routing.engines import ENGINES, Engine, Orders
from bench.routing.families import FAMILIES, Case, Family
from bench.routing.promises import searched
from bench.routing.record import Record, Run
from logistics.problem import RoutingProblem

__all__ = ["FALLBACK", "FILES", "fallback_promises", "without_numba"]

FILES = {
    "VRPTW 100": ("C205.txt", "R103.txt", "R209.txt", "RC106.txt", "RC203.txt"),
    "PDPTW 100": ("lc101.txt", "lr110.txt", "lr211.txt", "lrc106.txt", "lrc207.txt"),
    "VRPSPD 100–200": ("CMT8X.vrpspd", "CMT11Y.vrpspd", "CMT13X.vrpspd", "CMT14X.vrpspd", "CMT14Y.vrpspd"),
    "VRPSPDTW 100 (made)": ("split-C101.txt", "split-R105.txt", "split-R202.txt", "split-RC102.txt", "split-RC207.txt"),
}
"""Of each family five of 100 to 120 customers: in bunches and spread, with few and with many routes."""
SECONDS, STOPS, DAYS = 10.0, 100, 2
"""Of each search; the size of a day of our own, and how many of them."""
MOST = 10.0
"""Percent above the native search that were promised."""
_NATIVE = ENGINES[0]


@contextmanager
def without_numba() -> Iterator[None]:
    """Numba cannot be found meanwhile, as if it were not installed: all that the planner asks."""
    before = sys.modules.get("numba")
    sys.modules["numba"] = None  # type: ignore[assignment]  # how Python itself notes what is not to be found
    try:
        yield
    finally:
        del sys.modules["numba"]
        if before is not None:
            sys.modules["numba"] = before


def _prepare(problem: RoutingProblem) -> Callable[[float, int], Orders]:
    search = _NATIVE.prepare(problem)

    def searching(seconds: float, seed: int) -> Orders:
        with without_numba():
            return search(seconds, seed)

    return searching


FALLBACK = Engine("Branchline without numba", _NATIVE.package, _prepare)


def fallback_promises(
    seed: int,
    scale: float,
    record: Record,
    tell: Callable[[str], None],
    files: Mapping[str, Sequence[str]] = FILES,
) -> list[Promise]:
    """For each family that has its files here, for our own days with vans to spare, and for the same with none."""
    promises, runs = [], list[Run]()
    wall, processor = time.perf_counter(), time.process_time()
    for name, labels in files.items():
        family = replace(next(one for one in FAMILIES if one.name == name), seconds=SECONDS * scale)
        cases = [case for case in family.cases() if case.label in labels]
        if not cases:
            tell(family.why_not())
            continue
        both = compare(family, cases, [_NATIVE, FALLBACK], (seed,), record, tell)
        promises.append(_of_files(family, cases, both))
        runs += [run for run in both if run.engine == FALLBACK.name]
    if runs:
        late = max(run.took - run.seconds for run in runs)
        promises += [
            _at_most("files without a solution", sum(run.cost is None for run in runs), "files", 0, f"of {len(runs)}"),
            _at_most("wall clock beyond the budget", late, "s", 0.1, f"the longest of {len(runs)}"),
        ]
    promises += _of_days(seed, scale, tell)
    share = 100 * (time.process_time() - processor) / (time.perf_counter() - wall)
    tell(f"these searches had {share:.0f} % of a processor; where others want it too, they find less than they can")
    return promises


def _of_files(family: Family, cases: Sequence[Case], runs: Sequence[Run]) -> Promise:
    costs = {(run.engine, run.case): run.cost for run in runs}
    above = []
    for case in cases:
        native, ours = costs[_NATIVE.name, case.label], costs[FALLBACK.name, case.label]
        if native is not None and ours is not None:
            above.append(100 * (ours / native - 1))
    worst = f", the worst {max(above):.1f} %" if above else ""
    note = f"{len(above)} files{worst}; {family.seconds:g} s each, one thread"
    return _at_most(f"{family.name}: above the native search", _mean(above), "%", MOST, note)


def _of_days(seed: int, scale: float, tell: Callable[[str], None]) -> list[Promise]:
    seconds = SECONDS * scale
    above: dict[str, list[float]] = {"spare": [], "none": []}
    left = dict.fromkeys(above, 0)
    for number in range(1, DAYS + 1):
        spare = library_day(STOPS, number)
        native = searched(spare, seconds, seed)
        out = {route.van for route in native.solution.routes}
        none = replace(spare, vans=tuple(van for van in spare.vans if van.id in out))
        for kind, day in (("spare", spare), ("none", none)):
            with without_numba():
                found = searched(day, seconds, seed)
            left[kind] += found.left_out
            if not found.left_out:
                above[kind].append(100 * (found.solution.micros / native.solution.micros - 1))
            tell(f"{kind} {number}: {found.solution.micros} beside {native.solution.micros}, {found.left_out} left out")
    note = f"{DAYS} days of {STOPS} stops, {seconds:g} s each"
    out_of = f"the vans of the native plan alone, {len(above['none'])} of {DAYS} days served whole"
    return [
        _at_most("our day, vans to spare: above the native search", _mean(above["spare"]), "%", MOST, note),
        _at_most("our day, vans to spare: must-stops left out", left["spare"], "stops", 0, note),
        _at_most("our day, no van to spare: above the native search", _mean(above["none"]), "%", MOST, out_of),
        _at_most("our day, no van to spare: must-stops left out", left["none"], "stops", 0, out_of),
    ]


def _mean(above: Sequence[float]) -> float:
    return statistics.fmean(above) if above else float("inf")


def _at_most(name: str, value: float, unit: str, most: float, note: str) -> Promise:
    return Promise(f"without numba, {name}", value, unit, most, higher_is_better=False, note=note)
