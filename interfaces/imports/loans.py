"""
Open loans from another system: dated opening events, linked to their borrowers under keys of their own.

The rows are taken in the order of barcodes and name their file without a line, so that neither the order of the
log nor a line number puts the loans of one borrower together after they have aged. A loan is known by its copy
and the time at which it was lent. Limits are not enforced, but the loans count from now on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from circulation.barcode import parse_barcode
from circulation.branch import Branch
from circulation.calendar import local_day, zone_of
from circulation.clock import iso
from circulation.command import Caller, Commands, Decision
from circulation.custody import Loan
from circulation.directory import branches
from circulation.errors import Invalid, Unknown
from circulation.event import Event, NewEvents
from circulation.folds import ITEM, PATRON
from circulation.item import Item, ItemLent, LoanRenewed, item_stream
from circulation.keyring import Keyring
from circulation.ledger import Claim, ClaimChanges, Loaded
from circulation.patron import Patron, patron_stream
from circulation.policies import Policies
from circulation.ruling import RuleBook
from interfaces.imports.moments import END_OF_DAY, NOON, moment
from interfaces.imports.outcome import Outcome
from interfaces.imports.sorting import SEPARATOR, in_batches, sorted_lines
from interfaces.imports.table import Reject, Row, Table, row_digest

__all__ = ["LOAN_COLUMNS", "LOAN_OPTIONAL", "import_loans"]

LOAN_COLUMNS = ("barcode", "card", "branch", "lent", "due")
LOAN_OPTIONAL = ("renewals",)
"""`lent` and `due` are days or times on the branch's clock; a day is noon for `lent`, its end for `due`."""

_AT_ONCE = 500


class _Row(NamedTuple):
    barcode: str
    line: int
    patron: str
    branch: str
    lent_us: int
    due_us: int
    renewals: int

    def digest(self) -> str:
        """The same for the same loan; it says nothing about the borrower."""
        return row_digest((self.barcode, self.branch, str(self.lent_us), str(self.due_us), str(self.renewals)))


