"""
What was run, a line of JSON each, so that an interrupted measurement goes on where it stopped.

A line is one engine in one version on one instance with one seed and one time. Lines of other versions stay and
are not looked at.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Record", "Run"]


@dataclass(frozen=True, slots=True)
class Run:
    """One search and how its routes were judged; `cost` is None where they break a rule, which `fault` names."""

    engine: str
    version: str
    family: str
    case: str
    seconds: float
    seed: int
    cost: float | None
    vehicles: int
    took: float
    fault: str = ""
    at: str = ""


class Record:
    """The runs in a file; new ones are written down at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._runs: dict[tuple[str, str, str, str, float, int], Run] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                self._keep(Run(**json.loads(line)))

    def find(self, engine: str, version: str, family: str, case: str, seconds: float, seed: int) -> Run | None:
        """The run, if it was done."""
        return self._runs.get((engine, version, family, case, seconds, seed))

    def add(self, run: Run) -> None:
        """Keep a run, on disk first."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(run)) + "\n")
        self._keep(run)

    def _keep(self, run: Run) -> None:
        self._runs[run.engine, run.version, run.family, run.case, run.seconds, run.seed] = run

    def best_cost(self, case: str) -> float | None:
        """The least cost that any engine in any version ever reached on an instance."""
        return min((run.cost for run in self._runs.values() if run.case == case and run.cost is not None), default=None)
