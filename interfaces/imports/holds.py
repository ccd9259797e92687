"""
Open holds from another system: dated opening events on their titles' streams, in the order of their queues.

As with loans, events name their file without a line, and a hold's link to its borrower has a key of its own.
A hold is known by its title and borrower. A title may come later than its holds: `network onboard` lists those
that nobody has described.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import BinaryIO, NamedTuple

from circulation.barcode import parse_barcode
from circulation.branch import Branch
from circulation.command import Caller, Commands, Decision
from circulation.directory import branches
from circulation.errors import Invalid, Unknown
from circulation.event import Event, NewEvents
from circulation.folds import ITEM, PATRON, TITLE
from circulation.hold import Hold, HoldPlaced, HoldResumed, HoldSuspended, Title, title_stream
from circulation.item import item_stream
from circulation.keyring import Keyring
from circulation.ledger import Claim, ClaimChanges, Loaded
from circulation.patron import Patron, patron_stream
from interfaces.imports.items import parse_title_id
from interfaces.imports.moments import NOON, moment
from interfaces.imports.outcome import Outcome
from interfaces.imports.sorting import SEPARATOR, in_batches, sorted_lines
from interfaces.imports.table import Reject, Row, Table, row_digest

__all__ = ["HOLD_COLUMNS", "HOLD_OPTIONAL", "import_holds"]

HOLD_COLUMNS = ("card", "pickup", "placed")
HOLD_OPTIONAL = ("title_id", "barcode", "suspended_until")
"""A row has a `title_id`, or the `barcode` of the one copy that is wanted, or both."""

_AT_ONCE = 500


class _Row(NamedTuple):
    title: str
    placed_us: int
    line: int
    patron: str
    pickup: str
    item: str
    until: str

    def digest(self) -> str:
        """The same for the same hold; it says nothing about the borrower, so two holds may share it."""
        return row_digest((self.title, self.item, self.pickup, str(self.placed_us), self.until))


@dataclass(slots=True)
class _Changes:
    """What one command is to record."""

    events: list[NewEvents]
    opened: list[Claim]
    closed: list[str]
    told: Outcome


def import_holds(
    commands: Commands,
    keyring: Keyring,
    caller: Caller,
    file: str,
    source: BinaryIO | bytes,
    *,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Outcome:
    """
    Take in the open holds of a file, some hundreds in one command.

    Raises `Invalid` for a file that is no table with these columns, before anything is recorded.
    """
    outcome = Outcome()
    table = Table(file, source, required=HOLD_COLUMNS, optional=HOLD_OPTIONAL, rejects=outcome.rejects.append)
    taking = _Taking(commands, keyring, branches(commands.ledger), file, outcome)
    for lines in in_batches(sorted_lines(taking.lines(table)), _AT_ONCE):
        taking.record(caller, [_row_of(line) for line in lines])
        progress(len(lines))
    outcome.rejects.sort()
    return outcome


def _row_of(line: str) -> _Row:
    title, placed, number, *rest = line.split(SEPARATOR)
    return _Row(title, int(placed), int(number), *rest)


@dataclass(slots=True)
class _Taking:
    commands: Commands
    keyring: Keyring
    places: dict[str, Branch]
    file: str
    outcome: Outcome

    def lines(self, rows: Iterable[Row]) -> Iterator[str]:
        """A line for each row that can be read; cards are replaced by what they stand for at once."""
        now_us = self.commands.clock()
        for row in rows:
            with self.outcome.rejecting(row):
                read = self._read(row, now_us)
                yield SEPARATOR.join((read.title, f"{read.placed_us:020d}", f"{read.line:09d}", *read[3:]))

    def _read(self, row: Row, now_us: int) -> _Row:
        card, pickup, placed, title, barcode, until = row.values
        place = self.places.get(pickup.lower())
        if place is None:
            raise Unknown("branch.unknown:pickup")
        patron = self.keyring.patron_of(card)
        if patron is None:
            raise Unknown("patron.unknown:import")
        placed_us = moment(placed, "placed", time_zone=place.time_zone, minute=NOON)
        if placed_us > now_us:
            raise Invalid("hold.in-future")
        try:
            until = date.fromisoformat(until).isoformat() if until else ""
        except ValueError:
            raise Invalid("day.unreadable:suspended") from None
        wanted = self._title_of(title, barcode)
        return _Row(wanted, placed_us, row.line, patron, place.code, parse_barcode(barcode) if barcode else "", until)

    def _title_of(self, title: str, barcode: str) -> str:
        if not barcode:
            if not title:
                raise Invalid("hold.of-what:import")
            return parse_title_id(title)
        item = self.commands.ledger.load(item_stream(parse_barcode(barcode)), ITEM).state
        if item is None:
            raise Unknown("item.unknown:import")
        if title not in ("", item.title):
            raise Invalid("hold.other-title", title=item.title)
        return item.title

    def record(self, caller: Caller, rows: Sequence[_Row]) -> None:
        """One command for these rows; counted when it has been recorded."""
        made = _Changes([], [], [], Outcome())

        def decide(_at_us: int) -> Decision:
            made.events, made.opened, made.closed, made.told = [], [], [], Outcome()
            ledger = self.commands.ledger
            titles = ledger.load_many([title_stream(title) for title in {row.title for row in rows}], TITLE)
            patrons = ledger.load_many([patron_stream(patron) for patron in {row.patron for row in rows}], PATRON)
            for title, queue in groupby(rows, lambda row: row.title):
                loaded = titles.get(title_stream(title), Loaded(0, None))
                self._decide_queue(loaded, title, list(queue), patrons, made)
            claims = ClaimChanges(opened=tuple(made.opened), closed=tuple(made.closed))
            return Decision(tuple(made.events), claims if made.opened or made.closed else None)

        arguments = {"file": self.file, "rows": [row.digest() for row in rows]}
        self.commands.run(caller, "hold import", arguments, decide, roles=())
        self.outcome.add(made.told)

    def _decide_queue(
        self, loaded: Loaded[Title], title: str, rows: list[_Row], patrons: dict[str, Loaded[Patron]], made: _Changes
    ) -> None:
        """All rows of one title in a batch, the earliest first."""
        queue = loaded.state or Title(title_id=title)
        open_holds = {self._borrower(hold.hold, hold.key, hold.patron): hold for hold in queue.holds.values()}
        ended = self._ended(title, queue)
        version, number = loaded.version, queue.holds_placed
        placed_here: set[str] = set()
        for row in rows:
            known = patrons.get(patron_stream(row.patron))
            present = open_holds.get(row.patron)
            if known is None or known.state is None:
                self._reject(made, row, "No patron has this card. Import the patrons first.")
            elif row.patron in placed_here:
                self._reject(made, row, f"The patron waits for title '{title}' in another line already.")
            elif present is not None:
                version = self._compare(row, present, version, made)
            elif self._take_one(ended, row):
                made.told.unchanged += 1
            else:
                number += 1
                hold = f"{title}#{number}"
                events = self._placed(row, hold, known.state)
                made.events.append(NewEvents(title_stream(title), version, events, row.placed_us))
                version += len(events)
                made.opened.append(Claim(hold, self.keyring.holder(row.patron), "hold"))
                made.told.added += 1
            placed_here.add(row.patron)

    def _compare(self, row: _Row, hold: Hold, version: int, made: _Changes) -> int:
        """A row of a hold that is open; the version of the title's stream after it."""
        if (row.pickup, row.item, row.placed_us) != (hold.pickup, hold.item or "", hold.placed_us):
            self._reject(
                made, row, f"The patron waits for title '{row.title}' already, for other terms. Cancel it first."
            )
            return version
        events: tuple[Event, ...] = ()
        if hold.row not in (None, row.digest()):
            if row.until and hold.suspended_until != row.until:
                events = (HoldSuspended(hold=hold.hold, until=row.until),)
            elif not row.until and hold.suspended:
                events = (HoldResumed(hold=hold.hold),)
        made.told.count(known=True, recorded=bool(events))
        if events:
            made.events.append(NewEvents(title_stream(row.title), version, events))
        return version + len(events)

    def _placed(self, row: _Row, hold: str, patron: Patron) -> tuple[Event, ...]:
        key = self.keyring.new_key()
        placed = HoldPlaced(
            hold=hold,
            pickup=row.pickup,
            item=row.item or None,
            category=patron.category,
            patron_home=patron.home,
            key=key,
            patron=self.keyring.seal(key, row.patron, context=hold),
            row=row.digest(),
            source=self.file,
        )
        return (placed, HoldSuspended(hold=hold, until=row.until)) if row.until else (placed,)

    def _ended(self, title: str, queue: Title) -> Counter[tuple[str, str]]:
        """The imported holds of a title that have ended: row and borrower, as far as a key still tells who it was."""
        if queue.holds_placed == len(queue.holds):
            return Counter()
        return Counter(
            (fact.event.row, self._borrower(fact.event.hold, fact.event.key, fact.event.patron))
            for fact in self.commands.ledger.stream(title_stream(title))
            if isinstance(fact.event, HoldPlaced) and fact.event.row and fact.event.hold not in queue.holds
        )

    @staticmethod
    def _take_one(ended: Counter[tuple[str, str]], row: _Row) -> bool:
        """Whether the row is one of those holds; each of them is one row."""
        for borrower in (row.patron, _FORGOTTEN):
            if ended[row.digest(), borrower]:
                ended[row.digest(), borrower] -= 1
                return True
        return False

    def _borrower(self, hold: str, key: int, sealed: str) -> str:
        return self.keyring.unseal(key, sealed, context=hold) or _FORGOTTEN

    def _reject(self, made: _Changes, row: _Row, reason: str) -> None:
        made.told.rejects.append(Reject(self.file, row.line, reason))


_FORGOTTEN = ""
