"""The runs as the table of docs/performance.md: gaps to the best known, ratios to the peers, and what was promised."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.routing.families import Case, Family
from bench.routing.record import Record, Run

__all__ = ["Summary", "markdown", "overall_ratio", "summary"]

OURS, PEERS = "Branchline", ("PyVRP", "VROOM")


@dataclass(frozen=True, slots=True)
class Summary:
    """
    A family in numbers, by engine: mean gap in percent over instances (each the mean of its seeds), how many runs
    gave no solution, and for each peer the mean of our cost over its cost.

    `known` counts the instances with a published best; for the others the best that was ever seen here stands in.
    """

    family: Family
    cases: int
    known: int
    runs: Mapping[str, int]
    gaps: Mapping[str, float]
    failed: Mapping[str, int]
    ratios: Mapping[str, float]
    least_ratios: Mapping[str, float]
    longest: Mapping[str, float]


def summary(family: Family, cases: Sequence[Case], runs: Sequence[Run], record: Record) -> Summary:
    """The family's numbers."""
    by_engine: dict[str, dict[str, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        by_engine[run.engine][run.case].append(run)
    seen = {case.label: record.best_cost(case.label) for case in cases}
    best = {case.label: case.best_known or seen[case.label] for case in cases}
    costs = {engine: {case: _mean(found) for case, found in by_case.items()} for engine, by_case in by_engine.items()}
    gaps = {
        engine: statistics.fmean(100 * (cost / reference - 1) for cost, reference in rated)
        for engine, by_case in costs.items()
        if (rated := [(cost, best[case]) for case, cost in by_case.items() if cost is not None and best[case]])
    }
    least = {case: min((cost for cost in (best[case], seen[case]) if cost), default=None) for case in best}
    return Summary(
        family=family,
        cases=len(cases),
        known=sum(case.best_known is not None for case in cases),
        runs={engine: sum(map(len, by_case.values())) for engine, by_case in by_engine.items()},
        gaps=gaps,
        failed={
            engine: sum(run.cost is None for found in by_case.values() for run in found)
            for engine, by_case in by_engine.items()
        },
        ratios=_ratios(costs.get(OURS, {}), costs),
        least_ratios=_ratios(least, costs),
        longest={
            engine: max(run.took - run.seconds for found in by_case.values() for run in found)
            for engine, by_case in by_engine.items()
        },
    )


def _mean(runs: Sequence[Run]) -> float | None:
    """Of the runs with a solution."""
    found = [run.cost for run in runs if run.cost is not None]
    return statistics.fmean(found) if found else None


def _ratios(of: Mapping[str, float | None], costs: Mapping[str, Mapping[str, float | None]]) -> dict[str, float]:
    """The mean over the instances of these costs over each peer's."""
    return {
        peer: statistics.fmean(one / other for one, other in both)
        for peer in PEERS
        if (both := _pairs(of, costs.get(peer, {})))
    }


def _pairs(ours: Mapping[str, float | None], theirs: Mapping[str, float | None]) -> list[tuple[float, float]]:
    return [(cost, other) for case, cost in ours.items() if cost is not None and (other := theirs.get(case))]


def overall_ratio(summaries: Sequence[Summary], peer: str, *, least: bool = False) -> float | None:
    """The mean over the families of the cost ratio to a peer; of the `least` costs that anyone has found, not ours."""
    found = [one.least_ratios if least else one.ratios for one in summaries]
    ratios = [ratio[peer] for ratio in found if peer in ratio]
    return statistics.fmean(ratios) if ratios else None


def markdown(summaries: Sequence[Summary], versions: Mapping[str, str], seeds: Sequence[int]) -> str:
    """The table, with what one must know to read it."""
    engines = [engine for engine in (OURS, *PEERS) if any(engine in one.runs for one in summaries)]
    heads = ["instances", "files", "time", *(f"{engine} gap" for engine in engines), "promised"]
    heads += [f"cost ÷ {peer}" for peer in PEERS if peer in engines]
    heads += ["without a solution", "longest overrun"]
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    for one in summaries:
        cells = [one.family.name, str(one.cases), f"{one.family.seconds:g} s"]
        cells += [_percent(one.gaps.get(engine), starred=one.known < one.cases) for engine in engines]
        cells.append("" if one.family.target is None else f"≤ {one.family.target:g} %")
        cells += ["" if peer not in one.ratios else f"{one.ratios[peer]:.4f}" for peer in PEERS if peer in engines]
        cells.append(", ".join(f"{e} {n} of {one.runs[e]}" for e, n in one.failed.items() if n) or "none")
        cells.append(f"{max(0.0, one.longest.get(OURS, 0.0)):.2f} s")
        lines.append(f"| {' | '.join(cells)} |")
    ours, least = (
        " and ".join(
            f"{ratio:.4f} of {peer}'s"
            for peer in PEERS
            if (ratio := overall_ratio(summaries, peer, least=least)) is not None
        )
        for least in (False, True)
    )
    if ours:
        lines += ["", f"Mean over the families: our cost is {ours} (promised ≤ 0.99 and ≤ 0.985)."]
        lines += [f"Plans as good as the best that anyone has found, in any time, would be {least}."]
    said = ", ".join(f"{engine} {version}" for engine, version in versions.items())
    how = (
        f"{said}; seeds {', '.join(map(str, seeds))} (VROOM takes none); one thread, one after another in one run,"
        " compiled beforehand. Gaps are to the best known cost; for VRPTW and PDPTW that was found with the fewest"
        " vehicles first, so a gap may be negative. A star: where nobody published one, the best of all these"
        " runs stands in. Every answer was judged in double precision on the file's own numbers."
    )
    lines += ["", how]
    return "\n".join(lines) + "\n"


def _percent(value: float | None, *, starred: bool) -> str:
    return "" if value is None else f"{value:.2f} %{'*' if starred else ''}"
