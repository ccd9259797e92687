"""
The demand board: for each place and destination what waits, since when and how urgent; and what came each day.

What waits is asked of transits, items and totes together, so it is never out of step with them.
What came each day is counted here, or was imported for days before the log began; what may be expected of it
is worked out in `logistics/demand.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, null, select, union_all

from circulation.calendar import local_day, zone_of
from circulation.clock import DAY_US
from projections.asof import halves
from projections.catalogue import COPY
from projections.locations import ITEM_NOW, ITEM_PAST
from projections.projection import Projection, Seen
from projections.table import keyed, trail
from projections.totes import FILLING_NOW, FILLING_PAST
from projections.transits import TRANSIT_NOW, TRANSIT_PAST
from projections.views import Views
from projections.working import Working

__all__ = ["BOARD", "LaneDay", "Waiting", "daily_counts", "same_weekday", "waiting"]


class LaneDayRow(NamedTuple):
    """How many journeys began on a local day, counted from events."""

    day: str
    origin: str
    destination: str
    item_count: int


class LastOpened(NamedTuple):
    """The journey that an item set out on last, so that an undone scan can be taken out of the count."""

    item: str
    request: str
    day: str
    origin: str
    destination: str


class Zone(NamedTuple):
    """The time zone of a branch."""

    branch: str
    time_zone: str


class ImportedDay(NamedTuple):
    """The position of the import that holds for a day."""

    day: str
    import_pos: int


class ImportedLane(NamedTuple):
    """One imported count; it holds if its import is the day's."""

    day: str
    origin: str
    destination: str
    item_count: int
    import_pos: int


