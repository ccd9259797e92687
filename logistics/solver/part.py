"""A part of a day: some of its stops and vans as a day of their own, with places, vans and kinds numbered anew."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from logistics.solver.kernel.day import KIND, MATE, Day, Ints

__all__ = ["Part", "part_of"]

ELSEWHERE = -3
"""The stop that one usually comes behind is in another part, so that whatever it comes behind is another."""


class Part(NamedTuple):
    """The day, and what its places and vans are in the whole."""

    day: Day
    places: Ints
    vans: Ints


def part_of(whole: Day, stops: Ints, vans: Ints) -> Part:
    """
    The part with these stops (places of the whole, in rising order), these vans, and every hub.

    Both ends of a pair must be among the stops. What a tour costs in the part it costs in the whole.
    """
    places = np.concatenate([np.arange(whole.hubs), stops])
    number = np.full(whole.places, -1, np.int64)
    number[places] = np.arange(len(places))
    table = np.ix_(places, places)
    near = whole.near[places]
    near = number[near[number[near] >= 0]].reshape(len(places), len(stops))
    stop, van = whole.stop[places], whole.van[vans]
    mates = stop[:, MATE] >= 0
    stop[mates, MATE] = number[stop[mates, MATE]]
    van[:, KIND] = np.unique(van[:, KIND], return_inverse=True)[1]
    usual = whole.usual[places]
    usual[usual >= 0] = np.where(number[usual[usual >= 0]] >= 0, number[usual[usual >= 0]], ELSEWHERE)
    rides, rides_of = _listed(whole.credits, whole.credits_of, places, number)
    orders, orders_of = _listed(whole.orders, whole.orders_of, places, number)
    arc, seconds = np.ascontiguousarray(whole.arc[:, places][:, :, places]), np.ascontiguousarray(whole.seconds[table])
    day = whole._replace(
        places=len(places),
        vans=len(vans),
        arc=arc,
        arc_to=np.ascontiguousarray(arc.transpose(0, 2, 1)),
        seconds=seconds,
        seconds_to=np.ascontiguousarray(seconds.T),
        near=np.ascontiguousarray(near.astype(np.int32)),
        stop=stop,
        van=van,
        credit=np.ascontiguousarray(whole.credit[table]) if whole.credited else whole.credit,
        credits=rides,
        credits_of=rides_of,
        mixed=bool((van[:, KIND] > 0).any()),
        change=np.ascontiguousarray(whole.change[np.ix_(places, vans)]) if whole.settled else whole.change,
        usual=usual,
        orders=orders,
        orders_of=orders_of,
    )
    return Part(day, places, vans)


def _listed(rows: Ints, starts: Ints, places: Ints, number: Ints) -> tuple[Ints, Ints]:
    """Of rows that stand by place, and begin with another place, those of which both are in the part."""
    of_place = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    inside = (number[of_place] >= 0) & (number[rows[:, 0]] >= 0)
    kept = rows[inside]
    kept[:, 0] = number[kept[:, 0]]
    counts = np.bincount(number[of_place[inside]], minlength=len(places))
    return kept, np.concatenate([[0], counts.cumsum()]).astype(np.int64)
