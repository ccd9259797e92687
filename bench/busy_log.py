"""
A log as a network leaves it after some weeks, made quickly for measuring: the shapes are real, the people are not.

Copies are catalogued first; then they are lent, renewed, returned anywhere, packed, sorted at a hub and unpacked
at home, and one in ten serves a hold. The rows go straight into the store's tables, so making ten million events
takes minutes; nothing here may be taken for a way to record anything.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic_core import to_json

import circulation.folds  # noqa: F401 - registers the event types
from circulation.clock import DAY_US, parse_instant
from circulation.event import EVENT_TYPES
from circulation.ledger import Ledger
from circulation.store.recorder import Row

__all__ = ["barcode", "fill", "happenings", "opened"]

EVENTS = 600_000
EVENTS_AN_ITEM = 8
START_US = parse_instant("2026-09-01T08:00:00Z")
_TOTE_HOLDS = 40
_ROWS_AT_ONCE = 50_000


@contextmanager
def opened() -> Iterator[tuple[Ledger, int]]:
    """A log on disk and how many items it knows; BRANCHLINE_BENCH_EVENTS says how long it is (600,000 if unset)."""
    events = int(os.environ.get("BRANCHLINE_BENCH_EVENTS", EVENTS))
    items = events // EVENTS_AN_ITEM
    with (
        tempfile.TemporaryDirectory(dir=os.environ.get("BRANCHLINE_BENCH_DIR")) as folder,
        Ledger.open(f"sqlite:{Path(folder) / 'bench.db'}") as ledger,
    ):
        fill(ledger, events, items=items)
        yield ledger, items


def fill(ledger: Ledger, events: int, *, items: int, branches: int = 150, seed: int = 1) -> None:
    """Write so many events into an empty store."""
    rows: list[Row] = []
    for row in happenings(events, items=items, branches=branches, seed=seed):
        rows.append(row)
        if len(rows) == _ROWS_AT_ONCE:
            _write(ledger, rows)
    _write(ledger, rows)


def _write(ledger: Ledger, rows: list[Row]) -> None:
    if rows:
        with ledger.store.writing() as c:
            ledger.store.insert_rows(c, rows)
        rows.clear()


def happenings(events: int, *, items: int, branches: int, seed: int) -> Iterator[Row]:
    """The rows of the log, the same for the same arguments."""
    return _Network(items, branches, random.Random(seed)).rows(events)


class _Network:
    """Branches around one hub, with a tote being filled each way."""

    def __init__(self, items: int, branches: int, chance: random.Random) -> None:
        self._chance = chance
        self._branches = [f"branch-{number:03}" for number in range(branches)]
        self._hub = self._branches[0]
        self._titles = max(1, items // 3)
        self._items = items
        self._position = 0
        self._at_us = START_US
        self._versions: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._open: dict[tuple[str, str], tuple[str, list[int]]] = {}
        self._goals: dict[int, tuple[str, str | None]] = {}
        self._state = bytearray(items)
        """0 on its shelf, 1 lent, 2 in a tote or set aside."""

    def rows(self, events: int) -> Iterator[Row]:
        """The catalogue, then lives of copies until there are enough events."""
        for code in self._branches:
            yield self._row(f"branch/{code}", "BranchOpened", _branch(code))
        for number in range(self._titles):
            described = {"title": f"Title {number}", "author": f"Author {number % 997}"}
            yield self._row(f"title/t{number}", "TitleAdded", described)
        for number in range(self._items):
            yield self._row(_item(number), "ItemAdded", self._copy(number))
        while self._position < events:
            yield from self._live(self._chance.randrange(self._items))

    def _live(self, number: int) -> Iterator[Row]:
        stream, home = _item(number), self._home(number)
        if self._state[number] == 2:
            return
        if self._state[number] == 0:
            self._state[number] = 1
            yield self._row(stream, "ItemLent", self._loan(number))
            return
        if self._chance.random() < 0.3:
            yield self._row(stream, "LoanRenewed", self._renewal(number))
            return
        self._state[number] = 0
        branch = home if self._chance.random() < 0.6 else self._chance.choice(self._branches)
        returned = {"branch": branch, "loan": f"{stream[5:]}#1", "by": "desk"}
        yield self._row(stream, "ItemReturned", returned)
        if self._chance.random() < 0.1:
            yield from self._serve_hold(number, branch)
        elif branch != home:
            yield from self._send(number, branch, home, "home", None)

    def _serve_hold(self, number: int, branch: str) -> Iterator[Row]:
        title = f"t{number % self._titles}"
        self._counts[title] = self._counts.get(title, 0) + 1
        hold, pickup = f"{title}#{self._counts[title]}", self._chance.choice(self._branches)
        stream, placed = _item(number), {"category": "adult", "patron_home": pickup, "key": 7, "patron": "s" * 60}
        yield self._row(f"title/{title}", "HoldPlaced", {"hold": hold, "pickup": pickup, **placed})
        captured = {"hold": hold, "item": stream[5:], "branch": branch}
        yield self._row(f"title/{title}", "HoldCaptured", captured)
        yield self._row(stream, "ItemSetAside", {"hold": hold, "pickup": pickup, "branch": branch})
        if pickup != branch:
            yield from self._send(number, branch, pickup, "hold", hold)
        else:
            yield from self._lend_for_hold(number, hold, pickup)

    def _lend_for_hold(self, number: int, hold: str, pickup: str) -> Iterator[Row]:
        stream = _item(number)
        until = {"until_us": self._at_us + 9 * DAY_US, "code": "AB12"}
        yield self._row(stream, "ItemPlacedOnHoldShelf", {"hold": hold, "branch": pickup, **until})
        yield self._row(f"title/{hold.rpartition('#')[0]}", "HoldFilled", {"hold": hold, "item": stream[5:]})
        self._state[number] = 1
        yield self._row(stream, "ItemLent", {**self._loan(number), "hold": hold})

    def _send(self, number: int, branch: str, to: str, reason: str, hold: str | None) -> Iterator[Row]:
        self._state[number] = 2
        self._goals[number] = to, hold
        stream = _item(number)
        opened = {"transit": f"{stream[5:]}~1", "origin": branch, "destination": to, "reason": reason}
        yield self._row(stream, "TransitOpened", opened if hold is None else {**opened, "hold": hold})
        if branch == self._hub:
            yield from self._pack(number, self._hub, to)
        else:
            yield from self._pack(number, branch, self._hub)

    def _pack(self, number: int, origin: str, destination: str) -> Iterator[Row]:
        lane = (origin, destination)
        if lane not in self._open:
            tote = f"T{len(self._counts) % 10_000}"
            self._counts[tote] = self._counts.get(tote, 0) + 1
            filling = f"{tote}/{self._counts[tote]}"
            self._open[lane] = (filling, [])
            started = {"branch": origin, "destination": destination, "purpose": "returns"}
            yield self._row(f"tote/{filling}", "ToteFillingStarted", started)
        filling, inside = self._open[lane]
        inside.append(number)
        yield self._row(_item(number), "ItemPacked", {"filling": filling, "branch": origin})
        if len(inside) == _TOTE_HOLDS:
            del self._open[lane]
            yield from self._carry(filling, inside, origin, destination)

    def _carry(self, filling: str, inside: list[int], origin: str, destination: str) -> Iterator[Row]:
        stream, ride = f"tote/{filling}", {"van": "v1", "run": "2026-09-01/v1/am", "known": "scanned"}
        yield self._row(stream, "ToteSealed", {"branch": origin, "items": len(inside), "digest": "0" * 64})
        yield self._row(stream, "ToteLoaded", {"branch": origin, **ride})
        yield self._row(stream, "ToteUnloaded", {"branch": destination, **ride})
        yield self._row(stream, "ToteOpened", {"branch": destination})
        for number in inside:
            goal, hold = self._goals[number]
            if destination == goal:
                yield from self._arrive(number, destination, hold)
                continue
            onward = {"branch": self._hub, "as_": "passing", "onward": goal}
            yield self._row(_item(number), "ItemSighted", onward)
            yield from self._pack(number, self._hub, goal)

    def _arrive(self, number: int, branch: str, hold: str | None) -> Iterator[Row]:
        self._state[number] = 0
        stream = _item(number)
        yield self._row(stream, "ItemArrived", {"branch": branch, "transit": f"{stream[5:]}~1"})
        if hold is not None:
            yield from self._lend_for_hold(number, hold, branch)

    def _row(self, stream: str, kind: str, data: dict[str, Any]) -> Row:
        self._position += 1
        self._at_us += 250_000
        version = self._versions[stream] = self._versions.get(stream, 0) + 1
        meta = {
            "at": self._at_us,
            "by": "staff/ana",
            "via": "declared",
            "desk": data.get("branch", "branch-000"),
            "req": f"{self._position:016x}",
        }
        state = to_json({"v": EVENT_TYPES[kind].SCHEMA, "m": meta, "d": data})
        return self._position, stream, version, kind, self._at_us, state

    def _home(self, number: int) -> str:
        return self._branches[number * 7919 % len(self._branches)]

    def _copy(self, number: int) -> dict[str, Any]:
        return {
            "title": f"t{number % self._titles}", "owner": "a member", "home": self._home(number),
            "item_type": "book", "shelf_mark": f"FIC {number % 9999:04}", "branch": self._home(number),
            "floats": False, "holdable": True,
        }  # fmt: skip

    def _loan(self, number: int) -> dict[str, Any]:
        return {
            "loan": f"{number}#1", "branch": self._home(number), "due_us": self._at_us + 21 * DAY_US,
            "rule": "default", "renewals_allowed": 3, "key": number, "patron": "s" * 60, "category": "adult",
            "patron_home": self._home(number), "renewals": 0,
        }  # fmt: skip

    def _renewal(self, number: int) -> dict[str, Any]:
        return {
            "loan": f"{number}#1", "branch": self._home(number), "due_us": self._at_us + 21 * DAY_US,
            "renewals": 1, "rule": "default",
        }  # fmt: skip


def barcode(number: int) -> str:
    """The barcode of an item, numbered from 0."""
    return str(30114000000000 + number)


def _item(number: int) -> str:
    return f"item/{barcode(number)}"


def _branch(code: str) -> dict[str, Any]:
    place = {"member": "a member", "kind": "branch", "latitude_e6": 51_000_000, "longitude_e6": -2_500_000}
    return {"name": code, **place, "time_zone": "Europe/London", "hours": ("09:00-17:00",) * 7, "island": False}
