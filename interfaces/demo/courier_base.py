"""
What the demo's courier has: hubs, vans sized for them, and trunk runs that join the hubs overnight.

There are as many vans as an ordinary weekday needs and no more, of three sizes and shifts, so that a planner feels
every limit somewhere: a small van its totes, a short shift its end, and every van the branches' hours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from interfaces.demo.network import DemoBranch, DemoHub, DemoTrunk, DemoVan
from interfaces.demo.presets import Preset

__all__ = ["courier_base"]

_MINUTES_A_STOP = 8
_LEGS_TO_NEAREST = 1.6
"""A tour's legs are longer than those to the nearest branch, since it must come round."""
_STOPS_A_TOUR = 14
_MINUTES_A_VAN = 400
_KMH = 33
_TOTES_A_STOP = 2
_OPEN_SHARE = 0.87
"""The share of branches that are open on an ordinary day."""
_WEEKDAYS = (0, 1, 2, 3, 4)
_KINDS = (
    # totes, shift starts and ends, break minutes and when it begins; cents per km, per hour, per day
    (42, 7 * 60, 15 * 60 + 30, 45, 10 * 60 + 30, 13 * 60, 52, 1_850, 4_200),
    (28, 8 * 60 + 30, 17 * 60, 45, 11 * 60 + 30, 14 * 60, 45, 1_850, 3_600),
    (20, 8 * 60, 14 * 60 + 30, 30, 10 * 60 + 30, 12 * 60 + 30, 38, 1_750, 3_000),
)
_TRUNK_KMH = 60
_TRUNK_TOTES = 160
_LEAVES_AT = 18 * 60 + 30
_THERE_BY = 6 * 60
_CUTOFF_MINUTES = 30


def courier_base(
    plan: Preset, branches: Sequence[DemoBranch], hub_places: Sequence[DemoBranch]
) -> tuple[tuple[DemoHub, ...], tuple[DemoVan, ...], tuple[DemoTrunk, ...]]:
    """Hubs in the order of the preset (`hub_places` likewise), their vans, and runs to and from the first hub."""
    hubs: list[DemoHub] = []
    vans: list[DemoVan] = []
    for hub, place in zip(plan.hubs, hub_places, strict=True):
        served = [b for b in branches if b.member in hub.members and b.code != place.code]
        hubs.append(DemoHub(place.code, tuple(sorted(branch.code for branch in served))))
        vans.extend(_vans(place, hub.town, served))
    middle, *others = hub_places
    trunks = [trunk for other in others for trunk in _trunks(middle, other)]
    return tuple(hubs), tuple(vans), tuple(trunks)


def _vans(hub: DemoBranch, town: str, served: Sequence[DemoBranch]) -> list[DemoVan]:
    """As many as the minutes at stops, between neighbours and out and back need, or the totes; two at least."""
    minutes = 0.0
    for branch in served:
        nearest = min(_road_km(branch, other) for other in (*served, hub) if other is not branch)
        out_and_back = 2 * _road_km(branch, hub) / _STOPS_A_TOUR
        minutes += _MINUTES_A_STOP + (nearest * _LEGS_TO_NEAREST + out_and_back) / _KMH * 60
    number = max(2, math.ceil(minutes * _OPEN_SHARE / _MINUTES_A_VAN))
    while sum(_KINDS[index % len(_KINDS)][0] for index in range(number)) < _TOTES_A_STOP * len(served):
        number += 1
    vans = []
    for index in range(number):
        totes, starts, ends, pause, pause_from, pause_until, per_km, per_hour, per_day = _KINDS[index % len(_KINDS)]
        vans.append(
            DemoVan(
                van=f"{town.lower()}-{index + 1}",
                hub=hub.code,
                totes=totes,
                shift_starts_minute=starts,
                shift_ends_minute=ends,
                break_minutes=pause,
                break_from_minute=pause_from,
                break_until_minute=pause_until,
                days=_WEEKDAYS,
                cost_per_km_cents=per_km,
                cost_per_hour_cents=per_hour,
                cost_per_day_cents=per_day,
            )
        )
    return vans


def _trunks(middle: DemoBranch, other: DemoBranch) -> tuple[DemoTrunk, DemoTrunk]:
    """In the evening to the middle, and on from there before the next morning's vans leave."""
    road_km = _road_km(middle, other)
    minutes = 5 * math.ceil(road_km / _TRUNK_KMH * 60 / 5)
    inward = DemoTrunk(
        trunk=f"{other.code}-to-{middle.code}",
        origin=other.code,
        destination=middle.code,
        days=_WEEKDAYS,
        departs_minute=_LEAVES_AT,
        arrives_minute=_LEAVES_AT + minutes,
        arrives_days=0,
        totes=_TRUNK_TOTES,
        cutoff_minutes=_CUTOFF_MINUTES,
    )
    outward = DemoTrunk(
        trunk=f"{middle.code}-to-{other.code}",
        origin=middle.code,
        destination=other.code,
        days=_WEEKDAYS,
        departs_minute=_THERE_BY - minutes,
        arrives_minute=_THERE_BY,
        arrives_days=0,
        totes=_TRUNK_TOTES,
        cutoff_minutes=_CUTOFF_MINUTES,
    )
    return inward, outward


def _road_km(one: DemoBranch, other: DemoBranch) -> float:
    """Roughly: 1.3 times the distance on a flat map."""
    north = (one.latitude_e6 - other.latitude_e6) / 1e6
    east = (one.longitude_e6 - other.longitude_e6) / 1e6 * math.cos(math.radians(one.latitude_e6 / 1e6))
    return 1.3 * 111.195 * math.hypot(north, east)
