"""
What the libraries of a demo bring with them: titles, copies, readers, and loans that are open already.

They enter in bulk as dated opening events that name their source, as an existing consortium's do.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from random import Random
from typing import Any

from pydantic_core import to_json

from circulation.batch_ledger import BatchLedger
from circulation.calendar import Calendar
from circulation.clock import DAY_US
from circulation.event import Event, NewEvents, Stamp
from circulation.folds import ITEM, TITLE
from circulation.hold import TitleAdded, title_stream
from circulation.item import ItemAdded, ItemLent, item_stream
from circulation.keyring import Keyring
from circulation.ledger import Claim, Fold
from circulation.patron import PatronRegistered, patron_stream
from interfaces.demo.founding import ADMINISTRATOR
from interfaces.demo.network import DemoNetwork
from interfaces.demo.readers import DemoReader, readers_of
from interfaces.demo.size import Size
from interfaces.demo.stock import DemoCopy, stock_of
from interfaces.demo.traffic import Traffic, busyness

__all__ = ["Opening", "Return", "bring_in"]

_SOURCE = "demo"
_COPIES_IN_PLAY = 300_000
"""Of a larger stock only some titles are asked for by name; the rest stands on the shelves."""
_AWAY_SHARE = 0.8
"""Of the copies that are brought back, so many do not live there."""
_LONGEST_LOAN_DAYS = 20
_LOAN_DAYS, _RENEWALS, _RULE = 21, 3, "ordinary"
_NOON = 12 * 60
_STREAMS_AT_ONCE = 1_000
_HELD: Mapping[str, Fold[Any]] = {"item": ITEM, "title": TITLE}
"""What is held in memory from the beginning, where all of it is in play."""


@dataclass(frozen=True, slots=True)
class Return:
    """A reader will bring a copy back to a branch on a day, or on the next on which it is open."""

    day: date
    branch: str
    barcode: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What is there when the doors open: copies by barcode, readers by their branch, and returns to come."""

    copies: Mapping[str, DemoCopy]
    copies_of: Mapping[str, Sequence[str]]
    readers: Mapping[str, Sequence[DemoReader]]
    returns: Sequence[Return]


@dataclass(slots=True)
class _Books:
    """What is kept in memory of what was brought in."""

    copies: dict[str, DemoCopy] = field(default_factory=dict)
    copies_of: dict[str, list[str]] = field(default_factory=dict)
    readers: dict[str, list[DemoReader]] = field(default_factory=lambda: defaultdict(list))
    patrons: dict[str, str] = field(default_factory=dict)


def bring_in(
    ledger: BatchLedger,
    keyring: Keyring,
    *,
    network: DemoNetwork,
    size: Size,
    calendar: Calendar,
    days: Sequence[date],
    opens_us: int,
    seed: int,
) -> Opening:
    """
    Bring stock, readers and open loans into a store whose network is set up.

    `days` are the days that will be played; the loans are enough for what is brought back on them.
    """
    books = _Books()
    stock = _stock(network, size, seed, books)
    ledger.import_events(_stamp("stock", opens_us), stock, holding=_HELD if size.items <= _COPIES_IN_PLAY else {})
    ledger.import_events(_stamp("readers", opens_us), _readers(keyring, network, size, seed, books), shuffled=True)
    returns = _lend(ledger, keyring, Traffic(network.branches), calendar, size, days, opens_us, seed, books)
    return Opening(books.copies, books.copies_of, books.readers, returns)


def _stamp(what: str, at_us: int) -> Stamp:
    digest = hashlib.sha256(what.encode()).digest()
    return Stamp(at_us, ADMINISTRATOR.actor, ADMINISTRATOR.via, "", ADMINISTRATOR.device, f"opening-{what}", digest)


def _stock(network: DemoNetwork, size: Size, seed: int, books: _Books) -> Iterator[tuple[NewEvents, ...]]:
    every = ceil(size.items / _COPIES_IN_PLAY)
    members = {branch.member: branch.member_name for branch in network.branches}
    for number, (title, copies) in enumerate(stock_of(network.branches, items=size.items, seed=seed)):
        if number % every == 0:
            books.copies_of[title.title_id] = [copy.barcode for copy in copies]
            books.copies.update((copy.barcode, copy) for copy in copies)
        added = TitleAdded(title=title.title, author=title.author, source=_SOURCE)
        yield (
            NewEvents(title_stream(title.title_id), 0, (added,)),
            *(NewEvents(item_stream(copy.barcode), 0, (_added(copy, members),)) for copy in copies),
        )


