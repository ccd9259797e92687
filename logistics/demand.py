"""
What must travel, stop by stop: from items that wait and items that are expected to whole totes, kinds and ages.

A branch gets what lies at its hub for it (`deliver`) and hands over what goes to the hub (`collect`). Whole totes are
rounded up for every box that is filled apart. Pure: it sees rows read at one position of the log, and the moment.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Protocol

from circulation.clock import DAY_US
from logistics.expectation import Lane
from logistics.network import Courier
from logistics.ways import Ways

__all__ = [
    "Demand",
    "FillingRow",
    "Load",
    "Prices",
    "StopDemand",
    "Stranded",
    "TravellingItems",
    "WaitingRow",
    "measure",
]


class TravellingItems(Protocol):
    """Items of one type that must travel to one place for one reason and lie together, as a projection knows them."""

    @property
    def kind(self) -> str:
        """Whether they are at a `branch` (or hub) or on a `van`."""
        ...

    @property
    def place(self) -> str:
        """The code of the branch, hub or van."""
        ...

    @property
    def destination(self) -> str:
        """The branch where they are to go in the end."""
        ...

    @property
    def reason(self) -> str:
        """Why they travel: `hold`, `home`, `float`, `rebalance` or `manual`."""
        ...

    @property
    def item_type(self) -> str:
        """Which decides how much of a tote each takes."""
        ...

    @property
    def filling(self) -> str | None:
        """The filling that they lie in; None on a table or a shelf."""
        ...

    @property
    def items(self) -> int:
        """How many."""
        ...


class WaitingRow(TravellingItems, Protocol):
    """Such items with the age of all of them in two numbers."""

    @property
    def oldest_us(self) -> int:
        """When the first of their journeys was opened."""
        ...

    @property
    def opened_days(self) -> int:
        """The days (UTC, since 1970) on which their journeys were opened, added up over the items."""
        ...


class FillingRow(Protocol):
    """A filling of a tote that has not ended, as a projection knows it."""

    @property
    def filling(self) -> str:
        """Its name, such as `T123/17`."""
        ...

    @property
    def destination(self) -> str:
        """Where it goes."""
        ...

    @property
    def status(self) -> str:
        """`open`, `sealed`, `loaded`, `unloaded` or `received`."""
        ...

    @property
    def place(self) -> str:
        """The branch, or the van while it is loaded."""
        ...


@dataclass(frozen=True, slots=True)
class Prices:
    """
    What a day's delay of one item costs, in micros (millionths of the currency unit), by why it travels.

    An item that has waited n days (UTC) counts n + 1 times, so that what is left today is dearer tomorrow.
    The defaults make an ordinary stop of twenty items worth an hour's detour: a stop is left where a van is
    missing, not to save its diesel. What saves money is set by who pays for both.
    """

    hold: int = 5_000_000
    home: int = 2_000_000
    manual: int = 2_000_000
    rebalance: int = 1_000_000
    float: int = 500_000

    def delay(self, row: WaitingRow, at_us: int) -> int:
        """What another day costs for all items of a row that waits at that instant."""
        days_waited = row.items * (at_us // DAY_US) - row.opened_days
        return int(getattr(self, row.reason)) * (row.items + max(0, days_waited))


@dataclass(frozen=True, slots=True)
class Load:
    """
    Totes and items in one direction at one stop.

    `waiting` and `expected` are items; `fillings` are the boxes whose number is known already;
    `oldest_us` is when the oldest item began to wait; `micros` is the price of a day's delay.
    """

    totes: int = 0
    waiting: int = 0
    expected: int = 0
    fillings: tuple[str, ...] = ()
    oldest_us: int | None = None
    by_reason: Mapping[str, int] = field(default_factory=dict)
    micros: int = 0

    @property
    def items(self) -> int:
        """Waiting and expected items together."""
        return self.waiting + self.expected


@dataclass(frozen=True, slots=True)
class StopDemand:
    """What a van would bring to a branch from its hub and take from it."""

    branch: str
    hub: str
    deliver: Load = Load()
    collect: Load = Load()

    @property
    def items(self) -> int:
        """All items in both directions."""
        return self.deliver.items + self.collect.items

    @property
    def micros(self) -> int:
        """The price of a day's delay of all of them."""
        return self.deliver.micros + self.collect.micros

    @property
    def oldest_us(self) -> int | None:
        """When the oldest item began to wait."""
        return min((one.oldest_us for one in (self.deliver, self.collect) if one.oldest_us is not None), default=None)


@dataclass(frozen=True, slots=True)
class Stranded:
    """Items at a place that cannot get to their destination."""

    at: str
    destination: str
    items: int


@dataclass(frozen=True, slots=True)
class Demand:
    """Every stop that has something to bring or take, what goes from hub to hub, and what has no way."""

    stops: Mapping[str, StopDemand]
    trunks: Mapping[Lane, Load]
    stranded: tuple[Stranded, ...]


