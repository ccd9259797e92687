"""
A log as a network leaves it after some weeks, made once and kept, so that several measurements share it.

`BusyNetwork` decides its events; they go straight into the store's tables in large transactions. Ten million take some
ten minutes, so the log stays in `out/`, or in the folder that BRANCHLINE_BENCH_DIR names, with its views beside it,
until the file that makes it changes.
"""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path

from bench import busy_network
from bench.busy_network import BusyNetwork, barcode
from circulation.ledger import Ledger

__all__ = ["barcode", "events", "fill", "items", "log_path", "opened"]

EVENTS = 600_000
EVENTS_AN_ITEM = 8
_ROWS_AT_ONCE = 50_000
_CACHE_KIB = 2_500_000
"""The whole index of streams: lives are lived at random, and pages that are read again and again take hours."""


def events() -> int:
    """How many events are asked for: BRANCHLINE_BENCH_EVENTS, or 600,000."""
    return int(os.environ.get("BRANCHLINE_BENCH_EVENTS", EVENTS))


def items() -> int:
    """How many copies the network has."""
    return events() // EVENTS_AN_ITEM


def log_path() -> Path:
    """Where the log is kept; made now if it is not there."""
    maker = hashlib.sha256(Path(busy_network.__file__).read_bytes()).hexdigest()[:8]
    folder = Path(os.environ.get("BRANCHLINE_BENCH_DIR", "out")) / f"busy-{events()}-{maker}"
    if not folder.is_dir():
        # In a process of its own: all that the network remembers must not count as somebody else's memory.
        making = folder.with_suffix(".part")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        print(f"making {events():,} events …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "bench.busy_log", str(making / "log.db")], check=True)
        making.rename(folder)
    return folder / "log.db"


def opened(path: str) -> Ledger:
    """The log at a path that `log_path` gave, with its views beside it if somebody has asked for them before."""
    return Ledger.open(f"sqlite:{path}", create=False)


def fill(ledger: Ledger, events: int, *, items: int, seed: int = 1) -> None:
    """Write at least so many events of so many copies into an empty store."""
    coming = BusyNetwork(items, seed=seed).rows(events)
    while rows := list(islice(coming, _ROWS_AT_ONCE)):
        with ledger.store.writing() as c:
            ledger.store.insert_rows(c, rows)


def _make(path: str) -> None:
    # Nothing that lives in the network goes in circles.
    gc.disable()
    with Ledger.open(f"sqlite:{path}") as ledger:
        with ledger.store.writing() as c:
            c.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            c.execute(f"PRAGMA wal_autocheckpoint = {_ROWS_AT_ONCE}")
        fill(ledger, events(), items=items())


if __name__ == "__main__":
    _make(sys.argv[1])
