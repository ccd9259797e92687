"""
What is measured: families of instances, the time for each, and what was promised for it.

The published ones lie beside the checkout (`shared/data/routing`, or where `BRANCHLINE_SHARED` says); a family
without files is left out, with the reason. Where nobody has put the files of two families there, instances that are
made here stand in for them: simultaneous pickup and delivery with windows, and at 400 customers.
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
"""Seconds: a family searched for so long has every second instance, or it would take a third of all the time."""
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
    `made` says how instances come from files of another folder, or from nothing, where `instead_of` has no files.
    """

    name: str
    folder: str
    least: int
    most: int
    seconds: float
    target: float | None = None
    made: str = ""
    instead_of: str = ""

    def cases(self) -> list[Case]:
        """The instances; none where the files are not here."""
        if any(self._of_size(self.instead_of)):
            return []
        if self.made == "map":
            found = [Case(f"map-{self.most}-{seed}", wide_map(self.most, seed)) for seed in (1, 2, 3, 4)]
        else:
            found = list(self._of_size(self.folder))
        if self.made == "split":
            found = [Case(f"split-{case.label}", split_demand(case.instance)) for case in found]
        return found[1::2] if self.seconds >= LONG else found

    def _of_size(self, folder: str) -> Iterator[Case]:
        found = _cases(folder) if folder else ()
        return (case for case in found if self.least <= len(case.instance.customers) <= self.most)

    def why_not(self) -> str:
        """Why there are no cases."""
        if self.made and any(self._of_size(self.instead_of)):
            return f"{self.name}: the real ones are here"
        return f"{self.name}: no files in {folder() / self.folder}; BRANCHLINE_SHARED may say where they are"


FAMILIES = (
    Family("VRPSPD 50–75", "vrpspd", 0, 75, 2.0, target=0.1),
    Family("VRPSPD 100–200", "vrpspd", 76, 250, 10.0, target=1.0),
    Family("VRPSPD 400", "vrpspd", 300, 500, 10.0, target=2.0),
    Family("VRPSPD 400, 60 s", "vrpspd", 300, 500, LONG, target=1.0),
    Family("VRPSPD 400 (made)", "", 400, 400, 10.0, target=2.0, made="map", instead_of="vrpspd"),
    Family("VRPSPD 400 (made), 60 s", "", 400, 400, LONG, target=1.0, made="map", instead_of="vrpspd"),
    Family("VRPSPDTW 100", "vrpspdtw", 0, 120, 10.0, target=0.4),
    Family("VRPSPDTW 100 (made)", "vrptw", 0, 120, 10.0, target=0.4, made="split", instead_of="vrpspdtw"),
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
