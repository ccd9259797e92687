"""
The solver against the field, and against what was promised of our own days.

`python -m bench routing` is a first look of some minutes: one instance a family, one seed, the long times cut to a
tenth. `python -m bench.routing --full` is the measurement that is written to docs/performance.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.promise import Promise
from bench.routing.compare import compare
from bench.routing.engines import installed
from bench.routing.families import FAMILIES
from bench.routing.promises import first_plan, overnight_promises, thousand_stops
from bench.routing.record import Record
from bench.routing.table import PEERS, overall_ratio, summary
from bench.routing.whole_networks import network_promises
from logistics.solver import warm_up

__all__ = ["RECORD", "measure"]

RECORD = Path("out") / "routing.jsonl"
FIRST_LOOK = 0.1
_PROMISED = {"PyVRP": 0.99, "VROOM": 0.985}


def measure() -> list[Promise]:
    """A first look: what of it would not be enough to go by says so in its note."""
    compiled = warm_up()
    engines, absent = installed()
    for why in absent:
        _tell(why)
    promises = [
        Promise("search compiled or loaded", compiled, "s", 60, higher_is_better=False, note="not in any time below")
    ]
    record, summaries = Record(RECORD), []
    for family in FAMILIES:
        cases = family.cases()[:1] if family.seconds <= 10 else []
        if not cases:
            _tell(family.why_not() if family.folder else f"{family.name}: only in the full measurement")
            continue
        one = summary(family, cases, compare(family, cases, engines, (1,), record, _tell), record)
        summaries.append(one)
        if family.target is not None and one.known and "Branchline" in one.gaps:
            note = f"{cases[0].label} alone, one seed"
            promises.append(
                Promise(f"{family.name}, {family.seconds:g} s: gap", one.gaps["Branchline"], "%", family.target,
                        higher_is_better=False, note=note)
            )  # fmt: skip
    for peer in PEERS:
        ratio = overall_ratio(summaries, peer)
        if ratio is not None:
            note = "one instance a family, one seed"
            promises.append(
                Promise(f"cost beside {peer}", ratio, "×", _PROMISED[peer], higher_is_better=False, note=note)
            )
    promises += first_plan((1,), FIRST_LOOK)
    promises += thousand_stops(1)
    promises += network_promises(engines, 1, FIRST_LOOK, record, _tell)
    return promises + overnight_promises((1,), FIRST_LOOK)


def _tell(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)
