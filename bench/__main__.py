"""Run the measurements and print the table: `python -m bench [NAME…]`; the raw numbers go to `out/bench.json`."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

import bench
from bench.promise import Promise

_NOT_MEASUREMENTS = {"__main__", "apart", "busy_log", "busy_network", "promise", "southwest_month"}


def main(names: list[str]) -> int:
    """Run the named measurements, or all; the exit code is 0 even where a target is missed, which the table says."""
    known = [module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in _NOT_MEASUREMENTS]
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"There is no measurement {', '.join(unknown)}; there are {', '.join(known)}.", file=sys.stderr)
        return 2
    promises: list[Promise] = []
    for name in names or known:
        module = importlib.import_module(f"bench.{name}")
        if hasattr(module, "measure"):
            print(f"measuring {name} …", file=sys.stderr)
            promises += module.measure()
    _print(promises)
    out = Path("out")
    out.mkdir(exist_ok=True)
    rows = [{**asdict(promise), "ratio": promise.ratio, "met": promise.is_met} for promise in promises]
    (out / "bench.json").write_text(json.dumps(rows, indent=2) + "\n")
    return 0


def _print(promises: list[Promise]) -> None:
    table = Table("promise", "measured", "floor", "ratio", "target", "met", "note")
    for promise in promises:
        compare = "≥" if promise.higher_is_better else "≤"
        target = f"{compare} {promise.target:g}{' × floor' if promise.on_ratio else ' ' + promise.unit}"
        table.add_row(
            promise.name,
            f"{promise.value:,.3g} {promise.unit}" if promise.value < 100 else f"{promise.value:,.0f} {promise.unit}",
            "" if promise.floor is None else f"{promise.floor:,.0f}",
            "" if promise.ratio is None else f"{promise.ratio:.2f}",
            target,
            "yes" if promise.is_met else "NO",
            promise.note,
        )
    Console(width=160).print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
