"""
One day's routing question, whole and immutable.

Everything is an integer with its unit in the name: seconds since local midnight, metres, totes, grams, and
money in micros (millionths of the currency unit, so 0.45 a kilometre is 450 micros a metre and 18.00 an hour
is 5,000 micros a second). A problem checks itself when it is made, so that the search never has to, and its
`digest` names it for good: the same digest is the same question.
"""

from __future__ import annotations

import hashlib
import json
import sys
from array import array
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import pairwise

from circulation.errors import Invalid
from logistics.pin import Pin, check_pins, pinned_windows
from logistics.stability import Stability, Usual, check_stability

__all__ = ["END_OF_TIME", "UNLIMITED", "Break", "Credit", "Hub", "Pair", "RoutingProblem", "Stop", "Van"]

Window = tuple[int, int]
UNLIMITED = 1_000_000_000
"""Totes or grams that no load ever reaches: the neutral capacity."""
END_OF_TIME = 1_000_000_000
"""A second that no day ever reaches: the end of an open window."""
_COST_CEILING = 1 << 59
_ARC_CEILING = 1 << 31
_MOST_TRIPS = 100


@dataclass(frozen=True, slots=True)
class Break:
    """
    A rest of `duration_seconds` that starts no earlier than `earliest` and no later than `latest`.

    It is taken between two stops at the place of the first, or at the hub before leaving or after returning
    (then it is not paid). It always lies within the shift.
    """

    duration_seconds: int
    earliest: int
    latest: int


@dataclass(frozen=True, slots=True)
class Van:
    """
    A van with its driver's shift for the day; it starts and ends at its hub.

    Paid time runs from leaving the hub to returning, waiting and a break on the way included.
    `micros_fixed` is paid once if the van goes out at all. It goes out up to `trips` times: back at its hub it unloads
    what it collected and loads the next totes within `reload_seconds`, which are paid.
    """

    id: str
    hub: int
    totes: int
    shift_start: int = 0
    shift_end: int = END_OF_TIME
    rest: Break | None = None
    micros_per_metre: int = 1
    micros_per_second: int = 0
    micros_fixed: int = 0
    grams: int = UNLIMITED
    trips: int = 1
    reload_seconds: int = 0

    def as_written(self) -> dict[str, object]:
        """The fields; those of several trips only where they say something, so that digests of old stay."""
        fields = asdict(self)
        if self.trips == 1 and self.reload_seconds == 0:
            del fields["trips"], fields["reload_seconds"]
        return fields


@dataclass(frozen=True, slots=True)
class Hub:
    """A place where vans start, load what was sorted, and bring back what they collected."""

    id: str


@dataclass(frozen=True, slots=True)
class Stop:
    """
    One call: `deliver` totes come from the hub, `collect` totes go to it.

    `hub` is the index of the hub whose vans may call, None for any. Service may start within any of
    `windows` (start, end; sorted, apart; empty for always). `price` in micros is what leaving it out costs;
    None: it must be served.
    """

    id: str
    deliver: int = 0
    collect: int = 0
    hub: int | None = None
    windows: tuple[Window, ...] = ()
    service_seconds: int = 0
    seconds_per_tote: int = 0
    price: int | None = None
    deliver_grams: int = 0
    collect_grams: int = 0

    @property
    def seconds_at_stop(self) -> int:
        """Seconds from the start of service to driving on."""
        return self.service_seconds + self.seconds_per_tote * (self.deliver + self.collect)


@dataclass(frozen=True, slots=True)
class Pair:
    """
    Totes that must ride from one stop to a later one on the same trip of a van, without seeing the hub.

    `first` and `second` are indices of stops; a stop is in one pair at most, and may have totes from and to the
    hub besides. Of an optional pair both stops are served or neither. `longest_seconds` bounds the time from
    driving on at the first to the start of service at the second; None: as long as it takes.
    """

    first: int
    second: int
    totes: int
    grams: int = 0
    longest_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """
    What is saved when totes that may ride directly do: `micros` if `origin` comes before `destination` on one trip.

    Indices of stops, at most one credit for an origin and destination. Their totes stay among what the origin
    collects for the hub and the destination gets from it, so that a plan is good whether they ride or not: a
    load never exceeds what is reckoned. What has neither a pair nor a credit never rides directly.
    """

    origin: int
    destination: int
    micros: int


