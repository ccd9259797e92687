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
from circulation.item import TransitReason
from logistics.expectation import Lane
from logistics.network import Courier
from logistics.ways import Ways

__all__ = ["Demand", "Load", "Prices", "StopDemand", "Stranded", "WaitingRow", "measure"]


class WaitingRow(Protocol):
    """One item that must travel, as a projection knows it."""

    @property
    def item(self) -> str:
        """The barcode."""
        ...

    @property
    def at(self) -> str:
        """The branch or hub where it lies; while it rides, where its tote comes off."""
        ...

    @property
    def destination(self) -> str:
        """The branch where it is to go in the end."""
        ...

    @property
    def reason(self) -> TransitReason:
        """Why it travels."""
        ...

    @property
    def item_type(self) -> str:
        """Which decides how much of a tote it takes."""
        ...

    @property
    def since_us(self) -> int:
        """When its journey was opened."""
        ...

    @property
    def filling(self) -> str | None:
        """The filling that it lies in; None on a table or a shelf."""
        ...

    @property
    def filling_destination(self) -> str | None:
        """Where that filling goes."""
        ...

    @property
    def sealed(self) -> bool:
        """Whether nothing more goes into that filling."""
        ...

    @property
    def riding(self) -> bool:
        """Whether it is on a van now."""
        ...


@dataclass(frozen=True, slots=True)
class Prices:
    """
    What a day's delay of one item costs, in micros (millionths of the currency unit), by why it travels.

    An item that has waited n days counts n + 1 times, so that what is left today is dearer tomorrow.
    """

    hold: int = 1_500_000
    home: int = 150_000
    manual: int = 150_000
    rebalance: int = 100_000
    float: int = 50_000

    def of(self, reason: TransitReason) -> int:
        """The price of one item and day."""
        return int(getattr(self, reason))


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
    *,
    ways: Ways,
    courier: Courier,
    prices: Prices,
    at_us: int,
    expected: Mapping[Lane, int] | None = None,
) -> Demand:
    """
    The demand at `at_us`, microseconds UTC.

    With `expected` (items by branch and next stop) what will have been added is counted too, and so is what rides
    to a hub now and will have been sorted there; without it only what waits.
    """
    heaps: dict[Lane, _Heap] = defaultdict(lambda: _Heap(courier, prices, at_us))
    stranded: Counter[tuple[str, str]] = Counter()
    for row in sorted(rows, key=lambda row: row.item):
        if row.riding and (expected is None or row.at not in ways.hubs):
            continue
        stop = _next_stop(row, ways, at_us)
        if stop is not None:
            heaps[row.at, stop].add(row, at_hub=row.at in ways.hubs)
        elif row.at != row.destination:
            stranded[row.at, row.destination] += 1
    for lane, items in sorted((expected or {}).items()):
        heaps[lane].expect(items)
    return Demand(
        stops=_by_stop(heaps, ways),
        trunks={lane: heap.load() for lane, heap in sorted(heaps.items()) if set(lane) <= set(ways.hubs)},
        stranded=tuple(Stranded(at, goal, items) for (at, goal), items in sorted(stranded.items())),
    )


def _next_stop(row: WaitingRow, ways: Ways, at_us: int) -> str | None:
    """Where the item's tote goes next from where it lies; a tote that is where it was to go is not counted as one."""
    goal = row.destination
    if row.filling_destination is not None and row.filling_destination != row.at:
        goal = row.filling_destination
    return ways.next_hop(row.at, goal, at_us)


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

    def add(self, row: WaitingRow, *, at_hub: bool) -> None:
        """Count one item; loose items join the open box of their kind."""
        boxed = row.filling is not None and row.filling_destination != row.at
        if boxed and row.sealed:
            self._sealed.add(row.filling or "")
        else:
            kind = "sorted" if at_hub else "holds" if row.reason == "hold" else "returns"
            if boxed:
                self._open[kind].add(row.filling or "")
            self._share[kind] += self._part(row.item_type)
        if row.riding:
            self._expected += 1
        else:
            self._waiting += 1
            since_us = row.since_us
            self._oldest_us = since_us if self._oldest_us is None else min(self._oldest_us, since_us)
        self._by_reason[row.reason] += 1
        self._micros += self._prices.of(row.reason) * (1 + max(0, self._at_us - row.since_us) // DAY_US)

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