def _added(copy: DemoCopy, members: Mapping[str, str]) -> ItemAdded:
    return ItemAdded(
        title=copy.title_id,
        owner=members[copy.owner],
        home=copy.home,
        item_type=copy.item_type,
        shelf_mark=copy.shelf_mark,
        branch=copy.home,
        source=_SOURCE,
    )


def _readers(
    keyring: Keyring, network: DemoNetwork, size: Size, seed: int, books: _Books
) -> Iterator[tuple[NewEvents, ...]]:
    for reader in readers_of(network.branches, readers=size.readers, seed=seed):
        patron = secrets.token_hex(10)
        books.readers[reader.home].append(reader)
        books.patrons[reader.card] = patron
        key = keyring.new_key()
        fields = {"name": reader.name, "contact": reader.contact, "card": reader.card}
        sealed = keyring.seal(key, to_json(fields).decode(), context=patron)
        registered = PatronRegistered(
            key=key, sealed=sealed, category=reader.category, home=reader.home, source=_SOURCE
        )
        yield (NewEvents(patron_stream(patron), 0, (registered,)),)
    keyring.bind_cards(books.patrons.items())


# --- loans that are open already ---------------------------------------------------------------------------------


def _lend(
    ledger: BatchLedger,
    keyring: Keyring,
    traffic: Traffic,
    calendar: Calendar,
    size: Size,
    days: Sequence[date],
    opens_us: int,
    seed: int,
    books: _Books,
) -> list[Return]:
    """Loans of the last weeks, by the day on which each was lent; and when and where the copies come back."""
    draw = Random(f"{seed}/loans")
    shelves: dict[str, list[str]] = defaultdict(list)
    for copy in books.copies.values():
        shelves[copy.home].append(copy.barcode)
    for shelf in shelves.values():
        draw.shuffle(shelf)
    returns: list[Return] = []
    lent: dict[int, list[NewEvents]] = defaultdict(list)
    claims: list[Claim] = []
    for day in days:
        for _ in range(round(size.away_returns_a_day / _AWAY_SHARE * busyness(day))):
            branch = traffic.open_branch(draw, day)
            home = branch if branch is None or draw.random() >= _AWAY_SHARE else traffic.branch_near(draw, branch)
            if branch is None or home is None or not shelves[home]:
                continue
            barcode = shelves[home].pop()
            ago = draw.randint(max(1, (day - days[0]).days // 2), _LONGEST_LOAN_DAYS)
            reader = draw.choice(books.readers[branch])
            event, claim = _loan(keyring, calendar, barcode, branch, reader, books, opens_us - ago * DAY_US)
            lent[ago].append(NewEvents(item_stream(barcode), 1, (event,)))
            claims.append(claim)
            returns.append(Return(day, branch, barcode))
    for ago in sorted(lent, reverse=True):
        batches = [lent[ago][first : first + _STREAMS_AT_ONCE] for first in range(0, len(lent[ago]), _STREAMS_AT_ONCE)]
        ledger.import_events(_stamp(f"loans-{ago}", opens_us - ago * DAY_US), batches)
    ledger.rebuild_claims(claims)
    return returns


def _loan(
    keyring: Keyring, calendar: Calendar, barcode: str, branch: str, reader: DemoReader, books: _Books, at_us: int
) -> tuple[Event, Claim]:
    loan = f"{barcode}#1"
    patron = books.patrons[reader.card]
    key = keyring.new_key()
    event = ItemLent(
        loan=loan,
        branch=branch,
        due_us=calendar.due_at(branch, at_us, _LOAN_DAYS),
        rule=_RULE,
        renewals_allowed=_RENEWALS,
        key=key,
        patron=keyring.seal(key, patron, context=loan),
        category=reader.category,
        patron_home=reader.home,
        source=_SOURCE,
    )
    return event, Claim(loan, keyring.holder(patron), "loan")