@dataclass(frozen=True)
class RoutingProblem:
    """
    Hubs, vans, stops, and for every ordered pair of places the metres and seconds between them.

    Totes between two stops go over the hub (the neutral case), must ride on one van (`pairs`), or may (`credits`).
    `pins` fix what a coordinator has decided, `stability` prices what differs from the usual routes.
    In both matrices the hubs come first, then the stops, each in the order of its tuple. `stop_place` and
    `hub` indices follow that. Raises `Invalid` when anything in it cannot be true.
    """

    hubs: tuple[Hub, ...]
    vans: tuple[Van, ...]
    stops: tuple[Stop, ...]
    metres: tuple[tuple[int, ...], ...]
    seconds: tuple[tuple[int, ...], ...]
    pairs: tuple[Pair, ...] = ()
    credits: tuple[Credit, ...] = ()
    pins: tuple[Pin, ...] = ()
    stability: Stability | None = None

    def __post_init__(self) -> None:
        _check_names("hub", [hub.id for hub in self.hubs])
        _check_names("van", [van.id for van in self.vans])
        _check_names("stop", [stop.id for stop in self.stops])
        if not self.hubs:
            raise Invalid("no-hub")
        for van in self.vans:
            self._check_van(van)
        for stop in self.stops:
            self._check_stop(stop)
        self._check_pairs()
        self._check_credits()
        check_pins(self)
        check_stability(self)
        for name, matrix in (("metres", self.metres), ("seconds", self.seconds)):
            self._check_matrix(name, matrix)
        self._check_size()

    def stop_place(self, stop: int) -> int:
        """The row of a stop in the matrices."""
        return len(self.hubs) + stop

    @cached_property
    def stop_index(self) -> dict[str, int]:
        """Stop id to its index."""
        return {stop.id: index for index, stop in enumerate(self.stops)}

    @cached_property
    def van_index(self) -> dict[str, int]:
        """Van id to its index."""
        return {van.id: index for index, van in enumerate(self.vans)}

    @cached_property
    def pair_of(self) -> dict[int, Pair]:
        """Index of a stop to the pair that it is in, at either end."""
        return {end: pair for pair in self.pairs for end in (pair.first, pair.second)}

    @cached_property
    def credits_from(self) -> dict[int, list[tuple[int, int]]]:
        """Index of an origin to its credits as (index of the destination, micros)."""
        found: dict[int, list[tuple[int, int]]] = {}
        for credit in self.credits:
            found.setdefault(credit.origin, []).append((credit.destination, credit.micros))
        return found

    @cached_property
    def pins_of(self) -> dict[int, list[Pin]]:
        """Index of a stop to its own pins."""
        found: dict[int, list[Pin]] = {}
        for pin in self.pins:
            found.setdefault(pin.stop, []).append(pin)
        return found

    @cached_property
    def pinned_van(self) -> dict[int, int]:
        """Index of a stop to the index of the only van that may call there, the mate of a pinned stop included."""
        found = {pin.stop: pin.van for pin in self.pins if pin.van is not None}
        for pair in self.pairs:
            van = found.get(pair.first, found.get(pair.second))
            if van is not None:
                found[pair.first] = found[pair.second] = van
        return found

    @cached_property
    def later_than(self) -> dict[int, set[int]]:
        """Index of a stop to those that are pinned to come after it on a van."""
        found: dict[int, set[int]] = {}
        for sooner, later in (order for pin in self.pins for order in pin.order()):
            found.setdefault(sooner, set()).add(later)
        return found

    @cached_property
    def sooner_than(self) -> dict[int, set[int]]:
        """Index of a stop to those that are pinned to come before it on a van."""
        found: dict[int, set[int]] = {}
        for sooner, later in (order for pin in self.pins for order in pin.order()):
            found.setdefault(later, set()).add(sooner)
        return found

    @cached_property
    def usual_of(self) -> dict[int, Usual]:
        """Index of a stop to its usual call."""
        return {} if self.stability is None else {its.stop: its for its in self.stability.usual}

    @cached_property
    def stops_as_pinned(self) -> tuple[Stop, ...]:
        """The stops, their windows cut to what their pins allow."""
        if not self.pins:
            return self.stops
        return tuple(
            replace(stop, windows=pinned_windows(stop, self.pins_of[number]) or ()) if number in self.pins_of else stop
            for number, stop in enumerate(self.stops)
        )

    def digest(self) -> str:
        """SHA-256 (hexadecimal) over a canonical form of everything in the problem; worked out once."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        parts: dict[str, object] = {
            "hubs": [asdict(hub) for hub in self.hubs],
            "vans": [van.as_written() for van in self.vans],
            "stops": [asdict(stop) for stop in self.stops],
            "pairs": [asdict(pair) for pair in self.pairs],
        }
        if self.credits:  # a problem without them keeps the digest that it had before there were any
            parts["credits"] = [asdict(credit) for credit in self.credits]
        if self.pins:
            parts["pins"] = [asdict(pin) for pin in self.pins]
        if self.stability is not None:
            parts["stability"] = asdict(self.stability)
        sha = hashlib.sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode())
        for matrix in (self.metres, self.seconds):
            for row in matrix:
                cells = array("q", (len(row), *row))
                if sys.byteorder == "big":
                    cells.byteswap()
                sha.update(cells.tobytes())
        return sha.hexdigest()

    def _check_van(self, van: Van) -> None:
        where = f"Van {van.id}"
        if not 0 <= van.hub < len(self.hubs):
            raise Invalid("van-without-hub", what=where, hub=van.hub, hubs=len(self.hubs))
        if van.shift_end < van.shift_start or van.shift_start < 0 or van.shift_end > END_OF_TIME:
            raise Invalid("bad-shift", what=where, shift_start=van.shift_start, shift_end=van.shift_end)
        _check_amounts(
            where, van.totes, van.grams, van.micros_per_metre, van.micros_per_second, van.micros_fixed,
            van.reload_seconds,
        )  # fmt: skip
        if not 1 <= van.trips <= _MOST_TRIPS or van.reload_seconds > END_OF_TIME:
            raise Invalid("bad-trips", what=where, trips=van.trips, most=_MOST_TRIPS, reload_seconds=van.reload_seconds)
        rest = van.rest
        if rest is None:
            return
        first_start = max(rest.earliest, van.shift_start)
        last_start = min(rest.latest, van.shift_end - rest.duration_seconds)
        if rest.duration_seconds <= 0 or first_start > last_start:
            raise Invalid(
                "bad-break",
                what=where,
                duration_seconds=rest.duration_seconds,
                earliest=rest.earliest,
                latest=rest.latest,
            )

    def _check_stop(self, stop: Stop) -> None:
        where = f"Stop {stop.id}"
        if stop.hub is not None and not 0 <= stop.hub < len(self.hubs):
            raise Invalid("stop-without-hub", what=where, hub=stop.hub, hubs=len(self.hubs))
        _check_amounts(
            where, stop.deliver, stop.collect, stop.service_seconds, stop.seconds_per_tote,
            stop.deliver_grams, stop.collect_grams, stop.price or 0,
        )  # fmt: skip
        edges = [edge for window in stop.windows for edge in window]
        ordered = all(start <= end for start, end in stop.windows)
        apart = all(before[1] < after[0] for before, after in pairwise(stop.windows))
        if not ordered or not apart or any(not 0 <= edge <= END_OF_TIME for edge in edges):
            raise Invalid("bad-window", what=where, windows=list(stop.windows))

    def _check_pairs(self) -> None:
        seen: set[int] = set()
        for pair in self.pairs:
            ends = {pair.first, pair.second}
            inside = all(0 <= end < len(self.stops) for end in ends)
            if len(ends) < 2 or not inside or ends & seen:
                raise Invalid("bad-pair:stops", first=pair.first, second=pair.second)
            _check_amounts(f"Pair {pair.first} to {pair.second}", pair.totes, pair.grams, pair.longest_seconds or 0)
            seen |= ends
            one, two = self.stops[pair.first], self.stops[pair.second]
            if (one.price is None) != (two.price is None):
                raise Invalid("bad-pair:duty", one=one.id, two=two.id)
            if one.hub is not None and two.hub is not None and one.hub != two.hub:
                raise Invalid("bad-pair:hubs", one=one.id, two=two.id)

    def _check_credits(self) -> None:
        seen: set[tuple[int, int]] = set()
        for credit in self.credits:
            way = credit.origin, credit.destination
            inside = all(0 <= end < len(self.stops) for end in way)
            if way[0] == way[1] or not inside or way in seen:
                raise Invalid("bad-credit", origin=way[0], destination=way[1])
            _check_amounts(f"Credit {way[0]} to {way[1]}", credit.micros)
            seen.add(way)

    def _check_matrix(self, name: str, matrix: tuple[tuple[int, ...], ...]) -> None:
        size = len(self.hubs) + len(self.stops)
        if len(matrix) != size or any(len(row) != size for row in matrix):
            raise Invalid("bad-matrix:size", name=name, size=size)
        if any(min(row) < 0 or max(row) >= _ARC_CEILING for row in matrix):
            raise Invalid("bad-matrix:value", name=name, most=_ARC_CEILING - 1)

    def _check_size(self) -> None:
        """No sum that the search can form may leave 64 bits."""
        longest = max(map(max, self.metres))
        slowest = max(map(max, self.seconds))
        arcs = 2 * (len(self.stops) + sum(van.trips for van in self.vans))
        dearest = max(
            (longest * van.micros_per_metre + slowest * van.micros_per_second for van in self.vans), default=0
        )
        hours = max((van.micros_per_second for van in self.vans), default=0) * END_OF_TIME * max(1, len(self.vans))
        fixed = sum(van.micros_fixed for van in self.vans)
        prices = sum(stop.price or 0 for stop in self.stops)
        self._check_sums()
        saved = sum(credit.micros for credit in self.credits)
        usual = self.stability or Stability()
        changes = len(usual.usual) * (usual.micros_van + usual.micros_time + usual.micros_neighbour)
        if arcs * dearest + hours + fixed + prices + saved + changes >= _COST_CEILING:
            raise Invalid("cost-too-large")

    def _check_sums(self) -> None:
        totes = sum(stop.deliver + stop.collect for stop in self.stops) + sum(pair.totes for pair in self.pairs)
        grams = sum(stop.deliver_grams + stop.collect_grams for stop in self.stops)
        grams += sum(pair.grams for pair in self.pairs)
        service = sum(stop.seconds_at_stop for stop in self.stops)
        if max(totes, grams, service) >= _COST_CEILING:
            raise Invalid("amounts-too-large")


def _check_names(kind: str, names: list[str]) -> None:
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Invalid(f"{kind}-twice", twice=twice)


def _check_amounts(where: str, *amounts: int) -> None:
    wrong = _first_outside(amounts)
    if wrong is not None:
        raise Invalid("bad-amount", what=where, wrong=wrong, cost_ceiling=_COST_CEILING)


def _first_outside(amounts: Iterable[int]) -> int | None:
    return next((amount for amount in amounts if not 0 <= amount <= _COST_CEILING), None)
