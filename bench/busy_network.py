"""
A network that lends, returns anywhere, serves holds and carries totes over one hub, as fast as its deciders can.

Every fact is what the desk's own pure decision says of the state that the facts before it add up to; only who comes
with which copy, and where, is drawn. Chance is seeded, so the same network lives the same life.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from circulation.branch import BranchOpened
from circulation.checkin import decide
from circulation.clock import DAY_US, iso, parse_instant
from circulation.codec import encode_meta, encode_payload, join_state
from circulation.event import Event, Fact
from circulation.hold import Title, TitleAdded, fold_title, title_stream
from circulation.holding import decide_place
from circulation.item import (
    Item,
    ItemAdded,
    ItemArrived,
    TransitAbandoned,
    TransitOpened,
    fold_item,
    item_stream,
)
from circulation.lending import decide_lend, decide_renew
from circulation.outcome import Outcome, Rulings, Scan
from circulation.patron import Patron
from circulation.ruling import ANY, Asked, rule_on
from circulation.store.recorder import Row
from circulation.tote import (
    Filling,
    ToteFillingStarted,
    ToteNumbered,
    ToteRegistered,
    ToteSealed,
    digest_of,
    filling_stream,
    fold_filling,
    tote_stream,
)
from circulation.tote_desk import decide_loaded, decide_opened, decide_unloaded

__all__ = ["BusyNetwork", "barcode"]

START_US = parse_instant("2026-09-01T08:00:00Z")
BRANCHES = 150
COPIES_A_TITLE = 3
_EVENT_US = 250_000
"""Four events a second, all day: some ten million a month."""
_TOTE_HOLDS = 40
_RENEWED, _RETURNED_AT_HOME, _WANTED = 0.3, 0.6, 0.1
_ACTOR, _SEALED, _KEY = "staff/ana", "s" * 60, 7
_RULING = rule_on({}, Asked(ANY, ANY, ANY, ANY, "2026-09-01"))

_Changes = tuple[str, Sequence[Event]]


def barcode(number: int) -> str:
    """The barcode of an item, numbered from 0."""
    return str(30114000000000 + number)


class BusyNetwork:
    """So many copies in branches around one hub; `rows` is what their log says."""

    def __init__(self, items: int, *, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self._branches = [f"branch-{number:03}" for number in range(BRANCHES)]
        self._hub = self._branches[0]
        self._items = items
        self._position = 0
        self._at_us = START_US
        self._versions: dict[str, int] = {}
        self._copies: list[Item] = []
        self._titles: list[Title] = []
        self._boxes: dict[tuple[str, str], tuple[Filling, list[int]]] = {}
        self._fillings: dict[tuple[str, str], int] = {}
        self._patrons = {code: Patron("p", _KEY, _SEALED, "adult", code) for code in self._branches}
        self._rulings = Rulings(shelf_until=lambda _category: self._at_us + 9 * DAY_US)

    def rows(self, events: int) -> Iterator[Row]:
        """The catalogue, then the lives of its copies until there are at least so many events."""
        for code in self._branches:
            yield from self._record(code, (f"branch/{code}", (_branch(code),)))
        for number in range(-(-self._items // COPIES_A_TITLE)):
            named = TitleAdded(title=f"Title {number}", author=f"Author {number % 997}")
            yield from self._record(self._hub, (title_stream(f"t{number}"), (named,)))
        for number in range(self._items):
            yield from self._record(self._hub, (item_stream(barcode(number)), (self._copy(number),)))
        while self._position < events:
            yield from self._live(self._chance.randrange(self._items))

    # -- what happens to a copy --------------------------------------------------------------------------------

    def _live(self, number: int) -> Iterator[Row]:
        item = self._copies[number]
        custody = item.custody
        if custody.place.kind == "filling":
            return
        if custody.loan is not None:
            if custody.loan.renewals < _RULING.renewals and self._chance.random() < _RENEWED:
                yield from self._renew(item)
            else:
                yield from self._bring_back(number, item)
        elif custody.capture is None:
            yield from self._lend(item, None)
        elif custody.capture.until_us is not None and custody.capture.until_us >= self._at_us:
            yield from self._lend(item, custody.capture.hold)
        else:
            # Nobody came for it.
            yield from self._scan(number, custody.place.ref)

    def _lend(self, item: Item, own_hold: str | None) -> Iterator[Row]:
        branch = item.custody.place.ref
        lending = decide_lend(
            branch=branch, at_us=self._at_us, item=item, title=self._titles[_title(item)],
            patron=self._patrons[item.home], open_loans=0, own_hold=own_hold, ruling=_RULING,
            due_us=self._due_us(), key=_KEY, sealed=_SEALED,
        )  # fmt: skip
        yield from self._record(
            branch, (item_stream(item.barcode), lending.item), (title_stream(item.title), lending.title)
        )

    def _renew(self, item: Item) -> Iterator[Row]:
        renewed = decide_renew(
            branch=item.home, item=item, title=self._titles[_title(item)], patron=self._patrons[item.home],
            ruling=_RULING, due_us=self._due_us(),
        )  # fmt: skip
        yield from self._record(item.home, (item_stream(item.barcode), renewed))

    def _bring_back(self, number: int, item: Item) -> Iterator[Row]:
        """To its home or to any branch; for some of them somebody has asked meanwhile."""
        if self._chance.random() < _WANTED:
            pickup = self._chance.choice(self._branches)
            placed = decide_place(
                title=self._titles[_title(item)], item=None, pickup=pickup, patron=self._patrons[pickup],
                own_holds=0, own_hold=None, ruling=_RULING, key=_KEY, sealed=_SEALED,
            )  # fmt: skip
            yield from self._record(pickup, (title_stream(item.title), (placed,)))
        at_home = self._chance.random() < _RETURNED_AT_HOME
        yield from self._scan(number, item.home if at_home else self._chance.choice(self._branches))

    def _scan(self, number: int, branch: str) -> Iterator[Row]:
        """A beep: what the check-in says, and into a tote where the copy travels on."""
        item = self._copies[number]
        title = self._titles[_title(item)]
        scan = Scan(branch=branch, at_us=self._at_us, day=iso(self._at_us)[:10])
        outcome = decide(scan, item, title, self._rulings)
        goal = _goal(outcome, item)
        if goal is None:
            yield from self._record(branch, *_recorded(outcome, item))
            return
        lane = branch, self._hub if branch != self._hub else goal
        starts = self._starts(lane)
        filling = f"{_tote(lane)}/{self._fillings[lane]}"
        packed = Scan(branch=branch, at_us=scan.at_us, day=scan.day, filling=filling)
        outcome = decide(packed, item, title, self._rulings)
        yield from self._record(branch, *starts, *_recorded(outcome, item))
        inside = self._boxes[lane][1]
        inside.append(number)
        if len(inside) == _TOTE_HOLDS:
            yield from self._carry(lane)

    # -- what happens to a tote --------------------------------------------------------------------------------

    def _starts(self, lane: tuple[str, str]) -> tuple[_Changes, ...]:
        """The facts that begin a filling of the lane's tote, none if one is open."""
        if lane in self._boxes:
            return ()
        origin, destination = lane
        tote, number = _tote(lane), self._fillings.get(lane, 0) + 1
        self._fillings[lane] = number
        registered = (ToteRegistered(branch=origin),) if number == 1 else ()
        started = ToteFillingStarted(branch=origin, destination=destination, purpose="returns")
        return (
            (tote_stream(tote), (*registered, ToteNumbered(n=number))),
            (filling_stream(f"{tote}/{number}"), (started,)),
        )

    def _carry(self, lane: tuple[str, str]) -> Iterator[Row]:
        """Seal, load, unload and open, then scan what was inside."""
        origin, destination = lane
        ride = {"van": "v1", "run": f"run/{iso(self._at_us)[:10]}/v1/am"}
        items = sorted(barcode(number) for number in self._boxes[lane][1])
        stream = filling_stream(self._boxes[lane][0].filling)
        sealed = ToteSealed(branch=origin, items=len(items), digest=digest_of(items))
        yield from self._record(origin, (stream, (sealed,)))
        yield from self._record(origin, (stream, (decide_loaded(self._boxes[lane][0], branch=origin, **ride),)))
        unloaded = decide_unloaded(self._boxes[lane][0], branch=destination, **ride)
        yield from self._record(destination, (stream, (unloaded,)))
        filling, inside = self._boxes.pop(lane)
        yield from self._record(destination, (stream, (decide_opened(filling, destination),)))
        for number in inside:
            yield from self._scan(number, destination)

    # -- the log -----------------------------------------------------------------------------------------------

    def _record(self, desk: str, *changes: _Changes) -> Iterator[Row]:
        """The rows of one command, whose facts are folded as they are taken."""
        at_us, request = self._at_us, f"{self._position + 1:016x}"
        meta = encode_meta(at_us, _ACTOR, "declared", desk, request)
        for stream, happened in changes:
            for event in happened:
                self._position += 1
                self._at_us += _EVENT_US
                version = self._versions[stream] = self._versions.get(stream, 0) + 1
                kind = type(event).__name__
                self._fold(
                    Fact(stream, version, event, at_us, _ACTOR, "declared", desk, request, self._position, at_us)
                )
                yield self._position, stream, version, kind, at_us, join_state(kind, meta, encode_payload(event))

    def _fold(self, fact: Fact) -> None:
        kind, _, name = fact.stream.partition("/")
        match kind:
            case "item":
                _fold_into(self._copies, int(name) - int(barcode(0)), fact, fold_item)
            case "title":
                _fold_into(self._titles, int(name[1:]), fact, fold_title)
            case "tote" if isinstance(fact.event, ToteFillingStarted):
                self._boxes[fact.event.branch, fact.event.destination] = fold_filling(None, fact), []
            case "tote" if "/" in name:
                lane = _lane(name)
                if lane in self._boxes:
                    filling, inside = self._boxes[lane]
                    self._boxes[lane] = fold_filling(filling, fact), inside

    # -- what is made up ---------------------------------------------------------------------------------------

    def _due_us(self) -> int:
        return self._at_us + _RULING.days * DAY_US

    def _copy(self, number: int) -> ItemAdded:
        home = self._branches[number * 7919 % len(self._branches)]
        return ItemAdded(
            title=f"t{number // COPIES_A_TITLE}", owner="a member", home=home, item_type="book",
            shelf_mark=f"FIC {number % 9999:04}", branch=home, source="items.csv",
        )  # fmt: skip


