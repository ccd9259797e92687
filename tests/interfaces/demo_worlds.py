"""A network of eight branches with two hubs, small enough for a demo to be played in a test."""

from __future__ import annotations

from interfaces.demo.network import DemoBranch, DemoHub, DemoNetwork, DemoTrunk, DemoVan
from interfaces.demo.size import Size

__all__ = ["SMALL", "small_network"]

SMALL = Size(items=800, readers=60, holds_a_day=40, away_returns_a_day=30, shelf_loans_a_day=15)

_OPEN = ("09:30-17:00",) * 6 + ("",)
_SHUT_ON_TUESDAY = ("09:30-17:00", "", *("09:30-17:00",) * 4, "")
_PLACES = {
    # latitude and longitude in thousandths of a degree, member, people, hours
    "bath": (51_383, -2_360, "avon", 9_000, _OPEN),
    "bristol": (51_452, -2_601, "avon", 20_000, _OPEN),
    "clevedon": (51_438, -2_854, "avon", 4_000, _SHUT_ON_TUESDAY),
    "keynsham": (51_414, -2_500, "avon", 5_000, _OPEN),
    "bridgwater": (51_128, -3_004, "somerset", 7_000, _OPEN),
    "taunton": (51_015, -3_103, "somerset", 9_000, _OPEN),
    "wells": (51_209, -2_647, "somerset", 4_000, _OPEN),
    "yeovil": (50_942, -2_633, "somerset", 6_000, _OPEN),
}
_SERVED = {"bristol": ("bath", "clevedon", "keynsham"), "taunton": ("bridgwater", "wells", "yeovil")}
_WEEKDAYS = (0, 1, 2, 3, 4)


def small_network(seed: int = 1) -> DemoNetwork:
    """Two members, two hubs that are branches, a van each, and a trunk run each way in the night."""
    branches = tuple(
        DemoBranch(
            code=code,
            name=code.title(),
            member=member,
            member_name=member.title(),
            kind="branch",
            latitude_e6=north * 1000,
            longitude_e6=east * 1000,
            time_zone="Europe/London",
            hours=hours,
            population=people,
            windows=("06:30-17:00",) * 5 + ("", "") if code == "keynsham" else None,
            door="Key safe" if code == "keynsham" else "",
        )
        for code, (north, east, member, people, hours) in sorted(_PLACES.items())
    )
    vans = tuple(
        DemoVan(
            van=f"van-{hub}",
            hub=hub,
            totes=20,
            shift_starts_minute=7 * 60,
            shift_ends_minute=17 * 60,
            break_minutes=30,
            break_from_minute=11 * 60,
            break_until_minute=13 * 60,
            days=_WEEKDAYS,
            cost_per_km_cents=45,
            cost_per_hour_cents=1_850,
            cost_per_day_cents=3_000,
        )
        for hub in sorted(_SERVED)
    )
    trunks = (_trunk("taunton", "bristol", 18 * 60 + 30), _trunk("bristol", "taunton", 4 * 60))
    return DemoNetwork("small", seed, branches, tuple(DemoHub(hub, its) for hub, its in _SERVED.items()), vans, trunks)


def _trunk(origin: str, destination: str, departs: int) -> DemoTrunk:
    return DemoTrunk(
        trunk=f"{origin}-to-{destination}",
        origin=origin,
        destination=destination,
        days=_WEEKDAYS,
        departs_minute=departs,
        arrives_minute=departs + 75,
        arrives_days=0,
        totes=60,
        cutoff_minutes=30,
    )
