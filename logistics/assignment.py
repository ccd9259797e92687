"""
Which copy for which hold, and what becomes of a return: the model of deciding about all of a title's holds at once.

One hold at a time takes the copy that can be there soonest, the nearest among equals (`in_queue_order`). Decided
together (`solver/assign.py`) the same copies come to less: a copy that one reader can have a day later and the other
only from afar goes to the other.
Nobody is passed over for it: whoever gets a copy in the order of the queue gets one, at most `BOUND_DAYS` days later.

A queue is decided by itself, exactly. Titles share nothing but room in the vans, of which one item takes a fortieth of
a tote: what they cost each other is left to the plan of the day. Pure, in micros and metres.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

__all__ = [
    "BOUND_DAYS",
    "Account",
    "Ask",
    "AssignmentPrices",
    "Journey",
    "Journeys",
    "Offer",
    "Pricing",
    "Queue",
    "Rest",
    "RestName",
    "Service",
    "account",
    "in_queue_order",
]

BOUND_DAYS = 1
"""How many days later than in the order of the queue a hold may have its copy at most, where nothing else is said."""

RestName = Literal["home", "float", "stay"]
"""What becomes of a return that serves no hold: it goes home, it goes on to where it is to float, or it stays."""


@dataclass(frozen=True, slots=True)
class AssignmentPrices:
    """
    What is weighed, in micros (millionths of the currency unit).

    `day` is the price of a day's wait of a hold that was placed today; one that has waited `older_days` counts twice,
    after as many again three times. Who gets no copy waits `unserved_days` more. `ride` is packing, sorting and
    unpacking an item for one ride in a van, `tote_km` driving a full tote a kilometre. A reader who finds a copy on
    the shelf is worth `use`; it is asked how many would within `use_days`. At less than 2.00 a day readers as a whole
    wait longer, for the sake of kilometres.
    """

    day: int = 2_000_000
    older_days: int = 30
    unserved_days: int = 28
    ride: int = 250_000
    tote_km: int = 200_000
    use: int = 1_000_000
    use_days: int = 90

    def wait(self, days: int, waited_days: int) -> int:
        """What so many more days cost a hold that has waited so many."""
        return self.day * days * (self.older_days + max(0, waited_days)) // self.older_days

    def carriage(self, journey: Journey, per_tote: int) -> int:
        """What carrying an item costs of which `per_tote` fill a tote."""
        return self.ride * journey.rides + self.tote_km * journey.metres // (1000 * per_tote)

    def uses(self, in_a_year: int, sharing: int) -> int:
        """What a copy's expected uses at a place are worth where `sharing` others stand beside it."""
        return self.use * in_a_year * self.use_days // (365 * (sharing + 1))


@dataclass(frozen=True, slots=True)
class Journey:
    """The way from one branch to another: days until it is there, rides in a van, and metres with all detours."""

    days: int
    rides: int
    metres: int


class Journeys(Protocol):
    """The ways through a network from the moment that is asked about."""

    def between(self, origin: str, destination: str) -> Journey | None:
        """The way; none of it where they are the same or a walk apart, None where there is no way."""
        ...


@dataclass(frozen=True, slots=True)
class Ask:
    """A hold that has no copy: its place in the queue (from 1), where it is picked up, the copy that it is promised."""

    hold: str
    place: int
    pickup: str
    waited_days: int
    promised: str | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """One thing that may become of a return, what it costs, and whether the floating policy lets it."""

    what: RestName
    to: str
    micros: int
    allowed: bool = True


@dataclass(frozen=True, slots=True)
class Offer:
    """
    A copy that nobody has: on the shelf of `branch`, or a return that waits there.

    `floats` says whether it stays where it is brought back after the loan. `rests` are what may become of a return
    that serves no hold, what was decided so far first; a copy on the shelf has none, and stays.
    """

    barcode: str
    branch: str
    home: str
    floats: bool = False
    per_tote: int = 40
    rests: tuple[Rest, ...] = ()

    @property
    def decided(self) -> int:
        """What the copy costs if it does what was decided so far."""
        return self.rests[0].micros if self.rests else 0

    @property
    def rest(self) -> Rest | None:
        """The cheapest thing that may become of it, what was decided so far among equals; None for one on the shelf."""
        return min((one for one in self.rests if one.allowed), key=lambda one: one.micros, default=None)

    @property
    def least(self) -> int:
        """What the copy costs at least if it serves no hold."""
        return 0 if self.rest is None else self.rest.micros


@dataclass(frozen=True, slots=True)
class Queue:
    """A title's holds in the order of the queue, the copies that there are, and which may have which."""

    title: str
    asks: Sequence[Ask]
    offers: Sequence[Offer]
    fits: Callable[[Ask, Offer], bool] = lambda _ask, _offer: True


