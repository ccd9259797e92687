"""
What a coordinator has fixed about a stop: the van that calls, what it comes before or after, and when.

A pin binds the search and the judge alike. It does not force an optional stop to be served.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from circulation.errors import Invalid
from logistics.wall_clock import exact_time

if TYPE_CHECKING:
    from logistics.problem import RoutingProblem, Stop, Window
    from logistics.solution import Route

__all__ = ["Pin", "broken_pins", "check_pins", "pinned_windows"]


@dataclass(frozen=True, slots=True)
class Pin:
    """
    One stop, by index, and what is fixed about it; what is None is free. A stop may have several pins.

    `van` is the index of the only van that may call. `before` and `after` are indices of other stops: where both ride
    on one van, this one is called at sooner or later than the other (pin the van of both to hold them together).
    Service starts from `earliest` to `latest`, seconds since midnight, and within the stop's own windows too.
    """

    stop: int
    van: int | None = None
    before: int | None = None
    after: int | None = None
    earliest: int | None = None
    latest: int | None = None

    @classmethod
    def around(cls, stop: int, at: int, minutes: int) -> Pin:
        """Service starts at most so many minutes before or after the second `at`."""
        return cls(stop, earliest=max(0, at - 60 * minutes), latest=at + 60 * minutes)

    def order(self) -> Iterator[tuple[int, int]]:
        """Indices of stops of which the first comes sooner."""
        if self.before is not None:
            yield self.stop, self.before
        if self.after is not None:
            yield self.after, self.stop


def pinned_windows(stop: Stop, pins: Sequence[Pin]) -> tuple[Window, ...] | None:
    """When service may start by the stop's windows and its pins; empty for always, None for never."""
    early = max((pin.earliest for pin in pins if pin.earliest is not None), default=None)
    late = min((pin.latest for pin in pins if pin.latest is not None), default=None)
    if early is None and late is None:
        return stop.windows
    from logistics.problem import END_OF_TIME

    opens, closes = early or 0, END_OF_TIME if late is None else late
    cut = tuple((max(opens, start), min(closes, end)) for start, end in stop.windows or ((0, END_OF_TIME),))
    return tuple((start, end) for start, end in cut if start <= end) or None


def check_pins(problem: RoutingProblem) -> None:
    """Raises `Invalid` (`bad-pin`) for a pin that names nothing there is, or that nothing could ever satisfy."""
    van_of: dict[int, int] = {}
    for pin in problem.pins:
        named = [stop for stop in (pin.stop, pin.before, pin.after) if stop is not None]
        if any(not 0 <= stop < len(problem.stops) for stop in named) or len(set(named)) < len(named):
            raise Invalid("bad-pin", stop=pin.stop)
        where = f"The pin of stop {problem.stops[pin.stop].id}"
        if pin.van is not None:
            _check_van(problem, pin.stop, pin.van, where)
            if van_of.setdefault(pin.stop, pin.van) != pin.van:
                raise Invalid("bad-pin:two-vans", what=where)
        _check_order(problem, pin, where)
    for stop, pins in problem.pins_of.items():
        if pinned_windows(problem.stops[stop], pins) is None:
            raise Invalid("bad-pin:windows", stop=problem.stops[stop].id, windows=list(problem.stops[stop].windows))
    for pair in problem.pairs:
        if len({van_of[end] for end in (pair.first, pair.second) if end in van_of}) > 1:
            raise Invalid("bad-pin:pair", first=pair.first, second=pair.second)  # fmt: skip


def _check_van(problem: RoutingProblem, stop: int, van: int, where: str) -> None:
    if not 0 <= van < len(problem.vans):
        raise Invalid("bad-pin:no-van", what=where, van=van, vans=len(problem.vans))
    hub = problem.stops[stop].hub
    if hub is not None and hub != problem.vans[van].hub:
        raise Invalid("bad-pin:other-hub", what=where, van=problem.vans[van].id)


def _check_order(problem: RoutingProblem, pin: Pin, where: str) -> None:
    for sooner, later in pin.order():
        pair = problem.pair_of.get(sooner)
        backwards = pair is not None and (pair.second, pair.first) == (sooner, later)
        if backwards or later in problem.sooner_than.get(sooner, ()):
            raise Invalid("bad-pin:order", what=where)


def broken_pins(problem: RoutingProblem, routes: Sequence[Route]) -> Iterator[tuple[str, str]]:
    """The stop and a sentence for every pin that the routes break."""
    calls = {visit.stop: (route.van, order, visit) for route in routes for order, visit in enumerate(route.visits)}
    for pin in problem.pins:
        name = problem.stops[pin.stop].id
        call = calls.get(name)
        if call is None:
            continue
        van, order, visit = call
        if pin.van is not None and problem.vans[pin.van].id != van:
            yield name, f"Stop {name} is pinned to van {problem.vans[pin.van].id} and rides with {van}."
        starts = f"Service at {name} starts at {exact_time(visit.start)}, pinned to"
        if pin.earliest is not None and visit.start < pin.earliest:
            yield name, f"{starts} {exact_time(pin.earliest)} or later."
        if pin.latest is not None and visit.start > pin.latest:
            yield name, f"{starts} {exact_time(pin.latest)} or sooner."
        for other, sign, word in ((pin.before, 1, "before"), (pin.after, -1, "after")):
            there = None if other is None else calls.get(problem.stops[other].id)
            if there is not None and there[0] == van and sign * (there[1] - order) < 0:
                yield name, f"Stop {name} is pinned {word} {there[2].stop} on van {van}, and is not."
