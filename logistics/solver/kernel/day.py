"""The problem as flat integer arrays, in the order that the compiled search reads them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from logistics.problem import UNLIMITED, Pair, RoutingProblem, Van

__all__ = ["Day", "Ints", "day_of"]

Ints = npt.NDArray[np.signedinteger[Any]]
MUST = -1
"""The price of a stop that must be served."""


FIRST, UNUSUAL = -1, -2
"""Instead of the stop that one usually comes behind: it is the first, or it has no usual routes."""
FORBIDDEN = 1 << 60
"""The price of a van that pins do not let call."""
NO_LIMIT = 1 << 60
"""The longest time on board of what may ride as long as it takes."""


# Columns of `Day.stop`; the windows follow as (opens, closes) from WINDOW on. CHANGE: what a call adds to the totes
# on board, rides of pairs included; RIDE: totes that get on here for another stop, below 0 where they get off. MATE:
# the place at the other end of the pair, -1 for none; SECOND: 1 where the ride ends; LONGEST: seconds on board.
(
    DELIVER, COLLECT, CHANGE, RIDE, DELIVER_GRAMS, COLLECT_GRAMS, CHANGE_GRAMS, RIDE_GRAMS,
    PRICE, ONLY_HUB, SERVICE, FAR, MATE, SECOND, LONGEST, WINDOWS, WINDOW,
) = range(17)  # fmt: skip
# Columns of `Day.van`. REST is the length of the break, 0 for none; REST_TO is cut to what the shift allows. RELOADS:
# how many may be between its trips; RELOAD: the place that stands for one.
HUB, KIND, TARIFF, TOTES, GRAMS, BEGINS, ENDS, REST, REST_FROM, REST_TO, PER_SECOND, FIXED, RELOADS, RELOAD = range(14)


class Day(NamedTuple):
    """
    Places are numbered as in the problem: hubs first, then stops. Behind these `places` stand those where vans reload:
    a hub once more for each time that it takes there, without totes of its own. `arc` is the cost of driving, one
    matrix for each tariff (a distinct price per metre and second). Vans of one KIND are interchangeable. Few wide
    arrays rather than many narrow ones, because each array costs time whenever it is handed on.
    """

    hubs: int
    places: int
    vans: int
    timed: bool  # false when no window, shift or break can ever bind and time costs nothing
    weighed: bool  # false when grams can never bind
    reloading: bool  # true when a van may make several trips
    bounded: bool  # true when something may not ride as long as it takes
    credited: bool  # true when something may ride directly
    arc: Ints  # tariff, from, to -> micros
    arc_to: Ints  # the same as tariff, to, from: a scan for one stop then reads one row of each
    seconds: Ints  # from, to
    seconds_to: Ints  # to, from
    near: Ints  # place -> the stops, nearest first
    stop: Ints  # place, column
    van: Ints  # van, column
    credit: Ints  # from, to -> micros; one empty cell when nothing is credited
    credits: Ints  # the same by destination: (from, micros), those of a place between its two entries in …
    credits_of: Ints  # place -> the first
    mixed: bool  # true when there are vans of several kinds
    settled: bool  # true when pins or stability have a say in who calls
    ordered: bool  # true when pins have a say in what comes first
    change: (
        Ints  # place, van -> micros for riding with it, FORBIDDEN where a pin says no; one empty cell when not settled
    )
    usual: Ints  # place -> the one that it usually comes behind, FIRST or UNUSUAL
    neighbour: int  # micros for coming behind another
    orders: (
        Ints  # (place, 1 where that one comes later, -1 where sooner), those of a place between its two entries in …
    )
    orders_of: Ints  # place -> the first


def day_of(problem: RoutingProblem) -> Day:
    """The arrays of a problem."""
    hubs, stops, vans = len(problem.hubs), problem.stops, problem.vans
    places = hubs + len(stops)
    reloads = _reloads(problem)
    rows_of = [*range(places), *(hub for hub, _ in reloads)]
    metres = np.array(problem.metres, dtype=np.int64).reshape(places, places)[np.ix_(rows_of, rows_of)]
    seconds = np.array(problem.seconds, dtype=np.int64).reshape(places, places)[np.ix_(rows_of, rows_of)]
    tariffs = sorted({(van.micros_per_metre, van.micros_per_second) for van in vans})
    arc = np.stack([metres * metre + seconds * second for metre, second in tariffs])
    mean = arc.sum(axis=0) // len(arc)
    near = np.argsort((mean + mean.T)[:, hubs:places], axis=1, kind="stable") + hubs
    slowest = int(seconds.max(initial=0)) * (len(stops) + 1) + sum(stop.seconds_at_stop for stop in stops)
    slowest += max(((van.trips - 1) * (2 * int(seconds.max()) + van.reload_seconds) for van in vans), default=0)
    timed = any(stop.windows for stop in problem.stops_as_pinned) or any(
        van.rest is not None or van.micros_per_second > 0 or van.shift_end - van.shift_start < slowest for van in vans
    )
    heaviest = sum(stop.deliver_grams + stop.collect_grams for stop in stops)
    heaviest += sum(pair.grams for pair in problem.pairs)
    credit, credits_to, credits_of = _credits(problem, len(rows_of))
    orders, orders_of = _orders(problem, len(rows_of))
    rows = _van_rows(problem, tariffs, reloads)
    settled = problem.stability is not None or len(problem.pinned_van) > 0
    return Day(
        hubs=hubs,
        places=places,
        vans=len(vans),
        timed=timed,
        weighed=any(van.grams < min(heaviest, UNLIMITED) for van in vans),
        reloading=len(reloads) > 0,
        bounded=any(pair.longest_seconds is not None for pair in problem.pairs),
        credited=len(problem.credits) > 0,
        arc=np.ascontiguousarray(arc),
        arc_to=np.ascontiguousarray(arc.transpose(0, 2, 1)),
        seconds=np.ascontiguousarray(seconds.astype(np.int32)),
        seconds_to=np.ascontiguousarray(seconds.T.astype(np.int32)),
        near=np.ascontiguousarray(near.astype(np.int32)),
        stop=_stop_rows(problem, mean[:hubs].min(axis=0), reloads),
        van=rows,
        credit=credit,
        credits=credits_to,
        credits_of=credits_of,
        mixed=bool((rows[:, KIND] > 0).any()),
        settled=settled,
        ordered=len(orders) > 0,
        change=_changes(problem, len(rows_of)) if settled else np.zeros((1, 1), np.int64),
        usual=_usual(problem, len(rows_of)),
        neighbour=problem.stability.micros_neighbour if problem.stability is not None else 0,
        orders=orders,
        orders_of=orders_of,
    )


def _reloads(problem: RoutingProblem) -> list[tuple[int, int]]:
    """The hubs where vans reload, once for each time that it takes there."""
    return sorted({(van.hub, van.reload_seconds) for van in problem.vans if van.trips > 1})


def _stop_rows(problem: RoutingProblem, far: Ints, reloads: list[tuple[int, int]]) -> Ints:
    hubs, places = len(problem.hubs), len(problem.hubs) + len(problem.stops)
    widest = max([0, *(len(stop.windows) for stop in problem.stops_as_pinned)])
    rows = np.zeros((places + len(reloads), WINDOW + 2 * widest), np.int64)
    rows[:, ONLY_HUB] = -1
    for place, (hub, seconds) in enumerate(reloads, places):
        rows[place, ONLY_HUB], rows[place, SERVICE], rows[place, FAR] = hub, seconds, far[place]
        rows[place, MATE], rows[place, LONGEST] = -1, NO_LIMIT
    for place, stop in enumerate(problem.stops_as_pinned, hubs):
        rows[place, DELIVER], rows[place, COLLECT] = stop.deliver, stop.collect
        rows[place, DELIVER_GRAMS], rows[place, COLLECT_GRAMS] = stop.deliver_grams, stop.collect_grams
        rows[place, PRICE] = MUST if stop.price is None else stop.price
        rows[place, ONLY_HUB] = -1 if stop.hub is None else stop.hub
        rows[place, CHANGE] = stop.collect - stop.deliver
        rows[place, CHANGE_GRAMS] = stop.collect_grams - stop.deliver_grams
        rows[place, MATE], rows[place, LONGEST] = -1, NO_LIMIT
        rows[place, SERVICE] = stop.seconds_at_stop
        rows[place, FAR] = far[place]
        rows[place, WINDOWS] = len(stop.windows)
        for order, (opens, closes) in enumerate(stop.windows):
            rows[place, WINDOW + 2 * order], rows[place, WINDOW + 2 * order + 1] = opens, closes
    for pair in problem.pairs:
        _pair_rows(problem, pair, rows)
    return rows


def _pair_rows(problem: RoutingProblem, pair: Pair, rows: Ints) -> None:
    first, second = problem.stop_place(pair.first), problem.stop_place(pair.second)
    hub = max(rows[first, ONLY_HUB], rows[second, ONLY_HUB])
    for place, mate, sign in ((first, second, 1), (second, first, -1)):
        rows[place, ONLY_HUB] = hub
        rows[place, MATE], rows[place, SECOND] = mate, int(sign < 0)
        rows[place, RIDE], rows[place, RIDE_GRAMS] = sign * pair.totes, sign * pair.grams
        rows[place, CHANGE] += sign * pair.totes
        rows[place, CHANGE_GRAMS] += sign * pair.grams
    if pair.longest_seconds is not None:
        rows[first, LONGEST] = pair.longest_seconds


def _credits(problem: RoutingProblem, places: int) -> tuple[Ints, Ints, Ints]:
    """As a matrix, and as a list by destination."""
    table = np.zeros((places, places) if problem.credits else (1, 1), np.int64)
    listed = np.zeros((len(problem.credits), 2), np.int64)
    starts = np.zeros(places + 1, np.int64)
    ordered = sorted(problem.credits, key=lambda credit: (credit.destination, credit.origin))
    for number, credit in enumerate(ordered):
        origin, destination = problem.stop_place(credit.origin), problem.stop_place(credit.destination)
        table[origin, destination] = credit.micros
        listed[number] = origin, credit.micros
        starts[destination + 1] += 1
    return table, listed, starts.cumsum()


def _changes(problem: RoutingProblem, places: int) -> Ints:
    table = np.zeros((places, len(problem.vans)), np.int64)
    for stop, its in problem.usual_of.items():
        if problem.stability is not None and its.van is not None:
            table[problem.stop_place(stop)] = problem.stability.micros_van
            table[problem.stop_place(stop), its.van] = 0
    for stop, van in problem.pinned_van.items():
        kept = table[problem.stop_place(stop), van]
        table[problem.stop_place(stop)] = FORBIDDEN
        table[problem.stop_place(stop), van] = kept
    return table


def _usual(problem: RoutingProblem, places: int) -> Ints:
    row = np.full(places, UNUSUAL, np.int64)
    for stop, its in problem.usual_of.items():
        row[problem.stop_place(stop)] = FIRST if its.behind is None else problem.stop_place(its.behind)
    return row


def _orders(problem: RoutingProblem, places: int) -> tuple[Ints, Ints]:
    """The pinned orders of each place, as a list by place."""
    ways = [(sooner, later, 1) for sooner, those in problem.later_than.items() for later in those]
    ways += [(later, sooner, -1) for sooner, later, _ in ways]
    listed, starts = np.zeros((len(ways), 2), np.int64), np.zeros(places + 1, np.int64)
    for number, (stop, other, sign) in enumerate(sorted(ways)):
        listed[number] = problem.stop_place(other), sign
        starts[problem.stop_place(stop) + 1] += 1
    return listed, starts.cumsum()


def _van_rows(problem: RoutingProblem, tariffs: list[tuple[int, int]], reloads: list[tuple[int, int]]) -> Ints:
    rows = np.zeros((len(problem.vans), RELOAD + 1), np.int64)
    places = len(problem.hubs) + len(problem.stops)
    kinds: dict[tuple[Van, int], int] = {}
    special = {its.van for its in problem.usual_of.values()} | set(problem.pinned_van.values())
    for number, van in enumerate(problem.vans):
        row, rest = rows[number], van.rest
        row[HUB] = van.hub
        row[KIND] = kinds.setdefault((replace(van, id=""), number if number in special else -1), len(kinds))
        row[TARIFF] = tariffs.index((van.micros_per_metre, van.micros_per_second))
        row[TOTES], row[GRAMS] = van.totes, van.grams
        row[BEGINS], row[ENDS] = van.shift_start, van.shift_end
        if rest is not None:
            row[REST], row[REST_FROM] = rest.duration_seconds, rest.earliest
            row[REST_TO] = min(rest.latest, van.shift_end - rest.duration_seconds)
        row[PER_SECOND], row[FIXED] = van.micros_per_second, van.micros_fixed
        row[RELOADS], row[RELOAD] = min(van.trips, max(1, len(problem.stops))) - 1, -1
        if van.trips > 1:
            row[RELOAD] = places + reloads.index((van.hub, van.reload_seconds))
    return rows
