"""
When a branch is open: hours by weekday, closures, and the time zone that both are written in.

A calendar is a plain value. It turns "three weeks from now" into the instant at which a loan is due,
says how long an item waits on the hold shelf, and when a van finds somebody at the door.
Instants are whole microseconds UTC; hours are minutes of the local day, as the clock on the wall shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from circulation.clock import DAY_US, SECOND_US
from circulation.errors import Invalid, Unknown

__all__ = [
    "NEVER_OPEN",
    "SEARCH_DAYS",
    "WEEKDAYS",
    "BranchCalendar",
    "Calendar",
    "ClosedDay",
    "Closure",
    "Span",
    "WeekHours",
    "at_minute",
    "format_spans",
    "local_day",
    "parse_spans",
    "zone_of",
]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ClosedDay = Literal["next-open", "previous-open", "keep"]
"""
What becomes of a due day on which the branch is shut: the next open day, the one before it, or it stays.

The strategies of Koha and FOLIO that lenders of books use (circulation reference, sections 1.2 and 1.3); those for
loans of hours are left out.
"""

LAST_MINUTE = 24 * 60
SEARCH_DAYS = 400
"""How far ahead the next open day is looked for: over a year, so that a branch open one season is found."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPAN = re.compile(r"^(\d{1,2}):(\d{2})\s*[-\u2013]\s*(\d{1,2}):(\d{2})$")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From one minute of the local day to another, 0 to 1440; the second is later than the first."""

    opens_minute: int
    closes_minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens_minute < self.closes_minute <= LAST_MINUTE:
            raise Invalid("hours.impossible", opens_minute=self.opens_minute, closes_minute=self.closes_minute)

    def __str__(self) -> str:
        return "-".join(f"{m // 60:02d}:{m % 60:02d}" for m in (self.opens_minute, self.closes_minute))


WeekHours = tuple[
    tuple[Span, ...],
    tuple[Span, ...],
    tuple[Span, ...],
    tuple[Span, ...],
    tuple[Span, ...],
    tuple[Span, ...],
    tuple[Span, ...],
]
"""The spans of each weekday in their order, Monday first; an empty day is a closed one."""

NEVER_OPEN: WeekHours = ((), (), (), (), (), (), ())


def parse_spans(text: str) -> tuple[Span, ...]:
    """
    One day's hours from `09:30-13:00,14:00-17:00`; nothing, `-` or `closed` is a closed day.

    Blanks, an en dash and a one-digit hour are read too. Raises `Invalid` (`hours.unreadable`) naming the
    text when a part is no span, ends before it begins, or does not lie after the part before it.
    """
    plain = text.strip()
    if plain.lower() in ("", "-", "closed"):
        return ()
    shown = plain[:60]
    spans: list[Span] = []
    for part in plain.split(","):
        found = _SPAN.match(part.strip())
        if not found:
            raise Invalid("hours.unreadable:not-two-times", hours=shown, span=part.strip()[:40])
        hour, minute, to_hour, to_minute = (int(group) for group in found.groups())
        if minute > 59 or to_minute > 59:
            raise Invalid("hours.unreadable:minute", hours=shown, span=part.strip())
        opens, closes = hour * 60 + minute, to_hour * 60 + to_minute
        if opens >= closes or closes > LAST_MINUTE:
            raise Invalid("hours.unreadable:ends-first", hours=shown, span=part.strip())
        if spans and opens < spans[-1].closes_minute:
            raise Invalid("hours.unreadable:overlap", hours=shown, span=part.strip())
        spans.append(Span(opens, closes))
    return tuple(spans)


def format_spans(spans: tuple[Span, ...]) -> str:
    """The text that `parse_spans` reads; empty for a closed day."""
    return ",".join(str(span) for span in spans)


@dataclass(frozen=True, slots=True)
class Closure:
    """
    Days, both ends included, on which a branch, a member's branches or all branches are shut.

    `scope` is `all`, `member/<name>` or `branch/<code>`.
    """

    id: str
    scope: str
    first: date
    last: date
    reason: str

    def __post_init__(self) -> None:
        kind, _, name = self.scope.partition("/")
        if self.scope != "all" and not (kind in ("member", "branch") and name):
            raise Invalid("closure.scope", scope=self.scope[:60])
        if self.last < self.first:
            raise Invalid("closure.backwards", id=self.id, last=self.last, first=self.first)


