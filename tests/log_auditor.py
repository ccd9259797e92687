"""
Reads a log from its first event and asserts, event by event, what must always hold.

The invariants are those of the circulation reference, section 1.8. Everything is checked from the log alone,
with the folds and never with the state that the desk decided on. What must hold within one stream is checked
after every event; what must hold between streams (hold and copy, promise and copy) after every command,
since a command is one append.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby

from circulation.condition_rules import counts_as
from circulation.event import Fact
from circulation.hold import HoldPlaced, Title, fold_title
from circulation.item import (
    Item,
    ItemArrived,
    ItemLent,
    ItemPacked,
    ItemReturned,
    ItemSighted,
    ScanUndone,
    TransitAbandoned,
    TransitOpened,
    fold_item,
)
from circulation.tote import Filling, ToteLoaded, ToteUnloaded, fold_filling

__all__ = ["LogAuditor"]

_SEEN = ItemReturned | ItemSighted | ItemArrived | ItemPacked

OpenLink = Callable[[int, str, str], str | None]
"""From a link's key, its sealed text and what it belongs to (a loan or hold) to the patron."""


class LogAuditor:
    """
    What the log adds up to so far; `take` goes on from there and raises `AssertionError` at the first wrong event.

    With `open_link` it also knows whose each loan and hold is, and that nobody ever had more than `loan_limit`
    loans or `hold_limit` holds open.
    """

    def __init__(
        self, open_link: OpenLink | None = None, *, loan_limit: int | None = None, hold_limit: int | None = None
    ) -> None:
        self.items: dict[str, Item] = {}
        self.titles: dict[str, Title] = {}
        self.fillings: dict[str, Filling] = {}
        self.position = 0
        self.recorded_us = 0
        self._versions: Counter[str] = Counter()
        self._open_link = open_link
        self._limits = {"loan": loan_limit, "hold": hold_limit}
        self._whose: dict[str, str] = {}

    def take(self, facts: Iterable[Fact]) -> None:
        """Audit the next facts of the log, whole commands at a time."""
        for _, command in groupby(facts, key=lambda fact: (fact.request, fact.recorded_us)):
            told = list(command)
            for fact in told:
                self._take(fact, told)
            self._agree(told)

    # --- within one stream -------------------------------------------------------------------------------------------

    def _take(self, fact: Fact, command: list[Fact]) -> None:
        self.position += 1
        self._versions[fact.stream] += 1
        assert fact.position == self.position, f"position {fact.position} comes where {self.position} should"
        assert fact.version == self._versions[fact.stream], f"{fact.position}: {fact.stream} has a gap"
        assert fact.recorded_us >= self.recorded_us, f"{fact.position}: recorded time runs back"
        self.recorded_us = fact.recorded_us
        if fact.stream.startswith("item/"):
            self._take_of_item(fact, command)
        elif fact.stream.startswith("title/"):
            title = fact.stream.removeprefix("title/")
            self.titles[title] = fold_title(self.titles.get(title), fact)
            if isinstance(fact.event, HoldPlaced):
                self._remember(fact.event.hold, fact.event.key, fact.event.patron)
        elif fact.stream.startswith("tote/") and fact.stream.count("/") == 2:
            self._take_of_filling(fact)

    def _take_of_item(self, fact: Fact, command: list[Fact]) -> None:
        """One open loan and one open journey a copy; what closes names what is open; a journey begins where it was."""
        barcode = fact.stream.removeprefix("item/")
        before = self.items.get(barcode)
        loan = before.custody.loan if before else None
        transit = before.custody.transit if before else None
        at, event = fact.position, fact.event
        match event:
            case ItemLent():
                assert loan is None, f"{at}: {barcode} is lent twice"
                assert transit is None, f"{at}: {barcode} is lent on its way"
                self._remember(event.loan, event.key, event.patron)
            case ItemReturned():
                assert loan is not None, f"{at}: {barcode} comes back and was not on loan"
                assert loan.loan == event.loan, f"{at}: {barcode} closes {event.loan}, open is {loan.loan}"
            case TransitOpened():
                assert transit is None, f"{at}: {barcode} has two journeys"
                assert loan is None, f"{at}: {barcode} travels on loan"
                seen = {other.event.branch for other in command if isinstance(other.event, _SEEN)}
                seen.add(before.custody.place.ref if before else "")
                wanted = [move.move for move in before.custody.moves or ()] if before else []
                assert event.move in (None, *wanted[:1]), f"{at}: {barcode} is sent by {event.move}, not by {wanted}"
                assert event.origin in seen, f"{at}: {barcode} sets out from {event.origin}, where it is not"
            case ItemArrived() | TransitAbandoned():
                assert transit is not None, f"{at}: {barcode} ends a journey that it is not on"
                assert transit.transit == event.transit, f"{at}: {barcode} ends {event.transit}, not its own"
            case _:
                pass
        item = self.items[barcode] = fold_item(before, fact)
        late = before is not None and fact.happened_us < before.custody.custody_us
        custody = item.custody
        on_loan = (custody.loan is not None, custody.place.kind == "patron")
        assert on_loan[0] == on_loan[1], f"{at}: {barcode} is with a patron and not on loan, or the reverse"
        if not late and not isinstance(event, ScanUndone):
            assert custody.custody_us >= (before.custody.custody_us if before else 0), f"{at}: custody runs back"

    def _take_of_filling(self, fact: Fact) -> None:
        """A tote has one place: it goes onto a van where it is, and comes off the van that it is on."""
        filling = self.fillings.get(fact.stream)
        if isinstance(fact.event, ToteLoaded):
            assert filling is not None, f"{fact.position}: nothing is loaded"
            assert filling.place == fact.event.branch, f"{fact.position}: loaded where it was not"
        if isinstance(fact.event, ToteUnloaded):
            assert filling is not None, f"{fact.position}: nothing is unloaded"
            assert filling.place == fact.event.van, f"{fact.position}: it was not on that van"
        moved = self.fillings[fact.stream] = fold_filling(filling, fact)
        assert (moved.place == "") == (moved.status == "lost"), f"{fact.position}: only what is lost has no place"

    # --- between streams ---------------------------------------------------------------------------------------------

    def _agree(self, command: list[Fact]) -> None:
        """After a command, the copies and queues that it touched agree with each other."""
        for barcode in {fact.stream[5:] for fact in command if fact.stream.startswith("item/")}:
            self._item_agrees(self.items[barcode])
        for name in {fact.stream[6:] for fact in command if fact.stream.startswith("title/")}:
            self._title_agrees(self.titles[name])
        if self._open_link is not None:
            self._limits_hold(command)

    def _item_agrees(self, item: Item) -> None:
        capture, target = item.custody.capture, item.custody.target
        holds = self.titles[item.title].holds if item.title in self.titles else {}
        if capture is not None and capture.hold in holds:
            captured = holds[capture.hold].captured
            assert captured == item.barcode, f"{self.position}: {item.barcode} waits for a hold that has {captured}"
        if target is not None:
            assert target in holds, f"{self.position}: {item.barcode} is promised to {target}, which has ended"
            assert holds[target].target == item.barcode, f"{self.position}: {target} was promised another copy"

    def _title_agrees(self, title: Title) -> None:
        captured: Counter[str] = Counter()
        for hold in title.holds.values():
            if hold.target is not None and hold.target in self.items:
                target = self.items[hold.target].custody.target
                assert target == hold.hold, f"{self.position}: {hold.target} is promised to {target}, not {hold.hold}"
            if hold.captured is None:
                continue
            captured[hold.captured] += 1
            capture = self.items[hold.captured].custody.capture
            assert capture is not None, f"{self.position}: {hold.hold} has {hold.captured}, which is not set aside"
            assert capture.hold == hold.hold, f"{self.position}: {hold.captured} is set aside for {capture.hold}"
        doubled = [barcode for barcode, count in captured.items() if count > 1]
        assert not doubled, f"{self.position}: {doubled} are captured twice"

    # --- patrons -----------------------------------------------------------------------------------------------------

    def _remember(self, claim: str, key: int, sealed: str) -> None:
        if self._open_link is not None:
            patron = self._open_link(key, sealed, claim)
            assert patron is not None, f"{self.position}: nobody can tell whose {claim} is"
            self._whose[claim] = patron

    def _limits_hold(self, command: list[Fact]) -> None:
        """Who has just got a loan or a hold has no more of them than the limit; a corrected return may reopen one."""
        for fact in command:
            match fact.event:
                case ItemLent(loan=claim):
                    kind = "loan"
                case HoldPlaced(hold=claim):
                    kind = "hold"
                case _:
                    continue
            limit, count = self._limits[kind], self.open_claims(kind)[self._whose[claim]]
            assert limit is None or count <= limit, f"{fact.position}: a patron has {count} {kind}s open"

    def open_claims(self, kind: str) -> Counter[str]:
        """How many loans or holds each patron has open, by what `open_link` says."""
        return Counter(self._whose[claim] for claim in self.open_now(kind) if claim in self._whose)

    def open_now(self, kind: str) -> list[str]:
        """The open loans, or the open holds."""
        if kind == "loan":
            # What a patron says is back counts towards no limit.
            return [
                item.custody.loan.loan
                for item in self.items.values()
                if item.custody.loan is not None and counts_as(item.custody) == "loan"
            ]
        return [hold for title in self.titles.values() for hold in title.holds]
