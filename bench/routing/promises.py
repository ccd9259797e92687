"""
What was promised of our own kind of day: how soon there is a feasible plan, how good it is after two seconds, what
a night's changes move. Whole networks are in `whole_networks.py`.

`scale` shortens the long times for a first look; a promise is only tried at 1.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.promise import Promise
from bench.routing.days import library_day, overnight
from logistics.problem import RoutingProblem
from logistics.solution import Solution, verify
from logistics.solver import Budget, ProgressReport, solve
from logistics.stability import changes, steady

__all__ = ["Search", "first_plan", "overnight_promises", "searched", "thousand_stops"]

LONG = 60.0
CHANGE_OF_VAN = 1_000_000
"""Micros: 1.00 for a stop that rides with another van than yesterday, as much as two kilometres."""


@dataclass(frozen=True, slots=True)
class Search:
    """A solution that was verified, how long it took, and when the first with every must-stop was there."""

    solution: Solution
    took: float
    first_feasible: float | None

    @property
    def left_out(self) -> int:
        """Stops that must be served and are not."""
        return sum(left.reason == "no-room" for left in self.solution.unserved)


def searched(
    day: RoutingProblem, seconds: float, seed: int, start_from: Solution | None = None, threads: int = 1
) -> Search:
    """Search, verified; raises `AssertionError` where a rule is broken."""
    first: list[float] = []
    began = time.perf_counter()

    def look(report: ProgressReport) -> bool:
        if not report.left_out and not first:
            first.append(time.perf_counter() - began)
        return True

    solution = solve(day, Budget(seconds=seconds), seed, start_from, progress=look, threads=threads)
    took = time.perf_counter() - began
    broken = [violation.sentence for violation in verify(day, solution) if violation.rule != "must"]
    assert not broken, broken[:3]
    return Search(solution, took, first[0] if first else None)


def first_plan(seeds: Sequence[int], scale: float) -> list[Promise]:
    """350 stops with windows, two-way totes and breaks."""
    day = library_day(350)
    long = searched(day, LONG * scale, seeds[0])
    short = [searched(day, 2.0, seed) for seed in seeds]
    soon = [searched(day, 0.5, seed) for seed in seeds]
    first = max((found.first_feasible or LONG for found in short), default=LONG)
    above = statistics.fmean(found.solution.micros / long.solution.micros - 1 for found in short)
    left = sum(found.left_out for found in soon)
    over = max(found.took - seconds for seconds, found in [(0.5, one) for one in soon] + [(2.0, one) for one in short])
    note = f"{len(day.vans)} vans, seeds {', '.join(map(str, seeds))}"
    return [
        Promise("350 stops: first feasible plan", first, "s", 0.5, higher_is_better=False,
                note=f"{note}; solved in 0.5 s it leaves out {left}"),
        Promise("350 stops: 2 s above the long result", 100 * above, "%", 3.0, higher_is_better=False,
                note=f"{note}; long is {LONG * scale:g} s"),
        Promise("wall clock beyond the budget", over, "s", 0.1, higher_is_better=False, note=note),
    ]  # fmt: skip


def thousand_stops(seed: int) -> list[Promise]:
    """A process of its own, so that what it holds is what this takes."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as one:
        first, left, megabytes, took = one.apply(_thousand, (seed,))
    note = f"15 s, {left} stops left out, {took:.2f} s"
    return [
        Promise("1,000 stops: first feasible plan", first, "s", 15.0, higher_is_better=False, note=note),
        Promise("1,000 stops: memory", megabytes, "MB", 2_000, higher_is_better=False, note="the whole process"),
    ]


def _thousand(seed: int) -> tuple[float, int, float, float]:
    from logistics.solver import warm_up

    warm_up()
    found = searched(library_day(1_000), 15.0, seed)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found.first_feasible or float("inf"), found.left_out, megabytes, found.took


def overnight_promises(seeds: Sequence[int], scale: float) -> list[Promise]:
    """5 % of 150 stops change; the plan is made from yesterday's, with a price for every stop that changes van."""
    moved, dearer = [], []
    for seed in seeds:
        day = library_day(150, seed)
        yesterday = searched(day, 20 * scale, seed).solution
        today = overnight(day, 0.05, seed)
        asked = steady(today, yesterday, micros_van=CHANGE_OF_VAN)
        kept = searched(asked, 20 * scale, seed, yesterday).solution
        fresh = searched(today, 20 * scale, seed).solution
        new_van = [one for route in kept.routes for one in changes(asked, route) if one.kind == "van"]
        moved.append(100 * len(new_van) / len(asked.usual_of))
        spent = kept.micros - sum(one.micros for one in new_van)
        dearer.append(100 * (spent / fresh.micros - 1))
    note = f"150 stops, {20 * scale:g} s, {CHANGE_OF_VAN / 1e6:g} a change of van, seeds {', '.join(map(str, seeds))}"
    return [
        Promise("overnight: other stops that change van", statistics.fmean(moved), "%", 10.0, higher_is_better=False,
                note=note),
        Promise("overnight: dearer than planned anew", statistics.fmean(dearer), "%", 1.0, higher_is_better=False,
                note=note),
    ]  # fmt: skip