LANE_DAY = keyed("lane_day", LaneDayRow, key=3)
LAST_OPENED = keyed("last_opened", LastOpened)
ZONE = keyed("zone", Zone)
IMPORTED_DAY = keyed("imported_day", ImportedDay)
IMPORTED_LANE = trail("imported_lane", ImportedLane, indexes=[("day",)])


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    Items of one type that are to go to `destination` for one reason and are at one place together.

    `kind` is `branch` or `van`; `filling` is None for items outside totes. `oldest_us` is when the first of
    their journeys began, `since_us` when the first of them came to lie here (or into the tote). `opened_days` adds up,
    over the items, the days (UTC, since 1970) on which their journeys began: with it the age of all is known.
    """

    kind: str
    place: str
    destination: str
    reason: str
    item_type: str
    filling: str | None
    items: int
    oldest_us: int
    since_us: int
    opened_days: int


@dataclass(frozen=True, slots=True)
class LaneDay:
    """So many items set out from `origin` for `destination` on a local day."""

    day: str
    origin: str
    destination: str
    items: int
    imported: bool


def waiting(views: Views, *, as_of: int | None = None) -> list[Waiting]:
    """Everything that is to travel and has not arrived, wherever it is, by place and destination."""
    with views.reading("custody", "totes", "catalogue", as_of=as_of) as connection:
        rows: list[Any] = list(connection.execute(_waiting(as_of)))
    # Intervals that ended and those that still run come apart; the same group is put together again.
    groups: dict[tuple[Any, ...], tuple[int, int, int, int]] = {}
    for *group, items, oldest_us, since_us, days in rows:
        before = groups.get(tuple(group), (0, oldest_us, since_us, 0))
        oldest_us, since_us = min(before[1], oldest_us), min(before[2], since_us)
        groups[tuple(group)] = before[0] + items, oldest_us, since_us, before[3] + int(days)
    found = [Waiting(*group, *numbers) for group, numbers in groups.items()]  # type: ignore[call-arg]
    return sorted(found, key=lambda w: (w.place, w.destination, w.reason, w.item_type, w.filling or ""))


def daily_counts(views: Views, *, first: str, last: str) -> list[LaneDay]:
    """What came on each local day from `first` to `last`; a day that was imported counts as imported."""
    own, day, lane = LANE_DAY.sql.c, IMPORTED_DAY.sql.c, IMPORTED_LANE.sql.c
    with views.reading("board") as connection:
        imported = set(connection.execute(select(day.day).where(day.day.between(first, last))).scalars())
        counted: list[Any] = list(connection.execute(select(LANE_DAY.sql).where(own.day.between(first, last))))
        found = [_lane(row, imported=False) for row in counted if row.day not in imported]
        given: Any = connection.execute(
            select(lane.day, lane.origin, lane.destination, lane.item_count)
            .join(IMPORTED_DAY.sql, (day.day == lane.day) & (day.import_pos == lane.import_pos))
            .where(lane.day.between(first, last))
        )
        found += [_lane(row, imported=True) for row in given]
    return sorted(found, key=lambda lane: (lane.day, lane.origin, lane.destination))


def same_weekday(views: Views, days: list[str]) -> Mapping[tuple[str, str], list[int]]:
    """
    What came on each of these days from origin to destination, in the order of the days.

    A day on which nothing at all was counted in the network is left out of every list.
    """
    found: list[dict[tuple[str, str], int]] = []
    for day in days:
        lanes = {(lane.origin, lane.destination): lane.items for lane in daily_counts(views, first=day, last=day)}
        if lanes:
            found.append(lanes)
    pairs = sorted({pair for lanes in found for pair in lanes})
    return {pair: [lanes.get(pair, 0) for lanes in found] for pair in pairs}


def _lane(row: Any, *, imported: bool) -> LaneDay:
    return LaneDay(row.day, row.origin, row.destination, row.item_count, imported)


def _waiting(as_of: int | None) -> Any:
    copy = COPY.sql
    asked = []
    for transit, under_way in halves(TRANSIT_NOW, TRANSIT_PAST, as_of):
        for item, there in halves(ITEM_NOW, ITEM_PAST, as_of):
            loose = (
                select(
                    item.c.kind, item.c.ref, transit.c.destination, transit.c.reason, copy.c.item_type,
                    null().label("filling"), func.count(), func.min(transit.c.opened_us), func.min(item.c.from_us),
                    func.sum(transit.c.opened_us // DAY_US),
                )
                .join(item, item.c.item == transit.c.item)
                .join(copy, copy.c.item == transit.c.item)
                .where(item.c.kind == "branch", *under_way, *there)
                .group_by(item.c.kind, item.c.ref, transit.c.destination, transit.c.reason, copy.c.item_type)
            )  # fmt: skip
            asked.append(loose)
            for filling, then in halves(FILLING_NOW, FILLING_PAST, as_of):
                place = (filling.c.kind, filling.c.place, transit.c.destination, transit.c.reason, copy.c.item_type)
                inside = (
                    select(
                        *place, filling.c.filling,
                        func.count(), func.min(transit.c.opened_us), func.min(item.c.from_us),
                        func.sum(transit.c.opened_us // DAY_US),
                    )
                    .join(item, item.c.item == transit.c.item)
                    .join(copy, copy.c.item == transit.c.item)
                    .join(filling, filling.c.filling == item.c.ref)
                    .where(item.c.kind == "filling", filling.c.kind != "nowhere", *under_way, *there, *then)
                    .group_by(*place, filling.c.filling)
                )  # fmt: skip
                asked.append(inside)
    return union_all(*asked)


# --- folds ---------------------------------------------------------------------------------------------------------


def _placed(working: Working, seen: Seen) -> None:
    working[ZONE].put(Zone(seen.subject, seen.data["time_zone"]))


def _set_out(working: Working, seen: Seen) -> None:
    origin, destination = seen.data["origin"], seen.data["destination"]
    zone = working[ZONE].get(origin)
    day = local_day(seen.happened_us, zone_of(zone.time_zone if zone else "UTC")).isoformat()
    _count(working, day, origin, destination, 1)
    working[LAST_OPENED].put(LastOpened(seen.subject, seen.request, day, origin, destination))


def _undone(working: Working, seen: Seen) -> None:
    last = working[LAST_OPENED].get(seen.subject)
    if last is not None and last.request == seen.data["request"]:
        _count(working, last.day, last.origin, last.destination, -1)
        working[LAST_OPENED].drop(seen.subject)


def _count(working: Working, day: str, origin: str, destination: str, by: int) -> None:
    lanes = working[LANE_DAY]
    key = (day, origin, destination)
    before = lanes.get(key)
    items = (before.item_count if before else 0) + by
    if items:
        lanes.put(LaneDayRow(day, origin, destination, items))
    else:
        lanes.drop(key)


def _imported(working: Working, seen: Seen) -> None:
    day = seen.data["day"]
    working[IMPORTED_DAY].put(ImportedDay(day, seen.position))
    for lane in seen.data["counts"]:
        working[IMPORTED_LANE].add(ImportedLane(day, lane["origin"], lane["destination"], lane["items"], seen.position))


BOARD = Projection(
    "board",
    1,
    (LANE_DAY, LAST_OPENED, ZONE, IMPORTED_DAY, IMPORTED_LANE),
    {
        "BranchOpened": _placed,
        "BranchDescribed": _placed,
        "TransitOpened": _set_out,
        "ScanUndone": _undone,
        "DailyCountsImported": _imported,
    },
)
