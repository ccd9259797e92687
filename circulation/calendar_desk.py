"""
Closed days with what they change: one command declares the closure and moves every date that falls in it.

The closure stands on `calendar/<scope>`, the moved dates on `due-dates/<branch>`, one fact a branch: all of it is one
append, guarded by these few versions and not by the items'. An item that moved on meanwhile is passed over by the
fold; one that was lent meanwhile by the old calendar is found by declaring the same closure again, or by `settle`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from circulation.actor import Role
from circulation.administration import check_scope, declare_closure, parse_day
from circulation.calendar import Closure, at_minute, zone_of
from circulation.clock import DAY_US
from circulation.closing import Change, Ending, Endings, changes_in, closed_days_changes, closure_changes, moved_by
from circulation.closure import Closed, ClosureDeclared, closure_stream
from circulation.command import Caller, Commands, Decision
from circulation.due_dates import DueDatesMoved, due_dates_stream
from circulation.event import Appended, Event, NewEvents
from circulation.folds import CLOSURES, DUE_DATES
from circulation.places import closures_of, whole_calendar

__all__ = ["CalendarDesk", "Effect"]

_STAFF = (Role.COORDINATOR, Role.DESK)
_UTC = zone_of("UTC")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a command about the calendar did: its facts, and every date with what became of it."""

    appended: Appended
    changes: tuple[Change, ...]


class CalendarDesk:
    """The commands about closed days that reach into loans and hold shelves."""

    def __init__(self, commands: Commands, endings: Endings) -> None:
        self._commands = commands
        self._ledger = commands.ledger
        self._endings = endings

    def preview(self, scope: str, first: str, last: str, reason: str) -> list[Change]:
        """What closing would change; nothing is recorded. Raises as `close` does."""
        return self._close(scope, first, last, reason)[1]

    def close(
        self, caller: Caller, scope: str, first: str, last: str, reason: str, *, request: str | None = None
    ) -> Effect:
        """
        Close a scope (`all`, `member/<name>`, `branch/<code>`) and move the dates that fall in the closure.

        Repeating it moves what fell into it since. Raises `Invalid` (`day.unreadable`,
        `closure.ends-before-it-begins`, `closure.scope`) and `Unknown` (`branch.unknown`, `member.unknown`).
        """
        stuck: list[Change] = []
        sealed = self._commands.sealed(reason.strip())

        def decide(_at_us: int) -> Decision:
            decision, changes = self._close(scope, first, last, sealed)
            stuck[:] = [change for change in changes if change.becomes_us is None]
            return decision

        appended = self._commands.run(
            caller,
            "calendar close",
            {"scope": scope, "first": first, "last": last},
            decide,
            roles=_STAFF,
            request=request,
        )
        return Effect(appended, (*changes_in(appended.facts), *stuck))

    def _close(self, scope: str, first: str, last: str, reason: str) -> tuple[Decision, list[Change]]:
        check_scope(self._ledger, scope)
        stream = closure_stream(scope)
        loaded = self._ledger.load(stream, CLOSURES)
        declared = declare_closure(loaded.state or (), first, last, reason)
        before = whole_calendar(self._ledger)
        closure = _closure(scope, loaded.state or (), declared, (parse_day(first), parse_day(last)))
        changes = closure_changes(closure, before, self._touching(closure))
        on_calendar = NewEvents(stream, loaded.version, declared)
        moved = self._moved(moved_by(changes, scope=scope, closure=closure.id))
        return Decision((on_calendar, *moved) if declared or moved else ()), changes

    def moved_by_closure(self, scope: str, closure: str) -> list[Change]:
        """
        The dates that a closure has moved and that still stand: as they were, and as they are.

        They stay when the closure is withdrawn: nobody is told a date twice to have less time.
        """
        check_scope(self._ledger, scope)
        calendar = whole_calendar(self._ledger)
        found = []
        for branch in calendar.branches:
            if scope in calendar.scopes(branch):
                found += changes_in(
                    fact
                    for fact in self._ledger.stream(due_dates_stream(branch))
                    if isinstance(fact.event, DueDatesMoved)
                    and (fact.event.scope, fact.event.closure) == (scope, closure)
                )
        if not found:
            return []
        ends = [change.becomes_us or 0 for change in found]
        standing = {
            (ending.kind, ending.subject, ending.until_us) for ending in self._endings.between(min(ends), max(ends))
        }
        return [change for change in found if (change.kind, change.subject, change.becomes_us) in standing]

    def closed_days(self, scope: str, at_us: int) -> list[Change]:
        """What ends after an instant on a day on which its branch is shut, as after a change of its hours."""
        check_scope(self._ledger, scope)
        calendar = whole_calendar(self._ledger)
        ahead = self._endings.between(at_us, None)
        theirs = (one for one in ahead if one.until_us >= at_us and scope in calendar.scopes(one.branch))
        return closed_days_changes(calendar, theirs)

    def settle(self, caller: Caller, scope: str, *, request: str | None = None) -> Effect:
        """
        Move what ends from now on on a day on which its branch is shut, as after a change of its hours.

        Raises `Invalid` (`closure.scope`) and `Unknown` (`branch.unknown`, `member.unknown`).
        """
        stuck: list[Change] = []

        def decide(at_us: int) -> Decision:
            changes = self.closed_days(scope, at_us)
            stuck[:] = [change for change in changes if change.becomes_us is None]
            return Decision(self._moved(moved_by(changes)))

        appended = self._commands.run(
            caller, "calendar settle", {"scope": scope}, decide, roles=_STAFF, request=request
        )
        return Effect(appended, (*changes_in(appended.facts), *stuck))

    def _moved(self, events: dict[str, DueDatesMoved]) -> tuple[NewEvents, ...]:
        return tuple(
            NewEvents(stream, self._ledger.load(stream, DUE_DATES).version, (event,))
            for branch, event in events.items()
            for stream in (due_dates_stream(branch),)
        )

    def _touching(self, closure: Closure) -> Sequence[Ending]:
        """What may end in the closure, by any clock on earth; the calendar of each branch then decides."""
        first_us, last_us = at_minute(closure.first, 0, _UTC), at_minute(closure.last, 0, _UTC)
        return self._endings.between(first_us - DAY_US, last_us + 2 * DAY_US)


def _closure(scope: str, held: Sequence[Closed], declared: Sequence[Event], asked: tuple[str, str]) -> Closure:
    """The closure that is declared now, or the one that says the same already."""
    for event in declared:
        if isinstance(event, ClosureDeclared):
            held = (Closed(event.closure, event.first, event.last, event.reason),)
    same = [one for one in held if (one.first, one.last) == asked]
    return closures_of(scope, same)[0]
