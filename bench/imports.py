"""
A bulk import of copies in random order, validated one by one, beside raw inserts of the same bytes in the same run.

It runs in a process of its own, whose peak memory is the import's. Making and validating each event is part of the
measured time; the floor is what SQLite does with the finished rows in a bare table without an index. The note also
compares with a table that has the log's unique key, which no log can do without.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator
from pathlib import Path

from bench.promise import Promise
from circulation.event import NewEvents, Stamp
from circulation.item import ItemAdded, item_stream
from circulation.ledger import Ledger

__all__ = ["measure"]

ITEMS = 1_000_000
BRANCHES = 150
_BARE = "position INTEGER PRIMARY KEY, stream, version, topic, recorded_us, state"
_ROWS_AT_ONCE = 10_000
_LINES_AT_ONCE = 1_000


def measure() -> list[Promise]:
    """Items a second, alone and beside the floor, and the peak of memory; BRANCHLINE_BENCH_ITEMS says how many."""
    items = int(os.environ.get("BRANCHLINE_BENCH_ITEMS", ITEMS))
    with tempfile.TemporaryDirectory(dir=os.environ.get("BRANCHLINE_BENCH_DIR")) as folder:
        child = [sys.executable, "-m", "bench.imports", folder, str(items)]
        run = json.loads(subprocess.run(child, check=True, stdout=subprocess.PIPE).stdout)
    value, floor = items / run["import_seconds"], items / run["raw_seconds"]
    note = f"{items:,} items, shuffled; {run['bytes'] / items:.0f} bytes an event"
    with_key = f"{run['keyed_seconds'] / run['import_seconds']:.2f} of {items / run['keyed_seconds']:,.0f} with the key"
    return [
        Promise("bulk import of items", value, "a second", 50_000, note=note),
        Promise("bulk import beside raw inserts", value, "a second", 0.45, floor, on_ratio=True, note=with_key),
        Promise("memory of a bulk import", run["peak_mb"], "MB", 500, higher_is_better=False, note=note),
    ]


def _import(folder: Path, items: int) -> dict[str, float]:
    with Ledger.open(f"sqlite:{folder / 'bench.db'}") as ledger:
        stamp = Stamp(time.time_ns() // 1000, "staff/bench", "declared", "branch-000", "set-up", "items", b"items")
        order = array("L", range(items))
        random.Random(1).shuffle(order)
        begin = time.perf_counter()
        report = ledger.import_events(stamp, _batches(order), shuffled=True)
        import_seconds = time.perf_counter() - begin
        assert report.events == items == ledger.head().position
        # Starting from a bigger parent can only overstate it. Linux counts in KiB.
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
        raw_seconds, size = _raw_inserts(ledger, folder / "raw.db", _BARE)
        keyed_seconds, _ = _raw_inserts(ledger, folder / "keyed.db", f"{_BARE}, UNIQUE (stream, version)")
    return {
        "import_seconds": import_seconds,
        "raw_seconds": raw_seconds,
        "keyed_seconds": keyed_seconds,
        "peak_mb": peak_mb,
        "bytes": size,
    }


def _batches(order: array[int]) -> Iterator[list[NewEvents]]:
    for lines in _pieces(order):
        yield [NewEvents(item_stream(str(30114000000000 + number)), 0, (_copy(number),)) for number in lines]


def _pieces(order: array[int]) -> Iterator[array[int]]:
    for first in range(0, len(order), _LINES_AT_ONCE):
        yield order[first : first + _LINES_AT_ONCE]


def _copy(number: int) -> ItemAdded:
    home = f"branch-{number * 7919 % BRANCHES:03}"
    return ItemAdded(
        title=f"t{number // 3}",
        owner="Bath and North East Somerset",
        home=home,
        item_type="book",
        shelf_mark=f"FIC {number % 9999:04}",
        branch=home,
        row=f"{number * 2654435761:032x}",
        source="items.csv",
    )


def _raw_inserts(ledger: Ledger, path: Path, columns: str) -> tuple[float, int]:
    """Seconds for the same rows in transactions of the same size, and the bytes of their payloads."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"CREATE TABLE t ({columns})")
    seconds, size, after = 0.0, 0, 0
    while rows := ledger.rows(after=after, limit=_ROWS_AT_ONCE):
        begin = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
        seconds += time.perf_counter() - begin
        size += sum(len(row[5]) for row in rows)
        after = rows[-1][0]
    connection.close()
    return seconds, size


if __name__ == "__main__":
    print(json.dumps(_import(Path(sys.argv[1]), int(sys.argv[2]))))
