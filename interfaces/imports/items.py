"""
The stock of a catalogue: copies, and the titles that they are copies of.

A file is read once, sorted by barcode on disk, compared with the log and appended in chunks; what is recorded
already is passed over, so that an import that was stopped is simply started again. One event opens a copy's
stream, another one its title's. Work on a row is kept small: a million rows are usual.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import BinaryIO, NamedTuple

from pydantic import TypeAdapter

from circulation.administration import parse_day
from circulation.barcode import parse_barcode
from circulation.branch import Branch
from circulation.command import Caller, Commands
from circulation.directory import branches, unknown_branch
from circulation.errors import BranchlineError, Invalid, Unknown
from circulation.event import Event, NewEvents
from circulation.folds import ITEM, TITLE
from circulation.hold import TitleAdded, TitleDescribed, title_stream
from circulation.item import Item, ItemAdded, ItemDescribed, ItemSighted
from circulation.ledger import Ledger
from circulation.received import Received, received_codes
from interfaces.imports.branch_record import member_code
from interfaces.imports.outcome import Outcome
from interfaces.imports.sorting import SEPARATOR, in_batches, sorted_lines
from interfaces.imports.table import Reject, Row, Table

__all__ = ["ITEM_COLUMNS", "ITEM_OPTIONAL", "import_items", "parse_title_id"]

ITEM_COLUMNS = ("barcode", "title_id", "title", "home")
ITEM_OPTIONAL = ("author", "owner", "item_type", "shelf_mark", "branch", "floats", "part", "added")
"""
`owner` defaults to the member of the home branch, `branch` to `home`, `item_type` to book, `floats` to no.
`part` is the volume or part of the title, `added` the day (`2026-11-24`) on which the copy was new.
"""

Progress = Callable[[int], None]

_TITLE_ID = re.compile(r"^[A-Za-z0-9][\w.:\-]{0,99}$", re.ASCII)
_TYPE = re.compile(r"^[a-z0-9][a-z0-9\-]{0,31}$")
_FLOATS = {"": False, "no": False, "yes": True}
_AT_ONCE = 2_000
_COPY, _TITLE = "c", "t"
_ADDED = TypeAdapter(list[ItemAdded])
_TITLES_ADDED = TypeAdapter(list[TitleAdded])


class _Kind(NamedTuple):
    """What many rows have in common: all of a copy but its title and its place on the shelf."""

    owner: str
    home: str
    item_type: str
    branch: str
    floats: bool
    told: bytes
    """All of it as the row's digest counts it."""