def _recorded(outcome: Outcome, item: Item) -> tuple[_Changes, _Changes]:
    return (item_stream(item.barcode), outcome.recorded), (title_stream(item.title), outcome.title)


def _goal(outcome: Outcome, item: Item) -> str | None:
    """Where the copy travels on to."""
    transit = item.custody.transit
    goal = None if transit is None else transit.destination
    for event in outcome.item:
        if isinstance(event, TransitOpened):
            goal = event.destination
        elif isinstance(event, ItemArrived | TransitAbandoned):
            goal = None
    return goal


def _tote(lane: tuple[str, str]) -> str:
    """The one box of a lane: `T012-000` goes from branch 12 to the hub."""
    return "T" + "-".join(code.removeprefix("branch-") for code in lane)


def _lane(filling: str) -> tuple[str, str]:
    origin, _, destination = filling.partition("/")[0].removeprefix("T").partition("-")
    return f"branch-{origin}", f"branch-{destination}"


def _title(item: Item) -> int:
    return int(item.title[1:])


def _fold_into(states: list[Any], number: int, fact: Fact, fold: Any) -> None:
    if number == len(states):
        states.append(fold(None, fact))
    else:
        states[number] = fold(states[number], fact)


def _branch(code: str) -> BranchOpened:
    return BranchOpened(
        name=code, member="a member", kind="branch", latitude_e6=51_000_000, longitude_e6=-2_500_000,
        time_zone="Europe/London", hours=("09:00-17:00",) * 7,
    )  # fmt: skip
