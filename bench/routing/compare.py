"""
Runs the engines side by side: for every instance and seed one after another, so that all meet the same machine.

Every answer is judged on the file's own numbers in double precision. PyVRP and VROOM are asked in thousandths of
the file's unit, as their own benchmarks are; both only count in integers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from bench.routing.engines import Engine, Orders
from bench.routing.families import Case, Family
from bench.routing.record import Record, Run
from circulation.errors import Refused
from logistics.instances import faults, length, problem_of

__all__ = ["compare", "seconds_left", "seeds_of"]

PEERS_FINEST = 1_000


def seeds_of(engine: Engine, seeds: Sequence[int]) -> Sequence[int]:
    """VROOM takes no seed: it is run once."""
    return seeds[:1] if engine.name == "VROOM" else seeds


def seconds_left(families: Iterable[Family], engines: Sequence[Engine], seeds: Sequence[int], record: Record) -> float:
    """What the searches that were not done yet will take at most."""
    return sum(
        family.seconds
        for family in families
        for case in family.cases()
        for engine in engines
        for seed in seeds_of(engine, seeds)
        if _done(record, engine, family, case, seed) is None
    )


def compare(
    family: Family,
    cases: Sequence[Case],
    engines: Sequence[Engine],
    seeds: Sequence[int],
    record: Record,
    tell: Callable[[str], None],
) -> list[Run]:
    """The runs of a family, those that were done before among them."""
    runs = []
    for case in cases:
        for seed in seeds:
            for engine in engines:
                if seed not in seeds_of(engine, seeds):
                    continue
                run = _done(record, engine, family, case, seed)
                if run is None:
                    run = _run(family, case, engine, seed)
                    record.add(run)
                    shown = "nothing" if run.cost is None else f"{run.cost:.2f}"
                    tell(
                        f"{family.name} {case.label} {engine.name} seed {seed}: {shown} in {run.took:.1f} s {run.fault}"
                    )
                runs.append(run)
    return runs


def _done(record: Record, engine: Engine, family: Family, case: Case, seed: int) -> Run | None:
    return record.find(engine.name, engine.version, family.name, case.label, family.seconds, seed)


def _searched(
    search: Callable[[float, int], Orders], seconds: float, seed: int, *, ours: bool
) -> tuple[Orders, list[str]]:
    """The routes, or the sentence of an engine that refused or broke: that is a result too, unless ours broke."""
    try:
        return search(seconds, seed), []
    except Exception as error:
        if ours and not isinstance(error, Refused):
            raise
        return {}, [str(error)[:200]]


def _run(family: Family, case: Case, engine: Engine, seed: int) -> Run:
    ours = engine.package == "branchline"
    problem = problem_of(case.instance) if ours else problem_of(case.instance, PEERS_FINEST)
    search = engine.prepare(problem)
    began = time.perf_counter()
    orders, broken = _searched(search, family.seconds, seed, ours=ours)
    took = time.perf_counter() - began
    routes = [[int(problem.stops[stop].id) for stop in order] for order in orders.values() if order]
    broken = broken or faults(case.instance, routes)
    if routes and broken and ours and not broken[0].endswith("visited 0 times."):
        raise AssertionError(f"the routes of {case.label} break their rules: {broken[:5]}")
    return Run(
        engine=engine.name,
        version=engine.version,
        family=family.name,
        case=case.label,
        seconds=family.seconds,
        seed=seed,
        cost=None if broken else length(case.instance, routes),
        vehicles=len(routes),
        took=round(took, 3),
        fault=broken[0] if broken else "",
        at=datetime.now(tz=UTC).isoformat(timespec="seconds"),
    )
