"""
The full measurement, resumable: `python -m bench.routing --full`, or a part of it by `--family` and `--part`.

What was searched before with the same code, seed and time is taken from `out/routing.jsonl`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.promise import Promise
from bench.routing import RECORD
from bench.routing.compare import compare, seconds_left
from bench.routing.engines import Engine, installed
from bench.routing.fallback import fallback_promises
from bench.routing.families import FAMILIES, Family
from bench.routing.growth import draw, growth
from bench.routing.page import write_part
from bench.routing.promises import first_plan, overnight_promises, thousand_stops
from bench.routing.record import Record
from bench.routing.table import markdown, summary
from bench.routing.whole_networks import network_promises
from logistics.solver import warm_up

PAGE = Path("docs") / "performance.md"
CHART = Path("docs") / "routing-growth.png"
PARTS = ("peers", "days", "networks", "fallback", "growth")


def main(arguments: list[str]) -> int:
    """Measure the parts asked for; 0 even where a promise is missed, which the page says."""
    asked = _parser().parse_args(arguments)
    engines, absent = installed()
    for why in absent:
        _tell(why)
    engines = [engine for engine in engines if asked.engine is None or engine.name in asked.engine]
    families = [one for one in FAMILIES if asked.family is None or any(one.name.startswith(n) for n in asked.family)]
    parts = PARTS if asked.full else tuple(asked.part or ())
    record = Record(asked.record)
    if asked.estimate or not parts:
        left = seconds_left(families, engines, asked.seeds, record)
        _tell(
            f"peers: {left / 60:.0f} minutes left; days 4, networks {33 * asked.scale + 7 * asked.scale:.0f},"
            f" fallback {8 * asked.scale:.0f}, growth 9"
        )
        return 0
    _tell(f"compiled or loaded the search in {warm_up():.1f} s")
    if "peers" in parts:
        _peers(families, engines, asked.seeds, record, asked.page)
    if "days" in parts:
        promises = first_plan(asked.seeds, asked.scale) + thousand_stops(asked.seeds[0])
        _promises("days", promises + overnight_promises(asked.seeds, asked.scale), asked.page)
    if "networks" in parts:
        _promises("networks", network_promises(engines, asked.seeds[0], asked.scale, record, _tell), asked.page)
    if "fallback" in parts:
        _promises("fallback", fallback_promises(asked.seeds[0], asked.scale, record, _tell), asked.page)
    if "growth" in parts:
        draw(growth(asked.record.with_name("routing-growth.jsonl"), asked.scale, _tell), asked.page.parent / CHART.name)
        write_part(asked.page, "routing growth", f"![How routing grows from 50 to 1,000 stops]({CHART.name})")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.routing", description=__doc__)
    parser.add_argument("--full", action="store_true", help="every part")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; may be repeated")
    parser.add_argument("--family", action="append", help="only families that begin so; may be repeated")
    parser.add_argument("--engine", action="append", help="only this engine; may be repeated")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--scale", type=float, default=1.0, help="shortens the long times of days, networks, growth")
    parser.add_argument("--record", type=Path, default=RECORD)
    parser.add_argument("--page", type=Path, default=PAGE, help="the page whose tables are renewed")
    parser.add_argument("--estimate", action="store_true", help="only say how long it will take")
    return parser


def _peers(families: list[Family], engines: list[Engine], seeds: list[int], record: Record, page: Path) -> None:
    summaries = []
    for family in families:
        cases = family.cases()
        if not cases:
            _tell(family.why_not())
            continue
        summaries.append(summary(family, cases, compare(family, cases, engines, seeds, record, _tell), record))
        text = markdown(summaries, {engine.name: engine.version for engine in engines}, seeds)
        write_part(page, "routing peers", text)
    print(page.read_text(encoding="utf-8"))


def _promises(part: str, promises: list[Promise], page: Path) -> None:
    lines = ["| promise | measured | promised | met | how |", "| --- | --- | --- | --- | --- |"]
    for one in promises:
        value = f"{one.ratio:.4f} × {one.floor:,.0f} {one.unit}" if one.on_ratio else f"{one.value:.3g} {one.unit}"
        target = f"≤ {one.target:g} {'×' if one.on_ratio else one.unit}"
        lines.append(f"| {one.name} | {value} | {target} | {'yes' if one.is_met else 'NO'} | {one.note} |")
    write_part(page, f"routing {part}", "\n".join(lines))
    print("\n".join(lines))


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
