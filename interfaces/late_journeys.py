"""
Journeys that came after the day that the timetable promised when they began, or travel past it, and why.

A journey counts where it arrived in the period; one that still travels counts where its promised day lies in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from interfaces.promises import Promises
from logistics.closed_stops import plans_of_days
from logistics.expectation import percentile_of
from logistics.lateness import CAUSES, Cause, DayBook, cause_of
from projections import journeys as bulk
from projections import transits

if TYPE_CHECKING:
    from datetime import date

    from circulation.ledger import Ledger
    from projections.transits import Journey
    from projections.views import Views

__all__ = ["CauseRow", "LaneRow", "LateJourney", "LatePeriod", "by_cause", "by_lane", "late_journeys"]


@dataclass(frozen=True, slots=True)
class LateJourney:
    """A late journey; `arrived_us` is None while it travels, `days_late` counts from the promised day till then."""

    item: str
    origin: str
    destination: str
    reason: str
    opened_us: int
    promised_day: date
    arrived_us: int | None
    days_late: int
    cause: str
    place: str
    why: str


@dataclass(frozen=True, slots=True)
class LatePeriod:
    """
    The late journeys of a period, and all journeys that were promised a day and count in it, by lane.

    `no_promise` are those that began where the timetable knew no way.
    """

    late: Sequence[LateJourney]
    journeys: Counter[tuple[str, str]]
    no_promise: int


@dataclass(frozen=True, slots=True)
class LaneRow:
    """
    The late journeys of a lane with one cause: how many, and percentiles of the days that they were late.

    `journeys` are all of the lane, `late` those that were late for whatever cause.
    """

    origin: str
    destination: str
    journeys: int
    late: int
    late_percent: int
    cause: str
    count: int
    p50_days: int
    p90_days: int
    longest_days: int


@dataclass(frozen=True, slots=True)
class CauseRow:
    """The late journeys with one cause; `percent` is their share of all late ones, `place` where it happens most."""

    cause: str
    count: int
    percent: int
    p50_days: int
    p90_days: int
    longest_days: int
    place: str
    there: int


def late_journeys(
    views: Views,
    ledger: Ledger,
    *,
    from_us: int,
    to_us: int,
    now_us: int,
    lane: tuple[str, str] | None = None,
    by: tuple[str, ...] = (),
) -> LatePeriod:
    """The late journeys of a period, the latest first; of one lane, or from or to one of the branches, if given."""
    promises = Promises(views)
    late: list[tuple[Journey, int]] = []
    counted: Counter[tuple[str, str]] = Counter()
    no_promise = 0
    for journey in _candidates(views, from_us, to_us):
        its = (journey.origin, journey.destination)
        if (lane is not None and its != lane) or (by and not set(by) & set(its)):
            continue
        promised_us = promises.promised_us(*its, journey.opened_us, journey.from_pos)
        if promised_us is None:
            no_promise += 1
            continue
        is_open = journey.ended_us is None
        if is_open and not from_us <= promised_us < to_us:
            continue
        promised = promises.day(journey.destination, promised_us)
        until = promises.day(journey.destination, now_us if journey.ended_us is None else journey.ended_us)
        if is_open and until <= promised:
            continue
        counted[its] += 1
        if until > promised:
            late.append((journey, (until - promised).days))
    return LatePeriod(_with_causes(views, ledger, promises, late, now_us), counted, no_promise)


def by_lane(period: LatePeriod) -> list[LaneRow]:
    """By lane and cause, the lanes with most late journeys first."""
    lanes: dict[tuple[str, str], list[LateJourney]] = defaultdict(list)
    for one in period.late:
        lanes[one.origin, one.destination].append(one)
    rows = []
    for lane, late in sorted(lanes.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        whole = period.journeys[lane]
        for cause, of_cause in _grouped(late):
            share = 100 * len(late) // whole
            rows.append(LaneRow(*lane, whole, len(late), share, cause, len(of_cause), *_days(of_cause)))
    return rows


def by_cause(period: LatePeriod) -> list[CauseRow]:
    """By cause over the whole network, the most frequent first."""
    rows = []
    for cause, late in _grouped(period.late):
        place, there = min(Counter(one.place for one in late).items(), key=lambda entry: (-entry[1], entry[0]))
        share = 100 * len(late) // len(period.late)
        rows.append(CauseRow(cause, len(late), share, *_days(late), place, there))
    return rows


def _grouped(late: Iterable[LateJourney]) -> list[tuple[str, list[LateJourney]]]:
    causes: dict[str, list[LateJourney]] = defaultdict(list)
    for one in late:
        causes[one.cause].append(one)
    order = {code: place for place, code in enumerate(CAUSES)}
    return sorted(causes.items(), key=lambda entry: (-len(entry[1]), order[entry[0]]))  # type: ignore[index]


def _days(late: Sequence[LateJourney]) -> tuple[int, int, int]:
    days = [one.days_late for one in late]
    return percentile_of(days, 50), percentile_of(days, 90), max(days)


def _candidates(views: Views, from_us: int, to_us: int) -> Iterable[Journey]:
    yield from bulk.arrived(views, from_us=from_us, to_us=to_us)
    yield from transits.open_transits(views, opened_before_us=to_us)


def _with_causes(
    views: Views, ledger: Ledger, promises: Promises, late: Sequence[tuple[Journey, int]], now_us: int
) -> list[LateJourney]:
    if not late:
        return []
    moved = bulk.redirected(views)
    days = {(journey.item, journey.from_pos): count for journey, count in late}
    book = _book(views, ledger, promises, [journey for journey, _ in late], now_us)
    found = []
    for journey, spots in bulk.traces(views, [journey for journey, _ in late]):
        legs = promises.legs(journey.origin, journey.destination, journey.opened_us, journey.from_pos)
        cause: Cause = cause_of(
            legs,
            spots,
            book,
            arrived_us=journey.ended_us,
            redirected=(journey.item, journey.transit) in moved,
        )
        found.append(
            LateJourney(
                journey.item,
                journey.origin,
                journey.destination,
                journey.reason,
                journey.opened_us,
                promises.day(journey.destination, legs[-1].lands_us),
                journey.ended_us,
                days[journey.item, journey.from_pos],
                cause.code,
                cause.place,
                cause.why,
            )
        )
    return sorted(found, key=lambda one: (-one.days_late, one.opened_us, one.item))


def _book(views: Views, ledger: Ledger, promises: Promises, journeys: Sequence[Journey], now_us: int) -> DayBook:
    first = promises.day(journeys[0].origin, min(journey.opened_us for journey in journeys))
    ends = [now_us if journey.ended_us is None else journey.ended_us for journey in journeys]
    last = promises.day(journeys[0].origin, max(ends))
    left: dict[tuple[str, str], str] = {}
    for plan in plans_of_days(ledger, first, last):
        if plan.published is not None:
            revision = plan.revisions[plan.published]
            left |= {(revision.day, one.branch): one.why for one in revision.left}
    runs = bulk.runs_by_day(views, first=first.isoformat(), last=last.isoformat())
    return DayBook(runs, left, promises.shut, promises.zone)
