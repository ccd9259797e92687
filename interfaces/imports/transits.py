"""
Journeys that are under way in another system: dated opening events on the copies' own streams.

A row is known by its copy, where it left, where it goes and since when. A copy whose custody is newer than
its row stays as it is: scans outrank lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, get_args

from circulation.barcode import parse_barcode
from circulation.branch import Branch
from circulation.clock import iso
from circulation.command import Caller, Commands, Decision
from circulation.custody import TransitReason
from circulation.directory import branches, unknown_branch
from circulation.errors import Invalid
from circulation.event import Event, NewEvents
from circulation.folds import ITEM
from circulation.item import Item, ItemSighted, TransitAbandoned, TransitOpened, item_stream
from interfaces.imports.moments import NOON, moment
from interfaces.imports.outcome import Outcome
from interfaces.imports.sorting import SEPARATOR, in_batches, sorted_lines
from interfaces.imports.table import Reject, Row, Table, row_digest

__all__ = ["TRANSIT_COLUMNS", "TRANSIT_OPTIONAL", "import_transits"]

TRANSIT_COLUMNS = ("barcode", "origin", "destination", "since")
TRANSIT_OPTIONAL = ("reason",)
"""`since` is a day or a time at the origin; `reason` (home, hold, float, rebalance, manual) is home if unset."""

_AT_ONCE = 500


class _Row(NamedTuple):
    barcode: str
    line: int
    origin: str
    destination: str
    reason: TransitReason
    since_us: int

    def digest(self) -> str:
        """The same for the same journey."""
        return row_digest((self.barcode, self.origin, self.destination, self.reason, str(self.since_us)))


def import_transits(
    commands: Commands,
    caller: Caller,
    file: str,
    source: BinaryIO | bytes,
    *,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Outcome:
    """
    Take in the journeys of a file, some hundreds in one command.

    Raises `Invalid` for a file that is no table with these columns, before anything is recorded.
    """
    outcome = Outcome()
    table = Table(file, source, required=TRANSIT_COLUMNS, optional=TRANSIT_OPTIONAL, rejects=outcome.rejects.append)
    taking = _Taking(commands, branches(commands.ledger), file, outcome)
    last = ("", 0)
    for lines in in_batches(sorted_lines(taking.lines(table)), _AT_ONCE):
        rows = []
        for line in lines:
            barcode, number, origin, destination, reason, since = line.split(SEPARATOR)
            row = _Row(barcode, int(number), origin, destination, _REASONS[reason], int(since))
            if barcode == last[0]:
                outcome.rejects.append(Reject(file, row.line, f"The item travels in line {last[1]} already."))
            else:
                rows.append(row)
                last = (barcode, row.line)
        taking.record(caller, rows)
        progress(len(lines))
    outcome.rejects.sort()
    return outcome


_REASONS: dict[str, TransitReason] = {"": "home", **{reason: reason for reason in get_args(TransitReason)}}


@dataclass(slots=True)
class _Taking:
    commands: Commands
    places: dict[str, Branch]
    file: str
    outcome: Outcome

    def lines(self, rows: Iterable[Row]) -> Iterator[str]:
        """A line for each row that can be read."""
        now_us = self.commands.clock()
        for row in rows:
            with self.outcome.rejecting(row):
                read = self._read(row, now_us)
                yield SEPARATOR.join((read.barcode, f"{read.line:09d}", *(str(value) for value in read[2:])))

    def _read(self, row: Row, now_us: int) -> _Row:
        text, origin, destination, since, reason = row.values
        origin, destination, reason = origin.lower(), destination.lower(), reason.lower()
        for code in (origin, destination):
            if code not in self.places:
                raise unknown_branch(code, self.places)
        if origin == destination:
            raise Invalid("transit.nowhere", origin=origin)
        if reason not in _REASONS:
            raise Invalid("transit.reason", reason=reason[:20], reasons=", ".join(_REASONS)[2:])
        since_us = moment(since, "since", time_zone=self.places[origin].time_zone, minute=NOON)
        if since_us > now_us:
            raise Invalid("transit.in-future")
        return _Row(parse_barcode(text), row.line, origin, destination, _REASONS[reason], since_us)

    def record(self, caller: Caller, rows: Sequence[_Row]) -> None:
        """One command for these rows; counted when it has been recorded."""
        told = Outcome()

        def decide(_at_us: int) -> Decision:
            told.rejects.clear()
            told.added = told.changed = told.unchanged = 0
            items = self.commands.ledger.load_many([item_stream(row.barcode) for row in rows], ITEM)
            changes: list[NewEvents] = []
            for row in rows:
                loaded = items.get(item_stream(row.barcode))
                if loaded is None or loaded.state is None:
                    told.rejects.append(
                        Reject(self.file, row.line, "No item has this barcode. Import the items first.")
                    )
                    continue
                decided = self._decide_one(row, loaded.state)
                if isinstance(decided, str):
                    told.rejects.append(Reject(self.file, row.line, decided))
                    continue
                told.count(known=loaded.state.custody.transit is not None, recorded=bool(decided))
                if decided:
                    changes.append(NewEvents(item_stream(row.barcode), loaded.version, decided, row.since_us))
            return Decision(tuple(changes))

        arguments = {"file": self.file, "rows": [row.digest() for row in rows]}
        self.commands.run(caller, "transit import", arguments, decide, roles=())
        self.outcome.add(told)

    def _decide_one(self, row: _Row, item: Item) -> tuple[Event, ...] | str:
        """The events of a journey, none if it is known, or why it cannot be."""
        custody, digest = item.custody, row.digest()
        if item.transits and self._was_taken_in(row, digest):
            return ()
        if custody.loan is not None:
            return f"The item is on loan since {iso(custody.loan.lent_us)}: it cannot travel too. Scan it in first."
        if custody.capture is not None:
            return "The item is set aside for a hold here. Scan it to see where it goes."
        if custody.custody_us > row.since_us:
            return f"The item was handled at {iso(custody.custody_us)}, after it left. Scan it to see where it goes."
        events: list[Event] = []
        if custody.transit is not None:
            events.append(TransitAbandoned(transit=custody.transit.transit, branch=row.origin, why="redirected"))
        if item.branch != row.origin:
            events.append(ItemSighted(branch=row.origin, as_="passing", onward=row.destination))
        events.append(
            TransitOpened(
                transit=f"{row.barcode}~{item.transits + 1}",
                origin=row.origin,
                destination=row.destination,
                reason=row.reason,
                row=digest,
                source=f"{self.file}:{row.line}",
            )
        )
        return tuple(events)

    def _was_taken_in(self, row: _Row, digest: str) -> bool:
        """Whether the journey of this row was opened before, whatever became of it."""
        return any(
            isinstance(fact.event, TransitOpened) and fact.event.row == digest
            for fact in self.commands.ledger.stream(item_stream(row.barcode))
        )
