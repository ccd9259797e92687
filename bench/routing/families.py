"""
What is measured: families of instances, the time for each, and what was promised for it.

The published ones lie beside the checkout (`shared/data/routing`, or where `BRANCHLINE_SHARED` says); a family
without files is left out, with the reason. Two families are made here, because nothing is published that may be
kept: simultaneous pickup and delivery with windows, and at 400 customers.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bench.routing.made import split_demand, wide_map
from logistics.instances import Instance, read_instance

__all__ = ["FAMILIES", "Case", "Family", "folder"]

_EXPLICIT_UNIT = 10_000
"""The files after Dethloff hold distances × 10,000; the best known are in the paper's unit."""
LONG = 60.0
"""Seconds: a family that is searched for so long has half of the maps, or it would take a third of all the time."""
_DETHLOFF = re.compile(r"(CON|SCA)\d-\d")


@dataclass(frozen=True, slots=True)
class Case:
    """An instance, and the best cost known in the instance's unit; None where nobody published one."""

    label: str
    instance: Instance = field(repr=False)
    best_known: float | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """
    Instances of a kind from `least` to `most` customers, searched for `seconds`.

    `target` is the promised mean gap to the best known in percent, None where only ratios were promised.
    `made` says how instances come from files of another folder, or from nothing.
    """

    name: str
    folder: str
    least: int
    most: int
    seconds: float
    target: float | None = None
    made: str = ""

    def cases(self) -> list[Case]:
        """The instances; none where the files are not here."""
        if self.made == "map":
            maps = (1, 2) if self.seconds >= LONG else (1, 2, 3, 4)
            return [Case(f"map-{self.most}-{seed}", wide_map(self.most, seed)) for seed in maps]
        found = [case for case in _cases(self.folder) if self.least <= len(case.instance.customers) <= self.most]
        if self.made == "split":
            return [Case(f"split-{case.label}", split_demand(case.instance)) for case in found]
        return found

    def why_not(self) -> str:
        """Why there are no cases."""
        return f"{self.name}: no files in {folder() / self.folder}; BRANCHLINE_SHARED may say where they are"


FAMILIES = (
    Family("VRPSPD 50–75", "vrpspd", 0, 75, 2.0, target=0.1),
    Family("VRPSPD 100–200", "vrpspd", 76, 250, 10.0, target=1.0),
    Family("VRPSPD 400 (made)", "", 400, 400, 10.0, target=2.0, made="map"),
    Family("VRPSPD 400 (made), 60 s", "", 400, 400, 60.0, target=1.0, made="map"),
    Family("VRPSPDTW 100 (made)", "vrptw", 0, 120, 10.0, target=0.4, made="split"),
    Family("PDPTW 100", "pdptw", 0, 120, 10.0, target=0.1),
    Family("PDPTW 200", "pdptw", 121, 250, 10.0, target=0.5),
    Family("VRPTW 100", "vrptw", 0, 120, 10.0, target=0.7),
    Family("VRPTW 200", "vrptw", 121, 250, 10.0),
)


def folder() -> Path:
    """Where the published instances lie."""
    beside = Path(__file__).resolve().parents[3] / "shared"
    return Path(os.environ.get("BRANCHLINE_SHARED", beside)) / "data" / "routing"


@lru_cache
def _cases(name: str) -> tuple[Case, ...]:
    return tuple(_read(folder() / name))


def _read(files: Path) -> Iterator[Case]:
    if not files.is_dir():
        return
    best = _best_known(files.name)
    for path in sorted(files.iterdir(), key=lambda path: path.name.lower()):
        instance = read_instance(path.name, path.read_bytes())
        cost = best.get(path.name)
        if cost is not None and _DETHLOFF.match(instance.name):
            cost *= _EXPLICIT_UNIT
        yield Case(path.name, instance, cost)


def _best_known(family: str) -> dict[str, float]:
    path = folder() / "best_known.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as rows:
        return {
            row["file"]: float(row["best_known_cost"])
            for row in csv.DictReader(rows)
            if row["family"] == family and row["best_known_cost"]
        }