@dataclass(frozen=True, slots=True)
class Service:
    """
    A hold served by a copy: days until it is there, and what it costs in all.

    `journeys`, `rides` and `metres` count the way there and, where the copy does not float, its way home afterwards.
    """

    days: int
    journeys: int
    rides: int
    metres: int
    micros: int


@dataclass(slots=True)
class Pricing:
    """What serving costs in one network at one moment; each way is looked up once."""

    journeys: Journeys
    prices: AssignmentPrices = field(default_factory=AssignmentPrices)
    _known: dict[tuple[str, str], Journey | None] = field(default_factory=dict)

    def journey(self, origin: str, destination: str) -> Journey | None:
        """The way between two branches, None where there is none."""
        pair = (origin, destination)
        if pair not in self._known:
            self._known[pair] = self.journeys.between(origin, destination)
        return self._known[pair]

    def serve(self, ask: Ask, offer: Offer) -> Service | None:
        """What it takes to serve a hold with a copy; None where there is no way, or none home again."""
        there = self.journey(offer.branch, ask.pickup)
        back = _NONE if offer.floats else self.journey(ask.pickup, offer.home)
        if there is None or back is None:
            return None
        carriage = self.prices.carriage(there, offer.per_tote) + self.prices.carriage(back, offer.per_tote)
        return Service(
            days=there.days,
            journeys=(there.rides > 0) + (back.rides > 0),
            rides=there.rides + back.rides,
            metres=there.metres + back.metres,
            micros=self.prices.wait(there.days, ask.waited_days) + carriage,
        )

    def unserved(self, ask: Ask) -> int:
        """What it costs that a hold gets no copy now."""
        return self.prices.wait(self.prices.unserved_days, ask.waited_days)


_NONE = Journey(0, 0, 0)


def in_queue_order(queue: Queue, pricing: Pricing) -> dict[str, str]:
    """
    By hold the copy that it gets when one after the other takes the soonest, the nearest and lowest among equals.

    It ends with the last copy: those who come after it have nothing to choose from.
    """
    left = {offer.barcode: offer for offer in queue.offers}
    chosen: dict[str, str] = {}
    for ask in queue.asks:
        if not left:
            break
        best: tuple[int, int, str] | None = None
        for offer in left.values():
            there = pricing.journey(offer.branch, ask.pickup)
            if there is None or (best is not None and (there.days, there.metres, offer.barcode) > best):
                continue
            if queue.fits(ask, offer) and pricing.serve(ask, offer) is not None:
                best = (there.days, there.metres, offer.barcode)
        if best is not None:
            chosen[ask.hold] = best[2]
            del left[best[2]]
    return chosen


@dataclass(frozen=True, slots=True)
class Account:
    """
    What an assignment comes to: micros in all, holds served, their days, and the journeys of items with their metres.

    Returns that serve no hold are in it.
    """

    micros: int = 0
    served: int = 0
    days: int = 0
    journeys: int = 0
    metres: int = 0

    def __add__(self, other: Account) -> Account:
        return Account(
            self.micros + other.micros,
            self.served + other.served,
            self.days + other.days,
            self.journeys + other.journeys,
            self.metres + other.metres,
        )


def account(queue: Queue, serves: Mapping[str, str], pricing: Pricing, *, as_decided: bool = False) -> Account:
    """
    The account of an assignment (by hold its copy); returns do the cheapest that they may, or what was decided so far.

    Raises `ValueError` for a copy that is given twice, does not exist, or cannot get there.
    """
    offers = {offer.barcode: offer for offer in queue.offers}
    if len(set(serves.values())) < len(serves):
        raise ValueError("a copy is given to two holds")
    total = Account()
    for ask in queue.asks:
        barcode = serves.get(ask.hold)
        if barcode is None:
            total += Account(micros=pricing.unserved(ask))
            continue
        offer = offers.pop(barcode, None)
        served = None if offer is None else pricing.serve(ask, offer)
        if served is None:
            raise ValueError(f"{barcode} cannot serve {ask.hold}")
        total += Account(served.micros, 1, served.days, served.journeys, served.metres)
    return total + _rest(offers.values(), pricing, as_decided)


def _rest(offers: Iterable[Offer], pricing: Pricing, as_decided: bool) -> Account:
    total = Account()
    for offer in offers:
        rest = offer.rests[0] if as_decided and offer.rests else offer.rest
        if rest is not None:
            way = pricing.journey(offer.branch, rest.to) or _NONE
            total += Account(micros=rest.micros, journeys=int(way.rides > 0), metres=way.metres)
    return total
