"""
Times of a tour on which something may not be on board for longer than so long.

The clocks of `clocks` then are bounds and no longer exact, because starting later at the first stop may be right.
Every rule has the form "this start is no earlier than that start and something", so there is one earliest
solution: let the starts rise until no rule is broken (Bellman and Ford). A ride too long even without waiting is
turned away before, so that they cannot rise for ever. A break is tried at every place of the tour.
"""

from __future__ import annotations

from logistics.solver.kernel.clocks import NEVER, first_start, last_start
from logistics.solver.kernel.compile import compiled, compiled_apart
from logistics.solver.kernel.day import (
    BEGINS,
    ENDS,
    HUB,
    LONGEST,
    MATE,
    NO_LIMIT,
    REST,
    REST_FROM,
    REST_TO,
    SERVICE,
    Day,
    Ints,
)

__all__ = ["BARE", "START", "has_bounds", "paid_with_rides", "rides_fit"]

# Rows by position in the working space: starts of service, and seconds driven and served so far without waiting.
START, BARE = range(2)


@compiled
def has_bounds(day: Day, tour: Ints, size: int) -> bool:
    """Whether anything on this tour has a longest time on board."""
    bounds = 0
    for k in range(size):
        bounds += day.stop[tour[k], LONGEST] < NO_LIMIT
    return bounds > 0


@compiled_apart
def rides_fit(day: Day, work: Ints, at: Ints, van: int, tour: Ints, size: int) -> bool:
    """Whether times exist that keep windows, shift, break and every longest time on board."""
    _find(at, tour, size)
    if not _rides_possible(day, work, at, van, tour, size, 0):
        return False
    rest_at = _last_place_to_rest(day, van, tour, size)
    # from the last place backwards: a break that can wait for its window on the way costs least
    while rest_at >= 0:
        if _earliest_return(day, work, at, van, tour, size, rest_at) < NEVER:
            return True
        rest_at -= 1
    return False


@compiled
def _last_place_to_rest(day: Day, van: int, tour: Ints, size: int) -> int:
    """After how many stops the break can come at the latest, by the earliest times; size + 1 is the hub afterwards."""
    if day.van[van, REST] == 0:
        return 0
    clock, before = day.van[van, BEGINS], day.van[van, HUB]
    for k in range(size):
        start = first_start(day.stop, tour[k], clock + day.seconds[before, tour[k]])
        if start >= NEVER:
            return k
        clock = start + day.stop[tour[k], SERVICE]
        if clock > day.van[van, REST_TO]:
            return k
        before = tour[k]
    return size if clock + day.seconds[before, day.van[van, HUB]] > day.van[van, REST_TO] else size + 1


@compiled_apart
def paid_with_rides(day: Day, work: Ints, at: Ints, van: int, tour: Ints, size: int) -> int:
    """Seconds from leaving to returning, back as early and then away as late as can be; the tour must fit."""
    _find(at, tour, size)
    places = size + 2 if day.van[van, REST] > 0 else 1
    back, leave = NEVER, -NEVER
    for rest_at in range(places):
        back = min(back, _earliest_return(day, work, at, van, tour, size, rest_at))
    for rest_at in range(places):
        leave = max(leave, _latest_departure(day, work, at, van, tour, size, rest_at, back))
    return int(back - leave)


@compiled
def _find(at: Ints, tour: Ints, size: int) -> None:
    """Position of every stop of the tour, counted from 1."""
    for k in range(size):
        at[tour[k]] = k + 1


@compiled
def _hub_from(day: Day, van: int, rest_at: int) -> int:
    """The first moment to leave the hub; a break at position 0 is taken there before."""
    if day.van[van, REST] == 0 or rest_at > 0:
        return int(day.van[van, BEGINS])
    return int(max(day.van[van, BEGINS], day.van[van, REST_FROM]) + day.van[van, REST])


