"""
Branches and their calendars, folded fresh from their streams for one decision at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from circulation.branch import Branch, branch_stream
from circulation.calendar import BranchCalendar, Calendar, Closure, WeekHours, local_day, parse_spans, zone_of
from circulation.closure import Closed, closure_stream
from circulation.directory import all_closures, branches
from circulation.due_dates import as_moved, due_dates_stream
from circulation.errors import Refused, Unknown
from circulation.folds import BRANCH, CLOSURES, DUE_DATES
from circulation.item import Item
from circulation.ledger import Ledger

__all__ = ["Places", "calendar_of", "closures_of", "week_of", "whole_calendar"]


def week_of(hours: tuple[str, ...]) -> WeekHours:
    """The hours of a week from their texts, Monday first."""
    return tuple(parse_spans(day) for day in hours)  # type: ignore[return-value]


def calendar_of(branch: Branch) -> BranchCalendar:
    """The week of a branch as the calendar counts it."""
    windows = branch.terms.windows
    return BranchCalendar(
        member=branch.member,
        time_zone=branch.time_zone,
        hours=week_of(branch.hours),
        delivery=None if windows is None else week_of(windows),
    )


def closures_of(scope: str, closed: Iterable[Closed]) -> list[Closure]:
    """The closures of a scope as the calendar counts them."""
    return [
        Closure(one.closure, scope, date.fromisoformat(one.first), date.fromisoformat(one.last), one.reason)
        for one in closed
    ]


def whole_calendar(ledger: Ledger) -> Calendar:
    """The calendar of the whole network as it is registered now, with the branches that have left it."""
    return Calendar(
        {code: calendar_of(branch) for code, branch in branches(ledger, retired=True).items()},
        [closure for scope, closed in all_closures(ledger).items() for closure in closures_of(scope, closed)],
    )


class Places:
    """Reads branches and calendars from a ledger, keeping what did not change."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._calendars: dict[str, tuple[tuple[int, ...], Calendar]] = {}

    def branch(self, code: str) -> Branch:
        """A branch that is open for business. Raises `Unknown` or `Refused` (`branch.unknown`, `branch.retired`)."""
        branch = self._ledger.load(branch_stream(code), BRANCH).state
        if branch is None:
            raise Unknown("branch.unknown", branch=code[:60])
        if branch.retired:
            raise Refused("branch.retired:desk", code=code)
        return branch

    def calendar(self, code: str) -> Calendar:
        """The calendar of one branch, with every closure that shuts it."""
        branch = self._ledger.load(branch_stream(code), BRANCH)
        if branch.state is None:
            self.branch(code)
            raise AssertionError  # pragma: no cover - the line above always raises
        scopes = ("all", f"member/{branch.state.member}", f"branch/{code}")
        closures = [self._ledger.load(closure_stream(scope), CLOSURES) for scope in scopes]
        versions = (branch.version, *(loaded.version for loaded in closures))
        kept = self._calendars.get(code)
        if kept is not None and kept[0] == versions:
            return kept[1]
        calendar = Calendar(
            {code: calendar_of(branch.state)},
            [
                closure
                for scope, loaded in zip(scopes, closures, strict=True)
                for closure in closures_of(scope, loaded.state or ())
            ],
        )
        self._calendars[code] = (versions, calendar)
        return calendar

    def dated(self, item: Item) -> Item:
        """The copy with the due date, or the last day on the hold shelf, that holds now: closures may have moved it."""
        return as_moved(item, lambda branch: self._ledger.load(due_dates_stream(branch), DUE_DATES).state)

    def day(self, code: str, at_us: int) -> str:
        """The date on the wall of a branch, as `2026-11-24`."""
        return local_day(at_us, zone_of(self.branch(code).time_zone)).isoformat()
