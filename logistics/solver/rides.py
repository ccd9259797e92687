"""
Times of a tour on which totes ride from stop to stop with a longest time on board.

Then arriving earlier is no longer always better: a van may do well to start its service at the first stop later.
Every rule still has the form "this start is no earlier than that start and something", so there is one earliest
solution, found by letting the starts rise until no rule is broken, and one latest, found by letting them sink
(Bellman and Ford on a network of differences). A break is tried at every place of the tour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from logistics.problem import RoutingProblem, Stop, Van
from logistics.solver.windows import NEVER, first_start, last_start

__all__ = ["Ride", "Tour", "best_times", "rides_of"]


@dataclass(frozen=True, slots=True)
class Ride:
    """From the visit numbered `on` to the visit numbered `off`, on board for `longest` seconds at most."""

    on: int
    off: int
    longest: int


@dataclass(frozen=True, slots=True)
class Tour:
    """A van, the stops in order, the seconds of every drive, and the rides that are bounded."""

    van: Van
    stops: Sequence[Stop]
    drive: Sequence[int]
    rides: Sequence[Ride]


def rides_of(problem: RoutingProblem, order: Sequence[int], instead: Mapping[int, int]) -> list[Ride]:
    """The bounded rides of a tour, for pairs with both stops on it in their order; `instead` by first stop."""
    call = {stop: number for number, stop in enumerate(order)}
    return [
        Ride(call[pair.first], call[pair.second], instead.get(pair.first, pair.longest_seconds))
        for pair in dict.fromkeys(problem.pair_of[stop] for stop in order if stop in problem.pair_of)
        if pair.longest_seconds is not None and call.get(pair.first, NEVER) < call.get(pair.second, -1)
    ]


def best_times(tour: Tour) -> tuple[int, int | None, list[int], int] | None:
    """
    Leaving, visits before the break (None: at the hub), start of every service, return; None where none is possible.

    Back as early as possible, then away as late as that allows.
    """
    van, rest = tour.van, tour.van.rest
    places: Sequence[int] = range(len(tour.stops) + 2) if rest else (0,)
    backs = {place: starts[-1] for place in places if (starts := _earliest(tour, place, van.shift_start)) is not None}
    if not backs:
        return None
    back = min(backs.values())
    leaves = {place: _latest(tour, place, back) for place, soonest in backs.items() if soonest == back}
    place = max(leaves, key=lambda place: (leaves[place], -place))
    starts = _earliest(tour, place, leaves[place]) or []
    return leaves[place], place if 0 < place <= len(tour.stops) else None, starts[:-1], back


def _hub_from(tour: Tour, rest_at: int) -> int:
    """The first moment to leave the hub; a break at place 0 is taken there before."""
    van = tour.van
    if van.rest is None or rest_at > 0:
        return van.shift_start
    return max(van.shift_start, van.rest.earliest) + van.rest.duration_seconds


def _earliest(tour: Tour, rest_at: int, begins: int) -> list[int] | None:
    """
    The earliest starts and, last, the earliest return, leaving from `begins` on.

    The break comes after `rest_at` visits; 0 is the hub before leaving, one more than all visits the hub after.
    """
    van, rest = tour.van, tour.van.rest
    if not _rides_possible(tour, rest_at):
        return None
    starts = [0] * len(tour.stops)
    while True:
        clock = max(begins, _hub_from(tour, rest_at))
        for number, stop in enumerate(tour.stops):
            starts[number] = first_start(stop, max(clock + tour.drive[number], starts[number]))
            clock = starts[number] + stop.seconds_at_stop
            if rest and rest_at == number + 1:
                if clock > rest.latest:
                    return None
                clock = max(clock, rest.earliest) + rest.duration_seconds
        back = clock + tour.drive[-1]
        if back > van.shift_end:
            return None
        late = [(ride.on, wanted) for ride in tour.rides if (wanted := _on_from(tour, ride, starts)) > starts[ride.on]]
        if not late:
            break
        for number, wanted in late:
            starts[number] = max(starts[number], wanted)
    if rest and rest_at > len(tour.stops) and back > min(rest.latest, van.shift_end - rest.duration_seconds):
        return None
    return [*starts, back]


def _on_from(tour: Tour, ride: Ride, starts: Sequence[int]) -> int:
    return starts[ride.off] - ride.longest - tour.stops[ride.on].seconds_at_stop


def _rides_possible(tour: Tour, rest_at: int) -> bool:
    """Whether every ride is short enough without any waiting; else the starts would rise for ever."""
    length = tour.van.rest.duration_seconds if tour.van.rest else 0
    steps = [seconds + stop.seconds_at_stop for seconds, stop in zip(tour.drive[1:], tour.stops, strict=True)]
    bare = list(accumulate(steps, initial=0))
    return all(
        bare[ride.off] - bare[ride.on] - tour.stops[ride.on].seconds_at_stop
        + (length if ride.on < rest_at <= ride.off else 0) <= ride.longest
        for ride in tour.rides
    )  # fmt: skip


def _latest(tour: Tour, rest_at: int, back: int) -> int:
    """The latest moment to leave so as to be back at `back`; far below 0 where there is none."""
    rest = tour.van.rest
    starts = [NEVER] * len(tour.stops)
    while True:
        clock = back
        for number in range(len(tour.stops) - 1, -1, -1):
            stop = tour.stops[number]
            clock -= tour.drive[number + 1]
            if rest and rest_at == number + 1:
                clock = min(rest.latest, clock - rest.duration_seconds)
                if clock < rest.earliest:
                    return -NEVER
            starts[number] = clock = last_start(stop, min(clock - stop.seconds_at_stop, starts[number]))
            if clock <= -NEVER:
                return -NEVER
        over = [(ride, starts[ride.on] + tour.stops[ride.on].seconds_at_stop + ride.longest) for ride in tour.rides]
        over = [(ride, by) for ride, by in over if by < starts[ride.off]]
        if not over:
            break
        for ride, by in over:
            starts[ride.off] = min(starts[ride.off], by)
    leave = clock - tour.drive[0]
    return leave if leave >= _hub_from(tour, rest_at) else -NEVER
