"""
Borrowers from another system: names and contacts sealed, cards bound in the key store.

The log gets a random id, a category and a home branch. What is sealed is compared by opening it again, because
even a digest of a name or card would outlive the forgetting of its owner. No reject repeats a value of its row.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from pydantic_core import from_json, to_json

from circulation.barcode import parse_barcode, parse_name
from circulation.branch import Branch
from circulation.command import Caller, Commands
from circulation.directory import branches
from circulation.errors import Invalid
from circulation.event import NewEvents
from circulation.folds import ITEM, PATRON
from circulation.item import item_stream
from circulation.keyring import Keyring
from circulation.patron import Patron, PatronChanged, PatronRegistered, patron_stream
from interfaces.imports.outcome import Outcome
from interfaces.imports.table import Row, Table

__all__ = ["PATRON_COLUMNS", "PATRON_OPTIONAL", "import_patrons"]

PATRON_COLUMNS = ("card", "name", "category", "home")
PATRON_OPTIONAL = ("contact",)

_AT_ONCE = 1_000


class _Borrower(NamedTuple):
    row: Row
    card: str
    name: str
    contact: str
    category: str
    home: str


def import_patrons(
    commands: Commands,
    keyring: Keyring,
    caller: Caller,
    file: str,
    source: BinaryIO | bytes,
    *,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Outcome:
    """
    Take in the borrowers of a file; a borrower is known by the card.

    Raises `Invalid` for a file that is no table with these columns, before anything is recorded.
    """
    outcome = Outcome()
    table = Table(file, source, required=PATRON_COLUMNS, optional=PATRON_OPTIONAL, rejects=outcome.rejects.append)
    taking = _Taking(commands, keyring, branches(commands.ledger), outcome)

    def changes() -> Iterator[list[NewEvents]]:
        batch: list[_Borrower] = []
        for borrower in taking.borrowers(table):
            batch.append(borrower)
            if len(batch) == _AT_ONCE:
                yield taking.changes(batch)
                progress(len(batch))
                batch = []
        yield taking.changes(batch)

    commands.import_events(caller, "patron import", changes(), roles=())
    outcome.rejects.sort()
    return outcome


@dataclass(slots=True)
class _Taking:
    commands: Commands
    keyring: Keyring
    places: dict[str, Branch]
    outcome: Outcome
    seen: dict[int, int] = field(default_factory=dict)
    """The line of each card by the card's hash: two million cards fit, and no number is kept."""

    def borrowers(self, rows: Iterable[Row]) -> Iterator[_Borrower]:
        """The rows that can be read, each card once."""
        for row in rows:
            with self.outcome.rejecting(row):
                borrower = self._read(row)
                first = self.seen.setdefault(hash(borrower.card), row.line)
                if first != row.line:
                    self.outcome.reject(row, f"The card stands in line {first} already.")
                else:
                    yield borrower

    def _read(self, row: Row) -> _Borrower:
        text, name, category, home, contact = row.values
        try:
            card = parse_barcode(text)
        except Invalid:
            raise Invalid("card.unreadable:read") from None
        if not name:
            raise Invalid("patron.no-name:import")
        try:
            category = parse_name(category, what="category")
        except Invalid:
            raise Invalid("patron.category") from None
        if home.lower() not in self.places:
            raise Invalid("patron.home")
        return _Borrower(row, card, name, contact, category, home.lower())

    def changes(self, batch: Sequence[_Borrower]) -> list[NewEvents]:
        """The events of those that are new or changed; their cards are bound by then."""
        are_items = self.commands.ledger.load_many([item_stream(b.card) for b in batch], ITEM)
        bound = {b.card: self.keyring.patron_of(b.card) for b in batch}
        known = self.commands.ledger.load_many([patron_stream(p) for p in bound.values() if p], PATRON)
        fresh: list[tuple[str, str]] = []
        changes: list[NewEvents] = []
        for borrower in batch:
            if item_stream(borrower.card) in are_items:
                self.outcome.reject(borrower.row, "The card has the number of an item.")
                continue
            patron = bound[borrower.card]
            before = None if patron is None else known.get(patron_stream(patron))
            if patron is None:
                patron = secrets.token_hex(10)
                fresh.append((borrower.card, patron))
            if before is None or before.state is None:
                changes.append(NewEvents(patron_stream(patron), 0, (self._registered(borrower, patron),)))
                self.outcome.added += 1
            else:
                changes.extend(self._changed(borrower, before.version, before.state))
        # Bound before the events are there: a card without its patron is bound again to the same one next time.
        self.keyring.bind_cards(fresh)
        return changes

    def _registered(self, borrower: _Borrower, patron: str) -> PatronRegistered:
        key = self.keyring.new_key()
        return PatronRegistered(
            key=key,
            sealed=self.keyring.seal(key, _sealed_text(borrower), context=patron),
            category=borrower.category,
            home=borrower.home,
            source=_source(borrower.row),
        )

    def _changed(self, borrower: _Borrower, version: int, patron: Patron) -> Iterator[NewEvents]:
        opened = self.keyring.unseal(patron.key, patron.sealed, context=patron.patron)
        if opened is None:
            self.outcome.reject(borrower.row, "The patron of this card was forgotten.")
            return
        told = from_json(opened)
        same = (told["name"], told["contact"], patron.category, patron.home)
        if same == (borrower.name, borrower.contact, borrower.category, borrower.home):
            self.outcome.unchanged += 1
            return
        self.outcome.changed += 1
        event = PatronChanged(
            key=patron.key,
            sealed=self.keyring.seal(patron.key, _sealed_text(borrower), context=patron.patron),
            category=borrower.category,
            home=borrower.home,
            source=_source(borrower.row),
        )
        yield NewEvents(patron_stream(patron.patron), version, (event,))


def _sealed_text(borrower: _Borrower) -> str:
    return to_json({"name": borrower.name, "contact": borrower.contact, "card": borrower.card}).decode()


def _source(row: Row) -> str:
    return f"{row.file}:{row.line}"
