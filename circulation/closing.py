"""
What a closed day changes: which loans and which copies on the hold shelf end later. Pure.

A closure may be declared after loans were made that are due in it (circulation reference, case 34). Each goes to the
next open day of its own branch; a copy on the hold shelf gets back the days that the closure took from its wait.
Dates only ever move later: a closure that is withdrawn again shortens nobody's loan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from circulation.calendar import Calendar, Closure
from circulation.due_dates import DueDatesMoved, MovedTogether
from circulation.event import Fact

__all__ = ["Change", "Ending", "Endings", "changes_in", "closed_days_changes", "closure_changes", "moved_by"]


@dataclass(frozen=True, slots=True)
class Ending:
    """
    What ends at an instant: the loan `subject` lent at `branch`, or the copy `subject` on the hold shelf there.

    `since_us` is when it was lent or put on the shelf, `until_us` when it ends.
    """

    kind: Literal["loan", "shelf"]
    subject: str
    branch: str
    since_us: int
    until_us: int


class Endings(Protocol):
    """Every open loan and every copy on a hold shelf, as last seen."""

    def between(self, first_us: int, last_us: int | None) -> Sequence[Ending]:
        """
        Loans that are due from one instant to another (None: ever after), and copies whose wait on the shelf
        touches that time.
        """
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """
    An end that falls on closed days: a loan's or a copy's on the hold shelf.

    `becomes_us` is when it ends instead; None, with the reason in `why`, where no open day is near.
    """

    kind: Literal["loan", "shelf"]
    subject: str
    branch: str
    was_us: int
    becomes_us: int | None
    why: str


def closure_changes(closure: Closure, before: Calendar, endings: Iterable[Ending]) -> list[Change]:
    """
    What one closure changes that was not in the calendar `before`, by branch, soonest end first.

    Loans that are due from its first to its last day, and waits on the hold shelf that lose days to it.
    """
    after = before.with_closure(closure)
    found: list[Change] = []
    for ending in endings:
        if closure.scope not in after.scopes(ending.branch):
            continue
        day = after.day_at(ending.branch, ending.until_us)
        if ending.kind == "loan":
            if closure.first <= day <= closure.last:
                found.append(_moved(ending, after, day, f"closure {closure.id} of {closure.scope}"))
            continue
        lost = _days_lost(ending, day, closure, before)
        if lost or closure.first <= day <= closure.last:
            waits_until = after.day_after_closures(ending.branch, day, lost)
            why = f"closure {closure.id} of {closure.scope} takes {lost} {'day' if lost == 1 else 'days'} of its wait"
            found.append(_moved(ending, after, waits_until, why))
    return _in_order(found)


def closed_days_changes(calendar: Calendar, endings: Iterable[Ending]) -> list[Change]:
    """What ends on a day on which its branch is shut, for whatever reason: by branch, soonest end first."""
    found: list[Change] = []
    for ending in endings:
        day = calendar.day_at(ending.branch, ending.until_us)
        if any(calendar.branch(ending.branch).hours) and not calendar.is_open(ending.branch, day):
            found.append(_moved(ending, calendar, day, f"{ending.branch} is shut on {day}"))
    return _in_order(found)


def moved_by(
    changes: Iterable[Change], *, scope: str | None = None, closure: str | None = None
) -> dict[str, DueDatesMoved]:
    """The fact for each branch whose dates move, by its code: what ends together is listed together."""
    lists: dict[str, dict[tuple[int, int], tuple[list[str], list[str]]]] = {}
    for change in changes:
        if change.becomes_us is None:
            continue
        together = lists.setdefault(change.branch, {})
        loans, shelved = together.setdefault((change.was_us, change.becomes_us), ([], []))
        (loans if change.kind == "loan" else shelved).append(change.subject)
    return {
        branch: DueDatesMoved(
            scope=scope,
            closure=closure,
            moves=tuple(
                MovedTogether(
                    was_us=was_us, becomes_us=becomes_us, loans=tuple(sorted(loans)), shelved=tuple(sorted(shelved))
                )
                for (was_us, becomes_us), (loans, shelved) in sorted(together.items())
            ),
        )
        for branch, together in sorted(lists.items())
    }


def changes_in(facts: Iterable[Fact]) -> list[Change]:
    """What the facts of a command moved, in the order of the log."""
    found: list[Change] = []
    for fact in facts:
        if isinstance(fact.event, DueDatesMoved):
            branch, why = fact.stream.partition("/")[2], _because(fact.event)
            for move in fact.event.moves:
                dates = move.was_us, move.becomes_us, why
                found += [Change("loan", loan, branch, *dates) for loan in move.loans]
                found += [Change("shelf", barcode, branch, *dates) for barcode in move.shelved]
    return found


def _because(moved: DueDatesMoved) -> str:
    return "shut on that day" if moved.closure is None else f"closure {moved.closure} of {moved.scope}"


def _days_lost(ending: Ending, until: date, closure: Closure, before: Calendar) -> int:
    """How many days of a wait on the shelf the closure takes that no earlier closure had taken."""
    since = before.day_at(ending.branch, ending.since_us)
    first, last = max(closure.first, since), min(closure.last, until)
    days = (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
    return sum(1 for day in days if before.closure_on(ending.branch, day) is None)


def _moved(ending: Ending, calendar: Calendar, day: date | None, why: str) -> Change:
    becomes_us = None if day is None else calendar.closing_time(ending.branch, day)
    if becomes_us is None:
        why = f"{why}; {ending.branch} has no open day within 400 days, so it stays"
    else:
        becomes_us = max(becomes_us, ending.until_us)
    return Change(ending.kind, ending.subject, ending.branch, ending.until_us, becomes_us, why)


def _in_order(changes: list[Change]) -> list[Change]:
    moved = (change for change in changes if change.becomes_us != change.was_us)
    return sorted(moved, key=lambda one: (one.branch, one.was_us, one.kind, one.subject))
