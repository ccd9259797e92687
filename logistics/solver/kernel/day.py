"""The problem as flat integer arrays, in the order that the compiled search reads them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from logistics.problem import UNLIMITED, RoutingProblem

__all__ = ["Day", "Ints", "day_of"]

Ints = npt.NDArray[np.signedinteger[Any]]
Flags = npt.NDArray[np.bool_]
MUST = -1
"""The price of a stop that must be served."""


class Day(NamedTuple):
    """
    Places are numbered as in the problem: hubs first, then stops. `arc` is the cost of driving, one matrix for
    each tariff (a distinct price per metre and second). Vans of one `kind` are interchangeable.
    """

    hubs: int
    places: int
    vans: int
    arc: Ints  # tariff, from, to -> micros
    seconds: Ints  # from, to
    near: Ints  # place -> the stops, nearest first
    far: Ints  # place -> micros from its nearest hub
    timed: bool  # false when no window, shift or break can ever bind and time costs nothing
    weighed: bool  # false when grams can never bind
    opens: Ints  # place, window
    closes: Ints
    windows: Ints  # place -> how many
    service: Ints
    deliver: Ints
    collect: Ints
    deliver_grams: Ints
    collect_grams: Ints
    price: Ints
    only_hub: Ints  # place -> hub or -1
    hub: Ints  # from here on by van
    kind: Ints
    tariff: Ints
    totes: Ints
    grams: Ints
    begins: Ints
    ends: Ints
    rest: Ints  # length of the break, 0 for none
    rest_from: Ints
    rest_to: Ints  # already cut to what the shift allows
    per_second: Ints
    fixed: Ints


def day_of(problem: RoutingProblem) -> Day:
    """The arrays of a problem."""
    hubs, stops, vans = len(problem.hubs), problem.stops, problem.vans
    places = hubs + len(stops)
    metres = np.array(problem.metres, dtype=np.int64).reshape(places, places)
    seconds = np.array(problem.seconds, dtype=np.int64).reshape(places, places)
    tariffs = sorted({(van.micros_per_metre, van.micros_per_second) for van in vans})
    arc = np.stack([metres * metre + seconds * second for metre, second in tariffs or [(1, 0)]])
    kinds: dict[tuple[object, ...], int] = {}
    kind = [
        kinds.setdefault(
            (van.hub, van.totes, van.grams, van.shift_start, van.shift_end, van.rest,
             van.micros_per_metre, van.micros_per_second, van.micros_fixed), len(kinds),
        )
        for van in vans
    ]  # fmt: skip
    width = max([1, *(len(stop.windows) for stop in stops)])
    opens, closes = np.zeros((places, width), np.int64), np.zeros((places, width), np.int64)
    windows = np.zeros(places, np.int64)
    for number, stop in enumerate(stops):
        windows[hubs + number] = len(stop.windows)
        for order, (start, end) in enumerate(stop.windows):
            opens[hubs + number, order], closes[hubs + number, order] = start, end
    mean = arc.mean(axis=0) if len(arc) > 1 else arc[0]
    near = np.argsort((mean + mean.T)[:, hubs:], axis=1, kind="stable") + hubs
    slowest = int(seconds.max(initial=0)) * (len(stops) + 1) + sum(stop.seconds_at_stop for stop in stops)
    timed = bool(windows.any()) or any(
        van.rest is not None or van.micros_per_second > 0 or van.shift_end - van.shift_start < slowest
        for van in vans
    )
    heaviest = sum(stop.deliver_grams + stop.collect_grams for stop in stops)

    def by_stop(*amounts: int) -> Ints:
        return np.array([0] * hubs + list(amounts), dtype=np.int64)

    def by_van(*amounts: int) -> Ints:
        return np.array(amounts, dtype=np.int64)

    rests = [van.rest for van in vans]
    return Day(
        hubs=hubs,
        places=places,
        vans=len(vans),
        arc=np.ascontiguousarray(arc),
        seconds=np.ascontiguousarray(seconds.astype(np.int32)),
        near=np.ascontiguousarray(near.astype(np.int32)),
        far=np.ascontiguousarray(mean[:hubs].min(axis=0).astype(np.int64)),
        timed=timed,
        weighed=heaviest > 0 and any(van.grams < min(heaviest, UNLIMITED) for van in vans),
        opens=opens,
        closes=closes,
        windows=windows,
        service=by_stop(*(stop.seconds_at_stop for stop in stops)),
        deliver=by_stop(*(stop.deliver for stop in stops)),
        collect=by_stop(*(stop.collect for stop in stops)),
        deliver_grams=by_stop(*(stop.deliver_grams for stop in stops)),
        collect_grams=by_stop(*(stop.collect_grams for stop in stops)),
        price=by_stop(*(MUST if stop.price is None else stop.price for stop in stops)),
        only_hub=by_stop(*(-1 if stop.hub is None else stop.hub for stop in stops)),
        hub=by_van(*(van.hub for van in vans)),
        kind=by_van(*kind),
        tariff=by_van(*(tariffs.index((van.micros_per_metre, van.micros_per_second)) for van in vans)),
        totes=by_van(*(van.totes for van in vans)),
        grams=by_van(*(van.grams for van in vans)),
        begins=by_van(*(van.shift_start for van in vans)),
        ends=by_van(*(van.shift_end for van in vans)),
        rest=by_van(*(rest.duration_seconds if rest else 0 for rest in rests)),
        rest_from=by_van(*(rest.earliest if rest else 0 for rest in rests)),
        rest_to=by_van(
            *(
                min(rest.latest, van.shift_end - rest.duration_seconds) if rest else 0
                for rest, van in zip(rests, vans, strict=True)
            )
        ),
        per_second=by_van(*(van.micros_per_second for van in vans)),
        fixed=by_van(*(van.micros_fixed for van in vans)),
    )
