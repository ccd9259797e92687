"""
A durable check-in on SQLite with full durability, beside raw one-row commits on the same disk in the same run.

Items have 200 past events each, and they belong to a title with 2,000 open and 20,000 closed holds.
A check-in reads, decides, appends in one transaction and makes a receipt. Copies come back alternately for a hold
(which captures) and for home, so that the title's stream is written to as often as in life.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.promise import Promise
from circulation.actor import ActorRegistered, Role
from circulation.branch import BranchOpened
from circulation.command import Caller, Commands
from circulation.desk import Desk
from circulation.event import Event, NewEvents, Stamp
from circulation.hold import HoldCancelled, HoldPlaced, TitleAdded
from circulation.item import ItemAdded, ItemLent, ItemReturned
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.lookups import Copy, NextStop, OpenFilling

__all__ = ["measure"]

TITLE = "t-popular"
PAST_EVENTS = 200
OPEN_HOLDS = 2_000
CLOSED_HOLDS = 20_000
ITEMS = 40
ROUNDS = 50
_HOURS = ("09:00-17:00",) * 6 + ("",)


class _Nowhere:
    """Lookups that a check-in at a branch desk does not need."""

    def copies(self, title: str) -> list[Copy]:
        return []

    def guests(self, item_type: str, *, besides: str) -> dict[str, int]:
        return {}

    def next_stop(self, branch: str, destination: str, reason: str, at_us: int) -> NextStop | None:
        return None

    def arrival(self, origin: str, destination: str, at_us: int) -> int | None:
        return None

    def path(self, origin: str, destination: str, day: str) -> tuple[str, ...]:
        return ()

    def cutoff(self, branch: str, at_us: int) -> int | None:
        return None

    def items_in(self, filling: str) -> list[str]:
        return []

    def open_at(self, branch: str) -> list[OpenFilling]:
        return []


def measure() -> list[Promise]:
    """The rate of check-ins and of raw commits, taken in turns."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BRANCHLINE_BENCH_DIR")) as folder:
        here = Path(folder)
        with Ledger.open(f"sqlite:{here / 'bench.db'}") as ledger:
            keyring = Keyring.open(ledger.url.beside("keys"))
            _found(ledger)
            nowhere = _Nowhere()
            commands = Commands(ledger, time_us, keyring)
            desk = Desk(ledger, keyring, commands, catalogue=nowhere, courier=nowhere, contents=nowhere)
            caller = Caller("staff/bench", "declared", "wells", "desk-1")
            scans = iter([(f"3011400000{n:04d}") for n in range(ITEMS)] * ROUNDS)
            desk.scan(caller, next(scans))  # the first one folds the long streams; life is after it
            done, raw = [], []
            for _ in range(ROUNDS - 1):
                raw.append(_raw_commits(here / "raw.db", ITEMS))
                done.append(_check_ins(ledger, desk, caller, [next(scans) for _ in range(ITEMS)]))
            keyring.close()
    floor, value = sorted(raw)[len(raw) // 2], sorted(done)[len(done) // 2]
    note = f"{PAST_EVENTS} past events an item, {OPEN_HOLDS} open holds; medians of {len(done)} rounds"
    return [Promise("durable check-in", value, "a second", 0.35, floor, on_ratio=True, note=note)]


def time_us() -> int:
    """Now."""
    return time.time_ns() // 1000


def _check_ins(ledger: Ledger, desk: Desk, caller: Caller, codes: list[str]) -> float:
    """Scans a second; what was captured is lent out again between the rounds, outside the measured time."""
    _lend_again(ledger, codes)
    begin = time.perf_counter()
    for code in codes:
        desk.scan(caller, code)
    return len(codes) / (time.perf_counter() - begin)


def _raw_commits(path: Path, count: int) -> float:
    """One-row commits a second of the floor: the same bytes that one check-in writes, in one bare table."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, body BLOB)")
    body = b"x" * 300
    begin = time.perf_counter()
    for _ in range(count):
        connection.execute("INSERT INTO t (body) VALUES (?)", (body,))
    elapsed = time.perf_counter() - begin
    connection.close()
    return count / elapsed


def _stamp(request: str) -> Stamp:
    return Stamp(time_us(), "staff/bench", "declared", "wells", "set-up", request, request.encode())


def _found(ledger: Ledger) -> None:
    """Staff, two branches, the title with its queue, the copies with their pasts."""
    branch = BranchOpened(
        name="Wells", member="Somerset", latitude_e6=0, longitude_e6=0, time_zone="Europe/London", hours=_HOURS
    )
    ledger.append(
        _stamp("places"),
        [
            NewEvents("staff/bench", 0, (ActorRegistered(role=Role.DESK),)),
            NewEvents("branch/wells", 0, (branch,)),
            NewEvents("branch/bath", 0, (branch,)),
        ],
    )
    ledger.append(_stamp("queue"), [NewEvents(f"title/{TITLE}", 0, tuple(_queue()))])
    for n in range(ITEMS):
        ledger.append(_stamp(f"item-{n}"), [NewEvents(f"item/3011400000{n:04d}", 0, tuple(_past(n)))])


def _queue() -> Iterator[Event]:
    yield TitleAdded(title="Wanted by everybody")
    for n in range(1, CLOSED_HOLDS + OPEN_HOLDS + 1):
        name = f"{TITLE}#{n}"
        pickup = "wells" if n % 2 else "bath"
        yield HoldPlaced(hold=name, pickup=pickup, category="adult", patron_home="bath", key=n, patron="x" * 90)
        if n <= CLOSED_HOLDS:
            yield HoldCancelled(hold=name, why="patron")


def _past(n: int) -> Iterator[Event]:
    title = TITLE if n % 2 else f"t-quiet-{n}"
    yield ItemAdded(title=title, owner="Somerset", home="bath", item_type="book", branch="wells")
    barcode = f"3011400000{n:04d}"
    for loan in range(1, PAST_EVENTS // 2):
        yield _lent(barcode, loan)
        yield ItemReturned(branch="wells", loan=f"{barcode}#{loan}")


def _lent(barcode: str, number: int) -> ItemLent:
    return ItemLent(
        loan=f"{barcode}#{number}",
        branch="wells",
        due_us=time_us(),
        rule="default",
        renewals_allowed=3,
        key=number,
        patron="x" * 90,
        category="adult",
        patron_home="bath",
    )


def _lend_again(ledger: Ledger, codes: list[str]) -> None:
    """Put every copy on loan, as facts."""
    from circulation.folds import ITEM

    changes = []
    for code in codes:
        loaded = ledger.load(f"item/{code}", ITEM)
        if loaded.state is not None and loaded.state.custody.loan is None:
            changes.append(NewEvents(f"item/{code}", loaded.version, (_lent(code, loaded.state.loans + 1),)))
    ledger.append(_stamp(f"lend-{time.perf_counter_ns()}"), changes)
