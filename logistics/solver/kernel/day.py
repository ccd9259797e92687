"""The problem as flat integer arrays, in the order that the compiled search reads them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from logistics.problem import UNLIMITED, RoutingProblem, Van

__all__ = ["Day", "Ints", "day_of"]

Ints = npt.NDArray[np.signedinteger[Any]]
MUST = -1
"""The price of a stop that must be served."""


# Columns of `Day.stop`; the windows follow as (opens, closes) from WINDOW on.
DELIVER, COLLECT, DELIVER_GRAMS, COLLECT_GRAMS, PRICE, ONLY_HUB, SERVICE, FAR, WINDOWS, WINDOW = range(10)
# Columns of `Day.van`. REST is the length of the break, 0 for none; REST_TO is cut to what the shift allows.
HUB, KIND, TARIFF, TOTES, GRAMS, BEGINS, ENDS, REST, REST_FROM, REST_TO, PER_SECOND, FIXED = range(12)


class Day(NamedTuple):
    """
    Places are numbered as in the problem: hubs first, then stops. `arc` is the cost of driving, one matrix
    for each tariff (a distinct price per metre and second). Vans of one KIND are interchangeable. Few wide
    arrays rather than many narrow ones, because each array costs time whenever it is handed on.
    """

    hubs: int
    places: int
    vans: int
    timed: bool  # false when no window, shift or break can ever bind and time costs nothing
    weighed: bool  # false when grams can never bind
    arc: Ints  # tariff, from, to -> micros
    seconds: Ints  # from, to
    near: Ints  # place -> the stops, nearest first
    stop: Ints  # place, column
    van: Ints  # van, column


def day_of(problem: RoutingProblem) -> Day:
    """The arrays of a problem."""
    hubs, stops, vans = len(problem.hubs), problem.stops, problem.vans
    places = hubs + len(stops)
    metres = np.array(problem.metres, dtype=np.int64).reshape(places, places)
    seconds = np.array(problem.seconds, dtype=np.int64).reshape(places, places)
    tariffs = sorted({(van.micros_per_metre, van.micros_per_second) for van in vans})
    arc = np.stack([metres * metre + seconds * second for metre, second in tariffs])
    mean = arc.sum(axis=0) // len(arc)
    near = np.argsort((mean + mean.T)[:, hubs:], axis=1, kind="stable") + hubs
    slowest = int(seconds.max(initial=0)) * (len(stops) + 1) + sum(stop.seconds_at_stop for stop in stops)
    timed = any(stop.windows for stop in stops) or any(
        van.rest is not None or van.micros_per_second > 0 or van.shift_end - van.shift_start < slowest for van in vans
    )
    heaviest = sum(stop.deliver_grams + stop.collect_grams for stop in stops)
    return Day(
        hubs=hubs,
        places=places,
        vans=len(vans),
        timed=timed,
        weighed=any(van.grams < min(heaviest, UNLIMITED) for van in vans),
        arc=np.ascontiguousarray(arc),
        seconds=np.ascontiguousarray(seconds.astype(np.int32)),
        near=np.ascontiguousarray(near.astype(np.int32)),
        stop=_stop_rows(problem, mean[:hubs].min(axis=0)),
        van=_van_rows(problem, tariffs),
    )


def _stop_rows(problem: RoutingProblem, far: Ints) -> Ints:
    hubs = len(problem.hubs)
    widest = max([0, *(len(stop.windows) for stop in problem.stops)])
    rows = np.zeros((hubs + len(problem.stops), WINDOW + 2 * widest), np.int64)
    rows[:, ONLY_HUB] = -1
    for place, stop in enumerate(problem.stops, hubs):
        rows[place, DELIVER], rows[place, COLLECT] = stop.deliver, stop.collect
        rows[place, DELIVER_GRAMS], rows[place, COLLECT_GRAMS] = stop.deliver_grams, stop.collect_grams
        rows[place, PRICE] = MUST if stop.price is None else stop.price
        rows[place, ONLY_HUB] = -1 if stop.hub is None else stop.hub
        rows[place, SERVICE] = stop.seconds_at_stop
        rows[place, FAR] = far[place]
        rows[place, WINDOWS] = len(stop.windows)
        for order, (opens, closes) in enumerate(stop.windows):
            rows[place, WINDOW + 2 * order], rows[place, WINDOW + 2 * order + 1] = opens, closes
    return rows


def _van_rows(problem: RoutingProblem, tariffs: list[tuple[int, int]]) -> Ints:
    rows = np.zeros((len(problem.vans), FIXED + 1), np.int64)
    kinds: dict[Van, int] = {}
    for number, van in enumerate(problem.vans):
        row, rest = rows[number], van.rest
        row[HUB] = van.hub
        row[KIND] = kinds.setdefault(replace(van, id=""), len(kinds))
        row[TARIFF] = tariffs.index((van.micros_per_metre, van.micros_per_second))
        row[TOTES], row[GRAMS] = van.totes, van.grams
        row[BEGINS], row[ENDS] = van.shift_start, van.shift_end
        if rest is not None:
            row[REST], row[REST_FROM] = rest.duration_seconds, rest.earliest
            row[REST_TO] = min(rest.latest, van.shift_end - rest.duration_seconds)
        row[PER_SECOND], row[FIXED] = van.micros_per_second, van.micros_fixed
    return rows