@compiled
def _earliest_return(day: Day, work: Ints, at: Ints, van: int, tour: Ints, size: int, rest_at: int) -> int:
    """With the break after `rest_at` stops; size + 1 is the hub after returning. `NEVER` where it cannot be."""
    stop, seconds, start = day.stop, day.seconds, work[START]
    hub, rest = day.van[van, HUB], day.van[van, REST]
    rest_from, rest_to = day.van[van, REST_FROM], day.van[van, REST_TO]
    if not _rides_possible(day, work, at, van, tour, size, rest_at):
        return NEVER
    for k in range(1, size + 1):
        start[k] = 0
    while True:
        clock = _hub_from(day, van, rest_at)
        before = hub
        for k in range(1, size + 1):
            here = tour[k - 1]
            start[k] = first_start(stop, here, max(clock + seconds[before, here], start[k]))
            if start[k] >= NEVER:
                return NEVER
            clock = start[k] + stop[here, SERVICE]
            if rest > 0 and rest_at == k:
                if clock > rest_to:
                    return NEVER
                clock = max(clock, rest_from) + rest
            before = here
        clock += seconds[before, hub]
        if clock > day.van[van, ENDS] or (rest > 0 and rest_at == size + 1 and clock > rest_to):
            return NEVER
        late = False
        for k in range(1, size + 1):
            here = tour[k - 1]
            if stop[here, LONGEST] < NO_LIMIT:
                wanted = start[at[stop[here, MATE]]] - stop[here, LONGEST] - stop[here, SERVICE]
                if wanted > start[k]:
                    start[k] = wanted
                    late = True
        if not late:
            return int(clock)


@compiled
def _rides_possible(day: Day, work: Ints, at: Ints, van: int, tour: Ints, size: int, rest_at: int) -> bool:
    """Whether every ride is short enough without any waiting."""
    stop, bare = day.stop, work[BARE]
    bare[1] = 0
    for k in range(2, size + 1):
        before, here = tour[k - 2], tour[k - 1]
        bare[k] = bare[k - 1] + stop[before, SERVICE] + day.seconds[before, here]
        if rest_at == k - 1:
            bare[k] += day.van[van, REST]
    for k in range(1, size + 1):
        here = tour[k - 1]
        if stop[here, LONGEST] < NO_LIMIT:
            aboard = bare[at[stop[here, MATE]]] - bare[k] - stop[here, SERVICE]
            if aboard > stop[here, LONGEST]:
                return False
    return True


@compiled
def _latest_departure(day: Day, work: Ints, at: Ints, van: int, tour: Ints, size: int, rest_at: int, back: int) -> int:
    """So as to be back at `back`; far below 0 where it cannot be. The same, seen from the end: the starts sink."""
    stop, seconds, start = day.stop, day.seconds, work[START]
    hub, rest = day.van[van, HUB], day.van[van, REST]
    rest_from, rest_to = day.van[van, REST_FROM], day.van[van, REST_TO]
    if rest > 0 and rest_at == size + 1 and back > rest_to:
        return -NEVER
    if not _rides_possible(day, work, at, van, tour, size, rest_at):
        return -NEVER
    for k in range(1, size + 1):
        start[k] = NEVER
    while True:
        clock = back
        after = hub
        for k in range(size, 0, -1):
            here = tour[k - 1]
            clock -= seconds[here, after]
            if rest > 0 and rest_at == k:
                clock = min(rest_to, clock - rest)
                if clock < rest_from:
                    return -NEVER
            start[k] = last_start(stop, here, min(clock - stop[here, SERVICE], start[k]))
            if start[k] < 0:
                return -NEVER
            clock = start[k]
            after = here
        late = False
        for k in range(1, size + 1):
            here = tour[k - 1]
            if stop[here, LONGEST] < NO_LIMIT:
                by = start[k] + stop[here, SERVICE] + stop[here, LONGEST]
                mate = at[stop[here, MATE]]
                if by < start[mate]:
                    start[mate] = by
                    late = True
        if not late:
            break
    leave = clock - seconds[hub, after]
    return int(leave) if leave >= _hub_from(day, van, rest_at) else -NEVER
