"""A log in memory for the engine's own tests: a little lending library with five kinds of events."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from circulation.ledger import Head
from circulation.store.url import StoreUrl
from projections.database import Database
from projections.projection import LogRow, Projection, Seen
from projections.table import keyed, trail
from projections.views import Views
from projections.working import Working

START_US = 1_764_000_000_000_000


class FakeLog:
    """Events in a list, each a second after the one before."""

    store_id = "fake"

    def __init__(self, rows: list[LogRow] | None = None) -> None:
        self.events: list[LogRow] = list(rows or [])

    def add(self, stream: str, kind: str, **data: Any) -> int:
        """Append one event; its position."""
        position = len(self.events) + 1
        version = sum(1 for row in self.events if row[1] == stream) + 1
        at = START_US + position * 1_000_000
        body = {"m": {"at": at, "by": "staff/1", "req": f"r{position}"}, "d": data}
        self.events.append((position, stream, version, kind, at, json.dumps(body).encode()))
        return position

    def head(self) -> Head:
        return Head(len(self.events), self.events[-1][4] if self.events else 0)

    def rows(self, *, after: int, limit: int, upto: int | None = None) -> list[LogRow]:
        last = len(self.events) if upto is None else min(upto, len(self.events))
        return self.events[after : min(after + limit, last)]

    def position_at(self, instant_us: int) -> int:
        return sum(1 for row in self.events if row[4] <= instant_us)


class ShelfNow(NamedTuple):
    item: str
    branch: str
    from_pos: int


class ShelfPast(NamedTuple):
    item: str
    branch: str
    from_pos: int
    to_pos: int


class Visits(NamedTuple):
    branch: str
    day: int
    count: int


SHELF_NOW = keyed("shelf_now", ShelfNow, indexes=[("branch",)])
SHELF_PAST = trail("shelf_past", ShelfPast, indexes=[("item", "from_pos")])
VISITS = keyed("visits", Visits, key=2)


def _shelved(working: Working, seen: Seen) -> None:
    shelves = working[SHELF_NOW]
    old = shelves.get(seen.subject)
    if old:
        working[SHELF_PAST].add(ShelfPast(*old, seen.position))
    shelves.put(ShelfNow(seen.subject, seen.data["branch"], seen.position))


def _lost(working: Working, seen: Seen) -> None:
    old = working[SHELF_NOW].get(seen.subject)
    if old:
        working[SHELF_PAST].add(ShelfPast(*old, seen.position))
        working[SHELF_NOW].drop(seen.subject)


def _counted(working: Working, seen: Seen) -> None:
    key = (seen.data["branch"], seen.position % 3)
    old = working[VISITS].get(key)
    working[VISITS].put(Visits(*key, old.count + 1 if old else 1))


def _broken(_working: Working, _seen: Seen) -> None:
    raise ValueError("a tote without a code")


SHELVES = Projection("shelves", 1, (SHELF_NOW, SHELF_PAST), {"Shelved": _shelved, "Lost": _lost})
VISITORS = Projection("visitors", 1, (VISITS,), {"Shelved": _counted, "Broke": _broken})
KNOWN = frozenset({"Shelved", "Lost", "Ignored", "Broke"})


def decode(_kind: str, state: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    body = json.loads(state)
    return body["m"], body["d"]


def open_fake(
    log: FakeLog, address: str = ":memory:", projections: tuple[Projection, ...] = (SHELVES, VISITORS)
) -> Views:
    """Views of a fake log, in memory unless an address is given."""
    return Views(
        log=log, database=Database(StoreUrl.parse(address)), projections=projections, decode=decode, known_types=KNOWN
    )
