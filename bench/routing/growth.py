"""How the time to a first plan and the quality after a short search grow from 50 to 1,000 stops: one chart."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.routing.code_state import code_state
from bench.routing.days import library_day
from bench.routing.promises import searched

__all__ = ["SIZES", "Point", "draw", "growth"]

SIZES = (50, 100, 200, 350, 500, 700, 1_000)
TIMES = (2.0, 10.0)
LONG = 60.0


@dataclass(frozen=True, slots=True)
class Point:
    """One size: seconds to the first plan, and how far short searches end above the best that was found, in percent."""

    version: str
    stops: int
    long_seconds: float
    first_feasible: float | None
    above: dict[str, float]
    iterations: int


def growth(record: Path, scale: float, tell: Callable[[str], None]) -> list[Point]:
    """The points, those that were measured before among them."""
    version = code_state()
    known = [Point(**json.loads(line)) for line in record.read_text().splitlines()] if record.exists() else []
    done = {point.stops: point for point in known if (point.version, point.long_seconds) == (version, LONG * scale)}
    for stops in SIZES:
        if stops not in done:
            done[stops] = _point(stops, version, LONG * scale)
            record.parent.mkdir(parents=True, exist_ok=True)
            with record.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(done[stops])) + "\n")
            tell(f"growth {done[stops]}")
    return [done[stops] for stops in SIZES]


def _point(stops: int, version: str, seconds: float) -> Point:
    day = library_day(stops)
    runs = {time: searched(day, time, 1) for time in (*TIMES, seconds)}
    whole = {time: run.solution.micros for time, run in runs.items() if not run.left_out}
    best = min(whole.values(), default=0)
    above = {f"{time:g}": round(100 * (whole[time] / best - 1), 3) for time in TIMES if time in whole}
    seen = sorted(run.first_feasible for run in runs.values() if run.first_feasible is not None)
    middle = seen[len(seen) // 2] if seen else None
    return Point(version, stops, seconds, middle, above, runs[seconds].solution.iterations)


def draw(points: Sequence[Point], image: Path) -> None:
    """Write the chart; needs matplotlib."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    figure, (quality, time) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for short in (f"{seconds:g}" for seconds in TIMES):
        shown = [point for point in points if short in point.above]
        quality.plot([p.stops for p in shown], [p.above[short] for p in shown], marker="o", label=f"after {short} s")
    quality.set(
        xlabel="stops", ylabel=f"% above the best of {points[0].long_seconds:g} s", title="Quality", ylim=(0, None)
    )
    quality.legend(frameon=False)
    shown = [point for point in points if point.first_feasible is not None]
    time.plot([p.stops for p in shown], [p.first_feasible for p in shown], marker="o", color="tab:green")
    time.set(xlabel="stops", ylabel="seconds", title="First plan that serves every stop", yscale="log")
    for axes in (quality, time):
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    image.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(image, dpi=110, metadata={"Software": None})
    plt.close(figure)