def measure(
    rows: Iterable[WaitingRow],
    fillings: Iterable[FillingRow],
    *,
    ways: Ways,
    courier: Courier,
    prices: Prices,
    at_us: int,
    expected: Mapping[Lane, int] | None = None,
) -> Demand:
    """
    The demand at `at_us`, microseconds UTC; `fillings` are those that have not ended.

    With `expected` (items by branch and next stop) what will have been added is counted too, and so is what rides
    to a hub now and will have been sorted there; without it only what waits.
    """
    heaps: dict[Lane, _Heap] = defaultdict(lambda: _Heap(courier, prices, at_us))
    stranded: Counter[tuple[str, str]] = Counter()
    boxes = {box.filling: box for box in fillings}
    for row in rows:
        box = boxes.get(row.filling or "")
        riding = row.kind == "van"
        if riding and (expected is None or box is None or box.destination not in ways.hubs):
            # What is out for delivery is not brought a second time.
            continue
        at = box.destination if riding and box is not None else row.place
        if box is not None and box.destination == at:
            # A tote that is where it was to go is opened there, and its items are sorted.
            box = None
        stop = ways.next_hop(at, row.destination if box is None else box.destination, at_us)
        if stop is not None:
            heaps[at, stop].add(row, box, at_hub=at in ways.hubs)
        elif at != row.destination:
            stranded[at, row.destination] += row.items
    for lane, items in sorted((expected or {}).items()):
        heaps[lane].expect(items)
    return Demand(
        stops=_by_stop(heaps, ways),
        trunks={lane: heap.load() for lane, heap in sorted(heaps.items()) if set(lane) <= set(ways.hubs)},
        stranded=tuple(Stranded(at, goal, items) for (at, goal), items in sorted(stranded.items())),
    )


def _by_stop(heaps: Mapping[Lane, _Heap], ways: Ways) -> dict[str, StopDemand]:
    """At a branch everything goes onto the van of its hub, whatever it is packed for."""
    hubs = set(ways.hubs)
    brought = {stop: heap.load() for (at, stop), heap in heaps.items() if at in hubs and stop not in hubs}
    taken: dict[str, list[Load]] = defaultdict(list)
    for (at, _), heap in sorted(heaps.items()):
        if at not in hubs:
            taken[at].append(heap.load())
    return {
        code: StopDemand(code, hub, brought.get(code, Load()), _together(taken.get(code, [])))
        for code in sorted({*brought, *taken})
        if (hub := ways.hub_of(code)) is not None
    }


def _together(loads: list[Load]) -> Load:
    if len(loads) == 1:
        return loads[0]
    by_reason: Counter[str] = Counter()
    for load in loads:
        by_reason.update(load.by_reason)
    return Load(
        totes=sum(load.totes for load in loads),
        waiting=sum(load.waiting for load in loads),
        expected=sum(load.expected for load in loads),
        fillings=tuple(sorted(filling for load in loads for filling in load.fillings)),
        oldest_us=min((load.oldest_us for load in loads if load.oldest_us is not None), default=None),
        by_reason=dict(sorted(by_reason.items())),
        micros=sum(load.micros for load in loads),
    )


class _Heap:
    """What goes from one place to one next stop, while it is counted."""

    def __init__(self, courier: Courier, prices: Prices, at_us: int) -> None:
        self._courier = courier
        self._prices = prices
        self._at_us = at_us
        self._sealed: set[str] = set()
        self._open: dict[str, set[str]] = defaultdict(set)
        self._share: dict[str, Fraction] = defaultdict(Fraction)
        self._by_reason: Counter[str] = Counter()
        self._waiting = self._expected = self._micros = 0
        self._oldest_us: int | None = None

    def add(self, row: WaitingRow, box: FillingRow | None, *, at_hub: bool) -> None:
        """Count the items of a row; loose ones join the open box of their kind."""
        if box is not None and box.status != "open":
            self._sealed.add(box.filling)
        else:
            kind = "sorted" if at_hub else "holds" if row.reason == "hold" else "returns"
            if box is not None:
                self._open[kind].add(box.filling)
            self._share[kind] += row.items * self._part(row.item_type)
        if row.kind == "van":
            self._expected += row.items
        else:
            self._waiting += row.items
            self._oldest_us = row.oldest_us if self._oldest_us is None else min(self._oldest_us, row.oldest_us)
        self._by_reason[row.reason] += row.items
        self._micros += self._prices.delay(row, self._at_us)

    def expect(self, items: int) -> None:
        """Count items that nobody has scanned yet: as returns of no particular type."""
        self._expected += items
        self._share["returns"] += items * self._part("*")
        self._micros += items * self._prices.home
        self._by_reason["expected"] += items

    def _part(self, item_type: str) -> Fraction:
        sizes = self._courier.items_per_tote
        return Fraction(1, sizes.get(item_type, sizes["*"]))

    def load(self) -> Load:
        """Everything counted, in whole totes."""
        totes = len(self._sealed) + sum(
            max(len(self._open[kind]), ceil(self._share[kind])) for kind in {*self._open, *self._share}
        )
        boxes = self._sealed.union(*self._open.values())
        return Load(
            totes=totes,
            waiting=self._waiting,
            expected=self._expected,
            fillings=tuple(sorted(boxes)),
            oldest_us=self._oldest_us,
            by_reason=dict(sorted(self._by_reason.items())),
            micros=self._micros,
        )