@dataclass(frozen=True, slots=True)
class BranchCalendar:
    """
    The week of one branch: whose it is, its IANA time zone (`Europe/London`) and its staffed hours.

    `delivery` are the hours in which the van may come, where they are not the staffed ones (it has a key).
    """

    member: str
    time_zone: str
    hours: WeekHours
    delivery: WeekHours | None = None


class Calendar:
    """
    The hours of every branch and all closures.

    Every method that takes a branch raises `Unknown` (`branch.unknown`) for one that is not in it.
    """

    __slots__ = ("_by_scope", "branches", "closures")

    def __init__(self, branches: Mapping[str, BranchCalendar], closures: Iterable[Closure] = ()) -> None:
        self.branches = dict(branches)
        self.closures = tuple(sorted(closures, key=lambda c: (c.first, c.last, c.id)))
        by_scope: dict[str, list[Closure]] = {}
        for closure in self.closures:
            by_scope.setdefault(closure.scope, []).append(closure)
        self._by_scope = by_scope

    def with_closure(self, closure: Closure) -> Calendar:
        """This calendar with one more closure; one of the same scope and id is replaced."""
        return Calendar(self.branches, (*self.without_closure(closure.scope, closure.id).closures, closure))

    def without_closure(self, scope: str, closure: str) -> Calendar:
        """This calendar as it is when a closure is withdrawn."""
        return Calendar(self.branches, (c for c in self.closures if (c.scope, c.id) != (scope, closure)))

    def branch(self, code: str) -> BranchCalendar:
        """The week of one branch."""
        try:
            return self.branches[code]
        except KeyError:
            raise Unknown("branch.unknown", branch=code[:60]) from None

    def closure_on(self, code: str, day: date) -> Closure | None:
        """The closure that shuts the branch on that day; the widest scope first."""
        for scope in self.scopes(code):
            for closure in self._by_scope.get(scope, ()):
                if closure.first > day:
                    break
                if closure.last >= day:
                    return closure
        return None

    def scopes(self, code: str) -> tuple[str, str, str]:
        """The scopes of the closures that shut the branch, the widest first."""
        return "all", f"member/{self.branch(code).member}", f"branch/{code}"

    def spans(self, code: str, day: date) -> tuple[Span, ...]:
        """The staffed hours of that day; empty when the branch is shut."""
        spans = self.branch(code).hours[day.weekday()]
        return spans if spans and self.closure_on(code, day) is None else ()

    def is_open(self, code: str, day: date) -> bool:
        """Whether the branch has staffed hours on that day."""
        return bool(self.spans(code, day))

    def opening(self, code: str, day: date) -> tuple[tuple[int, int], ...]:
        """
        The staffed hours of that day as instants; empty when the branch is shut.

        A span over which the clock jumps is as much shorter or longer in truth as it jumps.
        """
        zone = zone_of(self.branch(code).time_zone)
        found = (
            (at_minute(day, s.opens_minute, zone), at_minute(day, s.closes_minute, zone)) for s in self.spans(code, day)
        )
        return tuple((opens, closes) for opens, closes in found if opens < closes)

    def next_open_day(self, code: str, day: date) -> date | None:
        """That day or the first open one after it; None when 400 days hold none."""
        hours = self.branch(code).hours
        if not any(hours):
            return None
        for ahead in range(min(SEARCH_DAYS, (date.max - day).days + 1)):
            later = day + timedelta(days=ahead)
            if hours[later.weekday()] and self.closure_on(code, later) is None:
                return later
        return None

    def due_at(self, code: str, lent_us: int, days: int, closed_day: ClosedDay = "next-open") -> int:
        """
        When a loan of so many local days (0 or more) is due: at closing time of the due day.

        On a closed day `closed_day` says which day it is instead; a day that is kept ends with its last second.
        When that closing time has passed, it is the next open day's. A branch that is never open, or shut for the
        400 days to come, has the last second of the nominal day. Raises `Invalid` (`loan.days`) for days below 0
        or past the year 9999.
        """
        zone = zone_of(self.branch(code).time_zone)
        lent = local_day(lent_us, zone)
        nominal = self._days_after(lent, days)
        if closed_day != "next-open" and not self.is_open(code, nominal):
            if closed_day == "keep":
                return _last_second(zone, nominal)
            for earlier in range((nominal - lent).days):
                day = nominal - timedelta(days=earlier + 1)
                if self.is_open(code, day) and (due_us := _closes(self.spans(code, day), day, zone)) > lent_us:
                    return due_us
        due_us = self._closing_time(code, zone, nominal)
        if due_us <= lent_us and nominal < date.max:
            due_us = self._closing_time(code, zone, nominal + timedelta(days=1))
        return due_us

    def closing_time(self, code: str, day: date) -> int | None:
        """Closing time of that day or of the first open one after it; None when 400 days hold none."""
        found = self.next_open_day(code, day)
        if found is None:
            return None
        return _closes(self.spans(code, found), found, zone_of(self.branch(code).time_zone))

    def shelf_until(self, code: str, shelved_us: int, days: int) -> int:
        """
        Until when an item waits on the hold shelf for so many local days (0 or more).

        The days count from the first open day, days lost to a closure are given back, and it ends at closing
        time as a loan does. A branch that is never open, or shut for the 400 days to come, has the last second
        of the nominal day.
        """
        zone = zone_of(self.branch(code).time_zone)
        shelved = local_day(shelved_us, zone)
        first = self.next_open_day(code, shelved)
        if first == shelved and _closes(self.spans(code, shelved), shelved, zone) <= shelved_us:
            first = self.next_open_day(code, shelved + timedelta(days=1)) or first
        last = None if first is None else self.day_after_closures(code, first, days)
        if last is None:
            return _last_second(zone, self._days_after(first or shelved, days))
        return self._closing_time(code, zone, last)

    def day_after_closures(self, code: str, day: date, days: int) -> date | None:
        """
        So many days (0 or more) after a day, not counting those of closures; None when 400 days more hold them not.

        Days of an ordinary week on which the branch is shut are counted.
        """
        latest = self._days_after(day, days + SEARCH_DAYS)
        while days > 0 and day < latest:
            day += timedelta(days=1)
            if self.closure_on(code, day) is None:
                days -= 1
        return None if days > 0 else day

    def service_days(self, code: str) -> frozenset[int]:
        """The weekdays (0 is Monday) on which the van may come in an ordinary week."""
        calendar = self.branch(code)
        hours = calendar.hours if calendar.delivery is None else calendar.delivery
        return frozenset(weekday for weekday, spans in enumerate(hours) if spans)

    def delivery_windows(self, code: str, day: date) -> tuple[Span, ...]:
        """When the van may come on that day: the delivery hours, else the staffed ones; none in a closure."""
        calendar = self.branch(code)
        hours = calendar.hours if calendar.delivery is None else calendar.delivery
        spans = hours[day.weekday()]
        return spans if spans and self.closure_on(code, day) is None else ()

    def day_at(self, code: str, instant_us: int) -> date:
        """The date on the branch's wall at that instant."""
        return local_day(instant_us, zone_of(self.branch(code).time_zone))

    def _closing_time(self, code: str, zone: ZoneInfo, nominal: date) -> int:
        closes_us = self.closing_time(code, nominal)
        return _last_second(zone, nominal) if closes_us is None else closes_us

    @staticmethod
    def _days_after(day: date, days: int) -> date:
        if days < 0:
            raise Invalid("loan.days:past", days=days)
        try:
            return day + timedelta(days=days)
        except OverflowError:
            raise Invalid("loan.days", days=days, day=day) from None


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name; raises `Invalid` (`calendar.zone`) for one that is not known."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Invalid("calendar.zone", name=name[:60]) from None


def local_day(instant_us: int, zone: ZoneInfo) -> date:
    """The date on a wall in that zone at that instant."""
    return datetime.fromtimestamp(instant_us // SECOND_US, tz=zone).date()


def at_minute(day: date, minute: int, zone: ZoneInfo) -> int:
    """
    The instant at which a wall in that zone shows that minute (0 to 1440) of that day.

    When the clock shows it twice it is the first time; when the clock jumps over it, the instant as far
    after midnight as the minute says.
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    if minute == LAST_MINUTE:
        # A day is not always 24 hours long, so its end is the beginning of the next.
        if day == date.max:
            return _us(midnight) + DAY_US
        return _us(datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=zone))
    return _us(midnight.replace(hour=minute // 60, minute=minute % 60))


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _last_second(zone: ZoneInfo, day: date) -> int:
    return at_minute(day, LAST_MINUTE, zone) - SECOND_US


def _closes(spans: tuple[Span, ...], day: date, zone: ZoneInfo) -> int:
    """Closing time; a branch that closes at midnight does so a second before, still on that day."""
    closes_us = at_minute(day, spans[-1].closes_minute, zone)
    return min(closes_us, _last_second(zone, day))
