"""
What a van will find beyond what waits already, from the same weekday of earlier weeks.

For every lane the counts of the same weekday are ranked and a stated percentile is taken; of the days until the van
comes only the part is counted in which the branch is still open. Pure: it sees counts and calendars, no clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from circulation.branch import Branch
from circulation.calendar import Calendar, Span, at_minute, local_day, zone_of

__all__ = ["DailyCount", "Expectation", "Lane", "counts_by_lane", "percentile_of", "share_until", "shared_out"]

Lane = tuple[str, str]
"""Where items come from and where they go next, as branch codes."""


class DailyCount(Protocol):
    """So many items began to travel from `origin` to `destination` on one local day."""

    @property
    def day(self) -> str:
        """The local day, as `2026-11-24`."""
        ...

    @property
    def origin(self) -> str:
        """The branch where they were scanned."""
        ...

    @property
    def destination(self) -> str:
        """The branch where they are to go in the end."""
        ...

    @property
    def items(self) -> int:
        """How many."""
        ...


def percentile_of(values: Iterable[int], percentile: int) -> int:
    """The smallest value that at least `percentile` (1 to 100) per cent of the values do not exceed; 0 for none."""
    ranked = sorted(values)
    if not ranked:
        return 0
    return ranked[max(0, -(-len(ranked) * percentile // 100) - 1)]


def share_until(calendar: Calendar, branch: Branch, day: date, since_us: int, until_us: int) -> float:
    """The part (0 to 1) of that day's staffed minutes that lies between two instants; 0 when the branch is shut."""
    spans = calendar.opening(branch.code, day)
    staffed = sum(closes - opens for opens, closes in spans)
    if staffed <= 0:
        return 0.0
    within = sum(max(0, min(closes, until_us) - max(opens, since_us)) for opens, closes in spans)
    return within / staffed


@dataclass(frozen=True, slots=True)
class Expectation:
    """
    How counts become an expectation: `weeks` earlier weeks (1 or more) at `percentile` (1 to 100).

    A week in which the network counted nothing at all on that weekday (a bank holiday, or before the first count)
    is left out; in the others a lane without a count had none.
    """

    weeks: int = 8
    percentile: int = 50

    def first_day(self, day: date) -> date:
        """The earliest day whose counts matter for an expectation of items that travel on `day`."""
        return day - timedelta(weeks=self.weeks + 1)

    def by_day(self, counts: Mapping[Lane, Mapping[date, int]], day: date) -> dict[Lane, int]:
        """Items to expect on a whole such day, by lane; lanes that expect none are left out."""
        earlier = [day - timedelta(weeks=week) for week in range(1, self.weeks + 1)]
        counted = {one for by_day in counts.values() for one in by_day}
        usual = [one for one in earlier if one in counted]
        found = {
            lane: percentile_of((by_day.get(one, 0) for one in usual), self.percentile)
            for lane, by_day in counts.items()
        }
        return {lane: items for lane, items in found.items() if items}

    def additions(
        self,
        counts: Mapping[Lane, Mapping[date, int]],
        *,
        branches: Mapping[str, Branch],
        calendar: Calendar,
        since_us: int,
        calls: Mapping[str, tuple[date, Span]],
    ) -> dict[Lane, int]:
        """
        Items that each lane adds from an instant until the van comes, rounded to whole ones.

        `calls` says for every branch on which day and between which minutes the van may come; it is expected in
        the middle. Branches without a call add nothing.
        """
        usual: dict[date, dict[Lane, int]] = {}
        found: dict[Lane, float] = defaultdict(float)
        for code, (day, span) in sorted(calls.items()):
            branch = branches[code]
            zone = zone_of(branch.time_zone)
            until_us = at_minute(day, (span.opens_minute + span.closes_minute) // 2, zone)
            one = local_day(since_us, zone)
            while one <= day:
                share = share_until(calendar, branch, one, since_us, until_us)
                if share > 0:
                    if one not in usual:
                        usual[one] = self.by_day(counts, one)
                    for lane, items in usual[one].items():
                        if lane[0] == code:
                            found[lane] += share * items
                one += timedelta(days=1)
        return {lane: round(items) for lane, items in sorted(found.items()) if round(items)}


def counts_by_lane(
    counts: Iterable[DailyCount], next_stop: Callable[[str, str], str | None]
) -> dict[Lane, dict[date, int]]:
    """
    Counts by lane and day; `next_stop` gives the end of the lane for an origin and a destination.

    To count lanes as a van sees them it answers with the hub; to count them as the board shows them, with the
    destination. What has none is left out.
    """
    stops: dict[Lane, str | None] = {}
    found: dict[Lane, dict[date, int]] = {}
    for count in counts:
        whole = (count.origin, count.destination)
        if whole not in stops:
            stops[whole] = next_stop(*whole)
        stop = stops[whole]
        if stop is not None:
            by_day = found.setdefault((count.origin, stop), {})
            day = date.fromisoformat(count.day)
            by_day[day] = by_day.get(day, 0) + count.items
    return found


def shared_out(
    additions: Mapping[Lane, int], counts: Iterable[DailyCount], next_stop: Callable[[str, str], str | None]
) -> dict[Lane, int]:
    """
    Additions by origin and next stop, shared out over the destinations beyond it as they were counted before.

    A percentile of a single destination is mostly nothing, so the whole is expected first and then divided; the
    largest remainders are rounded up, so that the parts add up to the whole.
    """
    beyond: dict[Lane, dict[str, int]] = {}
    for count in counts:
        stop = next_stop(count.origin, count.destination)
        if stop is not None and (count.origin, stop) in additions:
            parts = beyond.setdefault((count.origin, stop), {})
            parts[count.destination] = parts.get(count.destination, 0) + count.items
    found: dict[Lane, int] = {}
    for lane, items in sorted(additions.items()):
        parts = beyond.get(lane, {})
        whole = sum(parts.values())
        if not whole:
            found[lane] = found.get(lane, 0) + items
            continue
        shares = {goal: divmod(items * part, whole) for goal, part in parts.items()}
        left = items - sum(share for share, _ in shares.values())
        up = sorted(shares, key=lambda goal: (-shares[goal][1], goal))[:left]
        for goal, (share, _) in sorted(shares.items()):
            expected = share + (goal in up)
            if expected:
                found[lane[0], goal] = found.get((lane[0], goal), 0) + expected
    return found