@dataclass(slots=True)
class _Reading:
    """The first pass: rows into lines that sort by what they are about."""

    file: str
    places: dict[str, Branch]
    outcome: Outcome
    kinds: list[_Kind]

    def lines(self, table: Iterable[Row], progress: Progress) -> Iterator[str]:
        """A line for the copy of each row that can be used, and one for its title."""
        members = {place.member for place in self.places.values()}
        numbers: dict[tuple[str, ...], int] = {}
        described: set[str] = set()
        for row in table:
            barcode, title, name, home, author, owner, item_type, shelf_mark, branch, floats, part, added = row.values
            try:
                # Digits alone are a barcode and a title's id; all else is looked at more closely.
                if not (barcode.isdigit() and barcode.isascii() and 3 <= len(barcode) <= 32):
                    barcode = parse_barcode(barcode)
                if not (title.isalnum() and title.isascii() and len(title) <= 100):
                    parse_title_id(title)
                common = (owner, home, item_type, branch, floats)
                number = numbers.get(common)
                if number is None:
                    self.kinds.append(self._kind(common, members))
                    number = numbers[common] = len(self.kinds) - 1
                if added:
                    added = parse_day(added)
            except BranchlineError as error:
                self.outcome.reject(row, f"{error.sentence} {error.hint}".strip())
                continue
            if row.line % 1000 == 0:
                progress(1000)
            if "\n" in shelf_mark or "\n" in part:
                shelf_mark, part = " ".join(shelf_mark.split()), " ".join(part.split())
            yield f"{_COPY}{barcode}\x1f{row.line:09d}\x1f{title}\x1f{number}\x1f{shelf_mark}\x1f{part}\x1f{added}"
            # A title is told once for each way of spelling it, as far as a bounded memory can know.
            told = f"{title}\x1f{name}\x1f{author}"
            if name and told not in described:
                if len(described) >= _TITLES_REMEMBERED:
                    described.clear()
                described.add(told)
                yield f"{_TITLE}{title}\x1f{row.line:09d}\x1f{name}\x1f{author}".replace("\n", " ")

    def _kind(self, common: tuple[str, ...], members: set[str]) -> _Kind:
        owner, home, item_type, branch, floats = common
        home, branch = home.lower(), branch.lower() or home.lower()
        for code in (home, branch):
            if code not in self.places:
                raise unknown_branch(code, self.places)
        owner = owner or self.places[home].member
        if owner not in members:
            owner = member_code(owner)
        if owner not in members:
            raise Unknown("member.unknown:import", member=owner[:60])
        item_type = item_type.lower() or "book"
        if not _TYPE.match(item_type):
            raise Invalid("item.type", item_type=item_type[:40])
        if floats.lower() not in _FLOATS:
            raise Invalid("item.floats", floats=floats[:20])
        does_float = _FLOATS[floats.lower()]
        told = SEPARATOR.join((owner, home, item_type, branch, "floats" if does_float else ""))
        return _Kind(owner, home, item_type, branch, does_float, told.encode())


_TITLES_REMEMBERED = 200_000


def parse_title_id(text: str) -> str:
    """A title's id: up to 100 letters, digits, dots, colons, hyphens, underscores. Raises `Invalid` (`title.id`)."""
    if not _TITLE_ID.match(text):
        raise Invalid("title.id", text=text[:40])
    return text


def import_items(
    commands: Commands,
    caller: Caller,
    file: str,
    source: BinaryIO | bytes,
    *,
    progress: Progress = lambda _rows: None,
) -> Outcome:
    """
    Take in the copies of a file and their titles; the outcome counts copies.

    Raises `Invalid` for a file that is no table with these columns, before anything is recorded.
    """
    outcome = Outcome()
    kinds: list[_Kind] = []
    places = branches(commands.ledger, retired=True)
    table = Table(file, source, required=ITEM_COLUMNS, optional=ITEM_OPTIONAL, rejects=outcome.rejects.append)
    reading = _Reading(file, places, outcome, kinds)
    ordered = sorted_lines(reading.lines(table, progress))
    changes = _changes(commands.ledger, file, ordered, kinds, outcome)
    with _no_collecting():
        commands.import_events(caller, "items import", changes, roles=())
    outcome.rejects.sort()
    return outcome


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Without the search for reference cycles: an import makes none, and looking for them takes a fifth of it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _changes(
    ledger: Ledger, file: str, ordered: Iterable[str], kinds: Sequence[_Kind], outcome: Outcome
) -> Iterator[list[NewEvents]]:
    """The second pass: what is not in the log yet, in the order of streams."""
    compared = _Compared(ledger, file, kinds, outcome, received_codes(ledger))
    for batch in in_batches(ordered, _AT_ONCE):
        split = next((at for at, line in enumerate(batch) if line[0] == _TITLE), len(batch))
        yield compared.copies(batch[:split]) + compared.titles(batch[split:])


