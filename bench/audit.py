"""
Sealing and verifying a log that a network left, and what sealing costs those who record meanwhile.

The command lines are run as an auditor runs them, in processes of their own. Appends are measured in turns with and
without somebody who seals once in each round, which is far more often than anybody does.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from bench import busy_log
from bench.apart import memory
from bench.promise import Promise
from circulation.event import NewEvents, Stamp
from circulation.evidence.folder import SealFolder
from circulation.evidence.sealing import seal
from circulation.evidence.tree import open_tree
from circulation.hold import HoldSuspended, TitleAdded
from circulation.ledger import Ledger

__all__ = ["measure"]

PROMISED_EVENTS = 10_000_000
PROMISED_SECONDS = 60
ROUNDS = 24
ROUND_SECONDS = 2.0


def measure() -> list[Promise]:
    """Events verified a second, the memory for it, and appends beside a seal against appends alone."""
    path = str(busy_log.log_path())
    with busy_log.opened(path) as ledger:
        events, tree = ledger.head().position, ledger.url.beside("tree").path
    # The log is kept from one measurement to the next; what was sealed of it is not.
    for ending in ("", "-wal", "-shm"):
        Path(f"{tree}{ending}").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BRANCHLINE_BENCH_DIR")) as folder:
        sealing = _run(path, "seal", "--to", folder)
        verifying = _run(path, "verify", "--against", folder)
    # Every process as if it were as large as the largest, and the one that started them.
    processes = 1 + min(os.cpu_count() or 1, 8)
    megabytes = processes * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
    return [
        Promise(
            "audit verify", events / verifying, "events a second", PROMISED_EVENTS / PROMISED_SECONDS,
            note=f"{events:,} events in {verifying:.1f} s; sealed in {sealing:.1f} s",
        ),
        memory("audit verify", megabytes, f"{processes} processes together, each as large as the largest"),
        _beside_a_seal(),
    ]  # fmt: skip


def _run(store: str, *arguments: str) -> float:
    """Seconds that a command of `branchline audit` takes, its start included."""
    command = [sys.executable, "-m", "cli", "--store", store, "--json", "audit", *arguments]
    begin = time.perf_counter()
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert told.get("ok", True)
    return time.perf_counter() - begin


def _beside_a_seal() -> Promise:
    """Durable one-event appends a second, in pairs of rounds whose order alternates."""
    with (
        tempfile.TemporaryDirectory(dir=os.environ.get("BRANCHLINE_BENCH_DIR")) as here,
        Ledger.open(f"sqlite:{Path(here) / 'bench.db'}") as ledger,
    ):
        ledger.append(_stamp("title"), [NewEvents("title/t", 0, (TitleAdded(title="A book"),))])
        context = multiprocessing.get_context("spawn")
        asking, asked = context.Pipe()
        sealer = context.Process(target=_seal_when_asked, args=(ledger.url.address, str(Path(here) / "sealed"), asked))
        sealer.start()
        asking.recv()
        _appends(ledger)
        ratios, alone, beside = [], [], []
        for number in range(ROUNDS):
            rates = {}
            for sealed in (True, False) if number % 2 else (False, True):
                if sealed:
                    asking.send(True)
                rates[sealed] = _appends(ledger)
                if sealed:
                    asking.recv()
            ratios.append(rates[True] / rates[False])
            alone.append(rates[False])
            beside.append(rates[True])
        asking.send(False)
        sealer.join()
    floor = statistics.median(alone)
    note = (
        f"median of {ROUNDS} pairs of {ROUND_SECONDS:g} s, a seal in each; spread {min(ratios):.2f}-{max(ratios):.2f}"
    )
    return Promise(
        "appends beside a seal", floor * statistics.median(ratios), "a second", 0.97, floor, on_ratio=True, note=note
    )


def _appends(ledger: Ledger) -> float:
    """Durable appends a second."""
    version = ledger.head().position  # the log has no other stream
    count = 0
    begin = time.perf_counter()
    while (elapsed := time.perf_counter() - begin) < ROUND_SECONDS:
        change = NewEvents("title/t", version + count, (HoldSuspended(hold="t#1"),))
        ledger.append(_stamp(f"append-{version + count}"), [change])
        count += 1
    return count / elapsed


def _stamp(request: str) -> Stamp:
    return Stamp(time.time_ns() // 1000, "staff/bench", "declared", "wells", "desk-1", request, request.encode())


def _seal_when_asked(address: str, folder: str, asked: Connection) -> None:
    with Ledger.open(address, create=False) as ledger:
        tree = open_tree(ledger.url.beside("tree"), create=True)
        assert tree is not None
        seal(ledger, tree, SealFolder(Path(folder)))
        asked.send(True)
        while asked.recv():
            time.sleep(ROUND_SECONDS / 4)
            seal(ledger, tree, SealFolder(Path(folder)))
            asked.send(True)
        tree.close()