def import_loans(
    commands: Commands,
    keyring: Keyring,
    caller: Caller,
    file: str,
    source: BinaryIO | bytes,
    *,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Outcome:
    """
    Take in the open loans of a file, some hundreds in one command.

    Raises `Invalid` for a file that is no table with these columns, before anything is recorded.
    """
    outcome = Outcome()
    table = Table(file, source, required=LOAN_COLUMNS, optional=LOAN_OPTIONAL, rejects=outcome.rejects.append)
    places = branches(commands.ledger, retired=True)
    taking = _Taking(commands, keyring, places, Policies(commands.ledger).book(), file, outcome)
    last = ("", 0)
    for lines in in_batches(sorted_lines(taking.lines(table)), _AT_ONCE):
        rows = []
        for line in lines:
            barcode, number, patron, branch, *numbers = line.split(SEPARATOR)
            row = _Row(barcode, int(number), patron, branch, *map(int, numbers))
            if barcode == last[0]:
                outcome.rejects.append(Reject(file, row.line, f"The item is lent in line {last[1]} already."))
            else:
                rows.append(row)
                last = (barcode, row.line)
        taking.record(caller, rows)
        progress(len(lines))
    outcome.rejects.sort()
    return outcome


@dataclass(slots=True)
class _Taking:
    commands: Commands
    keyring: Keyring
    places: dict[str, Branch]
    book: RuleBook
    file: str
    outcome: Outcome

    def lines(self, rows: Iterable[Row]) -> Iterator[str]:
        """A line for each row that can be read; cards are replaced by what they stand for at once."""
        now_us = self.commands.clock()
        for row in rows:
            with self.outcome.rejecting(row):
                read = self._read(row, now_us)
                yield SEPARATOR.join((read.barcode, f"{read.line:09d}", *(str(value) for value in read[2:])))

    def _read(self, row: Row, now_us: int) -> _Row:
        text, card, code, lent, due, renewals = row.values
        place = self.places.get(code.lower())
        if place is None:
            raise Unknown("branch.unknown:import")
        patron = self.keyring.patron_of(card)
        if patron is None:
            raise Unknown("patron.unknown:import")
        lent_us = moment(lent, "lent", time_zone=place.time_zone, minute=NOON)
        due_us = moment(due, "due", time_zone=place.time_zone, minute=END_OF_DAY)
        if lent_us > now_us:
            raise Invalid("loan.in-future")
        if due_us < lent_us:
            raise Invalid("loan.due-before-lent")
        if not (renewals == "" or (renewals.isascii() and renewals.isdigit() and len(renewals) <= 2)):
            raise Invalid("loan.renewals")
        try:
            barcode = parse_barcode(text)
        except Invalid:
            raise Invalid("barcode.unreadable:import") from None
        return _Row(barcode, row.line, patron, code.lower(), lent_us, due_us, int(renewals or 0))

    def record(self, caller: Caller, rows: Sequence[_Row]) -> None:
        """One command for these rows; counted when it has been recorded."""
        told = Outcome()

        def decide(_at_us: int) -> Decision:
            told.rejects.clear()
            told.added = told.changed = told.unchanged = 0
            ledger = self.commands.ledger
            items = ledger.load_many([item_stream(row.barcode) for row in rows], ITEM)
            patrons = ledger.load_many([patron_stream(patron) for patron in {row.patron for row in rows}], PATRON)
            changes: list[NewEvents] = []
            claims: list[Claim] = []
            for row in rows:
                item, patron = items.get(item_stream(row.barcode)), patrons.get(patron_stream(row.patron))
                if item is None or item.state is None:
                    told.rejects.append(
                        Reject(self.file, row.line, "No item has this barcode. Import the items first.")
                    )
                elif patron is None or patron.state is None:
                    told.rejects.append(
                        Reject(self.file, row.line, "No patron has this card. Import the patrons first.")
                    )
                else:
                    self._decide_one(row, item, item.state, patron.state, changes, claims, told)
            return Decision(tuple(changes), ClaimChanges(opened=tuple(claims)) if claims else None)

        arguments = {"file": self.file, "rows": [row.digest() for row in rows]}
        self.commands.run(caller, "loan import", arguments, decide, roles=())
        self.outcome.add(told)

    def _decide_one(
        self,
        row: _Row,
        loaded: Loaded[Item],
        item: Item,
        patron: Patron,
        changes: list[NewEvents],
        claims: list[Claim],
        told: Outcome,
    ) -> None:
        custody = item.custody
        stream = item_stream(row.barcode)
        if custody.loan is not None:
            renewed = self._compared(stream, row, custody.loan)
            if isinstance(renewed, str):
                told.rejects.append(Reject(self.file, row.line, renewed))
            elif not renewed:
                told.unchanged += 1
            else:
                changes.append(NewEvents(stream, loaded.version, renewed))
                told.changed += 1
            return
        if item.loans and self._was_taken_in(stream, row):
            told.unchanged += 1
            return
        obstacle = None
        if custody.transit is not None:
            obstacle = f"The item is travelling to {custody.transit.destination}: it cannot be on loan too."
        elif custody.capture is not None:
            obstacle = "The item is set aside for a hold: it cannot be on loan too."
        elif custody.custody_us > row.lent_us:
            obstacle = f"The item was handled at {iso(custody.custody_us)}, after this loan."
        if obstacle:
            told.rejects.append(Reject(self.file, row.line, f"{obstacle} Scan it to see where it is."))
            return
        lent = self._lent(row, item, patron)
        changes.append(NewEvents(stream, loaded.version, (lent,), row.lent_us))
        claims.append(Claim(lent.loan, self.keyring.holder(row.patron), "loan"))
        told.added += 1

    def _lent(self, row: _Row, item: Item, patron: Patron) -> ItemLent:
        loan = f"{row.barcode}#{item.loans + 1}"
        # Another system's rules decided this loan: what may still be done with it is decided by ours of today.
        day = local_day(self.commands.clock(), zone_of(self.places[row.branch].time_zone)).isoformat()
        ruling = self.book.ruling(
            owner=item.owner, category=patron.category, item_type=item.item_type, branch=row.branch, day=day
        )
        key = self.keyring.new_key()
        return ItemLent(
            loan=loan,
            branch=row.branch,
            due_us=row.due_us,
            rule=ruling.rule,
            renewals_allowed=ruling.renewals,
            renewals_rule=ruling.renewals_rule,
            key=key,
            patron=self.keyring.seal(key, row.patron, context=loan),
            category=patron.category,
            patron_home=patron.home,
            renewals=row.renewals,
            row=row.digest(),
            source=self.file,
        )

    def _compared(self, stream: str, row: _Row, loan: Loan) -> tuple[Event, ...] | str:
        """What the row changes in the open loan of its copy, or why it cannot be that loan."""
        patron = self.keyring.unseal(loan.key, loan.patron, context=loan.loan)
        if patron != row.patron or loan.lent_us != row.lent_us:
            return f"The item is on loan since {iso(loan.lent_us)} already: scan it in first."
        if self._was_so(stream, row, loan):
            return ()
        return (
            LoanRenewed(loan=loan.loan, branch=row.branch, due_us=row.due_us, renewals=row.renewals, rule=loan.rule),
        )

    def _was_so(self, stream: str, row: _Row, loan: Loan) -> bool:
        """Whether the loan is or was due as the row says: what was renewed at a desk since stays renewed."""
        wanted = (row.due_us, row.renewals)
        return (loan.due_us, loan.renewals) == wanted or any(
            isinstance(fact.event, ItemLent | LoanRenewed)
            and fact.event.loan == loan.loan
            and (fact.event.due_us, fact.event.renewals) == wanted
            for fact in self.commands.ledger.stream(stream)
        )

    def _was_taken_in(self, stream: str, row: _Row) -> bool:
        """Whether the loan of this row is history already."""
        return any(
            isinstance(fact.event, ItemLent) and fact.happened_us == row.lent_us
            for fact in self.commands.ledger.stream(stream)
        )
