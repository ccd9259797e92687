"""
Due dates and shelf days that were moved together, on the streams `due-dates/<branch>`.

A closure declared after the fact moves the dates of everything that ends in it. That is one fact for a branch, with the
list, and nothing is written on the items' own streams: a closure of 50,000 loans is one event of a megabyte, guarded
by one version, and holds up no desk. Whoever asks until when a copy is lent reads both streams: `as_moved`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from circulation.event import Event, Fact, event, part
from circulation.item import Item

__all__ = [
    "DueDatesMoved",
    "MovedDates",
    "MovedTogether",
    "Shift",
    "about",
    "as_moved",
    "due_dates_stream",
    "fold_due_dates",
]


def due_dates_stream(branch: str) -> str:
    """The name of the stream of the dates that were moved at a branch."""
    return f"due-dates/{branch}"


@part
class MovedTogether:
    """What was to end at `was_us` and ends at `becomes_us`: loans by their id, copies on the hold shelf by barcode."""

    was_us: int
    becomes_us: int
    loans: tuple[str, ...] = ()
    shelved: tuple[str, ...] = ()


@event
class DueDatesMoved(Event):
    """
    Dates at one branch were moved because it is shut on the day: loans lent there, copies on its hold shelf.

    `closure` is the closure of `scope` that did it; both are None where the weekly hours had changed.
    What does not end at `was_us` when this is recorded, because it came back or was renewed, is not moved.
    """

    scope: str | None = None
    closure: str | None = None
    moves: tuple[MovedTogether, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """One date that was moved, by the fact at `position`."""

    position: int
    was_us: int
    becomes_us: int


@dataclass(frozen=True, slots=True)
class MovedDates:
    """Every date that was moved at a branch, in the order of the log: by loan id and by barcode on the hold shelf."""

    loans: Mapping[str, tuple[Shift, ...]] = field(default_factory=dict)
    shelved: Mapping[str, tuple[Shift, ...]] = field(default_factory=dict)


def fold_due_dates(moved: MovedDates | None, fact: Fact) -> MovedDates:
    """The moved dates of a branch after one more fact. Raises `TypeError` for a fact that cannot be."""
    if not isinstance(fact.event, DueDatesMoved):
        raise TypeError(f"{type(fact.event).__name__} is not a fact about due dates ({fact.stream})")
    loans, shelved = ({}, {}) if moved is None else (dict(moved.loans), dict(moved.shelved))
    for move in fact.event.moves:
        shift = Shift(fact.position, move.was_us, move.becomes_us)
        for loan in move.loans:
            loans[loan] = (*loans.get(loan, ()), shift)
        for barcode in move.shelved:
            shelved[barcode] = (*shelved.get(barcode, ()), shift)
    return MovedDates(loans, shelved)


def about(moved: DueDatesMoved, barcode: str) -> DueDatesMoved | None:
    """The part of a list that names one copy, by its loan or on the hold shelf; None where it does not."""
    moves = []
    for move in moved.moves:
        loans = tuple(loan for loan in move.loans if loan.rpartition("#")[0] == barcode)
        shelved = tuple(copy for copy in move.shelved if copy == barcode)
        if loans or shelved:
            moves.append(replace(move, loans=loans, shelved=shelved))
    return replace(moved, moves=tuple(moves)) if moves else None


def as_moved(item: Item, moved_at: Callable[[str], MovedDates | None]) -> Item:
    """
    The copy with the due date and the last day on the hold shelf that hold after the moves of a branch (`moved_at`).

    A move holds if it was recorded after the copy's own stream last set the date, and found it as it says.
    """
    loan, capture = item.custody.loan, item.custody.capture
    if loan is not None:
        moved = moved_at(loan.branch)
        due_us = loan.due_us if moved is None else _moved(loan.due_us, moved.loans.get(loan.loan, ()), item.ends_pos)
        if due_us != loan.due_us:
            item = replace(item, custody=replace(item.custody, loan=replace(loan, due_us=due_us)))
    if capture is not None and capture.until_us is not None:
        moved = moved_at(capture.pickup)
        shifts = () if moved is None else moved.shelved.get(item.barcode, ())
        until_us = _moved(capture.until_us, shifts, item.ends_pos)
        if until_us != capture.until_us:
            item = replace(item, custody=replace(item.custody, capture=replace(capture, until_us=until_us)))
    return item


def _moved(ends_us: int, shifts: tuple[Shift, ...], set_at: int) -> int:
    for shift in shifts:
        if shift.position > set_at and shift.was_us == ends_us:
            ends_us = shift.becomes_us
    return ends_us