@dataclass(slots=True)
class _Compared:
    """Sorted lines compared with the log."""

    ledger: Ledger
    file: str
    kinds: Sequence[_Kind]
    outcome: Outcome
    received: Mapping[str, Received]
    last: str = ""
    last_line: str = ""

    def copies(self, lines: Sequence[str]) -> list[NewEvents]:
        """The events of copies that are new or were described anew."""
        kept: list[tuple[str, dict[str, object]]] = []
        for text in lines:
            head, line, title, number, shelf_mark, part, new_on = text.split(SEPARATOR)
            if head == self.last:
                reason = f"Barcode {head[1:]} stands in line {int(self.last_line)} already."
                self.outcome.rejects.append(Reject(self.file, int(line), reason))
                continue
            self.last, self.last_line = head, line
            kind = self.kinds[int(number)]
            described = f"{title}\x1f{shelf_mark}\x1f".encode() + kind.told
            if part or new_on:
                # Lists without these columns have the digests that they always had.
                described += f"\x1f{part}\x1f{new_on}".encode()
            kept.append(
                (
                    f"item/{head[1:]}",
                    {
                        "title": title,
                        "owner": kind.owner,
                        "home": kind.home,
                        "item_type": kind.item_type,
                        "shelf_mark": shelf_mark,
                        "branch": kind.branch,
                        "floats": kind.floats,
                        "part": part or None,
                        "added": new_on or None,
                        "row": blake2b(described, digest_size=16).hexdigest(),
                        "source": f"{self.file}:{int(line)}",
                    },
                )
            )
        known = self.ledger.load_many([stream for stream, _ in kept], ITEM)
        events = _ADDED.validate_python([fields for _, fields in kept])
        changes = []
        for (stream, _), added in zip(kept, events, strict=True):
            before = known.get(stream) if known else None
            if before is None or before.state is None:
                received = self.received.get(stream[5:])
                if received is None:
                    changes.append(NewEvents(stream, 0, (added,)))
                else:
                    changes.append(_received_before(stream, added, received))
                self.outcome.added += 1
            elif before.state.row != added.row:
                changes.append(NewEvents(stream, before.version, _described_anew(before.state, added)))
                self.outcome.changed += 1
            else:
                self.outcome.unchanged += 1
        return changes

    def titles(self, lines: Sequence[str]) -> list[NewEvents]:
        """The events of titles that are new or were described anew; the first line that tells one counts."""
        kept: list[tuple[str, dict[str, object]]] = []
        for text in lines:
            head, line, name, author = text.split(SEPARATOR)
            if head != self.last:
                self.last = head
                told: dict[str, object] = {"title": name, "author": author, "source": f"{self.file}:{int(line)}"}
                kept.append((title_stream(head[1:]), told))
        known = self.ledger.load_many([stream for stream, _ in kept], TITLE)
        changes = []
        for (stream, _), added in zip(kept, _TITLES_ADDED.validate_python([told for _, told in kept]), strict=True):
            before = known.get(stream) if known else None
            title = None if before is None else before.state
            if before is None or title is None or not (title.title or title.author):
                changes.append(NewEvents(stream, 0 if before is None else before.version, (added,)))
            elif (title.title, title.author) != (added.title, added.author):
                described = TitleDescribed(title=added.title, author=added.author, source=added.source)
                changes.append(NewEvents(stream, before.version, (described,)))
        return changes


def _received_before(stream: str, added: ItemAdded, received: Received) -> NewEvents:
    """The copy lay on a desk before it was catalogued: it is where it was received (case 1)."""
    found = ItemSighted(branch=received.branch, as_="found")
    return NewEvents(stream, 0, (added, found))


def _described_anew(item: Item, added: ItemAdded) -> tuple[Event, ...]:
    """
    The copy's new description; its place too, as long as nobody has held the copy since it was first listed.

    A scan is better knowledge than a list.
    """
    described = ItemDescribed(
        title=added.title,
        owner=added.owner,
        home=added.home,
        item_type=added.item_type,
        shelf_mark=added.shelf_mark,
        floats=added.floats,
        holdable=item.holdable,
        part=added.part,
        added=added.added,
        row=added.row,
        source=added.source,
    )
    if item.custody.custody_us == 0 and item.branch not in (None, added.branch):
        return (described, ItemSighted(branch=added.branch, as_="found"))
    return (described,)
